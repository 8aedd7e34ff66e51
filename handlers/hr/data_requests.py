"""Those who look after requests about personal data: which clocks run, one request, the answer, the decision."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from handlers import next_steps
from handlers.asking import Choice
from handlers.data_request_words import (
    OTHER,
    dated,
    describe_clocks,
    describe_entered,
    describe_in_list,
    describe_wanted,
    name_right,
)
from handlers.forms import Asked, Form, Refused, Step, Values
from handlers.hr.data_deeds import Desk, carry_out, decides_who_is_let_in, needs_two, shows_everything
from handlers.hr.first_of_two import explain_no_second, may_act_anew
from handlers.hr.former import former_person, is_former
from handlers.inquiries import clean
from handlers.notifying import notify
from handlers.phrases import _
from handlers.pressed import read_number
from handlers.reply import Line, Outcome, Paper, Reply
from handlers.rights import serves_everybody, units_served
from handlers.visit import Visit
from handlers.vouching import explain_not_another, is_another
from handlers.wording import name_unit
from knowledge.facts import Person, Role, UnitCode
from knowledge.privacy import Right
from knowledge.rulebook import RulesOn
from storage.records import DataRequest, DataRequestState, LetterKind, NewNotice, NoticeKind

FORM = "data.office.answer"
_MOST_LISTED = 5_000
_MOST_TOLD = 30
_MOST_CHOICES = 8
_LONGEST = 1_000
_ANSWER, _ACCEPT, _REFUSE, _EXTEND, _LONGER = "answer", "accept", "refuse", "extend", "longer"
DEEDS = (_ACCEPT, _ANSWER, _REFUSE, _EXTEND, _LONGER)
NEEDS_WORDS = frozenset({_ANSWER, _REFUSE, _EXTEND, _LONGER})
_OF_ALL = frozenset({Role.ADMINISTRATOR, Role.DATA_OFFICER})
_OFFICERS = _OF_ALL | {Role.HR}
_SETTLED = {DataRequestState.DONE: "data_request_done", DataRequestState.REFUSED: "data_request_refused"}


def is_officer(person: Person) -> bool:
    """Whether somebody may look after requests about personal data: data officers, HR, and administrators."""
    return bool(person.roles & _OFFICERS)


def units_of(officer: Person, today: RulesOn) -> Collection[UnitCode] | None:
    """Whose requests: of the units that they serve; None where that is everybody."""
    if officer.roles & _OF_ALL or serves_everybody(officer, today):
        return None
    return units_served(officer, today)


def may_handle(officer: Person, person: Person, today: RulesOn) -> bool:
    """Whether somebody looks after the requests of this person."""
    units = units_of(officer, today)
    return is_officer(officer) and (units is None or person.unit in units)


async def list_running(officer: Person, today: RulesOn, desk: Desk) -> Sequence[DataRequest]:
    """Requests whose clocks run, the first due first; never the officer's own.

    Those of whoever gave the code of their chat are among them: the clock runs, and opening one says who may decide.
    """
    found = await desk.requests.list_running(units_of(officer, today), _MOST_LISTED)
    return [one for one in found if one.person != officer.code]


async def show_running(visit: Visit, officer: Person, desk: Desk) -> Reply:
    """Which clocks run?"""
    today = visit.rules.book.on(visit.today)
    found = await list_running(officer, today, desk)
    late = [one for one in found if one.is_overdue(visit.today)]
    title = _("{n} requests about personal data are open, {late} of them overdue").format(n=len(found), late=len(late))
    lines = [
        Line(_("Overdue – {line}").format(line=text) if one in late else text, is_item=True)
        for one in found[:_MOST_TOLD]
        if (text := f"{one.person}: {describe_in_list(one, today.library)}")
    ]
    if len(found) > _MOST_TOLD:
        text = _("{n} more stand in the console, under “Personal data”.")
        lines.append(Line(text.format(n=len(found) - _MOST_TOLD)))
    return Reply(
        title=title if found else _("No request about personal data is open."),
        lines=tuple(lines),
        choices=(
            Choice(_("Enter a request that came on paper"), "data.office.new"),
            *(
                Choice(_("Open request {number}").format(number=one.number), "data.office.open", str(one.number))
                for one in found[:_MOST_CHOICES]
            ),
            *((next_steps.inbox(),) if officer.roles & {Role.HR, Role.ADMINISTRATOR} else ()),
        ),
    )


async def open_one(visit: Visit, officer: Person, desk: Desk) -> Reply:
    """One request with the person's words and what can be done."""
    today = visit.rules.book.on(visit.today)
    found = await find_one(visit.subject, officer, today, desk)
    if found is None:
        return await _not_theirs(visit.subject, officer, today, desk)
    one, person = found
    details = {"request": one.number}
    await desk.audit.record(officer.code, "looked_at_data_request", person.code, desk.clock.now(), details)
    return show_one(one, person, visit)


