"""Plain records of the cabinet that are not facts of a verdict: accounts, codes, threads, audit entries."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from knowledge.facts import PersonCode


@dataclass(frozen=True, slots=True)
class Account:
    """A channel identity and, once linked, the person it proved to be.

    `channel` is `telegram`, `web`, `terminal`, …; `address` the identity within it (a chat id as text).
    """

    channel: str
    address: str
    person: PersonCode | None = None
    linked_at: datetime | None = None
    consent_version: str | None = None
    consented_at: datetime | None = None
    locale: str | None = None


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One link of the audit chain: who did what to whom, sealed by the hash of the entry before."""

    number: int
    at: datetime
    actor: str
    action: str
    subject: str
    details: dict[str, Any] = field(default_factory=dict)
    previous_hash: str = ""
    hash: str = ""


@dataclass(frozen=True, slots=True)
class AuditVerdict:
    """Outcome of verifying the audit chain: how many links were read and the first broken one, if any."""

    entries: int
    broken_at: int | None = None
    reason: str | None = None

    @property
    def is_intact(self) -> bool:
        """Whether every link holds."""
        return self.broken_at is None


@dataclass(frozen=True, slots=True)
class CodeIssued:
    """A one-time linking code in clear, shown once and never stored, and when it stops working."""

    code: str
    expires_at: datetime


class RedemptionOutcome(StrEnum):
    """What became of an attempt to use a linking code."""

    LINKED = "linked"
    WRONG = "wrong"
    EXPIRED = "expired"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class Redemption:
    """Outcome of using a code: `person` when LINKED; `tries_left` when WRONG; `locked_until` when LOCKED."""

    outcome: RedemptionOutcome
    person: PersonCode | None = None
    tries_left: int | None = None
    locked_until: datetime | None = None


class UpdateState(StrEnum):
    """What became of taking an update up: it is ours to answer, another is answering it, or it is done with."""

    OURS = "ours"
    HELD = "held"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A question that got no answer: when, which outcome, and its words with what points to a person masked."""

    at: datetime
    outcome: str
    question: str
