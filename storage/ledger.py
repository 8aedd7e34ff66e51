"""The sending side of the outbox: claims under a lease with slots of the pace, and marks that are committed.

A delivery is claimed together with its slot; "started" is committed before its request leaves, and only while the
claim still holds; its end is committed after. So nothing is ever sent by two, and what was cut off is known.
"""

import asyncio
import os
import time
import uuid
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from math import ceil
from typing import Any, Final

import psycopg
from psycopg.rows import dict_row
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import Database
from storage.driver import driver_of
from storage.errors import DatabaseUnavailableError
from storage.outbox import OutboxDrawer, read_deliveries
from storage.pace import interval_of
from storage.records import BroadcastState, Claim, Claimed, DeliveryState
from storage.setbacks import FARTHEST, mend_setback
from storage.window import Window, open_window

_AHEAD: Final = 1.0  # seconds of slots that the whole fleet holds at most
_SHARE: Final = 0.4  # seconds of slots that one claim takes at most, so that every worker has its part
_LEAD: Final = 0.15  # seconds from a claim to its first slot: its words are written meanwhile
_UNPACED_AT_ONCE: Final = 100
_LOOK_AGAIN: Final = 0.25  # seconds, where what is due is held back for a moment
_NEARER: Final = 0.96  # of the interval: after a delay departures may follow each other by so little, and no less
_KEPT_APART: Final = 0.5  # seconds by which two clocks are told better at most: more is a clock that was moved
_JUMP: Final = 2.0  # seconds by which no answer is later than another, so that the database's clock was put back
_FORGOTTEN: Final = 1.505  # seconds after which nothing that left by now counts in any second
_PATIENCE: Final = 60.0  # seconds for which the end of what was sent is held for a database that is away

