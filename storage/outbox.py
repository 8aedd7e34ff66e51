"""The outbox: what is to be told, to whom it goes, and how each message ended. Sending itself is the ledger's.

Every method works in the transaction of its connection, so that a notice, its delivery and the job that follows are
one fact.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, TypeVar

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.facts import PersonCode, UnitCode
from storage.characters import storable, storable_values
from storage.driver import driver_of
from storage.records import (
    BroadcastState,
    Delivery,
    DeliveryState,
    NewDelivery,
    NewNotice,
    Notice,
    NoticeKind,
    Queue,
)

_T = TypeVar("_T")
_AT_ONCE: Final = 5000
_ADD_NOTICES: Final = """
INSERT INTO notices (kind, key, stage, about, payload, made_at)
SELECT kind, key, stage, about, payload, %(at)s
FROM jsonb_to_recordset(%(rows)s) AS r (kind text, key text, stage text, about text[], payload jsonb)
ON CONFLICT (key) WHERE freed_at IS NULL DO NOTHING
RETURNING id, key
"""
_NUMBERS: Final = "SELECT nextval(pg_get_serial_sequence('deliveries', 'id')) FROM generate_series(1, %s)"
_ADD_DELIVERIES: Final = """
INSERT INTO deliveries (id, person, sender, channel, address, locale, state, urgency, due_at, merge_day, broadcast,
                        done_at)
SELECT id, person, sender, channel, address, locale, CASE WHEN sender IS NULL THEN 'unreachable' ELSE 'waiting' END,
    urgency, due_at, merge_day, broadcast, CASE WHEN sender IS NULL THEN %(at)s::timestamptz END
FROM jsonb_to_recordset(%(rows)s) AS r (id bigint, person text, sender text, channel text, address text, locale text,
    urgency smallint, due_at timestamptz, merge_day date, broadcast bigint)
ON CONFLICT (person, merge_day) WHERE merge_day IS NOT NULL AND state <> 'dropped' DO NOTHING
RETURNING id
"""
_OF_DAY: Final = """
SELECT d.id, d.person, d.merge_day, d.state
FROM deliveries d JOIN unnest(%(people)s::text[], %(days)s::date[]) AS w (person, day)
    ON d.person = w.person COLLATE "C" AND d.merge_day = w.day
WHERE d.merge_day IS NOT NULL AND d.state <> 'dropped'
ORDER BY d.id FOR UPDATE OF d
"""
_CARRY: Final = """
INSERT INTO carried (delivery, notice) SELECT * FROM unnest(%s::bigint[], %s::bigint[]) ON CONFLICT DO NOTHING
"""
_HASTEN: Final = """
UPDATE deliveries d SET urgency = least(d.urgency, w.urgency), due_at = least(d.due_at, w.due_at)
FROM unnest(%s::bigint[], %s::smallint[], %s::timestamptz[]) AS w (id, urgency, due_at) WHERE d.id = w.id
"""
# The account that they prefer, else that linked last, among those that take what we send.
_REACHED: Final = """
(SELECT DISTINCT ON (person) person, channel, address, coalesce(locale, 'vi') AS locale FROM accounts
 WHERE person IS NOT NULL AND channel = ANY(%(channels)s) AND unreachable_at IS NULL AND 'reminders' <> ALL(withheld)
 ORDER BY person, preferred_at DESC NULLS LAST, linked_at DESC NULLS LAST, channel, address)
"""
# What is of no day had a turn once, and lost its chat before it: what never had one is told on paper.
_REACH_AT_LAST: Final = f"""
UPDATE deliveries d SET state = 'waiting', sender = %(senders)s ->> r.channel, channel = r.channel,
    address = r.address, locale = r.locale, due_at = %(due_at)s, done_at = NULL, slot_at = NULL
FROM {_REACHED} r
WHERE r.person = d.person AND d.state = 'unreachable' AND d.sender IS NULL AND (
        d.merge_day >= %(since)s
        OR (d.sender IS NULL AND d.slot_at IS NOT NULL AND d.merge_day IS NULL AND d.done_at >= %(since)s
            AND d.done_at > coalesce((SELECT max(restored_at) FROM restores), '-infinity')))
    AND d.reason <> 'restored'  -- it may have gone out after the backup was taken that this database comes from
