"""Small checks that several tables of the library share; each yields a sentence where something is wrong."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from knowledge.credentials import Criterion
from knowledge.facts import LevelCode


def list_missing(named: Iterable[str], known: frozenset[str] | None, where: str, thing: str) -> Iterator[str]:
    """Tell names that are not known; nothing where nobody can know them."""
    unknown = set[str]() if known is None else set(named) - known
    return (f"{where}: there is no {thing} {name}" for name in sorted(unknown))


def list_unknown_level(criterion: Criterion | None, level: LevelCode, where: str) -> Iterator[str]:
    """Tell a level that the criterion does not have; an unknown criterion is told elsewhere."""
    if criterion is not None and level not in {one.code for one in criterion.levels}:
        yield f"{where}: {criterion.code} has no level {level}"


def goes_in_circles(start: str, above: Mapping[str, str | None]) -> bool:
    """Whether following `above` from `start` comes back to something already passed."""
    seen: set[str] = set()
    here: str | None = start
    while here is not None and here not in seen:
        seen.add(here)
        here = above.get(here)
    return here is not None


def list_disordered(start: date | None, end: date | None, where: str) -> Iterator[str]:
    """Tell an end that lies before its beginning."""
    if start is not None and end is not None and end < start:
        yield f"{where}: {end} is before its beginning, {start}"


def overlap(start: date | None, end: date | None, other_start: date | None, other_end: date | None) -> bool:
    """Whether two periods share a day; an open end is without bound, and both ends belong to a period."""
    return (start or date.min) <= (other_end or date.max) and (other_start or date.min) <= (end or date.max)
