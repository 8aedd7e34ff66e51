"""Remind my unit, or one of it: seen before how many, sent in the message of the day, nobody more than once a week.

`preview` and `send` give values, for whoever shows them in another way than a chat does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum

from handlers import next_steps
from handlers.asking import Choice
from handlers.heads.others import find_other, refuse
from handlers.heads.unit_seen import MOST_PEOPLE
from handlers.heads.units_meant import Meant, find_meant, too_many, units_of
from handlers.notices.unit_reminders import is_to_do
from handlers.phrases import _, ngettext, show_day, show_number
from handlers.ports import Audit, BroadcastOutbox, Clock, Profiles, Sending, UnitReach
from handlers.reply import Line, Outcome, Reply
from handlers.rights import units_headed
from handlers.visit import Visit
from knowledge.evaluate import evaluate
from knowledge.facts import Person, PersonCode, UnitCode
from knowledge.local_time import VIETNAM
from knowledge.rulebook import RulesOn
from knowledge.sending_hours import next_allowed
from storage.records import NewDelivery, NewNotice, NoticeKind, Reached

UNIT, PERSON, YES = "remind.unit", "remind.person", "remind.yes"
REST_DAYS = 7
_ONE, _ALL = "p", "u"
_MOST_NAMES = 8
_TRIES = 2  # days on which the message of the day may still tell it


class LeftOut(StrEnum):
    """Why somebody is not reminded now."""

    REMINDED = "reminded"  # by a head, less than a week ago
    UNREACHED = "unreached"  # no channel reaches them
    QUIET = "quiet"  # they want no reminders for a while


@dataclass(frozen=True, slots=True)
class Desk:
    """The drawers that this needs."""

    profiles: Profiles
    reach: UnitReach
    outbox: BroadcastOutbox
    sending: Sending
    audit: Audit
    clock: Clock


@dataclass(frozen=True, slots=True)
class Preview:
    """Who would be reminded and where, and who would not, and why. Whoever has nothing to do is in neither."""

    to: tuple[tuple[Person, Reached], ...]
    left_out: Mapping[LeftOut, tuple[Person, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sent:
    """How many are reminded now, and how many `later`, with the message of `later_on`."""

    now: int
    later: int
    later_on: datetime | None = None


async def preview(people: Sequence[Person], today: RulesOn, desk: Desk) -> Preview:
    """Which of these people would be reminded."""
    owing = [one for one in people if any(is_to_do(finding) for finding in evaluate(one, today))]
    codes = [one.code for one in owing]
    reminded = await desk.reach.find_reminded(codes, _first_of_rest(today))
    quiet = await desk.reach.find_quiet(codes, today.day)
    chats = await desk.reach.find_chats(codes, [one.channel for one in desk.sending.lines])
    to: list[tuple[Person, Reached]] = []
    left: dict[LeftOut, list[Person]] = {}
    for one in owing:
        if one.code in reminded:
            left.setdefault(LeftOut.REMINDED, []).append(one)
        elif one.code not in chats:
            left.setdefault(LeftOut.UNREACHED, []).append(one)
        elif one.code in quiet:
            left.setdefault(LeftOut.QUIET, []).append(one)
        else:
            to.append((one, chats[one.code]))
    return Preview(tuple(to), {why: tuple(those) for why, those in left.items()})


async def send(seen: Preview, head: Person, meant: Meant, today: RulesOn, desk: Desk) -> Sent:
    """Remind those of the preview, on record: in the message of today, or of the next working day once it has gone.

    The preview must have been made while others were held (`UnitReach.hold_reminding`): else two heads remind alike.
    """
    now = desk.clock.now()
    senders = {one.channel: one.sender for one in desk.sending.lines}
    due = next_allowed(now.astimezone(VIETNAM), today.calendar, today.library.policy)
    first, waiting, counts = due, {one.code: (one, where) for one, where in seen.to}, list[int]()
    for _try in range(_TRIES):
        parcels = [_parcel(one, where, senders, head, meant, due, today) for one, where in waiting.values()]
        await desk.outbox.put_many(parcels, now)
        told = await desk.reach.find_reminded(list(waiting), now)
        counts.append(len(told))
        waiting = {code: kept for code, kept in waiting.items() if code not in told}
        if not waiting:
            break
        tomorrow = datetime.combine(due.date() + timedelta(days=1), time(), tzinfo=due.tzinfo)
        due = next_allowed(tomorrow, today.calendar, today.library.policy)
    left = {f"left_{why.value}": len(those) for why, those in seen.left_out.items()}
    details = {"people": sum(counts), **left}
    await desk.audit.record(head.code, "reminded_unit", meant.subject, now, details)
    await desk.sending.start(sorted({senders[where.channel] for _one, where in seen.to}))
    later = sum(counts[1:])
    return Sent(counts[0], later, due if later else first)


async def people_below(meant: Meant, head: Person, profiles: Profiles) -> list[Person] | None:
    """Everybody of these units but the head; None where they are too many."""
    found: list[Person] = []
    async for one in profiles.stream_people(meant.codes):
        if len(found) >= MOST_PEOPLE:
            return None
        if one.code != head.code:
            found.append(one)
    return found


# --- in the chat


async def ask_unit(visit: Visit, head: Person, desk: Desk) -> Reply:
    """Remind everybody of my unit, or of this part of it: how many would that be?"""
    found = await _unit(visit, head, visit.subject, desk)
    if isinstance(found, Reply):
        return found
    meant, people = found
    return _ask(await preview(people, _today(visit), desk), meant, f"{_ALL}:{meant.code}")


async def ask_person(visit: Visit, head: Person, desk: Desk) -> Reply:
    """Remind this one."""
    found = await _one(visit, head, visit.subject or visit.named.person_words or "", desk)
    if isinstance(found, Reply):
        return found
    meant, person = found
    return _ask(await preview([person], _today(visit), desk), meant, f"{_ONE}:{person.code}", only=person)


async def confirm(visit: Visit, head: Person, desk: Desk) -> Reply:
    """Yes, remind them: whoever is to be reminded now, not when it was asked."""
    kind, _colon, code = visit.subject.partition(":")
    if kind == _ONE:
        one = await _one(visit, head, code, desk)
        if isinstance(one, Reply):
            return one
        meant, people = one[0], [one[1]]
    else:
        unit = await _unit(visit, head, code, desk)
        if isinstance(unit, Reply):
            return unit
        meant, people = unit
    await desk.reach.hold_reminding()
    seen = await preview(people, _today(visit), desk)
    if not seen.to:
        return _ask(seen, meant, visit.subject)
    return _sent(await send(seen, head, meant, _today(visit), desk), seen, meant)


async def _unit(visit: Visit, head: Person, code: str, desk: Desk) -> tuple[Meant, list[Person]] | Reply:
    """The units that the head means and their people; only units that they head."""
    today = _today(visit)
    headed = units_headed(head, today)
    meant = await find_meant(visit, head, code, audit=desk.audit, clock=desk.clock, scope=headed)
    if isinstance(meant, Reply):
        return meant
    people = await people_below(meant, head, desk.profiles)
    return (meant, people) if people is not None else too_many(meant, UNIT, today)


async def _one(visit: Visit, head: Person, words: str, desk: Desk) -> tuple[Meant, Person] | Reply:
    today = _today(visit)
    found = await find_other(
        visit, head, words, profiles=desk.profiles, audit=desk.audit, clock=desk.clock, action=PERSON
    )
    if isinstance(found, Reply):
        return found
    if found.code == head.code or found.unit not in units_headed(head, today):
        await desk.audit.record(head.code, "look_refused", "unit", desk.clock.now(), {"channel": visit.asked.channel})
        return refuse(visit)
    return units_of(head, today, found.unit, scope=units_headed(head, today)), found


# --- in words


def _ask(seen: Preview, meant: Meant, subject: str, *, only: Person | None = None) -> Reply:
    lines = _describe_left_out(seen)
    if not seen.to:
        if not seen.left_out:
            title = _("{units}: nobody has anything to be reminded of.").format(units=meant.name)
            if only is not None:
                title = _("{name} has nothing to be reminded of.").format(name=_named(only))
        else:
            title = _("Nobody can be reminded now.")
        return Reply(
            title, tuple(lines), choices=(next_steps.unit_glance(meant.code), next_steps.cannot_be_reached(meant.code))
        )
    title = ngettext("Remind {n} person of {units}?", "Remind {n} people of {units}?", len(seen.to)).format(
        n=show_number(len(seen.to)), units=meant.name
    )
    if only is not None:
        title = _("Remind {name}?").format(name=_named(only))
    told = _(
        "The message says who reminds, how many things are open and until when, never which ones. It goes out in "
        "working hours, in the one message of the day."
    )
    return Reply(
        title,
        (Line(told), *lines),
        choices=(
            Choice(_("Send the reminder"), YES, subject),
            next_steps.unit_glance(meant.code),
            *((next_steps.cannot_be_reached(meant.code),) if seen.left_out.get(LeftOut.UNREACHED) else ()),
        ),
    )


def _sent(sent: Sent, seen: Preview, meant: Meant) -> Reply:
    title = ngettext("{n} person is being reminded.", "{n} people are being reminded.", sent.now + sent.later)
    lines = []
    if sent.later and sent.later_on is not None:
        text = _("{n} of them have had their message of today; the reminder goes out on {day}.")
        lines.append(Line(text.format(n=show_number(sent.later), day=show_day(sent.later_on.date()))))
    lines += _describe_left_out(seen)
    text = _("They can be reminded again by you after {n} days.")
    lines.append(Line(text.format(n=REST_DAYS)))
    return Reply(
        title.format(n=show_number(sent.now + sent.later)), tuple(lines), choices=(next_steps.unit_glance(meant.code),)
    )


def _describe_left_out(seen: Preview) -> list[Line]:
    texts = {
        LeftOut.REMINDED: _("Left out, reminded by a head within {days} days: {names}."),
        LeftOut.UNREACHED: _("Left out, no channel reaches them: {names}. Please tell them directly."),
        LeftOut.QUIET: _("Left out, they have paused reminders: {names}."),
    }
    return [
        Line(texts[why].format(days=REST_DAYS, names=_list_names(those)), is_item=True)
        for why in LeftOut
        if (those := seen.left_out.get(why))
    ]


def _list_names(people: Sequence[Person]) -> str:
    named = ", ".join(map(_named, people[:_MOST_NAMES]))
    more = len(people) - _MOST_NAMES
    return _("{names} and {n} more").format(names=named, n=show_number(more)) if more > 0 else named


def _named(person: Person) -> str:
    return f"{person.name} ({person.code})"


# --- below


def _today(visit: Visit) -> RulesOn:
    return visit.rules.book.on(visit.today)


def _first_of_rest(today: RulesOn) -> datetime:
    """From when a reminder still counts: it rests for so many days, the day of sending included."""
    return datetime.combine(today.day - timedelta(days=REST_DAYS - 1), time(), tzinfo=VIETNAM)


def _parcel(
    person: Person,
    where: Reached,
    senders: Mapping[str, str],
    head: Person,
    meant: Meant,
    due: datetime,
    today: RulesOn,
) -> tuple[NewDelivery, Sequence[NewNotice]]:
    # Of a head of several units it is that one in whose place they speak to this person.
    above = today.units_above(person.unit)
    unit = next((one.code for one in meant.tops if one.code in above), UnitCode(head.unit))
    notice = NewNotice(
        NoticeKind.UNIT_REMINDER,
        f"unit_reminder:{person.code}:{today.day}",
        about=(PersonCode(person.code),),
        payload={"by": head.code, "unit": unit},
    )
    delivery = NewDelivery(
        person.code,
        due,
        sender=senders[where.channel],
        channel=where.channel,
        address=where.address,
        locale=where.locale,
        merge_day=due.date(),
    )
    return delivery, (notice,)


def refuse_reminding() -> Reply:
    """Who heads nobody reminds nobody; one's own reminders are meant, perhaps."""
    return Reply(
        _("Only the head of a unit reminds its people here."),
        choices=(next_steps.my_reminders(), next_steps.my_gaps(), next_steps.help_me()),
        outcome=Outcome.DENIED,
    )
