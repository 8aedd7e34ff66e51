"""Which handler answers which choice about reminders, and what each of them is handed."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from handlers.notices.composing import ACK
from handlers.officials import linking, reminding_me
from handlers.reply import Reply
from handlers.visit import Visit
from knowledge.facts import Person

if TYPE_CHECKING:
    from handlers.routing import Handler, Ports

_Answer = Callable[[Visit, Person, reminding_me.Desk], Awaitable[Reply]]


def _mine(answer: _Answer) -> "Handler":
    """Only for a visitor who is proven to be somebody."""

    async def handler(visit: Visit, ports: "Ports") -> Reply:
        if visit.person is None:
            return linking.ask_to_link(visit)
        desk = reminding_me.Desk(ports.reminders, ports.receipts, ports.audit, ports.clock)
        return await answer(visit, visit.person, desk)

    return handler


typed: "Handler" = _mine(reminding_me.change)
ACTIONS: Mapping[str, "Handler"] = {
    "reminders.mine": _mine(reminding_me.tell),
    "reminders.hour": _mine(reminding_me.set_hour),
    "reminders.pause": _mine(reminding_me.pause),
    "reminders.resume": _mine(reminding_me.resume),
    ACK: _mine(reminding_me.acknowledge),
}
