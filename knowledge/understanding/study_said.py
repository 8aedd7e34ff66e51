"""Study cases as people speak of them: what is wanted, which course, from when to when. The phrases are data."""

import calendar
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

from knowledge.folding import fold
from knowledge.understanding.cues import QUESTIONS
from knowledge.understanding.phrase_table import PhraseTable
from knowledge.understanding.text import Text, is_marked, read_text

_DAY = re.compile(r"(?<![\d/.-])(?P<d>\d{1,2})[/.-](?P<m>\d{1,2})(?:[/.-](?P<y>\d{4}))?(?![\d/]|[.-]\d)")
_ISO = re.compile(r"(?<![\d-])(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})(?![\d-])")
_MONTH_OF = re.compile(r"(?<![\d/.-])(?P<m>\d{1,2})[/-](?P<y>\d{4})(?![\d/-])")
_QUARTERS: Mapping[str, int] = {"1": 1, "2": 2, "3": 3, "4": 4, "i": 1, "ii": 2, "iii": 3, "iv": 4}
_MONTHS_IN_QUARTER = 3
_YEAR_WRITTEN = re.compile(r"\d{4}")
_MOST_WORDS = 14  # of the name of a course


_ReadDays = Callable[["re.Match[str]", date], tuple[date, date] | None]


class StudyWish(StrEnum):
    """What is wanted of a study case, besides asking for one."""

    FOLLOW = "follow"
    WITHDRAW = "withdraw"
    DONE = "done"  # they have been to it
    EXPLAIN = "explain"


_BY_WEIGHT = (StudyWish.WITHDRAW, StudyWish.FOLLOW, StudyWish.DONE, StudyWish.EXPLAIN)


@dataclass(frozen=True, slots=True)
class Period:
    """From the first to the last day of a course."""

    from_on: date
    to_on: date


@dataclass(frozen=True, slots=True)
class _Part:
    """A day, month, quarter or year in the words, with the days that it may mean."""

    start: int
    end: int
    first: date
    last: date