# What others let go: not started, it waits again; started, nobody knows how it ended.
_GIVE_UP: Final = """
UPDATE deliveries SET
    state = CASE WHEN state = 'claimed' THEN 'waiting'
                 WHEN acknowledged_at IS NOT NULL OR arrived_at IS NOT NULL THEN 'delivered'
                 ELSE 'unclear' END,
    reason = CASE WHEN state = 'claimed' THEN reason WHEN acknowledged_at IS NOT NULL THEN 'acknowledged'
                  WHEN arrived_at IS NOT NULL THEN 'receipt'
                  ELSE 'lost' END,
    done_at = CASE WHEN state = 'claimed' THEN NULL ELSE %(at)s::timestamptz END,
    slot_at = CASE WHEN state = 'claimed' THEN NULL ELSE slot_at END,
    claimed_by = CASE WHEN state = 'claimed' THEN NULL ELSE claimed_by END,
    lease_until = NULL
WHERE id IN (
    SELECT id FROM deliveries WHERE sender = %(sender)s AND state IN ('claimed', 'started')
        AND lease_until < clock_timestamp() FOR UPDATE SKIP LOCKED)
RETURNING state
"""
_PACE: Final = """
INSERT INTO pace (identity, interval_ms, chat_interval_ms) VALUES (%s, %s, %s) ON CONFLICT (identity) DO NOTHING
"""
_INTERVAL: Final = "SELECT interval_ms FROM pace WHERE identity = %s"
_LOCK_PACE: Final = "SELECT 1 FROM pace WHERE identity = %s FOR UPDATE"
# All moments as seconds, counted by the database from its own now. New slots come after those that are taken, also
# where these leave later than they should: a little lateness is made up for, more does not add up.
_READ_PACE: Final = """
SELECT interval_ms / 1000, chat_interval_ms / 1000, extract(epoch FROM n)::float8,
    greatest(extract(epoch FROM next_slot_at - n)::float8, 0, CASE WHEN interval_ms > 0 THEN
        extract(epoch FROM departed_at - n)::float8 - 0.3 + interval_ms / 1000 * (1 + (
            SELECT count(*) FROM deliveries d
            WHERE d.sender = identity AND d.state = 'claimed' AND d.slot_at > n - interval '1 second')) END),
    greatest(extract(epoch FROM paused_until - n)::float8, 0)
FROM pace, (SELECT clock_timestamp() AS n) AS clock WHERE identity = %s
"""
_DUE: Final = """
SELECT d.id, d.address FROM deliveries d
WHERE d.sender = %(sender)s AND d.state = 'waiting' AND NOT d.is_held AND d.due_at <= %(at)s
    AND (d.lease_until IS NULL OR d.lease_until <= clock_timestamp())
    AND (%(chat)s::float8 = 0 OR NOT EXISTS (
        SELECT FROM deliveries o WHERE o.sender = d.sender AND o.address = d.address
            AND o.slot_at > to_timestamp(%(first)s - %(chat)s)
            AND o.slot_at < to_timestamp(%(first)s + %(farthest)s)))
ORDER BY d.urgency, d.due_at, d.id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
"""
_CLAIM: Final = """
UPDATE deliveries d SET state = 'claimed', claimed_by = %(token)s,
    slot_at = to_timestamp(%(first)s + (w.turn - 1) * %(interval)s),
    lease_until = to_timestamp(%(first)s + (w.turn - 1) * %(interval)s + %(lease)s)
FROM unnest(%(ids)s::bigint[]) WITH ORDINALITY AS w (id, turn) WHERE d.id = w.id
RETURNING d.id, d.person, d.sender, d.channel, d.address, d.locale, d.state, d.due_at, d.merge_day, d.attempts,
    d.slot_at, d.lease_until, d.started_at, d.done_at, d.provider_id, d.reason, d.acknowledged_at, d.broadcast,
    extract(epoch FROM d.slot_at)::float8 AS slot, extract(epoch FROM clock_timestamp())::float8 AS seen
"""
_ADVANCE: Final = "UPDATE pace SET next_slot_at = to_timestamp(%s) WHERE identity = %s"
_LEFT: Final = """
SELECT (SELECT min(greatest(extract(epoch FROM coalesce(lease_until, 'epoch') - clock_timestamp())::float8, 0))
        FROM deliveries
        WHERE sender = %(sender)s AND state = 'waiting' AND NOT is_held AND due_at <= %(at)s),
    (SELECT extract(epoch FROM min(lease_until) - clock_timestamp())::float8 FROM deliveries
     WHERE sender = %(sender)s AND state IN ('claimed', 'started') AND NOT claimed_by = ANY(%(mine)s))
"""
_HOLDS: Final = """
    d.state = 'claimed' AND d.lease_until > clock_timestamp() AND NOT d.is_held
    AND d.slot_at > clock_timestamp() - %(stale)s * interval '1 second'
    AND NOT EXISTS (SELECT FROM pace p WHERE p.identity = d.sender AND p.paused_until > clock_timestamp())
"""
_MARK: Final = f"""
UPDATE deliveries d SET
    state = CASE w.mark WHEN 'start' THEN 'started' WHEN 'back' THEN 'waiting'
                 ELSE CASE WHEN w.mark = 'unclear' AND (d.acknowledged_at IS NOT NULL OR d.arrived_at IS NOT NULL)
                           THEN 'delivered'
                           ELSE w.mark END END,
    attempts = d.attempts + w.tries,
    started_at = CASE WHEN w.mark = 'start' THEN w.at ELSE d.started_at END,
    done_at = CASE WHEN w.mark IN ('start', 'back') THEN NULL ELSE w.at END,
    lease_until = CASE w.mark WHEN 'start' THEN clock_timestamp() + %(lease)s * interval '1 second'
                  WHEN 'back' THEN clock_timestamp() + w.wait * interval '1 second' END,
    slot_at = CASE WHEN w.mark = 'back' THEN NULL ELSE d.slot_at END,
    claimed_by = CASE WHEN w.mark <> 'back' THEN d.claimed_by END,
    provider_id = coalesce(w.provider_id, d.provider_id),
    reason = CASE WHEN w.mark = 'start' THEN d.reason
                  WHEN w.mark = 'unclear' AND d.acknowledged_at IS NOT NULL THEN 'acknowledged'
                  WHEN w.mark = 'unclear' AND d.arrived_at IS NOT NULL THEN 'receipt'
                  WHEN w.mark = 'back' AND w.reason = '' THEN d.reason  -- why it waited before holds on
                  ELSE w.reason END
FROM unnest(%(ids)s::bigint[], %(tokens)s::text[], %(marks)s::text[], %(ats)s::timestamptz[], %(waits)s::float8[],
    %(tries)s::smallint[], %(provider_ids)s::text[], %(reasons)s::text[])
    AS w (id, token, mark, at, wait, tries, provider_id, reason)
WHERE d.id = w.id AND d.claimed_by = w.token AND CASE w.mark
    WHEN 'start' THEN {_HOLDS}
    WHEN 'back' THEN d.state IN ('claimed', 'started')
    WHEN 'refused' THEN d.state IN ('claimed', 'started', 'unclear')
    ELSE d.state IN ('started', 'unclear') END
RETURNING d.id, extract(epoch FROM d.slot_at)::float8, extract(epoch FROM clock_timestamp())::float8
"""  # noqa: S608  ours
_DEPARTED: Final = """
SELECT interval_ms / 1000, extract(epoch FROM departed_at)::float8, latest, latest_at,
    extract(epoch FROM clock_timestamp())::float8
FROM pace WHERE identity = %s FOR UPDATE
"""
_DEPART: Final = "UPDATE pace SET departed_at = to_timestamp(%s), latest = %s, latest_at = %s WHERE identity = %s"
_MOVE_ON: Final = """
UPDATE deliveries d SET state = 'waiting', sender = n.sender, channel = n.channel, address = n.address,
    locale = coalesce(n.locale, d.locale), tried = d.tried || (d.channel || ' ' || d.address), reason = %(reason)s,
    claimed_by = NULL, lease_until = NULL, slot_at = NULL, started_at = NULL
FROM (
    SELECT sender_at(a.channel, a.address, s.sender) AS sender, a.channel, a.address, a.locale
    FROM deliveries o JOIN accounts a ON a.person = o.person
        JOIN unnest(%(channels)s::text[], %(senders)s::text[]) AS s (channel, sender) ON s.channel = a.channel
    WHERE o.id = %(id)s AND a.unreachable_at IS NULL AND 'reminders' <> ALL(a.withheld)
        AND (a.channel, a.address) <> (o.channel, o.address)
        AND a.channel || ' ' || a.address <> ALL(o.tried)
    ORDER BY a.preferred_at DESC NULLS LAST, a.linked_at DESC NULLS LAST, a.channel, a.address LIMIT 1
) n
WHERE d.id = %(id)s AND d.claimed_by = %(token)s AND d.state IN ('claimed', 'started')
    AND d.arrived_at IS NULL AND d.acknowledged_at IS NULL
RETURNING d.id
"""
_UNREACHABLE: Final = """
UPDATE accounts a SET unreachable_at = w.at
FROM unnest(%s::text[], %s::text[], %s::timestamptz[]) AS w (channel, address, at)
WHERE a.channel = w.channel AND a.address = w.address AND a.unreachable_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class Terms:
    """How claims are made: the pace where none is set yet, and for how many seconds a claim and a start hold.

    A start outlasts the longest that a request may take. `stale`: so long after its slot nothing departs by it.
    """

    per_second: float = 27.0
    chat_per_second: float = 1.0
    claim_lease: float = 10.0
    start_lease: float = 25.0
    stale: float = 1.0


@dataclass(slots=True)
class _Mark:
    claim: Claim
    mark: str
    at: datetime
    wait: float = 0.0
    tries: int = 0
    provider_id: str | None = None
    reason: str = ""
    makes_unreachable: bool = False
    is_done: bool = False
    departs: float | None = None  # by `time.monotonic`; None where the mark did not hold
    made: float = field(default_factory=time.monotonic)
    failed: Exception | None = None
    sender: str = field(init=False)

    def __post_init__(self) -> None:
        self.sender = self.claim.delivery.sender or ""


class _Offset:
    """Between the database's clock and `time.monotonic` here. The quickest of recent answers tells it best."""

    def __init__(self) -> None:
        self._recent: deque[float] = deque(maxlen=64)

    def here(self, there: float, *, seen: float) -> float:
        """The moment here of a moment there, when an answer written `seen` there has just come."""
        offset = time.monotonic() - seen
        if self._recent and offset > min(self._recent) + _JUMP:
            self._recent.clear()  # that clock was put back, or this answer was slow: either way nothing leaves early
        self._recent.append(offset)
        return there + min(self._recent)

    def there(self, here: float) -> float:
        """The moment there of a moment here."""
        return here - min(self._recent)


