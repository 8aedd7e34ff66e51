"""Rulings as HR says them: which certificate, level range, issue window, what it counts as, basis, validity.

What is read are words for the cells of a row, by the names of the workbook's columns; whether they are right is checked
elsewhere, by the rules of the workbook.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from typing import TypeVar

import yaml
from pydantic import TypeAdapter

from knowledge.credentials import Criterion, Kind, LevelName, ScaleType
from knowledge.facts import LevelCode, RulingId
from knowledge.library import Library
from knowledge.understanding.cues import QUESTIONS
from knowledge.understanding.meaning import KindMention
from knowledge.understanding.phrase_table import PhraseTable
from knowledge.understanding.text import Text, make_text, read_text

V = TypeVar("V")

_DAY = re.compile(r"(?<![\d/.-])(?:\d{1,2}[/.-]\d{1,2}[/.-]\d{4}|\d{4}-\d{1,2}-\d{1,2})(?![\d/.-]*\d)")
_YEAR = re.compile(r"(?<![\w/.-])((?:19|20)\d{2})(?![\d/-]|\.\d)")
_SCORE = re.compile(r"(?<![\w.,/-])\d{1,4}(?:[.,]\d{1,2})?(?![\w/-]|[.,]\d)")
_SKILLS = re.compile(r"\d{1,3}(?:\s?[/\-, ]\s?\d{1,3}){3}")
_OFFICIAL = re.compile(r"[\w.]*\d[\w.]*[/-][\w./-]*\w")
_COUNT = re.compile(r"(?<![\w.,/-])\d{1,4}(?![\w.,/-])")
_POINT = re.compile(r"\s*([\w]+(?:[.][\w]+)*)")
_NUMBERED = re.compile(r"(?i)(?<!\w)yk[\s./-]*(20\d{2})[\s./-]+0*(\d{1,6})(?!\d)")
_MONTHS_OF_A_YEAR = 12
_YEAR_LETTERS = 4
_MOST_WORDS_AROUND_A_NUMBER = 5  # "theo công văn số 1769"; more words are a reason that mentions a number
_A_DAY = timedelta(days=1)


class Wish(StrEnum):
    """What HR wants to do with rulings and tables."""

    RECORD = "record"
    ROW = "row"
    STANDARD = "standard"
    WAITING = "waiting"
    WITHDRAW = "withdraw"


class _Clause(StrEnum):
    ISSUED = "issued"
    COUNTS = "counts"
    COUNTS_NOT = "counts_not"
    LASTS = "lasts"
    GROUND = "ground"
    REASON = "reason"
    IN_FORCE = "in_force"


class _Sign(StrEnum):
    FROM = "from"
    TO = "to"
    BEFORE = "before"
    AFTER = "after"
    AND_ABOVE = "and_above"
    AND_BELOW = "and_below"
    ANY = "any"
    EXCLUDING = "excluding"
    YEARS = "years"
    POINTS = "points"


@dataclass(frozen=True, slots=True)
class Ends:
    """Two ends of a range, as words for the workbook; empty = open."""

    low: str = ""
    high: str = ""


@dataclass(frozen=True, slots=True)
class Ground:
    """What a ruling rests on: the number of a document with its point, or a reason in words; empty = not said."""

    document: str = ""
    point: str = ""
    reason: str = ""


def find_number(said: str) -> RulingId | None:
    """The number of a ruling that is named, however it is typed ("yk 2026 1"); None for none."""
    found = _NUMBERED.search(said)
    return RulingId(f"YK-{found.group(1)}-{int(found.group(2)):04}") if found else None


def find_proposal(said: str) -> str | None:
    """The number that stands in a message about proposals; None for none or several."""
    text = read_text(said)
    found = _COUNT.findall(text.typed) if text is not None else []
    return found[0] if len(found) == 1 else None


def read_wish(said: str) -> Wish | None:
    """What HR wants to do, by the first words that tell; None where nothing does."""
    text = read_text(said)
    found = _tables().wishes.find(text) if text is not None else ()
    return found[0].value if found else None


def read_kind(said: str, library: Library) -> Kind | None:
    """The kind of credential that is named, the longest name winning; None for none."""
    text = read_text(said)
    found = _kinds_of(library).find(text) if text is not None else ()
    return found[0].value if found else None


def read_levels(said: str, kind: Kind, criterion: Criterion) -> Ends | None:
    """A level range of this kind ("từ 4.5 đến 5.0", "B1 trở lên", "mọi mức"); None where none can be read."""
    text = read_text(said)
    return _levels(text, kind, criterion, None) if text is not None else None


def read_days(said: str) -> Ends | None:
    """A window of days ("từ 01/01/2024", "trong năm 2024", "mọi ngày"); None where none can be read."""
    text = read_text(said)
    return _days(text) if text is not None else None


def read_months(said: str) -> str | None:
    """A count of months ("24 tháng", "2 năm"), "" for no end; None where none can be read."""
    text = read_text(said)
    return _months(text) if text is not None else None


def read_level(said: str, criterion: Criterion) -> LevelCode | None:
    """The level of a criterion that is named; None for none."""
    text = read_text(said)
    if text is None:
        return None
    found = _names_of(criterion.levels).find(text)
    return found[0].value if found else criterion.find_level(said)


def read_ground(said: str, library: Library) -> Ground:
    """The document that is named, in the library's spelling where it knows it; else the words as a reason."""
    text = read_text(said)
    return _ground(text, library) if text is not None else Ground()


