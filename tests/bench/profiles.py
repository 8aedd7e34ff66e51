"""Where the time of the slowest parts goes: each part run in small under a profiler, the first 25 lines kept.

Run as: python -m tests.bench.profiles [NAME …] [--out docs/profiles]. Each part has a process and a server of its own.
A profiler makes everything slower, calls of functions most of all: shares may be compared, seconds may not. What waits
for the database stands at `poll`.
"""

import asyncio
import cProfile
import io
import os
import platform
import pstats
import re
import subprocess
import sys
import sysconfig
import time
from argparse import ArgumentParser
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.clock import FixedClock
from bot.json_views import reply_as_json
from bot.settings import Settings
from bot.wiring import Office, open_office
from bot.wiring_reports import BY_OPERATOR
from handlers.asking import Channel, Incoming
from handlers.phrases import use_catalogues
from handlers.reports.asked import FileForm, ReportAsked, ReportKind
from handlers.verdicts import explain_state
from knowledge.facts import PersonCode
from storage.database import open_database
from storage.embedded import EmbeddedServer
from storage.encryption import Vault
from storage.migrating import migrate
from tests.bench import console, planning
from tests.bench.big_workbook import sheets, write_xlsx
from tests.bench.own_questions import questions
from tests.bot.on_console.opening import open_console

ROOT = Path(__file__).parents[2]
LINES = 25
_KEY = "a key for the benchmark only"
_TODAY = date(2026, 11, 23)
_SENDERS = {"telegram": "telegram:1"}
# What `serve` imports, in the order in which the command line does.
_SERVES = (
    "import gc; gc.disable(); import bot.command_line;"
    " from bot.on_telegram.lean import import_aiogram; import_aiogram(); import bot.commands.serving"
)


@dataclass
class Taken:
    """What was run under the profiler, and what it said."""

    what: str
    profile: cProfile.Profile
    seconds: float = 0.0

    def lines(self) -> str:
        """The first functions by their own time."""
        written = io.StringIO()
        pstats.Stats(self.profile, stream=written).sort_stats("tottime").print_stats(LINES)
        return written.getvalue()


async def _watch(what: str, work: Callable[[], Awaitable[object]]) -> Taken:
    profile, began = cProfile.Profile(), time.process_time()
    with profile:
        await work()
    return Taken(what, profile, time.process_time() - began)


@asynccontextmanager
async def _province(folder: Path, people: int) -> AsyncIterator[Office]:
    """An office over a server of its own, its rules read; with people as the bench of planning makes them."""
    with EmbeddedServer(folder / "server") as server:
        settings = Settings(_env_file=None, database_url=server.url, home=folder / "office", secret_key=_KEY)
        async with open_database(server.url, vault=Vault([_KEY])) as database:
            await migrate(database)
            if people:
                await planning.fill(database, people)
            async with open_office(settings, clock=FixedClock(_TODAY)) as office:
                await office.rule_book()
                yield office


async def answers(folder: Path) -> Taken:
    """Questions about one's own record at the desk, as a door hands them over; what was learned is in memory."""
    async with _province(folder, 500) as office:
        await office.make_judge().refresh()

        async def ask(texts: list[str]) -> None:
            for number, text in enumerate(texts):
                who = PersonCode(f"CB{number % 500 + 1:07}")
                asked = Incoming(Channel.COMMAND_LINE, f"bench-{who}", text=text, person=who, thread=f"bench:{who}")
                reply = await office.desk.answer(asked)
                library = office.desk.library or office.library
                reply_as_json(reply, office.describe, partial(explain_state, library=library))

        texts = questions(400, are_distinct=True)
        await ask(texts[:100])
        return await _watch("300 different questions answered at the desk", lambda: ask(texts[100:]))


async def loading(folder: Path) -> Taken:
    """A workbook loaded into an empty database."""
    people = 5_000
    write_xlsx(folder / "big.xlsx", sheets(people, 4))
    async with _province(folder, 0) as office:
        return await _watch(
            f"a workbook of {people:,} people with {4 * people:,} certificates loaded",
            lambda: office.load(
                folder / "big.xlsx", dry_run=False, replacing=frozenset(), progress=lambda _sheet, _rows: None
            ),
        )


