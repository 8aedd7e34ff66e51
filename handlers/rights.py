"""Whose records a person may see besides their own. Always decided by the rules of the real day. Pure."""

from knowledge.facts import Person, Role, Unit, UnitCode
from knowledge.rulebook import RulesOn


def units_in_scope(person: Person, today: RulesOn) -> frozenset[UnitCode]:
    """Codes of the units whose people this person may see: heads their unit and below, HR their scope.

    Someone who headed a unit that has been dissolved heads nothing by that: its successor names its own head.
    """
    return units_served(person, today) | units_headed(person, today)


def units_headed(person: Person, today: RulesOn) -> frozenset[UnitCode]:
    """Codes of the units that somebody heads, and of all below them; none for others."""
    roots = set(today.heads_units(person.code))
    own = today.find_unit(person.unit)
    if Role.HEAD in person.roles and own is not None and own.code == person.unit:
        roots.add(own.code)
    return today.units_within(roots) if roots else frozenset()


def units_served(person: Person, today: RulesOn) -> frozenset[UnitCode]:
    """Codes of the units that somebody serves as HR; none for others."""
    if Role.HR not in person.roles:
        return frozenset()
    if person.scope is not None:
        return today.units_within((person.scope,))
    return _province_of(today.find_unit(person.unit), today)


def serves_whole_province(person: Person) -> bool:
    """Whether somebody serves as HR beyond any one unit, so also those whose unit is not known."""
    return Role.HR in person.roles and person.scope is None


def may_see(person: Person, other: Person, scope: frozenset[UnitCode]) -> bool:
    """Whether the other's record is within this person's scope (`units_in_scope`), or their own."""
    return other.code == person.code or other.unit in scope


def _province_of(own: Unit | None, today: RulesOn) -> frozenset[UnitCode]:
    """All units of the province of today in which this unit lies."""
    territories = today.library.territories
    home = territories[own.territory if own is not None else today.book.home].province
    return frozenset(code for code, unit in today.book.units.items() if territories[unit.territory].province == home)
