"""Days off or worked over the library's calendar, and the hours of sending: what holds, what waits, a new one."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from aiohttp import web

from bot.on_console.at_desk import field, group, open_ports, show_reply, visit_of
from bot.on_console.pages import Asked, Page, deed, page
from bot.on_console.seats import OF_HR, OF_MACHINE, OF_PROVINCE, OF_RECORDS
from handlers.hr.proposals import propose
from handlers.hr.proposals_changes import count_effects, read_change
from handlers.hr.proposals_rights import signatory_of
from handlers.hr.proposals_time import BASIS, BEGIN, DAY, DEED, END, REASON, show_time
from handlers.hr.proposals_time_words import describe_character, list_unusual, name_day
from handlers.hr.proposals_words import describe_change, describe_effects, name_what
from handlers.hr.rulings_routes import desk_of
from handlers.phrases import _
from knowledge.facts import PersonCode
from storage.records import KeptDay, Proposal, ProposalKind

_KINDS: Final = {"day": ProposalKind.CALENDAR_DAY, "hours": ProposalKind.SENDING_HOURS}
_CELLS: Final = {
    ProposalKind.CALENDAR_DAY: (DEED, DAY, REASON, BASIS),
    ProposalKind.SENDING_HOURS: (DEED, BEGIN, END, REASON),
}
_MOST_WAITING = 200
_MOST_DAYS = 100


async def show(asked: Asked) -> web.Response:
    """What holds, what waits, and the days off to come."""
    return await _show(asked)


async def check(asked: Asked) -> web.Response:
    """What would move with it, before anybody is asked to confirm it."""
    proposal = _read(asked)
    if proposal is None:
        return await _show(asked, _("Only HR of the whole province declares days; administrators may propose hours."))
    change = await read_change(proposal, proposal.proposed_by, asked.today, asked.cabinet.entries)
    if isinstance(change, str):
        return await _show(asked, change)
    effects = await count_effects(change, None, asked.today, asked.cabinet.profiles)
    said = [*describe_change(change, visit_of(asked)), *describe_effects(effects, asked.today)]
    await asked.record("checked_working_time", "working_time", {"what": proposal.cells.get(DEED, "")})
    return asked.show(
        "working_time_checked.html",
        lines=group(asked, said),
        reason=proposal.cells.get(REASON, ""),
        kind=field(asked, "kind", 10),
        cells=proposal.cells,
    )


async def send(asked: Asked) -> web.Response:
    """Send it to a second person."""
    proposal = _read(asked)
    if proposal is None:
        return await _show(asked, _("Only HR of the whole province declares days; administrators may propose hours."))
    change = await read_change(proposal, proposal.proposed_by, asked.today, asked.cabinet.entries)
    if isinstance(change, str):
        return await _show(asked, change)
    ports = await open_ports(asked)
    reply = await propose(visit_of(asked), asked.person, proposal, desk_of(ports))
    return show_reply(asked, reply, "settings.time")


def _read(asked: Asked) -> Proposal | None:
    """The form as a proposal; None for what whoever asks may not propose."""
    kind = _KINDS.get(field(asked, "kind", 10))
    if kind is None or not asked.member.seats & (OF_PROVINCE if kind is ProposalKind.CALENDAR_DAY else OF_RECORDS):
        return None
    return Proposal(
        kind=kind,
        cells={name: given for name in _CELLS[kind] if (given := field(asked, name, 300))},
        scope=None,
        proposed_by=signatory_of(asked.person, asked.today),
        proposed_at=asked.door.clock.now(),
    )


async def _show(asked: Asked, problem: str | None = None) -> web.Response:
    today, policy = asked.today, asked.today.library.policy
    kept = await asked.cabinet.working_time.list_days(_MOST_DAYS)
    waiting = await asked.cabinet.proposals.list_waiting(_MOST_WAITING)
    names = await _names_of(asked, kept)
    earliest, latest = policy.working_hours
    begin, end = policy.hours
    return asked.show(
        "working_time.html",
        in_force=[(one, name_day(one.day.day), names) for one in kept if one.withdrawn_at is None],
        over=[(one, name_day(one.day.day), names) for one in kept if one.withdrawn_at is not None],
        waiting=[(one, name_what(one)) for one in waiting if one.kind in _CELLS],
        coming=_list_coming(asked),
        year=today.day.year + 1,
        is_provisional=today.calendar.is_provisional(date(today.day.year + 1, 1, 1)),
        hours=[show_time(one) for one in (begin, end)],
        widest=[show_time(one) for one in (earliest, latest)],
        night=[show_time(one) for one in policy.night_hours],
        at_least=policy.shortest_sending_hours,
        has_own_hours=policy.sending_hours is not None,
        may_declare=bool(asked.member.seats & OF_PROVINCE),
        may_set_hours=bool(asked.member.seats & OF_RECORDS),
        problem=problem,
        given=asked.form if problem else {},
    )


def _list_coming(asked: Asked) -> list[tuple[str, str]]:
    """Days in the year ahead on which the week alone does not say whether people work."""
    declared = {one.day for one in asked.today.book.rules.calendar_days}
    return [
        (name_day(one), describe_character(one, asked.today.calendar, is_declared=one in declared))
        for one in list_unusual(asked.today)
    ]


async def _names_of(asked: Asked, kept: Sequence[KeptDay]) -> dict[str, str]:
    """Who declared and confirmed days, by code; from the command line an operator did."""
    codes = {one for day in kept for one in (day.declared_by, day.confirmed_by, day.withdrawn_by) if one is not None}
    found = await asked.cabinet.profiles.find_people({PersonCode(one) for one in codes})
    return {one: found[PersonCode(one)].name if one in found else _("an operator") for one in codes}


PAGES: tuple[Page, ...] = (
    page("/settings/time", "settings.time", OF_HR | OF_MACHINE, show),
    deed("/settings/time/check", "settings.time_check", OF_RECORDS, check),
    deed("/settings/time/send", "settings.time_send", OF_RECORDS, send),
)
