"""What the pump needs of the cabinet: claims under a lease, each with its slot, and marks that are committed."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final, Protocol

from storage.records import (
    Account,
    AuditSeal,
    Broadcast,
    BroadcastState,
    Card,
    Claim,
    Claimed,
    Delivery,
    DeliveryState,
    NoticeKind,
    Progress,
    Recall,
)

__all__ = [
    "ASKED",
    "CHANNEL_REFUSED",
    "OUT_OF_REACH",
    "Account",
    "AuditSeal",
    "Broadcast",
    "BroadcastState",
    "Card",
    "Claim",
    "Claimed",
    "Delivery",
    "DeliveryState",
    "Ledger",
    "NoticeKind",
    "Progress",
    "Recall",
]


# Why nobody of the fleet sends by an identity for a while; `nhacchuan queue` tells them.
ASKED: Final = "asked"  # the platform asked to be left alone
CHANNEL_REFUSED: Final = "channel_refused"  # the platform does not know us any more
OUT_OF_REACH: Final = "out_of_reach"


class Ledger(Protocol):
    """Claims and marks of one process; `at` is always the office's own clock."""

    async def claim(self, identity: str, at: datetime, limit: int = 100) -> Claimed:
        """Take up what is due for this identity, each with a slot of its pace, and hold it under a lease."""
        ...

    async def start(self, claim: Claim, at: datetime) -> float | None:
        """Keep that its request leaves now; the moment by `time.monotonic` from which it may. None: it must not."""
        ...

    async def end(
        self, claim: Claim, state: DeliveryState, at: datetime, *, provider_id: str | None = None, reason: str = "",
        makes_unreachable: bool = False,
    ) -> None:  # fmt: skip
        """Keep how it ended."""
        ...

    async def put_back(
        self, claim: Claim, at: datetime, *, wait: float = 0.0, reason: str = "", uncounts: bool = False
    ) -> None:
        """It surely did not go out: it waits again, for at least so many seconds. `uncounts`: it was no try.

        What its broadcast has come to meanwhile holds for it: nothing more leaves of one that was stopped.
        """
        ...

    async def move_on(self, claim: Claim, reason: str, at: datetime, *, makes_unreachable: bool) -> bool:
        """It surely did not reach this account: let it wait for another one of the same person. False for none."""
        ...

    async def pause(self, identity: str, seconds: float, reason: str) -> None:
        """Let nobody of the fleet send by this identity for so long."""
        ...

    async def drop(self, claim: Claim, reason: str, at: datetime) -> None:
        """Nothing of it is true any more."""
        ...

    async def strand(self, claim: Claim, reason: str, at: datetime) -> bool:
        """No chat takes it: what is told only once waits for one, the rest can be planned again. False: dropped."""
        ...

    async def strand_refused(self, claim: Claim, reason: str, at: datetime) -> bool:
        """Its chat takes nothing any more: what is told only once waits for one. False: nothing was done."""
        ...

    async def leave_to_planning(self, claim: Claim, reason: str, at: datetime, *, leaves_day: bool = False) -> bool:
        """What is planned again is left out of it, for another day to tell. Whether more is told by it than that.

        `leaves_day`: that is the message of no day from then on, so that nothing more is put into it.
        """
        ...

    async def take_apart(self, claim: Claim, reason: str) -> bool:
        """It surely did not go out: each notice but its first waits in a message of its own. False: it tells one."""
        ...

    async def leave_out(self, claim: Claim, notices: Mapping[int, str], at: datetime) -> None:
        """Some of what it tells is not true any more."""
        ...

    async def leave_cases_out(self, claim: Claim, untold: Mapping[int, Sequence[Sequence[str]]]) -> None:
        """Some of the cases that its notices (by number) tell are not true any more: they count as not told."""
        ...

    async def defer(self, claim: Claim, due_at: datetime, merge_day: date | None, at: datetime) -> bool:
        """It may not go out now. False where the message of that day has gone out."""
        ...
