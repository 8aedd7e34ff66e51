"""`make bench`: every benchmark in a process of its own, then one table of figures beside what they should be.

Run as: python -m tests.bench [NAME …] [--short]. A name is that of a module, `verdicts`; all are run without one.
`--short` (SHORT=1 make bench) takes each in small, to see that it runs: its figures are not those of the bars, and no
mark stands beside them. Figures are of this machine at this moment: ✗ says that one falls short, or was not measured
though it should be something, and fails nothing.
A benchmark that does not end well is named in the table with its reason, stops no other, and the command ends with 1.
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

from rich.console import Console
from rich.table import Table

from tests.bench.bars import NONE, compare
from tests.ending import end_with_children

Figures = tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Bench:
    """One benchmark: its module, its words in full and in short, its figures: key, name, what it should be.

    What a figure should be is read by `tests.bench.bars`. After `longest` minutes the benchmark has surely hung.
    """

    module: str
    words: str = ""
    short: str = ""
    figures: Figures = ()
    longest: float = 20.0

    def typed(self, *, is_short: bool) -> list[str]:
        """What follows its name on the command line."""
        return (self.short if is_short else self.words).split()


_DOORS = {"ours": "", "aiogram": "a bare aiogram echo, ", "ptb": "a bare python-telegram-bot echo, "}


def _of_each(*figures: tuple[str, str, str]) -> Figures:
    """Of ours and of both echoes; only ours has bars."""
    return tuple(
        (f"{door}_{key}", f"{who}{name}", NONE if who else bar)
        for door, who in _DOORS.items()
        for key, name, bar in figures
    )


_DOOR = (
    *_of_each(
        ("50_p50_ms", "at 50/s, p50, ms", "≤ 25"),
        ("50_p99_ms", "at 50/s, p99, ms", "≤ 100"),
        ("50_lost", "at 50/s, lost", "= 0"),
        ("50_doubled", "at 50/s, answered twice", "= 0"),
    ),
    *_of_each(
        ("200_p50_ms", "at 200/s, p50, ms", NONE),
        ("200_p99_ms", "at 200/s, p99, ms", NONE),
        ("200_lost", "at 200/s, lost", "= 0"),
        ("200_doubled", "at 200/s, answered twice", NONE),
    ),
    *_of_each(
        ("saturated", "saturated, answers/s", NONE),
        ("saturated_lost", "saturated, lost", NONE),
        ("saturated_doubled", "saturated, answered twice", NONE),
    ),
    ("of_aiogram", "saturated, as a share of the bare aiogram's", "≥ 0.35"),
    ("ours_cpu_ms", "processor of `serve` for one answer of a backlog, ms", NONE),
    ("ours_cited", "answers with a basis", "= 100 %"),
    ("ours_rss_mb", "resident memory of `serve` after all that, MB", "≤ 250"),
)


def _searches(key: str, title: str) -> Figures:
    """Ours beside the baselines; a bar is the best of them, and what is wanted at the least."""
    return tuple(
        (f"{key}_{name}{spelling}", f"a passage of {title} found by some of its words, {spelling}: {who}, R@1", bar)
        for spelling, least in (("marked", "≥ 0.81"), ("unmarked", "≥ 0.79"))
        for name, who, bar in (
            ("", "ours", least),
            ("bm25_", "BM25 over words as written", NONE),
            ("bm25_folded_", "BM25 over folded words", NONE),
            ("fuzzy_", "RapidFuzz token_set", NONE),
        )
    )


def _exam(title: str) -> Figures:
    return tuple((key, f"{title}: {name}", bar) for key, name, bar in (
        ("right", "right in every wish, %", NONE),
        ("label", "right in intent and document, %", NONE),
        *((f"label_{name}", f"the same by {who}, %", NONE) for name, who in _BASELINES.items()),
        ("refused", "wrong refusals, %", "≤ 2"),
        ("invented", "invented citations", "= 0"),
        ("unmarked_behind", "marked − unmarked, points", "≤ 2"),
        ("calibration_error", "expected calibration error", NONE),
        ("read_p50_ms", "reading a question, p50, ms", "≤ 3"),
        ("read_p99_ms", "the same, p99, ms", NONE),
    ))  # fmt: skip


def _door(title: str) -> Figures:
    return tuple((key, f"{title}: {name}", bar) for key, name, bar in _DOOR)


_STYLES = ("marked", "unmarked", "typo")
_BASELINES = {
    "bm25s_raw": "BM25 over words as written",
    "bm25s_folded": "BM25 over folded words",
    "RapidFuzz": "RapidFuzz token_set",
}
_PICTURE = "--picture test-artefacts/verdicts-cost.png"
_SHORT_DOOR = "--rates 50 --seconds 4 --backlogs 1"
_BENCHES = (
    Bench("tests.bench.telegram_door", "--seconds 15 --backlogs 5", _SHORT_DOOR, _door(
        "Telegram by polling, all questions different",
    )),
    Bench("tests.bench.telegram_door", "--way webhook --seconds 10 --backlogs 5", f"--way webhook {_SHORT_DOOR}", _door(
        "Telegram by webhook, all questions different",
    )),
    Bench("tests.bench.telegram_door", "--repeated --seconds 10 --backlogs 5", f"--repeated {_SHORT_DOOR}", _door(
        "Telegram by polling, ten questions over and over",
    )),
    Bench("tests.bench.verdicts", f"--sizes 1000,10000,100000,1000000,2000000 {_PICTURE}",
          f"--sizes 1000,10000 {_PICTURE}", (
        ("s_100000", "verdicts of 100,000 people on every criterion, one core, s", "≤ 10"),
        ("s_2000000", "of 2,000,000 people streamed, s", "≤ 200"),
        ("cpu_1000", "seconds of the processor: of 1,000", NONE),
        ("cpu_10000", "of 10,000", NONE),
        ("cpu_100000", "of 100,000", NONE),
        ("cpu_1000000", "of 1,000,000", NONE),
        ("cpu_2000000", "of 2,000,000", "≤ 200"),
        ("growth", "one person's share among the most people, beside that among 10,000", "≤ 1.25, in proportion"),
        ("mb_grown", "memory that the last needed more than the first, MB", "≤ 20, flat"),
        ("mb_most", "peak memory, MB", NONE),
        ("picture", "picture of cost against size", NONE),
        ("us_kept", "one person's verdicts in the form in which they are kept, µs", NONE),
    )),
    Bench("tests.bench.refreshing", "", "--people 2000", (
        ("all_s", "verdicts of 100,000 people judged and kept for the first time, s", NONE),
        ("all_cpu_s", "the same, seconds of this process's processor, without the database's", NONE),
        ("round_people", "one unit's round changed: people judged anew", "= {round_touched}, those touched"),
        ("round_s", "the same, s", NONE),
        ("row_people", "one row of recognition changed: people judged anew", "= {row_touched}, those touched"),
        ("row_s", "the same, s", NONE),
        ("standard_people", "one standard changed: people judged anew", "= {standard_touched}, those touched"),
        ("standard_s", "the same, s", NONE),
        ("round_of_all_people", "everybody's round changed: people judged anew", "= {round_of_all_touched}"),
        ("round_of_all_s", "the same, s", NONE),
    )),
    Bench("tests.bench.starting", "", "--starts 1", (
        ("serve_s", "`serve` from start to serving, s", "≤ 3"),
        ("serve_cpu_s", "the same, seconds of the processor", NONE),
        ("serve_mb", "its resident memory then, MB", "≤ 250"),
        ("run_s", "`run`, as `make run` starts it, from start to serving, s", "≤ 3"),
        ("run_mb", "its resident memory then, MB", "≤ 250"),
        ("bare_s", "a process of bare aiogram and aiohttp from start to serving, s", NONE),
        ("bare_mb", "its resident memory then, MB", NONE),
        ("work_s", "`work` from start to sending, s", NONE),
        ("work_mb", "its resident memory then, MB", "≤ 250"),
        ("ask_s", "one question on the command line, s", NONE),
    )),
    Bench("tests.bench.answering", "--rate 50 --seconds 20", "--rate 20 --seconds 4", (
        ("p50_ms", "answer at 50 questions/s, database included, p50", "≤ 25 ms"),
        ("p99_ms", "the same, p99", "≤ 100 ms"),
        ("peak_rss_mb", "resident memory of the app", "≤ 250 MB"),
        ("ready_s", "from start to ready, library and classifier warm", NONE),
    )),
    Bench("tests.bench.reading", "", "--people 3000", (
        ("find_p50_ms", "one person of 100,000 with their record, p50", NONE),
        ("stream_s", "100,000 people with 400,000 credentials streamed", NONE),
    )),
    Bench("tests.bench.planning", "", "--people 1000", (
        ("plan_s", "one day's plan for 10,000 people, all of them reminded, s", "≤ 3 s"),
        ("keep_s", "the same planned and kept with its messages, s", NONE),
        ("changed_s", "whom a change of rules touches as well, by old and new rules, s", NONE),
        ("verdicts_s", "the same people, bare verdicts, s", NONE),
    )),
    Bench("tests.bench.planning", "--people 100000 --plain", "--people 2000 --plain", (
        ("plan_s", "one day's plan for 100,000 people, s", "≤ 30 s"),
        ("mb_all", "resident memory of planning and keeping it, MB", "≤ 500 MB"),
    )),
    Bench("tests.bench.console", "", "--people 2000 --each 4", (
        ("list_p50_ms", "console: a page of the list of 100,000 people, every order and filter, p50", NONE),
        ("list_p95_ms", "the same, p95", "≤ 300 ms"),
        ("slowest_p95_ms", "the same, p95 of the slowest order or filter", "≤ 300 ms"),
        ("overview_p95_ms", "console: the overview of that province, p95", "≤ 300 ms"),
        ("person_p95_ms", "console: one person's page, p95", NONE),
        ("cases_p95_ms", "console: the cases of the province, p95", NONE),
        ("audit_p95_ms", "console: the audit chain, p95", NONE),
    )),
    Bench("tests.bench.reports", "", "--people 2000", (
        ("seconds", "list of all that 100,000 people lack as .xlsx, by the command, s", NONE),
        ("peak_mb", "the same, peak memory, MB", "≤ 500 MB"),
        ("rows", "the same, rows", NONE),
    )),
    Bench("tests.drills.hostile_broadcast", "--kills 8", "--people 100 --kills 1", (
        ("plain_reached", "hostile broadcast to 600, of whom 588 can be reached: reached", "= 588"),
        ("plain_duplicates", "the same, told twice", "= 0"),
        ("plain_unclear_of_lost_answers", "the same, lost answers named unclear", "= 6"),
        ("plain_rate_refusals", "the same, refusals by rate", "≤ 3"),
        ("plain_seconds", "the same, s", "≤ 24"),
        ("kills_lost", "worker killed with kill -9 at 8 points: lost", "= 0"),
        ("kills_duplicates", "the same, told twice", "= 0"),
        ("kills_unclear", "the same, named unclear", NONE),
        ("two_lost", "two workers of which one is killed: lost", "= 0"),
        ("two_duplicates", "the same, told twice", "= 0"),
        ("two_taken_over_s", "the same, what it held taken over, s", "≤ 30"),
    )),
    Bench("tests.drills.rate", "", "--seconds 5", (
        ("average", "two workers at 30 messages/s for 60 s: average", "≥ 29.5"),
        ("most_in_a_second", "the same, most in any sliding second", "≤ 31"),
    )),
    Bench("tests.drills.engine", "", "--messages 400 --bare-messages 200", (
        ("per_second", "messages/s of one worker without a limit, each kept before and after", "≥ 500"),
        ("bare_one_by_one", "a bare loop of python-telegram-bot, one after the other", NONE),
        ("bare_64_at_once", "the same, 64 at once", NONE),
    )),
    Bench("tests.bench.retrieval", "", "", (
        *_searches("official", "official texts"),
        *_searches("invented", "invented texts"),
        ("query_p50_ms", "search in 200 added documents, p50", "≤ 2 ms"),
        ("build_s", "index of 200 added documents", "≤ 1 s"),
    )),
    Bench("tests.bench.loading", "", "--people 2000", (
        ("xlsx_s", "workbook of 100,000 people and 400,000 credentials loaded, s", "≤ 60"),
        ("xlsx_mb", "the same, peak memory, MB", "≤ 500"),
        ("xlsx_again_s", "the same once more, nothing changed, s", NONE),
        ("csv_s", "the same as .csv, s", "≤ 60"),
        ("csv_mb", "the same, peak memory, MB", "≤ 500"),
        ("csv_again_s", "the same once more, nothing changed, s", NONE),
        ("openpyxl_s", "the workbook only read into rows, nothing checked or kept: by openpyxl, s", NONE),
        ("openpyxl_mb", "the same, peak memory, MB", NONE),
        ("calamine_s", "by python-calamine, s", NONE),
        ("calamine_mb", "the same, peak memory, MB", NONE),
        ("pandas_s", "by pandas, where it is installed, s", NONE),
        ("pandas_mb", "the same, peak memory, MB", NONE),
    )),
    Bench("tests.bench.audit_line", "", "--seconds 2", (
        ("kept/s", "entries of the audit chain kept a second, of 200 asked for", "≥ 198"),
        ("p99 ms", "the same, p99, ms", NONE),
        ("most/s", "the most a second", NONE),
    )),
    Bench("tests.drills.failover", "", "--people 120 --questions 24", (
        ("acknowledged_and_gone", "primary killed with kill -9, standby promoted: acknowledged and gone", "= 0"),
        ("told_twice", "the same, told twice", "= 0"),
        ("lost", "the same, people lost", "= 0"),
        ("first_commit_after_s", "the same, until it is written again, 2 s of it the notice, s", NONE),
    )),
    Bench("tests.bench.national_day", "--rows 100000", "--no-rows", (
        ("one_bot_h", "2,000,000 told on one day by one bot, reckoned, h", NONE),
        ("provinces_h", "by a bot of each of 34 provinces, four machines, reckoned, h", NONE),
        ("claim_of_64_ms", "64 messages claimed beside 100,000 that have ended, ms", NONE),
    )),
    Bench("tests.bench.documents", "", "", (
        ("official_precision", "official documents read: fields found that are right", NONE),
        ("official_recall", "fields there that are found", NONE),
        ("official_ms", "one of them, ms", NONE),
        ("invented_precision", "invented documents read: fields found that are right", NONE),
        ("invented_recall", "fields there that are found", NONE),
        ("invented_ms", "one of them, ms", NONE),
    )),
    Bench("tests.bench.understanding", "", "", (
        ("ready_s", "reader ready, s", NONE),
        *((f"{style}_intent", f"held-out questions, {style}: intent right", NONE) for style in _STYLES),
        *((f"{style}_wrong", f"{style}: another intent taken for it", NONE) for style in _STYLES),
        *((f"{style}_names", f"{style}: what they name found", NONE) for style in _STYLES),
        ("p50_ms", "reading one, median, ms", "≤ 3"),
        ("hostile_ms", "hostile input, at most, ms", NONE),
    )),
    Bench("tests.bench.evaluation", "", "--only own_record", _exam("own set")),
    Bench("tests.bench.evaluation", "--set second", "--set second --only own_record", _exam("second set")),
    Bench("tests.bench.evaluation", "--set third", "--set third --only own_record", _exam("third set")),
    Bench("tests.bench.evaluation", "--set fourth", "--set fourth --only own_record", _exam("fourth set")),
)  # fmt: skip


def main() -> None:
    """Run those asked for and print the table, after what prints tables of its own."""
    words = ArgumentParser(description=__doc__)
    words.add_argument("only", nargs="*", metavar="NAME", help="only these modules")
    words.add_argument("--short", action="store_true", help="everything in small, to see that it runs")
    asked = words.parse_args()
    chosen = [one for one in _BENCHES if not asked.only or one.module.rpartition(".")[2] in asked.only]
    if not chosen:
        words.error(f"no benchmark is called {', '.join(asked.only)}")
    began = time.perf_counter()
    console = Console(width=max(150, Console().width))
    table = Table(title="Nhắc Chuẩn" + (", in small" if asked.short else ""))
    for heading in ("what", "measured", "should be", ""):
        table.add_column(heading)
    short_of: list[str] = []
    failed: list[str] = []
    for one in chosen:
        ended = run(one, is_short=asked.short)
        console.print(ended.said, markup=False, highlight=False)
        table.add_section()
        title = " ".join([one.module, *one.typed(is_short=asked.short)])
        table.add_row(f"{title}: {ended.seconds:.0f} s", "FAILED" if ended.went_wrong else "", ended.went_wrong, "")
        short_of += _add_figures(table, one, ended, is_short=asked.short)
        if ended.went_wrong:
            failed.append(f"{title}: {ended.went_wrong}")
    console.print(table, markup=False)
    load = os.getloadavg()[2]
    minutes = (time.perf_counter() - began) / 60
    print(f"{len(chosen)} benchmarks in {minutes:.0f} min, load of the last quarter of an hour {load:.1f}")
    if not asked.short:
        print(f"short of what they should be: {len(short_of)}", *short_of, sep="\n  ")
    print("none failed" if not failed else "\n  ".join((f"FAILED: {len(failed)}", *failed)))
    sys.exit(bool(failed))


def _add_figures(table: Table, one: "Bench", ended: "Ended", *, is_short: bool) -> list[str]:
    """One row for each figure; those that fall short, with those that have a bar and were not measured."""
    short_of = []
    for key, name, bar in one.figures:
        figure = ended.figures.get(key)
        compared = compare(figure, bar, ended.figures)
        mark = "" if is_short or bar == NONE else "✓" if compared.holds else "✗"
        measured = "not measured" if figure is None else str(figure)
        table.add_row(f"  {name}", measured, compared.wish, mark)
        if mark == "✗":
            short_of.append(f"{name}: {measured} ({compared.wish})")
    return short_of


@dataclass(frozen=True)
class Ended:
    """How one benchmark ended: its figures, what it said besides, its seconds, and what went wrong, if anything did."""

    figures: dict[str, object]
    said: str
    seconds: float
    went_wrong: str = ""


def run(one: Bench, *, is_short: bool) -> Ended:
    """One benchmark in a process of its own, which is ended with all that it began when it has surely hung."""
    began = time.perf_counter()
    words = one.typed(is_short=is_short)
    command = [sys.executable, "-m", one.module, *words]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    went_wrong = ""
    try:
        said, errors = process.communicate(timeout=60 * one.longest)
    except subprocess.TimeoutExpired:
        end_with_children(process.pid)
        said, errors = process.communicate()
        went_wrong = f"it did not end within {one.longest:.0f} minutes"
    seconds = time.perf_counter() - began
    print(f"{' '.join([one.module, *words])}: {seconds:.0f} s", file=sys.stderr, flush=True)
    if process.returncode and not went_wrong:
        went_wrong = next(iter(errors.strip().splitlines()[-1:]), f"it ended with {process.returncode}")
    lines = said.splitlines()
    figures = _read(lines)
    if figures is None:
        return Ended({}, said, seconds, went_wrong or "it gave no figures")
    return Ended(figures, "\n".join(lines[:-1]), seconds, went_wrong)


def _read(lines: Sequence[str]) -> dict[str, object] | None:
    with suppress(ValueError, IndexError):
        found = json.loads(lines[-1])
        if isinstance(found, dict):
            return found
    return None


if __name__ == "__main__":
    main()
