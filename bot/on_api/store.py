"""What the door needs of the house: whose key it is, and the rows that it may read. `bot.wiring_api` keeps it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol


class Standing(StrEnum):
    """What a key that was shown is worth."""

    GOOD = "good"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    REVOKED = "revoked"
    SUSPENDED = "suspended"  # a restore brought it back, and nobody has confirmed it since
    TOO_OFTEN = "too_often"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whose key was shown. `units` None: the whole province. `wait`: seconds until the key may be used again."""

    standing: Standing
    number: int = 0
    units: tuple[str, ...] | None = ()
    wait: float = 0.0


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked for: rows of a subject, `equal` to these values and `between` these bounds, after a place."""

    subject: str
    unit: str | None = None
    equal: Mapping[str, str] = field(default_factory=dict)
    between: Mapping[str, date | datetime] = field(default_factory=dict)
    after: tuple[str, ...] | None = None
    limit: int = 200


@dataclass(frozen=True, slots=True)
class Page:
    """Rows as they are told, and the place of the last one where more follow."""

    items: Sequence[Mapping[str, Any]]
    more_after: tuple[str, ...] | None = None


class NotInScopeError(Exception):
    """The unit that was asked for is none, or lies outside the scope of the key."""


class Store(Protocol):
    """The house, as other programs may ask it."""

    async def recognise(self, key: str) -> Visitor:
        """Whose key this is, and whether one more request of it may be served now."""
        ...

    async def read(self, visitor: Visitor, question: Question) -> Page:
        """The rows within the scope of the visitor; the look is in the audit chain. Raises NotInScopeError."""
        ...

    async def read_status(self, visitor: Visitor) -> Mapping[str, Any]:
        """How well the data within the scope stands; the look is in the audit chain."""
        ...
