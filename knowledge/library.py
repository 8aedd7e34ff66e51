"""The library as one value: documents, criteria, kinds, territories, offices, conversions, and how to look them up."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time
from functools import cached_property, lru_cache

from knowledge.credentials import Criterion, Kind
from knowledge.documents import Citation, Confidence, Document
from knowledge.facts import CriterionCode, DocumentId, Gender, KindCode, LevelCode, ManagedBy, TerritoryCode, UnitKind
from knowledge.folding import fold_number
from knowledge.held_text import HeldText
from knowledge.privacy import PrivacyRules

# "số": officials write "Công văn số 15/UBND-NC", and only "số 15/UBND-NC".
_WORD_FOR_NUMBER = "so"


class UnknownCitationError(LookupError):
    """A citation was asked for that the library cannot resolve: a defect of ours, never of the reader."""


@dataclass(frozen=True, slots=True)
class Territory:
    """A territory as documents name it, with the province it belongs to since a day."""

    code: TerritoryCode
    name: str
    province: str  # name of the province of today
    province_before: str
    merged_on: date | None
    aliases: tuple[str, ...] = ()
    basis: DocumentId | None = None


@dataclass(frozen=True, slots=True)
class Office:
    """An office named by documents, with the days on which it exists and what took over."""

    id: str
    name: str
    valid_from: date | None = None
    valid_to: date | None = None
    successor: str | None = None
    note: str | None = None
    basis: DocumentId | None = None
    basis_point: str | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NormativeConversion:
    """A conversion of the State that binds everywhere: this kind, issued before a day, counts as that level.

    On or after `issued_before` the case is undetermined until the start of the course is proven. It never counts
    for more than `counts_as`.
    """

    kind: KindCode
    criterion: CriterionCode
    counts_as: LevelCode
    issued_before: date
    document: DocumentId
    point: str
    in_force_from: date
    in_force_to: date | None = None
    proof_needed: str = ""


@dataclass(frozen=True, slots=True)
class Decider:
    """The document known to decide a question in a territory while its text is not loaded.

    `criterion` None: it decides which standards apply. `managed_by` empty: whoever manages the post.
    `named_in` is the held document and point that names it.
    """

    territory: TerritoryCode
    document: DocumentId
    criteria: frozenset[CriterionCode] = frozenset()
    managed_by: frozenset[ManagedBy] = frozenset()
    named_in: DocumentId | None = None
    named_in_point: str | None = None
    caution: str | None = None


@dataclass(frozen=True, slots=True)
class Equivalence:
    """One row of an instrument's own equivalence table; background only, never a verdict.

    `purpose` says in words what that table was made for. `written` is the score or level in that table.
    """

    document: DocumentId
    point: str | None
    kind: KindCode
    written: str
    stands_for: str
    purpose: str
    level_from: str | None = None
    level_to: str | None = None


@dataclass(frozen=True, slots=True)
class Guidance:
    """A statement about a kind of credential or a criterion from national instruments, shown as background."""

    document: DocumentId
    point: str | None
    statement: str
    kinds: frozenset[KindCode] = frozenset()
    criteria: frozenset[CriterionCode] = frozenset()
    topics: frozenset[str] = frozenset()  # validity, issued_until, position_ranks, …
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class RetirementStep:
    """Retirement age in a year, in months, from one schedule."""

    year: int
    gender: Gender
    age_months: int


@dataclass(frozen=True, slots=True)
class RetirementSchedule:
    """A schedule of retirement ages, used for questions asked on days within its range.

    `steps` are sorted by year; the last step of a gender stays. A schedule with `steps` of a single year is flat.
    `document` None: its basis is not held and must be said to be not held.
    """

    asked_from: date | None
    asked_to: date | None
    steps: tuple[RetirementStep, ...]
    document: DocumentId | None
    point: str | None


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to ask in a territory about something: an office, and the document that gives it this task if any."""

    territory: TerritoryCode
    office: str
    managed_by: frozenset[ManagedBy] = frozenset()
    criteria: frozenset[CriterionCode] = frozenset()
    document: DocumentId | None = None
    point: str | None = None


