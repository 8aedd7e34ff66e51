"""The audit chain: who did what to whom, each entry sealed together with the one before."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.characters import storable, storable_values
from storage.driver import driver_of
from storage.records import AuditEntry, AuditVerdict, AuditWanted
from storage.tables import audit_entries, audit_head

NO_HASH: Final = "0" * 64
_BATCH: Final = 5000
_CHAIN: Final = """
SELECT h.number, h.hash, e.number, e.at, e.actor, e.action, e.subject, e.details, e.previous_hash, e.hash
FROM audit_head h LEFT JOIN audit_entries e ON true ORDER BY e.number
"""
# Codes, document numbers, days and addresses within a channel; words with spaces would be names or questions.
_CODE_LIKE: Final = re.compile(r"[^\s\0]{0,200}")
_PHONE_LIKE: Final = re.compile(r"\(?(?:\+|0|84)[\d.()-]*")
_PHONE_DIGITS: Final = 9
_NAMES_PERSONS: Final = frozenset({"name", "ho_ten", "phone", "dien_thoai", "text", "question"})


class PersonalDetailsError(ValueError):
    """Details of an audit entry would hold a name, a phone number or words of a visitor: a defect of ours."""


class AuditDrawer:
    """Keeps the promises of the desk's `Audit`.

    Whoever records holds the end of the chain until the transaction ends, so it is best done last.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def record(
        self, actor: str, action: str, subject: str, at: datetime, details: Mapping[str, Any] | None = None
    ) -> None:
        """Raises PersonalDetailsError for details that are more than codes, numbers and days."""
        plain = storable_values(details or {})
        ensure_impersonal(plain)
        actor, subject = storable(actor), storable(subject)
        found = await self._connection.execute(select(audit_head.c.number, audit_head.c.hash).with_for_update())
        number, previous = found.one()
        entry = AuditEntry(number + 1, at, actor, action, subject, plain, previous)
        sealed = seal(entry)
        await self._connection.execute(
            insert(audit_entries).values(
                number=entry.number,
                at=at,
                actor=actor,
                action=action,
                subject=subject,
                details=plain,
                previous_hash=previous,
                hash=sealed,
            )
        )
        await self._connection.execute(update(audit_head).values(number=entry.number, hash=sealed))

    async def list_about(self, subject: str, limit: int) -> Sequence[tuple[datetime, str, str]]:
        found = await self._connection.execute(
            select(audit_entries.c.at, audit_entries.c.actor, audit_entries.c.action)
            .where(audit_entries.c.subject == subject)
            .order_by(audit_entries.c.number.desc())
            .limit(limit)
        )
        return [(at, actor, action) for at, actor, action in found]

    async def list_entries(self, wanted: AuditWanted, limit: int) -> Sequence[AuditEntry]:
        """The newest entries that fit every part that is given, below `wanted.below`."""
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
        """Read the whole chain, at one moment and never all in memory, up to its first broken link."""
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
            return AuditVerdict(read, read + 1, "the newest entries are not those that the chain ends with")
        return AuditVerdict(read)


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
    form = [
        entry.number,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.actor,
        entry.action,
        entry.subject,
        entry.details,
        entry.previous_hash,
    ]
    canonical = json.dumps(form, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _broken(entry: AuditEntry, expected: int, previous: str) -> str | None:
    if entry.number != expected:
        return "an entry is missing"
    if entry.previous_hash != previous:
        return "it does not follow the entry before"
    return None if seal(entry) == entry.hash else "its contents were changed"
