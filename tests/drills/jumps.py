"""Clocks that jump by an hour and by a day, ahead and back: those of the processes, the database's own, and both.

Run as: python -m tests.drills.jumps [--seconds 8]. The house takes the time from the office's clock, which reads a
file here; leases, slots and pauses are the database's `clock_timestamp()`. That clock cannot be set for one server
alone: instead every moment that the database wrote down itself is moved the other way, which is the same to every
statement that compares it. At last the clocks jump into the next night and from there to the morning: that day is
planned at night, nobody is told before it is day, and everybody once then. Not covered: a jump in the middle of a
single statement, and the kernel's own timers.
"""

import asyncio
import json
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import date, datetime, timedelta

from knowledge.local_time import VIETNAM
from tests.drills.house import POLLING, House, link_officials, open_house

WITHIN = 150.0
RATE = 3.0
HOUR, DAY = 3600.0, 86_400.0
_FRIDAY = 4
_OF_MORNING = 1000  # the number of that message, which no jump has
_PLANNED_WITHIN = 600.0  # seconds: workers look once a minute, and beside other work a plan takes long
# What the database writes down by its own clock and compares with it later.
_OWN_MOMENTS = {
    "deliveries": ("lease_until", "slot_at"),
    "pace": ("next_slot_at", "departed_at", "paused_until"),
    "seen_updates": ("seen_at", "due_at"),
    "update_holders": ("alive_at",),
    "procrastinate_workers": ("last_heartbeat",),
    "procrastinate_jobs": ("scheduled_at",),
}


_LEFT = """
SELECT count(*), sender, state, reason, min(due_at), min(lease_until), max(lease_until), min(slot_at), clock_timestamp()
FROM deliveries WHERE state IN ('claimed', 'started') OR (state = 'waiting' AND NOT is_held AND due_at <= %s)
GROUP BY sender, state, reason
"""


async def jump_database(house: House, seconds: float) -> None:
    """As if the database's clock said so much more."""
    orders = []
    for table, moments in _OWN_MOMENTS.items():
        moved = ", ".join(f"{one} = {one} - interval '{seconds} seconds'" for one in moments)
        orders.append(f"UPDATE {table} SET {moved}")  # noqa: S608  ours
    latest = f"ARRAY(SELECT one - {seconds} FROM unnest(latest_at) WITH ORDINALITY l (one, place) ORDER BY place)"  # noqa: S608  ours
    orders.append(f"UPDATE pace SET latest_at = {latest}")  # noqa: S608  ours
    await house.ask_database("; ".join(orders))  # at one moment, as a clock jumps


async def move_both_clocks(house: House, seconds: float) -> None:
    """So much time passes for everybody."""
    house.jump_ahead(seconds)
    await jump_database(house, seconds)


_OF_DAY = "SELECT state, count(*) FROM deliveries WHERE merge_day = %s GROUP BY state"
_PLANNED = "SELECT count(*) FROM planned_days WHERE day = %s"
_NOT_TOLD = ("waiting", "claimed", "started")


async def pass_a_night(house: House, seconds: float) -> dict[str, object]:
    """The clocks of all processes jump to soon after midnight of a working day, and then to its morning."""
    now = house.now()
    day = now.date() + timedelta(days=1)
    while day.weekday() > _FRIDAY:
        day += timedelta(days=1)
    midnight = datetime(day.year, day.month, day.day, tzinfo=VIETNAM)
    # The plan may find that everything owed was told before.
    await house.tell_everybody(_OF_MORNING, at=midnight + timedelta(hours=8), merge_day=day)
    into_the_night = (midnight - now).total_seconds() + 2400
    house.jump_ahead(into_the_night)
    await _wait(house, _PLANNED, day, lambda rows: rows[0][0] > 0)
    is_planned = (await house.ask_database(_PLANNED, day))[0][0]
    await asyncio.sleep(seconds)
    at_night = dict(await house.ask_database(_OF_DAY, day))
    house.jump_ahead(8 * HOUR)
    await _wait(house, _OF_DAY, day, lambda rows: rows and not any(dict(rows).get(one) for one in _NOT_TOLD))
    by_day = dict(await house.ask_database(_OF_DAY, day))
    house.jump_ahead(-into_the_night - 8 * HOUR)
    return {
        "planned at night": is_planned,
        "told in the morning": by_day.get("delivered", 0),
        "told at night": sum(n for state, n in at_night.items() if state in {"started", "delivered", "unclear"}),
        "not told in the morning": sum(by_day.get(one, 0) for one in _NOT_TOLD),
    }


async def _wait(house: House, order: str, day: date, is_so: Callable[[list[tuple]], object]) -> None:
    began = time.monotonic()
    while time.monotonic() - began < _PLANNED_WITHIN and not is_so(await house.ask_database(order, day)):  # noqa: ASYNC110  nobody tells us
        await asyncio.sleep(0.5)


async def drill(seconds: float) -> dict[str, object]:
    """Twelve jumps, one after the other, while people ask and are told."""
    async with open_house(POLLING, people=60) as house:
        link_officials(house)
        await house.start("serve")
        await house.start("work")
        stop = asyncio.Event()
        asking = asyncio.ensure_future(house.keep_asking(RATE, stop))
        jumps = 0
        for number, by in enumerate((HOUR, -HOUR, DAY, -DAY)):
            for who in ("processes", "database", "both"):
                await house.tell_everybody(10 * number + jumps + 1)
                await asyncio.sleep(seconds / 3)
                if who != "database":
                    house.jump_ahead(by)
                if who != "processes":
                    await jump_database(house, by)
                jumps += 1
                await asyncio.sleep(seconds / 2)
        night = await pass_a_night(house, seconds)
        stop.set()
        await asking
        answered = await house.wait_until_answered(WITHIN)
        told = await house.wait_until_told(WITHIN)
        if left := await house.ask_database(_LEFT, house.now()):
            print(house.now(), *left, *await house.ask_database("SELECT * FROM pace"), sep="\n", file=sys.stderr)
            print(house.logs()[-4000:], file=sys.stderr)
        return {
            "jumps": jumps,
            **night,
            **house.count_answers(),
            **await house.count_notices(),
            "waiting still": sum(count for count, *_of_them in left),
            "days planned": (await house.ask_database("SELECT count(*) FROM planned_days"))[0][0],
            "well again after s": round(max(answered, told), 1),
            "processes that ended by themselves": len(house.ended()),
        }


BREACHES = ("lost", "doubled", "wrong disclosures", "own record not told", "apologies", "told they were cut off",
            "notices lost", "notices doubled", "waiting still", "told at night",
            "not told in the morning", "processes that ended by themselves")  # fmt: skip


def main() -> None:
    """Print the figures; exit 1 where somebody was lost or told twice."""
    words = ArgumentParser(description=__doc__)
    words.add_argument("--seconds", type=float, default=8)
    found = asyncio.run(drill(words.parse_args().seconds))
    print(json.dumps(found))
    sys.exit(any(found[name] for name in BREACHES) or not (found["planned at night"] and found["told in the morning"]))


if __name__ == "__main__":
    main()