def read_ruling(said: str, library: Library, known: KindMention | None) -> dict[str, str]:
    """The cells of a ruling told in one sentence, as far as they are understood.

    `known` is the credential that the reader of questions found in it. "" in a cell that is there means: no limit, or
    not recognised.
    """
    text = read_text(said)
    if text is None:
        return {}
    found = _kinds_of(library).find(text)
    kind = library.kinds[known.kind] if known is not None else found[0].value if found else None
    if kind is None or kind.criterion is None:
        return {}
    criterion = library.criteria[kind.criterion]
    # Only this kind's own name goes: "tin học cơ bản" names a kind too, and may be what the certificate counts as.
    head, clauses = _clauses(text.without((one.start, one.end) for one in found if one.value.code == kind.code))
    cells: dict[str, str] = {"loai": str(kind.code), "tieu_chi": str(kind.criterion)}
    levels = _levels(head, kind, criterion, known.level if known is not None else None)
    for clause, content in clauses:
        cells |= _read_clause(clause, content, criterion, library)
    if levels is not None:
        cells |= {"muc_tu": levels.low, "muc_den": levels.high}
    return cells


def _read_clause(clause: _Clause, content: Text, criterion: Criterion, library: Library) -> dict[str, str]:
    match clause:
        case _Clause.COUNTS:
            found = _names_of(criterion.levels).find(content)
            return {"dat_muc": str(found[0].value)} if found else {}
        case _Clause.COUNTS_NOT:
            return {"dat_muc": ""}
        case _Clause.ISSUED:
            return _named(_days(content), "cap_tu_ngay", "cap_den_ngay")
        case _Clause.IN_FORCE:
            return _named(_days(content), "hieu_luc_tu", "hieu_luc_den")
        case _Clause.LASTS:
            months = _months(content)
            return {"thoi_han_thang": months} if months is not None else {}
        case _Clause.GROUND:
            ground = _ground(content, library)
            return {"can_cu": ground.document, "diem": ground.point} if ground.document else {}
        case _Clause.REASON:
            return {"ly_do": content.typed.strip(" :,.;")}


def _named(ends: Ends | None, low: str, high: str) -> dict[str, str]:
    return {} if ends is None else {low: ends.low, high: ends.high}


def _clauses(text: Text) -> tuple[Text, list[tuple[_Clause, Text]]]:
    """What stands before the first clause, and each clause with its words; a reason is the last one."""
    found = list(_tables().clauses.find(text))
    reason = next((at for at, one in enumerate(found) if one.value is _Clause.REASON), None)
    found = found if reason is None else found[: reason + 1]
    ends = [one.start for one in found[1:]] + [len(text.typed)]
    head = make_text(text.typed[: found[0].start] if found else text.typed)
    return head, [(one.value, make_text(text.typed[one.end : end])) for one, end in zip(found, ends, strict=True)]


# --- levels ---


def _levels(text: Text, kind: Kind, criterion: Criterion, known: str | None) -> Ends | None:
    signs = {one.value for one in _tables().signs.find(text)}
    if _Sign.EXCLUDING in signs:  # ranges include their ends; which level lies next to one, only the visitor can say
        return None
    written = _written_levels(text, kind, criterion) or ([known] if known else [])
    if not written:
        return Ends() if _Sign.ANY in signs else None
    if len(written) > 1:
        return Ends(written[0], written[1])
    if signs & {_Sign.AND_ABOVE, _Sign.FROM}:
        return Ends(low=written[0])
    if signs & {_Sign.AND_BELOW, _Sign.TO}:
        return Ends(high=written[0])
    return Ends(written[0], written[0])


def _written_levels(text: Text, kind: Kind, criterion: Criterion) -> list[str]:
    match kind.scale.type:
        case ScaleType.NUMBER:
            return [found.group().replace(",", ".") for found in _SCORE.finditer(text.typed)]
        case ScaleType.SKILLS:
            return [found.group() for found in _SKILLS.finditer(text.typed)]
        case ScaleType.ORDERED:
            return _named_levels(kind.scale.levels, text)
        case ScaleType.CRITERION:
            return _named_levels(criterion.levels, text)
        case _:
            return []


def _named_levels(levels: Iterable[LevelName], text: Text) -> list[str]:
    """Each place in the text once, whichever of its names a level has there."""
    return [str(code) for code in {one.start: one.value for one in _names_of(levels).find(text)}.values()]


# --- days and months ---


