"""The library together with what HR declared, ready to answer for any day.

`RuleBook` holds everything; `RulesOn` is the view of one day and remembers what it looked up, so that a whole
province can be judged without asking the same twice.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from knowledge.calendar import WorkingCalendar
from knowledge.deadlines import day_of, last_legal_day, safe_day
from knowledge.documents import Duty, Point
from knowledge.facts import (
    CriterionCode,
    DeclaredRules,
    DocumentId,
    Gender,
    KindCode,
    ManagedBy,
    PersonCode,
    PositionGroup,
    RecognitionRow,
    ReviewRound,
    Ruling,
    TerritoryCode,
    TitleStandard,
    Unit,
    UnitCode,
)
from knowledge.growing import grow
from knowledge.library import Decider, Library, NormativeConversion, RetirementSchedule
from knowledge.retirement import Ages, ages_of, last_day_by, schedule_on
from knowledge.rulings import with_rulings

if TYPE_CHECKING:
    from knowledge.demands import Alike, Demands, Place, Post, Questions

_MOST_VIEWS = 8  # nearly every question is about today


@dataclass(frozen=True, slots=True)
class LiveDuty:
    """A dated duty of a document's point that is live on the day in question."""

    document: DocumentId
    point: Point
    duty: Duty
    day: date
    is_included: bool


@dataclass(frozen=True)
class RuleBook:
    """The library, HR's declared rules, the working calendar and the territory of the installation."""

    library: Library
    rules: DeclaredRules
    calendar: WorkingCalendar
    home: TerritoryCode

    @staticmethod
    def of(library: Library, rules: DeclaredRules, calendar: WorkingCalendar, home: TerritoryCode) -> "RuleBook":
        """A rule book whose library also knows documents read in, those that HR's tables name, and HR's rulings.

        HR's days are laid over the calendar and its hours of sending over the policy, in place of any there before.
        """
        named = [
            *(one.document for one in rules.standards),
            *(one.document for one in rules.recognition),
            *(one.document for one in rules.rounds),
        ]
        grown = grow(library, rules.added_documents)
        declared = with_rulings(grown.with_declared(dict.fromkeys(named), home), rules.rulings, home)
        if declared.policy.sending_hours != rules.sending_hours:
            declared = replace(declared, policy=replace(declared.policy, sending_hours=rules.sending_hours))
        return RuleBook(declared, rules, calendar.declaring(rules.calendar_days), home)

    def on(self, day: date) -> "RulesOn":
        """The view of one day. The views asked for last are kept with what they looked up."""
        view = self._views.pop(day, None) or RulesOn(self, day)
        self._views[day] = view
        if len(self._views) > _MOST_VIEWS:
            del self._views[next(iter(self._views))]
        return view

    @cached_property
    def _views(self) -> "dict[date, RulesOn]":
        return {}

    @cached_property
    def units(self) -> dict[UnitCode, Unit]:
        """Units by code."""
        return {unit.code: unit for unit in self.rules.units}

    @cached_property
    def headed_units(self) -> dict[PersonCode, list[Unit]]:
        """Units by who is recorded as their head, whatever their dates."""
        headed: dict[PersonCode, list[Unit]] = defaultdict(list)
        for unit in self.rules.units:
            if unit.head is not None:
                headed[unit.head].append(unit)
        return dict(headed)

    @cached_property
    def _group_names(self) -> dict[PositionGroup, str]:
        return dict(self.rules.group_names)

    def group_name(self, group: PositionGroup) -> str:
        """How a position group is spoken of: the position that most of its people hold, else its code in words."""
        return self._group_names.get(group) or group.replace("_", " ")

    @cached_property
    def standards_by_group(self) -> dict[PositionGroup, list[TitleStandard]]:
        """Title standards by position group, whatever their dates."""
        grouped: dict[PositionGroup, list[TitleStandard]] = defaultdict(list)
        for standard in self.rules.standards:
            grouped[standard.position_group].append(standard)
        return dict(grouped)

    @cached_property
    def rows_by_criterion(self) -> dict[CriterionCode, list[RecognitionRow]]:
        """Recognition rows by criterion, whatever their dates."""
        grouped: dict[CriterionCode, list[RecognitionRow]] = defaultdict(list)
        for row in self.rules.recognition:
            grouped[row.criterion].append(row)
        return dict(grouped)


