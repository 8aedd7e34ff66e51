"""What became of my question: where it stands, the answer, and what I can still do about it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from handlers import next_steps
from handlers.asking import Choice
from handlers.forms import LONGEST_ENTRY, ends_form
from handlers.inquiries import (
    clean,
    describe_message,
    describe_question,
    find_address,
    find_code,
    is_own,
    name_state,
    see,
    serves,
    steps_after,
)
from handlers.letting_go import withdraw_inquiry
from handlers.officials.surer_chats import list_surer, refuse_here
from handlers.phrases import _, show_day, show_day_of
from handlers.ports import Accounts, Audit, Clock, Guesses, Inquiries, Letters, Staff
from handlers.reply import Line, Outcome, Pending, Reply
from handlers.visit import Visit
from knowledge.facts import PersonCode
from knowledge.reminding import due_day
from storage.records import Account, Inquiry, InquiryMessage, InquiryState, Letter, LetterKind, MessageKind

FORM = "inquiry.words"
_MOST_LISTED = 10
_MOST_ENTRIES = 10  # additions to one question
_MOST_WRONG = 10  # wrong codes within an hour


@dataclass(frozen=True, slots=True)
class Desk:
    """The drawers that following needs."""

    inquiries: Inquiries
    guesses: Guesses
    letters: Letters
    accounts: Accounts
    staff: Staff
    audit: Audit
    clock: Clock


async def follow(visit: Visit, desk: Desk) -> Reply:
    """Where does my question stand? By its code, else all of mine."""
    code = named_code(visit)
    if code:
        return await _show_own(code, visit, desk)
    person = visit.person.code if visit.person is not None else None
    asked = await desk.inquiries.list_asked(visit.asked.channel, visit.asked.address, person, _MOST_LISTED)
    return await _show_own(asked[0].code, visit, desk) if len(asked) == 1 else _list(asked, visit)


def named_code(visit: Visit) -> str | None:
    """The code that was typed or pressed; None for none."""
    return visit.subject or find_code(visit.text)


async def _show_own(code: str, visit: Visit, desk: Desk) -> Reply:
    """Show it; a letter that still waits to tell of it has become needless."""
    found = await _find(visit, code, desk)
    if not isinstance(found, Inquiry):
        return found
    await desk.letters.take_back(found.code, visit.asked.channel, visit.asked.address, found.person)
    return _show(found, visit)


async def ask_for_words(visit: Visit, desk: Desk) -> Reply:
    """I want to add something, or answer what HR asked."""
    found = await _find(visit, visit.subject, desk)
    if not isinstance(found, Inquiry):
        return found
    if not found.is_open:
        return _is_over(found, visit)
    asked_back = [one for one in found.messages if one.kind is MessageKind.ASK_BACK]
    question = describe_message(asked_back[-1], visit.rules, visit.territory) if asked_back else []
    return Reply(
        title=_("Please type what to add to question {code}, in one message.").format(code=found.code),
        lines=(*question, _how_to_end()),
        choices=(see(found),),
        pending=Pending(FORM, "details", {"code": found.code}),
    )


async def ask_what_is_unclear(visit: Visit, desk: Desk) -> Reply:
    """The answer is not clear to me."""
    found = await _find(visit, visit.subject, desk)
    if not isinstance(found, Inquiry):
        return found
    if found.state is not InquiryState.ANSWERED:
        return _show(found, visit)
    return Reply(
        title=_("Please type what is still not clear about question {code}.").format(code=found.code),
        lines=(Line(_("The question is then open again, and HR is told.")), _how_to_end()),
        choices=(see(found),),
        pending=Pending(FORM, "unclear", {"code": found.code}),
    )


async def read_words(visit: Visit, desk: Desk) -> Reply:
    """What was typed for a question goes to HR."""
    pending = visit.pending
    code = pending.values.get("code", "") if pending is not None else ""
    found = await _find(visit, code, desk, to_change=True)
    if not isinstance(found, Inquiry):
        return found
    if ends_form(visit.text):
        return _show(found, visit)
    text = clean(visit.text)
    if not text:
        return await ask_for_words(replace(visit, subject=code), desk)
    if len(text) > LONGEST_ENTRY:
        title = _("This is too long: {n} characters, at most {most}. Please shorten it.")
        return Reply(title=title.format(n=len(text), most=LONGEST_ENTRY), choices=(see(found),), pending=pending)
    is_unclear = pending is not None and pending.step == "unclear"
    if (found.state is not InquiryState.ANSWERED) if is_unclear else not found.is_open:
        return _is_over(found, visit)
    if sum(one.kind in {MessageKind.DETAILS, MessageKind.UNCLEAR} for one in found.messages) >= _MOST_ENTRIES:
        return Reply(
            title=_("Enough was added to this question. Please wait for HR, or pass on a new one."),
            choices=(see(found), *steps_after()),
            outcome=Outcome.DENIED,
        )
    saved = await _add(found, MessageKind.UNCLEAR if is_unclear else MessageKind.DETAILS, text, visit, desk)
    return Reply(
        title=_("Added to question {code}. HR is to answer by {day}.").format(
            code=saved.code, day=show_day(saved.due_on)
        ),
        lines=(Line(_("Passed on: “{text}”").format(text=text)),),
        choices=(see(saved), *steps_after()),
    )


async def confirm_clear(visit: Visit, desk: Desk) -> Reply:
    """The answer is clear; the question is closed."""
    found = await _find(visit, visit.subject, desk, to_change=True)
    if not isinstance(found, Inquiry):
        return found
    if found.state is not InquiryState.ANSWERED:
        return _show(found, visit)
    now = desk.clock.now()
    await desk.inquiries.save(replace(found, state=InquiryState.CLOSED), now)
    await _record("closed_own_inquiry", found, visit, desk)
    return Reply(
        title=_("Thank you. Question {code} is closed.").format(code=found.code),
        choices=(see(found), next_steps.my_gaps(), next_steps.help_me()),
    )


async def withdraw(visit: Visit, desk: Desk) -> Reply:
    """I take my question back: HR no longer sees it, and its texts are dropped."""
    found = await _find(visit, visit.subject, desk, to_change=True)
    if not isinstance(found, Inquiry):
        return found
    if not found.is_open:
        return _is_over(found, visit)
    if surer := await _list_surer(found, visit, desk):
        return refuse_here(surer)
    await withdraw_inquiry(found, desk.inquiries, desk.letters, desk.clock.now())
    await _record("withdrew_inquiry", found, visit, desk)
    return Reply(
        title=_("Question {code} was taken back. Its texts are dropped.").format(code=found.code),
        choices=(next_steps.my_gaps(), next_steps.help_me()),
    )


async def _add(inquiry: Inquiry, kind: MessageKind, text: str, visit: Visit, desk: Desk) -> Inquiry:
    """Add words of the asker; what waited for them, or was answered, waits for HR again, with a new day."""
    now = desk.clock.now()
    changed = inquiry
    if inquiry.state is not InquiryState.OPEN:
        today = visit.rules.book.on(visit.today)
        due_on = due_day(visit.today, today.calendar, today.library.policy)
        changed = replace(inquiry, state=InquiryState.OPEN, due_on=due_on, reminded_on=None, reminders=0)
    message = InquiryMessage(kind, now, text, inquiry.person)
    saved = await desk.inquiries.save(changed, now, message)
    await _tell_hr(inquiry, visit, desk)
    await _record("added_to_inquiry", inquiry, visit, desk)
    return saved


async def _tell_hr(inquiry: Inquiry, visit: Visit, desk: Desk) -> None:
    """Whoever has taken it up is told, while they serve the asker: the one it is assigned to, else the last who wrote.

    Whoever serves the asker since finds it in their inbox.
    """
    hr = inquiry.assigned_to or next((one.who for one in reversed(inquiry.messages) if one.name), None)
    person = next((one for one in await desk.staff.list_staff() if one.code == hr), None)
    if person is None or not serves(person, inquiry, visit.rules.book.on(visit.today)):
        return
    account = await find_address(person, desk.accounts)
    if account is None:
        return
    await desk.letters.leave(
        Letter(
            account.channel,
            account.address,
            LetterKind.DETAILS,
            desk.clock.now(),
            person=person.code,
            inquiry=inquiry.code,
            locale=account.locale or inquiry.locale,
        )
    )


async def _list_surer(found: Inquiry, visit: Visit, desk: Desk) -> Sequence[Account]:
    """Surer chats of theirs, for a question that was passed on in another one than this."""
    if visit.person is None or (found.channel, found.address) == (visit.asked.channel, visit.asked.address):
        return ()
    return await list_surer(visit, visit.person, desk.accounts)


async def _find(visit: Visit, code: str, desk: Desk, *, to_change: bool = False) -> Inquiry | Reply:
    """One's own question. Another's code and an unknown one get the same answer, and guessing is stopped."""
    now, asked = desk.clock.now(), visit.asked
    if await desk.guesses.wrong_so_far(asked.channel, asked.address, now) >= _MOST_WRONG:
        return _braked()
    found = await desk.inquiries.find(code.upper(), to_change=to_change) if code else None
    if found is not None and is_own(found, asked, visit.person):
        return found
    await desk.guesses.count_wrong(asked.channel, asked.address, now)
    return Reply(
        title=_("There is no question of yours with the code {code}.").format(code=code[:20]),
        lines=(
            Line(_("Please check the code. A question can be followed only by who asked it, from a chat of theirs.")),
        ),
        choices=steps_after(),
        outcome=Outcome.DENIED,
    )


def _braked() -> Reply:
    return Reply(
        title=_("Too many wrong codes. Please try again in an hour."),
        choices=(next_steps.help_me(),),
        outcome=Outcome.DENIED,
    )


def _list(asked: Sequence[Inquiry], visit: Visit) -> Reply:
    if not asked:
        return Reply(
            title=_("You have not passed on any question here."),
            lines=(Line(_("If you have a code, please type it. You can also ask me to pass a question on to HR.")),),
            choices=(Choice(_("Pass a question on to HR"), "pass_on"), next_steps.my_study(), next_steps.help_me()),
        )
    text = _("{code} of {day}: {state}")
    return Reply(
        title=_("Your questions to HR"),
        lines=tuple(
            Line(
                text.format(code=one.code, day=show_day_of(one.opened_at), state=name_state(one, visit.today)),
                is_item=True,
            )
            for one in asked
        ),
        choices=tuple(see(one) for one in asked),
    )


def _show(inquiry: Inquiry, visit: Visit) -> Reply:
    rules = visit.rules.book.on(visit.today)
    lines = [
        Line(_("Passed on {day}; state: {state}.").format(
            day=show_day_of(inquiry.opened_at), state=name_state(inquiry, visit.today)
        )),
        *describe_question(inquiry.question, "", ()),
    ]  # fmt: skip
    for message in inquiry.messages:
        lines += describe_message(message, rules, visit.territory)
    return Reply(
        title=_("Question {code}").format(code=inquiry.code),
        lines=tuple(lines),
        choices=(*_steps(inquiry), *steps_after()),
    )


def _steps(inquiry: Inquiry) -> tuple[Choice, ...]:
    code = inquiry.code
    take_back = Choice(_("Take it back"), "inquiry.withdraw", code)
    match inquiry.state:
        case InquiryState.OPEN:
            return (Choice(_("Add details"), "inquiry.add", code), take_back)
        case InquiryState.ASKED_BACK:
            return (Choice(_("Answer HR"), "inquiry.add", code), take_back)
        case InquiryState.ANSWERED:
            return (Choice(_("It is clear"), "inquiry.clear", code), Choice(_("Not clear"), "inquiry.unclear", code))
        case _:
            return ()


def _is_over(inquiry: Inquiry, visit: Visit) -> Reply:
    shown = _show(inquiry, visit)
    note = Line(_("That is not possible any more: the question is {state}.").format(
        state=name_state(inquiry, visit.today)
    ))  # fmt: skip
    return replace(shown, lines=(note, *shown.lines))


def _how_to_end() -> Line:
    return Line(_("What you type next is passed on to HR. Type “{word}” to end this.").format(word=_("stop")))


async def _record(action: str, inquiry: Inquiry, visit: Visit, desk: Desk) -> None:
    who: PersonCode | str = inquiry.person or str(visit.asked.channel)
    subject = inquiry.person or inquiry.code
    await desk.audit.record(who, action, subject, desk.clock.now(), {"inquiry": inquiry.code})
