"""`evidence`: what HR does in a chat with certificates that wait, from the command line.

Everything goes through the desk in the name of the person given with --by: rights, four eyes and the audit chain are
those of every door, and the official is told as always.
"""

import json
from pathlib import Path

from bot.commands.asking import as_text
from bot.commands.broadcasting import Teller
from bot.commands.files import write_file
from bot.errors import InputError
from handlers.phrases import _, ngettext
from handlers.reply import Reply

_OPEN, _LIST, _FILE = "review.open", "review", "review.file"


async def print_waiting(teller: Teller, *, as_json: bool) -> None:
    """All that waits for this person, page after page."""
    rows: list[tuple[int, str]] = []
    besides: list[str] = []
    for page in range(1, 10_000):
        reply = await teller.press(f"{_LIST}|{page}")
        numbers = [int(one.subject) for one in reply.choices if one.action == _OPEN]
        rows += zip(numbers, (line.text for line in reply.lines if line.is_item), strict=True)
        besides = [line.text for line in reply.lines if not line.is_item]
        if all(one.action != _LIST or one.subject != str(page + 1) for one in reply.choices):
            break
    if as_json:
        print(json.dumps([{"number": number, "text": text} for number, text in rows], ensure_ascii=False, indent=2))
        return
    for _number, text in rows:
        print(text)
    text = ngettext("{n} certificate waits to be verified.", "{n} certificates wait to be verified.", len(rows))
    print(text.format(n=len(rows)))
    for text in besides:
        print(text)


async def show_one(teller: Teller, number: int) -> None:
    """One of them, and how to decide on exactly this."""
    shown = await teller.press(f"{_OPEN}|{number}")
    teller.show(shown)
    version = _version(shown)
    if version is not None:
        text = _("To decide on exactly this: nhacchuan evidence verify|reject|ask {number} --by {by} --seen {seen}")
        print("\n" + text.format(number=number, by=teller.person, seen=version))


async def write_picture(teller: Teller, number: int, place: int, out: Path | None) -> None:
    """Write one of its pictures or PDFs."""
    shown = await teller.press(f"{_OPEN}|{number}")
    files = [one.subject for one in shown.choices if one.action == _FILE]
    if place > len(files):
        raise InputError(_("There is no such file, or it has been deleted after the decision."))
    reply = await teller.press(f"{_FILE}|{files[place - 1]}")
    if reply.file is None:
        raise InputError(as_text(reply, teller.office))
    target = out or Path(reply.file.name)
    write_file(target, reply.file.content)
    print(_("Written: {file}").format(file=target))


async def decide(teller: Teller, number: int, deed: str, seen: int | None, words: str | None) -> None:
    """Decide on it as it was seen, else as it is now. Raises InputError with what the desk says where it was not."""
    version = seen
    if version is None:
        shown = await teller.press(f"{_OPEN}|{number}")
        version = _version(shown)
        if version is None:
            raise InputError(as_text(shown, teller.office))
    reply = await teller.press(f"review.{deed}|{number}:{version}")
    if words is not None:
        reply = await teller.say(words)
    if any(one.action != _LIST for one in reply.choices) or reply.pending is not None:
        raise InputError(as_text(reply, teller.office))
    teller.show(reply)


def _version(shown: Reply) -> int | None:
    """The state of it that its buttons decide on; None where nothing is to be decided."""
    subjects = [one.subject for one in shown.choices if one.action in {"review.reject", "review.verify"}]
    return int(subjects[0].partition(":")[2]) if subjects else None
