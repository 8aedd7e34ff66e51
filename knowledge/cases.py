"""Cases that go to those above, as they are kept: plain values. Which case a person has is found in `triggers`."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from knowledge.facts import CriterionCode, PersonCode, UnitCode

_HELD_BY: Final = "|"  # stands in no code


class Trigger(StrEnum):
    """Why a case goes to those above; the gravest first."""

    OVERDUE = "overdue"  # the last legal day has passed
    UNANSWERED = "unanswered"  # a request to study was not answered within the grace
    UNDECIDED = "undecided"  # the day is near, and nobody has decided whether to send the person to study
    UNREACHABLE = "unreachable"  # no channel reaches the person, so that no reminder does


@dataclass(frozen=True, slots=True)
class Case:
    """One person, one trigger, one deadline or request (`subject`), and the criteria that it is about."""

    person: PersonCode
    trigger: Trigger
    subject: str
    criteria: tuple[CriterionCode, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """That a rung was told of a case: when and who.

    The rung of a head is the post with whoever held it then (`rung_of_head`): a post that changes hands is another rung
    of the case, and what was told to the former head stays on record. Before that was so it was the post alone.
    """

    rung: str
    on: date
    to: tuple[PersonCode, ...]

    @property
    def post(self) -> str:
        """The rung, whoever held it."""
        return self.rung.partition(_HELD_BY)[0]


def rung_of_head(unit: UnitCode, head: PersonCode) -> str:
    """The name of the rung that a unit's head is while this person is it."""
    return f"unit:{unit}{_HELD_BY}{head}"


@dataclass(frozen=True, slots=True)
class KeptCase:
    """A case as remembered. `number` is 0 before it is kept. `closed_on` None: it was still open when last seen.

    A case that opens again goes on where it stopped: nobody is told twice of it. `in_vain` are the rungs that nobody
    was told on yet because what would have told them is refused to us, each with the first day of that.
    """

    case: Case
    open_since: date
    closed_on: date | None = None
    told: tuple[Told, ...] = ()
    number: int = 0
    in_vain: tuple[Told, ...] = ()