@dataclass(frozen=True, slots=True)
class EscalationStep:
    """Where a managed-by class escalates after the unit heads, in a territory, with the point that says so.

    Where no document says so, `note_about` (and its point) is the document that the note speaks of.
    The point does not speak of people in units of the kinds `not_of`; `not_of_note` is what they must be told.
    """

    territory: TerritoryCode
    managed_by: ManagedBy
    offices: tuple[str, ...]
    valid_from: date | None
    valid_to: date | None
    document: DocumentId | None
    point: str | None
    note: str | None = None
    note_about: DocumentId | None = None
    note_about_point: str | None = None
    not_of: tuple[UnitKind, ...] = ()
    not_of_note: str | None = None


@dataclass(frozen=True, slots=True)
class CalendarOverride:
    """A day whose character a decision changed; `switch` names the setting it depends on, None = always."""

    day: date
    is_working: bool
    reason: str
    source: str
    switch: str | None = None


@dataclass(frozen=True, slots=True)
class ReminderStages:
    """At how many days before and after the last legal day people are reminded, then every so many days, so often."""

    before: tuple[int, ...] = ()
    after: tuple[int, ...] = ()
    then_every: int = 30
    then_at_most: int = 0


@dataclass(frozen=True, slots=True)
class ReminderPolicy:
    """Stages for everybody and for single criteria. HR may set others for a round or a criterion.

    Stages from `insisted_before` days before the deadline on reach a person also while they wanted quiet, for which
    they may ask for `quiet_days_at_most`.
    """

    stages: ReminderStages = field(default_factory=ReminderStages)
    by_criterion: Mapping[CriterionCode, ReminderStages] = field(default_factory=dict)
    insisted_before: int = 14
    quiet_days_at_most: int = 30


@dataclass(frozen=True, slots=True)
class EscalationGrace:
    """Working days that each level of a chain has before the next one is told."""

    unit_head: int = 5
    higher_head: int = 5
    department: int = 5
    leadership: int = 10


@dataclass(frozen=True, slots=True)
class EscalationPolicy:
    """When a case is taken to those above, and how long each of them has.

    `removal_words` are the words of a consequence that may be told only of those whom a document's duty with these
    words covers.
    """

    grace_working_days: EscalationGrace = field(default_factory=EscalationGrace)
    undecided_days_before: int = 30
    unreachable_days_before: int = 60
    study_decision_holds_days: int = 365
    removal_words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """The product's own numbers, no law (windows and graces, in days), and what its privacy notice rests on.

    Evidence that has waited for more than `evidence_waits_working_days` is told to HR once more, and to HR above.

    `notices_from` is the time of a working day from which notices may go out. What goes out at once by day waits while
    it is night (`night_hours`), and for working hours once it is later than `at_once_within_working_days`.
    `working_hours` are the widest within which anything may go out unasked; `sending_hours` are HR's narrower ones,
    never shorter than `shortest_sending_hours`.
    """

    expiring_within_days: int
    study_answer_grace_working_days: int
    inquiry_answer_grace_working_days: int
    inquiry_reminders_at_most: int
    inquiry_texts_kept_days: int
    conversations_kept_days: int
    working_hours: tuple[time, time]
    privacy_laws: tuple[DocumentId, ...] = ()
    notices_from: time = time(8)
    night_hours: tuple[time, time] = (time(21), time(6))
    at_once_within_working_days: int = 1
    evidence_files_kept_days: int = 30
    evidence_waits_working_days: int = 3
    reminders: ReminderPolicy = field(default_factory=ReminderPolicy)
    escalation: EscalationPolicy = field(default_factory=EscalationPolicy)
    shortest_sending_hours: int = 2
    sending_hours: tuple[time, time] | None = None

    @property
    def hours(self) -> tuple[time, time]:
        """The hours of a working day within which something may go out unasked: never beyond the working hours."""
        if self.sending_hours is None:
            return self.working_hours
        (earliest, latest), (own_begin, own_end) = self.working_hours, self.sending_hours
        begin, end = max(earliest, own_begin), min(latest, own_end)
        return (begin, end) if begin < end else self.working_hours


