"""`/calendar/<token>.ics`: read by the calendar service of its owner. Nobody logs in; the address is the secret."""

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

from bot.calendars import CALENDAR
from handlers.officials.my_calendar import PATH
from handlers.phrases import _

CALENDAR_PATH: Final = PATH + "{token:[A-Za-z0-9]{20,80}}.ics"
_MOST_REMEMBERED: Final = 10_000

Read = Callable[[str], Awaitable[bytes | None]]


class CalendarPage:
    """Hands out calendars, so often an hour for each, and so many unknown ones a minute to each who asks.

    Those that were read here before are read on whatever else is asked from the same place: several may share a proxy.
    """

    def __init__(
        self,
        read: Read,
        *,
        per_hour: int = 60,
        unknown_per_minute: int = 60,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read = read
        self._known = _Counted(per_hour, 3600.0, monotonic)
        self._unknown = _Counted(unknown_per_minute, 60.0, monotonic)
        self._read_before: OrderedDict[str, None] = OrderedDict()

    async def show(self, request: web.Request) -> web.Response:
        token = request.match_info["token"]
        asker = request.remote or ""
        is_strange = token not in self._read_before
        if (is_strange and self._unknown.is_full(asker)) or not self._known.take(token):
            return web.Response(status=429, text=_("Too many requests; please try again later."), headers=_WAIT)
        content = await self._read(token)
        if content is None:
            self._read_before.pop(token, None)
            self._unknown.take(asker)
            raise web.HTTPNotFound
        self._read_before[token] = None
        while len(self._read_before) > _MOST_REMEMBERED:
            self._read_before.popitem(last=False)
        return web.Response(body=content, content_type=CALENDAR, charset="utf-8")


_WAIT: Final = {"Retry-After": "3600"}


class _Counted:
    """How often something happened within the running window."""

    def __init__(self, most: int, seconds: float, monotonic: Callable[[], float]) -> None:
        self._most, self._seconds, self._monotonic = most, seconds, monotonic
        self._windows: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def is_full(self, key: str) -> bool:
        return self._count(key)[1] >= self._most

    def take(self, key: str) -> bool:
        """Count one more; False, and nothing is counted, where that would be too many."""
        begun, count = self._count(key)
        if count >= self._most:
            return False
        self._windows[key] = begun, count + 1
        self._windows.move_to_end(key)
        while len(self._windows) > _MOST_REMEMBERED:
            self._windows.popitem(last=False)
        return True

    def _count(self, key: str) -> tuple[float, int]:
        now = self._monotonic()
        begun, count = self._windows.get(key, (now, 0))
        return (begun, count) if now - begun < self._seconds else (now, 0)
