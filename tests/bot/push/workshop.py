"""A worker in a process of its own, over a real database and a stand-in of Telegram: `python -m … URL API TOKEN`.

It plans with a planner that tells everybody in the roster one thing a day, and says on a line of its own what it did.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import select

from bot.on_telegram.pushing import TelegramSender
from bot.on_telegram.tokens import identity_of
from bot.push.daily import DailyPlan
from bot.push.fleet import Habits, Worker
from bot.push.pump import Pump
from knowledge.facts import PersonCode
from storage.database import Database, connection_words, open_database
from storage.encryption import Vault
from storage.ledger import Ledger, Terms
from storage.records import NewDelivery, NewNotice, NoticeKind
from storage.tables import people
from tests.bot.push.pumping import PlainComposer
from tests.databases import TEST_KEY

ROOT = Path(__file__).parents[3]
LEASES = Terms(claim_lease=2.0, start_lease=4.0)
QUICK = Habits(heartbeat=0.5, silence=2.0, look=0.5, poll=1.0, grace=10.0)


class DayClock:
    """A day that can be set; the time of day is the real one."""

    is_fixed = True

    def __init__(self, day: date) -> None:
        self.day = day

    def today(self):
        return self.day

    def now(self) -> datetime:
        return datetime.combine(self.day, datetime.now(UTC).time(), tzinfo=UTC)


class RosterPlanner:
    """Tells everybody one thing a day by Telegram, at the address that is their code. `before_end` runs last."""

    def __init__(self, database: Database, *, before_end=None) -> None:
        self._database = database
        self._before_end = before_end
        self.planned: list[date] = []

    async def plan_and_store(self, day, senders, *, only_if=None, also=None):
        async with self._database.transaction() as drawers:
            if not await only_if(drawers):
                return {}
            self.planned.append(day)
            now = datetime.now(UTC) - timedelta(seconds=1)
            codes = [code for (code,) in await drawers.connection.execute(select(people.c.code))]
            parcels = [
                (
                    NewDelivery(PersonCode(code), now, senders["telegram"], "telegram", code, merge_day=day),
                    [NewNotice(NoticeKind.REMINDER, f"{code}:{day}")],
                )
                for code in codes
            ]
            counts = {"reminder": await drawers.outbox.put_many(parcels, now)}
            if self._before_end is not None:
                await self._before_end()
            await also(drawers, counts)
        return counts


class ShopTasks:
    """What a worker of the tests does; keeps no account of what has had its time."""

    def __init__(self, database: Database, pumps: dict[str, Pump], daily: DailyPlan, clock: DayClock) -> None:
        self._database = database
        self._pumps = pumps
        self._daily = daily
        self._clock = clock

    async def list_due(self) -> Sequence[str]:
        async with self._database.transaction() as drawers:
            return [one for one in await drawers.outbox.list_senders_due(self._clock.now()) if one in self._pumps]

    async def pump(self, identity: str, stop: asyncio.Event) -> None:
        await self._pumps[identity].run(stop)

    async def plan(self) -> None:
        if await self._daily.ensure_today():
            print("planned", flush=True)  # noqa: T201  the test reads it

    async def renew(self) -> None:
        pass

    async def tidy(self) -> None:
        """Nothing is kept here."""


async def work(url: str, api: str, token: str, day: str) -> None:
    stop = asyncio.Event()
    for one in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(one, stop.set)
    clock, identity = DayClock(date.fromisoformat(day)), identity_of(token)
    async with AsyncExitStack() as stack:
        vault = Vault([TEST_KEY])
        database = await stack.enter_async_context(open_database(url, vault=vault, randomness=Random(1)))  # noqa: S311
        ledger = Ledger(database, LEASES)
        stack.push_async_callback(ledger.close)
        sender = TelegramSender(token, api, str)
        stack.push_async_callback(sender.close)
        pumps = {identity: Pump(ledger, sender, PlainComposer(), clock)}
        daily = DailyPlan(RosterPlanner(database), {"telegram": identity}, clock)
        worker = Worker(connection_words(url), ShopTasks(database, pumps, daily, clock), habits=QUICK)
        print("open", flush=True)  # noqa: T201  the test reads it
        await worker.run(stop)


@asynccontextmanager
async def a_worker(url: str, api: str, token: str, day: date) -> AsyncIterator[asyncio.subprocess.Process]:
    """The process, once it is open; killed at the end if it lives."""
    words = [sys.executable, "-m", "tests.bot.push.workshop", url, api, token, day.isoformat()]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NHACCHUAN_")}
    process = await asyncio.create_subprocess_exec(*words, cwd=ROOT, env=environment, stdout=asyncio.subprocess.PIPE)
    try:
        assert process.stdout is not None
        assert await asyncio.wait_for(process.stdout.readline(), 30) == b"open\n"
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


if __name__ == "__main__":
    asyncio.run(work(*sys.argv[1:]))
