"""What was read of a document, with places in its text and with every doubt named. Nothing of it holds yet."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Generic, TypeVar

from knowledge.documents import PointDeadline

T_co = TypeVar("T_co", covariant=True)


class Doubt(StrEnum):
    """Why something that was read needs a person's eye."""

    NOT_FOUND = "not_found"  # the text does not seem to have it
    INCOMPLETE = "incomplete"  # a part is blank: a number not yet given, a day not filled in
    SEVERAL = "several"  # more than one fits
    FROM_SYMBOL = "from_symbol"  # concluded from the symbol in the number
    FROM_FORM = "from_form"  # concluded from the form of the document
    FROM_ANNEX = "from_annex"  # read where an annex names its document
    FROM_BODY = "from_body"  # read in the running text, not where it belongs
    FROM_SIGNATURE = "from_signature"
    FROM_LIBRARY = "from_library"
    NO_PLACE = "no_place"  # an office without the name of its province
    IMPOSSIBLE = "impossible"  # no such day
    GAP = "gap"  # a number in the row is missing
    TWICE = "twice"  # a number stands twice
    LOOSE = "loose"  # a paragraph without a number
    PROPOSED = "proposed"  # cannot be read at all, only proposed


@dataclass(frozen=True, slots=True)
class Found(Generic[T_co]):
    """A value with its place in the text, and the doubt about it if there is one."""

    value: T_co | None
    start: int | None = None
    end: int | None = None
    doubt: Doubt | None = None


class TimeKind(StrEnum):
    """What a wording of time names."""

    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    YEARS = "years"  # a term or a stage, from one year to another
    YEARLY = "yearly"
    RECURRING = "recurring"  # every month, every quarter
    EVENT = "event"
    PERIOD = "period"  # so many days, months, years
    MANNER = "manner"  # always, urgently, regularly


class Bound(StrEnum):
    """On which side of a time something lies."""

    ON = "on"
    UNTIL = "until"  # the time itself included
    BEFORE = "before"  # the time itself excluded
    AFTER = "after"
    FROM = "from"
    WITHIN = "within"


@dataclass(frozen=True, slots=True)
class TimeMention:
    """A day or period in the text. `value` is ISO-like: 2031-04-05, 2031-04, 2031-Q2, 2031, 2026-2030, --11-25, P7WD.

    `start` and `end` are those of the time itself; `wording` includes the word of its bound. `event` is what a period
    is counted from or what has to happen. `is_citing`: the date of a document that is named.
    """

    kind: TimeKind
    value: str | None
    bound: Bound
    start: int
    end: int
    wording: str
    wording_start: int
    event: str | None = None
    is_citing: bool = False
    doubt: Doubt | None = None


@dataclass(frozen=True, slots=True)
class CitedNumber:
    """A number of another document, in its usual form, with its place."""

    number: str
    start: int
    end: int
    dated: date | None = None


@dataclass(frozen=True, slots=True)
class DraftPoint:
    """A point as it stands in the text: `start` to `end` includes all below it, `own_end` ends before what is below."""

    id: str
    label: str
    parent: str | None
    start: int
    own_end: int
    end: int
    doubt: Doubt | None = None
    deadline: PointDeadline | None = None
    deadline_doubt: Doubt | None = None
    who: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """All that was read of one document."""

    text: str
    number: Found[str]
    symbol: Found[str]
    kind: Found[str]
    issuer: Found[str]
    dated: Found[date]
    in_force_from: Found[date]
    subject: Found[str]
    signer: Found[str]
    signer_title: Found[str]
    signs_for: Found[str]
    addressees: tuple[Found[str], ...]
    receivers: tuple[Found[str], ...]
    points: tuple[DraftPoint, ...]
    times: tuple[TimeMention, ...]
    cites: tuple[CitedNumber, ...]

    def point(self, point_id: str) -> DraftPoint | None:
        """The point of this id, or None."""
        return next((one for one in self.points if one.id == point_id), None)
