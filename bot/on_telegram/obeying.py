"""python-telegram-bot's extension point for pace: ours has no pace of its own, and stops at once when told to wait."""

import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

from bot.on_telegram.wire import NeverLeftError

Announce = Callable[[float], Awaitable[None]]
Request = Callable[..., Any]


class ClosedError(NeverLeftError):
    """Telegram asked to be left alone a moment ago; the request was not even tried. `wait`: seconds until then."""

    __slots__ = ("wait",)

    def __init__(self, wait: float) -> None:
        super().__init__("Closed")
        self.wait = wait


class ObedientLimiter(BaseRateLimiter[None]):
    """The pump reserves the moment of each request for the whole fleet, so nothing is held back or repeated here.

    A 429 closes the way: what this process has under way behind it is turned back instead of being refused too, and
    `announce` is told for how many seconds, before anybody else can learn of the refusal, so that all stop.
    """

    def __init__(self, announce: Announce | None = None, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._announce = announce
        self._monotonic = monotonic
        self._closed_until = 0.0

    async def initialize(self) -> None:
        """There is nothing to prepare."""

    async def shutdown(self) -> None:
        """There is nothing to give back."""

    async def process_request(
        self,
        callback: Request,
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: None,
    ) -> Any:
        """Ask once, at once, unless the way is closed. Raises ClosedError then."""
        del endpoint, data, rate_limit_args
        left = self._closed_until - self._monotonic()
        if left > 0:
            raise ClosedError(left)
        try:
            return await callback(*args, **kwargs)
        except RetryAfter as asked:
            wait = seconds_of(asked)
            is_news = self._monotonic() + wait > self._closed_until
            self._closed_until = max(self._closed_until, self._monotonic() + wait)
            if is_news and self._announce is not None:
                await self._announce(wait)
            raise


def seconds_of(asked: RetryAfter) -> float:
    """The wait that a 429 asks for."""
    wait = asked.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
