"""A worker as `nhacchuan work` runs it, by a clock of the day: at night messages wait, and drills run at any hour.

Run as: python -m tests.drills.worker, with the settings of a worker in the environment.
"""

import asyncio
import os
from datetime import date, datetime, time, timedelta

from bot.commands.working import work
from bot.settings import read_settings
from knowledge.local_time import VIETNAM

AHEAD = "DRILL_SECONDS_AHEAD"
_BY_DAY = range(7, 20)
_MORNING = time(9)


class DayClock:
    """The real time while it is day where people work, else as far ahead as the next morning is; all alike."""

    is_fixed = False

    def __init__(self, ahead: float) -> None:
        self._ahead = timedelta(seconds=ahead)

    def today(self) -> date:
        return self.now().date()

    def now(self) -> datetime:
        return datetime.now(VIETNAM) + self._ahead


def seconds_until_day() -> float:
    """How far ahead a drill's clocks go: to the next morning, not at all by day."""
    began = datetime.now(VIETNAM)
    if began.hour in _BY_DAY:
        return 0.0
    morning = datetime.combine(began.date(), _MORNING, tzinfo=VIETNAM)
    return ((morning if morning > began else morning + timedelta(days=1)) - began).total_seconds()


if __name__ == "__main__":
    asyncio.run(work(read_settings(), clock=DayClock(float(os.environ.get(AHEAD, seconds_until_day())))))