RETURNING d.id
"""  # noqa: S608  ours
# The slot that it had stays: by it what lost its chat is told from what is on paper.
_STRAND: Final = """
UPDATE deliveries SET state = 'unreachable', sender = NULL, channel = NULL, address = NULL, reason = %(reason)s,
    done_at = %(at)s, claimed_by = NULL, lease_until = NULL, started_at = NULL
WHERE id = %(delivery)s AND (state = 'claimed' OR (state = 'started' AND claimed_by = %(refused_to)s)) RETURNING id
"""
# What a head said is planned by nobody: while it is refused to us it waits over a weekend, as a broadcast does.
_UNIT_REMINDER_WAITS: Final = timedelta(days=3)
_TAKE_APART: Final = """
WITH apart AS (
    INSERT INTO deliveries (person, sender, channel, address, locale, urgency, due_at, tried, reason)
    SELECT person, sender, channel, address, locale, urgency, due_at, tried, %(reason)s
    FROM deliveries WHERE id = %(delivery)s RETURNING id
)
UPDATE carried c SET delivery = apart.id FROM apart WHERE c.delivery = %(delivery)s AND c.notice = %(notice)s
"""
_FOLLOW: Final = f"""
UPDATE deliveries d SET sender = %(senders)s ->> r.channel, channel = r.channel, address = r.address, locale = r.locale
FROM {_REACHED} r
WHERE r.person = d.person AND d.state = 'waiting' AND NOT d.is_held
    AND r.channel || ' ' || r.address <> ALL(d.tried) AND NOT EXISTS (
    SELECT FROM accounts a WHERE a.channel = d.channel AND a.address = d.address AND a.person = d.person
        AND a.unreachable_at IS NULL AND 'reminders' <> ALL(a.withheld))
RETURNING d.id
"""  # noqa: S608  ours
# Only HR's word that it did not arrive lets a message of unknown outcome leave again.
_SEND_AGAIN: Final = """
UPDATE deliveries SET state = 'waiting', due_at = %(at)s, started_at = NULL, done_at = NULL, provider_id = NULL,
    slot_at = NULL, lease_until = NULL, claimed_by = NULL, reason = 'sent_again', is_held = %(is_held)s
WHERE id = %(delivery)s AND broadcast IS NOT DISTINCT FROM %(broadcast)s AND state = 'unclear'
RETURNING id
"""
# What waits by identities that their platform refuses goes to another account of the same person. The account
# that it leaves was not tried: what is refused elsewhere comes back and waits for it.
_LEAVE_CLOSED: Final = """
UPDATE deliveries d SET sender = n.sender, channel = n.channel, address = n.address,
    locale = coalesce(n.locale, d.locale), reason = %(reason)s, lease_until = NULL
FROM (
    SELECT o.id, other.* FROM deliveries o CROSS JOIN LATERAL (
        SELECT sender_at(a.channel, a.address, s.sender) AS sender, a.channel, a.address, a.locale
        FROM accounts a JOIN unnest(%(channels)s::text[], %(senders)s::text[]) AS s (channel, sender)
            ON s.channel = a.channel
        WHERE a.person = o.person AND a.unreachable_at IS NULL AND 'reminders' <> ALL(a.withheld)
            AND sender_at(a.channel, a.address, s.sender) <> ALL(%(closed)s::text[])
            AND a.channel || ' ' || a.address <> ALL(o.tried)
        ORDER BY a.preferred_at DESC NULLS LAST, a.linked_at DESC NULLS LAST, a.channel, a.address LIMIT 1) other
    WHERE o.sender = ANY(%(closed)s::text[]) AND o.state = 'waiting' AND NOT o.is_held AND o.due_at <= %(at)s
    FOR UPDATE OF o SKIP LOCKED
) n
WHERE d.id = n.id
RETURNING d.id
"""
# What a delivery tells; a refused one stands as evidence of what it would have told, which another may tell since.
_TELLS: Final = "(c.dropped IS NULL OR (d.state = 'refused' AND c.dropped = d.reason))"
# A notice that no delivery tells any more loses its key.
_FREE: Final = """
UPDATE notices n SET freed_at = %(at)s
WHERE n.id = ANY(%(notices)s) AND n.freed_at IS NULL AND NOT EXISTS (
    SELECT FROM carried c JOIN deliveries d ON d.id = c.delivery
    WHERE c.notice = n.id AND c.dropped IS NULL AND d.state <> 'dropped')
"""
_DELIVERY: Final = """
SELECT id, person, sender, channel, address, locale, state, due_at, merge_day, attempts, slot_at, lease_until,
    started_at, done_at, provider_id, reason, acknowledged_at, broadcast
