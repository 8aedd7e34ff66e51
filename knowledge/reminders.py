"""Which reminder a person is owed on a day. Pure; the product's own rule, no law.

A stage is a window, not a day: "which stage is this person in, and were they told at it?" So whatever day is missed,
the next one catches up, and only the present stage is told: those before it are merged into it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from knowledge.facts import CriterionCode, PersonCode, RoundCode
from knowledge.findings import Finding, State
from knowledge.library import ReminderPolicy, ReminderStages
from knowledge.owed import Owed

ACTIONABLE: Final = frozenset({State.MISSING, State.EXPIRED, State.NOT_RECOGNISED, State.UNDETERMINED})
"""States in which the person can do something. A pending credential waits for HR, and so does the person."""

Mark = tuple[str, str, str]
"""What a person was told at: source of the deadline, criterion, stage."""
OwnStages = Mapping[tuple[RoundCode | None, CriterionCode | None], ReminderStages]
"""What HR has set: for a criterion of a round, for a round, for a criterion, for everything (None, None)."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A window of days around a deadline. `closes` is its last day, None where it has no end."""

    name: str
    opens: date
    closes: date | None
    is_insisted: bool


def stage_on(day: date, last_day: date, safe_day: date, stages: ReminderStages, insisted_before: int) -> Stage | None:
    """The stage that a deadline is in on a day, or None.

    Before: the smallest number of days that are left at most. From the safe day on it is the last one, so that nobody
    is told it after the deadline because of a weekend. After: the largest number that have passed; the last one of
    all has no end, so that whoever was never told is told once.
    """
    if day <= last_day:
        return _stage_before(day, last_day, safe_day, sorted(stages.before), insisted_before)
    numbers = sorted(stages.after)
    numbers += [(numbers[-1] if numbers else 0) + stages.then_every * (n + 1) for n in range(stages.then_at_most)]
    passed = (day - last_day).days
    begun = [number for number in numbers if number <= passed]
    if not begun:
        return None
    later = next((number for number in numbers if number > passed), None)
    return Stage(
        name=f"T+{begun[-1]}",
        opens=last_day + timedelta(days=begun[-1]),
        closes=last_day + timedelta(days=later - 1) if later is not None else None,
        is_insisted=True,
    )


def _stage_before(
    day: date, last_day: date, safe_day: date, numbers: Sequence[int], insisted_before: int
) -> Stage | None:
    if not numbers:
        return None
    left, last = (last_day - day).days, numbers[0]
    begins_last = min(safe_day, last_day - timedelta(days=last))
    if day >= begins_last:
        return Stage(f"T-{last}", begins_last, last_day, last <= insisted_before)
    number = next((number for number in numbers if left <= number), None)
    if number is None:
        return None
    smaller = max(one for one in numbers if one < number)
    closes = min(last_day - timedelta(days=smaller + 1), begins_last - timedelta(days=1))
    return Stage(f"T-{number}", last_day - timedelta(days=number), closes, number <= insisted_before)


def source_of(finding: Finding, day: date) -> str | None:
    """What sets a finding's deadline, with its last legal day: a deadline that was moved is another one."""
    if finding.days_left is None:
        return None
    last_day = day + timedelta(days=finding.days_left)
    if finding.round is not None:
        return f"{finding.round}@{last_day}"
    cite = finding.deadline_basis
    return f"{cite.document}#{cite.point or ''}@{last_day}" if cite is not None else None


def is_actionable(finding: Finding) -> bool:
    """Whether it is a gap with a deadline and a criterion that the person can do something about."""
    return finding.days_left is not None and finding.criterion is not None and finding.state in ACTIONABLE


