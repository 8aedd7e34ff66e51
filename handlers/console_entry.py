"""Let me into the console: a one-time link and code for the browser whose letters I tell you."""

import re
from dataclasses import dataclass

from handlers.asking import Channel, Choice
from handlers.officials.linking import ask_to_link
from handlers.phrases import _
from handlers.ports import Audit, Clock, ConsoleEntries
from handlers.reply import Line, Outcome, Pending, Reply
from handlers.rights import units_in_scope
from handlers.visit import Visit
from knowledge.facts import Role
from knowledge.folding import fold_words

FORM = "console"

_ASKED = re.compile(r"(?:toi )?(?:muon )?(?:mo |vao |dang nhap )?(?:ban lam viec|console)(?: ([0-9a-z]{5}))?")
_LETTERS = re.compile(r"[0-9a-z]{5}")
_PROVE_NOBODY = frozenset({Channel.TERMINAL, Channel.COMMAND_LINE})  # there whoever types says who they are


@dataclass(frozen=True, slots=True)
class Desk:
    """What the entrance of the console needs; `address` is where it is opened."""

    entries: ConsoleEntries
    audit: Audit
    clock: Clock
    address: str


def read_asked(text: str) -> str | None:
    """The letters of a browser in "mở bàn làm việc 4F7K2", empty where they are left out; None: not asked for."""
    found = _ASKED.fullmatch(fold_words(text))
    return (found[1] or "").upper() if found is not None else None


def offer(visit: Visit) -> tuple[Choice, ...]:
    """The console as a next step of whoever works with people; not where nobody can prove who they are."""
    return () if visit.asked.channel in _PROVE_NOBODY else (Choice(_("Open in the browser"), FORM),)


async def open_console(visit: Visit, desk: Desk) -> Reply:
    """A way in for the browser whose letters were said, or how to find them."""
    person = visit.person
    if person is None:
        return ask_to_link(visit)
    today = visit.rules.book.on(visit.today)
    if not units_in_scope(person, today) and not person.roles & {Role.ADMINISTRATOR, Role.DATA_OFFICER}:
        text = _("The console is for HR, heads of units, data officers and administrators.")
        return Reply(title=text, outcome=Outcome.DENIED)
    if visit.asked.channel in _PROVE_NOBODY:
        return Reply(
            title=_("Here it cannot be proven who you are. Please ask in a chat that is linked to you."),
            outcome=Outcome.DENIED,
        )
    letters = visit.subject or fold_words(visit.text).upper()
    if _LETTERS.fullmatch(letters.lower()) is None:
        return Reply(
            title=_("Which letters does the browser show?"),
            lines=(Line(_("Open {address} in the browser and type here the five letters shown there.").format(
                address=desk.address)),),
            pending=Pending(FORM, "letters", {}),
        )  # fmt: skip
    is_vouched = visit.asked.person is not None  # the demonstration: whoever plays has no linked chat
    channel = None if is_vouched else visit.asked.channel.value
    address = None if is_vouched else visit.asked.address
    token, code = await desk.entries.make_entry(person.code, letters, channel, address, desk.clock.now())
    await desk.audit.record(
        person.code, "console_asked", person.code, desk.clock.now(), {"channel": visit.asked.channel.value}
    )
    return Reply(
        title=_("Your way into the console"),
        lines=(
            Line(_("Open this link in the browser that shows {letters}: {link}").format(
                letters=letters, link=f"{desk.address}/enter/{token}"), is_item=True),
            Line(_("Is the browser on another device? Type there this code: {code}").format(
                code=f"{code[:4]} {code[4:]}"), is_item=True),
            Line(_("Both work for 10 minutes, once, and only in that browser. Do not pass them on to anybody.")),
        ),
    )  # fmt: skip
