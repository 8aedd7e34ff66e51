"""Retirement day and service left, by the schedule in force on the day of the question (contracts, §7 rule 9)."""

import calendar
from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache

from dateutil.relativedelta import relativedelta

from knowledge.facts import Gender
from knowledge.library import RetirementSchedule

_NO_SCHEDULE = "no retirement schedule covers {on}; knowledge/law/retirement.yaml must leave no gap"


def schedule_on(schedules: Iterable[RetirementSchedule], on: date) -> RetirementSchedule:
    """The schedule by which a question asked on this day is answered. Raises LookupError where the data has a gap."""
    for schedule in schedules:
        if (schedule.asked_from is None or schedule.asked_from <= on) and (
            schedule.asked_to is None or on <= schedule.asked_to
        ):
            return schedule
    raise LookupError(_NO_SCHEDULE.format(on=on))


def retirement_day(born_on: date, gender: Gender, schedule: RetirementSchedule) -> date:
    """Last day of the month in which the retirement age of this schedule is reached.

    The first year Y in which birthday + age(Y) falls in Y or earlier decides; the last step of a schedule stays.
    """
    for year, months in _ages(schedule, gender):
        reached = born_on + relativedelta(months=months)
        if reached.year <= year:
            return _end_of_month(reached)
    last = _ages(schedule, gender)[-1][1]
    return _end_of_month(born_on + relativedelta(months=last))


def has_service_left(retires_on: date, years: int, on: date) -> bool:
    """Whether at least this many years of service are left on a day: retirement day ≥ day + years − 1 day."""
    return retires_on >= on + relativedelta(years=years) - timedelta(days=1)


@lru_cache(maxsize=32)
def _ages(schedule: RetirementSchedule, gender: Gender) -> tuple[tuple[int, int], ...]:
    steps = sorted((step.year, step.age_months) for step in schedule.steps if step.gender is gender)
    return tuple(steps)


def _end_of_month(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])
