"""The days that HR declared off or worked, and its hours of sending: what holds, and what held before."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.facts import DeclaredDay, PersonCode
from storage.characters import storable
from storage.records import KeptDay
from storage.tables import calendar_days, sending_hours


class WorkingTimeDrawer:
    """Keeps the promises of the desk's `WorkingTime`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def declare(self, day: DeclaredDay, by: str, confirmed_by: PersonCode | None, at: datetime) -> None:
        await self.withdraw(day.day, by, at)
        await self._connection.execute(
            insert(calendar_days).values(
                day=day.day,
                is_working=day.is_working,
                reason=storable(day.reason),
                basis=storable(day.basis),
                declared_by=by,
                confirmed_by=confirmed_by,
                declared_at=at,
            )
        )

    async def withdraw(self, day: date, by: str, at: datetime) -> bool:
        ended = await self._connection.execute(
            update(calendar_days)
            .where(calendar_days.c.day == day, calendar_days.c.withdrawn_at.is_(None))
            .values(withdrawn_at=at, withdrawn_by=by)
        )
        return bool(ended.rowcount)

    async def set_hours(
        self, hours: tuple[time, time] | None, by: str, confirmed_by: PersonCode | None, at: datetime
    ) -> None:
        await self._connection.execute(
            update(sending_hours).where(sending_hours.c.ended_at.is_(None)).values(ended_at=at)
        )
        if hours is not None:
            begins, ends = hours
            await self._connection.execute(
                insert(sending_hours).values(begins=begins, ends=ends, set_by=by, confirmed_by=confirmed_by, set_at=at)
            )

    async def list_days(self, limit: int) -> Sequence[KeptDay]:
        is_over = calendar_days.c.withdrawn_at.is_not(None)
        last = func.coalesce(calendar_days.c.withdrawn_at, calendar_days.c.declared_at)
        found = await self._connection.execute(
            select(calendar_days).order_by(is_over, calendar_days.c.day, last.desc(), calendar_days.c.id).limit(limit)
        )
        return [_kept(row) for row in found]


def _kept(row: Any) -> KeptDay:
    return KeptDay(
        day=DeclaredDay(row.day, row.is_working, row.reason, row.basis),
        declared_by=row.declared_by,
        confirmed_by=PersonCode(row.confirmed_by) if row.confirmed_by is not None else None,
        declared_at=row.declared_at,
        withdrawn_by=row.withdrawn_by,
        withdrawn_at=row.withdrawn_at,
    )
