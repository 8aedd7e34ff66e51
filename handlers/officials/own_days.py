"""A day that somebody takes for their deadline: whether it is one, and whether that day itself still counts."""

import re
from calendar import monthrange
from collections.abc import Sequence
from datetime import date

from handlers.phrases import _, show_day
from handlers.reply import Line
from handlers.stating import state
from handlers.visit import Visit
from knowledge.deadlines import last_legal_day
from knowledge.findings import Finding
from knowledge.understanding.meaning import Wish

_DAY_AND_MONTH = re.compile(r"(?<![\d/.\-])(\d{1,2})[/\-](\d{1,2})(?![\d/\-])")


def confirm_days(gaps: Sequence[Finding], visit: Visit) -> list[Line]:
    """The days of the question confirmed or denied; without any, whether the own deadline includes its day."""
    if not visit.wishes & {Wish.CONFIRMED, Wish.DAY_COUNTED}:
        return []
    due = {one.deadline: one for one in gaps if one.deadline is not None and one.deadline_basis is not None}
    said = _days_said(visit)
    days = [day for day in due if not said or (day.day, day.month) in said]
    if not said and Wish.DAY_COUNTED not in visit.wishes:
        return []
    if days:
        return [_confirm(due[day], day, visit) for day in sorted(days)]
    basis = [one.deadline_basis for one in due.values() if one.deadline_basis is not None]
    if not basis or not said:
        return []
    shown = ", ".join(f"{day:02d}/{month:02d}" for day, month in sorted(said, key=lambda one: one[::-1]))
    denied = _("No: {day} is not a deadline of yours.").format(day=shown)
    ahead = _days_ahead(visit)
    if len(ahead) == 1 and len(said) == 1:
        return [_weigh(ahead[0], due[day], day, denied, visit) for day in sorted(due)]
    return [state(denied, tuple(dict.fromkeys(basis)), visit)]


def _weigh(asked: date, gap: Finding, day: date, denied: str, visit: Visit) -> Line:
    """Whether whoever is done by another day than that of the deadline is in time; only who is not hears a no."""
    last = last_legal_day(day, is_included=gap.deadline_included)
    if asked <= last:
        said = _("Whoever is done by {asked} is in time; the day written is another one.")
    else:
        said = f"{denied} " + _("Whoever is done only by {asked} is too late.")
    written = _("As written: {day} at the latest; the last day is {last}.")
    if not gap.deadline_included:
        written = _("As written: before {day}; the last day is {last}.")
    text = f"{said} {written}".format(asked=show_day(asked), day=show_day(day), last=show_day(last))
    return state(text, (gap.deadline_basis,) if gap.deadline_basis is not None else (), visit)


def names_days(visit: Visit) -> bool:
    """Whether the question names a day that may be a deadline."""
    return bool(_days_said(visit))


def _confirm(gap: Finding, day: date, visit: Visit) -> Line:
    last = last_legal_day(day, is_included=gap.deadline_included)
    if gap.deadline_included:
        text = _("{day} is your deadline, and that day itself still counts.").format(day=show_day(day))
    else:
        text = _("It must be done before {day}: that day itself no longer counts, the last day is {last}.").format(
            day=show_day(day), last=show_day(last)
        )
    return state(text, (gap.deadline_basis,) if gap.deadline_basis is not None else (), visit)


def _days_said(visit: Visit) -> set[tuple[int, int]]:
    """Days of the year that the question names, with their year or without it."""
    named = visit.named
    if named.as_of is not None:
        return set()
    whole = {(day.day, day.month) for day in named.dates if day != named.issued_on}
    short = {(int(day), int(month)) for day, month in _DAY_AND_MONTH.findall(visit.text)}
    return whole | {each for each in short if _is_day(*each)}


def _days_ahead(visit: Visit) -> list[date]:
    """The days of the question that are still to come: as named, or the next of that day and month."""
    whole = [day for day in visit.named.dates if day != visit.named.issued_on]
    if whole:
        return [day for day in whole if day >= visit.on]
    ahead: list[date] = []
    for day, month in _days_said(visit):
        years = (year for year in (visit.on.year, visit.on.year + 1) if day <= monthrange(year, month)[1])
        ahead += [one for year in years if (one := date(year, month, day)) >= visit.on][:1]
    return ahead


def _is_day(day: int, month: int) -> bool:
    try:
        date(2000, month, day)  # a leap year: every day that there is
    except ValueError:
        return False
    return True
