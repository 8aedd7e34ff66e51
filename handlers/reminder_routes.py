"""Which handler answers which choice about reminders, and what each of them is handed."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from handlers.notices.composing import ACK
from handlers.officials import reminding_me
from handlers.proven import for_proven
from handlers.reply import Reply
from handlers.visit import Visit
from knowledge.facts import Person

if TYPE_CHECKING:
    from handlers.routing import Handler, Ports

_Answer = Callable[[Visit, Person, reminding_me.Desk], Awaitable[Reply]]


def _mine(answer: _Answer) -> "Handler":
    return for_proven(answer, _desk)


def _told(answer: _Answer) -> "Handler":
    """What is said of messages to come says too that none comes where no channel reaches the person."""

    async def answered(visit: Visit, person: Person, desk: reminding_me.Desk) -> Reply:
        return await reminding_me.warn_unreached(await answer(visit, person, desk), person, desk)

    return _mine(answered)


def _desk(ports: "Ports") -> reminding_me.Desk:
    return reminding_me.Desk(ports.reminders, ports.receipts, ports.audit, ports.clock, ports.escalations)


typed: "Handler" = _told(reminding_me.change)
ACTIONS: Mapping[str, "Handler"] = {
    "reminders.mine": _told(reminding_me.tell),
    "reminders.hour": _told(reminding_me.set_hour),
    "reminders.pause": _told(reminding_me.pause),
    "reminders.resume": _told(reminding_me.resume),
    ACK: _mine(reminding_me.acknowledge),
}
