"""Retirement day and service left, by the schedule in force on the day of the question (contracts, §7 rule 9)."""

from collections.abc import Iterable
from datetime import date

from knowledge.day_arithmetic import add_days, add_years, end_of_month
from knowledge.facts import Gender
from knowledge.library import RetirementSchedule

Ages = tuple[tuple[int, int], ...]

_MONTHS = 12
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
    return last_day_by(born_on, ages_of(schedule, gender))


def last_day_by(born_on: date, ages: Ages) -> date:
    """The same by the ages of one schedule and gender, for those who look them up once for many people."""
    born = born_on.year * _MONTHS + born_on.month - 1
    for year, months in ages:
        if (born + months) // _MONTHS <= year:
            return end_of_month(born + months)
    return end_of_month(born + ages[-1][1])


def has_service_left(retires_on: date, years: int, on: date) -> bool:
    """Whether at least this many years of service are left on a day."""
    return retires_on >= earliest_retirement(years, on)


def earliest_retirement(years: int, on: date) -> date:
    """The first retirement day that leaves at least this many years of service on a day: day + years − 1 day."""
    return add_days(add_years(on, years), -1)


def ages_of(schedule: RetirementSchedule, gender: Gender) -> Ages:
    """The years of a schedule with the age in months that ends service in each, the first year first."""
    return tuple(sorted((step.year, step.age_months) for step in schedule.steps if step.gender is gender))
