"""Declared days and hours of sending: what holds is part of the rules, and what held stays on record."""

from datetime import date, time, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from knowledge.facts import DeclaredDay, PersonCode
from storage.drawers import Drawers
from tests.storage.test_audit import NOON

DAY = DeclaredDay(date(2026, 12, 31), is_working=False, reason="Nghỉ hoán đổi", basis="1/QĐ-UBND")
SECOND = PersonCode("CB015")


async def test_what_is_declared_holds_until_it_is_taken_back_and_stays_on_record(drawers: Drawers) -> None:
    versions = [await drawers.rules.version()]
    worked = DeclaredDay(DAY.day, is_working=True, reason="Làm bù", basis="2/QĐ-UBND")

    await drawers.working_time.declare(DAY, "CB014", SECOND, NOON)
    versions.append(await drawers.rules.version())
    assert (await drawers.rules.load()).calendar_days == (DAY,)
    await drawers.working_time.declare(worked, "CB014", SECOND, NOON + timedelta(hours=1))
    assert (await drawers.rules.load()).calendar_days == (worked,)
    assert await drawers.working_time.withdraw(DAY.day, SECOND, NOON + timedelta(hours=2))
    versions.append(await drawers.rules.version())

    assert (await drawers.rules.load()).calendar_days == ()
    assert not await drawers.working_time.withdraw(DAY.day, SECOND, NOON)
    assert versions == sorted(set(versions))
    kept = await drawers.working_time.list_days(10)
    assert [one.day for one in kept] == [worked, DAY]
    assert {one.withdrawn_by for one in kept} == {"CB014", SECOND}


async def test_hours_hold_one_after_the_other(drawers: Drawers) -> None:
    before = await drawers.rules.version()

    await drawers.working_time.set_hours((time(8), time(16)), "CB014", SECOND, NOON)
    await drawers.working_time.set_hours((time(9), time(16, 30)), "command_line", None, NOON)

    assert (await drawers.rules.load()).sending_hours == (time(9), time(16, 30))
    assert await drawers.rules.version() > before
    await drawers.working_time.set_hours(None, "command_line", None, NOON)
    assert (await drawers.rules.load()).sending_hours is None


async def test_nobody_is_their_own_second_person(drawers: Drawers) -> None:
    with pytest.raises(IntegrityError, match="two_persons"):
        await drawers.working_time.declare(DAY, SECOND, SECOND, NOON)
