"""Work that outlives the request that brought it: much may wait, some is done at once, and it ends before we leave."""

import asyncio
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Final, Self

import structlog

from bot.failures import where_of

_MOST_WAITING: Final = 20_000
_TURNS_GIVEN: Final = 3
_log = structlog.get_logger("bot.on_zalo")


class Afterwards:
    """Does `at_once` pieces of work at the same time. Leaving the block finishes them, within `grace` seconds."""

    def __init__(self, *, at_once: int = 24, most: int = _MOST_WAITING, grace: float = 20.0) -> None:
        self._waiting: asyncio.Queue[Coroutine[Any, Any, object]] = asyncio.Queue(most)
        self._at_once = at_once
        self._grace = grace
        self._workers: list[asyncio.Future[None]] = []
        self._is_open = False

    async def __aenter__(self) -> Self:
        self._workers = [asyncio.ensure_future(self._work()) for _worker in range(self._at_once)]
        self._is_open = True
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_open = False
        try:
            async with asyncio.timeout(self._grace):
                await self._waiting.join()
        except TimeoutError:
            _log.error("zalo.left_unfinished", count=self._waiting.qsize())
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)
        while not self._waiting.empty():
            self._waiting.get_nowait().close()

    def take(self, work: Coroutine[Any, Any, object]) -> bool:
        """Do this as soon as there is room. False, and it is not done, where too much waits or we are leaving."""
        if self._is_open and not self._waiting.full():
            self._waiting.put_nowait(work)
            return True
        work.close()
        return False

    async def _work(self) -> None:
        while True:
            work = await self._waiting.get()
            # Whoever brings an event must have its answer soon: what has come in meanwhile goes before this.
            for _turn in range(_TURNS_GIVEN):
                await asyncio.sleep(0)
            try:
                await work
            except Exception as failed:  # noqa: BLE001  one failing event must not take the others with it
                _log.error("zalo.work_failed", error=type(failed).__name__, where=where_of(failed))
            finally:
                self._waiting.task_done()
