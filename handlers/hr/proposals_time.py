"""Days off or worked and hours of sending as cells of a proposal: read anew, and what the rules would be then. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from handlers.phrases import _, show_day
from knowledge.facts import DeclaredDay, DeclaredRules
from knowledge.library import Policy
from knowledge.rulebook import RulesOn

DEED, DAY, REASON, BASIS, BEGIN, END = "viec", "ngay", "ly_do", "can_cu", "tu", "den"
OFF, WORKED, REMOVE = "nghi", "lam_viec", "bo"
_BACK = timedelta(days=31)  # a day lost to a storm is declared afterwards; what lies further back was reckoned and told
_YEARS_AHEAD = 2
_SHORTEST, _LONGEST = 3, 200

Hours = tuple[time, time]


@dataclass(frozen=True, slots=True)
class DayChange:
    """What HR says of one day: before, and after; None where the library's calendar alone holds."""

    day: date
    before: DeclaredDay | None
    after: DeclaredDay | None


@dataclass(frozen=True, slots=True)
class HoursChange:
    """The hours of sending before and after; `own` is None where the policy's hold again."""

    before: Hours
    after: Hours
    own: Hours | None


def read_day(cells: Mapping[str, str], today: RulesOn) -> DayChange | str:
    """What would hold of the day; the sentence that says why it cannot."""
    day = _day_of(cells.get(DAY, ""))
    if day is None:
        return _("Please give the day.")
    first, last = today.day - _BACK, date(today.day.year + _YEARS_AHEAD, 12, 31)
    if not first <= day <= last:
        text = _("Only days from {first} to {last} can be declared.")
        return text.format(first=show_day(first), last=show_day(last))
    before = find_declared(day, today)
    if not _is_said(cells.get(REASON, "")):
        return _("Please say in a few words why, such as the name of the holiday.")
    if cells.get(DEED) == REMOVE:
        if before is None:
            return _("Nothing of its own is declared for {day}.").format(day=show_day(day))
        return DayChange(day, before, None)
    if not _is_said(cells.get(BASIS, "")):
        return _("Please give what it rests on: the number of the document, or its words.")
    after = DeclaredDay(day, cells.get(DEED) == WORKED, cells[REASON].strip(), cells[BASIS].strip())
    if before == after:
        return _("Nothing in it differs any more from what is in force.")
    if before is None and today.calendar.is_working(day) is after.is_working:
        text = _("{day} is a working day already.") if after.is_working else _("{day} is a day off already.")
        return text.format(day=show_day(day))
    return DayChange(day, before, after)


def read_hours(cells: Mapping[str, str], today: RulesOn) -> HoursChange | str:
    """What would hold; the sentence that says why it cannot."""
    policy = today.library.policy
    if cells.get(DEED) == REMOVE:
        own = None
    else:
        own = _hours_of(cells)
        if own is None:
            return _("Please give the hours as 08:00.")
        if wrong := check_hours(own, policy):
            return wrong
    if not _is_said(cells.get(REASON, "")):
        return _("Please give the reason in one sentence.")
    if own == policy.sending_hours or (policy.sending_hours is None and own == policy.working_hours):
        return _("Nothing in it differs any more from what is in force.")
    return HoursChange(policy.hours, own or policy.working_hours, own)


def check_hours(hours: Hours, policy: Policy) -> str | None:
    """Why these hours cannot be the hours of sending; None where they can."""
    (begin, end), (earliest, latest) = hours, policy.working_hours
    if begin < earliest or end > latest:
        text = _("Things may go out unasked from {begin} to {end} at most: hours can be made narrower, never wider.")
        return text.format(begin=show_time(earliest), end=show_time(latest))
    if _minutes(end) - _minutes(begin) < policy.shortest_sending_hours * 60:
        text = _("At least {n} hours must be left, so that the messages of a day all go out on that day.")
        return text.format(n=policy.shortest_sending_hours)
    return None


def with_day(rules: DeclaredRules, change: DayChange) -> DeclaredRules:
    """The rules once it holds."""
    others = [one for one in rules.calendar_days if one.day != change.day]
    days = (*others, change.after) if change.after is not None else others
    return replace(rules, calendar_days=tuple(sorted(days, key=lambda one: one.day)))


def find_declared(day: date, today: RulesOn) -> DeclaredDay | None:
    """What HR declared of a day; None for nothing."""
    return next((one for one in today.book.rules.calendar_days if one.day == day), None)


def show_time(moment: time) -> str:
    """An hour as it is written here."""
    return f"{moment:%H:%M}"


def _is_said(words: str) -> bool:
    return _SHORTEST <= len(words.strip()) <= _LONGEST


def _day_of(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


def _hours_of(cells: Mapping[str, str]) -> Hours | None:
    try:
        begin, end = (datetime.strptime(cells.get(name, ""), "%H:%M") for name in (BEGIN, END))  # noqa: DTZ007  hours
    except ValueError:
        return None
    return begin.time(), end.time()


def _minutes(moment: time) -> int:
    return moment.hour * 60 + moment.minute
