"""Which messages may or may not have arrived, besides broadcasts? HR asks their people, and says what they say."""

from collections import Counter
from dataclasses import dataclass, replace

from handlers import next_steps
from handlers.asking import Choice
from handlers.phrases import _, ngettext, show_moment, show_number
from handlers.ports import Audit, Clock, Profiles, Sending, UnclearMessages
from handlers.pressed import read_number
from handlers.reply import Line, Outcome, Reply
from handlers.reports.reminded import name_notice
from handlers.rights import units_served
from handlers.visit import Visit
from handlers.wording import name_channel, name_unit
from knowledge.facts import Person
from storage.records import Delivery

LIST, ARRIVED, AGAIN = "unclear", "unclear.arrived", "unclear.again"
_SHOWN = 4  # each with two choices
_MOST_BROADCASTS = 3
_MOST_READ = 1_000


@dataclass(frozen=True, slots=True)
class Desk:
    """The drawers that this needs."""

    messages: UnclearMessages
    profiles: Profiles
    sending: Sending
    audit: Audit
    clock: Clock


async def list_unclear(visit: Visit, reader: Person, desk: Desk) -> Reply:
    """Of whom of my people is it not known whether a message reached them? Nothing of it is sent again by itself."""
    today = visit.rules.book.on(visit.today)
    served = units_served(reader, today)
    if not served:
        return await _refuse(visit, reader, desk)
    found = await desk.messages.list_unclear_of(served, _MOST_READ)
    mine = [one for one in found if one.broadcast is None]
    await desk.audit.record(
        reader.code, "looked_at_unclear", "messages", desk.clock.now(), {"messages": len(mine)}
    )  # fmt: skip
    broadcasts = Counter(one.broadcast for one in found if one.broadcast is not None)
    of_broadcasts = tuple(
        Choice(
            _("Broadcast {number}: {n} unclear").format(number=number, n=show_number(count)),
            "broadcast.unclear",
            str(number),
        )
        for number, count in broadcasts.most_common(_MOST_BROADCASTS)
    )
    if not mine:
        title = _("No message to your people is unclear.")
        if broadcasts:
            title = _("No message to your people is unclear, broadcasts aside.")
        unreached = next_steps.cannot_be_reached()
        return Reply(title, choices=(*of_broadcasts, unreached, next_steps.work_with_people()))
    lines, choices = [], []
    for one in mine[:_SHOWN]:
        person = await desk.profiles.find_person(one.person)
        name = person.name if person is not None else one.person
        unit = name_unit(today, person.unit) if person is not None else ""
        lines.append(Line(_describe(one, name, unit), is_item=True))
        number = str(one.id)
        choices.append(Choice(_("No. {number} {name}: received").format(number=number, name=name), ARRIVED, number))
        choices.append(Choice(_("No. {number} {name}: send again").format(number=number, name=name), AGAIN, number))
    text = ngettext(
        "{n} message was sent and its confirmation lost.", "{n} messages were sent and their confirmation lost.",
        len(mine),
    )  # fmt: skip
    if len(mine) > _SHOWN:
        left = ngettext("{n} more comes after these.", "{n} more come after these.", len(mine) - _SHOWN)
        lines.append(Line(left.format(n=show_number(len(mine) - _SHOWN))))
    return Reply(
        text.format(n=show_number(len(mine))),
        (
            Line(_("Please ask them. Nothing is sent again before you say so; then it goes once, if it still holds.")),
            *lines,
        ),
        choices=(*choices, *of_broadcasts, next_steps.work_with_people()),
    )


async def settle(visit: Visit, reader: Person, desk: Desk, *, has_arrived: bool) -> Reply:
    """They received it, or did not: in the second case it is sent again, once. The word of HR is on record."""
    today = visit.rules.book.on(visit.today)
    number = read_number(visit.subject)
    found = await desk.messages.find(number) if number is not None else None
    official = await desk.profiles.find_person(found.person) if found is not None else None
    if official is None or found is None or official.unit not in units_served(reader, today):
        return await _refuse(visit, reader, desk)
    if found.broadcast is not None:  # whether it may leave again depends on how that stands
        return Reply(
            _("That message belongs to broadcast {number}; it is settled there.").format(number=found.broadcast),
            choices=(Choice(_("Settle the unclear ones"), "broadcast.unclear", str(found.broadcast)),),
        )
    now = desk.clock.now()
    if has_arrived:
        is_settled = await desk.messages.settle_unclear(found.id, has_arrived=True, at=now)
    else:
        is_settled = await desk.messages.send_again(found.id, now)
    shown = replace(visit, subject="")
    if not is_settled:
        return replace(await list_unclear(shown, reader, desk), title=_("That one is settled already."))
    if not has_arrived and found.sender is not None:
        await desk.sending.start([found.sender])
    action = "settled_received" if has_arrived else "settled_not_received"
    details = {"recipient": official.code, "sent_again": not has_arrived, "channel": visit.asked.channel}
    await desk.audit.record(reader.code, action, f"message:{found.id}", now, details)
    text = _("Noted: {name} received it.") if has_arrived else _(
        "Noted: {name} did not receive it. It is sent again, unless it no longer holds."
    )  # fmt: skip
    left = await list_unclear(shown, reader, desk)
    return replace(left, title=text.format(name=official.name), lines=(Line(left.title), *left.lines))


def _describe(one: Delivery, name: str, unit: str) -> str:
    what = ", ".join(dict.fromkeys(name_notice(notice.kind) for notice in one.notices)) or _("message")
    at = one.started_at or one.done_at or one.due_at
    text = _("No. {number}: {name} ({code}), {unit}: {what}, {moment}, by {channel}")
    return text.format(
        number=one.id,
        name=name,
        code=one.person,
        unit=unit,
        what=what,
        moment=show_moment(at),
        channel=name_channel(one.channel) if one.channel else _("no channel"),
    )


async def _refuse(visit: Visit, reader: Person, desk: Desk) -> Reply:
    """Whether such a message exists is not said to anybody whose people it does not concern."""
    await desk.audit.record(
        reader.code, "look_refused", "messages", desk.clock.now(), {"channel": visit.asked.channel}
    )  # fmt: skip
    return Reply(
        _("Only HR settles messages that may not have arrived, and only those to their own people."),
        choices=(next_steps.my_gaps(), next_steps.help_me()),
        outcome=Outcome.DENIED,
    )
