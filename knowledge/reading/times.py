"""Days and periods in a text, with the words that bound them: every one is found, what it is for is told later."""

import bisect
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from knowledge.reading.alike import fold_in_place
from knowledge.reading.draft import Bound, Doubt, DraftPoint, TimeKind, TimeMention
from knowledge.reading.numbers import TIGHT, is_symbol
from knowledge.reading.words import Words, load_words, one_of

_YEARS = range(1900, 2101)
_REACH = 40  # letters before a time in which the words that bound it stand
_CLAUSE = 160  # letters that the wording of an event takes at most
_CITING_REACH = 30  # letters between a document's number and its date
_S = r"\s{0,4}"
_GAP = r"\s{1,4}"
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_CLAUSE_END = re.compile(r"[.;,()\[\]:]|\n\s*\n|$")
_BRACKET_END = re.compile(r"[.;()\[\]]|\n\s*\n|$")  # in brackets a comma only goes on
_UNITS = {"day": "D", "month": "M", "year": "Y", "week": "W", "hour": "H", "working_day": "WD"}
_NEAR = {Bound.BEFORE: "before", Bound.UNTIL: "until", Bound.AFTER: "after", Bound.FROM: "from", Bound.WITHIN: "within"}


@dataclass(frozen=True)
class _Patterns:
    """Everything that is looked for, the most telling first; a place is taken once."""

    times: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], tuple[TimeKind, str | None, Doubt | None]]], ...]
    bounds: tuple[tuple[Bound, re.Pattern[str]], ...]
    counted_from: re.Pattern[str]
    after: re.Pattern[str]
    before: re.Pattern[str]
    happening_after: re.Pattern[str]
    happening_before: re.Pattern[str]
    term: re.Pattern[str]


def list_times(text: str) -> tuple[TimeMention, ...]:
    """Every day, month, quarter, year, period, event and manner in a text, in their order."""
    alike = fold_in_place(text)
    patterns = _patterns()
    taken = _Taken()
    found: list[TimeMention] = []
    for pattern, read in patterns.times:
        for match in pattern.finditer(alike):
            if taken.is_free(match.start(), match.end()) and _has_its_marks(text, match):
                kind, value, doubt = read(match)
                taken.take(match.start(), match.end())
                found.append(_bounded(text, alike, match, kind, value, doubt))
    found = [_with_event(text, alike, one, taken) if one.kind is TimeKind.PERIOD else one for one in found]
    found += _events(text, alike, patterns, taken)
    return tuple(_marked_citing(text, sorted(found, key=lambda one: (one.start, one.end))))


@lru_cache(maxsize=1)
def _patterns() -> _Patterns:
    words = load_words()
    day, month, year, quarter = (words.one_of(f"dates.{name}") for name in ("day", "month", "year", "quarter"))
    yearly = words.one_of("dates.yearly")
    d, m, y = r"(?P<d>\d{1,2})", r"(?P<m>\d{1,2})", r"(?P<y>\d{4})"
    whole = r"(?<![\d/.,\-])"
    end = r"(?![\d])(?!/\d)"
    q = r"(?P<q>iv|i{1,3}|[1-4])"
    of_year = rf"(?:{_S}[/,]?{_S}(?:{year}{_GAP})?{y})"
    units = "|".join(
        f"(?P<{name}>{words.one_of(f'dates.{name}')})"
        for name in ("working_day", "day", "week", "month", "year", "hour")
    )
    return _Patterns(
        times=(
            (re.compile(rf"{whole}{d}{_GAP}{month}{_GAP}{m}{_S},?{_S}{yearly}"), _read_yearly),
            (re.compile(rf"{whole}{d}{_S}[/\-]{_S}{m}{_GAP}{yearly}"), _read_yearly),
            (re.compile(rf"{whole}{d}{_S}{month}{_S}{m}{_S},?{_S}{year}{_S}{y}{end}"), _read_day),
            (re.compile(rf"{whole}{d}{_S}[/]{_S}{m}{_S}[/]{_S}{y}{end}"), _read_day),
            (re.compile(rf"{whole}{d}([\-.]){m}\2{y}{end}"), _read_day),
            (re.compile(rf"{month}{_GAP}{m}{_S}(?:[/\-]{_S}|,?{_S}{year}{_GAP}){y}{end}"), _read_month),
            (re.compile(rf"(?:{day}{_GAP}){d}{_GAP}{month}{_GAP}{m}{end}"), _read_day_without_year),
            (re.compile(rf"(?:{day}{_GAP}){d}/{m}(?![\d/])"), _read_day_without_year),
            (re.compile(rf"\b{quarter}{_S}{q}{of_year}{end}"), _read_quarter),
            (re.compile(rf"\b{quarter}{_GAP}{q}\b"), _read_quarter),
            (re.compile(rf"{whole}(?P<y>\d{{4}}){_S}-{_S}(?P<y2>\d{{4}}){end}(?!-\d)"), _read_years),
            (re.compile(rf"\b{year}{_GAP}{y}{end}(?!-\d)"), _read_year),
            (re.compile(rf"\b{yearly}\b"), lambda _found: (TimeKind.YEARLY, None, None)),
            (re.compile(rf"\b{words.one_of('dates.recurring')}\b"), lambda _found: (TimeKind.RECURRING, None, None)),
            (
                re.compile(rf"{whole}(?P<n>\d{{1,4}}){_GAP}(?:\([^()\n]{{1,30}}\){_S})?(?:{units})\b(?!{_GAP}\d)"),
                _read_period,
            ),
            (re.compile(rf"\b{words.one_of('dates.manners')}\b"), lambda _found: (TimeKind.MANNER, None, None)),
        ),
        bounds=tuple(
            (bound, re.compile(rf"\b{words.one_of(f'bounds.{name}')}{_GAP}(?:{day}{_GAP})?$"))
            for bound, name in _NEAR.items()
        ),
        counted_from=re.compile(rf"{_GAP}(?P<from>{words.one_of('counted_from')})\b"),
        after=re.compile(rf"\b{_without(words, 'events.after', single=False)}\b"),
        before=re.compile(rf"\b{_without(words, 'events.before', single=False)}\b"),
        happening_after=_happening(words, "events.after"),
        happening_before=_happening(words, "events.before"),
        term=re.compile(rf"\b{words.one_of('dates.terms')}\b[^.;()\n]{{0,40}}$"),
    )


