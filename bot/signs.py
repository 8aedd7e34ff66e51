"""A sign that an answer is being prepared, which holds no answer up."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from bot.waiting import T


async def with_sign(work: Awaitable[T], show: Callable[[], Coroutine[Any, Any, None]], after: float) -> T:
    """What comes of the work; once that takes so many seconds a sign is shown, and given up as soon as it is there."""
    shown: list[asyncio.Task[None]] = []
    try:
        async with asyncio.TaskGroup() as group:
            slow = asyncio.get_running_loop().call_later(after, lambda: shown.append(group.create_task(show())))
            try:
                return await work
            finally:
                slow.cancel()
                for one in shown:
                    one.cancel()
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None
