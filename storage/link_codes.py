"""One-time linking codes: shown once, kept only as a keyed hash, and guarded against guessing."""

from collections.abc import Collection
from datetime import datetime, timedelta
from random import Random
from typing import Final

from sqlalchemy import and_, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.facts import PersonCode
from knowledge.folding import fold_number
from storage.characters import storable
from storage.encryption import Vault
from storage.network_tries import NetworkTriesDrawer
from storage.records import CodeIssued, Redemption, RedemptionOutcome
from storage.tables import link_attempts, link_codes, people

# No letter that looks like a digit, and none from which a Vietnamese keyboard makes another letter.
ALPHABET: Final = "2345679CFGHJKMNPQRTVX"
CODE_LENGTH: Final = 8
CODE_LIFE: Final = timedelta(minutes=15)
WRONG_TRIES_ALLOWED: Final = 5
LOCK_FOR: Final = timedelta(hours=1)
_PURPOSE: Final = "linking"


def visitor_of(address: str) -> str:
    """Whoever guesses, at whichever bot of ours: where a platform calls them the same at each, tries are one count."""
    return address.partition("@")[0]


class LinkCodesDrawer:
    """Keeps the promises of the desk's `LinkCodes`."""

    def __init__(self, connection: AsyncConnection, vault: Vault, randomness: Random) -> None:
        self._connection = connection
        self._vault = vault
        self._randomness = randomness

    async def issue(
        self, person: PersonCode, at: datetime, life: timedelta = CODE_LIFE, vouched_by: Collection[PersonCode] = ()
    ) -> CodeIssued:
        # Of two given out at the same moment the second waits here, and voids the first: one person, one code.
        await self._connection.execute(
            select(people.c.code).where(people.c.code == person).with_for_update(key_share=True)
        )
        code = "".join(self._randomness.choices(ALPHABET, k=CODE_LENGTH))
        await self._connection.execute(
            update(link_codes)
            .where(link_codes.c.person == person, link_codes.c.used_at.is_(None), link_codes.c.voided_at.is_(None))
            .values(voided_at=at)
        )
        await self._connection.execute(
            insert(link_codes).values(
                hash=self._vault.code_hashes(code)[0],
                person=person,
                issued_at=at,
                expires_at=at + life,
                vouched_by=sorted(vouched_by),
            )
        )
        return CodeIssued(code=code, expires_at=at + life)

    async def redeem(
        self, channel: str, address: str, code: str, at: datetime, network: str | None = None
    ) -> Redemption:
        if network is None:
            return await self._redeem(channel, address, code, at)
        networks = NetworkTriesDrawer(self._connection, self._vault)
        locked_until = await networks.find_locked_until(_PURPOSE, network, at)
        if locked_until is not None:
            return Redemption(RedemptionOutcome.LOCKED, locked_until=locked_until)
        redeemed = await self._redeem(channel, address, code, at)
        if redeemed.outcome is not RedemptionOutcome.LINKED:
            await networks.note_wrong(_PURPOSE, network, at)
        return redeemed

    async def _redeem(self, channel: str, address: str, code: str, at: datetime) -> Redemption:
        address = storable(visitor_of(address))
        wrong, since, locked_until = await self._tries(channel, address)
        if locked_until is not None and at < locked_until:
            return Redemption(RedemptionOutcome.LOCKED, locked_until=locked_until)
        if locked_until is not None or (since is not None and at - since >= LOCK_FOR):
            wrong, since = 0, None

        used = await self._use_up(code, at)
        if used.outcome is RedemptionOutcome.LINKED:
            await self._keep_tries(channel, address, 0, None, None)
            return used
        wrong += 1
        locked_until = at + LOCK_FOR if wrong >= WRONG_TRIES_ALLOWED else None
        await self._keep_tries(channel, address, wrong, since or at, locked_until)
        if locked_until is not None:
            return Redemption(RedemptionOutcome.LOCKED, locked_until=locked_until)
        return Redemption(used.outcome, tries_left=WRONG_TRIES_ALLOWED - wrong)

    async def prune(self, before: datetime) -> None:
        """Forget codes that stopped working, and tries and locks that ended, before this moment."""
        await NetworkTriesDrawer(self._connection, self._vault).prune(before)
        await self._connection.execute(delete(link_codes).where(link_codes.c.expires_at < before))
        await self._connection.execute(
            delete(link_attempts).where(
                link_attempts.c.first_wrong_at.is_(None) | (link_attempts.c.first_wrong_at < before - LOCK_FOR * 2)
            )
        )

    async def _use_up(self, typed: str, at: datetime) -> Redemption:
        hashes = self._vault.code_hashes(fold_number(storable(typed)).upper())
        found = await self._connection.execute(
            select(link_codes).where(link_codes.c.hash.in_(hashes)).with_for_update()
        )
        row = found.one_or_none()
        if row is None:
            return Redemption(RedemptionOutcome.WRONG)
        if row.used_at is not None or row.voided_at is not None or row.expires_at <= at:
            return Redemption(RedemptionOutcome.EXPIRED)
        await self._connection.execute(update(link_codes).where(link_codes.c.hash == row.hash).values(used_at=at))
        vouched_by = frozenset(row.vouched_by)
        return Redemption(RedemptionOutcome.LINKED, person=PersonCode(row.person), vouched_by=vouched_by)

    async def _tries(self, channel: str, address: str) -> tuple[int, datetime | None, datetime | None]:
        # The row is made first and then locked: two tries of one identity at the same moment count one by one.
        await self._connection.execute(
            insert(link_attempts)
            .values(channel=channel, address=address, wrong_tries=0)
            .on_conflict_do_nothing(index_elements=["channel", "address"])
        )
        found = await self._connection.execute(
            select(link_attempts.c.wrong_tries, link_attempts.c.first_wrong_at, link_attempts.c.locked_until)
            .where(and_(link_attempts.c.channel == channel, link_attempts.c.address == address))
            .with_for_update()
        )
        wrong, since, locked_until = found.one()
        return wrong, since, locked_until

    async def _keep_tries(
        self, channel: str, address: str, wrong: int, since: datetime | None, locked_until: datetime | None
    ) -> None:
        await self._connection.execute(
            update(link_attempts)
            .where(and_(link_attempts.c.channel == channel, link_attempts.c.address == address))
            .values(wrong_tries=wrong, first_wrong_at=since, locked_until=locked_until)
        )
