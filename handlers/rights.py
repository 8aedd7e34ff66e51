"""Whose records a person may see besides their own. Always decided by the rules of the real day. Pure."""

from knowledge.facts import Person, Role, UnitCode
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
    own, territories = province_of(person.unit, today), today.library.territories
    return frozenset(code for code, unit in today.book.units.items() if territories[unit.territory].province == own)


def serves_whole_province(person: Person) -> bool:
    """Whether somebody serves as HR beyond any one unit: the whole of a province, whichever theirs is."""
    return Role.HR in person.roles and person.scope is None


def serves_home(person: Person, today: RulesOn) -> bool:
    """Whether somebody serves as HR the whole province of this installation, and so what is common to everybody.

    A roster may hold units of a second province: HR of all of that one has no say in what is common.
    """
    home = today.library.territories[today.book.home].province
    return serves_whole_province(person) and province_of(person.unit, today) == home


def serves_everybody(person: Person, today: RulesOn) -> bool:
    """Whether somebody serves as HR all units there are, so also people whose unit is not known."""
    return serves_home(person, today) and units_served(person, today) >= today.book.units.keys()


def may_see(person: Person, other: Person, scope: frozenset[UnitCode]) -> bool:
    """Whether the other's record is within this person's scope (`units_in_scope`), or their own."""
    return other.code == person.code or other.unit in scope


def province_of(unit: UnitCode, today: RulesOn) -> str:
    """The province of today in which a unit lies; that of the installation for an unknown unit."""
    return today.library.territories[today.territory_of(unit)].province
