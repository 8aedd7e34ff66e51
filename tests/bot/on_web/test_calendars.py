"""A calendar is read at its secret address, and at no other; reading is limited."""

from aiohttp import web

from bot.on_web.calendars import CALENDAR_PATH, CalendarPage
from tests.bot.on_web.scripted import opened

TOKEN = "a" * 40


class Kept:
    """One calendar, and how often it was looked for."""

    def __init__(self) -> None:
        self.looked_for: list[str] = []

    async def read(self, token: str) -> bytes | None:
        self.looked_for.append(token)
        return b"BEGIN:VCALENDAR" if token == TOKEN else None


async def test_a_calendar_is_read_at_its_address_until_too_often():
    kept, now = Kept(), [0.0]
    page = CalendarPage(kept.read, per_hour=2, unknown_per_minute=1, monotonic=lambda: now[0])
    async with opened(routes=[web.get(CALENDAR_PATH, page.show)]) as door:

        async def status(token: str) -> int:
            async with door.session.get(f"{door.url}/calendar/{token}.ics") as response:
                if response.status == 200:
                    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
                    assert response.headers["Cache-Control"] == "no-store"
                return response.status

        assert [await status(TOKEN) for _ in range(3)] == [200, 200, 429]
        now[0] += 3600
        assert await status(TOKEN) == 200
        assert await status("short") == 404  # no address at all: nothing is looked up
        assert [await status(sign * 40) for sign in "bc"] == [404, 429]
        assert await status(TOKEN) == 200  # somebody tries addresses: who reads their own is not kept waiting
        now[0] += 60
        assert await status("c" * 40) == 404
    assert kept.looked_for == [TOKEN, TOKEN, TOKEN, "b" * 40, TOKEN, "c" * 40]
