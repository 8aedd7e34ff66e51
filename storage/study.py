"""Study cases with everything that happened to them, the dates that verdicts read from them, and exemptions."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, NewType

from sqlalchemy import Row, any_, delete, func, insert, literal, select, text, update
from sqlalchemy.dialects.postgresql import insert as insert_unless
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.facts import CriterionCode, Exemption, PersonCode, Role, StudyRecord, UnitCode
from knowledge.study_cases import OPEN_STATES, CaseNumber, Course, StudyAct, StudyCase, StudyEvent, StudyState
from storage.characters import storable
from storage.encryption import Vault
from storage.records import LetterKind, LetterState
from storage.rows import exemption_row, study_row
from storage.tables import exemptions, letters, people, study_cases, study_events, study_records

StudyNumber = NewType("StudyNumber", int)
_OPEN: Final = text("state IN ('waiting', 'to_change', 'proposed', 'sent')")


class StudyDrawer:
    """Keeps the promises of the desk's `StudyCases`; the dates of a case are read with the person."""

    def __init__(self, connection: AsyncConnection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault

    async def add_case(self, case: StudyCase, records: Sequence[StudyRecord]) -> StudyCase | None:
        added = await self._connection.execute(
            insert_unless(study_cases)
            .values(person=case.person, criterion=case.criterion, **_changing(case))
            .on_conflict_do_nothing(index_elements=["person", "criterion"], index_where=_OPEN)
            .returning(study_cases.c.number)
        )
        number = added.scalar_one_or_none()
        if number is None:
            return None
        for event in case.events:
            await self._add_event(number, event)
        await self._put_records(number, case.person, records)
        return _numbered(case, number)

    async def save_case(self, case: StudyCase, records: Sequence[StudyRecord]) -> None:
        await self._connection.execute(
            update(study_cases).where(study_cases.c.number == case.number).values(**_changing(case))
        )
        await self._add_event(case.number, case.events[-1])
        await self._connection.execute(delete(study_records).where(study_records.c.study_case == case.number))
        await self._put_records(case.number, case.person, records)

    async def find_case(self, number: int, *, to_change: bool = False) -> StudyCase | None:
        wanted = select(study_cases).where(study_cases.c.number == number)
        found = await self._read(wanted.with_for_update() if to_change else wanted)
        return found[0] if found else None

    async def find_open(self, person: PersonCode, criterion: CriterionCode) -> StudyCase | None:
        found = await self._read(
            select(study_cases).where(
                study_cases.c.person == person,
                study_cases.c.criterion == criterion,
                study_cases.c.state.in_([one.value for one in OPEN_STATES]),
            )
        )
        return found[0] if found else None

    async def list_of(self, person: PersonCode, limit: int) -> Sequence[StudyCase]:
        return await self._read(
            select(study_cases)
            .where(study_cases.c.person == person)
            .order_by(study_cases.c.changed_at.desc(), study_cases.c.number.desc())
            .limit(limit)
        )

    async def list_in(self, units: Collection[UnitCode] | None, limit: int, *, only_open: bool) -> Sequence[StudyCase]:
        wanted = select(study_cases).join(people, people.c.code == study_cases.c.person)
        if units is not None:
            wanted = wanted.where(people.c.unit.in_(list(units)))
        if only_open:
            wanted = wanted.where(study_cases.c.state.in_([one.value for one in OPEN_STATES]))
        waits_first = (study_cases.c.state != StudyState.WAITING).asc()
        return await self._read(
            wanted.order_by(waits_first, study_cases.c.changed_at, study_cases.c.number).limit(limit)
        )

    async def list_heads(self, units: Collection[UnitCode]) -> Mapping[UnitCode, Sequence[PersonCode]]:
        found = await self._connection.execute(
            select(people.c.unit, people.c.code)
            .where(people.c.unit.in_(list(units)), literal(Role.HEAD.value) == any_(people.c.roles))
            .order_by(people.c.unit, people.c.code)
        )
        heads: dict[UnitCode, list[PersonCode]] = {}
        for unit, code in found:
            heads.setdefault(UnitCode(unit), []).append(PersonCode(code))
        return heads

    async def find_waiting(self, numbers: Collection[int]) -> Mapping[int, int]:
        """Those of these cases that wait for a head, each with its version."""
        found = await self._connection.execute(
            select(study_cases.c.number, func.count())
            .join(study_events, study_events.c.study_case == study_cases.c.number)
            .where(study_cases.c.number.in_(list(numbers)), study_cases.c.state == StudyState.WAITING.value)
            .group_by(study_cases.c.number)
        )
        return {row[0]: row[1] for row in found}

    async def list_waiting(self) -> Sequence[StudyCase]:
        """Every case that waits for a head, the oldest number first."""
        return await self._read(
            select(study_cases).where(study_cases.c.state == StudyState.WAITING.value).order_by(study_cases.c.number)
        )

    async def list_told_by_letter(self) -> frozenset[str]:
        """The keys of what letters tell of cases that wait for a head: by their whole, where no push reaches.

        One that was refused tells nobody.
        """
        found = await self._connection.execute(
            select(letters.c.key)
            .join(study_cases, study_cases.c.number == letters.c.number)
            .where(
                letters.c.kind == LetterKind.STUDY,
                letters.c.state != LetterState.REFUSED,
                study_cases.c.state == StudyState.WAITING.value,
            )
        )
        return frozenset(key for (key,) in found if key is not None)

    # --- dates entered by themselves, without a case

    async def add(self, person: PersonCode, record: StudyRecord) -> StudyNumber:
        """A new request or assignment; its number, for later changes."""
        added = await self._connection.execute(
            insert(study_records).values(study_row(person, record)).returning(study_records.c.id)
        )
        return StudyNumber(added.scalar_one())

    async def save(self, number: StudyNumber, person: PersonCode, record: StudyRecord) -> None:
        """Put the record of this number into this state. Raises LookupError where the person has none such."""
        changed = await self._connection.execute(
            update(study_records)
            .where(study_records.c.id == number, study_records.c.person == person)
            .values(study_row(person, record))
        )
        if changed.rowcount == 0:
            raise LookupError(f"no study record {number} of {person}")

    async def add_exemption(self, person: PersonCode, exemption: Exemption) -> None:
        await self._connection.execute(insert(exemptions).values(exemption_row(person, exemption)))

    # --- within

    async def _read(self, wanted: Any) -> list[StudyCase]:
        rows = (await self._connection.execute(wanted)).all()
        if not rows:
            return []
        said = await self._connection.execute(
            select(study_events)
            .where(study_events.c.study_case.in_([row.number for row in rows]))
            .order_by(study_events.c.id)
        )
        events: dict[int, list[StudyEvent]] = {}
        for row in said:
            events.setdefault(row.study_case, []).append(self._event(row))
        return [_case(row, tuple(events.get(row.number, ()))) for row in rows]

    async def _add_event(self, number: int, event: StudyEvent) -> None:
        await self._connection.execute(
            insert(study_events).values(
                study_case=number,
                act=event.act.value,
                at=event.at,
                happened_on=event.on,
                who=event.who,
                sealed=self._vault.encrypt(storable(json.dumps(_texts(event), ensure_ascii=False))),
            )
        )

    async def _put_records(self, number: int, person: PersonCode, records: Sequence[StudyRecord]) -> None:
        if records:
            rows = [study_row(person, one) | {"study_case": number} for one in records]
            await self._connection.execute(insert(study_records), rows)

    def _event(self, row: Row[Any]) -> StudyEvent:
        said = json.loads(self._vault.decrypt(row.sealed))
        course = said["course"]
        return StudyEvent(
            act=StudyAct(row.act),
            at=row.at,
            on=row.happened_on,
            who=PersonCode(row.who) if row.who is not None else None,
            name=said["name"],
            position=said["position"],
            unit=said["unit"],
            words=said["words"],
            course=Course(course[0], _day(course[1]), _day(course[2])) if course is not None else None,
            put_to=tuple(said["put_to"]),
            recorded_by=said["recorded_by"],
            paper=said["paper"],
        )


def _changing(case: StudyCase) -> dict[str, Any]:
    return {
        "course": storable(case.course.name),
        "from_on": case.course.from_on,
        "to_on": case.course.to_on,
        "state": case.state.value,
        "changed_at": _changed_at(case),
    }


def _changed_at(case: StudyCase) -> datetime:
    return case.events[-1].at


def _numbered(case: StudyCase, number: int) -> StudyCase:
    return StudyCase(case.person, case.criterion, case.course, case.state, case.events, CaseNumber(number))


def _case(row: Row[Any], events: tuple[StudyEvent, ...]) -> StudyCase:
    return StudyCase(
        person=PersonCode(row.person),
        criterion=CriterionCode(row.criterion),
        course=Course(row.course, row.from_on, row.to_on),
        state=StudyState(row.state),
        events=events,
        number=CaseNumber(row.number),
    )


def _texts(event: StudyEvent) -> dict[str, Any]:
    course = event.course
    return {
        "name": event.name,
        "position": event.position,
        "unit": event.unit,
        "words": event.words,
        "course": [course.name, _written(course.from_on), _written(course.to_on)] if course is not None else None,
        "put_to": list(event.put_to),
        "recorded_by": event.recorded_by,
        "paper": event.paper,
    }


def _written(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written is not None else None
