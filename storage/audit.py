"""The audit chain: who did what to whom, each entry sealed together with the one before."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import insert, select, text
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.characters import storable, storable_values
from storage.driver import driver_of
from storage.later import Later, Order
from storage.records import AuditCheck, AuditEntry, AuditSeal, AuditVerdict, AuditWanted, ChainFault
from storage.tables import audit_checks, audit_entries, audit_head, audit_seals

NO_HASH: Final = "0" * 64
_BATCH: Final = 1000  # read at once; while it is gone through nothing else of the process goes on
_CHECKING: Final = 0x4E68616375  # any number, the same for every process
_CHAIN: Final = """
SELECT h.number, h.hash, e.number, e.at, e.actor, e.action, e.subject, e.details, e.previous_hash, e.hash
FROM audit_head h LEFT JOIN audit_entries e ON true ORDER BY e.number
"""
# What keeps the chain as it is stands in the database; somebody who rules it may have put it out of force.
_GUARDS: Final = (
    "audit_entries.refuse_change", "audit_entries.follow_chain", "audit_head.advance", "audit_head.refuse_head",
    "audit_seals.refuse_seal",
)  # fmt: skip
_STANDING: Final = text("""
SELECT c.relname || '.' || t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE c.relname LIKE 'audit%' AND NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')
""")
# The letters that are sealed are written here but for the number and the hash of the entry before, which only the
# server knows without a way back and forth: who holds the end of the chain holds up everybody who records.
_TAKE_END: Final = Order(b"SELECT FROM audit_head FOR UPDATE")
_KEEP: Final = Order(
    b"INSERT INTO audit_entries (number, at, actor, action, subject, details, previous_hash, hash)"
    b" SELECT number + 1, %(at)s, %(actor)s, %(action)s, %(subject)s, CAST(%(details)s AS json), hash,"
    b" encode(sha256(convert_to("
    b"'[' || number + 1 || ',' || CAST(%(letters)s AS text) || ',\"' || hash || '\"]', 'UTF8')), 'hex') FROM audit_head"
)
_MOVE_ON: Final = Order(
    b"UPDATE audit_head h SET number = e.number, hash = e.hash FROM audit_entries e WHERE e.number = h.number + 1"
)
_ENDS: Final = text("""
SELECT DISTINCT ON (day) CAST(at AT TIME ZONE 'Asia/Ho_Chi_Minh' AS date) AS day, number, hash FROM audit_entries
WHERE number > :sealed AND at < :before ORDER BY day, number DESC
""")
# Codes, document numbers, days and addresses within a channel; words with spaces would be names or questions.
_CODE_LIKE: Final = re.compile(r"[^\s\0]{0,200}")
_PHONE_LIKE: Final = re.compile(r"\(?(?:\+|0|84)[\d.()-]*")
_PHONE_DIGITS: Final = 9
_NAMES_PERSONS: Final = frozenset({"name", "ho_ten", "phone", "dien_thoai", "text", "question"})


class PersonalDetailsError(ValueError):
    """Details of an audit entry would hold a name, a phone number or words of a visitor: a defect of ours."""


class AuditDrawer:
    """Keeps the promises of the desk's `Audit`.

    Whoever links an entry to the chain holds its end until the transaction ends. So what is recorded is linked last of
    all, and leaves together with the commit; whoever reads the chain in the same transaction links it first.
    """

    def __init__(self, connection: AsyncConnection, later: Later | None = None) -> None:
        self._connection = connection
        self._later = later or Later(connection)

    async def record(
        self, actor: str, action: str, subject: str, at: datetime, details: Mapping[str, Any] | None = None
    ) -> None:
        """Raises PersonalDetailsError for details that are more than codes, numbers and days."""
        plain = storable_values(details or {})
        ensure_impersonal(plain)
        entry = AuditEntry(0, at, storable(actor), action, storable(subject), plain)
        values = {
            "at": at, "actor": entry.actor, "action": action, "subject": entry.subject,
            "details": json.dumps(plain), "letters": _letters_of(entry),
        }  # fmt: skip
        self._later.add_last(_TAKE_END, {})
        self._later.add_last(_KEEP, values)
        self._later.add_last(_MOVE_ON, {})

    async def list_about(self, subject: str, limit: int) -> Sequence[tuple[datetime, str, str]]:
        await self._later.write_all()
        found = await self._connection.execute(
            select(audit_entries.c.at, audit_entries.c.actor, audit_entries.c.action)
            .where(audit_entries.c.subject == subject)
            .order_by(audit_entries.c.number.desc())
            .limit(limit)
        )
        return [(at, actor, action) for at, actor, action in found]

    async def list_entries(self, wanted: AuditWanted, limit: int) -> Sequence[AuditEntry]:
        """The newest entries that fit every part that is given, below `wanted.below`."""
        await self._later.write_all()
        kept = audit_entries.c
        fits = [
            column == storable(value)
            for column, value in (
                (kept.actor, wanted.actor),
                (kept.action, wanted.action),
                (kept.subject, wanted.subject),
            )
            if value
        ]
        fits += [kept.number < wanted.below] if wanted.below is not None else []
        fits += [kept.at >= wanted.since] if wanted.since is not None else []
        fits += [kept.at < wanted.until] if wanted.until is not None else []
        found = await self._connection.execute(
            select(
                kept.number, kept.at, kept.actor, kept.action, kept.subject, kept.details, kept.previous_hash, kept.hash
            )
            .where(*fits)
            .order_by(kept.number.desc())
            .limit(limit)
        )
        return [AuditEntry(*row) for row in found]

    async def verify(self) -> AuditVerdict:
        """Read the whole chain, at one moment and never all in memory, up to its first broken link.

        A chain in which every link holds is broken all the same where what guards it was put out of force, or where it
        does not hold an end that was signed.
        """
        await self._later.write_all()
        verdict = await self._read_links()
        if not verdict.is_intact:
            return verdict
        if (missing := await self._list_missing_guards()) and await self._has_guards():
            return AuditVerdict(verdict.entries, verdict.entries, ChainFault.UNGUARDED, ", ".join(missing))
        for one in await self.list_seals() if await self._has_guards() else ():
            if await self.find_hash(one.number) != one.hash:
                return AuditVerdict(verdict.entries, one.number, ChainFault.OTHER_CHAIN, one.day.isoformat())
            if not is_signed(one):
                return AuditVerdict(verdict.entries, one.number, ChainFault.SIGNATURE_CHANGED, one.day.isoformat())
        return verdict

    async def _read_links(self) -> AuditVerdict:
        driver = await driver_of(self._connection)
        read, previous = 0, NO_HASH
        end: tuple[int, str] = (0, NO_HASH)
        async with driver.cursor("audit_chain", binary=True) as cursor:
            cursor.itersize = _BATCH
            await cursor.execute(_CHAIN)
            async for end_number, end_hash, number, *values in cursor:
                end = (end_number, end_hash)
                if number is None:
                    break
                entry = AuditEntry(number, *values)
                if (reason := _broken(entry, read + 1, previous)) is not None:
                    return AuditVerdict(read, read + 1, reason)
                read, previous = number, entry.hash
        if end != (read, previous):
            return AuditVerdict(read, read + 1, ChainFault.NEWEST_GONE)
        return AuditVerdict(read)

    async def find_end(self) -> tuple[int, str]:
        """The number and hash of the newest entry."""
        await self._later.write_all()
        found = await self._connection.execute(select(audit_head.c.number, audit_head.c.hash))
        number, end = found.one()
        return number, end

    async def find_hash(self, number: int) -> str | None:
        """The hash of the entry of this number, or None."""
        await self._later.write_all()
        return await self._connection.scalar(select(audit_entries.c.hash).where(audit_entries.c.number == number))

    # --- ends that are signed

    async def list_seals(self, limit: int | None = None) -> Sequence[AuditSeal]:
        """The ends that were signed, the newest first."""
        found = await self._connection.execute(select(audit_seals).order_by(audit_seals.c.day.desc()).limit(limit))
        return [AuditSeal(*row) for row in found]

    async def seal_days(self, before: datetime, key: bytes, at: datetime) -> Sequence[AuditSeal]:
        """Sign the end of every day that ended before this moment and is not signed yet; those signed now."""
        await self._later.write_all()
        newest = await self.list_seals(1)
        values = {"sealed": newest[0].number if newest else 0, "before": before}
        ends = (await self._connection.execute(_ENDS, values)).all()
        signed = [sign(day, number, end, key, at) for day, number, end in ends]
        if signed:
            rows = [asdict(one) for one in signed]
            await self._connection.execute(pg_insert(audit_seals).on_conflict_do_nothing(), rows)
        return signed

    # --- when it was verified

    async def note_check(self, verdict: AuditVerdict, at: datetime) -> None:
        """Keep that the chain was read, and what was found."""
        await self._connection.execute(
            insert(audit_checks).values(
                checked_at=at, entries=verdict.entries, broken_at=verdict.broken_at, reason=_written(verdict)
            )
        )

    async def find_check(self) -> AuditCheck | None:
        """When it was read last, and what was found; None while it never was."""
        columns = audit_checks.c
        order = select(columns.checked_at, columns.entries, columns.broken_at, columns.reason)
        row = (await self._connection.execute(order.order_by(columns.id.desc()).limit(1))).one_or_none()
        return _check(*row) if row is not None else None

    async def take_check(self) -> bool:
        """Whether this transaction is the one that reads the chain: nobody else is at it just now."""
        return bool(await self._connection.scalar(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": _CHECKING}))

    async def _list_missing_guards(self) -> list[str]:
        standing = {name for (name,) in await self._connection.execute(_STANDING)}
        return [one for one in _GUARDS if one not in standing]

    async def _has_guards(self) -> bool:
        """A database of an earlier version, just restored, has none yet."""
        return bool(await self._connection.scalar(text("SELECT to_regclass('public.audit_seals') IS NOT NULL")))


def sign(day: date, number: int, end: str, key: bytes, at: datetime) -> AuditSeal:
    """The end of a day, signed with the key of the house."""
    private = Ed25519PrivateKey.from_private_bytes(key)
    public = private.public_key().public_bytes_raw()
    return AuditSeal(day, number, end, at, public, private.sign(_signed(day, number, end)))


def is_signed(one: AuditSeal) -> bool:
    """Whether the signature is that of the key that stands beside it. No secret is needed."""
    try:
        Ed25519PublicKey.from_public_bytes(one.public_key).verify(one.signature, _signed(one.day, one.number, one.hash))
    except (InvalidSignature, ValueError):
        return False
    return True


def public_key_of(key: bytes) -> bytes:
    """What anybody may know of a key that signs."""
    return Ed25519PrivateKey.from_private_bytes(key).public_key().public_bytes_raw()


def _signed(day: date, number: int, end: str) -> bytes:
    return f"nhacchuan audit {day.isoformat()} {number} {end}".encode()


def ensure_impersonal(details: Mapping[str, Any]) -> None:
    """Raises PersonalDetailsError for details that are more than codes, numbers and days."""
    for key, value in details.items():
        if key in _NAMES_PERSONS:
            raise PersonalDetailsError(f"audit details hold {key!r}")
        for one in value if isinstance(value, list) else (value,):
            if one is None or isinstance(one, (bool, int)):
                continue
            if not isinstance(one, str) or not _CODE_LIKE.fullmatch(one) or _is_phone_like(one):
                raise PersonalDetailsError(f"audit details hold more than a code under {key!r}")


def _is_phone_like(text: str) -> bool:
    return _PHONE_LIKE.fullmatch(text) is not None and sum(map(str.isdigit, text)) >= _PHONE_DIGITS


def seal(entry: AuditEntry) -> str:
    """The hash of an entry over its canonical form, the hash of the entry before included."""
    canonical = f'[{entry.number},{_letters_of(entry)},"{entry.previous_hash}"]'
    return hashlib.sha256(canonical.encode()).hexdigest()


def _letters_of(entry: AuditEntry) -> str:
    """The canonical form without its place in the chain."""
    at = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    form = [at, entry.actor, entry.action, entry.subject, entry.details]
    return json.dumps(form, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)[1:-1]


def _broken(entry: AuditEntry, expected: int, previous: str) -> ChainFault | None:
    if entry.number != expected:
        return ChainFault.MISSING
    if entry.previous_hash != previous:
        return ChainFault.OUT_OF_LINE
    return None if seal(entry) == entry.hash else ChainFault.CHANGED


def _written(verdict: AuditVerdict) -> str | None:
    """The reason with what goes with it, as one column holds it."""
    return ":".join(filter(None, (verdict.reason, verdict.about))) if verdict.reason is not None else None


def _check(checked_at: datetime, entries: int, broken_at: int | None, reason: str | None) -> AuditCheck:
    fault, _colon, about = (reason or "").partition(":")
    known = {one.value for one in ChainFault}
    read = ChainFault(fault) if fault in known else ChainFault.OTHER
    return AuditCheck(checked_at, entries, broken_at, read if broken_at is not None else None, about)
