"""`make drills`: everything that can go wrong, on purpose, then one table of what became of it.

Run as: python -m tests.drills [--short] [--only NAME] [--at-once 2]. Each drill is a process of its own, ended when it
takes far longer than it should; all of it stays on this machine. What must hold: nothing that was accepted is lost,
nobody is lost, nothing is told twice, nobody reads what is not theirs, and all recovers without a hand. The exit code
says whether it held; what was not run is said aloud. `--only kills` takes all whose name begins so.
"""

import json
import subprocess
import sys
import time
from argparse import ArgumentParser
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from signal import SIGTERM, default_int_handler, signal
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.ending import end_with_children

_RUNNING: set[int] = set()
_BESIDE_OTHERS = 3  # as much longer a drill may take in which other work holds the processors


@dataclass(frozen=True)
class Drill:
    """One drill: its module, its words in full and in short, and the minutes after which it has surely hung."""

    module: str
    full: tuple[str, ...]
    short: tuple[str, ...]
    longest: float = 10.0


def _kills(house: str, longest: float) -> Drill:
    return Drill("kills", ("--kills", "200", "--only", house), ("--kills", "16", "--only", house), longest)


def _providers(door: str) -> Drill:
    return Drill("providers", ("--seconds", "12", "--door", door), ("--seconds", "5", "--door", door))


# The longest first, so that none is left alone at the end.
DRILLS = {
    "kills-polling": _kills("polling", 18),
    "kills-webhook": _kills("webhook", 15),
    "parsers": Drill("parsers", ("--examples", "100000", "--minutes", "40"), ("--examples", "2000"), 20),
    "kills-zalo-account": _kills("zalo-account", 10),
    "kills-zalo-bot": _kills("zalo-bot", 10),
    "kills-run": _kills("run", 10),
    "kills-load": _kills("load", 10),
    "kills-keeping": _kills("keeping", 16),
    "providers": _providers("telegram"),
    "providers-zalo-account": _providers("zalo-account"),
    "providers-zalo-bot": _providers("zalo-bot"),
    "hostile-zalo": Drill("hostile_zalo", ("--people", "240", "--kills", "6"), ("--people", "90", "--kills", "2")),
    "database": Drill("database_away", ("--seconds", "12"), ("--seconds", "5")),
    "restored": Drill("restored", ("--people", "240"), ("--people", "120")),
    "clocks": Drill("jumps", ("--seconds", "8"), ("--seconds", "2")),
    "failover": Drill("failover", ("--people", "600"), ("--people", "200", "--questions", "40")),
    "updates": Drill("updates", ("--good", "600", "--bad", "3000"), ("--good", "120", "--bad", "300")),
    "zalo-tokens": Drill("zalo_tokens", ("--runs", "60"), ("--runs", "16")),
    "restart": Drill("restart", ("--rate", "50"), ("--rate", "10", "--seconds", "20", "--restarts", "1")),
    "planners": Drill("planners", ("--days", "30"), ("--days", "8")),
    "recalled": Drill("recall", ("--people", "300"), ("--people", "120")),
}


@dataclass(frozen=True)
class Ended:
    """How one drill ended."""

    name: str
    figures: dict[str, Any]
    has_held: bool
    seconds: float
    said: str = ""


def run(name: str, *, is_short: bool, patience: float) -> Ended:
    """One drill in a process of its own."""
    one = DRILLS[name]
    words = [sys.executable, "-m", f"tests.drills.{one.module}", *(one.short if is_short else one.full)]
    began = time.monotonic()
    # A session of its own, so that nothing of a drill that has hung outlives it.
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    _RUNNING.add(process.pid)
    try:
        out, errors = process.communicate(timeout=60 * one.longest * patience)
    except subprocess.TimeoutExpired:
        end_with_children(process.pid)
        out, errors = process.communicate()
        told = f"it did not end within {one.longest * patience:.0f} minutes\n{errors[-3000:]}"
        return Ended(name, _read(out), has_held=False, seconds=time.monotonic() - began, said=told)
    finally:
        _RUNNING.discard(process.pid)
    has_held = process.returncode == 0
    told = "" if has_held else (errors or out)[-3000:]
    return Ended(name, _read(out), has_held, time.monotonic() - began, told)


