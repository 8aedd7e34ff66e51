"""How a year stands on a day: unit by unit and criterion by criterion, what was asked for, decided and told."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from handlers.hr.broadcasts_result import name_outcome
from handlers.phrases import _, show_day
from handlers.reply import Line
from handlers.reports.asked import ReportKind
from handlers.reports.gap_rows import Counted, name_state, tell_counts
from handlers.reports.report import Closing, Column, Report, Row, Table
from handlers.reports.scope import Scope
from knowledge.evaluate import evaluate
from knowledge.facts import CriterionCode, ManagedBy, Person, StudyRecord, UnitCode
from knowledge.findings import Finding, State
from knowledge.rulebook import RulesOn
from storage.records import DeliveryState

_STATES = (
    State.MET,
    State.EXPIRING,
    State.PENDING,
    State.UNDETERMINED,
    State.EXPIRED,
    State.NOT_RECOGNISED,
    State.MISSING,
    State.EXEMPT,
)

Told = Sequence[tuple[DeliveryState, bool, int]]
"""Reminders by how they ended, whether they were confirmed, and how many."""


def tell_year(people: AsyncIterator[Person], scope: Scope, rules: RulesOn, told: Told) -> Report:
    """One row for each unit; everything else is counted beside it."""
    counted = _Counted(scope, rules, told)
    return Report(
        kind=ReportKind.YEARLY,
        name=f"bao-cao-nam-{rules.day:%Y%m%d}",
        paper_kind=_("Report"),
        title=_("Completion of title standards in {year}").format(year=rules.day.year),
        as_of=rules.day,
        scope=scope.words,
        columns=(
            Column(_("No."), 6, 1.1),
            Column(_("Unit"), 44, 7.0),
            Column(_("People"), 12, 2.0),
            Column(_("Meet everything"), 14, 2.4),
            Column(_("Something to complete"), 16, 2.8),
            Column(_("Only waiting or not decided"), 16, 2.8),
            Column(_("Past a deadline"), 14, 2.3),
            Column(_("A certificate expires soon"), 16, 2.6),
            Column(_("Head accountable"), 14, 2.2),
        ),
        rows=counted.read(people),
        close=counted.close,
    )


@dataclass
class _Unit:
    people: int = 0
    complete: int = 0
    behind: int = 0
    undecided: int = 0
    overdue: int = 0
    expiring: int = 0
    head: int = 0


@dataclass
class _Counted(Counted):
    told: Told
    gaps: int = 0
    units: dict[UnitCode, _Unit] = field(default_factory=dict)
    by_criterion: Counter[tuple[CriterionCode, State]] = field(default_factory=Counter)
    by_managed: Counter[tuple[ManagedBy, bool]] = field(default_factory=Counter)
    due: Counter[date] = field(default_factory=Counter)
    study: Counter[str] = field(default_factory=Counter)

    async def read(self, people: AsyncIterator[Person]) -> AsyncIterator[Row]:
        async for person in people:
            if self.scope.holds(person):
                self._count(person)
        named = sorted((self.gap_words.unit(code), code) for code in self.units)
        for place, (name, code) in enumerate(named, start=1):
            one = self.units[code]
            yield (
                place,
                name,
                one.people,
                one.complete,
                one.behind,
                one.undecided,
                one.overdue,
                one.expiring,
                one.head,
            )

    def _count(self, person: Person) -> None:
        findings = evaluate(person, self.rules)
        self._count_study(person)
        if not findings:  # past retirement
            return
        unit = self.rules.find_unit(person.unit)
        of_unit = self.units.setdefault(unit.code if unit is not None else person.unit, _Unit())
        gaps = [one for one in findings if one.is_gap]
        of_unit.people += 1
        of_unit.complete += not gaps
        waits = bool(gaps) and all(one.state in {State.PENDING, State.UNDETERMINED} for one in gaps)
        of_unit.undecided += waits
        of_unit.behind += bool(gaps) and not waits
        of_unit.overdue += any(one.days_left is not None and one.days_left < 0 for one in gaps)
        of_unit.expiring += any(one.state is State.EXPIRING for one in findings)
        of_unit.head += any(one.accountable is not None and one.accountable.value == "head" for one in gaps)
        self.gaps += len(gaps)
        self.by_managed[person.managed_by, bool(gaps)] += 1
        self._count_findings(findings)

    def _count_findings(self, findings: Sequence[Finding]) -> None:
        for one in findings:
            self.grounds.is_proven(one)
            if one.criterion is not None:
                self.by_criterion[one.criterion, one.state] += 1
            if one.is_gap and one.deadline is not None:
                self.due[one.deadline] += 1

    def _count_study(self, person: Person) -> None:
        for record in person.study:
            for what, day in _happened(record):
                if day is not None and self._is_this_year(day):
                    self.study[what] += 1

    def _is_this_year(self, day: date) -> bool:
        return day.year == self.rules.day.year and day <= self.rules.day

    def close(self) -> Closing:
        people = sum(one.people for one in self.units.values())
        complete = sum(one.complete for one in self.units.values())
        return Closing(
            told=(tell_counts(people, people - complete, self.gaps),),
            tables=(self._by_criterion(), self._by_managed(), self._by_deadline(), self._by_study(), self._by_told()),
            notes=(
                Line(
                    _(
                        "Verdicts are those of {day}, by the roster and the rules as they stand in the system; people "
                        "past their retirement day are not counted."
                    ).format(day=show_day(self.rules.day))
                ),
                *self.grounds.notes(),
            ),
            grounds=self.grounds.listed(),
        )

    def _by_criterion(self) -> Table:
        header = (_("Criterion"), _("Asked of"), *(name_state(one) for one in _STATES))
        rows: list[Row] = []
        for criterion in self.rules.library.criteria:
            counts = [self.by_criterion[criterion, state] for state in _STATES]
            if any(counts):
                rows.append((self.gap_words.criterion(criterion), sum(counts), *counts))
        return Table(_("By criterion"), header, tuple(rows))

    def _by_managed(self) -> Table:
        rows = tuple(
            (self.gap_words.managed_by[one], self.by_managed[one, False] + self.by_managed[one, True],
             self.by_managed[one, True])
            for one in ManagedBy
            if self.by_managed[one, False] + self.by_managed[one, True]
        )  # fmt: skip
        return Table(
            _("By who manages the post"), (_("Managed by"), _("People"), _("Something to complete or clear up")), rows
        )

    def _by_deadline(self) -> Table:
        rows = tuple((day, n) for day, n in sorted(self.due.items()))
        return Table(_("Open items by deadline"), (_("Deadline"), _("How many")), rows)

    def _by_study(self) -> Table:
        names = [what for what, _day in _happened(StudyRecord())]
        rows = tuple((one, self.study[one]) for one in names)
        return Table(
            _("Being sent to study, from the beginning of the year"), (_("What happened"), _("How many")), rows
        )

    def _by_told(self) -> Table:
        rows: Counter[str] = Counter()
        confirmed = 0
        for state, is_confirmed, n in self.told:
            rows[name_outcome(state)] += n
            confirmed += n if is_confirmed else 0
        listed = sorted(rows.items(), key=lambda one: (-one[1], one[0]))
        listed.append((_("confirmed by the recipient"), confirmed))
        return Table(
            _("Messages with reminders, from the beginning of the year"), (_("Outcome"), _("How many")), tuple(listed)
        )


def _happened(record: StudyRecord) -> Sequence[tuple[str, date | None]]:
    return (
        (_("asked or proposed"), record.requested_on),
        (_("refused"), record.refused_on),
        (_("sent to study"), record.assigned_on),
        (_("declined by the official"), record.declined_on),
        (_("did not attend"), record.not_attended_on),
    )
