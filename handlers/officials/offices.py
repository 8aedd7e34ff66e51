"""Who manages me, whom do I ask, which office took over, how long do I still serve?"""

from collections.abc import Sequence
from datetime import date

from handlers import next_steps
from handlers.contacts import describe_contact
from handlers.officials.rounds import describe_rounds_asked
from handlers.phrases import _, show_day
from handlers.point_words import describe_office_change
from handlers.reply import Line, Outcome, Reply
from handlers.retiring import state_by_schedule
from handlers.stating import state
from handlers.verdicts import describe_gaps, describe_met
from handlers.visit import Visit
from handlers.wording import describe_retirement, name_managed_by, name_unit
from knowledge.chain_above import Rung, escalation_chain, find_limit, find_note
from knowledge.evaluate import evaluate, service_of
from knowledge.facts import Person
from knowledge.findings import Finding, State
from knowledge.library import Office
from knowledge.retirement import has_service_left
from knowledge.understanding.meaning import Wish


def tell_whom_to_ask(visit: Visit) -> Reply:
    """The office named in the question with what became of it, else who manages the visitor and whom to ask."""
    merged = _describe_mergers(visit)
    lines: list[Line] = list(merged)
    for office_id in visit.named.offices:
        office = visit.rules.library.offices[office_id]
        if not _is_of_home_only(office, visit):
            lines += _describe_office(office, visit)
    if visit.person is not None and visit.elsewhere is None and (not lines or _asks_where_now(visit)):
        lines = [*_describe_managers(visit.person, visit), *lines]
    findings = _also_missing(visit)
    if findings:
        lines += describe_gaps(findings, visit.rules)
        lines += describe_met([one for one in findings if one.state is State.MET], visit.rules)
    lines.append(describe_contact(visit, next(iter(visit.named.criteria), None)))
    title = _("What became of provinces, as of {day}") if merged else _("Whom to ask, as of {day}")
    return Reply(
        title=title.format(day=show_day(visit.on)),
        lines=tuple(lines),
        choices=(next_steps.my_gaps(), next_steps.all_documents(), next_steps.help_me()),
        findings=findings,
    )


def _describe_mergers(visit: Visit) -> list[Line]:
    """To which province the territories belong that the question names, and since when; only where that is asked."""
    if Wish.MERGED not in visit.wishes:
        return []
    library = visit.rules.library
    lines: list[Line] = []
    for code in visit.named.territories:
        one = library.territories[code]
        if one.basis is None or one.merged_on is None:
            continue
        if visit.on < one.merged_on:
            text = _("On {day} it was {province}.").format(day=show_day(visit.on), province=one.province_before)
            lines.append(Line(text, is_item=True))
            continue
        parts = [other for other in library.territories.values() if other.province == one.province]
        text = _("Since {day} {before} (former) has belonged to {province}.")
        if one.province == one.province_before:
            text = _("Since {day} {province} has been made up of the former {parts}.")
        names = ", ".join(other.province_before for other in parts)
        said = text.format(day=show_day(one.merged_on), before=one.province_before, province=one.province, parts=names)
        lines.append(state(said, (library.cite(one.basis),), visit, is_item=True))
    return lines


def _asks_where_now(visit: Visit) -> bool:
    """Whether somebody speaks of themselves and of an office that is no more: where they serve today is the answer."""
    named = [visit.rules.library.offices[one] for one in visit.named.offices]
    ended = any(one.valid_to is not None and visit.on > one.valid_to for one in named)
    return ended and visit.named.speaks_of_self


def _also_missing(visit: Visit) -> tuple[Finding, ...]:
    """The visitor's own verdicts, where the question asks in the same breath what they are missing."""
    is_asked = Wish.GAPS in visit.wishes and visit.named.speaks_of_self
    if visit.person is None or visit.elsewhere is not None or not is_asked:
        return ()
    return evaluate(visit.person, visit.rules)


def tell_service_left(visit: Visit, person: Person) -> Reply:
    """When do I retire, and do I still have so many years of service?"""
    service = service_of(person, visit.rules)
    said = describe_retirement(service.retires_on, visit.on)
    lines = [state_by_schedule(said, visit.rules, visit.territory), *_years_asked(service.retires_on, visit)]
    lines += describe_rounds_asked(visit, person)
    return Reply(
        title=_("Your service left, as of {day}").format(day=show_day(visit.on)),
        lines=tuple(lines),
        choices=(next_steps.my_gaps(), next_steps.my_deadlines(), next_steps.consequences()),
        outcome=Outcome.NO_BASIS if visit.rules.retirement.document is None else Outcome.ANSWERED,
    )