def answer_form(visit: Visit, officer: Person, desk: Desk) -> Form:
    """What is done with a request, and the words to the person where they are needed."""
    today = visit.rules.book.on(visit.today)

    async def ask_deed(values: Values) -> Asked:
        text = _("What is to be done with request {number}?")
        found = await find_one(values["number"], officer, today, desk)
        deeds = list_deeds(found[0], today) if found is not None else ()
        return Asked(text.format(number=values["number"]), (), tuple((name, deed) for deed, name in deeds))

    async def read_deed(said: str, _values: Values) -> dict[str, str | None] | Refused:
        return {"deed": said} if said in DEEDS else Refused(_("Please press one of the buttons."))

    async def ask_words(values: Values) -> Asked:
        if values.get("deed") == _LONGER:
            return Asked(_("Who else processes this data, so that the longer clock runs? The person reads it."))
        return Asked(_("What should the person be told? Please type it in one message."))

    async def read_words(said: str, _values: Values) -> dict[str, str | None] | Refused:
        words = clean(said)[:_LONGEST]
        return {"words": words} if words else Refused(_("Please type what the person should be told."))

    async def finish(values: Values) -> Reply:
        return await decide(values["number"], values["deed"], values.get("words", ""), visit, officer, desk)

    steps = (
        Step("deed", ("deed",), ask_deed, read_deed),
        Step("words", ("words",), ask_words, read_words, is_needed=lambda values: values.get("deed") in NEEDS_WORDS),
    )
    return Form(FORM, steps, finish, _nothing_done, needs=("number",))


async def decide(number: str, deed: str, words: str, visit: Visit, officer: Person, desk: Desk) -> Reply:
    """Answer first, accept, refuse, extend, or have the longer clock run; the person is told."""
    today = visit.rules.book.on(visit.today)
    found = await find_one(number, officer, today, desk, to_change=True)
    if found is None:
        return await _not_theirs(number, officer, today, desk, is_deed=True)
    one, person = found
    words = clean(words)[:_LONGEST]
    if refused := await _hindrance(one, deed, words, officer, person, today, desk):
        return replace(show_one(one, person, visit), title=refused, outcome=Outcome.DENIED)
    now = desk.clock.now()
    changed = replace(one, handled_by=officer.code, answered_at=one.answered_at or now, answer=words or one.answer)
    copy: Paper | None = None
    if deed == _EXTEND:
        changed, action = dated(replace(changed, is_extended=True), today), "data_request_extended"
    elif deed == _LONGER:
        longer = replace(one, has_others=True, reason=words, handled_by=officer.code)
        changed, action = dated(longer, today), "data_request_longer"
    elif deed == _ACCEPT and needs_two(one) and _agrees_first(one, officer):
        agreed = replace(one, agreed_by=officer.code, agreed_vouched_by=officer.vouched_by)
        changed, action = replace(agreed, answer=words or one.answer), "data_request_agreed"
    elif deed == _ANSWER:
        action = "data_request_answered"
    else:
        state = DataRequestState.DONE if deed == _ACCEPT else DataRequestState.REFUSED
        done = await carry_out(one, person, officer, visit, desk) if state is DataRequestState.DONE else ""
        if isinstance(done, str) and done:
            return replace(show_one(one, person, visit), title=done, outcome=Outcome.DENIED)
        copy = done if isinstance(done, Paper) else None
        changed, action = replace(changed, state=state, closed_at=now), _SETTLED[state]
    kept = await desk.requests.save_request(changed)
    await desk.audit.record(officer.code, action, person.code, now, {"request": kept.number, "right": kept.right})
    shown = show_one(kept, person, visit)
    if action == "data_request_agreed":
        is_anew = one.agreed_by is not None
        anew = _("Kept anew: a second person must agree before anything is done.")
        title = anew if is_anew else _("Kept: a second person must agree before anything is done.")
        return replace(shown, title=title)
    key = f"privacy:{kept.number}:{kept.version}"
    notice = NewNotice(NoticeKind.PRIVACY, key, "answered", (person.code,), {"request": kept.number, "to": person.code})
    is_told = not is_former(person) and await notify(person, notice, LetterKind.DATA, kept.number, today, desk.by)
    told = _("The person is told.") if is_told else _("No chat reaches the person: please tell them in another way.")
    lines = (Line(told), *([Line(_("Hand this copy to the person alone."))] if copy else []), *shown.lines)
    return replace(shown, title=_("Kept: request {number}.").format(number=kept.number), lines=lines, paper=copy)


