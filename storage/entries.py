"""Rows of standards and recognition tables entered one by one: read as a workbook is, stored as a load stores them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.facts import DocumentId, Person, RecognitionRow, ReviewRound, TerritoryCode, TitleStandard
from knowledge.library import Library
from storage.encryption import Vault
from storage.rows import recognition_row, round_row, standard_row
from storage.tables import declared_documents, recognition, rounds, standards, units
from storage.workbook.correcting import Corrected, read_correction, store_correction
from storage.workbook.entries import Entry, read_entry
from storage.workbook.problems import Problem
from storage.workbook.sheets import ROUNDS
from storage.workbook.tables_given import GivenTable, read_given_rows

_STANDARD_KEY = ("position_group", "criterion", "valid_from")
_RECOGNITION_KEY = ("document", "kind", "level_from", "issued_from")


class EntriesDrawer:
    """Keeps the promises of the desk's `Entries`."""

    def __init__(self, connection: AsyncConnection, vault: Vault | None = None) -> None:
        self._connection = connection
        self._vault = vault

    async def read(
        self,
        sheet: str,
        cells: Mapping[str, str],
        library: Library,
        *,
        home: TerritoryCode,
        today: date,
        is_whole: bool = True,
    ) -> Entry:
        declared = await self._list_declared() if is_whole else ()
        known = tuple(await self._connection.scalars(select(units.c.code))) if sheet == ROUNDS.name else ()
        return read_entry(
            sheet, cells, library, home=home, today=today, declared=declared, is_whole=is_whole, units=known
        )

    async def read_table(
        self,
        sheet: str,
        given: Sequence[tuple[int, Mapping[str, str]]],
        library: Library,
        *,
        home: TerritoryCode,
        today: date,
    ) -> GivenTable:
        return read_given_rows(sheet, given, library, home=home, today=today, declared=await self._list_declared())

    async def _list_declared(self) -> tuple[str, ...]:
        numbers = select(declared_documents.c.number).order_by(
            declared_documents.c.declared_at, declared_documents.c.number
        )
        return tuple(await self._connection.scalars(numbers))

    def read_correction(
        self, person: Person, column: str, value: str, library: Library, *, home: TerritoryCode, today: date
    ) -> Sequence[Problem]:
        read = read_correction(person, column, value, library, home=home, today=today)
        return () if isinstance(read, Corrected) else read

    async def correct(
        self, person: Person, column: str, value: str, library: Library, *, home: TerritoryCode, today: date
    ) -> bool:
        read = read_correction(person, column, value, library, home=home, today=today)
        if not isinstance(read, Corrected) or self._vault is None:
            return False
        return await store_correction(self._connection, read, column, self._vault)

    async def remove(self, row: RecognitionRow | TitleStandard) -> None:
        is_standard = isinstance(row, TitleStandard)
        values = standard_row(row) if isinstance(row, TitleStandard) else recognition_row(row)
        table = standards if is_standard else recognition
        key: tuple[str, ...] = _STANDARD_KEY if is_standard else _RECOGNITION_KEY
        same = [table.c[name].is_not_distinct_from(values[name]) for name in key]
        await self._connection.execute(delete(table).where(*same))

    async def declare(self, number: DocumentId, at: datetime) -> None:
        order = upsert(declared_documents).values(number=number, declared_at=at)
        await self._connection.execute(order.on_conflict_do_nothing())

    async def store(
        self, row: RecognitionRow | TitleStandard | ReviewRound, *, declares: DocumentId | None, at: datetime
    ) -> None:
        if isinstance(row, ReviewRound):
            values = round_row(row)
            statement = upsert(rounds).values(values)
            statement = statement.on_conflict_do_update(index_elements=["code"], set_=values)
        elif isinstance(row, TitleStandard):
            values = standard_row(row)
            statement = upsert(standards).values(values)
            changed = {name: value for name, value in values.items() if name not in _STANDARD_KEY}
            statement = statement.on_conflict_do_update(index_elements=_STANDARD_KEY, set_=changed)
        else:
            values = recognition_row(row)
            statement = upsert(recognition).values(values)
            statement = statement.on_conflict_do_update(constraint="uq_recognition_key", set_=values)
        await self._connection.execute(statement)
        if declares is not None:
            await self.declare(declares, at)
