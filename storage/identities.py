"""Our own identities on the platforms: which there are, which is the first of its channel, and who was heard of when.

The first identity of a channel has the addresses as they are; those of the others end with `@` and their name. The
database itself lets a delivery go by the identity of its address (migration 0029).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_KNOWN: Final = text("SELECT identity, channel, is_first, since, heard_at, retired_at FROM identities ORDER BY 2, 4, 1")
_LOCK: Final = text("LOCK TABLE identities IN SHARE ROW EXCLUSIVE MODE")  # of two at once one is the first
_REGISTER: Final = text(
    "INSERT INTO identities (identity, channel, is_first, since, heard_at)"
    " SELECT :identity, CAST(:channel AS text), NOT EXISTS ("
    "   SELECT FROM identities WHERE channel = CAST(:channel AS text) AND is_first),"
    " clock_timestamp(), clock_timestamp() ON CONFLICT DO NOTHING"
)
_HEAR: Final = text(
    "UPDATE identities SET heard_at = clock_timestamp(), retired_at = NULL WHERE identity = ANY(:identities)"
)
_SILENT: Final = text("SELECT identity FROM identities WHERE heard_at < clock_timestamp() - :silence ORDER BY identity")
_RETIRE: Final = text(
    "UPDATE identities SET retired_at = clock_timestamp() WHERE identity = :identity RETURNING channel, is_first"
)
_LEAVE: Final = text(
    "UPDATE accounts SET unreachable_at = :at WHERE channel = :channel AND unreachable_at IS NULL AND"
    " CASE WHEN :is_first THEN position('@' in address) = 0 ELSE address LIKE '%@' || :mark END"
)
_PEOPLE: Final = text(
    "SELECT sender_at(a.channel, a.address, i.identity), count(*) FROM accounts a"
    " JOIN identities i ON i.channel = a.channel AND i.is_first WHERE a.person IS NOT NULL GROUP BY 1"
)


@dataclass(frozen=True, slots=True)
class KnownIdentity:
    """One identity of ours: since when it is known, when a worker that sends by it was last heard of."""

    identity: str
    channel: str
    is_first: bool
    since: datetime
    heard_at: datetime
    retired_at: datetime | None


class IdentitiesDrawer:
    """The identities of all processes on this database."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def register(self, own: Mapping[str, str]) -> Mapping[str, str]:
        """Make these known (identity by channel); the first identity of every channel."""
        known = await self.list_known()
        new = {channel: one for channel, one in own.items() if one not in {kept.identity for kept in known}}
        if new:
            await self._connection.execute(_LOCK)
            for channel, identity in new.items():
                await self._connection.execute(_REGISTER, {"identity": identity, "channel": channel})
            known = await self.list_known()
        return {one.channel: one.identity for one in known if one.is_first}

    async def list_known(self) -> Sequence[KnownIdentity]:
        """Every identity that was ever opened."""
        return [KnownIdentity(*row) for row in await self._connection.execute(_KNOWN)]

    async def hear(self, identities: Collection[str]) -> None:
        """A worker that sends by these lives; what was retired is back."""
        await self._connection.execute(_HEAR, {"identities": list(identities)})

    async def list_silent(self, silence: timedelta) -> Sequence[str]:
        """Those that no worker has sent by for so long."""
        return [identity for (identity,) in await self._connection.execute(_SILENT, {"silence": silence})]

    async def retire(self, identity: str, at: datetime) -> int | None:
        """Nobody sends by it any more: its accounts are reached no longer; how many. None for no such identity."""
        row = (await self._connection.execute(_RETIRE, {"identity": identity})).one_or_none()
        if row is None:
            return None
        mark = identity.partition(":")[2]
        values = {"channel": row.channel, "is_first": row.is_first, "mark": mark, "at": at}
        return (await self._connection.execute(_LEAVE, values)).rowcount

    async def count_people(self) -> Mapping[str, int]:
        """How many accounts with a person each identity has."""
        found = await self._connection.execute(_PEOPLE)
        return {identity: count for identity, count in found}  # noqa: C416  rows are no pairs to the type checker
