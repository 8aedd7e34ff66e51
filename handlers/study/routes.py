"""Which handler answers what is said or pressed about study cases: its part of the table of contents."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from handlers import next_steps
from handlers.forms import Values, answer, begin
from handlers.heads import study_decisions
from handlers.heads.others import refuse
from handlers.memory import recall_open_form
from handlers.officials import guidance, linking, studying
from handlers.phrases import _
from handlers.proven import for_proven
from handlers.reply import Line, Reply
from handlers.study.desk import Desk, act_at_once, explain_barred, open_case
from handlers.study.paper import hand_out
from handlers.study.steps import ReadCriteria
from handlers.visit import Visit, criteria_asked
from knowledge.facts import CriterionCode, Person
from knowledge.rulebook import RulesOn
from knowledge.understanding.meaning import Entities
from knowledge.understanding.study_said import StudyWish, asks_for_list, asks_for_self, offers_study, read_study_wish

if TYPE_CHECKING:
    from handlers.routing import Ports

_SURE = 0.9

_Handler = Callable[[Visit, "Ports"], Awaitable[Reply]]
_Asked = Callable[[Visit, Person, Desk], Awaitable[Reply]]
_Any = Callable[[Visit, Desk], Awaitable[Reply]]


async def ask_to_study(visit: Visit, ports: "Ports") -> Reply:
    """I want to be sent to study; or: what became of it, how do I go about it? Strangers are told how it is done."""
    person = visit.person
    if person is None:
        return guidance.explain_study_request(visit)
    wish = read_study_wish(visit.text) if visit.meaning is not None else None
    if wish in {StudyWish.FOLLOW, StudyWish.WITHDRAW}:
        return await studying.list_mine(visit, person, _desk(ports))
    if wish is StudyWish.DONE:
        return await _tell_attended(visit, person, ports)
    if wish is StudyWish.EXPLAIN:
        return _explain(visit)
    if visit.meaning is not None and visit.named.person_words and not visit.named.speaks_of_self:
        return await study_of_mine(visit, ports)
    return await _start_request(visit, person, ports)


async def _tell_attended(visit: Visit, person: Person, ports: "Ports") -> Reply:
    """Who has been to a course records it on the case, and hands the certificate in."""
    told = await studying.list_mine(visit, person, _desk(ports))
    text = _("Open the case to record that you attended; once you have the certificate, hand it in so that it counts.")
    if told.pending is None and not told.lines:
        text = _("Have you the certificate already? Then hand it in, so that HR can verify it and it counts for you.")
    return replace(told, lines=(*told.lines, Line(text)), choices=(next_steps.hand_in(), *told.choices))


def _explain(visit: Visit) -> Reply:
    told = guidance.explain_study_request(visit)
    criteria = criteria_asked(visit)
    begins = next_steps.ask_to_study(criteria[0] if len(criteria) == 1 else None)
    return Reply(title=told.title, lines=told.lines, choices=(begins, next_steps.my_study(), *told.choices))


async def study_of_mine(visit: Visit, ports: "Ports") -> Reply:
    """Who of my people waits to be sent to study? Or: I want to send somebody."""
    person = visit.person
    if person is None:
        return linking.ask_to_link(visit)
    today = visit.rules.book.on(visit.today)
    if not study_decisions.may_list(person, today):
        if visit.meaning is not None and asks_for_self(visit.text):
            return await _start_request(visit, person, ports)
        if visit.meaning is not None and visit.meaning.confidence < _SURE and not visit.named.person_words:
            return guidance.not_understood(visit)  # an official hardly means a head's work; rather that than a refusal
    desk = _desk(ports)
    named = visit.named.person_words
    offers = visit.meaning is not None and offers_study(visit.text) and study_decisions.may_propose(person, today)
    if named is None:
        begins = offers and not asks_for_list(visit.text)
        return await (_begin_proposal(visit, person, {}, ports) if begins else _waiting(visit, ports))
    found = await study_decisions.find_mine(named, person, today, desk)
    if not found:
        why = await study_decisions.explain_barred(named, person, today, desk)
        return explain_barred(why) if why is not None else await _refuse_look(visit, person, desk)
    if len(found) > 1 or (offers and await study_decisions.find_below(found[0].code, person, today, desk)):
        values = {"person": str(found[0].code)} if len(found) == 1 else {}
        return await _begin_proposal(visit, person, values, ports)
    return await study_decisions.list_of(found[0], visit, person, desk)


async def _start_request(visit: Visit, person: Person, ports: "Ports") -> Reply:
    desk = _desk(ports)
    values = studying.values_said(visit)
    form = studying.request_form(visit, person, desk, _criteria_reader(visit, ports))
    return await studying.find_open(values, person, visit, desk) or await begin(form, values)


async def _fill_request(visit: Visit, ports: "Ports") -> Reply:
    person = visit.person
    if person is None:
        return linking.ask_to_link(visit)
    desk = _desk(ports)
    kept = await recall_open_form(visit, ports.threads)
    reply = await answer(studying.request_form(visit, person, desk, _criteria_reader(visit, ports)), visit, kept)
    if reply.pending is None or reply.pending.step == "criterion":
        return reply
    return await studying.find_open(reply.pending.values, person, visit, desk) or reply


async def _begin_proposal(visit: Visit, head: Person, values: Values, ports: "Ports") -> Reply:
    desk = _desk(ports)
    if not await study_decisions.may_fill(values, head, visit.rules.book.on(visit.today), desk):
        return await _refuse_look(visit, head, desk)
    said = studying.values_said(visit, visit.named.person_words) if visit.meaning is not None else {}
    filled = {**said, **values}
    form = study_decisions.proposal_form(visit, head, desk, _criteria_reader(visit, ports))
    return await study_decisions.find_open_of(filled, head, visit, desk) or await begin(form, filled)


async def _propose(visit: Visit, ports: "Ports") -> Reply:
    if visit.person is None:
        return linking.ask_to_link(visit)
    today, desk = visit.rules.book.on(visit.today), _desk(ports)
    why = await study_decisions.explain_barred(visit.subject, visit.person, today, desk)
    if why is not None:
        return explain_barred(why)
    found = await study_decisions.find_below(visit.subject, visit.person, today, desk)
    return await _begin_proposal(visit, visit.person, {"person": str(found[0].code)} if len(found) == 1 else {}, ports)


async def _fill_proposal(visit: Visit, ports: "Ports") -> Reply:
    person = visit.person
    if person is None:
        return linking.ask_to_link(visit)
    desk = _desk(ports)
    kept = await recall_open_form(visit, ports.threads)
    is_open = kept is not None and kept.form == study_decisions.PROPOSAL
    today = visit.rules.book.on(visit.today)
    if kept is not None and is_open and not await study_decisions.may_fill(kept.values, person, today, desk):
        return await _refuse_look(visit, person, desk)
    reply = await answer(
        study_decisions.proposal_form(visit, person, desk, _criteria_reader(visit, ports)), visit, kept
    )
    if reply.pending is None or reply.pending.step in {"person", "criterion"}:
        return reply
    return await study_decisions.find_open_of(reply.pending.values, person, visit, desk) or reply


async def _refuse_look(visit: Visit, person: Person, desk: Desk) -> Reply:
    await desk.audit.record(person.code, "look_refused", "study", desk.clock.now(), {})
    return refuse(visit)


async def _revise(visit: Visit, ports: "Ports") -> Reply:
    values = await studying.start_changing(visit, _desk(ports))
    if isinstance(values, Reply) or visit.person is None:
        return values if isinstance(values, Reply) else linking.ask_to_link(visit)
    form = studying.request_form(visit, visit.person, _desk(ports), _criteria_reader(visit, ports))
    return await begin(form, values)


async def _say(visit: Visit, ports: "Ports") -> Reply:
    values = await studying.start_words(visit, _desk(ports))
    return values if isinstance(values, Reply) else await begin(studying.words_form(visit, _desk(ports)), values)


async def _fill_words(visit: Visit, ports: "Ports") -> Reply:
    if visit.person is None:
        return linking.ask_to_link(visit)
    kept = await recall_open_form(visit, ports.threads)
    return await answer(studying.words_form(visit, _desk(ports)), visit, kept)


def _linked(handler: _Asked) -> _Handler:
    return for_proven(handler, _desk)


def _of_case(handler: _Any) -> _Handler:
    """Whether the visitor may see the case, the handler itself decides."""

    async def reply(visit: Visit, ports: "Ports") -> Reply:
        return await handler(visit, _desk(ports))

    return reply


def _criteria_reader(visit: Visit, ports: "Ports") -> ReadCriteria:
    """Criteria that typed words name, by themselves or by a certificate of theirs."""

    def read(said: str) -> tuple[CriterionCode, ...]:
        return _criteria_in(ports.read_entities(said), visit.rules)

    return read


def _criteria_in(named: Entities, rules: RulesOn) -> tuple[CriterionCode, ...]:
    of_kinds = (rules.library.kinds[one.kind].criterion for one in named.kinds)
    return tuple(dict.fromkeys((*named.criteria, *(one for one in of_kinds if one is not None))))


def _desk(ports: "Ports") -> Desk:
    return Desk(
        cases=ports.study,
        profiles=ports.profiles,
        accounts=ports.accounts,
        staff=ports.staff,
        outbox=ports.outbox,
        letters=ports.letters,
        audit=ports.audit,
        clock=ports.clock,
        senders=ports.senders,
    )


_waiting = _linked(study_decisions.list_waiting)

FORMS: Mapping[str, _Handler] = {
    studying.REQUEST: _fill_request,
    studying.WORDS: _fill_words,
    study_decisions.PROPOSAL: _fill_proposal,
}

# Forms that a sentence may have begun without its speaker knowing: another question is answered instead.
MAY_BE_LEFT = frozenset({studying.REQUEST, study_decisions.PROPOSAL})

# The buttons of a form have its name for their action.
OWN_ACTIONS: Mapping[str, _Handler] = {
    "study.mine": _linked(studying.list_mine),
    "study.open": _of_case(open_case),
    "study.do": _of_case(act_at_once),
    "study.say": _say,
    "study.revise": _revise,
    "study.paper": _of_case(hand_out),
    studying.REQUEST: _fill_request,
    studying.WORDS: _fill_words,
}
HEADS_ACTIONS: Mapping[str, _Handler] = {
    "study.waiting": _waiting,
    "study.propose": _propose,
    study_decisions.PROPOSAL: _fill_proposal,
}
