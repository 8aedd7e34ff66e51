"""Tables beside the documents: offices and their successors, scales of credentials, periods that must not overlap."""

from collections.abc import Iterator, Mapping
from itertools import combinations

from knowledge.coherence.checks import (
    goes_in_circles,
    list_disordered,
    list_missing,
    list_unknown_level,
    overlap,
)
from knowledge.coherence.records import Records
from knowledge.credentials import Criterion, Kind, ScaleType
from knowledge.facts import CriterionCode


def list_unsound_tables(records: Records) -> Iterator[str]:
    """Tell what is wrong with offices, with scales of credentials, and with periods of dated rules."""
    yield from _unsound_offices(records)
    yield from _unsound_scales(records)
    yield from _disordered_periods(records)
    yield from _unsound_retirement(records)
    yield from _overlapping_escalation(records)


def _unsound_offices(records: Records) -> Iterator[str]:
    known = records.names("offices.yaml", (one.id for one in records.offices))
    successors = {one.id: one.successor for one in records.offices}
    for office in records.offices:
        at = f"offices.yaml: {office.id}"
        yield from list_disordered(office.valid_from, office.valid_to, f"{at}, valid_to")
        if office.successor is None:
            continue
        yield from list_missing([office.successor], known, f"{at}, successor", "office")
        if office.valid_to is None:
            yield f"{at}, valid_to: an office with a successor has a last day"
        if goes_in_circles(office.id, successors):
            yield f"{at}, successor: the successors lead back to it"


def _unsound_scales(records: Records) -> Iterator[str]:
    criteria = {one.code: one for one in records.criteria}
    known = records.names("criteria.yaml", criteria)
    for kind in records.kinds:
        at = f"kinds.yaml: {kind.code}"
        if kind.criterion is not None:
            yield from list_missing([kind.criterion], known, f"{at}, criterion", "criterion")
        yield from _unsound_scale(kind, criteria, at)


def _unsound_scale(kind: Kind, criteria: Mapping[CriterionCode, Criterion], at: str) -> Iterator[str]:
    scale = kind.scale
    needs_criterion = kind.is_direct or scale.type in {ScaleType.CRITERION, ScaleType.FIXED}
    if needs_criterion and kind.criterion is None:
        yield f"{at}, criterion: this kind carries a level of a criterion; name the criterion"
    if scale.type is ScaleType.ORDERED and not scale.levels:
        yield f"{at}, scale.levels: an ordered scale lists its levels, lowest first"
    if scale.type is ScaleType.NUMBER and (scale.lowest is None or scale.highest is None):
        yield f"{at}, scale: a score needs its lowest and highest possible value"
    if scale.lowest is not None and scale.highest is not None and scale.lowest >= scale.highest:
        yield f"{at}, scale.highest: above the lowest score is expected"
    if scale.type is ScaleType.FIXED:
        if scale.fixed_level is None:
            yield f"{at}, scale.fixed_level: name the level that this kind always has"
        elif kind.criterion is not None:
            yield from list_unknown_level(criteria.get(kind.criterion), scale.fixed_level, f"{at}, scale.fixed_level")


def _disordered_periods(records: Records) -> Iterator[str]:
    for place, rule in enumerate(records.conversions):
        yield from list_disordered(rule.in_force_from, rule.in_force_to, f"conversions.yaml: [{place}].in_force_to")
    for place, words in enumerate(records.guidance):
        yield from list_disordered(words.valid_from, words.valid_to, f"guidance.yaml: [{place}].valid_to")
    for place, schedule in enumerate(records.retirement):
        yield from list_disordered(schedule.asked_from, schedule.asked_to, f"retirement.yaml: [{place}].asked_to")
    for place, step in enumerate(records.escalation):
        yield from list_disordered(step.valid_from, step.valid_to, f"escalation.yaml: [{place}].valid_to")


def _unsound_retirement(records: Records) -> Iterator[str]:
    for place, schedule in enumerate(records.retirement):
        years = [step.year for step in schedule.steps]
        if years != sorted(years):
            yield f"retirement.yaml: [{place}].steps: the steps are expected in order of years"
        if len({(step.year, step.gender) for step in schedule.steps}) < len(schedule.steps):
            yield f"retirement.yaml: [{place}].steps: one step for each year and gender is expected"
    for (first, one), (second, other) in combinations(enumerate(records.retirement), 2):
        if overlap(one.asked_from, one.asked_to, other.asked_from, other.asked_to):
            yield f"retirement.yaml: [{second}] is used on days on which [{first}] is used too"


def _overlapping_escalation(records: Records) -> Iterator[str]:
    for (first, one), (second, other) in combinations(enumerate(records.escalation), 2):
        if (one.territory, one.managed_by) == (other.territory, other.managed_by) and overlap(
            one.valid_from, one.valid_to, other.valid_from, other.valid_to
        ):
            yield f"escalation.yaml: [{second}] holds on days on which [{first}] holds too, for the same people"
