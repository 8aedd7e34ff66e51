"""Whom does nothing reach, and why? The list of a unit, in the chat and as a file to work through."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from handlers import next_steps
from handlers.asking import PUSHED, Choice
from handlers.heads.units_meant import Meant, find_meant
from handlers.hr.broadcasts_result import MEDIA_TYPE, name_reason
from handlers.phrases import _, ngettext, show_day_of, show_number
from handlers.ports import Audit, Clock, Sheets, UnitReach
from handlers.pressed import read_number
from handlers.reply import File, Line, Reply
from handlers.rights import units_served
from handlers.visit import Visit
from handlers.wording import name_unit
from knowledge.facts import Person
from knowledge.rulebook import RulesOn
from storage.records import NotReached, Unreached

LIST, FILE = "unreached", "unreached.file"
_PAGE = 10
_BETWEEN = "~"


@dataclass(frozen=True, slots=True)
class Desk:
    """The drawers that this needs."""

    reach: UnitReach
    sheets: Sheets
    audit: Audit
    clock: Clock


async def list_unreached(visit: Visit, reader: Person, desk: Desk) -> Reply:
    """Who of my people is not reached by any channel?"""
    unit, _mark, page_written = visit.subject.partition(_BETWEEN)
    found = await _find(visit, reader, unit, desk)
    if isinstance(found, Reply):
        return found
    meant, missed = found
    rules = visit.rules
    if not missed:
        title = _("{units}: everybody is reached by a channel.").format(units=meant.name)
        return Reply(title, choices=(next_steps.unit_glance(meant.code),))
    page = read_number(page_written) or 0
    shown = missed[page * _PAGE : (page + 1) * _PAGE] or missed[:_PAGE]
    counts = Counter(one.why for one in missed)
    lines = [Line(_count(why, counts[why])) for why in NotReached if counts[why]] if not page else []
    lines += [Line(_describe(one, rules), is_item=True) for one in shown]
    left = len(missed) - (page + 1) * _PAGE
    title = ngettext(
        "{units}: {n} person is not reached by any channel", "{units}: {n} people are not reached by any channel",
        len(missed),
    )  # fmt: skip
    serves = bool(meant.codes & units_served(reader, rules.book.on(visit.today)))
    return Reply(
        title.format(units=meant.name, n=show_number(len(missed))),
        tuple(lines),
        choices=(
            *(
                (Choice(_("{n} more").format(n=show_number(left)), LIST, f"{unit}{_BETWEEN}{page + 1}"),)
                if left > 0
                else ()
            ),
            Choice(_("As a file (.xlsx)"), FILE, meant.code),
            *((Choice(_("Print linking codes"), "codes.sheet", meant.code),) if serves else ()),
            *((next_steps.may_not_have_arrived(),) if serves else ()),
            next_steps.unit_glance(meant.code),
        ),
    )


async def hand_out_file(visit: Visit, reader: Person, desk: Desk) -> Reply:
    """The whole list as a workbook, with room for what was done."""
    found = await _find(visit, reader, visit.subject, desk)
    if isinstance(found, Reply):
        return found
    meant, missed = found
    headings = [
        (_("No."), 6), (_("Code"), 12), (_("Full name"), 28), (_("Position"), 28), (_("Unit"), 34), (_("Reason"), 44),
        (_("Refused since"), 18), (_("What was done"), 30),
    ]  # fmt: skip
    content = desk.sheets.write([(_("Not reached"), headings, _rows(missed, visit.rules))])
    details = {"people": len(missed), "channel": visit.asked.channel}
    await desk.audit.record(reader.code, "exported_unreached", meant.subject, desk.clock.now(), details)
    title = ngettext(
        "The list of {n} person whom no channel reaches", "The list of {n} people whom no channel reaches", len(missed)
    )
    return Reply(
        title.format(n=show_number(len(missed))),
        choices=(next_steps.cannot_be_reached(meant.code), next_steps.unit_glance(meant.code)),
        file=File(_("not-reached-{day}.xlsx").format(day=visit.today.isoformat()), content, MEDIA_TYPE),
    )


async def _find(visit: Visit, reader: Person, unit: str, desk: Desk) -> tuple[Meant, Sequence[Unreached]] | Reply:
    meant = await find_meant(visit, reader, unit, audit=desk.audit, clock=desk.clock)
    if isinstance(meant, Reply):
        return meant
    missed = await desk.reach.list_unreached(meant.codes, PUSHED)
    details = {"people": len(missed)}
    await desk.audit.record(reader.code, "looked_at_unreached", meant.subject, desk.clock.now(), details)
    return meant, missed


def _count(why: NotReached, n: int) -> str:
    texts = {
        NotReached.NO_CHAT: _("{n} have not linked any chat."),
        NotReached.NO_PUSH: _("{n} have linked only the web page, where nothing can be sent to them."),
        NotReached.REFUSED: _("{n} have linked a chat that takes no messages any more."),
        NotReached.UNWANTED: _("{n} want nothing sent to their chat: please tell them in another way."),
    }
    return texts[why].format(n=show_number(n))


def _describe(one: Unreached, rules: RulesOn) -> str:
    text = _("{name} ({code}), {position}, {unit}: {why}")
    return text.format(
        name=one.name, code=one.person, position=one.position, unit=name_unit(rules, one.unit), why=_say_why(one)
    )


def _say_why(one: Unreached) -> str:
    if one.why is NotReached.NO_CHAT:
        return _("no chat linked")
    if one.why is NotReached.NO_PUSH:
        return _("only the web page linked")
    if one.why is NotReached.UNWANTED:
        return _("wants nothing sent to the chat")
    if one.since is None:
        return _("messages are refused")
    text = _("messages are refused since {day}: {reason}") if one.reason else _("messages are refused since {day}")
    return text.format(day=show_day_of(one.since), reason=name_reason(one.reason))


def _rows(missed: Sequence[Unreached], rules: RulesOn) -> Iterator[Sequence[str | int | datetime | None]]:
    for place, one in enumerate(missed, start=1):
        unit = name_unit(rules, one.unit)
        yield place, one.person, one.name, one.position, unit, _say_why(one), one.since, None
