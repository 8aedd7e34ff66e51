"""Visits that come at the same time share their ways to the database: one look for all of them, and one commit."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Final, Self

from bot.gathering import Gathered
from storage.database import Database
from storage.drawers import Drawers
from storage.later import Left
from storage.visits import Row, Visitor

_WAYS: Final = 8  # visits that ask the database for more at the same time: each needs a connection of its own
_MOST_LOOKED_UP: Final = 100


class VisitsSideBySide:
    """Opens the cabinet for visits. Enter it with `async with`.

    A visit that asks for nothing but what all ask first has no transaction of its own: what it leaves behind is kept
    with what others leave, before its answer goes out.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._ways = asyncio.Semaphore(_WAYS)
        self._looking_line = database.reserve()
        self._keeping_line = database.reserve()
        self._looking = Gathered(self._look_up, _MOST_LOOKED_UP)
        self._keeping = Gathered(self._keep)
        self._running: list[asyncio.Future[None]] = []

    async def __aenter__(self) -> Self:
        self._running = [asyncio.ensure_future(one.run()) for one in (self._looking, self._keeping)]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        for one in self._running:
            one.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await self._looking_line.close()
        await self._keeping_line.close()

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Drawers]:
        """The drawers, for one visit: what it leaves is kept at the end, dropped as a whole on any error."""
        async with self._database.visit(self._looking.add, self._keep_one, self._ways) as drawers:
            yield drawers

    async def _look_up(self, visitors: Sequence[Visitor]) -> Sequence[Row | None]:
        return await self._database.look_up_together(self._looking_line, visitors)

    async def _keep_one(self, left: Left) -> None:
        if (left.orders or left.last) and (refused := await self._keeping.add(left)) is not None:
            raise refused

    async def _keep(self, all_left: Sequence[Left]) -> Sequence[Exception | None]:
        return await self._database.keep_together(self._keeping_line, all_left)
