"""The time that a stand-in lives in: the real one, one that a test moves by hand, or somebody else's clock."""

import asyncio
import heapq
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from itertools import count
from zoneinfo import ZoneInfo

from tests.standins.zalo_ground.bell import Bell

# Zalo never states its time zone; nights, days and months are counted here.
HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
_GLANCE = 0.02  # seconds between looks at a clock that cannot tell us when it was moved
_LONG = 3600.0


class Clock:
    """Seconds since 1970. `Clock()` is real, `Clock(start=…)` stands until moved, `Clock(source)` follows a callable.

    Any of them can be moved with `advance`, and then everything that waits for a time is looked at again.
    """

    def __init__(self, source: Callable[[], float] | None = None, *, start: float | None = None) -> None:
        self._is_real = source is None and start is None
        self._is_standing = start is not None
        self._start = start or 0.0
        self._source = source or (time.time if start is None else self._stand)
        self._offset = 0.0
        self._listeners: list[Bell] = []

    def __call__(self) -> float:
        return self._source() + self._offset

    def advance(self, seconds: float) -> None:
        """Move the time on (or back, with a negative number)."""
        self._offset += seconds
        for bell in self._listeners:
            bell.ring()

    def move_to(self, moment: float) -> None:
        """Move the time to this moment."""
        self.advance(moment - self())

    def millis(self) -> int:
        """Now, as Zalo writes it."""
        return int(self() * 1000)

    def local(self) -> datetime:
        """Now, on a clock in Hanoi."""
        return datetime.fromtimestamp(self(), HANOI)

    def tell(self, bell: Bell) -> None:
        """Ring this whenever the time is moved."""
        self._listeners.append(bell)

    async def wait(self, bell: Bell, is_so: Callable[[], bool], until: float) -> bool:
        """Wait until it is so; False when this clock shows `until` before that."""
        while not is_so():
            left = until - self()
            if left <= 0:
                return False
            step = left if self._is_real else _LONG if self._is_standing else _GLANCE
            await bell.wait_until(lambda: is_so() or self() >= until, min(step, _LONG))
        return True

    def _stand(self) -> float:
        return self._start


class Agenda:
    """What is to be done later by a clock, in the order of its times."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._bell = Bell()
        self._numbers = count()
        self._waiting: list[tuple[float, int, Callable[[], Awaitable[None]]]] = []
        self._running: set[asyncio.Task[None]] = set()
        self._walking: asyncio.Task[None] | None = None
        clock.tell(self._bell)

    def put(self, wait: float, work: Callable[[], Awaitable[None]]) -> None:
        """Do this so many seconds from now; at once when there is nothing to wait for."""
        if wait <= 0:
            self._begin(work)
            return
        heapq.heappush(self._waiting, (self._clock() + wait, next(self._numbers), work))
        if self._walking is None:
            self._walking = asyncio.create_task(self._walk())
        self._bell.ring()

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being done just now."""
        return not self._running

    @property
    def waiting(self) -> int:
        """How much is to be done later."""
        return len(self._waiting)

    async def stop(self) -> None:
        """Drop everything."""
        self._waiting.clear()
        tasks = [*self._running, *([self._walking] if self._walking else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._walking = None

    def _begin(self, work: Callable[[], Awaitable[None]]) -> None:
        task = asyncio.create_task(_do(work))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _walk(self) -> None:
        while True:
            if not self._waiting:
                await self._bell.wait_until(lambda: bool(self._waiting), _LONG)
                continue
            due = self._waiting[0][0]
            await self._clock.wait(self._bell, lambda due=due: not self._waiting or self._waiting[0][0] < due, due)  # type: ignore[misc]
            while self._waiting and self._waiting[0][0] <= self._clock():
                self._begin(heapq.heappop(self._waiting)[2])


async def _do(work: Callable[[], Awaitable[None]]) -> None:
    await work()
