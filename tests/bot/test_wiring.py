"""The open office forgets what has had its time, and nothing before."""

from datetime import timedelta

from bot.wiring import Office
from tests.databases import make_home
from tests.offices import StandingClock, sample_office


async def test_tidying_drops_long_silent_conversations_and_keeps_the_others(server_url):
    now = StandingClock().now()
    with make_home("tidy") as home:
        async with sample_office(server_url, home) as office:
            async with office._database.transaction() as drawers:
                await drawers.threads.keep("web:old", {"intent": "help"}, now - timedelta(days=31))
                await drawers.threads.keep("web:new", {"intent": "help"}, now - timedelta(days=29))
            await office.tidy()
            assert await kept(office, "web:old") is None
            assert await kept(office, "web:new") is not None


async def kept(office: Office, thread: str):
    async with office._database.transaction() as drawers:
        return await drawers.threads.recall(thread)