@dataclass(frozen=True)
class Library:
    """Everything the library holds. Lookups by document number ignore case, marks, spaces and punctuation.

    `texts` are the words of documents that were read in; `unreadable` are those whose record is of another version.
    """

    documents: Mapping[DocumentId, Document]
    criteria: Mapping[CriterionCode, Criterion]
    kinds: Mapping[KindCode, Kind]
    territories: Mapping[TerritoryCode, Territory]
    offices: Mapping[str, Office]
    conversions: tuple[NormativeConversion, ...]
    deciders: tuple[Decider, ...]
    equivalences: tuple[Equivalence, ...]
    guidance: tuple[Guidance, ...]
    retirement: tuple[RetirementSchedule, ...]
    contacts: tuple[Contact, ...]
    escalation: tuple[EscalationStep, ...]
    calendar: tuple[CalendarOverride, ...]
    policy: Policy
    accountability: tuple[DocumentId, str]  # the document and point that say who answers for a gap
    texts: Mapping[DocumentId, HeldText] = field(default_factory=dict)
    unreadable: tuple[DocumentId, ...] = ()
    privacy: PrivacyRules = field(default_factory=PrivacyRules)

    @cached_property
    def _by_number(self) -> dict[str, DocumentId]:
        names: dict[str, DocumentId] = {}
        for document in self.documents.values():
            for name in (document.id, *document.aliases):
                names.setdefault(_folded_name(name), document.id)
        for document in self.documents.values():
            for name in (document.id, *document.aliases):
                for lead in _leads(document.kind) if name[0].isdigit() else ():
                    names.setdefault(_folded_name(lead + name), document.id)
        return names

    def find_document(self, number: str) -> Document | None:
        """The document of this number or alias however it is typed, or None."""
        known = self._by_number.get(fold_number(number))
        return self.documents[known] if known is not None else None

    def get_document(self, document: DocumentId) -> Document:
        """The document of this id. Raises UnknownCitationError."""
        try:
            return self.documents[document]
        except KeyError:
            raise UnknownCitationError(document) from None

    def cite(self, document: DocumentId, point: str | None = None) -> Citation:
        """A citation that resolves. Raises UnknownCitationError where the document or its point is unknown.

        Points of documents whose points are not listed (declared by HR, or known by name only) pass as written.
        """
        found = self.get_document(document)
        if point is not None and found.points and found.point(point) is None:
            raise UnknownCitationError(f"{document}, {point}")
        return Citation(document=found.id, point=point, held=found.text_held)

    def cite_loosely(self, document: DocumentId, point: str | None) -> Citation:
        """A citation for HR's own words: an unlisted point falls back to the whole document."""
        known = self._loosely.get((document, point))
        if known is not None:
            return known
        found = self.get_document(document)
        listed = None if point is not None and found.points and found.point(point) is None else point
        return self._loosely.setdefault((document, point), Citation(found.id, listed, held=found.text_held))

    @cached_property
    def _loosely(self) -> dict[tuple[DocumentId, str | None], Citation]:
        return {}

    def binds(self, document: DocumentId, territory: TerritoryCode) -> bool:
        """Whether a document binds a territory; an unknown document binds nothing."""
        found = self.documents.get(document)
        return found is not None and found.binds(territory)

    def with_declared(self, numbers: Iterable[str], home: TerritoryCode) -> "Library":
        """The library with documents that HR's tables name and it does not know, registered as declared by HR.

        Their text is not held; they bind all territories of the installation's province of today (contracts, §8.1).
        """
        province = self.territories[home].province
        reach = frozenset(code for code, one in self.territories.items() if one.province == province)
        added: dict[DocumentId, Document] = {}
        for number in numbers:
            if self.find_document(number) is not None:
                continue
            declared = DocumentId(number.strip())
            added[declared] = Document(
                id=declared,
                kind="Văn bản",
                issuer="",
                title="",
                about="",
                territories=reach,
                confidence=Confidence.DECLARED,
                source="HR",
            )
        return replace(self, documents={**self.documents, **added}) if added else self

    def office_on(self, office_id: str, on: date) -> Office | None:
        """The office that holds this task on a day, through its successors; None where nobody took over."""
        office = self.offices[office_id]
        while office.valid_to is not None and on > office.valid_to:
            if office.successor is None:
                return None
            office = self.offices[office.successor]
        return office


@lru_cache(maxsize=16_384)  # every version of HR's rules makes a library of its own, of nearly the same documents
def _folded_name(name: str) -> str:
    return fold_number(name)


def _leads(kind: str) -> list[str]:
    """What may stand before a number of this kind of document: its kind in full or by initials, the word for number."""
    initials = "".join(word[0] for word in kind.split())
    return [f"{lead} {word}" for lead in (kind, initials, "") for word in ("", _WORD_FOR_NUMBER)]
