"""`broadcast`: what HR does in a chat to write to many people, step by step or all at once, from the command line.

Everything goes through the desk in the name of the person given with --by: rights, four eyes and the audit chain are
those of every door.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.commands.asking import as_text
from bot.commands.files import write_file
from bot.commands.roster import get_person
from bot.errors import InputError
from bot.settings import Settings
from bot.wiring import Office, open_office
from handlers.asking import Channel, Incoming
from handlers.phrases import _
from handlers.reply import Outcome, Reply
from knowledge.broadcasting import load_templates
from knowledge.facts import PersonCode

_REFUSING = {Outcome.DENIED, Outcome.NOT_UNDERSTOOD}


@dataclass(frozen=True, slots=True)
class Teller:
    """HR at the command line: presses and says what they would in a chat."""

    office: Office
    person: PersonCode
    locale: str

    async def press(self, token: str) -> Reply:
        """Raises InputError with what the desk says where it refuses."""
        return _accepted(await self.office.desk.answer(self._incoming(choice=token)), self.office)

    async def say(self, text: str) -> Reply:
        """The same for words."""
        return _accepted(await self.office.desk.answer(self._incoming(text=text)), self.office)

    def show(self, reply: Reply) -> None:
        """Print a reply as every door shows it."""
        print(as_text(reply, self.office))

    def _incoming(self, *, choice: str | None = None, text: str | None = None) -> Incoming:
        return Incoming(
            Channel.COMMAND_LINE,
            "command_line",
            text=text,
            choice=choice,
            person=self.person,
            thread="broadcast",
            locale=self.locale,
        )


async def write(teller: Teller, cells: Mapping[str, str], *, is_sent: bool) -> None:
    """Show what it would be, or send it to a second person."""
    given = json.dumps({**cells, **({"gui": "gui"} if is_sent else {})}, ensure_ascii=False)
    teller.show(await teller.press(f"broadcast.whole|{given}"))


async def press(teller: Teller, action: str, number: int | str) -> None:
    """Press one button of a broadcast."""
    teller.show(await teller.press(f"{action}|{number}" if number else action))


async def approve(teller: Teller, number: int, seen: str | None) -> None:
    """Approve what was seen; without the signs that the preview ends with, show the preview and approve nothing."""
    if seen is not None:
        teller.show(await teller.press(f"broadcast.approve|{number}.{seen}"))
        return
    shown = await teller.press(f"broadcast.proposal|{number}")
    teller.show(shown)
    signs = next((one.subject.partition(".")[2] for one in shown.choices if one.action == "broadcast.approve"), None)
    if signs is not None:
        text = _("To approve exactly this: nhacchuan broadcast approve {number} --by {by} --seen {signs}")
        print("\n" + text.format(number=number, by=teller.person, signs=signs))


async def refuse(teller: Teller, number: int, reason: str) -> None:
    """Refuse it, with the reason that its author reads."""
    await teller.press(f"proposal.refuse|{number}")
    teller.show(await teller.say(reason))


async def write_result(teller: Teller, number: int, file: Path | None) -> None:
    """Print how it stands, and write what became of everybody into a workbook."""
    reply = await teller.press(f"broadcast.result|{number}")
    teller.show(reply)
    if reply.file is None:
        raise InputError(_("There is no such broadcast."))
    target = file or Path(reply.file.name)
    write_file(target, reply.file.content)
    print(_("Written: {file}").format(file=target))


def read_text(text: str | None, file: Path | None, template: str | None) -> str:
    """The words of a broadcast from whichever is given. Raises InputError."""
    if file is not None:
        try:
            return file.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(_("{file} cannot be read as UTF-8 text.").format(file=file)) from error
    if template is not None:
        known = {one.code: one.text for one in load_templates()}
        if template not in known:
            text = _("There is no template {given}; there are: {known}.")
            raise InputError(text.format(given=template, known=", ".join(known)))
        return known[template]
    return text or ""


def print_templates() -> None:
    """Every template with its text."""
    print("\n\n".join(f"{one.code}: {one.name}\n{one.text}" for one in load_templates()))


async def run_as(settings: Settings, by: str, work: Callable[[Teller], Awaitable[None]]) -> None:
    """Do this in the name of the person of this code. Raises InputError where the roster knows none."""
    async with open_office(settings, keeps_threads=False) as office:
        await work(await find_teller(office, by))


async def find_teller(office: Office, by: str) -> Teller:
    """Whoever speaks. Raises InputError where the roster does not know them."""
    return Teller(office, (await get_person(office, by)).code, office.settings.locale)


def _accepted(reply: Reply, office: Office) -> Reply:
    if reply.outcome in _REFUSING:
        raise InputError(as_text(reply, office))
    return reply
