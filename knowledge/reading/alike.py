"""Letters made alike without moving them: position for position, lower case and without marks."""

import unicodedata

_ONE = 1
_SAME = {
    "đ": "d",
    "Đ": "d",
    "ð": "d",
    "Ð": "d",
    "–": "-",
    "—": "-",
    "−": "-",
    "‐": "-",
    "‑": "-",
    "“": '"',
    "”": '"',
    "’": "'",
}


class _Table(dict[int, str]):
    """Fills itself with every letter that is met."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        plain = _SAME.get(letter)
        if plain is None:
            base = "".join(
                one for one in unicodedata.normalize("NFD", letter) if not unicodedata.combining(one)
            ).lower()
            plain = base if len(base) == _ONE else letter
        self[code] = plain
        return plain


_TABLE = _Table()


def fold_in_place(text: str) -> str:
    """The text in lower case and without marks; every letter stands where it stood."""
    return text.translate(_TABLE)
