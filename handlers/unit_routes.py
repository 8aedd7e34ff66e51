"""Which handler answers what heads and HR say or press about a unit: its part of the table of contents."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from handlers import console_entry, next_steps
from handlers.asking import Choice
from handlers.forms import ends_form
from handlers.heads import escalations, needing, others, reminding, unit, unit_gaps
from handlers.heads.unit_seen import Filter
from handlers.hr import codes, unclear, unreached
from handlers.hr.broadcasts_routes import told as write_broadcast
from handlers.officials import linking
from handlers.phrases import _
from handlers.proven import for_proven
from handlers.reply import Line, Pending, Reply
from handlers.reports.chat import asks_who_retires, tell_who_retires
from handlers.rights import units_headed, units_in_scope, units_served
from handlers.visit import Visit, criteria_asked
from knowledge.digesting import Stage
from knowledge.facts import Person
from knowledge.folding import fold_words
from knowledge.rulebook import RulesOn
from knowledge.understanding.meaning import Wish
from knowledge.understanding.unit_said import UnitWish, find_units_said, find_unknown_unit, read_days, read_unit_wishes

if TYPE_CHECKING:
    from handlers.routing import Ports

FIND, FINDING = "people.find", "people.finding"
DESK = "desk.people"
_REMINDS = "nhac"
_SOON = 90  # days within which somebody is due soon, where no time is named

_Handler = Callable[[Visit, "Ports"], Awaitable[Reply]]


async def told_of_unit(visit: Visit, ports: "Ports") -> Reply:
    """What was typed about a unit: at a glance, who is due next, decisions, a file, a picture; else who lacks what."""
    person = visit.person
    if person is None:
        return others.refuse(visit)
    wishes = read_unit_wishes(visit.text)
    if UnitWish.DECISIONS in wishes:
        return await needing.list_needing(visit, person, _cases(ports))
    if UnitWish.UNCLEAR in wishes:
        return await unclear.list_unclear(visit, person, _unclear(ports))
    if UnitWish.UNREACHED in wishes:
        return await unreached.list_unreached(visit, person, _unreached(ports))
    if units_in_scope(person, _today(visit)) and asks_who_retires(visit):
        return tell_who_retires(visit)
    wanted = _filter_said(visit, wishes)
    if UnitWish.FILE in wishes:
        return await unit.hand_out_file(visit, person, _unit(ports), wanted=wanted)
    if UnitWish.PICTURE in wishes:
        return await unit.draw_week(visit, person, _unit(ports))
    if wanted != Filter() and Wish.EXPIRING not in visit.wishes:
        return await unit.list_people(visit, person, _unit(ports), wanted=wanted)
    if UnitWish.GLANCE in wishes and Wish.GAPS not in visit.wishes:
        return await unit.glance(visit, person, _unit(ports))
    return await unit_gaps.list_unit_gaps(visit, person, profiles=ports.profiles, audit=ports.audit, clock=ports.clock)


def _filter_said(visit: Visit, wishes: frozenset[UnitWish]) -> Filter:
    criteria = criteria_asked(visit)
    is_overdue = UnitWish.OVERDUE in wishes
    days = read_days(visit.text)
    is_near = UnitWish.NEAR in wishes and not is_overdue
    return Filter(
        criterion=criteria[0] if len(criteria) == 1 else None,
        stage=Stage.OVERDUE if is_overdue else None,
        due_within=(days or _SOON) if is_near else None,
    )


async def told_to_remind(visit: Visit, ports: "Ports") -> Reply:
    """Remind my people. HR writes a broadcast, which a second person approves; whoever heads nobody is told so."""
    person = visit.person
    if person is None:
        return linking.ask_to_link(visit)
    today = _today(visit)
    if not units_headed(person, today):
        return await write_broadcast(visit, ports) if units_served(person, today) else reminding.refuse_reminding()
    named = visit.named.person_words or ""
    has_code = any(map(str.isdigit, named))  # "nhắc cán bộ CB061" means one, though its words may mean all
    if named and (has_code or UnitWish.ALL not in read_unit_wishes(visit.text)):
        return await reminding.ask_person(visit, person, _reminding(ports))
    return await reminding.ask_unit(visit, person, _reminding(ports))


async def told_to_many(visit: Visit, ports: "Ports") -> Reply:
    """What sounds like a broadcast; a head who serves nobody as HR and says "remind" means their unit."""
    person = visit.person
    if person is not None and UnitWish.UNCLEAR in read_unit_wishes(visit.text):
        return await unclear.list_unclear(visit, person, _unclear(ports))
    if person is not None and _REMINDS in fold_words(visit.text).split():
        today = _today(visit)
        if units_headed(person, today) and not units_served(person, today):
            return await told_to_remind(visit, ports)
    return await write_broadcast(visit, ports)


async def told_of_codes(visit: Visit, ports: "Ports") -> Reply:
    """Give out linking codes: for the one who is named, else a sheet for the unit that is named; else for whom?"""
    person = visit.person
    desk = _codes(ports)
    wishes = read_unit_wishes(visit.text)
    if person is None or not codes.may_issue(person, _today(visit)):
        if person is not None and (visit.named.person_words or wishes & {UnitWish.SHEET, UnitWish.ALL}):
            return await codes.ask_for_sheet(visit, person, desk)  # which refuses it, on record
        # Whoever serves nobody means their own code.
        return await linking.start_linking(visit, accounts=ports.accounts, vouching=ports.vouching)
    if visit.named.person_words and UnitWish.SHEET not in wishes:
        return await codes.issue_one(visit, person, desk)
    if visit.named.units or wishes & {UnitWish.SHEET, UnitWish.ALL} or _names_unit(visit, person):
        return await codes.ask_for_sheet(visit, person, desk)
    return codes.ask_whom()


def _names_unit(visit: Visit, person: Person) -> bool:
    today = _today(visit)
    known = (today.find_unit(code) for code in units_served(person, today))
    said = find_units_said(visit.text, ((one.code, one.name) for one in known if one is not None))
    return bool(said) or find_unknown_unit(visit.text) is not None


async def _ask_whom_to_find(visit: Visit, person: Person, ports: "Ports") -> Reply:
    if not units_in_scope(person, _today(visit)):
        await ports.audit.record(person.code, "look_refused", "person", ports.clock.now(), {})
        return others.refuse(visit)
    return Reply(
        _("Whom are you looking for?"),
        (Line(_("Type the name or a part of it, with or without marks, or the staff code.")),),
        choices=(Choice(_("Cancel"), DESK),),
        pending=Pending(FINDING),
    )


async def _find(visit: Visit, person: Person, ports: "Ports") -> Reply:
    if ends_form(visit.text):
        return await _show_desk(visit, person, ports)
    return await others.list_gaps_of(
        visit, person, profiles=ports.profiles, audit=ports.audit, clock=ports.clock, words=visit.text.strip()
    )


async def _show_desk(visit: Visit, person: Person, ports: "Ports") -> Reply:
    """What heads and HR can do here."""
    today = _today(visit)
    headed, served = units_headed(person, today), units_served(person, today)
    if not headed | served:
        await ports.audit.record(person.code, "look_refused", "unit", ports.clock.now(), {})
        return others.refuse(visit)
    both = (
        next_steps.unit_glance(),
        next_steps.needing(),
        Choice(_("Find a person"), FIND),
        next_steps.study_waiting(),
        next_steps.cannot_be_reached(),
    )
    of_heads = (Choice(_("Remind the unit"), reminding.UNIT),) if headed else ()
    of_hr = (
        next_steps.inbox(),
        Choice(_("Certificates to verify"), "review"),
        next_steps.rulings(),
        next_steps.broadcasts(),
        Choice(_("Print linking codes"), codes.SHEET),
        next_steps.may_not_have_arrived(),
    )
    return Reply(
        _("Work with your people"),
        (
            Line(
                _("Choose below, or type it as you speak: “who is due soon”, “remind the unit”, “find Nguyễn Văn An”.")
            ),
        ),
        choices=(*both, *of_heads, *(of_hr if served else ()), *console_entry.offer(visit)),
    )


# --- what each is handed


def _today(visit: Visit) -> RulesOn:
    return visit.rules.book.on(visit.today)


def _unit(ports: "Ports") -> unit.Desk:
    return unit.Desk(ports.profiles, ports.escalations, ports.sheets, ports.audit, ports.clock)


def _cases(ports: "Ports") -> escalations.Desk:
    return escalations.Desk(cases=ports.escalations, profiles=ports.profiles, audit=ports.audit, clock=ports.clock)


def _reminding(ports: "Ports") -> reminding.Desk:
    return reminding.Desk(ports.profiles, ports.reach, ports.broadcast_outbox, ports.sending, ports.audit, ports.clock)


def _unreached(ports: "Ports") -> unreached.Desk:
    return unreached.Desk(ports.reach, ports.sheets, ports.audit, ports.clock)


def _unclear(ports: "Ports") -> unclear.Desk:
    return unclear.Desk(ports.unclear, ports.profiles, ports.sending, ports.audit, ports.clock)


def _codes(ports: "Ports") -> codes.Desk:
    return codes.Desk(ports.profiles, ports.link_codes, ports.reach, ports.audit, ports.clock, ports.bot_link)


def _all(ports: "Ports") -> "Ports":
    return ports


UNIT_ACTIONS: Mapping[str, _Handler] = {
    unit.GLANCE: for_proven(unit.glance, _unit),
    unit.LIST: for_proven(unit.list_people, _unit),
    unit.FILTERS: for_proven(unit.choose_filter, _unit),
    unit.FILE: for_proven(unit.hand_out_file, _unit),
    unit.PICTURE: for_proven(unit.draw_week, _unit),
    unreached.LIST: for_proven(unreached.list_unreached, _unreached),
    unreached.FILE: for_proven(unreached.hand_out_file, _unreached),
    unclear.LIST: for_proven(unclear.list_unclear, _unclear),
    unclear.ARRIVED: for_proven(partial(unclear.settle, has_arrived=True), _unclear),
    unclear.AGAIN: for_proven(partial(unclear.settle, has_arrived=False), _unclear),
    DESK: for_proven(_show_desk, _all),
}
REMIND_ACTIONS: Mapping[str, _Handler] = {
    reminding.UNIT: for_proven(reminding.ask_unit, _reminding),
    reminding.PERSON: for_proven(reminding.ask_person, _reminding),
    reminding.YES: for_proven(reminding.confirm, _reminding),
}
CODE_ACTIONS: Mapping[str, _Handler] = {
    codes.ONE: for_proven(codes.issue_one, _codes),
    codes.SHEET: for_proven(codes.ask_for_sheet, _codes),
    codes.PRINT: for_proven(codes.print_sheet, _codes),
}
FIND_ACTIONS: Mapping[str, _Handler] = {FIND: for_proven(_ask_whom_to_find, _all)}
FORMS: Mapping[str, _Handler] = {FINDING: for_proven(_find, _all)}
