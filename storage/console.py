"""Who sits at the console: one-time ways in for the browser that asked, and sessions; secrets are kept as hashes."""

from datetime import datetime, timedelta
from random import Random
from typing import Final

from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy import insert as plain_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.facts import PersonCode
from knowledge.folding import fold_number
from storage.characters import storable
from storage.encryption import Vault
from storage.link_codes import ALPHABET
from storage.network_tries import NetworkTriesDrawer
from storage.records import ConsoleEntry, ConsoleSession
from storage.tables import accounts, console_entries, console_sessions

ENTRY_LIFE: Final = timedelta(minutes=10)
SESSION_LIFE: Final = timedelta(hours=8)
WRONG_TRIES_ALLOWED: Final = 5
_CODE_LENGTH: Final = 8
_PURPOSE: Final = "console"
_TOKEN_LENGTH: Final = 40  # of an alphabet of 21 letters: more than 170 bits


class ConsoleDrawer:
    """Ways into the console and who is in."""

    def __init__(self, connection: AsyncConnection, vault: Vault, randomness: Random) -> None:
        self._connection = connection
        self._vault = vault
        self._randomness = randomness

    # --- ways in

    async def make_entry(
        self, person: PersonCode, browser: str, channel: str | None, address: str | None, at: datetime
    ) -> tuple[str, str]:
        """A one-time token for a link and a short code to type, either of them once, in this one browser.

        What the person was given before and has not used is worth nothing any more.
        """
        token, code = self._draw(_TOKEN_LENGTH), self._draw(_CODE_LENGTH)
        await self._connection.execute(
            delete(console_entries).where(console_entries.c.person == person, console_entries.c.used_at.is_(None))
        )
        await self._connection.execute(
            plain_insert(console_entries).values(
                token_hash=self._hash(token),
                code_hash=self._hash(code),
                browser=storable(browser),
                person=person,
                channel=channel,
                address=storable(address) if address is not None else None,
                made_at=at,
                expires_at=at + ENTRY_LIFE,
            )
        )
        return token, code

    async def find_entry(self, token: str, browser: str, at: datetime) -> ConsoleEntry | None:
        """The way in that a link stands for, if this browser asked for it and nobody has used it; left unused."""
        return await self._find(console_entries.c.token_hash.in_(self._hashes(token)), browser, at)

    async def use_entry(self, token: str, browser: str, at: datetime) -> ConsoleEntry | None:
        """The same, used up."""
        return await self._use(console_entries.c.token_hash.in_(self._hashes(token)), browser, at)

    async def use_code(self, code: str, browser: str, at: datetime) -> ConsoleEntry | None:
        """The way in that a typed code stands for, used up; a few wrong ones and the right one works no more."""
        typed = fold_number(storable(code)).upper()
        entry = await self._use(console_entries.c.code_hash.in_(self._hashes(typed)), browser, at)
        if entry is None:
            await self._connection.execute(
                update(console_entries)
                .where(console_entries.c.browser == storable(browser), console_entries.c.used_at.is_(None))
                .values(wrong_tries=console_entries.c.wrong_tries + 1)
            )
        return entry

    async def _find(self, known: ColumnElement[bool], browser: str, at: datetime) -> ConsoleEntry | None:
        kept = console_entries.c
        found = await self._connection.execute(
            select(kept.token_hash, kept.person, kept.channel, kept.address, kept.expires_at)
            .where(
                and_(
                    known,
                    kept.browser == storable(browser),
                    kept.used_at.is_(None),
                    kept.expires_at > at,
                    kept.wrong_tries < WRONG_TRIES_ALLOWED,
                )
            )
            .with_for_update()
        )
        row = found.one_or_none()
        return ConsoleEntry(PersonCode(row[1]), *row[2:]) if row is not None else None

    async def _use(self, known: ColumnElement[bool], browser: str, at: datetime) -> ConsoleEntry | None:
        entry = await self._find(known, browser, at)
        if entry is not None:
            await self._connection.execute(
                update(console_entries)
                .where(and_(known, console_entries.c.browser == storable(browser)))
                .values(used_at=at)
            )
        return entry

    # --- guessing

    async def find_locked_until(self, network: str, at: datetime) -> datetime | None:
        """Until when no code and no link from this network is looked at; None where the next one is."""
        return await NetworkTriesDrawer(self._connection, self._vault).find_locked_until(_PURPOSE, network, at)

    async def note_wrong(self, network: str, at: datetime) -> None:
        """A code or link from this network opened nothing."""
        await NetworkTriesDrawer(self._connection, self._vault).note_wrong(_PURPOSE, network, at)

    # --- sessions

    async def open_session(self, secret: str, entry: ConsoleEntry, at: datetime) -> ConsoleSession:
        """Let whoever came this way in stay for a working day; `secret` is what the browser keeps."""
        session = ConsoleSession(entry.person, entry.channel, entry.address, at, at + SESSION_LIFE)
        await self._connection.execute(
            plain_insert(console_sessions).values(
                hash=self._hash(secret),
                person=session.person,
                channel=session.channel,
                address=session.address,
                opened_at=session.opened_at,
                expires_at=session.expires_at,
            )
        )
        return session

    async def find_session(self, secret: str, at: datetime) -> ConsoleSession | None:
        """The session that this secret opens: not over, and the chat that it was asked in still linked to them."""
        kept = console_sessions.c
        asked_in = and_(
            accounts.c.channel == kept.channel, accounts.c.address == kept.address, accounts.c.person == kept.person
        )
        found = await self._connection.execute(
            select(kept.person, kept.channel, kept.address, kept.opened_at, kept.expires_at, accounts.c.vouched_by)
            .select_from(console_sessions.outerjoin(accounts, asked_in))
            .where(
                kept.hash.in_(self._hashes(secret)),
                kept.ended_at.is_(None),
                kept.expires_at > at,
                or_(kept.channel.is_(None), accounts.c.person.is_not(None)),
            )
        )
        row = found.one_or_none()
        return ConsoleSession(PersonCode(row[0]), *row[1:5], frozenset(row[5] or ())) if row is not None else None

    async def end_session(self, secret: str, why: str, at: datetime) -> None:
        """Let this secret open nothing any more."""
        await self._connection.execute(
            update(console_sessions)
            .where(console_sessions.c.hash.in_(self._hashes(secret)), console_sessions.c.ended_at.is_(None))
            .values(ended_at=at, ended_why=why)
        )

    async def prune(self, before: datetime) -> None:
        """Forget ways in and sessions that were over before this moment."""
        await self._connection.execute(delete(console_entries).where(console_entries.c.expires_at < before))
        await self._connection.execute(delete(console_sessions).where(console_sessions.c.expires_at < before))

    def _draw(self, length: int) -> str:
        return "".join(self._randomness.choices(ALPHABET, k=length))

    def _hash(self, secret: str) -> bytes:
        return self._hashes(secret)[0]

    def _hashes(self, secret: str) -> list[bytes]:
        return self._vault.code_hashes(f"console {storable(secret)}")