def _read(out: str) -> dict[str, Any]:
    """The figures of a drill: the last of its words that are an object of JSON."""
    lines = out.splitlines()
    for start, line in enumerate(lines):
        with suppress(ValueError):
            found = json.loads("\n".join(lines[start:])) if line.startswith("{") else None
            if isinstance(found, dict):
                return found
    return {}


def rows_of(ended: Ended) -> list[tuple[str, str]]:
    """What stands in the table: a line for each part of a drill."""
    parts = {name: part for name, part in ended.figures.items() if isinstance(part, dict) and _is_part(part)}
    if not parts:
        return [(ended.name, _say(ended.figures))]
    if len(parts) == 1 and ended.name.endswith(next(iter(parts))):
        return [(ended.name, _say(next(iter(parts.values()))))]
    return [(f"{ended.name}: {name}", _say(part)) for name, part in parts.items()]


def _verdict(ended: Ended, what: str) -> str:
    """What stands under "held": nothing counts as held that was not run."""
    part = ended.figures.get(what.removeprefix(f"{ended.name}: "))
    return "NOT RUN" if isinstance(part, dict) and "not run" in part else "yes" if ended.has_held else "NO"


def _is_part(part: dict[str, Any]) -> bool:
    return any(key in part for key in ("asked", "brought", "torn", "people", "not run"))


def _say(figures: dict[str, Any]) -> str:
    return " · ".join(f"{name} {_plain(value)}" for name, value in figures.items() if value not in ([], {}))


def _plain(value: Any) -> str:
    return ", ".join(f"{name} {one}" for name, one in value.items()) if isinstance(value, dict) else str(value)


def _chosen(only: list[str] | None) -> list[str]:
    found = [name for name in DRILLS if only is None or any(name.startswith(one) for one in only)]
    unknown = [one for one in only or () if not any(name.startswith(one) for name in DRILLS)]
    if unknown:
        sys.exit(f"There is no drill {', '.join(unknown)}; there are {', '.join(DRILLS)}.")
    return found


def main() -> None:
    """Run all, a line for each as it ends, and print the table."""
    words = ArgumentParser(description=__doc__)
    words.add_argument("--short", action="store_true", help="everything in small, in some minutes")
    words.add_argument("--only", action="append", help="those whose names begin so; may be given several times")
    words.add_argument("--at-once", type=int, default=2, help="so many drills at a time")
    words.add_argument("--patience", type=float, default=_BESIDE_OTHERS, help="as many times longer each may take")
    asked = words.parse_args()
    names, began = _chosen(asked.only), time.monotonic()
    console = Console(width=max(120, Console().width))
    table = Table(title="Nhắc Chuẩn: drills" + (" in short" if asked.short else ""))
    for heading in ("drill", "what became of it", "held", "s"):
        table.add_column(heading)

    def run_one(name: str) -> Ended:
        ended = run(name, is_short=asked.short, patience=asked.patience)
        verdict = "held" if ended.has_held else "DID NOT HOLD"
        figures = " | ".join(said for _what, said in rows_of(ended))
        print(f"{name}: {verdict}, {ended.seconds:.0f} s: {figures}", file=sys.stderr, flush=True)
        if not ended.has_held:
            print(ended.said, file=sys.stderr, flush=True)
        return ended

    signal(SIGTERM, default_int_handler)  # whoever ends us ends the drills too
    with ThreadPoolExecutor(max(1, asked.at_once)) as hands:
        try:
            all_ended = list(hands.map(run_one, names))
        except KeyboardInterrupt:
            hands.shutdown(wait=False, cancel_futures=True)
            for pid in tuple(_RUNNING):
                end_with_children(pid)
            sys.exit(130)
    for ended in all_ended:
        for place, (what, became) in enumerate(rows_of(ended)):
            table.add_row(what, became, _verdict(ended, what), f"{ended.seconds:.0f}" if not place else "")
    not_run = [
        f"{ended.name}: {part} ({found['not run']})"
        for ended in all_ended
        for part, found in ended.figures.items()
        if isinstance(found, dict) and "not run" in found
    ]
    console.print(table, markup=False)
    for one in not_run:
        console.print(f"NOT RUN: {one}", markup=False)
    held, seconds = sum(one.has_held for one in all_ended), round(time.monotonic() - began)
    print(json.dumps({"held": held, "drills": len(all_ended), "not run": len(not_run), "seconds": seconds}))
    sys.exit(held != len(all_ended))


if __name__ == "__main__":
    main()
