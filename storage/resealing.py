"""Sealing everything that is kept sealed anew under the newest key, in batches that go on where they were cut off."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, LargeBinary, delete, literal, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.encryption import SecretKeyError, Vault
from storage.records import ResealedBatch
from storage.tables import (
    answers_given,
    api_keys,
    audit_seals,
    breach_steps,
    breaches,
    calendar_tokens,
    console_entries,
    console_sessions,
    data_requests,
    echoes_awaited,
    escalation_words,
    evidence,
    evidence_files,
    hooks,
    inquiries,
    inquiry_messages,
    link_codes,
    network_tries,
    people,
    resealing,
    seen_updates,
    standings,
    study_events,
    threads,
    told_rules,
    zalo_grants,
)

_ROWS: Final = 500
_FILES: Final = 8  # of up to some ten megabytes each
_SEALED: Final = "sealed"


@dataclass(frozen=True, slots=True)
class Place:
    """A column of sealed values: `rows` are resealed at once; `also` gives what is derived from the opened value."""

    column: Column[Any]
    rows: int = _ROWS
    also: Callable[[Vault, str], dict[str, Any]] | None = None

    @property
    def name(self) -> str:
        """Table and column."""
        return f"{self.column.table.name}.{self.column.name}"


PLACES: Final = (
    Place(people.c.phone_encrypted, also=lambda vault, phone: {"phone_index": vault.phone_index(phone)}),
    Place(threads.c.state),  # a document whose only key holds what is sealed
    Place(seen_updates.c.body),
    Place(answers_given.c.question),
    Place(inquiries.c.texts),
    Place(inquiry_messages.c.texts),
    Place(zalo_grants.c.access),
    Place(zalo_grants.c.refresh),
    Place(escalation_words.c.words),
    Place(study_events.c.sealed),
    Place(hooks.c.secret),
    Place(evidence.c.sealed),
    Place(evidence_files.c.sealed, rows=_FILES),
    Place(data_requests.c.sealed),
    Place(breaches.c.sealed),
    Place(breach_steps.c.sealed),
)
# Bytes that are not sealed: keyed hashes, which follow a new key by themselves or end; and what no key is needed for.
HASHED: Final = (
    people.c.phone_index,  # made anew with the number
    calendar_tokens.c.hash,  # made anew when the calendar is read
    link_codes.c.hash,
    console_entries.c.token_hash,
    console_entries.c.code_hash,
    console_sessions.c.hash,
    network_tries.c.network,
)
PLAIN: Final = (
    api_keys.c.hash,  # of random bits, without a key
    zalo_grants.c.seed,  # likewise
    echoes_awaited.c.digest,
    standings.c.digest,
    told_rules.c.content,
    audit_seals.c.signature,  # by a key pair of the chain
    audit_seals.c.public_key,
)


class Resealer:
    """Works through every place. Nothing is locked: what somebody else changes meanwhile is sealed by them anew."""

    def __init__(self, connection: AsyncConnection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault

    async def begin_anew(self) -> None:
        """Let the next round begin at the first row of every place."""
        await self._connection.execute(delete(resealing))

    async def find_next(self) -> Place | None:
        """The first place that is not through yet under the newest key."""
        found = await self._connection.execute(
            select(resealing.c.place).where(resealing.c.sealing == self._newest, resealing.c.after_key.is_(None))
        )
        through = set(found.scalars())
        return next((place for place in PLACES if place.name not in through), None)

    async def reseal_batch(self, place: Place) -> ResealedBatch:
        """The next rows of a place, and how far that went, kept together."""
        table, column = place.column.table, place.column
        keys = list(table.primary_key)
        query = select(*keys, column).where(column.is_not(None)).order_by(*keys).limit(place.rows)
        after = await self._find_after(place)
        if after is not None:
            places = [literal(one, key.type) for one, key in zip(after, keys, strict=True)]
            query = query.where(tuple_(*keys) > tuple_(*places))
        rows = (await self._connection.execute(query)).all()
        changed = strange = 0
        for row in rows:
            sealed = _read(row[-1])
            if sealed is None or self._vault.is_newest(sealed):
                continue
            try:
                values = self._values(place, row[-1], sealed)
            except SecretKeyError:
                strange += 1
                continue
            is_row: list[ColumnElement[bool]] = [key == one for key, one in zip(keys, row[:-1], strict=True)]
            done = await self._connection.execute(update(table).where(*is_row, column == row[-1]).values(values))
            changed += done.rowcount
        last = list(rows[-1][:-1]) if len(rows) == place.rows else None
        await self._keep_after(place, last)
        return ResealedBatch(len(rows), changed, strange)

    async def find_strange(self) -> str | None:
        """A place whose first sealed value no key opens, None where every first one is opened."""
        for place in PLACES:
            query = select(place.column).where(*_has_something(place.column)).limit(1)
            sealed = _read((await self._connection.execute(query)).scalar_one_or_none())
            if sealed is not None and not self._opens(sealed):
                return place.name
        return None

    def _opens(self, sealed: bytes) -> bool:
        try:
            self._vault.decrypt_bytes(sealed)
        except SecretKeyError:
            return False
        return True

    def _values(self, place: Place, kept: Any, sealed: bytes) -> dict[str, Any]:
        resealed = self._vault.reseal(sealed)
        if isinstance(kept, dict):
            return {place.column.name: {_SEALED: resealed.decode("ascii")}}
        more = place.also(self._vault, self._vault.decrypt(sealed)) if place.also is not None else {}
        return {place.column.name: resealed, **more}

    @property
    def _newest(self) -> str:
        return self._vault.key_names[0]

    async def _find_after(self, place: Place) -> Sequence[Any] | None:
        found = await self._connection.execute(
            select(resealing.c.after_key).where(resealing.c.place == place.name, resealing.c.sealing == self._newest)
        )
        after: Sequence[Any] | None = found.scalar_one_or_none()
        return after

    async def _keep_after(self, place: Place, after: Sequence[Any] | None) -> None:
        values = {"sealing": self._newest, "after_key": after}
        order = insert(resealing).values(place=place.name, **values)
        await self._connection.execute(order.on_conflict_do_update(index_elements=["place"], set_=values))


def _has_something(column: Column[Any]) -> list[ColumnElement[bool]]:
    of_bytes = [column != b""] if isinstance(column.type, LargeBinary) else []
    return [column.is_not(None), *of_bytes]


def _read(kept: Any) -> bytes | None:
    """What is sealed in a value as it is kept; a conversation of before they were sealed is plain.

    Nothing is sealed in one that was emptied, as the secret of a hook is that was removed.
    """
    if isinstance(kept, dict):
        written = kept.get(_SEALED)
        return written.encode("ascii") if isinstance(written, str) else None
    return bytes(kept) if kept else None
