"""HR, as data officers: which clocks run, one request, a first answer, the decision, the one extension."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from handlers import next_steps
from handlers.asking import Choice
from handlers.data_request_words import dated, describe_clocks, describe_in_list, name_field, name_right
from handlers.forms import Asked, Form, Refused, Step, Values
from handlers.inquiries import clean
from handlers.notifying import Notifying, notify
from handlers.phrases import _
from handlers.ports import Audit, Clock, Corrections, DataRequests, Profiles
from handlers.pressed import read_number
from handlers.problem_words import say_problem
from handlers.reply import Line, Outcome, Reply
from handlers.rights import serves_whole_province, units_served
from handlers.visit import Visit
from handlers.wording import name_unit
from knowledge.facts import Person, Role, UnitCode
from knowledge.privacy import Right
from knowledge.rulebook import RulesOn
from storage.records import DataRequest, DataRequestState, LetterKind, NewNotice, NoticeKind

FORM = "data.office.answer"
_MOST_LISTED = 30
_MOST_CHOICES = 8
_LONGEST = 1_000
_ANSWER, _ACCEPT, _REFUSE, _EXTEND = "answer", "accept", "refuse", "extend"
_NEEDS_WORDS = {_ANSWER, _REFUSE, _EXTEND}
_SETTLED = {DataRequestState.DONE: "data_request_done", DataRequestState.REFUSED: "data_request_refused"}


@dataclass(frozen=True, slots=True)
class Desk:
    """The drawers that it needs, and how the person is told."""

    requests: DataRequests
    corrections: Corrections
    profiles: Profiles
    audit: Audit
    clock: Clock
    by: Notifying


def is_officer(person: Person) -> bool:
    """Whether somebody may look after requests about personal data: HR, and administrators where no HR serves."""
    return bool(person.roles & {Role.HR, Role.ADMINISTRATOR})


def units_of(officer: Person, today: RulesOn) -> Collection[UnitCode] | None:
    """Whose requests: of the units that they serve; None where that is everybody."""
    if serves_whole_province(officer) or Role.ADMINISTRATOR in officer.roles:
        return None
    return units_served(officer, today)


async def list_running(officer: Person, today: RulesOn, desk: Desk) -> Sequence[DataRequest]:
    """Requests whose clocks run, the first due first; never the officer's own."""
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
        for one in found
        if (text := f"{one.person}: {describe_in_list(one, today.library)}")
    ]
    return Reply(
        title=title if found else _("No request about personal data is open."),
        lines=tuple(lines),
        choices=(
            *(
                Choice(_("Open request {number}").format(number=one.number), "data.office.open", str(one.number))
                for one in found[:_MOST_CHOICES]
            ),
            next_steps.inbox(),
        ),
    )


async def open_one(visit: Visit, officer: Person, desk: Desk) -> Reply:
    """One request with the person's words and what can be done."""
    today = visit.rules.book.on(visit.today)
    found = await _find(visit.subject, officer, today, desk)
    if found is None:
        return await _not_theirs(officer, desk)
    one, person = found
    details = {"request": one.number}
    await desk.audit.record(officer.code, "looked_at_data_request", person.code, desk.clock.now(), details)
    return _show(one, person, visit)


def answer_form(visit: Visit, officer: Person, desk: Desk) -> Form:
    """What HR does with a request, and the words to the person where they are needed."""

    async def ask_deed(values: Values) -> Asked:
        text = _("What is to be done with request {number}?")
        return Asked(text.format(number=values["number"]), (), tuple((_name(one), one) for one in _offered()))

    async def read_deed(said: str, _values: Values) -> dict[str, str | None] | Refused:
        return {"deed": said} if said in _offered() else Refused(_("Please press one of the buttons."))

    async def ask_words(_values: Values) -> Asked:
        return Asked(_("What should the person be told? Please type it in one message."))

    async def read_words(said: str, _values: Values) -> dict[str, str | None] | Refused:
        words = clean(said)[:_LONGEST]
        return {"words": words} if words else Refused(_("Please type what the person should be told."))

    async def finish(values: Values) -> Reply:
        return await decide(values["number"], values["deed"], values.get("words", ""), visit, officer, desk)

    steps = (
        Step("deed", ("deed",), ask_deed, read_deed),
        Step("words", ("words",), ask_words, read_words, is_needed=lambda values: values.get("deed") in _NEEDS_WORDS),
    )
    return Form(FORM, steps, finish, _nothing_done, needs=("number",))


