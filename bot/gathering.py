"""What comes from many at the same moment is done in one go, so that each does not pay for a transaction of its own."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Generic, TypeVar

One = TypeVar("One")
Made = TypeVar("Made")
_MOST: Final = 500


class Gathered(Generic[One, Made]):
    """Calls `do` with what has gathered, in the order in which it came, while the call before is under way."""

    def __init__(self, do: Callable[[Sequence[One]], Awaitable[Sequence[Made]]], most: int = _MOST) -> None:
        self._do = do
        self._most = most
        self._waiting: list[tuple[One, asyncio.Future[Made]]] = []
        self._turn = asyncio.Lock()

    async def add(self, one: One) -> Made:
        """What was made of this one. Raises whatever the call raised that it was part of."""
        made: asyncio.Future[Made] = asyncio.get_running_loop().create_future()
        self._waiting.append((one, made))
        async with self._turn:
            if not made.done():
                await self._do_next()
            while not made.done():  # more came before than one call takes
                await self._do_next()
        return made.result()

    async def _do_next(self) -> None:
        batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
        try:
            all_made = await self._do([one for one, _made in batch])
        except BaseException as failed:
            for _one, made in batch:
                if not made.done():
                    made.set_exception(failed if isinstance(failed, Exception) else ConnectionError("given up"))
                    made.exception()  # whoever waited may have left
            if not isinstance(failed, Exception):
                raise
        else:
            for (_one, made), result in zip(batch, all_made, strict=True):
                if not made.done():
                    made.set_result(result)
