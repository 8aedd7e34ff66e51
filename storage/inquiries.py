"""Questions passed on to people: their texts sealed, their codes unguessable, their changes one after another."""

import json
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, and_, case, delete, false, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.facts import DocumentId, PersonCode, TerritoryCode, UnitCode
from storage.characters import storable
from storage.encryption import Vault
from storage.link_codes import ALPHABET
from storage.records import (
    EarlierQuestion,
    Inquiry,
    InquiryMessage,
    InquiryReason,
    InquiryState,
    MessageKind,
)
from storage.tables import inquiries, inquiry_guesses, inquiry_messages, letters, people, units

CODE_LENGTH: Final = 6
GUESSES_COUNT_FOR: Final = timedelta(hours=1)
_DIGITS: Final = frozenset("0123456789")
_TAKEN: Final = ("CC", "CV", "GV", "HR", "NV", "QH", "QT", "TT", "VC")  # so begin numbers of documents and staff codes
# A person's question has their unit, which stays when the person goes.
BY_A_STRANGER: Final = and_(inquiries.c.person.is_(None), inquiries.c.unit.is_(None))
_ENDED: Final = [InquiryState.ANSWERED, InquiryState.CLOSED, InquiryState.WITHDRAWN]
_WAITING: Final = inquiries.c.state.in_([InquiryState.OPEN, InquiryState.ASKED_BACK])
# Whoever moves takes their question along: it is served where they are now, and where they were once they are gone.
_NOW: Final = units.alias("unit_now")
_UNIT: Final = func.coalesce(people.c.unit, inquiries.c.unit)
_KEPT: Final[Select[Any]] = select(
    *(column for column in inquiries.c if column.name not in {"unit", "territory"}),
    _UNIT.label("unit"),
    func.coalesce(_NOW.c.territory, inquiries.c.territory).label("territory"),
).select_from(
    inquiries.outerjoin(people, people.c.code == inquiries.c.person).outerjoin(_NOW, _NOW.c.code == people.c.unit)
)


