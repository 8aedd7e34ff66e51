"""Cells and rows as a file holds them, before anybody asks what they mean."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Flaw(StrEnum):
    """A cell whose content Excel itself could not keep or compute."""

    ERROR_VALUE = "error_value"
    FORMULA_NOT_COMPUTED = "formula_not_computed"
    NUMBER_CUT = "number_cut"


RawCell = str | int | float | bool | date | Flaw


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row with its number as Excel shows it; empty cells are left out."""

    number: int
    cells: dict[int, RawCell]


@dataclass(frozen=True, slots=True)
class RawSheet:
    """A sheet and a way to read its rows once, from the first. Reading may raise UnreadableError."""

    name: str
    rows: Callable[[], Iterator[RawRow]]
