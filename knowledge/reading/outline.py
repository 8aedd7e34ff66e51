"""How the points of a text hang together: which mark opens a point, under which other, and where each ends."""

import bisect
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from knowledge.reading.alike import fold_in_place
from knowledge.reading.draft import Doubt
from knowledge.reading.lines import Line, Lines
from knowledge.reading.markers import Marker, Rank, find_marker
from knowledge.reading.words import load_words

MOST_POINTS = 5_000  # a code has 700 articles; beyond this a text is no document
MOST_PARAGRAPHS = 60  # of one point
DEEPEST = 12
_FARTHEST_GAP = 5  # numbers that a row may lack; more is another row
_HIGHEST_START = 20
_START = 160  # letters of a paragraph in which it says that it is the last word
_STOPS = (".", ";", "!", "?", "/", "…")
_INLINE = re.compile(r"\((\d{1,2})\)(?=\s{0,3}\S)")


@dataclass(slots=True, eq=False)
class Node:
    """A point in the making; `paragraphs` are the starts of those without a mark of their own, the first its own."""

    marker: Marker | None
    start: int
    parent: "Node | None" = None
    doubt: Doubt | None = None
    children: list["Node"] = field(default_factory=list)
    paragraphs: list[int] = field(default_factory=list)
    own_end: int = 0
    end: int = 0
    is_heading: bool = True  # until a paragraph of its own turns out to end as a sentence
    is_ending: bool = False
    is_paragraph: bool = False
    place: int = 1  # which of its kind under its parent
    counts: dict[int, int] = field(default_factory=dict)  # how many of each rank are under it

    @property
    def rank(self) -> int:
        """The rank of its mark; what has none is further in than everything."""
        return self.marker.rank if self.marker else Rank.PLUS + 1

    @property
    def depth(self) -> int:
        """How many points stand above it."""
        depth, above = 0, self.parent
        while above is not None:
            depth, above = depth + 1, above.parent
        return depth


@dataclass(slots=True)
class _Growing:
    """The outline so far."""

    top: list[Node] = field(default_factory=list)
    counts: dict[int, int] = field(default_factory=dict)
    stack: list[Node] = field(default_factory=list)
    count: int = 0
    has_counted: bool = False
    last: dict[int, Marker] = field(default_factory=dict)  # of each rank: articles count on through the chapters
    loose: list[int] = field(default_factory=list)  # paragraphs without a mark since the last mark


def outline(text: str, lines: Lines, start: int, end: int) -> list[Node]:
    """The outermost points between two places, each with those under it."""
    first = bisect.bisect_left(lines.all, start, key=lambda line: line.start)
    last = bisect.bisect_right(lines.all, end, key=lambda line: line.end)
    within = lines.all[first:last]
    has_counted = any((mark := find_marker(line)) is not None and mark.is_counted for line in within)
    growing = _Growing(has_counted=has_counted)
    before: Line | None = None
    for line in within:
        marker = find_marker(line) if growing.count < MOST_POINTS else None
        if marker is None or not _open(growing, marker, line, before, lines):
            _go_on(growing, line, before, lines)
        before = line
    ending = _ending(text, growing)
    if ending is not None:
        growing.top.append(ending)
    _close(growing.top, end)
    for node in list(walk(growing.top)):
        _add_inline(text, node)
        _add_paragraphs(node)
    _trim(text, growing.top)
    return growing.top


def walk(nodes: Sequence[Node]) -> Iterator[Node]:
    """Every point, in the order of the text."""
    waiting = list(reversed(nodes))
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(node.children))


