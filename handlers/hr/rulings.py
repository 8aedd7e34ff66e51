"""HR's rulings: which are in force, idle or withdrawn; recording and withdrawing one, each with a second person."""

from collections.abc import Sequence
from dataclasses import replace

from handlers import next_steps
from handlers.asking import Choice
from handlers.forms import LONGEST_ENTRY, Asked, Form, Refused, Step, Values, begin
from handlers.hr.proposals import Desk, give_up, propose, refuse, waiting
from handlers.hr.proposals_changes import SHEETS, WITHDRAWN, find_ruling, read_change
from handlers.hr.proposals_rights import is_hr, may_decide, signatory_of
from handlers.hr.proposals_words import describe_change, describe_reach, describe_ruling, describe_validity
from handlers.hr.rulings_steps import (
    Typed,
    ask_counts_as,
    ask_ground,
    ask_issue_window,
    ask_kind,
    ask_levels,
    ask_months,
    ask_to_send,
    ask_validity,
)
from handlers.phrases import _, ngettext, show_day
from handlers.reply import Line, Outcome, Reply
from handlers.ruling_words import tell_ruling
from handlers.visit import Visit
from knowledge.facts import DocumentId, KindCode, Person, Ruling
from knowledge.outranking import outranked
from knowledge.rulebook import RulesOn
from knowledge.understanding.rulings_said import read_ruling
from storage.records import Proposal, ProposalKind

RECORDING = "ruling.form"
WITHDRAWING = "ruling.withdrawing"
_MOST_LISTED = 8
_MOST_CHOICES = 4
_MOST_WAITING = 50
_SHORTEST_REASON = 5
# What a sentence that says what a ruling counts as leaves open, it leaves without a limit.
_OPEN_UNLESS_SAID = (
    "muc_tu",
    "muc_den",
    "cap_tu_ngay",
    "cap_den_ngay",
    "thoi_han_thang",
    "hieu_luc_tu",
    "hieu_luc_den",
)


async def show_rulings(visit: Visit, desk: Desk) -> Reply:
    """Which rulings are there, and what can I do?"""
    person = visit.person
    if person is None or not is_hr(person):
        return refuse(visit)
    today = visit.rules.book.on(visit.today)
    rulings = sorted(today.book.rules.rulings, key=lambda one: one.id, reverse=True)
    shown = [
        *(one for one in rulings if _is_current(one, today)),
        *(one for one in rulings if not _is_current(one, today)),
    ]
    current = sum(_is_current(one, today) for one in rulings)
    lines = [Line(describe_in_list(one, today), is_item=True) for one in shown[:_MOST_LISTED]]
    if len(shown) > _MOST_LISTED:
        lines.append(Line(_("and {n} more rulings.").format(n=len(shown) - _MOST_LISTED)))
    found = await desk.proposals.list_waiting(_MOST_WAITING)
    for_me = sum(may_decide(person, one, today) for one in found)
    if for_me:
        text = ngettext("{n} proposal waits for your decision.", "{n} proposals wait for your decision.", for_me)
        lines.append(Line(text.format(n=for_me)))
    return Reply(
        title=ngettext("{n} ruling is in force", "{n} rulings are in force", current).format(n=current)
        if current
        else _("No ruling is in force."),
        lines=tuple(lines),
        choices=(
            Choice(_("Record a ruling"), "rulings.new"),
            waiting(),
            Choice(_("Add a row of a recognition table"), "rulings.row"),
            Choice(_("Add a title standard"), "rulings.standard"),
            *(Choice(one.id, "ruling", one.id) for one in shown[:_MOST_CHOICES]),
        ),
    )


async def show_ruling(visit: Visit) -> Reply:
    """What does this ruling say, who gave it, and does it still decide anything?"""
    if not is_hr(visit.person):
        return refuse(visit)
    today = visit.rules.book.on(visit.today)
    ruling = find_ruling(visit.subject, today)
    if ruling is None:
        return _unknown()
    choices = [waiting(), Choice(_("All rulings"), "rulings")]
    if ruling.withdrawn_on is None:
        choices.insert(0, Choice(_("Withdraw this ruling"), "ruling.withdraw", ruling.id))
    return Reply(
        title=describe_in_list(ruling, today), lines=tuple(_describe_fully(ruling, today)), choices=tuple(choices)
    )


