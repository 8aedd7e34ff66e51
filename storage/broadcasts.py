"""Broadcasts: what was approved, how far it is gone, where that is shown, and what is written over after a recall.

The messages themselves are deliveries of the outbox that name their broadcast.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import exists, false, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.facts import PersonCode, Signatory, UnitCode
from storage.characters import storable, storable_values
from storage.outbox import OutboxDrawer
from storage.records import (
    Broadcast,
    BroadcastRow,
    BroadcastState,
    Card,
    DeliveryState,
    Progress,
    Reached,
    Recall,
)
from storage.tables import broadcast_cards, broadcast_recalls, broadcasts, deliveries

# The chat linked last among the channels that we send by; one that refuses what we send is none.
_REACHED: Final = text("""
SELECT DISTINCT ON (person) person, channel, address, coalesce(locale, 'vi')
FROM accounts
WHERE person IS NOT NULL AND channel = ANY(:channels) AND unreachable_at IS NULL AND 'reminders' <> ALL(withheld)
ORDER BY person, preferred_at DESC NULLS LAST, linked_at DESC NULLS LAST, channel, address
""")
_PROGRESS: Final = text("""
SELECT count(*),
    count(*) FILTER (WHERE state = 'delivered'),
    count(*) FILTER (WHERE state = 'refused'),
    count(*) FILTER (WHERE state = 'unclear'),
    count(*) FILTER (WHERE state IN ('waiting', 'claimed', 'started')),
    count(*) FILTER (WHERE state = 'dropped'),
    count(*) FILTER (WHERE state = 'unreachable'),
    count(*) FILTER (WHERE acknowledged_at IS NOT NULL),
    (SELECT count(*) FILTER (WHERE r.state = 'done') FROM broadcast_recalls r WHERE r.broadcast = :number),
    (SELECT count(*) FILTER (WHERE r.state = 'waiting') FROM broadcast_recalls r WHERE r.broadcast = :number),
    (SELECT count(*) FILTER (WHERE r.state = 'refused') FROM broadcast_recalls r WHERE r.broadcast = :number),
    (SELECT count(*) FILTER (WHERE c.state = 'delivered') FROM deliveries c JOIN carried k ON k.delivery = c.id
        JOIN notices n ON n.id = k.notice WHERE n.key LIKE :corrections),
    (SELECT count(*) FILTER (WHERE c.state IN ('waiting', 'claimed', 'started')) FROM deliveries c
        JOIN carried k ON k.delivery = c.id JOIN notices n ON n.id = k.notice WHERE n.key LIKE :corrections),
    min(started_at) FILTER (WHERE sender IS NOT NULL),
    max(done_at) FILTER (WHERE sender IS NOT NULL),
    max(due_at) FILTER (WHERE state IN ('waiting', 'claimed'))
FROM deliveries WHERE broadcast = :number
""")
_ROWS: Final = text("""
SELECT d.id, d.person, p.name, p.unit, u.name, p.position, d.state, d.channel, d.done_at, d.reason,
    d.acknowledged_at, r.state
FROM deliveries d
LEFT JOIN people p ON p.code = d.person
LEFT JOIN units u ON u.code = p.unit
LEFT JOIN broadcast_recalls r ON r.delivery = d.id
WHERE d.broadcast = :number ORDER BY u.name, p.name, d.person
""")
# Whoever lost the chat before it went out has not confirmed it either.
_SILENT: Final = text(
    "SELECT person FROM deliveries WHERE broadcast = :number AND acknowledged_at IS NULL"
    " AND (state <> 'dropped' OR reason IN ('unlinked', 'unreachable'))"
)
# Whoever cancels, recalls or pauses it at this moment is waited for, or waits.
_HOLD: Final = text("SELECT state FROM broadcasts WHERE number = :number FOR UPDATE")
_PREPARE: Final = text("""
INSERT INTO broadcast_recalls (delivery, broadcast)
SELECT id, broadcast FROM deliveries
WHERE broadcast = :number AND state = 'delivered' AND provider_id IS NOT NULL AND channel = ANY(:editable)
ON CONFLICT (delivery) DO NOTHING
""")
# Nobody sends by these any more, so nobody writes over what they sent.
_REFUSE_RETIRED: Final = text("""
UPDATE broadcast_recalls r SET state = 'refused', reason = 'retired', done_at = i.retired_at, lease_until = NULL
FROM deliveries d JOIN identities i ON i.identity = d.sender AND i.retired_at IS NOT NULL
WHERE d.id = r.delivery AND r.broadcast = :number AND r.state = 'waiting'
""")
# No process may be left that has the token, nor anybody who says so. Whoever writes one over at this moment ends that.
_REFUSE_SILENT: Final = text("""
UPDATE broadcast_recalls r SET state = 'refused', reason = 'unheard', done_at = clock_timestamp(), lease_until = NULL
FROM deliveries d
WHERE d.id = r.delivery AND r.broadcast = :number AND r.state = 'waiting'
    AND (r.lease_until IS NULL OR r.lease_until < clock_timestamp()) AND d.sender <> ALL(:own)
    AND NOT EXISTS (
        SELECT FROM identities i WHERE i.identity = d.sender AND i.heard_at >= clock_timestamp() - :silence)
