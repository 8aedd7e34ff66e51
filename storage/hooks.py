"""Addresses that are told when a verdict changes, and what each is told: once per change, tried until it is given up.

Leases and pauses are by the database's clock.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.facts import CriterionCode, PersonCode, UnitCode
from storage.encryption import Vault
from storage.records import Hook, HookEvent, StateChange
from storage.tables import hook_events, hooks

_LOCK: Final = 0x4E68486B  # any number that no other lock of the product has
_CHANGES_AT_ONCE: Final = 5000
_LONGEST_REASON: Final = 100
_LOCK_CHANGES: Final = text("SELECT pg_try_advisory_xact_lock(:lock)")
# All changes of a transaction are seen together, so that what went and came back within it is known for what it is.
_TAKE: Final = text("""
DELETE FROM verdict_changes WHERE moment IN (
    SELECT moment FROM (SELECT moment, sum(count(*)) OVER (ORDER BY min(id)) - count(*) AS before
                        FROM verdict_changes GROUP BY moment) AS m WHERE before < :limit)
RETURNING id, moment, person, criterion, unit, before, after, changed_at
""")
_DUE: Final = text("""
SELECT number FROM hooks h WHERE removed_at IS NULL AND suspended_at IS NULL
    AND coalesce(lease_until, '-infinity') <= clock_timestamp()
    AND coalesce(paused_until, '-infinity') <= clock_timestamp()
    AND EXISTS (SELECT FROM hook_events e WHERE e.hook = h.number AND e.state = 'waiting'
                AND e.due_at <= clock_timestamp())
ORDER BY number
""")
_LEASE: Final = text("""
UPDATE hooks SET lease_until = clock_timestamp() + :lease
WHERE number = :number AND removed_at IS NULL AND suspended_at IS NULL
    AND coalesce(paused_until, '-infinity') <= clock_timestamp()
    AND (coalesce(lease_until, '-infinity') <= clock_timestamp() OR lease_until = :mine)
RETURNING lease_until, url, secret, may_be_private
""")
_PUT_OFF: Final = text("""
UPDATE hook_events SET tries = tries + 1, due_at = clock_timestamp() + :wait, reason = :reason
WHERE hook = :hook AND change = :change
""")
_PAUSE: Final = text("""
UPDATE hooks SET failures = least(failures + 1, 1000), failed_since = coalesce(failed_since, clock_timestamp()),
    paused_until = clock_timestamp() + greatest(
        CAST(:asked AS interval), least(interval '30 seconds' * power(2, least(failures, 10)), interval '1 hour')),
    reason = :reason
WHERE number = :number
""")
_GIVE_UP: Final = text("""
UPDATE hook_events SET state = 'given_up', done_at = clock_timestamp()
WHERE state = 'waiting' AND tries > 0 AND changed_at < clock_timestamp() - :after
""")
_LIST: Final = text("""
SELECT h.number, h.url, h.units, h.may_be_private, h.made_at, h.told_at, h.failures, h.failed_since, h.paused_until,
    h.reason, h.suspended_at, coalesce(e.waiting, 0), coalesce(e.given_up, 0), e.oldest_at
FROM hooks h LEFT JOIN (
    SELECT hook, count(*) FILTER (WHERE state = 'waiting') AS waiting,
        count(*) FILTER (WHERE state = 'given_up') AS given_up,
        min(changed_at) FILTER (WHERE state = 'waiting') AS oldest_at
    FROM hook_events WHERE state <> 'told' GROUP BY hook) AS e ON e.hook = h.number
