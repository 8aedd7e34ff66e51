"""Which updates of a platform were already taken in, so that one delivered twice is answered once."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.letters import storable
from storage.tables import seen_updates


class UpdatesDrawer:
    """Remembers updates by channel and the platform's own number."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def claim(self, channel: str, update_id: str) -> bool:
        """True the first time only. Another transaction that is just claiming the same is waited for."""
        claimed = await self._connection.execute(
            insert(seen_updates)
            .values(channel=channel, update_id=storable(update_id))
            .on_conflict_do_nothing()
            .returning(seen_updates.c.update_id)
        )
        return claimed.one_or_none() is not None

    async def release(self, channel: str, update_id: str) -> None:
        """Give a claim back, so that the update can be taken in when it comes again."""
        await self._connection.execute(
            delete(seen_updates).where(
                seen_updates.c.channel == channel, seen_updates.c.update_id == storable(update_id)
            )
        )

    async def prune(self, before: datetime) -> int:
        """Forget updates that came before this moment; how many."""
        gone = await self._connection.execute(delete(seen_updates).where(seen_updates.c.seen_at < before))
        return gone.rowcount
