"""Reply → messages of the Official Account: plain text in parts, up to five buttons under one, files and pictures."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.on_zalo.events import PREFIX
from bot.render import Describe, render_text, split_text
from handlers.asking import Choice
from handlers.phrases import _
from handlers.reply import File, Reply

MOST_UNITS: Final = 2000
MOST_BUTTONS: Final = 5
MOST_TITLE: Final = 100
MOST_PAYLOAD: Final = 1000
_FILES: Final = {"pdf", "doc", "docx"}
_PICTURES: Final = {"png", "jpg", "jpeg"}
_MOST_FILE, _MOST_PICTURE = 5_000_000, 1_000_000

Message = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """One message: its words, and the buttons under them."""

    text: str
    choices: tuple[Choice, ...] = ()

    @property
    def message(self) -> Message:
        """As Zalo wants it."""
        if not self.choices:
            return {"text": self.text}
        payload = {"buttons": [_button(one) for one in self.choices]}
        return {"text": self.text, "attachment": {"type": "template", "payload": payload}}


def build_parts(reply: Reply, describe: Describe, *notes: str) -> list[Part]:
    """The words of a reply and then `notes`, cut at ends of sentences; choices stand under the last, five to each."""
    texts = split_text("\n\n".join([render_text(reply, describe), *notes]), MOST_UNITS)
    if not texts:
        raise ValueError("a reply without words")
    rows = _in_fives(reply.choices)
    parts = [*map(Part, texts[:-1]), Part(texts[-1], rows[0] if rows else ())]
    return parts + [Part(_("More choices:"), row) for row in rows[1:]]


def kind_of_upload(file: File) -> str | None:
    """How a file is uploaded: as `file` or `image`; None where Zalo does not take it."""
    ending = file.name.rpartition(".")[2].lower()
    if ending in _FILES and len(file.content) <= _MOST_FILE:
        return "file"
    return "image" if ending in _PICTURES and len(file.content) <= _MOST_PICTURE else None


def build_uploaded(kind: str, handle: str) -> Message:
    """The message that shows what was uploaded."""
    if kind == "file":
        return {"attachment": {"type": "file", "payload": {"token": handle}}}
    element = {"media_type": "image", "attachment_id": handle}
    return {"attachment": {"type": "template", "payload": {"template_type": "media", "elements": [element]}}}


def build_phone_request(image_url: str) -> Message:
    """The offer to share one's name and phone number."""
    element = {
        "title": _("Link your record by phone number"),
        "subtitle": _("Press here to share the phone number that HR has on record for you."),
        "image_url": image_url,
    }
    payload = {"template_type": "request_user_info", "elements": [element]}
    return {"attachment": {"type": "template", "payload": payload}}


def describe_unsendable(file: File) -> str:
    """What is said in place of a file that Zalo does not take."""
    return _("The file “{name}” cannot be handed over on Zalo. Ask for it in the web chat or on Telegram.").format(
        name=file.name
    )


def _in_fives(choices: Sequence[Choice]) -> list[tuple[Choice, ...]]:
    return [tuple(choices[start : start + MOST_BUTTONS]) for start in range(0, len(choices), MOST_BUTTONS)]


def _button(choice: Choice) -> dict[str, str]:
    payload = f"{PREFIX}{choice.token}"
    if len(payload) > MOST_PAYLOAD:
        raise ValueError(f"choice {choice.action} does not fit {MOST_PAYLOAD} letters")
    title = choice.label if len(choice.label) <= MOST_TITLE else f"{choice.label[: MOST_TITLE - 1]}…"
    return {"title": title, "type": "oa.query.hide", "payload": payload}
