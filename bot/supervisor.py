"""Work that outlives the request that brought it: bounded, never detached, brought to an end before leaving."""

import asyncio
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Self

import structlog

from bot.failures import where_of

_log = structlog.get_logger("bot.on_telegram")


class Supervisor:
    """Runs up to `limit` pieces of work at once. Leaving the block waits for them, at most `grace` seconds.

    `name` is the channel, for the log.
    """

    def __init__(self, limit: int = 200, grace: float = 20.0, *, name: str = "telegram") -> None:
        self._room = asyncio.Semaphore(limit)
        self._grace = grace
        self._name = name
        self._group = asyncio.TaskGroup()
        self._running: set[asyncio.Task[None]] = set()
        self._is_open = False

    async def __aenter__(self) -> Self:
        await self._group.__aenter__()
        self._is_open = True
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_open = False
        if self._running:
            _done, late = await asyncio.wait(self._running, timeout=self._grace)
            for task in late:
                task.cancel()
            if late:
                _log.error(f"{self._name}.left_unfinished", count=len(late))
        # Told of no failure, the group adds nothing to it: the caller gets its own error as it was raised.
        await self._group.__aexit__(None, None, None)

    @property
    def has_room(self) -> bool:
        """Whether more work is taken at once."""
        return self._is_open and not self._room.locked()

    async def start(self, work: Coroutine[Any, Any, object]) -> None:
        """Start this work, waiting while there is no room. Raises RuntimeError after the block was left."""
        await self._room.acquire()
        if not self._is_open:
            work.close()
            raise RuntimeError("the supervisor has gone home")
        task = self._group.create_task(self._run(work))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        task.add_done_callback(lambda _task: work.close())  # also where it was given up before it began

    async def _run(self, work: Coroutine[Any, Any, object]) -> None:
        try:
            await work
        except Exception as failed:  # noqa: BLE001  one failing update must not take the others with it
            _log.error(f"{self._name}.work_failed", error=type(failed).__name__, where=where_of(failed))
        finally:
            self._room.release()