def tell(visit: Visit) -> Reply:
    """What does this ruling say? For everybody."""
    ruling = find_ruling(visit.subject, visit.rules)
    if ruling is None:
        return Reply(
            title=_("There is no such ruling."),
            choices=(next_steps.all_documents(), next_steps.help_me()),
            outcome=Outcome.NO_BASIS,
        )
    return Reply(
        title=_("Ruling {id}").format(id=ruling.id),
        lines=(tell_ruling(ruling, visit), Line(describe_validity(ruling), is_item=True)),
        choices=(
            next_steps.certificate(ruling.kind, visit.rules.library.kinds[ruling.kind].name),
            next_steps.help_me(),
        ),
    )


async def start_recording(visit: Visit, desk: Desk) -> Reply:
    """Record a ruling: what the sentence says is filled in, the rest is asked step by step."""
    person = visit.person
    if person is None or not is_hr(person):
        return refuse(visit)
    form = recording_form(visit, person, desk)
    said = await _understood(visit, desk)
    return await begin(form, said)


def recording_form(visit: Visit, person: Person, desk: Desk) -> Form:
    """Kind, levels, issue window, what it counts as, how long, basis, validity; then all of it before it is sent."""
    today = visit.rules.book.on(visit.today)
    typed = Typed(SHEETS[ProposalKind.RULING], today, desk.entries)

    async def preview(values: Values) -> Asked:
        change = await read_change(
            _proposal(values, person, today, desk), signatory_of(person, today), today, desk.entries
        )
        if isinstance(change, str):
            return Asked(change)
        return Asked(
            _("This is the ruling that you propose:"), tuple(describe_change(change, replace(visit, rules=today)))
        )

    async def finish(values: Values) -> Reply:
        return await propose(visit, person, _proposal(values, person, today, desk), desk)

    months = ask_months(typed)
    steps = (
        ask_kind(typed),
        ask_levels(typed),
        ask_issue_window(typed),
        ask_counts_as(typed, may_be_nothing=True),
        replace(months, is_needed=lambda values: values.get("dat_muc") != ""),
        ask_ground(typed),
        ask_validity(typed),
        ask_to_send(preview),
    )
    return Form(RECORDING, steps, finish, give_up)


async def start_withdrawing(visit: Visit, desk: Desk) -> Reply:
    """Withdraw a ruling: why? Then a second person must agree."""
    person = visit.person
    if person is None or not is_hr(person):
        return refuse(visit)
    today = visit.rules.book.on(visit.today)
    ruling = find_ruling(visit.subject, today)
    if ruling is None:
        return _unknown()
    return await begin(withdrawing_form(visit, person, desk), {WITHDRAWN: ruling.id})


def withdrawing_form(visit: Visit, person: Person, desk: Desk) -> Form:
    """Why is it withdrawn? Its only step; the ruling is filled in before."""
    today = visit.rules.book.on(visit.today)

    async def ask(values: Values) -> Asked:
        text = _("Why should ruling {id} be withdrawn? Your reason is shown to the second person.")
        return Asked(text.format(id=values[WITHDRAWN]))

    async def read(said: str, _values: Values) -> dict[str, str | None] | Refused:
        if not _SHORTEST_REASON <= len(said) <= LONGEST_ENTRY:
            return Refused(_("Please give the reason in one sentence."))
        return {"ly_do": said}

    async def finish(values: Values) -> Reply:
        ruling = find_ruling(values[WITHDRAWN], today)
        if ruling is None:
            return _unknown()
        if ruling.withdrawn_on is not None:
            return Reply(title=_("That ruling has been withdrawn already."), choices=(waiting(),))
        proposal = Proposal(
            kind=ProposalKind.WITHDRAWAL,
            cells={WITHDRAWN: ruling.id, "ly_do": values["ly_do"]},
            scope=ruling.scope,
            proposed_by=signatory_of(person, today),
            proposed_at=desk.clock.now(),
        )
        return await propose(visit, person, proposal, desk)

    return Form(WITHDRAWING, (Step("reason", ("ly_do",), ask, read),), finish, give_up, (WITHDRAWN,))


