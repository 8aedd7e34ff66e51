"""What comes from many at the same moment is done in one go, so that each does not pay for a transaction of its own."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Generic, TypeVar

One = TypeVar("One")
Made = TypeVar("Made")
_MOST: Final = 500


class Gathered(Generic[One, Made]):
    """While `run` runs, calls `do` with what has gathered, in the order in which it came, one call after the other."""

    def __init__(self, do: Callable[[Sequence[One]], Awaitable[Sequence[Made]]], most: int = _MOST) -> None:
        self._do = do
        self._most = most
        self._waiting: list[tuple[One, asyncio.Future[Made]]] = []
        self._has_come = asyncio.Event()

    async def add(self, one: One) -> Made:
        """What was made of this one. Raises whatever the call raised that it was part of."""
        made: asyncio.Future[Made] = asyncio.get_running_loop().create_future()
        self._waiting.append((one, made))
        self._has_come.set()
        return await made

    async def run(self) -> None:
        """Go on until cancelled; whoever waits then hears a ConnectionError."""
        try:
            while True:
                await self._has_come.wait()
                self._has_come.clear()
                while self._waiting:
                    await self._do_next()
        finally:
            for _one, made in self._waiting:
                _fail(made, ConnectionError("given up"))
            self._waiting.clear()

    async def _do_next(self) -> None:
        batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
        try:
            all_made = await self._do([one for one, _made in batch])
        except Exception as failed:  # noqa: BLE001  everybody who waits for it hears of it
            for _one, made in batch:
                _fail(made, failed)
        except asyncio.CancelledError:
            for _one, made in batch:
                _fail(made, ConnectionError("given up"))
            raise
        else:
            for (_one, made), result in zip(batch, all_made, strict=True):
                if not made.done():
                    made.set_result(result)


def _fail(made: asyncio.Future[Made], failed: Exception) -> None:
    if not made.done():
        made.set_exception(failed)
        made.exception()  # whoever waited may have left