class _Ways:
    """How long messages of one identity are under way: from the moment they leave to their answer."""

    def __init__(self) -> None:
        self._recent: deque[float] = deque(maxlen=64)

    def arrived(self, left: float, answered: float) -> float:
        """By when one has arrived: as long before its answer as the quickest of recent ones took in all."""
        self._recent.append(answered - left)
        return answered - min(self._recent)


@dataclass(slots=True)
class _Departures:
    """What the row of an identity says of its latest messages."""

    interval: float
    last: float
    window: Window

    def leave(self, number: int, slot: float, now: float) -> float:
        """Let one more go; the moment at which it may."""
        farthest = now + max(FARTHEST, 3 * self.interval)
        wanted = self.last + self.interval * _NEARER, self.window.earliest(), slot
        # What lies further ahead was written by a clock that was put back since: as if it had been now.
        self.last = max(now, *(one if one < farthest else now + _FORGOTTEN for one in wanted))
        self.window.depart(number, self.last)
        return self.last


class Ledger:
    """Claims and marks of one process. Marks that come at the same moment share a commit; none waits for another."""

    def __init__(
        self, database: Database, terms: Terms | None = None, *, senders: Mapping[str, str] | None = None
    ) -> None:
        """`senders` are the identities that send, by channel: what one cannot deliver may go out by another."""
        self._database = database
        self._senders = dict(senders or {})
        self._terms = terms or Terms()
        self._marks: list[_Mark] = []
        self._writing = asyncio.Lock()
        self._open = AsyncExitStack()
        self._connection: AsyncConnection | None = None
        self._offset = _Offset()
        self._paced: dict[str, bool] = {}
        self._latest: dict[str, float] = {}  # identity → when its latest request leaves, by `time.monotonic`
        self._left: dict[int, float] = {}  # delivery → when its request left, by `time.monotonic`
        self._ways: dict[str, _Ways] = {}
        self._mine: dict[str, int] = {}  # token → claims of ours that are not done with

    async def close(self) -> None:
        """Give back the connection."""
        await self._open.aclose()
        self._connection = None

    # --- claiming

    async def claim(self, identity: str, at: datetime, limit: int = _UNPACED_AT_ONCE) -> Claimed:
        """Take up what is due for this identity, each with a slot of its pace, and hold it under a lease."""
        async with self._database.connect() as connection, connection.begin():
            driver = await driver_of(connection)
            await driver.execute(_GIVE_UP, {"sender": identity, "at": at})
            return await self._claim(driver, identity, at, limit)

    async def _claim(self, driver: psycopg.AsyncConnection[Any], identity: str, at: datetime, limit: int) -> Claimed:
        interval, chat, now, until_slot, until_unpaused = await self._read_pace(driver, identity)
        if max(until_slot, until_unpaused) > FARTHEST and await mend_setback(driver):
            interval, chat, now, until_slot, until_unpaused = await self._read_pace(driver, identity)
        if until_unpaused > 0:
            return Claimed(wait=until_unpaused)
        if interval:
            until_slot = max(until_slot, _LEAD)
            free = int((_AHEAD - until_slot) / interval) + 1 if until_slot <= _AHEAD else 0
            limit = min(limit, free, ceil(_SHARE / interval))
        if limit <= 0:
            return Claimed(wait=until_slot - _AHEAD + _SHARE / 2)
        first = now + until_slot
        ids = await _list_due(driver, {
            "sender": identity, "at": at, "chat": chat, "first": first, "limit": limit, "farthest": FARTHEST,
        })  # fmt: skip
        if not ids:
            return Claimed(wait=await self._wait_for_others(driver, identity, at))
        token = f"{os.getpid()}.{uuid.uuid4().hex}"
        values = {
            "token": token, "first": first, "interval": interval, "ids": ids, "lease": self._terms.claim_lease,
        }  # fmt: skip
        async with driver.cursor(row_factory=dict_row) as cursor:
            rows = await (await cursor.execute(_CLAIM, values)).fetchall()
        slots = {row["id"]: self._offset.here(row.pop("slot"), seen=row.pop("seen")) for row in rows}
        if interval:
            await driver.execute(_ADVANCE, (first + len(ids) * interval, identity))
        self._mine[token] = len(ids)
        self._paced[identity] = interval > 0
        held = {one.id: one for one in await read_deliveries(driver, rows)}
        return Claimed(tuple(Claim(held[number], token, slots[number], interval * _NEARER) for number in ids))

    async def _read_pace(self, driver: psycopg.AsyncConnection[Any], identity: str) -> tuple[float, ...]:
        """Locks the row where there is a limit, until the claim is kept. Without one, workers need not take turns."""
        known = await (await driver.execute(_INTERVAL, (identity,))).fetchone()
        if known is None:
            every = [interval_of(one) for one in (self._terms.per_second, self._terms.chat_per_second)]
            await driver.execute(_PACE, (identity, *every))
        if known is None or known[0]:
            await driver.execute(_LOCK_PACE, (identity,))
        read = await (await driver.execute(_READ_PACE, (identity,))).fetchone()
        assert read is not None  # noqa: S101  it was put there, and is never taken away
        interval, chat, now, until_slot, until_unpaused = read
        return interval, chat, now, until_slot if interval else 0.0, until_unpaused or 0.0

    async def _wait_for_others(self, driver: psycopg.AsyncConnection[Any], identity: str, at: datetime) -> float | None:
        """Seconds until something can be due: what was put off, or what somebody else holds; None for nothing."""
        values = {"sender": identity, "at": at, "mine": list(self._mine)}
        read = await (await driver.execute(_LEFT, values)).fetchone()
        until_due, until_lease = read or (None, None)
        waits = [max(until_due, _LOOK_AGAIN)] if until_due is not None else []
        if until_lease is not None:
            waits.append(max(until_lease, 0.0) + 0.01)
        return min(waits, default=None)

    # --- marking

    async def start(self, claim: Claim, at: datetime) -> float | None:
        """Keep that its request leaves now; the moment by `time.monotonic` from which it may.

        None, and it must not leave: the claim no longer holds, its slot is long past, or the fleet is paused. That
        is so too when it could not be kept.
        """
        mark = _Mark(claim, "start", at, tries=1)
        try:
            await self._keep(mark)
        except DatabaseUnavailableError:
            return None
        return mark.departs

    async def end(
        self, claim: Claim, state: DeliveryState, at: datetime, *, provider_id: str | None = None, reason: str = "",
        makes_unreachable: bool = False,
    ) -> None:  # fmt: skip
        """Keep how it ended: delivered, refused (and its account takes nothing more, where so) or unclear.

        One that was given up meanwhile as lost is known better by whoever sent it. What is planned again is left out
        of a refused one, so that another day tells it.
        """
        mark = _Mark(
            claim, state.value, at, provider_id=provider_id, reason=reason, makes_unreachable=makes_unreachable
        )
        await self._keep(mark)

    async def put_back(
        self, claim: Claim, at: datetime, *, wait: float = 0.0, reason: str = "", uncounts: bool = False
    ) -> None:
        """It surely did not go out: it waits again, for at least so many seconds.

        Where its broadcast was paused meanwhile it is held, and where that was cancelled or recalled it is dropped.
        `uncounts`: it was started, and yet does not count as tried.
        """
        await self._keep(_Mark(claim, "back", at, wait=wait, reason=reason, tries=-1 if uncounts else 0))

    async def move_on(self, claim: Claim, reason: str, at: datetime, *, makes_unreachable: bool) -> bool:
        """It surely did not reach this account: let it wait for another one of the same person.

        False where there is none that has not been tried, and where its broadcast was cancelled or recalled meanwhile.
        It stays one delivery, so that nobody is told twice.
        """
        values = {
            "id": claim.delivery.id, "token": claim.token, "reason": reason,
            "channels": list(self._senders), "senders": list(self._senders.values()),
        }  # fmt: skip
        whose = claim.delivery
        async with self._database.transaction() as drawers:
            state = await _see_broadcast(drawers.outbox, whose.broadcast)
            if state in {BroadcastState.CANCELLED, BroadcastState.RECALLED}:
                return False
            driver = await driver_of(drawers.connection)
            moved = await (await driver.execute(_MOVE_ON, values)).fetchone()
            if moved is not None:
                await drawers.outbox.keep_back([whose.id], state, at)
            if moved is not None and makes_unreachable and whose.channel and whose.address:
                await drawers.accounts.mark_unreachable(whose.channel, whose.address, at)
        if moved is not None:
            self._forget(claim)
        return moved is not None

    async def pause(self, identity: str, seconds: float, reason: str) -> None:
        """Let nobody of the fleet send by this identity for so long."""
        async with self._database.transaction() as drawers:
            await drawers.pace.pause(identity, timedelta(seconds=seconds), reason)

    # --- what is not sent at all

    async def drop(self, claim: Claim, reason: str, at: datetime) -> None:
        """Nothing of it is true any more."""
        async with self._database.transaction() as drawers:
            await drawers.outbox.drop(claim.delivery.id, reason, at)
        self._forget(claim)

    async def strand(self, claim: Claim, reason: str, at: datetime) -> bool:
        """No chat takes it: what is told only once waits for one, the rest can be planned again. False: dropped."""
        async with self._database.transaction() as drawers:
            is_kept = await drawers.outbox.strand(claim.delivery, reason, at)
        self._forget(claim)
        return is_kept

    async def strand_refused(self, claim: Claim, reason: str, at: datetime) -> bool:
        """Its chat takes nothing any more, and there is no other: what is told only once waits for one. False: nothing.

        Whoever lets us write again hears of it then.
        """
        whose = claim.delivery
        async with self._database.transaction() as drawers:
            is_kept = await drawers.outbox.strand(whose, reason, at, refused_to=claim.token)
            if is_kept and whose.channel and whose.address:
                await drawers.accounts.mark_unreachable(whose.channel, whose.address, at)
        if is_kept:
            self._forget(claim)
        return is_kept

    async def leave_to_planning(self, claim: Claim, reason: str, at: datetime, *, leaves_day: bool = False) -> bool:
        """What is planned again is left out of it, for another day to tell. Whether more is told by it than that.

        `leaves_day`: that is the message of no day from then on, so that nothing more is put into it.
        """
        async with self._database.transaction() as drawers:
            return await drawers.outbox.leave_to_planning(claim.delivery, reason, at, leaves_day=leaves_day)

    async def take_apart(self, claim: Claim, reason: str) -> bool:
        """It surely did not go out: each notice but its first waits in a message of its own. False: it tells one."""
        async with self._database.transaction() as drawers:
            return await drawers.outbox.take_apart(claim.delivery.id, reason)

    async def leave_out(self, claim: Claim, notices: Mapping[int, str], at: datetime) -> None:
        """Some of what it tells is not true any more."""
        async with self._database.transaction() as drawers:
            await drawers.outbox.leave_out(claim.delivery.id, notices, at)

    async def leave_cases_out(self, claim: Claim, untold: Mapping[int, Sequence[Sequence[str]]]) -> None:
        """Some of the cases that its notices (by number) tell are not true any more: they count as not told."""
        async with self._database.transaction() as drawers:
            await drawers.escalations.leave_out(claim.delivery.person, untold)

    async def defer(self, claim: Claim, due_at: datetime, merge_day: date | None, at: datetime) -> bool:
        """It may not go out now. False where the message of that day has gone out."""
        async with self._database.transaction() as drawers:
            is_deferred = await drawers.outbox.defer(claim.delivery.id, due_at, merge_day, at)
        if is_deferred:
            self._forget(claim)
        return is_deferred

    # --- below

    def _forget(self, claim: Claim) -> None:
        self._left.pop(claim.delivery.id, None)
        left = self._mine.get(claim.token, 0) - 1
        if left > 0:
            self._mine[claim.token] = left
        else:
            self._mine.pop(claim.token, None)

    async def _keep(self, mark: _Mark) -> None:
        """Whoever finds nobody writing writes for all who came meanwhile."""
        self._marks.append(mark)
        async with self._writing:
            if not mark.is_done:
                await self._write()
        if mark.mark != "start":
            self._forget(mark.claim)
        if mark.failed is not None:
            raise mark.failed

    async def _write(self) -> None:
        marks, self._marks = self._marks, []
        try:
            await self._write_patiently(marks)
        except BaseException:
            self._marks = [one for one in marks if not one.is_done] + self._marks
            raise

    async def _write_patiently(self, marks: list[_Mark]) -> None:
        """What was sent is sent: its end is held until the database takes it, or for a minute."""
        give_up_at, pause = time.monotonic() + _PATIENCE, 0.05
        while marks:
            try:
                await self._write_once(marks)
            except (psycopg.Error, DBAPIError, DatabaseUnavailableError, OSError) as failed:
                await self._leave_connection()
                is_over = time.monotonic() > give_up_at
                gone = DatabaseUnavailableError(f"{len(marks)} marks could not be kept: {type(failed).__name__}")
                for one in marks:
                    if is_over or one.mark == "start":
                        one.failed, one.is_done = gone, True
                marks = [one for one in marks if not one.is_done]
            else:
                return
            if marks:
                await asyncio.sleep(pause)
                pause = min(pause * 2, 2.0)

    async def _write_once(self, marks: Sequence[_Mark]) -> None:
        connection = await self._connected()
        driver, outbox = await driver_of(connection), OutboxDrawer(connection)
        paced = await self._read_departures(driver, marks)
        back = _group_put_back(marks)
        broadcasts = await outbox.see_broadcasts(back) if back else {}
        rows = await (await driver.execute(_MARK, self._values(marks))).fetchall()
        kept = {number: (slot, now) for number, slot, now in rows}
        departs: dict[int, float] = {}
        starting = [one for one in marks if one.mark == "start" and one.claim.delivery.id in kept]
        for one in sorted(starting, key=lambda one: one.claim.slot):
            slot, now = kept[one.claim.delivery.id]
            number = one.claim.delivery.id
            leaves = paced[one.sender].leave(number, slot, now) if one.sender in paced else now
            departs[number] = self._offset.here(leaves, seen=now)
            if one.sender in paced:
                departs[number] = self._keep_apart(one.sender, departs[number], paced[one.sender].interval * _NEARER)
        for sender, those in paced.items():
            values = those.last, those.window.numbers, those.window.moments, sender
            await driver.execute(_DEPART, values)
        await self._mark_unreachable(driver, marks, kept)
        for one in marks:
            if one.mark == DeliveryState.REFUSED.value and one.claim.delivery.id in kept:
                await outbox.leave_to_planning(one.claim.delivery, one.reason, one.at, has_ended=True)
        for broadcast, state in broadcasts.items():
            numbers = [one.claim.delivery.id for one in back[broadcast] if one.claim.delivery.id in kept]
            await outbox.keep_back(numbers, state, back[broadcast][0].at)
        await driver.commit()
        for one in marks:
            one.departs, one.is_done = departs.get(one.claim.delivery.id), True
            if one.departs is not None and one.sender in paced:
                self._left[one.claim.delivery.id] = one.departs

    def _keep_apart(self, sender: str, departs: float, distance: float) -> float:
        """Not nearer to the one before, where an answer has just told better how far the two clocks are apart."""
        latest = self._latest.get(sender, departs - distance)
        self._latest[sender] = max(departs, latest + distance) if latest < departs + _KEPT_APART else departs
        return self._latest[sender]

    async def _read_departures(
        self, driver: psycopg.AsyncConnection[Any], marks: Sequence[_Mark]
    ) -> dict[str, _Departures]:
        """The rows, locked, of the identities with a pace by which these marks leave or have arrived."""
        ended = [one for one in marks if one.mark != "start" and one.claim.delivery.id in self._left]
        paced = {one.sender for one in marks if one.mark == "start" and self._paced.get(one.sender, True)}
        read: dict[str, _Departures] = {}
        for sender in sorted(paced | {one.sender for one in ended}):
            row = await (await driver.execute(_DEPARTED, (sender,))).fetchone()
            if row is not None and row[1] > row[4] + max(FARTHEST, 3 * row[0]) and await mend_setback(driver):
                row = await (await driver.execute(_DEPARTED, (sender,))).fetchone()
            interval, last, numbers, moments, _now = row or (0.0, 0.0, [], [], 0.0)
            read[sender] = _Departures(interval, last, open_window(interval, numbers, moments))
        for one in ended:
            arrived = self._ways.setdefault(one.sender, _Ways()).arrived(self._left[one.claim.delivery.id], one.made)
            read[one.sender].window.arrive(one.claim.delivery.id, self._offset.there(arrived))
        return read

    def _values(self, marks: Sequence[_Mark]) -> dict[str, Any]:
        return {
            "ids": [one.claim.delivery.id for one in marks],
            "tokens": [one.claim.token for one in marks],
            "marks": [one.mark for one in marks],
            "ats": [one.at for one in marks],
            "waits": [one.wait for one in marks],
            "tries": [one.tries for one in marks],
            "provider_ids": [one.provider_id for one in marks],
            "reasons": [one.reason for one in marks],
            "lease": self._terms.start_lease,
            "stale": self._terms.stale,
        }

    async def _mark_unreachable(
        self, driver: psycopg.AsyncConnection[Any], marks: Sequence[_Mark], kept: Mapping[int, object]
    ) -> None:
        gone = [one for one in marks if one.makes_unreachable and one.claim.delivery.id in kept]
        if gone:
            whose = [one.claim.delivery for one in gone]
            values = [one.channel for one in whose], [one.address for one in whose], [one.at for one in gone]
            await driver.execute(_UNREACHABLE, values)

    async def _connected(self) -> AsyncConnection:
        if self._connection is None:
            self._connection = await self._open.enter_async_context(self._database.connect())
        return self._connection

    async def _leave_connection(self) -> None:
        """Have the connection closed for good: what it was doing is dropped with it."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await (await driver_of(connection)).close()
        await self._open.aclose()


async def _see_broadcast(outbox: OutboxDrawer, broadcast: int | None) -> BroadcastState:
    """How the broadcast of a message stands until the transaction ends; what is of none goes on."""
    states = await outbox.see_broadcasts([broadcast]) if broadcast is not None else {}
    return next(iter(states.values()), BroadcastState.SENDING)


def _group_put_back(marks: Sequence[_Mark]) -> dict[int, list[_Mark]]:
    """Those of these marks that put a message of a broadcast back, by broadcast."""
    found: dict[int, list[_Mark]] = {}
    for one in marks:
        if one.mark == "back" and one.claim.delivery.broadcast is not None:
            found.setdefault(one.claim.delivery.broadcast, []).append(one)
    return found


async def _list_due(driver: psycopg.AsyncConnection[Any], values: Mapping[str, Any]) -> list[int]:
    """What is due, at most one for each chat where chats have a pace."""
    rows = await (await driver.execute(_DUE, values)).fetchall()
    if not values["chat"]:
        return [number for number, _address in rows]
    chats: dict[str, int] = {}
    for number, address in rows:
        chats.setdefault(address, number)
    return list(chats.values())
