"""What people were last told by and what holds now, and the notices that the difference makes.

Nothing here sends or remembers: who sends the notices stores them and says so in one transaction.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bot.clock import VIETNAM
from knowledge.changes import Change, Difference
from knowledge.facts import Person
from knowledge.rulebook import RuleBook

_MARK_LENGTH = 16  # of a fingerprint: no two rules of one installation share as much


class Standing(StrEnum):
    """How the rules of now stand to those that people were told by."""

    NOBODY_TOLD = "nobody_told"  # no load has brought people yet
    UNREADABLE = "unreadable"  # another release wrote them in a form that this one cannot read
    SAME = "same"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Telling:
    """The rules of now and those last told by (None where there are none to be read), each with its fingerprint.

    `people` are those who were told, in the order of their codes, each with the channel that reaches them.
    """

    now: RuleBook
    fingerprint: str
    people: AsyncIterator[tuple[Person, str | None]]
    told: RuleBook | None = None
    told_fingerprint: str | None = None
    told_at: datetime | None = None

    @property
    def standing(self) -> Standing:
        """Whether anything can wait to be told."""
        if self.told_fingerprint is None:
            return Standing.NOBODY_TOLD
        if self.told_fingerprint == self.fingerprint:
            return Standing.SAME
        return Standing.UNREADABLE if self.told is None else Standing.DIFFERENT


@dataclass(frozen=True, slots=True)
class ChangeNotice:
    """Somebody whose verdicts the difference touches. `key` is the same on whatever day this change is planned."""

    person: Person
    channel: str | None
    send_at: datetime
    key: str
    changes: tuple[Change, ...]


async def list_change_notices(telling: Telling, difference: Difference) -> AsyncIterator[ChangeNotice]:
    """The notices of a difference, one person after another and never all in memory."""
    if not difference.parts:  # what differs is nothing that a verdict rests on
        return
    send_at = sending_moment(difference.day, telling.now)
    marks = f"{(telling.told_fingerprint or '')[:_MARK_LENGTH]}:{telling.fingerprint[:_MARK_LENGTH]}"
    async for person, channel in telling.people:
        changes = difference.changes_of(person)
        if changes:
            yield ChangeNotice(person, channel, send_at, f"change:{person.code}:{marks}", changes)


def sending_moment(day: date, book: RuleBook) -> datetime:
    """When notices of a day go out: in the morning of that day, or of the next working day."""
    working = book.calendar.first_working_day_on_or_after(day)
    return datetime.combine(working, book.library.policy.notices_from, tzinfo=VIETNAM)