def _days(text: Text) -> Ends | None:
    spans = [(found.start(), found.end(), found.group()) for found in _DAY.finditer(text.typed)]
    spans += [
        (found.start(), found.end(), found.group())
        for found in _YEAR.finditer(text.typed)
        if not any(start <= found.start() < end for start, end, _day in spans)
    ]
    signs = _tables().signs.find(text)
    if not spans:
        return Ends() if any(one.value is _Sign.ANY for one in signs) else None
    low = high = ""
    since = 0
    for start, end, written in sorted(spans):
        before = [one.value for one in signs if since <= one.start and one.end <= start and one.value in _DIRECTIONS]
        after = [one.value for one in signs if one.start >= end and one.value is _Sign.AND_ABOVE]
        sign = before[-1] if before else _Sign.FROM if after else None
        since = end
        if sign in {_Sign.TO, _Sign.BEFORE} or (sign is None and low):
            high = _last_day(written, is_excluded=sign is _Sign.BEFORE)
        else:
            low = _first_day(written, is_excluded=sign is _Sign.AFTER)
            if sign is None and _YEAR.fullmatch(written):
                high = _last_day(written, is_excluded=False)
    return Ends(low, high)


_DIRECTIONS = frozenset({_Sign.FROM, _Sign.TO, _Sign.BEFORE, _Sign.AFTER})


def _first_day(written: str, *, is_excluded: bool) -> str:
    if _YEAR.fullmatch(written):
        return _show(date(int(written) + is_excluded, 1, 1))
    return _moved(written, _A_DAY) if is_excluded else written


def _last_day(written: str, *, is_excluded: bool) -> str:
    if _YEAR.fullmatch(written):
        return _show(date(int(written) - is_excluded, 12, 31))
    return _moved(written, -_A_DAY) if is_excluded else written


def _moved(written: str, by: timedelta) -> str:
    """The day beside this one; what is no day, or the first or last of all, stays as written and is refused later."""
    day = _day(written)
    try:
        return _show(day + by) if day is not None else written
    except OverflowError:
        return written


def _day(written: str) -> date | None:
    parts = re.split(r"[/.-]", written)
    year, month, day = map(int, parts if len(parts[0]) == _YEAR_LETTERS else parts[::-1])
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _show(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def _months(text: Text) -> str | None:
    count = _COUNT.search(text.typed)
    signs = {one.value for one in _tables().signs.find(text)}
    if count is None:
        return "" if _Sign.ANY in signs else None
    times = _MONTHS_OF_A_YEAR if _Sign.YEARS in signs else 1
    return str(int(count.group()) * times)


# --- the ground ---


def _ground(text: Text, library: Library) -> Ground:
    found = _OFFICIAL.search(text.typed)
    if found is None:
        by_number = _by_bare_number(text, library)
        return Ground(document=by_number) if by_number else Ground(reason=text.typed.strip(" :,.;"))
    known = library.find_document(found.group())
    point = ""
    for one in _tables().signs.find(text):
        match = _POINT.match(text.typed, one.end) if one.value is _Sign.POINTS else None
        if match is not None and one.start >= found.end():
            point = match.group(1)
    return Ground(document=str(known.id) if known is not None else found.group(), point=point)


def _by_bare_number(text: Text, library: Library) -> str:
    """The only document of the library whose number begins with a number that stands nearly alone; "" for none."""
    number = _COUNT.search(text.typed)
    if number is None or len(text.words) > _MOST_WORDS_AROUND_A_NUMBER:
        return ""
    begins = re.compile(rf"{number.group()}\D")
    found = [str(one) for one in library.documents if begins.match(one)]
    return found[0] if len(found) == 1 else ""


# --- tables of phrases ---


@dataclass(frozen=True, slots=True)
class _Tables:
    wishes: PhraseTable[Wish]
    clauses: PhraseTable[_Clause]
    signs: PhraseTable[_Sign]


@cache
def _tables() -> _Tables:
    with (QUESTIONS / "ruling_words.yaml").open(encoding="utf-8") as file:
        words = TypeAdapter(dict[str, tuple[str, ...]]).validate_python(yaml.load(file, Loader=yaml.CSafeLoader))
    return _Tables(
        wishes=PhraseTable((phrase, one) for one in Wish for phrase in words[one.value]),
        clauses=PhraseTable((phrase, one) for one in _Clause for phrase in words[one.value]),
        signs=PhraseTable((phrase, one) for one in _Sign for phrase in words[one.value]),
    )


def _kinds_of(library: Library) -> PhraseTable[Kind]:
    return PhraseTable(
        (name, kind)
        for kind in library.kinds.values()
        if kind.criterion is not None
        for name in (kind.name, *kind.aliases, str(kind.code).replace("_", " "))
    )


def _names_of(levels: Iterable[LevelName]) -> PhraseTable[LevelCode]:
    return PhraseTable(
        (name, level.code)
        for level in levels
        for name in (level.name, *level.aliases, str(level.code).replace("_", " "))
    )
