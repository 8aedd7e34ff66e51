"""A workbook written from plain rows, for HR to read and work on: what became of something, sheet by sheet."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from knowledge.local_time import VIETNAM

_LONGEST_NAME: Final = 31
_LONGEST_CELL: Final = 32_000
_NOT_IN_NAMES: Final = str.maketrans(dict.fromkeys("[]:*?/\\", "-"))

Cell = str | int | datetime | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its name, the headings with the width of their columns, and the rows."""

    name: str
    headings: Sequence[tuple[str, int]]
    rows: Iterable[Sequence[Cell]]


class SheetsWriter:
    """Keeps the promise of the desk's `Sheets`."""

    def write(self, sheets: Sequence[tuple[str, Sequence[tuple[str, int]], Iterable[Sequence[Cell]]]]) -> bytes:
        """The workbook of these sheets: name, headings with widths, rows."""
        return write_workbook([Sheet(*one) for one in sheets])


def write_workbook(sheets: Sequence[Sheet]) -> bytes:
    """The file. Text stays text whatever it begins with, so that nothing in it is ever reckoned as a formula."""
    book = Workbook(write_only=True)
    for one in sheets:
        sheet = book.create_sheet(one.name.translate(_NOT_IN_NAMES)[:_LONGEST_NAME])
        sheet.freeze_panes = "A2"
        for place, (_heading, width) in enumerate(one.headings, start=1):
            sheet.column_dimensions[get_column_letter(place)].width = width
        sheet.append([_cell(sheet, heading, is_bold=True) for heading, _width in one.headings])
        for row in one.rows:
            sheet.append([_cell(sheet, value) for value in row])
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def _cell(sheet: Any, value: Cell, *, is_bold: bool = False) -> Any:
    if isinstance(value, str):
        value = ILLEGAL_CHARACTERS_RE.sub("", value)[:_LONGEST_CELL]
    elif isinstance(value, datetime):  # a workbook knows no time zones: as it was in Việt Nam
        value = value.astimezone(VIETNAM).replace(tzinfo=None, microsecond=0)
    cell = WriteOnlyCell(sheet, value=value)
    if isinstance(value, datetime):
        cell.number_format = "dd/mm/yyyy hh:mm:ss"
    elif isinstance(value, str):
        cell.data_type = "s"
    if is_bold:
        cell.font = Font(bold=True)
    return cell
