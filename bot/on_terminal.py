"""The terminal door: a chat line by line; a number presses the choice of that number. Plain text off a screen."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TextIO

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from bot.papers.handing import file_of
from bot.render import Describe, number_citations, render_text
from handlers.asking import Channel, Choice, Incoming
from handlers.desk import Desk
from handlers.phrases import DEFAULT_LOCALE, _, locale_of
from handlers.reply import File, Line, Reply
from knowledge.documents import Citation
from knowledge.facts import PersonCode

_GOODBYES = frozenset({"/thoat", "/thoát", "/exit", "/quit"})
# Colours and cursor movement come from us alone; a name in a roster may not bring its own.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_PROMPT = "› "


@dataclass(frozen=True, slots=True)
class Visit:
    """Who sits at the terminal, about which day they ask, and where a file of a reply is put."""

    person: PersonCode | None = None
    on: date | None = None
    locale: str = DEFAULT_LOCALE
    address: str = "local"
    downloads: Path = Path()


async def chat(visit: Visit, *, desk: Desk, describe: Describe, source: TextIO, screen: TextIO) -> None:
    """Talk until "/thoat" or the end of the input."""
    with locale_of(visit.locale):
        console = Console(file=screen, highlight=False, soft_wrap=not screen.isatty())
        _say(console, _("Type a question, or the number of a choice. /thoat ends the conversation."))
        offered: Sequence[Choice] = ()
        while (line := await _next_line(console, source)) is not None:
            # Bytes that are no UTF-8 arrive as half surrogates, which no store takes.
            said = _plain(line.encode("utf-8", "replace").decode()).strip()
            if said.lower() in _GOODBYES:
                break
            if not said:
                continue
            if (pressed := _read_number(said)) is not None and offered and not 1 <= pressed <= len(offered):
                _say(console, _("There is no choice {number} here.").format(number=pressed))
                continue
            choice = offered[pressed - 1] if pressed is not None and offered else None
            reply = await desk.answer(_incoming(visit, said, choice))
            offered = reply.choices
            _show(console, reply, describe)
            if (file := file_of(reply, describe)) is not None:
                _say(console, _save(file, visit.downloads))
        _say(console, _("Goodbye."))


def _incoming(visit: Visit, said: str, choice: Choice | None) -> Incoming:
    return Incoming(
        channel=Channel.TERMINAL,
        address=visit.address,
        text=said if choice is None else None,
        choice=choice.token if choice is not None else None,
        person=visit.person,
        thread=f"terminal:{visit.address}",
        on=visit.on,
        locale=visit.locale,
    )


async def _next_line(console: Console, source: TextIO) -> str | None:
    if console.is_terminal:
        console.print(Text(_PROMPT, style="bold cyan"), end="")
    if source.isatty():
        # Waiting on the loop rather than in a read keeps Ctrl-C working at once.
        await _readable(source)
    return source.readline() or None


async def _readable(source: TextIO) -> None:
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()
    loop.add_reader(source.fileno(), _wake, ready)
    try:
        await ready
    finally:
        loop.remove_reader(source.fileno())


def _wake(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)


def _read_number(said: str) -> int | None:
    return int(said) if said.isascii() and said.isdigit() and len(said) <= len("99") else None


def _say(console: Console, sentence: str) -> None:
    console.print(Text(_plain(sentence), style="dim" if console.is_terminal else ""))


def _show(console: Console, reply: Reply, describe: Describe) -> None:
    if console.is_terminal:
        _show_on_screen(console, reply, describe)
    else:
        console.print(Text(_plain(render_text(reply, describe))))
        for text in _numbered(reply.choices):
            console.print(Text(text))
    console.print()


def _show_on_screen(console: Console, reply: Reply, describe: Describe) -> None:
    numbers = number_citations(reply)
    if reply.title:
        console.print(Text(_plain(reply.title), style="bold"))
    for line in reply.lines:
        if not line.is_background:
            console.print(_statement(line, numbers))
    background = [line for line in reply.lines if line.is_background]
    if background:
        console.print(Text(_("For reference (not a basis of the decision)"), style="italic yellow"))
        for line in background:
            console.print(Padding(_statement(line, numbers), (0, 0, 0, 2)))
    bases = {cite for line in reply.lines if not line.is_background for cite in line.cites} | set(reply.also_cites)
    for heading, cites in (
        (_("Basis:"), [cite for cite in numbers if cite in bases]),
        (_("Sources of the reference:"), [cite for cite in numbers if cite not in bases]),
    ):
        if cites:
            console.print(Text(heading, style="dim"))
        for cite in cites:
            console.print(Padding(Text(_plain(f"[{numbers[cite]}] {describe(cite)}"), style="dim"), (0, 0, 0, 2)))
    for text in _numbered(reply.choices):
        console.print(Text(text, style="cyan"))


def _statement(line: Line, numbers: dict[Citation, int]) -> Text:
    text = Text("• " if line.is_item else "")
    text.append(_plain(line.text))
    for cite in dict.fromkeys(line.cites):
        text.append(f" [{numbers[cite]}]", style="cyan")
    return text


def _numbered(choices: Sequence[Choice]) -> list[str]:
    return [f"  {number}. {_plain(choice.label)}" for number, choice in enumerate(choices, start=1)]


def _save(file: File, folder: Path) -> str:
    # Only the last part of the name: nothing is written outside the folder.
    target = folder / Path(file.name.replace("\\", "/")).name
    try:
        with target.open("xb") as written:
            written.write(file.content)
    except FileExistsError:
        return _("{path} is already there and was left as it is.").format(path=target)
    except OSError:
        return _("{path} could not be written.").format(path=target)
    return _("The file is here: {path}").format(path=target)


def _plain(text: str) -> str:
    return _CONTROL.sub("", text)