class Reminding:
    """The policy that holds, with what HR has set, and the stages of one day, each found once."""

    def __init__(self, policy: ReminderPolicy, own: OwnStages, day: date) -> None:
        self._policy = policy
        self._own = own
        self.day = day
        self._found: dict[tuple[str, CriterionCode], Stage | None] = {}

    def stages_for(self, of_round: RoundCode | None, criterion: CriterionCode) -> ReminderStages:
        """The stages of a criterion in a round; what is set more closely goes first."""
        for key in ((of_round, criterion), (of_round, None), (None, criterion)):
            if key in self._own:
                return self._own[key]
        by_criterion = self._policy.by_criterion.get(criterion)
        return by_criterion or self._own.get((None, None)) or self._policy.stages

    def find_stage(self, finding: Finding, source: str) -> Stage | None:
        """The stage that an actionable finding is in, or None."""
        if finding.criterion is None or finding.days_left is None or finding.safe_day is None:
            return None
        key = (source, finding.criterion)
        if key not in self._found:
            self._found[key] = stage_on(
                self.day,
                self.day + timedelta(days=finding.days_left),
                finding.safe_day,
                self.stages_for(finding.round, finding.criterion),
                self._policy.insisted_before,
            )
        return self._found[key]

    def list_owed(
        self, person: PersonCode, findings: Iterable[Finding], told: frozenset[Mark], quiet_until: date | None
    ) -> list[Owed]:
        """What a person is to be reminded of, one for each criterion, the earliest deadline first.

        So each is told, left out and told again by itself; they go out as one message all the same.
        """
        is_quiet = quiet_until is not None and self.day <= quiet_until
        owed: list[tuple[int, Owed]] = []
        for finding in findings:
            if not is_actionable(finding):
                continue
            source = source_of(finding, self.day)
            stage = self.find_stage(finding, source) if source is not None else None
            if source is None or stage is None or (is_quiet and not stage.is_insisted):
                continue
            if finding.criterion is not None and (source, finding.criterion, stage.name) not in told:
                owed.append((finding.days_left or 0, _owed(person, source, stage, finding.criterion)))
        return [one for _days, one in sorted(owed, key=lambda known: (known[0], known[1].key))]


def _owed(person: PersonCode, source: str, stage: Stage, criterion: CriterionCode) -> Owed:
    return Owed(
        kind="reminder",
        to=person,
        key=f"reminder:{person}:{source}:{criterion}:{stage.name}",
        stage=stage.name,
        about=(person,),
        payload={
            "source": source,
            "criterion": criterion,
            "closes": stage.closes.isoformat() if stage.closes is not None else None,
            "is_insisted": stage.is_insisted,
        },
    )


def is_insisted(payload: Mapping[str, object]) -> bool:
    """Whether a planned reminder is told even to whoever wants quiet; so is one that does not say (of old planning)."""
    return payload.get("is_insisted", True) is True


def merged(owed: Sequence[Owed]) -> Owed:
    """The reminders of one person and day as the one that is told.

    Its key names the criterion set of every deadline and stage; its own stage is that of the earliest deadline.
    """
    first = owed[0]
    sets: dict[tuple[str, str], list[str]] = {}
    for one in owed:
        sets.setdefault((str(one.payload["source"]), one.stage), []).append(str(one.payload["criterion"]))
    named = "|".join(f"{source}:{'+'.join(sorted(criteria))}:{stage}" for (source, stage), criteria in sets.items())
    return Owed(first.kind, first.to, f"reminder:{first.to}:{named}", first.stage, first.about)


def still_owed(payload: Mapping[str, object], findings: Iterable[Finding], day: date) -> str | None:
    """None where a planned reminder is still true on the day of sending, else why it is not.

    `closed`: it is no gap of the person's any more. `extended`: its deadline was moved. `passed`: a later stage has
    begun meanwhile, which is planned by itself.
    """
    source, criterion, closes = payload.get("source"), payload.get("criterion"), payload.get("closes")
    found = next((one for one in findings if one.criterion == criterion and is_actionable(one)), None)
    if found is None:
        return "closed"
    if source_of(found, day) != source:
        return "extended"
    return "passed" if isinstance(closes, str) and day > date.fromisoformat(closes) else None
