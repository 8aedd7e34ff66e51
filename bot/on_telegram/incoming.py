"""Telegram message or press → what the desk reads. Telegram's own types end here."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple

import structlog
from aiogram import Bot
from aiogram.enums import ChatType, ContentType
from aiogram.types import CallbackQuery, Message, Update
from pydantic import ValidationError

from handlers.asking import Channel, Incoming, IncomingFile

LINK_COMMAND = "/lienket"
_DEEP_LINK = re.compile(r"/start(?:@\w+)?\s+(?P<code>\S+)\s*$")
_ADDRESSED_COMMAND = re.compile(r"^(/\w+)@\w+")
_OF_TYPED_UPDATE: Final = 2  # its number and the message
_OF_TYPED_MESSAGE: Final = frozenset({"message_id", "from", "chat", "date", "text", "entities"})
_log = structlog.get_logger("bot.on_telegram")

# What people send as a message of its own and the desk cannot read; everything else without text is a note of
# Telegram itself (pinned, changed background, gift) and asks for no answer.
_UNREADABLE = frozenset(
    {
        ContentType.ANIMATION,
        ContentType.AUDIO,
        ContentType.CHECKLIST,
        ContentType.DICE,
        ContentType.GAME,
        ContentType.LIVE_PHOTO,
        ContentType.LOCATION,
        ContentType.PAID_MEDIA,
        ContentType.POLL,
        ContentType.RICH_MESSAGE,
        ContentType.STICKER,
        ContentType.STORY,
        ContentType.VENUE,
        ContentType.VIDEO,
        ContentType.VIDEO_NOTE,
        ContentType.VOICE,
    }
)


class Aside(StrEnum):
    """What does not go to the desk, and why."""

    UNREADABLE = "unreadable"
    FOREIGN_CONTACT = "foreign_contact"
    SERVICE_NOTE = "service_note"


class Typed(NamedTuple):
    """Words that somebody typed in a private chat, as Telegram wrote them."""

    update: int
    chat: str
    text: str
    date: int


def conversation_of(raw: Mapping[str, Any]) -> str:
    """Of which chat an update is; empty where it is of none."""
    for what in raw.values():
        if isinstance(what, dict):
            chat = what.get("chat") or (what.get("message") or {}).get("chat")
            return str(chat["id"]) if chat else ""
    return ""


def find_typed(raw: Mapping[str, Any]) -> Typed | None:
    """Typed words of a person in a private chat, if it is nothing but that; all else is for Telegram's own forms."""
    update, message = raw.get("update_id"), raw.get("message")
    if type(update) is not int or len(raw) != _OF_TYPED_UPDATE or not isinstance(message, dict):
        return None
    chat, sender, text = message.get("chat"), message.get("from"), message.get("text")
    if not isinstance(chat, dict) or not isinstance(sender, dict) or not isinstance(text, str):
        return None
    is_whole = type(message.get("message_id")) is int and type(message.get("date")) is int
    is_plain = is_whole and message.keys() <= _OF_TYPED_MESSAGE
    is_private = chat.get("type") == ChatType.PRIVATE and type(chat.get("id")) is int
    if not is_plain or not is_private or sender.get("is_bot") is not False or type(sender.get("id")) is not int:
        return None
    return Typed(update, str(chat["id"]), text, message["date"])


def read_typed(typed: Typed, *, locale: str, is_belated: bool = False) -> Incoming:
    """What a visitor typed."""
    said = _Said(_moment(typed.date), is_belated=is_belated)
    return _incoming(typed.chat, locale, said, text=_read_text(typed.text))


def read_update(bot: Bot, raw: dict[str, Any]) -> Update | None:
    """One update as Telegram wrote it; None, and a line in the log, for a form that we do not know."""
    try:
        return Update.model_validate(raw, context={"bot": bot})
    except ValidationError as unknown:
        _log.error("telegram.unknown_update", update=raw.get("update_id"), errors=unknown.error_count())
        return None


def read_message(
    message: Message, *, locale: str, file: IncomingFile | None = None, is_belated: bool = False
) -> Incoming | Aside:
    """What a visitor said or handed in, or why it is not for the desk. `file` is the one that came with it."""
    said = _Said(message.date, is_belated=is_belated)
    if message.text is not None:
        return _incoming(message.chat.id, locale, said, text=_read_text(message.text))
    if message.contact is not None:
        return _read_contact(message, locale, said)
    if file is not None:
        return _incoming(message.chat.id, locale, said, text=message.caption, file=file)
    if message.content_type in _UNREADABLE:
        return Aside.UNREADABLE
    return Aside.SERVICE_NOTE


def read_press(query: CallbackQuery, *, locale: str, is_belated: bool = False) -> Incoming | None:
    """What a visitor pressed; None where no button of ours stands behind it. Telegram does not tell when."""
    if query.message is None or not query.data:
        return None
    said = _Said(None, is_belated=is_belated)
    return _incoming(query.message.chat.id, locale, said, choice=query.data)


class _Said(NamedTuple):
    """When it was said, and whether it comes to us late."""

    at: datetime | None
    is_belated: bool


def _incoming(
    chat_id: int | str,
    locale: str,
    said: _Said,
    *,
    text: str | None = None,
    choice: str | None = None,
    phone: str | None = None,
    file: IncomingFile | None = None,
) -> Incoming:
    return Incoming(
        channel=Channel.TELEGRAM,
        address=str(chat_id),
        text=text,
        choice=choice,
        phone=phone,
        file=file,
        thread=f"{Channel.TELEGRAM}:{chat_id}",
        locale=locale,
        is_belated=said.is_belated,
        said_at=said.at,
    )


def _moment(seconds: int) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _read_text(text: str) -> str:
    linking = _DEEP_LINK.match(text)
    if linking:
        return f"{LINK_COMMAND} {linking['code']}"
    return _ADDRESSED_COMMAND.sub(r"\1", text)


def _read_contact(message: Message, locale: str, said: _Said) -> Incoming | Aside:
    """Only a number that Telegram itself attributes to the sender proves anything; a forwarded one does not."""
    contact, sender = message.contact, message.from_user
    is_own = contact is not None and sender is not None and contact.user_id == sender.id
    if contact is None or not is_own or message.forward_origin is not None:
        return Aside.FOREIGN_CONTACT
    return _incoming(message.chat.id, locale, said, phone=contact.phone_number)
