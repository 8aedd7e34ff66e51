"""The exam: how many questions of the evaluation set are answered rightly, by group and style, beside baselines.

Run as: python -m tests.bench.evaluation [--set NAME | --folder PATH] [--wrong] [--only GROUP]. The invented province in
an embedded server, every question asked at the desk. "ours" is right in every wish (intent, outcome, citations, states,
days); "label" and the baselines only in what a search can reach: the intent, and the document where one is asked for.
"""

import asyncio
import json
import statistics
import sys
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.settings import Settings
from bot.wiring import Office, open_office
from knowledge.library import Library
from knowledge.loader import load_library
from knowledge.understanding.meaning import Vocabulary
from knowledge.understanding.reader import build_reader
from tests.evaluation.asking import Marked, right_and_all, sit
from tests.evaluation.baselines import Baseline, baselines
from tests.evaluation.judging import has_label, is_label_right
from tests.evaluation.questions import SETS, STYLES, THREADS, TODAY, Question, load_questions
from tests.offices import TEST_SECRET, StandingClock, make_sample

BARS = {"own_record": 98, "documents": 96, "certificates": 97, THREADS: 95, "refusals": 95}
_BINS = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)


async def examine(questions: Sequence[Question]) -> tuple[list[Marked], Library]:
    """All answers, and the library with what the sample declares."""
    with TemporaryDirectory(prefix="nhacchuan-bench-") as folder:
        home = Path(folder)
        settings = Settings(_env_file=None, home=home, secret_key=TEST_SECRET)  # type: ignore[call-arg]
        async with open_office(settings, clock=StandingClock()) as office:
            await _load(office, home)
            marked = [one async for one in sit(office, questions)]
            return marked, office.desk.library or office.library


async def _load(office: Office, home: Path) -> None:
    workbook = make_sample(home / "mau.xlsx", TODAY)
    report = await office.load(workbook, dry_run=False, replacing=frozenset(), progress=lambda _s, _r: None)
    if report.is_refused:
        raise SystemExit(str(report.problems[:3]))


def print_groups(marked: Sequence[Marked], searches: dict[str, Baseline]) -> None:
    """One row for each group and style, one for the group, one for everything."""
    print(f"{'group':<14}{'style':<10}{'n':>5}{'ours':>8}{'label':>8}" + "".join(f"{one:>14}" for one in searches))
    groups = list(dict.fromkeys(one.question.group for one in marked))
    for group in groups:
        of_group = [one for one in marked if one.question.group == group]
        for style in STYLES:
            _print_row(group, style, [one for one in of_group if one.question.style == style], searches)
        _print_row(group, f"≥ {BARS[group]} %" if group in BARS else "all", of_group, searches)
    for style in STYLES:
        _print_row("everything", style, [one for one in marked if one.question.style == style], searches)
    _print_row("everything", "all", marked, searches)


def _print_row(group: str, style: str, marked: Sequence[Marked], searches: dict[str, Baseline]) -> None:
    right, whole = right_and_all(marked)
    labelled = [one for one in marked if has_label(one.question.expected)]
    label = [_is_labelled(one) for one in labelled]
    found = [[_finds(search, one.question) for one in labelled] for search in searches.values()]
    print(
        f"{group:<14}{style:<10}{whole:>5}{_share(right, whole):>8}{_share(sum(label), len(label)):>8}"
        + "".join(f"{_share(sum(one), len(one)):>14}" for one in found)
    )


def _is_labelled(one: Marked) -> bool:
    cited = {(cite["document"], cite["point"]) for cite in one.answer["citations"]}
    return is_label_right(one.answer["intent"], cited, one.question.expected)


def _finds(search: Baseline, question: Question) -> bool:
    known = search(question.ask)
    return is_label_right(known.intent, set(known.cites), question.expected)


def figures_of(marked: Sequence[Marked], searches: dict[str, Baseline]) -> dict[str, float]:
    """Shares in percent over everything: right in every wish, right in its label, and that by each baseline."""
    right, whole = right_and_all(marked)
    labelled = [one for one in marked if has_label(one.question.expected)]
    reached = {"label": sum(_is_labelled(one) for one in labelled)} | {
        f"label_{name.replace(' ', '_')}": sum(_finds(search, one.question) for one in labelled)
        for name, search in searches.items()
    }
    return {"right": _percent(right, whole)} | {name: _percent(some, len(labelled)) for name, some in reached.items()}


