"""Which fetched updates are done with. Telegram forgets what is confirmed, so only what is answered is confirmed."""

import asyncio


class Tally:
    """Counts updates out and in again."""

    def __init__(self) -> None:
        self._next = 0
        self._open: dict[int, int] = {}  # fetched and not done with, and how often taken
        self._in_hand: set[int] = set()  # being answered just now
        self._done: set[int] = set()  # done with, while an earlier one is still open
        self._nothing_open = asyncio.Event()
        self._nothing_open.set()

    @property
    def offset(self) -> int:
        """The first update that is still wanted: everything before it may be forgotten."""
        return min(self._open, default=self._next)

    def take(self, number: int) -> bool:
        """Whether this update is to be answered now; False while it is, and after it was."""
        if number in self._in_hand or number in self._done:
            return False
        self._next = max(self._next, number + 1)
        self._open[number] = self._open.get(number, 0) + 1
        self._in_hand.add(number)
        self._nothing_open.clear()
        return True

    def count_tries(self, number: int) -> int:
        """How often this open update was taken."""
        return self._open[number]

    def lay_down(self, number: int, *, is_done: bool) -> None:
        """End work on an update; one that is not done with is fetched again."""
        self._in_hand.discard(number)
        if is_done:
            self._open.pop(number, None)
            self._done.add(number)
        self._done = {one for one in self._done if one >= self.offset}
        if not self._open:
            self._nothing_open.set()

    async def settle(self, seconds: float) -> None:
        """Wait until everything fetched is done with, but no longer than this."""
        try:
            async with asyncio.timeout(seconds):
                await self._nothing_open.wait()
        except TimeoutError:
            return
