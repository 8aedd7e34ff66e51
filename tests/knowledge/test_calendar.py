"""Working days: holidays of the package, decisions laid over it, and periods counted in working days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.calendar import WorkingCalendar
from knowledge.library import CalendarOverride
from knowledge.loader import load_library

OVERRIDES = load_library().calendar
CULTURE_DAY = "ngay_van_hoa_24_11"
PLAIN = WorkingCalendar(OVERRIDES)
WITH_CULTURE_DAY = WorkingCalendar(OVERRIDES, frozenset({CULTURE_DAY}))

days = st.dates(min_value=date(2019, 1, 1), max_value=date(2036, 12, 31))


@pytest.mark.parametrize(
    ("day", "is_working"),
    [
        pytest.param(date(2020, 10, 1), True, id="01/10/2020 was a working Thursday"),
        pytest.param(date(2021, 12, 31), True, id="31/12/2021 was a working Friday"),
        pytest.param(date(2026, 1, 1), False, id="New Year"),
        pytest.param(date(2026, 1, 2), False, id="Friday swapped for a Saturday by decision"),
        pytest.param(date(2026, 1, 10), True, id="Saturday worked for the swapped Friday"),
        pytest.param(date(2026, 1, 17), False, id="any other Saturday"),
        pytest.param(date(2026, 2, 16), False, id="lunar New Year's eve 2026"),
        pytest.param(date(2026, 2, 20), False, id="last day of lunar New Year 2026"),
        pytest.param(date(2026, 2, 23), True, id="first day after lunar New Year 2026"),
        pytest.param(date(2026, 4, 27), False, id="compensation for the kings' day on a Sunday"),
        pytest.param(date(2019, 5, 4), True, id="make-up Saturday 2019"),
        pytest.param(date(2024, 5, 4), True, id="make-up Saturday 2024"),
        pytest.param(date(2025, 4, 26), True, id="make-up Saturday 2025"),
        pytest.param(date(2025, 5, 2), False, id="the day off that the make-up Saturday 2025 paid for"),
        pytest.param(date(2026, 8, 22), True, id="make-up Saturday 2026"),
        pytest.param(date(2026, 8, 31), False, id="the day off that the make-up Saturday 2026 paid for"),
        pytest.param(date(2026, 11, 23), True, id="the day before culture day"),
        pytest.param(date(2026, 11, 24), True, id="culture day while its switch is off"),
        pytest.param(date(2029, 11, 26), True, id="no compensation for culture day while its switch is off"),
        pytest.param(date(2030, 11, 25), True, id="nor in 2030"),
        pytest.param(date(2029, 11, 24), False, id="culture day on a Saturday is a Saturday"),
    ],
)
def test_day_is_working_or_off_when_the_law_says_so(day, is_working):
    assert PLAIN.is_working(day) is is_working


@pytest.mark.parametrize(
    "day",
    [
        pytest.param(date(2026, 11, 24), id="Tuesday 2026"),
        pytest.param(date(2028, 11, 24), id="Friday 2028"),
        pytest.param(date(2029, 11, 26), id="compensation for Saturday 2029"),
        pytest.param(date(2030, 11, 25), id="compensation for Sunday 2030"),
    ],
)
def test_culture_day_is_off_and_named_when_its_switch_is_on(day):
    assert not WITH_CULTURE_DAY.is_working(day)
    assert "Văn hóa" in (WITH_CULTURE_DAY.holiday_name(day) or "")
    assert PLAIN.holiday_name(day) is None


def test_switch_changes_no_other_day_when_it_is_turned_on():
    first = date(2026, 1, 1)
    changed = [
        day
        for day in (first + timedelta(days=n) for n in range(365 * 6))
        if PLAIN.is_working(day) != WITH_CULTURE_DAY.is_working(day)
    ]
    assert {(day.month, day.day) for day in changed} == {(11, 24), (11, 25), (11, 26)}
    assert len(changed) == 6


@pytest.mark.parametrize(
    ("day", "name"),
    [
        pytest.param(date(2026, 2, 17), "Tết Nguyên Đán", id="a holiday has its Vietnamese name"),
        pytest.param(date(2026, 1, 2), "Nghỉ hoán đổi (làm bù thứ Bảy ngày 10/01/2026)", id="a swap says what for"),
        pytest.param(date(2026, 1, 10), None, id="a make-up Saturday is no holiday"),
        pytest.param(date(2026, 1, 17), None, id="a plain Saturday has no name"),
        pytest.param(date(2026, 11, 20), None, id="a working day has no name"),
    ],
)
def test_holiday_is_named_when_there_is_one(day, name):
    assert PLAIN.holiday_name(day) == name


@pytest.mark.parametrize(
    ("day", "is_provisional"),
    [
        pytest.param(date(2020, 10, 1), False, id="a past year"),
        pytest.param(date(2026, 12, 31), False, id="the last year with a decision"),
        pytest.param(date(2027, 1, 1), True, id="the year after it"),
    ],
)
def test_year_is_provisional_when_no_decision_about_it_is_held(day, is_provisional):
    assert PLAIN.is_provisional(day) is is_provisional


def test_every_year_is_provisional_when_no_decision_is_held_at_all():
    unsure = CalendarOverride(date(2026, 11, 24), is_working=False, reason="?", source="?", switch="unsure")
    assert WorkingCalendar([unsure]).is_provisional(date(2019, 1, 1))


@pytest.mark.parametrize(
    ("before", "safe"),
    [
        pytest.param(date(2022, 1, 31), date(2022, 1, 28), id="lunar New Year 2022 begins on 31/01"),
        pytest.param(date(2023, 1, 31), date(2023, 1, 30), id="Monday after lunar New Year 2023"),
        pytest.param(date(2024, 1, 31), date(2024, 1, 30), id="ordinary Tuesday 2024"),
        pytest.param(date(2025, 1, 31), date(2025, 1, 24), id="lunar New Year 2025 takes the whole week"),
        pytest.param(date(2026, 1, 31), date(2026, 1, 30), id="ordinary Friday 2026"),
        pytest.param(date(2027, 1, 31), date(2027, 1, 29), id="weekend 2027"),
        pytest.param(date(2028, 1, 31), date(2028, 1, 21), id="lunar New Year 2028, computed"),
        pytest.param(date(2029, 1, 31), date(2029, 1, 30), id="ordinary Tuesday 2029"),
        pytest.param(date(2030, 1, 31), date(2030, 1, 30), id="ordinary Wednesday 2030"),
        pytest.param(date(2024, 11, 25), date(2024, 11, 22), id="weekend before 25/11/2024"),
        pytest.param(date(2025, 11, 25), date(2025, 11, 24), id="24/11 was an ordinary Monday in 2025"),
        pytest.param(date(2026, 11, 25), date(2026, 11, 24), id="24/11/2026 while culture day is not confirmed"),
        pytest.param(date(2029, 11, 25), date(2029, 11, 23), id="weekend before 25/11/2029"),
        pytest.param(date(2030, 11, 25), date(2030, 11, 22), id="weekend before 25/11/2030"),
        pytest.param(date(2025, 11, 30), date(2025, 11, 28), id="weekend before 30/11/2025"),
        pytest.param(date(2026, 11, 30), date(2026, 11, 27), id="weekend before 30/11/2026"),
    ],
)
def test_last_working_day_before_a_day_is_found_when_holidays_lie_between(before, safe):
    assert PLAIN.last_working_day_on_or_before(before - timedelta(days=1)) == safe


@pytest.mark.parametrize("year", [2026, 2027, 2028])
def test_last_working_day_moves_to_23_november_when_culture_day_is_on(year):
    assert WITH_CULTURE_DAY.last_working_day_on_or_before(date(year, 11, 24)) == date(year, 11, 23)


@pytest.mark.parametrize(
    ("received", "issued"),
    [
        pytest.param(date(2022, 1, 19), date(2022, 1, 28), id="2022"),
        pytest.param(date(2023, 1, 12), date(2023, 1, 30), id="2023, over lunar New Year"),
        pytest.param(date(2024, 1, 19), date(2024, 1, 30), id="2024"),
        pytest.param(date(2025, 1, 15), date(2025, 1, 24), id="2025"),
        pytest.param(date(2026, 1, 21), date(2026, 1, 30), id="2026"),
        pytest.param(date(2027, 1, 20), date(2027, 1, 29), id="2027"),
        pytest.param(date(2028, 1, 12), date(2028, 1, 21), id="2028"),
        pytest.param(date(2029, 1, 19), date(2029, 1, 30), id="2029"),
        pytest.param(date(2030, 1, 21), date(2030, 1, 30), id="2030"),
    ],
)
def test_seven_working_days_end_on_the_last_safe_day_when_received_in_time(received, issued):
    assert PLAIN.add_working_days(received, 7) == issued
    assert PLAIN.working_days_between(received, issued) == 7


def test_period_skips_the_swapped_friday_and_counts_the_make_up_saturday_when_new_year_is_near():
    assert PLAIN.add_working_days(date(2025, 12, 31), 1) == date(2026, 1, 5)
    assert PLAIN.add_working_days(date(2026, 1, 9), 1) == date(2026, 1, 10)


def test_period_of_no_days_ends_at_once_when_counted():
    assert PLAIN.add_working_days(date(2026, 1, 17), 0) == date(2026, 1, 17)


def test_counting_refuses_when_the_period_is_negative():
    with pytest.raises(ValueError, match="-1 working days"):
        PLAIN.add_working_days(date(2026, 1, 17), -1)


def test_nothing_lies_between_when_the_end_is_not_after_the_start():
    assert PLAIN.working_days_between(date(2026, 3, 2), date(2026, 3, 2)) == 0
    assert PLAIN.working_days_between(date(2026, 3, 5), date(2026, 3, 2)) == 0


@given(start=days, n=st.integers(min_value=1, max_value=60))
def test_a_period_ends_on_a_working_day_and_counts_back_when_any_length(start, n):
    end = PLAIN.add_working_days(start, n)
    assert PLAIN.is_working(end)
    assert PLAIN.working_days_between(start, end) == n


@given(day=days)
def test_the_safe_day_is_the_nearest_working_day_when_looked_for_backwards(day):
    safe = PLAIN.last_working_day_on_or_before(day)
    assert safe <= day
    assert PLAIN.is_working(safe)
    assert not any(PLAIN.is_working(safe + timedelta(days=n)) for n in range(1, (day - safe).days + 1))
