"""Evidence that waits for HR, told to those who can decide on it and have not been told. Pure.

Whoever plans shows everybody to `EvidenceWaiting`; it lists one thing for each of HR, however much waits. New evidence
is told to HR of the unit or of the nearest one above it; what has waited for long is told once more, and with it to all
who serve the unit. What an official was asked about and has not answered for as long waits for HR again, and is late.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from knowledge.facts import Person, PersonCode, UnitCode
from knowledge.findings import Finding
from knowledge.local_time import VIETNAM
from knowledge.owed import Owed
from knowledge.posts import Posts
from knowledge.rulebook import RulesOn

NEW, LATE = "new", "late"


@dataclass(frozen=True, slots=True)
class WaitingEvidence:
    """A submission that waits since that day, for HR or too long for its official.

    `checked_by` may not be the second of two.
    """

    number: int
    version: int
    person: PersonCode
    unit: UnitCode
    since: date
    checked_by: PersonCode | None = None


def left_before(rules: RulesOn) -> datetime:
    """Before which moment an official must have been asked for the question to be late, and with HR again."""
    days, day = rules.library.policy.evidence_waits_working_days, rules.day
    while rules.calendar.add_working_days(day, days) >= rules.day:
        day -= timedelta(days=1)
    return datetime.combine(day + timedelta(days=1), time(), VIETNAM)


Told = Mapping[PersonCode, Collection[tuple[int, int, str]]]
"""What each of HR was told: number and version of a submission, and whether as new or as late."""


@dataclass
class EvidenceWaiting:
    """Watches the one pass over everybody, then lists what each of HR is to be told of evidence today."""

    rules: RulesOn
    waiting: Sequence[WaitingEvidence]
    told: Told = field(default_factory=dict)
    posts: Posts = field(init=False)
    _reached: set[PersonCode] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        """Nothing is known of anybody yet."""
        self.posts = Posts(self.rules)

    def see(self, person: Person, findings: Sequence[Finding] | None, rules: RulesOn, *, is_reachable: bool) -> None:
        """One person of the roster."""
        del findings, rules
        if not self.waiting:
            return
        self.posts.see(person)
        if is_reachable:
            self._reached.add(person.code)

    def list_notices(self) -> list[Owed]:
        """What is owed on the day, by recipient; nothing on a day on which nobody works."""
        if not self.waiting or not self.rules.calendar.is_working(self.rules.day):
            return []
        clerks = self.posts.list_clerks()
        found: dict[PersonCode, list[tuple[WaitingEvidence, str]]] = {}
        for one in self.waiting:
            for to, stage in self._recipients(one, clerks):
                told = self.told.get(to, ())
                is_known = (one.number, one.version, LATE) in told or (one.number, one.version, stage) in told
                if not is_known:
                    found.setdefault(to, []).append((one, stage))
        return [self._owed(to, those) for to, those in sorted(found.items())]

    def _recipients(
        self, one: WaitingEvidence, clerks: Mapping[PersonCode, UnitCode | str]
    ) -> Iterable[tuple[PersonCode, str]]:
        """Who can decide on it, and as what they are told of it."""
        line = set(self.rules.line_above(one.unit))
        province = self.posts.province_of(one.unit)
        serve = [
            code
            for code, served in clerks.items()
            if (served in line or served == province) and code not in {one.person, one.checked_by}
        ]
        days = self.rules.library.policy.evidence_waits_working_days
        if self.rules.calendar.add_working_days(one.since, days) < self.rules.day:
            return [(code, LATE) for code in serve]
        near: set[PersonCode] = set()
        for unit in (*self.rules.line_above(one.unit), province):
            near |= {code for code in serve if clerks[code] == unit}
            if near & self._reached:
                break
        return [(code, NEW) for code in serve if code in near]

    def _owed(self, to: PersonCode, those: Sequence[tuple[WaitingEvidence, str]]) -> Owed:
        payload = {
            "days": self.rules.library.policy.evidence_waits_working_days,
            "of": [[one.number, one.version, stage] for one, stage in those],
        }
        about = tuple(sorted({one.person for one, _stage in those}))
        return Owed(
            "evidence", to, f"evidence_waiting:{to}:{self.rules.day}", LATE if _is_late(those) else NEW, about, payload
        )


def _is_late(those: Iterable[tuple[WaitingEvidence, str]]) -> bool:
    return any(stage == LATE for _one, stage in those)
