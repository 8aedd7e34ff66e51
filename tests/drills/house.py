"""A whole house for drills: the invented province, a platform's stand-in, processes that can be killed, and visitors.

Every visitor asks one thing and never again, so that each answer can be counted: none is a loss, two are a double.
Whoever is told that an answer may have been cut off is counted by that. Notices go to chats that ask nothing, and
each that a drill asked to be told is told, or named unclear, in the end.
Some of those who ask are linked and ask for their own record; no answer to anybody may tell of somebody else.
The platform is Telegram here; `zalo_house` has both of Zalo's.
"""

import asyncio
import math
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, ClassVar, TypeVar

import psutil
import psycopg

from bot.interruption import say_interrupted
from bot.wiring import open_office
from handlers.phrases import locale_of, use_catalogues
from knowledge.facts import PersonCode
from knowledge.local_time import VIETNAM
from storage.embedded import EmbeddedServer
from storage.postgres.cluster import Cluster
from storage.records import NewDelivery, NewNotice, NoticeKind
from tests.conftest import LOCALES
from tests.drills import own_records
from tests.drills.process import JUMP, read_jump
from tests.drills.province import FIRST_CHAT, IDENTITY, ROOT
from tests.drills.worker import AHEAD, DayClock, seconds_until_day
from tests.offices import TEST_SECRET, make_sample, settings_for, share_cache
from tests.standins.telegram_api import TelegramApi

POLLING, WEBHOOK = "polling", "webhook"
SECRET = "a-secret-for-drills"
_SATURDAY = 5
_STARTS_WITHIN = 900.0  # seconds: beside much other work starting takes long, and whoever ended is noticed at once
FIRST_ASKER = 7_000_000_000
_FOR_OWN_RECORD = 1 / 3
MOST_LEAVING = 48  # answers between mark and end, as `bot.intake` promises
_LAID_DOWN_WITHIN, _BACK_WITHIN = 3.0, 30.0  # seconds: that an answer was given, or that the database is there again
_LINKED_AT_ONCE = 300
_MOST_LATER = 8  # mornings to which a notice may be put off, one after the other
FIRST_OFFICIAL = 6_000_000_000
READY = {"serve": "http://", "run": "http://", "work": "Ctrl-C"}
QUESTIONS = (
    "công văn 2123 điểm 3 nói gì",
    "ielts 5.0 có được tính không",
    "trưởng phòng sở cần tiêu chuẩn gì",
    "hạn của công văn 2123 là ngày nào",
    "/trogiup",
    "xin chào",
    "chứng chỉ tin học A có được tính không",
    "ai là chủ tịch nước",
)
_BULK = """
INSERT INTO people (code, name, name_folded, born_on, gender, unit, position, position_group, managed_by, is_leader)
SELECT 'ZZ' || lpad(n::text, 6, '0'), 'Tran Van ' || n, 'tran van ' || n, date '1980-01-01', 'nam',
    (SELECT code FROM units ORDER BY code LIMIT 1), 'Chuyen vien', 'khong-co-nhom', 'don_vi', false
FROM generate_series(0, %s - 1) n ON CONFLICT DO NOTHING
"""
_BULK_ACCOUNTS = """
INSERT INTO accounts (channel, address, person, linked_at, locale, changed_at)
SELECT %s, address, 'ZZ' || lpad((n - 1)::text, 6, '0'), now(), 'vi', now()
FROM unnest(%s::text[]) WITH ORDINALITY AS b (address, n) ON CONFLICT DO NOTHING
"""
_LINK_OFFICIALS = """
INSERT INTO accounts (channel, address, person, linked_at, locale, changed_at)
SELECT 'telegram', (%s + row_number() OVER (ORDER BY code))::text, code, now(), 'vi', now()
FROM people WHERE code LIKE 'CB%%' ON CONFLICT DO NOTHING
"""
_ONE_MORE = """
WITH one AS (
    INSERT INTO people (code, name, name_folded, born_on, gender, unit, position, position_group, managed_by,
        is_leader) VALUES (%s, 'Le Thi ' || %s, 'le thi', date '1985-01-01', 'nu',
        (SELECT code FROM units ORDER BY code LIMIT 1), 'Chuyen vien', 'khong-co-nhom', 'don_vi', false)
    ON CONFLICT DO NOTHING RETURNING code)
INSERT INTO accounts (channel, address, person, linked_at, locale, changed_at)
SELECT 'telegram', %s, code, now(), 'vi', now() FROM one
"""
_SENT_TO = """
SELECT address, state, count(*) FROM (
    SELECT address, state FROM deliveries WHERE channel = %s
    UNION ALL SELECT address, state FROM letters WHERE channel = %s
) AS sent GROUP BY 1, 2
"""
_LEFT = """
SELECT count(*) FROM deliveries WHERE state IN ('claimed', 'started')
    OR (state = 'waiting' AND NOT is_held AND due_at <= %s)
"""
# What a drill asked to be told, and everything else that the house found to tell.
_OF_BROADCASTS = "SELECT FROM carried c JOIN notices n ON n.id = c.notice WHERE c.delivery = d.id AND n.key LIKE %s"
_LATEST_DUE = (
    f"SELECT max(due_at) FROM deliveries d WHERE state = 'waiting' AND due_at > %s AND EXISTS ({_OF_BROADCASTS})"  # noqa: S608  ours
)
_OTHERS_LEFT = f"""
SELECT count(*) FROM deliveries d WHERE NOT EXISTS ({_OF_BROADCASTS}) AND (state IN ('claimed', 'started', 'refused')
    OR (state = 'waiting' AND NOT is_held AND due_at <= %s))
"""  # noqa: S608  ours
_ENDS = """
SELECT n.key, array_remove(array_agg(d.state), NULL)
FROM notices n LEFT JOIN carried c ON c.notice = n.id AND c.dropped IS NULL LEFT JOIN deliveries d ON d.id = c.delivery
WHERE n.key LIKE %s GROUP BY n.key
"""
_BROADCASTS = "broadcast:%"
_TOLD = {"delivered", "unclear"}


