"""Requests about personal data and breaches: that something happened or runs out, not a word of what it is about."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from handlers import next_steps
from handlers.asking import Choice
from handlers.notices.composing import Dropped, Present
from handlers.phrases import _, ngettext
from handlers.reply import Reply
from knowledge.owed import Owed
from storage.records import Delivery, Notice

_HOUR = timedelta(hours=1)


async def compose(notice: Notice, delivery: Delivery, present: Present) -> Reply | Dropped:
    """The words of a notice; not for anybody but whom it is for."""
    del delivery
    if notice.payload.get("to") != present.person.code:
        return Dropped("not_theirs")
    number = int(notice.payload.get("request", 0) or 0)
    match notice.stage:
        case "new":
            return about_new(number)
        case "clock":
            return about_clocks(int(notice.payload["requests"]))
        case "breach":
            return _say_breach(notice.payload, present)
        case _:
            return about_own(number)


def _say_breach(payload: Mapping[str, Any], present: Present) -> Reply | Dropped:
    """The clock as it stands when this leaves; where a later mark has come meanwhile, that one's notice says it."""
    number = int(payload["breach"])
    if "due" not in payload:  # stored before its moment was
        return about_breach(number, None)
    due_at = datetime.fromisoformat(payload["due"])
    newest = present.rules.library.privacy.breach.warning_of(due_at, present.now)
    if newest is not None and newest < int(payload["mark"]):
        return Dropped("superseded")
    return about_breach(number, due_at - present.now)


def preview(owed: Owed) -> str:
    """What `plan` shows."""
    return about_clocks(int(owed.payload["requests"])).title


def about_new(number: int) -> Reply:
    """HR: a request is there."""
    text = _("Request {number} about personal data is with you: a first answer is due within days.")
    return Reply(text.format(number=number), choices=(see_office(number),))


def about_clocks(count: int) -> Reply:
    """HR: clocks run out."""
    text = ngettext(
        "{n} request about personal data is due before the next working day, or overdue.",
        "{n} requests about personal data are due before the next working day, or overdue.",
        count,
    )
    return Reply(text.format(n=count), choices=(next_steps.data_office(),))


def about_own(number: int) -> Reply:
    """The person: it was written down for them, or somebody has said something to it."""
    text = _("There is something new about your request {number} about your data.")
    return Reply(text.format(number=number), choices=(Choice(_("See it"), "data.request", str(number)),))


def about_breach(number: int, left: timedelta | None) -> Reply:
    """Whoever looks after breaches: the clock of one, of which so much is left; None: it runs."""
    if left is None:
        return Reply(_("The clock of breach {number} of personal data runs: see the console.").format(number=number))
    hours = left // _HOUR
    if hours > 0:
        text = _(
            "Breach {number} of personal data: {hours} hours are left to report it. See “Personal data” in the console."
        )
    elif left > timedelta():
        text = _("Breach {number} of personal data: less than one hour is left to report it. Report it now.")
    else:
        text = _("Breach {number} of personal data: the time to report it is over. Report it now, with the reasons.")
    return Reply(text.format(number=number, hours=hours))


def see_office(number: int) -> Choice:
    """The button of HR to a request."""
    return Choice(_("See it"), "data.office.open", str(number))
