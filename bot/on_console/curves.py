"""Small pictures as plain numbers that a template writes as SVG: no script, no style, the same on paper."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

WIDTH, HEIGHT = 720, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 12, 14, 28
_FEWEST = 2
_STEPS = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Curve:
    """A line over days: its points, the lines of its scale with their numbers, and what stands below."""

    path: str
    scale: tuple[tuple[float, int], ...]
    first: tuple[date, int]
    last: tuple[date, int]
    end: tuple[float, float]
    values: tuple[tuple[date, int], ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT
    right: int = WIDTH - _RIGHT
    bottom: int = HEIGHT - _BOTTOM


def draw(values: Sequence[tuple[date, int]]) -> Curve | None:
    """The line through these values; None for fewer than two days."""
    if len(values) < _FEWEST:
        return None
    begin, end = values[0][0], values[-1][0]
    days = (end - begin).days
    step = _find_step(max(count for _day, count in values))
    top = step * max(1, -(-max(count for _day, count in values) // step))

    def across(day: date) -> float:
        return round(_LEFT + (day - begin).days / days * (WIDTH - _LEFT - _RIGHT), 1)

    def up(count: int) -> float:
        return round(HEIGHT - _BOTTOM - count / top * (HEIGHT - _TOP - _BOTTOM), 1)

    points = [(across(day), up(count)) for day, count in values]
    return Curve(
        path="M" + " L".join(f"{x} {y}" for x, y in points),
        scale=tuple((up(count), count) for count in range(0, top + 1, step)),
        first=values[0],
        last=values[-1],
        end=points[-1],
        values=tuple(values),
    )


def _find_step(most: int) -> int:
    """A round number of which the highest value has at most five."""
    size = 1
    while True:
        for one in _STEPS:
            if most <= one * size * 5:
                return one * size
        size *= 10
