"""Broadcasts: the list, the editor with an exact preview, the way of one that was approved, and its result."""

from aiohttp import web
from markupsafe import Markup

from bot.on_console.at_desk import (
    ask_desk,
    field,
    fields,
    group,
    hand_over,
    open_ports,
    pair_choices,
    show_reply,
    status_of,
    visit_of,
)
from bot.on_console.pages import Asked, Page, deed, page
from bot.on_console.people import list_units
from bot.on_console.seats import OF_HR, OF_MACHINE
from bot.render import render_html, render_text
from handlers.hr import broadcasts
from handlers.hr.broadcasts import gather_for, show_preview, writing_of
from handlers.hr.broadcasts_audience import (
    CHANNELS,
    CRITERIA,
    FILTERS,
    GROUPS,
    SILENT_ON,
    UNITS,
    WITHIN_DAYS,
    join,
)
from handlers.hr.broadcasts_conditions import Writing
from handlers.hr.broadcasts_preview import describe_reach, name_member, pick_samples
from handlers.hr.broadcasts_routes import desk_of
from handlers.hr.broadcasts_steps import RECEIPT, TEXT, read_cells
from handlers.hr.proposals_rights import as_hr, covers, may_decide, reaches, signatory_of
from handlers.hr.proposals_words import name_what
from handlers.notices.broadcasts import begin_of, write_broadcast
from handlers.phrases import _
from handlers.reply import Outcome, Reply
from handlers.wording import name_channel
from knowledge.broadcasting import FIELDS, load_templates
from storage.records import Proposal, ProposalKind

_MOST_LISTED = 100
_SEVERAL = (UNITS, GROUPS, CRITERIA, CHANNELS)
_LONGEST = 4_000
_MAY = OF_HR | OF_MACHINE  # administrators look after what is on its way, as they do in chats
_CHANGES = {"pause": "broadcast.pause", "resume": "broadcast.resume", "cancel": "broadcast.cancel"}
_CHANGES |= {"recall": "broadcast.recall", "cancel-yes": "broadcast.cancel.yes", "recall-yes": "broadcast.recall.yes"}


async def list_all(asked: Asked) -> web.Response:
    """Which broadcasts there are, and how they stand."""
    found = await asked.cabinet.broadcasts.list_recent(_MOST_LISTED)
    mine = [one for one in found if covers(as_hr(asked.person), one.scope, asked.today)]
    rows = [(one, begin_of(one.text), await asked.cabinet.broadcasts.progress(one.number)) for one in mine]
    proposed = await asked.cabinet.proposals.list_waiting(_MOST_LISTED)
    waiting = [
        (one, begin_of(one.cells.get(TEXT, "")), name_what(one), may_decide(asked.person, one, asked.today))
        for one in proposed
        if one.kind is ProposalKind.BROADCAST and _may_look_at(one, asked)
    ]
    return asked.show(
        "broadcasts.html", rows=rows, waiting=waiting, may_write=bool(asked.member.seats & OF_HR)
    )  # fmt: skip


def _may_look_at(one: Proposal, asked: Asked) -> bool:
    """Their own, or one that is within what they serve."""
    return one.proposed_by.person == asked.person.code or reaches(asked.person, one, asked.today)


async def write(asked: Asked) -> web.Response:
    """The editor."""
    return await _edit(asked, {})


async def preview(asked: Asked) -> web.Response:
    """What it would be if it were approved now, and as its recipients would read it."""
    cells = _cells(asked)
    ports = await open_ports(asked)
    desk, visit = desk_of(ports), visit_of(asked)
    read = read_cells(cells, await writing_of(visit, asked.person, desk))
    if isinstance(read, str) or not desk.sending.lines:  # the editor says itself that no channel is set up
        return await _edit(asked, cells, read if isinstance(read, str) else None)
    shown = await show_preview(read, asked.person, visit, desk)
    if shown.outcome is Outcome.NOT_UNDERSTOOD:
        return await _edit(asked, cells, shown.title)
    gathered = await gather_for(read, asked.person, asked.today, desk)
    unit = signatory_of(asked.person, asked.today).unit_name
    samples = []
    for one in pick_samples(gathered):
        written = write_broadcast(read[TEXT], unit, one.person, asked.today)
        # Telegram's own mark-up: everything that came from outside is escaped where it is made.
        as_html = Markup(render_html(written, asked.door.describe))  # noqa: S704
        samples.append((name_member(one, asked.today), as_html, render_text(written, asked.door.describe)))
    before = next((place for place, one in enumerate(shown.lines) if one.text.startswith("“")), None)
    lines = shown.lines if before is None else shown.lines[: before - 1]
    return asked.show(
        "broadcast_preview.html",
        reply=shown,
        lines=group(asked, lines),
        reach=describe_reach(gathered)[0].text,
        samples=samples,
        asks_receipt=read.get(RECEIPT) == "co",
        cells={name: value for name, value in cells.items() if value},
    )


async def send(asked: Asked) -> web.Response:
    """Send it to a second person."""
    cells = _cells(asked)
    ports = await open_ports(asked)
    desk, visit = desk_of(ports), visit_of(asked)
    read = read_cells(cells, await writing_of(visit, asked.person, desk))
    if isinstance(read, str) or field(asked, "edit") or not desk.sending.lines:
        return await _edit(asked, cells, read if isinstance(read, str) else None)
    return show_reply(asked, await broadcasts.propose(visit, asked.person, read, desk), "proposals")


