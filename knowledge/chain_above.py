"""The escalation chain of a person on a day: heads up the unit tree, then the offices that documents name."""

from dataclasses import dataclass

from knowledge.documents import Citation
from knowledge.facts import ManagedBy, Person, PersonCode, UnitCode, UnitKind
from knowledge.library import EscalationStep, Office
from knowledge.rulebook import RulesOn

_PARTS = frozenset({UnitKind.DIVISION, UnitKind.OTHER})  # of a unit above them, which says what sort of body it is


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung: the head of a unit (`unit` and `head`) or an office; `basis` is what names it, None = the unit tree."""

    unit: UnitCode | None = None
    head: PersonCode | None = None
    office: Office | None = None
    basis: Citation | None = None
    note: str | None = None


def escalation_chain(person: Person, rules: RulesOn) -> tuple[Rung, ...]:
    """From the person's own unit upwards. A vacant post, or a head who is the person concerned, is passed over."""
    return (*_heads_above(person, rules), *_offices(person, rules))


def find_note(person: Person, rules: RulesOn) -> tuple[str, Citation | None] | None:
    """What must be said with this person's chain on the day, also where no office is left in it; None for nothing."""
    step = _find_step(person, rules)
    if step is None or step.note is None:
        return None
    if step.document is not None:
        return step.note, rules.library.cite(step.document, step.point)
    return step.note, rules.library.cite(step.note_about, step.note_about_point) if step.note_about else None


def find_limit(person: Person, rules: RulesOn) -> tuple[str, Citation] | None:
    """What must be said to somebody in a unit of a kind of which the point that names the offices does not speak."""
    step = _find_step(person, rules)
    if step is None or step.not_of_note is None or step.document is None:
        return None
    kinds = (rules.book.units[code].kind for code in rules.line_above(person.unit))
    if next((one for one in kinds if one not in _PARTS), None) not in step.not_of:
        return None
    return step.not_of_note, rules.library.cite(step.document, step.point)


def _heads_above(person: Person, rules: RulesOn) -> list[Rung]:
    rungs: list[Rung] = []
    for code in rules.line_above(person.unit):
        head = rules.book.units[code].head
        if head is not None and head != person.code and head not in {rung.head for rung in rungs}:
            rungs.append(Rung(unit=code, head=head))
    return rungs


def _offices(person: Person, rules: RulesOn) -> list[Rung]:
    return list(offices_above(person.unit, person.managed_by, rules))


def offices_above(unit: UnitCode, managed_by: ManagedBy, rules: RulesOn) -> tuple[Rung, ...]:
    """The offices that documents name for posts managed by this body, the first one first; empty where none does."""
    step = _find_step_of(unit, managed_by, rules)
    if step is None:
        return ()
    basis = rules.library.cite(step.document, step.point) if step.document is not None else None
    rungs: list[Rung] = []
    for office_id in step.offices:
        office = rules.library.office_on(office_id, rules.day)
        if office is not None and office.id not in {rung.office.id for rung in rungs if rung.office is not None}:
            rungs.append(Rung(office=office, basis=basis, note=step.note))
    return tuple(rungs)


def _find_step(person: Person, rules: RulesOn) -> EscalationStep | None:
    return _find_step_of(person.unit, person.managed_by, rules)


def _find_step_of(unit: UnitCode, managed_by: ManagedBy, rules: RulesOn) -> EscalationStep | None:
    territory = rules.territory_of(unit)
    for step in rules.library.escalation:
        begun = step.valid_from is None or step.valid_from <= rules.day
        ended = step.valid_to is not None and step.valid_to < rules.day
        if (step.territory, step.managed_by) == (territory, managed_by) and begun and not ended:
            return step
    return None