async def _understood(visit: Visit, desk: Desk) -> dict[str, str]:
    """What the sentence fills in, as far as it obeys the rules of the workbook; nothing for a pressed button."""
    if visit.meaning is None:
        return {}
    today = visit.rules.book.on(visit.today)
    named = visit.named.kinds[0] if visit.named.kinds else None
    said = read_ruling(visit.text, today.library, named)
    if not said or today.library.kinds[KindCode(said["loai"])].is_direct:
        return {}
    if "can_cu" in said or "ly_do" in said:
        said = {"can_cu": "", "diem": "", "ly_do": "", **said}
    if "dat_muc" in said:
        said = {**dict.fromkeys(_OPEN_UNLESS_SAID, ""), **said}
    cells = {key: value for key, value in said.items() if value}
    sheet, library, home = SHEETS[ProposalKind.RULING], today.library, today.book.home
    entry = await desk.entries.read(sheet, cells, library, home=home, today=today.day, is_whole=False)
    wrong = {problem.column for problem in entry.problems}
    return {key: value for key, value in said.items() if key not in wrong}


def _proposal(values: Values, person: Person, today: RulesOn, desk: Desk) -> Proposal:
    return Proposal(
        kind=ProposalKind.RULING,
        cells={key: value for key, value in values.items() if value and key != "gui"},
        scope=person.scope,
        proposed_by=signatory_of(person, today),
        proposed_at=desk.clock.now(),
    )


def _is_current(ruling: Ruling, today: RulesOn) -> bool:
    """In force today or yet to come, and not withdrawn."""
    return ruling.withdrawn_on is None and (ruling.valid_to is None or today.day <= ruling.valid_to)


def describe_in_list(ruling: Ruling, today: RulesOn) -> str:
    """A ruling in one line: its id, what it says, and how it stands today."""
    return _("{id}: {what} ({state})").format(
        id=ruling.id, what=describe_ruling(ruling, today), state=_name_standing(ruling, today)
    )


def _name_standing(ruling: Ruling, today: RulesOn) -> str:
    if ruling.withdrawn_on is not None:
        return _("withdrawn from {day} on").format(day=show_day(ruling.withdrawn_on))
    if ruling.valid_to is not None and ruling.valid_to < today.day:
        return _("ended on {day}").format(day=show_day(ruling.valid_to))
    if today.day < ruling.valid_from:
        return _("in force only from {day}").format(day=show_day(ruling.valid_from))
    above = outranked(ruling, today)
    if above.is_idle:
        return _("idle: the table of {document} decides now").format(document=above.rows[0].document)
    if above.rows:
        return _("in force, after the table of {document}").format(document=above.rows[0].document)
    return _("in force")


def _describe_fully(ruling: Ruling, today: RulesOn) -> Sequence[Line]:
    given, confirmed = ruling.given_by, ruling.confirmed_by
    texts = [
        today.library.get_document(DocumentId(ruling.id)).points[0].summary,
        describe_validity(ruling),
        describe_reach(ruling.scope, today),
        _("Given by {name}, {unit}, on {day}.").format(
            name=given.name, unit=given.unit_name, day=show_day(ruling.given_on)
        ),
        _("Confirmed by {name}, {unit}, on {day}.").format(
            name=confirmed.name, unit=confirmed.unit_name, day=show_day(ruling.confirmed_on)
        ),
    ]
    return [Line(text, is_item=True) for text in texts]


def _unknown() -> Reply:
    return Reply(title=_("There is no such ruling."), choices=(Choice(_("All rulings"), "rulings"), waiting()))
