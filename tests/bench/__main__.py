"""`make bench`: every benchmark in a process of its own, then one table of figures beside what they should be.

Figures are of this machine at this moment; nothing here passes or fails.
"""

import json
import subprocess
import sys
import time

from rich.console import Console
from rich.table import Table

# What is measured: the module with its words, the figure, what it is called, what it should be.
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


def _door(title: str) -> tuple[tuple[str, str, str], ...]:
    return tuple((key, f"{title}: {name}", bar) for key, name, bar in _DOOR)


_BENCHES = (
    (("tests.bench.telegram_door",), _door("Telegram by polling, all questions different")),
    (("tests.bench.telegram_door", "--way", "webhook"), _door("Telegram by webhook, all questions different")),
    (("tests.bench.telegram_door", "--repeated"), _door("Telegram by polling, ten questions over and over")),
    (("tests.bench.verdicts", "--sizes", "1000,10000,100000"), (
        ("s_100000", "verdicts of 100,000 people on every criterion, one core, s", "≤ 10"),
        ("us_kept", "one person's verdicts in the form in which they are kept, µs", "–"),
    )),
    (("tests.bench.verdicts", "--sizes", "2000000"), (
        ("s_2000000", "verdicts of 2,000,000 people streamed, one core, s", "≤ 200"),
        ("mb_grown", "memory that it needed more, MB", "flat"),
    )),
    (("tests.bench.refreshing",), (
        ("all_s", "verdicts of 100,000 people judged and kept for the first time, s", "–"),
        ("round_people", "one unit's round changed: people judged anew", "those touched"),
        ("round_s", "the same, s", "–"),
        ("row_people", "one row of recognition changed: people judged anew", "those touched"),
        ("row_s", "the same, s", "–"),
        ("standard_people", "one standard changed: people judged anew", "those touched"),
        ("standard_s", "the same, s", "–"),
    )),
    (("tests.bench.starting",), (
        ("installed_s", "`serve` from start to serving, empty home, s", "≤ 3"),
        ("rss_mb", "its resident memory, MB", "≤ 250"),
        ("own_mb", "of it shared with no other process, MB", "–"),
        ("untaught_s", "where it must learn to read questions first, s", "–"),
    )),
    (("tests.bench.answering", "--rate", "50", "--seconds", "30"), (
        ("p50_ms", "answer at 50 questions/s, database included, p50", "≤ 25 ms"),
        ("p99_ms", "the same, p99", "≤ 100 ms"),
        ("peak_rss_mb", "resident memory of the app", "≤ 250 MB"),
        ("ready_s", "from start to ready, library and classifier warm", "–"),
    )),
    (("tests.bench.reading",), (
        ("find_p50_ms", "one person of 100,000 with their record, p50", "–"),
        ("stream_s", "100,000 people with 400,000 credentials streamed", "–"),
    )),
    (("tests.bench.planning",), (
        ("plan_s", "one day's plan for 10,000 people, all of them reminded, s", "≤ 3 s"),
        ("keep_s", "the same planned and kept with its messages, s", "–"),
        ("changed_s", "whom a change of rules touches as well, by old and new rules, s", "–"),
        ("verdicts_s", "the same people, bare verdicts, s", "–"),
    )),
    (("tests.bench.planning", "--people", "100000", "--plain"), (
        ("plan_s", "one day's plan for 100,000 people, s", "≤ 30 s"),
        ("mb_all", "resident memory of planning and keeping it, MB", "≤ 500 MB"),
    )),
    (("tests.bench.console",), (
        ("list_p50_ms", "console: a page of the list of 100,000 people, every order and filter, p50", "–"),
        ("list_p95_ms", "the same, p95", "≤ 300 ms"),
        ("slowest_p95_ms", "the same, p95 of the slowest order or filter", "≤ 300 ms"),
        ("overview_p95_ms", "console: the overview of that province, p95", "≤ 300 ms"),
    )),
    (("tests.bench.reports",), (
        ("seconds", "list of all that 100,000 people lack as .xlsx, by the command, s", "–"),
        ("peak_mb", "the same, peak memory, MB", "≤ 500 MB"),
        ("rows", "the same, rows", "–"),
    )),
    (("tests.drills.hostile_broadcast",), (
        ("plain_reached", "hostile broadcast to 600, of whom 588 can be reached: reached", "588"),
        ("plain_duplicates", "the same, told twice", "0"),
        ("plain_unclear_of_lost_answers", "the same, lost answers named unclear", "6"),
        ("plain_rate_refusals", "the same, refusals by rate", "≤ 3"),
        ("plain_seconds", "the same, s", "≤ 24"),
        ("kills_lost", "worker killed with kill -9 at 20 points: lost", "0"),
        ("kills_duplicates", "the same, told twice", "0"),
        ("kills_unclear", "the same, named unclear", "–"),
        ("two_lost", "two workers of which one is killed: lost", "0"),
        ("two_duplicates", "the same, told twice", "0"),
        ("two_taken_over_s", "the same, what it held taken over, s", "≤ 30"),
    )),
    (("tests.drills.rate",), (
        ("average", "two workers at 30 messages/s for 60 s: average", "≥ 29.5"),
        ("most_in_a_second", "the same, most in any sliding second", "≤ 31"),
    )),
    (("tests.drills.engine",), (
        ("per_second", "messages/s of one worker without a limit, each kept before and after", "≥ 500"),
        ("bare_one_by_one", "a bare loop of python-telegram-bot, one after the other", "–"),
        ("bare_64_at_once", "the same, 64 at once", "–"),
    )),
    (("tests.bench.retrieval",), (
        ("official_marked", "a passage of the official texts found by some of its words, marked, R@1", "≥ 0.81"),
        ("official_unmarked", "the same, unmarked", "≥ 0.79"),
        ("invented_marked", "the same over invented texts, marked", "≥ 0.81"),
        ("invented_unmarked", "the same, unmarked", "≥ 0.79"),
        ("query_p50_ms", "search in 200 added documents, p50", "≤ 2 ms"),
        ("build_s", "index of 200 added documents", "≤ 1 s"),
    )),
)  # fmt: skip
# They print tables of their own.
_TABLES = (
    ("tests.bench.documents",),
    ("tests.bench.understanding",),
    ("tests.bench.evaluation",),
    ("tests.bench.evaluation", "--set", "second"),
    ("tests.bench.evaluation", "--set", "third"),
    ("tests.bench.evaluation", "--set", "fourth"),
)


