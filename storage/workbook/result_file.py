"""A workbook written from plain rows, for HR to read and work on: what became of something, sheet by sheet.

Rows go to the disk as they come, so that a workbook of a whole province stands in little memory.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from io import BytesIO
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from knowledge.folding import LIKE_FORMULAS, printable
from knowledge.local_time import VIETNAM
from storage.records import SheetLayout

_LONGEST_NAME: Final = 31
_LONGEST_CELL: Final = 32_000
_NOT_IN_NAMES: Final = str.maketrans(dict.fromkeys("[]:*?/\\\t\n", "-"))
_MOMENT: Final = "dd/mm/yyyy hh:mm:ss"
_DAY: Final = "dd/mm/yyyy"
_A4: Final = 9
_HEADING_HEIGHT: Final = 33  # of two lines
_FONT: Final = "Times New Roman"  # as official papers are written

Cell = str | int | date | datetime | None


class SheetsWriter:
    """Keeps the promise of the desk's `Sheets`."""

    def write(self, sheets: Sequence[tuple[str, Sequence[tuple[str, int]], Iterable[Sequence[Cell]]]]) -> bytes:
        """The workbook of these sheets: name, headings with widths, rows."""
        book = self.begin()
        for name, headings, rows in sheets:
            sheet = book.add(SheetLayout(name, tuple(headings)))
            for row in rows:
                sheet.append(row)
        return book.finish()

    def begin(self) -> "WorkbookBeingWritten":
        """An empty workbook."""
        return WorkbookBeingWritten()


class WorkbookBeingWritten:
    """Keeps the promise of the desk's `WorkbookWriter`."""

    def __init__(self) -> None:
        self._book = Workbook(write_only=True)
        self._sheets: list[SheetBeingWritten] = []

    def add(self, layout: SheetLayout) -> "SheetBeingWritten":
        """A further sheet; those before it are complete."""
        sheet = self._book.create_sheet(_name(layout.name))
        begun = SheetBeingWritten(sheet, layout)
        self._sheets.append(begun)
        return begun

    def finish(self) -> bytes:
        """The file."""
        for sheet in self._sheets:
            sheet.finish()
        written = BytesIO()
        self._book.save(written)
        return written.getvalue()


class SheetBeingWritten:
    """One sheet. Text stays text whatever it begins with, so that nothing in it is ever reckoned as a formula."""

    def __init__(self, sheet: Any, layout: SheetLayout) -> None:
        self._sheet = sheet
        self._heading_row = len(layout.above) + 1
        self._rows = self._heading_row if layout.is_list else len(layout.above)
        self._is_list, self._printed = layout.is_list, layout.printed
        self._last = get_column_letter(max(len(layout.headings), 1))
        self._set_up(layout)
        for place, line in enumerate(layout.above):
            font = Font(name=_FONT, size=12) if place else Font(name=_FONT, size=14, bold=True)
            sheet.append([_plain_cell(sheet, line, font)])
        thin = Side(style="thin", color="808080")
        frame = Border(left=thin, right=thin, top=thin, bottom=thin)
        if layout.is_list:
            sheet.row_dimensions[self._heading_row].height = _HEADING_HEIGHT
            sheet.append([_heading(sheet, heading, frame) for heading, _width in layout.headings])
        # A cell is written as soon as its row is appended: one for each column and kind of value serves all rows.
        self._texts = [_styled(sheet, frame, is_wrapped=True) for _heading in layout.headings]
        self._formulas = [_styled(sheet, frame, is_wrapped=True, is_quoted=True) for _heading in layout.headings]
        self._days = [_styled(sheet, frame, _DAY) for _heading in layout.headings]
        self._moments = [_styled(sheet, frame, _MOMENT) for _heading in layout.headings]

    def append(self, row: Sequence[Cell]) -> None:
        """One row, as long as the headings."""
        self._sheet.append([self._cell(place, value) for place, value in enumerate(row)])
        self._rows += 1

    def say(self, text: str, *, is_title: bool = False) -> None:
        """A line of its own, as long as it is."""
        self._sheet.append([_plain_cell(self._sheet, text, Font(name=_FONT, bold=is_title))])
        self._rows += 1

    def finish(self) -> None:
        """No row comes any more."""
        if self._is_list:
            self._sheet.auto_filter.ref = f"A{self._heading_row}:{self._last}{self._rows}"
        if self._printed is not None:
            self._sheet.print_area = f"A1:{get_column_letter(self._printed)}{self._rows}"

    def _set_up(self, layout: SheetLayout) -> None:
        sheet = self._sheet
        for place, (_heading, width) in enumerate(layout.headings, start=1):
            sheet.column_dimensions[get_column_letter(place)].width = width
        sheet.page_setup.paperSize = _A4
        sheet.page_setup.orientation = "landscape" if layout.is_wide else "portrait"
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.print_options.horizontalCentered = True
        margins = sheet.page_margins
        margins.left, margins.right, margins.top, margins.bottom = 0.8, 0.6, 0.8, 0.8
        sheet.oddFooter.center.text = "&P/&N"
        if layout.is_list:
            sheet.freeze_panes = f"A{self._heading_row + 1}"
            sheet.print_title_rows = f"{self._heading_row}:{self._heading_row}"

    def _cell(self, place: int, value: Cell) -> Any:
        if isinstance(value, str):
            value = _fit(value)
            # What looks like a formula would become one as soon as somebody edits its cell, were it not marked as text.
            cell = (self._formulas if value.startswith(LIKE_FORMULAS) else self._texts)[place]
            cell.value, cell.data_type = value, "s"
            return cell
        if isinstance(value, datetime):  # a workbook knows no time zones: as it was in Việt Nam
            cell = self._moments[place]
            cell.value = value.astimezone(VIETNAM).replace(tzinfo=None, microsecond=0)
        elif isinstance(value, date):
            cell = self._days[place]
            cell.value = value
        else:
            cell = self._texts[place]
            cell.value = value
        return cell


def _name(text: str) -> str:
    return printable(text).translate(_NOT_IN_NAMES)[:_LONGEST_NAME].strip("' ") or "-"


def _fit(text: str) -> str:
    """What a cell may hold, counted as spreadsheets count: a letter beyond the first plane is two."""
    text = printable(text)
    if len(text) <= _LONGEST_CELL // 2:
        return text
    return text.encode("utf-16-le")[: 2 * _LONGEST_CELL].decode("utf-16-le", "ignore")


def _plain_cell(sheet: Any, text: str, font: Font) -> Any:
    text = _fit(text)
    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type, cell.font, cell.quotePrefix = "s", font, text.startswith(LIKE_FORMULAS)
    return cell


def _heading(sheet: Any, text: str, frame: Border) -> Any:
    cell = _plain_cell(sheet, text, Font(name=_FONT, bold=True))
    cell.border, cell.fill = frame, PatternFill("solid", start_color="E8EEF4")
    cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    return cell


def _styled(
    sheet: Any, frame: Border, form: str | None = None, *, is_wrapped: bool = False, is_quoted: bool = False
) -> Any:
    cell = WriteOnlyCell(sheet)
    cell.font, cell.border, cell.quotePrefix = Font(name=_FONT), frame, is_quoted
    cell.alignment = Alignment(vertical="top", wrap_text=is_wrapped)
    if form is not None:
        cell.number_format = form
    return cell
