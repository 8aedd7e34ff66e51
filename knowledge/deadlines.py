"""Deadlines: the last legal day that a wording leaves, the safe day before it, and which deadline a person has."""

import calendar as months
from dataclasses import dataclass
from datetime import MAXYEAR, date
from enum import StrEnum

from knowledge.calendar import WorkingCalendar
from knowledge.day_arithmetic import add_days
from knowledge.documents import Citation, DeadlineKind, PointDeadline
from knowledge.facts import RoundCode

_LAST_MONTH = 12
_MONTHS_IN_QUARTER = 3


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline that is a person's own: the day as written, whether it is included, and what sets it."""

    day: date
    is_included: bool
    basis: Citation
    round: RoundCode | None = None
    consequence: str | None = None

    @property
    def last_day(self) -> date:
        """The last legal day."""
        return last_legal_day(self.day, is_included=self.is_included)


class Standing(StrEnum):
    """Where a point's deadline stands on a day."""

    RUNNING = "running"
    LAST_DAY = "last_day"
    PASSED = "passed"
    UNDATED = "undated"


def last_legal_day(day: date, *, is_included: bool) -> date:
    """Last legal day of a wording: "đến ngày X" leaves X itself, "trước ngày X" the day before."""
    return day if is_included else add_days(day, -1)


def safe_day(last_day: date, calendar: WorkingCalendar) -> date:
    """The last legal day if it is a working day, else the working day before it; the legal day itself stays."""
    return calendar.last_working_day_on_or_before(last_day)


def day_of(deadline: PointDeadline, on: date) -> tuple[date, bool] | None:
    """The day that a point's deadline names and whether it is included; None where it names none.

    A yearly deadline gives its next occurrence on or after `on`.
    """
    match deadline.kind:
        case DeadlineKind.DATE | DeadlineKind.BEFORE if deadline.day is not None:
            return deadline.day, deadline.kind is DeadlineKind.DATE
        case DeadlineKind.WITHIN_MONTH if deadline.year is not None and deadline.month is not None:
            return _end_of_month(deadline.year, deadline.month), True
        case DeadlineKind.QUARTER if deadline.year is not None and deadline.quarter is not None:
            return _end_of_month(deadline.year, deadline.quarter * _MONTHS_IN_QUARTER), True
        case DeadlineKind.WITHIN_YEAR if deadline.year is not None:
            return _end_of_month(deadline.year, _LAST_MONTH), True
        case DeadlineKind.YEARLY if deadline.month is not None and deadline.day_of_month is not None:
            return _next_yearly(deadline.month, deadline.day_of_month, on, is_included=deadline.is_included)
        case _:
            return None


def last_day_of(deadline: PointDeadline, on: date) -> date | None:
    """The last legal day of a point's deadline as seen on a day, or None where it has none."""
    named = day_of(deadline, on)
    return None if named is None else last_legal_day(named[0], is_included=named[1])


def standing_of(deadline: PointDeadline, on: date) -> Standing:
    """Whether a point's deadline is still ahead, is today, has passed, or has no day."""
    last = last_day_of(deadline, on)
    if last is None:
        return Standing.UNDATED
    if on == last:
        return Standing.LAST_DAY
    return Standing.RUNNING if on < last else Standing.PASSED


def _next_yearly(month: int, day: int, on: date, *, is_included: bool) -> tuple[date, bool]:
    named = date(on.year, month, day)
    if on <= last_legal_day(named, is_included=is_included):
        return named, is_included
    return date(min(on.year + 1, MAXYEAR), month, day), is_included


def _end_of_month(year: int, month: int) -> date:
    return date(year, month, months.monthrange(year, month)[1])
