"""Evidence that officials hand in: what they say to hold, pictures and PDFs of it sealed, and what HR decides on."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, and_, case, delete, func, insert, literal_column, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as insert_unless
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.facts import Credential, CredentialStatus, KindCode, PersonCode, UnitCode
from storage.characters import storable
from storage.encryption import Vault
from storage.holdings import SAYS_SOMETHING, WITHOUT_WORDS
from storage.records import UNDECIDED, Evidence, EvidenceFile, EvidenceState, WaitingRow
from storage.rows import credential_row
from storage.tables import (
    carried,
    credentials,
    deliveries,
    evidence,
    evidence_files,
    evidence_kinds,
    notices,
    people,
)

_WAITING: Final = (EvidenceState.WAITING.value, EvidenceState.CHECKED.value)
_UNDECIDED: Final = sorted(one.value for one in UNDECIDED)
# What is handed in takes the place of these in the entry with its key.
_OVERWRITTEN: Final = ("level", "issuer", "issued_on", "expires_on", "status")


class EvidenceDrawer:
    """Keeps the promises of the desk's `EvidenceKept`, `EvidenceFiles` and `EvidenceChecks`."""

    def __init__(self, connection: AsyncConnection, vault: Vault) -> None:
        self._connection = connection
        self._vault = vault

    # --- submissions

    async def submit(self, made: Evidence, files: Collection[int]) -> Evidence | None:
        row = _credential_of(made)
        added = await self._connection.execute(
            insert_unless(evidence)
            .values(person=made.person, is_new=False, submitted_at=made.submitted_at, **self._changing(made))
            .on_conflict_do_nothing()
            .returning(evidence.c.number)
        )
        number = added.scalar_one_or_none()
        if number is None:
            return None
        # Only now is nobody deciding on the same one any more: what they have verified meanwhile stays so.
        held = await self._entry_of(row)
        if _is_verified(held):
            await self._connection.execute(delete(evidence).where(evidence.c.number == number))
            return None
        kept = replace(made, number=number, is_new=held is None)
        await self._put_over(held, kept)
        return await self._with_files(kept, files)

    async def submit_again(self, made: Evidence, files: Collection[int]) -> Evidence | None:
        before = await self.find(made.number)
        if before is None:
            return None
        row = _credential_of(made)
        taken = await self._connection.execute(
            select(evidence.c.number).where(
                evidence.c.number != made.number,
                evidence.c.state.in_(_UNDECIDED),
                _same_in(evidence, evidence.c.credential_number, row),
            )
        )
        held = await self._entry_of(row)
        if taken.first() is not None or _is_verified(held):
            return None
        await self._take_back(before)
        held = await self._entry_of(row)
        await self._connection.execute(
            update(evidence)
            .where(evidence.c.number == made.number)
            .values(submitted_at=made.submitted_at, **self._changing(made))
        )
        made = replace(made, is_new=held is None)
        await self._put_over(held, made)
        return await self._with_files(made, files)

    async def settle(self, decided: Evidence) -> None:
        """Keep the decision. What an official has been asked about waits for them and not on record, until they answer.

        So nobody counts as waiting for the office who is waited for.
        """
        mine = evidence.c.number == decided.number
        before, former = (await self._connection.execute(select(evidence.c.state, evidence.c.former).where(mine))).one()
        await self._connection.execute(update(evidence).where(mine).values(**self._changing(decided)))
        row = _credential_of(decided)
        if decided.state is EvidenceState.VERIFIED:
            await self._put_credential({**row, "status": CredentialStatus.VERIFIED.value})
        elif decided.state is EvidenceState.CHECKED and before == EvidenceState.ASKED_BACK.value:
            await self._take_back(decided)  # an earlier version of the product let it stand on record meanwhile
            held = await self._entry_of(row)
            if not _is_verified(held):
                await self._put_over(held, decided)  # it waits for the office again, for the second of two
        elif decided.state is EvidenceState.REJECTED:
            status = CredentialStatus.REJECTED.value
            if former is not None:
                await self._take_back(decided)  # what was written over the roster's own row is not what is rejected
            await self._connection.execute(
                insert_unless(credentials)
                .values({**row, "status": status})
                .on_conflict_do_update(
                    constraint="uq_credentials_key",
                    set_={"status": status},
                    where=credentials.c.status == CredentialStatus.WAITING.value,
                )
            )
        elif decided.state is EvidenceState.ASKED_BACK:
            await self._take_back(decided)
        elif decided.state is EvidenceState.WITHDRAWN:
            await self._take_back(decided)
            await self._connection.execute(delete(evidence_files).where(evidence_files.c.evidence == decided.number))
        if not decided.is_undecided:
            await self._connection.execute(update(evidence).where(mine).values(former=None))

    async def find(self, number: int, *, to_change: bool = False) -> Evidence | None:
        wanted = select(evidence).where(evidence.c.number == number)
        found = await self._read(wanted.with_for_update() if to_change else wanted)
        return found[0] if found else None

    async def find_open(self, person: PersonCode, credential: Credential) -> Evidence | None:
        row = credential_row(person, credential)
        found = await self._read(
            select(evidence).where(
                evidence.c.state.in_(_UNDECIDED), _same_in(evidence, evidence.c.credential_number, row)
            )
        )
        return found[0] if found else None

    async def list_of(self, person: PersonCode, limit: int) -> Sequence[Evidence]:
        return await self._read(
            select(evidence)
            .where(evidence.c.person == person)
            .order_by(evidence.c.changed_at.desc(), evidence.c.number.desc())
            .limit(limit)
        )

    async def list_waiting(
        self, units: Collection[UnitCode], but: PersonCode, *, asked_before: datetime, limit: int, offset: int
    ) -> tuple[Sequence[Evidence], int]:
        waits = and_(_waits(asked_before), evidence.c.person != but, people.c.unit.in_(list(units)))
        among = evidence.join(people, people.c.code == evidence.c.person)
        counted = await self._connection.execute(select(func.count()).select_from(among).where(waits))
        wanted = select(evidence).select_from(among).where(waits)
        found = await self._read(
            wanted.order_by(evidence.c.submitted_at, evidence.c.number).limit(limit).offset(offset)
        )
        return found, counted.scalar_one()

    async def count_unproven(self, units: Collection[UnitCode], but: PersonCode) -> int:
        """How many certificates of people of these units but this one wait on record with nothing handed in for them.

        What an official has been asked about is in the official's hands, and so counts here where the roster has it.
        """
        counted = await self._connection.execute(
            select(func.count())
            .select_from(credentials.join(people, people.c.code == credentials.c.person))
            .where(_is_unproven(), people.c.unit.in_(list(units)), people.c.code != but)
        )
        return counted.scalar_one()

    async def count_all_unproven(self) -> Mapping[UnitCode | None, int]:
        """The same of everybody, by unit."""
        counted = await self._connection.execute(
            select(people.c.unit, func.count())
            .select_from(credentials.join(people, people.c.code == credentials.c.person))
            .where(_is_unproven())
            .group_by(people.c.unit)
        )
        return {UnitCode(unit): number for unit, number in counted}

    async def list_all_waiting(self, asked_before: datetime) -> Sequence[WaitingRow]:
        """All that waits for HR, of whatever unit, the oldest first; also what officials were asked of before that."""
        found = await self._connection.execute(
            select(
                evidence.c.number,
                evidence.c.version,
                evidence.c.person,
                people.c.unit,
                evidence.c.changed_at,
                evidence.c.checked_by,
            )
            .join(people, people.c.code == evidence.c.person)
            .where(_waits(asked_before))
            .order_by(evidence.c.submitted_at, evidence.c.number)
        )
        return [WaitingRow(*row) for row in found]

    async def find_waiting(self, numbers: Collection[int]) -> Mapping[int, tuple[int, PersonCode]]:
        """Those of these that nobody has decided on, each with its version and whose it is."""
        found = await self._connection.execute(
            select(evidence.c.number, evidence.c.version, evidence.c.person).where(
                evidence.c.number.in_(list(numbers)), evidence.c.state.in_(_UNDECIDED)
            )
        )
        return {number: (version, PersonCode(person)) for number, version, person in found}

    async def list_told(self, since: datetime) -> Mapping[PersonCode, frozenset[tuple[int, int, str]]]:
        """What HR was told of since then, by whom: number and version of a submission, and as what."""
        found = await self._connection.execute(
            select(deliveries.c.person, notices.c.payload)
            .select_from(notices)
            .join(carried, and_(carried.c.notice == notices.c.id, carried.c.dropped.is_(None)))
            .join(deliveries, and_(deliveries.c.id == carried.c.delivery, deliveries.c.state != "dropped"))
            .where(
                notices.c.kind == text("'evidence_waiting'"), notices.c.freed_at.is_(None), notices.c.made_at >= since
            )
        )
        told: dict[PersonCode, set[tuple[int, int, str]]] = {}
        for person, payload in found:
            told.setdefault(PersonCode(person), set()).update((*one,) for one in payload.get("of", ()))
        return {person: frozenset(those) for person, those in told.items()}

    # --- files

    async def add_file(self, person: PersonCode, content: bytes, media_type: str, at: datetime) -> EvidenceFile:
        added = await self._connection.execute(
            insert(evidence_files)
            .values(
                person=person,
                media_type=media_type,
                size=len(content),
                added_at=at,
                sealed=self._vault.encrypt_bytes(content),
            )
            .returning(evidence_files.c.id)
        )
        return EvidenceFile(added.scalar_one(), media_type, len(content))

    async def list_loose(self, person: PersonCode, files: Collection[int]) -> Sequence[EvidenceFile]:
        found = await self._connection.execute(
            select(evidence_files.c.id, evidence_files.c.media_type, evidence_files.c.size)
            .where(
                evidence_files.c.id.in_(list(files)),
                evidence_files.c.person == person,
                evidence_files.c.evidence.is_(None),
            )
            .order_by(evidence_files.c.id)
        )
        return [EvidenceFile(*row) for row in found]

    async def count_since(self, person: PersonCode, since: datetime) -> int:
        counted = await self._connection.execute(
            select(func.count())
            .select_from(evidence_files)
            .where(evidence_files.c.person == person, evidence_files.c.added_at >= since)
        )
        return counted.scalar_one()

    async def read_file(self, number: int, file: int) -> bytes | None:
        found = await self._connection.execute(
            select(evidence_files.c.sealed).where(evidence_files.c.id == file, evidence_files.c.evidence == number)
        )
        sealed = found.scalar_one_or_none()
        return self._vault.decrypt_bytes(sealed) if sealed is not None else None

    async def withdraw_all(self, person: PersonCode, at: datetime) -> None:
        undecided = select(evidence).where(evidence.c.person == person, evidence.c.state.in_(_UNDECIDED))
        for one in await self._read(undecided.with_for_update()):
            gone = replace(one, state=EvidenceState.WITHDRAWN, version=one.version + 1, changed_at=at, words=None)
            await self.settle(gone)
        await self._connection.execute(
            delete(evidence_files).where(evidence_files.c.person == person, evidence_files.c.evidence.is_(None))
        )

    async def prune(self, *, decided_before: datetime, loose_before: datetime) -> None:
        """Drop the files and words of what ended before this moment, and the files that no form used before that one.

        Of what was decided the kind, the outcome, by whom and when stay; of what was taken back nothing does.
        """
        is_over = evidence.c.state.not_in(_UNDECIDED) & (evidence.c.changed_at < decided_before)
        ended = select(evidence.c.number).where(is_over)
        await self._connection.execute(delete(evidence_files).where(evidence_files.c.evidence.in_(ended)))
        await self._connection.execute(
            delete(evidence).where(is_over, evidence.c.state == EvidenceState.WITHDRAWN.value)
        )
        await self._connection.execute(update(evidence).where(is_over, SAYS_SOMETHING).values(WITHOUT_WORDS))
        await self._connection.execute(
            delete(evidence_files).where(evidence_files.c.evidence.is_(None), evidence_files.c.added_at < loose_before)
        )

    # --- kinds that two people check

    async def list_marked(self) -> frozenset[KindCode]:
        found = await self._connection.execute(select(evidence_kinds.c.kind))
        return frozenset(KindCode(one) for one in found.scalars())

    async def mark(self, kind: KindCode, by: PersonCode, at: datetime) -> None:
        await self._connection.execute(
            insert_unless(evidence_kinds).values(kind=kind, marked_by=by, marked_at=at).on_conflict_do_nothing()
        )

    async def unmark(self, kind: KindCode) -> None:
        await self._connection.execute(
            update(evidence).where(evidence.c.kind == kind, evidence.c.state.in_(_UNDECIDED)).values(needs_two=True)
        )
        await self._connection.execute(delete(evidence_kinds).where(evidence_kinds.c.kind == kind))

    # --- within

    async def _with_files(self, made: Evidence, files: Collection[int]) -> Evidence:
        if files:
            await self._connection.execute(
                update(evidence_files)
                .where(
                    evidence_files.c.id.in_(list(files)),
                    evidence_files.c.person == made.person,
                    evidence_files.c.evidence.is_(None),
                )
                .values(evidence=made.number)
            )
        return replace(made, files=(await self._files_of([made.number])).get(made.number, ()))

    async def _entry_of(self, row: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The credential with this key, which nobody changes before we are done; None for none."""
        wanted = select(*(credentials.c[name] for name in _OVERWRITTEN)).where(_same(row)).with_for_update()
        found = (await self._connection.execute(wanted)).mappings().one_or_none()
        return dict(found) if found is not None else None

    async def _put_over(self, held: Mapping[str, Any] | None, made: Evidence) -> None:
        """Put what is handed in on record, and keep with it what stood there under the same key."""
        await self._put_credential(_credential_of(made))
        await self._connection.execute(
            update(evidence)
            .where(evidence.c.number == made.number)
            .values(is_new=held is None, former=_written(held) if held is not None else None)
        )

    async def _put_credential(self, row: dict[str, Any]) -> None:
        """Put it on record in place of the one with the same key, whose last day stays unless it was over by then."""
        values = insert_unless(credentials).values(row)
        changed: dict[str, Any] = {name: values.excluded[name] for name in ("level", "issuer", "issued_on", "status")}
        is_of_another = credentials.c.expires_on < values.excluded.issued_on
        changed["expires_on"] = case((is_of_another, None), else_=credentials.c.expires_on)
        await self._connection.execute(values.on_conflict_do_update(constraint="uq_credentials_key", set_=changed))

    async def _take_back(self, one: Evidence) -> None:
        """Let the record say again what it said before this one was handed in; done once, however often it is asked.

        What was loaded over it meanwhile stays.
        """
        mine = evidence.c.number == one.number
        kept = await self._connection.execute(select(evidence.c.is_new, evidence.c.former).where(mine))
        is_new, former = kept.one()
        row = _credential_of(one)
        untouched = [credentials.c[name].is_not_distinct_from(row[name]) for name in ("level", "issuer", "issued_on")]
        untouched.append(credentials.c.expires_on.is_not_distinct_from(_last_day_left(former, row)))
        waits = and_(_same(row), credentials.c.status == CredentialStatus.WAITING.value, *untouched)
        if is_new:
            await self._connection.execute(delete(credentials).where(waits))
        elif former is not None:
            await self._connection.execute(update(credentials).where(waits).values(_read_back(former)))
        await self._connection.execute(update(evidence).where(mine).values(is_new=False, former=None))

    async def _read(self, wanted: Any) -> list[Evidence]:
        rows = (await self._connection.execute(wanted)).all()
        files = await self._files_of([row.number for row in rows])
        return [self._evidence(row, files.get(row.number, ())) for row in rows]

    async def _files_of(self, numbers: Collection[int]) -> Mapping[int, tuple[EvidenceFile, ...]]:
        if not numbers:
            return {}
        found = await self._connection.execute(
            select(evidence_files.c.evidence, evidence_files.c.id, evidence_files.c.media_type, evidence_files.c.size)
            .where(evidence_files.c.evidence.in_(list(numbers)))
            .order_by(evidence_files.c.id)
        )
        files: dict[int, tuple[EvidenceFile, ...]] = {}
        for number, *file in found:
            files[number] = (*files.get(number, ()), EvidenceFile(*file))
        return files

    def _changing(self, one: Evidence) -> dict[str, Any]:
        held = one.credential
        return {
            "kind": held.kind,
            "level": storable(held.level) if held.level is not None else None,
            "issuer": storable(held.issuer) if held.issuer is not None else None,
            "credential_number": storable(held.number) if held.number is not None else None,
            "issued_on": held.issued_on,
            "state": one.state.value,
            "version": one.version,
            "changed_at": one.changed_at,
            "checked_by": one.checked_by,
            "checked_vouched_by": sorted(one.checked_vouched_by),
            "decided_by": one.decided_by,
            "decided_at": one.decided_at,
            "sealed": self._vault.encrypt(one.words) if one.words is not None else None,
        }

    def _evidence(self, row: Row[Any], files: tuple[EvidenceFile, ...]) -> Evidence:
        return Evidence(
            person=PersonCode(row.person),
            credential=Credential(
                kind=KindCode(row.kind),
                level=row.level,
                issuer=row.issuer,
                number=row.credential_number,
                issued_on=row.issued_on,
                status=_STATUS_OF.get(EvidenceState(row.state), CredentialStatus.WAITING),
            ),
            submitted_at=row.submitted_at,
            changed_at=row.changed_at,
            state=EvidenceState(row.state),
            version=row.version,
            words=self._vault.decrypt(row.sealed) if row.sealed is not None else None,
            checked_by=PersonCode(row.checked_by) if row.checked_by is not None else None,
            checked_vouched_by=frozenset(row.checked_vouched_by),
            decided_by=PersonCode(row.decided_by) if row.decided_by is not None else None,
            decided_at=row.decided_at,
            is_new=row.is_new,
            needs_two=row.needs_two,
            files=files,
            number=row.number,
        )


_STATUS_OF: Final = {
    EvidenceState.VERIFIED: CredentialStatus.VERIFIED,
    EvidenceState.REJECTED: CredentialStatus.REJECTED,
}


def _credential_of(one: Evidence) -> dict[str, Any]:
    row = credential_row(one.person, replace(one.credential, status=CredentialStatus.WAITING))
    return {name: storable(value) if isinstance(value, str) else value for name, value in row.items()}


def _is_verified(held: Mapping[str, Any] | None) -> bool:
    return held is not None and held["status"] == CredentialStatus.VERIFIED.value


def _waits(asked_before: datetime) -> ColumnElement[bool]:
    """What HR has to do something about: all that waits, and what officials were asked of before that and left so."""
    is_asked = evidence.c.state == EvidenceState.ASKED_BACK.value
    return and_(evidence.c.state.in_(_UNDECIDED), or_(~is_asked, evidence.c.changed_at < asked_before))


def _is_unproven() -> ColumnElement[bool]:
    handed_in = select(evidence.c.number).where(
        evidence.c.person == credentials.c.person,
        evidence.c.kind == credentials.c.kind,
        evidence.c.credential_number.is_not_distinct_from(credentials.c.number),
        evidence.c.issued_key.is_not_distinct_from(credentials.c.issued_key),
        evidence.c.state.in_(_WAITING),
    )
    waits = credentials.c.status == literal_column(f"'{CredentialStatus.WAITING.value}'")  # as its index says it
    return and_(waits, ~handed_in.exists())


def _same(row: Mapping[str, Any]) -> ColumnElement[bool]:
    """Which credential has the key of this one."""
    return _same_in(credentials, credentials.c.number, row)


def _same_in(table: Any, number: ColumnElement[Any], row: Mapping[str, Any]) -> ColumnElement[bool]:
    issued_key = row["issued_on"] if row["number"] is None else None
    return and_(
        table.c.person == row["person"],
        table.c.kind == row["kind"],
        number.is_not_distinct_from(row["number"]),
        table.c.issued_key.is_not_distinct_from(issued_key),
    )


def _written(held: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in held.items()}


def _last_day_left(former: Mapping[str, Any] | None, row: Mapping[str, Any]) -> date | None:
    """The last day of an entry once this was put over what stood there, which `_put_credential` decides."""
    if former is None or not former["expires_on"]:
        return None
    last_day = date.fromisoformat(former["expires_on"])
    return None if row["issued_on"] is not None and last_day < row["issued_on"] else last_day


def _read_back(former: Mapping[str, Any]) -> dict[str, Any]:
    days = {name: date.fromisoformat(former[name]) for name in ("issued_on", "expires_on") if former[name]}
    return {**former, **days}
