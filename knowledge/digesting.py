"""The weekly digest: what stands open in a unit or a province, counted by criterion and stage. Pure.

Whoever plans shows everybody to `Digests`; on the first working day of a week it lists one digest for each head and
each of HR for whom there is something in it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from knowledge.calendar import WorkingCalendar
from knowledge.cases import Trigger
from knowledge.escalating import Offered
from knowledge.facts import CriterionCode, Person, PersonCode, UnitCode
from knowledge.findings import Finding, State
from knowledge.library import EscalationPolicy
from knowledge.owed import Owed
from knowledge.posts import Posts
from knowledge.rulebook import RulesOn
from knowledge.triggers import LACKING, list_cases


class Stage(StrEnum):
    """How far something open has come; the most urgent first."""

    OVERDUE = "overdue"
    NEAR = "near"  # so near that a decision about study is due
    LATER = "later"
    UNDATED = "undated"
    WAITING = "waiting"  # for HR to verify a credential
    OPEN = "open"  # no rule that is held decides it
    EXPIRING = "expiring"  # met still, but not for long


@dataclass
class Counts:
    """What stands open among some people."""

    by: Counter[tuple[CriterionCode | None, Stage]] = field(default_factory=Counter)
    people: int = 0
    cases: Counter[Trigger] = field(default_factory=Counter)

    def add(self, other: "Counts") -> None:
        """Count those people too."""
        self.by.update(other.by)
        self.people += other.people
        self.cases.update(other.cases)


@dataclass(frozen=True, slots=True)
class DeskWork:
    """What waits for HR besides the roster: by the unit that it is about, None where that is not known.

    `proposals` are those that wait for a second person, by the unit that they reach (None: the whole province);
    `own_proposals` how many of them somebody made, who cannot confirm them. `evidence` are certificates that wait to be
    verified, `own_evidence` how many of them somebody may not decide on; `unproven` those that wait on record although
    nobody has handed in anything for them.
    """

    inquiries: Mapping[UnitCode | None, int] = field(default_factory=dict)
    proposals: Mapping[UnitCode | None, int] = field(default_factory=dict)
    own_proposals: Mapping[PersonCode, int] = field(default_factory=dict)
    unclear: Mapping[UnitCode | None, int] = field(default_factory=dict)
    evidence: Mapping[UnitCode | None, int] = field(default_factory=dict)
    own_evidence: Mapping[PersonCode, int] = field(default_factory=dict)
    unproven: Mapping[UnitCode | None, int] = field(default_factory=dict)


def week_of(day: date) -> str:
    """The ISO week of a day, as digests are named by it."""
    year, week, _day = day.isocalendar()
    return f"{year}-W{week:02d}"


def first_working_day(day: date, calendar: WorkingCalendar) -> date:
    """The first working day of the week in which a day lies; one of a later week where nobody works in this one."""
    return calendar.first_working_day_on_or_after(day - timedelta(days=day.weekday()))


def stage_of(finding: Finding, policy: EscalationPolicy) -> Stage | None:
    """The stage of a verdict, or None where nothing about it is open."""
    if finding.state is State.EXPIRING:
        return Stage.EXPIRING
    if not finding.is_gap:
        return None
    if finding.state not in LACKING:
        return Stage.WAITING if finding.state is State.PENDING else Stage.OPEN
    if finding.days_left is None:
        return Stage.UNDATED
    if finding.days_left < 0:
        return Stage.OVERDUE
    return Stage.NEAR if finding.days_left <= policy.undecided_days_before else Stage.LATER


@dataclass
class Digests:
    """Watches the one pass over everybody, then lists the digests of the week.

    `is_late`: the first working day of this week was missed, so that today stands for it.
    """

    rules: RulesOn
    desk: DeskWork = field(default_factory=DeskWork)
    offered: Offered = field(default_factory=dict)
    is_late: bool = False
    posts: Posts = field(init=False)
    is_due: bool = field(init=False)
    _by_unit: dict[UnitCode, Counts] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        """Know whether this is the day, so that on others nobody need be counted."""
        self.posts = Posts(self.rules)
        day, calendar = self.rules.day, self.rules.calendar
        self.is_due = calendar.is_working(day) and (self.is_late or day == first_working_day(day, calendar))

    def see(self, person: Person, findings: Sequence[Finding] | None, rules: RulesOn, *, is_reachable: bool) -> None:
        """One person with their verdicts of the day; None of whoever cannot be judged, who is not counted."""
        if not self.is_due:
            return
        self.posts.see(person)
        if findings is None:
            return
        policy = rules.library.policy.escalation
        stages = [(one.criterion, stage) for one in findings if (stage := stage_of(one, policy)) is not None]
        if not stages:
            return
        unit = rules.find_unit(person.unit)
        counts = self._by_unit.setdefault(unit.code if unit is not None else person.unit, Counts())
        counts.by.update(stages)
        counts.people += 1
        offered = self.offered.get(person.code, frozenset())
        cases = list_cases(person, findings, rules, is_reachable=is_reachable, offered=offered)
        counts.cases.update({one.trigger for one in cases})

    def list_notices(self) -> list[Owed]:
        """The digests of the week, by recipient; whoever both heads and serves has one of all of it."""
        if not self.is_due:
            return []
        below = self._sum_up(self._by_unit)
        heads, clerks = self.posts.list_heads(), self.posts.list_clerks()
        found: list[Owed] = []
        for code in sorted({*heads, *clerks}):
            served = clerks.get(code)
            if served is not None and served not in self.rules.book.units:
                roots, total = [], below.provinces.get(served, Counts())
            else:
                roots = self._tops(heads.get(code, []), served)
                total = _total(below.units, roots)
            work = self._desk_of(code, served) if served is not None else {}
            if total.people or any(work.values()):
                found.append(self._owed(code, total, roots, work, is_head=code in heads, served=served))
        return found

    def _sum_up(self, by_unit: Mapping[UnitCode, Counts]) -> "_Sums":
        sums = _Sums({}, {})
        for unit, counts in by_unit.items():
            for above in self.rules.line_above(unit) or (unit,):
                sums.units.setdefault(above, Counts()).add(counts)
            sums.provinces.setdefault(self.posts.province_of(unit), Counts()).add(counts)
        return sums

    def _tops(self, headed: Iterable[UnitCode], served: UnitCode | str | None) -> list[UnitCode]:
        """The units that somebody answers for, without those that lie in another one of them."""
        units = {*headed, *([UnitCode(served)] if served is not None else [])}
        return sorted(one for one in units if not (self.rules.units_above(one) - {one}) & units)

    def _desk_of(self, person: PersonCode, served: UnitCode | str) -> dict[str, int]:
        proposals = self._count(self.desk.proposals, served) - self.desk.own_proposals.get(person, 0)
        evidence = self._count(self.desk.evidence, served) - self.desk.own_evidence.get(person, 0)
        return {
            "evidence": max(0, evidence),
            "unproven": self._count(self.desk.unproven, served),
            "inquiries": self._count(self.desk.inquiries, served),
            "proposals": max(0, proposals),
            "unclear": self._count(self.desk.unclear, served),
        }

    def _count(self, by_unit: Mapping[UnitCode | None, int], served: UnitCode | str) -> int:
        return sum(n for unit, n in by_unit.items() if self._serves(served, unit))

    def _serves(self, served: UnitCode | str, unit: UnitCode | None) -> bool:
        if served in self.rules.book.units:
            return unit is not None and served in self.rules.units_above(unit)
        return unit is None or self.posts.province_of(unit) == served

    def _owed(
        self,
        code: PersonCode,
        total: Counts,
        roots: Sequence[UnitCode],
        work: Mapping[str, int],
        *,
        is_head: bool,
        served: UnitCode | str | None,
    ) -> Owed:
        week = week_of(self.rules.day)
        order = list(Stage)
        counted = sorted(total.by.items(), key=lambda one: (one[0][0] or "", order.index(one[0][1])))
        payload: dict[str, Any] = {
            "day": self.rules.day.isoformat(),
            "people": total.people,
            "counts": [[criterion, stage.value, n] for (criterion, stage), n in counted],
            "cases": {trigger.value: n for trigger in Trigger if (n := total.cases[trigger])},
            "units": list(roots),
            "served": served,
            "is_head": is_head,
            "desk": {name: n for name, n in work.items() if n},
        }
        return Owed(kind="digest", to=code, key=f"digest:{code}:{week}", stage=week, payload=payload)


@dataclass(frozen=True, slots=True)
class _Sums:
    """Counts of each unit with all below it, and of each province."""

    units: dict[UnitCode, Counts]
    provinces: dict[UnitCode | str, Counts]


def _total(by_unit: Mapping[UnitCode, Counts], roots: Iterable[UnitCode]) -> Counts:
    total = Counts()
    for root in roots:
        if root in by_unit:
            total.add(by_unit[root])
    return total
