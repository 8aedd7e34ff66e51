"""Requests about personal data whose clocks run out: each officer is told once on a working day how many. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from knowledge.facts import Person, PersonCode
from knowledge.findings import Finding
from knowledge.owed import Owed
from knowledge.rulebook import RulesOn


class DataClocks:
    """Shown everybody like any other watcher, though nobody matters but the officers.

    `due` says of how many requests each officer is to be told: those of which something is due on the day or before.
    """

    def __init__(self, day: date, due: Mapping[PersonCode, int]) -> None:
        self._day = day
        self._due = due

    def see(self, person: Person, findings: Sequence[Finding] | None, rules: RulesOn, *, is_reachable: bool) -> None:
        """Nothing: it does not depend on anybody's verdicts."""

    def list_notices(self) -> Iterable[Owed]:
        """One notice for each officer, keyed by the day."""
        for officer, count in sorted(self._due.items()):
            key = f"privacy:clock:{officer}:{self._day}"
            yield Owed("privacy", officer, key, "clock", (officer,), {"requests": count, "to": officer})
