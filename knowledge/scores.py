"""Scores of tests as people write them: one number, or one for each skill. Comparing them belongs to the levels."""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import lru_cache

from knowledge.credentials import Kind, LevelName
from knowledge.folding import fold, fold_words

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d{1,2}(?!\d))")
_LETTERS_THEN_DIGITS = re.compile(r"(?<=[a-z])(?=\d)")
_NOT_SCORE = re.compile(r"[^0-9a-z.]+")
_NEGATIVE = re.compile(r"(?:^|\s)-\d")


def read_score(kind: Kind, written: str | None) -> tuple[Decimal] | None:
    """Read the one score that is written, between the lowest and the highest of the kind; None for anything else."""
    text = _DECIMAL_COMMA.sub(".", fold(written or ""))
    parts = None if _NEGATIVE.search(text) else _parts_of(_without_maximum(text, kind), kind)
    if parts is None or len(parts) != 1 or not _are_possible(kind, parts):
        return None
    return (parts[0][1],)


def read_skills(kind: Kind, written: str | None) -> tuple[Decimal, ...] | None:
    """Read one score for each skill, in the order of the scale; None unless all are labelled, or none is."""
    skills = kind.scale.levels
    labels = {word: place for place, skill in enumerate(skills) for word in _labels(skill)}
    parts = _parts_of(fold(written or ""), kind, frozenset(labels))
    if parts is None or len(parts) != len(skills) or not _are_possible(kind, parts):
        return None
    if all(label is None for label, _ in parts):
        return tuple(score for _, score in parts)
    by_skill = {labels[label]: score for label, score in parts if label is not None}
    if len(by_skill) < len(skills):
        return None
    return tuple(by_skill[place] for place in range(len(skills)))


def words_of(names: Iterable[str]) -> frozenset[str]:
    """Collect the folded words of names; words beside a level are read over only if they stand among these."""
    return frozenset(word for name in names for word in fold_words(name).split())


def _parts_of(text: str, kind: Kind, labels: frozenset[str] = frozenset()) -> list[tuple[str | None, Decimal]] | None:
    """Scores with the label before each; None where a word stands there that belongs to no name of the kind."""
    spelled = _NOT_SCORE.sub(" ", text)
    spelled = _without_names(_LETTERS_THEN_DIGITS.sub(" ", spelled) if labels else spelled, kind)
    parts: list[tuple[str | None, Decimal]] = []
    label: str | None = None
    for token in spelled.split():
        part = token.strip(".")
        if _NUMBER.fullmatch(part):
            parts.append((label, Decimal(part)))
            label = None
        elif part in labels:
            label = part
        elif part and part not in _own_words(kind):
            return None
    return parts


@lru_cache(maxsize=256)
def _own_words(kind: Kind) -> frozenset[str]:
    return words_of((kind.code, kind.name, *kind.aliases))


def _without_names(text: str, kind: Kind) -> str:
    """Leave out the names of the kind that hold digits of their own ("4 kỹ năng"), which are not scores."""
    padded = f" {text} "
    for name in _names_with_digits(kind):
        padded = padded.replace(f" {name} ", " ")
    return padded


@lru_cache(maxsize=256)
def _names_with_digits(kind: Kind) -> tuple[str, ...]:
    names = {fold_words(name) for name in (kind.name, *kind.aliases)}
    spelled = names | {_LETTERS_THEN_DIGITS.sub(" ", name) for name in names}
    return tuple(sorted((name for name in spelled if re.search(r"\d", name)), key=lambda name: (-len(name), name)))


def _without_maximum(text: str, kind: Kind) -> str:
    """Drop the maximum from "5.5/9", which is the same score as "5.5"."""
    score, slash, maximum = text.rpartition("/")
    if slash and _NUMBER.fullmatch(maximum.strip()) and kind.scale.highest is not None:
        return score if Decimal(maximum.strip()) == Decimal(str(kind.scale.highest)) else text
    return text


def _labels(skill: LevelName) -> Iterator[str]:
    yield from (fold_words(name) for name in (skill.code, skill.name, *skill.aliases))


def _are_possible(kind: Kind, parts: Iterable[tuple[str | None, Decimal]]) -> bool:
    lowest, highest = kind.scale.lowest, kind.scale.highest
    return all(
        (lowest is None or score >= Decimal(str(lowest))) and (highest is None or score <= Decimal(str(highest)))
        for _, score in parts
    )
