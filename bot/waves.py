"""A gate through which a few go at a time, side by side, so that what they do together stays together."""

import asyncio
from collections import deque
from contextlib import suppress
from typing import Final

_SLOW_FOR: Final = 10.0  # seconds after which it is tried whether those who stay long are out


class Waves:
    """Lets at most `most` be inside; whoever waits goes in with others, as soon as no more than `few` are left.

    Those who stay so long that somebody has waited too long for them are not waited for, while there is room.
    """

    def __init__(self, most: int, few: int) -> None:
        self._most = most
        self._few = few
        self._inside = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._slow = 0  # so many were inside when somebody had waited too long
        self._slow_until = 0.0

    async def enter(self, longest: float) -> bool:
        """Wait to be let in, in the order of coming; False after `longest` seconds where there is no room.

        Then one is not counted inside.
        """
        if self._inside < self._most and not self._waiting:
            self._inside += 1
            return True
        loop = asyncio.get_running_loop()
        turn = loop.create_future()
        self._waiting.append(turn)
        try:
            async with asyncio.timeout(longest):
                await turn
        except TimeoutError:
            if turn.cancelled():  # else let in at the same moment
                self._step_out(turn)
                return self._let_in_despite(loop.time())
        except asyncio.CancelledError:
            self._step_out(turn)
            if not turn.cancelled():
                self.leave()
            raise
        return True

    def leave(self) -> None:
        """One that was let in is out."""
        self._inside -= 1
        if self._inside > self._few and self._waiting:
            is_slow = self._inside <= self._slow and asyncio.get_running_loop().time() < self._slow_until
            if not is_slow:
                return
        self._let_in()

    def _let_in_despite(self, now: float) -> bool:
        """Whether one who has waited too long is let in, and others with them, beside those who stay long."""
        if self._inside == self._most:
            return False
        self._slow, self._slow_until = self._inside, now + _SLOW_FOR
        self._inside += 1
        self._let_in()
        return True

    def _step_out(self, turn: asyncio.Future[None]) -> None:
        with suppress(ValueError):  # passed over already
            self._waiting.remove(turn)

    def _let_in(self) -> None:
        while self._waiting and self._inside < self._most:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                self._inside += 1
