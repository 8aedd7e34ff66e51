"""The words of a document that is held in full: what a point says word for word, and the passages to search."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from heapq import heappop, heappush
from itertools import pairwise

from knowledge.facts import DocumentId

_MARK_UP = re.compile(r"\*{1,3}|\^\{[^}]*\}")
_PARAGRAPHS = re.compile(r"\n\s*\n")
_LINES = re.compile(r"\n")
_SPACES = re.compile(r"[ \t\u00a0\r\f\v]+")


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a text that is searched as one. `point` None: it stands outside every point."""

    document: DocumentId
    point: str | None
    start: int
    end: int
    words: str


@dataclass(frozen=True)
class HeldText:
    """A text and where points stand in it; the place of a point includes what stands below it."""

    document: DocumentId
    text: str
    spans: Mapping[str, tuple[int, int]]

    def quote(self, point: str | None = None) -> str | None:
        """The words of a point with everything below it, of the whole text for None; None where it has no place."""
        if point is None:
            return self._whole
        span = self.spans.get(point)
        return tidy(self.text[span[0] : span[1]]) if span is not None else None

    def quote_alone(self, point: str) -> str | None:
        """The words of a point up to what stands below it; None where it has no place or no words of its own."""
        span = self.spans.get(point)
        if span is None:
            return None
        below = [start for start, end in self.spans.values() if span[0] < start and end <= span[1]]
        return tidy(self.text[span[0] : min(below, default=span[1])]) or None

    @cached_property
    def _whole(self) -> str:
        return tidy(self.text)

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """The whole text in pieces, in order: each with the innermost point that holds it."""
        edges = sorted({0, len(self.text), *(edge for span in self.spans.values() for edge in span)})
        coming = sorted(((start, end - start, point) for point, (start, end) in self.spans.items()), reverse=True)
        around: list[tuple[int, int, str]] = []  # points that are open, the shortest first
        found: list[Passage] = []
        for start, end in pairwise(edges):
            while coming and coming[-1][0] <= start:
                first, length, name = coming.pop()
                heappush(around, (length, first + length, name))
            while around and around[0][1] <= start:
                heappop(around)
            point = around[0][2] if around else None
            for first, last in _paragraphs(self.text, start, end) if point is None else ((start, end),):
                words = tidy(self.text[first:last])
                if words:
                    found.append(Passage(self.document, point, first, last, words))
        return tuple(found)


def tidy(words: str) -> str:
    """The same words without the marks of layout: lines that a page broke are joined, paragraphs stay apart."""
    plain = _SPACES.sub(" ", _MARK_UP.sub("", words))
    whole: list[str] = []
    for block in _PARAGRAPHS.split(plain):
        lines = [line.strip() for line in _LINES.split(block) if line.strip()]
        if lines and whole and _goes_on(lines[0]):
            whole[-1] = f"{whole[-1]} {lines.pop(0)}"  # a page ended in the middle of a sentence
        for line in lines:
            if whole and _goes_on(line):
                whole[-1] = f"{whole[-1]} {line}"
            else:
                whole.append(line)
    return "\n".join(whole)


def _goes_on(line: str) -> bool:
    """Whether a line goes on from the one before: it begins with a small letter that is no letter of a point."""
    return line[0].islower() and not re.match(r"\w{1,2}[.)]", line)


def _paragraphs(text: str, start: int, end: int) -> list[tuple[int, int]]:
    places: list[tuple[int, int]] = []
    at = start
    for line in text[start:end].splitlines(keepends=True):
        if line.strip():
            places.append((at, at + len(line)))
        at += len(line)
    return places
