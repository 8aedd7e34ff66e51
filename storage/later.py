"""What may be written at the end of a transaction goes out together with its commit, in one go.

What many visits leave behind that asked for nothing else goes out in one transaction of all of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import psycopg
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.driver import driver_of

_BEGIN: Final = b"BEGIN"
_COMMIT: Final = b"COMMIT"


class Order(NamedTuple):
    """A statement. `many` does the same for lists of what is given to one; of several of one `key` the last counts."""

    one: bytes
    many: bytes | None = None
    key: str = ""


_Given = tuple[Order, Mapping[str, Any]]


@dataclass(slots=True)
class Left:
    """What a visit leaves behind, in its order; `last` is what others wait for until it is kept."""

    orders: list[_Given] = field(default_factory=list)
    last: list[_Given] = field(default_factory=list)


class Later:
    """Orders that nobody waits for in the transaction, in their order; whoever reads such rows writes them first."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._left = Left()

    def add(self, order: Order, values: Mapping[str, Any]) -> None:
        """Have this written before the transaction ends."""
        self._left.orders.append((order, values))

    def add_last(self, order: Order, values: Mapping[str, Any]) -> None:
        """Have this written last of all, since others wait for it until the transaction has ended."""
        self._left.last.append((order, values))

    def hand_over(self) -> Left:
        """Everything that has gathered; from now on it is written by whoever has it."""
        left, self._left = self._left, Left()
        return left

    async def write(self) -> None:
        """Write what has gathered, now; what is to be last waits on."""
        if self._left.orders:
            await self._write(ends=False)

    async def write_all(self) -> None:
        """Write what has gathered, now, and what is to be last with it."""
        self._bring_last()
        await self.write()

    async def write_and_commit(self) -> None:
        """Write what has gathered, if anything has, and end the transaction with it."""
        self._bring_last()
        if self._left.orders:
            await self._write(ends=True)

    def _bring_last(self) -> None:
        self._left.orders += self._left.last
        self._left.last = []

    async def _write(self, *, ends: bool) -> None:
        orders, self._left.orders = self._left.orders, []
        driver = await driver_of(self._connection)
        async with driver.pipeline(), driver.cursor() as cursor:
            for order, values in orders:
                await cursor.execute(order.one, values)
            if ends:
                await driver.commit()


async def keep_together(driver: psycopg.AsyncConnection[Any], all_left: Sequence[Left]) -> None:
    """Write what several visits leave behind, all of it or nothing, on a line that keeps each order by itself."""
    async with driver.pipeline(), driver.cursor() as cursor:
        await cursor.execute(_BEGIN)
        for statement, values in (*_gathered(all_left), *_in_order(all_left)):
            await cursor.execute(statement, values)
        await cursor.execute(_COMMIT)


def _gathered(all_left: Sequence[Left]) -> list[tuple[bytes, Mapping[str, Any]]]:
    """One statement for all orders of a kind, where there is one; these orders stand in nobody's way."""
    by_order: dict[Order, list[Mapping[str, Any]]] = {}
    for left in all_left:
        for order, values in left.orders:
            by_order.setdefault(order, []).append(values)
    statements: list[tuple[bytes, Mapping[str, Any]]] = []
    for order, given in by_order.items():
        if order.many is None or len(given) == 1:
            statements += [(order.one, values) for values in given]
        else:
            rows = list({values[order.key]: values for values in given}.values()) if order.key else given
            statements.append((order.many, {name: [row[name] for row in rows] for name in rows[0]}))
    return statements


def _in_order(all_left: Sequence[Left]) -> list[tuple[bytes, Mapping[str, Any]]]:
    return [(order.one, values) for left in all_left for order, values in left.last]
