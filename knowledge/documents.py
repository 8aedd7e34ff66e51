"""Documents of law and administration as dated records: points, deadlines, duties, and citations that resolve."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from knowledge.facts import DocumentId, ManagedBy, TerritoryCode

_YEAR_IN_NUMBER = re.compile(r"/(\d{4})/")


@dataclass(frozen=True, slots=True)
class Citation:
    """A document and, where there is one, its point. Made by `Library.cite`, so it always resolves.

    `held` says whether the library's record was made from the document's own full text.
    """

    document: DocumentId
    point: str | None
    held: bool


class DeadlineKind(StrEnum):
    """How a document fixes the time of a task."""

    DATE = "date"  # "đến ngày X": X is the last day
    BEFORE = "before"  # "trước ngày X": the day before X is the last
    WITHIN_MONTH = "within_month"
    QUARTER = "quarter"
    WITHIN_YEAR = "within_year"
    YEARLY = "yearly"  # every year, on or before a day of the year
    EVENT = "event"  # after or before something that happens
    NONE = "none"


@dataclass(frozen=True, slots=True)
class PointDeadline:
    """The time limit of a point. `wording` is the few decisive words of the text ("trước ngày 30/6/2026").

    `day` is the day named for DATE and BEFORE; `year`, `month`, `quarter` serve the other kinds; YEARLY has `month`
    and `day_of_month` (both None: yearly without a day) and `is_included`; EVENT describes `event`.
    `working_days` is a period counted from that event.
    """

    kind: DeadlineKind
    wording: str | None = None
    day: date | None = None
    year: int | None = None
    month: int | None = None
    day_of_month: int | None = None
    quarter: int | None = None
    is_included: bool = True
    event: str | None = None
    working_days: int | None = None


@dataclass(frozen=True, slots=True)
class Duty:
    """A dated duty of a point that becomes a person's own deadline while it is live (contracts, §7 rule 8).

    It falls on leaders (if `leaders_only`) of these managing bodies with at least `service_left_years` of service
    left on the deadline, for criteria whose standard cites `standards_document`.
    """

    managed_by: frozenset[ManagedBy]
    leaders_only: bool
    standards_document: DocumentId
    service_left_years: int | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a document, in the library's own words.

    `id` is short and unique in its document ("2", "2.g3", "III.2"); `label` reads out loud ("điểm 2, gạch đầu dòng
    thứ ba"). `who` acts, `binds` are those concerned (both in words); `owners` names offices by id where known.
    `accountable` and `escalates_to` are in words; `topics` are extra words people ask with.
    """

    id: str
    label: str
    summary: str
    parent: str | None = None
    who: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    binds: tuple[str, ...] = ()
    deadline: PointDeadline = PointDeadline(DeadlineKind.NONE)
    consequence: str | None = None
    accountable: str | None = None
    escalates_to: tuple[str, ...] = ()
    duty: Duty | None = None
    cites: tuple[DocumentId, ...] = ()
    topics: tuple[str, ...] = ()


class Matter(StrEnum):
    """What people believe a document to set; a record names those of which its text says nothing."""

    CERTIFICATES = "certificates"  # a certificate, degree or score that anybody must have
    LANGUAGES = "ngoai_ngu"  # a certificate or score of this criterion, by its code; others it may name
    COMPUTING = "tin_hoc"  # the same
    REMOVAL = "removal"  # leaving office, by whatever name
    AUTOMATIC_REMOVAL = "automatic_removal"  # leaving office without anybody considering it


class Confidence(StrEnum):
    """How sure the record is. Facts marked recalled never enter the library."""

    SEED = "seed"  # made from one of the five documents held
    OFFICIAL_COPY = "official_copy"  # grade A
    LEGAL_SITE = "legal_site"  # grade B
    WEAK_COPY = "weak_copy"  # grade C: never stated without saying so
    CITED_ONLY = "cited_only"  # known only because another document names it
    DECLARED = "declared"  # declared by HR in a workbook
    ADDED = "added"  # read from a file and accepted by a person
    RULING = "ruling"  # a ruling of HR itself, which is its own text


@dataclass(frozen=True, slots=True)
class Document:
    """One document. `territories` are those it binds; `is_national` binds everywhere.

    `kind` is in Vietnamese as shown ("Công văn"); `about` says in a sentence what it is about. `mentions` are the
    documents that its text cites. `sets_no` are matters that its full text was read for and says nothing of.
    `caution` is a limit that must be said whenever it is relied on.
    """

    id: DocumentId
    kind: str
    issuer: str
    title: str
    about: str
    territories: frozenset[TerritoryCode]
    confidence: Confidence
    source: str
    is_national: bool = False
    signer: str | None = None
    dated: date | None = None
    in_force_from: date | None = None
    in_force_to: date | None = None
    replaced_by: DocumentId | None = None
    text_held: bool = False
    aliases: tuple[str, ...] = ()
    addressees: tuple[str, ...] = ()
    points: tuple[Point, ...] = ()
    mentions: tuple[DocumentId, ...] = ()
    sets_no: frozenset[Matter] = frozenset()
    caution: str | None = None

    def point(self, point_id: str) -> Point | None:
        """The point of this id, or None."""
        return next((point for point in self.points if point.id == point_id), None)

    def binds(self, territory: TerritoryCode) -> bool:
        """Whether the document binds that territory."""
        return self.is_national or territory in self.territories

    def exists_on(self, on: date) -> bool:
        """Whether it had been issued by that day.

        Where its date is unknown, from the year that its number names; without one it counts as issued.
        """
        if self.dated is not None:
            return self.dated <= on
        named = _YEAR_IN_NUMBER.search(self.id)
        return named is None or int(named[1]) <= on.year

    def is_in_force_on(self, on: date) -> bool:
        """Whether it is in force on that day, as far as its record says."""
        start = self.in_force_from or self.dated
        return (start is None or start <= on) and (self.in_force_to is None or on <= self.in_force_to)
