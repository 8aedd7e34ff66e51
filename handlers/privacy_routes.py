"""Which handler answers what is said or pressed about one's own data, and HR's side of it: its part of the contents."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from handlers import next_steps
from handlers.asking import Choice
from handlers.forms import Form, answer, begin
from handlers.hr import data_deeds, data_entering, data_requests
from handlers.letting_go import Kept
from handlers.memory import recall_open_form
from handlers.notifying import Notifying
from handlers.officials import later_chats, linking, my_consents, my_data, my_requests, surer_chats
from handlers.phrases import _
from handlers.proven import for_proven
from handlers.reply import Outcome, Reply
from handlers.visit import Visit
from knowledge.facts import Person
from knowledge.privacy import Purpose
from knowledge.understanding.data_said import DataWish, read_data_wish, read_field

if TYPE_CHECKING:
    from handlers.routing import Ports

_Handler = Callable[[Visit, "Ports"], Awaitable[Reply]]
_Own = Callable[[Visit, Person, "Ports"], Awaitable[Reply]]


async def typed(visit: Visit, ports: "Ports") -> Reply:
    """Whatever was typed about one's own data; strangers read the notice."""
    person = visit.person
    if person is None:
        return my_data.explain_privacy(visit)
    wish = read_data_wish(visit.text)
    if wish is DataWish.OFFICE and data_requests.is_officer(person):
        return await data_requests.show_running(visit, person, data_desk(ports))
    if wish is DataWish.CORRECT:
        field = read_field(visit.text)
        form = my_requests.correction_form(visit, person, _requests(ports))
        return await begin(form, {"field": field} if field else {})
    if wish in _WITHDRAWN_BY:
        return await ACTIONS["data.consent.ask"](replace(visit, subject=_WITHDRAWN_BY[wish].value), ports)
    return await (_BY_WISH.get(wish, view) if wish is not None else view)(visit, ports)


async def view(visit: Visit, ports: "Ports") -> Reply:
    """The button, or the command."""
    if visit.person is None:
        return my_data.explain_privacy(visit)
    return await my_data.view_my_data(
        visit,
        visit.person,
        accounts=ports.accounts,
        inquiries=ports.inquiries,
        evidence=ports.evidence,
        personal=ports.personal_data,
        audit=ports.audit,
    )


async def _export(visit: Visit, person: Person, ports: "Ports") -> Reply:
    return await my_data.export_my_data(
        visit, person, personal=ports.personal_data, audit=ports.audit, clock=ports.clock
    )


async def _print(visit: Visit, person: Person, ports: "Ports") -> Reply:
    return await my_data.export_my_data(
        visit, person, personal=ports.personal_data, audit=ports.audit, clock=ports.clock, is_paper_alone=True
    )


async def _ask_to_withdraw(visit: Visit, ports: "Ports") -> Reply:
    if visit.person is None:
        return my_data.explain_privacy(visit)
    surer = await surer_chats.list_surer(visit, visit.person, ports.accounts)
    return my_data.ask_to_confirm_withdrawal(visit, surer)


async def _withdraw(visit: Visit, ports: "Ports") -> Reply:
    if visit.person is None:  # pressed twice, or never linked: there is nothing left to withdraw
        return my_data.explain_privacy(visit)
    return await my_data.withdraw(
        visit, visit.person, _drawers(ports), consents=ports.privacy, audit=ports.audit, clock=ports.clock
    )


async def _ask_to_leave(visit: Visit, ports: "Ports") -> Reply:
    return my_data.explain_privacy(visit) if visit.person is None else my_data.ask_to_leave(visit, ports.vouching)


async def _leave(visit: Visit, ports: "Ports") -> Reply:
    return await my_data.leave(visit, _drawers(ports), consents=ports.privacy, audit=ports.audit, clock=ports.clock)


def _delete(*, asks_about_rest: bool) -> _Own:
    async def delete(visit: Visit, person: Person, ports: "Ports") -> Reply:
        desk = _requests(ports)
        return await my_requests.delete(visit, person, desk, _drawers(ports), asks_about_rest=asks_about_rest)

    return delete


async def _newest(visit: Visit, ports: "Ports") -> Reply:
    """The notice in its newest wording."""
    del ports
    return linking.show_notice(visit)


def _filling(form_of: Callable[[Visit, Person, my_requests.Desk], Form]) -> _Own:
    """The button that begins a form, or any step of it."""

    async def fill(visit: Visit, person: Person, ports: "Ports") -> Reply:
        form = form_of(visit, person, _requests(ports))
        if not visit.subject and visit.pending is None:
            return await begin(form, {})
        return await answer(form, visit, await recall_open_form(visit, ports.threads))

    return fill


def _of_office(handler: Callable[[Visit, Person, "Ports"], Awaitable[Reply]]) -> _Handler:
    """Only for those who look after such requests; others are told kindly what is theirs."""

    async def only(visit: Visit, person: Person, ports: "Ports") -> Reply:
        if not data_requests.is_officer(person):
            return Reply(
                title=_("HR looks after requests about personal data. Here are your own."),
                choices=(Choice(_("My requests"), "data.requests"), next_steps.my_data()),
                outcome=Outcome.DENIED,
            )
        return await handler(visit, person, ports)

    return for_proven(only, _all)


