"""What travels over the chat WebSocket: messages of the page read strictly, and replies as JSON for the page."""

import json
from base64 import b64encode
from dataclasses import dataclass
from typing import Any

from bot.on_web.door import LANGUAGES
from bot.on_web.uploads import Announced
from bot.papers.handing import file_of
from bot.render import Describe, number_citations
from handlers.asking import Choice
from handlers.handed_in import MOST_BYTES, FileRefusal, say_refusal
from handlers.phrases import _, show_number
from handlers.reply import File, Line, Reply
from knowledge.facts import PersonCode

LONGEST_MESSAGE = 64 * 1024  # bytes of one WebSocket message
LONGEST_TEXT = 4000  # characters of one question
_LONGEST_TOKEN = 64  # bytes, as for every door
_LONGEST_ID = 64
_LONGEST_NAME = 200


class UnreadableError(Exception):
    """A message that cannot be accepted; the text is the sentence for the visitor."""

    def __init__(self, sentence: str, message_id: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.message_id = message_id


@dataclass(frozen=True, slots=True)
class Hello:
    """The page is there and speaks this language."""

    locale: str


@dataclass(frozen=True, slots=True)
class Ping:
    """A sign of life, to be answered at once."""


@dataclass(frozen=True, slots=True)
class Say:
    """A question."""

    id: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Press:
    """A pressed choice."""

    id: str | None
    token: str


@dataclass(frozen=True, slots=True)
class Speak:
    """Another language from now on."""

    locale: str


@dataclass(frozen=True, slots=True)
class Be:
    """Whom the visitor wants to play; None = nobody."""

    person: PersonCode | None


Message = Hello | Ping | Say | Press | Speak | Be | Announced


def read_message(data: str) -> Message:  # noqa: C901  one branch for each message
    """One message of the page. Raises UnreadableError with a sentence for the visitor."""
    if len(data.encode("utf-8", "surrogatepass")) > LONGEST_MESSAGE:
        raise UnreadableError(too_long())
    try:
        message = json.loads(data)
    except (ValueError, RecursionError):
        raise UnreadableError(_not_readable()) from None
    if not isinstance(message, dict):
        raise UnreadableError(_not_readable())
    message_id = _read_id(message)
    match message.get("type"):
        case "say":
            return Say(message_id, _read_text(message.get("text"), message_id))
        case "choose":
            return Press(message_id, _read_token(message.get("token"), message_id))
        case "hand_in":
            return _read_announced(message, message_id)
        case "hello":
            return Hello(_read_locale(message.get("locale")))
        case "language":
            return Speak(_read_locale(message.get("locale")))
        case "be":
            return Be(_read_person(message.get("person")))
        case "ping":
            return Ping()
    raise UnreadableError(_not_readable(), message_id)


def too_long() -> str:
    return _("This message is too long. Please shorten it to {number} characters or fewer and send it again.").format(
        number=show_number(LONGEST_TEXT)
    )


def reply_message(reply: Reply, describe: Describe, answers: str | None) -> dict[str, Any]:
    """Write a reply as the page shows it: texts only, citations numbered as at every door.

    A citation marked `reference` supports background alone and is no basis of what is stated.
    """
    numbers = number_citations(reply)
    bases = {cite for line in reply.lines if not line.is_background for cite in line.cites} | set(reply.also_cites)
    return {
        "type": "reply",
        "to": answers,
        "outcome": str(reply.outcome),
        "title": reply.title,
        "lines": [_line(line, [numbers[cite] for cite in line.cites]) for line in reply.lines],
        "citations": [
            {"number": number, "text": describe(cite), "held": cite.held, "reference": cite not in bases}
            for cite, number in numbers.items()
        ],
        "choices": [choice_message(choice) for choice in reply.choices],
        "file": _file(file_of(reply, describe)),
    }


def _file(file: File | None) -> dict[str, str] | None:
    if file is None:
        return None
    return {
        "name": file.name,
        "media_type": file.media_type,
        "description": file.description,
        "data": b64encode(file.content).decode("ascii"),
    }


def choice_message(choice: Choice) -> dict[str, str]:
    return {"label": choice.label, "token": choice.token}


def notice_message(text: str, answers: str | None) -> dict[str, Any]:
    return {"type": "notice", "to": answers, "text": text}


def _line(line: Line, numbers: list[int]) -> dict[str, Any]:
    cites = list(dict.fromkeys(numbers))
    return {"text": line.text, "background": line.is_background, "item": line.is_item, "cites": cites}


def _not_readable() -> str:
    return _("This message could not be read. Please open the page again.")


def _read_id(message: dict[str, Any]) -> str | None:
    given = message.get("id")
    if given is None or (isinstance(given, str) and 0 < len(given) <= _LONGEST_ID):
        return given
    raise UnreadableError(_not_readable())


def _read_text(given: object, message_id: str | None) -> str:
    if not isinstance(given, str):
        raise UnreadableError(_not_readable(), message_id)
    text = _printable(given).strip()
    if not text:
        raise UnreadableError(_("Please type a question first."), message_id)
    if len(text) > LONGEST_TEXT:
        raise UnreadableError(too_long(), message_id)
    return text


def _read_token(given: object, message_id: str | None) -> str:
    if isinstance(given, str) and given == _printable(given) and 0 < len(given.encode()) <= _LONGEST_TOKEN:
        return given
    raise UnreadableError(_("This button no longer works. Please ask again."), message_id)


def _read_announced(message: dict[str, Any], message_id: str | None) -> Announced:
    name, kind, size, text = (message.get(key) for key in ("name", "media_type", "size", "text"))
    if message_id is None or not (isinstance(name, str) and isinstance(kind, str) and type(size) is int and size >= 0):
        raise UnreadableError(_not_readable(), message_id)
    if size > MOST_BYTES:
        raise UnreadableError(say_refusal(FileRefusal.TOO_BIG), message_id)
    if size == 0:
        raise UnreadableError(say_refusal(FileRefusal.EMPTY), message_id)
    said = _read_text(text, message_id) if text else ""
    return Announced(message_id, _printable(name)[:_LONGEST_NAME], _printable(kind)[:_LONGEST_NAME], size, said)


def _read_locale(given: object) -> str:
    if isinstance(given, str) and given in LANGUAGES:
        return given
    raise UnreadableError(_("This page speaks Vietnamese and English only."))


def _read_person(given: object) -> PersonCode | None:
    if given is None:
        return None
    if isinstance(given, str):
        return PersonCode(_printable(given)[:_LONGEST_ID])
    raise UnreadableError(_not_readable())


def _printable(text: str) -> str:
    # Half surrogates and NUL are valid JSON but no store takes them; other control characters are never typed.
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return "".join(letter for letter in whole if letter in "\n\t" or (letter >= " " and letter != "\x7f"))