class _Words(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    follow: tuple[str, ...]
    done: tuple[str, ...]
    wanting: tuple[str, ...]
    withdraw: tuple[str, ...]
    explain: tuple[str, ...]
    offer: tuple[str, ...]
    listing: tuple[str, ...]
    self: tuple[str, ...]
    asking: tuple[str, ...]
    course: tuple[str, ...]
    course_ends: tuple[str, ...]
    no_course: tuple[str, ...]
    month: str
    quarter: str
    year: str


def read_study_wish(said: str) -> StudyWish | None:
    """What an official wants of their study cases; None where they simply ask to be sent."""
    text = read_text(said)
    if text is None:
        return None
    found = {one.value for one in _tables().wishes.find(text)}
    if _tables().wanting.find(text):
        found.discard(StudyWish.DONE)  # what is done leads up to what is wanted next
    return next((one for one in _BY_WEIGHT if one in found), None)


def offers_study(said: str) -> bool:
    """Whether somebody else is to be sent ("cử … đi học"), and not the speaker."""
    text = read_text(said)
    if text is None:
        return False
    found = {one.value for one in _tables().offers.find(text)}
    return found == {True}


def asks_for_list(said: str) -> bool:
    """Whether a head or HR wants to see what is on record rather than to send somebody."""
    text = read_text(said)
    return text is not None and bool(_tables().listing.find(text))


def asks_something(said: str) -> bool:
    """Whether these words are a question rather than an answer, as far as their form tells."""
    text = read_text(said)
    return text is not None and ("?" in text.typed or bool(_tables().asking.find(text)))


def asks_for_self(said: str) -> bool:
    """Whether the speaker asks to be sent themself ("cử tôi đi học")."""
    text = read_text(said)
    return text is not None and False in {one.value for one in _tables().offers.find(text)}


def read_course(said: str) -> str:
    """The course that is named, as it was typed; "" for none, or where nobody would print it as it was typed."""
    text = read_text(said)
    if text is None or not is_marked(text):
        return ""
    leads = _tables().leads.find(text)
    if not leads:
        return ""
    starts = leads[0].end
    stops = [one.start for one in _tables().ends.find(text) if one.start >= starts]
    stops += [one.start for one in _parts(text, date.min) if one.start >= starts]
    named = text.typed[starts : min(stops, default=len(text.typed))].strip(" .,;:!?()[]\"'“”-–")
    words = fold(named).split()
    if not words or len(words) > _MOST_WORDS or all(word in _tables().no_course for word in words):
        return ""
    return " ".join(named.split())


def read_period(said: str, today: date) -> Period | None:
    """The days of a course: two days, a month, months, a quarter or a year; the next one where no year is written.

    A single day is a course of one day. None where nothing can be read, or where the end lies before the beginning.
    """
    text = read_text(said)
    parts = _parts(text, today) if text is not None else []
    if not parts:
        return None
    first, last = parts[0], parts[-1]
    ends_on = last.last
    if ends_on < first.first and not _YEAR_WRITTEN.search(fold(said)[last.start : last.end]):
        ends_on = _a_year_later(ends_on)  # from November to February
    return Period(first.first, ends_on) if first.first <= ends_on else None


def _parts(text: Text, today: date) -> list[_Part]:
    """Days, months, quarters and years in order, none within another."""
    found: list[_Part] = []
    for pattern, read in _patterns():
        for match in pattern.finditer(text.folded):
            if any(match.start() < one.end and one.start < match.end() for one in found):
                continue
            days = read(match, today)
            if days is not None:
                found.append(_Part(match.start(), match.end(), *days))
    found.sort(key=lambda one: one.start)
    return _with_years(found, text)


def _with_years(found: list[_Part], text: Text) -> list[_Part]:
    """A year that is written once stands for whatever comes before it without one ("từ 1/3 đến 30/6/2027")."""
    years = [part for part in found if _YEAR_WRITTEN.search(text.folded[part.start : part.end])]
    if not years or len(found) < 2:  # noqa: PLR2004 (a beginning and an end)
        return found
    year = years[-1].last.year
    bare = _tables().year_alone
    kept: list[_Part] = []
    for part in found:
        written = text.folded[part.start : part.end]
        if bare.fullmatch(written):
            continue  # the year of what stands before it
        if not _YEAR_WRITTEN.search(written):
            moved = _in_year(part, year)
            kept.append(moved if moved is not None else part)
        else:
            kept.append(part)
    return kept or found


def _in_year(part: _Part, year: int) -> _Part | None:
    try:
        last = part.last.replace(year=year)
        return _Part(part.start, part.end, part.first.replace(year=year), last)
    except ValueError:  # 29 February
        return None


def _a_year_later(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)


def _month(year: int | None, month: int, today: date, months: int = 1) -> tuple[date, date] | None:
    """The first and last day of so many months; of the next time they come where no year is named."""
    if not 1 <= month <= 12:  # noqa: PLR2004
        return None
    last_month = month + months - 1
    if year is None:
        year = today.year if last_month >= today.month else today.year + 1
    return date(year, month, 1), date(year, last_month, calendar.monthrange(year, last_month)[1])


def _day(match: "re.Match[str]", today: date) -> tuple[date, date] | None:
    parts = match.groupdict()
    try:
        if parts["y"]:
            day = date(int(parts["y"]), int(parts["m"]), int(parts["d"]))
            return day, day
        day = date(today.year, int(parts["m"]), int(parts["d"]))
        day = day if day >= today else day.replace(year=day.year + 1)
    except ValueError:
        return None
    return day, day


def _named_month(match: "re.Match[str]", today: date) -> tuple[date, date] | None:
    year = match.groupdict().get("y")
    return _month(int(year) if year else None, int(match["m"]), today)


def _named_quarter(match: "re.Match[str]", today: date) -> tuple[date, date] | None:
    year = match.groupdict().get("y")
    first = (_QUARTERS[match["q"]] - 1) * _MONTHS_IN_QUARTER + 1
    return _month(int(year) if year else None, first, today, _MONTHS_IN_QUARTER)


def _named_year(match: "re.Match[str]", _today: date) -> tuple[date, date]:
    year = int(match["y"])
    return date(year, 1, 1), date(year, 12, 31)


@cache
def _patterns() -> tuple[tuple["re.Pattern[str]", _ReadDays], ...]:
    words = _load()
    month, quarter, year = fold(words.month), fold(words.quarter), fold(words.year)
    tail = rf"(?:(?: ?[/-] ?| {year} | )(?P<y>20\d\d))?(?![\d/])"
    return (
        (_ISO, _day),
        (re.compile(rf"(?<!\w)(?P<d>\d{{1,2}}) {month} (?P<m>\d{{1,2}})(?: {year} (?P<y>\d{{4}}))?(?!\d)"), _day),
        (re.compile(rf"\b{quarter} (?P<q>iv|iii|ii|i|[1-4])\b{tail}"), _named_quarter),
        (re.compile(rf"\b{month} (?P<m>\d{{1,2}}){tail}"), _named_month),
        (_MONTH_OF, _named_month),
        (_DAY, _day),
        (re.compile(rf"\b{year} (?P<y>20\d\d)(?!\d)"), _named_year),
    )


@dataclass(frozen=True, slots=True)
class _Tables:
    wishes: PhraseTable[StudyWish]
    offers: PhraseTable[bool]
    wanting: PhraseTable[str]
    listing: PhraseTable[str]
    asking: PhraseTable[str]
    leads: PhraseTable[str]
    ends: PhraseTable[str]
    no_course: frozenset[str]
    year_alone: "re.Pattern[str]"


@cache
def _load() -> _Words:
    with (QUESTIONS / "study_words.yaml").open(encoding="utf-8") as file:
        return TypeAdapter(_Words).validate_python(yaml.load(file, Loader=yaml.CSafeLoader))


@cache
def _tables() -> _Tables:
    words = _load()
    return _Tables(
        wishes=PhraseTable(
            [(one, StudyWish.WITHDRAW) for one in words.withdraw]
            + [(one, StudyWish.FOLLOW) for one in words.follow]
            + [(one, StudyWish.DONE) for one in words.done]
            + [(one, StudyWish.EXPLAIN) for one in words.explain]
        ),
        offers=PhraseTable([(one, True) for one in words.offer] + [(one, False) for one in words.self]),
        wanting=PhraseTable((one, one) for one in words.wanting),
        listing=PhraseTable((one, one) for one in words.listing),
        asking=PhraseTable((one, one) for one in words.asking),
        leads=PhraseTable((one, one) for one in words.course),
        ends=PhraseTable((one, one) for one in words.course_ends),
        no_course=frozenset(word for one in words.no_course for word in fold(one).split()),
        year_alone=re.compile(rf"{fold(words.year)} \d{{4}}"),
    )
