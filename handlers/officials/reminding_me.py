"""When do you remind me? At another hour, please; not for a week; go on. And: I have received it."""

import re
from dataclasses import dataclass, replace
from datetime import date, time, timedelta

from handlers import next_steps
from handlers.asking import PUSHED, Choice
from handlers.phrases import _, ngettext, show_day, show_number
from handlers.ports import Audit, Clock, Escalations, Receipts, Reminders
from handlers.pressed import read_number
from handlers.reply import Line, Reply
from handlers.visit import Visit
from knowledge.facts import Person
from knowledge.folding import fold, fold_words
from knowledge.library import Policy
from knowledge.sending_hours import first_hour, keepable_hour
from storage.records import ReminderWishes

_OFFERED_HOURS = (9, 14)
_OFFERED_DAYS = (7, 30)
_WEEK = 7
_NOON = 12
_HOURS_OF_DAY = 24
_MINUTES = 60
_EVENING = re.compile(r"\btối\b", re.IGNORECASE)  # without its mark it is "I" as well
_WORDS = "muoi mot|muoi hai|mot|hai|ba|bon|nam|sau|bay|tam|chin|muoi"
_NUMBERS = {"mot": 1, "hai": 2, "ba": 3, "bon": 4, "nam": 5, "sau": 6, "bay": 7, "tam": 8, "chin": 9, "muoi": 10}
_NUMBERS |= {"muoi mot": 11, "muoi hai": 12}
_HOUR = re.compile(rf"\b(\d{{1,2}}|{_WORDS}) ?(?:(?:gio|h\b|h(?=\d))(?: ?(?:(\d{{1,2}})\b|(ruoi)\b))?|(ruoi)\b)")
_DAYS = re.compile(rf"\b(\d{{1,4}}|{_WORDS}) ?(ngay|hom|bua|tuan|thang)\b")
_UNTIL = re.compile(r"\b(?:den|toi|het)(?: het)?(?: ngay)? (\d{1,2})/(\d{1,2})(?:/(\d{4}))?\b")
_UNITS = {"ngay": 1, "hom": 1, "bua": 1, "tuan": _WEEK, "thang": 30}
_QUIET = re.compile(
    r"\b(tam dung|tam ngung|tam hoan|tam tat|ngung|dung|tat|khoi|huy|hoan(?! (?:thanh|thien))|bo|thoi)\b"
    r".*\b(nhac|thong bao|tin|gui)\b"
    r"|\b(khong|ko|dung|chua|thoi) (can |muon |phai |co |nhan )*(nhac|gui|bao|tin)\b"
    r"|\bnhac\b.*\b(tam dung|tam ngung|sau)\b|^(tam dung|tam ngung)"
)
_GO_ON = re.compile(
    r"\b(bat|mo|tiep tuc|khoi phuc|nhac) lai\b|\btiep tuc\b.*\bnhac\b|\bbo tam dung\b|\bbat\b.*\bnhac\b"
)


@dataclass(frozen=True, slots=True)
class Desk:
    """What it takes to keep somebody's wishes."""

    reminders: Reminders
    receipts: Receipts
    audit: Audit
    clock: Clock
    cases: Escalations


async def tell(visit: Visit, person: Person, desk: Desk) -> Reply:
    """From which hour are messages sent to me, and are they paused?"""
    wishes = await desk.reminders.find_wishes(person.code)
    return _told(_("Your reminders"), wishes, visit)


async def change(visit: Visit, person: Person, desk: Desk) -> Reply:
    """Whatever was typed about reminders: another hour, a pause, an end of it; else how they stand."""
    folded = fold_words(visit.text)
    if _GO_ON.search(folded):
        return await resume(visit, person, desk)
    is_quiet = _QUIET.search(folded) is not None
    if is_quiet and (until := _read_until(visit.text, visit.today)) is not None:
        return await _pause((until - visit.today).days + 1, visit, person, desk)
    if is_quiet and (days := _DAYS.search(folded)) is not None:
        return await _pause(_count(days[1], days[2]), visit, person, desk)
    if is_quiet:
        return _ask_how_long(visit)
    # Colons are lost in folding.
    if (hour := _HOUR.search(fold_words(visit.text.replace(":", " h ")))) is not None:
        is_later = "chieu" in folded or _EVENING.search(visit.text) is not None
        return await _set_hour(_read_hour(hour, is_later=is_later), visit, person, desk)
    return await tell(visit, person, desk)


