"""Which handler answers what is pressed about cases that went to those above, and about the digest."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from handlers.heads import escalations, needing
from handlers.heads.escalations import Desk
from handlers.notices import escalations as notices
from handlers.proven import for_proven
from handlers.reply import Reply
from handlers.visit import Visit
from knowledge.facts import Person

if TYPE_CHECKING:
    from handlers.routing import Ports

_Handler = Callable[[Visit, "Ports"], Awaitable[Reply]]


def _by(handler: Callable[[Visit, Person, Desk], Awaitable[Reply]]) -> _Handler:
    return for_proven(handler, _desk)


def _desk(ports: "Ports") -> Desk:
    return Desk(cases=ports.escalations, profiles=ports.profiles, audit=ports.audit, clock=ports.clock)


ACTIONS: Mapping[str, _Handler] = {
    notices.LIST: _by(escalations.list_mine),
    escalations.OPEN: _by(escalations.open_one),
    escalations.ACK: _by(escalations.acknowledge),
    escalations.COMMENT: _by(escalations.ask_for_comment),
    "digest.list": _by(needing.list_needing),
}
FORMS: Mapping[str, _Handler] = {escalations.FORM: _by(escalations.read_comment)}