def _agrees_first(one: DataRequest, officer: Person) -> bool:
    """Whether somebody is the first of two to agree, or does so anew where fewer people's codes led to."""
    return one.agreed_by is None or may_act_anew(officer, one.agreed_by, one.agreed_vouched_by)


async def _hindrance(
    one: DataRequest, deed: str, words: str, officer: Person, person: Person, today: RulesOn, desk: Desk
) -> str:
    """Why this cannot be done with it, in one sentence; "" where it can."""
    known = today.library.privacy.right(Right(one.right))
    if not one.is_open:
        return _("It was settled already; nothing was changed.")
    if deed not in DEEDS or (deed in NEEDS_WORDS and not words):
        return _("Please say why in words.")
    if deed == _EXTEND and (one.is_extended or not known.extension):
        return _("This request cannot be extended.")
    if deed == _LONGER and (one.has_others or not known.days_with_others):
        return _("No longer clock is known for this right, or it runs already.")
    if deed == _ACCEPT and (refused := _hindrance_of_asker(one, officer, person)):
        return refused
    if deed == _ACCEPT and needs_two(one) and not _agrees_first(one, officer):
        return await _hindrance_of_second(one, officer, person, today, desk)
    return ""


def _hindrance_of_asker(one: DataRequest, officer: Person, person: Person) -> str:
    """Why somebody cannot agree to what they may have asked for themselves, in a chat of a code; "" where they can."""
    if one.is_entered or not decides_who_is_let_in(one) or is_another(officer, one.person, one.asked_vouched_by):
        return ""
    return explain_not_another(officer, one.person, person.name, one.asked_vouched_by)


async def _hindrance_of_second(one: DataRequest, officer: Person, person: Person, today: RulesOn, desk: Desk) -> str:
    """Why somebody cannot be the second of two who agree to it; "" where they can."""
    already = _("You have agreed already; a second person must agree.")
    if why := await explain_no_second(officer, one.agreed_by, one.agreed_vouched_by, already, desk.profiles):
        return why
    is_in_charge = is_former(person) or person.unit in units_served(officer, today)
    if shows_everything(one) and not is_in_charge:
        return _("The copy shows the whole record with its results: HR in charge of the unit must agree second.")
    if not decides_who_is_let_in(one):
        return ""
    entered_it = one.entered_by is not None and not is_another(officer, one.entered_by, one.asked_vouched_by)
    if not is_in_charge or entered_it:
        return _("This number lets people in as the person: HR in charge who did not enter it must agree second.")
    return ""


async def find_one(
    written: str, officer: Person, today: RulesOn, desk: Desk, *, to_change: bool = False
) -> tuple[DataRequest, Person] | None:
    """The request of this number with its person, where it is theirs to look after and to decide from there."""
    found = await _find_within(written, officer, today, desk, to_change=to_change)
    return found if found is not None and is_another(officer, found[1].code) else None


async def _find_within(
    written: str, officer: Person, today: RulesOn, desk: Desk, *, to_change: bool = False
) -> tuple[DataRequest, Person] | None:
    """The same whoever gave the code of their chat."""
    number = read_number(written)
    one = await desk.requests.find_request(number, to_change=to_change) if number is not None else None
    if one is None or one.person == officer.code or not is_officer(officer):
        return None
    # Whoever has left the roster is answered all the same: the clock runs, and their data may still be here.
    person = await desk.profiles.find_person(one.person) or former_person(one.person)
    return (one, person) if may_handle(officer, person, today) else None


