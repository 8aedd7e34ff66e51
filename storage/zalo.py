"""What Zalo needs kept: the grant of each Official Account, last interactions, allowances, and what arrived."""

import hashlib
from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.characters import storable
from storage.encryption import Vault
from storage.interactions import noted
from storage.records import ZaloGrant
from storage.tables import echoes_awaited, interactions, zalo_grants

Allowed = tuple[int | None, int]
_ECHOES_ARE_KEPT: Final = timedelta(days=3)
_LONG_AGO: Final = timedelta(days=60)
_TAKE: Final = text(
    "INSERT INTO allowances_used (identity, day, pushed)"
    " SELECT :identity, :day, 1 WHERE CAST(:most_day AS integer) IS NULL OR :most_day > :kept_day"
    " ON CONFLICT (identity, day) DO UPDATE SET pushed = allowances_used.pushed + 1"
    " WHERE (CAST(:most_day AS integer) IS NULL"
    "        OR allowances_used.pushed + greatest(allowances_used.answered, :kept_day) < :most_day)"
    " RETURNING pushed"
)
_IN_MONTH: Final = text(
    "SELECT coalesce(sum(pushed), 0)::int, coalesce(sum(answered), 0)::int FROM allowances_used"
    " WHERE identity = :identity AND day >= :first AND day <= :last"
)
_ANSWERED: Final = text(
    "INSERT INTO allowances_used (identity, day, answered) VALUES (:identity, :day, :count)"
    " ON CONFLICT (identity, day) DO UPDATE SET answered = allowances_used.answered + excluded.answered"
)
_GIVE_BACK: Final = text(
    "UPDATE allowances_used SET pushed = greatest(pushed - 1, 0) WHERE identity = :identity AND day = :day"
)
_LOCK_IDENTITY: Final = text("SELECT pg_advisory_xact_lock(hashtext(:identity))")
_ECHO: Final = text(
    "UPDATE deliveries d SET arrived_at = coalesce(d.arrived_at, :at), provider_id = coalesce(d.provider_id, :message),"
    " reason = CASE WHEN d.state = 'unclear' THEN 'echo' ELSE d.reason END,"
    " state = CASE WHEN d.state = 'unclear' THEN 'delivered' ELSE d.state END"
    " FROM echoes_awaited e WHERE e.delivery = d.id AND e.sender = :sender AND e.address = :address"
    " AND e.digest = :digest AND d.sender = e.sender AND d.address = e.address"
    " AND d.state IN ('started', 'unclear') RETURNING d.id"
)
# A template message by phone is named by our own mark too: its receipt settles it even when the answer was lost.
_RECEIPTS: Final = text(
    "UPDATE deliveries SET arrived_at = coalesce(arrived_at, :at),"
    " provider_id = CASE WHEN id = CAST(:delivery AS bigint) THEN coalesce(provider_id, CAST(:message AS text))"
    " ELSE provider_id END,"
    " reason = CASE WHEN state = 'unclear' THEN 'receipt' ELSE reason END,"
    " state = CASE WHEN state = 'unclear' THEN 'delivered' ELSE state END"
    " WHERE sender = :sender AND (provider_id = ANY(:messages) OR id = CAST(:delivery AS bigint))"
    " AND state IN ('started', 'delivered', 'unclear')"
    " RETURNING id"
)