@dataclass
class Asked:
    """One visitor with one thing asked."""

    visitor: Any
    at: float
    person: str | None = None
    is_for_own_record: bool = False

    @property
    def address(self) -> str:
        """Their chat, as the house keeps it."""
        return str(self.visitor.id)


@dataclass
class House:
    """What a drill can reach. `url` is where processes of the house see the database, `direct` where the drill does."""

    channel: ClassVar[str] = "telegram"
    sending: ClassVar[str] = "sendMessage"  # the platform's name of a call that shows a message
    unclear: ClassVar[str] = "telegram.unclear"  # how the log names an answer of which nobody knows whether it arrived
    api: Any
    home: Path
    url: str
    direct: str
    mode: str
    server: EmbeddedServer | None
    seed: int = 1
    ahead: float = 0.0
    processes: dict[str, subprocess.Popen] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    bulk: int = 0
    settings: dict[str, str] = field(default_factory=dict)
    starts: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    own_database: bool = False
    linked: int = 0
    linked_asked: int = 0
    whose_code: dict[str, str] = field(default_factory=dict)
    told: set[int] = field(default_factory=set)  # numbers of what everybody was asked to be told
    reader: own_records.Reader = field(default_factory=own_records.Reader)

    def __post_init__(self) -> None:
        self.port = _free_port()
        self._may_be_told: set[str] = set()
        self._most_told = 0
        self._database_killed_at = -math.inf
        self.interrupted = _interrupted()

    # --- processes

    @property
    def jump(self) -> Path:
        """The file by which the clocks of all processes jump."""
        return self.home / JUMP_FILE

    def jump_ahead(self, seconds: float) -> None:
        """From now on the clocks of all processes say so much more."""
        draft = self.jump.with_suffix(".new")
        draft.write_text(str(read_jump(self.jump) + seconds))
        draft.replace(self.jump)

    def environment(self) -> dict[str, str]:
        """The settings of every process."""
        given = {
            "HOME": str(self.home),
            "SECRET_KEY": TEST_SECRET,
            "HTTP": f"127.0.0.1:{self.port}",
            **({} if self.own_database else {"DATABASE_URL": self.url}),
            **self.platform_settings(),
            **self.settings,
        }
        kept = {name: value for name, value in os.environ.items() if not name.startswith("NHACCHUAN_")}
        ours = {f"NHACCHUAN_{name}": value for name, value in given.items()}
        return {**kept, **ours, AHEAD: str(self.ahead), JUMP: str(self.jump)}

    # --- the platform

    @staticmethod
    def make_platform(ahead: float, jump: Path) -> Any:
        """The stand-in, which has not been entered yet; its clock is the house's where time matters to it."""
        del ahead, jump
        return TelegramApi(webhook_pause=0.2)

    @property
    def identity(self) -> str:
        """Ours, as deliveries name it."""
        return IDENTITY

    def platform_settings(self) -> dict[str, str]:
        """What processes must know of the platform."""
        known = {
            "TELEGRAM_TOKEN": self.api.token,
            "TELEGRAM_API": self.api.base,
            "TELEGRAM_NAME": "stand_in_bot",
            "TELEGRAM_PER_SECOND": "60",
        }
        if self.mode == POLLING:
            return known
        address = f"http://127.0.0.1:{self.port}/telegram/webhook"
        return {**known, "TELEGRAM_WEBHOOK_URL": address, "TELEGRAM_WEBHOOK_SECRET": SECRET}

    def new_visitor(self, number: int) -> Any:
        """Somebody whom nobody knows."""
        return self.api.visitor(f"Khách {number}", FIRST_ASKER + number)

    def linked_visitor(self, number: int) -> Any:
        """The linked person of this number."""
        return self.api.visitor(f"Liên kết {number}", own_records.FIRST_LINKED + number)

    def bulk_address(self, number: int) -> str:
        """The chat of one of the many, in which nobody asks anything."""
        return str(self.api.visitor(f"ZZ{number:06}", FIRST_CHAT + number).id)

    def asks_nothing(self, address: str) -> bool:
        """Whether this chat is there for notices alone."""
        return int(address) < FIRST_ASKER

    def texts_at(self, address: str) -> list[str]:
        """What we wrote there."""
        chat = self.api.chats.get(int(address))
        return [one.text for one in chat.messages if one.is_from_bot] if chat is not None else []

    def written_to_since(self, moment: float) -> set[str]:
        """To whom calls were made since then, by the monotonic clock."""
        return {one.chat for one in self.api.arrivals if one.at > moment}

    async def go_away(self) -> None:
        """Nobody listens at the platform any more, until it is started again."""
        await self.api.stop()

    def heal(self) -> None:
        """Nothing that was planned goes wrong any more."""
        self.api._faults.clear()

    def is_doubled(self, texts: Sequence[str]) -> bool:
        """Whether more stands there than one answer."""
        return len([text for text in texts if text != self.interrupted]) > 1

    # --- life and death

    async def start(self, kind: str, *, waits: bool = True) -> subprocess.Popen:
        """A process of this kind; once it says that it is there, unless nobody waits for it."""
        log = self.home / f"{kind.replace(' ', '-')}-{self.starts}.log"
        self.starts += 1
        words = [sys.executable, "-u", "-m", "tests.drills.process", kind.partition(" ")[0]]
        with log.open("wb") as out:
            process = subprocess.Popen(words, cwd=ROOT, env=self.environment(), stdout=out, stderr=subprocess.STDOUT)  # noqa: ASYNC220  quick
        self.processes[kind] = process
        if waits:
            await self.wait_until_ready(kind, log, process)
        return process

    async def wait_until_ready(self, kind: str, log: Path, process: subprocess.Popen) -> None:
        """Until the process says that it is there. Fails where it ended instead."""
        sign = READY[kind.partition(" ")[0]]
        for _each in range(int(_STARTS_WITHIN / 0.05)):
            if sign in _end_of(log):
                return
            assert process.poll() is None, _end_of(log)
            await asyncio.sleep(0.05)
        raise AssertionError(f"{kind} did not start: {_end_of(log)}")

    def kill(self, kind: str) -> None:
        """As a power cut would."""
        process = self.processes[kind]
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGKILL)
        process.wait()
        self.kills[kind.partition(" ")[0] + (f" {self.mode}" if kind == "serve" else "")] += 1
        if kind != "work":
            self.note_cut_off()

    def ended(self) -> list[str]:
        """Processes that ended by themselves, which none may."""
        return [kind for kind, process in self.processes.items() if process.poll() is not None]

    def logs(self) -> str:
        """All that processes said."""
        return "\n".join(one.read_text(errors="replace") for one in sorted(self.home.glob("*.log")))

    def note_cut_off(self, *, of_database: bool = False) -> None:
        """Who may be told that they were cut off by a kill of this moment: whoever has no answer yet, or a fresh one.

        An answer stands between its mark and its end for a moment, and as long as the database is away.
        """
        now = time.monotonic()
        since = now - (_BACK_WITHIN if now - self._database_killed_at < _BACK_WITHIN else _LAID_DOWN_WITHIN)
        fresh = self.written_to_since(since)
        waiting = {one.address for one in self.unanswered()}
        self._may_be_told |= fresh | waiting
        self._most_told += min(MOST_LEAVING, len(fresh | waiting))
        if of_database:
            self._database_killed_at = now

    # --- the server

    @property
    def cluster(self) -> Cluster:
        """The cluster of the house."""
        return Cluster(self.home.resolve() / "postgres")

    def kill_postmaster(self) -> bool:
        """Kill the server's first process with kill -9; whether there was one."""
        pid = self.cluster.find_pid()
        if pid is None:
            return False
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        self.kills["postgres postmaster"] += 1
        self.note_cut_off(of_database=True)
        return True

    def kill_backend(self, random: Random) -> bool:
        """Kill a process that serves a connection with kill -9; the server begins anew then."""
        return self._kill_of_server("postgres backend", random, lambda words: SUPER in words)

    def kill_background(self, random: Random) -> bool:
        """The same with one that the server runs for itself: it writes, sweeps, or reads ahead."""
        return self._kill_of_server("postgres background", random, lambda words: SUPER not in words)

    def _kill_of_server(self, kind: str, random: Random, is_meant: Callable[[str], bool]) -> bool:
        pid = self.cluster.find_pid()
        with suppress(psutil.Error):
            children = psutil.Process(pid).children() if pid is not None else []
            meant = [one for one in children if one.cmdline() and is_meant(" ".join(one.cmdline()))]
            if meant:
                random.choice(meant).kill()
                self.kills[kind] += 1
                self.note_cut_off(of_database=True)
                return True
        return False

    def find_keeper(self) -> psutil.Process | None:
        """The process that keeps the embedded server running, where there is one."""
        root = str(self.cluster.root)
        for one in psutil.process_iter(["cmdline"]):
            words = one.info["cmdline"] or []
            if "storage.postgres.keeper" in words and root in words:
                return one
        return None

    def kill_keeper(self) -> bool:
        """Kill it with kill -9; whether there was one. The server runs on until somebody needs to bring it back."""
        keeper = self.find_keeper()
        if keeper is None:
            return False
        with suppress(psutil.NoSuchProcess):
            keeper.kill()
        self.kills["postgres keeper"] += 1
        return True

    def query(self, order: str, *values: Any) -> list[tuple]:
        """Rows, straight from the server; values one by one, or one mapping of them by their names."""
        given = values[0] if values and isinstance(values[0], Mapping) else values or None
        with psycopg.connect(self.direct, autocommit=True, connect_timeout=10) as connection:
            made = connection.execute(order, given)  # type: ignore[call-overload]
            return made.fetchall() if made.description else []

    async def ask_database(self, order: str, *values: Any, seconds: float = 60) -> list[tuple]:
        """The same, however long the server takes to come back."""
        until = time.monotonic() + seconds
        while True:
            try:
                return self.query(order, *values)
            except psycopg.OperationalError:
                if time.monotonic() > until:
                    raise
                await asyncio.sleep(0.2)

    # --- visitors

    def asks(self, text: str) -> Asked:
        """Somebody new asks something; with a linking code as whoever it was issued to."""
        visitor = self.new_visitor(len(self.asked))
        asked = Asked(visitor, time.monotonic(), self.whose_code.get(text.partition(" ")[2]))
        self.asked.append(asked)
        visitor.says(text)
        return asked

    def link_more(self, count: int) -> None:
        """So many more who are linked, and will ask for their own record."""
        count = min(count, own_records.MOST - self.linked)
        addresses = [str(self.linked_visitor(self.linked + n).id) for n in range(count)]
        known = {"first": self.linked, "count": count, "channel": self.channel, "addresses": addresses}
        self.query(own_records.MAKE, known)
        self.linked += count

    def asks_for_own_record(self) -> Asked | None:
        """One of them does; None where there is none left."""
        if self.linked_asked == self.linked:
            return None
        number, self.linked_asked = self.linked_asked, self.linked_asked + 1
        visitor = self.linked_visitor(number)
        asked = Asked(visitor, time.monotonic(), own_records.code_of(number), is_for_own_record=True)
        self.asked.append(asked)
        visitor.says(own_records.question_of(number))
        return asked

    def hands_in(self, picture: bytes) -> Asked:
        """Somebody new, who is linked, hands a certificate in."""
        code, address = f"XX{len(self.asked):06}", str(FIRST_ASKER + len(self.asked))
        self.query(_ONE_MORE, code, address, address)
        visitor = self.api.visitor(f"Khách {len(self.asked)}", FIRST_ASKER + len(self.asked))
        asked = Asked(visitor, time.monotonic(), code)
        self.asked.append(asked)
        visitor.hands_in(picture, caption="chứng chỉ")
        return asked

    async def keep_asking(self, rate: float, stop: asyncio.Event, *, codes: Sequence[str] = ()) -> None:
        """Somebody new every moment: some with a linking code that counts, every third for their own record."""
        random = Random(self.seed)  # noqa: S311  the same every time
        waiting = list(codes)
        while not stop.is_set():
            if waiting and random.random() < 0.1:
                self.asks(f"/lienket {waiting.pop()}")
            elif random.random() > _FOR_OWN_RECORD or self.asks_for_own_record() is None:
                self.asks(random.choice(QUESTIONS))
            if self.linked_asked == self.linked < own_records.MOST:
                with suppress(psycopg.Error):  # the server may just be away: strangers ask meanwhile
                    self.link_more(_LINKED_AT_ONCE)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), random.expovariate(rate))

    def answers(self, one: Asked) -> list[str]:
        """What the visitor read."""
        return self.texts_at(one.address)

    def unanswered(self) -> list[Asked]:
        """Who has read nothing yet."""
        return [one for one in self.asked if not self.answers(one)]

    async def wait_until_answered(self, seconds: float) -> float:
        """Until everybody has read something, or nobody new has for so long; the seconds that it took in all."""
        return await self.wait_until_none(lambda: _at_once(len(self.unanswered())), seconds)

    @staticmethod
    async def wait_until_none(count: Callable[[], Awaitable[int]], seconds: float) -> float:
        """However slow the machine is: as long as it becomes less."""
        began = moved = time.monotonic()
        left = await count()
        while left and time.monotonic() - moved < seconds:
            await asyncio.sleep(0.2)
            now = await count()
            if now < left:
                moved = time.monotonic()
            left = now
        return time.monotonic() - began

    def count_answers(self) -> dict[str, int]:
        """How it went for everybody who asked."""
        read = [self.answers(one) for one in self.asked]
        return {
            "asked": len(read),
            "lost": sum(not one for one in read),
            "doubled": sum(self.is_doubled(one) for one in read),
            "told they were cut off": sum(self.interrupted in one for one in read),
            "told so without cause": self._count_told_without_cause(),
            "apologies": sum(_has_apology(one) for one in read),
            **self.count_records(),
        }

    def _count_told_without_cause(self) -> int:
        """Who was told that they were cut off though no kill fell on their answer, or beyond what a kill may fall on.

        Of the answers at work `bot.intake` lets 48 stand between mark and end, so that a kill cuts off no more.
        """
        told = [one.address for one in self.asked if self.interrupted in self.answers(one)]
        return sum(one not in self._may_be_told for one in told) + max(0, len(told) - self._most_told)

    def count_records(self) -> dict[str, int]:
        """Who read of their own record, and who of somebody else's, answers and notices alike."""
        mine = [one for one in self.asked if one.is_for_own_record and one.person is not None]
        told = [(self.answers(one), one.person or "") for one in mine]
        untold = [(own, one) for one, own in told if one and not self._is_told(one, own)]
        for own, read in untold:
            print(f"{own} asked {own_records.question_of(int(own[2:]))} and reads {read}", file=sys.stderr)
        owners = {one.address: one.person for one in self.asked}
        owners |= {self.bulk_address(n): f"ZZ{n:06}" for n in range(self.bulk)}
        return {
            "asked for their own record": len(mine),
            "read their own record": sum(self.reader.is_own(one, own) for one, own in told),
            "own record not told": len(untold),
            "wrong disclosures": self.count_disclosures(owners),
        }

    def _is_told(self, texts: Sequence[str], own: str) -> bool:
        return self.reader.is_own(texts, own) or self.interrupted in texts or _has_apology(texts)

    def count_disclosures(self, owners: Mapping[str, str | None]) -> int:
        """People of whom somebody else read in these chats."""
        found = 0
        for chat, own in owners.items():
            texts = self.texts_at(chat)
            others = self.reader.find_others(texts, own)
            found += len(others)
            if others:
                print(f"{own or 'a stranger'} reads of {', '.join(sorted(others))}: {texts}", file=sys.stderr)
        return found

    # --- notices

    async def tell_everybody(self, number: int, *, at: datetime | None = None, merge_day: date | None = None) -> None:
        """A message for each of the many, in the outbox, now or for later; another number is another message.

        Where it fails it may be tried again: all of them are kept, or none.
        """
        now = self.now()
        due_at = at or now
        said = {"text": f"Thông báo số {number}", "unit": "Sở Mẫu"}
        parcels = [
            (
                NewDelivery(
                    PersonCode(f"ZZ{n:06}"), due_at, self.identity, self.channel, self.bulk_address(n),
                    merge_day=merge_day,
                ),
                [NewNotice(NoticeKind.BROADCAST, f"broadcast:{number}:{n}", payload=said)],
            )
            for n in range(self.bulk)
        ]  # fmt: skip
        opened = open_office(settings_for(self.direct, self.home), clock=self.clock())
        async with opened as office, office.open_cabinet() as drawers:
            # None where an earlier try was kept and only its answer was lost.
            assert await drawers.outbox.put_many(parcels, now) in {0, self.bulk}
        self.told.add(number)

    def clock(self) -> DayClock:
        """The clock of the house, without its jumps."""
        return DayClock(self.ahead)

    def now(self) -> datetime:
        """The time in the house."""
        return self.clock().now().astimezone(VIETNAM)

    def now_there(self) -> datetime:
        """The time by which its processes live, jumps and all."""
        return self.now() + timedelta(seconds=read_jump(self.jump))

    async def count_left(self) -> int:
        """Deliveries whose time has come and that have not ended."""
        return (await self.ask_database(_LEFT, self.now_there()))[0][0]

    async def wait_until_told(self, seconds: float) -> float:
        """Until nothing that is due waits, or it becomes no less for so long; the seconds that it took in all.

        What was asked to be told and was put off, from a day off to the next morning, becomes due by a jump.
        """
        took = await self.wait_until_none(self.count_left, seconds)
        for _each in range(_MOST_LATER):
            now = self.now_there()
            (latest,) = (await self.ask_database(_LATEST_DUE, now, _BROADCASTS))[0]
            if latest is None:
                break
            self.jump_ahead((latest - now).total_seconds() + 1)
            took += await self.wait_until_none(self.count_left, seconds)
        return took

    async def count_broadcasts(self) -> dict[str, int]:
        """What everybody was asked to be told: how much of it nobody told or named unclear, and how much left twice.

        A try of which nobody heard that it was kept was kept as a whole or not at all.
        """
        ends: dict[int, list[list[str]]] = {number: [] for number in self.told}
        for key, states in await self.ask_database(_ENDS, _BROADCASTS):
            ends.setdefault(int(key.split(":")[1]), []).append(states)
        told = [sum(one in _TOLD for one in states) for kept in ends.values() for states in kept]
        others = Counter(one for kept in ends.values() for states in kept for one in states if one not in _TOLD)
        wanted, reached = self.bulk * len(ends), sum(one > 0 for one in told)
        if wanted != reached:
            print(f"{reached} of {wanted} told; of the others {dict(others)}", file=sys.stderr)
        return {"wanted": wanted, "untold": wanted - reached, "twice": sum(max(0, one - 1) for one in told)}

    async def count_notices(self) -> dict[str, int]:
        """How it went for everybody who was to be told, by the platform's books against ours, chat by chat.

        Lost is whatever a drill asked to be told and was neither delivered nor named unclear, however its row stands.
        Of what the house found to tell by itself, what is due and has not ended, and what was refused.
        """
        kept: dict[str, Counter[str]] = {}
        for address, state, count in await self.ask_database(_SENT_TO, self.channel, self.channel):
            kept.setdefault(address, Counter())[state] = count
        lost = doubled = unclear = delivered = 0
        for address, states in kept.items():
            if not self.asks_nothing(address):
                continue  # whoever asks reads answers too
            got = sum(
                map(bool, self.texts_at(address))
            )  # a file that words too long for its caption came before has none
            unclear += states["unclear"]
            delivered += states["delivered"]
            lost += max(0, states["delivered"] - got)
            more = max(0, got - states["delivered"] - states["unclear"])
            doubled += more
            if more:
                print(f"{address} read {more} too many, of {dict(states)}: {self.texts_at(address)}", file=sys.stderr)
        broadcasts = await self.count_broadcasts()
        left = (await self.ask_database(_OTHERS_LEFT, _BROADCASTS, self.now_there()))[0][0]
        return {
            "notices": delivered + unclear, "delivered": delivered, "unclear": unclear,
            "asked to be told": broadcasts["wanted"], "not told": broadcasts["untold"],
            "notices lost": lost + left + broadcasts["untold"], "notices doubled": doubled + broadcasts["twice"],
        }  # fmt: skip


