"""Levels as people write them on certificates and in tables, read on the scale of the kind so that they compare.

Which level counts for what is decided elsewhere; here "4,0", "IELTS 5.5", "bậc 3" and "L275 R275 S120 W120" become
values, or nothing where the words do not say one level without doubt.
"""

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from knowledge.credentials import Criterion, Kind, LevelName, ScaleType
from knowledge.facts import LevelCode
from knowledge.folding import fold_words
from knowledge.scores import read_score, read_skills, words_of


@dataclass(frozen=True, slots=True)
class ReadLevel:
    """A level that was read. Exactly one of its faces is set, by the scale of its kind.

    `code` and `rank` (0 the lowest) for named levels, `scores` for one score or for the scores of all skills in the
    order of the scale, `words` where only equality can be told.
    """

    code: LevelCode | None = None
    rank: int | None = None
    scores: tuple[Decimal, ...] = ()
    words: str | None = None


def is_blank(written: str | None) -> bool:
    """Tell whether no level is written at all, as distinct from one that cannot be read."""
    return written is None or not written.strip()


@lru_cache(maxsize=8192)
def read_level(kind: Kind, criterion: Criterion | None, written: str | None) -> ReadLevel | None:
    """Read the level that is written, on the scale of the kind; None where it is blank, unreadable or off the scale.

    Words beside the level are allowed only if they belong to the names of the kind, of the criterion or of the level,
    so "điểm IELTS 5.5" is read and "dưới 5.5" is not. A kind that is its own level is read from a blank as well as from
    any words that do not name another level.
    """
    match kind.scale.type:
        case ScaleType.CRITERION:
            return _read_named(kind, criterion, _levels_of(criterion), written)
        case ScaleType.ORDERED:
            return _read_named(kind, criterion, kind.scale.levels, written)
        case ScaleType.FIXED:
            return _read_fixed(kind, criterion, written)
        case ScaleType.NUMBER:
            return _scored(read_score(kind, written))
        case ScaleType.SKILLS:
            return _scored(read_skills(kind, written))
        case ScaleType.FREE:
            return None if is_blank(written) else ReadLevel(words=fold_words(written or ""))


def is_within(kind: Kind, criterion: Criterion | None, level: ReadLevel, low: str | None, high: str | None) -> bool:
    """Tell whether a level lies in a range of which both ends are in; None or a blank end is unbounded.

    Skills: each one reaches its lower end, and at least one does not pass its upper end; whoever passes all of them
    belongs to the range above. Free words: equal to one of the ends named, however typed. An end that cannot be read
    contains nothing.
    """
    ends = [read_level(kind, criterion, end) for end in (low, high) if not is_blank(end)]
    if any(end is None for end in ends):
        return False
    if kind.scale.type is ScaleType.FREE:
        return not ends or level in ends
    lowest = None if is_blank(low) else read_level(kind, criterion, low)
    highest = None if is_blank(high) else read_level(kind, criterion, high)
    return (lowest is None or _reaches(level, lowest)) and (highest is None or not _passes(level, highest))


def is_valid_level(kind: Kind, criterion: Criterion | None, written: str | None) -> bool:
    """Tell whether a table may hold these words as a level of this kind. A blank one is valid."""
    return is_blank(written) or read_level(kind, criterion, written) is not None


def expected_levels(kind: Kind, criterion: Criterion | None) -> str:
    """Say what may be written, for error messages: the names of the levels, or a range of scores; "" for free words."""
    scale = kind.scale
    match scale.type:
        case ScaleType.CRITERION:
            return ", ".join(level.name for level in _levels_of(criterion))
        case ScaleType.FIXED:
            return "" if criterion is None or scale.fixed_level is None else criterion.level_name(scale.fixed_level)
        case ScaleType.ORDERED:
            return ", ".join(level.name for level in scale.levels)
        case ScaleType.NUMBER:
            return _range(scale.lowest, scale.highest)
        case ScaleType.SKILLS:
            return f"{'/'.join(skill.name for skill in scale.levels)}: {_range(scale.lowest, scale.highest)}"
        case ScaleType.FREE:
            return ""


def direct_level(kind: Kind, criterion: Criterion | None, written: str | None) -> LevelCode | None:
    """Give the level of the criterion that a direct kind carries itself; None for others and for unreadable words."""
    if not kind.is_direct or criterion is None or kind.criterion != criterion.code:
        return None
    level = read_level(kind, criterion, written)
    return None if level is None else level.code


# --- named levels ---


def _levels_of(criterion: Criterion | None) -> tuple[LevelName, ...]:
    return () if criterion is None else criterion.levels


def _read_fixed(kind: Kind, criterion: Criterion | None, written: str | None) -> ReadLevel | None:
    fixed, levels = kind.scale.fixed_level, _levels_of(criterion)
    if fixed is None or fixed not in {level.code for level in levels}:
        return None
    if not is_blank(written):
        named = {level.code for level in _named_in(fold_words(written or ""), levels)[0]}
        if named - {fixed}:
            return None
    return ReadLevel(code=fixed, rank=[level.code for level in levels].index(fixed))


def _read_named(
    kind: Kind, criterion: Criterion | None, levels: tuple[LevelName, ...], written: str | None
) -> ReadLevel | None:
    if is_blank(written):
        return None
    named, rest = _named_in(fold_words(written or ""), levels)
    codes = {level.code for level in named}
    if len(codes) != 1 or rest - _words_around(kind, criterion, named[0]):
        return None
    (code,) = codes
    return ReadLevel(code=code, rank=[level.code for level in levels].index(code))


def _named_in(words: str, levels: tuple[LevelName, ...]) -> tuple[list[LevelName], frozenset[str]]:
    """Every level named, the longest name first so that "chuyên viên chính" is not "chuyên viên"; and what is left."""
    found: list[LevelName] = []
    text = f" {words} "
    for name, level in _names(levels):
        if f" {name} " in text:
            found.append(level)
            text = text.replace(f" {name} ", " | ")
    return found, frozenset(text.split()) - {"|"}


@lru_cache(maxsize=256)
def _names(levels: tuple[LevelName, ...]) -> tuple[tuple[str, LevelName], ...]:
    names = {(fold_words(name), level) for level in levels for name in (level.code, level.name, *level.aliases)}
    return tuple(sorted(names, key=lambda one: (-len(one[0]), one[0])))


@lru_cache(maxsize=256)
def _words_around(kind: Kind, criterion: Criterion | None, level: LevelName) -> frozenset[str]:
    named = (kind, *(one for one in (criterion, level) if one is not None))
    return words_of(name for one in named for name in (one.code, one.name, *one.aliases))


# --- scores ---


def _scored(scores: tuple[Decimal, ...] | None) -> ReadLevel | None:
    return None if scores is None else ReadLevel(scores=scores)


# --- comparing ---


def _reaches(level: ReadLevel, lowest: ReadLevel) -> bool:
    if level.rank is not None and lowest.rank is not None:
        return level.rank >= lowest.rank
    return all(score >= least for score, least in zip(level.scores, lowest.scores, strict=True))


def _passes(level: ReadLevel, highest: ReadLevel) -> bool:
    if level.rank is not None and highest.rank is not None:
        return level.rank > highest.rank
    return all(score > most for score, most in zip(level.scores, highest.scores, strict=True))


def _range(lowest: float | None, highest: float | None) -> str:
    return f"{lowest or 0:g}–{highest or 0:g}"