""")
# Whoever looks at a card keeps others from it for a while, so that it is written over no more often than that.
_TAKE_CARDS: Final = text("""
UPDATE broadcast_cards SET looked_at = clock_timestamp()
WHERE NOT is_final AND (looked_at IS NULL OR looked_at < clock_timestamp() - :every)
RETURNING broadcast, sender, address, locale, is_begun, provider_id, shown
""")
_RESERVE: Final = text("""
UPDATE pace SET next_slot_at = greatest(next_slot_at, clock_timestamp()) + :count * interval_ms * interval '1 ms'
WHERE identity = :sender AND (paused_until IS NULL OR paused_until < clock_timestamp())
RETURNING extract(epoch FROM next_slot_at - clock_timestamp())::float8 - :count * interval_ms / 1000,
    interval_ms / 1000
""")
# Whom the recall cannot reach where the message stands: it did not arrive by a channel that lets us write it over, or
# it may have arrived, or the platform did not let us.
_TO_CORRECT: Final = text("""
SELECT d.person, d.sender, d.channel, d.address, d.locale, coalesce(d.done_at, d.started_at)
FROM deliveries d LEFT JOIN broadcast_recalls r ON r.delivery = d.id
WHERE d.broadcast = :number AND d.sender IS NOT NULL AND (
    d.state = 'unclear'
    OR (d.state = 'delivered' AND r.delivery IS NULL)
    OR (d.state = 'delivered' AND r.state = 'refused'))
AND NOT EXISTS (
    SELECT FROM notices n WHERE n.key = 'correction:' || d.broadcast || ':' || d.person AND n.freed_at IS NULL)
ORDER BY d.id
""")
_TAKE_RECALLS: Final = text("""
UPDATE broadcast_recalls r SET lease_until = clock_timestamp() + :lease, tries = r.tries + 1
FROM deliveries d
WHERE d.id = r.delivery AND r.delivery IN (
    SELECT w.delivery FROM broadcast_recalls w JOIN deliveries o ON o.id = w.delivery
    WHERE w.broadcast = :number AND w.state = 'waiting' AND o.sender = ANY(:senders)
        AND (w.lease_until IS NULL OR w.lease_until < clock_timestamp())
    ORDER BY w.delivery LIMIT :most FOR UPDATE OF w SKIP LOCKED)