def _open(growing: _Growing, marker: Marker, line: Line, before: Line | None, lines: Lines) -> bool:
    """Add the point that this mark opens; False where the mark is only part of a sentence."""
    is_broken_line = before is not None and not line.after_gap and not before.ends_sentence and lines.is_full(before)
    follows_on = line.words[marker.length :]
    if not marker.is_counted:
        if not growing.stack and growing.has_counted:
            return False
        goes_on = before is not None and not before.ends_sentence and not before.words.endswith(",")
        # A dash within a sentence has a small letter after it, or the second year of a term.
        if goes_on and (follows_on[:1].islower() or (is_broken_line and not follows_on[:1].isupper())):
            return False
        while growing.stack and growing.stack[-1].rank >= marker.rank:
            growing.stack.pop()
        _add(growing, marker, line, growing.stack[-1] if growing.stack else None, None)
        return True
    placed = _place(growing, marker, before, is_broken_line=is_broken_line, starts_low=follows_on[:1].islower())
    if placed is None:
        return False
    parent, doubt = placed
    while growing.stack and growing.stack[-1] is not parent:
        growing.stack.pop()
    _add(growing, marker, line, parent, doubt)
    return True


def _place(
    growing: _Growing, marker: Marker, before: Line | None, *, is_broken_line: bool, starts_low: bool
) -> tuple[Node | None, Doubt | None] | None:
    """The point above a counted one and the doubt about it; None where it cannot be a point."""
    same = [node for node in growing.stack if node.rank == marker.rank and node.marker is not None]
    for node in reversed(same):
        if node.marker is not None and marker.follows(node.marker.value):
            return node.parent, None
    is_plain_letter = marker.rank == Rank.LETTER and marker.is_first and not starts_low
    if (is_broken_line and not is_plain_letter) or (starts_low and not marker.is_first):
        return None
    above = _above(growing, marker)
    last = growing.last.get(marker.rank)
    if not same and marker.rank <= Rank.ROMAN and last is not None and marker.follows(last.value):
        return above, None
    if len(marker.value) > 1:  # "2.1" belongs under "2", whether or not it is the first
        under = next((n for n in reversed(growing.stack) if n.marker and n.marker.value == marker.value[:-1]), None)
        if under is not None:
            is_next = marker.is_first and not any(child.rank == marker.rank for child in under.children)
            return under, None if is_next else Doubt.GAP
        return above, Doubt.GAP
    if marker.is_first:
        if not same:
            return above, None
        announced = before is not None and before.words.rstrip().endswith(":")
        if announced and growing.stack[-1].depth < DEEPEST:
            return growing.stack[-1], None
        return same[-1].parent, Doubt.TWICE
    return _after_gap(growing, marker, same, before, above)


def _after_gap(
    growing: _Growing, marker: Marker, same: list[Node], before: Line | None, above: Node | None
) -> tuple[Node | None, Doubt | None] | None:
    if before is not None and not before.ends_sentence:
        return None
    own = marker.value[-1]
    for node in reversed(same):
        last = node.marker.value[-1] if node.marker else None
        if isinstance(own, str) or isinstance(last, str):
            if marker.rank in {Rank.ARTICLE, Rank.LETTER}:  # "Điều 5a" after "Điều 5"; a letter left out
                return node.parent, Doubt.GAP if marker.rank == Rank.LETTER else None
        elif last is not None and 0 < own - last <= _FARTHEST_GAP:
            return node.parent, Doubt.GAP
    if not same and not isinstance(own, str) and own <= _HIGHEST_START and growing.count == 0:
        return above, Doubt.GAP
    return (above, Doubt.GAP) if marker.rank == Rank.ARTICLE else None


def _above(growing: _Growing, marker: Marker) -> Node | None:
    return next((node for node in reversed(growing.stack) if node.rank < marker.rank), None)


def _add(growing: _Growing, marker: Marker, line: Line, parent: Node | None, doubt: Doubt | None) -> None:
    node = Node(marker, line.start, parent, doubt, paragraphs=[line.start + marker.length])
    holder = parent or growing
    node.place = holder.counts[node.rank] = holder.counts.get(node.rank, 0) + 1
    (parent.children if parent else growing.top).append(node)
    growing.stack.append(node)
    growing.last[marker.rank] = marker
    growing.count += 1
    growing.loose = []


def _go_on(growing: _Growing, line: Line, before: Line | None, lines: Lines) -> None:
    """A line without a mark: it continues the paragraph before it, or is one of its own."""
    if not growing.stack or before is None:
        return
    says_end = line.after_gap and _opens_ending(line.alike)
    if lines.continues(before, line) and not says_end:
        return
    is_closed = before.words.rstrip("”\"’')]} ").endswith(_STOPS)
    if not is_closed and not says_end:
        return
    while growing.stack[-1].rank in {Rank.BULLET, Rank.PLUS} and growing.stack[-1].parent is not None:
        growing.stack.pop()
    node = growing.stack[-1]
    node.is_heading = False
    node.paragraphs.append(line.start)
    growing.loose.append(line.start)