def print_refusals(marked: Iterable[Marked]) -> dict[str, float]:
    """Wrong refusals of questions that have an answer, and citations that do not exist; the same as figures."""
    answerable = [one for one in marked if one.question.group != "refusals"]
    refused = sum(one.is_wrong_refusal for one in answerable)
    print(f"wrong refusals: {refused} of {len(answerable)} ({_share(refused, len(answerable))} %; ≤ 2 %)")
    invented = sum(len(one.invented) for one in marked)
    print(f"invented citations: {invented} (0)")
    figures: dict[str, float] = {"refused": _percent(refused, len(answerable)), "invented": invented}
    styles = {style: [one for one in marked if one.question.style == style] for style in STYLES}
    shares = {style: 100 * right / whole for style, of in styles.items() if (whole := right_and_all(of)[1])
              for right in (right_and_all(of)[0],)}  # fmt: skip
    if {"marked", "unmarked"} <= shares.keys():
        figures["unmarked_behind"] = round(shares["marked"] - shares["unmarked"], 1)
        print(f"marked − unmarked: {figures['unmarked_behind']:+.1f} points (≤ 2)")
    return figures


def print_reliability(marked: Iterable[Marked]) -> float:
    """How often the intent was right where the reader was so sure, without abstentions; the error expected."""
    sure = [
        (one.answer["confidence"], one.answer["intent"] in one.question.expected.intent)
        for one in marked
        if one.question.expected.intent and one.answer["outcome"] != "not_understood"
    ]
    print("confidence      n   mean  intent right")
    error = 0.0
    for low, high in pairwise(_BINS):
        within = [(c, r) for c, r in sure if low <= c < high or (high == 1.0 and c == high)]
        if within:
            mean, right = statistics.mean(c for c, _ in within), statistics.mean(r for _, r in within)
            error += len(within) / len(sure) * abs(mean - right)
            print(f"{low:.2f}-{high:.2f} {len(within):>6}  {mean:.3f}  {right:.3f}")
    print(f"expected calibration error: {error:.3f} of {len(sure)}")
    return round(error, 3)


def print_speed(questions: Sequence[Question]) -> dict[str, float]:
    """How long reading takes, warm, without the database."""
    reader = build_reader(load_library())
    took = []
    for _round in range(3):
        for question in questions:
            began = time.perf_counter()
            reader.read(question.ask, Vocabulary(), None, TODAY)
            took.append(time.perf_counter() - began)
    took = sorted(took[len(questions) :])
    p50, p99 = took[len(took) // 2] * 1000, took[int(len(took) * 0.99)] * 1000
    print(f"understanding: p50 {p50:.2f} ms (≤ 3), p99 {p99:.2f} ms")
    return {"read_p50_ms": round(p50, 2), "read_p99_ms": round(p99, 2)}


def _share(some: int, whole: int) -> str:
    return f"{_percent(some, whole)}" if whole else "–"


def _percent(some: int, whole: int) -> float:
    return round(100 * some / whole, 1) if whole else 0.0


def main() -> None:
    """Print everything."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--wrong", action="store_true", help="list every wrong answer with its faults")
    parser.add_argument("--only", help="only this group")
    parser.add_argument("--set", choices=SETS, default="first", help="the later ones were written by other hands")
    parser.add_argument("--folder", type=Path, help="a set of one's own, in the same form")
    words = parser.parse_args()
    chosen = load_questions(words.folder or SETS[words.set])
    questions = [one for one in chosen if words.only in {None, one.group}]
    marked, library = asyncio.run(examine(questions))
    searches = baselines(library)
    print_groups(marked, searches)
    figures = figures_of(marked, searches) | print_refusals(marked)
    figures |= {"calibration_error": print_reliability(marked), **print_speed(questions)}
    if words.wrong:
        for one in marked:
            for fault in (*one.faults, *(f"invented {cite}" for cite in one.invented)):
                print(f"[{one.question.group}/{one.question.style}] {one.question.thread or ''} {one.question.ask!r}"
                      f" ({one.question.person or '–'}): {fault}")  # fmt: skip
        print(Counter(one.question.group for one in marked if not one.is_right), file=sys.stderr)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
