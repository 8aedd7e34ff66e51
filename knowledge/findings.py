"""The verdict for one person, one criterion and one day, with everything that it rests on."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from knowledge.documents import Citation
from knowledge.facts import CriterionCode, KindCode, LevelCode, PersonCode, RoundCode, UnitCode


class State(StrEnum):
    """Where a person stands on one criterion."""

    MET = "met"
    EXPIRING = "expiring"
    PENDING = "pending"
    UNDETERMINED = "undetermined"
    EXPIRED = "expired"
    NOT_RECOGNISED = "not_recognised"
    MISSING = "missing"
    EXEMPT = "exempt"


NO_GAP = (State.MET, State.EXPIRING, State.EXEMPT)


class Accountable(StrEnum):
    """Who answers for a gap where point 4 of 2123/UBND-NC reaches."""

    OFFICIAL = "official"
    HEAD = "head"
    UNASSIGNED = "unassigned"


class Reason(StrEnum):
    """Why a credential was judged as it was; the desk turns it into a sentence."""

    SATISFIES = "satisfies"
    WAITING_FOR_VERIFICATION = "waiting_for_verification"
    LEVEL_TOO_LOW = "level_too_low"
    EXPIRES_SOON = "expires_soon"
    EXPIRED = "expired"
    NO_ROW_FITS = "no_row_fits"
    RULED_OUT = "ruled_out"  # by a ruling of HR
    INSTRUMENT_NOT_LOADED = "instrument_not_loaded"
    ISSUE_DATE_UNKNOWN = "issue_date_unknown"
    COURSE_START_UNPROVEN = "course_start_unproven"
    LEVEL_UNREADABLE = "level_unreadable"
    STANDARDS_NOT_LOADED = "standards_not_loaded"
    EXEMPTED = "exempted"


@dataclass(frozen=True, slots=True)
class Held:
    """The credential a verdict looked at first: what it is, what it counts as, why; `valid_to` its last valid day."""

    kind: KindCode
    level: str | None
    counts_as: LevelCode | None
    reason: Reason
    issued_on: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One verdict.

    Days as in the contract: `deadline` as written, `days_left` to the last legal day, `safe_day` that day or the
    working day before it; None where nothing is due.
    `person` and `unit` are None where a credential was judged in general, for nobody.
    `basis` holds the requirement first, then what decided; `deadline_basis` the document that sets the day.
    """

    person: PersonCode | None
    unit: UnitCode | None
    criterion: CriterionCode | None
    required: LevelCode | None
    state: State
    held: Held | None = None
    reason: Reason | None = None
    deadline: date | None = None
    deadline_included: bool = True
    days_left: int | None = None
    safe_day: date | None = None
    round: RoundCode | None = None
    consequence: str | None = None
    accountable: Accountable | None = None
    basis: tuple[Citation, ...] = ()
    deadline_basis: Citation | None = None
    would_decide: tuple[Citation, ...] = ()

    @property
    def is_gap(self) -> bool:
        """Whether the person still has something to complete or to clear up."""
        return self.state not in NO_GAP