def main() -> None:
    """Run all and print the table, after what prints tables of its own."""
    console = Console()
    table = Table(title="Nhắc Chuẩn")
    for heading in ("what", "measured", "should be"):
        table.add_column(heading)
    for words, figures in _BENCHES:
        *told, last = _run(*words).splitlines()
        console.print("\n".join(told), markup=False)
        found = json.loads(last)
        for key, name, bar in figures:
            table.add_row(name, str(found.get(key, "not measured")), bar)
    for line in filter(None, _run("tests.bench.loading").splitlines()):
        name, _space, said = line.partition(" ")
        found = json.loads(said)
        table.add_row(f"load {name}: 100,000 people, 400,000 credentials", f"{found['seconds'][0]} s", "≤ 60 s")
        table.add_row(f"load {name}: peak memory", f"{found['peak_mb']} MB", "≤ 500 MB")
        table.add_row(f"load {name} once more, nothing changed", f"{found['seconds'][1]} s", "–")
    for words in _TABLES:
        console.print(_run(*words), markup=False)
    console.print(table)


def _run(module: str, *words: str) -> str:
    began = time.perf_counter()
    said = subprocess.run([sys.executable, "-m", module, *words], check=True, capture_output=True, text=True).stdout
    print(f"{module}: {time.perf_counter() - began:.0f} s", file=sys.stderr)
    return said


if __name__ == "__main__":
    main()