FROM deliveries
"""
_CARRIED: Final = f"""
SELECT c.delivery, n.id, n.kind, n.key, n.stage, n.about, n.payload, n.made_at
FROM carried c JOIN notices n ON n.id = c.notice JOIN deliveries d ON d.id = c.delivery
WHERE c.delivery = ANY(%s) AND {_TELLS} ORDER BY n.id
"""  # noqa: S608  ours
_COUNT_REMINDERS: Final = f"""
SELECT d.state, d.acknowledged_at IS NOT NULL, count(*)
FROM deliveries d JOIN people p ON p.code = d.person
WHERE coalesce(d.done_at, d.due_at) >= %(since)s AND coalesce(d.done_at, d.due_at) < %(until)s
    AND (%(units)s::text[] IS NULL OR p.unit = ANY(%(units)s))
    AND EXISTS (SELECT FROM carried c JOIN notices n ON n.id = c.notice
                WHERE c.delivery = d.id AND {_TELLS} AND n.kind = 'reminder')
GROUP BY 1, 2 ORDER BY 1, 2
"""  # noqa: S608  ours
# From one identity and urgency to the next along the index, however many messages wait: workers look every few seconds.
_SENDERS_DUE: Final = """
WITH RECURSIVE kinds (sender, urgency) AS (
    (SELECT sender, urgency FROM deliveries
     WHERE state = 'waiting' AND NOT is_held AND sender IS NOT NULL ORDER BY sender, urgency LIMIT 1)
    UNION ALL
    SELECT n.sender, n.urgency FROM kinds k CROSS JOIN LATERAL (
        SELECT d.sender, d.urgency FROM deliveries d
        WHERE d.state = 'waiting' AND NOT d.is_held AND (d.sender, d.urgency) > (k.sender, k.urgency)
        ORDER BY d.sender, d.urgency LIMIT 1) n
)
SELECT k.sender FROM kinds k
WHERE NOT EXISTS (SELECT FROM pace p WHERE p.identity = k.sender AND p.paused_until > clock_timestamp())
    AND EXISTS (
    SELECT FROM deliveries d WHERE d.sender = k.sender AND d.urgency = k.urgency AND d.state = 'waiting'
        AND NOT d.is_held AND d.due_at <= %s AND (d.lease_until IS NULL OR d.lease_until <= clock_timestamp()))
UNION
SELECT sender FROM deliveries
WHERE sender IS NOT NULL AND state IN ('claimed', 'started') AND lease_until < clock_timestamp()
ORDER BY 1
"""
_QUEUES: Final = """
SELECT q.sender,
    count(*) FILTER (WHERE q.state = 'waiting' AND q.due_at <= %(at)s AND NOT q.is_held),
    count(*) FILTER (WHERE q.state = 'waiting' AND q.due_at > %(at)s AND NOT q.is_held),
    count(*) FILTER (WHERE q.state = 'waiting' AND q.is_held),
    count(*) FILTER (WHERE q.state IN ('claimed', 'started')),
    count(*) FILTER (WHERE q.state IN ('claimed', 'started') AND q.lease_until < clock_timestamp()),
    count(*) FILTER (WHERE q.state = 'delivered' AND q.done_at > clock_timestamp() - interval '1 minute'),
    count(*) FILTER (WHERE q.state = 'delivered' AND q.done_at > clock_timestamp() - interval '1 hour'),
    min(q.due_at) FILTER (WHERE q.state = 'waiting' AND q.due_at <= %(at)s AND NOT q.is_held),
    (SELECT p.paused_until FROM pace p WHERE p.identity = q.sender AND p.paused_until > clock_timestamp()),
    (SELECT p.pause_reason FROM pace p WHERE p.identity = q.sender AND p.paused_until > clock_timestamp())
