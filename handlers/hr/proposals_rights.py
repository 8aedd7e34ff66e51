"""Who may propose a change of the rules, and who may confirm it. Always decided by the rules of the real day. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from handlers.hr.first_of_two import say_to_first
from handlers.phrases import _
from handlers.rights import province_of, serves_home
from handlers.vouching import explain_not_another, is_another
from knowledge.facts import Person, Role, Signatory, UnitCode
from knowledge.rulebook import RulesOn
from storage.records import Proposal, ProposalKind

# What administrators decide on as HR does: what is sent and when, never what the rules are.
OF_THE_MACHINE_TOO = frozenset({ProposalKind.BROADCAST, ProposalKind.SENDING_HOURS})


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits, as one person sees it: for them to decide, their own, and what they reach but may not decide here.

    Of the last each comes with why not.
    """

    for_me: Sequence[Proposal]
    mine: Sequence[Proposal]
    barred: Sequence[tuple[Proposal, str]]


def is_hr(person: Person | None) -> bool:
    """Whether somebody serves as HR now."""
    return person is not None and Role.HR in person.roles


def may_broadcast(person: Person | None) -> bool:
    """Whether somebody may write to many people at once: HR and administrators."""
    return person is not None and bool(person.roles & {Role.HR, Role.ADMINISTRATOR})


def as_hr(person: Person) -> Person:
    """An administrator with the rights of HR, for what administrators may do as HR does; anybody else unchanged."""
    is_administrator = Role.ADMINISTRATOR in person.roles
    return replace(person, roles=person.roles | {Role.HR}) if is_administrator else person


def covers(person: Person, scope: UnitCode | None, today: RulesOn) -> bool:
    """Whether somebody serves, as HR, all of this scope: a unit and all below it, or the whole province (None).

    HR of a unit that has been dissolved serves nothing by that, least of all the whole of its successor.
    """
    if Role.HR not in person.roles:
        return False
    if scope is None:
        return serves_home(person, today)
    if person.scope is None:
        return province_of(person.unit, today) == province_of(scope, today)
    return person.scope in today.units_above(scope)


def may_decide(person: Person, proposal: Proposal, today: RulesOn) -> bool:
    """Whether somebody may confirm or refuse: surely another person of HR, whose scope covers all of it."""
    by = proposal.proposed_by
    return is_another(person, by.person, by.vouched_by) and reaches(person, proposal, today)


def sort_waiting(person: Person, found: Iterable[Proposal], today: RulesOn) -> Waiting:
    """What of this waits for somebody, what is theirs, and what only another person, or another chat, may decide."""
    mine, for_me, barred = [], [], []
    for one in found:
        if one.proposed_by.person == person.code:
            mine.append(one)
        elif may_decide(person, one, today):
            for_me.append(one)
        elif reaches(person, one, today):
            barred.append((one, explain_refusal(person, one)))
    return Waiting(for_me, mine, barred)


def reaches(person: Person, proposal: Proposal, today: RulesOn) -> bool:
    """Whether somebody may look at a proposal: their scope covers it, or as administrators they may as HR does."""
    server = as_hr(person) if proposal.kind in OF_THE_MACHINE_TOO else person
    return covers(server, proposal.scope, today)


def explain_refusal(person: Person, proposal: Proposal) -> str:
    """Why somebody may not decide a proposal, in one sentence."""
    by = proposal.proposed_by
    if person.code == by.person:
        already = _("Whoever proposes a change cannot confirm it: a second person of HR must.")
        return say_to_first(already, by.vouched_by)
    if not is_another(person, by.person, by.vouched_by):
        return explain_not_another(person, by.person, by.name, by.vouched_by)
    return _(
        "This proposal reaches further than the units that you serve; somebody who serves them all must decide it."
    )


def signatory_of(person: Person, today: RulesOn) -> Signatory:
    """Who somebody is today and for which unit they speak."""
    unit = today.find_unit(person.unit)
    if unit is None:
        return Signatory(person.code, person.name, person.unit, person.unit, person.vouched_by)
    return Signatory(person.code, person.name, unit.code, unit.name, person.vouched_by)
