"""What has had its time goes by the clock, for good: so a clock that has leapt ahead removes nothing."""

from datetime import UTC, datetime, timedelta

import pytest

from storage.drawers import Drawers

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def put_first_act(drawers: Drawers, at: datetime) -> None:
    await drawers.audit.record("command_line", "overview", "audit", at)
    await drawers.audit.find_end()


async def clean_up(drawers: Drawers, at: datetime) -> bool:
    """As is done for each clean-up; whether it may remove anything."""
    kept = drawers.personal_data
    if may := await kept.may_prune(at):
        await kept.note_run(at.date(), at, await kept.count_changes())
    else:
        await kept.note_held_back(at.date(), at)
    return may


async def test_a_new_house_and_one_that_runs_on_are_never_held_up(drawers: Drawers) -> None:
    assert await clean_up(drawers, NOW - 9 * DAY)
    await put_first_act(drawers, NOW - 9 * DAY + HOUR)
    for hours in range(6, 9 * 24, 6):
        assert await clean_up(drawers, NOW - 9 * DAY + hours * HOUR), hours


@pytest.mark.parametrize(("away", "may"), [(2 * DAY, True), (3 * DAY, True), (5 * DAY, False), (400 * DAY, False)])
async def test_nothing_is_removed_after_a_leap_but_a_weekend_is_none(
    drawers: Drawers, away: timedelta, may: bool
) -> None:
    await put_first_act(drawers, NOW - 500 * DAY)
    await drawers.personal_data.note_run((NOW - away).date(), NOW - away, {})
    assert await clean_up(drawers, NOW) is may


async def test_a_house_that_was_closed_for_long_is_cleaned_up_by_itself_a_day_later(drawers: Drawers) -> None:
    kept = drawers.personal_data
    await kept.note_run((NOW - 60 * DAY).date(), NOW - 60 * DAY, {})
    for hours in (0, 6, 12, 18, 23):
        assert not await clean_up(drawers, NOW + hours * HOUR)
        assert await kept.held_back_at((NOW + hours * HOUR).date()) == NOW
        last = await kept.last_run(NOW.date() + DAY)
        assert last is not None
        assert last[0] == (NOW - 60 * DAY).date(), "what was held back is no clean-up"
    assert await clean_up(drawers, NOW + DAY + HOUR)
    assert await kept.held_back_at(NOW.date() + DAY) is None
    assert await clean_up(drawers, NOW + DAY + 7 * HOUR)


@pytest.mark.parametrize("every", [5 * DAY, 7 * DAY, 40 * DAY])
async def test_a_house_that_is_opened_seldom_is_cleaned_up_at_the_second_opening(
    drawers: Drawers, every: timedelta
) -> None:
    opened = NOW - 200 * DAY  # and not later than the database's own clock says
    await put_first_act(drawers, opened - 400 * DAY)
    done = [await clean_up(drawers, opened + n * every + hours * HOUR) for n in range(4) for hours in (0, 6)]
    assert done == [False, False, True, True, False, False, True, True]


async def test_a_house_opened_weekly_is_cleaned_up_after_a_longer_pause_too(drawers: Drawers) -> None:
    opened = NOW - 300 * DAY
    await put_first_act(drawers, opened - 400 * DAY)
    days = (0, 60, 67, 74, 81, 88)  # held back, and then closed for longer than speaks for anything
    done = [await clean_up(drawers, opened + day * DAY + hours * HOUR) for day in days for hours in (0, 6)]
    assert done == [False, False, False, False, True, True, False, False, True, True, False, False]


async def test_a_second_leap_finds_nothing_of_the_first_that_speaks_for_it(drawers: Drawers) -> None:
    then = NOW - 300 * DAY  # so that not the database's own clock speaks against it
    await put_first_act(drawers, then - 400 * DAY)
    await drawers.personal_data.note_run((then - 9 * DAY).date(), then - 9 * DAY, {})
    assert not await clean_up(drawers, then + 100 * DAY)
    assert not await clean_up(drawers, then)
    assert not await clean_up(drawers, then + 200 * DAY)


async def test_a_house_that_has_never_been_cleaned_up_waits_as_well(drawers: Drawers) -> None:
    await put_first_act(drawers, NOW - 400 * DAY)
    assert not await clean_up(drawers, NOW)
    assert await clean_up(drawers, NOW + DAY + HOUR)


async def test_nothing_is_removed_while_the_clock_of_the_database_is_behind(drawers: Drawers) -> None:
    ahead = datetime.now(UTC) + 400 * DAY
    for before in (3 * DAY, 2 * DAY, DAY + HOUR):
        await drawers.personal_data.note_run((ahead - before).date(), ahead - before, {})
    assert not await drawers.personal_data.may_prune(ahead)


async def test_what_was_noted_of_days_to_come_is_no_clean_up_and_goes_with_the_next_one(drawers: Drawers) -> None:
    kept, today = drawers.personal_data, NOW.date()
    await kept.note_run(today - 2 * DAY, NOW - 2 * DAY, {})
    await kept.note_run(today + 400 * DAY, NOW + 400 * DAY, {})
    await kept.note_held_back(today + 500 * DAY, NOW + 500 * DAY)

    last = await kept.last_run(today)
    assert last is not None
    assert last[0] == today - 2 * DAY
    assert await kept.held_back_at(today) is None
    assert await kept.ahead_on(today) == today + 500 * DAY

    assert await clean_up(drawers, NOW)
    assert await kept.ahead_on(today) is None
