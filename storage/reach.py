"""Whom of some units a message reaches, whom none does and why, and whom their head reminded of late."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.facts import PersonCode, UnitCode
from storage.characters import storable
from storage.driver import driver_of
from storage.records import NotReached, Reached, Unreached

# The account that they prefer, else that linked last, among those that take what we send.
_CHATS: Final = """
SELECT DISTINCT ON (person) person, channel, address, coalesce(locale, 'vi') FROM accounts
WHERE person = ANY(%s) AND channel = ANY(%s) AND unreachable_at IS NULL AND 'reminders' <> ALL(withheld)
ORDER BY person, preferred_at DESC NULLS LAST, linked_at DESC NULLS LAST, channel, address
"""
_LINKED: Final = "SELECT DISTINCT person FROM accounts WHERE person = ANY(%s)"
_QUIET: Final = "SELECT person FROM reminder_wishes WHERE person = ANY(%s) AND quiet_until >= %s"
_REMINDED: Final = """
SELECT about[1], max(made_at) FROM notices
WHERE kind = 'unit_reminder' AND freed_at IS NULL AND about[1] = ANY(%s) AND made_at >= %s GROUP BY 1
"""
_REMINDING: Final = 0x6E630024  # the advisory lock of the head who reminds
_UNREACHED: Final = """
SELECT p.code, p.name, p.position, p.unit, a.chats, a.pushable, a.is_unwanted, a.refused_at,
    (SELECT d.reason FROM deliveries d WHERE d.person = p.code AND d.state = 'refused' ORDER BY d.id DESC LIMIT 1)
FROM people p LEFT JOIN (
    SELECT person, count(*) AS chats, count(*) FILTER (WHERE channel = ANY(%(channels)s)) AS pushable,
        bool_or(channel = ANY(%(channels)s) AND unreachable_at IS NULL AND 'reminders' <> ALL(withheld)) AS is_reached,
        bool_or(channel = ANY(%(channels)s) AND unreachable_at IS NULL AND 'reminders' = ANY(withheld)) AS is_unwanted,
        max(unreachable_at) FILTER (WHERE channel = ANY(%(channels)s)) AS refused_at
    FROM accounts WHERE person IS NOT NULL GROUP BY person
) a ON a.person = p.code
WHERE p.unit = ANY(%(units)s) AND a.is_reached IS NOT TRUE
ORDER BY p.unit, p.name_folded, p.code
"""


class ReachDrawer:
    """Keeps the promises of the desk's `UnitReach`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def find_chats(
        self, people: Collection[PersonCode], channels: Collection[str]
    ) -> Mapping[PersonCode, Reached]:
        rows = await self._read(_CHATS, (_clean(people), list(channels)))
        return {PersonCode(person): Reached(channel, address, locale) for person, channel, address, locale in rows}

    async def find_linked(self, people: Collection[PersonCode]) -> frozenset[PersonCode]:
        return frozenset(PersonCode(person) for (person,) in await self._read(_LINKED, (_clean(people),)))

    async def find_quiet(self, people: Collection[PersonCode], day: date) -> frozenset[PersonCode]:
        return frozenset(PersonCode(person) for (person,) in await self._read(_QUIET, (_clean(people), day)))

    async def find_reminded(self, people: Collection[PersonCode], since: datetime) -> Mapping[PersonCode, datetime]:
        rows = await self._read(_REMINDED, (_clean(people), since))
        return {PersonCode(person): at for person, at in rows}

    async def hold_reminding(self) -> None:
        await self._read("SELECT pg_advisory_xact_lock(%s)", (_REMINDING,))

    async def list_unreached(self, units: Collection[UnitCode], channels: Collection[str]) -> Sequence[Unreached]:
        rows = await self._read(_UNREACHED, {"units": list(map(storable, units)), "channels": list(channels)})
        return [_unreached(row) for row in rows]

    async def _read(self, query: str, values: Any) -> list[tuple[Any, ...]]:
        driver = await driver_of(self._connection)
        async with driver.cursor() as cursor:
            await cursor.execute(query, values)
            return await cursor.fetchall()


def _clean(people: Collection[PersonCode]) -> list[str]:
    return list(map(storable, people))


def _unreached(row: tuple[Any, ...]) -> Unreached:
    code, name, position, unit, chats, pushable, is_unwanted, refused_at, reason = row
    why = NotReached.REFUSED if pushable else NotReached.NO_PUSH if chats else NotReached.NO_CHAT
    if is_unwanted:
        why = NotReached.UNWANTED
    is_refused = why is NotReached.REFUSED
    return Unreached(
        PersonCode(code),
        name,
        position,
        UnitCode(unit),
        why,
        refused_at if is_refused else None,
        (reason or "") if is_refused else "",
    )
