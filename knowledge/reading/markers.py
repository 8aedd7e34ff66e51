"""What stands before a point: "Điều 2.", "II.", "2.1-", "b)", "-", "+", "(3)"; one line is looked at alone."""

import re
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from knowledge.reading.alike import fold_in_place
from knowledge.reading.lines import Line
from knowledge.reading.words import load_words

_UPPER = "A-ZÀ-ỸĐƯƠ"
_ROMAN = re.compile(r"(?P<value>[IVXL]{1,7})\s?[.\-/)–]{1,2}\s*(?=\S)")
_NUMBER = re.compile(
    r"(?P<value>\d{1,3}(?:\.\d{1,3}){0,4})"
    rf"(?:\s?\.?\s?[-–/)]\s+|\s?\.\s+|\.(?=[{_UPPER}“\"(])|[-–)](?=[{_UPPER}])|(?<=\.\d)\s+(?=[{_UPPER}])|(?<=\.\d\d)\s+(?=[{_UPPER}]))"
)
_LETTER = re.compile(rf"(?P<value>[a-zđêôơư])(?:\s?\)\s*|\.\s+(?=[{_UPPER}]))(?=\S)")
_BULLET = re.compile(r"(?:[-–—•●▪■◦·]\s+|[-–—•●▪■◦·](?=[^\s\d\-–—]))(?=\S)")
_PLUS = re.compile(r"\+\s*(?=\S)")
_IN_BRACKETS = re.compile(r"\((?P<value>\d{1,2}|[a-zđ])\)\s*(?=\S)")
_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50}
# "a, b, c, d, đ, e, g, h, …": the Vietnamese order, and the one that word processors count in.
_ORDERS = ("abcdđeghiklmnopqrstuvxy", "abcdefghijklmnopqrstuvwxyz", "abcdeghiklmnopqrstuvxy")
_LONGEST_ROMAN = 40


class Rank(IntEnum):
    """What may stand under what: a smaller rank is further out."""

    PART = 0
    CHAPTER = 1
    SECTION = 2
    ARTICLE = 3
    ROMAN = 4
    NUMBER = 10  # a number of one piece; "2.1" ranks one higher, and so on
    LETTER = 20
    BRACKETED = 25
    BULLET = 30
    PLUS = 40


@dataclass(frozen=True, slots=True)
class Marker:
    """A mark at the head of a line, its rank and its value ("2.1" is (2, 1), "b" is ("b",)), and where it ends."""

    rank: int
    value: tuple[int | str, ...]
    written: str
    length: int

    @property
    def is_counted(self) -> bool:
        """Whether its value says where in a row it stands."""
        return self.rank not in {Rank.BULLET, Rank.PLUS}

    @property
    def is_first(self) -> bool:
        """Whether it opens a row."""
        return self.value[-1] in {1, "a"}

    def follows(self, before: tuple[int | str, ...]) -> bool:
        """Whether its value is the next one after another of the same rank."""
        if self.value[:-1] != before[:-1]:
            return False
        last, own = before[-1], self.value[-1]
        if isinstance(last, int) and isinstance(own, int):
            return own == last + 1
        if isinstance(last, str) and isinstance(own, str):
            return any(last in order and order[order.index(last) + 1 :].startswith(own) for order in _ORDERS)
        return False


def find_marker(line: Line) -> Marker | None:
    """The mark that opens this line, or None."""
    for rank, pattern in _worded():
        found = pattern.match(line.alike)
        if found and line.words[:1].isupper() and (number := _value(found["value"])) is not None:
            return Marker(
                rank, (number,), found["value"].upper() if rank < Rank.ARTICLE else found["value"], found.end()
            )
    return _plain_marker(line.words)


def roman(written: str) -> int | None:
    """The value of a Roman number, or None."""
    letters = written.upper()
    if not letters or any(letter not in _VALUES for letter in letters):
        return None
    values = [_VALUES[letter] for letter in letters]
    total = sum(-one if one < after else one for one, after in zip(values, [*values[1:], 0], strict=True))
    return total if 0 < total <= _LONGEST_ROMAN else None


def _plain_marker(words: str) -> Marker | None:
    found = _ROMAN.match(words)
    if found and (value := roman(found["value"])) is not None:
        return Marker(Rank.ROMAN, (value,), found["value"], found.end())
    if found := _NUMBER.match(words):
        pieces = tuple(int(piece) for piece in found["value"].split("."))
        if 0 not in pieces:
            return Marker(Rank.NUMBER + len(pieces) - 1, pieces, ".".join(map(str, pieces)), found.end())
    if found := _LETTER.match(words):
        return Marker(Rank.LETTER, (found["value"],), found["value"], found.end())
    if found := _IN_BRACKETS.match(words):
        inside = str(found["value"])
        return Marker(Rank.BRACKETED, (int(inside) if inside.isdigit() else inside,), inside, found.end())
    for rank, pattern in ((Rank.BULLET, _BULLET), (Rank.PLUS, _PLUS)):
        if found := pattern.match(words):
            return Marker(rank, (), "", found.end())
    return None


@lru_cache(maxsize=1)
def _worded() -> tuple[tuple[Rank, re.Pattern[str]], ...]:
    words = load_words()
    ordinals = "|".join(f"thu {one}" for one in _alike(words["ordinals"]))
    number = r"(?P<value>\d{1,4}[a-z]?|[ivxl]{1,7})"
    return (
        (
            Rank.PART,
            re.compile(rf"{words.one_of('parts')}\s+(?P<value>{ordinals}|\d{{1,3}}|[ivxl]{{1,7}}|[a-e])\b[.:]?"),
        ),
        (Rank.CHAPTER, re.compile(rf"{words.one_of('chapters')}\s+{number}\b[.:]?")),
        (Rank.SECTION, re.compile(rf"{words.one_of('sections')}\s+{number}(?:[.:]|$|\s*-)")),
        (Rank.ARTICLE, re.compile(rf"{words.one_of('articles')}\s+(?P<value>\d{{1,4}}[a-z]?)\s?[.:]")),
    )


def _alike(words: tuple[str, ...]) -> list[str]:
    return [fold_in_place(word) for word in words]


def _value(written: str) -> int | str | None:
    words = written.split()
    if len(words) > 1:
        order = _alike(load_words()["ordinals"])
        return order.index(words[-1]) + 1 if words[-1] in order else None
    if written.isdigit():
        return int(written)
    if written[0].isdigit():
        return written
    return roman(written) or (ord(written) - ord("a") + 1 if len(written) == 1 else None)
