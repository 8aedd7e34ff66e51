"""Two planners at once, and three whose clocks stand on both sides of midnight: each day is planned once.

Run as: python -m tests.drills.planners [--days 30]. Each planner has an office and ways to the database of its own.
Where their clocks are hours apart, what one planned ahead of its time is planned again by another, which must tell
nobody anything a second time.
"""

import asyncio
import json
import sys
from argparse import ArgumentParser
from contextlib import AsyncExitStack
from datetime import date, datetime, timedelta

from bot.push.daily import DailyPlan
from bot.wiring import open_office
from tests.drills.house import House, link_officials, open_house
from tests.drills.province import IDENTITY
from tests.offices import settings_for

_SENDERS = {"telegram": IDENTITY}
_HOUR = 3600.0
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


class SetClock:
    """Stands where it was put."""

    is_fixed = False

    def __init__(self, at: datetime) -> None:
        self.at = at

    def today(self) -> date:
        return self.at.date()

    def now(self) -> datetime:
        return self.at


async def plan_days(house: House, days: int) -> dict[str, object]:
    """So many nights, each with three planners that ask several times."""
    link_officials(house)
    clocks = [SetClock(house.now()) for _each in range(3)]
    planned: list[date] = []
    again: list[date] = []
    far: set[date] = set()
    async with AsyncExitStack() as stack:
        plans = []
        for clock in clocks:
            opened = open_office(settings_for(house.direct, house.home), clock=clock)
            office = await stack.enter_async_context(opened)
            plans.append(DailyPlan(office.push, _SENDERS, clock))
        midnight = house.now().replace(hour=0, minute=0, second=0, microsecond=0)
        for n in range(days):
            midnight += timedelta(days=1)
            for clock, apart in zip(clocks, _BORDERS[n % len(_BORDERS)], strict=True):
                clock.at = midnight + timedelta(seconds=apart)
            for _again in range(2):
                count = 2 if n % 2 else 3
                days_of = [one.today() for one in clocks[:count]]
                is_done = await asyncio.gather(*(one.ensure_today() for one in plans[:count]))
                if max(_BORDERS[n % len(_BORDERS)]) >= _HOUR:
                    far.update(days_of)  # what one of these plans another takes for a plan of a clock that went ahead
                for day in (day for day, done in zip(days_of, is_done, strict=True) if done):
                    (again if day in planned and day in far else planned).append(day)
    kept = [day for (day,) in house.query("SELECT day FROM planned_days")]
    return {
        "nights": days,
        "days planned": len(kept),
        "planned twice": len(planned) - len(set(planned)),
        "planned again by clocks an hour apart": len(again),
        "planned by nobody": len(set(kept) - set(planned)),
        "messages": house.query("SELECT count(*) FROM deliveries")[0][0],
        "two messages of a day": house.query(_TWICE)[0][0],
        "notices twice": house.query(_NOTICES_TWICE)[0][0] + house.query(_CARRIED_TWICE)[0][0],
    }


BREACHES = ("planned twice", "planned by nobody", "two messages of a day", "notices twice")


async def drill(days: int) -> dict[str, object]:
    """How it went."""
    async with open_house(people=60) as house:
        return await plan_days(house, days)


def main() -> None:
    """Print the figures; exit 1 where anything was planned twice."""
    words = ArgumentParser(description=__doc__)
    words.add_argument("--days", type=int, default=30)
    found = asyncio.run(drill(words.parse_args().days))
    print(json.dumps(found))
    sys.exit(any(found[name] for name in BREACHES) or not found["days planned"])


if __name__ == "__main__":
    main()
