"""Which of the times in a point is the time of its task, in the form of the library's records."""

import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from knowledge.documents import DeadlineKind, PointDeadline
from knowledge.reading.alike import fold_in_place
from knowledge.reading.draft import Bound, Doubt, TimeKind, TimeMention
from knowledge.reading.words import load_words

_FIXING = {Bound.UNTIL, Bound.BEFORE, Bound.WITHIN}
_NEAR = 60  # letters before a time in which "hoàn thành" makes it that of a task
_LONGEST_WORDING = 120


def deadline_of(text: str, start: int, times: Sequence[TimeMention]) -> tuple[PointDeadline | None, Doubt | None]:
    """The time of a task among the times of its own words; doubt where several could be meant. None without any.

    Days before sections of a year, these before what happens every year, then periods and events, manners last.
    """
    ranked = [(rank, one) for one in times if (rank := _rank(text, start, one)) is not None]
    if not ranked:
        return None, None
    best = min(rank for rank, _one in ranked)
    chosen = [one for rank, one in ranked if rank == best]
    values = {(one.value, one.bound) if one.kind is not TimeKind.EVENT else one.wording for one in chosen}
    last = chosen[-1] if best != _LOWEST else chosen[0]
    deadline = _as_deadline(last)
    if deadline is None:
        return None, None
    return deadline, Doubt.SEVERAL if len(values) > 1 else last.doubt


_LOWEST = 9


def _rank(text: str, start: int, one: TimeMention) -> int | None:
    if one.is_citing or one.doubt is Doubt.IMPOSSIBLE:
        return None
    is_of_task = _is_of_task(text, start, one)
    match one.kind:
        case TimeKind.DAY if one.bound in _FIXING:
            return 0
        case TimeKind.MONTH | TimeKind.QUARTER if one.bound in _FIXING or is_of_task:
            return 1
        case TimeKind.YEAR if one.bound is Bound.WITHIN or (one.bound is not Bound.FROM and is_of_task):
            return 2
        case TimeKind.YEARLY if one.value is not None:
            return 0
        case TimeKind.PERIOD if one.bound is Bound.WITHIN or one.event is not None:
            return 4
        case TimeKind.EVENT | TimeKind.YEARS if is_of_task:
            return 5
        case TimeKind.YEARLY if is_of_task:
            return 6
        case TimeKind.MANNER | TimeKind.RECURRING if is_of_task:
            return _LOWEST
        case _:
            return None


def _is_of_task(text: str, start: int, one: TimeMention) -> bool:
    """Whether it opens its point, stands first in brackets, or has "hoàn thành" and the like before it."""
    before = fold_in_place(text[max(start, one.wording_start - _NEAR) : one.wording_start])
    opens = not before.strip(" -+.)(") or re.fullmatch(r"\W*(?:\d+[.\-)]*)*\W*", before) is not None
    return opens or before.rstrip().endswith("(") or _doing().search(before) is not None


@lru_cache(maxsize=1)
def _doing() -> re.Pattern[str]:
    return re.compile(rf"\b{load_words().one_of('doing')}\b[^.;]{{0,30}}$")


def _as_deadline(one: TimeMention) -> PointDeadline | None:
    wording = " ".join(one.wording.split())[:_LONGEST_WORDING]
    value = one.value or ""
    if one.kind in {TimeKind.MONTH, TimeKind.YEAR} and one.bound is Bound.BEFORE:
        first = date.fromisoformat(f"{value}-01" if one.kind is TimeKind.MONTH else f"{value}-01-01")
        return PointDeadline(DeadlineKind.BEFORE, wording, day=first, is_included=False)
    match one.kind:
        case TimeKind.DAY if not value.startswith("-"):
            is_before = one.bound is Bound.BEFORE
            kind = DeadlineKind.BEFORE if is_before else DeadlineKind.DATE
            return PointDeadline(kind, wording, day=date.fromisoformat(value), is_included=not is_before)
        case TimeKind.MONTH:
            year, month = map(int, value.split("-"))
            return PointDeadline(DeadlineKind.WITHIN_MONTH, wording, year=year, month=month)
        case TimeKind.QUARTER if "-Q" in value:
            year, quarter = map(int, value.split("-Q"))
            return PointDeadline(DeadlineKind.QUARTER, wording, year=year, quarter=quarter)
        case TimeKind.YEAR:
            return PointDeadline(DeadlineKind.WITHIN_YEAR, wording, year=int(value))
        case TimeKind.MANNER | TimeKind.RECURRING:
            return PointDeadline(DeadlineKind.NONE, wording)
        case _:
            return _loosely(one, wording, value)


def _loosely(one: TimeMention, wording: str, value: str) -> PointDeadline | None:
    """What comes again every year, or waits for something to happen."""
    is_included = one.bound is not Bound.BEFORE
    if one.kind is TimeKind.YEARLY:
        if not value:
            return PointDeadline(DeadlineKind.YEARLY, wording)
        month, day = int(value[2:4]), int(value[5:7])
        return PointDeadline(DeadlineKind.YEARLY, wording, month=month, day_of_month=day, is_included=is_included)
    if one.kind not in {TimeKind.PERIOD, TimeKind.EVENT, TimeKind.YEARS}:
        return None
    event = " ".join(one.event.split())[:_LONGEST_WORDING] if one.event else wording
    days = int(value[1:-2]) if value.endswith("WD") else None
    return PointDeadline(DeadlineKind.EVENT, wording, event=event, working_days=days, is_included=is_included)
