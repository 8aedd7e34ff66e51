"""Which handler answers what is said or pressed about reports, and what each of them is handed."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from handlers.proven import for_proven
from handlers.reports import chat
from handlers.reports.making import Desk

if TYPE_CHECKING:
    from handlers.routing import Handler, Ports


def _desk(ports: "Ports") -> Desk:
    return Desk(ports.profiles, ports.deliveries, ports.sheets, ports.audit, ports.clock)


typed: "Handler" = for_proven(chat.make_typed, _desk)
ACTIONS: Mapping[str, "Handler"] = {
    "report": for_proven(chat.list_kinds, _desk),
    chat.MAKE: for_proven(chat.make_pressed, _desk),
}
