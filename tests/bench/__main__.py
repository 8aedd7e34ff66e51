"""`make bench`: every benchmark in a process of its own, then one table of figures beside what they should be.

Run as: python -m tests.bench [NAME …] [--short]. A name is that of a module, `verdicts`; all are run without one.
`--short` (SHORT=1 make bench) takes each in small, to see that it runs: its figures are not those of the bars. Figures
are of this machine at this moment; nothing here passes or fails. A benchmark that fails is named in the table and
does not stop the others.
"""

import json
import os
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import psutil
from rich.console import Console
from rich.table import Table

Figures = tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Bench:
    """One benchmark: its module, its words in full and in short, its figures: key, name, what it should be.

    Without figures it prints a table of its own. After `longest` minutes it has surely hung.
    """

    module: str
    words: str = ""
    short: str = ""
    figures: Figures = ()
    longest: float = 20.0


_DOOR = (
    ("ours_50_p50_ms", "at 50/s, p50, ms", "≤ 25"),
    ("ours_50_p99_ms", "at 50/s, p99, ms", "≤ 100"),
    ("aiogram_50_p50_ms", "a bare aiogram echo, the same, p50, ms", "–"),
    ("ptb_50_p50_ms", "a bare python-telegram-bot echo, the same, p50, ms", "–"),
    ("ours_200_lost", "at 200/s, lost", "0"),
    ("ours_200_p99_ms", "at 200/s, p99, ms", "–"),
    ("ours_saturated", "saturated, answers/s", "–"),
    ("aiogram_saturated", "a bare aiogram echo, saturated", "–"),
    ("ptb_saturated", "a bare python-telegram-bot echo, saturated", "–"),
    ("of_aiogram", "saturated, as a share of the bare aiogram's", "≥ 0.35"),
    ("ours_cited", "answers with a basis", "100 %"),
    ("ours_rss_mb", "resident memory of `serve` after all that, MB", "≤ 250"),
)


def _door(title: str) -> Figures:
    return tuple((key, f"{title}: {name}", bar) for key, name, bar in _DOOR)


