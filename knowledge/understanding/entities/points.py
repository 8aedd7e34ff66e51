"""Points of documents: "mục II.2.3 ý a", "gạch đầu dòng thứ 3 điểm 2", written as the library's own point ids."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.documents import Document
from knowledge.folding import fold
from knowledge.understanding.cues import Cues
from knowledge.understanding.marks import can_be
from knowledge.understanding.text import Text, Word, make_text

_PLACE = re.compile(
    r"^(?:[ivx]{1,5}|\d{1,3}|[a-h]|đ)(?:\s?\.\s?(?:\d{1,2}|[a-hđ]|[ivx]{1,4}|g\d|d\d))*(?:(?<=\.\d)\s[a-hđ](?=\s+\w))?(?:\s?\.?\s?\(\d{1,2}\))?(?![\w/%])",
    re.IGNORECASE,
)
_ROMAN = re.compile(r"^[ivx]+$")
_DOTTED = re.compile(r"(?<![\w.,/])(?:[ivx]{1,4}\.\d{1,2}(?:\.\d{1,2})*|\d{1,2}(?:\.\d{1,2}){1,3})(?![\w.,/%])")
_BELOW_ROMAN = re.compile(r"^\s?[.,]?\s?(\d{1,2}(?:\.\d{1,2})*)(?![\w/%.,]\d|\w)")
_DEPTH = {
    "chapter": 0,
    "part": 1,
    "section": 2,
    "article": 2,
    "clause": 3,
    "task": 3,
    "point": 3,
    "entry": 4,
    "item": 5,
    "paragraph": 6,
    "dash": 6,
}
_LETTER_POINT_DEPTH = 4
_PREFIX = {"dash": "g", "paragraph": "d"}
_LARGEST = 60  # no document numbers its points beyond this; larger numbers are scores
_LARGEST_ARTICLE = 700  # codes of law have that many articles
_CHAIN_GAP = 6  # words that may stand between the parts of one reference ("việc (1) của Sở Nội vụ ở mục 2.5")
_LAST = "-1"


@dataclass(frozen=True, slots=True)
class _Part:
    kind: str
    value: str
    first: int
    last: int
    start: int
    end: int

    @property
    def depth(self) -> int:
        is_letter = self.kind == "point" and self.value.isalpha() and not _ROMAN.match(self.value.lower())
        return _LETTER_POINT_DEPTH if is_letter else _DEPTH[self.kind]


@dataclass(frozen=True, slots=True)
class FoundPoint:
    """A point as one id, with its place in the text."""

    id: str
    start: int
    end: int


class Points:
    """Finds references to points in a text."""

    def __init__(self, cues: Cues) -> None:
        self._words = sorted(
            ((make_text(word).words, kind) for word, kind in cues.point_words.items()), key=lambda one: -len(one[0])
        )
        self._ordinals = sorted(
            ((make_text(word).words, number) for word, number in cues.ordinals.items()), key=lambda one: -len(one[0])
        )
        self._openings = frozenset(wanted[0].folded for wanted, _kind in self._words)
        self._number_words = frozenset(fold(word) for word in cues.number_words)
        self._year = fold(cues.date_words["year"])

    def find(self, text: Text, document: Document | None, *, names_document: bool) -> tuple[FoundPoint, ...]:
        """Points in the order of the text. Where the document is known, its own id for the place is given."""
        parts = self._parts(text)
        if names_document:
            parts = sorted([*parts, *self._bare_parts(text, parts)], key=lambda part: part.start)
        chains: list[list[_Part]] = []
        for part in parts:
            last = chains[-1] if chains else None
            if last and part.first - last[-1].last <= _CHAIN_GAP and part.depth not in {one.depth for one in last}:
                last.append(part)
            else:
                chains.append([part])
        # "việc (2)" or "văn bản thứ hai" counts the entries of a point; alone it counts anything.
        chains = [chain for chain in chains if chain[0].kind != "entry" or len(chain) > 1]
        found = [FoundPoint(_joined(chain), chain[0].start, chain[-1].end) for chain in chains]
        return tuple(dict.fromkeys(FoundPoint(own_id(one.id, document), one.start, one.end) for one in found if one.id))

    def _parts(self, text: Text) -> list[_Part]:
        parts: list[_Part] = []
        at = 0
        while at < len(text.words):
            part = self._part_at(text, at) if text.words[at].folded in self._openings else None
            if part:
                parts.append(part)
            at = part.last if part else at + 1
        return parts

    @staticmethod
    def _bare_parts(text: Text, parts: Sequence[_Part]) -> list[_Part]:
        """Dotted numbers without a word before them ("2.3 công văn 354")."""
        found: list[_Part] = []
        for match in _DOTTED.finditer(text.folded):
            if any(match.start() < part.end and part.start < match.end() for part in parts):
                continue
            covered = [at for at, word in enumerate(text.words) if match.start() <= word.start < match.end()]
            value = _shown(match.group())
            found.append(_Part("point", value, covered[0], covered[-1] + 1, match.start(), match.end()))
        return found

    def _part_at(self, text: Text, at: int) -> _Part | None:
        words = text.words
        for wanted, kind in self._words:
            end = at + len(wanted)
            if not _same(words[at:end], wanted):
                continue
            value_at = end
            while value_at < len(words) and words[value_at].folded in self._number_words:
                value_at += 1
            if value_at >= len(words):
                continue
            start = words[at].start
            value_start = words[value_at].start
            written = _PLACE.match(text.marked[value_start:])
            if kind == "entry" and text.marked[value_start - 1 : value_start] != "(":
                written = None  # "việc 2 năm": only a number in brackets, or an ordinal, counts an entry
            if written and self._is_place(written.group(), words, value_at, kind):
                value, stop = written.group(), value_start + written.end()
                below = _BELOW_ROMAN.match(text.marked[stop:]) if _ROMAN.match(value) else None
                if below:
                    value, stop = f"{value}.{below[1]}", stop + below.end()
                last = next((i for i, word in enumerate(words) if word.start >= stop), len(words))
                return _Part(kind, _shown(value), at, last, start, stop)
            for ordinal, number in self._ordinals:
                last = end + len(ordinal)
                if _same(words[end:last], ordinal) and not self._is_year_word(words, last):
                    return _Part(kind, str(number), at, last, start, words[last - 1].end)
        return None

    def _is_year_word(self, words: Sequence[Word], last: int) -> bool:
        """Whether the ordinal is the word for year: "điểm năm 2020" has no fifth point."""
        return words[last - 1].folded == self._year and last < len(words) and words[last].folded.isdigit()

    @staticmethod
    def _is_place(written: str, words: Sequence[Word], at: int, kind: str) -> bool:
        first = re.split(r"[\s.]", written, maxsplit=1)[0]
        if first.isdigit():
            return int(first) <= (_LARGEST_ARTICLE if kind == "article" else _LARGEST)
        # A lone letter is a place only as a word of its own.
        return words[at].marked == first


def own_id(point: str, document: Document | None) -> str:
    """The document's own id for a place as people say it; the place itself where the document lists no such point."""
    if document is None or document.point(point) is not None or not document.points or point.endswith(_LAST):
        return point
    wanted = _bare(point)
    same = [one.id for one in document.points if _bare(one.id) == wanted]
    if same:
        return next((one for one in same if "(" in one), same[0])  # a numbered task outranks a dash of the same place
    written = [one.id for one in document.points if one.id.lower().endswith(f".{point.lower()}")]
    tails = written or [one.id for one in document.points if _bare(one.id)[-len(wanted) :] == wanted]
    if len(tails) == 1 and len(wanted) > 1:
        return tails[0]
    # Of a law only whole articles are listed: a clause of it is found under its article.
    article = [one.id for one in document.points if _bare(one.id) == wanted[:1] and not one.id[0].isdigit()]
    return article[0] if len(article) == 1 and len(wanted) > 1 else point


def _bare(point: str) -> tuple[str, ...]:
    """The parts of an id without the letters that only say which sort of part it is ("g3" → "3")."""
    parts = [re.sub(r"^[a-zđ]+(?=\d)", "", part) for part in re.split(r"[.\-()\s]+", point.lower()) if part]
    numbered = [part for part in parts if len(part) == 1 or part[0].isdigit() or _ROMAN.match(part)]
    return tuple(numbered or parts)  # "Điều 23" is 23


def _joined(chain: list[_Part]) -> str:
    ordered = sorted(chain, key=lambda part: part.depth)
    return ".".join(_PREFIX.get(part.kind, "") + part.value for part in ordered)


def _shown(written: str) -> str:
    pieces = [piece for piece in re.split(r"[.\s]+", written.replace("(", ".(")) if piece]
    return ".".join(piece.upper() if _ROMAN.match(piece.lower()) else piece.lower() for piece in pieces)


def _same(typed: Sequence[Word], wanted: Sequence[Word]) -> bool:
    return len(typed) == len(wanted) and all(
        one.folded == other.folded and can_be(one.marked, other.marked)
        for one, other in zip(typed, wanted, strict=True)
    )
