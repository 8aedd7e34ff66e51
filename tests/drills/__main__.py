"""`make drills`: everything that can go wrong, on purpose, then one table of what became of it.

Run as: python -m tests.drills [--short] [--only NAME]. Each drill is a process of its own; all of it stays on this
machine. What must hold: nothing that was accepted is lost, nobody is lost, nothing is told twice, nobody reads what is
not theirs, and all recovers without a hand. The exit code says whether it held; what was not run is said aloud.
"""

import json
import subprocess
import sys
import time
from argparse import ArgumentParser
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

_LONGEST = 1500.0


@dataclass(frozen=True)
class Drill:
    """One drill: its module, its words in full and in short, and which of its figures must be none."""

    module: str
    full: tuple[str, ...]
    short: tuple[str, ...]


DRILLS = {
    "kills": Drill("kills", ("--kills", "200"), ("--kills", "16")),
    "database": Drill("database_away", ("--seconds", "12"), ("--seconds", "5")),
    "providers": Drill("providers", ("--seconds", "12"), ("--seconds", "5")),
    "clocks": Drill("jumps", ("--seconds", "8"), ("--seconds", "2")),
    "parsers": Drill("parsers", ("--examples", "100000"), ("--examples", "2000")),
    "updates": Drill("updates", ("--good", "600", "--bad", "3000"), ("--good", "120", "--bad", "300")),
    "planners": Drill("planners", ("--days", "30"), ("--days", "8")),
    "restored": Drill("restored", ("--people", "240"), ("--people", "120")),
    "recalled": Drill("recall", ("--people", "300"), ("--people", "120")),
    "zalo account": Drill(
        "zalo_webhook",
        ("--door", "oa", "--rate", "20", "--seconds", "30", "--kills", "4"),
        ("--door", "oa", "--rate", "10", "--seconds", "8", "--kills", "1"),
    ),
    "zalo bot": Drill(
        "zalo_webhook",
        ("--door", "bot", "--rate", "20", "--seconds", "30", "--kills", "4"),
        ("--door", "bot", "--rate", "10", "--seconds", "8", "--kills", "1"),
    ),
    "zalo tokens": Drill("zalo_tokens", ("--runs", "100"), ("--runs", "16")),
}


@dataclass(frozen=True)
class Ended:
    """How one drill ended."""

    name: str
    figures: dict[str, Any]
    has_held: bool
    seconds: float
    said: str = ""


def run(name: str, *, is_short: bool) -> Ended:
    """One drill in a process of its own."""
    one = DRILLS[name]
    words = [sys.executable, "-m", f"tests.drills.{one.module}", *(one.short if is_short else one.full)]
    began = time.monotonic()
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=_LONGEST, check=False)
    except subprocess.TimeoutExpired:
        return Ended(name, {}, has_held=False, seconds=time.monotonic() - began, said="it did not end in time")
    last = next((line for line in reversed(done.stdout.splitlines()) if line.startswith("{")), "{}")
    return Ended(
        name,
        _read(last),
        done.returncode == 0,
        time.monotonic() - began,
        "" if done.returncode == 0 else (done.stderr or done.stdout)[-3000:],
    )


def _read(written: str) -> dict[str, Any]:
    try:
        return json.loads(written)
    except ValueError:
        return {"figures": written}  # a drill that prints for people


def rows_of(ended: Ended) -> list[tuple[str, str]]:
    """What stands in the table: a line for each part of a drill."""
    parts = {name: part for name, part in ended.figures.items() if isinstance(part, dict) and _is_part(part)}
    if not parts:
        return [(ended.name, _say(ended.figures))]
    return [(f"{ended.name}: {name}", _say(part)) for name, part in parts.items()]


def _is_part(part: dict[str, Any]) -> bool:
    return any(key in part for key in ("asked", "brought", "torn", "not run"))


def _say(figures: dict[str, Any]) -> str:
    return " · ".join(f"{name} {value}" for name, value in figures.items() if value not in ([], {}))


def main() -> None:
    """Run all and print the table."""
    words = ArgumentParser(description=__doc__)
    words.add_argument("--short", action="store_true", help="everything in small, in some minutes")
    words.add_argument("--only", choices=tuple(DRILLS), action="append", help="this one; may be given several times")
    asked = words.parse_args()
    console = Console()
    table = Table(title="Nhắc Chuẩn: drills" + (" in short" if asked.short else ""))
    for heading in ("drill", "what became of it", "held", "s"):
        table.add_column(heading)
    all_ended, not_run = [], []
    for name in asked.only or DRILLS:
        ended = run(name, is_short=asked.short)
        all_ended.append(ended)
        print(
            f"{name}: {'held' if ended.has_held else 'DID NOT HOLD'}, {ended.seconds:.0f} s",
            file=sys.stderr,
            flush=True,
        )
        if not ended.has_held:
            print(ended.said, file=sys.stderr, flush=True)
        for place, (what, became) in enumerate(rows_of(ended)):
            table.add_row(
                what,
                became,
                "" if place else "yes" if ended.has_held else "NO",
                "" if place else f"{ended.seconds:.0f}",
            )
        not_run += [
            f"{name}: {part} ({found['not run']})"
            for part, found in ended.figures.items()
            if isinstance(found, dict) and "not run" in found
        ]
    console.print(table, markup=False)
    for one in not_run:
        console.print(f"NOT RUN: {one}", markup=False)
    print(
        json.dumps({"held": sum(one.has_held for one in all_ended), "drills": len(all_ended), "not run": len(not_run)})
    )
    sys.exit(any(not one.has_held for one in all_ended))


if __name__ == "__main__":
    main()
