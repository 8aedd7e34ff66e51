"""The numbers that Word prints before paragraphs without their being in the text: "Điều 2.", "b)", "-"."""

import re
from dataclasses import dataclass, field

from knowledge.reading.files.package import Package

_PLACE = re.compile(r"%(\d)")
_LEVELS = 9
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
          (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip
_MOST = 3999  # beyond it Roman numbers end, and no document counts so far
_LETTERS = 26
_PLAIN_BULLETS = frozenset("-–+*•")


@dataclass(slots=True)
class _Level:
    start: int = 1
    format: str = "decimal"
    text: str = ""


@dataclass(slots=True)
class Numbering:
    """Counts paragraphs as Word does: one counter for each list and level, begun anew under each higher number."""

    lists: dict[str, dict[int, _Level]] = field(default_factory=dict)  # abstract list → its levels
    of_number: dict[str, str] = field(default_factory=dict)  # list used → abstract list
    overrides: dict[tuple[str, int], int] = field(default_factory=dict)
    styles: dict[str, tuple[str, int]] = field(default_factory=dict)  # style → list and level
    _counts: dict[str, list[int]] = field(default_factory=dict)
    _begun: set[tuple[str, int]] = field(default_factory=set)

    def next(self, used: str, level: int) -> str:
        """What stands before the next paragraph of this list and level; empty where nothing does."""
        name = self.of_number.get(used)
        levels = self.lists.get(name or "", {})
        if name is None or not 0 <= level < _LEVELS or level not in levels:
            return ""
        counts = self._counts.setdefault(name, [0] * _LEVELS)
        started = self.overrides.get((used, level))
        if started is not None and (used, level) not in self._begun:
            self._begun.add((used, level))
            counts[level] = 0
        for higher in range(level):
            counts[higher] = counts[higher] or levels.get(higher, _Level()).start
        counts[level] = counts[level] + 1 if counts[level] else (started or levels[level].start)
        counts[level + 1 :] = [0] * (_LEVELS - level - 1)
        return _printed(levels, level, counts)


def read_numbering(package: Package) -> Numbering:
    """The lists of a document; none where it has no part of them. Raises UnreadableError."""
    numbering = Numbering()
    if "word/numbering.xml" in package:
        package.read("word/numbering.xml", _Lists(numbering))
    if "word/styles.xml" in package:
        package.read("word/styles.xml", _Styles(numbering))
    return numbering


def _printed(levels: dict[int, _Level], level: int, counts: list[int]) -> str:
    own = levels[level]
    if own.format == "bullet":
        return own.text if own.text in _PLAIN_BULLETS else "-"
    if own.format == "none":
        return ""

    def number(place: re.Match[str]) -> str:
        at = int(place[1]) - 1
        return _count_as(levels[at].format if at in levels else "decimal", counts[at]) if 0 <= at < _LEVELS else ""

    return _PLACE.sub(number, own.text)


def _count_as(form: str, count: int) -> str:
    if form in {"upperRoman", "lowerRoman"} and 0 < count <= _MOST:
        written = ""
        for value, letters in _ROMAN:
            written += letters * (count // value)
            count %= value
        return written.upper() if form == "upperRoman" else written
    if form in {"upperLetter", "lowerLetter"} and count > 0:
        times, letter = divmod(count - 1, _LETTERS)
        written = chr(ord("a") + letter) * min(times + 1, _LEVELS)
        return written.upper() if form == "upperLetter" else written
    return str(count)


class _Lists:
    """Hears numbering.xml."""

    def __init__(self, numbering: Numbering) -> None:
        self._numbering = numbering
        self._list: dict[int, _Level] = {}
        self._level = _Level()
        self._number = ""
        self._overridden = 0

    def start(self, name: str, said: dict[str, str]) -> None:
        value = said.get("val", "")
        match name:
            case "abstractNum":
                self._list = self._numbering.lists.setdefault(said.get("abstractNumId", ""), {})
            case "lvl":
                self._level = _Level()
                self._list[_whole(said.get("ilvl"))] = self._level
            case "start":
                self._level.start = _whole(value)
            case "numFmt":
                self._level.format = value
            case "lvlText":
                self._level.text = value[:40]
            case "num":
                self._number = said.get("numId", "")
                self._list = {}
            case "abstractNumId":
                self._numbering.of_number[self._number] = value
            case "lvlOverride":
                self._overridden = _whole(said.get("ilvl"))
            case "startOverride":
                self._numbering.overrides[self._number, self._overridden] = _whole(value)
            case _:
                pass

    def end(self, name: str) -> None:
        """Nothing is waited for."""

    def text(self, words: str) -> None:
        """There is no text in lists."""


class _Styles:
    """Hears styles.xml: which paragraph styles number their paragraphs."""

    def __init__(self, numbering: Numbering) -> None:
        self._numbering = numbering
        self._style = ""
        self._level = 0

    def start(self, name: str, said: dict[str, str]) -> None:
        if name == "style":
            self._style, self._level = said.get("styleId", ""), 0
        elif name == "ilvl":
            self._level = _whole(said.get("val"))
        elif name == "numId" and self._style:
            self._numbering.styles[self._style] = (said.get("val", ""), self._level)

    def end(self, name: str) -> None:
        """Nothing is waited for."""

    def text(self, words: str) -> None:
        """There is no text in styles."""


def _whole(written: str | None) -> int:
    return int(written) if written and written.isascii() and written.isdigit() and len(written) < 6 else 0  # noqa: PLR2004
