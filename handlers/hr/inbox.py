"""The inbox of HR: which questions wait for me, what was asked exactly, and who should answer instead."""

from dataclasses import dataclass, replace

from handlers import next_steps
from handlers.asking import Choice
from handlers.console_entry import offer
from handlers.forms import ends_form
from handlers.inquiries import (
    count_questions,
    describe_letters,
    describe_message,
    describe_question,
    find_address,
    list_serving,
    name_state,
    serves,
    territory_of,
)
from handlers.phrases import _, show_day_of
from handlers.ports import Accounts, Audit, Clock, Inquiries, Letters, Profiles, Staff
from handlers.pressed import read_number
from handlers.reply import Line, Outcome, Pending, Reply
from handlers.rights import serves_whole_province, units_served
from handlers.visit import Visit
from handlers.wording import name_unit
from knowledge.facts import Person, PersonCode, Role
from storage.records import Inquiry, InquiryReason, InquiryState, Letter, LetterKind, MessageKind

ASSIGNING = "inbox.assign"
_PER_PAGE = 6
_MOST_COLLEAGUES = 8
_LONGEST_TOKEN = 64  # bytes of a button


@dataclass(frozen=True, slots=True)
class Desk:
    """The drawers that the inbox needs."""

    inquiries: Inquiries
    letters: Letters
    profiles: Profiles
    staff: Staff
    accounts: Accounts
    audit: Audit
    clock: Clock


async def list_waiting(visit: Visit, desk: Desk) -> Reply:
    """Which questions wait for me? The first due comes first; their words are shown, and recorded, one by one."""
    person = visit.person
    if person is None or not may_serve(person):
        return refuse(visit)
    today = visit.rules.book.on(visit.today)
    waiting = await desk.inquiries.list_waiting(
        units_served=units_served(person, today),
        serves_unplaced=serves_whole_province(person),
        is_administrator=Role.ADMINISTRATOR in person.roles,
        person=person.code,
    )
    mine = [one for one in waiting if serves(person, one, today)]
    if not mine:
        return Reply(title=_("No question waits for you."), choices=(next_steps.unit_gaps(), next_steps.help_me()))
    pages = (len(mine) + _PER_PAGE - 1) // _PER_PAGE
    page = min(max(read_number(visit.subject) or 1, 1), pages)
    shown = mine[(page - 1) * _PER_PAGE : page * _PER_PAGE]
    overdue = sum(_is_overdue(one, visit) for one in mine)
    title = _("{questions} in your inbox, {overdue} overdue (page {page} of {pages})").format(
        questions=count_questions(len(mine)), overdue=overdue, page=page, pages=pages
    )
    turns = [
        Choice(label, "inbox", str(to))
        for label, to in ((_("← Earlier due"), page - 1), (_("Later due →"), page + 1))
        if 1 <= to <= pages
    ]
    return Reply(
        title=title,
        lines=tuple(_describe_row(one, visit) for one in shown),
        choices=(*(Choice(_open_label(one, visit), "inbox.open", one.code) for one in shown), *turns, *offer(visit)),
    )


async def open_one(visit: Visit, desk: Desk) -> Reply:
    """What exactly was asked, by whom, and what became of it so far? The look is recorded first."""
    found = await find_served(visit, visit.subject, desk)
    if not isinstance(found, Inquiry):
        return found
    await record("looked_at_inquiry", found, visit, desk)
    return await show(found, visit, desk)


async def ask_whom_to_assign(visit: Visit, desk: Desk) -> Reply:
    """Somebody else should answer this: who?"""
    found = await find_served(visit, visit.subject, desk)
    if not isinstance(found, Inquiry):
        return found
    if not found.is_open:
        return await tell_changed(found, visit, desk)
    colleagues = await _list_colleagues(found, visit, desk)
    today = visit.rules.book.on(visit.today)
    choices = [
        Choice(f"{one.name}, {name_unit(today, one.unit)}", "inbox.assign", f"{found.code}#{one.code}")
        for one in colleagues
    ]
    title = (
        _("Who should answer question {code}? Choose, or type a staff code.")
        if colleagues
        else _("Nobody else in the roster serves this asker as HR.")
    )
    return Reply(
        title=title.format(code=found.code),
        choices=(
            *[one for one in choices if len(one.token.encode()) <= _LONGEST_TOKEN][:_MOST_COLLEAGUES],
            Choice(_("Back to the question"), "inbox.open", found.code),
        ),
        pending=Pending(ASSIGNING, values={"code": found.code}) if colleagues else None,
    )


async def assign_typed(visit: Visit, desk: Desk) -> Reply:
    """The staff code of a colleague was typed."""
    code = visit.pending.values.get("code", "") if visit.pending is not None else ""
    if ends_form(visit.text):
        return await open_one(replace(visit, subject=code), desk)
    return await assign(replace(visit, subject=f"{code}#{visit.text.strip()}"), desk)


