"""Event of the Zalo Bot platform → what the desk reads, for both ways in which events come."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from bot.on_zalo.fetching import Fetching
from handlers.asking import Channel, Incoming, IncomingFile

_EVENT = "event_name"


class Kind(StrEnum):
    """What somebody sent, as far as it matters to us."""

    TEXT = "text"
    PICTURE = "picture"
    VOICE = "voice"
    STICKER = "sticker"
    WITHHELD = "withheld"  # a file, a contact card, a link with a preview, or from somebody whom Zalo protects
    UNKNOWN = "unknown"


_KINDS = {
    "message.text.received": Kind.TEXT,
    "message.image.received": Kind.PICTURE,
    "message.voice.received": Kind.VOICE,
    "message.sticker.received": Kind.STICKER,
    "message.unsupported.received": Kind.WITHHELD,
}


@dataclass(frozen=True, slots=True)
class Event:
    """One event that is from somebody, in a chat."""

    kind: Kind
    message_id: str
    chat: str
    sender: str
    is_group: bool
    is_from_bot: bool
    at: datetime | None = None
    text: str = ""
    url: str = ""  # where a picture lies

    @property
    def minute(self) -> int:
        """In which it was sent; 0 where nothing tells."""
        return int(self.at.timestamp()) // 60 if self.at is not None else 0


def read_event(payload: Mapping[str, Any]) -> Event | None:
    """An event as the platform wrote it, flat or wrapped; None where there is nobody to answer."""
    result = payload.get("result")
    body = result if payload.get("ok") is True and isinstance(result, dict) else payload
    message = body.get("message")
    if not isinstance(body.get(_EVENT), str) or not isinstance(message, dict):
        return None
    chat, sender = _object(message.get("chat")), _object(message.get("from"))
    message_id, chat_id = _word(message.get("message_id")), _word(chat.get("id"))
    if not message_id or not chat_id:
        return None
    kind = _KINDS.get(body[_EVENT], Kind.UNKNOWN)
    text = message.get("text") if kind is Kind.TEXT else None
    if kind is Kind.TEXT and not isinstance(text, str):
        kind = Kind.UNKNOWN
    if kind is Kind.PICTURE:
        text = message.get("caption")
    return Event(
        kind=kind,
        message_id=message_id,
        chat=chat_id,
        sender=_word(sender.get("id")),
        is_group=str(chat.get("chat_type", "PRIVATE")).upper() != "PRIVATE",
        is_from_bot=sender.get("is_bot") is True,
        at=_moment(message.get("date")),
        text=_clean(text) if isinstance(text, str) else "",
        url=_word(message.get("photo_url") or message.get("photo")) if kind is Kind.PICTURE else "",
    )


def conversation_of(payload: Mapping[str, Any]) -> str:
    """Of which chat an event is; empty where there is nobody to answer."""
    event = read_event(payload)
    return event.chat if event is not None else ""


def read_picture(event: Event, files: Fetching) -> IncomingFile | None:
    """The picture that was sent; None where nothing says where it lies."""
    return files.file_at(event.url, message=event.message_id, usual="anh.jpg")


def read_asked(event: Event, *, locale: str, file: IncomingFile | None = None, is_belated: bool = False) -> Incoming:
    """What a visitor said or brought."""
    return Incoming(
        channel=Channel.ZALO_BOT,
        address=event.chat,
        text=(event.text or None) if file is not None else event.text,
        file=file,
        thread=f"{Channel.ZALO_BOT}:{event.chat}",
        locale=locale,
        is_belated=is_belated,
        said_at=event.at,
    )


def _moment(milliseconds: object) -> datetime | None:
    if not isinstance(milliseconds, int | float):
        return None
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _word(value: object) -> str:
    """An id as a word, whatever it was written as."""
    return _clean(str(value)) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode().replace("\x00", "")  # half a surrogate pair is no letter