@lru_cache(maxsize=1)
def _ending_words() -> tuple[re.Pattern[str], re.Pattern[str]]:
    words = load_words()
    return re.compile(words.one_of("ending_words")), re.compile(rf"\b{words.one_of('ending_words')}\b")


def _opens_ending(alike: str) -> bool:
    return _ending_words()[0].match(alike) is not None


def _ending(text: str, growing: _Growing) -> Node | None:
    """The closing paragraph after the last point, taken out of the point that it seemed to belong to."""
    if not growing.loose or not growing.stack:
        return None
    says = _ending_words()[1]
    sure = next((at for at in growing.loose if says.search(fold_in_place(text[at : at + _START]))), None)
    if sure is None and growing.top[0].rank == Rank.ARTICLE:
        return None
    start = sure if sure is not None else growing.loose[-1]
    for node in growing.stack:
        node.paragraphs = [at for at in node.paragraphs if at < start]
    return Node(None, start, doubt=None if sure is not None else Doubt.LOOSE, is_ending=True)


def _close(nodes: list[Node], end: int) -> None:
    # From the last to the first: each ends where the next one begins that is not below it.
    waiting = [(nodes, end)]
    while waiting:
        siblings, last = waiting.pop()
        for node in reversed(siblings):
            # A paragraph of the point above, after a dash or two, ends the dash before it.
            above = node.parent.paragraphs[1:] if node.parent else []
            at = bisect.bisect_right(above, node.start)
            node.end = min(last, above[at]) if at < len(above) else last
            node.own_end = node.children[0].start if node.children else node.end
            waiting.append((node.children, node.end))
            last = node.start


def _add_inline(text: str, node: Node) -> None:
    """Rows within a sentence, "(1) …; (2) …", as points of their own."""
    if node.is_ending or any(child.rank == Rank.BRACKETED for child in node.children):
        return
    row: list[int] = []
    for found in _INLINE.finditer(text, node.start, node.own_end):
        if int(found[1]) == len(row) + 1:
            row.append(found.start())
    if len(row) < 2 or (node.marker is not None and node.marker.rank == Rank.BRACKETED):  # noqa: PLR2004 - one is no row
        return
    ends = [*row[1:], node.own_end]
    inline = [
        Node(Marker(Rank.BRACKETED, (number,), str(number), 0), at, node, own_end=end, end=end, place=number)
        for number, (at, end) in enumerate(zip(row, ends, strict=True), start=1)
    ]
    node.own_end = row[0]
    node.children = [*inline, *node.children]


def _add_paragraphs(node: Node) -> None:
    """Paragraphs without a mark: two are the point and its second one, three and more are all counted."""
    if node.marker is None or node.marker.rank in {Rank.BULLET, Rank.PLUS} or len(node.paragraphs) < 2:  # noqa: PLR2004
        return
    numbered = list(enumerate(node.paragraphs, start=1))[:MOST_PARAGRAPHS]
    starts = sorted({*node.paragraphs, *(child.start for child in node.children), node.end})
    for number, at in numbered if len(numbered) > 2 else numbered[1:]:  # noqa: PLR2004 - see above
        end = starts[min(bisect.bisect_right(starts, at), len(starts) - 1)]
        if end > at:
            node.children.append(Node(None, at, node, own_end=end, end=end, is_paragraph=True, place=number))
    node.children.sort(key=lambda one: one.start)
    first = node.paragraphs[1]
    node.own_end = min(node.own_end, first)


def _trim(text: str, nodes: list[Node]) -> None:
    for node in walk(nodes):
        while node.end > node.start + 1 and text[node.end - 1].isspace():
            node.end -= 1
        node.own_end = min(node.own_end, node.end)
        while node.own_end > node.start + 1 and text[node.own_end - 1].isspace():
            node.own_end -= 1
