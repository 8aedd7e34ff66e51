"""A province for drills: a database of its own, people linked to chats of the stand-in, and real worker processes.

Workers are `nhacchuan work`, each a process of its own over a durable server, and are killed with kill -9.
"""

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

import psutil
from sqlalchemy import text

from bot.on_telegram.pushing import identity_of
from bot.on_zalo.oa_marks import identity_of as oa_identity_of
from bot.push.jobs import defer_pump
from knowledge.facts import PersonCode
from storage.database import Database, open_database
from storage.drawers import Drawers
from storage.embedded import EmbeddedServer
from storage.encryption import Vault
from storage.migrating import migrate
from storage.records import DeliveryState, NewDelivery, NewNotice, NoticeKind
from tests.drills.worker import AHEAD, seconds_until_day
from tests.standins.telegram_api import DEFAULT_TOKEN, TelegramApi
from tests.standins.zalo_oa import Person, ZaloOa

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
        " FROM generate_series(0, :people - 1) n WHERE CAST(:chats AS integer[]) IS NULL OR n = ANY(:chats)"
    ),
)
_LINK_ON_ZALO = """
INSERT INTO accounts (channel, address, person, linked_at, consent_version, consented_at, preferred_at, locale,
    changed_at)
SELECT 'zalo_oa', w.address, 'CB' || lpad((w.turn - 1)::text, 7, '0'), now(), '1', now(), now(), 'vi', now()
FROM unnest(CAST(:users AS text[])) WITH ORDINALITY AS w (address, turn)
"""
# Nothing is under way, and what waits was put off for long: it has an outcome, with a name.
_UNSETTLED = """
SELECT count(*) FROM deliveries WHERE state IN ('claimed', 'started')
    OR (state = 'waiting' AND (lease_until IS NULL OR lease_until < clock_timestamp() + interval '2 minutes'))
"""


@dataclass(frozen=True)
class OnZalo:
    """An Official Account beside Telegram: who is linked there, in the order of their numbers.

    `chats` are the numbers of those who have a chat on Telegram too; `noted` tells when we believe to have seen them.
    `templated` get a notice for which the file of templates has one; `phones` are on record with consent.
    """

    oa: ZaloOa
    users: Sequence[Person]
    chats: frozenset[int] = frozenset()
    noted: Mapping[int, float] = field(default_factory=dict)
    templated: frozenset[int] = frozenset()
    templates: str = ""
    phones: Mapping[int, str] = field(default_factory=dict)
    per_second: float = 20
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def identity(self) -> str:
        """Ours, as deliveries name it."""
        return oa_identity_of(self.oa.oa_id)


@dataclass(frozen=True)
class Became:
    """What became of one person's message, as we keep it."""

    channel: str
    address: str
    state: str
    reason: str
    tried: tuple[str, ...]


