"""Reads a folder of UTF-8 CSV files named after the sheets, row by row."""

import csv
from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path

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
        raise UnreadableError(Problem(sheet=file.stem, kind=ProblemKind.TOO_LARGE))
    lines = _lines(file, limits)
    first = next(lines, "")
    reader = csv.reader(_chain(first, lines), delimiter=_delimiter_of(first, columns), strict=True)
    number = 0
    try:
        for number, row in enumerate(reader, start=1):
            if number > limits.rows:
                raise UnreadableError(Problem(sheet=file.stem, kind=ProblemKind.TOO_MANY_ROWS))
            cells: dict[int, RawCell] = {
                min(place, limits.columns): cell for place, cell in enumerate(row) if cell and not cell.isspace()
            }
            if cells:
                yield RawRow(number, cells)
    except csv.Error as cause:
        problem = Problem(sheet=file.stem, kind=ProblemKind.BROKEN_QUOTES, row=number + 1)
        raise UnreadableError(problem) from cause


def _lines(file: Path, limits: Limits) -> Iterator[str]:
    """Lines as text, ends of line kept for quoted cells; a line that is not UTF-8 is named by its number."""
    with file.open("rb") as stream:
        number = 0
        while line := stream.readline(limits.token_bytes):
            number += 1
            if len(line) == limits.token_bytes:
                raise UnreadableError(Problem(sheet=file.stem, kind=ProblemKind.TOO_LARGE, row=number))
            try:
                text = line.decode("utf-8")
            except UnicodeDecodeError as cause:
                problem = Problem(sheet=file.stem, kind=ProblemKind.WRONG_ENCODING, row=number)
                raise UnreadableError(problem) from cause
            if "\0" in text:  # UTF-16 without its mark, or no text at all
                raise UnreadableError(Problem(sheet=file.stem, kind=ProblemKind.WRONG_ENCODING, row=number))
            yield text.removeprefix(_MARK) if number == 1 else text


def _chain(first: str, rest: Iterator[str]) -> Iterator[str]:
    if first:
        yield first
        yield from rest


def _delimiter_of(header: str, columns: Collection[str]) -> str:
    """The delimiter under which most of the header's words are columns; a comma where none is better."""

    def known(delimiter: str) -> int:
        return sum(word.strip().strip('"').strip().lower() in columns for word in header.split(delimiter))

    return max(_DELIMITERS, key=known)
