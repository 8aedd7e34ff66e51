"""What I want of my data, put to HR with its clocks: a correction, a restriction, an objection, a deletion."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from handlers import next_steps
from handlers.asking import Choice
from handlers.data_request_words import (
    FIELDS,
    OTHER,
    dated,
    describe_clocks,
    describe_entered,
    describe_in_list,
    describe_wanted,
    is_same,
    name_field,
    name_right,
    see,
)
from handlers.forms import Asked, Form, Refused, Step, Values
from handlers.inquiries import clean, list_serving
from handlers.letting_go import Kept as Drawers
from handlers.letting_go import erase, let_go
from handlers.notifying import Notifying, notify
from handlers.officials.surer_chats import list_surer, refuse_here
from handlers.phrases import _, mark, show_day
from handlers.ports import Audit, Clock, Consents, Corrections, DataRequests, PersonalData, Staff
from handlers.pressed import read_number
from handlers.privacy import describe_period, rules_of
from handlers.problem_words import say_problem
from handlers.reply import Line, Outcome, Reply
from handlers.visit import Visit
from knowledge.facts import Person, Role
from knowledge.privacy import Right
from storage.records import Account, DataRequest, DataRequestState, LetterKind, NewNotice, NoticeKind

FORM = "data.correct"
ASKING = "data.restrict"
_MOST_OPEN = 10
_MOST_LISTED = 20
_LONGEST = 500
_YES = "yes"
_GENDERS = (("nam", mark("male")), ("nu", mark("female")))


@dataclass(frozen=True, slots=True)
class Desk:
    """The drawers that requests need, and how HR is told."""

    requests: DataRequests
    personal: PersonalData
    consents: Consents
    corrections: Corrections
    staff: Staff
    audit: Audit
    clock: Clock
    by: Notifying


async def list_mine(visit: Visit, person: Person, desk: Desk) -> Reply:
    """What became of what I wanted?"""
    found = await desk.requests.list_requests_of(person.code, _MOST_LISTED)
    library = visit.rules.library
    return Reply(
        title=_("Your requests about your data") if found else _("You have made no request about your data yet."),
        lines=tuple(Line(describe_in_list(one, library), is_item=True) for one in found),
        choices=(*(see(one) for one in found if one.is_open), next_steps.my_data()),
    )


async def show(visit: Visit, person: Person, desk: Desk) -> Reply:
    """One of my requests with its clocks and what HR said."""
    one = await _find(visit, person, desk)
    return _not_yours() if one is None else await _show_here(one, visit, person, desk)


async def take_back(visit: Visit, person: Person, desk: Desk) -> Reply:
    """I do not want it any more."""
    one = await _find(visit, person, desk, to_change=True)
    if one is None:
        return _not_yours()
    if not one.is_open:
        return _show(one, visit)
    if surer := await _list_surer(one, visit, person, desk):
        return refuse_here(surer)
    now = desk.clock.now()
    kept = await desk.requests.save_request(replace(one, state=DataRequestState.TAKEN_BACK, closed_at=now))
    await desk.audit.record(person.code, "data_request_taken_back", person.code, now, {"request": one.number})
    return replace(_show(kept, visit), title=_("Request {number} is taken back.").format(number=one.number))


def correction_form(visit: Visit, person: Person, desk: Desk) -> Form:
    """Which field is wrong, and what is right."""
    today = visit.rules.book.on(visit.today)

    async def read_value(said: str, values: Values) -> dict[str, str | None] | Refused:
        value = clean(said)[:_LONGEST]
        if not value:
            return Refused(_("Please type what is right."))
        if values["field"] == OTHER:
            return {"value": value}
        wrong = desk.corrections.read_correction(
            person, values["field"], value, today.library, home=today.book.home, today=today.day
        )
        return Refused(say_problem(wrong[0])) if wrong else {"value": value}

    async def ask_sure(values: Values) -> Asked:
        text = _("Ask HR to correct “{field}” to “{value}”?")
        return Asked(
            text.format(field=name_field(values["field"]), value=values["value"]),
            (Line(_("HR of your unit decides; the record changes only then. You are told here.")),),
            ((_("Yes, send it"), _YES),),
        )

    async def finish(values: Values) -> Reply:
        wanted = _new(Right.CORRECT, visit, person, desk)
        return await _open(replace(wanted, field=values["field"], value=values["value"]), visit, person, desk)

    steps = (
        Step("field", ("field",), _ask_field, _read_field),
        Step("value", ("value",), _ask_value, read_value),
        Step("sure", ("sure",), ask_sure, _read_sure),
    )
    return Form(FORM, steps, finish, _nothing_sent)


def restriction_form(visit: Visit, person: Person, desk: Desk) -> Form:
    """What should not be done with my data, or what I object to, in my own words."""

    async def ask(_values: Values) -> Asked:
        return Asked(
            _("Do you want the processing restricted, or do you object to it?"),
            (Line(_("Reminders, conversations and this chat you can switch off yourself: “What I agreed to”.")),),
            (
                (name_right(visit.rules.library, "restrict"), "restrict"),
                (name_right(visit.rules.library, "object"), "object"),
            ),
        )

    async def read(said: str, _values: Values) -> dict[str, str | None] | Refused:
        if said not in {"restrict", "object"}:
            return Refused(_("Please press one of the buttons."))
        return {"right": said}

    async def ask_words(_values: Values) -> Asked:
        return Asked(_("What exactly, and why? Please type it in one message for HR."))

    async def read_words(said: str, _values: Values) -> dict[str, str | None] | Refused:
        words = clean(said)[:_LONGEST]
        return {"words": words} if words else Refused(_("Please type what HR should know."))

    async def finish(values: Values) -> Reply:
        wanted = _new(Right(values["right"]), visit, person, desk)
        return await _open(replace(wanted, words=values["words"]), visit, person, desk)

    steps = (Step("right", ("right",), ask, read), Step("words", ("words",), ask_words, read_words))
    return Form(ASKING, steps, finish, _nothing_sent)


async def ask_to_delete(visit: Visit, person: Person, desk: Desk) -> Reply:
    """What goes at once, what stays and why, before anything is done; or in which chat that is asked."""
    if surer := await list_surer(visit, person, desk.by.accounts):
        return refuse_here(surer)
    counts = await desk.personal.count(person.code)
    rules = rules_of(visit)
    library = visit.rules.library
    held = [one for one in rules.groups if counts.get(one.code)]
    gone = [
        Line(_("Goes at once: {group} ({n})").format(group=one.name, n=counts[one.code]), is_item=True)
        for one in held
        if one.is_gone
    ]
    stays = [
        Line(
            _("Stays: {group} – {why}. Kept: {period}.").format(
                group=one.name, why=one.why, period=describe_period(library, one.code)
            ),
            is_item=True,
        )
        for one in held
        if not one.is_gone
    ]
    return Reply(
        title=_("Delete your data?"),
        lines=(
            *gone,
            *stays,
            Line(_("This chat is then linked to nobody, and cannot be made as before. You can link it anew.")),
            Line(_("About what stays you can ask HR to decide; the clocks of the law run then.")),
        ),
        choices=(
            Choice(_("Delete what can go"), "data.delete.yes"),
            Choice(_("Delete, and ask HR about the rest"), "data.delete.all"),
            Choice(_("Export my data first"), "data.export"),
            next_steps.my_data(),
        ),
    )


async def delete(visit: Visit, person: Person, desk: Desk, drawers: Drawers, *, asks_about_rest: bool) -> Reply:
    """Delete what can go at once; ask HR about the rest where that is wanted.

    Nothing where a colleague's code led here and other chats prove more surely whose data it is.
    """
    if surer := await list_surer(visit, person, drawers.accounts):
        return refuse_here(surer)
    now = desk.clock.now()
    lines = [Line(_("Deleted at once; what stays, stays for the reasons that you were told."))]
    request = _new(Right.DELETE, visit, person, desk)
    if asks_about_rest:
        kept = await _add(request, visit, person, desk)
        lines += [Line(describe_in_list(kept, visit.rules.library)), *describe_clocks(kept, visit)]
        lines.append(Line(_("Without a linked chat HR answers you in person or in writing.")))
    else:
        done = replace(dated(request, visit.rules.book.on(visit.today)), state=DataRequestState.DONE, closed_at=now)
        await desk.requests.add_request(replace(done, answered_at=now))
    today = visit.rules.book.on(visit.today)
    here = visit.asked.channel, visit.asked.address
    unlinked = await erase(person, today, drawers, desk.personal, desk.consents, now, asked_in=here)
    if here not in unlinked:  # known by its door alone
        await let_go(here, person, today, drawers, desk.consents, now)
    await desk.audit.record(person.code, "deleted_own_data", person.code, now, {"asks_hr": asks_about_rest})
    return Reply(
        title=_("Done: what can be deleted at once is deleted."),
        lines=tuple(lines),
        choices=(next_steps.link_account(), next_steps.help_me()),
    )


def _new(right: Right, visit: Visit, person: Person, desk: Desk) -> DataRequest:
    return DataRequest(
        person=person.code,
        channel=visit.asked.channel,
        right=right.value,
        opened_at=desk.clock.now(),
        first_on=visit.today,
        due_on=visit.today,
        asked_vouched_by=person.vouched_by,
    )


async def _open(wanted: DataRequest, visit: Visit, person: Person, desk: Desk) -> Reply:
    before = [one for one in await desk.requests.list_requests_of(person.code, _MOST_LISTED) if one.is_open]
    # One that others could have asked, or wrote down, does not stand for what the person asks themself: it may need
    # more people who agree.
    alike = [one for one in before if is_same(one, wanted) and (one.is_proven or not wanted.is_proven)]
    same = next(iter(alike), None)
    if same is not None:
        shown = await _show_here(same, visit, person, desk)
        return replace(shown, title=_("This request is with HR already; no second one was made."))
    if len(before) >= _MOST_OPEN:
        return Reply(
            title=_("{n} requests of yours are still with HR; please wait or take one back.").format(n=len(before)),
            choices=tuple(see(one) for one in before),
            outcome=Outcome.DENIED,
        )
    kept = await _add(wanted, visit, person, desk)
    title = _("Sent to HR as request {number}; they answer by {day}.")
    return replace(_show(kept, visit), title=title.format(number=kept.number, day=show_day(kept.first_on)))


async def _add(wanted: DataRequest, visit: Visit, person: Person, desk: Desk) -> DataRequest:
    today = visit.rules.book.on(visit.today)
    kept = await desk.requests.add_request(dated(wanted, today))
    now = desk.clock.now()
    details = {"request": kept.number, "right": kept.right, "channel": str(visit.asked.channel)}
    await desk.audit.record(person.code, "data_request_opened", person.code, now, details)
    staff = await desk.staff.list_staff()
    serving = list_serving(staff, person.unit, visit.own_territory, person, today)
    told = serving[:1] or _in_place_of_hr(staff, person)
    for one in told:
        key = f"privacy:{kept.number}:new:{one.code}"
        notice = NewNotice(NoticeKind.PRIVACY, key, "new", (person.code,), {"request": kept.number, "to": one.code})
        await notify(one, notice, LetterKind.DATA_REQUEST, kept.number, today, desk.by)
    return kept


def _in_place_of_hr(staff: Sequence[Person], person: Person) -> list[Person]:
    """Where no HR serves the unit: the data officers, or else the administrators."""
    others = [one for one in staff if one.code != person.code]
    officers = [one for one in others if Role.DATA_OFFICER in one.roles]
    return officers or [one for one in others if Role.ADMINISTRATOR in one.roles]


async def _list_surer(one: DataRequest, visit: Visit, person: Person, desk: Desk) -> Sequence[Account]:
    """The chats in which it is taken back, if not in this one: what was asked by the same codes is this chat's own."""
    if one.asked_vouched_by and one.asked_vouched_by == person.vouched_by:
        return ()
    return await list_surer(visit, person, desk.by.accounts)


