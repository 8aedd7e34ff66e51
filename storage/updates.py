"""Which updates of a platform were already taken in, so that one delivered twice is answered once."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import case, delete, func, null, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.letters import storable
from storage.records import UpdateState
from storage.tables import seen_updates

# Who took an update up and has not answered by then is taken to be gone; longer than a question may take to answer.
HELD_FOR: Final = timedelta(seconds=90)
# Platforms bring an update again for a day, and may begin their numbers anew after a week, as may another bot.
KNOWN_FOR: Final = timedelta(days=2)
MOST_TRIES: Final = 3  # an update that ends the process each time must not end it for ever


class UpdatesDrawer:
    """Remembers updates by channel and the platform's own number."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def claim(self, channel: str, update_id: str) -> bool:
        """True the first time only: for what is done but once. Another that is just claiming the same is waited for."""
        claimed = await self._connection.execute(
            insert(seen_updates)
            .values(channel=channel, update_id=storable(update_id), answered_at=func.now())
            .on_conflict_do_nothing()
            .returning(seen_updates.c.update_id)
        )
        return claimed.one_or_none() is not None

    async def begin(self, channel: str, update_id: str) -> UpdateState:
        """Take an update up to answer it; one whose answering was cut off can be taken up again, a few times."""
        is_of_long_ago = seen_updates.c.seen_at < func.now() - KNOWN_FOR
        row = insert(seen_updates).values(channel=channel, update_id=storable(update_id))
        taken = await self._connection.execute(
            row.on_conflict_do_update(
                index_elements=["channel", "update_id"],
                set_={
                    "seen_at": func.now(),
                    "answered_at": null(),
                    "tries": case((is_of_long_ago, 1), else_=seen_updates.c.tries + 1),
                },
                where=or_(
                    is_of_long_ago,
                    seen_updates.c.answered_at.is_(None)
                    & (seen_updates.c.tries < MOST_TRIES)
                    & (seen_updates.c.seen_at < func.now() - HELD_FOR),
                ),
            ).returning(seen_updates.c.update_id)
        )
        if taken.one_or_none() is not None:
            return UpdateState.OURS
        held = await self._connection.execute(
            select(seen_updates.c.update_id).where(
                seen_updates.c.channel == channel,
                seen_updates.c.update_id == storable(update_id),
                seen_updates.c.answered_at.is_(None),
                seen_updates.c.seen_at >= func.now() - HELD_FOR,
            )
        )
        return UpdateState.HELD if held.one_or_none() is not None else UpdateState.DONE

    async def finish(self, channel: str, update_id: str) -> None:
        """Keep that an update was answered."""
        await self._connection.execute(
            update(seen_updates)
            .where(seen_updates.c.channel == channel, seen_updates.c.update_id == storable(update_id))
            .values(answered_at=func.now())
        )

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