async def show(asked: Asked) -> web.Response:
    """How far it is; a browser with scripts asks again every few seconds."""
    reply = await ask_desk(asked, "broadcast", asked.request.match_info["number"])
    actions = {one.action for one in reply.choices}
    if "broadcast.result" not in actions:
        return show_reply(asked, reply, "broadcasts")
    number = int(asked.request.match_info["number"])
    progress = await asked.cabinet.broadcasts.progress(number)
    reachable = progress.total - progress.unreachable
    return asked.show(
        "broadcast_part.html" if asked.is_fragment else "broadcast.html",
        reply=reply,
        lines=group(asked, reply.lines),
        number=str(number),
        done=reachable - progress.left,
        total=reachable,
        unclear=progress.unclear if "broadcast.unclear" in actions else 0,
        words=await _words_of(asked, number),
        is_over=not progress.left and not progress.to_recall and not progress.to_correct,
        may=[name for name, action in _CHANGES.items() if action in actions],
        names={"pause": _("Pause"), "resume": _("Resume"), "cancel": _("Cancel the rest"), "recall": _("Recall")},
    )


async def change(asked: Asked) -> web.Response:
    """Pause, resume, cancel or recall it; the last two are asked back, for they cannot be undone."""
    number, what = asked.request.match_info["number"], field(asked, "what")
    if what not in _CHANGES:
        return await show(asked)
    reply = await ask_desk(asked, _CHANGES[what], number)
    if any(one.action in {"broadcast.cancel.yes", "broadcast.recall.yes"} for one in reply.choices):
        return asked.show("broadcast_sure.html", reply=reply, number=number, what=f"{what}-yes")
    if reply.outcome is Outcome.DENIED or not any(one.action == "broadcast.result" for one in reply.choices):
        return show_reply(asked, reply, "broadcasts")
    return asked.go("broadcast", number=number)


async def unclear(asked: Asked) -> web.Response:
    """Of whom it is not known whether it arrived, to be asked."""
    return _show_unclear(asked, await ask_desk(asked, "broadcast.unclear", asked.request.match_info["number"]))


async def settle(asked: Asked) -> web.Response:
    """They did, or did not, receive it."""
    what = {"arrived": "broadcast.arrived", "missed": "broadcast.missed"}.get(field(asked, "what", 10))
    if what is None:
        return await unclear(asked)
    subject = f"{asked.request.match_info['number']}.{field(asked, 'message', 30).rpartition('.')[2]}"
    return _show_unclear(asked, await ask_desk(asked, what, subject))


def _show_unclear(asked: Asked, reply: Reply) -> web.Response:
    return asked.show(
        "broadcast_unclear.html",
        status=status_of(asked, reply),
        reply=reply,
        lines=group(asked, reply.lines),
        number=asked.request.match_info["number"],
        asked_of=pair_choices(reply, "broadcast.arrived", "broadcast.missed"),
    )


async def _words_of(asked: Asked, number: int) -> str:
    """The whole text, for whoever may see the broadcast."""
    found = await asked.cabinet.broadcasts.find(number)
    return found.text if found is not None else ""


async def result(asked: Asked) -> web.Response:
    """What became of it for everybody, in a file."""
    reply = await ask_desk(asked, "broadcast.result", asked.request.match_info["number"])
    return hand_over(reply.file) if reply.file is not None else show_reply(asked, reply, "broadcasts")


def _cells(asked: Asked) -> dict[str, str]:
    """The form as the cells of a broadcast."""
    cells = {TEXT: field(asked, TEXT, _LONGEST), RECEIPT: "co" if field(asked, RECEIPT) else "khong"}
    for column in FILTERS:
        cells[column] = join(fields(asked, column)) if column in _SEVERAL else field(asked, column, 9)
    return cells


async def _edit(asked: Asked, cells: dict[str, str], problem: str | None = None) -> web.Response:
    ports = await open_ports(asked)
    writing: Writing = await writing_of(visit_of(asked), asked.person, desk_of(ports))
    book = asked.today.book
    groups = sorted({one for one, _name in book.rules.group_names} | set(book.standards_by_group))
    return asked.show(
        "broadcast_edit.html",
        problem=problem,
        cells=cells,
        chosen={column: set(cells.get(column, "").split(",")) for column in _SEVERAL},
        units=[(code, name) for code, name in list_units(asked) if code in writing.units],
        groups=[(one, book.group_name(one)) for one in groups],
        criteria=[(one.code, one.name) for one in asked.today.library.criteria.values()],
        channels=[(one, name_channel(one)) for one in writing.channels],
        earlier=[(one.number, begin_of(one.text)) for one in writing.earlier if one.asks_receipt],
        texts=load_templates(),
        known=[f"{{{one}}}" for one in FIELDS],
        within=WITHIN_DAYS,
        silent=SILENT_ON,
    )


PAGES: tuple[Page, ...] = (
    page("/broadcasts", "broadcasts", _MAY, list_all),
    page("/broadcasts/new", "broadcast.new", OF_HR, write),
    deed("/broadcasts/preview", "broadcast.preview", OF_HR, preview),
    deed("/broadcasts/send", "broadcast.send", OF_HR, send),
    page(r"/broadcasts/{number:\d+}", "broadcast", _MAY, show),
    deed(r"/broadcasts/{number:\d+}/change", "broadcast.change", _MAY, change),
    page(r"/broadcasts/{number:\d+}/unclear", "broadcast.unclear", _MAY, unclear),
    deed(r"/broadcasts/{number:\d+}/settle", "broadcast.settle", _MAY, settle),
    page(r"/broadcasts/{number:\d+}/result.xlsx", "broadcast.result", _MAY, result),
)
