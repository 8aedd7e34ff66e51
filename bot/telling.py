"""What people were last told by, and what holds now."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bot.push.planning import ToldBefore
from knowledge.changes import Difference
from knowledge.rulebook import RuleBook


class Standing(StrEnum):
    """How the rules of now stand to those that people were told by."""

    NOBODY_TOLD = "nobody_told"  # no load has brought people yet
    UNREADABLE = "unreadable"  # another release wrote them in a form that this one cannot read
    SAME = "same"
    DIFFERENT = "different"  # what differs may be told, or be nothing that any verdict rests on


@dataclass(frozen=True, slots=True)
class Telling:
    """The rules of now and those last told by (None where there are none to be read), each with its fingerprint.

    Those who were told are all who had come into the roster before the `moment` of it.
    """

    now: RuleBook
    fingerprint: str
    moment: int = 0
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

    def find_before(self, day: date) -> ToldBefore | None:
        """What a change of the rules is found by on a day; None where no verdict can differ."""
        if self.standing is not Standing.DIFFERENT or self.told is None or self.told_fingerprint is None:
            return None
        difference = Difference(self.told, self.now, day)
        if not difference.parts:  # what differs is nothing that a verdict rests on
            return None
        return ToldBefore.by(difference, self.moment, self.told_fingerprint, self.fingerprint)