async def _show_here(one: DataRequest, visit: Visit, person: Person, desk: Desk) -> Reply:
    surer = await _list_surer(one, visit, person, desk) if one.is_open else ()
    return _show(one, visit, is_for_here=not surer)


def _show(one: DataRequest, visit: Visit, *, is_for_here: bool = True) -> Reply:
    library = visit.rules.library
    lines = [Line(describe_in_list(one, library)), *describe_entered(one), *describe_wanted(one, library)]
    if one.is_entered and one.is_open:
        text = _("If this did not come from you, press “Take it back” and tell HR at once.")
        if not is_for_here:
            text = _(
                "If this did not come from you, tell HR of your unit or the administrator at once. In this chat it "
                "cannot be taken back: the chat was linked with a code that a colleague gave."
            )
        lines.append(Line(text))
    if one.words:
        lines.append(Line(_("You wrote: {words}").format(words=one.words), is_item=True))
    if one.answer:
        lines.append(Line(_("HR says: {words}").format(words=one.answer), is_item=True))
    lines += describe_clocks(one, visit) if one.is_open else []
    may_take_back = one.is_open and is_for_here
    take = (Choice(_("Take it back"), "data.request.back", str(one.number)),) if may_take_back else ()
    return Reply(
        title=_("Your request {number}").format(number=one.number),
        lines=tuple(lines),
        choices=(*take, Choice(_("My requests"), "data.requests"), next_steps.my_data()),
    )


