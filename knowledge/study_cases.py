"""A study case: one request or proposal that somebody be sent to study, with everything that happened to it.

Plain values; what may happen when, and what it means for a verdict, stands in `knowledge.studying`.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from knowledge.facts import CriterionCode, PersonCode

CaseNumber = NewType("CaseNumber", int)


class StudyAct(StrEnum):
    """What can happen to a study case."""

    REQUESTED = "requested"  # the official asks to be sent
    PROPOSED = "proposed"  # a head wants to send somebody who has not asked
    CHANGE_ASKED = "change_asked"  # a head wants another course or other days, and says which
    CHANGED = "changed"  # the official puts the changed request to the head again
    SENT = "sent"  # a head decides to send
    REFUSED = "refused"  # a head refuses, with the reason
    ACCEPTED = "accepted"  # the official accepts a proposal
    DECLINED = "declined"  # the official does not go, with the reason
    WITHDRAWN = "withdrawn"  # whoever began it takes it back before it is answered
    SAID_ATTENDED = "said_attended"  # by the official; counts once confirmed
    SAID_PASSED = "said_passed"
    ATTENDED = "attended"  # recorded or confirmed by a head or HR
    NOT_ATTENDED = "not_attended"
    PASSED = "passed"


class StudyState(StrEnum):
    """Where a study case stands."""

    WAITING = "waiting"  # for the head
    TO_CHANGE = "to_change"  # for the official, who is to change the request
    PROPOSED = "proposed"  # for the official's yes or no
    SENT = "sent"
    REFUSED = "refused"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    ATTENDED = "attended"
    NOT_ATTENDED = "not_attended"
    PASSED = "passed"


@dataclass(frozen=True, slots=True)
class Course:
    """What is to be studied and when; a day is None where a paper does not name it."""

    name: str
    from_on: date | None = None
    to_on: date | None = None


@dataclass(frozen=True, slots=True)
class StudyEvent:
    """One thing that happened: when, and whose act it was, as they were named that day.

    `at` is when it was recorded, `on` the day on which it happened. `course` is what a request or proposal was for.
    `put_to` are the heads to whom it was put. `recorded_by` entered it from the `paper`, where it was decided outside.
    """

    act: StudyAct
    at: datetime
    on: date
    who: PersonCode | None
    name: str
    position: str = ""
    unit: str = ""
    words: str = ""
    course: Course | None = None
    put_to: tuple[str, ...] = ()
    recorded_by: str = ""
    paper: str = ""


@dataclass(frozen=True, slots=True)
class StudyCase:
    """A study case of one person for one criterion. `number` is 0 before it is kept."""

    person: PersonCode
    criterion: CriterionCode
    course: Course
    state: StudyState
    events: tuple[StudyEvent, ...] = field(default=())
    number: CaseNumber = CaseNumber(0)

    @property
    def version(self) -> int:
        """Grows with everything that happens: what was seen under another one is out of date."""
        return len(self.events)

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something, so that no second one is made for the same criterion."""
        return self.state in OPEN_STATES


OPEN_STATES = frozenset({StudyState.WAITING, StudyState.TO_CHANGE, StudyState.PROPOSED, StudyState.SENT})