WHERE h.removed_at IS NULL ORDER BY h.number
""")


class HooksDrawer:
    """Hooks, and what they are told."""

    def __init__(self, connection: AsyncConnection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault

    # --- who is told

    async def add(self, url: str, secret: str, units: Sequence[UnitCode] | None, *, may_be_private: bool) -> int:
        """Keep a new hook, told of what changes from now on; its number."""
        row = insert(hooks).values(
            url=url,
            secret=self._vault.encrypt(secret),
            units=list(units) if units is not None else None,
            may_be_private=may_be_private,
            made_at=func.now(),  # of the clock by which changes are put down
        )
        return int((await self._connection.execute(row.returning(hooks.c.number))).scalar_one())

    async def list_all(self) -> Sequence[Hook]:
        """The hooks that are told, with what waits for each."""
        return [_hook(tuple(row)) for row in await self._connection.execute(_LIST)]

    async def remove(self, number: int, at: datetime) -> bool:
        """Tell a hook no more; what waits for it is forgotten. False where there is no such."""
        found = await self._connection.execute(
            update(hooks)
            .where(hooks.c.number == number, hooks.c.removed_at.is_(None))
            .values(removed_at=at, secret=b"")
            .returning(hooks.c.number)
        )
        if found.one_or_none() is None:
            return False
        await self._connection.execute(
            delete(hook_events).where(hook_events.c.hook == number, hook_events.c.state == "waiting")
        )
        return True

    async def confirm(self, number: int) -> bool:
        """Tell a suspended hook again, also of what has waited; False where there is none that is suspended."""
        found = await self._connection.execute(
            update(hooks)
            .where(hooks.c.number == number, hooks.c.suspended_at.is_not(None), hooks.c.removed_at.is_(None))
            .values(suspended_at=None)
            .returning(hooks.c.number)
        )
        return found.one_or_none() is not None

    # --- what they are told

    async def take_changes(self) -> Sequence[StateChange]:
        """Changes nobody was given yet, taken out of their line; to be put to hooks in the same transaction.

        Empty while another transaction takes some.
        """
        if not await self._connection.scalar(_LOCK_CHANGES, {"lock": _LOCK}):
            return ()
        taken = await self._connection.execute(_TAKE, {"limit": _CHANGES_AT_ONCE})
        return collapse(tuple(row) for row in taken)

    async def put_events(self, number: int, changes: Sequence[StateChange], as_of: date) -> None:
        """Have this hook told of these changes; of one that it knows already nothing is put."""
        rows = [
            {
                "hook": number,
                "change": one.id,
                "person": one.person,
                "criterion": one.criterion or "",
                "unit": one.unit,
                "before": one.before,
                "after": one.after,
                "as_of": as_of,
                "changed_at": one.changed_at,
            }
            for one in changes
        ]
        if rows:
            await self._connection.execute(upsert(hook_events).on_conflict_do_nothing(), rows)

    async def list_due(self) -> Sequence[int]:
        """The hooks that have something to be told now and are told by nobody else."""
        return list((await self._connection.execute(_DUE)).scalars())

    async def lease(
        self, number: int, lease: timedelta, mine: datetime | None
    ) -> tuple[datetime, str, str, bool] | None:
        """Hold a hook, or hold it on (`mine`): until when, its address, its secret, and whether it may be private.

        None where it is paused or removed, or another holds it.
        """
        found = await self._connection.execute(_LEASE, {"number": number, "lease": lease, "mine": mine})
        row = found.one_or_none()
        if row is None:
            return None
        return row.lease_until, row.url, self._vault.decrypt(row.secret), row.may_be_private

    async def list_events(self, number: int, limit: int) -> Sequence[HookEvent]:
        """What this hook is to be told now, the oldest first."""
        found = await self._connection.execute(
            select(hook_events)
            .where(
                hook_events.c.hook == number,
                hook_events.c.state == "waiting",
                hook_events.c.due_at <= text("clock_timestamp()"),
            )
            .order_by(hook_events.c.change)
            .limit(limit)
        )
        return [_event(row) for row in found]

    async def mark_told(self, number: int, changes: Collection[int]) -> None:
        """The hook has taken these."""
        if not changes:
            return
        now = text("clock_timestamp()")
        await self._connection.execute(
            update(hook_events)
            .where(hook_events.c.hook == number, hook_events.c.change.in_(changes))
            .values(state="told", done_at=now, tries=hook_events.c.tries + 1, reason="")
        )
        well = {"told_at": now, "failures": 0, "failed_since": None, "paused_until": None, "reason": ""}
        await self._connection.execute(update(hooks).where(hooks.c.number == number).values(**well))

    async def put_off(self, number: int, change: int, wait: timedelta, reason: str) -> None:
        """The hook has not taken this one; it is tried again after `wait`."""
        terms = {"hook": number, "change": change, "wait": wait, "reason": reason[:_LONGEST_REASON]}
        await self._connection.execute(_PUT_OFF, terms)

    async def pause(self, number: int, asked: timedelta, reason: str) -> None:
        """Tell this hook nothing for a while, twice as long each time in a row, and at least as long as it asks."""
        terms = {"number": number, "asked": asked, "reason": reason[:_LONGEST_REASON]}
        await self._connection.execute(_PAUSE, terms)

    async def let_go(self, number: int, mine: datetime) -> None:
        """Let others tell this hook."""
        await self._connection.execute(
            update(hooks).where(hooks.c.number == number, hooks.c.lease_until == mine).values(lease_until=None)
        )

    async def give_up(self, after: timedelta) -> int:
        """Give up what has been tried for so long; how many."""
        return (await self._connection.execute(_GIVE_UP, {"after": after})).rowcount

    async def prune(self, told_before: datetime, given_up_before: datetime) -> None:
        """Forget what hooks were told, and what was given up, before these moments."""
        for state, before in (("told", told_before), ("given_up", given_up_before)):
            await self._connection.execute(
                delete(hook_events).where(hook_events.c.state == state, hook_events.c.done_at < before)
            )


def collapse(rows: Iterable[tuple[Any, ...]]) -> Sequence[StateChange]:
    """Of several changes of a verdict in one transaction one, from the first state to the last; none where these agree.

    Rows hold id, moment, person, criterion, unit, before, after, changed_at.
    """
    first: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    last: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    for row in sorted(rows):
        key = row[1:4]
        first.setdefault(key, row)
        last[key] = row
    return sorted(
        (
            StateChange(
                begun[0],
                PersonCode(begun[2]),
                CriterionCode(begun[3]) if begun[3] else None,
                UnitCode(ended[4]) if ended[4] is not None else None,
                begun[5],
                ended[6],
                begun[7],
            )
            for begun, ended in ((first[key], last[key]) for key in first)
            if begun[5] != ended[6]
        ),
        key=lambda one: one.id,
    )


def _event(row: Any) -> HookEvent:
    change = StateChange(
        row.change,
        PersonCode(row.person),
        CriterionCode(row.criterion) if row.criterion else None,
        UnitCode(row.unit) if row.unit is not None else None,
        row.before,
        row.after,
        row.changed_at,
    )
    return HookEvent(row.hook, change, row.as_of, row.tries)


def _hook(row: tuple[Any, ...]) -> Hook:
    number, url, units, may_be_private, made_at, told_at, failures, failed_since, paused_until, reason, *rest = row
    suspended_at, waiting, given_up, oldest_at = rest
    return Hook(
        number,
        url,
        tuple(map(UnitCode, units)) if units is not None else None,
        may_be_private,
        made_at,
        told_at,
        failures,
        failed_since,
        paused_until,
        reason,
        waiting,
        given_up,
        oldest_at,
        suspended_at,
    )
