"""Requests about personal data and breaches: that something happened or runs out, not a word of what it is about."""

from handlers import next_steps
from handlers.asking import Choice
from handlers.notices.composing import Dropped, Present
from handlers.phrases import _, ngettext
from handlers.reply import Reply
from knowledge.owed import Owed
from storage.records import Delivery, Notice


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
            return about_breach(int(notice.payload["breach"]), int(notice.payload["hours"]))
        case _:
            return about_own(number)


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
        "{n} request about personal data is due today or overdue.",
        "{n} requests about personal data are due today or overdue.",
        count,
    )
    return Reply(text.format(n=count), choices=(next_steps.data_office(),))


def about_own(number: int) -> Reply:
    """The person: it was written down for them, or somebody has said something to it."""
    text = _("There is something new about your request {number} about your data.")
    return Reply(text.format(number=number), choices=(Choice(_("See it"), "data.request", str(number)),))


def about_breach(number: int, hours: int | None) -> Reply:
    """Administrators and data officers: the clock of a breach."""
    if hours is None:
        return Reply(_("The clock of breach {number} of personal data runs: see the console.").format(number=number))
    text = (
        _("Breach {number} of personal data: {hours} hours are left to report it. See “Personal data” in the console.")
        if hours > 0
        else _("Breach {number} of personal data: the time to report it is over. Report it now, with the reasons.")
    )
    return Reply(text.format(number=number, hours=hours))


def see_office(number: int) -> Choice:
    """The button of HR to a request."""
    return Choice(_("See it"), "data.office.open", str(number))