async def decide(number: str, deed: str, words: str, visit: Visit, officer: Person, desk: Desk) -> Reply:
    """Answer first, accept, refuse or extend a request; the person is told."""
    today = visit.rules.book.on(visit.today)
    found = await _find(number, officer, today, desk, to_change=True)
    if found is None:
        return await _not_theirs(officer, desk)
    one, person = found
    words = clean(words)[:_LONGEST]
    if not one.is_open or deed not in _offered() or (deed in _NEEDS_WORDS and not words):
        shown = _show(one, person, visit)
        title = _("It was settled already; nothing was changed.") if not one.is_open else _("Please say why in words.")
        return replace(shown, title=title, outcome=Outcome.DENIED)
    now = desk.clock.now()
    changed = replace(one, handled_by=officer.code, answered_at=one.answered_at or now, answer=words or one.answer)
    action = "data_request_answered"
    if deed == _EXTEND:
        if one.is_extended or not today.library.privacy.right(Right(one.right)).extension:
            shown = _show(one, person, visit)
            return replace(shown, title=_("This request cannot be extended."), outcome=Outcome.DENIED)
        changed, action = dated(replace(changed, is_extended=True), today), "data_request_extended"
    elif deed != _ANSWER:
        state = DataRequestState.DONE if deed == _ACCEPT else DataRequestState.REFUSED
        if state is DataRequestState.DONE and (refused := await _correct(one, person, officer, today, desk)):
            return replace(_show(one, person, visit), title=refused, outcome=Outcome.DENIED)
        changed, action = replace(changed, state=state, closed_at=now), _SETTLED[state]
    kept = await desk.requests.save_request(changed)
    details = {"request": kept.number, "right": kept.right}
    await desk.audit.record(officer.code, action, person.code, now, details)
    key = f"privacy:{kept.number}:{kept.version}"
    notice = NewNotice(NoticeKind.PRIVACY, key, "answered", (person.code,), {"request": kept.number, "to": person.code})
    is_told = await notify(person, notice, LetterKind.DATA, kept.number, today, desk.by)
    told = _("The person is told.") if is_told else _("No chat reaches the person: please tell them in another way.")
    shown = _show(kept, person, visit)
    return replace(
        shown, title=_("Kept: request {number}.").format(number=kept.number), lines=(Line(told), *shown.lines)
    )


async def _correct(one: DataRequest, person: Person, officer: Person, today: RulesOn, desk: Desk) -> str:
    """Change the record as a load would; one sentence where that cannot be done."""
    if one.right != Right.CORRECT.value or not one.value or one.field == "other":
        return ""
    wrong = desk.corrections.read_correction(
        person, one.field, one.value, today.library, home=today.book.home, today=today.day
    )
    if wrong:
        return say_problem(wrong[0])
    await desk.corrections.correct(person, one.field, one.value, today.library, home=today.book.home, today=today.day)
    details = {"request": one.number, "column": one.field}
    await desk.audit.record(officer.code, "corrected_record", person.code, desk.clock.now(), details)
    return ""


async def _find(
    written: str, officer: Person, today: RulesOn, desk: Desk, *, to_change: bool = False
) -> tuple[DataRequest, Person] | None:
    number = read_number(written)
    one = await desk.requests.find_request(number, to_change=to_change) if number is not None else None
    if one is None or one.person == officer.code or not is_officer(officer):
        return None
    person = await desk.profiles.find_person(one.person)
    units = units_of(officer, today)
    if person is None or (units is not None and person.unit not in units):
        return None
    return one, person


def _show(one: DataRequest, person: Person, visit: Visit) -> Reply:
    today = visit.rules.book.on(visit.today)
    lines = [
        Line(
            _("{name} ({code}), {unit}").format(name=person.name, code=person.code, unit=name_unit(today, person.unit)),
            is_item=True,
        ),
        Line(describe_in_list(one, today.library), is_item=True),
    ]
    if one.field:
        text = _("“{field}” should be: {value}")
        lines.append(Line(text.format(field=name_field(one.field), value=one.value), is_item=True))
    if one.words:
        lines.append(Line(_("The person writes: {words}").format(words=one.words), is_item=True))
    if one.answer:
        lines.append(Line(_("HR says: {words}").format(words=one.answer), is_item=True))
    if one.is_open:
        lines += describe_clocks(one, visit)
    if one.is_open and one.field == "other":
        lines.append(Line(_("Correct it by loading the roster first, then settle the request.")))
    deed = (Choice(_("Answer or decide"), "data.office.begin", str(one.number)),) if one.is_open else ()
    return Reply(
        title=_("Request {number}: {right}").format(number=one.number, right=name_right(today.library, one.right)),
        lines=tuple(lines),
        choices=(*deed, Choice(_("Requests about personal data"), "data.office")),
    )


def _offered() -> tuple[str, ...]:
    return _ACCEPT, _ANSWER, _REFUSE, _EXTEND


def _name(deed: str) -> str:
    return {
        _ANSWER: _("First answer (it goes on)"),
        _ACCEPT: _("Accept and settle"),
        _REFUSE: _("Do not accept"),
        _EXTEND: _("Extend once"),
    }[deed]


async def _not_theirs(officer: Person, desk: Desk) -> Reply:
    await desk.audit.record(officer.code, "look_refused", "data_request", desk.clock.now())
    return Reply(
        title=_("There is no such request that you look after."),
        choices=(Choice(_("Requests about personal data"), "data.office"), next_steps.help_me()),
        outcome=Outcome.DENIED,
    )


def _nothing_done() -> Reply:
    return Reply(title=_("Nothing was changed."), choices=(Choice(_("Requests about personal data"), "data.office"),))
