"""A copy of the database that streams from it and may only be read: it carries lists, all else stays.

How far it is behind is known without a clock in common: the primary's position in its own log is noted every second,
and what the copy has replayed is as old as the newest position that it has reached. The audit chain, sessions and
everything that is written use the primary, also while a page is shown; the copy can only be read, so no mistake writes.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.drawers import Drawers
from storage.errors import DatabaseUnavailableError

_WRITTEN: Final = text("SELECT pg_current_wal_insert_lsn()::text")
_REPLAYED: Final = text("SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()::text END")
_REMEMBERED: Final = 900
_LOOK_EVERY: Final = 0.02
_READ: Final = ("verdicts", "shared_views")
_LEFT_ALONE: Final = 15.0  # seconds after it could not be reached


class Replica:
    """Lets lists be read from the copy while it is no more than `most` behind; else they come from the primary."""

    def __init__(
        self,
        primary: Database,
        copy: Database,
        *,
        most: timedelta = timedelta(seconds=10),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._primary = primary
        self._copy = copy
        self._most = most.total_seconds()
        self._monotonic = monotonic
        self._noted: deque[tuple[float, int]] = deque(maxlen=_REMEMBERED)
        self._not_before = 0.0

    async def note(self) -> None:
        """Note where the primary is now; to be done every second or so."""
        async with self._primary.connect() as connection:
            began = self._monotonic()  # what was written before is behind this position
            self._noted.append((began, _number(await connection.scalar(_WRITTEN))))

    async def position(self) -> str:
        """Where the primary is now: whoever has written reads nothing older than this."""
        async with self._primary.connect() as connection:
            return str(await connection.scalar(_WRITTEN))

    async def behind(self) -> float:
        """By how many seconds the copy is behind at most; infinite where that is not known or it cannot be reached."""
        try:
            async with self._copy.connect() as connection:
                return self._age(await self._replayed(connection))
        except (DatabaseUnavailableError, DBAPIError):
            return float("inf")

    @asynccontextmanager
    async def over(
        self, drawers: Drawers, since: str = "", *, also: Collection[str] = (), patience: float = 0.0
    ) -> AsyncIterator[Drawers]:
        """The same drawers, lists and counts read from the copy where it has reached `since` and is not far behind.

        `also` names further drawers that are only read. The copy may take so many seconds of `patience` to get there.
        """
        async with AsyncExitStack() as stack:
            connection = await self._find(stack, since, patience)
            if connection is None:
                yield drawers
                return
            other = self._copy.drawers_on(connection)
            yield replace(drawers, **{name: getattr(other, name) for name in (*_READ, *also)})

    async def _find(self, stack: AsyncExitStack, since: str, patience: float) -> AsyncConnection | None:
        if self._monotonic() < self._not_before:
            return None
        try:
            connection = await stack.enter_async_context(self._copy.connect())
            wanted, until = _number(since), self._monotonic() + patience
            while (replayed := await self._replayed(connection)) is not None and replayed < wanted:
                if self._monotonic() >= until:
                    return None
                await connection.rollback()  # to see what has come meanwhile
                await asyncio.sleep(_LOOK_EVERY)
            await connection.rollback()  # lists begin a transaction that has seen all of it
        except (DatabaseUnavailableError, DBAPIError):  # `behind` says so
            self._not_before = self._monotonic() + _LEFT_ALONE
            return None
        is_near = replayed is not None and (patience > 0 or self._age(replayed) <= self._most)
        return connection if is_near else None

    @staticmethod
    async def _replayed(connection: AsyncConnection) -> int | None:
        """None for one that has become a primary: what it writes is another history."""
        found = await connection.scalar(_REPLAYED)
        return _number(found) if found else None

    def _age(self, replayed: int | None) -> float:
        if replayed is None:
            return float("inf")
        reached = (at for at, position in reversed(self._noted) if position <= replayed)
        return self._monotonic() - next(reached, float("-inf"))


def _number(position: object) -> int:
    high, _slash, low = str(position or "0/0").partition("/")
    return (int(high, 16) << 32) + int(low, 16)


async def keep_noting(replica: Replica, every: float = 1.0) -> None:
    """Note the primary's position until cancelled, whatever becomes of it meanwhile."""
    while True:
        with suppress(DatabaseUnavailableError, DBAPIError):  # a primary that changes place refuses for a moment
            await replica.note()
        await asyncio.sleep(every)
