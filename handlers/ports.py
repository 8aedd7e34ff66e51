"""What the desk needs from the cabinet and the clock: small promises, kept by `storage` without knowing of them."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Protocol

from knowledge.facts import DeclaredRules, FrequentAnswer, Person, PersonCode, UnitCode
from storage.records import Account, CodeIssued, Redemption


class Clock(Protocol):
    """The time in Việt Nam; fixed in rehearsals and tests."""

    def today(self) -> date:
        """The day it is, Asia/Ho_Chi_Minh."""
        ...

    def now(self) -> datetime:
        """The moment it is, aware."""
        ...

    @property
    def is_fixed(self) -> bool:
        """Whether the day is set by hand, which every answer must then say."""
        ...


class Profiles(Protocol):
    """People of the roster, complete with credentials, study records and exemptions."""

    async def find_person(self, code: PersonCode) -> Person | None:
        """The person of this code (case and outer spaces do not matter), or None."""
        ...

    async def list_people_by_name(
        self, words: str, limit: int, units: Collection[UnitCode] | None = None
    ) -> Sequence[Person]:
        """People of these units (None = all) whose name has these words in order, marks and case ignored.

        At most `limit`.
        """
        ...

    def stream_people(self, units: Collection[UnitCode] | None) -> AsyncIterator[Person]:
        """People of these units (None = all), in the order of their codes, never all in memory at once."""
        ...

    async def list_codes_by_phone(self, phone: str) -> Sequence[PersonCode]:
        """Codes of the people whose roster phone number is this one, however either is written."""
        ...


class Rules(Protocol):
    """What HR has declared: units, standards, recognition rows, rounds."""

    async def version(self) -> int:
        """A number that grows with every change of what `load` returns."""
        ...

    async def load(self) -> DeclaredRules:
        """All of it, of one version."""
        ...


class Accounts(Protocol):
    """Channel identities, their consent, and whom they are linked to."""

    async def find_account(self, channel: str, address: str) -> Account | None:
        """The account of this channel identity, or None if it was never seen."""
        ...

    async def save_consent(self, channel: str, address: str, version: str, at: datetime) -> None:
        """Record consent to this version of the privacy notice; makes the account where there is none."""
        ...

    async def link(self, channel: str, address: str, person: PersonCode, at: datetime) -> None:
        """Record that this identity is proven to be this person."""
        ...

    async def unlink(self, channel: str, address: str, at: datetime) -> None:
        """Forget the link and the consent; the identity is then as before linking."""
        ...

    async def list_accounts(self, person: PersonCode) -> Sequence[Account]:
        """All channel identities linked to this person."""
        ...


class LinkCodes(Protocol):
    """One-time linking codes: one use, a short life, stored hashed, guessing locked."""

    async def issue(self, person: PersonCode, at: datetime) -> CodeIssued:
        """A fresh code for this person; earlier unused ones of the person stop working."""
        ...

    async def redeem(self, channel: str, address: str, code: str, at: datetime) -> Redemption:
        """Use up a code. Wrong tries count against this identity; too many lock it (also for right codes)."""
        ...


class Threads(Protocol):
    """What a conversation was last about, so that a follow-up can be understood."""

    async def recall(self, thread: str) -> Mapping[str, Any] | None:
        """The state last kept for this conversation, or None."""
        ...

    async def keep(self, thread: str, state: Mapping[str, Any], at: datetime) -> None:
        """Keep this state for the conversation."""
        ...

    async def forget_of(self, channel: str, address: str) -> None:
        """Drop every conversation of this channel identity."""
        ...


class Questions(Protocol):
    """What became of questions, kept without anybody's identity, and the answers promoted for everybody."""

    async def note(self, at: datetime, channel: str, intent: str, outcome: str, question: str | None) -> None:
        """Count an answer; `question` is given only where there was none, already freed of what names a person."""
        ...

    async def promote(self, answer: FrequentAnswer, by: PersonCode) -> int:
        """Keep an answer for everybody who asks the same; its number."""
        ...

    async def withdraw(self, number: int, by: PersonCode, on: date) -> bool:
        """Give a promoted answer no more from this day on; False where there is none that is still given."""
        ...


class Audit(Protocol):
    """The audit chain."""

    async def record(
        self, actor: str, action: str, subject: str, at: datetime, details: Mapping[str, Any] | None = None
    ) -> None:
        """Append one sealed entry in the current transaction."""
        ...

    async def list_about(self, subject: str, limit: int) -> Sequence[tuple[datetime, str, str]]:
        """The newest entries about this subject: when, who, what."""
        ...