@dataclass
class Province:
    """An open province."""

    database: Database
    url: str
    home: Path
    people: int
    zalo: OnZalo | None = None
    ahead: float = 0.0
    workers: list[subprocess.Popen] = field(default_factory=list)
    logs: list[IO[str]] = field(default_factory=list)

    async def tell_everybody(self, number: int = 1) -> None:
        """Put a message for everybody into the outbox, with the job that follows."""
        now = datetime.now(UTC)
        parcels = [(self._delivery(n, now), [self._notice(n, number)]) for n in range(self.people)]
        async with self.database.transaction() as drawers:
            assert await drawers.outbox.put_many(parcels, now) == self.people
            await defer_pump(drawers.connection, IDENTITY if self.zalo is None else self.zalo.identity)

    def _delivery(self, n: int, now: datetime) -> NewDelivery:
        if self.zalo is None:
            return _delivery(n, now)
        return NewDelivery(PersonCode(f"CB{n:07}"), now, self.zalo.identity, "zalo_oa", self.zalo.users[n].id)

    def _notice(self, n: int, number: int) -> NewNotice:
        if self.zalo is None or n not in self.zalo.templated:
            return _notice(n, number)
        about = (PersonCode(f"CB{n:07}"),)
        return NewNotice(NoticeKind.STUDY, f"study:{number}:{n}", "sent", about, {"case": n + 1})

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
            AHEAD: str(self.ahead),
            **self._settings_of_zalo(),
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

    def _settings_of_zalo(self) -> Mapping[str, str]:
        if self.zalo is None:
            return {}
        oa = self.zalo.oa
        templates = self.home / "templates.yaml"
        templates.write_text(self.zalo.templates, encoding="utf-8")
        return {
            "NHACCHUAN_ZALO_OA_APP_ID": oa.app_id,
            "NHACCHUAN_ZALO_OA_ID": oa.oa_id,
            "NHACCHUAN_ZALO_OA_APP_SECRET": oa.app_secret,
            "NHACCHUAN_ZALO_OA_REFRESH_TOKEN": oa.refresh_token,
            "NHACCHUAN_ZALO_OA_API": oa.openapi_base,
            "NHACCHUAN_ZALO_OAUTH_API": oa.oauth_base,
            "NHACCHUAN_ZALO_ZBS_API": f"{oa.base}/business",
            "NHACCHUAN_ZALO_OA_PER_SECOND": str(self.zalo.per_second),
            **({"NHACCHUAN_ZALO_ZBS_TEMPLATES": str(templates)} if self.zalo.templates else {}),
            **self.zalo.settings,
        }

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

    async def wait_until_settled(self, seconds: float) -> bool:
        """Until every delivery has ended or was put off for long, or so long; whether it came to that."""
        for _each in range(int(seconds * 10)):
            async with self.database.transaction() as drawers:
                if not (await drawers.connection.execute(text(_UNSETTLED))).scalar_one():
                    return True
            await asyncio.sleep(0.1)
        return False

    async def became(self) -> dict[int, Became]:
        """What became of everybody's message, by their numbers."""
        order = "SELECT substr(person, 3)::int, channel, address, state, reason, tried FROM deliveries"
        async with self.database.transaction() as drawers:
            rows = (await drawers.connection.execute(text(order))).all()
        return {
            n: Became(channel, address, state, reason, tuple(tried))
            for n, channel, address, state, reason, tried in rows
        }

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
async def open_province(people: int, url: str | None = None, zalo: OnZalo | None = None) -> AsyncIterator[Province]:
    """A province of so many people, each with a chat, or on Zalo as told; its workers are ended with it.

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
                    chats = None if zalo is None else sorted(zalo.chats)
                    values = {"people": people, "first_chat": FIRST_CHAT, "chats": chats}
                    asked = {name: one for name, one in values.items() if f":{name}" in order}
                    await drawers.connection.execute(text(order), asked)
                if zalo is not None:
                    await _link_on_zalo(drawers, zalo)
            opened = Province(database, url, home, people, zalo, seconds_until_day())
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


def open_chats(api: TelegramApi, people: int | Iterable[int]) -> None:
    """A private chat for everybody, or for those of these numbers."""
    for n in range(people) if isinstance(people, int) else people:
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


async def _link_on_zalo(drawers: Drawers, zalo: OnZalo) -> None:
    await drawers.connection.execute(text(_LINK_ON_ZALO), {"users": [one.id for one in zalo.users]})
    for n, at in zalo.noted.items():
        await drawers.zalo.note_interaction("zalo_oa", zalo.users[n].id, datetime.fromtimestamp(at, UTC))
    vault = Vault([SECRET])
    for n, phone in zalo.phones.items():
        sealed, index = vault.encrypt(phone), vault.phone_index(phone)
        order = "UPDATE people SET phone_encrypted = :sealed, phone_index = :index WHERE code = :code"
        values = {"sealed": sealed, "index": index, "code": f"CB{n:07}"}
        await drawers.connection.execute(text(order), values)


async def _rows(drawers: Drawers) -> Sequence:
    found = await drawers.connection.execute(text("SELECT address, state, reason, claimed_by FROM deliveries"))
    return found.all()


def _delivery(n: int, now: datetime) -> NewDelivery:
    # No part of a broadcast that HR made, which would wait for working hours.
    return NewDelivery(PersonCode(f"CB{n:07}"), now, IDENTITY, "telegram", str(FIRST_CHAT + n))


def _notice(n: int, number: int) -> NewNotice:
    payload = {"text": "Mời đồng chí dự họp lúc 14:00 thứ Hai tại hội trường.", "unit": "Sở Mẫu"}
    return NewNotice(NoticeKind.BROADCAST, f"broadcast:{number}:{n}", payload=payload)
