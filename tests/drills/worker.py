"""A worker as `nhacchuan work` runs it, by a clock of the day: at night messages wait, and drills run at any hour.

Run as: python -m tests.drills.worker, with the settings of a worker in the environment.
"""

import asyncio
from datetime import date, datetime, time, timedelta

from bot.commands.working import work
from bot.settings import read_settings
from knowledge.local_time import VIETNAM

_BY_DAY = range(7, 20)
_MORNING = time(9)


class DayClock:
    """The real time while it is day where people work, else as far ahead as the next morning is when it starts."""

    is_fixed = False

    def __init__(self) -> None:
        began = datetime.now(VIETNAM)
        morning = datetime.combine(began.date(), _MORNING, tzinfo=VIETNAM)
        if morning < began:
            morning += timedelta(days=1)
        self._ahead = timedelta() if began.hour in _BY_DAY else morning - began

    def today(self) -> date:
        return self.now().date()

    def now(self) -> datetime:
        return datetime.now(VIETNAM) + self._ahead


if __name__ == "__main__":
    asyncio.run(work(read_settings(), clock=DayClock()))
