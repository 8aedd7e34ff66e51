"""Two planners at once, and three whose clocks stand on both sides of midnight: each day is planned once.

Run as: python -m tests.drills.planners [--days 30]. Each planner has an office and ways to the database of its own.
Where their clocks are hours apart, what one planned ahead of its time is planned again by another, which must tell
nobody anything a second time. Every working day that a planner saw is planned in the end, and no other.
"""

import asyncio
import json
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from bot.push.daily import DailyPlan
from bot.wiring import open_office
from knowledge.calendar import WorkingCalendar
from tests.drills.house import House, link_officials, open_house
from tests.drills.province import IDENTITY
from tests.offices import SetClock, settings_for

_SENDERS = {"telegram": IDENTITY}
_HOUR = 3600.0
_MORNING = timedelta(hours=9)
# Seconds by which the clocks of three planners differ from midnight between two days.
_BORDERS = ((0.0, 0.0, 0.0), (-0.2, 0.2, 0.1), (-_HOUR, 0.0, _HOUR), (-1.0, -1.0, 1.0))
_TWICE = """
SELECT count(*) FROM (SELECT 1 FROM deliveries WHERE merge_day IS NOT NULL AND state <> 'dropped'
    GROUP BY person, merge_day HAVING count(*) > 1) d
"""
_NOTICES_TWICE = (
    "SELECT count(*) FROM (SELECT key FROM notices WHERE freed_at IS NULL GROUP BY key HAVING count(*) > 1) n"
)
_CARRIED_TWICE = """
SELECT count(*) FROM (SELECT notice FROM carried c JOIN deliveries d ON d.id = c.delivery
    WHERE c.dropped IS NULL AND d.state <> 'dropped' GROUP BY notice, d.person HAVING count(*) > 1) c
"""


@dataclass
class Planners:
    """Three planners with a clock each, and what they were seen to plan."""

    plans: Sequence[DailyPlan]
    clocks: Sequence[SetClock]
    calendar: WorkingCalendar
    due: set[date] = field(default_factory=set)
    planned: list[date] = field(default_factory=list)
    again: list[date] = field(default_factory=list)
    far: set[date] = field(default_factory=set)  # what one of them may take for a plan of a clock that went ahead

    async def ask(self, at: datetime, apart: Sequence[float], count: int) -> None:
        """So many of them plan today at once, twice, with their clocks as far apart from that moment."""
        for clock, seconds in zip(self.clocks, apart, strict=True):
            clock.at = at + timedelta(seconds=seconds)
        for _again in range(2):
            days = [one.today() for one in self.clocks[:count]]
            self.due.update(day for day in days if self.calendar.is_working(day))
            is_done = await asyncio.gather(*(one.ensure_today() for one in self.plans[:count]))
            if max(apart) >= _HOUR:
                self.far.update(days)
            for day in (day for day, done in zip(days, is_done, strict=True) if done):
                (self.again if day in self.planned and day in self.far else self.planned).append(day)


async def plan_days(house: House, days: int) -> dict[str, object]:
    """So many nights, each with three planners that ask several times, and the morning after the last of them."""
    link_officials(house)
    clocks = [SetClock(house.now()) for _each in range(3)]
    async with AsyncExitStack() as stack:
        opened = [open_office(settings_for(house.direct, house.home), clock=clock) for clock in clocks]
        offices = [await stack.enter_async_context(one) for one in opened]
        plans = [DailyPlan(one.push, _SENDERS, clock) for one, clock in zip(offices, clocks, strict=True)]
        three = Planners(plans, clocks, offices[0].push.reference.calendar)
        midnight = house.now().replace(hour=0, minute=0, second=0, microsecond=0)
        for n in range(days):
            midnight += timedelta(days=1)
            await three.ask(midnight, _BORDERS[n % len(_BORDERS)], 2 if n % 2 else 3)
        await three.ask(midnight + _MORNING, _BORDERS[0], 3)
    kept = {day for (day,) in house.query("SELECT day FROM planned_days")}
    return {
        "nights": days,
        "days due": len(three.due),
        "days planned": len(kept),
        "days missed": len(three.due - kept),
        "planned on days off": len(kept - three.due),
        "planned twice": len(three.planned) - len(set(three.planned)),
        "planned again by clocks an hour apart": len(three.again),
        "planned by nobody": len(kept - set(three.planned)),
        "messages": house.query("SELECT count(*) FROM deliveries")[0][0],
        "two messages of a day": house.query(_TWICE)[0][0],
        "notices twice": house.query(_NOTICES_TWICE)[0][0] + house.query(_CARRIED_TWICE)[0][0],
    }


BREACHES = ("days missed", "planned on days off", "planned twice", "planned by nobody", "two messages of a day",
            "notices twice")  # fmt: skip
EXPECTED = ("days due", "days planned", "messages")


def breaches(found: dict[str, object]) -> dict[str, object]:
    """What must be none and is not, and what must be some and is none."""
    return {name: found[name] for name in (*BREACHES, *EXPECTED) if bool(found[name]) == (name in BREACHES)}


async def drill(days: int) -> dict[str, object]:
    """How it went."""
    async with open_house(people=60) as house:
        return await plan_days(house, days)


def main() -> None:
    """Print the figures; exit 1 where a day was missed, or anything was planned twice."""
    words = ArgumentParser(description=__doc__)
    words.add_argument("--days", type=int, default=30)
    found = asyncio.run(drill(words.parse_args().days))
    print(json.dumps(found))
    sys.exit(bool(breaches(found)))


if __name__ == "__main__":
    main()
