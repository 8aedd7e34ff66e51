"""What one cell means: text, a code, a day, one of a few words, a count. Each reader raises WrongCellError."""

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import TypeVar

from knowledge.folding import fold
from knowledge.library import Library
from storage.encryption import normalise_phone
from storage.workbook.problems import ProblemKind, WrongCellError
from storage.workbook.raw import Flaw, RawCell

V = TypeVar("V")
Reader = Callable[[RawCell, Library], object]

_EARLIEST = date(1900, 1, 1)
_LONGEST_CODE = 64
_LONGEST_NAME = 500
_LONGEST_NOTE = 4_000
_MOST_COUNT = 1_200  # months or years that anybody could mean
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_YEAR_FIRST = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?)?")
_NO_CODE = re.compile(r"[|;=,]")
_CARRIAGE_RETURN = "_x000D_"  # how Excel writes one inside a cell
_FLAWS = {
    Flaw.ERROR_VALUE: ProblemKind.ERROR_VALUE,
    Flaw.FORMULA_NOT_COMPUTED: ProblemKind.FORMULA_NOT_COMPUTED,
    Flaw.NUMBER_CUT: ProblemKind.NUMBER_CUT,
}


def clean(text: str) -> str:
    """Text composed, without invisible letters, with single spaces and none outside."""
    if text.isascii() and text.isprintable() and "  " not in text and "_x" not in text:
        return text.strip()
    text = unicodedata.normalize("NFC", text.replace(_CARRIAGE_RETURN, " "))
    if not text.isprintable():
        text = "".join(" " if letter.isspace() else letter for letter in text if unicodedata.category(letter) != "Cf")
    return " ".join(text.split())


def is_empty(raw: RawCell) -> bool:
    """Whether a cell holds nothing that can be seen."""
    if not isinstance(raw, str):
        return False
    begins_visibly = raw[:1].isprintable() and not raw[:1].isspace()  # nearly always, and quicker than cleaning it
    return not raw or (not begins_visibly and not clean(raw))


def show(raw: RawCell) -> str:
    """The cell as a person would recognise it, cut to a readable length."""
    shown = f"{raw:%d/%m/%Y}" if isinstance(raw, date) else clean(str(raw))
    return shown if len(shown) <= _LONGEST_CODE else f"{shown[: _LONGEST_CODE - 1]}…"


def _words(raw: RawCell, most: int) -> str:
    if isinstance(raw, Flaw):
        raise WrongCellError(_FLAWS[raw])
    if isinstance(raw, date):
        raise WrongCellError(ProblemKind.DATE_IN_TEXT)
    if isinstance(raw, bool):
        return str(raw).upper()
    text = clean(raw) if isinstance(raw, str) else _digits(raw)
    if len(text) > most:
        raise WrongCellError(ProblemKind.TOO_LONG, (str(most),))
    if not text.isprintable():
        raise WrongCellError(ProblemKind.CONTROL_CHARACTER)
    return text


def _digits(number: float) -> str:
    return str(int(number)) if isinstance(number, int) or number.is_integer() else repr(number)


def read_name(raw: RawCell, _library: Library) -> str:
    """A line of text."""
    return _words(raw, _LONGEST_NAME)


def read_note(raw: RawCell, _library: Library) -> str:
    """A longer text."""
    return _words(raw, _LONGEST_NOTE)


def read_code(raw: RawCell, _library: Library) -> str:
    """A code: text as it stands (123 and 123.0 of Excel are "123"), free of the signs that lists and filters use."""
    text = _words(raw, _LONGEST_CODE)
    if _NO_CODE.search(text):
        raise WrongCellError(ProblemKind.NOT_A_CODE)
    return text


def read_day(raw: RawCell, _library: Library) -> date:
    """A day: a date of Excel, dd/mm/yyyy or ISO."""
    if isinstance(raw, Flaw):
        raise WrongCellError(_FLAWS[raw])
    day = raw if isinstance(raw, date) else _written_day(clean(raw)) if isinstance(raw, str) else None
    if day is None:
        raise WrongCellError(ProblemKind.NOT_A_DATE)
    if day < _EARLIEST:
        raise WrongCellError(ProblemKind.DATE_OUT_OF_RANGE, (str(_EARLIEST.year),))
    return day


@lru_cache(maxsize=1 << 16)
def _written_day(text: str) -> date | None:
    if match := _DAY_FIRST.fullmatch(text):
        day, month, year = match.groups()
    elif match := _YEAR_FIRST.fullmatch(text):
        year, month, day = match.groups()
    else:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def read_count(raw: RawCell, _library: Library) -> int:
    """A whole number above zero."""
    text = _words(raw, _LONGEST_CODE)
    if not (text.isascii() and text.isdecimal()) or not 0 < int(text) <= _MOST_COUNT:
        raise WrongCellError(ProblemKind.NOT_A_COUNT)
    return int(text)


def read_phone(raw: RawCell, _library: Library) -> str:
    """A phone number in its international form."""
    number = normalise_phone(_words(raw, _LONGEST_CODE))
    if number is None:
        raise WrongCellError(ProblemKind.NOT_A_PHONE)
    return number


def read_yes_no(raw: RawCell, _library: Library) -> bool:
    """`co` or `khong`."""
    if isinstance(raw, bool):
        return raw
    return _choose(_words(raw, _LONGEST_CODE), {"co": True, "khong": False})


def one_of(values: type[StrEnum]) -> Reader:
    """A reader of one value of a closed set; marks, case and spaces between its words do not matter."""
    choices = {value.value: value for value in values}

    def read(raw: RawCell, _library: Library) -> StrEnum:
        return _choose(_words(raw, _LONGEST_CODE), choices)

    return read


def list_of(values: type[StrEnum]) -> Reader:
    """A reader of several values of a closed set between commas."""
    choices = {value.value: value for value in values}

    def read(raw: RawCell, _library: Library) -> frozenset[StrEnum]:
        words = [word.strip() for word in _words(raw, _LONGEST_NAME).split(",")]
        return frozenset(_choose(word, choices) for word in words if word)

    return read


def read_criterion(raw: RawCell, library: Library) -> str:
    """A criterion of the library."""
    return _listed(raw, library.criteria)


def read_criteria(raw: RawCell, library: Library) -> frozenset[str]:
    """Several criteria between commas."""
    words = [word.strip() for word in _words(raw, _LONGEST_NAME).split(",")]
    return frozenset(_listed(word, library.criteria) for word in words if word)


def read_kind(raw: RawCell, library: Library) -> str:
    """A kind of credential of the library."""
    return _listed(raw, library.kinds)


def read_territory(raw: RawCell, library: Library) -> str:
    """A territory of the library."""
    return _listed(raw, library.territories)


def read_open(raw: RawCell, _library: Library) -> bool:
    """`mo` or `dong`."""
    return _choose(_words(raw, _LONGEST_CODE), {"mo": True, "dong": False})


def _listed(raw: RawCell, known: Collection[str]) -> str:
    text = _words(raw, _LONGEST_CODE)
    # Half a million rows name the same few codes: look first, and list them all only for a word that is not one.
    return text if text in known else _choose(text, {str(code): str(code) for code in known})


def _choose(text: str, choices: Mapping[str, V]) -> V:
    found = choices.get(text)
    if found is None:
        found = choices.get(fold(text).replace(" ", "_"))
    if found is None:
        raise WrongCellError(ProblemKind.NOT_ONE_OF, tuple(choices))
    return found