def _years_asked(retires_on: date, visit: Visit) -> list[Line]:
    """Whether the years of service that the question or a live duty speaks of are left."""
    if visit.named.years is not None:
        text = _describe_years(retires_on, visit.named.years, visit.on)
        return [state_by_schedule(text, visit.rules, visit.territory)]
    lines: list[Line] = []
    for live in visit.rules.live_duties:
        years, reaches = live.duty.service_left_years, visit.rules.library.binds(live.document, visit.territory)
        if years is not None and reaches and visit.managed_by in live.duty.managed_by:
            cite = visit.rules.library.cite(live.document, live.point.id)
            text = _describe_years(retires_on, years, live.day)
            lines.append(state_by_schedule(text, visit.rules, visit.territory, asked_by=(cite,)))
    return lines


def _describe_years(retires_on: date, years: int, on: date) -> str:
    if has_service_left(retires_on, years, on):
        return _("On {day} you have at least {n} years of service left.").format(day=show_day(on), n=years)
    return _("On {day} you have less than {n} years of service left.").format(day=show_day(on), n=years)


def _is_of_home_only(office: Office, visit: Visit) -> bool:
    """Whether an office shares its name with one of the territory asked about and is the one at home."""
    territories, home = visit.rules.library.territories, visit.own_territory
    if visit.elsewhere is None or territories[visit.elsewhere].province == territories[home].province:
        return False
    return territories[home].name in office.name and territories[visit.elsewhere].name not in office.name


def _describe_office(office: Office, visit: Visit) -> list[Line]:
    library = visit.rules.library
    if office.valid_to is not None and visit.on > office.valid_to:
        return [describe_office_change(office, visit)]
    # What was only written later, and what became of the office later, is not told of this day.
    is_known = office.basis is None or library.get_document(office.basis).exists_on(visit.on)
    note = f" {office.note}" if office.note and is_known and office.valid_to is None else ""
    text = _("{office} is working on {day}.").format(office=office.name, day=show_day(visit.on)) + note
    if office.basis is None or not is_known:
        return [Line(text)]
    return [state(text, (library.cite(office.basis, office.basis_point),), visit)]


def _describe_managers(person: Person, visit: Visit) -> list[Line]:
    name = name_unit(visit.rules, person.unit)
    text = _("On record you serve at {unit}; your post is {managed}.")
    lines: list[Line] = [Line(text.format(unit=name, managed=name_managed_by(person.managed_by)))]
    rungs = escalation_chain(person, visit.rules)
    if rungs:
        lines.append(_describe_chain(rungs, visit))
    for told in (find_limit(person, visit.rules), find_note(person, visit.rules)):
        if told is not None:
            text, basis = told
            lines.append(state(text, (basis,), visit) if basis is not None else Line(text))
    return lines


def _describe_chain(rungs: Sequence[Rung], visit: Visit) -> Line:
    """Whom it is reported to that somebody lacks a standard, and which of them the point cited names."""
    chain = " → ".join(_name_rung(rung, visit) for rung in rungs)
    text = _(
        "If you lack a standard of your position, that is reported in this order: {chain}. "
        "The order is for lacking standards only, not for appointments or certificates."
    )
    said = text.format(chain=chain)
    cites = [rung.basis for rung in rungs if rung.basis is not None]
    if not cites:
        return Line(said)
    if any(rung.office is None for rung in rungs):
        named = ", ".join(_name_rung(rung, visit) for rung in rungs if rung.basis is not None)
        source = _("The heads come from the list of units; only these offices rest on the point cited: {offices}.")
        said = f"{said} {source.format(offices=named)}"
    return state(said, cites, visit)


def _name_rung(rung: Rung, visit: Visit) -> str:
    if rung.office is not None:
        return rung.office.name
    unit = visit.rules.book.units[rung.unit] if rung.unit is not None else None
    return _("head of {unit}").format(unit=unit.name if unit is not None else "–")
