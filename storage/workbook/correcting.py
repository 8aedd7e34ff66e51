"""One cell of somebody's row in the roster corrected as a load would: the same reading, checks and merging."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from knowledge.facts import Person, TerritoryCode
from knowledge.library import Library
from storage.driver import driver_of
from storage.encryption import Vault
from storage.rows import person_row
from storage.workbook.checking import Checks
from storage.workbook.entries import read_cells
from storage.workbook.known import Known, UnitLinks
from storage.workbook.limits import ONE_AT_A_TIME
from storage.workbook.merging import merge
from storage.workbook.problems import Problem, ProblemLog
from storage.workbook.sheets import PEOPLE
from storage.workbook.staging import SHELVES

# Columns of the sheet that an official may have corrected one by one, and the fact that each is.
CORRECTED: Final = {
    "ho_ten": "name",
    "ngay_sinh": "born_on",
    "gioi_tinh": "gender",
    "chuc_danh": "position",
    "ngay_giu_chuc_vu": "in_post_since",
    "dien_thoai": "",
}


@dataclass(frozen=True, slots=True)
class Corrected:
    """Somebody's row as it is right; `phone` where that is the cell."""

    person: Person
    phone: str | None = None


def read_correction(
    person: Person, column: str, value: str, library: Library, *, home: TerritoryCode, today: date
) -> Corrected | Sequence[Problem]:
    """The person with the cell as it is right; else what is wrong with it."""
    log = ProblemLog()
    values: dict[str, Any] = read_cells(PEOPLE, {column: value}, library, log)
    born = values.get("ngay_sinh", person.born_on)
    checks = Checks(library, Known({person.unit: UnitLinks()}), log, home=home, today=today)
    checks.begin(PEOPLE)
    in_post = {"ngay_giu_chuc_vu": person.in_post_since} if person.in_post_since is not None else {}
    checks.check(1, {**in_post, "ngay_sinh": born, **values})
    if log or column not in values:
        return tuple(log)
    fact = CORRECTED[column]
    corrected = replace(person, **{fact: values[column]}) if fact else person
    return Corrected(corrected, values[column] if not fact else None)


async def store_correction(connection: AsyncConnection, corrected: Corrected, column: str, vault: Vault) -> bool:
    """Merge the row as a load merges it, this column alone; whether anything differs from before."""
    await connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": ONE_AT_A_TIME})
    shelf = SHELVES[PEOPLE.name]
    columns = ", ".join(shelf.columns)
    await connection.execute(
        text(
            f"CREATE TEMPORARY TABLE {shelf.staged} ON COMMIT DROP AS SELECT {columns}"  # noqa: S608 (our own names)
            f" FROM {shelf.table.name} WITH NO DATA"
        )
    )
    row = person_row(corrected.person, corrected.phone, vault)
    driver = await driver_of(connection)
    async with driver.cursor() as cursor, cursor.copy(f"COPY {shelf.staged} ({columns}) FROM STDIN".encode()) as copy:
        await copy.write_row([row[name] for name in shelf.columns])
    report = await merge(connection, shelf, {"ma_can_bo", column}, replace=False)
    await connection.execute(text(f"DROP TABLE {shelf.staged}"))
    return report.changed > 0
