"""Certificates that are handed in, as people speak of them: number, issuer, day of issue; what became of earlier ones.

The phrases are data. Kind and level are read with everything else that a question names.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

from knowledge.folding import fold
from knowledge.understanding.cues import QUESTIONS
from knowledge.understanding.phrase_table import PhraseTable
from knowledge.understanding.text import read_text

_DAY = re.compile(r"(?<![\d/.-])(?P<d>\d{1,2}) ?[/. -] ?(?P<m>\d{1,2}) ?[/. -] ?(?P<y>\d{4}|\d{2})(?![\d/]|[.-]\d)")
_ISO = re.compile(r"(?<![\d-])(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?![\d-])")
_NUMBER = re.compile(r"[:.\s]*(?P<number>[A-ZĐa-zđ]{0,12}[\s./-]?\d[\w./-]*)")
_NUMBER_ALONE = re.compile(r"[\w./ -]{1,40}")
_SHORT_YEAR = 100
_LONGEST_ISSUER = 200
_MOST_WORDS = 4  # of a number that is typed alone


class EvidenceWish(StrEnum):
    """What is wanted, besides handing something in."""

    FOLLOW = "follow"  # what became of what was handed in
    EXPLAIN = "explain"  # how it is done


class _Words(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    follow: tuple[str, ...]
    explain: tuple[str, ...]
    none: tuple[str, ...]
    days_ago: Mapping[str, int]
    unknown: tuple[str, ...]
    identity_papers: tuple[str, ...]
    two_people: tuple[str, ...]
    number: tuple[str, ...]
    issuer: tuple[str, ...]
    issuer_ends: tuple[str, ...]
    issued: tuple[str, ...]
    other_day: tuple[str, ...]
    change: Mapping[str, tuple[str, ...]]
    day: str
    month: str
    year: str


def read_evidence_wish(said: str) -> EvidenceWish | None:
    """What is wanted besides handing something in; None where that is all."""
    text = read_text(said)
    if text is None:
        return None
    tables = _tables()
    if tables.explain.find(text) or "?" in text.typed:
        return EvidenceWish.FOLLOW if _is_of_before(said) else EvidenceWish.EXPLAIN
    return EvidenceWish.FOLLOW if tables.follow.find(text) else None


def speaks_of_two_people(said: str) -> bool:
    """Whether these words of HR are about kinds that two people check."""
    text = read_text(said)
    return text is not None and bool(_tables().two_people.find(text))


def says_none(said: str) -> bool:
    """Whether these words, alone, say that there is nothing, or nothing more."""
    return _alone(said) in _tables().none


def says_unknown(said: str) -> bool:
    """Whether these words, alone, say that somebody cannot tell."""
    return _alone(said) in _tables().unknown


def speaks_of_identity_papers(said: str) -> bool:
    """Whether a paper is named that says who somebody is, such as an identity card."""
    text = read_text(said)
    return text is not None and bool(_tables().identity_papers.find(text))


def stands_behind_number_word(said: str, start: int) -> bool:
    """Whether what begins there is the number of a certificate: "số hiệu TC-55" names no person."""
    text = read_text(said[:start])
    found = _tables().number.find(text) if text is not None else ()
    return any(not said[one.end : start].strip(" .:") and " " in said[one.start : one.end] for one in found)


def read_issue_day(said: str, today: date) -> date | None:
    """The day of issue that is written, with its year; None for none, one that is still to come, and several.

    Of several it is the one that is named so ("thi 1/1/2024, cấp 20/1/2024"), and never one that is named otherwise.
    """
    if (ago := _tables().days_ago.get(_alone(said))) is not None:
        return today - timedelta(days=ago)
    text = read_text(said)
    if text is None:
        return None
    named = _tables().of_days.find(text)
    days: dict[bool, set[date]] = {True: set(), False: set()}  # those named as the day of issue, and unnamed ones
    behind = 0
    for start, end, day in _list_days(text.folded, today):
        names = [one.value for one in named if behind <= one.start < start]
        is_issue = names[-1] if names else None
        behind = end
        if is_issue is not False and day <= today:
            days[is_issue is True].add(day)
    meant = days[True] or days[False]
    return meant.pop() if len(meant) == 1 else None


def read_past_day(said: str, today: date) -> date | None:
    """The first whole day that is written, whatever it is called; None for none and for one that is still to come."""
    if (ago := _tables().days_ago.get(_alone(said))) is not None:
        return today - timedelta(days=ago)
    days = _list_days(fold(said), today)
    return days[0][2] if days and days[0][2] <= today else None


def read_credential_number(said: str) -> str | None:
    """The number behind its word ("số hiệu A-12345"); None where none is named."""
    text = read_text(said)
    found = _tables().number.find(text) if text is not None else ()
    for one in found:
        match = _NUMBER.match(text.typed, one.end) if text is not None else None
        if match is not None and not _is_day(match["number"]):
            return match["number"].rstrip(".,-/").strip()
    return None


def read_number_alone(said: str) -> str | None:
    """The number of a certificate as the whole answer, with or without its word; None for what cannot be one."""
    named = read_credential_number(said)
    if named is not None:
        return named
    plain = " ".join(said.split())
    is_one = any(letter.isdigit() for letter in plain) and len(plain.split()) <= _MOST_WORDS and not _is_day(plain)
    return plain if is_one and _NUMBER_ALONE.fullmatch(plain) else None


def read_issuer(said: str) -> str | None:
    """Who issued it, as typed ("do Trung tâm A cấp"); None where nobody is named."""
    text = read_text(said)
    leads = _tables().issuer.find(text) if text is not None else ()
    if text is None or not leads:
        return None
    starts = leads[0].end
    ends = [one.start for one in _tables().issuer_ends.find(text) if one.start > starts]
    commas = [at for at in (text.typed.find(mark, starts) for mark in ",;") if at >= 0]
    named = text.typed[starts : min([*ends, *commas], default=len(text.typed))].strip(" .,;:-")
    is_one = 1 < len(named) <= _LONGEST_ISSUER and any(letter.isalpha() for letter in named)
    return " ".join(named.split()) if is_one else None


def read_change(said: str) -> str | None:
    """Which part of the summary is to be changed: kind, level, issued, number, issuer or files; None for none."""
    text = read_text(said)
    found = _tables().change.find(text) if text is not None else ()
    return found[0].value if found else None


def _list_days(folded: str, today: date) -> list[tuple[int, int, date]]:
    """Every whole day that is written and where it stands, in order."""
    found: dict[int, tuple[int, date]] = {}
    for pattern in (_ISO, _day_in_words(), _DAY):
        for match in pattern.finditer(folded):
            start, end = match.span()
            year = int(match["y"])
            if year < _SHORT_YEAR:
                year += today.year // _SHORT_YEAR * _SHORT_YEAR
                year -= _SHORT_YEAR if year > today.year else 0
            try:
                day = date(year, int(match["m"]), int(match["d"]))
            except ValueError:
                continue
            if all(end <= at or ends <= start for at, (ends, _day) in found.items()):
                found[start] = end, day
    return [(start, end, day) for start, (end, day) in sorted(found.items())]


def _alone(said: str) -> str:
    return " ".join(fold(said).strip(" .!,").split())


def _is_of_before(said: str) -> bool:
    text = read_text(said)
    return text is not None and bool(_tables().follow.find(text))


def _is_day(written: str) -> bool:
    return _DAY.match(written) is not None


@dataclass(frozen=True, slots=True)
class _Tables:
    follow: PhraseTable[bool]
    explain: PhraseTable[bool]
    none: frozenset[str]
    days_ago: Mapping[str, int]
    unknown: frozenset[str]
    identity_papers: PhraseTable[bool]
    two_people: PhraseTable[bool]
    number: PhraseTable[bool]
    issuer: PhraseTable[bool]
    issuer_ends: PhraseTable[bool]
    of_days: PhraseTable[bool]  # whether the day behind it is that of issue
    change: PhraseTable[str]


@cache
def _load() -> _Words:
    with (QUESTIONS / "evidence_words.yaml").open(encoding="utf-8") as file:
        return TypeAdapter(_Words).validate_python(yaml.load(file, Loader=yaml.CSafeLoader))


@cache
def _day_in_words() -> "re.Pattern[str]":
    words = _load()
    day, month, year = fold(words.day), fold(words.month), fold(words.year)
    return re.compile(rf"(?:{day} )?(?P<d>\d{{1,2}}) {month} (?P<m>\d{{1,2}}),? (?:{year} )?(?P<y>\d{{4}})(?!\d)")


@cache
def _tables() -> _Tables:
    words = _load()
    return _Tables(
        follow=PhraseTable((one, True) for one in words.follow),
        explain=PhraseTable((one, True) for one in words.explain),
        none=frozenset(fold(one) for one in words.none),
        days_ago={fold(said): ago for said, ago in words.days_ago.items()},
        unknown=frozenset(fold(one) for one in words.unknown),
        identity_papers=PhraseTable((one, True) for one in words.identity_papers),
        two_people=PhraseTable((one, True) for one in words.two_people),
        number=PhraseTable((one, True) for one in words.number),
        issuer=PhraseTable((one, True) for one in words.issuer),
        issuer_ends=PhraseTable((one, True) for one in words.issuer_ends),
        of_days=PhraseTable([*((one, True) for one in words.issued), *((one, False) for one in words.other_day)]),
        change=PhraseTable((phrase, part) for part, phrases in words.change.items() for phrase in phrases),
    )
