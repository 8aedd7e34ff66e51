"""The open office: what it makes late and once, and what it forgets when that has had its time."""

import asyncio
import time
from datetime import timedelta

from bot.wiring import Office, _once
from handlers.asking import Channel, Incoming
from knowledge.understanding.retrieval import PointSearch
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


async def test_what_is_made_late_is_made_once_however_many_need_it_at_the_same_time():
    made = []

    def make() -> object:
        time.sleep(0.05)
        made.append(object())
        return made[-1]

    find = _once(make)
    found = await asyncio.gather(*(asyncio.to_thread(find) for _ in range(8)))
    assert len(made) == 1
    assert set(found) == set(made)


async def test_the_search_waits_for_the_first_question_that_needs_it_or_for_the_rest_to_be_made_ready(
    server_url, monkeypatch
):
    made = []
    monkeypatch.setattr("bot.wiring.PointSearch", lambda library: made.append(library) or PointSearch(library))
    with make_home("late") as home:
        async with sample_office(server_url, home) as office:
            await office.desk.prepare()
            await office.desk.answer(Incoming(Channel.WEB, "w1", text="tôi còn thiếu gì"))
            assert made == []
            office.desk.prepare_rest()
            office.desk.prepare_rest()
            assert len(made) == 1
    with make_home("later") as home:
        async with sample_office(server_url, home) as office:
            asked = Incoming(Channel.WEB, "w1", text="văn bản nào nói về hạn hoàn thiện tiêu chuẩn ngoại ngữ")
            assert (await office.desk.answer(asked)).lines
            assert len(made) == 2


async def kept(office: Office, thread: str):
    async with office._database.transaction() as drawers:
        return await drawers.threads.recall(thread)
