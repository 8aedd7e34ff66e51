"""Who still serves as many years as a document's duty asks for, and has not completed the standards that it names?

The points, the years and whom they are about come from the library; nothing of it stands here.
"""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import date

from handlers.phrases import _, show_day
from handlers.reports.asked import ReportKind, ReportRefusedError
from handlers.reports.gap_rows import Listed, count_table, gap_columns, list_places, person_columns, tell_counts
from handlers.reports.report import Closing, Column, Report, Row
from handlers.reports.scope import Scope
from handlers.stating import Ground, state_on
from handlers.wording import name_point
from knowledge.deadlines import last_day_of
from knowledge.documents import Document, Duty, Point
from knowledge.evaluate import evaluate, service_of
from knowledge.facts import Person, TerritoryCode
from knowledge.findings import Finding
from knowledge.proof import doubt_of
from knowledge.retirement import has_service_left
from knowledge.rulebook import RulesOn


@dataclass(frozen=True, slots=True)
class Asking:
    """A point whose duty asks for years of service left, and the day from which they are counted."""

    document: Document
    point: Point
    duty: Duty
    years: int
    counted_from: date
    named: date | None  # the last day that the point itself names


def list_asking(rules: RulesOn) -> list[Asking]:
    """The points of documents in force on the day.

    While the day that a point names is still ahead, years are counted from it, as its verdicts count them; once it has
    passed, from the day of the list.
    """
    found: list[Asking] = []
    for document in rules.library.documents.values():
        for point in document.points:
            duty = point.duty
            if duty is None or duty.service_left_years is None or not document.is_in_force_on(rules.day):
                continue
            named = last_day_of(point.deadline, rules.day)
            live = next((one for one in rules.live_duties if one.point is point), None)
            counted_from = live.day if live is not None else rules.day
            found.append(Asking(document, point, duty, duty.service_left_years, counted_from, named))
    return found


def list_service_left(people: AsyncIterator[Person], scope: Scope, rules: RulesOn) -> Report:
    """One row for each thing lacked. Raises ReportRefusedError where no document in force has such a duty."""
    territories = _territories(scope, rules)
    asking = [
        one
        for one in list_asking(rules)
        if any(doubt_of(one.document, rules.day, here) is None for here in territories)
    ]
    if not asking:
        text = _("No document of the library that binds these units on {day} asks for years of service left.")
        raise ReportRefusedError(text.format(day=show_day(rules.day)))
    counted = _Counted(scope, rules, asking)
    years = sorted({one.years for one in asking})
    title = _("Officials with at least {years} years of service left who have not completed the title standards")
    return Report(
        kind=ReportKind.SERVICE_LEFT,
        name=f"con-nam-cong-tac-{rules.day:%Y%m%d}",
        paper_kind=_("List"),
        title=title.format(years="; ".join(f"{one:02d}" for one in years)),
        as_of=rules.day,
        scope=scope.words,
        columns=(*person_columns(), Column(_("Last day of service"), 14, 2.6), Column(_("Point"), 24), *gap_columns()),
        places=list_places(between=2),
        rows=counted.read(people),
        close=counted.close,
    )


def _territories(scope: Scope, rules: RulesOn) -> frozenset[TerritoryCode]:
    codes = scope.units if scope.units is not None else rules.book.units
    return frozenset(rules.territory_of(one) for one in codes) or frozenset({rules.book.home})


@dataclass
class _Counted(Listed):
    asking: list[Asking]
    people: int = 0
    behind: int = 0
    gaps: int = 0
    by_unit: Counter[str] = field(default_factory=Counter)
    by_point: Counter[str] = field(default_factory=Counter)

    def rows_of(self, person: Person) -> Iterator[Row]:
        service = service_of(person, self.rules)
        mine = [one for one in self.asking if self._falls_on(one, person, service.territory, service.retires_on)]
        if not mine:
            return
        self.people += 1
        findings = evaluate(person, self.rules)
        found = [(one, gap) for one in mine for gap in self._gaps(findings, one.duty)]
        if not found:
            return
        self.behind += 1
        of_person = self.gap_words.of_person(person)
        self.by_unit[of_person[3]] += 1
        for one in {asking.point.id: asking for asking, _gap in found}.values():
            self.by_point[name_point(one.document, one.point)] += 1
        for one, gap in found:
            self.gaps += 1
            point = name_point(one.document, one.point)
            yield (self.gaps, *of_person, service.retires_on, point, *self.gap_words.of_gap(gap))

    def _falls_on(self, one: Asking, person: Person, here: TerritoryCode, retires_on: date) -> bool:
        return (
            person.managed_by in one.duty.managed_by
            and (person.is_leader or not one.duty.leaders_only)
            and doubt_of(one.document, self.rules.day, here) is None
            and has_service_left(retires_on, one.years, one.counted_from)
        )

    def _gaps(self, findings: tuple[Finding, ...], duty: Duty) -> list[Finding]:
        """Of the standards that the duty names, and of the criterion asked for."""
        return [
            one
            for one in findings
            if one.is_gap
            and one.criterion is not None
            and one.basis[0].document == duty.standards_document
            and self.scope.criterion in {None, one.criterion}
        ]

    def close(self) -> Closing:
        library = self.rules.library
        notes = []
        for one in self.asking:
            cite = library.cite(one.document.id, one.point.id)
            grounds = [Ground(cite, here) for here in _territories(self.scope, self.rules) if one.document.binds(here)]
            for ground in grounds:
                self.grounds.add(ground)
            text = _("{point}: at least {years} years of service left, counted from {day}.")
            if one.named is not None and one.named < self.rules.day:
                text = _(
                    "{point}: at least {years} years of service left, counted from {day}, the day of this list; the day"
                    " that the point itself names, {named}, has passed."
                )
            said = text.format(
                point=name_point(one.document, one.point),
                years=f"{one.years:02d}",
                day=show_day(one.counted_from),
                named=show_day(one.named) if one.named is not None else "",
            )
            notes.append(state_on(said, grounds, self.rules))
        return Closing(
            told=(tell_counts(self.people, self.behind, self.gaps),),
            tables=(
                count_table(_("People by point"), _("Point"), self.by_point),
                count_table(_("People by unit"), _("Unit"), self.by_unit),
            ),
            notes=(*notes, *self.grounds.notes()),
            grounds=self.grounds.listed(),
        )