RETURNING r.delivery, d.sender, d.address, d.provider_id, d.locale, coalesce(d.done_at, d.started_at), r.tries
""")
# What had left but not arrived when a broadcast was recalled arrives after it: so it is watched for a while, from the
# moment at which a worker saw it first and counted by the database, whenever that is. What was refused puts that moment
# back to none: then too somebody looks once more, and sends the correction.
_RECALLING: Final = text("""
SELECT number FROM broadcasts b WHERE b.state = 'recalled' AND (EXISTS (
    SELECT FROM broadcast_recalls r WHERE r.broadcast = b.number AND r.state = 'waiting')
OR EXISTS (
    SELECT FROM deliveries d WHERE d.broadcast = b.number AND d.state = 'started')
OR coalesce(b.recall_watched_until > clock_timestamp(), true))
ORDER BY number
""")
_WATCH: Final = text(
    "UPDATE broadcasts SET recall_watched_until = clock_timestamp() + :watched"
    " WHERE number = :number AND (recall_watched_until IS NULL OR EXISTS ("
    " SELECT FROM deliveries d WHERE d.broadcast = :number AND d.state = 'started'))"
)
_LOOK_ONCE_MORE: Final = text(
    "UPDATE broadcasts SET recall_watched_until = NULL"
    " WHERE number = (SELECT broadcast FROM broadcast_recalls WHERE delivery = :delivery)"
)


class BroadcastsDrawer:
    """Keeps the promises of the desk's `Broadcasts` and of the workers that show and recall them."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    # --- what was approved

    async def add(self, broadcast: Broadcast) -> None:
        made, approved = broadcast.made_by, broadcast.approved_by
        await self._connection.execute(
            insert(broadcasts).values(
                number=broadcast.number,
                text=storable(broadcast.text),
                asks_receipt=broadcast.asks_receipt,
                audience=storable_values(broadcast.audience),
                scope=broadcast.scope,
                **_signed("made", made),
                made_at=broadcast.made_at,
                **_signed("approved", approved),
                approved_at=broadcast.approved_at,
                state=broadcast.state.value,
                changed_at=broadcast.approved_at,
            )
        )

    async def find(self, number: int) -> Broadcast | None:
        found = await self._connection.execute(select(broadcasts).where(broadcasts.c.number == number))
        row = found.one_or_none()
        return _broadcast(row) if row is not None else None

    async def list_recent(self, limit: int) -> Sequence[Broadcast]:
        found = await self._connection.execute(select(broadcasts).order_by(broadcasts.c.number.desc()).limit(limit))
        return [_broadcast(row) for row in found]

    async def change(
        self, number: int, before: Collection[BroadcastState], after: BroadcastState, at: datetime
    ) -> bool:
        # A second change waits here for the first, and then finds another state.
        changed = await self._connection.execute(
            update(broadcasts)
            .where(broadcasts.c.number == number, broadcasts.c.state.in_([one.value for one in before]))
            .values(state=after.value, changed_at=at)
        )
        return bool(changed.rowcount)

    # --- how far it is gone

    async def progress(self, number: int) -> Progress:
        found = await self._connection.execute(_PROGRESS, {"number": number, "corrections": f"correction:{number}:%"})
        return Progress(*found.one())

    async def list_rows(self, number: int) -> Sequence[BroadcastRow]:
        found = await self._connection.execute(_ROWS, {"number": number})
        return [_row(row) for row in found]

    async def list_silent(self, number: int) -> frozenset[PersonCode]:
        found = await self._connection.execute(_SILENT, {"number": number})
        return frozenset(map(PersonCode, found.scalars()))

    async def send_again(self, number: int, delivery: int, at: datetime) -> bool:
        state = (await self._connection.execute(_HOLD, {"number": number})).scalar_one_or_none()
        if state not in {BroadcastState.SENDING.value, BroadcastState.PAUSED.value}:
            return False
        is_held = state == BroadcastState.PAUSED.value
        return await OutboxDrawer(self._connection).send_again(delivery, at, broadcast=number, is_held=is_held)

    async def list_recalling(self) -> Sequence[int]:
        """Recalled broadcasts of which something is still to be written over or may yet arrive."""
        return list((await self._connection.execute(_RECALLING)).scalars())

    # --- whom it can reach

    async def list_reached(self, channels: Collection[str]) -> Mapping[PersonCode, Reached]:
        found = await self._connection.execute(_REACHED, {"channels": list(channels)})
        return {PersonCode(person): Reached(*rest) for person, *rest in found}

    async def count_sent(self, sender: str, since: datetime) -> int:
        found = await self._connection.execute(
            select(func.count())
            .select_from(deliveries)
            .where(deliveries.c.sender == sender, deliveries.c.done_at >= since, deliveries.c.state == "delivered")
        )
        return int(found.scalar_one())

    # --- where its progress is shown

    async def add_card(self, card: Card) -> None:
        known = select(broadcast_cards.c.broadcast).where(_is_card(card))
        if (await self._connection.execute(known)).first() is None:
            await self._connection.execute(
                insert(broadcast_cards).values(
                    broadcast=card.broadcast, sender=card.sender, address=card.address, locale=card.locale
                )
            )

    async def take_cards(self, every: timedelta) -> Sequence[Card]:
        """The cards that nobody has looked at for so long and that do not show the end yet."""
        return [Card(*row) for row in await self._connection.execute(_TAKE_CARDS, {"every": every})]

    async def begin_card(self, card: Card) -> bool:
        """Keep that its message is about to leave; False where another has begun it."""
        begun = await self._connection.execute(
            update(broadcast_cards).where(_is_card(card), broadcast_cards.c.is_begun.is_(False)).values(is_begun=True)
        )
        return bool(begun.rowcount)

    async def forget_beginning(self, card: Card) -> None:
        """Its message surely did not leave."""
        await self._connection.execute(update(broadcast_cards).where(_is_card(card)).values(is_begun=False))

    async def keep_card(
        self, card: Card, *, provider_id: str | None, shown: str | None, final_in: BroadcastState | None
    ) -> None:
        """Keep what stands in it now; that is the end of it while its broadcast is in the state `final_in`."""
        is_end = (
            exists().where(broadcasts.c.number == card.broadcast, broadcasts.c.state == final_in.value)
            if final_in is not None
            else false()
        )
        await self._connection.execute(
            update(broadcast_cards).where(_is_card(card)).values(provider_id=provider_id, shown=shown, is_final=is_end)
        )

    async def reopen_cards(self, number: int) -> None:
        """Something of this broadcast moves again."""
        await self._connection.execute(
            update(broadcast_cards).where(broadcast_cards.c.broadcast == number).values(is_final=False)
        )

    # --- what is written over after a recall

    async def prepare_recalls(self, number: int, editable: Collection[str]) -> int:
        """Take up what has arrived by channels that let us write it over; how many are new.

        What was sent by an identity that is given up counts as refused: it is corrected by a message.
        """
        added = await self._connection.execute(_PREPARE, {"number": number, "editable": list(editable)})
        await self._connection.execute(_REFUSE_RETIRED, {"number": number})
        return added.rowcount

    async def give_up_recalls(self, number: int, own: Collection[str], silence: timedelta) -> int:
        """Count as refused what was sent by identities that no worker has sent by for so long; how many.

        Who asks lives, so that their `own` are not taken for silent.
        """
        given_up = await self._connection.execute(
            _REFUSE_SILENT, {"number": number, "own": list(own), "silence": silence}
        )
        return given_up.rowcount

    async def watch_recall(self, number: int, watched: timedelta) -> None:
        """Look at it for so long, from now or from when the last of its messages was under way."""
        await self._connection.execute(_WATCH, {"number": number, "watched": watched})

    async def list_to_correct(self, number: int) -> Sequence[tuple[PersonCode, str, Reached, datetime | None]]:
        """Who is to be told of the recall by a message of its own: person, our identity, their chat, when it went."""
        found = await self._connection.execute(_TO_CORRECT, {"number": number})
        return [(PersonCode(person), sender, Reached(*chat), sent_at) for person, sender, *chat, sent_at in found]

    async def take_recalls(
        self, number: int, senders: Collection[str], most: int, lease: timedelta
    ) -> Sequence[Recall]:
        """Some that went by these identities and that nobody else has, for so long."""
        values = {"number": number, "senders": list(senders), "most": most, "lease": lease}
        found = await self._connection.execute(_TAKE_RECALLS, values)
        return [Recall(*row) for row in found]

    async def reserve(self, sender: str, count: int) -> tuple[float, float] | None:
        """Take the next slots of an identity's pace: seconds until the first, and between them. None: it is paused.

        An identity that has never sent has no pace, and nothing of its to be written over.
        """
        found = await self._connection.execute(_RESERVE, {"sender": sender, "count": count})
        row = found.one_or_none()
        return (max(row[0], 0.0), row[1]) if row is not None else None

    async def finish_recall(self, delivery: int, *, is_done: bool, reason: str, at: datetime) -> None:
        """Keep how writing over ended; one that was refused is looked at once more, by whoever comes first."""
        if not is_done:  # in the order in which whoever looks takes them
            await self._connection.execute(_LOOK_ONCE_MORE, {"delivery": delivery})
        await self._connection.execute(
            update(broadcast_recalls)
            .where(broadcast_recalls.c.delivery == delivery)
            .values(state="done" if is_done else "refused", reason=reason, done_at=at, lease_until=None)
        )

    async def put_off_recall(self, delivery: int, wait: timedelta) -> None:
        """Let it be tried again, not before so long."""
        await self._connection.execute(
            update(broadcast_recalls)
            .where(broadcast_recalls.c.delivery == delivery)
            .values(lease_until=func.clock_timestamp() + wait)
        )