_SHORT_DOOR = "--rates 50 --seconds 4 --backlogs 1"
_BENCHES = (
    Bench("tests.bench.telegram_door", "--seconds 15 --backlogs 2", _SHORT_DOOR, _door(
        "Telegram by polling, all questions different",
    )),
    Bench("tests.bench.telegram_door", "--way webhook --seconds 10 --backlogs 1", f"--way webhook {_SHORT_DOOR}", _door(
        "Telegram by webhook, all questions different",
    )),
    Bench("tests.bench.telegram_door", "--repeated --seconds 10 --backlogs 1", f"--repeated {_SHORT_DOOR}", _door(
        "Telegram by polling, ten questions over and over",
    )),
    Bench("tests.bench.verdicts", "--sizes 1000,10000,100000", "--sizes 1000,10000", (
        ("cpu_1000", "verdicts of 1,000 people on every criterion, seconds of the processor", "–"),
        ("cpu_10000", "of 10,000", "in proportion"),
        ("cpu_100000", "of 100,000", "in proportion"),
        ("s_100000", "verdicts of 100,000 people on every criterion, one core, s", "≤ 10"),
        ("us_kept", "one person's verdicts in the form in which they are kept, µs", "–"),
    )),
    Bench("tests.bench.verdicts", "--sizes 2000000", "--sizes 20000", (
        ("s_2000000", "verdicts of 2,000,000 people streamed, one core, s", "≤ 200"),
        ("cpu_2000000", "the same, seconds of the processor", "≤ 200"),
        ("mb_grown", "memory that it needed more, MB", "flat"),
    )),
    Bench("tests.bench.refreshing", "", "--people 2000", (
        ("all_s", "verdicts of 100,000 people judged and kept for the first time, s", "–"),
        ("all_cpu_s", "the same, seconds of this process's processor, without the database's", "–"),
        ("round_people", "one unit's round changed: people judged anew", "those touched"),
        ("round_s", "the same, s", "–"),
        ("row_people", "one row of recognition changed: people judged anew", "those touched"),
        ("row_s", "the same, s", "–"),
        ("standard_people", "one standard changed: people judged anew", "those touched"),
        ("standard_s", "the same, s", "–"),
        ("round_of_all_people", "everybody's round changed: people judged anew", "those touched"),
        ("round_of_all_s", "the same, s", "–"),
    )),
    Bench("tests.bench.starting", "", "--starts 1", (
        ("serve_s", "`serve` from start to serving, s", "≤ 3"),
        ("serve_cpu_s", "the same, seconds of the processor", "–"),
        ("serve_mb", "its resident memory then, MB", "≤ 250"),
        ("bare_s", "a process of bare aiogram and aiohttp from start to serving, s", "–"),
        ("bare_mb", "its resident memory then, MB", "–"),
        ("work_s", "`work` from start to sending, s", "–"),
        ("ask_s", "one question on the command line, s", "–"),
    )),
    Bench("tests.bench.answering", "--rate 50 --seconds 20", "--rate 20 --seconds 4", (
        ("p50_ms", "answer at 50 questions/s, database included, p50", "≤ 25 ms"),
        ("p99_ms", "the same, p99", "≤ 100 ms"),
        ("peak_rss_mb", "resident memory of the app", "≤ 250 MB"),
        ("ready_s", "from start to ready, library and classifier warm", "–"),
    )),
    Bench("tests.bench.reading", "", "--people 3000", (
        ("find_p50_ms", "one person of 100,000 with their record, p50", "–"),
        ("stream_s", "100,000 people with 400,000 credentials streamed", "–"),
    )),
    Bench("tests.bench.planning", "", "--people 1000", (
        ("plan_s", "one day's plan for 10,000 people, all of them reminded, s", "≤ 3 s"),
        ("keep_s", "the same planned and kept with its messages, s", "–"),
        ("changed_s", "whom a change of rules touches as well, by old and new rules, s", "–"),
        ("verdicts_s", "the same people, bare verdicts, s", "–"),
    )),
    Bench("tests.bench.planning", "--people 100000 --plain", "--people 2000 --plain", (
        ("plan_s", "one day's plan for 100,000 people, s", "≤ 30 s"),
        ("mb_all", "resident memory of planning and keeping it, MB", "≤ 500 MB"),
    )),
    Bench("tests.bench.console", "", "--people 2000 --each 4", (
        ("list_p50_ms", "console: a page of the list of 100,000 people, every order and filter, p50", "–"),
        ("list_p95_ms", "the same, p95", "≤ 300 ms"),
        ("slowest_p95_ms", "the same, p95 of the slowest order or filter", "≤ 300 ms"),
        ("overview_p95_ms", "console: the overview of that province, p95", "≤ 300 ms"),
    )),
    Bench("tests.bench.reports", "", "--people 2000", (
        ("seconds", "list of all that 100,000 people lack as .xlsx, by the command, s", "–"),
        ("peak_mb", "the same, peak memory, MB", "≤ 500 MB"),
        ("rows", "the same, rows", "–"),
    )),
    Bench("tests.drills.hostile_broadcast", "--kills 8", "--people 100 --kills 1", (
        ("plain_reached", "hostile broadcast to 600, of whom 588 can be reached: reached", "588"),
        ("plain_duplicates", "the same, told twice", "0"),
        ("plain_unclear_of_lost_answers", "the same, lost answers named unclear", "6"),
        ("plain_rate_refusals", "the same, refusals by rate", "≤ 3"),
        ("plain_seconds", "the same, s", "≤ 24"),
        ("kills_lost", "worker killed with kill -9 at 8 points: lost", "0"),
        ("kills_duplicates", "the same, told twice", "0"),
        ("kills_unclear", "the same, named unclear", "–"),
        ("two_lost", "two workers of which one is killed: lost", "0"),
        ("two_duplicates", "the same, told twice", "0"),
        ("two_taken_over_s", "the same, what it held taken over, s", "≤ 30"),
    )),
    Bench("tests.drills.rate", "", "--seconds 5", (
        ("average", "two workers at 30 messages/s for 60 s: average", "≥ 29.5"),
        ("most_in_a_second", "the same, most in any sliding second", "≤ 31"),
    )),
    Bench("tests.drills.engine", "", "--messages 400 --bare-messages 200", (
        ("per_second", "messages/s of one worker without a limit, each kept before and after", "≥ 500"),
        ("bare_one_by_one", "a bare loop of python-telegram-bot, one after the other", "–"),
        ("bare_64_at_once", "the same, 64 at once", "–"),
    )),
    Bench("tests.bench.retrieval", "", "", (
        ("official_marked", "a passage of the official texts found by some of its words, marked, R@1", "≥ 0.81"),
        ("official_unmarked", "the same, unmarked", "≥ 0.79"),
        ("invented_marked", "the same over invented texts, marked", "≥ 0.81"),
        ("invented_unmarked", "the same, unmarked", "≥ 0.79"),
        ("query_p50_ms", "search in 200 added documents, p50", "≤ 2 ms"),
        ("build_s", "index of 200 added documents", "≤ 1 s"),
    )),
    Bench("tests.bench.loading", "", "--people 2000", (
        ("xlsx_s", "workbook of 100,000 people and 400,000 credentials loaded, s", "≤ 60"),
        ("xlsx_mb", "the same, peak memory, MB", "≤ 500"),
        ("xlsx_again_s", "the same once more, nothing changed, s", "–"),
        ("csv_s", "the same as .csv, s", "≤ 60"),
        ("csv_mb", "the same, peak memory, MB", "≤ 500"),
        ("csv_again_s", "the same once more, nothing changed, s", "–"),
        ("openpyxl_s", "the workbook only read into rows by openpyxl, s", "–"),
        ("calamine_s", "by python-calamine, s", "–"),
        ("pandas_s", "by pandas, where it is installed, s", "–"),
        ("pandas_mb", "the same, peak memory, MB", "–"),
    )),
    Bench("tests.bench.audit_line", "", "--seconds 2", (
        ("kept/s", "entries of the audit chain kept a second, of 200 asked for", "200"),
        ("p99 ms", "the same, p99, ms", "–"),
        ("most/s", "the most a second", "–"),
    )),
    Bench("tests.drills.failover", "", "--people 120 --questions 24", (
        ("acknowledged_and_gone", "primary killed with kill -9, standby promoted: acknowledged and gone", "0"),
        ("told_twice", "the same, told twice", "0"),
        ("lost", "the same, people lost", "0"),
        ("first_commit_after_s", "the same, until it is written again, 2 s of it the notice, s", "–"),
    )),
    Bench("tests.bench.national_day", "--rows 100000", "--no-rows", (
        ("one_bot_h", "2,000,000 told on one day by one bot, reckoned, h", "–"),
        ("provinces_h", "by a bot of each of 34 provinces, four machines, reckoned, h", "–"),
        ("claim_of_64_ms", "64 messages claimed beside 100,000 that have ended, ms", "–"),
    )),
    Bench("tests.bench.documents"),
    Bench("tests.bench.understanding"),
    Bench("tests.bench.evaluation"),
    Bench("tests.bench.evaluation", "--set second", "--set second"),
    Bench("tests.bench.evaluation", "--set third", "--set third"),
    Bench("tests.bench.evaluation", "--set fourth", "--set fourth"),
)  # fmt: skip


