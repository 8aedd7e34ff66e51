"""What accepting a request about personal data does: the record corrected, a consent withdrawn, data deleted or copied.

What somebody asked for in their own chat they have mostly done themselves there; of it only corrections are left.
What was written down for them is done here. What cannot be undone, shows everything, or decides who is taken for the
person, takes two persons.
"""

from dataclasses import dataclass

from handlers.data_copy import make_copy
from handlers.data_request_words import IDENTIFYING, OTHER
from handlers.hr.former import is_former
from handlers.letting_go import Kept, erase, let_go_of_all, withdraw_in
from handlers.notifying import Notifying
from handlers.phrases import _, show_day_of
from handlers.ports import Audit, Clock, Consents, Corrections, DataRequests, PersonalData, Profiles
from handlers.problem_words import say_problem
from handlers.reply import Paper
from handlers.visit import Visit
from knowledge.facts import Person
from knowledge.privacy import Purpose, Right
from knowledge.rulebook import RulesOn
from storage.records import DataRequest

# Of these purposes nothing is lost that the person could not simply have again.
_GIVEN_AGAIN = frozenset({Purpose.REMINDERS.value, Purpose.CONVERSATION.value})
_COPIES = frozenset({Right.VIEW.value, Right.EXPORT.value})


@dataclass(frozen=True, slots=True)
class Desk:
    """The drawers that it needs, and how the person is told."""

    requests: DataRequests
    corrections: Corrections
    profiles: Profiles
    personal: PersonalData
    consents: Consents
    kept: Kept
    audit: Audit
    clock: Clock
    by: Notifying


def needs_two(one: DataRequest) -> bool:
    """Whether two persons must agree.

    To every deletion, to a copy and to taking back what was passed on that no chat asked for, and to a new phone number
    that not surely the person asked for.
    """
    return one.right == Right.DELETE.value or takes_back(one) or shows_everything(one) or decides_who_is_let_in(one)


def takes_back(one: DataRequest) -> bool:
    """Whether, at the word of somebody else, chats are unlinked or what waits is taken back, which cannot be undone."""
    return one.is_entered and one.right == Right.WITHDRAW.value and one.field not in _GIVEN_AGAIN


def shows_everything(one: DataRequest) -> bool:
    """Whether a copy of everything is made for the person, and handed over by whoever agrees last."""
    return one.is_entered and one.right in _COPIES


def decides_who_is_let_in(one: DataRequest) -> bool:
    """Whether, at the word of somebody else, another would be recognised as the person, and see and do all they may.

    Somebody else may sit in a chat to which their code led, so what is asked there is not surely the person's own word.
    """
    return not one.is_proven and one.right == Right.CORRECT.value and one.field in IDENTIFYING


async def carry_out(one: DataRequest, person: Person, officer: Person, visit: Visit, desk: Desk) -> Paper | str:
    """Do it: the copy to hand over, or in one sentence why it cannot be done ("" where nothing is to be said)."""
    today = visit.rules.book.on(visit.today)
    if one.right == Right.CORRECT.value:
        return await _correct(one, person, officer, today, desk)
    if not one.is_entered:
        return ""
    now = desk.clock.now()
    if one.right == Right.DELETE.value:
        await erase(person, today, desk.kept, desk.personal, desk.consents, now)
        await desk.audit.record(officer.code, "deleted_own_data", person.code, now, {"request": one.number})
    if one.right == Right.WITHDRAW.value:
        await _withdraw(one, person, officer, today, desk)
    if one.right in _COPIES:
        kept = await desk.personal.collect(person.code)
        await desk.audit.record(officer.code, "copied_data", person.code, now, {"request": one.number})
        text = _("Made on {day} for request {number} of the person. To be handed to nobody else.")
        return make_copy(visit, person, kept, now, text.format(day=show_day_of(now), number=one.number))
    return ""


async def _correct(one: DataRequest, person: Person, officer: Person, today: RulesOn, desk: Desk) -> str:
    """Change the record as a load would; one sentence where that cannot be done."""
    if not one.value or one.field == OTHER:
        return ""
    if is_former(person):
        text = _("{code} is no longer in the roster, so there is nothing to correct: please decline and say so.")
        return text.format(code=person.code)
    read, change = desk.corrections.read_correction, desk.corrections.correct
    wrong = read(person, one.field, one.value, today.library, home=today.book.home, today=today.day)
    if wrong:
        return say_problem(wrong[0])
    await change(person, one.field, one.value, today.library, home=today.book.home, today=today.day)
    details = {"request": one.number, "column": one.field}
    await desk.audit.record(officer.code, "corrected_record", person.code, desk.clock.now(), details)
    return ""


async def _withdraw(one: DataRequest, person: Person, officer: Person, today: RulesOn, desk: Desk) -> None:
    """The purpose that was named, in every chat of theirs; the answers themselves: the chats are linked no more."""
    now, purpose = desk.clock.now(), Purpose(one.field or Purpose.ANSWERS)
    if purpose is Purpose.ANSWERS:
        await let_go_of_all(person, today, desk.kept, desk.consents, now)
    else:
        chats = await desk.kept.accounts.list_accounts(person.code)
        await withdraw_in(chats, purpose, person, today, desk.kept, desk.consents, now)
    details = {"request": one.number, "purpose": purpose.value}
    await desk.audit.record(officer.code, "withdrew_consent", person.code, now, details)