async def overview(folder: Path) -> Taken:
    """The console's first page of a large province; the browser that asks is in the same process."""
    async with _province(folder, 0) as office:
        await console.fill(office, folder, 3_000, 4)
        async with open_console(office) as opened:
            await console.settle_down(office)
            async with opened.inside(console.HR) as browser:
                await console.ask(browser, "/console/overview", 3)
                return await _watch(
                    "the overview of 3,000 people in 2,000 units shown 30 times",
                    lambda: console.ask(browser, "/console/overview", 29),
                )


async def plan(folder: Path) -> Taken:
    """A day on which everybody is reminded, planned and kept with its messages."""
    people = 5_000
    async with _province(folder, people) as office:
        return await _watch(
            f"a day's plan for {people:,} people, all of them reminded, planned and kept",
            lambda: office.push.plan_and_store(_TODAY, _SENDERS),
        )


async def judging(folder: Path) -> Taken:
    """The first verdicts of everybody."""
    people = 5_000
    async with _province(folder, people) as office:
        return await _watch(f"{people:,} people judged and kept for the first time", office.make_judge().refresh)


async def report(folder: Path) -> Taken:
    """The list of all that a province lacks, as a workbook."""
    people = 5_000
    async with _province(folder, people) as office:
        missing = ReportAsked(ReportKind.MISSING)
        return await _watch(
            f"the list of all that {people:,} people lack written as .xlsx",
            lambda: office.reports.make(missing, FileForm.XLSX, asker=None, via=BY_OPERATOR),
        )


PROFILES: dict[str, Callable[[Path], Awaitable[Taken]]] = {
    "answers": answers,
    "loading": loading,
    "overview": overview,
    "planning": plan,
    "judging": judging,
    "report": report,
}
START = "start"  # taken by the interpreter itself, so that nothing of ours is imported before


def start() -> tuple[str, str]:
    """What the imports of `serve` take, each with what it brings along: in words, and as the interpreter says it."""
    command = [sys.executable, "-X", "importtime", "-c", _SERVES]
    for _each in range(2):  # byte code is there the second time
        said = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stderr
    heading, *rows = said.splitlines()
    rows = sorted((row for row in rows if row.count("|") == 2), key=lambda row: -int(row.split("|")[1]))
    return "the imports of `serve`, by what each brings along", "\n".join([heading, *rows[:LINES]])


def plain(text: str) -> str:
    """Without the paths and addresses of the machine."""
    places = sysconfig.get_paths()
    for place in (places["purelib"], places["platlib"], str(ROOT), places["stdlib"], places["platstdlib"]):
        text = text.replace(f"{place}{os.sep}", "")
    return re.sub(r" at 0x[0-9a-f]+", "", text)


def take(name: str) -> str:
    """One profile, as it is kept: by what command and when, of what, and its first lines."""
    if name == START:
        what, lines = start()
    else:
        use_catalogues(ROOT / "bot" / "locales")
        with TemporaryDirectory(prefix="nhacchuan-bench-") as folder:
            taken = asyncio.run(PROFILES[name](Path(folder)))
        what, lines = f"{taken.what}, {taken.seconds:.1f} s of the processor under the profiler", taken.lines()
    today = date.today()  # noqa: DTZ011  the day on which somebody took it
    machine = f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    kept = [line.rstrip() for line in plain(lines).strip().splitlines()]
    return "\n".join([f"python -m tests.bench.profiles {name}", f"{today}, {machine}", what, "", *kept, ""])


def main() -> None:
    """Take those that are named, or all, each in a process of its own, and keep them."""
    words = ArgumentParser(description=__doc__)
    words.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join([*PROFILES, START])}; all without one")
    words.add_argument("--out", type=Path, default=ROOT / "docs" / "profiles")
    asked = words.parse_args()
    if unknown := set(asked.names) - {*PROFILES, START}:
        words.error(f"no profile is called {', '.join(sorted(unknown))}")
    if len(asked.names) != 1:
        for name in asked.names or [*PROFILES, START]:
            command = [sys.executable, "-m", "tests.bench.profiles", name, "--out", str(asked.out)]
            subprocess.run(command, check=True, cwd=ROOT)
        return
    asked.out.mkdir(parents=True, exist_ok=True)
    file = asked.out / f"{asked.names[0]}.txt"
    file.write_text(take(asked.names[0]), encoding="utf-8")
    print(file)


if __name__ == "__main__":
    main()
