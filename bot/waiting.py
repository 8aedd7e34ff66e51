"""Waiting that ends when the door is to close."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

Pause = Callable[[float], Awaitable[None]]
T = TypeVar("T")
_MOST_DOUBLED: Final = 60  # beyond what anything is waited for; after a day of failures a power would be no number


def longer_each_time(failures: int, *, first: float = 1.0, longest: float) -> float:
    """Seconds until the next try: `first`, and twice as long after each of the failures before, up to `longest`."""
    return min(first * 2.0 ** min(failures, _MOST_DOUBLED), longest)


async def unless_stopped(work: Awaitable[T], stop: asyncio.Event) -> T | None:
    """Wait for the work or for the stop, whichever comes first; the work is then given up."""
    working = asyncio.ensure_future(work)
    stopping = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else None
    finally:
        for task in (working, stopping):
            task.cancel()
        await asyncio.gather(working, stopping, return_exceptions=True)