class InquiriesDrawer:
    """Keeps the promises of the desk's `Inquiries`, `Guesses` and `OverdueInquiries`."""

    def __init__(self, connection: AsyncConnection, vault: Vault, randomness: Random) -> None:
        self._connection = connection
        self._vault = vault
        self._randomness = randomness

    async def add(self, inquiry: Inquiry) -> Inquiry:
        while True:
            made = replace(inquiry, code=self._make_code())
            added = await self._connection.execute(
                insert(inquiries)
                .values(
                    code=made.code,
                    channel=made.channel,
                    address=storable(made.address),
                    person=made.person,
                    unit=made.unit,
                    territory=made.territory,
                    locale=made.locale,
                    texts=self._seal_question(made),
                    why=made.why,
                    assigned_to=made.assigned_to,
                    consent_version=made.consent_version,
                    opened_at=made.opened_at,
                    **_changing(made, made.opened_at),
                )
                .on_conflict_do_nothing(index_elements=["code"])
                .returning(inquiries.c.code)
            )
            if added.one_or_none() is not None:
                return made

    async def find(self, code: str, *, to_change: bool = False) -> Inquiry | None:
        wanted = _KEPT.where(inquiries.c.code == storable(code))
        found = await self._connection.execute(wanted.with_for_update(of=inquiries) if to_change else wanted)
        row = found.one_or_none()
        if row is None:
            return None
        said = await self._connection.execute(
            select(inquiry_messages).where(inquiry_messages.c.inquiry == row.code).order_by(inquiry_messages.c.id)
        )
        return self._inquiry(row, tuple(map(self._message, said)))

    async def list_asked(self, channel: str, address: str, person: PersonCode | None, limit: int) -> Sequence[Inquiry]:
        found = await self._connection.execute(
            _KEPT.where(_asked_by(channel, address, person))
            .order_by(inquiries.c.opened_at.desc(), inquiries.c.code)
            .limit(limit)
        )
        return [self._inquiry(row) for row in found]

    async def list_waiting(
        self,
        *,
        units_served: Collection[UnitCode],
        serves_unplaced: bool,
        is_administrator: bool,
        person: PersonCode,
    ) -> Sequence[Inquiry]:
        found = await self._connection.execute(
            _KEPT.where(
                _WAITING,
                or_(inquiries.c.person.is_(None), inquiries.c.person != person),
                or_(
                    _UNIT.in_(list(units_served)),
                    _UNIT.is_(None) if serves_unplaced else false(),
                    _UNIT.not_in(select(units.c.code)) if serves_unplaced else false(),
                    inquiries.c.for_administrators if is_administrator else false(),
                ),
            ).order_by(inquiries.c.due_on, inquiries.c.opened_at, inquiries.c.code)
        )
        return [self._inquiry(row, opens=False) for row in found]

    async def save(self, inquiry: Inquiry, at: datetime, message: InquiryMessage | None = None) -> Inquiry:
        saved = replace(inquiry, version=inquiry.version + 1)
        if message is not None:
            saved = replace(saved, messages=(*saved.messages, message))
            await self._connection.execute(
                insert(inquiry_messages).values(
                    inquiry=inquiry.code,
                    kind=message.kind,
                    at=message.at,
                    who=message.who,
                    texts=self._seal_message(message),
                    document=message.document,
                    point=message.point,
                )
            )
        await self._connection.execute(
            update(inquiries)
            .where(inquiries.c.code == inquiry.code)
            .values(assigned_to=saved.assigned_to, **_changing(saved, at))
        )
        return saved

    async def drop_texts(self, code: str) -> None:
        await self._drop_texts(inquiries.c.code == code)

    async def withdraw_all(self, channel: str, address: str, person: PersonCode | None, at: datetime) -> int:
        own = _asked_by(channel, address, person)
        withdrawn = await self._connection.execute(
            update(inquiries)
            .where(own, _WAITING)
            .values(state=InquiryState.WITHDRAWN, changed_at=at, version=inquiries.c.version + 1)
        )
        await self._connection.execute(
            delete(letters).where(
                letters.c.state == "waiting", letters.c.inquiry.in_(select(inquiries.c.code).where(own))
            )
        )
        await self._drop_texts(own)
        return withdrawn.rowcount

    async def list_overdue(self, today: date, limit: int) -> Sequence[Inquiry]:
        """Those whose day to be answered has passed and of which nobody was reminded today, held until the end.

        Those that another process holds are left out.
        """
        found = await self._connection.execute(
            _KEPT.where(
                inquiries.c.state == InquiryState.OPEN,
                inquiries.c.due_on < today,
                or_(inquiries.c.reminded_on.is_(None), inquiries.c.reminded_on < today),
            )
            .order_by(inquiries.c.due_on, inquiries.c.code)
            .limit(limit)
            .with_for_update(of=inquiries, skip_locked=True)
        )
        return [self._inquiry(row) for row in found]

    async def mark_reminded(self, code: str, on: date, *, for_administrators: bool) -> None:
        """Keep that somebody was reminded of it on this day; that is no change that HR could trip over."""
        await self._connection.execute(
            update(inquiries)
            .where(inquiries.c.code == code)
            .values(
                reminded_on=on,
                reminders=inquiries.c.reminders + 1,
                **({"for_administrators": True} if for_administrators else {}),
            )
        )

    async def count_wrong(self, channel: str, address: str, at: datetime) -> int:
        begins_anew = inquiry_guesses.c.since < at - GUESSES_COUNT_FOR
        counted = await self._connection.execute(
            insert(inquiry_guesses)
            .values(channel=channel, address=storable(address), wrong=1, since=at)
            .on_conflict_do_update(
                index_elements=["channel", "address"],
                set_={
                    "wrong": case((begins_anew, 1), else_=inquiry_guesses.c.wrong + 1),
                    "since": case((begins_anew, at), else_=inquiry_guesses.c.since),
                },
            )
            .returning(inquiry_guesses.c.wrong)
        )
        return int(counted.scalar_one())

    async def wrong_so_far(self, channel: str, address: str, at: datetime) -> int:
        found = await self._connection.execute(
            select(inquiry_guesses.c.wrong).where(
                inquiry_guesses.c.channel == channel,
                inquiry_guesses.c.address == storable(address),
                inquiry_guesses.c.since >= at - GUESSES_COUNT_FOR,
            )
        )
        return found.scalar_one_or_none() or 0

    async def prune(self, *, texts_before: datetime, guesses_before: datetime) -> None:
        """Drop the texts of what ended before this moment, and forget guesses before that one."""
        is_over = inquiries.c.state.in_(_ENDED) & (inquiries.c.changed_at < texts_before)
        await self._drop_texts(is_over & inquiries.c.texts.is_not(None))
        await self._connection.execute(delete(inquiry_guesses).where(inquiry_guesses.c.since < guesses_before))

    async def _drop_texts(self, which: ColumnElement[bool]) -> None:
        await self._connection.execute(
            update(inquiry_messages)
            .where(inquiry_messages.c.inquiry.in_(select(inquiries.c.code).where(which)))
            .values(texts=None)
        )
        await self._connection.execute(update(inquiries).where(which).values(texts=None))

    def _make_code(self) -> str:
        """A code with a letter and a digit in it, so that no word and no number is taken for one."""
        while True:
            code = "".join(self._randomness.choices(ALPHABET, k=CODE_LENGTH))
            digits = sum(sign in _DIGITS for sign in code)
            if 0 < digits < CODE_LENGTH and not code.startswith(_TAKEN):
                return code

    def _seal_question(self, inquiry: Inquiry) -> bytes | None:
        if inquiry.question is None:
            return None
        earlier = [[one.text, one.outcome, one.answer] for one in inquiry.context]
        return self._seal({"question": inquiry.question, "answer": inquiry.answer, "context": earlier})

    def _seal_message(self, message: InquiryMessage) -> bytes | None:
        if message.text is None:
            return None
        return self._seal({"text": message.text, "name": message.name, "unit": message.unit})

    def _seal(self, texts: dict[str, Any]) -> bytes:
        return self._vault.encrypt(json.dumps(texts, ensure_ascii=True))

    def _open(self, sealed: bytes | None) -> dict[str, Any]:
        return json.loads(self._vault.decrypt(sealed)) if sealed is not None else {}

    def _inquiry(self, row: Row[Any], messages: tuple[InquiryMessage, ...] = (), *, opens: bool = True) -> Inquiry:
        texts = self._open(row.texts) if opens else {}
        return Inquiry(
            code=row.code,
            channel=row.channel,
            address=row.address,
            person=PersonCode(row.person) if row.person is not None else None,
            unit=UnitCode(row.unit) if row.unit is not None else None,
            territory=TerritoryCode(row.territory),
            question=texts.get("question"),
            context=tuple(EarlierQuestion(*one) for one in texts.get("context", ())),
            why=InquiryReason(row.why),
            opened_at=row.opened_at,
            due_on=row.due_on,
            consent_version=row.consent_version,
            answer=texts.get("answer", ""),
            state=InquiryState(row.state),
            assigned_to=PersonCode(row.assigned_to) if row.assigned_to is not None else None,
            for_administrators=row.for_administrators,
            reminded_on=row.reminded_on,
            reminders=row.reminders,
            version=row.version,
            locale=row.locale,
            messages=messages,
        )

    def _message(self, row: Row[Any]) -> InquiryMessage:
        texts = self._open(row.texts)
        return InquiryMessage(
            kind=MessageKind(row.kind),
            at=row.at,
            text=texts.get("text"),
            who=PersonCode(row.who) if row.who is not None else None,
            name=texts.get("name", ""),
            unit=texts.get("unit", ""),
            document=DocumentId(row.document) if row.document is not None else None,
            point=row.point,
        )


def _changing(inquiry: Inquiry, at: datetime) -> dict[str, Any]:
    return {
        "state": inquiry.state,
        "for_administrators": inquiry.for_administrators,
        "due_on": inquiry.due_on,
        "reminded_on": inquiry.reminded_on,
        "reminders": inquiry.reminders,
        "version": inquiry.version,
        "changed_at": at,
    }


def _asked_by(channel: str, address: str, person: PersonCode | None) -> ColumnElement[bool]:
    """A person's own from wherever they asked; a stranger's from this channel identity alone.

    What somebody asked who has left the roster since is nobody's: another person may have that chat now.
    """
    as_stranger = and_(BY_A_STRANGER, inquiries.c.channel == channel, inquiries.c.address == storable(address))
    return as_stranger if person is None else or_(inquiries.c.person == person, as_stranger)
