"""Whoever the roster knows no more, while their data and what they asked for may still be kept: known by code alone."""

from datetime import date

from knowledge.facts import Gender, ManagedBy, Person, PersonCode, PositionGroup, UnitCode


def former_person(code: PersonCode) -> Person:
    """Stands for them: of no unit, so that only those who look after everybody look after them."""
    return Person(
        code=code,
        name=code,
        born_on=date.min,
        gender=next(iter(Gender)),
        unit=UnitCode(""),
        position="",
        position_group=PositionGroup(""),
        managed_by=next(iter(ManagedBy)),
        is_leader=False,
        roles=frozenset(),
    )


def is_former(person: Person) -> bool:
    """Whether the roster knows them no more; everybody whom it knows has a unit."""
    return not person.unit
