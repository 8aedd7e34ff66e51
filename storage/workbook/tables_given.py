"""A whole table of standards or recognition that somebody brings in the browser: every row read, with what is wrong.

Nothing is stored here. A table is kept as the cells of its rows while it waits for a second person, and read anew by
the same rules when that person looks at it.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from knowledge.facts import DocumentId, RecognitionRow, TerritoryCode, TitleStandard
from knowledge.library import Library
from storage.workbook.cells import clean, is_empty, show
from storage.workbook.checking import Checks
from storage.workbook.entries import read_cells
from storage.workbook.facts import make_recognition_row, make_standard
from storage.workbook.header import fold_name, letters_of, read_header
from storage.workbook.known import Known
from storage.workbook.limits import Limits
from storage.workbook.opening import open_workbook
from storage.workbook.problems import Problem, ProblemKind, ProblemLog, UnreadableError
from storage.workbook.raw import Flaw, RawCell, RawRow, RawSheet
from storage.workbook.sheets import RECOGNITION, STANDARDS, Column, Sheet

MOST_ROWS = 2_000
_LIMITS = Limits(file_bytes=10 * 2**20, part_bytes=32 * 2**20, all_bytes=64 * 2**20)
_WORKBOOKS = (b"PK", b"\xd0\xcf\x11\xe0")  # .xlsx, and what was saved as .xls or with a password
_FLAWS = {
    Flaw.ERROR_VALUE: ProblemKind.ERROR_VALUE,
    Flaw.FORMULA_NOT_COMPUTED: ProblemKind.FORMULA_NOT_COMPUTED,
    Flaw.NUMBER_CUT: ProblemKind.NUMBER_CUT,
}
_SHEETS = {one.name: one for one in (STANDARDS, RECOGNITION)}


@dataclass(frozen=True, slots=True)
class GivenRow:
    """A row as it was given, under its number in the file: what was made of it, or what is wrong with it."""

    number: int
    cells: Mapping[str, str]
    problems: tuple[Problem, ...] = ()
    row: RecognitionRow | TitleStandard | None = None


@dataclass(frozen=True, slots=True)
class GivenTable:
    """A table as it was given. `problems` concern the file or its header; those of a row stand with the row.

    `declares` are document numbers that nobody had named before.
    """

    sheet: str
    columns: tuple[str, ...] = ()
    rows: tuple[GivenRow, ...] = ()
    problems: tuple[Problem, ...] = ()
    declares: tuple[DocumentId, ...] = ()

    @property
    def is_right(self) -> bool:
        """Whether every row can be taken, and there is one."""
        return bool(self.rows) and not self.problems and not any(one.problems for one in self.rows)


def read_given_file(content: bytes, sheet: str) -> GivenTable:
    """The rows of this sheet of an .xlsx or .csv file as cells, with what is wrong with the file itself."""
    known = _SHEETS[sheet]
    with TemporaryDirectory(prefix="nhacchuan-") as folder:
        # A workbook is known by how it begins, whatever its name; a table as .csv holds one sheet and no name of it.
        path = Path(folder) / ("given.xlsx" if content.startswith(_WORKBOOKS) else f"{sheet}.csv")
        path.write_bytes(content)
        try:
            with open_workbook(path if path.suffix == ".xlsx" else Path(folder), _LIMITS) as sheets:
                chosen = next((one for one in sheets if fold_name(one.name) == sheet), None)
                if chosen is None:
                    missing = Problem(sheet, ProblemKind.NOTHING_TO_LOAD, expected=(sheet,))
                    return GivenTable(sheet, _names(known), problems=(missing,))
                return _read_sheet(known, chosen)
        except UnreadableError as unreadable:
            return GivenTable(sheet, _names(known), problems=(replace(unreadable.problem, sheet=sheet),))


def read_given_rows(
    sheet: str,
    given: Sequence[tuple[int, Mapping[str, str]]],
    library: Library,
    *,
    home: TerritoryCode,
    today: date,
    declared: Sequence[str] = (),
) -> GivenTable:
    """Check cells of many rows together: each by itself, and none twice."""
    known = _SHEETS[sheet]
    # Every problem is kept: a row whose problem is not known would be taken for right. There are MOST_ROWS at most.
    log = ProblemLog(kept_at_most=sys.maxsize)
    checks = Checks(library, Known(documents=tuple(declared)), log, home=home, today=today)
    checks.begin(known)
    rows = []
    for number, cells in given:
        before = log.count
        values = read_cells(known, cells, library, log)
        wrong = {problem.column for problem in log.kept[before:]}
        missed = (one.name for one in known.columns if one.is_required and one.name not in values)
        log.extend(Problem(sheet, ProblemKind.MISSING_VALUE, column=name) for name in missed if name not in wrong)
        checks.check(number, values)
        problems = tuple(replace(one, row=number) for one in log.kept[before:])
        make = make_standard if known is STANDARDS else make_recognition_row
        rows.append(GivenRow(number, cells, problems, None if problems else make(values)))
    return GivenTable(sheet, _names(known), tuple(rows), declares=tuple(checks.documents.new))


def _names(sheet: Sheet) -> tuple[str, ...]:
    return tuple(one.name for one in sheet.columns)


def _read_sheet(known: Sheet, sheet: RawSheet) -> GivenTable:
    raw = iter(sheet.rows())
    header = next(raw, None)
    if header is None:
        return GivenTable(known.name, _names(known), problems=(Problem(known.name, ProblemKind.NOTHING_TO_LOAD),))
    places, problems = read_header(known, header)
    rows: list[GivenRow] = []
    for one in raw:
        if len(rows) == MOST_ROWS:
            problems.append(Problem(known.name, ProblemKind.TOO_LARGE, one.number))
            break
        row = _plain_row(known, one, header, places)
        if row is not None:
            rows.append(row)
    if not rows and not problems:
        problems.append(Problem(known.name, ProblemKind.NO_ROWS))
    return GivenTable(known.name, _names(known), tuple(rows), tuple(problems))


def _plain_row(known: Sheet, raw: RawRow, header: RawRow, places: Mapping[int, Column]) -> GivenRow | None:
    cells, problems = {}, []
    for place, cell in raw.cells.items():
        if is_empty(cell) or (place not in places and place in header.cells):
            continue
        if place not in places:
            problems.append(Problem(known.name, ProblemKind.NO_COLUMN_NAME, raw.number, letters_of(place), show(cell)))
        elif isinstance(cell, Flaw):
            problems.append(Problem(known.name, _FLAWS[cell], raw.number, places[place].name))
        else:
            cells[places[place].name] = _plain(cell)
    return GivenRow(raw.number, cells, tuple(problems)) if cells or problems else None


def _plain(cell: RawCell) -> str:
    """A cell as it would be typed."""
    if isinstance(cell, date):
        return f"{cell:%d/%m/%Y}"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return clean(str(cell).upper() if isinstance(cell, bool) else str(cell))
