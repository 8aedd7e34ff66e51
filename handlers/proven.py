"""Handlers for visitors who are proven to be somebody: everybody else is asked to link first, and is shown nothing."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from handlers.officials import linking
from handlers.reply import Reply
from handlers.visit import Visit
from knowledge.facts import Person

_Ports = TypeVar("_Ports")
_Desk = TypeVar("_Desk")


def for_proven(
    handler: Callable[[Visit, Person, _Desk], Awaitable[Reply]], desk_of: Callable[[_Ports], _Desk]
) -> Callable[[Visit, _Ports], Awaitable[Reply]]:
    """The handler with the person whom the visitor is, and its desk out of all ports."""

    async def reply(visit: Visit, ports: _Ports) -> Reply:
        if visit.person is None:
            return linking.ask_to_link(visit)
        return await handler(visit, visit.person, desk_of(ports))

    return reply
