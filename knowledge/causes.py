"""What in the rules made a verdict another one: the standard, the row, the ruling, the round, the day, by name.

Which parts of the rules matter is found by trial in `knowledge.changes`; here each part is asked what in it differs for
this person and this criterion.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from knowledge.deadlines import last_legal_day
from knowledge.documents import Citation, Document
from knowledge.facts import (
    CriterionCode,
    DocumentId,
    KindCode,
    Person,
    RecognitionRow,
    ReviewRound,
    Ruling,
    TitleStandard,
)
from knowledge.findings import Finding
from knowledge.rulebook import RulesOn


class Part(StrEnum):
    """The parts of the rules that verdicts rest on, named as the library and HR's declarations name them."""

    STANDARDS = "standards"
    RECOGNITION = "recognition"
    RULINGS = "rulings"
    ROUNDS = "rounds"
    UNITS = "units"
    DOCUMENTS = "documents"
    CONVERSIONS = "conversions"
    DECIDERS = "deciders"
    RETIREMENT = "retirement"
    CALENDAR = "calendar"
    POLICY = "policy"
    ACCOUNTABILITY = "accountability"
    CRITERIA = "criteria"
    KINDS = "kinds"
    TERRITORIES = "territories"
    HOME = "home"


class CauseKind(StrEnum):
    """What happened in the rules."""

    STANDARD_ADDED = "standard_added"
    STANDARD_CHANGED = "standard_changed"
    STANDARD_ENDED = "standard_ended"
    RECOGNITION_ADDED = "recognition_added"
    RECOGNITION_CHANGED = "recognition_changed"
    RECOGNITION_WITHDRAWN = "recognition_withdrawn"
    RULING_GIVEN = "ruling_given"
    RULING_WITHDRAWN = "ruling_withdrawn"
    ROUND_OPENED = "round_opened"
    ROUND_EXTENDED = "round_extended"
    ROUND_CHANGED = "round_changed"
    ROUND_CLOSED = "round_closed"
    UNIT_MERGED = "unit_merged"
    UNIT_MOVED = "unit_moved"
    DOCUMENT_ADDED = "document_added"
    DOCUMENT_CHANGED = "document_changed"
    DOCUMENT_REMOVED = "document_removed"
    RETIREMENT_CHANGED = "retirement_changed"
    CALENDAR_CHANGED = "calendar_changed"
    LIBRARY_CHANGED = "library_changed"


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that happened in the rules. `is_past`: `cite` stands in the old rules and not in the new ones.

    `name` is that of a round or a unit, `kind` the kind of credential that a row or ruling is about; `was` and `now`
    are the days of a round, or `now` the day of the calendar that became another one.
    """

    happened: CauseKind
    cite: Citation | None = None
    is_past: bool = False
    kind: KindCode | None = None
    name: str | None = None
    was: date | None = None
    now: date | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """One side: the rules, and the verdict that they led to, None where they ask nothing."""

    rules: RulesOn
    finding: Finding | None

    @property
    def cited(self) -> tuple[DocumentId, ...]:
        """Documents that the verdict rests on."""
        return tuple(cite.document for cite in self.finding.basis) if self.finding is not None else ()


@dataclass(frozen=True, slots=True)
class _Case:
    """One verdict of one person, seen from both sides."""

    person: Person
    criterion: CriterionCode | None
    old: Seen
    new: Seen

    @property
    def sides(self) -> tuple[Seen, Seen]:
        return self.old, self.new

    def kinds(self) -> tuple[KindCode, ...]:
        return tuple(dict.fromkeys(one.kind for one in self.person.credentials))


def causes_in(part: Part, person: Person, criterion: CriterionCode | None, old: Seen, new: Seen) -> tuple[Cause, ...]:
    """What happened in a part of the rules that differs, as far as it may touch this verdict; else empty."""
    return tuple(_TELLERS.get(part, _library)(_Case(person, criterion, old, new)))


# --- standards ---


def _standards(case: _Case) -> Iterator[Cause]:
    old, new = (_standards_of(case, side) for side in case.sides)
    for criterion in dict.fromkeys([*new, *old]):
        if case.criterion is not None and criterion != case.criterion:
            continue
        was, now = old.get(criterion), new.get(criterion)
        if now is not None and was is None:
            yield Cause(CauseKind.STANDARD_ADDED, _cite_standard(now, case.new))
        elif was is not None and now is None:
            yield Cause(CauseKind.STANDARD_ENDED, _cite_standard(was, case.old), is_past=True)
        elif was is not None and now is not None and replace(was, note=None) != replace(now, note=None):
            yield Cause(CauseKind.STANDARD_CHANGED, _cite_standard(now, case.new))


def _standards_of(case: _Case, side: Seen) -> Mapping[CriterionCode, TitleStandard]:
    return side.rules.standards_for(case.person.position_group, side.rules.territory_of(case.person.unit))


def _cite_standard(standard: TitleStandard, side: Seen) -> Citation:
    return side.rules.library.cite_loosely(standard.document, standard.point)


# --- recognition and rulings ---


def _recognition(case: _Case) -> Iterator[Cause]:
    if case.criterion is None:
        return
    old, new = (_rows(case.criterion, case, side) for side in case.sides)
    differing = old ^ new
    kinds = {row.kind for row in differing} & set(case.kinds())
    # With none about what the person holds, it matters that the table itself came, went, or speaks of other things.
    touched = {(row.document, row.kind if kinds else None) for row in differing if not kinds or row.kind in kinds}
    for document, kind in sorted(touched, key=lambda one: (one[0], one[1] or "")):
        is_old, is_new = (any(_is_about(row, document, kind) for row in rows - both) for rows, both in _pairs(old, new))
        remains = any(row.document == document for row in new)
        happened = {
            (True, True): CauseKind.RECOGNITION_CHANGED,
            (False, True): CauseKind.RECOGNITION_ADDED,
            (True, False): CauseKind.RECOGNITION_WITHDRAWN,
        }[is_old, is_new]
        side = case.new if is_new or remains else case.old
        cite = side.rules.library.cite_loosely(document, None)
        yield Cause(happened, cite, is_past=side is case.old, kind=kind)


def _pairs(
    old: frozenset[RecognitionRow], new: frozenset[RecognitionRow]
) -> tuple[tuple[frozenset[RecognitionRow], frozenset[RecognitionRow]], ...]:
    return (old, old & new), (new, old & new)


def _rows(criterion: CriterionCode, case: _Case, side: Seen) -> frozenset[RecognitionRow]:
    rows = side.rules.recognition_rows(criterion, side.rules.territory_of(case.person.unit))
    return frozenset(replace(row, note=None) for row in rows)


def _is_about(row: RecognitionRow, document: DocumentId, kind: KindCode | None) -> bool:
    return row.document == document and kind in {None, row.kind}


def _rulings(case: _Case) -> Iterator[Cause]:
    old, new = (_rulings_of(case, side) for side in case.sides)
    for one in new:
        if one not in old:
            cite = case.new.rules.library.cite(DocumentId(one))
            yield Cause(CauseKind.RULING_GIVEN, cite, kind=new[one].kind)
    for one in old:
        if one not in new:
            # A ruling that was withdrawn stays among the documents, and says there until when it held.
            cite = case.old.rules.library.cite(DocumentId(one))
            yield Cause(CauseKind.RULING_WITHDRAWN, cite, is_past=True, kind=old[one].kind)


def _rulings_of(case: _Case, side: Seen) -> dict[str, Ruling]:
    if case.criterion is None:
        return {}
    unit = side.rules.find_unit(case.person.unit)
    territory = side.rules.territory_of(case.person.unit)
    return {
        str(ruling.id): ruling
        for kind in case.kinds()
        for ruling in side.rules.rulings_on(case.criterion, kind)
        if side.rules.reaches(ruling, territory, unit.code if unit is not None else None)
    }


# --- rounds, the calendar, units ---


def _rounds(case: _Case) -> Iterator[Cause]:
    old, new = ({one.code: one for one in side.rules.open_rounds} for side in case.sides)
    named = (side.finding.round for side in case.sides if side.finding is not None)
    for code in dict.fromkeys(one for one in named if one is not None):
        was, now = old.get(code), new.get(code)
        if now is not None and was is None:
            yield Cause(CauseKind.ROUND_OPENED, _cite_round(now, case.new), name=now.name, now=now.deadline)
        elif was is not None and now is None:
            cite = _cite_round(was, case.old)
            yield Cause(CauseKind.ROUND_CLOSED, cite, is_past=True, name=was.name, was=was.deadline)
        elif was is not None and now is not None and was != now:
            yield Cause(
                _happened_to(was, now), _cite_round(now, case.new), name=now.name, was=was.deadline, now=now.deadline
            )


def _happened_to(was: ReviewRound, now: ReviewRound) -> CauseKind:
    old, new = (last_legal_day(one.deadline, is_included=one.deadline_included) for one in (was, now))
    return CauseKind.ROUND_EXTENDED if old < new else CauseKind.ROUND_CHANGED


def _cite_round(review: ReviewRound, side: Seen) -> Citation:
    return side.rules.library.cite_loosely(review.document, review.point)


def _calendar(case: _Case) -> Iterator[Cause]:
    safe = [one.finding.safe_day for one in case.sides if one.finding is not None and one.finding.safe_day is not None]
    old, new = (side.rules.calendar for side in case.sides)
    differing = (
        [day for day in _days(min(safe), max(safe)) if old.is_working(day) != new.is_working(day)] if safe else []
    )
    if not differing:  # it moved the end of somebody's grace
        yield Cause(CauseKind.CALENDAR_CHANGED)
    yield from (Cause(CauseKind.CALENDAR_CHANGED, now=day) for day in differing)


def _days(first: date, last: date) -> Iterator[date]:
    return map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1))


def _units(case: _Case) -> Iterator[Cause]:
    old, new = (side.rules.find_unit(case.person.unit) for side in case.sides)
    if old is not None and new is not None and old.code != new.code:
        yield Cause(CauseKind.UNIT_MERGED, name=new.name)
    else:
        yield Cause(CauseKind.UNIT_MOVED, name=new.name if new is not None else None)


# --- the library ---


def _documents(case: _Case) -> Iterator[Cause]:
    old, new = (side.rules.library.documents for side in case.sides)
    differing = [one for one in _documents_behind(case) if _force(old.get(one)) != _force(new.get(one))]
    for one in differing:
        was, now = old.get(one), new.get(one)
        side = case.new if now is not None else case.old
        happened = CauseKind.DOCUMENT_CHANGED
        if was is None or _is_by_name_only(was, now):
            happened = CauseKind.DOCUMENT_ADDED
        elif now is None or _is_by_name_only(now, was):
            happened, side = CauseKind.DOCUMENT_REMOVED, case.old
        yield Cause(happened, side.rules.library.cite(one), is_past=side is case.old)


def _documents_behind(case: _Case) -> Sequence[DocumentId]:
    """Documents that the verdict rests on, or that would have carried it: standards, rows, rounds, who answers."""
    found = [document for side in case.sides for document in side.cited]
    for side in case.sides:
        book = side.rules.book
        found += [
            one.document
            for one in book.standards_by_group.get(case.person.position_group, [])
            if case.criterion in {None, one.criterion}
        ]
        if case.criterion is not None:
            found += [row.document for row in book.rows_by_criterion.get(case.criterion, [])]
        found += [one.document for one in side.rules.open_rounds]
        found += [one.document for one in side.rules.live_duties]
        found.append(side.rules.library.accountability[0])
    return list(dict.fromkeys(found))


def _force(document: Document | None) -> object:
    """Of a document all that verdicts rest on: where and when it holds, and the duties of its points."""
    if document is None:
        return None
    duties = tuple((point.id, point.deadline, point.duty) for point in document.points if point.duty is not None)
    window = document.dated, document.in_force_from, document.in_force_to
    return document.territories, document.is_national, window, duties, tuple(point.id for point in document.points)


def _is_by_name_only(document: Document, other: Document | None) -> bool:
    return not document.points and other is not None and bool(other.points)


def _conversions(case: _Case) -> Iterator[Cause]:
    old, new = (
        {
            kind: found
            for kind in case.kinds()
            if case.criterion is not None and (found := side.rules.find_conversion(kind, case.criterion)) is not None
        }
        for side in case.sides
    )
    for kind in dict.fromkeys([*new, *old]):
        if old.get(kind) == new.get(kind):
            continue
        side, conversion = (case.new, new[kind]) if kind in new else (case.old, old[kind])
        cite = side.rules.library.cite(conversion.document, conversion.point)
        yield Cause(CauseKind.DOCUMENT_CHANGED, cite, is_past=side is case.old, kind=kind)


def _retirement(case: _Case) -> Iterator[Cause]:
    schedule = case.new.rules.retirement
    cite = case.new.rules.library.cite(schedule.document, schedule.point) if schedule.document is not None else None
    yield Cause(CauseKind.RETIREMENT_CHANGED, cite)


def _library(case: _Case) -> Iterator[Cause]:
    del case
    yield Cause(CauseKind.LIBRARY_CHANGED)


_TELLERS: Mapping[Part, Callable[[_Case], Iterator[Cause]]] = {
    Part.STANDARDS: _standards,
    Part.RECOGNITION: _recognition,
    Part.RULINGS: _rulings,
    Part.ROUNDS: _rounds,
    Part.UNITS: _units,
    Part.DOCUMENTS: _documents,
    Part.CONVERSIONS: _conversions,
    Part.RETIREMENT: _retirement,
    Part.CALENDAR: _calendar,
}
