"""That something happened to a study case, told to the other side: a few words, and buttons to what it is about.

What is told names neither the official nor the course: both are shown to whoever opens it and is proven.
"""

from datetime import date

from handlers.asking import Choice
from handlers.notices.composing import Dropped, Present
from handlers.phrases import _, show_day
from handlers.reply import Line, Reply
from handlers.rights import units_headed, units_served
from handlers.study.desk import label_of
from knowledge.owed import Owed
from knowledge.study_cases import StudyAct
from storage.records import Delivery, Notice

# What waits for the head's decision; pressed from here it is shown first, since nobody has seen it yet.
_ASKS = frozenset({StudyAct.REQUESTED, StudyAct.CHANGED})
_TO_DECIDE = (StudyAct.SENT, StudyAct.REFUSED, StudyAct.CHANGE_ASKED)


async def compose(notice: Notice, delivery: Delivery, present: Present) -> Reply | Dropped:
    """The words of a notice about a study case.

    Not told any more to whoever is not in charge of the official now, nor that a request waits which has been answered.
    """
    del delivery
    number = int(notice.payload["case"])
    act = StudyAct(notice.stage)
    is_own = present.person.code in notice.about
    if not is_own and not _is_in_charge(present, notice):
        return Dropped("no_head")
    if act in _ASKS and not is_own and present.waiting.get(number) != notice.payload["version"]:
        return Dropped("answered")
    opens = Choice(_("Open study case {number}").format(number=number), "study.open", str(number))
    if act in _ASKS and not is_own:
        if notice.payload.get("is_vacant"):
            return Reply(_vacant(number), choices=(opens,))
        asked = _asks(number, notice.payload.get("due"), present.rules.day)
        return Reply(asked, _since(notice.payload.get("asked")), choices=(opens, *_to_decide(number)))
    return Reply(_say(act, is_own=is_own).format(number=number), choices=(opens,))


def preview(owed: Owed) -> str:
    """The same as far as it is known when a request is planned for somebody who was not told of it."""
    number, due = int(owed.payload["case"]), owed.payload["due"]
    if owed.payload["is_vacant"]:
        return _vacant(number)
    asked = date.fromisoformat(due) if due is not None else date.max
    return " ".join([_asks(number, due, asked), *(line.text for line in _since(owed.payload["asked"]))])


def _vacant(number: int) -> str:
    text = _("Study request {number} waits for an answer, and nobody on the roster heads that unit any more.")
    return text.format(number=number)


def _since(asked: str | None) -> tuple[Line, ...]:
    """For whoever is asked in the place of another head, how long it has waited."""
    if asked is None:
        return ()
    text = _("It was put to another head before you, and the days count from the request of {day}.")
    return (Line(text.format(day=show_day(date.fromisoformat(asked)))),)


def _is_in_charge(present: Present, notice: Notice) -> bool:
    """Whether the official whom it concerns still is one of the recipient's people."""
    scope = units_headed(present.person, present.rules) | units_served(present.person, present.rules)
    return any(code in present.about and present.about[code].unit in scope for code in notice.about)


def _asks(number: int, due: str | None, today: date) -> str:
    if due is None:
        return _("Study request {number} of one of your people waits for an answer.").format(number=number)
    text = _("Study request {number} of one of your people waits for your answer, by {day}.")
    due_on = date.fromisoformat(due)
    if due_on < today:  # it leaves late, as after a day without any sender
        text = _("Study request {number} of one of your people still waits for your answer, which was due by {day}.")
    return text.format(number=number, day=show_day(due_on))


def _to_decide(number: int) -> tuple[Choice, ...]:
    actions = {StudyAct.SENT: "study.do"}
    return tuple(Choice(label_of(act), actions.get(act, "study.say"), f"{number}::{act.value}") for act in _TO_DECIDE)


def _say(act: StudyAct, *, is_own: bool) -> str:
    to_official = {
        StudyAct.SENT: _("Your study request {number} has been answered."),
        StudyAct.REFUSED: _("Your study request {number} has been answered."),
        StudyAct.CHANGE_ASKED: _("Your head asks you to change study request {number}."),
        StudyAct.PROPOSED: _("Your head proposes to send you to study: please accept or decline proposal {number}."),
        StudyAct.WITHDRAWN: _("Study proposal {number} was taken back."),
    }
    to_head = {
        StudyAct.WITHDRAWN: _("Study request {number} was withdrawn; there is nothing left to answer."),
        StudyAct.ACCEPTED: _("Study proposal {number} was accepted."),
        StudyAct.DECLINED: _("The official of study case {number} does not go; the reason stands in the record."),
        StudyAct.SAID_ATTENDED: _("The official of study case {number} says that they attended: please confirm it."),
        StudyAct.SAID_PASSED: _("The official of study case {number} says that they passed: please confirm it."),
    }
    table = to_official if is_own else to_head
    return table.get(act, _("Something new on study case {number}: please have a look."))
