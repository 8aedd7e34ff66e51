"""Units as heads and HR speak of them: what is wanted, within how many days, which unit. The phrases are data."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache

import yaml
from pydantic import BaseModel, ConfigDict

from knowledge.facts import UnitCode
from knowledge.folding import fold, fold_words
from knowledge.understanding.cues import QUESTIONS
from knowledge.understanding.phrase_table import PhraseTable
from knowledge.understanding.text import read_text
from knowledge.understanding.wishes import unit_prefixes

_DAYS = re.compile(r"\b(\d{1,3}) ?(ngay|hom|tuan|thang|quy)\b")
_IN_DAYS = {"ngay": 1, "hom": 1, "tuan": 7, "thang": 30, "quy": 90}
_WITHIN = re.compile(r"\b(?:tuan|thang|quy) (?:nay|toi|sau)\b")
_MOST_DAYS = 366
_SHORTEST_UNKNOWN = 2  # words after the kind: one alone may be anything
_MOST_NAMED, _MOST_SEARCHED = 4, 8  # words of a unit that nobody knows, and of somebody who is looked for
_SHORTEST_NAME = 3  # words of a name that must be said: "phòng tổng hợp", and not "số nội" for a Sở Nội vụ


class UnitWish(StrEnum):
    """What is wanted of a unit; the first of them that is said counts."""

    DECISIONS = "decisions"
    UNCLEAR = "unclear"
    UNREACHED = "unreached"
    FILE = "file"
    PICTURE = "picture"
    OVERDUE = "overdue"
    NEAR = "near"
    GLANCE = "glance"
    ALL = "all_of_it"
    SHEET = "sheet"


def read_unit_wishes(said: str) -> frozenset[UnitWish]:
    """Everything that is wanted."""
    text = read_text(said)
    return frozenset(one.value for one in _tables().wishes.find(text)) if text is not None else frozenset()


def read_days(said: str) -> int | None:
    """Within how many days: "trong 30 ngày", "2 tuần nữa", "tháng này"; None where no time is named."""
    folded = fold_words(said)
    if (found := _DAYS.search(folded)) is not None:
        days = int(found[1]) * _IN_DAYS[found[2]]
        return days if 0 < days <= _MOST_DAYS else None
    if (found := _WITHIN.search(folded)) is not None:
        return _IN_DAYS[found[0].split()[0]]
    return None


def find_units_said(said: str, units: Iterable[tuple[UnitCode, str]]) -> tuple[UnitCode, ...]:
    """Those of these units (code, name) whose name is begun in the words by three words of it at least.

    "phòng tổng hợp" is a "Phòng Tổng hợp và Pháp chế". Where more is said of one name than of others, only that one.
    """
    words = fold_words(said).split()
    begun = [(length, code) for code, name in units if (length := _longest_said(words, _plain(name)))]
    most = max((length for length, _code in begun), default=0)
    return tuple(code for length, code in begun if length == most)


def _longest_said(words: list[str], name: tuple[str, ...]) -> int:
    for length in range(len(name), _SHORTEST_NAME - 1, -1):
        wanted = list(name[:length])
        if any(words[at : at + length] == wanted for at in range(len(words) - length + 1)):
            return length
    return 0


def find_unknown_unit(said: str) -> str | None:
    """Words that name a unit by its kind and a name ("sở y tế"), for whoever knows that there is no such unit."""
    text = read_text(said)
    for match in _tables().kinds.find(text) if text is not None else ():
        last = match.last
        while text is not None and last < min(len(text.words), match.last + _MOST_NAMED):
            if text.words[last].folded in _tables().no_names:
                break
            last += 1
        if text is not None and last - match.last >= _SHORTEST_UNKNOWN:
            return text.typed[text.words[match.first].start : text.words[last - 1].end]
    return None


def read_searched(said: str) -> str | None:
    """The name or part of one that is looked for ("tìm an", "tra cứu bùi mẫu"); None where nobody is."""
    text = read_text(said)
    leads = _tables().finding.find(text) if text is not None else []
    if text is None or not leads or leads[0].first:
        return None
    words = text.words[leads[0].last :]
    if not words or len(words) > _MOST_SEARCHED:
        return None
    return text.typed[words[0].start : words[-1].end]


@lru_cache(maxsize=20_000)
def _plain(name: str) -> tuple[str, ...]:
    """The words of a name, without what people leave out before it."""
    words = tuple(fold_words(name).split())
    for prefix in _prefixes():
        if words[: len(prefix)] == prefix:
            return words[len(prefix) :]
    return words


@cache
def _prefixes() -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(fold_words(one).split()) for one in unit_prefixes())


class _Words(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    wishes: dict[UnitWish, tuple[str, ...]]
    kinds: tuple[str, ...]
    no_names: tuple[str, ...]
    finding: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Tables:
    wishes: PhraseTable[UnitWish]
    kinds: PhraseTable[str]
    no_names: frozenset[str]
    finding: PhraseTable[str]


@cache
def _tables() -> _Tables:
    with (QUESTIONS / "unit_words.yaml").open(encoding="utf-8") as file:
        words = _Words.model_validate(yaml.load(file, Loader=yaml.CSafeLoader))
    return _Tables(
        PhraseTable((phrase, wish) for wish, phrases in words.wishes.items() for phrase in phrases),
        PhraseTable((one, one) for one in words.kinds),
        frozenset(map(fold, words.no_names)),
        PhraseTable((one, one) for one in words.finding),
    )
