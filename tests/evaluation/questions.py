"""The evaluation set as values: what is asked, by whom, about which day, and what the answer must hold."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from knowledge.understanding.cues import QUESTIONS

FOLDER = QUESTIONS / "evaluation"
SECOND = QUESTIONS / "second_evaluation"  # by other hands, to see how well mending carries over
THIRD = QUESTIONS / "third_evaluation"  # by others again, who knew neither the first two nor any example
FOURTH = QUESTIONS / "fourth_evaluation"  # written when the first three were mended, by somebody who knew none of them
SETS = {"first": FOLDER, "second": SECOND, "third": THIRD, "fourth": FOURTH}
STYLES = ("marked", "unmarked", "typo")
THREADS = "threads"
TODAY = date(2026, 11, 21)


@dataclass(frozen=True)
class Expected:
    """What a right answer holds. Empty where nothing is asked of that side; the words are those of the files.

    `cites` and `cites_no` are documents, with a point after "#".
    """

    intent: tuple[str, ...] = ()
    outcome: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()
    cites_no: tuple[str, ...] = ()
    states: Mapping[str, str] | None = None
    says: tuple[str, ...] = ()
    says_any: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    handed: bool | None = None


@dataclass(frozen=True)
class Question:
    """One question with its right answer. `thread` names the conversation that it is a turn of."""

    ask: str
    style: str
    group: str
    expected: Expected
    person: str | None = None
    on: date = TODAY
    thread: str | None = None


def load_questions(folder: Path = FOLDER) -> tuple[Question, ...]:
    """The whole set, turns of threads in their order. Raises ValueError naming file and question for a bad record."""
    return tuple(question for path in sorted(folder.glob("*.yaml")) for question in _read(path))


def _read(path: Path) -> Iterator[Question]:
    records = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
    for number, record in enumerate(records, start=1):
        try:
            yield from _questions(record)
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{path.name}, record {number}: {error!r}") from error


def _questions(record: dict[str, Any]) -> Iterator[Question]:
    turns = record.get("turns")
    if turns is None:
        yield _question(record, record)
        return
    if not record["thread"] or not turns:
        raise ValueError("a thread needs a name and turns")
    for turn in turns:
        yield _question(record | {"group": THREADS}, turn, thread=str(record["thread"]))


def _question(about: dict[str, Any], asked: dict[str, Any], thread: str | None = None) -> Question:
    unknown = (about.keys() | asked.keys()) - {"ask", "style", "group", "as", "day", "expect", "thread", "turns"}
    if unknown:
        raise ValueError(f"unknown keys {sorted(unknown)}")
    style = about["style"]
    if style not in STYLES:
        raise ValueError(f"unknown style {style}")
    person = asked.get("as", about.get("as"))
    return Question(
        ask=str(asked["ask"]),
        style=style,
        group=about["group"],
        expected=_expected(asked["expect"]),
        person=person,
        on=asked.get("day", about.get("day")) or TODAY,
        thread=thread,
    )


def _expected(record: dict[str, Any]) -> Expected:
    unknown = record.keys() - {field.name for field in fields(Expected)}
    if unknown or not record:
        raise ValueError(f"expects nothing, or unknown keys {sorted(unknown)}")
    plain = {"states", "handed"}
    return Expected(**{name: value if name in plain else _words(value) for name, value in record.items()})


def _words(value: Any) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else (str(value),)
