"""How many messages each bot of Zalo has sent in the month that runs, counted before each leaves: never too many.

The platform does not say when its months begin; here they are those of the calendar in Viet Nam, by the database's
clock.
"""

from datetime import date
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_MONTH: Final = "date_trunc('month', clock_timestamp() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date"
_TAKE: Final = text(
    f"INSERT INTO zalo_bot_months AS m (identity, month, sent) SELECT :identity, {_MONTH}, 1"
    " WHERE CAST(:most AS integer) IS NULL OR CAST(:most AS integer) > 0"
    " ON CONFLICT (identity, month) DO UPDATE SET sent = m.sent + 1"
    " WHERE CAST(:most AS integer) IS NULL OR m.sent < CAST(:most AS integer) RETURNING month, sent"
)
_GIVE_BACK: Final = text(
    "UPDATE zalo_bot_months SET sent = sent - 1 WHERE identity = :identity AND month = :month AND sent > 0"
)
_COUNT: Final = text(
    f"SELECT coalesce(max(sent), 0) FROM zalo_bot_months WHERE identity = :identity AND month = {_MONTH}"  # noqa: S608
)


class ZaloBotDrawer:
    """The messages of the month."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def take(self, identity: str, most: int | None) -> tuple[date, int] | None:
        """Count one more message, before it leaves; its month, and how many that makes. None where `most` are sent."""
        taken = (await self._connection.execute(_TAKE, {"identity": identity, "most": most})).one_or_none()
        return (taken.month, taken.sent) if taken is not None else None

    async def give_back(self, identity: str, month: date) -> None:
        """One that was counted surely did not leave."""
        await self._connection.execute(_GIVE_BACK, {"identity": identity, "month": month})

    async def count(self, identity: str) -> int:
        """How many were sent this month."""
        return int(await self._connection.scalar(_COUNT, {"identity": identity}) or 0)