def _is_card(card: Card) -> Any:
    columns = broadcast_cards.c
    return (columns.broadcast == card.broadcast) & (columns.sender == card.sender) & (columns.address == card.address)


def _signed(verb: str, one: Signatory) -> dict[str, Any]:
    values = {"by": one.person, "by_name": one.name, "for": one.unit, "for_name": one.unit_name}
    return {f"{verb}_{name}": value for name, value in values.items()}


def _broadcast(row: Any) -> Broadcast:
    return Broadcast(
        number=row.number,
        text=row.text,
        asks_receipt=row.asks_receipt,
        audience=row.audience,
        scope=UnitCode(row.scope) if row.scope is not None else None,
        made_by=Signatory(PersonCode(row.made_by), row.made_by_name, UnitCode(row.made_for), row.made_for_name),
        made_at=row.made_at,
        approved_by=Signatory(
            PersonCode(row.approved_by), row.approved_by_name, UnitCode(row.approved_for), row.approved_for_name
        ),
        approved_at=row.approved_at,
        state=BroadcastState(row.state),
        changed_at=row.changed_at,
    )


def _row(row: Any) -> BroadcastRow:
    (number, person, name, unit, unit_name, position, state, channel, done_at, reason, acknowledged_at, recall) = row
    return BroadcastRow(
        delivery=number,
        person=PersonCode(person),
        name=name,
        unit=UnitCode(unit) if unit is not None else None,
        unit_name=unit_name,
        position=position,
        state=DeliveryState(state),
        channel=channel,
        done_at=done_at,
        reason=reason,
        acknowledged_at=acknowledged_at,
        recall=recall,
    )
