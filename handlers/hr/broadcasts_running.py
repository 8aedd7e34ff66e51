"""A broadcast on its way: how far it is, paused, resumed, cancelled, recalled, its unclear ones settled, its result."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace

from handlers import next_steps
from handlers.asking import EDITABLE, Choice
from handlers.hr import proposals
from handlers.hr.broadcasts import Desk, refuse
from handlers.hr.broadcasts_progress import describe_progress
from handlers.hr.broadcasts_result import write_result
from handlers.hr.proposals_rights import as_hr, covers, may_broadcast
from handlers.notices.broadcasts import begin_of, make_corrections
from handlers.phrases import _, ngettext, show_day_of, show_number
from handlers.pressed import read_number
from handlers.reply import Line, Outcome, Reply
from handlers.rights import serves_everybody, units_served
from handlers.visit import Visit
from knowledge.facts import Person
from knowledge.local_time import VIETNAM
from knowledge.sending_hours import next_allowed
from storage.records import Broadcast, BroadcastRow, BroadcastState, DeliveryState

_MOST_LISTED = 8
_MOST_READ = 100
_MOST_CHOICES = 5
_MOST_UNCLEAR = 5
_OF_WHAT_IS_LEFT = {BroadcastState.PAUSED, BroadcastState.CANCELLED}  # senseless once nothing is left
_GOING = (BroadcastState.SENDING, BroadcastState.PAUSED)


async def list_broadcasts(visit: Visit, desk: Desk) -> Reply:
    """Which broadcasts are there, and how do they stand?"""
    person = visit.person
    if person is None or not may_broadcast(person):
        return refuse(visit)
    found = [one for one in await desk.broadcasts.list_recent(_MOST_READ) if _may_see(person, one, visit)]
    lines = [Line(await _name(one, desk), is_item=True) for one in found[:_MOST_LISTED]]
    return Reply(
        title=ngettext("{n} broadcast within your scope", "{n} broadcasts within your scope", len(found)).format(
            n=show_number(len(found))
        )
        if found
        else _("No broadcast has been sent within your scope."),
        lines=tuple(lines),
        choices=(
            Choice(_("Write a broadcast"), "broadcast.new"),
            proposals.waiting(),
            *(
                Choice(_("Broadcast {number}").format(number=one.number), "broadcast", str(one.number))
                for one in found[:_MOST_CHOICES]
            ),
        ),
    )


async def show(visit: Visit, desk: Desk) -> Reply:
    """How far is it?"""
    found = await _find(visit, desk)
    return found if isinstance(found, Reply) else await _show(found[1], desk)


async def pause(visit: Visit, desk: Desk) -> Reply:
    """Send nothing more of it for now; what has left has left."""
    return await _change(visit, desk, (BroadcastState.SENDING,), BroadcastState.PAUSED)


async def resume(visit: Visit, desk: Desk) -> Reply:
    """Go on with it."""
    return await _change(visit, desk, (BroadcastState.PAUSED,), BroadcastState.SENDING)


async def ask_to_cancel(visit: Visit, desk: Desk) -> Reply:
    """Cancel what has not left? It cannot be taken back, so it is asked once."""
    found = await _find(visit, desk)
    if isinstance(found, Reply):
        return found
    progress = await desk.broadcasts.progress(found[1].number)
    text = _("Cancel broadcast {number}? {left} messages that have not left would be dropped; those that left stay.")
    return _ask(text.format(number=found[1].number, left=show_number(progress.left)), "broadcast.cancel.yes", found[1])


async def cancel(visit: Visit, desk: Desk) -> Reply:
    """Yes: what has not left never will."""
    return await _change(visit, desk, _GOING, BroadcastState.CANCELLED)


async def ask_to_recall(visit: Visit, desk: Desk) -> Reply:
    """Recall it? Recipients see that, so it is asked once."""
    found = await _find(visit, desk)
    if isinstance(found, Reply):
        return found
    progress = await desk.broadcasts.progress(found[1].number)
    text = _(
        "Recall broadcast {number}? The {n} messages that arrived are written over where the channel allows it;"
        " elsewhere recipients get a notice that it is recalled. What has not left is dropped."
    )
    return _ask(
        text.format(number=found[1].number, n=show_number(progress.delivered)), "broadcast.recall.yes", found[1]
    )


async def recall(visit: Visit, desk: Desk) -> Reply:
    """Yes: whoever got it is told that it does not hold."""
    return await _change(visit, desk, (*_GOING, BroadcastState.CANCELLED), BroadcastState.RECALLED)


async def list_unclear(visit: Visit, desk: Desk) -> Reply:
    """Of whom is it not known whether it arrived? HR asks them, and says."""
    found = await _find(visit, desk)
    if isinstance(found, Reply):
        return found
    person, broadcast = found
    rows = [one for one in await desk.broadcasts.list_rows(broadcast.number) if one.state is DeliveryState.UNCLEAR]
    unclear = _served_by(person, rows, visit)
    left_out = _tell_left_out(len(rows) - len(unclear))
    await _record(person, "looked_at_unclear", broadcast, desk)
    if not unclear:
        shown = await _show(broadcast, desk)
        title = _("No message of this broadcast to your people is unclear.") if rows else _(
            "No message of this broadcast is unclear."
        )  # fmt: skip
        return replace(shown, title=title, lines=(*left_out, *shown.lines))
    choices = []
    for one in unclear[:_MOST_UNCLEAR]:
        subject = f"{broadcast.number}.{one.delivery}"
        name = one.name or one.person
        choices.append(Choice(_("{name}: received").format(name=name), "broadcast.arrived", subject))
        choices.append(Choice(_("{name}: not received").format(name=name), "broadcast.missed", subject))
    text = ngettext(
        "{n} message was sent and its confirmation lost.", "{n} messages were sent and their confirmation lost.",
        len(unclear),
    )  # fmt: skip
    return Reply(
        title=text.format(n=show_number(len(unclear))),
        lines=(
            Line(_("Please ask them. Only after your “not received” is it sent to them again.")),
            *(Line(_name_row(one), is_item=True) for one in unclear[:_MOST_LISTED]),
            *left_out,
        ),
        choices=(*choices, _see(broadcast)),
    )


async def settle(visit: Visit, desk: Desk, *, has_arrived: bool) -> Reply:
    """They did, or did not, receive it; in the second case it is sent again, unless it is over for everybody."""
    found = await _find(visit, desk)
    if isinstance(found, Reply):
        return found
    person, broadcast = found
    named = visit.subject.partition(".")[2]  # the message, or the code of the recipient
    rows = _served_by(person, await desk.broadcasts.list_rows(broadcast.number), visit)
    row = next((one for one in rows if named.upper() in {str(one.delivery), one.person.upper()}), None)
    now = desk.eyes.clock.now()
    if row is None:  # whether there is one to others is not said
        title = _("There is no such message of this broadcast to the people that you serve now.")
        return replace(await list_unclear(visit, desk), title=title)
    if row.state is not DeliveryState.UNCLEAR:
        return replace(await list_unclear(visit, desk), title=_("That one is settled already."))
    is_sent_again = not has_arrived and await desk.broadcasts.send_again(broadcast.number, row.delivery, now)
    if is_sent_again:
        await desk.sending.start([one.sender for one in desk.sending.lines if one.channel == row.channel])
    elif not await desk.outbox.settle_unclear(row.delivery, has_arrived=has_arrived, at=now):
        return replace(await list_unclear(visit, desk), title=_("That one is settled already."))
    await desk.broadcasts.reopen_cards(broadcast.number)
    action = "settled_received" if has_arrived else "settled_not_received"
    await _record(person, action, broadcast, desk, {"recipient": row.person, "sent_again": is_sent_again})
    shown = await list_unclear(visit, desk)
    text = _("Noted: {name} received it.") if has_arrived else _("Noted: {name} did not receive it.")
    said = text.format(name=row.name or row.person)
    if is_sent_again:
        said = _("{noted} It is sent again.").format(noted=said)
    return replace(shown, title=said, lines=(Line(shown.title), *shown.lines))


async def result(visit: Visit, desk: Desk) -> Reply:
    """What became of it for everybody whom they serve now, in a file; of all others how many they are."""
    found = await _find(visit, desk)
    if isinstance(found, Reply):
        return found
    person, broadcast = found
    everybody = await desk.broadcasts.list_rows(broadcast.number)
    rows = _served_by(person, everybody, visit)
    await _record(person, "took_broadcast_result", broadcast, desk)
    shown = await _show(broadcast, desk)
    return replace(
        shown,
        title=_("Result of broadcast {number}").format(number=broadcast.number),
        lines=(*_tell_left_out(len(everybody) - len(rows)), *shown.lines),
        file=await asyncio.to_thread(write_result, broadcast.number, rows, desk.sheets),  # thousands take a second
    )


# --- what they share


async def _find(visit: Visit, desk: Desk) -> tuple[Person, Broadcast] | Reply:
    person = visit.person
    if person is None or not may_broadcast(person):
        return refuse(visit)
    number = read_number(visit.subject.partition(".")[0])
    found = await desk.broadcasts.find(number) if number is not None else None
    if found is None:
        return Reply(
            title=_("There is no such broadcast."),
            choices=(next_steps.broadcasts(), proposals.waiting()),
            outcome=Outcome.DENIED,
        )
    if not _may_see(person, found, visit):
        await _record(person, "broadcast_denied", found, desk)
        return Reply(
            title=_("This broadcast reaches further than the units that you serve."),
            choices=(next_steps.broadcasts(),),
            outcome=Outcome.DENIED,
        )
    return person, found


def _may_see(person: Person, broadcast: Broadcast, visit: Visit) -> bool:
    today = visit.rules.book.on(visit.today)
    return covers(as_hr(person), broadcast.scope, today)


def _served_by(person: Person, rows: Sequence[BroadcastRow], visit: Visit) -> Sequence[BroadcastRow]:
    """The recipients whom somebody serves today: whoever has moved away since is for their HR of now to know."""
    server, today = as_hr(person), visit.rules.book.on(visit.today)
    if serves_everybody(server, today):
        return rows
    served = units_served(server, today)
    return [one for one in rows if one.unit in served]


def _tell_left_out(count: int) -> list[Line]:
    """How many recipients are not shown, without a name; nothing for none."""
    text = ngettext(
        "{n} other recipient is in none of the units that you serve now and is not named here; HR of all units sees"
        " them.",
        "{n} other recipients are in none of the units that you serve now and are not named here; HR of all units sees"
        " them.",
        count,
    )
    return [Line(text.format(n=show_number(count)))] if count else []


async def _change(visit: Visit, desk: Desk, before: Collection[BroadcastState], after: BroadcastState) -> Reply:
    found = await _find(visit, desk)
    if isinstance(found, Reply):
        return found
    person, broadcast = found
    now = desk.eyes.clock.now()
    is_idle = after in _OF_WHAT_IS_LEFT and not (await desk.broadcasts.progress(broadcast.number)).left
    if is_idle or not await desk.broadcasts.change(broadcast.number, before, after, now):
        shown = await _show(broadcast, desk)
        return replace(shown, lines=(Line(_("Nothing was changed: it is like this now.")), *shown.lines))
    broadcast, count = replace(broadcast, state=after), 0
    match after:
        case BroadcastState.PAUSED:
            count = await desk.outbox.hold_broadcast(broadcast.number, is_held=True)
        case BroadcastState.SENDING:
            count = await desk.outbox.hold_broadcast(broadcast.number, is_held=False)
            await desk.sending.start([one.sender for one in desk.sending.lines])
        case BroadcastState.CANCELLED:
            count = await desk.outbox.drop_broadcast(broadcast.number, "cancelled", now)
        case BroadcastState.RECALLED:
            count = await desk.outbox.drop_broadcast(broadcast.number, "recalled", now)
            await _recall(broadcast, visit, desk)
    await desk.broadcasts.reopen_cards(broadcast.number)
    await _record(person, f"broadcast_{after.value}", broadcast, desk, {"messages": count})
    return await _show(broadcast, desk)


async def _recall(broadcast: Broadcast, visit: Visit, desk: Desk) -> None:
    """What arrived is taken up to be written over; the others get a message of its own."""
    today = visit.rules.book.on(visit.today)
    await desk.broadcasts.prepare_recalls(broadcast.number, EDITABLE)
    now = desk.eyes.clock.now()
    due_at = next_allowed(now.astimezone(VIETNAM), today.calendar, today.library.policy)
    corrections = make_corrections(broadcast, await desk.broadcasts.list_to_correct(broadcast.number), due_at)
    await desk.outbox.put_many(corrections, now)
    await desk.sending.start([one.sender for one in desk.sending.lines])


async def _show(broadcast: Broadcast, desk: Desk) -> Reply:
    progress = await desk.broadcasts.progress(broadcast.number)
    speeds = [one.per_second for one in desk.sending.lines]
    shown = describe_progress(broadcast, progress, desk.eyes.clock.now(), min(speeds, default=0.0))
    return replace(shown, choices=(*shown.choices, next_steps.broadcasts()))


async def _name(broadcast: Broadcast, desk: Desk) -> str:
    progress = await desk.broadcasts.progress(broadcast.number)
    text = _("Broadcast {number} of {day}, {name}: “{beginning}” – {done} of {total} delivered")
    return text.format(
        number=broadcast.number,
        day=show_day_of(broadcast.approved_at),
        name=broadcast.made_by.name,
        beginning=begin_of(broadcast.text),
        done=show_number(progress.delivered),
        total=show_number(progress.total),
    )


def _name_row(row: BroadcastRow) -> str:
    return f"{row.name or ''} ({row.person}, {row.unit_name or ''})"


def _ask(question: str, action: str, broadcast: Broadcast) -> Reply:
    number = str(broadcast.number)
    return Reply(title=question, choices=(Choice(_("Yes"), action, number), Choice(_("No"), "broadcast", number)))


def _see(broadcast: Broadcast) -> Choice:
    return Choice(_("How far it is"), "broadcast", str(broadcast.number))


async def _record(
    person: Person, action: str, broadcast: Broadcast, desk: Desk, details: dict[str, object] | None = None
) -> None:
    now = desk.eyes.clock.now()
    await desk.eyes.audit.record(person.code, action, f"broadcast:{broadcast.number}", now, details)
