"""Where the points of the library's record stand in a text that was read on its own, point by point."""

import re
from collections.abc import Mapping

from knowledge.documents import Document

Span = tuple[int, int]
Places = Mapping[str, Span]

_PART = re.compile(r"[.\-()\s]+")
_SORT = re.compile(r"^(?:[a-zđ]+(?=\d)|điều|dieu)")
_INLINE = re.compile(r"\((\d{1,2})\)$")
_PARAGRAPH = re.compile(r"(?:^|\.)d(\d{1,2})$")
_ROMAN = re.compile(r"^[ivx]+$")


def place_points(document: Document, read: Document, text: str, spans: Places) -> dict[str, Span]:
    """Places of the document's points: those read under the same id, else under the same place in other letters.

    Numbers in brackets within a paragraph, and later paragraphs of a point, are found inside the point above them.
    """
    own = {point.id for point in document.points}
    found = {point: span for point, span in spans.items() if point in own}
    if own == {point.id for point in read.points}:
        return found
    by_place = _by_place(spans)
    for point in document.points:
        if point.id not in found and (span := by_place.get(_place(point.id))) is not None:
            found[point.id] = span
    for point in document.points:
        if point.id not in found and point.parent in found:
            span = _inline(point.id, text, found[point.parent]) or _paragraph(point.id, text, found[point.parent])
            if span is not None:
                found[point.id] = span
    return found


def _by_place(spans: Places) -> dict[tuple[str, ...], Span]:
    """Spans by place; a place that several ids share says nothing."""
    places: dict[tuple[str, ...], list[Span]] = {}
    for point, span in spans.items():
        places.setdefault(_place(point), []).append(span)
    return {place: same[0] for place, same in places.items() if len(same) == 1}


def _place(point: str) -> tuple[str, ...]:
    """The parts of an id without the letters that say which sort of part it is, dashes apart from numbers."""
    parts = [part for part in _PART.split(point.lower()) if part]
    return tuple(part if part.startswith("g") and part[1:].isdigit() else _SORT.sub("", part) or part for part in parts)


def _inline(point: str, text: str, within: Span) -> Span | None:
    """The words from "(2)" to "(3)" inside the point above."""
    named = _INLINE.search(point)
    if named is None:
        return None
    words = text[within[0] : within[1]]
    start = words.find(f"({named[1]})")
    if start < 0:
        return None
    following = words.find(f"({int(named[1]) + 1})", start)
    if following < 0:
        line_end = re.search(r"\n\s*(?:[-+]|\d+[.)\-]|[a-zđ]\))", words[start:])
        following = start + line_end.start() if line_end else len(words)
    return within[0] + start, within[0] + following


def _paragraph(point: str, text: str, within: Span) -> Span | None:
    named = _PARAGRAPH.search(point)
    if named is None:
        return None
    at = within[0]
    paragraphs: list[Span] = []
    for block in re.split(r"(\n\s*\n)", text[within[0] : within[1]]):
        if block.strip():
            paragraphs.append((at, at + len(block)))
        at += len(block)
    number = int(named[1])
    return paragraphs[number - 1] if number <= len(paragraphs) else None
