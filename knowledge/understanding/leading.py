"""Leading questions: somebody says what they take to be so and asks whether it is. The phrases are data."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import yaml
from pydantic import BaseModel, ConfigDict

from knowledge.understanding.cues import QUESTIONS
from knowledge.understanding.phrase_table import PhraseTable
from knowledge.understanding.text import Text, read_text


class Leading(StrEnum):
    """What is taken to be so, or has been heard of."""

    AGE = "age"  # exempt at a certain age
    SHORT_SERVICE = "short_service"  # exempt, or removed all the same, shortly before retirement
    DROPPED = "dropped"  # certificates were done away with
    RECOGNISER = "recogniser"  # who may recognise certificates
    COMMUNE_DEGREE = "commune_degree"  # a degree in communes
    KINDERGARTEN = "kindergarten"  # certificates of kindergarten teachers


def find_leading(said: str) -> Leading | None:
    """What a question is led by; None for most questions."""
    text = read_text(said)
    if text is None:
        return None
    return next((subject for subject, words in _tables().subjects.items() if words.are_in(text)), None)


def asks_whether_complete(said: str, *, wants_yes_or_no: bool = False) -> bool:
    """Whether somebody says that they miss nothing any more and asks whether that is so ("đủ rồi chứ").

    That they ask it may be known already (`wants_yes_or_no`).
    """
    text = read_text(said)
    if text is None or not _tables().complete.find(text):
        return False
    return wants_yes_or_no or bool(_tables().so.find(text))


class _SubjectWords(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    all_of: tuple[tuple[str, ...], ...]
    none_of: tuple[str, ...] = ()


class _Words(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    complete: tuple[str, ...]
    so: tuple[str, ...]
    subjects: dict[Leading, _SubjectWords]


@dataclass(frozen=True, slots=True)
class _Subject:
    all_of: tuple[PhraseTable[bool], ...]
    none_of: PhraseTable[bool]

    def are_in(self, text: Text) -> bool:
        """Whether something of every group is said, and nothing of what rules the subject out."""
        return all(group.find(text) for group in self.all_of) and not self.none_of.find(text)


@dataclass(frozen=True, slots=True)
class _Tables:
    complete: PhraseTable[bool]
    so: PhraseTable[bool]
    subjects: dict[Leading, _Subject]


@cache
def _tables() -> _Tables:
    with (QUESTIONS / "leading_words.yaml").open(encoding="utf-8") as file:
        words = _Words.model_validate(yaml.load(file, Loader=yaml.CSafeLoader))
    subjects = {
        subject: _Subject(tuple(_table(group) for group in said.all_of), _table(said.none_of))
        for subject, said in words.subjects.items()
    }
    return _Tables(_table(words.complete), _table(words.so), subjects)


def _table(phrases: Iterable[str]) -> PhraseTable[bool]:
    return PhraseTable((phrase, True) for phrase in phrases)
