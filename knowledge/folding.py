"""Vietnamese as officials type it on a phone, reduced to plain lower-case letters so that it can be compared."""

import re
import unicodedata

_SPACE = re.compile(r"\s+")
_NOT_WORD = re.compile(r"[^0-9a-z]+")
# What no document can hold, and what turns the order of letters round or is not seen: who reads must see what is there.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069"
    "\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]"
)
# Text that begins so becomes a formula in a spreadsheet, unless something there says that it is text.
LIKE_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
_STROKED_D = str.maketrans({"đ": "d", "Đ": "D", "ð": "d", "Ð": "D"})


class _WithoutMarks(dict[int, int | None]):
    """What becomes of each sign, by its number, learned when it is met first."""

    def __missing__(self, code: int) -> int | None:
        self[code] = kept = None if unicodedata.combining(chr(code)) else code
        return kept


_WITHOUT_MARKS = _WithoutMarks()


def fold(text: str) -> str:
    """Lower case without marks, with single spaces; punctuation stays. Composed and decomposed input give the same."""
    if text.isascii():
        return _SPACE.sub(" ", text.lower()).strip()
    plain = unicodedata.normalize("NFD", text.translate(_STROKED_D)).translate(_WITHOUT_MARKS)
    return _SPACE.sub(" ", unicodedata.normalize("NFKC", plain).lower()).strip()


def fold_number(text: str) -> str:
    """A document number reduced to letters and digits: "Cv 2123 / ubnd-NC" and "2123/UBND-NC" differ only by "cv"."""
    return _NOT_WORD.sub("", fold(text))


def printable(text: str) -> str:
    """The text as it may stand in any paper, list or calendar: only what is seen, in the order in which it is read."""
    return _UNPRINTABLE.sub("", text)


def fold_words(text: str) -> str:
    """Folded words only: everything but letters and digits becomes a space."""
    return _NOT_WORD.sub(" ", fold(text)).strip()
