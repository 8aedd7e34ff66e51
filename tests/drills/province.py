"""A province for drills: a database of its own, people linked to chats of the stand-in, and real worker processes.

Workers are `nhacchuan work`, each a process of its own over a durable server, and are killed with kill -9.
"""

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

import psutil
from sqlalchemy import text

from bot.on_telegram.pushing import identity_of
from bot.push.jobs import defer_pump
from knowledge.facts import PersonCode
from storage.database import Database, open_database
from storage.drawers import Drawers
from storage.embedded import EmbeddedServer
from storage.encryption import Vault
from storage.migrating import migrate
from storage.records import DeliveryState, NewDelivery, NewNotice, NoticeKind
from tests.standins.telegram_api import DEFAULT_TOKEN, TelegramApi

ROOT = Path(__file__).parents[2]
OWN_PRIORITY = os.getpriority(os.PRIO_PROCESS, 0)
SECRET = "a key for drills only"
FIRST_CHAT = 5_000_000_000
IDENTITY = identity_of(DEFAULT_TOKEN)
_FILL = (
    "INSERT INTO units (code, name, kind, territory) VALUES ('U1', 'Sở Mẫu', 'so', 'hung-yen')",
    (
        "INSERT INTO people (code, name, name_folded, born_on, gender, unit, position, position_group, managed_by,"
        " is_leader) SELECT 'CB' || lpad(n::text, 7, '0'), 'Nguyen Van ' || n, 'nguyen van ' || n,"
        " date '1975-01-01' + n % 9000, 'nam', 'U1', 'Chuyên viên', 'cv', 'cap_xa', false"
        " FROM generate_series(0, :people - 1) n"
    ),
    (
        "INSERT INTO accounts (channel, address, person, linked_at, locale, changed_at)"
        " SELECT 'telegram', (:first_chat + n)::text, 'CB' || lpad(n::text, 7, '0'), now(), 'vi', now()"
        " FROM generate_series(0, :people - 1) n"
    ),
)


@dataclass
class Province:
    """An open province."""

    database: Database
    url: str
    home: Path
    people: int
    workers: list[subprocess.Popen] = field(default_factory=list)
    logs: list[IO[str]] = field(default_factory=list)

    async def tell_everybody(self, number: int = 1) -> None:
        """Put a message for everybody into the outbox, with the job that follows."""
        now = datetime.now(UTC)
        parcels = [(_delivery(n, now), [_notice(n, number)]) for n in range(self.people)]
        async with self.database.transaction() as drawers:
            assert await drawers.outbox.put_many(parcels, now) == self.people
            await defer_pump(drawers.connection, IDENTITY)

    async def start_worker(self, api: TelegramApi, *, per_second: float) -> subprocess.Popen:
        """A worker process, once it says that it works."""
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("NHACCHUAN_")},
            "NHACCHUAN_HOME": str(self.home),
            "NHACCHUAN_DATABASE_URL": self.url,
            "NHACCHUAN_SECRET_KEY": SECRET,
            "NHACCHUAN_TELEGRAM_TOKEN": api.token,
            "NHACCHUAN_TELEGRAM_API": api.base,
            "NHACCHUAN_TELEGRAM_PER_SECOND": str(per_second),
        }
        log = (self.home / f"worker-{len(self.logs)}.log").open("w+", encoding="utf-8")
        self.logs.append(log)
        command = [sys.executable, "-u", "-m", "tests.drills.worker"]
        worker = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT)  # noqa: ASYNC220  quick
        self.workers.append(worker)
        _give_way_to_the_standin(worker)
        for _each in range(600):
            if (self.home / Path(log.name).name).stat().st_size or worker.poll() is not None:
                break
            await asyncio.sleep(0.05)
        assert worker.poll() is None, (self.home / Path(log.name).name).read_text()
        return worker

    def kill(self, worker: subprocess.Popen) -> None:
        """As a power cut would."""
        worker.send_signal(signal.SIGKILL)
        worker.wait()

    async def states(self) -> Counter[str]:
        """How many deliveries are in each state."""
        async with self.database.transaction() as drawers:
            return Counter({one.value: n for one, n in (await drawers.outbox.count_states()).items()})

    async def wait_until_ended(self, seconds: float) -> Counter[str]:
        """Until every delivery has ended, or so long."""
        for _each in range(int(seconds * 10)):
            found = await self.states()
            if not any(found[one] for one in ("waiting", "claimed", "started")):
                break
            await asyncio.sleep(0.1)
        return await self.states()

    async def chats_of(self, state: DeliveryState) -> dict[str, str]:
        """The chats whose deliveries are in this state, with the reason."""
        async with self.database.transaction() as drawers:
            return {row.address: row.reason for row in await _rows(drawers) if row.state == state.value}

    async def held_by(self, worker: subprocess.Popen) -> dict[str, str]:
        """The chats whose messages this process holds, with the state."""
        async with self.database.transaction() as drawers:
            rows = await _rows(drawers)
        return {
            row.address: row.state
            for row in rows
            if row.state in {"claimed", "started"} and (row.claimed_by or "").startswith(f"{worker.pid}.")
        }

    async def count_by_worker(self) -> Mapping[int, int]:
        """How many messages each process sent, as their claims say."""
        order = "SELECT split_part(claimed_by, '.', 1)::int, count(*) FROM deliveries WHERE claimed_by <> '' GROUP BY 1"
        async with self.database.transaction() as drawers:
            found = await drawers.connection.execute(text(order))
            return {pid: count for pid, count in found}  # noqa: C416  rows are no pairs to the type checker

    async def ended_at(self) -> list[float]:
        """When each delivery ended, in seconds."""
        order = "SELECT extract(epoch FROM done_at)::float8 FROM deliveries WHERE done_at IS NOT NULL"
        async with self.database.transaction() as drawers:
            return [moment for (moment,) in await drawers.connection.execute(text(order))]

    @staticmethod
    def cpu_of(worker: subprocess.Popen) -> float:
        """Seconds of processor that a worker has used."""
        times = psutil.Process(worker.pid).cpu_times()
        return times.user + times.system

    def errors(self) -> list[str]:
        """What workers logged as errors."""
        written = [Path(log.name).read_text(encoding="utf-8") for log in self.logs]
        return [line for one in written for line in one.splitlines() if "error" in line.lower()]