FROM (
    SELECT sender, 'waiting' AS state, due_at, false AS is_held, NULL::timestamptz AS lease_until,
        NULL::timestamptz AS done_at FROM deliveries
    WHERE sender IS NOT NULL AND state = 'waiting' AND NOT is_held
    UNION ALL
    SELECT sender, state, due_at, is_held, lease_until, done_at FROM deliveries
    WHERE sender IS NOT NULL AND state = 'waiting' AND is_held
    UNION ALL
    SELECT sender, state, due_at, is_held, lease_until, done_at FROM deliveries
    WHERE sender IS NOT NULL AND state IN ('claimed', 'started')
    UNION ALL
    SELECT sender, state, due_at, is_held, lease_until, done_at FROM deliveries
    WHERE sender IS NOT NULL AND done_at > statement_timestamp() - interval '1 hour'
) q GROUP BY q.sender ORDER BY q.sender
"""

Parcels = Sequence[tuple[NewDelivery, Sequence[NewNotice]]]


class OutboxDrawer:
    """Notices and deliveries. `at` is always the office's own clock; only leases and slots are the database's."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    # --- putting in

    async def put(self, delivery: NewDelivery, notices: Sequence[NewNotice], at: datetime) -> int | None:
        """Keep one message with what it tells; its number.

        Notices whose keys are known are left out. None: no notice is new; or the person has the message of that day,
        which then tells the new ones too if it still waits, and else they are not kept, for another day to tell them.
        A delivery without sender is kept as unreachable.
        """
        made = await self._put([(delivery, notices)], at)
        return made[0] if made else None

    async def put_many(self, parcels: Parcels, at: datetime) -> int:
        """The same for many, thousands in a second or so; how many deliveries were made."""
        return len(await self._put(parcels, at))

    async def known_keys(self, keys: Collection[str]) -> set[str]:
        """Those of these keys that have been told or wait to be told."""
        rows = await self._read(
            "SELECT key FROM notices WHERE key = ANY(%s) AND freed_at IS NULL", (list(map(storable, keys)),)
        )
        return {key for (key,) in rows}

    async def told_on(self, day: date) -> set[PersonCode]:
        """Who has the merged message of that day, however it ended; dropped ones do not count."""
        rows = await self._read("SELECT person FROM deliveries WHERE merge_day = %s AND state <> 'dropped'", (day,))
        return {PersonCode(person) for (person,) in rows}

    # --- looking

    async def find(self, delivery: int) -> Delivery | None:
        """The delivery of this number with its notices, or None."""
        found = await self._list("WHERE id = %s", (delivery,))
        return found[0] if found else None

    async def list_of(self, person: PersonCode, limit: int = 50) -> Sequence[Delivery]:
        """What was or will be sent to this person, the newest first."""
        return await self._list("WHERE person = %s ORDER BY id DESC LIMIT %s", (storable(person), limit))

    async def count_reminders(
        self, units: Collection[UnitCode] | None, since: datetime, until: datetime
    ) -> Sequence[tuple[DeliveryState, bool, int]]:
        """Messages with reminders that ended, or are due, within this time: by state, and whether confirmed."""
        values = {"units": list(units) if units is not None else None, "since": since, "until": until}
        rows = await self._read(_COUNT_REMINDERS, values)
        return [(DeliveryState(state), is_confirmed, count) for state, is_confirmed, count in rows]

    async def list_unclear(self, limit: int = 100, broadcast: int | None = None) -> Sequence[Delivery]:
        """Deliveries that may or may not have arrived, the oldest first."""
        if broadcast is None:
            return await self._list("WHERE state = 'unclear' ORDER BY id LIMIT %s", (limit,))
        return await self._list("WHERE broadcast = %s AND state = 'unclear' ORDER BY id LIMIT %s", (broadcast, limit))

    async def count_states(self, broadcast: int | None = None) -> Mapping[DeliveryState, int]:
        """How many deliveries are in each state, of one broadcast where it is given; absent states have none."""
        where, values = ("", ()) if broadcast is None else (" WHERE broadcast = %s", (broadcast,))
        rows = await self._read(f"SELECT state, count(*) FROM deliveries{where} GROUP BY state", values)  # noqa: S608  ours
        return {DeliveryState(state): count for state, count in rows}

    async def list_senders_due(self, at: datetime) -> Sequence[str]:
        """The identities that have something to send now and may, or under way whose lease is over."""
        return [sender for (sender,) in await self._read(_SENDERS_DUE, (at,))]

    async def list_queues(self, at: datetime) -> Sequence[Queue]:
        """How each identity stands: what waits, what is under way, how quickly it goes, what is stuck."""
        return [Queue(*row) for row in await self._read(_QUEUES, {"at": at})]

    # --- changing

    async def acknowledge(self, delivery: int, person: PersonCode, at: datetime) -> bool:
        """The recipient has seen it; an unclear one is then delivered. False unless it is theirs and went out."""
        changed = await self._read(
            "UPDATE deliveries SET acknowledged_at = coalesce(acknowledged_at, %s),"
            " reason = CASE WHEN state = 'unclear' THEN 'acknowledged' ELSE reason END,"
            " state = CASE WHEN state = 'unclear' THEN 'delivered' ELSE state END"
            " WHERE id = %s AND person = %s AND state IN ('started', 'delivered', 'unclear') RETURNING id",
            (at, delivery, storable(person)),
        )
        return bool(changed)

    async def settle_unclear(self, delivery: int, *, has_arrived: bool, at: datetime) -> bool:
        """HR knows how an unclear one ended. False unless it is unclear."""
        state = DeliveryState.DELIVERED if has_arrived else DeliveryState.REFUSED
        changed = await self._read(
            "UPDATE deliveries SET state = %s, reason = 'settled', done_at = %s"
            " WHERE id = %s AND state = 'unclear' RETURNING id",
            (state.value, at, delivery),
        )
        return bool(changed)

    async def list_unclear_of(self, units: Collection[UnitCode], limit: int) -> Sequence[Delivery]:
        """Deliveries to people of these units that may or may not have arrived, the oldest first."""
        return await self._list(
            "WHERE state = 'unclear' AND person IN (SELECT code FROM people WHERE unit = ANY(%s)) ORDER BY id LIMIT %s",
            (list(units), limit),
        )

    async def send_again(
        self, delivery: int, at: datetime, *, broadcast: int | None = None, is_held: bool = False
    ) -> bool:
        """Let one of unknown outcome leave again, by HR's word that it did not arrive. False unless it is unclear.

        Whether it still holds is read again when it leaves, as ever. One of a broadcast only where that is named.
        """
        values = {"delivery": delivery, "at": at, "broadcast": broadcast, "is_held": is_held}
        return bool(await self._read(_SEND_AGAIN, values))

    async def find_chats_again(self, senders: Mapping[str, str], since: date, due_at: datetime) -> int:
        """Let messages go where their people are reached now, by these senders (identity by channel); how many.

        That is what waits for a chat that is theirs no more, the one message of a day `since` then of whoever could
        not be reached, and what `strand` has kept since then. What of it is true no more is left out when it is sent,
        as ever. What had nowhere to go from the first and is of no day, and broadcasts, are told on paper, and stay so.
        """
        values = {"channels": list(senders), "senders": Jsonb(dict(senders)), "since": since, "due_at": due_at}
        return len(await self._read(_REACH_AT_LAST, values)) + len(await self._read(_FOLLOW, values))

    async def leave_closed(self, closed: Collection[str], senders: Mapping[str, str], reason: str, at: datetime) -> int:
        """What is due by identities that cannot send waits for another account of its person; how many.

        `senders` are the identities that send, by channel. What has no other account stays.
        """
        values = {
            "closed": list(closed), "channels": list(senders), "senders": list(senders.values()), "reason": reason,
            "at": at,
        }  # fmt: skip
        return len(await self._read(_LEAVE_CLOSED, values))

    async def drop(self, delivery: int, reason: str, at: datetime) -> bool:
        """Do not send it any more; what it alone would have told can be told again. False once it has started."""
        return await self.drop_many([delivery], reason, at) == 1

    async def drop_many(self, numbers: Sequence[int], reason: str, at: datetime) -> int:
        """The same for many; how many were dropped."""
        return await self._drop("id = ANY(%(which)s)", list(numbers), reason, at)

    async def strand(self, delivery: Delivery, reason: str, at: datetime, *, refused_to: str | None = None) -> bool:
        """A claimed one finds no chat that takes it: what is told only once waits in it for a chat.

        What is planned again is left out of it, so that the next day plans it as for whoever has no chat; where that is
        all, it is dropped, and this is False. `find_chats_again` lets it go to accounts that take what we send and
        from which reminders are not withheld, as planning does, so consents of that time hold. `refused_to`: whoever
        holds it had started, and the chat refused it; where it is not kept it stays as it is, and this is False.
        """
        again = {one.id: reason for one in delivery.notices if not one.is_told_once}
        if len(again) == len(delivery.notices):
            if refused_to is None:
                await self.drop(delivery.id, reason, at)
            return False
        values = {"delivery": delivery.id, "reason": reason, "at": at, "refused_to": refused_to}
        if not await self._read(_STRAND, values):
            return False
        if again:
            await self.leave_out(delivery.id, again, at)
        return True

    async def leave_to_planning(
        self, delivery: Delivery, reason: str, at: datetime, *, leaves_day: bool = False, has_ended: bool = False
    ) -> bool:
        """What is planned again is left out of one that a platform refuses, so that another day's message tells it.

        Whether more is told by it that is told only once. A broadcast stays in it: that is told on paper.
        `leaves_day`: what is told only once is the message of no day from then on, or the next days' would be put
        into it and refused with it. `has_ended`: nothing waits in it, so that what a head said is free again, too.
        """
        kept, again = _split(delivery, None if has_ended else at)
        if again:
            await self.leave_out(delivery.id, dict.fromkeys(again, reason), at)
        if kept and leaves_day:
            await self._do("UPDATE deliveries SET merge_day = NULL WHERE id = %s", (delivery.id,))
        return bool(kept)

    async def leave_earlier_to_planning(self, day: date, reasons: Collection[str], at: datetime) -> None:
        """The same for the messages of days before this one that wait since they were refused for such a reason.

        Those that tell nothing else end as refused.
        """
        order = (
            "WHERE id > %s AND state = 'waiting' AND NOT is_held AND merge_day < %s AND reason = ANY(%s)"
            " ORDER BY id LIMIT %s FOR UPDATE"
        )
        last = 0
        while found := await self._list(order, (last, day, list(reasons), _AT_ONCE)):
            parts = [(one, *_split(one, at)) for one in found]
            await self._leave_out([(one.id, notice, one.reason) for one, _kept, again in parts for notice in again], at)
            ended = "UPDATE deliveries SET state = 'refused', done_at = %s, lease_until = NULL WHERE id = ANY(%s)"
            await self._do(ended, (at, [one.id for one, kept, _again in parts if not kept]))
            last = found[-1].id

    async def take_apart(self, delivery: int, reason: str) -> bool:
        """Let each of its notices but the first wait in a message of its own, of no day and due like it.

        False where it tells no more than one.
        """
        order = "SELECT notice FROM carried WHERE delivery = %s AND dropped IS NULL ORDER BY notice OFFSET 1"
        others = await self._read(order, (delivery,))
        for (notice,) in others:
            await self._do(_TAKE_APART, {"delivery": delivery, "notice": notice, "reason": reason})
        return bool(others)

    async def leave_out(self, delivery: int, notices: Mapping[int, str], at: datetime) -> None:
        """These notices (by number, with the reason) are no longer told by it; their keys are free again."""
        await self._leave_out([(delivery, notice, reason) for notice, reason in notices.items()], at)

    async def defer(self, delivery: int, due_at: datetime, merge_day: date | None, at: datetime) -> bool:
        """Let one that has not started wait until then, as the message of that day.

        Where the person has another message of that day that waits, that one tells it too. False, and nothing is
        changed, where that day's message has gone out.
        """
        other = None
        if merge_day is not None:
            others = await self._read(
                "SELECT o.id, o.state FROM deliveries o JOIN deliveries d ON d.person = o.person WHERE d.id = %s"
                " AND o.id <> d.id AND o.merge_day = %s AND o.state <> 'dropped' FOR UPDATE OF o",
                (delivery, merge_day),
            )
            other = others[0] if others else None
        if other is None:
            await self._do(
                "UPDATE deliveries SET state = 'waiting', due_at = %s, merge_day = %s, claimed_by = NULL,"
                " lease_until = NULL, slot_at = NULL WHERE id = %s AND state IN ('waiting', 'claimed')",
                (due_at, merge_day, delivery),
            )
            return True
        number, state = other
        if state != DeliveryState.WAITING:
            return False
        await self._do(
            "INSERT INTO carried (delivery, notice) SELECT %s, notice FROM carried"
            " WHERE delivery = %s AND dropped IS NULL ON CONFLICT DO NOTHING",
            (number, delivery),
        )
        return await self.drop(delivery, "merged", at)

    # --- broadcasts

    async def hold_broadcast(self, broadcast: int, *, is_held: bool) -> int:
        """Pause or resume a broadcast: what has not started stays; how many deliveries that is."""
        changed = await self._read(
            "UPDATE deliveries SET is_held = %s WHERE broadcast = %s AND state IN ('waiting', 'claimed') RETURNING id",
            (is_held, broadcast),
        )
        return len(changed)

    async def drop_broadcast(self, broadcast: int, reason: str, at: datetime) -> int:
        """Cancel a broadcast: what has not started is dropped; how many."""
        return await self._drop("broadcast = %(which)s", broadcast, reason, at)

    async def see_broadcasts(self, broadcasts: Collection[int]) -> Mapping[int, BroadcastState]:
        """How these stand, which nobody changes before this transaction ends.

        To be asked before what had started of them is put back. Whoever changes one at that moment either waits, and
        then finds what was put back, or has changed it: what HR does touches nothing that has started.
        """
        rows = await self._read(
            "SELECT number, state FROM broadcasts WHERE number = ANY(%s) ORDER BY number FOR SHARE",
            (list(broadcasts),),
        )
        return {number: BroadcastState(state) for number, state in rows}

    async def keep_back(self, deliveries: Sequence[int], state: BroadcastState, at: datetime) -> None:
        """What was put back of a broadcast that stands so: held while it is paused, and dropped once it has ended."""
        if state is BroadcastState.PAUSED:
            await self._do(
                "UPDATE deliveries SET is_held = true WHERE id = ANY(%s) AND state = 'waiting'", (list(deliveries),)
            )
        elif state is not BroadcastState.SENDING:
            await self.drop_many(deliveries, state.value, at)

    # --- below

    async def _put(self, parcels: Parcels, at: datetime) -> list[int]:
        fresh = await self._add_notices(parcels, at)
        telling = [(one, new) for one, given in parcels if (new := _take(fresh, given))]
        numbers = [number for (number,) in await self._read(_NUMBERS, (len(telling),))] if telling else []
        wanted = dict(zip(numbers, telling, strict=True))
        made = await self._add_deliveries(wanted, at)
        told = [(number, notice) for number in made for notice in wanted[number][1]]
        if len(made) < len(wanted):
            left = {number: parcel for number, parcel in wanted.items() if number not in made}
            told += await self._attach(list(left.values()))
        if told:
            await self._do(_CARRY, tuple(map(list, zip(*told, strict=True))))
        return sorted(made)

    async def _add_notices(self, parcels: Parcels, at: datetime) -> dict[str, int]:
        rows = {storable(one.key): one for _delivery, notices in parcels for one in notices}
        fresh: dict[str, int] = {}
        # Always in the order of keys, so that two planners at once wait for each other instead of for ever.
        for some in _in_parts(sorted(rows)):
            written = [_notice_row(key, rows[key]) for key in some]
            made = await self._read(_ADD_NOTICES, {"rows": Jsonb(written), "at": at})
            fresh |= {key: number for number, key in made}
        return fresh

    async def _add_deliveries(self, wanted: Mapping[int, tuple[NewDelivery, list[int]]], at: datetime) -> set[int]:
        in_order = sorted(wanted, key=lambda number: (wanted[number][0].person, number))
        made: set[int] = set()
        for some in _in_parts(in_order):
            written = [_delivery_row(number, wanted[number][0]) for number in some]
            made |= {number for (number,) in await self._read(_ADD_DELIVERIES, {"rows": Jsonb(written), "at": at})}
        return made

    async def _attach(self, left: Sequence[tuple[NewDelivery, list[int]]]) -> Iterator[tuple[int, int]]:
        """Let the message that these people have for their day tell it; what it cannot tell is not kept."""
        people, days = [storable(one.person) for one, _new in left], [one.merge_day for one, _new in left]
        rows = await self._read(_OF_DAY, {"people": people, "days": days})
        of_day = {(person, day): (number, DeliveryState(state)) for number, person, day, state in rows}
        told: list[tuple[int, int]] = []
        untold: list[int] = []
        hastened: list[tuple[int, int, datetime]] = []
        for delivery, new in left:
            number, state = of_day.get((storable(delivery.person), delivery.merge_day), (0, DeliveryState.DROPPED))
            is_on_paper = state is DeliveryState.UNREACHABLE and delivery.sender is None
            if state is DeliveryState.WAITING or is_on_paper:
                told += [(number, notice) for notice in new]
                hastened.append((number, delivery.urgency, delivery.due_at))
            else:
                untold += new
        if hastened:
            await self._do(_HASTEN, tuple(map(list, zip(*hastened, strict=True))))
        await self._do("DELETE FROM notices WHERE id = ANY(%s)", (untold,))
        return iter(told)

    async def _leave_out(self, left: Sequence[tuple[int, int, str]], at: datetime) -> None:
        """Deliveries with notices that they tell no longer, and why."""
        deliveries, notices, reasons = [[one[place] for one in left] for place in range(3)]
        await self._do(
            "UPDATE carried c SET dropped = w.reason"
            " FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS w (delivery, notice, reason)"
            " WHERE c.delivery = w.delivery AND c.notice = w.notice AND c.dropped IS NULL",
            (deliveries, notices, reasons),
        )
        await self._do(_FREE, {"at": at, "notices": notices})

    async def _drop(self, where: str, which: Any, reason: str, at: datetime) -> int:
        dropped = await self._read(
            "UPDATE deliveries SET state = 'dropped', reason = %(reason)s, done_at = %(at)s, claimed_by = NULL,"  # noqa: S608  ours
            f" lease_until = NULL WHERE {where} AND state IN ('waiting', 'claimed') RETURNING id",
            {"which": which, "reason": reason, "at": at},
        )
        numbers = [number for (number,) in dropped]
        told = await self._read("SELECT DISTINCT notice FROM carried WHERE delivery = ANY(%s)", (numbers,))
        await self._do(_FREE, {"at": at, "notices": [notice for (notice,) in told]})
        return len(numbers)

    async def _list(self, where: str, values: Sequence[Any]) -> list[Delivery]:
        driver = await driver_of(self._connection)
        async with driver.cursor(row_factory=dict_row) as cursor:
            rows = await (await cursor.execute(f"{_DELIVERY} {where}", values)).fetchall()
        return await read_deliveries(driver, rows)

    async def _read(self, order: str, values: Mapping[str, Any] | Sequence[Any]) -> list[tuple[Any, ...]]:
        driver = await driver_of(self._connection)
        async with driver.cursor() as cursor:
            return await (await cursor.execute(order, values)).fetchall()

    async def _do(self, order: str, values: Mapping[str, Any] | Sequence[Any]) -> None:
        driver = await driver_of(self._connection)
        async with driver.cursor() as cursor:
            await cursor.execute(order, values)


