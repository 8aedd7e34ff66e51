"""The time in Việt Nam, real or set by hand for rehearsals."""

from datetime import date, datetime

from knowledge.local_time import VIETNAM


class SystemClock:
    """The real clock."""

    is_fixed = False

    def today(self) -> date:
        """The day it is."""
        return self.now().date()

    def now(self) -> datetime:
        """The moment it is."""
        return datetime.now(VIETNAM)


class FixedClock:
    """Always the same day; the time of day is the real one, so that codes and locks still run."""

    is_fixed = True

    def __init__(self, day: date) -> None:
        self._day = day

    def today(self) -> date:
        """The day that was set."""
        return self._day

    def now(self) -> datetime:
        """The real time of day on the day that was set."""
        return datetime.combine(self._day, datetime.now(VIETNAM).time(), tzinfo=VIETNAM)
