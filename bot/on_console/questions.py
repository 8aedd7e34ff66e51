"""The inbox of questions: what waits, one conversation, and what HR does with it: answer, hand over, close, promote."""

from dataclasses import replace

from aiohttp import web

from bot.on_console.at_desk import ask_desk, field, group, is_sealed, open_ports, seal, show_reply, visit_of
from bot.on_console.pages import Asked, Page, deed, page
from bot.on_console.seats import Seat
from handlers.hr import inbox, promoting_chat
from handlers.hr.inbox_writing import FORM
from handlers.hr.promoting import Draft, NotPromotedError, check_draft, promote
from handlers.inquiries import name_state, serves
from handlers.phrases import _
from handlers.reply import Outcome, Pending, Reply
from handlers.rights import serves_whole_province, units_served
from handlers.routing import Ports
from handlers.wording import name_unit
from knowledge.facts import Role
from storage.records import Inquiry, InquiryState, MessageKind

OF_QUESTIONS = frozenset({Seat.HR, Seat.ADMINISTRATOR})
_KINDS = (MessageKind.REPLY, MessageKind.ASK_BACK, MessageKind.CLOSE)
_KEPT = ("code", "version", "text", "document", "point")


async def list_waiting(asked: Asked) -> web.Response:
    """What waits for whoever looks, the first due first; the words of each are shown, and recorded, one by one."""
    person, today = asked.person, asked.today
    found = await asked.cabinet.inquiries.list_waiting(
        units_served=units_served(person, today),
        serves_unplaced=serves_whole_province(person),
        is_administrator=Role.ADMINISTRATOR in person.roles,
        person=person.code,
    )
    mine = [one for one in found if serves(person, one, today)]
    return asked.show(
        "questions.html",
        rows=[
            (
                one,
                _name_unit(one, asked),
                name_state(one, today.day),
                one.state is InquiryState.OPEN and today.day > one.due_on,
                one.assigned_to == person.code,
            )
            for one in mine
        ],
    )


def _name_unit(one: Inquiry, asked: Asked) -> str:
    if one.person is None and not one.is_of_former:
        return _("a visitor not linked")
    return name_unit(asked.today, one.unit) if one.unit is not None else _("unit not known")


async def show(asked: Asked) -> web.Response:
    """One conversation; the look is recorded."""
    return await _show(asked, await ask_desk(asked, "inbox.open", _code(asked)))


async def preview(asked: Asked) -> web.Response:
    """What was typed, as the asker will read it."""
    kind = field(asked, "kind")
    if kind not in set(_KINDS):
        return await show(asked)
    pending = Pending(FORM, kind, {"code": _code(asked), "version": field(asked, "version", 12)})
    basis, words = field(asked, "basis", 200), field(asked, "words", 5_000)
    if basis and kind == MessageKind.REPLY:
        words = f"{words}\n{_('basis:')} {basis}"
    reply = await ask_desk(asked, FORM, words=words, pending=pending)
    if reply.pending is None or "text" not in reply.pending.values:
        problem = reply.title if reply.pending is not None else None
        return await _show(asked, await ask_desk(asked, "inbox.open", _code(asked)), problem, field(asked, "words"))
    return _show_draft(asked, reply, reply.pending)


async def send(asked: Asked) -> web.Response:
    """Yes, send it."""
    kind = field(asked, "kind")
    if kind not in set(_KINDS):
        return await show(asked)
    values = {name: field(asked, name) for name in _KEPT} | {"code": _code(asked)}
    if not is_sealed(asked, values | {"kind": kind}):
        return await show(asked)
    reply = await ask_desk(asked, "inbox.send", _code(asked), pending=Pending(FORM, kind, values))
    if reply.pending is not None:
        return _show_draft(asked, reply, reply.pending)
    return show_reply(asked, reply, "questions")


async def assign(asked: Asked) -> web.Response:
    """Somebody else should answer it."""
    reply = await ask_desk(asked, "inbox.assign", f"{_code(asked)}#{field(asked, 'to', 64)}")
    return show_reply(asked, reply, "questions")


