"""Workbooks of results, written by a library that is loaded when the first of them is: most processes write none."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storage.workbook.result_file import Cell, WorkbookBeingWritten


class Sheets:
    """Keeps the promise of the desk's `Sheets`."""

    def write(self, sheets: "Sequence[tuple[str, Sequence[tuple[str, int]], Iterable[Sequence[Cell]]]]") -> bytes:
        """The workbook of these sheets: name, headings with widths, rows."""
        from storage.workbook.result_file import SheetsWriter  # noqa: PLC0415  see above

        return SheetsWriter().write(sheets)

    def begin(self) -> "WorkbookBeingWritten":
        """An empty workbook."""
        from storage.workbook.result_file import SheetsWriter  # noqa: PLC0415

        return SheetsWriter().begin()
