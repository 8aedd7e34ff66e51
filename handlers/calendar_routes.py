"""Which handler answers which choice about one's own calendar, and what each of them is handed."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from handlers.officials import my_calendar
from handlers.proven import for_proven

if TYPE_CHECKING:
    from handlers.routing import Handler, Ports


def _desk(ports: "Ports") -> my_calendar.Desk:
    return my_calendar.Desk(ports.calendars, ports.accounts, ports.audit, ports.clock, ports.address)


hand_out: "Handler" = for_proven(my_calendar.hand_out, _desk)
ACTIONS: Mapping[str, "Handler"] = {
    "calendar.mine": hand_out,
    "calendar.subscribe": for_proven(my_calendar.subscribe, _desk),
    "calendar.revoke": for_proven(my_calendar.revoke, _desk),
}