@asynccontextmanager
async def open_province(people: int, url: str | None = None) -> AsyncIterator[Province]:
    """A province of so many people, each with a chat; its workers are ended with it.

    On a durable server of its own, unless an empty database is given.
    """
    with TemporaryDirectory(prefix="nhacchuan-drill-") as folder, ExitStack() as stack:
        home = Path(folder)
        url = url or stack.enter_context(EmbeddedServer(home)).url
        shared = ROOT / "var" / "test-cache"
        shared.mkdir(parents=True, exist_ok=True)
        (home / "cache").symlink_to(shared)
        async with open_database(url, vault=Vault([SECRET])) as database:
            await migrate(database)
            async with database.transaction() as drawers:
                for order in _FILL:
                    values = {"people": people, "first_chat": FIRST_CHAT}
                    asked = {name: one for name, one in values.items() if f":{name}" in order}
                    await drawers.connection.execute(text(order), asked)
            opened = Province(database, url, home, people)
            try:
                yield opened
            finally:
                for worker in opened.workers:
                    if worker.poll() is None:
                        worker.terminate()
                for worker in opened.workers:
                    worker.wait(60)
                for log in opened.logs:
                    log.close()


def open_chats(api: TelegramApi, people: int) -> None:
    """A private chat for everybody."""
    for n in range(people):
        api.visitor(f"CB{n:07}", FIRST_CHAT + n)


def most_in_a_second(moments: Sequence[float]) -> int:
    """The most that came in any second that begins with one of them."""
    most, last = 0, 0
    for first, moment in enumerate(moments):
        while last < len(moments) and moments[last] < moment + 1:
            last += 1
        most = max(most, last - first)
    return most


def _give_way_to_the_standin(worker: subprocess.Popen) -> None:
    """The stand-in keeps the moments of others: on a busy machine it must not be late itself. Needs the right to."""
    with suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, OWN_PRIORITY - 5)
        os.setpriority(os.PRIO_PROCESS, worker.pid, OWN_PRIORITY)


async def _rows(drawers: Drawers) -> Sequence:
    found = await drawers.connection.execute(text("SELECT address, state, reason, claimed_by FROM deliveries"))
    return found.all()


def _delivery(n: int, now: datetime) -> NewDelivery:
    # No part of a broadcast that HR made, which would wait for working hours.
    return NewDelivery(PersonCode(f"CB{n:07}"), now, IDENTITY, "telegram", str(FIRST_CHAT + n))


def _notice(n: int, number: int) -> NewNotice:
    payload = {"text": "Mời đồng chí dự họp lúc 14:00 thứ Hai tại hội trường.", "unit": "Sở Mẫu"}
    return NewNotice(NoticeKind.BROADCAST, f"broadcast:{number}:{n}", payload=payload)
