"""From the temporary tables into the real ones: what is new, what differs, what the file no longer has."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.workbook.problems import Problem, ProblemKind
from storage.workbook.sheets import UNITS
from storage.workbook.staging import Shelf

# Sealed anew at every load, so that its bytes always differ; the index beside it tells whether the number does.
_NOT_COMPARED = frozenset({"phone_encrypted"})


@dataclass(frozen=True, slots=True)
class SheetReport:
    """What one sheet does to the store."""

    sheet: str
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0

    @property
    def rows(self) -> int:
        """Rows of the sheet."""
        return self.added + self.changed + self.unchanged


_COUNT = """
SELECT count(*), count(*) FILTER (WHERE t.{present} IS NULL),
    count(*) FILTER (WHERE t.{present} IS NOT NULL AND {differs})
FROM {staged} s LEFT JOIN {table} t ON {same}
"""
_COUNT_GONE = "SELECT count(*) FROM {table} t WHERE {absent}"
_DELETE = "DELETE FROM {table} t WHERE {absent}"
_UPDATE = "UPDATE {table} t SET {settings} FROM {staged} s WHERE {same} AND {differs}"
_INSERT = """
INSERT INTO {table} ({columns}) SELECT {columns} FROM {staged} s WHERE NOT EXISTS (SELECT 1 FROM {table} t WHERE {same})
"""


async def merge(connection: AsyncConnection, shelf: Shelf, given: Collection[str], *, replace: bool) -> SheetReport:
    """Bring the table of a sheet to what was staged. `given` are the columns of the sheet that the file has.

    Nothing is written where nothing differs, so that the version of the rules grows only with a real change.
    """
    names = _names(shelf, given)
    rows, added, changed = (await connection.execute(text(_COUNT.format_map(names)))).one()
    removed = (await connection.execute(text(_COUNT_GONE.format_map(names)))).scalar_one() if replace else 0
    for count, statement in ((removed, _DELETE), (changed, _UPDATE), (added, _INSERT)):
        if count:
            await connection.execute(text(statement.format_map(names)))
    return SheetReport(shelf.sheet.name, added, changed, rows - added - changed, removed)


def _names(shelf: Shelf, given: Collection[str]) -> dict[str, str]:
    """What the statements are made of: names of our own tables and columns, never a word of the file."""
    written = [column for column, source in shelf.columns.items() if source in given]
    compared = [column for column in written if column not in _NOT_COMPARED]
    here, there = (", ".join(f"{side}.{column}" for column in compared) for side in "ts")
    return {
        "table": shelf.table.name,
        "staged": shelf.staged,
        "columns": ", ".join(shelf.columns),
        "present": shelf.key[0].removeprefix("{0}."),  # never empty in a stored row
        "same": _same_key(shelf),
        "absent": _absent(shelf),
        "differs": f"({here}) IS DISTINCT FROM ({there})",
        "settings": ", ".join(f"{column} = s.{column}" for column in written),
    }


async def list_heads_leaving(connection: AsyncConnection, people: Shelf) -> list[Problem]:
    """People whom a replacement would remove although they head a unit that stays; asked after units are merged."""
    return await _list_used(connection, people.sheet.name, people.sheet.key[0], _HEADS_LEAVING.format(_absent(people)))


async def list_waiting_again(connection: AsyncConnection, credentials: Shelf, at_most: int) -> list[Problem]:
    """Certificates that were decided and that the file lets wait once more; asked before they are merged."""
    found = await connection.execute(
        text(_WAITING_AGAIN.format(credentials.staged, _same_key(credentials))), {"at_most": at_most}
    )
    return [
        Problem(
            credentials.sheet.name,
            ProblemKind.WAITS_AGAIN,
            column="trang_thai",
            value=" · ".join(str(one) for one in (row.person, row.kind, row.number or row.issued_on) if one),
            other=row.status,
        )
        for row in found
    ]


async def list_units_missed(connection: AsyncConnection) -> list[Problem]:
    """Units that a replacement removed although people or review rounds that stay name them."""
    return await _list_used(connection, UNITS.name, UNITS.key[0], _UNITS_MISSED)


_HEADS_LEAVING = "SELECT t.code, min(u.code) FROM people t JOIN units u ON u.head = t.code WHERE {} GROUP BY t.code"
_WAITING_AGAIN = """
SELECT t.person, t.kind, t.number, to_char(t.issued_on, 'DD/MM/YYYY') AS issued_on, t.status
FROM credentials t JOIN {} s ON {}
WHERE s.status = 'cho_xac_minh' AND t.status <> 'cho_xac_minh'
ORDER BY t.person, t.kind, t.number, t.issued_on LIMIT :at_most
"""
_UNITS_MISSED = """
SELECT used.code, min(used.by) FROM (
    SELECT unit, code FROM people UNION ALL SELECT scope, code FROM people
    UNION ALL SELECT unnest(units), code FROM rounds
) AS used (code, by)
WHERE used.code IS NOT NULL AND NOT EXISTS (SELECT 1 FROM units WHERE units.code = used.code)
GROUP BY used.code ORDER BY used.code
"""


async def _list_used(connection: AsyncConnection, sheet: str, column: str, query: str) -> list[Problem]:
    return [
        Problem(sheet, ProblemKind.STILL_USED, column=column, value=code, other=user)
        for code, user in await connection.execute(text(query))
    ]


def _same_key(shelf: Shelf) -> str:
    return " AND ".join(
        [f"{one.format('t')} = {one.format('s')}" for one in shelf.key]
        + [f"{one.format('t')} IS NOT DISTINCT FROM {one.format('s')}" for one in shelf.loose_key]
    )


_ABSENT = "NOT EXISTS (SELECT 1 FROM {} s WHERE {})"


def _absent(shelf: Shelf) -> str:
    return _ABSENT.format(shelf.staged, _same_key(shelf))