def _without(words: Words, name: str, *, single: bool) -> str:
    return one_of(word for word in words[name] if (" " not in word) is single)


def _happening(words: Words, name: str) -> re.Pattern[str]:
    single = _without(words, name, single=True)
    day = words.one_of("dates.day")
    return re.compile(
        rf"(?:\b{words.one_of('doing')}{_GAP}(?P<a>{single})(?!{_GAP}(?:{day}|khi)\b)(?={_GAP}[a-z])"
        rf"|\b(?P<b>{single})(?={_GAP}{words.one_of('happenings')}\b))"
    )


class _Taken:
    """Places that something was read from; they never overlap."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []

    def is_free(self, start: int, end: int) -> bool:
        at = bisect.bisect_right(self._starts, start)
        return (at == 0 or self._ends[at - 1] <= start) and (at == len(self._starts) or end <= self._starts[at])

    def take(self, start: int, end: int) -> None:
        at = bisect.bisect_right(self._starts, start)
        self._starts.insert(at, start)
        self._ends.insert(at, end)


def _has_its_marks(text: str, match: re.Match[str]) -> bool:
    """Whether words that mean time only with their marks have them: "năm" is a year, "nam" is a man or the south."""
    typed = text[match.start() : match.end()].lower()
    return not ({"nam", "ngay", "quy"} & set(re.findall(r"[a-z]+", typed)) and not typed.isascii())


def _is_word_of(typed: str, words: tuple[str, ...]) -> bool:
    """Whether a word of the bound stands there with its own marks: "TU" before a date is an office, not "từ"."""
    first = typed.lower().split()[0]
    return not first.isascii() or any(first == word.split()[0] for word in words)


def bound_words(bound: Bound) -> tuple[str, ...]:
    """The words that put a time on this side."""
    return load_words()[f"bounds.{_NEAR[bound]}"]


def _day(found: re.Match[str]) -> tuple[str, Doubt | None]:
    year, month, day = int(found["y"]), int(found["m"]), int(found["d"])
    try:
        return date(year, month, day).isoformat(), None if year in _YEARS else Doubt.IMPOSSIBLE
    except ValueError:
        return f"{year:04}-{month:02}-{day:02}", Doubt.IMPOSSIBLE


def _read_day(found: re.Match[str]) -> tuple[TimeKind, str | None, Doubt | None]:
    value, doubt = _day(found)
    return TimeKind.DAY, value, doubt


def _read_day_without_year(found: re.Match[str]) -> tuple[TimeKind, str | None, Doubt | None]:
    return TimeKind.DAY, f"--{int(found['m']):02}-{int(found['d']):02}", Doubt.INCOMPLETE


def _read_yearly(found: re.Match[str]) -> tuple[TimeKind, str | None, Doubt | None]:
    return TimeKind.YEARLY, f"--{int(found['m']):02}-{int(found['d']):02}", None


def _read_month(found: re.Match[str]) -> tuple[TimeKind, str | None, Doubt | None]:
    month = int(found["m"])
    return TimeKind.MONTH, f"{found['y']}-{month:02}", None if 1 <= month <= 12 else Doubt.IMPOSSIBLE  # noqa: PLR2004


def _read_quarter(found: re.Match[str]) -> tuple[TimeKind, str | None, Doubt | None]:
    number = _ROMAN.get(found["q"]) or int(found["q"])
    year = found.groupdict().get("y")
    return (TimeKind.QUARTER, f"{year}-Q{number}", None) if year else (TimeKind.QUARTER, f"Q{number}", Doubt.INCOMPLETE)


def _read_year(found: re.Match[str]) -> tuple[TimeKind, str | None, Doubt | None]:
    return TimeKind.YEAR, found["y"], None if int(found["y"]) in _YEARS else Doubt.IMPOSSIBLE


def _read_years(found: re.Match[str]) -> tuple[TimeKind, str | None, Doubt | None]:
    return TimeKind.YEARS, f"{found['y']}-{found['y2']}", None if found["y"] < found["y2"] else Doubt.IMPOSSIBLE


def _read_period(found: re.Match[str]) -> tuple[TimeKind, str | None, Doubt | None]:
    unit = next(name for name in _UNITS if found.groupdict().get(name))
    return TimeKind.PERIOD, f"P{int(found['n'])}{_UNITS[unit]}", None


def _bounded(
    text: str, alike: str, match: re.Match[str], kind: TimeKind, value: str | None, doubt: Doubt | None
) -> TimeMention:
    start, end = match.start(), match.end()
    near = alike[max(0, start - _REACH) : start]
    bound, lead = Bound.ON, 0
    for one, pattern in _patterns().bounds:
        found = pattern.search(near)
        if (
            found
            and len(near) - found.start() > lead
            and _is_word_of(text[start - len(near) + found.start() : start], bound_words(one))
        ):
            bound, lead = one, len(near) - found.start()
    if kind is TimeKind.YEARS and (term := _patterns().term.search(near)):
        before = alike[max(0, start - len(near) + term.start() - _REACH) : start - len(near) + term.start()]
        if _patterns().bounds[3][1].search(before):
            bound = Bound.FROM
        lead = max(lead, len(near) - term.start())
    if kind is TimeKind.PERIOD and bound is Bound.UNTIL:
        bound = Bound.WITHIN  # "at most seven days"
    first = start - lead
    return TimeMention(kind, value, bound, start, end, text[first:end], first, doubt=doubt)


def _with_event(text: str, alike: str, mention: TimeMention, taken: _Taken) -> TimeMention:
    found = _patterns().counted_from.match(alike, mention.end)
    if found is None:
        return mention
    end = _clause_end(text, found.end())
    event = text[found.end() : end].strip()
    if not event or not taken.is_free(found.start("from"), found.end("from")):
        return mention
    taken.take(found.start("from"), end if taken.is_free(found.start("from"), end) else found.end("from"))
    return replace(mention, event=event, wording=text[mention.wording_start : end])


def _events(text: str, alike: str, patterns: _Patterns, taken: _Taken) -> Iterator[TimeMention]:
    for bound, pattern in (
        (Bound.AFTER, patterns.after),
        (Bound.BEFORE, patterns.before),
        (Bound.AFTER, patterns.happening_after),
        (Bound.BEFORE, patterns.happening_before),
    ):
        for match in pattern.finditer(alike):
            name = "a" if match.groupdict().get("a") else "b" if match.groupdict().get("b") else 0
            start, word_end = match.span(name)
            if not taken.is_free(start, word_end):
                continue
            end = _clause_end(text, word_end)
            event = text[word_end:end].strip()
            if not event or event[0].isdigit():
                continue
            said = alike[start:word_end]
            exact = Bound.FROM if bound is Bound.AFTER and said.startswith(("ke", "tu")) else bound
            taken.take(start, word_end)
            yield TimeMention(TimeKind.EVENT, None, exact, start, end, text[start:end].strip(), start, event=event)


def _clause_end(text: str, start: int) -> int:
    near = text[max(0, start - _CLAUSE) : start]
    is_in_brackets = near.rfind("(") > near.rfind(")")
    found = (_BRACKET_END if is_in_brackets else _CLAUSE_END).search(text, start, start + _CLAUSE)
    return found.start() if found else min(len(text), start + _CLAUSE)


def _marked_citing(text: str, times: list[TimeMention]) -> Iterator[TimeMention]:
    """Mark the days that only date a document whose number stands right before them."""
    ends = [found.end() for found in TIGHT.finditer(text) if is_symbol(found["symbol"])]
    for one in times:
        at = bisect.bisect_right(ends, one.start) - 1
        is_citing = (
            one.kind is TimeKind.DAY
            and one.bound is Bound.ON
            and at >= 0
            and one.start - ends[at] <= _CITING_REACH
            and re.fullmatch(r"\W*ngay\W*", fold_in_place(text[ends[at] : one.start])) is not None
        )
        yield replace(one, is_citing=True) if is_citing else one


def list_outside(times: Iterable[TimeMention], points: Iterable[DraftPoint]) -> tuple[TimeMention, ...]:
    """The times that are the deadline of no point."""
    taken = sorted(
        (one.start, one.own_end, " ".join((one.deadline.wording or "").split())) for one in points if one.deadline
    )
    starts = [start for start, _end, _wording in taken]
    kept: list[TimeMention] = []
    for one in times:
        at = bisect.bisect_right(starts, one.start) - 1
        words = " ".join(one.wording.split())
        if at < 0 or one.start >= taken[at][1] or not words.startswith(taken[at][2]):
            kept.append(one)
    return tuple(kept)
