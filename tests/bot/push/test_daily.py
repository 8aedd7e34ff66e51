"""A day is planned once, by whoever comes first, whole or not at all; a missed day is not made up for."""

import asyncio
from datetime import date

import pytest

from bot.push.daily import DailyPlan
from knowledge.facts import PersonCode
from tests.bot.push.workshop import DayClock, RosterPlanner
from tests.storage.filling import LAN, put_people, put_units

MONDAY = date(2026, 11, 23)
SENDERS = {"telegram": "telegram:123456789"}


@pytest.fixture
async def roster(database):
    async with database.transaction() as drawers:
        await put_units(drawers)
        await put_people(drawers, [LAN])
    return database


def daily(planner, day=MONDAY) -> DailyPlan:
    return DailyPlan(planner, SENDERS, DayClock(day))


async def planned(database) -> list[tuple[date, dict]]:
    async with database.transaction() as drawers:
        return [(one.day, one.counts) for one in await drawers.fleet.list_planned()]


async def in_line(database) -> int:
    async with database.connect() as connection:
        return (await connection.exec_driver_sql("SELECT count(*) FROM procrastinate_jobs")).scalar_one()


async def test_day_is_planned_once_and_the_job_that_follows_is_in_line(roster):
    planner = RosterPlanner(roster)

    assert await daily(planner).ensure_today()
    assert not await daily(planner).ensure_today()

    assert await planned(roster) == [(MONDAY, {"reminder": 1})]
    assert planner.planned == [MONDAY]
    assert await in_line(roster) == 1


async def test_second_planner_at_the_same_time_leaves_the_day_alone(roster):
    inside, may_end = asyncio.Event(), asyncio.Event()

    async def hold():
        inside.set()
        await may_end.wait()

    first = asyncio.create_task(daily(RosterPlanner(roster, before_end=hold)).ensure_today())
    await inside.wait()
    late = RosterPlanner(roster)
    assert not await daily(late).ensure_today()
    may_end.set()

    assert await first
    assert late.planned == []
    assert await planned(roster) == [(MONDAY, {"reminder": 1})]


async def test_plan_that_fails_keeps_nothing_and_the_next_one_does_all_of_it(roster):
    async def break_off():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await daily(RosterPlanner(roster, before_end=break_off)).ensure_today()
    async with roster.transaction() as drawers:
        assert await drawers.outbox.count_states() == {}
    assert (await planned(roster), await in_line(roster)) == ([], 0)

    assert await daily(RosterPlanner(roster)).ensure_today()


async def test_start_two_days_late_plans_only_today(roster):
    planner = RosterPlanner(roster)
    await daily(planner, date(2026, 11, 18)).ensure_today()

    assert await daily(planner, MONDAY).ensure_today()
    assert not await daily(planner, MONDAY).ensure_today()

    assert planner.planned == [date(2026, 11, 18), MONDAY]


async def test_day_waits_for_the_first_load(database):
    planner = RosterPlanner(database)
    assert not await daily(planner).ensure_today()
    assert await planned(database) == []


async def test_old_days_are_forgotten(roster):
    planner = RosterPlanner(roster)
    for day in (date(2024, 1, 2), MONDAY):
        await daily(planner, day).ensure_today()
    async with roster.transaction() as drawers:
        await drawers.fleet.prune(date(2025, 1, 1))
    assert [day for day, _counts in await planned(roster)] == [MONDAY]
    assert PersonCode(LAN.code)
