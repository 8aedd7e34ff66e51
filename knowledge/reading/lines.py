"""The lines of a text, and which of them belong together: paper breaks lines where no paragraph ends."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from knowledge.reading.alike import fold_in_place

_LINE = re.compile(r"[^\n]+")
_PAGE_NUMBER = re.compile(r"^(?:[-–]\s?)?(?:trang\s)?\d{1,4}(?:\s?/\s?\d{1,4})?(?:\s?[-–])?$")
_RULE = re.compile(r"^[\W_]*$")
_ENDS = (".", ":", ";", "!", "?", "/", "…")
_CLOSING = "”\"’')]}*"
_WIDE = 40  # letters from which the end of a line says something
_PAPER = 140  # letters that a line of paper holds at most
_FULL = 0.8  # of the usual width: a line that long was broken by the edge of the paper
_MOSTLY = 0.4


@dataclass(frozen=True, slots=True)
class Line:
    """One line without the space around it; `after_gap`: an empty line or a page break stands before it."""

    start: int
    end: int
    words: str
    alike: str
    after_gap: bool

    @property
    def ends_sentence(self) -> bool:
        """Whether it ends as a sentence or an item of a list does."""
        return self.words.rstrip(_CLOSING + " ").endswith(_ENDS)

    @property
    def starts_low(self) -> bool:
        """Whether its first letter is a small one, as in the middle of a sentence."""
        return self.words.lstrip("“\"'(")[:1].islower()


@dataclass(frozen=True, slots=True)
class Lines:
    """All lines but empty ones, rules and page numbers; `width` is that of the paper where it broke the lines."""

    all: tuple[Line, ...]
    width: int | None

    def is_full(self, line: Line) -> bool:
        """Whether a line was broken by the edge of the paper."""
        return self.width is not None and len(line.words) >= _FULL * self.width

    def continues(self, before: Line, line: Line) -> bool:
        """Whether a line goes on with the paragraph of the line before it, as far as its form tells."""
        if line.after_gap:
            return line.starts_low and not before.ends_sentence
        if before.ends_sentence:
            # A word that would have had room on the line before begins a paragraph of its own.
            word = line.words.split(maxsplit=1)[0]
            return self.width is not None and len(before.words) + 1 + len(word) > self.width
        return line.starts_low or self.is_full(before)


def list_lines(text: str) -> Lines:
    """Divide a text."""
    lines = tuple(_lines(text))
    return Lines(lines, _paper_width(lines))


def _lines(text: str) -> Iterator[Line]:
    before = 0
    for found in _LINE.finditer(text):
        raw = found[0]
        words = raw.strip()
        start = found.start() + (len(raw) - len(raw.lstrip()))
        if not words or _RULE.match(words) or _PAGE_NUMBER.match(words.lower()):
            continue
        gap = text.count("\n", before, start) > 1
        yield Line(start, start + len(words), words, fold_in_place(words), gap)
        before = start + len(words)


def _paper_width(lines: tuple[Line, ...]) -> int | None:
    wide = sorted(len(line.words) for line in lines if len(line.words) >= _WIDE)
    if not wide or wide[-max(1, len(wide) // 20)] > _PAPER:
        return None
    pairs = [
        before.ends_sentence for before, line in pairwise(lines) if len(before.words) >= _WIDE and not line.after_gap
    ]
    if not pairs or sum(pairs) > (1 - _MOSTLY) * len(pairs):
        return None
    return wide[len(wide) * 3 // 4]