SUPER = "nhacchuan"
JUMP_FILE = "jump"
H = TypeVar("H", bound=House)


@asynccontextmanager
async def open_house(
    mode: str = POLLING,
    *,
    people: int = 0,
    seed: int = 1,
    home: Path | None = None,
    local_conf: str = "",
    front: Callable[[str, AsyncExitStack], Awaitable[str]] | None = None,
    own_database: bool = False,
    kind: type[H] = House,
    **settings: str,
) -> AsyncIterator[H]:
    """A house with the invented province in it and nothing running yet; whatever was started ends with it.

    `front` puts something before the database and says where it is to be found then. `own_database`: processes start
    and keep the embedded server by themselves. `kind`: a house on another platform than Telegram.
    """
    use_catalogues(LOCALES)
    ahead = _until_working_day()
    async with AsyncExitStack() as stack:
        home = home or Path(stack.enter_context(TemporaryDirectory(prefix="nhacchuan-drill-")))
        home.mkdir(exist_ok=True)
        home.chmod(0o755)
        if local_conf:
            (home / "postgres").mkdir(exist_ok=True)
            (home / "postgres" / "local.conf").write_text(local_conf)
        share_cache(home)
        server = stack.enter_context(EmbeddedServer(home))
        url = await front(server.url, stack) if front is not None else server.url
        api = await stack.enter_async_context(kind.make_platform(ahead, home / JUMP_FILE))
        house = kind(api, home, url, server.url, mode, server, seed, ahead, own_database=own_database)
        house.settings.update(settings)
        await _fill(house, people)
        try:
            yield house
        finally:
            for process in house.processes.values():
                if process.poll() is None:
                    process.terminate()
            for process in house.processes.values():
                try:
                    process.wait(40)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
            api.violations.clear()


