"""Vietnamese as officials type it on a phone, reduced to plain lower-case letters so that it can be compared."""

import re
import unicodedata

_SPACE = re.compile(r"\s+")
_NOT_WORD = re.compile(r"[^0-9a-z]+")
_STROKED_D = str.maketrans({"đ": "d", "Đ": "D", "ð": "d", "Ð": "D"})


def fold(text: str) -> str:
    """Lower case without marks, with single spaces; punctuation stays. Composed and decomposed input give the same."""
    plain = unicodedata.normalize("NFD", text.translate(_STROKED_D))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return _SPACE.sub(" ", unicodedata.normalize("NFKC", plain).lower()).strip()


def fold_number(text: str) -> str:
    """A document number reduced to letters and digits: "Cv 2123 / ubnd-NC" and "2123/UBND-NC" differ only by "cv"."""
    return _NOT_WORD.sub("", fold(text))


def fold_words(text: str) -> str:
    """Folded words only: everything but letters and digits becomes a space."""
    return _NOT_WORD.sub(" ", fold(text)).strip()
