"""Several certificates in one question: which day of issue is whose, and which of them are named by subject alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import yaml
from pydantic import ConfigDict, TypeAdapter, with_config

from knowledge.facts import CriterionCode
from knowledge.understanding.cues import QUESTIONS, Words
from knowledge.understanding.entities.dates import FoundDate, Role
from knowledge.understanding.meaning import UNSAID, Issue
from knowledge.understanding.phrase_table import Match, PhraseTable
from knowledge.understanding.text import Text, read_text

Span = tuple[int, int]
_REACH = 2  # words from a joiner to the certificate behind it, or from a certificate to its day


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True, kw_only=True)
class European:
    """The kind that levels such as B1 are first looked for in, words that leave others open, and words that do not."""

    kind: str
    loose: Words
    sure: Words
    other_languages: Words


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True, kw_only=True)
class SeveralWords:
    """The words of the file."""

    european: European
    joiners: Words


@cache
def load_words() -> SeveralWords:
    """The words by which several certificates are told apart."""
    with (QUESTIONS / "several_certificates.yaml").open(encoding="utf-8") as file:
        return TypeAdapter(SeveralWords).validate_python(yaml.load(file, Loader=yaml.CSafeLoader))


def is_loosely_named(raw: str, level: str) -> bool:
    """Whether a message names a level with words that several kinds share ("B1 châu Âu"), and none that decide."""
    text = read_text(raw)
    if text is None or level.lower() not in text.folded_words:
        return False
    return bool(_loose().find(text)) and not _sure().find(text)


@cache
def _loose() -> PhraseTable[bool]:
    return PhraseTable((word, True) for word in load_words().european.loose)


@cache
def _sure() -> PhraseTable[bool]:
    return PhraseTable((word, True) for word in load_words().european.sure)


def issue_of(found: FoundDate) -> Issue:
    """A date of issue as said."""
    exact = found.exact
    return Issue(on=exact) if exact is not None else Issue(year=found.year, month=found.month)


def share_issues(things: Sequence[Span], dates: Sequence[FoundDate]) -> dict[Span, Issue]:
    """The time of issue of each certificate; empty where all have the same or fewer than two are named.

    A single date before or after all of them is that of all; else each has the one that follows it before the next,
    or, where every one has its date before it, that one.
    """
    places, issued = _places(things), [one for one in dates if one.role is Role.ISSUE]
    if len(places) <= 1 or not issued:
        return {}
    starts = [place[0] for place in places]
    if len(issued) == 1 and (issued[0].start < starts[0] or issued[0].start > starts[-1]):
        return {}
    leads = len(issued) == len(places) and all(one.start < start for one, start in zip(issued, starts, strict=True))
    ends = [*starts[1:], max(one.end for one in issued) + places[-1][1]]
    shared: dict[Span, Issue] = {}
    for at, (place, end) in enumerate(zip(places, ends, strict=True)):
        own = [issued[at]] if leads else [one for one in issued if place[0] <= one.start < end]
        issue = issue_of(own[0]) if own else UNSAID
        shared |= {thing: issue for thing in things if place[0] <= thing[0] < place[1]}
    return shared if len(set(shared.values())) > 1 else {}


def _places(things: Sequence[Span]) -> list[Span]:
    """Where certificates stand; a letter that may be of several kinds stands in one place."""
    places: list[Span] = []
    for start, end in sorted(things):
        if places and start < places[-1][1]:
            places[-1] = places[-1][0], max(end, places[-1][1])
        else:
            places.append((start, end))
    return places


def papers_of_subjects(
    text: Text,
    subjects: Sequence[Match[CriterionCode]],
    papers: Sequence[Match[str]],
    kinds: Sequence[Span],
    joiners: Sequence[Match[str]],
    dates: Sequence[FoundDate],
) -> list[tuple[CriterionCode, Span]]:
    """Certificates named by their subject alone beside a kind: joined to it, or with a time of issue of their own.

    "IELTS thay chứng chỉ tin học được không" names none: there the subject is what the test is to count for.
    """
    found: list[tuple[CriterionCode, Span]] = []
    issued = [one for one in dates if one.role is Role.ISSUE]
    for subject in subjects:
        paper = next((one for one in papers if subject.first in {one.first, one.last}), None)
        if paper is None or any(start < subject.end and paper.start < end for start, end in kinds):
            continue
        is_joined = any(one.last == paper.first for one in joiners) or any(
            one.first == subject.last and _is_near(text, one.end, kinds) for one in joiners
        )
        own = [one for one in issued if subject.end <= one.start and _words(text, subject.end, one.start) <= _REACH]
        is_dated = bool(own) and (len(issued) > 1 or any(start > own[0].start for start, _ in kinds))
        if is_joined or is_dated:
            found.append((subject.value, (paper.start, subject.end)))
    return found


def _is_near(text: Text, end: int, kinds: Sequence[Span]) -> bool:
    return any(end <= start and _words(text, end, start) <= _REACH for start, _ in kinds)


def _words(text: Text, start: int, end: int) -> int:
    return sum(start <= word.start < end for word in text.words)
