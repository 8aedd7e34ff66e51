"""Chats that were linked to me after this one: seen, and unlinked from here, as by whoever did not link them.

Never an earlier one: whoever got hold of a code could otherwise put out the person whose record it is. For the same
reason, from a chat to which a colleague's code led, never one to which none did.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from handlers import next_steps
from handlers.asking import Choice
from handlers.letting_go import Kept, put_out
from handlers.officials.surer_chats import describe_chats, list_surer
from handlers.phrases import _, ngettext, show_number
from handlers.ports import Audit, Clock, Consents
from handlers.reply import Line, Reply
from handlers.visit import Visit
from knowledge.facts import Person
from storage.records import Account

LIST, UNLINK = "data.later", "data.later.no"


@dataclass(frozen=True, slots=True)
class Desk:
    """The drawers that this needs."""

    kept: Kept
    consents: Consents
    audit: Audit
    clock: Clock


def see_later() -> Choice:
    """Which chats were linked after this one?"""
    return Choice(_("Chats linked after this one"), LIST)


async def list_later(visit: Visit, person: Person, desk: Desk) -> Reply:
    """Which chats were linked after this one, and when? They are unlinked with a second press."""
    later = await _find_later(visit, person, desk)
    if not later:
        return _none()
    return Reply(
        _("Linked to your record after this chat"),
        (
            *describe_chats(later),
            Line(_("Whoever writes there sees your record and can do what you may. If that is not you, unlink them.")),
            Line(
                _(
                    "Questions that were passed on there and still wait are taken back then. What you asked elsewhere "
                    "stays, and so does every certificate that was handed in."
                )
            ),
            *await _warn_of_calendar(person, desk),
        ),
        choices=(Choice(_("Unlink all of these"), UNLINK), next_steps.my_data()),
    )


async def unlink_later(visit: Visit, person: Person, desk: Desk) -> Reply:
    """Yes: they know who I am no more. Of what is mine nothing goes but the address of my calendar, and that is said.

    Questions that wait are taken back where they were passed on from there, and only there.
    """
    later = await _find_later(visit, person, desk)
    if not later:
        return _none()
    today, now = visit.rules.book.on(visit.today), desk.clock.now()
    asked = 0
    for one in later:
        asked += await put_out((one.channel, one.address), person, today, desk.kept, desk.consents, now)
    had_calendar = await desk.kept.calendars.revoke(person.code)  # whoever sat there may have copied its address
    details = {"channel": visit.asked.channel, "chats": len(later), "questions": asked, "calendar": had_calendar}
    await desk.audit.record(person.code, "unlinked_later", person.code, now, details)
    text = ngettext("{n} chat is no longer linked to you.", "{n} chats are no longer linked to you.", len(later))
    tell = _(
        "If it was not you who linked it, please tell HR of your unit: somebody had a code or phone number of yours."
    )
    lines = [Line(tell)]
    if asked:
        lines.append(Line(_("Questions taken back that were passed on there: {n}.").format(n=show_number(asked))))
    if had_calendar:
        lines.append(
            Line(
                _(
                    "The address of your calendar works no more, since it may have been copied there. Fetch a new one, "
                    "and give it to your calendar in place of the old one."
                )
            )
        )
    again = (Choice(_("A new address for my calendar"), "calendar.subscribe"),) if had_calendar else ()
    title = text.format(n=show_number(len(later)))
    return Reply(title, tuple(lines), choices=(*again, next_steps.my_data()))


async def _warn_of_calendar(person: Person, desk: Desk) -> tuple[Line, ...]:
    """What becomes of the address of their calendar, told before; nothing where there is none."""
    if await desk.kept.calendars.find_issued(person.code) is None:
        return ()
    text = _("The address of your calendar, which may have been copied there, works no more then: fetch a new one.")
    return (Line(text),)


async def _find_later(visit: Visit, person: Person, desk: Desk) -> Sequence[Account]:
    linked = await desk.kept.accounts.list_accounts(person.code)
    place = visit.asked.channel, visit.asked.address
    since = next((one.linked_at for one in linked if (one.channel, one.address) == place), None)
    if since is None:  # the console, say: which chats came later, only a chat can tell
        return ()
    surer = await list_surer(visit, person, desk.kept.accounts)
    return [one for one in linked if one.linked_at is not None and one.linked_at > since and one not in surer]


def _none() -> Reply:
    return Reply(
        _("No chat was linked to your record after this one."), choices=(next_steps.my_data(), next_steps.help_me())
    )