async def _running(visit: Visit, person: Person, ports: "Ports") -> Reply:
    return await data_requests.show_running(visit, person, data_desk(ports))


async def _open(visit: Visit, person: Person, ports: "Ports") -> Reply:
    return await data_requests.open_one(visit, person, data_desk(ports))


async def _begin_answer(visit: Visit, person: Person, ports: "Ports") -> Reply:
    return await begin(data_requests.answer_form(visit, person, data_desk(ports)), {"number": visit.subject})


async def _answer(visit: Visit, person: Person, ports: "Ports") -> Reply:
    form = data_requests.answer_form(visit, person, data_desk(ports))
    return await answer(form, visit, await recall_open_form(visit, ports.threads))


async def _begin_entering(visit: Visit, person: Person, ports: "Ports") -> Reply:
    return await begin(data_entering.entering_form(visit, person, data_desk(ports)), {})


async def _enter(visit: Visit, person: Person, ports: "Ports") -> Reply:
    form = data_entering.entering_form(visit, person, data_desk(ports))
    return await answer(form, visit, await recall_open_form(visit, ports.threads))


def _all(ports: "Ports") -> "Ports":
    return ports


def _drawers(ports: "Ports") -> Kept:
    return Kept(ports.accounts, ports.threads, ports.inquiries, ports.letters, ports.evidence, ports.calendars)


def _by(ports: "Ports") -> Notifying:
    return Notifying(ports.accounts, ports.outbox, ports.letters, ports.clock, ports.senders)


def _consent_desk(ports: "Ports") -> my_consents.Desk:
    return my_consents.Desk(ports.privacy, ports.audit, ports.clock, _drawers(ports))


def _requests(ports: "Ports") -> my_requests.Desk:
    return my_requests.Desk(
        requests=ports.privacy,
        personal=ports.personal_data,
        consents=ports.privacy,
        corrections=ports.corrections,
        staff=ports.staff,
        audit=ports.audit,
        clock=ports.clock,
        by=_by(ports),
    )


def data_desk(ports: "Ports") -> data_deeds.Desk:
    """What those need who look after requests about personal data, for pages too."""
    return data_deeds.Desk(
        requests=ports.privacy,
        corrections=ports.corrections,
        profiles=ports.profiles,
        personal=ports.personal_data,
        consents=ports.privacy,
        kept=_drawers(ports),
        audit=ports.audit,
        clock=ports.clock,
        by=_by(ports),
    )


def _later(ports: "Ports") -> later_chats.Desk:
    return later_chats.Desk(_drawers(ports), ports.privacy, ports.audit, ports.clock)


_correct, _restrict = _filling(my_requests.correction_form), _filling(my_requests.restriction_form)

ACTIONS: Mapping[str, _Handler] = {
    "data": view,
    "data.new": _newest,
    "data.export": for_proven(_export, _all),
    "data.paper": for_proven(_print, _all),
    "data.withdraw": _ask_to_withdraw,
    "data.withdraw.yes": _withdraw,
    later_chats.LIST: for_proven(later_chats.list_later, _later),
    later_chats.UNLINK: for_proven(later_chats.unlink_later, _later),
    surer_chats.ASK_TO_LEAVE: _ask_to_leave,
    my_data.LEAVE: _leave,
    "data.delete": for_proven(my_requests.ask_to_delete, _requests),
    "data.delete.yes": for_proven(_delete(asks_about_rest=False), _all),
    "data.delete.all": for_proven(_delete(asks_about_rest=True), _all),
    "data.consents": for_proven(my_consents.list_mine, _consent_desk),
    "data.consent.ask": for_proven(my_consents.ask_sure, _consent_desk),
    "data.consent.no": for_proven(my_consents.withdraw, _consent_desk),
    "data.consent.yes": for_proven(my_consents.show, _consent_desk),
    "data.consent.given": for_proven(my_consents.give, _consent_desk),
    "data.requests": for_proven(my_requests.list_mine, _requests),
    "data.request": for_proven(my_requests.show, _requests),
    "data.request.back": for_proven(my_requests.take_back, _requests),
    "data.office": _of_office(_running),
    "data.office.open": _of_office(_open),
    "data.office.begin": _of_office(_begin_answer),
    "data.office.new": _of_office(_begin_entering),
}

FORMS: Mapping[str, _Handler] = {
    my_requests.FORM: for_proven(_correct, _all),
    my_requests.ASKING: for_proven(_restrict, _all),
    data_requests.FORM: _of_office(_answer),
    data_entering.FORM: _of_office(_enter),
}

_WITHDRAWN_BY: Mapping[DataWish | None, Purpose] = {
    DataWish.STOP_QUESTIONS: Purpose.QUESTIONS,
    DataWish.STOP_EVIDENCE: Purpose.EVIDENCE,
    DataWish.STOP: Purpose.REMINDERS,
}
_BY_WISH: Mapping[DataWish, _Handler] = {
    DataWish.EXPORT: ACTIONS["data.export"],
    DataWish.DELETE: ACTIONS["data.delete"],
    DataWish.WITHDRAW: ACTIONS["data.withdraw"],
    DataWish.RESTRICT: FORMS[my_requests.ASKING],
    DataWish.CONSENTS: ACTIONS["data.consents"],
    DataWish.FOLLOW: ACTIONS["data.requests"],
}
