"""Working days and holidays in Viet Nam: the package's calendar, with the library's decisions laid over it.

Which deadline a day belongs to is decided elsewhere.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import holidays

from knowledge.library import CalendarOverride

_DAY = timedelta(days=1)
_WEEKEND_FROM = 5  # Saturday, counted from Monday


@dataclass(frozen=True, slots=True)
class _Year:
    """The days of one year on which nobody works, and the names of its holidays."""

    off: frozenset[date]
    names: Mapping[date, str]


class WorkingCalendar:
    """Working days with overrides. Each year is computed once and kept.

    An override without a switch always holds; it makes its day off or working. One with a switch holds while the
    switch is on; while it is off, its day is an ordinary day of its week even if the package calls it a holiday. So a
    day off that is not yet certain in law is data, and one setting turns it on.
    """

    def __init__(self, overrides: Iterable[CalendarOverride], switches: frozenset[str] = frozenset()) -> None:
        self._overrides: dict[int, list[CalendarOverride]] = {}
        for override in overrides:
            self._overrides.setdefault(override.day.year, []).append(override)
        self._switches = switches
        self._years: dict[int, _Year] = {}
        decided = [one.day.year for year in self._overrides.values() for one in year if one.switch is None]
        self._decided_to = max(decided, default=None)

    @property
    def switches(self) -> frozenset[str]:
        """The switches that are on."""
        return self._switches

    def is_working(self, day: date) -> bool:
        """Tell whether public offices work on that day."""
        return day not in self._year(day.year).off

    def holiday_name(self, day: date) -> str | None:
        """Name the holiday or the reason to be off, in Vietnamese; None on working days and plain weekends."""
        return self._year(day.year).names.get(day)

    def is_provisional(self, day: date) -> bool:
        """Tell whether that year lies after the last one with a decision, so that its holidays are only computed."""
        return self._decided_to is None or day.year > self._decided_to

    def last_working_day_on_or_before(self, day: date) -> date:
        """Give that day if it is a working day, else the nearest one before it."""
        while not self.is_working(day):
            day -= _DAY
        return day

    def first_working_day_on_or_after(self, day: date) -> date:
        """Give that day if it is a working day, else the nearest one after it."""
        while not self.is_working(day):
            day += _DAY
        return day

    def add_working_days(self, day: date, n: int) -> date:
        """Give the day on which a period of n working days ends.

        The first day is not counted, so 1 is the next working day and 0 the day itself. Raises ValueError for a
        negative n.
        """
        if n < 0:
            raise ValueError(f"a period of {n} working days cannot be counted")
        while n:
            day += _DAY
            n -= self.is_working(day)
        return day

    def working_days_between(self, start: date, end: date) -> int:
        """Count the working days after `start` up to and including `end`; 0 where `end` is not after `start`."""
        days = (end - start).days
        return sum(self.is_working(start + timedelta(days=n)) for n in range(1, days + 1))

    def _year(self, year: int) -> _Year:
        known = self._years.get(year)
        if known is None:
            known = self._years[year] = self._read_year(year)
        return known

    def _read_year(self, year: int) -> _Year:
        package = holidays.country_holidays("VN", years=year, language="vi", expand=False)
        names = dict(package.items())
        days = (date(year, 1, 1) + timedelta(days=n) for n in range(date(year, 12, 31).timetuple().tm_yday))
        off = {day for day in days if not package.is_working_day(day)}
        for one in self._overrides.get(year, ()):
            is_on = one.switch is None or one.switch in self._switches
            is_working = one.is_working if is_on else one.day.weekday() < _WEEKEND_FROM
            (off.discard if is_working else off.add)(one.day)
            names.pop(one.day, None)
            if is_on and not one.is_working:
                names[one.day] = one.reason
        return _Year(off=frozenset(off), names=names)