async def ask_to_promote(asked: Asked) -> web.Response:
    """Whoever asks the same should get this answer: in which words?"""
    begun = await _begin_promoting(asked)
    if isinstance(begun, Reply):
        return show_reply(asked, begun, "questions")
    return asked.show(
        "question_promote.html",
        code=_code(asked),
        problem=None,
        asked_so=begun["asked"],
        question=begun["asked"],
        answer=begun["given"],
        cited=begun["cited"],
        also=True,
    )


async def promote_it(asked: Asked) -> web.Response:
    """Yes, answer everybody so."""
    begun = await _begin_promoting(asked)
    if isinstance(begun, Reply):
        return show_reply(asked, begun, "questions")
    question, answer, cited = field(asked, "question"), field(asked, "answer"), field(asked, "cited", 200)
    also = bool(field(asked, "also"))
    draft = Draft(question, answer, cited or None, (begun["asked"],) if also else ())
    ports = await open_ports(asked)
    try:
        known = check_draft(draft, asked.person, asked.today)
    except NotPromotedError as error:
        return asked.show(
            "question_promote.html",
            code=_code(asked),
            problem=str(error),
            asked_so=begun["asked"],
            question=question,
            answer=answer,
            cited=cited,
            also=also,
        )
    number = await promote(known, asked.person, questions=ports.questions, audit=ports.audit, clock=ports.clock)
    return show_reply(asked, Reply(_("Promoted as answer {n}.").format(n=number)), "questions")


async def _begin_promoting(asked: Asked) -> dict[str, str] | Reply:
    ports = await open_ports(asked)
    desk = promoting_chat.Desk(_desk(ports), ports.questions, ports.audit, ports.clock)
    begun = await promoting_chat.start(replace(visit_of(asked), subject=_code(asked)), desk)
    return begun if isinstance(begun, Reply) else dict(begun)


async def _show(asked: Asked, reply: Reply, problem: str | None = None, words: str = "") -> web.Response:
    if reply.outcome is Outcome.DENIED:
        return show_reply(asked, reply, "questions")
    actions = {one.action for one in reply.choices}
    colleagues: list[tuple[str, str]] = []
    if "inbox.reassign" in actions:
        offered = await ask_desk(asked, "inbox.reassign", _code(asked))
        colleagues = [
            (one.subject.partition("#")[2], one.label) for one in offered.choices if one.action == "inbox.assign"
        ]
    found = await asked.cabinet.inquiries.find(_code(asked))
    return asked.show(
        "question.html",
        code=_code(asked),
        reply=reply,
        lines=group(asked, reply.lines),
        version=found.version if found is not None else 0,
        may_answer="inbox.reply" in actions,
        may_promote="frequent.promote" in actions,
        colleagues=colleagues,
        problem=problem,
        words=words,
    )


def _show_draft(asked: Asked, reply: Reply, draft: Pending) -> web.Response:
    values = {name: draft.values.get(name, "") for name in _KEPT}
    return asked.show(
        "question_draft.html",
        code=_code(asked),
        reply=reply,
        lines=group(asked, reply.lines),
        kind=draft.step,
        values=values,
        seal=seal(asked, values | {"kind": draft.step}),
    )


def _code(asked: Asked) -> str:
    return asked.request.match_info["code"].upper()[:20]


def _desk(ports: Ports) -> inbox.Desk:
    return inbox.Desk(
        inquiries=ports.inquiries,
        letters=ports.letters,
        profiles=ports.profiles,
        staff=ports.staff,
        accounts=ports.accounts,
        audit=ports.audit,
        clock=ports.clock,
    )


PAGES: tuple[Page, ...] = (
    page("/questions", "questions", OF_QUESTIONS, list_waiting),
    page("/questions/{code}", "question", OF_QUESTIONS, show),
    deed("/questions/{code}/preview", "question.preview", OF_QUESTIONS, preview),
    deed("/questions/{code}/send", "question.send", OF_QUESTIONS, send),
    deed("/questions/{code}/assign", "question.assign", OF_QUESTIONS, assign),
    page("/questions/{code}/promote", "question.promoting", OF_QUESTIONS, ask_to_promote),
    deed("/questions/{code}/promote", "question.promote", OF_QUESTIONS, promote_it),
)
