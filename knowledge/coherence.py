"""Whether the records of the law library agree: every name resolves, dates are in order, nothing is said twice.

Reading files and the shape of single records belong to the loader.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from knowledge.credentials import Criterion, Kind, ScaleType
from knowledge.documents import Confidence, DeadlineKind, Document, Point, PointDeadline
from knowledge.facts import CriterionCode, DocumentId, LevelCode
from knowledge.folding import fold_number
from knowledge.library import (
    CalendarOverride,
    Contact,
    Decider,
    Equivalence,
    EscalationStep,
    Guidance,
    NormativeConversion,
    Office,
    Policy,
    RetirementSchedule,
    Territory,
)

DOCUMENTS = "documents/"
MONTHS = range(1, 13)
QUARTERS = range(1, 5)

_Citing = NormativeConversion | Equivalence | Guidance | RetirementSchedule | Contact | EscalationStep


@dataclass(frozen=True, slots=True)
class Accountability:
    """The document and point that say who answers for a gap, as policy.yaml names them."""

    document: DocumentId
    point: str


@dataclass(frozen=True, slots=True)
class Records:
    """Everything read from the files and sound in itself, before anybody has compared it.

    `files` says in which file a document stands. `unreadable` holds, per file or folder, the names of records that
    were refused, and `closed` the files and folders that could not be read at all: so that one mistake is not
    reported again wherever a record is named.
    """

    files: Mapping[DocumentId, str]
    unreadable: Mapping[str, frozenset[str]]
    closed: frozenset[str]
    documents: tuple[Document, ...]
    criteria: tuple[Criterion, ...]
    kinds: tuple[Kind, ...]
    territories: tuple[Territory, ...]
    offices: tuple[Office, ...]
    conversions: tuple[NormativeConversion, ...]
    deciders: tuple[Decider, ...]
    equivalences: tuple[Equivalence, ...]
    guidance: tuple[Guidance, ...]
    retirement: tuple[RetirementSchedule, ...]
    contacts: tuple[Contact, ...]
    escalation: tuple[EscalationStep, ...]
    calendar: tuple[CalendarOverride, ...]
    policy: Policy | None
    accountability: Accountability | None

    def place(self, document: Document) -> str:
        """Where a document stands, as an error names it."""
        return f"{self.files[document.id]}: {document.id}"

    def names(self, table: str, read: Iterable[str]) -> frozenset[str] | None:
        """Every name that a table defines, whether its record could be read or not; None where nobody can tell."""
        return None if table in self.closed else frozenset(read) | self.unreadable.get(table, frozenset())


def list_contradictions(records: Records) -> list[str]:
    """One sentence for everything that does not fit together, each naming the file and the key."""
    return [
        *_repeated_names(records),
        *_colliding_numbers(records),
        *_unresolved_references(records),
        *_unknown_places_and_owners(records),
        *_unsound_documents(records),
        *_unsound_offices(records),
        *_unknown_codes(records),
        *_unsound_scales(records),
        *_overlapping_periods(records),
    ]


def _repeated_names(records: Records) -> Iterator[str]:
    tables: dict[str, list[str]] = {
        DOCUMENTS: [one.id for one in records.documents],
        "criteria.yaml": [one.code for one in records.criteria],
        "kinds.yaml": [one.code for one in records.kinds],
        "territories.yaml": [one.code for one in records.territories],
        "offices.yaml": [one.id for one in records.offices],
    }
    for file, names in tables.items():
        yield from (f"{file}: {name} stands {times} times and is expected once" for name, times in _repeated(names))
    for document in records.documents:
        for name, times in _repeated(point.id for point in document.points):
            yield f"{records.place(document)}, points[{name}]: stands {times} times and is expected once"
    for criterion in records.criteria:
        for name, times in _repeated(level.code for level in criterion.levels):
            yield f"criteria.yaml: {criterion.code}, levels[{name}]: stands {times} times and is expected once"
    for (day, switch), times in Counter((one.day, one.switch) for one in records.calendar).items():
        if times > 1:
            yield f"calendar.yaml: {day} (switch {switch}) stands {times} times and is expected once"


def _repeated(names: Iterable[str]) -> Iterator[tuple[str, int]]:
    return ((name, times) for name, times in Counter(names).items() if times > 1)


def _colliding_numbers(records: Records) -> Iterator[str]:
    owners: dict[str, DocumentId] = {}
    for document in records.documents:
        for name in dict.fromkeys((document.id, *document.aliases)):
            folded = fold_number(name)
            if not folded:
                yield f"{records.place(document)}, aliases: “{name}” has no letter or digit to find it by"
            elif owners.setdefault(folded, document.id) != document.id:
                yield f"{records.place(document)}, aliases: “{name}” already names {owners[folded]}; choose another"


_Reference = tuple[str, DocumentId | None, str | None]


def _references_of(document: Document, at: str) -> Iterator[_Reference]:
    yield f"{at}, replaced_by", document.replaced_by, None
    for mention in document.mentions:
        yield f"{at}, mentions", mention, None
    for point in document.points:
        for cited in point.cites:
            yield f"{at}, points[{point.id}].cites", cited, None
        if point.duty is not None:
            yield f"{at}, points[{point.id}].duty.standards_document", point.duty.standards_document, None


def _references(records: Records) -> Iterator[_Reference]:
    for document in records.documents:
        yield from _references_of(document, records.place(document))
    for territory in records.territories:
        yield f"territories.yaml: {territory.code}, basis", territory.basis, None
    for office in records.offices:
        yield f"offices.yaml: {office.id}, basis", office.basis, office.basis_point
    for place, decider in enumerate(records.deciders):
        yield f"deciders.yaml: [{place}].document", decider.document, None
        yield f"deciders.yaml: [{place}].named_in", decider.named_in, decider.named_in_point
    tables: dict[str, tuple[_Citing, ...]] = {
        "conversions.yaml": records.conversions,
        "equivalences.yaml": records.equivalences,
        "guidance.yaml": records.guidance,
        "retirement.yaml": records.retirement,
        "contacts.yaml": records.contacts,
        "escalation.yaml": records.escalation,
    }
    for file, rows in tables.items():
        for place, row in enumerate(rows):
            yield f"{file}: [{place}].document", row.document, row.point
    if records.accountability is not None:
        yield "policy.yaml: accountability", records.accountability.document, records.accountability.point


def _unresolved_references(records: Records) -> Iterator[str]:
    known = {document.id: document for document in records.documents}
    names = records.names(DOCUMENTS, known)
    for where, cited, point in _references(records):
        if cited is None:
            if point is not None:
                yield f"{where}: names point {point} of no document; name the document too"
        elif cited not in known:
            if names is not None and cited not in names:
                yield f"{where}: the library has no document {cited}; add it or correct the number"
        elif point is not None and known[cited].points and known[cited].point(point) is None:
            yield f"{where}: {cited} has no point {point} among those listed"


def _unknown_places_and_owners(records: Records) -> Iterator[str]:
    territories = records.names("territories.yaml", (one.code for one in records.territories))
    offices = records.names("offices.yaml", (one.id for one in records.offices))
    for document in records.documents:
        at = records.place(document)
        yield from _missing(document.territories, territories, f"{at}, territories", "territory")
        for point in document.points:
            yield from _missing(point.owners, offices, f"{at}, points[{point.id}].owners", "office")
    for place, decider in enumerate(records.deciders):
        yield from _missing([decider.territory], territories, f"deciders.yaml: [{place}].territory", "territory")
    for place, contact in enumerate(records.contacts):
        yield from _missing([contact.territory], territories, f"contacts.yaml: [{place}].territory", "territory")
        yield from _missing([contact.office], offices, f"contacts.yaml: [{place}].office", "office")
    for place, step in enumerate(records.escalation):
        yield from _missing([step.territory], territories, f"escalation.yaml: [{place}].territory", "territory")
        yield from _missing(step.offices, offices, f"escalation.yaml: [{place}].offices", "office")


def _missing(named: Iterable[str], known: frozenset[str] | None, where: str, thing: str) -> Iterator[str]:
    unknown = set[str]() if known is None else set(named) - known
    return (f"{where}: there is no {thing} {name}" for name in sorted(unknown))


def _unsound_documents(records: Records) -> Iterator[str]:
    for document in records.documents:
        at = records.place(document)
        yield from _disordered(document.in_force_from, document.in_force_to, f"{at}, in_force_to")
        if not document.is_national and not document.territories:
            yield f"{at}, territories: name at least one territory, or say is_national: true"
        if document.is_national and document.territories:
            yield f"{at}, territories: a national document binds everywhere; leave the list empty"
        if document.replaced_by == document.id:
            yield f"{at}, replaced_by: a document cannot replace itself"
        if document.text_held and not document.points:
            yield f"{at}, text_held: a document whose text is held lists its points"
        if document.text_held and document.confidence in {Confidence.CITED_ONLY, Confidence.DECLARED}:
            yield f"{at}, text_held: a document that is {document.confidence} has no text here; say false"
        for point in document.points:
            yield from _unsound_point(document, point, f"{at}, points[{point.id}]")


def _unsound_point(document: Document, point: Point, at: str) -> Iterator[str]:
    if point.parent is not None and document.point(point.parent) is None:
        yield f"{at}.parent: there is no point {point.parent} in this document"
    if _goes_in_circles(point.id, {one.id: one.parent for one in document.points}):
        yield f"{at}.parent: the points above this one lead back to it"
    yield from _unsound_deadline(point.deadline, f"{at}.deadline")
    if point.duty is not None and point.deadline.day is None:
        yield f"{at}.duty: a duty needs a deadline with a day"


def _goes_in_circles(start: str, above: Mapping[str, str | None]) -> bool:
    seen: set[str] = set()
    here: str | None = start
    while here is not None and here not in seen:
        seen.add(here)
        here = above.get(here)
    return here is not None


def _unsound_deadline(deadline: PointDeadline, at: str) -> Iterator[str]:
    needed: dict[DeadlineKind, dict[str, object]] = {
        DeadlineKind.DATE: {"day": deadline.day},
        DeadlineKind.BEFORE: {"day": deadline.day},
        DeadlineKind.WITHIN_MONTH: {"year": deadline.year, "month": deadline.month},
        DeadlineKind.QUARTER: {"year": deadline.year, "quarter": deadline.quarter},
        DeadlineKind.WITHIN_YEAR: {"year": deadline.year},
        DeadlineKind.EVENT: {"event": deadline.event},
    }
    for key, value in needed.get(deadline.kind, {}).items():
        if value is None:
            yield f"{at}.{key}: a deadline of kind {deadline.kind} needs it"
    if deadline.month is not None and deadline.month not in MONTHS:
        yield f"{at}.month: a month from 1 to 12 is expected, found {deadline.month}"
    if deadline.quarter is not None and deadline.quarter not in QUARTERS:
        yield f"{at}.quarter: a quarter from 1 to 4 is expected, found {deadline.quarter}"
    if deadline.kind is DeadlineKind.YEARLY and not _is_day_of_a_year(deadline):
        yield f"{at}.day_of_month: a yearly deadline has a month and a day in it, or neither"
    if deadline.kind is DeadlineKind.BEFORE and deadline.is_included:
        yield f"{at}.is_included: “before” leaves the named day out; say false"
    if deadline.working_days is not None and deadline.working_days < 1:
        yield f"{at}.working_days: a number above 0 is expected"


def _is_day_of_a_year(deadline: PointDeadline) -> bool:
    if deadline.month is None or deadline.day_of_month is None:
        return deadline.month is deadline.day_of_month
    try:
        date(2000, deadline.month, deadline.day_of_month)  # a leap year has every day
    except ValueError:
        return False
    return True


def _unsound_offices(records: Records) -> Iterator[str]:
    known = records.names("offices.yaml", (one.id for one in records.offices))
    successors = {one.id: one.successor for one in records.offices}
    for office in records.offices:
        at = f"offices.yaml: {office.id}"
        yield from _disordered(office.valid_from, office.valid_to, f"{at}, valid_to")
        if office.successor is None:
            continue
        yield from _missing([office.successor], known, f"{at}, successor", "office")
        if office.valid_to is None:
            yield f"{at}, valid_to: an office with a successor has a last day"
        if _goes_in_circles(office.id, successors):
            yield f"{at}, successor: the successors lead back to it"


def _unknown_codes(records: Records) -> Iterator[str]:
    criteria = {one.code: one for one in records.criteria}
    known_criteria = records.names("criteria.yaml", criteria)
    known_kinds = records.names("kinds.yaml", (one.code for one in records.kinds))
    for place, rule in enumerate(records.conversions):
        at = f"conversions.yaml: [{place}]"
        yield from _missing([rule.kind], known_kinds, f"{at}.kind", "kind")
        yield from _missing([rule.criterion], known_criteria, f"{at}.criterion", "criterion")
        yield from _unknown_level(criteria.get(rule.criterion), rule.counts_as, f"{at}.counts_as")
        yield from _disordered(rule.in_force_from, rule.in_force_to, f"{at}.in_force_to")
    for place, row in enumerate(records.equivalences):
        yield from _missing([row.kind], known_kinds, f"equivalences.yaml: [{place}].kind", "kind")
    for place, words in enumerate(records.guidance):
        at = f"guidance.yaml: [{place}]"
        yield from _missing(words.kinds, known_kinds, f"{at}.kinds", "kind")
        yield from _missing(words.criteria, known_criteria, f"{at}.criteria", "criterion")
        yield from _disordered(words.valid_from, words.valid_to, f"{at}.valid_to")
    concerned: dict[str, tuple[Decider | Contact, ...]] = {
        "deciders.yaml": records.deciders,
        "contacts.yaml": records.contacts,
    }
    for file, rows in concerned.items():
        for place, one in enumerate(rows):
            yield from _missing(one.criteria, known_criteria, f"{file}: [{place}].criteria", "criterion")


def _unknown_level(criterion: Criterion | None, level: LevelCode, where: str) -> Iterator[str]:
    if criterion is not None and level not in {one.code for one in criterion.levels}:
        yield f"{where}: {criterion.code} has no level {level}"


def _unsound_scales(records: Records) -> Iterator[str]:
    criteria = {one.code: one for one in records.criteria}
    known = records.names("criteria.yaml", criteria)
    for kind in records.kinds:
        at = f"kinds.yaml: {kind.code}"
        if kind.criterion is not None:
            yield from _missing([kind.criterion], known, f"{at}, criterion", "criterion")
        yield from _unsound_scale(kind, criteria, at)


def _unsound_scale(kind: Kind, criteria: Mapping[CriterionCode, Criterion], at: str) -> Iterator[str]:
    scale = kind.scale
    needs_criterion = kind.is_direct or scale.type in {ScaleType.CRITERION, ScaleType.FIXED}
    if needs_criterion and kind.criterion is None:
        yield f"{at}, criterion: this kind carries a level of a criterion; name the criterion"
    if scale.type is ScaleType.ORDERED and not scale.levels:
        yield f"{at}, scale.levels: an ordered scale lists its levels, lowest first"
    if scale.type is ScaleType.NUMBER and (scale.lowest is None or scale.highest is None):
        yield f"{at}, scale: a score needs its lowest and highest possible value"
    if scale.lowest is not None and scale.highest is not None and scale.lowest >= scale.highest:
        yield f"{at}, scale.highest: above the lowest score is expected"
    if scale.type is ScaleType.FIXED:
        if scale.fixed_level is None:
            yield f"{at}, scale.fixed_level: name the level that this kind always has"
        elif kind.criterion is not None:
            yield from _unknown_level(criteria.get(kind.criterion), scale.fixed_level, f"{at}, scale.fixed_level")


def _overlapping_periods(records: Records) -> Iterator[str]:
    for place, schedule in enumerate(records.retirement):
        at = f"retirement.yaml: [{place}]"
        yield from _disordered(schedule.asked_from, schedule.asked_to, f"{at}.asked_to")
        years = [step.year for step in schedule.steps]
        if years != sorted(years):
            yield f"{at}.steps: the steps are expected in order of years"
        if len({(step.year, step.gender) for step in schedule.steps}) < len(schedule.steps):
            yield f"{at}.steps: one step for each year and gender is expected"
    for (first, one), (second, other) in combinations(enumerate(records.retirement), 2):
        if _overlap(one.asked_from, one.asked_to, other.asked_from, other.asked_to):
            yield f"retirement.yaml: [{second}] is used on days on which [{first}] is used too"
    for place, step in enumerate(records.escalation):
        yield from _disordered(step.valid_from, step.valid_to, f"escalation.yaml: [{place}].valid_to")
    for (first, step), (second, later) in combinations(enumerate(records.escalation), 2):
        if (step.territory, step.managed_by) == (later.territory, later.managed_by) and _overlap(
            step.valid_from, step.valid_to, later.valid_from, later.valid_to
        ):
            yield f"escalation.yaml: [{second}] holds on days on which [{first}] holds too, for the same people"


def _overlap(start: date | None, end: date | None, other_start: date | None, other_end: date | None) -> bool:
    return (start or date.min) <= (other_end or date.max) and (other_start or date.min) <= (end or date.max)


def _disordered(start: date | None, end: date | None, where: str) -> Iterator[str]:
    if start is not None and end is not None and end < start:
        yield f"{where}: {end} is before its beginning, {start}"
