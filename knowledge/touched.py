"""Whom a change of the rules can touch, as a value: what is found by `knowledge.touching`."""

from dataclasses import dataclass

from knowledge.facts import CriterionCode, KindCode, ManagedBy, PositionGroup, UnitCode


@dataclass(frozen=True, slots=True)
class Holders:
    """Whoever holds such a post and a credential of such a kind."""

    groups: frozenset[PositionGroup]
    kinds: frozenset[KindCode]


@dataclass(frozen=True, slots=True)
class Behind:
    """Whoever has a gap of such a criterion in such a post; an empty set stands for all, units None for every unit."""

    groups: frozenset[PositionGroup]
    managed_by: frozenset[ManagedBy]
    units: frozenset[UnitCode] | None
    criteria: frozenset[CriterionCode]


@dataclass(frozen=True, slots=True)
class Touched:
    """Everybody, or those of whom any of the others is true."""

    everybody: bool = False
    groups: frozenset[PositionGroup] = frozenset()
    units: frozenset[UnitCode] = frozenset()
    holders: tuple[Holders, ...] = ()
    behind: tuple[Behind, ...] = ()
    exempted: bool = False


EVERYBODY = Touched(everybody=True)
