"""What a change of the rules does to one person's verdicts: criterion by criterion, the state before and after."""

from dataclasses import dataclass

from knowledge.evaluate import evaluate
from knowledge.facts import CriterionCode, Person
from knowledge.findings import State
from knowledge.rulebook import RulesOn


@dataclass(frozen=True, slots=True)
class Shift:
    """One verdict that changes. A state is None where the criterion is not asked of the person by those rules."""

    criterion: CriterionCode | None
    before: State | None
    after: State | None


def shifts_of(person: Person, before: RulesOn, after: RulesOn) -> tuple[Shift, ...]:
    """The verdicts of a person whose state differs between two sets of rules, each on its own day."""
    old = {one.criterion: one.state for one in evaluate(person, before)}
    new = {one.criterion: one.state for one in evaluate(person, after)}
    return tuple(
        Shift(criterion, old.get(criterion), new.get(criterion))
        for criterion in dict.fromkeys([*old, *new])
        if old.get(criterion) != new.get(criterion)
    )
