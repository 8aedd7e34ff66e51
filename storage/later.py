"""What may be written at the end of a transaction goes out together with its commit, in one go."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.driver import driver_of


class Later:
    """Orders that nobody waits for in the transaction, in their order; whoever reads such rows writes them first."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._orders: list[tuple[bytes, dict[str, Any]]] = []
        self._last: list[tuple[bytes, dict[str, Any]]] = []

    def add(self, order: bytes, values: dict[str, Any]) -> None:
        """Have this written before the transaction ends."""
        self._orders.append((order, values))

    def add_last(self, order: bytes, values: dict[str, Any]) -> None:
        """Have this written last of all, since others wait for it until the transaction has ended."""
        self._last.append((order, values))

    async def write(self) -> None:
        """Write what has gathered, now; what is to be last waits on."""
        if self._orders:
            await self._write(ends=False)

    async def write_all(self) -> None:
        """Write what has gathered, now, and what is to be last with it."""
        self._bring_last()
        await self.write()

    async def write_and_commit(self) -> None:
        """Write what has gathered, if anything has, and end the transaction with it."""
        self._bring_last()
        if self._orders:
            await self._write(ends=True)

    def _bring_last(self) -> None:
        self._orders += self._last
        self._last = []

    async def _write(self, *, ends: bool) -> None:
        orders, self._orders = self._orders, []
        driver = await driver_of(self._connection)
        async with driver.pipeline(), driver.cursor() as cursor:
            for order, values in orders:
                await cursor.execute(order, values)
            if ends:
                await driver.commit()
