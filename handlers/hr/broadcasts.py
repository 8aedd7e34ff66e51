"""Broadcasts of HR: written by one person, seen whole, approved by another, and only then put on their way."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from handlers import next_steps
from handlers.contacts import describe_contact
from handlers.forms import Asked, Form, Values, begin
from handlers.hr import proposals
from handlers.hr.broadcasts_audience import (
    FILTERS,
    Gathered,
    describe_audience,
    gather,
    plan_of,
    read_audience,
    scope_of,
    units_reached,
)
from handlers.hr.broadcasts_conditions import Writing, conditions_in
from handlers.hr.broadcasts_preview import describe_preview, find_too_long, pick_samples
from handlers.hr.broadcasts_steps import (
    CHOOSE_AGAIN,
    RECEIPT,
    SEND_CELL,
    TEXT,
    WRITE_AGAIN,
    ask_condition,
    ask_receipt,
    ask_text,
    ask_to_send,
    ask_whom,
    read_cells,
)
from handlers.hr.proposals_rights import as_hr, covers, may_broadcast, signatory_of
from handlers.hr.proposals_words import PEOPLE
from handlers.phrases import _
from handlers.ports import BroadcastOutbox, BroadcastsKept, Sending, Sheets
from handlers.reply import Line, Outcome, Reply
from handlers.visit import Visit
from knowledge.facts import Person
from knowledge.rulebook import RulesOn
from knowledge.understanding.meaning import Entities
from storage.records import (
    Proposal,
    ProposalKind,
)

FORM = "broadcast.form"
SEEN = "dau"  # the cell with the fingerprint of the audience as its author saw it
_MOST_EARLIER = 8
_KEPT = {TEXT, RECEIPT, *FILTERS}


@dataclass(frozen=True, slots=True)
class Desk:
    """The drawers that broadcasts need; `eyes` are those of whatever waits for a second person."""

    eyes: proposals.Desk
    broadcasts: BroadcastsKept
    outbox: BroadcastOutbox
    sending: Sending
    sheets: Sheets
    read_entities: Callable[[str], Entities]


def refuse(visit: Visit) -> Reply:
    """Not for this visitor."""
    return Reply(
        title=_("Only HR may write to many people at once, each time with a second person of HR who approves."),
        lines=(describe_contact(visit),),
        choices=(next_steps.help_me(),),
        outcome=Outcome.DENIED,
    )


def give_up() -> Reply:
    """A broadcast was given up while it was written."""
    return Reply(title=_("Given up; nothing was sent."), choices=(next_steps.broadcasts(), proposals.waiting()))


async def start(visit: Visit, desk: Desk) -> Reply:
    """Write a broadcast; what the words say of its audience is filled in."""
    person = visit.person
    if person is None or not may_broadcast(person):
        return refuse(visit)
    if not desk.sending.lines:
        return Reply(
            title=_("No channel is set up here by which something could be sent; please tell the administrator."),
            choices=(next_steps.broadcasts(),),
        )
    writing = await writing_of(visit, person, desk)
    said = {column: value for column, value in conditions_in(visit.text, writing).items() if value}
    return await begin(await form(visit, person, desk), said)


async def form(visit: Visit, person: Person, desk: Desk) -> Form:
    """Text, receipt, audience; then all of it before it is sent to the second person."""
    writing = await writing_of(visit, person, desk)

    async def preview(values: Values) -> Asked:
        return await _preview(dict(values), person, visit, desk)

    async def finish(values: Values) -> Reply:
        return await propose(visit, person, values, desk)

    steps = (ask_text(), ask_receipt(), ask_condition(writing), ask_whom(writing), ask_to_send(preview))
    return Form(FORM, steps, finish, give_up)


async def write_whole(visit: Visit, desk: Desk) -> Reply:
    """A broadcast given all at once, as the command line gives it: shown, or sent to the second person too."""
    person = visit.person
    if person is None or not may_broadcast(person):
        return refuse(visit)
    try:
        given = json.loads(visit.subject)
        cells = {str(key): str(value) for key, value in given.items() if value}
    except (ValueError, AttributeError):
        return give_up()
    read = read_cells(cells, await writing_of(visit, person, desk))
    if isinstance(read, str):
        return Reply(title=read, choices=(next_steps.broadcasts(),), outcome=Outcome.NOT_UNDERSTOOD)
    if read.get(SEND_CELL):
        return await propose(visit, person, read, desk)
    return await show_preview(read, person, visit, desk)


async def show_preview(cells: Mapping[str, str], author: Person, visit: Visit, desk: Desk) -> Reply:
    """What it would be if it were approved now; NOT_UNDERSTOOD where it cannot be sent."""
    shown = await _preview(cells, author, visit, desk)
    reply = Reply(title=shown.title, lines=shown.lines)
    return replace(reply, outcome=Outcome.NOT_UNDERSTOOD) if shown.answers else reply


async def _preview(cells: Mapping[str, str], author: Person, visit: Visit, desk: Desk) -> Asked:
    """The same, with the ways to mend what keeps it from being sent."""
    today = visit.rules.book.on(visit.today)
    gathered = await gather_for(cells, author, today, desk)
    hindered = _find_hindrance(cells, author, gathered, today)
    if hindered is not None:
        return hindered
    lines = await describe_for(cells, author, gathered, today, desk)
    await desk.eyes.audit.record(
        author.code, "previewed_broadcast", "broadcast", desk.eyes.clock.now(), list_shown(gathered)
    )
    return Asked(_("The broadcast as it would go out now:"), tuple(lines))


def _find_hindrance(cells: Mapping[str, str], author: Person, gathered: Gathered, today: RulesOn) -> Asked | None:
    """Why it cannot be sent to these people, with answers that mend it; None where it can."""
    if not gathered.members:
        chosen = describe_audience(read_audience(cells), author.scope, today)
        return Asked(
            _("Nobody belongs to this audience, so there is nothing to send."),
            tuple(Line(one, is_item=True) for one in chosen),
            ((_("Choose others"), CHOOSE_AGAIN),),
        )
    channels = find_too_long(cells, signatory_of(author, today).unit_name, gathered, today)
    if channels:
        text = _(
            "With the longest names filled in, this text does not fit into one message on {channel}: please shorten it."
        )
        again = ((_("Write the text again"), WRITE_AGAIN), (_("Choose others"), CHOOSE_AGAIN))
        return Asked(text.format(channel=", ".join(channels)), (), again)
    return None


def list_shown(gathered: Gathered) -> dict[str, object]:
    """What a preview showed, for the audit chain: of how many people, and whose text."""
    return {"people": len(gathered.members), "shown": [one.person.code for one in pick_samples(gathered)]}


async def propose(visit: Visit, person: Person, values: Mapping[str, str], desk: Desk) -> Reply:
    """Keep it for a second person, with how many it would reach as its author saw it."""
    today = visit.rules.book.on(visit.today)
    gathered = await gather_for(values, person, today, desk)
    hindered = _find_hindrance(values, person, gathered, today)
    if hindered is not None:
        return Reply(title=hindered.title, choices=(next_steps.broadcasts(),))
    cells = {column: value for column, value in values.items() if column in _KEPT and value}
    cells |= {PEOPLE: str(len(gathered.members)), SEEN: gathered.fingerprint}
    proposal = Proposal(
        kind=ProposalKind.BROADCAST,
        cells=cells,
        scope=scope_of(read_audience(cells), person, today),
        proposed_by=signatory_of(person, today),
        proposed_at=desk.eyes.clock.now(),
    )
    reply = await proposals.propose(visit, person, proposal, desk.eyes)
    return replace(reply, choices=(proposals.waiting(), next_steps.broadcasts()))


# --- what they share


async def gather_for(cells: Mapping[str, str], author: Person, today: RulesOn, desk: Desk) -> Gathered:
    """Everybody whom these cells of this author choose right now."""
    return await gather(
        read_audience(cells),
        author,
        today,
        profiles=desk.eyes.profiles,
        broadcasts=desk.broadcasts,
        sending=desk.sending,
    )


async def describe_for(
    cells: Mapping[str, str], author: Person, gathered: Gathered, today: RulesOn, desk: Desk
) -> list[Line]:
    """What it would be if it went out now, line by line."""
    runs = await plan_of(gathered, today, desk.eyes.clock.now(), desk.broadcasts)
    unit_name = signatory_of(author, today).unit_name
    return describe_preview(cells, unit_name, read_audience(cells), author.scope, gathered, runs, today)


async def writing_of(visit: Visit, person: Person, desk: Desk) -> Writing:
    """Whom this author may choose from: units, channels, earlier broadcasts."""
    today = visit.rules.book.on(visit.today)
    earlier = [
        one
        for one in await desk.broadcasts.list_recent(_MOST_EARLIER * 5)
        if covers(as_hr(person), one.scope, today) or one.made_by.person == person.code
    ]
    return Writing(
        author=person,
        today=today,
        units=units_reached(person, today),
        read_entities=desk.read_entities,
        channels=tuple(one.channel for one in desk.sending.lines),
        earlier=earlier,
    )