async def set_hour(visit: Visit, person: Person, desk: Desk) -> Reply:
    """A pressed hour."""
    hour, _colon, minute = visit.subject.partition(":")
    read = time(int(hour), int(minute)) if _is_time(hour, minute) else None
    return await _set_hour(read, visit, person, desk) if visit.subject else await tell(visit, person, desk)


async def pause(visit: Visit, person: Person, desk: Desk) -> Reply:
    """A pressed pause of so many days."""
    days = read_number(visit.subject)
    return await _pause(days, visit, person, desk) if days is not None else _ask_how_long(visit)


async def resume(visit: Visit, person: Person, desk: Desk) -> Reply:
    """Remind me again."""
    wishes = await desk.reminders.find_wishes(person.code)
    if not _is_paused(wishes, visit.today):
        return _told(_("Your reminders are not paused; nothing had to be changed."), wishes, visit)
    wishes = replace(wishes, quiet_until=None)
    await desk.reminders.save_wishes(person.code, wishes, desk.clock.now())
    await desk.audit.record(person.code, "resumed_reminders", person.code, desk.clock.now())
    return _told(_("You are reminded again from now on."), wishes, visit)


async def acknowledge(visit: Visit, person: Person, desk: Desk) -> Reply:
    """I have received it. Only the recipient can say so, and once is enough."""
    number = read_number(visit.subject) or 0
    if not await desk.receipts.acknowledge(number, person.code, desk.clock.now()):
        return Reply(
            title=_("This button belongs to a message that was not sent to you."),
            choices=(next_steps.my_gaps(), next_steps.my_deadlines()),
        )
    await desk.audit.record(person.code, "acknowledged_delivery", f"delivery:{number}", desk.clock.now())
    return Reply(
        title=_("Noted: you have received the message."),
        choices=(next_steps.my_gaps(), next_steps.my_deadlines(), next_steps.my_reminders()),
    )


async def warn_unreached(reply: Reply, person: Person, desk: Desk) -> Reply:
    """The reply; where no channel brings messages to this person, it says that none comes."""
    if await desk.cases.find_reached([person.code], PUSHED):
        return reply
    text = _(
        "No channel brings messages to you yet, so no reminder arrives: please ask HR how to link Telegram or Zalo."
    )
    return replace(reply, lines=(*reply.lines, Line(text)))


# --- keeping ---


async def _set_hour(hour: time | None, visit: Visit, person: Person, desk: Desk) -> Reply:
    policy = visit.rules.library.policy
    begin, end = policy.hours
    wished, hour = hour, keepable_hour(policy, hour)
    if hour is None:
        text = _("Messages are sent within working hours only, from {begin} to {end}. Nothing was changed.")
        return Reply(title=text.format(begin=_show(begin), end=_show(end)), choices=_choices(None, visit))
    wishes = replace(await desk.reminders.find_wishes(person.code), hour=hour)
    await desk.reminders.save_wishes(person.code, wishes, desk.clock.now())
    await desk.audit.record(
        person.code, "moved_reminder_hour", person.code, desk.clock.now(), {"hour": hour.isoformat("minutes")}
    )
    text = (
        _("From now on messages are sent to you from {hour} on working days.")
        if hour == wished
        else _("The latest hour that can be chosen is {hour}: from now on messages are sent to you from then on.")
    )
    return _changed(text.format(hour=_show(hour)), wishes, visit)


async def _pause(days: int, visit: Visit, person: Person, desk: Desk) -> Reply:
    most = visit.rules.library.policy.reminders.quiet_days_at_most
    if not 1 <= days <= most:
        text = _("Reminders can be paused for 1 to {most} days at a time. Nothing was changed.")
        return Reply(title=text.format(most=show_number(most)), choices=_pauses(visit))
    # Today is the first of these days.
    until = visit.today + timedelta(days=days - 1)
    wishes = replace(await desk.reminders.find_wishes(person.code), quiet_until=until)
    await desk.reminders.save_wishes(person.code, wishes, desk.clock.now())
    await desk.audit.record(
        person.code, "paused_reminders", person.code, desk.clock.now(), {"until": until.isoformat()}
    )
    text = ngettext(
        "Your reminders are paused for {n} day, up to and including {day}.",
        "Your reminders are paused for {n} days, up to and including {day}.",
        days,
    )
    return _changed(text.format(n=show_number(days), day=show_day(until)), wishes, visit)