@dataclass
class RulesOn:
    """The rule book as of one day."""

    book: RuleBook
    day: date
    _units: dict[UnitCode, Unit | None] = field(default_factory=dict, repr=False)
    _above: dict[UnitCode, frozenset[UnitCode]] = field(default_factory=dict, repr=False)
    _standards: dict[tuple[PositionGroup, TerritoryCode], dict[CriterionCode, TitleStandard]] = field(
        default_factory=dict, repr=False
    )
    _rows: dict[tuple[CriterionCode, TerritoryCode], tuple[RecognitionRow, ...]] = field(
        default_factory=dict, repr=False
    )
    _rows_of_kind: dict[tuple[CriterionCode, KindCode, TerritoryCode], tuple[RecognitionRow, ...]] = field(
        default_factory=dict, repr=False
    )
    _bearing: dict[tuple[CriterionCode, TerritoryCode], dict[KindCode, bool]] = field(default_factory=dict, repr=False)
    _answering: dict[TerritoryCode, bool] = field(default_factory=dict, repr=False)
    _safe_days: dict[date, date] = field(default_factory=dict, repr=False)
    _retiring: dict[tuple[int, int, Gender], date] = field(default_factory=dict, repr=False)
    # What `knowledge.demands` found: places by unit, places that are alike, what is asked there, by posts and in all.
    places: "dict[UnitCode, Place]" = field(default_factory=dict, repr=False)
    alike: "dict[tuple[TerritoryCode, tuple[int, ...], tuple[int, ...]], Alike]" = field(
        default_factory=dict, repr=False
    )
    questions: "dict[tuple[TerritoryCode, tuple[int, ...]], Questions]" = field(default_factory=dict, repr=False)
    posts: "dict[Post, Demands]" = field(default_factory=dict, repr=False)

    @property
    def library(self) -> Library:
        """The library, with HR's declared documents."""
        return self.book.library

    @property
    def calendar(self) -> WorkingCalendar:
        """The working calendar."""
        return self.book.calendar

    @cached_property
    def retirement(self) -> RetirementSchedule:
        """The retirement schedule for questions of this day."""
        return schedule_on(self.library.retirement, self.day)

    @cached_property
    def retirement_ages(self) -> dict[Gender, Ages]:
        """The ages of that schedule by gender."""
        return {gender: ages_of(self.retirement, gender) for gender in Gender}

    def retirement_of(self, born_on: date, gender: Gender) -> date:
        """The retirement day of those born in this month."""
        key = (born_on.year, born_on.month, gender)
        if key not in self._retiring:
            self._retiring[key] = last_day_by(born_on, self.retirement_ages[gender])
        return self._retiring[key]

    def safe_day(self, last_day: date) -> date:
        """The last legal day if it is a working day, else the working day before it."""
        if last_day not in self._safe_days:
            self._safe_days[last_day] = safe_day(last_day, self.calendar)
        return self._safe_days[last_day]

    def find_unit(self, code: UnitCode) -> Unit | None:
        """The unit in force on the day: the roster's, or whoever took over from it; None for an unknown code.

        Before a unit existed it is still the roster's (contracts, §8.8).
        """
        if code not in self._units:
            self._units[code] = self._follow(code)
        return self._units[code]

    def territory_of(self, code: UnitCode) -> TerritoryCode:
        """Territory of the unit in force on the day; that of the installation for an unknown unit."""
        unit = self.find_unit(code)
        return unit.territory if unit is not None else self.book.home

    def units_above(self, code: UnitCode) -> frozenset[UnitCode]:
        """The unit in force and every unit above it on the day."""
        if code not in self._above:
            self._above[code] = frozenset(self.line_above(code))
        return self._above[code]

    def line_above(self, code: UnitCode) -> tuple[UnitCode, ...]:
        """The unit in force, then its parent, and so on up; a cycle in the data ends it."""
        line: list[UnitCode] = []
        unit = self.find_unit(code)
        while unit is not None and unit.code not in line:
            line.append(unit.code)
            unit = self.find_unit(unit.parent) if unit.parent is not None else None
        return tuple(line)

    def units_within(self, roots: Iterable[UnitCode]) -> frozenset[UnitCode]:
        """Codes of all units, dissolved ones too, whose unit in force on the day is one of `roots` or below one."""
        wanted = frozenset(roots)
        return frozenset(code for code in self.book.units if self.units_above(code) & wanted)

    def standards_for(self, group: PositionGroup, territory: TerritoryCode) -> dict[CriterionCode, TitleStandard]:
        """The standard per criterion that is valid on the day and whose document binds the territory.

        Where several overlap, the one that began last stands: a changed rule adds a version.
        """
        key = (group, territory)
        if key not in self._standards:
            valid: dict[CriterionCode, TitleStandard] = {}
            for standard in self.book.standards_by_group.get(group, []):
                if not self.is_in_force(standard.valid_from, standard.valid_to):
                    continue
                if not self.library.binds(standard.document, territory):
                    continue
                known = valid.get(standard.criterion)
                if known is None or known.valid_from < standard.valid_from:
                    valid[standard.criterion] = standard
            order = list(self.library.criteria)
            self._standards[key] = dict(sorted(valid.items(), key=lambda one: order.index(one[0])))
        return self._standards[key]

    def recognition_rows(self, criterion: CriterionCode, territory: TerritoryCode) -> tuple[RecognitionRow, ...]:
        """Rows of instruments that bind the territory, are in force on the day and speak of this criterion."""
        key = (criterion, territory)
        if key not in self._rows:
            self._rows[key] = tuple(
                row
                for row in self.book.rows_by_criterion.get(criterion, [])
                if self.is_in_force(row.valid_from, row.valid_to) and self.library.binds(row.document, territory)
            )
        return self._rows[key]

    def rows_of_kind(
        self, criterion: CriterionCode, kind: KindCode, territory: TerritoryCode
    ) -> tuple[RecognitionRow, ...]:
        """Those of `recognition_rows` that are about this kind."""
        key = (criterion, kind, territory)
        if key not in self._rows_of_kind:
            rows = self.recognition_rows(criterion, territory)
            self._rows_of_kind[key] = tuple(row for row in rows if row.kind == kind)
        return self._rows_of_kind[key]

    def bearing(self, criterion: CriterionCode, territory: TerritoryCode) -> dict[KindCode, bool]:
        """Of every kind, whether a credential of it can have any say about this criterion; most have none."""
        key = (criterion, territory)
        if key not in self._bearing:
            self._bearing[key] = {kind: self._may_bear(criterion, kind, territory) for kind in self.library.kinds}
        return self._bearing[key]

    def _may_bear(self, criterion: CriterionCode, kind: KindCode, territory: TerritoryCode) -> bool:
        return (
            self.library.kinds[kind].criterion == criterion
            or self.find_conversion(kind, criterion) is not None
            or bool(self.rows_of_kind(criterion, kind, territory))
            or bool(self.rulings_on(criterion, kind))
        )

    def has_answering(self, territory: TerritoryCode) -> bool:
        """Whether the point that says who answers for a gap reaches this territory on the day."""
        if territory not in self._answering:
            document = self.library.get_document(self.library.accountability[0])
            self._answering[territory] = document.binds(territory) and document.is_in_force_on(self.day)
        return self._answering[territory]

    def rulings_on(self, criterion: CriterionCode, kind: KindCode) -> tuple[Ruling, ...]:
        """Rulings that apply on the day to this kind for this criterion, wherever they reach; the latest first."""
        return self._rulings.get((criterion, kind), ())

    @cached_property
    def scoped_rulings(self) -> tuple[Ruling, ...]:
        """Rulings that apply on the day within a unit and below only."""
        return tuple(one for some in self._rulings.values() for one in some if one.scope is not None)

    @cached_property
    def _rulings(self) -> dict[tuple[CriterionCode, KindCode], tuple[Ruling, ...]]:
        grouped: dict[tuple[CriterionCode, KindCode], list[Ruling]] = defaultdict(list)
        for ruling in self.book.rules.rulings:
            if ruling.applies_on(self.day):
                grouped[ruling.criterion, ruling.kind].append(ruling)
        return {
            key: tuple(sorted(some, key=lambda one: (one.confirmed_on, one.id), reverse=True))
            for key, some in grouped.items()
        }

    def reaches(self, ruling: Ruling, territory: TerritoryCode, unit: UnitCode | None) -> bool:
        """Whether a ruling speaks for this unit: it lies in the ruling's scope, or in the province if it has none.

        `unit` None: somebody not known to serve anywhere, for whom only rulings of the whole province are theirs.
        """
        if not self.library.binds(DocumentId(ruling.id), territory):
            return False
        if ruling.scope is None:
            return True
        if unit is None:
            return False
        heir = self.find_unit(ruling.scope)
        return bool(self.units_above(unit) & {ruling.scope, *([heir.code] if heir is not None else [])})

    def find_conversion(self, kind: KindCode, criterion: CriterionCode) -> NormativeConversion | None:
        """The State's own conversion of this kind in force on the day, or None."""
        for conversion in self.library.conversions:
            if (conversion.kind, conversion.criterion) == (kind, criterion) and self.is_in_force(
                conversion.in_force_from, conversion.in_force_to
            ):
                return conversion
        return None

    def recognition_deciders(self, criterion: CriterionCode, territory: TerritoryCode) -> tuple[Decider, ...]:
        """Instruments known to decide recognition for this criterion here, issued by the day, not loaded."""
        return tuple(
            one
            for one in self.library.deciders
            if criterion in one.criteria and one.territory == territory and self._is_issued(one.document)
        )

    def standards_deciders(self, managed_by: ManagedBy, territory: TerritoryCode) -> tuple[Decider, ...]:
        """The document known to decide the standards of posts managed by this body here, if issued by the day."""
        known = [
            one
            for one in self.library.deciders
            if not one.criteria and one.territory == territory and self._is_issued(one.document)
        ]
        named = [one for one in known if managed_by in one.managed_by]
        return tuple(named or [one for one in known if not one.managed_by])[:1]

    @cached_property
    def open_rounds(self) -> tuple[ReviewRound, ...]:
        """Review rounds open on the day: not closed, and begun where they have a first day."""
        return tuple(
            one for one in self.book.rules.rounds if one.is_open and (one.opens_on is None or one.opens_on <= self.day)
        )

    @cached_property
    def live_duties(self) -> tuple[LiveDuty, ...]:
        """Dated duties of library documents that are live: from the document's day to the duty's last day."""
        live: list[LiveDuty] = []
        for document in self.library.documents.values():
            for point in document.points:
                named = day_of(point.deadline, self.day)
                if point.duty is None or named is None or not document.exists_on(self.day):
                    continue
                if self.day <= last_legal_day(named[0], is_included=named[1]):
                    live.append(LiveDuty(document.id, point, point.duty, *named))
        return tuple(live)

    def heads_units(self, person: PersonCode) -> tuple[UnitCode, ...]:
        """Units in force on the day of which this person is recorded as head."""
        return tuple(unit.code for unit in self.book.headed_units.get(person, ()) if self.find_unit(unit.code) is unit)

    def _follow(self, code: UnitCode) -> Unit | None:
        unit = self.book.units.get(code)
        seen: set[UnitCode] = set()
        while unit is not None and unit.successor is not None and unit.code not in seen:
            seen.add(unit.code)
            heir = self.book.units.get(unit.successor)
            if heir is None or not self._has_passed_on(unit, heir):
                break
            unit = heir
        return unit

    def _has_passed_on(self, unit: Unit, heir: Unit) -> bool:
        if unit.valid_to is not None:
            return self.day > unit.valid_to
        return heir.valid_from is not None and self.day >= heir.valid_from

    def is_in_force(self, start: date | None, end: date | None) -> bool:
        """Whether the day lies between these, both included; None is no bound."""
        return (start is None or start <= self.day) and (end is None or self.day <= end)

    def _is_issued(self, document: DocumentId) -> bool:
        return self.library.get_document(document).exists_on(self.day)
