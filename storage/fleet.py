"""The fleet of workers as the database knows it: the days that were planned, and how the job engine stands.

The engine's tables are its own: they are only read here.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.records import EngineState, PlannedDay
from storage.tables import planned_days

_LOCKS_OF_DAYS: Final = 0x4E6861  # any number that no other pair of locks of the product begins with
_CLOCKS_DIFFER: Final = timedelta(hours=1)
_TAKE_DAY: Final = text("SELECT pg_try_advisory_xact_lock(:locks, :day)")
_ANYBODY: Final = text("SELECT EXISTS (SELECT FROM people)")
_UNSETTLED: Final = text("SELECT EXISTS (SELECT FROM restores WHERE settled_at IS NULL)")
_ENGINE: Final = text("""
SELECT
    (SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - :silence),
    (SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat <= now() - :silence),
    (SELECT coalesce(jsonb_object_agg(status, n), '{}') FROM
        (SELECT status, count(*) AS n FROM procrastinate_jobs GROUP BY status) AS s),
    (SELECT count(*) FROM procrastinate_jobs j LEFT JOIN procrastinate_workers w ON w.id = j.worker_id
        WHERE j.status = 'doing' AND (w.id IS NULL OR w.last_heartbeat <= now() - :silence))
""")
# Each part by an index of its own: what has ended long ago is not looked through, however much it is.
_REASONS: Final = text("""
SELECT reason, sum(n)::bigint FROM (
    SELECT reason, count(*) AS n FROM deliveries WHERE state = 'refused' AND done_at > :since GROUP BY reason
    UNION ALL
    SELECT reason, count(*) FROM deliveries
    WHERE state = 'waiting' AND NOT is_held AND reason = ANY(:waiting) GROUP BY reason
    UNION ALL
    SELECT reason, count(*) FROM deliveries
    WHERE state = 'waiting' AND is_held AND reason = ANY(:waiting) GROUP BY reason
) r GROUP BY reason ORDER BY reason
""")
_STATES: Final = text("""
SELECT sender, state, sum(n)::bigint FROM (
    SELECT sender, 'waiting' AS state, count(*) AS n FROM deliveries WHERE state = 'waiting' AND NOT is_held GROUP BY 1
    UNION ALL
    SELECT sender, 'waiting', count(*) FROM deliveries WHERE state = 'waiting' AND is_held GROUP BY 1
    UNION ALL
    SELECT sender, state, count(*) FROM deliveries WHERE state IN ('claimed', 'started') GROUP BY 1, 2
    UNION ALL
    SELECT sender, state, count(*) FROM deliveries
    WHERE done_at > :since AND state NOT IN ('waiting', 'claimed', 'started') GROUP BY 1, 2
) c GROUP BY 1, 2 ORDER BY 1, 2
""")


class FleetDrawer:
    """Days planned, and the engine's figures."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def begin_day(self, day: date, now: datetime | None = None) -> bool:
        """Whether this transaction is the one that plans the day: nobody has, and nobody else is at it just now.

        Before there is anybody in the roster there is nothing to plan; the day is planned after the first load.
        After a restore nothing is planned until what may have gone out since its backup is named. Days planned
        long after `now` were so by a clock that went ahead; they are planned again when they come.
        """
        if now is not None:
            ahead = planned_days.c.started_at > now + _CLOCKS_DIFFER
            await self._connection.execute(delete(planned_days).where(ahead))
        if await self._connection.scalar(_UNSETTLED):
            return False
        taken = await self._connection.scalar(_TAKE_DAY, {"locks": _LOCKS_OF_DAYS, "day": day.toordinal()})
        return bool(taken) and not await self.is_planned(day) and bool(await self._connection.scalar(_ANYBODY))

    async def finish_day(
        self, day: date, started_at: datetime, finished_at: datetime, counts: Mapping[str, int]
    ) -> None:
        """Keep that a day was planned, with what was stored for it."""
        await self._connection.execute(
            insert(planned_days).values(day=day, started_at=started_at, finished_at=finished_at, counts=dict(counts))
        )

    async def is_planned(self, day: date) -> bool:
        """Whether the day was planned."""
        found = await self._connection.scalar(select(planned_days.c.day).where(planned_days.c.day == day))
        return found is not None

    async def list_planned(self, limit: int = 10) -> Sequence[PlannedDay]:
        """The days planned last, the newest first."""
        found = await self._connection.execute(select(planned_days).order_by(planned_days.c.day.desc()).limit(limit))
        return [PlannedDay(*row) for row in found]

    async def prune(self, before: date) -> None:
        """Forget days before this one."""
        await self._connection.execute(delete(planned_days).where(planned_days.c.day < before))

    async def read_engine(self, silence: timedelta) -> EngineState:
        """How the job engine stands; a worker not heard of for so long is taken for dead."""
        alive, silent, jobs, stalled = (await self._connection.execute(_ENGINE, {"silence": silence})).one()
        return EngineState(workers=alive, silent=silent, jobs=jobs, stalled=stalled)

    async def count_states(self, since: datetime) -> Mapping[tuple[str, str], int]:
        """Deliveries that wait, are under way, or ended since then, by identity (empty: none reaches) and state."""
        return {(sender or "", state): n for sender, state, n in await self._read(_STATES, since=since)}

    async def count_refused(self, since: datetime, waiting: Collection[str] = ()) -> Mapping[str, int]:
        """Why messages were refused since then; also those that wait since they were, for one of these reasons."""
        return dict(await self._read(_REASONS, since=since, waiting=list(waiting)))

    async def _read(self, order: Any, **values: Any) -> list[Any]:
        return [tuple(row) for row in await self._connection.execute(order, values)]
