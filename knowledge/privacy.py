"""Personal data as data: purposes with their texts, groups of what is kept, rights with their clocks, periods. Pure."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Protocol

from knowledge.facts import DocumentId


class Purpose(StrEnum):
    """What personal data is processed for."""

    RECORD = "record"
    ANSWERS = "answers"
    REMINDERS = "reminders"
    CONVERSATION = "conversation"
    QUESTIONS = "questions"
    EVIDENCE = "evidence"
    WORK = "work"


class Ground(StrEnum):
    """On which ground: only `CONSENT` is asked for, of the others people are informed."""

    LAWFUL_FUNCTION = "lawful_function"
    CONSENT = "consent"
    REQUEST = "request"  # needed to answer what somebody has just asked


class Right(StrEnum):
    """What somebody may want of their data."""

    VIEW = "view"
    EXPORT = "export"
    CORRECT = "correct"
    DELETE = "delete"
    WITHDRAW = "withdraw"
    RESTRICT = "restrict"
    OBJECT = "object"


# What somebody is told of and asked for before a chat is linked, in this order.
AT_LINKING = (Purpose.RECORD, Purpose.ANSWERS, Purpose.REMINDERS, Purpose.CONVERSATION)
# What may be withdrawn or objected to for one chat, and given again.
OF_A_CHAT = (Purpose.ANSWERS, Purpose.REMINDERS, Purpose.CONVERSATION, Purpose.QUESTIONS, Purpose.EVIDENCE)
# Of these each time is asked for anew: withdrawing takes back what was given, and forbids nothing later.
EACH_TIME = (Purpose.QUESTIONS, Purpose.EVIDENCE)


@dataclass(frozen=True, slots=True)
class TextVersion:
    """One wording of what people are told, from a day on. It is never edited: another wording is another version."""

    version: str
    since: date
    text: tuple[str, ...]


def _in_force(versions: Sequence[TextVersion], day: date) -> TextVersion:
    """The wording of this day; before the first one, the first."""
    known = [one for one in versions if one.since <= day]
    return known[-1] if known else versions[0]


@dataclass(frozen=True, slots=True)
class PurposeOf:
    """One purpose with its ground, its wordings, and what follows when somebody withdraws."""

    code: Purpose
    name: str
    ground: Ground
    versions: tuple[TextVersion, ...]
    withdrawal: str
    basis: tuple[DocumentId, ...] = ()
    not_known: str = ""

    def on(self, day: date) -> TextVersion:
        """The wording of this day; before the first one, the first."""
        return _in_force(self.versions, day)


@dataclass(frozen=True, slots=True)
class KeptGroup:
    """A group of what is kept about somebody, in their words.

    How long: in the words of `kept`, where {periods} are filled in; without them the days of `period` alone.
    """

    code: str
    name: str
    purpose: Purpose
    on_deletion: str
    kept: str = ""
    period: str = ""
    why: str = ""

    @property
    def is_gone(self) -> bool:
        """Whether a deletion takes it away at once."""
        return self.on_deletion == "gone"


@dataclass(frozen=True, slots=True)
class RightOf:
    """One right with its clock, in days. `days_with_others`: where somebody else processes too."""

    code: Right
    name: str
    days: int
    days_at_most: int = 0
    days_with_others: int = 0
    extension: int = 0


@dataclass(frozen=True, slots=True)
class FirstAnswer:
    """Working days until somebody who asks has a first answer."""

    working_days: int = 2
    basis: tuple[DocumentId, ...] = ()


@dataclass(frozen=True, slots=True)
class Period:
    """For how many days something is kept; `policy` names the number of the product's policy that it is."""

    code: str
    what: str
    days: int = 0
    policy: str = ""


@dataclass(frozen=True, slots=True)
class Processing:
    """Which acts of the audit chain serve which purpose; `*` stands for anything."""

    purpose: Purpose
    activity: str
    actions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BreachStep:
    """One thing to do after a breach, at best within so many hours of its detection."""

    code: str
    name: str
    within_hours: int = 0


@dataclass(frozen=True, slots=True)
class BreachRules:
    """To whom a breach is reported within how many hours of its detection, when to warn, and what to do."""

    hours: int = 72
    to: str = ""
    basis: tuple[DocumentId, ...] = ()
    not_known: str = ""
    warn_hours_left: tuple[int, ...] = ()
    steps: tuple[BreachStep, ...] = ()

    def due_at(self, detected_at: datetime) -> datetime:
        """Until when it must be reported."""
        return detected_at + timedelta(hours=self.hours)

    def warning_of(self, due_at: datetime, now: datetime) -> int | None:
        """The latest warning whose moment has come: how many hours were left at it; None before the first."""
        left = due_at - now
        come = [one for one in self.warn_hours_left if left <= timedelta(hours=one)]
        return min(come, default=None)


