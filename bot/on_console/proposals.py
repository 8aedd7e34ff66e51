"""What waits for a second person: seen with all that it would change, then confirmed, refused or taken back."""

from aiohttp import web

from bot.on_console.at_desk import ask_desk, field, group, hand_over, open_ports, show_reply, visit_of
from bot.on_console.pages import Asked, Page, deed, page
from bot.on_console.seats import OF_HR, OF_MACHINE
from handlers.hr.proposals import REFUSING
from handlers.hr.proposals_changes import read_change
from handlers.hr.proposals_rights import reaches, signatory_of, sort_waiting
from handlers.hr.proposals_words import describe_rows_of, name_what
from handlers.reply import Outcome, Pending, Reply
from storage.records import Proposal, ProposalKind

_MOST_LISTED = 200
_MAY = OF_HR | OF_MACHINE  # administrators decide on what is sent and when, and see nothing else here
_DECIDE = {"proposal.confirm", "broadcast.approve"}


async def list_waiting(asked: Asked) -> web.Response:
    """Everything that waits for whoever looks, what of theirs waits for others, and what they may not decide here."""
    await ask_desk(asked, "proposals")  # what waited too long ends first, as in a chat
    found = sort_waiting(asked.person, await asked.cabinet.proposals.list_waiting(_MOST_LISTED), asked.today)
    return asked.show(
        "proposals.html",
        for_me=[(one, name_what(one), "") for one in found.for_me],
        mine=[(one, name_what(one), "") for one in found.mine],
        barred=[(one, name_what(one), why) for one, why in found.barred],
    )


async def show(asked: Asked) -> web.Response:
    """One of them, whole."""
    proposal = await _find(asked)
    return await _show(asked, await _look(asked, proposal), proposal)


async def confirm(asked: Asked) -> web.Response:
    """Yes; only what was seen."""
    proposal = await _find(asked)
    action = "broadcast.approve" if proposal and proposal.kind is ProposalKind.BROADCAST else "proposal.confirm"
    seen = f"{asked.request.match_info['number']}.{field(asked, 'seen', 100)}"
    reply = await ask_desk(asked, action, seen)
    if any(one.action in _DECIDE for one in reply.choices):
        return await _show(asked, reply, proposal)
    return show_reply(asked, reply, "proposals")


async def refuse(asked: Asked) -> web.Response:
    """No, and why."""
    number = asked.request.match_info["number"]
    pending = Pending(REFUSING, "reason", {"number": number})
    reply = await ask_desk(asked, REFUSING, words=field(asked, "reason"), pending=pending)
    if reply.pending is None:
        return show_reply(asked, reply, "proposals")
    proposal = await _find(asked)
    return await _show(asked, await _look(asked, proposal), proposal, problem=reply.title)


async def take_back(asked: Asked) -> web.Response:
    """The author changes their mind."""
    reply = await ask_desk(asked, "proposal.takeback", asked.request.match_info["number"])
    return show_reply(asked, reply, "proposals")


async def unreached(asked: Asked) -> web.Response:
    """Everybody whom a broadcast could not reach, in a file."""
    reply = await ask_desk(asked, "broadcast.unreached", asked.request.match_info["number"])
    return hand_over(reply.file) if reply.file is not None else show_reply(asked, reply, "proposals")


async def _look(asked: Asked, proposal: Proposal | None) -> Reply:
    is_broadcast = proposal is not None and proposal.kind is ProposalKind.BROADCAST
    return await ask_desk(
        asked, "broadcast.proposal" if is_broadcast else "proposal", asked.request.match_info["number"]
    )


async def _find(asked: Asked) -> Proposal | None:
    written = asked.request.match_info["number"]
    number = int(written) if written.isascii() and written.isdecimal() and len(written) < 10 else None  # noqa: PLR2004
    return await asked.cabinet.proposals.find(number) if number is not None else None


async def _show(asked: Asked, reply: Reply, proposal: Proposal | None, problem: str | None = None) -> web.Response:
    choices = {one.action: one.subject for one in reply.choices}
    decide = next((choices[one] for one in _DECIDE if one in choices), None)
    return asked.show(
        "proposal.html",
        reply=reply,
        lines=group(asked, reply.lines),
        problem=problem,
        number=asked.request.match_info["number"],
        seen=decide.partition(".")[2] if decide is not None else None,
        may_refuse="proposal.refuse" in choices,
        may_take_back="proposal.takeback" in choices,
        has_unreached="broadcast.unreached" in choices,
        is_denied=reply.outcome is Outcome.DENIED,
        is_broadcast=proposal is not None and proposal.kind is ProposalKind.BROADCAST,
        rows=await _rows(asked, proposal),
    )


async def _rows(asked: Asked, proposal: Proposal | None) -> list[str]:
    """Every row of a table that would differ, for whoever may see it."""
    if proposal is None or proposal.kind is not ProposalKind.TABLE or not reaches(asked.person, proposal, asked.today):
        return []
    ports = await open_ports(asked)
    by = signatory_of(asked.person, asked.today)
    change = await read_change(proposal, by, asked.today, ports.entries)
    if isinstance(change, str) or change.table is None:
        return []
    return describe_rows_of(change.table, change, visit_of(asked))


PAGES: tuple[Page, ...] = (
    page("/proposals", "proposals", _MAY, list_waiting),
    page(r"/proposals/{number:\d+}", "proposal", _MAY, show),
    deed(r"/proposals/{number:\d+}/confirm", "proposal.confirm", _MAY, confirm),
    deed(r"/proposals/{number:\d+}/refuse", "proposal.refuse", _MAY, refuse),
    deed(r"/proposals/{number:\d+}/take-back", "proposal.take_back", _MAY, take_back),
    page(r"/proposals/{number:\d+}/unreached.xlsx", "proposal.unreached", _MAY, unreached),
)
