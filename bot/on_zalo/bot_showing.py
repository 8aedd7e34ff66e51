"""Reply → messages of the Zalo Bot platform: plain text in parts, and the choices as a list under the last words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from bot.papers.code_sheet import CODE_SHEET
from bot.render import Describe, count_units, render_text, split_text
from handlers.asking import Choice
from handlers.phrases import _
from handlers.reply import Reply
from handlers.typed_choices import keep_offered, mark_choice, read_choice, read_mark

MOST_UNITS: Final = 2000
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Offered:
    """The choices that stand last in a chat: words and token of each.

    `has_letters`: they stand beside a question whose answer may be a number. `is_pushed`: they came unasked, so that
    the desk does not know them from the conversation.
    """

    choices: Pairs = ()
    has_letters: bool = False
    is_pushed: bool = False


class OfferedChoices(Protocol):
    """Remembers what stands last in each chat, for every process that writes there."""

    async def recall(self, address: str) -> Offered:
        """The choices that stand last; none where nothing is known."""
        ...

    async def keep(self, address: str, offered: Offered) -> None:
        """These stand last from now on."""
        ...


class OfferedInMemory:
    """The same for a single process and as long as it lives."""

    def __init__(self) -> None:
        self._offered: dict[str, Offered] = {}

    async def recall(self, address: str) -> Offered:
        return self._offered.get(address, Offered())

    async def keep(self, address: str, offered: Offered) -> None:
        self._offered[address] = offered


def offer(reply: Reply, *, is_pushed: bool = False) -> Offered:
    """The choices of a reply, as they stand under it."""
    choices = tuple((one.label, one.token) for one in reply.choices)
    return Offered(choices, has_letters=reply.pending is not None, is_pushed=is_pushed)


def list_parts(reply: Reply, describe: Describe) -> list[str]:
    """The messages of a reply, cut where sentences end; the choices stay together where they can.

    Raises ValueError for a reply without words.
    """
    parts = split_text(_with_file(reply, render_text(reply, describe)), MOST_UNITS)
    if not parts:
        raise ValueError("a reply without words")
    if not reply.choices:
        return parts
    listed = _list_choices(reply.choices, has_letters=reply.pending is not None)
    joined = f"{parts[-1]}\n\n{listed}"
    if count_units(joined) <= MOST_UNITS:
        return [*parts[:-1], joined]
    return [*parts, *split_text(listed, MOST_UNITS)]


def _list_choices(choices: Sequence[Choice], *, has_letters: bool) -> str:
    heading = (
        _("Type your answer, or the letter of a choice:")
        if has_letters
        else _("Reply with the number or the words of a choice:")
    )
    rows = [f"{mark_choice(n, has_letters=has_letters)}. {one.label}" for n, one in enumerate(choices)]
    return "\n".join([heading, *rows])


def _with_file(reply: Reply, text: str) -> str:
    """What cannot be handed over here is named; a picture shows only what the words say."""
    if reply.picture is not None:
        text = "\n\n".join([text, _("The picture cannot be sent in this chat; the words above say the same.")])
    if reply.file is not None:
        name = reply.file.name
    elif reply.calendar is not None:
        name = f"{reply.calendar.name}.ics"
    elif reply.code_sheet is not None:
        name = CODE_SHEET
    elif reply.paper is not None:
        name = reply.paper.file_name
    else:
        return text
    return "\n\n".join(
        [text, _("The file {name} cannot be sent in this chat. Please ask for it in the web chat.").format(name=name)]
    )


class OutOfListError(Exception):
    """A number that no choice has."""


def find_named(text: str, offered: Offered) -> str | None:
    """The token of the choice that these words name by themselves, for the desk; None for any other words.

    Words of choices that the desk has offered itself are its own to read. Raises OutOfListError.
    """
    if not offered.choices or text.lstrip().startswith("/"):
        return None
    place = read_mark(text, has_letters=offered.has_letters)
    if place is not None and 0 <= place < len(offered.choices):
        return offered.choices[place][1]
    if place is not None:
        if offered.has_letters:  # an answer, then
            return None
        raise OutOfListError(str(place + 1))
    return read_choice(text, as_state(offered)) if offered.is_pushed else None


def as_state(offered: Offered) -> dict[str, Any]:
    """The choices as a conversation keeps them."""
    made = keep_offered(Choice(label, *Choice.split(token)) for label, token in offered.choices)
    return {**made, "letters": offered.has_letters, "pushed": offered.is_pushed}


def read_state(state: Mapping[str, Any] | None) -> Offered:
    """The choices that a conversation kept."""
    kept = state or {}
    choices = tuple((str(label), str(token)) for label, token in kept.get("offered", ()))
    return Offered(choices, has_letters=bool(kept.get("letters")), is_pushed=bool(kept.get("pushed")))
