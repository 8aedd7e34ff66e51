"""Who holds which post on a day: heads of units, those who act for them, HR and administrators. Pure.

It is filled from the roster, one person after another, by whoever looks through it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from knowledge.evaluate import service_of
from knowledge.facts import Person, PersonCode, Role, UnitCode, UnitKind
from knowledge.rulebook import RulesOn

_SERVES = frozenset({Role.HEAD, Role.HR, Role.ADMINISTRATOR})
_NOBODY: Mapping[PersonCode, None] = {}
_COMMUNE = frozenset({UnitKind.COMMUNE_GOVERNMENT, UnitKind.COMMUNE_PARTY_COMMITTEE})


@dataclass
class Posts:
    """The posts of one day. A head past retirement, or not in the roster, holds none."""

    rules: RulesOn
    _recorded: dict[PersonCode, list[UnitCode]] = field(init=False)
    _heads: dict[UnitCode, PersonCode] = field(default_factory=dict, init=False)
    _acting: dict[UnitCode, list[tuple[bool, date, PersonCode]]] = field(default_factory=dict, init=False)
    _of_unit: dict[UnitCode, dict[PersonCode, None]] = field(default_factory=dict, init=False)
    _of_province: dict[str, dict[PersonCode, None]] = field(default_factory=dict, init=False)
    _administrators: dict[PersonCode, None] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        """Know beforehand whom units name, so that everybody else is passed by quickly."""
        self._recorded = {}
        for unit in self.rules.book.rules.units:
            if unit.head is not None and self.rules.find_unit(unit.code) is unit:
                self._recorded.setdefault(unit.head, []).append(unit.code)

    def see(self, person: Person) -> None:
        """One person of the roster."""
        named = self._recorded.get(person.code)
        if named is None and not person.roles & _SERVES:
            return
        if service_of(person, self.rules).retires_on < self.rules.day:
            return
        for unit in named or ():
            self._heads[unit] = person.code
        own = self.rules.find_unit(person.unit)
        if Role.HEAD in person.roles and own is not None and own.code == person.unit:
            place = (not person.is_leader, person.in_post_since or date.max, person.code)
            self._acting.setdefault(own.code, []).append(place)
        if Role.HR in person.roles:
            self._see_clerk(person)
        if Role.ADMINISTRATOR in person.roles:
            self._administrators[person.code] = None

    def _see_clerk(self, person: Person) -> None:
        if person.scope is None:
            self._of_province.setdefault(self.province_of(person.unit), {})[person.code] = None
        elif (served := self.rules.find_unit(person.scope)) is not None and served.code == person.scope:
            self._of_unit.setdefault(served.code, {})[person.code] = None

    def head_of(self, unit: UnitCode) -> PersonCode | None:
        """Whoever heads the unit, else whoever acts as its head; None where the post is vacant."""
        known = self._heads.get(unit)
        if known is not None:
            return known
        acting = self._acting.get(unit)
        return min(acting)[2] if acting else None

    def list_heads(self) -> dict[PersonCode, list[UnitCode]]:
        """Everybody who heads a unit or acts as its head, with those units."""
        found: dict[PersonCode, list[UnitCode]] = {}
        for unit in sorted({*self._heads, *self._acting}):
            head = self.head_of(unit)
            if head is not None:
                found.setdefault(head, []).append(unit)
        return dict(sorted(found.items()))

    def list_clerks(self) -> dict[PersonCode, UnitCode | str]:
        """Everybody of HR with the unit that they serve, or the name of the province that they serve whole."""
        found: dict[PersonCode, UnitCode | str] = {}
        for served, codes in (*self._of_unit.items(), *self._of_province.items()):
            found.update(dict.fromkeys(codes, served))
        return dict(sorted(found.items()))

    def clerks_of_province(self, unit: UnitCode, without: PersonCode) -> tuple[PersonCode, ...]:
        """HR of the whole province in which the unit lies; where there is none, the administrators."""
        found = self._of_province.get(self.province_of(unit), _NOBODY)
        return _without(found, without) or _without(self._administrators, without)

    def clerks_of_commune(self, unit: UnitCode, without: PersonCode) -> tuple[UnitCode, tuple[PersonCode, ...]] | None:
        """HR of the commune itself to which the unit belongs, with the unit that they serve; None for no such."""
        units = self.rules.book.units
        line = self.rules.line_above(unit)
        if not any(units[one].kind in _COMMUNE for one in line):
            return None
        return self._nearest(line, without)

    def clerks_near(self, unit: UnitCode, without: PersonCode) -> tuple[UnitCode, tuple[PersonCode, ...]] | None:
        """HR of the unit or of the nearest one above it; None for no such."""
        return self._nearest(self.rules.line_above(unit), without)

    def _nearest(
        self, line: tuple[UnitCode, ...], without: PersonCode
    ) -> tuple[UnitCode, tuple[PersonCode, ...]] | None:
        for unit in line:
            found = _without(self._of_unit.get(unit, _NOBODY), without)
            if found:
                return unit, found
        return None

    def province_of(self, unit: UnitCode) -> str:
        """The name of the province in which the unit lies on the day."""
        return self.rules.library.territories[self.rules.territory_of(unit)].province


def _without(found: Collection[PersonCode], who: PersonCode) -> tuple[PersonCode, ...]:
    """In the order of their codes, in which people are seen; for whoever is not among them it costs no copy."""
    return tuple(code for code in found if code != who) if who in found else tuple(found)