# --- words ---


def _told(title: str, wishes: ReminderWishes, visit: Visit) -> Reply:
    policy = visit.rules.library.policy
    hour = _("They are sent from {hour} on working days, one message a day at most.")
    lines = [Line(hour.format(hour=_show(first_hour(policy, wishes.hour))))]
    if _is_paused(wishes, visit.today) and wishes.quiet_until is not None:
        lines.append(Line(_("They are paused up to and including {day}.").format(day=show_day(wishes.quiet_until))))
    lines.append(Line(_insisted(policy)))
    return Reply(title=title, lines=tuple(lines), choices=_choices(wishes, visit))


def _changed(title: str, wishes: ReminderWishes, visit: Visit) -> Reply:
    """What was changed stands in the title already; what holds in spite of it is said."""
    lines = (Line(_insisted(visit.rules.library.policy)),)
    return Reply(title=title, lines=lines, choices=_choices(wishes, visit))


def _insisted(policy: Policy) -> str:
    text = ngettext(
        "What a document or a review round asks of you is reminded of even during a pause from {n} day before its"
        " deadline on, and after it.",
        "What a document or a review round asks of you is reminded of even during a pause from {n} days before its"
        " deadline on, and after it.",
        policy.reminders.insisted_before,
    )
    return text.format(n=show_number(policy.reminders.insisted_before))


def _ask_how_long(visit: Visit) -> Reply:
    text = _("Reminders can be paused for 1 to {most} days, or withdrawn from this chat. For how many days?")
    most = visit.rules.library.policy.reminders.quiet_days_at_most
    return Reply(
        title=text.format(most=show_number(most)),
        lines=(Line(_insisted(visit.rules.library.policy)),),
        choices=(*_pauses(visit), Choice(_("Send nothing here any more"), "data.consent.ask", "reminders")),
    )


def _choices(wishes: ReminderWishes | None, visit: Visit) -> tuple[Choice, ...]:
    hours = tuple(
        Choice(_("Remind me at {hour}").format(hour=_show(time(hour))), "reminders.hour", f"{hour:02}:00")
        for hour in _OFFERED_HOURS
    )
    if wishes is not None and _is_paused(wishes, visit.today):
        return (Choice(_("Remind me again"), "reminders.resume"), *hours, next_steps.my_deadlines())
    return (*hours, *_pauses(visit)[:1], next_steps.my_deadlines())


def _pauses(visit: Visit) -> tuple[Choice, ...]:
    most = visit.rules.library.policy.reminders.quiet_days_at_most
    return tuple(
        Choice(
            ngettext("Pause for {n} day", "Pause for {n} days", days).format(n=show_number(days)),
            "reminders.pause",
            str(days),
        )
        for days in _OFFERED_DAYS
        if days <= most
    )


def _is_paused(wishes: ReminderWishes, today: date) -> bool:
    return wishes.quiet_until is not None and today <= wishes.quiet_until


def _show(hour: time) -> str:
    return hour.strftime("%H:%M")


# --- reading ---


def _read_hour(found: re.Match[str], *, is_later: bool) -> time | None:
    hour, minute = _NUMBERS.get(found[1]) or int(found[1]), int(found[2] or 0)
    if found[3] is not None or found[4] is not None:
        minute = _MINUTES // 2
    if hour < _NOON and is_later:
        hour += _NOON
    return time(hour, minute) if hour < _HOURS_OF_DAY and minute < _MINUTES else None


def _count(number: str, unit: str) -> int:
    return (_NUMBERS.get(number) or int(number)) * _UNITS[unit]


def _read_until(text: str, today: date) -> date | None:
    """A day that is named as the last one, of this year or the next where no year is."""
    found = _UNTIL.search(fold(text))
    if found is None:
        return None
    day, month, year = int(found[1]), int(found[2]), int(found[3] or today.year)
    try:
        named = date(year, month, day)
        return named if found[3] or named >= today else named.replace(year=year + 1)
    except ValueError:
        return None


def _is_time(hour: str, minute: str) -> bool:
    return hour.isdecimal() and minute.isdecimal() and int(hour) < _HOURS_OF_DAY and int(minute) < _MINUTES
