"""The office that issues a document, as it is usually written, from the capitals of the head or from the text."""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from knowledge.reading.alike import fold_in_place
from knowledge.reading.draft import Doubt, Found
from knowledge.reading.words import load_words, one_of

_OPENING = 20_000  # letters in which an office that speaks names itself
_DEPUTY = "pho"


def find_issuer(text: str, offices: Sequence[Found[str]], attached: Found[str], signs_for: Found[str]) -> Found[str]:
    """The last office of the head with its place; else the one that an annex or the opening sentence names."""
    if offices:
        last = offices[-1]
        name = _with_place(properly(last.value or ""), [properly(one.value or "") for one in offices[:-1]])
        return _checked(replace(last, value=_with_board(name, signs_for.value)), None)
    if attached.value:
        return _checked(replace(attached, value=properly(attached.value)), Doubt.FROM_ANNEX)
    named = _opening_office().search(fold_in_place(text[:_OPENING]))
    while named is not None:
        if text[named.start("office")].isupper():
            value = " ".join(text[named.start("office") : named.end("office")].split())
            return _checked(Found(value, named.start("office"), named.end("office")), Doubt.FROM_BODY)
        named = _opening_office().search(fold_in_place(text[:_OPENING]), named.end("office"))
    return Found(None, doubt=Doubt.NOT_FOUND)


def properly(capitals: str) -> str:
    """A name in capitals as it is written in a sentence; names that are not in capitals stay as they are."""
    words = " ".join(capitals.split())
    if not words.isupper():
        return words
    said = fold_in_place(words)
    written: list[str] = []
    at = 0
    while at < len(words):
        known = _names().match(said, at)
        if known and (known.end() == len(said) or not said[known.end()].isalnum()):
            written.append(_spelling()[" ".join(known[0].split())])
            at = known.end()
        else:
            end = said.find(" ", at) if " " in said[at:] else len(words)
            word = words[at:end]
            is_place = fold_in_place(word) in _small_words() and written
            written.append(word.lower() if is_place else word.capitalize())
            at = end
        while at < len(words) and words[at] == " ":
            at += 1
    name = " ".join(written)
    return name[:1].upper() + name[1:]


def title_properly(capitals: str) -> str:
    """The office of a person in a sentence: "Phó Chủ tịch", "Trưởng ban"."""
    words = " ".join(capitals.split())
    if not words.isupper():
        return words
    parts = words.lower().split()
    for at, part in enumerate(parts):
        if at == 0 or fold_in_place(parts[at - 1]) == _DEPUTY:
            parts[at] = part.capitalize()
    return " ".join(parts)


def _with_board(name: str, signs_for: str | None) -> str:
    """The board that a Party committee's letter is signed for issues it: not the committee as a whole."""
    board = properly(signs_for) if signs_for else ""
    is_board = fold_in_place(board) in {fold_in_place(one) for one in load_words()["boards"]}
    return f"{board} {name}" if is_board and fold_in_place(board) not in fold_in_place(name) else name


def _with_place(name: str, above: Sequence[str]) -> str:
    """The name with the place of the office above it, where it bears none itself."""
    if not above or _has_place(name):
        return name
    higher = above[-1]
    committee = _committee().search(fold_in_place(higher))
    if committee:
        return f"{name} {_as_committee(higher)}"
    place = _place().search(fold_in_place(higher))
    return f"{name} {higher[place.start() :]}" if place else name


def _as_committee(higher: str) -> str:
    """The Party committee of a place: a Party organisation of a province is led by the province's committee."""
    said = fold_in_place(higher)
    for organisation, committee in load_words().tables["committees"].items():
        form = fold_in_place(str(organisation))
        if said.startswith(form):
            return f"{committee}{higher[len(form) :]}"
    return higher


def _checked(found: Found[str], doubt: Doubt | None) -> Found[str]:
    name = found.value or ""
    if doubt is not Doubt.FROM_ANNEX and _is_local(name) and not _has_place(name):
        return replace(found, doubt=Doubt.NO_PLACE)
    return replace(found, doubt=doubt)


def _has_place(name: str) -> bool:
    """Whether a proper name is left when all names of offices are taken away."""
    said = fold_in_place(name)
    kept = _names().sub(lambda known: " " * len(known[0]), said)
    kept = re.sub(rf"\b{load_words().one_of('places')}\b|\bva\b", " ", kept)
    return bool(kept.strip(" -,."))


def _is_local(name: str) -> bool:
    return re.search(rf"\b{load_words().one_of('local_bodies')}\b", fold_in_place(name)) is not None


@lru_cache(maxsize=1)
def _names() -> re.Pattern[str]:
    return re.compile(one_of(load_words()["names"]))


@lru_cache(maxsize=1)
def _spelling() -> dict[str, str]:
    return {fold_in_place(name): name for name in load_words()["names"]}


@lru_cache(maxsize=1)
def _small_words() -> frozenset[str]:
    return frozenset(word for place in load_words()["places"] for word in fold_in_place(place).split()) | {"va"}


@lru_cache(maxsize=1)
def _place() -> re.Pattern[str]:
    return re.compile(rf"\b{load_words().one_of('places')}\s")


@lru_cache(maxsize=1)
def _committee() -> re.Pattern[str]:
    return re.compile(rf"^{load_words().one_of('party_bodies')}\b")


@lru_cache(maxsize=1)
def _opening_office() -> re.Pattern[str]:
    words = load_words()
    verbs = words.one_of("issuing_verbs")
    return re.compile(rf"\b(?P<office>{one_of(words['names'])}(?:\s[^\s.,;:()]{{1,20}}){{0,5}}?)\s{{1,4}}{verbs}\b")
