"""When something may be sent unasked: on working days, within the working hours. Pure; deferred, never skipped.

What answers to something that a person has just done goes out at once by day (`next_by_day`).
"""

from datetime import date, datetime, time, timedelta

from knowledge.calendar import WorkingCalendar
from knowledge.library import Policy

_DAY = timedelta(days=1)
_ROOM = 1  # hours of a working day that an hour of one's own leaves, or what comes at its end would never go out


def next_allowed(moment: datetime, calendar: WorkingCalendar, policy: Policy, own_hour: time | None = None) -> datetime:
    """That very moment where it is allowed, else the next one that is.

    `moment` is the time of the place where people work. `own_hour`: the person wants nothing earlier in a day; one
    outside the working hours does not count, and one at their end counts as the latest that can be wished for.
    """
    begin, end = policy.hours
    begin = keepable_hour(policy, own_hour) or begin
    day = moment.date()
    if calendar.is_working(day) and moment.time() <= end:
        return max(moment, datetime.combine(day, begin, tzinfo=moment.tzinfo))
    later = calendar.first_working_day_on_or_after(day + _DAY)
    return datetime.combine(later, begin, tzinfo=moment.tzinfo)


def next_by_day(moment: datetime, due_at: datetime, calendar: WorkingCalendar, policy: Policy) -> datetime:
    """When what is to go out at once may, found at a moment: right then, but not by night.

    What is later than the policy lets it be, as after an outage, waits for working hours like everything else.
    """
    due = due_at.astimezone(moment.tzinfo)
    last = calendar.add_working_days(due.date(), policy.at_once_within_working_days)
    if moment > datetime.combine(last, due.timetz()):
        return next_allowed(moment, calendar, policy)
    night, morning = policy.night_hours
    if morning <= moment.time() < night:
        return moment
    day = moment.date() if moment.time() < morning else moment.date() + _DAY
    return datetime.combine(day, morning, tzinfo=moment.tzinfo)


def first_hour(policy: Policy, own_hour: time | None = None) -> time:
    """The time from which the messages of a working day go out to somebody who may have an hour of their own."""
    return keepable_hour(policy, own_hour) or max(policy.notices_from, policy.hours[0])


def keepable_hour(policy: Policy, own_hour: time | None) -> time | None:
    """The hour of one's own that can be kept: the wished one, or the latest possible; None outside working hours."""
    begin, end = policy.hours
    if own_hour is None or not begin <= own_hour <= end:
        return None
    return min(own_hour, end.replace(hour=max(end.hour - _ROOM, begin.hour)))


def sending_day(day: date, calendar: WorkingCalendar) -> date:
    """The day on which what is planned for a day goes out: that day, or the next working one."""
    return calendar.first_working_day_on_or_after(day)
