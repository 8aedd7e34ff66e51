"""What the console needs from the cabinet besides what the desk needs."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Protocol

from handlers.front_desk import Drawers
from handlers.ports import Audit, ConsoleEntries, Reminders
from knowledge.facts import CriterionCode, PersonCode, RoundCode, UnitCode
from knowledge.library import ReminderStages
from knowledge.reminders import OwnStages
from storage.records import (
    ApiKey,
    AuditCheck,
    AuditEntry,
    AuditSeal,
    AuditVerdict,
    AuditWanted,
    ConsoleEntry,
    ConsoleSession,
    Freshness,
    Funnel,
    Hook,
    ListedPerson,
    PeopleWanted,
    Sums,
    VerdictChange,
)


class Sessions(ConsoleEntries, Protocol):
    """Ways in and who is in."""

    async def find_entry(self, token: str, browser: str, at: datetime) -> ConsoleEntry | None:
        """What a link stands for in this browser; left unused."""
        ...

    async def use_entry(self, token: str, browser: str, at: datetime) -> ConsoleEntry | None:
        """The same, used up."""
        ...

    async def use_code(self, code: str, browser: str, at: datetime) -> ConsoleEntry | None:
        """What a typed code stands for in this browser, used up."""
        ...

    async def find_locked_until(self, network: str, at: datetime) -> datetime | None:
        """Until when nothing from this network is looked at; None where it is."""
        ...

    async def note_wrong(self, network: str, at: datetime) -> None:
        """Something from this network opened nothing."""
        ...

    async def open_session(self, secret: str, entry: ConsoleEntry, at: datetime) -> ConsoleSession:
        """Let whoever came this way in stay; `secret` is what the browser keeps."""
        ...

    async def find_session(self, secret: str, at: datetime) -> ConsoleSession | None:
        """The session that this secret opens, if it is not over."""
        ...

    async def end_session(self, secret: str, why: str, at: datetime) -> None:
        """Let this secret open nothing any more."""
        ...


class Standing(Protocol):
    """The verdicts that are kept, as lists and counts."""

    async def count_waiting(self, day: date, units: Collection[UnitCode] | None) -> int: ...
    async def freshness(self, day: date) -> Freshness: ...
    async def count_states(self, units: Collection[UnitCode] | None) -> Sequence[tuple[UnitCode, str, str, int]]: ...
    async def count_by_day(
        self, units: Collection[UnitCode] | None, since: date
    ) -> Sequence[tuple[date, str, int]]: ...
    async def sum_people(self, units: Collection[UnitCode] | None, today: date, soon: date) -> Sums: ...
    async def read_funnel(self, units: Collection[UnitCode] | None, since: date) -> Funnel: ...
    async def list_people(self, wanted: PeopleWanted, limit: int) -> Sequence[ListedPerson]: ...
    async def count_people(self, wanted: PeopleWanted) -> int: ...
    async def list_history(self, person: PersonCode, limit: int) -> Sequence[VerdictChange]: ...


class Chain(Audit, Protocol):
    """The audit chain, to be read and verified too."""

    async def list_entries(self, wanted: AuditWanted, limit: int) -> Sequence[AuditEntry]: ...
    async def verify(self) -> AuditVerdict: ...
    async def note_check(self, verdict: AuditVerdict, at: datetime) -> None: ...
    async def find_check(self) -> AuditCheck | None: ...
    async def list_seals(self, limit: int | None = None) -> Sequence[AuditSeal]: ...


class RemindersKept(Reminders, Protocol):
    """What people wish about reminders, and the stages that HR has set."""

    async def list_stages(self) -> OwnStages:
        """The stages that HR has set, for a round, a criterion, both, or everything."""
        ...

    async def save_stages(
        self, of_round: RoundCode | None, criterion: CriterionCode | None, stages: ReminderStages
    ) -> None:
        """Set them, in place of what was set for the same."""
        ...

    async def remove_stages(self, of_round: RoundCode | None, criterion: CriterionCode | None) -> bool:
        """Take back what was set; False where nothing was."""
        ...


class SuspendedKeys(Protocol):
    """Keys of other systems that a restore brought back."""

    async def list_suspended(self, at: datetime) -> Sequence[ApiKey]: ...
    async def confirm(self, number: int) -> bool: ...
    async def revoke(self, number: int, at: datetime) -> bool: ...


class SuspendedHooks(Protocol):
    """Addresses of other systems, those too that a restore brought back."""

    async def list_all(self) -> Sequence[Hook]: ...
    async def confirm(self, number: int) -> bool: ...
    async def remove(self, number: int, at: datetime) -> bool: ...


class Cabinet(Drawers, Protocol):
    """All drawers that a page may open, in the one transaction of its request."""

    @property
    def console(self) -> Sessions: ...
    @property
    def audit(self) -> Chain: ...
    @property
    def verdicts(self) -> Standing: ...
    @property
    def api_keys(self) -> SuspendedKeys: ...
    @property
    def hooks(self) -> SuspendedHooks: ...
    @property
    def reminders(self) -> RemindersKept: ...