def main() -> None:
    """Run those asked for and print the table, after what prints tables of its own."""
    words = ArgumentParser(description=__doc__)
    words.add_argument("only", nargs="*", metavar="NAME", help="only these modules")
    words.add_argument("--short", action="store_true", help="everything in small, to see that it runs")
    asked = words.parse_args()
    chosen = [one for one in _BENCHES if not asked.only or one.module.rpartition(".")[2] in asked.only]
    began, failed = time.perf_counter(), []
    console = Console(width=max(120, Console().width))
    table = Table(title="Nhắc Chuẩn" + (", in small" if asked.short else ""))
    for heading in ("what", "measured", "should be"):
        table.add_column(heading)
    for one in chosen:
        ended = run(one, is_short=asked.short)
        console.print(ended.said, markup=False, highlight=False)
        for key, name, bar in one.figures:
            table.add_row(name, str(ended.figures.get(key, "not measured")), bar)
        if ended.went_wrong:
            failed.append(f"{one.module} {one.words}".strip())
            table.add_row(f"{failed[-1]}: {ended.went_wrong}", "FAILED", "–")
    console.print(table, markup=False)
    load = os.getloadavg()[2]
    minutes = (time.perf_counter() - began) / 60
    print(f"{len(chosen)} benchmarks in {minutes:.0f} min, load of the last quarter of an hour {load:.1f}", end="")
    print(f"; FAILED: {', '.join(failed)}" if failed else "; none failed")


@dataclass(frozen=True)
class Ended:
    """How one benchmark ended: its figures, what it said besides, and what went wrong, if anything did."""

    figures: dict[str, object]
    said: str
    went_wrong: str = ""


def run(one: Bench, *, is_short: bool) -> Ended:
    """One benchmark in a process of its own, which is ended with all that it began when it has surely hung."""
    began = time.perf_counter()
    words = (one.short if is_short else one.words).split()
    command = [sys.executable, "-m", one.module, *words]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    went_wrong = ""
    try:
        said, errors = process.communicate(timeout=60 * one.longest)
    except subprocess.TimeoutExpired:
        _end(process.pid)
        said, errors = process.communicate()
        went_wrong = f"it did not end within {one.longest:.0f} minutes"
    print(f"{one.module} {' '.join(words)}: {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
    if process.returncode and not went_wrong:
        went_wrong = next(iter(errors.strip().splitlines()[-1:]), f"it ended with {process.returncode}")
    lines = said.splitlines()
    figures = _read(lines) if one.figures else None
    if figures is None:
        return Ended({}, said, went_wrong or ("it gave no figures" if one.figures else ""))
    return Ended(figures, "\n".join(lines[:-1]), went_wrong)


def _read(lines: Sequence[str]) -> dict[str, object] | None:
    with suppress(ValueError, IndexError):
        found = json.loads(lines[-1])
        if isinstance(found, dict):
            return found
    return None


def _end(pid: int) -> None:
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        for one in [*process.children(recursive=True), process]:
            with suppress(psutil.Error):
                one.kill()


if __name__ == "__main__":
    main()