async def _find(visit: Visit, person: Person, desk: Desk, *, to_change: bool = False) -> DataRequest | None:
    number = read_number(visit.subject)
    one = await desk.requests.find_request(number, to_change=to_change) if number is not None else None
    return one if one is not None and one.person == person.code else None


async def _ask_field(_values: Values) -> Asked:
    answers = tuple((_(name), field) for field, name in FIELDS.items())
    return Asked(_("Which of your data is wrong?"), (), (*answers, (_("Something else"), OTHER)))


async def _read_field(said: str, _values: Values) -> dict[str, str | None] | Refused:
    by_name = {_(name).casefold(): field for field, name in FIELDS.items()}
    field = by_name.get(said.casefold(), said)
    return {"field": field} if field in {*FIELDS, OTHER} else Refused(_("Please press one of the buttons."))


async def _ask_value(values: Values) -> Asked:
    if values["field"] == "gioi_tinh":
        return Asked(_("What is right?"), (), tuple((_(label), value) for value, label in _GENDERS))
    text = _("What is right for “{field}”? Please type it.")
    return Asked(text.format(field=name_field(values["field"])))


async def _read_sure(said: str, _values: Values) -> dict[str, str | None] | Refused:
    if said not in {_YES, _("Yes, send it")}:
        return Refused(_("Please press one of the buttons."))
    return {"sure": _YES}


def _nothing_sent() -> Reply:
    return Reply(title=_("Nothing was sent to HR."), choices=(next_steps.my_data(), next_steps.help_me()))


def _not_yours() -> Reply:
    return Reply(
        title=_("There is no such request of yours."),
        choices=(Choice(_("My requests"), "data.requests"), next_steps.my_data()),
        outcome=Outcome.DENIED,
    )
