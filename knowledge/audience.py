"""Who belongs to the audience of a broadcast: chosen by unit, position, what is missing, by when, and reach. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from knowledge.evaluate import evaluate
from knowledge.facts import CriterionCode, Person, PersonCode, PositionGroup, UnitCode
from knowledge.findings import Finding
from knowledge.rulebook import RulesOn


@dataclass(frozen=True, slots=True)
class Audience:
    """Every condition that is set must hold; within one, any of its values does. None set: everybody in reach.

    `units` are taken with all that is below them. `due_within` counts days to the last legal day of something that is
    missing (of `missing`, where that is set). `not_acknowledged` is an earlier broadcast. `channels`: reachable on one.
    """

    units: frozenset[UnitCode] = frozenset()
    groups: frozenset[PositionGroup] = frozenset()
    missing: frozenset[CriterionCode] = frozenset()
    due_within: int | None = None
    not_acknowledged: int | None = None
    channels: frozenset[str] = frozenset()

    @property
    def needs_verdicts(self) -> bool:
        """Whether people must be judged to know who belongs."""
        return bool(self.missing) or self.due_within is not None


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of reach besides the roster: the channel of each person, and who left `not_acknowledged` open."""

    channel_of: Mapping[PersonCode, str]
    silent: Collection[PersonCode] = frozenset()


def belongs(person: Person, audience: Audience, within: Collection[UnitCode], known: Known, rules: RulesOn) -> bool:
    """Whether somebody belongs. `within` are the codes of the units that the author serves."""
    if person.unit not in within:
        return False
    if audience.units and not rules.units_above(person.unit) & audience.units:
        return False
    if audience.groups and person.position_group not in audience.groups:
        return False
    if audience.not_acknowledged is not None and person.code not in known.silent:
        return False
    if audience.channels and known.channel_of.get(person.code) not in audience.channels:
        return False
    return is_still_true(person, audience, rules)


def is_still_true(person: Person, audience: Audience, rules: RulesOn) -> bool:
    """Whether what the audience asks of somebody's verdicts holds; true where it asks nothing."""
    return not audience.needs_verdicts or fits(evaluate(person, rules), audience)


def fits(findings: Iterable[Finding], audience: Audience) -> bool:
    """Whether one of these verdicts is a gap of the kind that the audience asks for."""
    return any(_fits(one, audience) for one in findings)


def _fits(finding: Finding, audience: Audience) -> bool:
    if not finding.is_gap or (audience.missing and finding.criterion not in audience.missing):
        return False
    if audience.due_within is None:
        return True
    return finding.days_left is not None and 0 <= finding.days_left <= audience.due_within


def common_unit(units: Collection[UnitCode], rules: RulesOn) -> UnitCode | None:
    """The lowest unit that these are all, or are all below; None where there is none."""
    lines = [rules.line_above(one) for one in sorted(units)]
    if not lines:
        return None
    shared = frozenset.intersection(*(frozenset(line) for line in lines))
    return next((one for one in lines[0] if one in shared), None)


def fingerprint_of(members: Sequence[tuple[PersonCode, str | None]]) -> str:
    """Eight signs that only the same people on the same channels have, in whatever order they come."""
    listed = "\n".join(f"{person} {channel or ''}" for person, channel in sorted(members, key=lambda one: one[0]))
    return sha256(listed.encode()).hexdigest()[:8]
