"""Who is to be reminded of a question passed on to people, and when. Pure; the product's own rule, no law."""

from datetime import date, datetime
from enum import StrEnum

from knowledge.calendar import WorkingCalendar
from knowledge.library import Policy


class Whom(StrEnum):
    """Who is reminded that an answer is overdue."""

    HR = "hr"
    ADMINISTRATORS = "administrators"
    NOBODY = "nobody"


def due_day(asked_on: date, calendar: WorkingCalendar, policy: Policy) -> date:
    """The last day for the answer: so many working days after the day of asking, which is not counted."""
    return calendar.add_working_days(asked_on, policy.inquiry_answer_grace_working_days)


def is_reminding_time(now: datetime, calendar: WorkingCalendar, policy: Policy) -> bool:
    """Whether reminders go out now: on working days, from the first to the last of the working hours.

    `now` is the time of the place where people work.
    """
    begin, end = policy.hours
    return calendar.is_working(now.date()) and begin <= now.time() <= end


def whom_to_remind(reminders: int, policy: Policy, *, can_reach_hr: bool) -> Whom:
    """Who is next after so many reminders: HR up to the most, then administrators as many times, then nobody.

    Where no HR can be reached, administrators come at once.
    """
    most = policy.inquiry_reminders_at_most
    if reminders < most and can_reach_hr:
        return Whom.HR
    return Whom.ADMINISTRATORS if reminders < 2 * most else Whom.NOBODY
