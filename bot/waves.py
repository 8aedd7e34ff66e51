"""A gate through which a few go at a time, side by side, so that what they do together stays together."""

import asyncio
from collections import deque


class Waves:
    """Lets at most `most` be inside; whoever waits goes in with others, as soon as no more than `few` are left."""

    def __init__(self, most: int, few: int) -> None:
        self._most = most
        self._few = few
        self._inside = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def enter(self, longest: float) -> bool:
        """Wait to be let in, in the order of coming; False after `longest` seconds, then one is not counted inside."""
        if self._inside < self._most and not self._waiting:
            self._inside += 1
            return True
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            async with asyncio.timeout(longest):
                await turn
        except BaseException as failed:
            if turn.done() and not turn.cancelled():  # let in at the same moment
                self.leave()
            if isinstance(failed, TimeoutError):
                return False
            raise
        return True

    def leave(self) -> None:
        """One that was let in is out."""
        self._inside -= 1
        if self._inside > self._few:
            return
        while self._waiting and self._inside < self._most:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                self._inside += 1
