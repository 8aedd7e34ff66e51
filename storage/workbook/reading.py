"""Reads a whole workbook: every sheet in the order in which it can be checked, every problem, one row at a time."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from knowledge.library import Library
from storage.workbook.cells import Reader, is_empty, show
from storage.workbook.checking import Checks
from storage.workbook.facts import (
    Cells,
    Declared,
    make_credential,
    make_recognition_row,
    make_roster_entry,
    make_round,
    make_standard,
    make_unit,
)
from storage.workbook.header import fold_name, letters_of, read_header
from storage.workbook.problems import Problem, ProblemKind, ProblemLog, UnreadableError, WrongCellError
from storage.workbook.raw import RawRow, RawSheet
from storage.workbook.sheets import CREDENTIALS, PEOPLE, RECOGNITION, ROUNDS, SHEETS, STANDARDS, UNITS, Column, Sheet

_MOST_REMEMBERED = 1_000  # values of one column
_MAKERS: dict[str, Callable[[Cells], Declared]] = {
    UNITS.name: make_unit,
    PEOPLE.name: make_roster_entry,
    CREDENTIALS.name: make_credential,
    STANDARDS.name: make_standard,
    RECOGNITION.name: make_recognition_row,
    ROUNDS.name: make_round,
}


@dataclass(frozen=True, slots=True)
class DeclaredRow:
    """A row without a problem: its number as Excel shows it and what it declares."""

    number: int
    value: Declared


@dataclass(frozen=True, slots=True)
class Found:
    """The sheets of a workbook by the names of the contract, in the order of checking.

    The `columns` that a sheet has are known once it was read.
    """

    sheets: dict[str, RawSheet]
    columns: dict[str, frozenset[str]] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        return name in self.sheets


def find_sheets(raw: Sequence[RawSheet], file_name: str, log: ProblemLog) -> Found:
    """Match the sheets of a file with the six; names of others, and the absence of all, are problems."""
    found: dict[str, RawSheet] = {}
    for sheet in raw:
        name = fold_name(sheet.name)
        if name not in SHEETS:
            log.add(Problem(sheet.name, ProblemKind.UNKNOWN_SHEET, expected=tuple(SHEETS)))
        elif name in found:
            log.add(Problem(sheet.name, ProblemKind.REPEATED_SHEET, other=found[name].name))
        else:
            found[name] = sheet
    if not raw:
        log.add(Problem(file_name, ProblemKind.NOTHING_TO_LOAD, expected=tuple(SHEETS)))
    return Found({name: found[name] for name in SHEETS if name in found})


def read_rows(found: Found, library: Library, checks: Checks, log: ProblemLog) -> Iterator[tuple[Sheet, DeclaredRow]]:
    """Every good row, sheet after sheet. All problems of the workbook are in the log once this is exhausted."""
    for name, sheet in SHEETS.items():
        if name in found:
            yield from ((sheet, row) for row in _read_sheet(sheet, found, library, checks, log))
        if sheet is UNITS:
            checks.begin(UNITS)
            checks.finish_units()
        elif sheet is PEOPLE:
            checks.finish_people()


def _read_sheet(sheet: Sheet, found: Found, library: Library, checks: Checks, log: ProblemLog) -> Iterator[DeclaredRow]:
    checks.begin(sheet)
    make = _MAKERS[sheet.name]
    try:
        rows = iter(found.sheets[sheet.name].rows())
        header = next(rows, None)
        if header is None:
            # An empty sheet is as good as none, like a template of which only some sheets were filled in.
            return
        places, problems = read_header(sheet, header)
        log.extend(problems)
        found.columns[sheet.name] = frozenset(column.name for column in places.values())
        if any(problem.kind is ProblemKind.MISSING_COLUMN for problem in problems):
            checks.give_up(sheet)
            return
        reader = _RowReader(sheet, header, places, library, log)
        for row in rows:
            before = log.count
            cells = reader.read(row)
            if cells is None:
                continue
            checks.check(row.number, cells)
            if log.count == before:
                yield DeclaredRow(row.number, make(cells))
    except UnreadableError as unreadable:
        checks.give_up(sheet)
        log.add(replace(unreadable.problem, sheet=sheet.name))


class _RowReader:
    """Reads the cells of a row under the columns of one sheet."""

    def __init__(
        self, sheet: Sheet, header: RawRow, places: dict[int, Column], library: Library, log: ProblemLog
    ) -> None:
        self._sheet = sheet
        # What a column said before it says again: units, kinds and levels are few, and read once each.
        self._columns: tuple[tuple[int, str, Reader, dict[str, object]], ...] = tuple(
            (place, column.name, column.read, {}) for place, column in places.items()
        )
        self._required = tuple(column.name for column in sheet.columns if column.is_required)
        self._ignored = {place for place in header.cells if place not in places}  # told once, in the header
        self._places = frozenset(places)
        self._library = library
        self._log = log

    def read(self, row: RawRow) -> dict[str, Any] | None:
        """The cells that could be read by the names of their columns; None for a row without any content."""
        raw = row.cells
        values: dict[str, Any] = {}
        wrong: set[str] = set()
        for place, name, read, known in self._columns:
            cell = raw.get(place)
            if isinstance(cell, str) and cell in known:
                values[name] = known[cell]
                continue
            if cell is None or is_empty(cell):
                continue
            try:
                value = values[name] = read(cell, self._library)
                if isinstance(cell, str) and len(known) < _MOST_REMEMBERED:
                    known[cell] = value
            except WrongCellError as error:
                wrong.add(name)
                self._log.add(
                    Problem(self._sheet.name, error.kind, row.number, name, show(cell), error.expected, error.other)
                )
        if not raw.keys() <= self._places:
            self._tell_strays(row)
        if not values and not wrong:
            return None
        for name in self._required:
            if name not in values and name not in wrong:
                self._log.add(Problem(self._sheet.name, ProblemKind.MISSING_VALUE, row.number, name))
        return values

    def _tell_strays(self, row: RawRow) -> None:
        for place, cell in row.cells.items():
            if place not in self._places and place not in self._ignored and not is_empty(cell):
                self._log.add(
                    Problem(
                        self._sheet.name,
                        ProblemKind.NO_COLUMN_NAME,
                        row.number,
                        letters_of(place),
                        show(cell),
                    )
                )
