"""The one pass over everybody that finds what is to be told on a day. Shown by `plan`, kept by the daily job.

**How another kind of notice joins.** A `Watcher` is shown everybody once, in the order of their codes, with their
verdicts of the day; after the last one it lists what it owes to whom. It holds whatever it must remember meanwhile,
decides purely, and knows neither channels nor hours: those are added here. Escalations (`knowledge.escalating`) and
digests (`knowledge.digesting`) are watchers; the office makes them for each pass (`Office.watchers`), with the memory
that they need read beforehand. The words shown by `plan` for a kind come from `handlers.notices.table.PREVIEWS`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from knowledge.facts import Person
from knowledge.findings import Finding
from knowledge.owed import Owed
from knowledge.rulebook import RulesOn


class Watcher(Protocol):
    """Looks at everybody in the one pass, and then knows what is owed to whom."""

    def see(self, person: Person, findings: Sequence[Finding], rules: RulesOn, *, is_reachable: bool) -> None:
        """One person with all their verdicts on the day; `is_reachable` by any channel that we can send to."""
        ...

    def list_notices(self) -> Iterable[Owed]:
        """All that is owed, in an order that is the same for the same people and day; asked once, at the end."""
        ...


@dataclass(frozen=True, slots=True)
class Planned:
    """Something that would be told: what, by which channel (None: nobody can be reached) and not before when."""

    owed: Owed
    channel: str | None
    send_at: datetime
    text: str
