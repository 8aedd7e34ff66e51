"""Reads a folder of UTF-8 CSV files named after the sheets, row by row."""

import csv
from collections.abc import Collection, Iterator
from functools import partial
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Self

from storage.workbook.limits import Limits
from storage.workbook.problems import Problem, ProblemKind, UnreadableError
from storage.workbook.raw import RawCell, RawRow, RawSheet

_DELIMITERS = (",", ";", "\t")
_MARK = "\ufeff"


def open_csv_folder(folder: Path, columns: Collection[str], limits: Limits) -> list[RawSheet]:
    """The CSV files of a folder as sheets, by name. `columns` are the names by which the delimiter is recognised."""
    files = sorted(file for file in folder.iterdir() if file.suffix.lower() == ".csv" and file.is_file())
    if len(files) > limits.sheets:
        raise UnreadableError(Problem(sheet=folder.name, kind=ProblemKind.TOO_LARGE))
    return [RawSheet(file.stem, partial(_rows, file, columns, limits)) for file in files]


def _rows(file: Path, columns: Collection[str], limits: Limits) -> Iterator[RawRow]:
    if file.stat().st_size > limits.part_bytes:
        raise _refused(file, ProblemKind.TOO_LARGE)
    with file.open("rb") as stream:
        lines = _Lines(file, stream, limits)
        first = next(lines, "")
        reader = csv.reader(
            chain([first] if first else [], lines), delimiter=_delimiter_of(first, columns), strict=True
        )
        number = 0
        try:
            for number, row in enumerate(reader, start=1):
                lines.begin_row()
                if number > limits.rows:
                    raise _refused(file, ProblemKind.TOO_MANY_ROWS)
                cells: dict[int, RawCell] = {
                    min(place, limits.columns): cell for place, cell in enumerate(row) if cell and not cell.isspace()
                }
                if cells:
                    yield RawRow(number, cells)
        except csv.Error as cause:
            raise _refused(file, ProblemKind.BROKEN_QUOTES, number + 1) from cause


def _refused(file: Path, kind: ProblemKind, row: int | None = None) -> UnreadableError:
    return UnreadableError(Problem(sheet=file.stem, kind=kind, row=row))


class _Lines:
    """Lines as text, their ends kept for quoted cells; a line that is not UTF-8 is named by its number.

    A row may go over several lines, but not over so many that it would fill the memory.
    """

    def __init__(self, file: Path, stream: BinaryIO, limits: Limits) -> None:
        self._file = file
        self._stream = stream
        self._most = limits.token_bytes
        self._number = 0
        self._in_row = 0

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = self._stream.readline(self._most)
        if not line:
            raise StopIteration
        self._number += 1
        self._in_row += len(line)
        if self._in_row >= self._most:
            raise _refused(self._file, ProblemKind.TOO_LARGE, self._number)
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError as cause:
            raise _refused(self._file, ProblemKind.WRONG_ENCODING, self._number) from cause
        if "\0" in text:  # UTF-16 without its mark, or no text at all
            raise _refused(self._file, ProblemKind.WRONG_ENCODING, self._number)
        return text.removeprefix(_MARK) if self._number == 1 else text

    def begin_row(self) -> None:
        """Count anew: the row before is complete."""
        self._in_row = 0


def _delimiter_of(header: str, columns: Collection[str]) -> str:
    """The delimiter under which most of the header's words are columns; a comma where none is better."""

    def known(delimiter: str) -> int:
        return sum(word.strip().strip('"').strip().lower() in columns for word in header.split(delimiter))

    return max(_DELIMITERS, key=known)
