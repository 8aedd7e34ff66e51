"""Which backups were taken, and which of them were proven."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.records import BackupKept
from storage.tables import backups

_COLUMNS: Final = (
    backups.c.taken_at, backups.c.name, backups.c.bytes, backups.c.chain_number, backups.c.verified_at, backups.c.reason
)  # fmt: skip


class BackupsDrawer:
    """Remembers backups; the files themselves are the operator's."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def note(self, kept: BackupKept) -> None:
        """One was taken, or could not be."""
        await self._connection.execute(
            insert(backups).values(
                taken_at=kept.taken_at,
                name=kept.name,
                bytes=kept.bytes,
                chain_number=kept.chain_number,
                verified_at=kept.verified_at,
                reason=kept.reason,
            )
        )

    async def find_last(self, until: datetime | None = None, *, is_good: bool | None = None) -> BackupKept | None:
        """The one that was noted last; with `is_good` the last that was taken, or that could not be.

        What carries a moment after `until` does not count: the clock was ahead when it was noted.
        """
        order = select(*_COLUMNS).order_by(backups.c.number.desc())
        if until is not None:
            order = order.where(backups.c.taken_at <= until)
        if is_good is not None:
            order = order.where(backups.c.reason == "" if is_good else backups.c.reason != "")
        row = (await self._connection.execute(order.limit(1))).one_or_none()
        return BackupKept(*row) if row is not None else None

    async def list_taken(self) -> Sequence[BackupKept]:
        """Those that were taken, in the order in which they were noted, whatever the clock said."""
        order = select(*_COLUMNS).where(backups.c.reason == "").order_by(backups.c.number)
        return [BackupKept(*row) for row in await self._connection.execute(order)]
