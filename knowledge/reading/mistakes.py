"""What can be wrong with a corrected draft. The sentences for people stand at the doors."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Mistake(StrEnum):
    """What is wrong with a value of a draft."""

    NOT_YAML = "not_yaml"
    TOO_BIG = "too_big"
    ALIASES = "aliases"
    WRITTEN_TWICE = "written_twice"
    OTHER_TEXT = "other_text"
    UNKNOWN_KEY = "unknown_key"
    MISSING = "missing"
    NOT_TEXT = "not_text"
    NOT_LIST = "not_list"
    NOT_MAPPING = "not_mapping"
    NOT_DAY = "not_day"
    NOT_NUMBER = "not_number"
    NOT_BOOLEAN = "not_boolean"
    NOT_ONE_OF = "not_one_of"
    WRONG = "wrong"
    TWICE = "twice"
    NO_PARENT = "no_parent"
    CIRCLE = "circle"
    OUTSIDE = "outside"
    NEEDED = "needed"
    INCLUDED = "included"


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: the key, what stands there, and what is expected where that is a choice or a name."""

    key: str
    mistake: Mistake
    found: str = ""
    expected: str = ""


class DraftError(ValueError):
    """A draft that cannot be accepted; `problems` has all that is wrong."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{one.key}: {one.mistake}" for one in problems))
        self.problems = tuple(problems)
