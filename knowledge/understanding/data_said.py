"""What somebody wants of their own data, and which field they say is wrong. The phrases are data."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

from knowledge.understanding.cues import QUESTIONS
from knowledge.understanding.phrase_table import PhraseTable
from knowledge.understanding.text import read_text


class DataWish(StrEnum):
    """What is wanted, besides looking at it."""

    OFFICE = "office"  # HR: which requests are open
    FOLLOW = "follow"
    CONSENTS = "consents"
    STOP_QUESTIONS = "stop_questions"  # what was passed on to HR
    STOP_EVIDENCE = "stop_evidence"
    STOP = "stop"  # messages
    DELETE = "delete"
    WITHDRAW = "withdraw"
    RESTRICT = "restrict"
    CORRECT = "correct"
    EXPORT = "export"


class _Words(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    office: tuple[str, ...]
    follow: tuple[str, ...]
    consents: tuple[str, ...]
    stop_questions: tuple[str, ...]
    stop_evidence: tuple[str, ...]
    stop: tuple[str, ...]
    delete: tuple[str, ...]
    withdraw: tuple[str, ...]
    restrict: tuple[str, ...]
    correct: tuple[str, ...]
    export: tuple[str, ...]
    fields: dict[str, tuple[str, ...]]
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Tables:
    wishes: PhraseTable[DataWish]
    fields: PhraseTable[str]
    questions: PhraseTable[bool]


def read_data_wish(said: str) -> DataWish | None:
    """What is wanted; None for a mere look, or where it is only asked about. The first of the enumeration wins."""
    text = read_text(said)
    if text is None or _tables().questions.find(text):
        return None
    found = {one.value for one in _tables().wishes.find(text)}
    return next((one for one in DataWish if one in found), None)


def read_field(said: str) -> str:
    """The column of the roster that is said to be wrong; "" where none or several are named."""
    text = read_text(said)
    found = {one.value for one in _tables().fields.find(text)} if text is not None else set()
    return found.pop() if len(found) == 1 else ""


@cache
def _tables() -> _Tables:
    with (QUESTIONS / "data_words.yaml").open(encoding="utf-8") as file:
        words = TypeAdapter(_Words).validate_python(yaml.load(file, Loader=yaml.CSafeLoader))
    return _Tables(
        PhraseTable((phrase, one) for one in DataWish for phrase in getattr(words, one.value)),
        PhraseTable((phrase, field) for field, phrases in words.fields.items() for phrase in phrases),
        PhraseTable((phrase, True) for phrase in words.questions),
    )
