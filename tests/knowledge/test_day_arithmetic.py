"""Days counted on from a day: as on paper, and at the ends of the calendar its ends."""

from datetime import UTC, date, datetime, timedelta

import pytest
from dateutil.relativedelta import relativedelta

from bot.calendars import write_calendar
from handlers.reply import CalendarDay, CalendarFile
from knowledge.day_arithmetic import add_days, add_months, add_years, end_of_month
from knowledge.deadlines import last_legal_day
from knowledge.retirement import earliest_retirement

LAST, FIRST = date.max, date.min
NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)


@pytest.mark.parametrize("day", [date(2024, 2, 29), date(2026, 1, 31), date(2026, 12, 31), date(9998, 12, 31)])
@pytest.mark.parametrize("number", [1, 2, 11, 12])
def test_within_the_calendar_days_are_counted_as_ever(day: date, number: int) -> None:
    assert add_days(day, number) == day + timedelta(days=number)
    assert add_days(day, -number) == day - timedelta(days=number)
    assert add_months(day, number) == day + relativedelta(months=number)


def test_beyond_the_calendar_its_last_and_first_day_stay() -> None:
    assert add_days(LAST, 1) == add_months(LAST, 1) == add_years(LAST, 100) == LAST
    assert add_days(FIRST, -1) == FIRST
    assert end_of_month(2026 * 12 + 1) == date(2026, 2, 28)
    assert end_of_month(9999 * 12 + 11) == end_of_month(12000 * 12) == LAST


def test_what_stands_on_the_ends_of_the_calendar_is_told_and_drawn() -> None:
    assert earliest_retirement(5, LAST) == date(9999, 12, 30)
    assert last_legal_day(FIRST, is_included=False) == FIRST
    days = (CalendarDay("a", LAST, "x"), CalendarDay("b", FIRST, "y"))
    assert b"99991231" in write_calendar(CalendarFile("f", "t", "CB001", 1, NOW, days))
