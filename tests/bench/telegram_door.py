"""Questions about one's own record through the real `serve` and the Telegram door, beside bare echoes of the libraries.

Run as: python -m tests.bench.telegram_door [--way polling|webhook] [--rates 50,200] [--seconds 20] [--repeated].

Every door is a process of its own against the same strict stand-in: ours with its database on an embedded server, a
bare aiogram and a bare python-telegram-bot that answer with fixed words. An open loop: questions of as many linked
officials arrive by the clock, and an answer's time runs from that moment until the message arrives at Telegram. The
saturated rate is that of a backlog. All doors stand open, and each round is had by one after the other, since a machine
that others use too is not the same a minute later. Questions are all different unless `--repeated`.
"""

import asyncio
import json
import os
import socket
import sys
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil
from aiohttp import ClientSession
from sqlalchemy import text

from storage.database import Database, open_database
from storage.embedded import EmbeddedServer
from storage.encryption import Vault
from storage.migrating import migrate
from tests.bench.echoes import ECHO, PATH, SECRET
from tests.bench.own_questions import questions
from tests.bench.planning import fill
from tests.standins.telegram_api import DEFAULT_TOKEN, TelegramApi

DOORS = ("ours", "aiogram", "ptb")
KEY = "a key for the benchmark only"
BACKLOG = 2000
_AT_ONCE = 40  # connections by which Telegram brings updates, as it does unless told otherwise
_WARM = 100
_PATIENCE = 60.0
_CITED = "MẪU"  # in the number of every document of the invented province
_LINK = (
    "INSERT INTO accounts (channel, address, person, linked_at, changed_at)"
    " SELECT 'telegram', substr(code, 3)::int::text, code, now(), now() FROM people ON CONFLICT DO NOTHING"
)
_UNJUDGED = "SELECT count(*) FROM standings WHERE judged_version IS DISTINCT FROM version"


