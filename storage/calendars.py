"""Secret addresses of calendars: shown once, kept only as a keyed hash, one for each person."""

from datetime import datetime
from random import Random
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.facts import PersonCode
from storage.characters import storable
from storage.encryption import Vault
from storage.tables import calendar_tokens

_ALPHABET: Final = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # without signs that are read wrong
TOKEN_LENGTH: Final = 40  # more than 230 bits: nobody finds one by trying


class CalendarsDrawer:
    """Keeps the promises of the desk's `Calendars`."""

    def __init__(self, connection: AsyncConnection, vault: Vault, randomness: Random) -> None:
        self._connection = connection
        self._vault = vault
        self._randomness = randomness

    async def issue(self, person: PersonCode, at: datetime) -> str:
        token = "".join(self._randomness.choices(_ALPHABET, k=TOKEN_LENGTH))
        values = {"hash": self._hashes(token)[0], "issued_at": at, "hashed_by": self._vault.key_names[0]}
        order = insert(calendar_tokens).values(person=person, **values)
        await self._connection.execute(order.on_conflict_do_update(index_elements=["person"], set_=values))
        return token

    async def revoke(self, person: PersonCode) -> bool:
        gone = await self._connection.execute(delete(calendar_tokens).where(calendar_tokens.c.person == person))
        return bool(gone.rowcount)

    async def find_issued(self, person: PersonCode) -> datetime | None:
        found = await self._connection.execute(
            select(calendar_tokens.c.issued_at).where(calendar_tokens.c.person == person)
        )
        return found.scalar_one_or_none()

    async def find_owner(self, token: str) -> PersonCode | None:
        """Whose calendar has this address, or None for one that was never given or is taken back.

        An address kept under an older secret key is kept under the newest one from now on.
        """
        hashes = self._hashes(storable(token))
        found = await self._connection.execute(
            select(calendar_tokens.c.person, calendar_tokens.c.hashed_by).where(calendar_tokens.c.hash.in_(hashes))
        )
        row = found.one_or_none()
        if row is None:
            return None
        newest = self._vault.key_names[0]
        if row.hashed_by != newest:
            await self._connection.execute(
                update(calendar_tokens)
                .where(calendar_tokens.c.person == row.person, calendar_tokens.c.hash.in_(hashes))
                .values(hash=hashes[0], hashed_by=newest)
            )
        return PersonCode(row.person)

    def _hashes(self, token: str) -> list[bytes]:
        return self._vault.code_hashes(f"calendar {token}")
