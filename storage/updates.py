"""Which updates of a platform were already taken in, so that one delivered twice is answered once.

An update that its platform brings but once is kept here until it is answered. Whichever process kept it has it in
hand, and says now and then that it lives; what a dead one held is taken up by another.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Text, any_, delete, func, literal, text, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.characters import storable
from storage.driver import driver_of
from storage.encryption import SecretKeyError, Vault
from storage.records import KeptUpdate
from storage.setbacks import mend_setback
from storage.tables import seen_updates, update_holders
from storage.wholeness import read_moment

_SILENT_FOR_LONG: Final = timedelta(days=1)
# Sorted by name, so that two processes that are brought the same do not wait for each other; in the order of coming
# by their moments.
_KEEP: Final = text(
    "INSERT INTO seen_updates (channel, update_id, seen_at, tries, body, holder)"
    " SELECT :channel, t.update_id, clock_timestamp() + t.place * interval '1 microsecond', 0, t.body, :holder"
    " FROM unnest(CAST(:ids AS text[]), CAST(:bodies AS bytea[])) WITH ORDINALITY AS t (update_id, body, place)"
    " ORDER BY t.update_id ON CONFLICT DO NOTHING RETURNING update_id"
)
# Both go with every answer: by the driver, which keeps them prepared, whatever their number.
_BEGIN_SENDING: Final = (
    b"UPDATE seen_updates u SET sending = t.mark"
    b" FROM unnest(%(ids)s::text[], %(marks)s::text[]) AS t (update_id, mark)"
    b' WHERE u.channel = %(channel)s AND u.update_id = t.update_id COLLATE "C" AND u.holder = %(holder)s'
    b" AND u.answered_at IS NULL RETURNING u.update_id"
)
_FINISH: Final = (
    b"UPDATE seen_updates SET answered_at = now(), body = NULL, holder = NULL, sending = NULL"
    b" WHERE channel = %(channel)s AND update_id = ANY(%(ids)s::text[]) AND holder = %(holder)s"
    b" AND answered_at IS NULL"
)
_COUNT_WAITING: Final = text(  # identities of one channel are counted as one
    "SELECT split_part(channel, '@', 1), count(*),"
    " extract(epoch FROM greatest(clock_timestamp() - min(seen_at), interval '0'))"
    " FROM seen_updates WHERE body IS NOT NULL AND answered_at IS NULL GROUP BY 1"
)
# Whoever takes up has it in hand already where it holds it. Another is silent by the last sign of whoever takes up, not
# by the clock: while neither can reach the database both are silent, and neither is dead.
_ADOPT: Final = text(
    "UPDATE seen_updates u SET holder = :holder, due_at = NULL FROM ("
    "   SELECT w.update_id, w.holder IS NOT NULL AS was_held FROM seen_updates w"
    "   WHERE w.channel = :channel AND w.body IS NOT NULL AND w.answered_at IS NULL"
    "   AND (w.due_at IS NULL OR w.due_at <= clock_timestamp()) AND w.holder IS DISTINCT FROM :holder"
    "   AND NOT EXISTS (SELECT FROM update_holders h WHERE h.holder = w.holder AND ("
    "      NOT :from_silent OR h.alive_at > :silent_for + coalesce("
    "         (SELECT o.alive_at FROM update_holders o WHERE o.holder = :holder), clock_timestamp())))"
    "   ORDER BY w.seen_at LIMIT :most FOR UPDATE SKIP LOCKED"
    " ) w WHERE u.channel = :channel AND u.update_id = w.update_id"
    " RETURNING u.update_id, u.body, u.tries, u.sending, w.was_held, u.seen_at"
)
_COUNT_TRIES: Final = update(seen_updates).values(tries=seen_updates.c.tries + 1).returning(seen_updates.c.update_id)


class UpdatesDrawer:
    """Remembers updates by channel and the platform's own number."""

    def __init__(self, connection: AsyncConnection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault

    async def claim(self, channel: str, update_id: str, by: str = "") -> bool:
        """True the first time only: for what is done but once. Another that is just claiming the same is waited for.

        True again for the same `by`, which may be put off before it is done.
        """
        claiming = insert(seen_updates).values(
            channel=channel, update_id=storable(update_id), answered_at=func.now(), holder=storable(by) or None
        )
        claimed = await self._connection.execute(
            claiming.on_conflict_do_update(
                index_elements=["channel", "update_id"],
                set_={"holder": claiming.excluded.holder},
                where=seen_updates.c.holder == claiming.excluded.holder,  # of nobody's the same is never true
            ).returning(seen_updates.c.update_id)
        )
        return claimed.one_or_none() is not None

    async def release(self, channel: str, update_id: str) -> None:
        """Give a claim back, so that the update can be taken in when it comes again."""
        await self._connection.execute(
            delete(seen_updates).where(
                seen_updates.c.channel == channel, seen_updates.c.update_id == storable(update_id)
            )
        )

    async def prune(self, before: datetime) -> int:
        """Forget updates that came before this moment; how many. Whoever waits for an answer is never forgotten."""
        is_waiting = seen_updates.c.body.is_not(None) & seen_updates.c.answered_at.is_(None)
        gone = await self._connection.execute(delete(seen_updates).where(seen_updates.c.seen_at < before, ~is_waiting))
        silent_since = func.clock_timestamp() - _SILENT_FOR_LONG
        await self._connection.execute(delete(update_holders).where(update_holders.c.alive_at < silent_since))
        return gone.rowcount

    # --- what is not brought again

    async def keep(self, channel: str, updates: Sequence[tuple[str, str]], holder: str | None) -> set[str]:
        """Keep updates that came, number and body; which of them are new. They are in the hand of `holder`.

        Without a holder whoever next has room takes them up.
        """
        numbers = {storable(number): number for number, _body in updates}
        values = {
            "channel": channel,
            "holder": holder,
            "ids": [storable(number) for number, _body in updates],
            "bodies": [self._vault.encrypt(body) for _number, body in updates],
        }
        return {numbers[kept] for kept in (await self._connection.execute(_KEEP, values)).scalars()}

    async def adopt(
        self, channel: str, holder: str, silence: timedelta, most: int, *, from_silent: bool = True
    ) -> list[KeptUpdate]:
        """Take up what nobody else has in hand and whose time has come, oldest first.

        With `from_silent` also of those who have been silent for so long when `holder` last said that it lives.
        """
        values = {
            "channel": channel, "holder": holder, "silent_for": -silence, "most": most, "from_silent": from_silent,
        }  # fmt: skip
        rows = (await self._connection.execute(_ADOPT, values)).all()
        return [
            KeptUpdate(one.update_id, self._opened(one.body), one.tries, one.sending or "", was_held=one.was_held)
            for one in sorted(rows, key=lambda row: row.seen_at)
        ]

    async def count_tries(self, channel: str, update_ids: Collection[str], holder: str) -> set[str]:
        """One more try of each that may have been its fault or ours; those that are in this hand still."""
        numbers = {storable(number): number for number in update_ids}
        counting = _COUNT_TRIES.where(self._in_hand(channel, update_ids, holder))
        return {numbers[counted] for counted in (await self._connection.execute(counting)).scalars()}

    async def let_go(self, channel: str, holder: str, but: Collection[str]) -> None:
        """Whatever this holder has besides these is anybody's; the mark of an answer stays with it."""
        is_known = seen_updates.c.update_id == any_(literal([storable(one) for one in but], ARRAY(Text)))
        await self._connection.execute(
            update(seen_updates)
            .where(
                seen_updates.c.channel == channel,
                seen_updates.c.holder == holder,
                seen_updates.c.body.is_not(None),
                seen_updates.c.answered_at.is_(None),
                ~is_known,
            )
            .values(holder=None)
        )

    async def begin_sending(self, channel: str, updates: Sequence[tuple[str, str]], holder: str) -> set[str]:
        """Keep the marks of answers that are about to leave, by update; those that are in this hand still."""
        numbers = {storable(number): number for number, _mark in updates}
        values = {
            "channel": channel,
            "holder": holder,
            "ids": [storable(number) for number, _mark in updates],
            "marks": [mark for _number, mark in updates],
        }
        driver = await driver_of(self._connection)
        async with driver.cursor() as cursor:
            await cursor.execute(_BEGIN_SENDING, values)
            return {numbers[begun] for (begun,) in await cursor.fetchall()}

    async def finish_kept(self, channel: str, update_ids: Collection[str], holder: str) -> None:
        """These are answered: nothing of what they said is kept."""
        values = {"channel": channel, "holder": holder, "ids": [storable(one) for one in update_ids]}
        driver = await driver_of(self._connection)
        async with driver.cursor() as cursor:
            await cursor.execute(_FINISH, values)

    async def give_up(self, channel: str, update_id: str, holder: str) -> datetime:
        """Nobody answers it any more, and nothing of what it said is kept; when that was."""
        await self.finish_kept(channel, [update_id], holder)
        return await read_moment(self._connection)

    async def postpone(self, channel: str, update_id: str, holder: str, wait: timedelta, mark: str = "") -> None:
        """No answer left but it may be one of this mark; whoever has room after this time takes the update up again."""
        await self._connection.execute(
            update(seen_updates)
            .where(self._in_hand(channel, [update_id], holder))
            .values(holder=None, sending=mark or None, due_at=func.clock_timestamp() + wait)
        )

    async def count_waiting(self) -> dict[str, tuple[int, float]]:
        """By channel: how many have no answer yet, and for how many seconds the oldest has waited."""
        rows = (await self._connection.execute(_COUNT_WAITING)).all()
        return {channel: (count, float(seconds)) for channel, count, seconds in rows}

    async def stay(self, holder: str) -> None:
        """This holder lives. Before that sign covers it, it is seen whether the clock was put back since the last."""
        await mend_setback(await driver_of(self._connection))
        alive = insert(update_holders).values(holder=holder, alive_at=func.clock_timestamp())
        await self._connection.execute(
            alive.on_conflict_do_update(index_elements=["holder"], set_={"alive_at": func.clock_timestamp()})
        )

    async def leave(self, holder: str) -> None:
        """This holder goes: what it still has in hand is anybody's."""
        await self._connection.execute(delete(update_holders).where(update_holders.c.holder == holder))

    def _opened(self, sealed: bytes) -> str:
        try:
            return self._vault.decrypt(sealed)
        except SecretKeyError:  # whoever can open all others is not to be kept from them by this one
            return ""

    @staticmethod
    def _in_hand(channel: str, update_ids: Collection[str], holder: str) -> ColumnElement[bool]:
        return (
            (seen_updates.c.channel == channel)
            & seen_updates.c.update_id.in_([storable(one) for one in update_ids])
            & (seen_updates.c.holder == holder)
            & seen_updates.c.answered_at.is_(None)
        )
