"""Cases that went to those above, and study requests: seen, acknowledged, commented, decided, step by step."""

import json
from collections.abc import Sequence

from aiohttp import web

from bot.on_console.at_desk import ask_desk, field, group, is_refused, is_sealed, seal, show_reply, status_of
from bot.on_console.pages import Asked, Page, deed, page
from bot.on_console.seats import WITH_PEOPLE
from handlers.asking import Choice
from handlers.heads import escalations
from handlers.notices.escalations import LIST
from handlers.reply import Pending, Reply
from handlers.routing import BY_ACTION, BY_FORM

_STUDY = "study."
_NOTHING = json.dumps({})


async def list_cases(asked: Asked) -> web.Response:
    """Which cases of my people was I told of, and are still open?"""
    reply = await ask_desk(asked, LIST, asked.query.get("page", "")[:4])
    people = [(one.subject, one.label) for one in reply.choices if one.action == escalations.OPEN]
    more = next((one for one in reply.choices if one.action == LIST), None)
    return asked.show(
        "cases.html",
        reply=reply,
        lines=group(asked, reply.lines),
        people=people,
        more=more,
        may_acknowledge=any(one.action == escalations.ACK for one in reply.choices),
    )


async def show(asked: Asked) -> web.Response:
    """One person: what is lacking, who below was told and what they said."""
    return _show(asked, await ask_desk(asked, escalations.OPEN, _code(asked)))


async def acknowledge_all(asked: Asked) -> web.Response:
    """I have received them all."""
    return show_reply(asked, await ask_desk(asked, escalations.ACK), "cases")


async def acknowledge(asked: Asked) -> web.Response:
    """I have received it."""
    return show_reply(asked, await ask_desk(asked, escalations.ACK, _code(asked)), "cases")


async def comment(asked: Asked) -> web.Response:
    """What I say of it."""
    words = field(asked, "words", 2_000)
    pending = Pending(escalations.FORM, "words", {"person": _code(asked)})
    reply = await ask_desk(asked, escalations.FORM, words=words, pending=pending)
    return _show(asked, reply, problem=reply.lines[0].text if reply.pending is not None else None)


def _show(asked: Asked, reply: Reply, problem: str | None = None) -> web.Response:
    actions = {one.action for one in reply.choices}
    if reply.pending is None and escalations.COMMENT not in actions:
        return show_reply(asked, reply, "cases")
    return asked.show(
        "case.html",
        code=_code(asked),
        reply=reply,
        lines=group(asked, reply.lines) if reply.pending is None else [],
        steps=_offered(reply.choices),
        problem=problem,
    )


async def list_study(asked: Asked) -> web.Response:
    """Which study requests wait for me?"""
    return _step(asked, await ask_desk(asked, "study.waiting"))


async def take_step(asked: Asked) -> web.Response:
    """One step of a request or proposal: a choice pressed, or words typed into what was asked."""
    action, subject = Choice.split(field(asked, "token", 200))
    pending = _pending(asked)
    if field(asked, "says") and pending is not None:
        return _step(asked, await ask_desk(asked, pending.form, words=field(asked, "words"), pending=pending))
    if not action.startswith(_STUDY) or action not in BY_ACTION:
        return await list_study(asked)
    return _step(asked, await ask_desk(asked, action, subject, pending=pending))


def _pending(asked: Asked) -> Pending | None:
    """What the page before waited for; None where it did not, or where the form was tampered with."""
    kept = {name: field(asked, name) for name in ("form", "step", "values")}
    if not kept["form"] or not is_sealed(asked, kept) or kept["form"] not in BY_FORM:
        return None
    return Pending(kept["form"], kept["step"], json.loads(kept["values"] or _NOTHING))


def _step(asked: Asked, reply: Reply) -> web.Response:
    waits = reply.pending
    kept = {
        "form": waits.form if waits is not None else "",
        "step": waits.step if waits is not None else "",
        "values": json.dumps(dict(waits.values), ensure_ascii=False) if waits is not None else _NOTHING,
    }
    return asked.show(
        "study.html",
        status=status_of(asked, reply),
        reply=reply,
        lines=group(asked, reply.lines),
        steps=_offered(reply.choices),
        kept=kept,
        seal=seal(asked, kept),
        asks=waits is not None,
        is_refused=is_refused(reply),
    )


def _offered(choices: Sequence[Choice]) -> list[tuple[str, str]]:
    """What can be done here; papers and whatever else belongs to a chat is left to it."""
    return [(one.token, one.label) for one in choices if one.action.startswith(_STUDY) and one.action != "study.paper"]


def _code(asked: Asked) -> str:
    return asked.request.match_info["code"][:64]


PAGES: tuple[Page, ...] = (
    page("/cases", "cases", WITH_PEOPLE, list_cases),
    deed("/cases/acknowledge", "cases.acknowledge", WITH_PEOPLE, acknowledge_all),
    page("/cases/{code}", "case", WITH_PEOPLE, show),
    deed("/cases/{code}/acknowledge", "case.acknowledge", WITH_PEOPLE, acknowledge),
    deed("/cases/{code}/comment", "case.comment", WITH_PEOPLE, comment),
    page("/study", "study", WITH_PEOPLE, list_study),
    deed("/study", "study.step", WITH_PEOPLE, take_step),
)
