"""The keys of other programs: made, listed, taken back, and paced by the database's clock for the whole fleet."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.facts import UnitCode
from storage.records import ApiKey
from storage.tables import api_keys

# One row locked for a moment: requests of one key, by whatever process, are let in one after another.
_LET_IN: Final = text("""
UPDATE api_keys SET used_at = clock_timestamp(), paced_until = greatest(paced_until, clock_timestamp()) + :gap
WHERE number = :number AND coalesce(greatest(paced_until, clock_timestamp()), clock_timestamp()) + :gap
    <= clock_timestamp() + :ahead
RETURNING number
""")
_WAIT: Final = text("""
SELECT extract(epoch FROM paced_until + :gap - :ahead - clock_timestamp())::float FROM api_keys WHERE number = :number
""")


class ApiKeysDrawer:
    """Keys by the hash of what their programs show."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(
        self, key: str, label: str, units: Sequence[UnitCode] | None, made_at: datetime, expires_at: datetime
    ) -> int:
        """Keep a new key; its number."""
        row = insert(api_keys).values(
            label=label,
            hash=_hash(key),
            units=list(units) if units is not None else None,
            made_at=made_at,
            expires_at=expires_at,
        )
        return int((await self._connection.execute(row.returning(api_keys.c.number))).scalar_one())

    async def find(self, key: str) -> ApiKey | None:
        """The key that this is, whether it still opens anything or not; None for a key that was never given out."""
        found = await self._connection.execute(select(api_keys).where(api_keys.c.hash == _hash(key)))
        row = found.one_or_none()
        return _key(row) if row is not None else None

    async def list_all(self) -> Sequence[ApiKey]:
        """All keys, revoked and expired ones too, in the order in which they were made."""
        found = await self._connection.execute(select(api_keys).order_by(api_keys.c.number))
        return [_key(row) for row in found]

    async def revoke(self, number: int, at: datetime) -> bool:
        """Let a key open nothing any more; False where there is none that does."""
        found = await self._connection.execute(
            update(api_keys)
            .where(api_keys.c.number == number, api_keys.c.revoked_at.is_(None))
            .values(revoked_at=at)
            .returning(api_keys.c.number)
        )
        return found.one_or_none() is not None

    async def list_suspended(self, at: datetime) -> Sequence[ApiKey]:
        """Those that a restore brought back, that would open something, and that nobody has confirmed yet."""
        is_open = api_keys.c.revoked_at.is_(None) & (api_keys.c.expires_at > at)
        found = await self._connection.execute(
            select(api_keys).where(api_keys.c.suspended_at.is_not(None), is_open).order_by(api_keys.c.number)
        )
        return [_key(row) for row in found]

    async def confirm(self, number: int) -> bool:
        """Let a suspended key open again what it opened; False where there is none that is suspended."""
        found = await self._connection.execute(
            update(api_keys)
            .where(api_keys.c.number == number, api_keys.c.suspended_at.is_not(None), api_keys.c.revoked_at.is_(None))
            .values(suspended_at=None)
            .returning(api_keys.c.number)
        )
        return found.one_or_none() is not None

    async def let_in(self, number: int, *, gap: timedelta, burst: int) -> float:
        """0 where one more request of this key may be served now; else the seconds until one may.

        Requests come one each `gap` in the long run, and at most `burst` at once.
        """
        terms = {"number": number, "gap": gap, "ahead": gap * burst}
        if (await self._connection.execute(_LET_IN, terms)).one_or_none() is not None:
            return 0.0
        return max(float(await self._connection.scalar(_WAIT, terms) or 0.0), 0.001)


def _hash(key: str) -> bytes:
    # Keys are 256 random bits, which nobody finds by trying; a slow hash would only slow every request.
    return hashlib.sha256(key.encode(errors="surrogateescape")).digest()


def _key(row: Any) -> ApiKey:
    units = tuple(map(UnitCode, row.units)) if row.units is not None else None
    return ApiKey(
        row.number, row.label, units, row.made_at, row.expires_at, row.revoked_at, row.used_at, row.suspended_at
    )