async def _fill(house: House, people: int) -> None:
    async with open_office(settings_for(house.direct, house.home), clock=house.clock()) as office:
        workbook = make_sample(house.home / "tinh-mau.xlsx", house.now().date())
        report = await office.load(workbook, dry_run=False, replacing=frozenset(), progress=lambda _s, _r: None)
        assert not report.is_refused
    house.bulk = people
    with psycopg.connect(house.direct, autocommit=True) as connection:
        connection.execute(_BULK, (people,))
        connection.execute(_BULK_ACCOUNTS, (house.channel, [house.bulk_address(n) for n in range(people)]))
    house.reader = own_records.Reader(dict(house.query("SELECT code, name FROM people WHERE code LIKE 'CB%'")))
    house.link_more(_LINKED_AT_ONCE)


def link_officials(house: House) -> int:
    """Everybody of the invented province gets a chat, in which they ask nothing; how many."""
    house.query(_LINK_OFFICIALS, FIRST_OFFICIAL)
    order = "SELECT address FROM accounts WHERE channel = 'telegram' AND person LIKE 'CB%%'"
    rows = house.query(order.replace("%%", "%"))
    for (address,) in rows:
        house.api.visitor("official", int(address))
    return len(rows)


async def issue_codes(house: House, count: int) -> list[str]:
    """Linking codes of so many of the many."""
    async with open_office(settings_for(house.direct, house.home), clock=house.clock()) as office:
        people = house.query(
            "SELECT code FROM people WHERE code LIKE 'ZZ%' ORDER BY code DESC LIMIT %s".replace("Z%", "Z%%"), count
        )
        codes = {(await office.issue_code(PersonCode(code))).code: code for (code,) in people}
    house.whose_code.update(codes)
    return list(codes)


def _until_working_day() -> float:
    """How far ahead a house lives: by day, and not at the end of a week, when nothing is planned."""
    ahead = timedelta(seconds=seconds_until_day())
    while (datetime.now(VIETNAM) + ahead).weekday() >= _SATURDAY:
        ahead += timedelta(days=1)
    return ahead.total_seconds()


def _has_apology(texts: Sequence[str]) -> bool:
    return any("Xin lỗi" in text or "Rất tiếc" in text for text in texts)


async def _at_once(number: int) -> int:
    return number


def _end_of(log: Path) -> str:
    return log.read_text(errors="replace")[-2000:]


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


def _interrupted() -> str:
    use_catalogues(LOCALES)
    with locale_of("vi"):
        return say_interrupted().title