async def read_deliveries(driver: psycopg.AsyncConnection[Any], rows: Sequence[dict[str, Any]]) -> list[Delivery]:
    """Rows of deliveries as values, each with the notices that it still tells."""
    told: dict[int, list[Notice]] = {}
    async with driver.cursor() as cursor:
        await cursor.execute(_CARRIED, ([row["id"] for row in rows],))
        async for delivery, number, kind, key, stage, about, payload, made_at in cursor:
            people = tuple(map(PersonCode, about))
            one = Notice(number, NoticeKind(kind), key, stage, people, payload, made_at)
            told.setdefault(delivery, []).append(one)
    return [
        Delivery(**{**row, "state": DeliveryState(row["state"]), "notices": tuple(told.get(row["id"], ()))})
        for row in rows
    ]


def _in_parts(given: Sequence[_T]) -> Iterator[Sequence[_T]]:
    for start in range(0, len(given), _AT_ONCE):
        yield given[start : start + _AT_ONCE]


def _take(fresh: dict[str, int], notices: Sequence[NewNotice]) -> list[int]:
    """The numbers of the new ones among these; each is taken once."""
    taken = (fresh.pop(storable(one.key), None) for one in notices)
    return [number for number in taken if number is not None]


def _split(delivery: Delivery, at: datetime | None) -> tuple[list[int], list[int]]:
    """Notices that nobody would tell if it did not, and those that are planned again; a broadcast is neither.

    `at` is given where it waits: what a head said does so for a while.
    """
    kept = [one.id for one in delivery.notices if _waits(one, at)]
    return kept, [one.id for one in delivery.notices if one.id not in kept and one.kind is not NoticeKind.BROADCAST]


def _waits(notice: Notice, at: datetime | None) -> bool:
    is_young = at is not None and at - notice.made_at <= _UNIT_REMINDER_WAITS
    return notice.is_told_once or (notice.kind is NoticeKind.UNIT_REMINDER and is_young)


def _notice_row(key: str, notice: NewNotice) -> dict[str, Any]:
    return {
        "kind": notice.kind.value,
        "key": key,
        "stage": notice.stage,
        "about": list(map(storable, notice.about)),
        "payload": storable_values(notice.payload),
    }


def _delivery_row(number: int, delivery: NewDelivery) -> dict[str, Any]:
    return {
        "id": number,
        "person": storable(delivery.person),
        "sender": delivery.sender,
        "channel": delivery.channel,
        "address": delivery.address,
        "locale": delivery.locale,
        "urgency": delivery.urgency,
        "due_at": delivery.due_at.isoformat(),
        "merge_day": delivery.merge_day.isoformat() if delivery.merge_day is not None else None,
        "broadcast": delivery.broadcast,
    }
