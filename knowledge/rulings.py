"""Rulings of HR as documents of the library: each one is its own text, so that whatever rests on it can cite it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

import yaml
from pydantic import ConfigDict, TypeAdapter, with_config

from knowledge.day_arithmetic import add_days
from knowledge.documents import Confidence, Document, Point
from knowledge.facts import DocumentId, Ruling, TerritoryCode
from knowledge.library import Library

_WORDS = Path(__file__).parent / "law" / "ruling_words.yaml"
_ONLY_POINT = "1"


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True)
class _Words:
    """How a ruling reads; every field is a sentence with names to fill in."""

    kind: str
    source: str
    point: str
    counts: str
    counts_not: str
    level_exactly: str
    level_from: str
    level_to: str
    level_between: str
    issued_from: str
    issued_to: str
    issued_between: str
    months: str
    because: str
    on_basis: str
    on_point: str


def with_rulings(library: Library, rulings: Iterable[Ruling], home: TerritoryCode) -> Library:
    """The library with each ruling as a document that binds the province of the installation.

    Documents that rulings rest on and that it does not know are registered as declared by HR.
    """
    given = tuple(rulings)
    if not given:
        return library
    library = library.with_declared(dict.fromkeys(one.document for one in given if one.document is not None), home)
    added = {DocumentId(one.id): document_of(one, library, home) for one in given}
    return replace(library, documents={**library.documents, **added})


def document_of(ruling: Ruling, library: Library, home: TerritoryCode) -> Document:
    """The ruling as a document: in force from its first day to its last, or to the day before it was withdrawn."""
    words = _words()
    province = library.territories[home].province
    title = _describe(ruling, library, words)
    grounds = _ground(ruling, words)
    return Document(
        id=DocumentId(ruling.id),
        kind=words.kind,
        issuer=ruling.given_by.unit_name,
        title=title,
        about=title,
        territories=frozenset(code for code, one in library.territories.items() if one.province == province),
        confidence=Confidence.RULING,
        source=words.source,
        signer=ruling.given_by.name,
        dated=ruling.given_on,
        in_force_from=ruling.valid_from,
        in_force_to=last_day_of(ruling),
        text_held=True,
        points=(Point(_ONLY_POINT, words.point, ". ".join([title, *grounds]) + "."),),
        mentions=(ruling.document,) if ruling.document is not None else (),
    )


def last_day_of(ruling: Ruling) -> date | None:
    """The last day on which the ruling applies; None = no end."""
    if ruling.withdrawn_on is None:
        return ruling.valid_to
    before = add_days(ruling.withdrawn_on, -1)
    return before if ruling.valid_to is None else min(before, ruling.valid_to)


def _describe(ruling: Ruling, library: Library, words: _Words) -> str:
    criterion = library.criteria[ruling.criterion]
    parts = [_levels(ruling, library, words)]
    first, last = _day(ruling.issued_from), _day(ruling.issued_to)
    if first and last:
        parts.append(words.issued_between.format(first=first, last=last))
    elif first:
        parts.append(words.issued_from.format(first=first))
    elif last:
        parts.append(words.issued_to.format(last=last))
    certificate, about = ", ".join(parts), criterion.name.lower()
    if ruling.counts_as is None:
        return words.counts_not.format(certificate=certificate, criterion=about)
    level = criterion.level_name(ruling.counts_as)
    said = [words.counts.format(certificate=certificate, criterion=about, level=level)]
    if ruling.months_valid is not None:
        said.append(words.months.format(months=ruling.months_valid))
    return ", ".join(said)


def _levels(ruling: Ruling, library: Library, words: _Words) -> str:
    kind = library.kinds[ruling.kind]
    low, high = (_level_name(ruling, one, library) for one in (ruling.level_from, ruling.level_to))
    if low and high:
        template = words.level_exactly if low == high else words.level_between
    elif low:
        template = words.level_from
    elif high:
        template = words.level_to
    else:
        return kind.name
    return template.format(kind=kind.name, low=low, high=high)


def _level_name(ruling: Ruling, level: str | None, library: Library) -> str:
    if level is None:
        return ""
    kind, criterion = library.kinds[ruling.kind], library.criteria[ruling.criterion]
    code = criterion.find_level(level) if kind.is_direct else None
    if code is not None:
        return criterion.level_name(code)
    return next((one.name for one in kind.scale.levels if one.code == level), level)


def _ground(ruling: Ruling, words: _Words) -> list[str]:
    said: list[str] = []
    if ruling.document is not None:
        template = words.on_basis if ruling.point is None else words.on_point
        said.append(template.format(document=ruling.document, point=ruling.point))
    if ruling.reason:
        said.append(words.because.format(reason=ruling.reason.strip().rstrip(".")))
    return said


def _day(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day is not None else ""


@cache
def _words() -> _Words:
    with _WORDS.open(encoding="utf-8") as file:
        return TypeAdapter(_Words).validate_python(yaml.load(file, Loader=yaml.CSafeLoader))
