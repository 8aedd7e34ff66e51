"""`ask`: one question, or a file of them, through the same desk as every door."""

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bot.commands.roster import get_person, unknown_person
from bot.errors import InputError
from bot.json_views import reply_as_json
from bot.render import render_text
from bot.settings import Settings
from bot.wiring import Office, open_office
from handlers.asking import Channel, Incoming
from handlers.phrases import _
from handlers.reply import Outcome, Reply
from handlers.verdicts import explain_state
from knowledge.facts import PersonCode


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of a batch."""

    text: str
    person: str | None = None
    on: date | None = None
    thread: str | None = None


async def ask(settings: Settings, question: Asked, *, as_json: bool) -> None:
    """Print the answer to one question. Raises InputError for a person who is not in the roster."""
    async with open_office(settings, keeps_threads=False) as office:
        if question.person is not None:
            await get_person(office, question.person)
        await record_looks(office, [question.person])
        reply = await office.desk.answer(_incoming(question, settings))
        if as_json:
            print(json.dumps(as_object(reply, office), ensure_ascii=False, indent=2))
        else:
            print(as_text(reply, office))


async def ask_batch(settings: Settings, path: Path) -> None:
    """Answer a file of questions in order, one JSON line each; nothing is answered if a line cannot be read."""
    questions = list(read_batch(path))
    async with open_office(settings, keeps_threads=False) as office:
        await record_looks(office, [question.person for question in questions])
        for question in questions:
            reply = await _answer_one(question, office)
            sys.stdout.write(json.dumps(as_object(reply, office), ensure_ascii=False) + "\n")
            sys.stdout.flush()


async def record_looks(office: Office, people: Iterable[str | None]) -> None:
    """Put into the audit chain that the operator asked in the name of these people, each once."""
    for person in dict.fromkeys(people):
        found = await office.find_person(person) if person is not None else None
        if found is not None:
            await office.record_look(found.code)


def read_batch(path: Path) -> Iterator[Asked]:
    """The questions of a JSONL file; empty lines are passed over. Raises InputError naming the line."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise InputError(_("{file} is not UTF-8 text; please save it as UTF-8.").format(file=path.name)) from error
    except OSError as error:
        raise InputError(_("{file} cannot be read: {reason}").format(file=path, reason=error.strerror)) from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _read_line(line, f"{path.name}:{number}")


def as_object(reply: Reply, office: Office) -> dict[str, Any]:
    """The reply in the form of the contract."""
    library = office.desk.library or office.library
    return reply_as_json(reply, office.describe, lambda finding: explain_state(finding, library))


def as_text(reply: Reply, office: Office) -> str:
    """The reply as plain text, with the next steps under it."""
    text = render_text(reply, office.describe)
    steps = " · ".join(choice.label for choice in reply.choices)
    return f"{text}\n\n→ {steps}" if steps else text


async def _answer_one(question: Asked, office: Office) -> Reply:
    if question.person is not None and await office.find_person(question.person) is None:
        return Reply(title=unknown_person(question.person), outcome=Outcome.DENIED)
    return await office.desk.answer(_incoming(question, office.settings))


def _incoming(question: Asked, settings: Settings) -> Incoming:
    return Incoming(
        channel=Channel.COMMAND_LINE,
        # Each conversation of a file is somebody else's; a single question is that of whoever sits here.
        address=f"batch-{question.thread}" if question.thread is not None else "local",
        text=question.text,
        person=PersonCode(question.person) if question.person is not None else None,
        thread=f"batch:{question.thread}" if question.thread is not None else None,
        on=question.on,
        locale=settings.locale,
    )


def _read_line(line: str, where: str) -> Asked:
    try:
        given = json.loads(line)
    except (ValueError, RecursionError) as error:  # brackets without end; a number longer than any machine's
        reason = error.msg if isinstance(error, json.JSONDecodeError) else type(error).__name__
        raise InputError(_("{where}: this line is not JSON ({reason}).").format(where=where, reason=reason)) from error
    if not isinstance(given, dict) or not isinstance(given.get("ask"), str):
        raise InputError(_('{where}: expected an object with the text "ask".').format(where=where))
    for key in ("as", "on", "thread"):
        if given.get(key) is not None and not isinstance(given[key], str):
            raise InputError(_('{where}: "{key}" must be text.').format(where=where, key=key))
    try:
        on = date.fromisoformat(given["on"]) if given.get("on") else None
    except ValueError as error:
        raise InputError(
            _('{where}: "on" must be a day such as 2026-12-31, not {given}.').format(where=where, given=given["on"])
        ) from error
    return Asked(given["ask"], given.get("as") or None, on, given.get("thread") or None)