async def assign(visit: Visit, desk: Desk) -> Reply:
    """This colleague should answer it. They must serve the asker as well, and are told."""
    code, _mark, colleague = visit.subject.partition("#")
    found = await find_served(visit, code, desk, to_change=True)
    if not isinstance(found, Inquiry):
        return found
    if not found.is_open:
        return await tell_changed(found, visit, desk)
    colleagues = await _list_colleagues(found, visit, desk)
    chosen = next((one for one in colleagues if one.code == colleague.upper()), None)
    if chosen is None:
        return Reply(
            title=_("{code} does not serve this asker as HR; the question stays where it is.").format(
                code=colleague[:40]
            ),
            choices=(
                Choice(_("Choose somebody else"), "inbox.reassign", found.code),
                Choice(_("Back to the question"), "inbox.open", found.code),
            ),
            outcome=Outcome.DENIED,
        )
    await desk.inquiries.save(replace(found, assigned_to=chosen.code), desk.clock.now())
    account = await find_address(chosen, desk.accounts)
    if account is not None:
        await desk.letters.leave(
            Letter(
                account.channel,
                account.address,
                LetterKind.ASSIGNED,
                desk.clock.now(),
                person=chosen.code,
                inquiry=found.code,
                locale=account.locale or visit.asked.locale,
            )
        )
    await record("reassigned_inquiry", found, visit, desk, to=chosen.code)
    told = _("They are told in their chat.")
    if account is None:
        told = _("No chat of theirs takes messages; please tell them.")
    return Reply(
        title=_("Question {code} is now with {name}.").format(code=found.code, name=chosen.name),
        lines=(Line(told),),
        choices=(next_steps.inbox(), next_steps.help_me()),
    )


async def find_served(visit: Visit, code: str, desk: Desk, *, to_change: bool = False) -> Inquiry | Reply:
    """A question that this HR serves by today's roster. Any other is refused as if there were none, and recorded."""
    person = visit.person
    if person is None:
        return refuse(visit)
    found = await desk.inquiries.find(code.upper(), to_change=to_change) if may_serve(person) and code else None
    if found is not None and serves(person, found, visit.rules.book.on(visit.today)):
        return found
    await desk.audit.record(person.code, "look_refused", "inquiry", desk.clock.now(), {"channel": visit.asked.channel})
    if not may_serve(person):
        return refuse(visit)
    return Reply(
        title=_("There is no question {code} among those that you serve.").format(code=code[:20]),
        choices=(next_steps.inbox(), next_steps.help_me()),
        outcome=Outcome.DENIED,
    )


async def show(inquiry: Inquiry, visit: Visit, desk: Desk) -> Reply:
    """The question as HR sees it; whoever shows it has recorded the look."""
    today = visit.rules.book.on(visit.today)
    asker = await desk.profiles.find_person(inquiry.person) if inquiry.person is not None else None
    lines = [
        _describe_asker(inquiry, asker, visit),
        *describe_question(inquiry.question, inquiry.answer, inquiry.context),
        Line(_describe_why(inquiry.why), is_item=True),
    ]
    colleague = await desk.profiles.find_person(inquiry.assigned_to) if inquiry.assigned_to is not None else None
    if colleague is not None and serves(colleague, inquiry, today):  # else the asker moved away from them, or they went
        lines.append(Line(_("Assigned to: {name}").format(name=colleague.name), is_item=True))
    for message in inquiry.messages:
        lines += describe_message(message, today, territory_of(inquiry, today))
    if not inquiry.is_of_former:
        lines += describe_letters(await desk.letters.list_about(inquiry.code), inquiry)
    choices: list[Choice] = []
    if inquiry.is_open:
        choices += [
            Choice(_("Answer"), "inbox.reply", inquiry.code),
            Choice(_("Ask back"), "inbox.ask", inquiry.code),
            Choice(_("Hand to somebody else"), "inbox.reassign", inquiry.code),
            Choice(_("Close"), "inbox.close", inquiry.code),
        ]
    if may_promote(inquiry) and visit.person is not None and Role.HR in visit.person.roles:
        choices.append(Choice(_("Answer everybody who asks this"), "frequent.promote", inquiry.code))
    if asker is not None:
        record_of = Choice(_("Record of {name}").format(name=asker.name), "person", asker.code)
        choices += [record_of] if len(record_of.token.encode()) <= _LONGEST_TOKEN else []
    return Reply(
        title=_("Question {code}: {state}").format(code=inquiry.code, state=name_state(inquiry, visit.today)),
        lines=tuple(lines),
        choices=(*choices, next_steps.inbox()),
    )


