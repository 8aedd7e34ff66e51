"""Days counted on from a day without ever leaving the calendar.

People write 31/12/9999 for "without end" and mistype years. What lies beyond the last day of the calendar is its last
day, what lies before the first is the first: every comparison stays true, and no verdict fails for it.
"""

from datetime import MAXYEAR, date, timedelta

from dateutil.relativedelta import relativedelta

_MONTHS = 12


def add_days(day: date, days: int) -> date:
    """So many days later, or earlier for a number below zero."""
    return date.fromordinal(min(max(day.toordinal() + days, date.min.toordinal()), date.max.toordinal()))


def add_months(day: date, months: int) -> date:
    """The same day so many months later; the last one of its month where that is shorter."""
    if day.year * _MONTHS + day.month - 1 + months >= (MAXYEAR + 1) * _MONTHS:
        return date.max
    return day + relativedelta(months=months)


def add_years(day: date, years: int) -> date:
    """The same day so many years later; 28 February for 29 February of a year without it."""
    return add_months(day, years * _MONTHS)


def end_of_month(months: int) -> date:
    """The last day of a month, counted from the beginning of the calendar: year × 12 + month − 1."""
    year, month = divmod(months + 1, _MONTHS)
    return date(year, month + 1, 1) - timedelta(days=1) if year <= MAXYEAR else date.max
