"""A process of the house as the command line runs it, by a clock of the day that a drill can make jump.

Run as: python -m tests.drills.process serve|work|run, with the settings in the environment. DRILL_SECONDS_AHEAD is
how far its clock goes ahead, DRILL_JUMP a file with further seconds, read again whenever somebody asks for the time.
"""

import asyncio
import os
import sys
import time
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Thread

from bot.commands.serving import serve_office
from bot.commands.working import open_worker, work
from bot.settings import read_settings
from bot.wiring import open_office
from handlers.phrases import locale_of, use_catalogues
from tests.conftest import LOCALES
from tests.drills.worker import AHEAD, DayClock, seconds_until_day

JUMP = "DRILL_JUMP"


class JumpingClock(DayClock):
    """The clock of drills, with what the file adds."""

    def __init__(self, ahead: float, jump: Path | None) -> None:
        super().__init__(ahead)
        self._jump = jump

    def today(self) -> date:
        return self.now().date()

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=read_jump(self._jump))


def read_jump(jump: Path | None) -> float:
    """Seconds that the file says, 0 where there is none."""
    try:
        return float(jump.read_text()) if jump is not None else 0.0
    except (OSError, ValueError):
        return 0.0


async def main(kind: str) -> None:
    """Until asked to end."""
    use_catalogues(LOCALES)
    named = os.environ.get(JUMP)
    clock = JumpingClock(float(os.environ.get(AHEAD, seconds_until_day())), Path(named) if named else None)
    settings = read_settings()
    with locale_of("vi"):
        if kind == "work":
            await work(settings, clock=clock)
        elif kind == "serve":
            async with open_office(settings, clock=clock, waits=True) as office:
                await serve_office(office, None)
        else:
            async with open_office(settings, clock=clock, waits=True) as office:
                await serve_office(office, None, partial(open_worker, office))


def end_with(drill: int) -> None:
    """Nothing of a drill stays behind when it was killed itself."""
    while os.getppid() == drill:
        time.sleep(1)
    os._exit(1)


if __name__ == "__main__":
    Thread(target=end_with, args=(os.getppid(),), daemon=True).start()
    asyncio.run(main(sys.argv[1]))
