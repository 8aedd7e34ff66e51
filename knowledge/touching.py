"""Whom a change of the rules can touch: everybody else's verdicts stay as they are, and need not be judged again.

Whoever is named here may turn out to be judged as before; whoever is not named is, for certain.
"""

from collections.abc import Hashable, Iterable
from dataclasses import fields
from typing import TypeVar

from knowledge.facts import (
    CriterionCode,
    DeclaredRules,
    KindCode,
    PositionGroup,
    RecognitionRow,
    ReviewRound,
    Ruling,
    TitleStandard,
    UnitCode,
)
from knowledge.rulebook import RulesOn
from knowledge.touched import EVERYBODY, Behind, Holders, Touched

T = TypeVar("T", bound=Hashable)
Row = TypeVar("Row", TitleStandard, RecognitionRow)

# What is looked at below, and what no verdict depends on. A change of anything else touches everybody.
_FOLLOWED = {"units", "standards", "recognition", "rounds", "rulings"}
_OF_NO_VERDICT = {"version", "group_names", "frequent", "sending_hours"}


def find_touched(before: RulesOn, after: RulesOn) -> Touched:
    """Whose verdicts of this day can differ under the rules after a change; both are views of the same day.

    A row that is not in force on the day touches nobody on it. Verdicts kept are taken to be those before the change.
    """
    old, new = before.book.rules, after.book.rules
    if before.day != after.day or before.book.home != after.book.home or _has_other_changes(old, new):
        return EVERYBODY
    moved = _units_moved(before, after)
    heirs_moved = _heirs_moved(before, after)
    standards = _differing(_in_force(before, old.standards), _in_force(after, new.standards))
    rows = _differing(_in_force(before, old.recognition), _in_force(after, new.recognition))
    rulings = {*_differing(old.rulings, new.rulings), *(one for one in new.rulings if one.scope in heirs_moved)}
    rounds = {
        *_differing(before.open_rounds, after.open_rounds),
        *(one for one in after.open_rounds if one.audience.units & heirs_moved),
    }
    return Touched(
        groups=frozenset(one.position_group for one in standards),
        units=moved,
        holders=_holders(rows, rulings, before, after),
        behind=tuple(dict.fromkeys(_behind(one, before, after) for one in rounds)),
        exempted=before.library.documents.keys() != after.library.documents.keys(),
    )


def _has_other_changes(old: DeclaredRules, new: DeclaredRules) -> bool:
    others = {one.name for one in fields(DeclaredRules)} - _FOLLOWED - _OF_NO_VERDICT
    return any(getattr(old, name) != getattr(new, name) for name in others)


def _differing(old: Iterable[T], new: Iterable[T]) -> frozenset[T]:
    return frozenset(old) ^ frozenset(new)


def _in_force(rules: RulesOn, rows: Iterable[Row]) -> list[Row]:
    return [one for one in rows if rules.is_in_force(one.valid_from, one.valid_to)]


def _units_moved(before: RulesOn, after: RulesOn) -> frozenset[UnitCode]:
    """Units that are another one, elsewhere or under others than before."""
    if before.book.rules.units == after.book.rules.units:
        return frozenset()
    return frozenset(
        code
        for code in before.book.units.keys() | after.book.units.keys()
        if _place_of(code, before) != _place_of(code, after)
    )


def _place_of(code: UnitCode, rules: RulesOn) -> tuple[object, ...]:
    unit = rules.find_unit(code)
    return unit.code if unit is not None else None, rules.territory_of(code), rules.units_above(code)


def _heirs_moved(before: RulesOn, after: RulesOn) -> frozenset[UnitCode]:
    """Units for which another one stands in than before."""
    return frozenset(code for code in _units_moved(before, after) if _heir(code, before) != _heir(code, after))


def _heir(code: UnitCode, rules: RulesOn) -> UnitCode | None:
    unit = rules.find_unit(code)
    return unit.code if unit is not None else None


def _holders(
    rows: Iterable[RecognitionRow], rulings: Iterable[Ruling], before: RulesOn, after: RulesOn
) -> tuple[Holders, ...]:
    changed: list[RecognitionRow | Ruling] = [*rows, *rulings]
    return tuple(dict.fromkeys(_holders_of(one, before, after) for one in changed))


def _holders_of(changed: RecognitionRow | Ruling, before: RulesOn, after: RulesOn) -> Holders:
    criterion = changed.criterion
    kinds = frozenset({changed.kind})
    if isinstance(changed, RecognitionRow) and _instruments(before, criterion) != _instruments(after, criterion):
        kinds = _kinds_about(criterion, before) | _kinds_about(criterion, after)  # each names all of them
    return Holders(_groups_asked(criterion, before) | _groups_asked(criterion, after), kinds)


def _instruments(rules: RulesOn, criterion: CriterionCode) -> tuple[object, ...]:
    rows = _in_force(rules, rules.book.rows_by_criterion.get(criterion, ()))
    return tuple(dict.fromkeys(one.document for one in rows))


def _kinds_about(criterion: CriterionCode, rules: RulesOn) -> frozenset[KindCode]:
    listed = {one.kind for one in rules.book.rules.recognition if one.criterion == criterion}
    ruled = {one.kind for one in rules.book.rules.rulings if one.criterion == criterion}
    converted = {one.kind for one in rules.library.conversions if one.criterion == criterion}
    own = {code for code, kind in rules.library.kinds.items() if kind.criterion == criterion}
    return frozenset(listed | ruled | converted | own)


def _groups_asked(criterion: CriterionCode, rules: RulesOn) -> frozenset[PositionGroup]:
    return frozenset(one.position_group for one in rules.book.rules.standards if one.criterion == criterion)


def _behind(review: ReviewRound, before: RulesOn, after: RulesOn) -> Behind:
    audience = review.audience
    units = _within(audience.units, before) | _within(audience.units, after) if audience.units else None
    return Behind(audience.position_groups, audience.managed_by, units, review.criteria)


def _within(roots: frozenset[UnitCode], rules: RulesOn) -> frozenset[UnitCode]:
    """Units of these, of those that stand in for them, and below either."""
    heirs = {heir for root in roots if (heir := _heir(root, rules)) is not None}
    return rules.units_within(roots | heirs)
