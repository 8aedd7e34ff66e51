"""How well held-out questions are understood, how sure the reader is when it is right, and how fast it reads.

Run by hand: python -m tests.bench.understanding [--wrong]. The last line is JSON.
"""

import json
import statistics
import sys
import time
from dataclasses import dataclass
from datetime import date

import yaml

from knowledge.loader import load_library
from knowledge.understanding.cues import QUESTIONS
from knowledge.understanding.meaning import Entities, Intent, Meaning, Vocabulary
from knowledge.understanding.reader import Reader, build_reader

TODAY = date(2026, 11, 21)
HOSTILE = (
    "1." * 3500,
    "1/" * 3500,
    "2123 " * 1500,
    "9/8/2016 " * 800,
    "Nguyễn Văn " * 600,
    "a\u0301" * 3000,
    "x" * 10**7,
)
STYLES = ("marked", "unmarked", "typo")


@dataclass(frozen=True)
class HeldOut:
    """A question kept from learning, with what it should be understood as."""

    ask: str
    style: str
    intent: Intent
    names: dict


def load_held_out() -> tuple[HeldOut, ...]:
    """All held-out questions."""
    records = yaml.safe_load((QUESTIONS / "held_out.yaml").read_text(encoding="utf-8"))
    return tuple(HeldOut(one["ask"], one["style"], Intent(one["intent"]), one.get("names", {})) for one in records)


def names_are_right(names: dict, found: Entities) -> bool:
    """Whether everything that the question names was found as written in the file."""
    known = {
        "documents": [one.document for one in found.documents],
        "kinds": [[one.kind, one.level] for one in found.kinds],
        **{name: list(getattr(found, name)) for name in ("points", "criteria", "territories")},
        **{name: getattr(found, name) for name in ("level", "issued_on", "issued_year", "as_of", "years")},
    }
    person = names.get("person")
    if person is not None and (found.person_words is None or person not in found.person_words):
        return False
    return all(known[name] == wanted for name, wanted in names.items() if name != "person")


def read_all(reader: Reader) -> list[tuple[HeldOut, Meaning]]:
    """Every held-out question with its meaning."""
    return [(one, reader.read(one.ask, Vocabulary(), None, TODAY)) for one in load_held_out()]


def share(hits: list[bool]) -> float:
    """How many of these are true, 1.0 for none."""
    return sum(hits) / len(hits) if hits else 1.0


def main() -> None:
    """Print the tables."""
    started = time.perf_counter()
    reader = build_reader(load_library())
    figures = {"ready_s": round(time.perf_counter() - started, 2)}
    print(f"ready after {figures['ready_s']:.2f} s")
    read = read_all(reader)
    for style in STYLES:
        mine = [(one, meaning) for one, meaning in read if one.style == style]
        right = share([meaning.intent is one.intent for one, meaning in mine])
        best = share([one.intent in (meaning.intent, *meaning.guesses[:1]) for one, meaning in mine])
        wrong = share([meaning.intent not in (None, one.intent) for one, meaning in mine])
        named = [names_are_right(one.names, meaning.entities) for one, meaning in mine if one.names]
        shares = {"intent": right, "wrong": wrong, "names": share(named)}
        figures |= {f"{style}_{name}": round(one, 3) for name, one in shares.items()}
        print(
            f"{style:9} n={len(mine):3} intent {right:.3f}  wrong {wrong:.3f}  within first guess {best:.3f}"
            f"  entities {share(named):.3f} of {len(named)}"
        )
    print("confidence   n   right")
    for low in (0.0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95):
        high = {0.0: 0.3, 0.8: 0.9, 0.9: 0.95, 0.95: 1.01}.get(low, low + 0.1)
        inside = [(one, m) for one, m in read if low <= m.confidence < high]
        right = share([one.intent is (m.intent or m.guesses[0]) for one, m in inside])
        print(f"{low:.2f}-{min(high, 1):.2f} {len(inside):5}   {right:.3f}")
    times = []
    for one, _ in read:
        before = time.perf_counter()
        reader.read(one.ask, Vocabulary(), None, TODAY)
        times.append(time.perf_counter() - before)
    print(f"reading: median {statistics.median(times) * 1000:.2f} ms, slowest {max(times) * 1000:.2f} ms")
    hostile = []
    for question in HOSTILE:
        before = time.perf_counter()
        reader.read(question, Vocabulary(), None, TODAY)
        hostile.append(time.perf_counter() - before)
    print(f"hostile input, at most: {max(hostile) * 1000:.0f} ms")
    figures |= {"p50_ms": round(statistics.median(times) * 1000, 2), "hostile_ms": round(max(hostile) * 1000)}
    if "--wrong" in sys.argv:
        for one, meaning in read:
            if meaning.intent is not one.intent:
                print(
                    "intent  ",
                    one.style,
                    "|",
                    one.ask,
                    "|",
                    one.intent,
                    "|",
                    meaning.intent,
                    meaning.confidence,
                    meaning.guesses,
                )
            if not names_are_right(one.names, meaning.entities):
                print("entities", one.style, "|", one.ask, "|", one.names, "|", meaning.entities)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
