"""The clean-up of the open house: it waits where the clock may be ahead, says so, and goes on by itself."""

from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.clock import FixedClock
from bot.commands.doctor_personal_data import check_personal_data
from bot.wiring import Office
from tests.databases import make_home
from tests.offices import SetClock, StandingClock, sample_office

NOW = StandingClock().now()
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
async def office(server_url):
    """The invented province with one conversation that has had its time, and one that has not."""
    with make_home() as home:
        async with sample_office(server_url, home) as opened:
            async with opened._database.transaction() as drawers:
                await drawers.threads.keep("web:old", {"intent": "help"}, NOW - 31 * DAY)
                await drawers.threads.keep("web:new", {"intent": "help"}, NOW - 2 * DAY)
                await drawers.updates.keep("telegram", [("1", "một câu hỏi chưa ai trả lời")], None)
            yield replace(opened, clock=SetClock(NOW))


async def left(office: Office) -> list[str]:
    async with office._database.transaction() as drawers:
        return [name for name in ("web:old", "web:new") if await drawers.threads.recall(name) is not None]


async def unanswered(office: Office) -> int:
    async with office._database.transaction() as drawers:
        return (await drawers.updates.count_waiting()).get("telegram", (0, 0.0))[0]


async def faults(office: Office) -> set[str]:
    return {one.fault for one in await check_personal_data(office) if not one.is_well}


async def test_a_clock_that_leaps_ahead_removes_nothing_is_named_and_leaves_no_trace_once_it_is_right(office):
    office.clock.at = ahead = NOW + 400 * DAY
    for hours in (0, 6, 30):
        office.clock.at = ahead + hours * HOUR
        with capture_logs() as logged:
            await office.tidy()
        assert "privacy.clean_up_held_back" in {one["event"] for one in logged if one["log_level"] == "error"}
        assert await faults(office) == {"personal_data.held_back"}
    assert await left(office) == ["web:old", "web:new"]
    assert await unanswered(office) == 1

    office.clock.at = NOW
    assert await faults(office) == {"personal_data.clock_ahead"}
    await office.tidy()
    assert await faults(office) == set()
    assert await left(office) == ["web:new"]
    assert await unanswered(office) == 1


async def test_a_house_that_was_closed_for_long_waits_for_a_day_and_then_forgets(office):
    async with office._database.transaction() as drawers:
        await drawers.personal_data.note_run(NOW.date() - 40 * DAY, NOW - 40 * DAY, {})
    await office.tidy()
    assert await left(office) == ["web:old", "web:new"]
    assert await faults(office) == {"personal_data.held_back"}

    office.clock.at += DAY + HOUR
    await office.tidy()
    assert await left(office) == ["web:new"]
    assert await faults(office) == set()


async def test_a_rehearsal_removes_nothing_and_is_no_fault(office):
    rehearsal = replace(office, clock=FixedClock(NOW.date() + 400 * DAY))
    await rehearsal.tidy()
    assert await rehearsal.privacy.tidy() is None
    assert await left(office) == ["web:old", "web:new"]
    assert await faults(rehearsal) == set()
    assert (await rehearsal.privacy.standing()).cleaned_on is None
    assert await faults(office) == set(), "nothing of it is noted"


async def test_a_clean_up_that_died_is_seen_behind_one_of_a_day_to_come(office):
    await office.tidy()
    async with office._database.transaction() as drawers:
        await drawers.personal_data.note_run(NOW.date() + 400 * DAY, NOW + 400 * DAY, {})
    office.clock.at += 3 * DAY
    assert await faults(office) == {"personal_data", "personal_data.clock_ahead"}
