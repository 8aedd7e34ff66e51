"""Whether the points of a corrected draft can be what they say: their deadlines, and what stands above them."""

from collections.abc import Iterator, Mapping
from datetime import date

from knowledge.documents import DeadlineKind, PointDeadline
from knowledge.reading.mistakes import Mistake, Problem

_MONTHS = range(1, 13)
_QUARTERS = range(1, 5)


def list_unsound(deadline: PointDeadline, at: str) -> Iterator[Problem]:
    """Tell what keeps a deadline from being computed."""
    needed: dict[DeadlineKind, dict[str, object]] = {
        DeadlineKind.DATE: {"day": deadline.day},
        DeadlineKind.BEFORE: {"day": deadline.day},
        DeadlineKind.WITHIN_MONTH: {"year": deadline.year, "month": deadline.month},
        DeadlineKind.QUARTER: {"year": deadline.year, "quarter": deadline.quarter},
        DeadlineKind.WITHIN_YEAR: {"year": deadline.year},
        DeadlineKind.EVENT: {"event": deadline.event},
    }
    for key, value in needed.get(deadline.kind, {}).items():
        if value is None:
            yield Problem(f"{at}.{key}", Mistake.NEEDED, expected=deadline.kind.value)
    if deadline.month is not None and deadline.month not in _MONTHS:
        yield Problem(f"{at}.month", Mistake.NOT_ONE_OF, str(deadline.month), "1–12")
    if deadline.quarter is not None and deadline.quarter not in _QUARTERS:
        yield Problem(f"{at}.quarter", Mistake.NOT_ONE_OF, str(deadline.quarter), "1–4")
    if deadline.kind is DeadlineKind.BEFORE and deadline.is_included:
        yield Problem(f"{at}.is_included", Mistake.INCLUDED, "true", "false")
    if deadline.kind is DeadlineKind.YEARLY and not _is_day_of_a_year(deadline):
        yield Problem(f"{at}.day_of_month", Mistake.NOT_DAY, f"{deadline.day_of_month}/{deadline.month}")
    if deadline.working_days is not None and deadline.working_days < 1:
        yield Problem(f"{at}.working_days", Mistake.NOT_NUMBER, str(deadline.working_days))


def _is_day_of_a_year(deadline: PointDeadline) -> bool:
    if deadline.month is None or deadline.day_of_month is None:
        return deadline.month is deadline.day_of_month
    try:
        date(date.min.year + 3, deadline.month, deadline.day_of_month)  # a leap year has every day
    except ValueError:
        return False
    return True


def goes_round(start: str, above: Mapping[str, str | None]) -> bool:
    """Whether following `above` from `start` comes back to something already passed."""
    seen: set[str] = set()
    here: str | None = start
    while here is not None and here not in seen:
        seen.add(here)
        here = above.get(here)
    return here is not None
