"""Everybody of some units as a head or HR looks at them: what stands open, how far it has come, and who needs whom."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from handlers.heads.escalation_words import first_deadline
from handlers.ports import Escalations, Profiles
from knowledge.cases import Trigger
from knowledge.digesting import Stage, stage_of
from knowledge.escalating import Offered
from knowledge.evaluate import evaluate
from knowledge.facts import CriterionCode, Person, PersonCode, UnitCode
from knowledge.findings import Finding
from knowledge.rulebook import RulesOn
from knowledge.triggers import list_cases

MOST_PEOPLE = 5_000  # above this, a chat is the wrong place; a part of the unit must be named
DECISIONS = (Trigger.UNANSWERED, Trigger.UNDECIDED)
_PAUSE_EVERY = 200  # people judged, after which others are heard too


@dataclass(frozen=True, slots=True)
class Filter:
    """Which of what stands open is meant; nothing chosen: all of it."""

    criterion: CriterionCode | None = None
    stage: Stage | None = None
    due_within: int | None = None  # days from today; what is past its day is not meant

    def picks(self, finding: Finding, stage: Stage) -> bool:
        """Whether this open thing is meant."""
        if self.criterion is not None and finding.criterion != self.criterion:
            return False
        if self.stage is not None and stage is not self.stage:
            return False
        return self.due_within is None or (finding.days_left is not None and 0 <= finding.days_left <= self.due_within)


@dataclass(frozen=True, slots=True)
class Standing:
    """Somebody with what stands open for them, each with how far it has come."""

    person: Person
    open: tuple[tuple[Finding, Stage], ...]

    @property
    def lacking(self) -> tuple[Finding, ...]:
        """What they have to complete or to clear up; what only expires soon is none of it."""
        return tuple(finding for finding, _stage in self.open if finding.is_gap)

    def picked(self, wanted: Filter) -> tuple[Finding, ...]:
        """Those open things that are meant."""
        return tuple(finding for finding, stage in self.open if wanted.picks(finding, stage))


@dataclass(frozen=True, slots=True)
class Needing:
    """Somebody who needs a decision on study, and for what."""

    person: Person
    trigger: Trigger
    lacking: tuple[Finding, ...]


@dataclass
class Seen:
    """Everybody in some units, counted. The reader is counted too, but is no case of their own."""

    reader: PersonCode
    rules: RulesOn
    offered: Offered
    people: list[PersonCode] = field(default_factory=list)
    standings: list[Standing] = field(default_factory=list)
    stages: Counter[tuple[CriterionCode | None, Stage]] = field(default_factory=Counter)
    overdue: set[PersonCode] = field(default_factory=set)
    needing: list[Needing] = field(default_factory=list)

    def see(self, person: Person) -> None:
        """One more of them."""
        rules = self.rules
        self.people.append(person.code)
        findings = evaluate(person, rules)
        policy = rules.library.policy.escalation
        found = tuple((one, stage) for one in findings if (stage := stage_of(one, policy)) is not None)
        if not found:
            return
        self.standings.append(Standing(person, found))
        self.stages.update((one.criterion, stage) for one, stage in found)
        if person.code == self.reader:
            return
        offered = self.offered.get(person.code, frozenset())
        for case in list_cases(person, findings, rules, is_reachable=True, offered=offered):
            if case.trigger in DECISIONS:
                about = tuple(one for one in findings if one.criterion in case.criteria)
                self.needing.append(Needing(person, case.trigger, about))
            elif case.trigger is Trigger.OVERDUE:
                self.overdue.add(person.code)

    @property
    def behind(self) -> list[Standing]:
        """Those who have something to complete or to clear up."""
        return [one for one in self.standings if one.lacking]

    def list_needing(self) -> list[Needing]:
        """Who needs a decision, the longest awaited kind first, then by deadline."""
        order = sorted(self.needing, key=lambda one: one.person.code)
        return sorted(order, key=lambda one: (DECISIONS.index(one.trigger), first_deadline(one.lacking)))

    def counts(self) -> list[tuple[CriterionCode | None, str, int]]:
        """How many stand in which stage of which criterion."""
        return [(criterion, stage.value, n) for (criterion, stage), n in self.stages.items()]

    def list_picked(self, wanted: Filter) -> list[tuple[Standing, tuple[Finding, ...]]]:
        """Whoever has an open thing that is meant, with those things; the first deadline first."""
        return sorted(self._picked(wanted), key=lambda one: (first_deadline(one[1]), one[0].person.code))

    def _picked(self, wanted: Filter) -> Iterator[tuple[Standing, tuple[Finding, ...]]]:
        for one in self.standings:
            found = one.picked(wanted)
            is_asked = wanted != Filter()
            if found and (is_asked or one.lacking):
                yield one, found if is_asked else one.lacking


async def look(
    units: frozenset[UnitCode], reader: PersonCode, rules: RulesOn, *, profiles: Profiles, cases: Escalations
) -> Seen | None:
    """Everybody of these units by the rules of this day; None where they are too many to look at for one answer."""
    seen = Seen(reader, rules, await cases.list_offered())
    async for person in profiles.stream_people(units):
        if len(seen.people) >= MOST_PEOPLE:
            return None
        seen.see(person)
        if len(seen.people) % _PAUSE_EVERY == 0:
            await asyncio.sleep(0)
    return seen
