"""The first row of a sheet: which column stands where, and what is wrong with it."""

import unicodedata
from collections.abc import Iterator

from storage.workbook.cells import clean, show
from storage.workbook.problems import Problem, ProblemKind
from storage.workbook.raw import RawRow
from storage.workbook.sheets import Column, Sheet


def fold_name(name: str) -> str:
    """A sheet or column name without regard to case, outer spaces and the way accents are stored."""
    return unicodedata.normalize("NFC", clean(name)).casefold()


def read_header(sheet: Sheet, row: RawRow) -> tuple[dict[int, Column], list[Problem]]:
    """Place → column for the columns that the sheet knows, and every problem of the header."""
    known = {column.name: column for column in sheet.columns}
    places: dict[int, Column] = {}
    problems: list[Problem] = []
    for place, cell in sorted(row.cells.items()):
        shown = show(cell)
        if not shown:
            continue
        column = known.get(fold_name(shown))
        if column is None:
            problems.append(Problem(sheet.name, ProblemKind.UNKNOWN_COLUMN, row.number, shown, expected=tuple(known)))
        elif column in places.values():
            problems.append(Problem(sheet.name, ProblemKind.REPEATED_COLUMN, row.number, column.name))
        else:
            places[place] = column
    problems.extend(_missing(sheet, row.number, places))
    return places, problems


def _missing(sheet: Sheet, row: int, places: dict[int, Column]) -> Iterator[Problem]:
    present = {column.name for column in places.values()}
    for column in sheet.columns:
        if column.is_required and column.name not in present:
            yield Problem(sheet.name, ProblemKind.MISSING_COLUMN, row, column.name)


def letters_of(place: int) -> str:
    """The letters by which Excel calls a column: 0 is A, 26 is AA."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
