"""A connection that is made, with a transaction on it, when something is asked by it; most visits ask nothing."""

from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

Begin = Callable[[AsyncConnection], Awaitable[None]]


class LateConnection(AsyncConnection):
    """Calls `begin` before it is used first, which starts it and begins its transaction."""

    __slots__ = ("_begin",)

    def __init__(self, engine: AsyncEngine, begin: Begin) -> None:
        super().__init__(engine)
        self._begin = begin

    @property
    def is_used(self) -> bool:
        """Whether anything was asked by it."""
        return self.sync_connection is not None

    async def get_raw_connection(self) -> Any:
        await self._ensure_begun()
        return await super().get_raw_connection()

    async def execute(self, *what: Any, **how: Any) -> Any:
        await self._ensure_begun()
        return await super().execute(*what, **how)

    async def scalar(self, *what: Any, **how: Any) -> Any:
        await self._ensure_begun()
        return await super().scalar(*what, **how)

    async def scalars(self, *what: Any, **how: Any) -> Any:
        await self._ensure_begun()
        return await super().scalars(*what, **how)

    async def exec_driver_sql(self, *what: Any, **how: Any) -> Any:
        await self._ensure_begun()
        return await super().exec_driver_sql(*what, **how)

    async def _ensure_begun(self) -> None:
        if self.sync_connection is None:
            await self._begin(self)
