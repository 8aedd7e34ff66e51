"""What is owed to somebody on a day: one thing to be told, with the key that keeps it from being told twice. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from knowledge.facts import PersonCode

DailyKind = Literal["reminder", "escalation", "digest", "change", "study", "evidence", "privacy"]
"""What the day's one message carries; the first comes first in it."""


@dataclass(frozen=True, slots=True)
class Owed:
    """One thing to be told to one person.

    `key` is the same whenever and however often it is planned. `about` are the people it concerns. `payload` holds
    plain values that its words are written from when it is sent, never names or details of gaps.
    """

    kind: DailyKind
    to: PersonCode
    key: str
    stage: str
    about: tuple[PersonCode, ...] = ()
    payload: Mapping[str, Any] = field(default_factory=dict)