class ZaloDrawer:
    """Tokens are sealed; the lock of a refresh is by the database's clock, everything else by the office's."""

    def __init__(self, connection: AsyncConnection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault

    # --- the grant

    async def find_grant(self, oa_id: str) -> ZaloGrant | None:
        """What the account has granted, or None."""
        found = await self._connection.execute(select(zalo_grants).where(zalo_grants.c.oa_id == oa_id))
        row = found.one_or_none()
        if row is None:
            return None
        return ZaloGrant(
            access=self._vault.decrypt(row.access),
            refresh=self._vault.decrypt(row.refresh),
            obtained_at=row.obtained_at,
            access_until=row.access_until,
            refresh_until=row.refresh_until,
            generation=row.generation,
            begun_at=row.begun_at,
            lost_at=row.lost_at,
            reason=row.reason,
        )

    async def plant(self, oa_id: str, refresh: str, at: datetime, lasts: timedelta) -> bool:
        """Begin with this refresh token, unless a grant counts or was begun with the same. Whether it was planted."""
        seed = hashlib.sha256(refresh.encode()).digest()
        values = {
            "access": self._vault.encrypt(""),
            "refresh": self._vault.encrypt(refresh),
            "obtained_at": at,
            "access_until": at,
            "refresh_until": at + lasts,
            "seed": seed,
            "begun_at": None,
            "lost_at": None,
            "reason": "",
            "lock_until": None,
            "locked_by": None,
        }
        order = insert(zalo_grants).values(oa_id=oa_id, generation=0, **values)
        planted = await self._connection.execute(
            order.on_conflict_do_update(
                index_elements=["oa_id"],
                set_={**values, "generation": zalo_grants.c.generation + 1},
                where=zalo_grants.c.lost_at.is_not(None) & (zalo_grants.c.seed.is_distinct_from(seed)),
            ).returning(zalo_grants.c.generation)
        )
        return planted.one_or_none() is not None

    async def begin(self, oa_id: str, generation: int, holder: str, lock: timedelta, at: datetime) -> bool:
        """Lock the grant and keep that a refresh of it begins. False while another holds it or it is another one."""
        begun = await self._connection.execute(
            update(zalo_grants)
            .where(
                zalo_grants.c.oa_id == oa_id,
                zalo_grants.c.generation == generation,
                zalo_grants.c.lost_at.is_(None),
                or_(zalo_grants.c.lock_until.is_(None), zalo_grants.c.lock_until < func.clock_timestamp()),
            )
            .values(
                lock_until=func.clock_timestamp() + lock,
                locked_by=holder,
                begun_at=func.coalesce(zalo_grants.c.begun_at, at),
            )
        )
        return bool(begun.rowcount)

    async def keep(self, oa_id: str, generation: int, pair: ZaloGrant) -> bool:
        """Put the next pair in the place of that generation, lost or locked as it may be; False if it is gone."""
        kept = await self._connection.execute(
            update(zalo_grants)
            .where(zalo_grants.c.oa_id == oa_id, zalo_grants.c.generation == generation)
            .values(generation=generation + 1, **self._sealed(pair))
        )
        return bool(kept.rowcount)

    async def replace(self, oa_id: str, pair: ZaloGrant, seed: str | None) -> None:
        """The pair of a new consent, whatever was there. `seed` is the operator's token of now: it begins no more."""
        values = self._sealed(pair)
        if seed:
            values["seed"] = hashlib.sha256(seed.encode()).digest()
        order = insert(zalo_grants).values(oa_id=oa_id, generation=0, **values)
        await self._connection.execute(
            order.on_conflict_do_update(
                index_elements=["oa_id"], set_={**values, "generation": zalo_grants.c.generation + 1}
            )
        )

    async def let_go(self, oa_id: str, holder: str, begun_at: datetime | None) -> None:
        """Give the lock back: this holder surely refreshed nothing."""
        await self._connection.execute(
            update(zalo_grants)
            .where(zalo_grants.c.oa_id == oa_id, zalo_grants.c.locked_by == holder)
            .values(lock_until=None, locked_by=None, begun_at=begun_at)
        )

    async def lose(self, oa_id: str, generation: int, reason: str, at: datetime) -> bool:
        """The grant of that generation counts no more; False where that is known or another is there."""
        lost = await self._connection.execute(
            update(zalo_grants)
            .where(
                zalo_grants.c.oa_id == oa_id,
                zalo_grants.c.generation == generation,
                zalo_grants.c.lost_at.is_(None),
            )
            .values(lost_at=at, reason=reason, lock_until=None, locked_by=None)
        )
        return bool(lost.rowcount)

    def _sealed(self, pair: ZaloGrant) -> dict[str, object]:
        return {
            "access": self._vault.encrypt(pair.access),
            "refresh": self._vault.encrypt(pair.refresh),
            "obtained_at": pair.obtained_at,
            "access_until": pair.access_until,
            "refresh_until": pair.refresh_until,
            "begun_at": None,
            "lost_at": None,
            "reason": "",
            "lock_until": None,
            "locked_by": None,
        }

    # --- windows

    async def note_interaction(self, channel: str, address: str, at: datetime) -> None:
        """This person did something in the chat; an earlier moment than the known one changes nothing."""
        await self._connection.execute(noted(channel, address, at))

    async def keep_window(self, channel: str, address: str, last_at: datetime | None, at: datetime) -> None:
        """What the platform itself says of the last interaction, asked now."""
        values = {"last_at": last_at, "checked_at": at}
        order = insert(interactions).values(channel=channel, address=storable(address), **values)
        await self._connection.execute(order.on_conflict_do_update(index_elements=["channel", "address"], set_=values))

    async def find_window(self, channel: str, address: str) -> tuple[datetime | None, datetime | None]:
        """The last interaction, and when the platform was asked for it; both None where nothing is known."""
        found = await self._connection.execute(
            select(interactions.c.last_at, interactions.c.checked_at).where(
                interactions.c.channel == channel, interactions.c.address == storable(address)
            )
        )
        row = found.one_or_none()
        return (row.last_at, row.checked_at) if row is not None else (None, None)

    # --- allowances

    async def take_one(self, identity: str, day: date, of_day: Allowed, of_month: Allowed) -> bool:
        """Count one message that is sent unasked; False, and nothing is counted, where it would be one too many.

        Each allowance is the most, None for no limit, and the part of it that is kept for answers.
        """
        (most_day, kept_day), (most_month, kept_month) = of_day, of_month
        if most_month is not None:
            await self._connection.execute(_LOCK_IDENTITY, {"identity": identity})
            pushed, answered = await self.count_used(identity, day.replace(day=1), day)
            if pushed + max(answered, kept_month) >= most_month:
                return False
        values = {"identity": identity, "day": day, "most_day": most_day, "kept_day": kept_day}
        return (await self._connection.execute(_TAKE, values)).one_or_none() is not None

    async def give_back(self, identity: str, day: date) -> None:
        """One that was counted surely did not go out."""
        await self._connection.execute(_GIVE_BACK, {"identity": identity, "day": day})

    async def count_answered(self, identity: str, day: date, count: int) -> None:
        """Count messages that answer visitors: they are never held back."""
        await self._connection.execute(_ANSWERED, {"identity": identity, "day": day, "count": count})

    async def count_used(self, identity: str, first: date, last: date) -> tuple[int, int]:
        """Messages that counted on these days: sent unasked, and answers."""
        pushed, answered = (
            await self._connection.execute(_IN_MONTH, {"identity": identity, "first": first, "last": last})
        ).one()
        return pushed, answered

    # --- what arrived

    async def await_echo(self, delivery: int, sender: str, address: str, digest: bytes, at: datetime) -> None:
        """A message with these words is about to leave."""
        values = {"sender": sender, "address": storable(address), "digest": digest, "left_at": at}
        order = insert(echoes_awaited).values(delivery=delivery, **values)
        await self._connection.execute(order.on_conflict_do_update(index_elements=["delivery"], set_=values))

    async def note_echo(self, sender: str, address: str, digest: bytes, message_id: str, at: datetime) -> int:
        """The platform shows a message of ours: an unclear one is delivered. How many deliveries that was."""
        values = {
            "sender": sender, "address": storable(address), "digest": digest, "message": storable(message_id), "at": at
        }  # fmt: skip
        return len((await self._connection.execute(_ECHO, values)).all())

    async def note_receipts(
        self, sender: str, message_ids: Collection[str], at: datetime, *, delivery: int | None = None
    ) -> int:
        """These messages arrived or were seen: an unclear one is delivered. How many deliveries that was.

        `delivery` is the one that the receipt itself names.
        """
        messages = [storable(one) for one in message_ids]
        values = {
            "sender": sender, "messages": messages, "message": next(iter(messages), None), "at": at,
            "delivery": delivery,
        }  # fmt: skip
        return len((await self._connection.execute(_RECEIPTS, values)).all())

    async def prune(self, now: datetime) -> None:
        """Forget echoes and allowances of long ago."""
        await self._connection.execute(echoes_awaited.delete().where(echoes_awaited.c.left_at < now - _ECHOES_ARE_KEPT))
        await self._connection.execute(
            text("DELETE FROM allowances_used WHERE day < :day"), {"day": (now - _LONG_AGO).date()}
        )