@dataclass(frozen=True, slots=True)
class PrivacyRules:
    """All of it. `ask` says whom to ask about what is not known."""

    purposes: tuple[PurposeOf, ...] = ()
    groups: tuple[KeptGroup, ...] = ()
    rights: tuple[RightOf, ...] = ()
    periods: tuple[Period, ...] = ()
    processing: tuple[Processing, ...] = ()
    first_answer: FirstAnswer = field(default_factory=FirstAnswer)
    breach: BreachRules = field(default_factory=BreachRules)
    rights_basis: tuple[DocumentId, ...] = ()
    rights_not_known: str = ""
    ask: str = ""
    first_layer: tuple[TextVersion, ...] = ()

    def purpose(self, code: Purpose) -> PurposeOf:
        """The purpose of this code. Raises KeyError for one that the data does not know."""
        return {one.code: one for one in self.purposes}[code]

    def right(self, code: Right) -> RightOf:
        """The right of this code. Raises KeyError for one that the data does not know."""
        return {one.code: one for one in self.rights}[code]

    def days_of(self, code: str) -> int:
        """For how many days something is kept. Raises KeyError for a period that the data does not know."""
        return {one.code: one.days for one in self.periods}[code]

    def wording(self, code: Purpose, day: date) -> tuple[str, ...]:
        """What people are told of a purpose on a day, its periods filled in."""
        return self._filled_in(self.purpose(code).on(day))

    def short_wording(self, day: date) -> tuple[str, ...]:
        """What people are told first, in few words; the wordings of the purposes stay what is agreed to."""
        return self._filled_in(_in_force(self.first_layer, day)) if self.first_layer else ()

    def _filled_in(self, version: TextVersion) -> tuple[str, ...]:
        return tuple(map(self.filled_in, version.text))

    def filled_in(self, words: str) -> str:
        """These words with the days of the periods that they name. Raises KeyError for one that the data has not."""
        return words.format_map({one.code: one.days for one in self.periods})

    def version(self, code: Purpose, day: date) -> str:
        """The version of these words."""
        return self.purpose(code).on(day).version

    def digest(self, code: Purpose, day: date) -> str:
        """A hash of exactly what people are told, so that it can be shown later what they agreed to."""
        told = "\n".join((code.value, self.version(code, day), *self.wording(code, day)))
        return hashlib.sha256(told.encode()).hexdigest()

    def notice_version(self, day: date) -> str:
        """The version of all that is told at linking: that of its newest part."""
        return max((self.version(one, day) for one in AT_LINKING if self.purposes), default="")

    def purpose_of_action(self, action: str) -> Processing | None:
        """What an act of the audit chain served; None for work on the machine itself."""
        return next((one for one in self.processing if any(fnmatchcase(action, name) for name in one.actions)), None)


class WorkingDays(Protocol):
    """Which days are worked."""

    def add_working_days(self, day: date, n: int) -> date:
        """The working day so many after this one."""
        ...


@dataclass(frozen=True, slots=True)
class Clocks:
    """The days of one request: until when a first answer and the whole is due."""

    first_on: date
    due_on: date


def clocks_of(
    right: Right,
    opened_on: date,
    rules: PrivacyRules,
    calendar: WorkingDays,
    *,
    has_others: bool = False,
    is_extended: bool = False,
) -> Clocks:
    """The clocks of a request. `has_others`: somebody else processes too; `is_extended`: the one extension was used.

    Where the law was read as a band of days, the shorter end is taken.
    """
    known = rules.right(right)
    days = known.days_with_others if has_others and known.days_with_others else known.days
    due = opened_on + timedelta(days=days + (known.extension if is_extended else 0))
    first = calendar.add_working_days(opened_on, rules.first_answer.working_days)
    return Clocks(first, due)


def resolved(rules: PrivacyRules, policy: object) -> PrivacyRules:
    """The same with the numbers that stand in the product's policy filled in; AttributeError for unknown ones."""
    periods = tuple(replace(one, days=getattr(policy, one.policy)) if one.policy else one for one in rules.periods)
    return replace(rules, periods=periods)


def find_faults(rules: PrivacyRules, documents: Mapping[DocumentId, object]) -> Sequence[str]:
    """What is wrong with the data in itself, one sentence each."""
    faults = [f"purpose {one.value}: missing" for one in Purpose if one not in {known.code for known in rules.purposes}]
    faults += [f"right {one.value}: missing" for one in Right if one not in {known.code for known in rules.rights}]
    cited = {one for known in rules.purposes for one in known.basis}
    cited |= {*rules.rights_basis, *rules.first_answer.basis, *rules.breach.basis}
    faults += [f"basis {one}: no such document" for one in sorted(cited) if one not in documents]
    periods = {one.code for one in rules.periods}
    for group in rules.groups:
        if group.period and group.period not in periods:
            faults.append(f"group {group.code}: no period {group.period}")
        try:
            rules.filled_in(group.kept)
        except (KeyError, ValueError, IndexError):
            faults.append(f"group {group.code}: names a period that there is not")
        if not group.period and not group.kept:
            faults.append(f"group {group.code}: says neither how long nor a period")
    faults += [f"group {one.code}: stays without a reason" for one in rules.groups if not one.is_gone and not one.why]
    faults += [f"period {one.code}: no days" for one in rules.periods if one.days <= 0]
    for purpose in rules.purposes:
        days = [one.since for one in purpose.versions]
        if not days or days != sorted(set(days)):
            faults.append(f"purpose {purpose.code.value}: versions must follow each other by day")
    short = [one.since for one in rules.first_layer]
    if short != sorted(set(short)):
        faults.append("first layer: versions must follow each other by day")
    return faults
