"""Which handler answers what HR says or presses about rulings, proposals and rows: its part of the contents."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from handlers.forms import Form, answer, begin
from handlers.hr import proposals, proposals_tables, rulings
from handlers.hr.proposals import Desk
from handlers.hr.proposals_rights import is_hr, may_broadcast
from handlers.memory import recall_open_form
from handlers.officials import guidance, linking
from handlers.proven import for_proven
from handlers.reply import Reply
from handlers.visit import Visit
from knowledge.facts import Person
from knowledge.understanding.rulings_said import Wish, find_number, find_proposal, read_wish

if TYPE_CHECKING:
    from handlers.routing import Ports

_SURE = 0.9

_Asked = Callable[[Visit, Desk], Awaitable[Reply]]
_Handler = Callable[[Visit, "Ports"], Awaitable[Reply]]


def _hr(handler: _Asked) -> _Handler:
    """Whether the visitor is of HR, the handler itself decides."""
    return for_proven(lambda visit, _person, desk: handler(visit, desk), desk_of)


def _form(make: Callable[[Visit, Person, Desk], Form], may: Callable[[Person], bool] = is_hr) -> _Handler:
    """What was typed or pressed goes to the form that this conversation has open."""

    async def reply(visit: Visit, ports: "Ports") -> Reply:
        person = visit.person
        if person is None:
            return linking.ask_to_link(visit)
        if not may(person):
            return proposals.refuse(visit)
        kept = await recall_open_form(visit, ports.threads)
        return await answer(make(visit, person, desk_of(ports)), visit, kept)

    return reply


async def _told(visit: Visit, desk: Desk) -> Reply:
    """What HR says about rulings and tables: record, add, withdraw, see what waits, or see all."""
    wish = read_wish(visit.text)
    if wish is None and not is_hr(visit.person) and visit.meaning is not None and visit.meaning.confidence < _SURE:
        return guidance.not_understood(visit)  # an official hardly means HR's work; rather that than a refusal
    match wish:
        case Wish.RECORD:
            return await rulings.start_recording(visit, desk)
        case Wish.ROW:
            return await proposals_tables.start_row(visit, desk)
        case Wish.STANDARD:
            return await proposals_tables.start_standard(visit, desk)
        case Wish.WAITING:
            number = find_proposal(visit.text)
            if number is not None:  # whatever is to become of it, it is looked at first
                return await proposals.view(replace(visit, subject=number), desk)
            return await proposals.list_waiting(visit, desk)
        case _:
            return await rulings.show_rulings(visit, desk)


async def _show_ruling(visit: Visit, _desk: Desk) -> Reply:
    return await rulings.show_ruling(visit)


async def _named(visit: Visit, ports: "Ports") -> Reply:
    """What does the ruling of this number say? HR sees how it stands and may withdraw it."""
    if not is_hr(visit.person):
        return rulings.tell(visit)
    if read_wish(visit.text) is Wish.WITHDRAW:
        return await rulings.start_withdrawing(visit, desk_of(ports))
    return await rulings.show_ruling(visit)


def find_ruling_asked(visit: Visit) -> str | None:
    """The ruling that a question or a pressed choice names among documents; None for other documents."""
    known = {str(one.id) for one in visit.rules.book.rules.rulings}
    asked = [visit.subject.partition("#")[0], *(str(one.document) for one in visit.named.documents)]
    return next((one for one in asked if one in known), None)


async def _refuse(visit: Visit, desk: Desk) -> Reply:
    form = await proposals.start_refusing(visit, desk)
    return form if isinstance(form, Reply) else await begin(form, {"number": visit.subject})


def _refusing_form(visit: Visit, _person: Person, desk: Desk) -> Form:
    return proposals.refusing_form(visit, desk)


def desk_of(ports: "Ports") -> Desk:
    """The drawers of whoever proposes and of the second person who confirms."""
    return Desk(
        profiles=ports.profiles,
        rulings=ports.rulings,
        proposals=ports.proposals,
        working_time=ports.working_time,
        entries=ports.entries,
        staff=ports.staff,
        accounts=ports.accounts,
        letters=ports.letters,
        audit=ports.audit,
        clock=ports.clock,
    )


told: _Handler = _hr(_told)
named: _Handler = _named


def find_ruling_named(text: str) -> str | None:
    """The number of the ruling that a message is about; None where it names none, or records a new one."""
    number = find_number(text)
    return number if number is not None and read_wish(text) is not Wish.RECORD else None


FORMS: Mapping[str, _Handler] = {
    rulings.RECORDING: _form(rulings.recording_form),
    rulings.WITHDRAWING: _form(rulings.withdrawing_form),
    proposals_tables.ROW: _form(proposals_tables.row_form),
    proposals_tables.STANDARD: _form(proposals_tables.standard_form),
    proposals.REFUSING: _form(_refusing_form, may_broadcast),
}

# The buttons of a form have its name for their action.
ACTIONS: Mapping[str, _Handler] = {
    "rulings": _hr(rulings.show_rulings),
    "rulings.new": _hr(rulings.start_recording),
    "rulings.row": _hr(proposals_tables.start_row),
    "rulings.standard": _hr(proposals_tables.start_standard),
    "ruling": _hr(_show_ruling),
    "ruling.withdraw": _hr(rulings.start_withdrawing),
    "proposals": _hr(proposals.list_waiting),
    "proposal.confirm": _hr(proposals.confirm),
    "proposal.refuse": _hr(_refuse),
    "proposal.takeback": _hr(proposals.take_back),
    **FORMS,
}
