"""One row of a recognition table or one title standard typed in a chat: checked as in the workbook, then four eyes."""

from dataclasses import replace

from handlers.forms import Asked, Form, Step, Values, begin
from handlers.hr.proposals import Desk, give_up, propose, refuse, refuse_reach
from handlers.hr.proposals_changes import SHEETS, read_change
from handlers.hr.proposals_rights import covers, is_hr, signatory_of
from handlers.hr.proposals_words import describe_change
from handlers.hr.rulings_steps import (
    Typed,
    ask_counts_as,
    ask_criterion,
    ask_days,
    ask_document,
    ask_group,
    ask_issue_window,
    ask_kind,
    ask_levels,
    ask_minimum,
    ask_months,
    ask_to_send,
)
from handlers.phrases import _
from handlers.reply import Reply
from handlers.visit import Visit
from knowledge.facts import Person
from storage.records import Proposal, ProposalKind

ROW = "row.form"
STANDARD = "standard.form"
_MOST_GROUPS = 8


async def start_row(visit: Visit, desk: Desk) -> Reply:
    """Add a row of a recognition table. It binds the whole province, so only who serves all of it may."""
    return await _start(visit, ProposalKind.RECOGNITION_ROW, desk)


async def start_standard(visit: Visit, desk: Desk) -> Reply:
    """Add a title standard. The same."""
    return await _start(visit, ProposalKind.STANDARD, desk)


def row_form(visit: Visit, person: Person, desk: Desk) -> Form:
    """The columns of the sheet cong_nhan, one after another."""
    typed = _typed(visit, ProposalKind.RECOGNITION_ROW, desk)
    steps = (
        ask_document(typed, "van_ban", None, lambda: _("Which document does the row stand in? Type its number.")),
        ask_kind(typed),
        ask_levels(typed),
        ask_issue_window(typed),
        ask_counts_as(typed, may_be_nothing=False),
        ask_months(typed),
        ask_days(
            typed,
            "hieu_luc_tu",
            "hieu_luc_den",
            lambda: _("In force between which days? For example: “from 01/01/2026 to 31/12/2027”."),
            needs_first=False,
        ),
    )
    return _form(ROW, steps, visit, person, ProposalKind.RECOGNITION_ROW, desk)


def standard_form(visit: Visit, person: Person, desk: Desk) -> Form:
    """The columns of the sheet tieu_chuan, one after another."""
    typed = _typed(visit, ProposalKind.STANDARD, desk)
    book = typed.today.book
    groups = [(book.group_name(group), str(group)) for group in sorted(book.standards_by_group)]
    # A button has room for 64 bytes; longer codes are typed.
    offered = [(label, group) for label, group in groups if len(f"{STANDARD}|group:{group}".encode()) <= 64]  # noqa: PLR2004
    steps = (
        ask_group(typed, offered[:_MOST_GROUPS]),
        ask_criterion(typed),
        ask_minimum(typed),
        ask_document(
            typed, "can_cu", "diem", lambda: _("On which document does it rest? Type its number and the point.")
        ),
        ask_days(
            typed,
            "tu_ngay",
            "den_ngay",
            lambda: _("In force from which day, and to which? For example: “from 01/01/2026”."),
            needs_first=True,
        ),
    )
    return _form(STANDARD, steps, visit, person, ProposalKind.STANDARD, desk)


async def _start(visit: Visit, kind: ProposalKind, desk: Desk) -> Reply:
    person = visit.person
    if person is None or not is_hr(person):
        return refuse(visit)
    if not covers(person, None, visit.rules.book.on(visit.today)):
        return refuse_reach()
    make = row_form if kind is ProposalKind.RECOGNITION_ROW else standard_form
    return await begin(make(visit, person, desk), {})


def _typed(visit: Visit, kind: ProposalKind, desk: Desk) -> Typed:
    return Typed(SHEETS[kind], visit.rules.book.on(visit.today), desk.entries)


def _form(name: str, steps: tuple[Step, ...], visit: Visit, person: Person, kind: ProposalKind, desk: Desk) -> Form:
    today = visit.rules.book.on(visit.today)

    def proposal(values: Values) -> Proposal:
        return Proposal(
            kind=kind,
            cells={key: value for key, value in values.items() if value and key != "gui"},
            scope=None,
            proposed_by=signatory_of(person, today),
            proposed_at=desk.clock.now(),
        )

    async def preview(values: Values) -> Asked:
        change = await read_change(proposal(values), signatory_of(person, today), today, desk.entries)
        if isinstance(change, str):
            return Asked(change)
        lines = describe_change(change, replace(visit, rules=today))
        return Asked(_("This is the row that you propose:"), tuple(lines))

    async def finish(values: Values) -> Reply:
        return await propose(visit, person, proposal(values), desk)

    return Form(name, (*steps, ask_to_send(preview)), finish, give_up)
