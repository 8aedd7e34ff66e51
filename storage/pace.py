"""The pace of each channel identity: one row for the whole fleet, by the database's clock. It never gives a burst."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.driver import driver_of
from storage.setbacks import mend_setback

_SET: Final = text(
    "INSERT INTO pace (identity, interval_ms, chat_interval_ms) VALUES (:identity, :every, :chat)"
    " ON CONFLICT (identity) DO UPDATE SET interval_ms = excluded.interval_ms,"
    " chat_interval_ms = excluded.chat_interval_ms"
    " WHERE (pace.interval_ms, pace.chat_interval_ms) <> (excluded.interval_ms, excluded.chat_interval_ms)"
)
_PAUSE: Final = text(
    "UPDATE pace SET pause_reason = CASE WHEN paused_until > clock_timestamp() + :wait THEN pause_reason"
    " ELSE :reason END, paused_until = greatest(paused_until, clock_timestamp() + :wait)"
    " WHERE identity = :identity"
)
_PAUSED: Final = text(
    "SELECT identity, pause_reason, paused_until - clock_timestamp() FROM pace"
    " WHERE paused_until > clock_timestamp() ORDER BY identity"
)


@dataclass(frozen=True, slots=True)
class Paused:
    """An identity that sends nothing for a while, and why. `left` is how long yet, by the database's clock."""

    identity: str
    reason: str
    left: timedelta


class PaceDrawer:
    """How quickly each identity may send, and until when it is paused."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def set(self, identity: str, *, per_second: float, chat_per_second: float = 1.0) -> None:
        """Let it send so many a second, and so many to one chat; 0 is no limit."""
        every, chat = interval_of(per_second), interval_of(chat_per_second)
        await self._connection.execute(_SET, {"identity": identity, "every": every, "chat": chat})

    async def pause(self, identity: str, wait: timedelta, reason: str) -> None:
        """Let nobody of the fleet send by it for so long; a longer pause stays."""
        await self.mend()
        await self._connection.execute(_PAUSE, {"identity": identity, "wait": wait, "reason": reason})

    async def mend(self) -> float:
        """Forget what the database's clock wrote down before it was put back; by how many seconds it was, mostly 0."""
        return await mend_setback(await driver_of(self._connection))

    async def list_paused(self) -> list[Paused]:
        """The identities that are paused now."""
        return [Paused(*row) for row in await self._connection.execute(_PAUSED)]


def interval_of(per_second: float) -> float:
    """Milliseconds between two slots, 0 for no limit."""
    return 1000.0 / per_second if per_second else 0.0
