"""Working days and holidays in Viet Nam: the package's calendar, the library's decisions over it, HR's days over both.

Which deadline a day belongs to is decided elsewhere.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import holidays

from knowledge.facts import DeclaredDay
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
    day off that is not yet certain in law is data, and one setting turns it on. A day that HR declared always holds,
    whatever the library says of it; it does not make the other holidays of its year any surer.
    """

    def __init__(
        self,
        overrides: Iterable[CalendarOverride],
        switches: frozenset[str] = frozenset(),
        declared: Iterable[DeclaredDay] = (),
    ) -> None:
        self._overrides: dict[int, list[CalendarOverride]] = {}
        for override in overrides:
            self._overrides.setdefault(override.day.year, []).append(override)
        self._switches = switches
        self._declared = tuple(declared)
        self._years: dict[int, _Year] = {}
        decided = [one.day.year for year in self._overrides.values() for one in year if one.switch is None]
        self._decided_to = max(decided, default=None)

    @property
    def switches(self) -> frozenset[str]:
        """The switches that are on."""
        return self._switches

    def declaring(self, days: Iterable[DeclaredDay]) -> "WorkingCalendar":
        """The same calendar with exactly these days of HR, in place of those that it had."""
        declared = tuple(days)
        if declared == self._declared:
            return self
        overrides = [one for year in self._overrides.values() for one in year]
        return WorkingCalendar(overrides, self._switches, declared)

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
        for declared in self._declared:
            if declared.day.year == year:
                (off.discard if declared.is_working else off.add)(declared.day)
                names.pop(declared.day, None)
                if not declared.is_working:
                    names[declared.day] = declared.reason
        return _Year(off=frozenset(off), names=names)