def show_one(one: DataRequest, person: Person, visit: Visit) -> Reply:
    """One request as those see it who look after it."""
    today = visit.rules.book.on(visit.today)
    lines = [
        Line(_describe_person(person, today), is_item=True),
        Line(describe_in_list(one, today.library), is_item=True),
        *describe_entered(one),
        *describe_wanted(one, today.library),
    ]
    if one.words:
        lines.append(Line(_("The person writes: {words}").format(words=one.words), is_item=True))
    if one.answer:
        lines.append(Line(_("HR says: {words}").format(words=one.answer), is_item=True))
    if one.is_open:
        lines += [*describe_clocks(one, visit), *_describe_two(one)]
    if one.is_open and one.field == OTHER:
        lines.append(Line(_("Correct it by loading the roster first, then settle the request.")))
    deed = (Choice(_("Answer or decide"), "data.office.begin", str(one.number)),) if one.is_open else ()
    return Reply(
        title=_("Request {number}: {right}").format(number=one.number, right=name_right(today.library, one.right)),
        lines=tuple(lines),
        choices=(*deed, next_steps.data_office()),
    )


def _describe_person(person: Person, today: RulesOn) -> str:
    if is_former(person):
        return _("{code}: no longer in the roster").format(code=person.code)
    return _("{name} ({code}), {unit}").format(name=person.name, code=person.code, unit=name_unit(today, person.unit))


def _describe_two(one: DataRequest) -> list[Line]:
    """That two must agree and how far they are; who the second is, and what to do where there is none."""
    if not needs_two(one):
        return []
    lets_in = decides_who_is_let_in(one)
    if one.agreed_by is not None:
        text = _("{who} has agreed as the first of two; a second person must agree.")
        told = Line(text.format(who=one.agreed_by), is_item=True)
    elif lets_in:
        told = Line(_("Two persons must agree: whoever shares this phone number in a chat is taken for the person."))
    else:
        told = Line(_("Two persons must agree before it is done: it cannot be undone, or shows everything."))
    return [told, *(_explain_second(one) if lets_in else [])]


def _explain_second(one: DataRequest) -> list[Line]:
    """Who the second is, whose word the request may be, and what to do where nobody can agree."""
    if one.is_entered:
        second = _("The second is somebody of HR in charge of the unit who did not enter this request.")
    else:
        second = _(
            "It was asked in a chat that was linked with a code of {who}, so it may not be the person who asks: make "
            "sure of that with them. Whoever gave that code cannot agree. The second is somebody of HR in charge of "
            "the unit."
        ).format(who=", ".join(sorted(one.asked_vouched_by)))
    otherwise = _(
        "If there is nobody else: load the roster with the right number, or let the person ask for it in a chat linked "
        "with a code from the administrator."
    )
    return [Line(second), Line(otherwise)]


def list_deeds(one: DataRequest, today: RulesOn) -> tuple[tuple[str, str], ...]:
    """What can be done with it: the deed and its name."""
    known = today.library.privacy.right(Right(one.right))
    left_out = {
        _EXTEND: one.is_extended or not known.extension,
        _LONGER: one.has_others or not known.days_with_others,
    }
    return tuple((deed, _name(deed)) for deed in DEEDS if not left_out.get(deed))


def _name(deed: str) -> str:
    return {
        _ANSWER: _("First answer (it goes on)"),
        _ACCEPT: _("Accept and settle"),
        _REFUSE: _("Do not accept"),
        _EXTEND: _("Extend once"),
        _LONGER: _("Longer clock: others process it too"),
    }[deed]


async def _not_theirs(written: str, officer: Person, today: RulesOn, desk: Desk, *, is_deed: bool = False) -> Reply:
    """There is none that they look after, and that they looked is kept; or it is of whoever gave their chat's code."""
    found = await _find_within(written, officer, today, desk)
    if found is not None:
        title = explain_not_another(officer, found[1].code, found[1].name)
        refused = "decision_refused" if is_deed else None
    else:
        refused = "look_refused"
        title = _("There is no such request that you look after.")
    if refused is not None:
        await desk.audit.record(officer.code, refused, "data_request", desk.clock.now())
    return Reply(
        title=title,
        choices=(next_steps.data_office(), next_steps.help_me()),
        outcome=Outcome.DENIED,
    )


def _nothing_done() -> Reply:
    return Reply(title=_("Nothing was changed."), choices=(next_steps.data_office(),))
