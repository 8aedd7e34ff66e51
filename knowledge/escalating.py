"""Which case goes to whom on a day: up the chain, one rung at a time, each told once, with its grace. Pure.

A head who comes new to a post is told of what their predecessor was told of, and has the whole grace from then on.

Whoever plans shows everybody to `Escalations`; what it lists is told, and what it changed is remembered with it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from knowledge.cases import Case, KeptCase, Told, Trigger, rung_of_head
from knowledge.chain_above import offices_above
from knowledge.documents import Citation
from knowledge.facts import CriterionCode, ManagedBy, Person, PersonCode, UnitCode
from knowledge.findings import Finding
from knowledge.library import EscalationGrace, Office
from knowledge.owed import Owed
from knowledge.posts import Posts
from knowledge.rulebook import RulesOn
from knowledge.triggers import list_cases


class Level(StrEnum):
    """How high a rung stands, from the lowest."""

    UNIT_HEAD = "unit_head"
    HIGHER_HEAD = "higher_head"
    DEPARTMENT = "department"  # the office in charge of personnel, of the commune or the province
    LEADERSHIP = "leadership"  # the bodies that documents name above it


@dataclass(frozen=True, slots=True)
class Step:
    """One rung of a chain with those who are told for it.

    `office` is the office for which HR is told, `basis` the document and point that names it and `note` what must be
    said with it; all None for a head, and for HR where no document names an office.
    """

    rung: str
    level: Level
    to: tuple[PersonCode, ...]
    office: Office | None = None
    basis: Citation | None = None
    note: str | None = None

    @property
    def is_head(self) -> bool:
        """Whether it is the head of a unit."""
        return self.level in {Level.UNIT_HEAD, Level.HIGHER_HEAD}


Memory = Mapping[PersonCode, Sequence[KeptCase]]
Offered = Mapping[PersonCode, frozenset[CriterionCode]]


def list_steps(person: PersonCode, unit: UnitCode, managed_by: ManagedBy, posts: Posts) -> list[Step]:
    """The rungs above a person on the day, the lowest first, each with somebody to tell.

    A vacant post, and one that the person holds, is passed over; whoever stands on two rungs is told on the lower.
    Where no document names an office, HR of the province is the last.
    """
    rules = posts.rules
    steps: list[Step] = []
    line = rules.line_above(unit)
    for code in line:
        head = posts.head_of(code)
        if head is not None and head != person and all(head not in step.to for step in steps):
            level = Level.UNIT_HEAD if code == line[0] else Level.HIGHER_HEAD
            steps.append(Step(rung_of_head(code, head), level, (head,)))
    own = posts.clerks_of_commune(unit, person)
    if own is not None:
        steps.append(Step(f"staff:{own[0]}", Level.DEPARTMENT, own[1]))
    return [*steps, *_office_steps(person, unit, managed_by, posts)]


def _office_steps(person: PersonCode, unit: UnitCode, managed_by: ManagedBy, posts: Posts) -> list[Step]:
    of_province = posts.clerks_of_province(unit, person)
    if not of_province:
        near = posts.clerks_near(unit, person)
        of_province = near[1] if near is not None else ()
    if not of_province:
        return []
    offices = offices_above(unit, managed_by, posts.rules)
    if not offices:
        return [Step("staff", Level.DEPARTMENT, of_province)]
    return [
        Step(
            f"office:{rung.office.id}",
            Level.LEADERSHIP if place else Level.DEPARTMENT,
            of_province,
            rung.office,
            rung.basis,
            rung.note,
        )
        for place, rung in enumerate(offices)
        if rung.office is not None
    ]


def next_steps(kept: KeptCase, steps: Iterable[Step], rules: RulesOn) -> list[Step]:
    """The rungs to be told now: the lowest one not told, once everybody below it has had their grace.

    Not only the one next below: whoever came new to a lower post may have been told after those above them. A rung
    that could not be told because of us is to be told until it is, and holds up those above it for no longer than
    its own grace, like whoever is told on paper.
    """
    below: list[tuple[Step, date]] = []
    due: list[Step] = []
    for step in steps:
        on = _told_on(kept.told, step)
        if on is None:
            if not all(_has_had_grace(kept, one, since, rules) for one, since in below):
                return due
            due.append(step)
            on = _told_on(kept.in_vain, step)
            if on is None:
                return due
        below.append((step, on))
    return due


def _has_had_grace(kept: KeptCase, step: Step, told_on: date, rules: RulesOn) -> bool:
    grace = _grace_of(step.level, rules.library.policy.escalation.grace_working_days)
    return rules.day > rules.calendar.add_working_days(max(told_on, kept.open_since), grace)


def _told_on(among: Iterable[Told], step: Step) -> date | None:
    """When the rung was told: for a head, when this very person was, as the head of whichever unit.

    So an acting head who becomes head, and one whose unit takes over another, hear of a case once. An office stays
    told whoever works there.
    """
    for told in among:
        of_head = told.rung.startswith("unit:") and told.to == step.to
        if of_head if step.is_head else told.rung == step.rung:
            return told.on
    return None


def _grace_of(level: Level, grace: EscalationGrace) -> int:
    match level:
        case Level.UNIT_HEAD:
            return grace.unit_head
        case Level.HIGHER_HEAD:
            return grace.higher_head
        case Level.DEPARTMENT:
            return grace.department
        case Level.LEADERSHIP:
            return grace.leadership


def match_kept(kept: Sequence[KeptCase], cases: Iterable[Case], day: date) -> list[KeptCase]:
    """The memory of a person's cases after a look at them: closed, opened again, gone on, or new.

    A remembered case is open while any of its criteria still is in a case of the same trigger and deadline; criteria
    that no remembered case has make a new one. Only what changed or is open is given back.
    """
    found: list[KeptCase] = []
    left = {(one.trigger, one.subject): set(one.criteria) for one in cases}
    now = {key: frozenset(criteria) for key, criteria in left.items()}
    for one in kept:
        key = (one.case.trigger, one.case.subject)
        left.get(key, set()).difference_update(one.case.criteria)
        if now.get(key, frozenset()) & set(one.case.criteria):
            found.append(one if one.closed_on is None else replace(one, open_since=day, closed_on=None))
        elif one.closed_on is None:
            found.append(replace(one, closed_on=day))
    for case in cases:
        fresh = left[case.trigger, case.subject]
        if fresh:
            found.append(KeptCase(replace(case, criteria=tuple(sorted(fresh))), day))
    return found


@dataclass
class Escalations:
    """Watches the one pass over everybody, then lists what each recipient is owed; one notice for each and day.

    `list_changes` is what is to be remembered in the same transaction in which the notices are kept.
    """

    rules: RulesOn
    memory: Memory
    offered: Offered = field(default_factory=dict)
    posts: Posts = field(init=False)
    _open: list[tuple[PersonCode, UnitCode, ManagedBy, tuple[Case, ...]]] = field(default_factory=list, init=False)
    _changes: list[KeptCase] = field(default_factory=list, init=False)
    _unjudged: set[PersonCode] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        """Nobody has been seen yet."""
        self.posts = Posts(self.rules)

    def see(self, person: Person, findings: Sequence[Finding] | None, rules: RulesOn, *, is_reachable: bool) -> None:
        """One person with their verdicts; None of whoever cannot be judged: their cases stay as they were."""
        self.posts.see(person)
        if findings is None:
            self._unjudged.add(person.code)
            return
        offered = self.offered.get(person.code, frozenset())
        cases = list_cases(person, findings, rules, is_reachable=is_reachable, offered=offered)
        if cases:
            self._open.append((person.code, person.unit, person.managed_by, cases))

    def list_notices(self) -> list[Owed]:
        """What is owed on the day, by recipient; nothing on a day on which nobody works."""
        if not self.rules.calendar.is_working(self.rules.day):
            return []
        told: dict[tuple[PersonCode, ...], list[tuple[Case, Step]]] = defaultdict(list)
        seen = set(self._unjudged)
        for person, unit, managed_by, cases in self._open:
            seen.add(person)
            steps = list_steps(person, unit, managed_by, self.posts)
            for kept in match_kept(self.memory.get(person, ()), cases, self.rules.day):
                due = next_steps(kept, steps, self.rules) if kept.closed_on is None else []
                for step in due:
                    told[step.to].append((kept.case, step))
                self._remember(kept, due)
        for person, remembered in self.memory.items():
            if person not in seen:
                for kept in match_kept(remembered, (), self.rules.day):
                    self._remember(kept, ())
        return _list_owed(told, self.rules.day)

    def list_changes(self) -> list[KeptCase]:
        """What is to be remembered, once the notices have been listed; those that were only seen again are left out."""
        return self._changes

    def _remember(self, kept: KeptCase, steps: Iterable[Step]) -> None:
        before = next((one for one in self.memory.get(kept.case.person, ()) if one.number == kept.number), None)
        told = (Told(step.rung, self.rules.day, step.to) for step in steps)
        kept = replace(kept, told=(*kept.told, *told))
        if kept != before:
            self._changes.append(kept)


def _list_owed(told: Mapping[tuple[PersonCode, ...], Sequence[tuple[Case, Step]]], day: date) -> list[Owed]:
    """One notice for each recipient; what is told to the same people is put together once for all of them."""
    groups: dict[PersonCode, list[tuple[PersonCode, ...]]] = defaultdict(list)
    for to in told:
        for recipient in to:
            groups[recipient].append(to)
    made: dict[tuple[tuple[PersonCode, ...], ...], Owed] = {}
    owed: list[Owed] = []
    for recipient in sorted(groups):
        which = tuple(groups[recipient])
        if which not in made:
            made[which] = _owed(recipient, [one for to in which for one in told[to]], day)
        owed.append(replace(made[which], to=recipient, key=_key(recipient, day)))
    return owed


def _key(recipient: PersonCode, day: date) -> str:
    """By it the cabinet finds again which rungs have been told, so the two change together."""
    return f"escalation:{recipient}:{day.isoformat()}"


def _owed(recipient: PersonCode, told: Sequence[tuple[Case, Step]], day: date) -> Owed:
    levels = list(Level)
    people: dict[Trigger, set[PersonCode]] = {trigger: set() for trigger in Trigger}
    offices: dict[str, set[PersonCode]] = defaultdict(set)
    for case, step in told:
        people[case.trigger].add(case.person)
        if step.office is not None:
            offices[step.office.name].add(case.person)
    return Owed(
        kind="escalation",
        to=recipient,
        key=_key(recipient, day),
        stage=max((step.level for _case, step in told), key=levels.index),
        about=tuple(sorted({case.person for case, _step in told})),
        payload={
            "counts": {trigger.value: len(some) for trigger, some in people.items() if some},
            "offices": {office: len(some) for office, some in sorted(offices.items())},
            "cases": [[case.person, case.trigger.value, case.subject, step.rung] for case, step in told],
        },
    )
