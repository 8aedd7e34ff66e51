"""What nearly every visit asks first, found by one look: for one visit, or for many that come at the same time."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, NamedTuple

import psycopg
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.accounts import NAMES_OF_ACCOUNT
from storage.characters import storable
from storage.driver import driver_of
from storage.foreseen import Foreseen
from storage.people import WHOLE

_FOUND: Final = f"{WHOLE}, v.version, t.state, {', '.join(f'a.{name}' for name in NAMES_OF_ACCOUNT)}"
_LOOK: Final = f"""
{_FOUND}
FROM rules_version v
LEFT JOIN accounts a ON a.channel = %(channel)s AND a.address = %(address)s
LEFT JOIN people p ON p.code = a.person
LEFT JOIN threads t ON t.thread = %(thread)s
"""
_LOOK_FOR_MANY: Final = f"""
{_FOUND}
FROM unnest(%(channels)s::text[], %(addresses)s::text[], %(threads)s::text[])
    WITH ORDINALITY AS q (channel, address, thread, place)
CROSS JOIN rules_version v
LEFT JOIN accounts a ON a.channel = q.channel COLLATE "C" AND a.address = q.address COLLATE "C"
LEFT JOIN people p ON p.code = a.person
LEFT JOIN threads t ON t.thread = q.thread COLLATE "C"
ORDER BY q.place
"""


class Visitor(NamedTuple):
    """Who comes, and in which conversation."""

    channel: str
    address: str
    thread: str | None


Row = tuple[Any, ...]
LookUp = Callable[[Visitor], Awaitable[Row | None]]


async def look_up_together(driver: psycopg.AsyncConnection[Any], visitors: Sequence[Visitor]) -> Sequence[Row | None]:
    """What the first look finds of each of these."""
    asked = {
        "channels": [one.channel for one in visitors],
        "addresses": [storable(one.address) for one in visitors],
        "threads": [storable(one.thread or "") for one in visitors],
    }
    async with driver.cursor() as cursor:
        await cursor.execute(_LOOK_FOR_MANY.encode(), asked)
        rows = await cursor.fetchall()
    return rows or [None] * len(visitors)


class VisitsDrawer:
    """Keeps the promises of the desk's `Visits`. `look_up` finds what is asked first where others ask it too."""

    def __init__(self, connection: AsyncConnection, foreseen: Foreseen, look_up: LookUp | None = None) -> None:
        self._connection = connection
        self._foreseen = foreseen
        self._look_up = look_up or self._look_up_alone

    async def foresee(self, channel: str, address: str, thread: str | None) -> None:
        """Have at hand what the desk asks for first."""
        row = await self._look_up(Visitor(channel, address, thread))
        if row is None:
            return
        ends = len(row) - len(NAMES_OF_ACCOUNT)
        person, (version, state), account = row[: ends - 2], row[ends - 2 : ends], row[ends:]
        self._foreseen.bring(account if account[0] is not None else None, "account", channel, address)
        self._foreseen.bring(version, "version")
        if thread is not None:
            self._foreseen.bring(state, "thread", thread)
        if person[0] is not None:
            self._foreseen.bring(person, "person", person[0])

    async def _look_up_alone(self, visitor: Visitor) -> Row | None:
        driver = await driver_of(self._connection)
        asked = {
            "channel": visitor.channel, "address": storable(visitor.address), "thread": storable(visitor.thread or ""),
        }  # fmt: skip
        async with driver.cursor() as cursor:
            async with driver.pipeline():  # the beginning of the transaction goes with it
                await cursor.execute(_LOOK.encode(), asked)
            return await cursor.fetchone()
