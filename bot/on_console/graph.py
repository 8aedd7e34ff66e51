"""How documents hang together, as boxes and lines with their places worked out: a template writes them as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass

_BOX, _HEIGHT, _GAP, _BETWEEN = 270, 46, 12, 45
_MOST = 14
_LONGEST = 32


@dataclass(frozen=True, slots=True)
class Box:
    """A document: where its box stands, what is written in it, how it hangs together with the one in the middle."""

    x: int
    y: int
    name: str
    short: str
    how: str
    address: str
    is_held: bool


@dataclass(frozen=True, slots=True)
class Graph:
    """The document in the middle, those before it on the left, those after it on the right."""

    middle: Box
    before: tuple[Box, ...]
    after: tuple[Box, ...]
    height: int
    lines: tuple[tuple[int, int, int, int], ...]
    left: int
    width: int
    box: int = _BOX
    box_height: int = _HEIGHT


Node = tuple[str, str, str, bool]


def arrange(name: str, before: Sequence[Node], after: Sequence[Node]) -> Graph:
    """The places of all boxes; beyond a number of them the rest is only counted (`left`)."""
    shown = before[:_MOST], after[:_MOST]
    rows = max(len(shown[0]), len(shown[1]), 1)
    height = rows * (_HEIGHT + _GAP) + _GAP
    # A side on which nothing stands takes no room, or a phone would show an empty one first.
    columns = [*(["before"] if shown[0] else []), "middle", *(["after"] if shown[1] else [])]
    places = {name: at * (_BOX + _BETWEEN) for at, name in enumerate(columns)}
    middle = Box(places["middle"], (height - _HEIGHT) // 2, name, _shorten(name), "", "", is_held=True)
    left = tuple(_column(shown[0], 0, height))
    right = tuple(_column(shown[1], places.get("after", 0), height))
    center = middle.y + _HEIGHT // 2
    lines = [(_BOX, one.y + _HEIGHT // 2, middle.x, center) for one in left]
    lines += [(middle.x + _BOX, center, one.x, one.y + _HEIGHT // 2) for one in right]
    rest = len(before) + len(after) - len(left) - len(right)
    return Graph(middle, left, right, height, tuple(lines), rest, max(places.values()) + _BOX)


def _column(nodes: Sequence[Node], x: int, height: int) -> list[Box]:
    top = (height - len(nodes) * (_HEIGHT + _GAP) + _GAP) // 2
    return [
        Box(x, top + place * (_HEIGHT + _GAP), name, _shorten(name), how, address, is_held)
        for place, (name, how, address, is_held) in enumerate(nodes)
    ]


def _shorten(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1].rstrip()}…"
