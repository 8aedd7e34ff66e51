"""The desk behind the pages: the very handlers that answer in chats, asked by a form, their replies shown as pages."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from aiohttp import web

from bot.on_console.browser import are_sealed_fields, seal_fields
from bot.on_console.pages import Asked
from handlers.asking import Channel, Incoming
from handlers.phrases import _
from handlers.reply import File, Line, Outcome, Pending, Reply
from handlers.routing import BY_ACTION, BY_FORM, Ports
from handlers.visit import Visit

_REFUSALS: Mapping[Outcome, int] = {Outcome.DENIED: 404, Outcome.NOT_UNDERSTOOD: 400}


async def ask_desk(
    asked: Asked, action: str, subject: str = "", *, words: str | None = None, pending: Pending | None = None
) -> Reply:
    """What the desk answers to this choice; with `words`, to what was typed into the form that `pending` names."""
    ports = replace(await open_ports(asked), threads=_OneForm(pending))
    visit = replace(visit_of(asked, words), subject=subject, pending=pending if words is not None else None)
    if words is not None and pending is not None:
        return await BY_FORM[pending.form][0](visit, ports)
    return await BY_ACTION[action][0](visit, ports)


async def open_ports(asked: Asked) -> Ports:
    """Everything that handlers may touch, in the transaction of the page."""
    if asked.door.serve is None:
        raise RuntimeError("this console was opened without a desk")
    return await asked.door.serve(asked.cabinet)


def visit_of(asked: Asked, words: str | None = None) -> Visit:
    """Whoever sits at the console, as the desk knows its visitors."""
    incoming = Incoming(
        Channel.CONSOLE,
        f"console:{asked.person.code}",
        text=words,
        person=asked.person.code,
        thread="console",
        locale=asked.locale,
    )
    return Visit(asked=incoming, today=asked.today.day, rules=asked.today, person=asked.person)


def show_reply(asked: Asked, reply: Reply, back: str, **values: Any) -> web.Response:
    """What was done, or why not, with the way back to the page named `back`."""
    return asked.show(
        "said.html",
        status=status_of(asked, reply),
        reply=reply,
        lines=group(asked, reply.lines),
        back=back,
        is_refused=is_refused(reply),
        **values,
    )


def is_refused(reply: Reply) -> bool:
    """Whether nothing was done, because it may not be or was not understood."""
    return reply.outcome in _REFUSALS


def pair_choices(reply: Reply, first: str, second: str) -> list[tuple[str, str, str]]:
    """What each subject is offered by these two actions: the subject, and the words of both choices."""
    words = {
        action: {one.subject: one.label for one in reply.choices if one.action == action} for action in (first, second)
    }
    return [
        (subject, label, words[second][subject]) for subject, label in words[first].items() if subject in words[second]
    ]


def status_of(asked: Asked, reply: Reply) -> int:
    """What a form is answered with that brings this reply; a page that is only looked at is shown."""
    return _REFUSALS.get(reply.outcome, 200) if asked.request.method == "POST" else 200


def hand_over(file: File, *, inline: bool = False) -> web.Response:
    """A file of the desk, kept nowhere on its way."""
    how = "inline" if inline else "attachment"
    return web.Response(
        body=file.content,
        content_type=file.media_type,
        headers={
            "Content-Disposition": _disposition(how, file.name),
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
    )


def _disposition(how: str, name: str) -> str:
    plain = name.encode("ascii", "replace").decode().replace('"', "").replace("?", "_")
    return f'{how}; filename="{plain}"'


def seal(asked: Asked, values: Mapping[str, str]) -> str:
    """Signs of what a page gives its next form to bring back, so that only what was checked comes back."""
    return seal_fields(asked.mark, asked.door.settings, _written(values))


def is_sealed(asked: Asked, values: Mapping[str, str]) -> bool:
    """Whether the form brought back exactly what its page gave it."""
    return are_sealed_fields(asked.mark, asked.door.settings, _written(values), field(asked, "seal", 64))


def _written(values: Mapping[str, str]) -> str:
    return json.dumps(sorted(values.items()), ensure_ascii=False)


class Told(NamedTuple):
    """A line as a page sets it: what is said, and below it what that rests on."""

    text: str
    basis: str


def group(asked: Asked, lines: Sequence[Line]) -> list[tuple[bool, list[Told]]]:
    """Lines as they are set, each with what it rests on: items together as one list, the others one by one."""
    found: list[tuple[bool, list[Told]]] = []
    for line in lines:
        if line.is_item and found and found[-1][0]:
            found[-1][1].append(_with_basis(asked, line))
        else:
            found.append((line.is_item, [_with_basis(asked, line)]))
    return found


def _with_basis(asked: Asked, line: Line) -> Told:
    if not line.cites:
        return Told(line.text, "")
    cited = "; ".join(asked.door.describe(one) for one in line.cites)
    heading = _("Sources of the reference:") if line.is_background else _("Basis:")
    return Told(line.text, f"{heading} {cited}")


def field(asked: Asked, name: str, most: int = 4_000) -> str:
    """One field of a form as plain words."""
    value = asked.form.get(name, "")
    return value.strip()[:most] if isinstance(value, str) else ""


def fields(asked: Asked, name: str) -> list[str]:
    """All values of a field that may be ticked several times."""
    value = asked.form.get(name, [])
    given = value if isinstance(value, list) else [value]
    return [one.strip() for one in given if isinstance(one, str) and one.strip()]


@dataclass(frozen=True, slots=True)
class _OneForm:
    """A conversation that a page brings along: what it waits for stands in the fields of its form."""

    pending: Pending | None

    async def recall(self, thread: str) -> Mapping[str, Any] | None:
        del thread
        if self.pending is None:
            return None
        one = self.pending
        return {"pending": {"form": one.form, "step": one.step, "values": dict(one.values)}}

    async def keep(self, thread: str, state: Mapping[str, Any], at: datetime) -> None:
        del thread, state, at  # the next form brings along what it needs

    async def forget_of(self, channel: str, address: str) -> None:
        del channel, address  # nothing is kept
