"""Which backups were taken, and which of them were proven."""

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.records import BackupKept
from storage.tables import backups


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

    async def find_last(self, *, is_good: bool | None = None) -> BackupKept | None:
        """The last one; with `is_good` the last that was taken, or that could not be."""
        columns = backups.c
        order = select(
            columns.taken_at, columns.name, columns.bytes, columns.chain_number, columns.verified_at, columns.reason
        ).order_by(columns.taken_at.desc(), columns.number.desc())
        if is_good is not None:
            order = order.where(columns.reason == "" if is_good else columns.reason != "")
        row = (await self._connection.execute(order.limit(1))).one_or_none()
        return BackupKept(*row) if row is not None else None
