"""Ids and labels of points, in the manner of the library: "II.2.1.a", read out "mục II, điểm 2.1, ý a"."""

import re
from functools import lru_cache

from knowledge.reading.alike import fold_in_place
from knowledge.reading.draft import Doubt, DraftPoint
from knowledge.reading.markers import Marker, Rank
from knowledge.reading.outline import Node, walk
from knowledge.reading.words import load_words

_LONGEST_GOAL = 40
_WORDED = {Rank.PART: "P", Rank.CHAPTER: "C", Rank.SECTION: "M", Rank.ARTICLE: "D"}


class Namer:
    """Names the points of one document; no id is given twice."""

    def __init__(self, text: str, kind: str | None, *, has_annex: bool) -> None:
        self._text = text
        self._kind = kind
        self._has_annex = has_annex
        self._taken: set[str] = set()
        self._repeated: dict[str, int] = {}
        self._says = load_words().tables["labels"]

    def name(self, nodes: list[Node], prefix: str, annex: str | None) -> list[DraftPoint]:
        """The points of one part of the document, in the order of the text."""
        ids: dict[int, str] = {}
        labels: dict[int, str] = {}
        numbered = [node for node in nodes if node.rank == Rank.NUMBER]
        are_headings = bool(numbered) and all(node.is_heading and self._is_title(node) for node in numbered)
        named: list[DraftPoint] = []
        for node in walk(nodes):
            above = ids[id(node.parent)] if node.parent else prefix.rstrip(".")
            own_id, goal = self._id(node, above, ids, prefix)
            doubt = node.doubt
            if own_id in self._taken:
                own_id, doubt = self._another(own_id), Doubt.TWICE
            self._taken.add(own_id)
            ids[id(node)] = own_id
            labels[id(node)] = self._label(node, labels, annex, goal, are_headings=are_headings)
            parent = ids[id(node.parent)] if node.parent else None
            named.append(DraftPoint(own_id, labels[id(node)], parent, node.start, node.own_end, node.end, doubt))
        return named

    def _id(self, node: Node, above: str, ids: dict[int, str], prefix: str) -> tuple[str, str | None]:
        """The id, and the year where the point is a goal for one."""
        dot = f"{above}." if above else ""
        if node.is_ending:
            return f"{prefix}kt", None
        if node.is_paragraph or node.marker is None:
            return f"{dot}d{node.place}", None
        return self._marked_id(node, node.marker, above, ids, prefix)

    def _marked_id(
        self, node: Node, marker: Marker, above: str, ids: dict[int, str], prefix: str
    ) -> tuple[str, str | None]:
        dot = f"{above}." if above else ""
        match node.rank:
            case Rank.PART | Rank.ARTICLE:
                return f"{prefix}{_WORDED[Rank(node.rank)]}{marker.written}", None
            case Rank.CHAPTER | Rank.SECTION:
                return f"{dot}{_WORDED[Rank(node.rank)]}{marker.value[0]}", None
            case Rank.BRACKETED:
                return self._bracketed(node, above, ids, marker.written), None
            case Rank.BULLET:
                year = self._goal(node)
                return (f"{dot}{year}", year) if year else (f"{dot}g{node.place}", None)
            case Rank.PLUS:
                under_goal = node.parent is not None and self._goal(node.parent) is not None
                return f"{dot}{node.place}" if under_goal else f"{dot}c{node.place}", None
            case _:
                parent = node.parent
                is_under_its_own = parent and parent.marker and parent.marker.value == marker.value[:-1]
                return f"{dot}{marker.value[-1] if is_under_its_own else marker.written}", None

    def _bracketed(self, node: Node, above: str, ids: dict[int, str], written: str) -> str:
        # In the library a row within a dash belongs to the point's name, as long as the point has one such row.
        parent = node.parent
        if parent is not None and parent.rank == Rank.BULLET and parent.parent is not None:
            short = f"{ids[id(parent.parent)]}.({written})"
            rows = [one for one in parent.parent.children if any(c.rank == Rank.BRACKETED for c in one.children)]
            if rows and rows[0] is parent and short not in self._taken:
                return short
        return f"{above}.({written})" if above else f"({written})"

    def _another(self, taken: str) -> str:
        number = self._repeated.get(taken, 1) + 1
        while f"{taken}-{number}" in self._taken:
            number += 1
        self._repeated[taken] = number
        return f"{taken}-{number}"

    def _label(
        self, node: Node, labels: dict[int, str], annex: str | None, goal: str | None, *, are_headings: bool
    ) -> str:
        own = self._own_label(node, goal, are_headings=are_headings)
        above = node.parent
        if node.marker is not None and node.rank == Rank.ARTICLE:
            above = None
        while above is not None and above.marker is not None and self._is_said_in(above, node):
            above = above.parent
        lead = labels[id(above)] if above is not None else annex
        return f"{lead}, {own}" if lead else own

    @staticmethod
    def _is_said_in(above: Node, node: Node) -> bool:
        """Whether the number of the point already says the number above it: 2.1 says 2."""
        if above.marker is None or node.marker is None or above.rank < Rank.NUMBER or node.rank >= Rank.LETTER:
            return False
        longer = len(node.marker.value) > len(above.marker.value)
        return longer and node.marker.value[: len(above.marker.value)] == above.marker.value

    def _own_label(self, node: Node, goal: str | None, *, are_headings: bool) -> str:
        if node.is_ending:
            return str(self._says["ending"])
        ordinal = _ordinal(node.place)
        if node.marker is None:
            return str(self._says["paragraph"]).format(ordinal=ordinal)
        name = self._name_of(node, goal, are_headings=are_headings)
        number = goal or node.marker.written
        return str(self._says[name]).format(number=number, ordinal=ordinal, kind=self._kind)

    def _name_of(self, node: Node, goal: str | None, *, are_headings: bool) -> str:
        is_under_article = any(one.rank == Rank.ARTICLE for one in _all_above(node))
        is_of_goal = node.parent is not None and self._goal(node.parent) is not None
        if node.rank in range(Rank.NUMBER, Rank.LETTER):
            heading = "heading" if are_headings and node.rank == Rank.NUMBER else "point"
            return "clause" if is_under_article else heading
        return {
            Rank.PART: "part",
            Rank.CHAPTER: "chapter",
            Rank.SECTION: "section",
            Rank.ARTICLE: "article_of" if self._has_annex and self._kind else "article",
            Rank.ROMAN: "roman",
            Rank.LETTER: "letter_of_article" if is_under_article else "letter",
            Rank.BRACKETED: "enumerated",
            Rank.BULLET: "goal" if goal else "bullet",
        }.get(Rank(node.rank), "line" if is_of_goal else "plus")

    def _goal(self, node: Node) -> str | None:
        """The year of a dash that only says by when: "- Đến năm …:"."""
        if node.rank != Rank.BULLET:
            return None
        own = self._text[node.start : min(node.own_end, node.start + _LONGEST_GOAL + 1)].strip()
        found = _goal_pattern().fullmatch(fold_in_place(own))
        return found["year"] if found else None

    def _is_title(self, node: Node) -> bool:
        own = self._text[node.start : node.own_end].strip()
        return bool(node.children) and not own.endswith((".", ";", ":"))


def _all_above(node: Node) -> list[Node]:
    above: list[Node] = []
    one = node.parent
    while one is not None:
        above.append(one)
        one = one.parent
    return above


@lru_cache(maxsize=1)
def _goal_pattern() -> re.Pattern[str]:
    words = load_words()
    return re.compile(rf"\W+{words.one_of('bounds.until')}\s+{words.one_of('dates.year')}\s+(?P<year>\d{{4}})\s*:?")


def _ordinal(number: int) -> str:
    counting = load_words()["counting"]
    return counting[number - 1] if number <= len(counting) else str(number)