@dataclass
class Round:
    """What became of the questions of one round."""

    asked: dict[int, float]
    took: list[float] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)
    ended: float = 0.0

    def as_figures(self) -> dict[str, float]:
        """Milliseconds, answers a second, and how many were lost or answered twice."""
        took = sorted(self.took) or [float("nan")]
        begun = min(self.asked.values())
        return {
            "asked": len(self.asked),
            "lost": len(self.asked) - len(self.answers),
            "doubled": sum(count > 1 for count in self.answers.values()),
            "p50_ms": round(took[len(took) // 2] * 1000, 1),
            "p99_ms": round(took[int(len(took) * 0.99)] * 1000, 1),
            "per_second": round(len(self.answers) / (self.ended - begun), 1) if self.ended else 0,
        }


class Street:
    """The people who ask, at a stand-in that brings their words to whichever door is open."""

    def __init__(self, api: TelegramApi, people: int, way: str, port: int) -> None:
        self.api = api
        self.way = way
        self.url = f"http://127.0.0.1:{port}{PATH}"
        self.people = people
        self._next_person = 0
        self._next_update = 800_000_001

    def _update(self, words: str) -> tuple[int, dict[str, Any]]:
        number = self._next_person % self.people + 1
        self._next_person += 1
        visitor = self.api.visitor(f"CB{number:07}", number)
        message = self.api.new_message(visitor.chat, visitor.user, content={"text": words})
        self._next_update += 1
        return number, {"update_id": self._next_update, "message": message.as_api()}

    async def ask(self, all_words: Sequence[str], rate: float | None) -> Round:
        """Ask all of these, so many a second or all at once, and wait for the answers."""
        updates = [self._update(words) for words in all_words]
        self.api.arrivals.clear()
        self.api.calls.clear()
        asked: dict[int, float] = {}
        lanes = asyncio.Semaphore(_AT_ONCE)
        async with ClientSession(headers={"X-Telegram-Bot-Api-Secret-Token": SECRET}) as session:
            begun = time.monotonic() + 0.05
            async with asyncio.TaskGroup() as group:
                for place, (number, update) in enumerate(updates):
                    asked[number] = due = begun + (place / rate if rate else 0)
                    if (wait := due - time.monotonic()) > 0:
                        await asyncio.sleep(wait)
                    if self.way == "polling":
                        self.api.updates.add_raw(update)
                    else:
                        group.create_task(self._bring(session, lanes, update))
            count = len(asked)
            with suppress(AssertionError):  # the figures say how many were lost
                await self.api.wait_for(lambda: len(self.api.arrivals) >= count, _PATIENCE)
        await asyncio.sleep(0.3)  # one that is answered twice shows itself
        return self._read(asked)

    async def _bring(self, session: ClientSession, lanes: asyncio.Semaphore, update: dict[str, Any]) -> None:
        async with lanes:
            for _try in range(100):
                async with session.post(self.url, json=update) as answer:
                    await answer.read()
                    if answer.status == 200:
                        return
                await asyncio.sleep(0.05)

    def _read(self, asked: dict[int, float]) -> Round:
        found = Round(asked)
        for one in self.api.arrivals:
            number = int(one.chat)
            if number in asked and number not in found.answers:
                found.took.append(one.at - asked[number])
            found.answers[number] += 1
            found.ended = max(found.ended, one.at)
        return found

    def count_cited(self) -> int:
        """How many of the last round's answers name a document of the province."""
        return sum(_CITED in str(call.parameters.get("text", "")) for call in self.api.calls_of("sendMessage"))


@asynccontextmanager
async def opened(door: str, street: Street, url: str, home: Path, port: int) -> AsyncIterator[psutil.Process]:
    """One of the doors in a process of its own, once it takes updates."""
    if door == "ours":
        command = [sys.executable, "-m", "bot", "serve"]
    else:
        command = [sys.executable, "-m", "tests.bench.echoes", door, street.way, street.api.base, str(port)]
    log = (home / f"{door}.log").open("w", encoding="utf-8")
    environment = _environment(street, url, home, port)
    process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=log, stderr=log)
    try:
        street.api.calls.clear()
        street.api.webhook = None
        is_open = (
            (lambda: bool(street.api.calls_of("getUpdates")))
            if street.way == "polling"
            else (lambda: street.api.webhook is not None)
        )
        await street.api.wait_for(is_open, 120)
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        await process.wait()
        log.close()


def _environment(street: Street, url: str, home: Path, port: int) -> Mapping[str, str]:
    given = {
        "DATABASE_URL": url, "HOME": str(home), "SECRET_KEY": KEY, "HTTP": f"127.0.0.1:{port}",
        "TELEGRAM_TOKEN": DEFAULT_TOKEN, "TELEGRAM_API": street.api.base, "TODAY": "",
    }  # fmt: skip
    if street.way == "webhook":
        given |= {"TELEGRAM_WEBHOOK_URL": street.url, "TELEGRAM_WEBHOOK_SECRET": SECRET}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NHACCHUAN_")}
    return {**kept, **{f"NHACCHUAN_{name}": value for name, value in given.items() if value}}


@dataclass
class Visited:
    """One door that stands open, and what was found of it."""

    name: str
    street: Street
    process: psutil.Process
    words: Iterator[str]
    figures: dict[str, Any] = field(default_factory=dict)
    backlogs: list[dict[str, Any]] = field(default_factory=list)

    def _next_words(self, count: int) -> list[str]:
        return [next(self.words) for _each in range(count)]

    async def warm(self) -> None:
        """Have it answer as on any day before."""
        await self.street.ask(self._next_words(_WARM), 50)

    async def be_asked_at(self, rate: int, seconds: float) -> None:
        """So many questions a second."""
        found = await self.street.ask(self._next_words(int(rate * seconds)), rate)
        self.figures[f"at_{rate}"] = {**found.as_figures(), "cited": self.street.count_cited()}

    async def clear_backlog(self) -> None:
        """As many at once as nobody answers at once."""
        used, db = sum(self.process.cpu_times()[:2]), _postgres_cpu()
        found = await self.street.ask(self._next_words(BACKLOG), None)
        used, db = sum(self.process.cpu_times()[:2]) - used, _postgres_cpu() - db
        self.backlogs.append(
            {
                **found.as_figures(),
                "cited": self.street.count_cited(),
                "cpu_ms": round(1000 * used / BACKLOG, 2),
                "database_cpu_ms": round(1000 * db / BACKLOG, 2),
            }
        )

    def as_figures(self) -> dict[str, Any]:
        """All rounds; the saturated rate is that of the backlog in the middle."""
        rates = sorted(one["per_second"] for one in self.backlogs)
        return {
            **self.figures,
            "backlogs": self.backlogs,
            "saturated": rates[len(rates) // 2] if rates else float("nan"),
            "rss_mb": round(self.process.memory_info().rss / 2**20),
        }


async def measure(doors: Sequence[Visited], plan: "Plan") -> None:
    """Every round at each of the doors, before the next round begins."""
    for door in doors:
        await door.warm()
    for rate in plan.rates:
        for door in doors:
            await door.be_asked_at(rate, plan.seconds)
    for _each in range(plan.backlogs):
        for door in doors:
            await door.clear_backlog()


def _postgres_cpu() -> float:
    """Processor seconds of the server's processes that live."""
    used = 0.0
    for one in psutil.process_iter(["name", "cpu_times"]):
        if one.info["name"] == "postgres" and one.info["cpu_times"] is not None:
            used += sum(one.info["cpu_times"][:2])
    return used


@dataclass(frozen=True)
class Plan:
    """What is asked of each door."""

    rates: tuple[int, ...]
    seconds: float
    backlogs: int
    is_repeated: bool

    @property
    def most_questions(self) -> int:
        """Of all rounds."""
        return _WARM + int(sum(self.rates) * self.seconds) + BACKLOG * self.backlogs


async def run(way: str, plan: Plan, doors: Sequence[str]) -> dict[str, Any]:
    """All doors over the same province."""
    people = max([BACKLOG, *(int(rate * plan.seconds) for rate in plan.rates)])
    found: dict[str, Any] = {"way": way, "load_before": round(os.getloadavg()[0], 2)}
    with TemporaryDirectory(prefix="nhacchuan-bench-") as folder, EmbeddedServer(Path(folder)) as server:
        home = Path(folder) / "office"
        home.mkdir()
        async with open_database(server.url, vault=Vault([KEY])) as database, AsyncExitStack() as stack:
            await migrate(database)
            await fill(database, people)
            async with database.transaction() as drawers:
                await drawers.connection.execute(text(_LINK))
            visited = []
            for door in doors:
                api = await stack.enter_async_context(TelegramApi())
                stack.callback(_forgive_echoes, api)
                with socket.create_server(("127.0.0.1", 0)) as free:
                    port = free.getsockname()[1]
                street = Street(api, people, way, port)
                process = await stack.enter_async_context(opened(door, street, server.url, home, port))
                if door == "ours":
                    await _wait_until_judged(database)
                words = iter(questions(plan.most_questions, are_distinct=not plan.is_repeated))
                visited.append(Visited(door, street, process, words))
            await measure(visited, plan)
            found |= {one.name: one.as_figures() for one in visited}
    if "aiogram" in found and "ours" in found:
        found["of_aiogram"] = round(
            found["ours"]["saturated"] / found["aiogram"]["saturated"], 4
        )  # nothing short of its bar is rounded up to it
    return {**found, **flat(found, doors)}


def _forgive_echoes(api: TelegramApi) -> None:
    """A bare echo repeats words that the stand-in complains of; nothing else is forgiven."""
    api.violations[:] = [one for one in api.violations if ECHO not in one]


def flat(found: Mapping[str, Any], doors: Sequence[str]) -> dict[str, Any]:
    """The same figures by one name each: `ours_50_p50_ms`, `aiogram_saturated`; and the share answered with a basis."""
    named: dict[str, Any] = {}
    for door in doors:
        rounds = {name.removeprefix("at_"): one for name, one in found[door].items() if name.startswith("at_")}
        named |= {f"{door}_{rate}_{name}": one[name] for rate, one in rounds.items() for name in one}
        named[f"{door}_saturated"] = found[door]["saturated"]
        for what in ("lost", "doubled"):
            named[f"{door}_saturated_{what}"] = sum(one[what] for one in found[door]["backlogs"])
    if "ours" in doors:
        rounds = [one for name, one in found["ours"].items() if name.startswith("at_")] + found["ours"]["backlogs"]
        cited, asked = sum(one["cited"] for one in rounds), sum(one["asked"] for one in rounds)
        named["ours_cited"] = f"{100 * cited / asked:.1f} %"
        named["ours_cpu_ms"] = found["ours"]["backlogs"][0]["cpu_ms"] if found["ours"]["backlogs"] else None
        named["ours_rss_mb"] = found["ours"]["rss_mb"]
    return named


async def _wait_until_judged(database: Database) -> None:
    for _each in range(600):
        async with database.transaction() as drawers:
            if not (await drawers.connection.execute(text(_UNJUDGED))).scalar_one():
                return
        await asyncio.sleep(0.2)


def main() -> None:
    """Print the figures."""
    words = ArgumentParser(description=__doc__)
    words.add_argument("--way", choices=("polling", "webhook"), default="polling")
    words.add_argument("--rates", default="50,200")
    words.add_argument("--seconds", type=float, default=20)
    words.add_argument("--backlogs", type=int, default=3)
    words.add_argument("--doors", default=",".join(DOORS))
    words.add_argument("--repeated", action="store_true", help="the same ten questions over and over")
    asked = words.parse_args()
    rates = tuple(int(one) for one in asked.rates.split(",") if one)
    plan = Plan(rates, asked.seconds, asked.backlogs, asked.repeated)
    print(json.dumps(asyncio.run(run(asked.way, plan, asked.doors.split(",")))))


if __name__ == "__main__":
    main()
