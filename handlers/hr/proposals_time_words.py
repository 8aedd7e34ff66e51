"""Days off or worked and hours of sending in words: what is, what would be, and which days move with it. Pure."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from handlers.hr.proposals_time import DAY, DEED, OFF, WORKED, DayChange, HoursChange, show_time
from handlers.phrases import _, show_day
from handlers.reply import Line
from handlers.wording import name_document
from knowledge.calendar import WorkingCalendar
from knowledge.deadlines import last_legal_day
from knowledge.rulebook import RuleBook, RulesOn
from knowledge.sending_hours import first_hour

_MOST_MOVED = 8
_SATURDAY = 5
_AHEAD = timedelta(days=400)


def describe_day_change(change: DayChange, before: RulesOn, after: RuleBook) -> list[Line]:
    """What the day is and would be, and which safe days, sending days and periods move."""
    day, old, new = change.day, before.calendar, after.calendar
    lines = [Line(_("Day: {day}").format(day=name_day(day)), is_item=True)]
    text = _("So far: {what}.")
    lines.append(
        Line(text.format(what=describe_character(day, old, is_declared=change.before is not None)), is_item=True)
    )
    then = describe_character(day, new, is_declared=change.after is not None)
    lines.append(Line(_("Then: {what}.").format(what=then), is_item=True))
    if change.after is not None:
        lines.append(Line(_("Basis: {basis}").format(basis=change.after.basis), is_item=True))
    else:
        lines.append(Line(_("What HR declared of it ends; the calendar of the library holds again."), is_item=True))
    if old.is_working(day) == new.is_working(day):
        return [*lines, Line(_("No safe day and no day of sending moves."))]
    moved = [
        Line(_("{what}: the safe day moves from {before} to {after}.").format(what=what, before=was, after=now))
        for what, was, now in _list_moved(before, after)
    ]
    lines += moved[:_MOST_MOVED]
    if len(moved) > _MOST_MOVED:
        lines.append(Line(_("and {n} more deadlines.").format(n=len(moved) - _MOST_MOVED)))
    if not moved:
        lines.append(Line(_("No open deadline gets another safe day by it.")))
    lines.append(Line(_describe_sending(day, old, new)))
    text = (
        _("Periods counted in working days that run over this day end one working day earlier.")
        if new.is_working(day)
        else _("Periods counted in working days that run over this day end one working day later.")
    )
    lines.append(Line(text))
    return lines


def describe_hours_change(change: HoursChange, before: RulesOn, after: RuleBook) -> list[Line]:
    """The hours of sending before and after, and when a day's reminders would begin."""
    text = _("Reminders and broadcasts go out from {begin} to {end}; so far from {old_begin} to {old_end}.")
    begin, end, old_begin, old_end = map(show_time, (*change.after, *change.before))
    lines = [Line(text.format(begin=begin, end=end, old_begin=old_begin, old_end=old_end), is_item=True)]
    was, now = first_hour(before.library.policy), first_hour(after.library.policy)
    if was != now:
        text = _("The reminders of a day begin at {now} instead of {was}.")
        lines.append(Line(text.format(now=show_time(now), was=show_time(was)), is_item=True))
    said = _("Whoever chose an hour of their own outside these hours is sent to from the first of them on.")
    return [*lines, Line(said, is_item=True), Line(_("Nobody's verdict and no deadline changes by it."))]


def name_time_change(cells: Mapping[str, str]) -> str:
    """A proposal about a day in a few words."""
    try:
        day = show_day(date.fromisoformat(cells.get(DAY, "")))
    except ValueError:
        day = cells.get(DAY, "")
    text = {OFF: _("{day} as a day off"), WORKED: _("{day} as a working day")}.get(
        cells.get(DEED, ""), _("the calendar of the library again on {day}")
    )
    return text.format(day=day)


def describe_character(day: date, calendar: WorkingCalendar, *, is_declared: bool) -> str:
    """What a day is in a calendar."""
    name = calendar.holiday_name(day)
    if calendar.is_working(day):
        return _("a working day, as HR declared") if is_declared else _("a working day")
    if name is not None:
        return _("a day off – {name}").format(name=name)
    return _("a day off (weekend)") if day.weekday() >= _SATURDAY else _("a day off")


def name_day(day: date) -> str:
    """A day with the day of its week."""
    names = (
        _("Monday"),
        _("Tuesday"),
        _("Wednesday"),
        _("Thursday"),
        _("Friday"),
        _("Saturday"),
        _("Sunday"),
    )
    return _("{weekday}, {day}").format(weekday=names[day.weekday()], day=show_day(day))


def list_unusual(today: RulesOn) -> list[date]:
    """Days of the year ahead on which the week alone does not say whether people work."""
    calendar = today.calendar
    days = (today.day + timedelta(days=n) for n in range(_AHEAD.days))
    return [one for one in days if calendar.is_working(one) is (one.weekday() >= _SATURDAY)]


def _list_moved(before: RulesOn, after: RuleBook) -> Iterator[tuple[str, str, str]]:
    """Open rounds and live duties whose safe day would be another one."""
    deadlines = {
        _("Review round {code}").format(code=one.code): last_legal_day(one.deadline, is_included=one.deadline_included)
        for one in before.book.rules.rounds
        if one.is_open
    }
    for duty in before.live_duties:
        document = before.library.get_document(duty.document)
        name = _("{document}, point {point}").format(document=name_document(document), point=duty.point.id)
        deadlines[name] = last_legal_day(duty.day, is_included=duty.is_included)
    for name, last in deadlines.items():
        was = before.calendar.last_working_day_on_or_before(last)
        now = after.calendar.last_working_day_on_or_before(last)
        if was != now:
            yield name, show_day(was), show_day(now)


def _describe_sending(day: date, old: WorkingCalendar, new: WorkingCalendar) -> str:
    if new.is_working(day):
        waited = old.first_working_day_on_or_after(day)
        text = _("Messages go out on {day} too; so far they would have waited until {next}.")
        return text.format(day=show_day(day), next=show_day(waited))
    later = new.first_working_day_on_or_after(day + timedelta(days=1))
    text = _("Nothing goes out unasked on {day}: what is due then goes out on {next}.")
    return text.format(day=show_day(day), next=show_day(later))
