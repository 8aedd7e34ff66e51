"""A broadcast that waits for a second person: seen as it would go out now, approved, and put on its way as one fact."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from handlers import next_steps
from handlers.asking import Choice
from handlers.hr import proposals
from handlers.hr.broadcasts import SEEN, Desk, describe_for, gather_for, list_shown
from handlers.hr.broadcasts_audience import FILTERS, Gathered, due_times, plan_of, read_audience, way_of
from handlers.hr.broadcasts_result import write_unreached
from handlers.hr.broadcasts_steps import RECEIPT, TEXT
from handlers.hr.first_of_two import say_to_first
from handlers.hr.proposals_rights import as_hr, covers, explain_refusal, may_broadcast, may_decide, signatory_of
from handlers.hr.proposals_words import PEOPLE, name_proposal
from handlers.inquiries import find_address
from handlers.phrases import _, ngettext, show_number
from handlers.reply import Line, Reply
from handlers.visit import Visit
from knowledge.facts import Person
from knowledge.rulebook import RulesOn
from knowledge.sending_plan import Run
from storage.records import (
    Broadcast,
    Card,
    NewDelivery,
    NewNotice,
    NoticeKind,
    Proposal,
    ProposalKind,
    ProposalState,
)

_URGENCY = 7  # behind reminders and answers


async def view_proposal(visit: Visit, desk: Desk) -> Reply:
    """What would go out, to whom, if this were approved now?"""
    found = await _open(visit, desk)
    if isinstance(found, Reply):
        return found
    person, proposal, today, author, gathered = found
    await desk.eyes.audit.record(
        person.code,
        "viewed_proposal",
        f"proposal:{proposal.number}",
        desk.eyes.clock.now(),
        {"channel": visit.asked.channel, **list_shown(gathered)},
    )
    return await _show(person, proposal, author, gathered, today, desk)


async def view_unreached(visit: Visit, desk: Desk) -> Reply:
    """Who could not be reached if this were approved now? All of them, in a file."""
    found = await _open(visit, desk)
    if isinstance(found, Reply):
        return found
    person, proposal, today, _author, gathered = found
    number = str(proposal.number)
    await desk.eyes.audit.record(person.code, "took_unreachable_list", f"proposal:{number}", desk.eyes.clock.now())
    return Reply(
        title=ngettext(
            "{n} person is not reachable.", "{n} people are not reachable.", len(gathered.unreachable)
        ).format(n=show_number(len(gathered.unreachable))),
        choices=(proposals.waiting(), next_steps.broadcasts()),
        file=await asyncio.to_thread(write_unreached, number, gathered.unreachable, today, desk.sheets),
    )


async def approve(visit: Visit, desk: Desk) -> Reply:
    """Yes: send it. Only to the people who were seen: once they are others, it is shown anew."""
    found = await proposals.open_proposal(visit, desk.eyes)
    if isinstance(found, Reply):
        return found
    person, proposal, today = found
    if proposal.kind is not ProposalKind.BROADCAST:
        return await proposals.view(visit, desk.eyes)
    if not may_decide(person, proposal, today):
        return await proposals.deny(person, proposal, "approve", desk.eyes)
    author = await _find_author(proposal, today, desk)
    if isinstance(author, Reply):
        return author
    gathered = await gather_for(proposal.cells, author, today, desk)
    if visit.subject.partition(".")[2] != gathered.fingerprint:
        shown = await _show(person, proposal, author, gathered, today, desk)
        note = Line(_("The audience has changed since you looked; please look again before you approve."))
        return replace(shown, lines=(note, *shown.lines))
    now = desk.eyes.clock.now()
    if not await desk.eyes.proposals.decide(proposal.number, ProposalState.CONFIRMED, person.code, now):
        return await proposals.decided_meanwhile(proposal, desk.eyes)
    await _send(proposal, person, gathered, today, desk)
    await _show_progress_to((author, person), proposal.number, desk)
    await proposals.tell_author(author, proposal, desk.eyes)
    await desk.eyes.audit.record(
        person.code,
        "approved_broadcast",
        f"broadcast:{proposal.number}",
        now,
        {
            "made_by": proposal.proposed_by.person,
            "people": len(gathered.members),
            "reachable": len(gathered.reachable),
            "audience": gathered.fingerprint,
        },
    )
    return _started(proposal, gathered)


# --- what they share


async def _open(visit: Visit, desk: Desk) -> tuple[Person, Proposal, RulesOn, Person, Gathered] | Reply:
    """Who looks, at which proposal, by the rules of today, who made it, and to whom it would go now."""
    found = await proposals.open_proposal(visit, desk.eyes)
    if isinstance(found, Reply):
        return found
    person, proposal, today = found
    author = await _find_author(proposal, today, desk)
    if isinstance(author, Reply):
        return author
    return person, proposal, today, author, await gather_for(proposal.cells, author, today, desk)


async def _send(proposal: Proposal, approver: Person, gathered: Gathered, today: RulesOn, desk: Desk) -> None:
    """Keep the broadcast and the message of everybody, and let the senders begin: one fact."""
    now, cells = desk.eyes.clock.now(), proposal.cells
    await desk.broadcasts.add(
        Broadcast(
            number=proposal.number,
            text=cells[TEXT],
            asks_receipt=cells.get(RECEIPT) == "co",
            audience={column: cells[column] for column in FILTERS if column in cells} | {"dau": gathered.fingerprint},
            scope=proposal.scope,
            made_by=proposal.proposed_by,
            made_at=proposal.proposed_at,
            approved_by=signatory_of(approver, today),
            approved_at=now,
        )
    )
    runs = await plan_of(gathered, today, now, desk.broadcasts)
    await desk.outbox.put_many(_make_parcels(proposal, gathered, runs, now), now)
    await desk.sending.start([gathered.line_of(way).sender for way in gathered.by_way()])


def _make_parcels(
    proposal: Proposal, gathered: Gathered, runs: Mapping[str, Sequence[Run]], now: datetime
) -> list[tuple[NewDelivery, Sequence[NewNotice]]]:
    """The message of everybody, due when the runs of its channel say; without address for whoever has none."""
    cells, audience = proposal.cells, read_audience(proposal.cells)
    scope = [proposal.scope] if proposal.scope is not None else []
    payload = {
        "broadcast": proposal.number,
        "text": cells[TEXT],
        "unit": proposal.proposed_by.unit_name,
        "asks_receipt": cells.get(RECEIPT) == "co",
        "within": sorted(audience.units) or scope,
        "missing": sorted(audience.missing),
        "due_within": audience.due_within,
    }
    due = {way: iter(due_times(runs[way], count)) for way, count in gathered.by_way().items()}
    parcels: list[tuple[NewDelivery, Sequence[NewNotice]]] = []
    for one in gathered.members:
        code, where = one.person.code, one.reached
        notice = NewNotice(NoticeKind.BROADCAST, f"broadcast:{proposal.number}:{code}", about=(code,), payload=payload)
        delivery = NewDelivery(code, now, urgency=_URGENCY, broadcast=proposal.number)
        if where is not None:
            delivery = replace(
                delivery,
                due_at=next(due[way_of(where)], now),
                sender=gathered.line_of(way_of(where)).sender,
                channel=where.channel,
                address=where.address,
                locale=where.locale,
            )
        parcels.append((delivery, (notice,)))
    return parcels


async def _show_progress_to(people: tuple[Person, ...], number: int, desk: Desk) -> None:
    senders = {one.channel: one.sender for one in desk.sending.lines if one.is_editable}
    for person in people:
        account = await find_address(person, desk.eyes.accounts)
        if account is not None and account.channel in senders:
            card = Card(number, senders[account.channel], account.address, account.locale or "vi")
            await desk.broadcasts.add_card(card)


async def _show(
    person: Person, proposal: Proposal, author: Person, gathered: Gathered, today: RulesOn, desk: Desk
) -> Reply:
    lines = await describe_for(proposal.cells, author, gathered, today, desk)
    if proposal.cells.get(SEEN) != gathered.fingerprint:
        text = _("The audience has changed since its author saw it: then {before} people, now {now}.")
        said = text.format(
            before=show_number(int(proposal.cells.get(PEOPLE, "0"))), now=show_number(len(gathered.members))
        )
        lines.insert(0, Line(said))
    number = str(proposal.number)
    choices = []
    if may_decide(person, proposal, today):
        seen = f"{number}.{gathered.fingerprint}"
        choices = [
            Choice(_("Approve and send"), "broadcast.approve", seen),
            Choice(_("Refuse"), "proposal.refuse", number),
        ]
    else:
        is_own = person.code == proposal.proposed_by.person
        second = _("A second person of HR, whose scope covers it, must approve it.")
        by = proposal.proposed_by
        lines.append(Line(say_to_first(second, by.vouched_by) if is_own else explain_refusal(person, proposal)))
    if person.code == proposal.proposed_by.person:
        choices.append(Choice(_("Take it back"), "proposal.takeback", number))
    if gathered.unreachable:
        choices.append(Choice(_("List of those not reachable (.xlsx)"), "broadcast.unreached", number))
    return Reply(title=name_proposal(proposal), lines=tuple(lines), choices=(*choices, proposals.waiting()))


async def _find_author(proposal: Proposal, today: RulesOn, desk: Desk) -> Person | Reply:
    """Who made it, if they may still; else what to say."""
    author = await desk.eyes.profiles.find_person(proposal.proposed_by.person)
    if author is not None and covers(as_hr(author), proposal.scope, today) and may_broadcast(author):
        return author
    return Reply(
        title=name_proposal(proposal),
        lines=(Line(_("Whoever wrote this does not serve as HR for it any more; it cannot be approved.")),),
        choices=(Choice(_("Refuse"), "proposal.refuse", str(proposal.number)), proposals.waiting()),
    )


def _started(proposal: Proposal, gathered: Gathered) -> Reply:
    reached = len(gathered.reachable)
    text = ngettext(
        "Broadcast {number} is approved; {n} message is on its way.",
        "Broadcast {number} is approved; {n} messages are on their way.",
        reached,
    )
    lines = [Line(_("The audience is fixed now: {n} people.").format(n=show_number(len(gathered.members))))]
    if gathered.unreachable:
        text_missed = _("{n} of them cannot be reached on any channel; they stand in the paper list of the result.")
        lines.append(Line(text_missed.format(n=show_number(len(gathered.unreachable)))))
    return Reply(
        title=text.format(number=proposal.number, n=show_number(reached)),
        lines=tuple(lines),
        choices=(Choice(_("How far it is"), "broadcast", str(proposal.number)), next_steps.broadcasts()),
    )