async def tell_changed(inquiry: Inquiry, visit: Visit, desk: Desk) -> Reply:
    """Somebody was quicker: say what became of the question meanwhile."""
    await record("looked_at_inquiry", inquiry, visit, desk)
    shown = await show(inquiry, visit, desk)
    match inquiry.state:
        case InquiryState.WITHDRAWN:
            note = _("The asker has taken this question back meanwhile; nothing was sent.")
        case InquiryState.ANSWERED:
            note = _("Somebody has answered this question meanwhile; nothing more was sent.")
        case InquiryState.CLOSED:
            note = _("This question was closed meanwhile; nothing was sent.")
        case _:
            note = _("This question has changed meanwhile; nothing was sent. Please read it again.")
    return replace(shown, lines=(Line(note), *shown.lines))


async def record(action: str, inquiry: Inquiry, visit: Visit, desk: Desk, **details: str) -> None:
    """Put into the audit chain what HR does with a question."""
    if visit.person is None:
        return
    subject = inquiry.person or inquiry.code
    told = {"inquiry": inquiry.code, "channel": visit.asked.channel, **details}
    await desk.audit.record(visit.person.code, action, subject, desk.clock.now(), told)


def may_serve(person: Person) -> bool:
    """Whether somebody has an inbox at all."""
    return bool(person.roles & {Role.HR, Role.ADMINISTRATOR})


def may_promote(inquiry: Inquiry) -> bool:
    """Whether HR has written an answer whose words are still kept, as are those of the question."""
    return inquiry.question is not None and any(one.kind is MessageKind.REPLY and one.text for one in inquiry.messages)


def refuse(visit: Visit) -> Reply:
    """Not HR, or not known to be."""
    del visit
    return Reply(
        title=_("The inbox of questions is for HR, from a chat linked to their record."),
        choices=(next_steps.my_inquiries(), next_steps.link_account(), next_steps.help_me()),
        outcome=Outcome.DENIED,
    )


async def _list_colleagues(inquiry: Inquiry, visit: Visit, desk: Desk) -> list[Person]:
    today = visit.rules.book.on(visit.today)
    own = visit.person.code if visit.person is not None else PersonCode("")
    asker = await desk.profiles.find_person(inquiry.person) if inquiry.person is not None else None
    serving = list_serving(await desk.staff.list_staff(), inquiry.unit, inquiry.territory, asker, today)
    return [one for one in serving if one.code not in {own, inquiry.assigned_to}]


def _describe_row(inquiry: Inquiry, visit: Visit) -> Line:
    asker = _name_asker(inquiry, visit)
    mark = _("yours: ") if visit.person is not None and inquiry.assigned_to == visit.person.code else ""
    text = _("{mark}{code}, {asker}: {state}")
    state = name_state(inquiry, visit.today)
    return Line(text.format(mark=mark, code=inquiry.code, asker=asker, state=state), is_item=True)


def _name_asker(inquiry: Inquiry, visit: Visit) -> str:
    today = visit.rules.book.on(visit.today)
    unit = today.find_unit(inquiry.unit) if inquiry.unit is not None else None
    name = unit.name if unit is not None else _("unit not known")
    is_official = inquiry.person is not None or inquiry.is_of_former
    return _("an official, {unit}").format(unit=name) if is_official else _("a visitor not linked")


def _open_label(inquiry: Inquiry, visit: Visit) -> str:
    """The line above says until when."""
    return f"⚠ {inquiry.code}" if _is_overdue(inquiry, visit) else inquiry.code


def _is_overdue(inquiry: Inquiry, visit: Visit) -> bool:
    return inquiry.state is InquiryState.OPEN and visit.today > inquiry.due_on


def _describe_asker(inquiry: Inquiry, asker: Person | None, visit: Visit) -> Line:
    day = show_day_of(inquiry.opened_at)
    if inquiry.unit is not None and inquiry.is_of_former:
        unit = name_unit(visit.rules.book.on(visit.today), inquiry.unit)
        text = _("Asked on {day} by an official of {unit} who is not on record any more.")
        return Line(text.format(day=day, unit=unit))
    if asker is None:
        return Line(_("Asked on {day} by a visitor who is not linked.").format(day=day))
    told = {"day": day, "name": asker.name, "position": asker.position}
    unit = name_unit(visit.rules.book.on(visit.today), asker.unit)
    return Line(_("Asked on {day} by {name}, {position}, {unit}.").format(**told, unit=unit))


def _describe_why(why: InquiryReason) -> str:
    match why:
        case InquiryReason.NOT_UNDERSTOOD:
            return _("Why it is here: the machine was not sure what was asked.")
        case InquiryReason.NO_BASIS:
            return _("Why it is here: the library does not hold what would decide it.")
        case InquiryReason.REQUESTED:
            return _("Why it is here: the asker wants the answer of a person.")
