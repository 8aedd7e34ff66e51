"""What people agreed to, what they want of their data, and breaches with what was done about them."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.facts import PersonCode, UnitCode
from storage.characters import storable
from storage.encryption import SecretKeyError, Vault
from storage.records import Breach, BreachStepDone, Consent, ConsentAct, DataRequest, DataRequestState
from storage.tables import accounts, breach_steps, breaches, consents, data_requests, people

_WORDS = ("value", "words", "answer", "reason")


class PrivacyDrawer:
    """Keeps the promises of the desk's `Consents`, `DataRequests` and `Breaches`. Words are sealed."""

    def __init__(self, connection: AsyncConnection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault

    # --- consent

    async def note_consents(self, given: Sequence[Consent]) -> None:
        for one in given:
            await self._connection.execute(
                insert(consents).values(
                    person=storable(one.person) if one.person is not None else None,
                    channel=one.channel,
                    address=storable(one.address),
                    purpose=one.purpose,
                    act=one.act.value,
                    version=one.version,
                    digest=one.digest,
                    at=one.at,
                )
            )

    async def list_consents(self, channel: str, address: str) -> Sequence[Consent]:
        here = and_(consents.c.channel == channel, consents.c.address == storable(address))
        return await self._list_consents(here)

    async def list_consents_of(self, person: PersonCode) -> Sequence[Consent]:
        return await self._list_consents(consents.c.person == storable(person))

    async def _list_consents(self, which: Any) -> Sequence[Consent]:
        kept = consents.c
        found = await self._connection.execute(
            select(kept.channel, kept.address, kept.purpose, kept.act, kept.version, kept.digest, kept.at, kept.person)
            .where(which)
            .order_by(kept.id)
        )
        return [
            Consent(channel, address, purpose, ConsentAct(act), version, digest, at, person)
            for channel, address, purpose, act, version, digest, at, person in found
        ]

    # --- requests

    async def add_request(self, request: DataRequest) -> DataRequest:
        added = await self._connection.execute(
            insert(data_requests).values(self._values(request)).returning(data_requests.c.number)
        )
        found = await self.find_request(int(added.scalar_one()))
        if found is None:
            raise RuntimeError("a request that was just added is gone")
        return found

    async def find_request(self, number: int, *, to_change: bool = False) -> DataRequest | None:
        query = select(data_requests).where(data_requests.c.number == number)
        row = (await self._connection.execute(query.with_for_update() if to_change else query)).one_or_none()
        return self._request(row) if row is not None else None

    async def list_requests_of(self, person: PersonCode, limit: int) -> Sequence[DataRequest]:
        found = await self._connection.execute(
            select(data_requests)
            .where(data_requests.c.person == storable(person))
            .order_by(data_requests.c.number.desc())
            .limit(limit)
        )
        return [self._request(row) for row in found]

    async def list_running(self, units: Collection[UnitCode] | None, limit: int) -> Sequence[DataRequest]:
        """Those whose clocks run, of people of these units (None: of everybody), the first due first."""
        query = select(data_requests).where(data_requests.c.state == DataRequestState.OPEN.value)
        if units is not None:
            within = select(people.c.code).where(people.c.unit.in_([storable(one) for one in units]))
            query = query.where(data_requests.c.person.in_(within))
        found = await self._connection.execute(
            query.order_by(data_requests.c.due_on, data_requests.c.number).limit(limit)
        )
        return [self._request(row) for row in found]

    async def list_due(self, day: date, limit: int) -> Sequence[DataRequest]:
        """Open ones of which something is due before or on this day."""
        first = and_(data_requests.c.answered_at.is_(None), data_requests.c.first_on <= day)
        found = await self._connection.execute(
            select(data_requests)
            .where(data_requests.c.state == DataRequestState.OPEN.value, or_(data_requests.c.due_on <= day, first))
            .order_by(data_requests.c.due_on, data_requests.c.number)
            .limit(limit)
        )
        return [self._request(row) for row in found]

    async def list_vouchers(self, officers: Collection[PersonCode]) -> Mapping[PersonCode, frozenset[PersonCode]]:
        """Whose codes led to every chat that each of these has; of those without one nothing is said."""
        chats = accounts.c
        found = await self._connection.execute(
            select(chats.person, chats.vouched_by).where(chats.person.in_([storable(one) for one in officers]))
        )
        behind: dict[PersonCode, frozenset[PersonCode]] = {}
        for person, vouched_by in found:
            behind[person] = behind.get(person, frozenset(vouched_by)).intersection(vouched_by)
        return behind

    async def save_request(self, request: DataRequest) -> DataRequest:
        values = {**self._values(request), "version": request.version + 1}
        await self._connection.execute(
            update(data_requests).where(data_requests.c.number == request.number).values(values)
        )
        found = await self.find_request(request.number)
        if found is None:
            raise RuntimeError("a request that was just saved is gone")
        return found

    def _values(self, one: DataRequest) -> dict[str, Any]:
        words = {name: getattr(one, name) for name in _WORDS if getattr(one, name)}
        return {
            "person": storable(one.person),
            "channel": one.channel,
            "asked_right": one.right,
            "state": one.state.value,
            "field": one.field or None,
            "sealed": self._vault.encrypt(storable(json.dumps(words, ensure_ascii=False))) if words else None,
            "opened_at": one.opened_at,
            "first_on": one.first_on,
            "due_on": one.due_on,
            "has_others": one.has_others,
            "is_extended": one.is_extended,
            "answered_at": one.answered_at,
            "closed_at": one.closed_at,
            "handled_by": one.handled_by,
            "entered_by": one.entered_by,
            "entered_at": one.entered_at,
            "agreed_by": one.agreed_by,
            "agreed_vouched_by": sorted(one.agreed_vouched_by),
            "asked_vouched_by": sorted(one.asked_vouched_by),
            "version": one.version,
        }

    def _request(self, row: Any) -> DataRequest:
        words = self._open(row.sealed)
        return DataRequest(
            person=PersonCode(row.person),
            channel=row.channel,
            right=row.asked_right,
            opened_at=row.opened_at,
            first_on=row.first_on,
            due_on=row.due_on,
            number=row.number,
            state=DataRequestState(row.state),
            field=row.field or "",
            value=words.get("value", ""),
            words=words.get("words", ""),
            answer=words.get("answer", ""),
            has_others=row.has_others,
            is_extended=row.is_extended,
            answered_at=row.answered_at,
            closed_at=row.closed_at,
            handled_by=row.handled_by,
            version=row.version,
            reason=words.get("reason", ""),
            entered_by=row.entered_by,
            entered_at=row.entered_at,
            agreed_by=row.agreed_by,
            agreed_vouched_by=frozenset(row.agreed_vouched_by),
            asked_vouched_by=frozenset(row.asked_vouched_by),
        )

    # --- breaches

    async def open_breach(self, breach: Breach) -> Breach:
        added = await self._connection.execute(
            insert(breaches)
            .values(
                detected_at=breach.detected_at,
                opened_at=breach.opened_at,
                opened_by=storable(breach.opened_by),
                due_at=breach.due_at,
                sealed=self._vault.encrypt(storable(json.dumps({"title": breach.title}, ensure_ascii=False))),
            )
            .returning(breaches.c.number)
        )
        number = int(added.scalar_one())
        return next(one for one in await self.list_breaches() if one.number == number)

    async def list_breaches(self, *, only_open: bool = False) -> Sequence[Breach]:
        """All of them, the newest first; with `only_open` those whose clock still runs."""
        query = select(breaches).order_by(breaches.c.number.desc())
        rows = (
            await self._connection.execute(query.where(breaches.c.closed_at.is_(None)) if only_open else query)
        ).all()
        taken = await self._connection.execute(select(breach_steps).order_by(breach_steps.c.done_at))
        steps: dict[int, list[BreachStepDone]] = {}
        for row in taken:
            note = self._open(row.sealed).get("note", "")
            steps.setdefault(row.breach, []).append(BreachStepDone(row.step, row.done_by, row.done_at, note))
        return [
            Breach(
                row.detected_at,
                row.opened_at,
                row.opened_by,
                row.due_at,
                self._open(row.sealed).get("title", ""),
                row.number,
                row.closed_at,
                row.closed_by,
                row.warned,
                tuple(steps.get(row.number, ())),
            )
            for row in rows
        ]

    async def take_step(self, number: int, step: BreachStepDone) -> None:
        """Keep that a step was taken; taken again, its note is the newer one."""
        note = json.dumps({"note": step.note}, ensure_ascii=False)
        values = {
            "done_by": storable(step.done_by),
            "done_at": step.done_at,
            "sealed": self._vault.encrypt(storable(note)) if step.note else None,
        }
        await self._connection.execute(
            upsert(breach_steps)
            .values(breach=number, step=step.step, **values)
            .on_conflict_do_update(index_elements=["breach", "step"], set_=values)
        )

    async def close_breach(self, number: int, by: str, at: datetime) -> bool:
        """End it; False where there is none that is open."""
        ended = await self._connection.execute(
            update(breaches)
            .where(breaches.c.number == number, breaches.c.closed_at.is_(None))
            .values(closed_at=at, closed_by=storable(by))
        )
        return bool(ended.rowcount)

    async def mark_warned(self, number: int, hours_left: int) -> bool:
        """Keep that people were warned with so many hours left; False where they were already."""
        marked = await self._connection.execute(
            update(breaches)
            .where(
                breaches.c.number == number,
                breaches.c.closed_at.is_(None),
                or_(breaches.c.warned.is_(None), breaches.c.warned > hours_left),
            )
            .values(warned=hours_left)
        )
        return bool(marked.rowcount)

    def _open(self, sealed: bytes | None) -> dict[str, str]:
        if sealed is None:
            return {}
        try:
            opened: dict[str, str] = json.loads(self._vault.decrypt(sealed))
        except SecretKeyError:
            return {}
        return opened
