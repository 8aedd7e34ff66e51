"""Zalo's events and rows of conversations → what the door does. Zalo's own shapes end here."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from bot.on_zalo.fetching import Fetching
from handlers.asking import Channel, Incoming, IncomingFile

_MOST_REASON: Final = 200
PREFIX: Final = "#nc!"
"""Begins the hidden words of our buttons; nobody types it."""
_LONGEST_SIZE: Final = 15  # digits
_LONGEST_KEY: Final = 500


class Kind(StrEnum):
    """What an event is to us."""

    SAID = "said"  # words or a press of a button
    SHARED_PHONE = "shared_phone"
    BROUGHT = "brought"  # a picture or file
    UNREADABLE = "unreadable"  # a sticker, a voice, a place …
    FOLLOWED = "followed"
    LEFT = "left"
    ECHO = "echo"  # a message of the account itself
    RECEIPT = "receipt"
    MANAGED = "managed"  # the platform changed something of ours: a template, a quota
    OTHER = "other"  # nothing for us


@dataclass(frozen=True, slots=True)
class Event:
    """One event. `key` is the same whenever Zalo brings it again; `user` is whom it is about."""

    kind: Kind
    key: str
    user: str = ""
    at: datetime | None = None
    asked: Incoming | None = None
    text: str = ""
    name: str = ""
    message_ids: tuple[str, ...] = ()
    tracking: str = ""  # the mark that we put on a template message by phone

    @property
    def is_interaction(self) -> bool:
        """Whether the person did something, so that they can be written to for a while."""
        return self.kind in _INTERACTIONS


_INTERACTIONS = {Kind.SAID, Kind.SHARED_PHONE, Kind.BROUGHT, Kind.UNREADABLE, Kind.FOLLOWED}
# What such an event brings is called this where nothing tells its name.
_BROUGHT: Final = {"user_send_image": "anh.jpg", "user_send_file": "tep"}
_ROWS_BROUGHT: Final = {"photo": "anh.jpg", "image": "anh.jpg", "file": "tep"}  # rows name kinds in their own way


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads events and rows of one account. `files` fetches what people send."""

    oa_id: str
    locale: str
    files: Fetching = field(default_factory=Fetching)

    def read(self, raw: Mapping[str, Any]) -> Event:
        """What an event, or a row of a conversation in its place, is to us; `OTHER` for anything else."""
        if "event_name" not in raw and "src" in raw:
            return read_row(raw, locale=self.locale, files=self.files) or Event(Kind.OTHER, "")
        return read_event(raw, self.oa_id, locale=self.locale, files=self.files)


def read_event(raw: Mapping[str, Any], oa_id: str, *, locale: str, files: Fetching) -> Event:
    """What an event is to us. Anything unknown or broken is `OTHER`, never an error."""
    name = _text(raw.get("event_name"))
    sender, recipient = _id_of(raw.get("sender")), _id_of(raw.get("recipient"))
    message = raw.get("message")
    message = message if isinstance(message, Mapping) else {}
    at = _moment(raw.get("timestamp"))
    if name in {"follow", "unfollow"}:
        user = _id_of(raw.get("follower"))
        kind = Kind.FOLLOWED if name == "follow" else Kind.LEFT
        asked = _incoming(user, locale, text="/start") if kind is Kind.FOLLOWED else None
        return Event(kind if user else Kind.OTHER, _managing(name, raw, user), user, at, asked)
    if name in {"user_received_message", "user_seen_message"}:
        ids = tuple(
            dict.fromkeys([*_texts(message.get("msg_ids")), *_texts([message.get("msg_id"), raw.get("msg_id")])])
        )
        at = _moment(message.get("delivery_time") or raw.get("delivery_time")) or at  # the truth, where it is told
        tracking = _text(message.get("tracking_id") or raw.get("tracking_id"))
        kind = Kind.RECEIPT if ids else Kind.OTHER
        return Event(kind, _key_of(name, ids), recipient, at, message_ids=ids, tracking=tracking)
    if name.startswith("oa_") or (sender and sender == oa_id):
        is_typed = isinstance(raw.get("sender"), Mapping) and bool(raw["sender"].get("admin_id"))
        ids = _texts([message.get("msg_id")])
        kind = Kind.OTHER if is_typed or not ids else Kind.ECHO
        return Event(kind, _key_of("echo", ids), recipient, at, text=_text(message.get("text")), message_ids=ids)
    if name == "user_submit_info" and sender:
        return _read_shared(raw, sender, at, locale)
    if name.startswith("user_send_") and not name.startswith("user_send_group") and sender:
        return _read_said(name, message, sender, at, locale, files)
    return _read_managed(name, raw)


def read_row(row: Mapping[str, Any], *, locale: str, files: Fetching) -> Event | None:
    """A row of a conversation that the person wrote, as the event that the webhook would have brought; else None."""
    key, user = _text(row.get("message_id")), _text(row.get("from_id"))
    if str(row.get("src")) != "1" or not key or not user:
        return None
    at, kind, text = _moment(row.get("time")), _text(row.get("type")), _text(row.get("message"))
    if text and kind in {"text", "", "link"}:
        return Event(Kind.SAID, key, user, at, _say(user, text, locale))
    usual = _ROWS_BROUGHT.get(kind)
    file = files.file_at(_text(row.get("url")), message=key, usual=usual) if usual is not None else None
    if file is not None:
        return Event(Kind.BROUGHT, key, user, at, _incoming(user, locale, text=text or None, file=file))
    return Event(Kind.UNREADABLE, key, user, at)


def moment_of(row: Mapping[str, Any]) -> datetime | None:
    """When a row of a conversation was written."""
    return _moment(row.get("time"))


def sent_at(raw: Mapping[str, Any]) -> datetime | None:
    """When Zalo made an event; it stays the same however often the event is brought."""
    return _moment(raw.get("timestamp"))


def _read_said(
    name: str, message: Mapping[str, Any], user: str, at: datetime | None, locale: str, files: Fetching
) -> Event:
    key, text = _text(message.get("msg_id")), _text(message.get("text"))
    if not key:
        return Event(Kind.OTHER, "", name=name)
    if name in {"user_send_text", "user_send_link"} and text:
        return Event(Kind.SAID, key, user, at, _say(user, text, locale))
    file = _find_file(message, key, _BROUGHT[name], files) if name in _BROUGHT else None
    if file is not None:
        return Event(Kind.BROUGHT, key, user, at, _incoming(user, locale, text=text or None, file=file))
    return Event(Kind.UNREADABLE, key, user, at, name=name)


def _find_file(message: Mapping[str, Any], key: str, usual: str, files: Fetching) -> IncomingFile | None:
    """What is attached to a message, the first where there are several: Zalo sends each by itself."""
    attachments = message.get("attachments")
    for one in attachments if isinstance(attachments, Sequence) else ():
        payload = one.get("payload") if isinstance(one, Mapping) else None
        if isinstance(payload, Mapping):
            size = _text(payload.get("size"))
            known = int(size) if size.isascii() and size.isdigit() and len(size) < _LONGEST_SIZE else None
            name = _text(payload.get("name"))
            file = files.file_at(_text(payload.get("url")), message=key, name=name, size=known, usual=usual)
            if file is not None:
                return file
    return None


def _say(user: str, text: str, locale: str) -> Incoming:
    if text.startswith(PREFIX):
        return _incoming(user, locale, choice=text.removeprefix(PREFIX))
    return _incoming(user, locale, text=text)


def _read_managed(name: str, raw: Mapping[str, Any]) -> Event:
    """A change of a template's status or of the daily quota, in a few words for the log; else nothing for us."""
    about = {"change_template_status": ("status", "status"), "change_oa_daily_quota": ("quota", "value")}.get(name)
    change = raw.get(about[0]) if about is not None else None
    if about is None or not isinstance(change, Mapping):
        return Event(Kind.OTHER, "", name=name)
    before, after = _text(change.get(f"prev_{about[1]}")), _text(change.get(f"new_{about[1]}"))
    subject = _text(raw.get("template_id"))
    words = " ".join(filter(None, (subject, before, "→", after, _text(raw.get("reason"))[:_MOST_REASON])))
    return Event(Kind.MANAGED, _managing(name, raw, subject), at=_moment(raw.get("timestamp")), text=words, name=name)


def _read_shared(raw: Mapping[str, Any], user: str, at: datetime | None, locale: str) -> Event:
    info = raw.get("info")
    phone = _text(info.get("phone")) if isinstance(info, Mapping) else ""
    kind = Kind.SHARED_PHONE if phone else Kind.OTHER
    return Event(kind, _managing("user_submit_info", raw, user), user, at, _incoming(user, locale, phone=phone))


def _incoming(
    user: str,
    locale: str,
    *,
    text: str | None = None,
    choice: str | None = None,
    phone: str | None = None,
    file: IncomingFile | None = None,
) -> Incoming:
    return Incoming(
        channel=Channel.ZALO_OA,
        address=user,
        text=text,
        choice=choice,
        phone=phone,
        file=file,
        thread=f"{Channel.ZALO_OA}:{user}",
        locale=locale,
    )


def _managing(name: str, raw: Mapping[str, Any], user: str) -> str:
    return f"{name}:{_text(raw.get('timestamp'))}:{user}"


def _key_of(name: str, ids: Sequence[str]) -> str:
    said = f"{name}:{':'.join(ids)}"
    return (
        said
        if len(said) <= _LONGEST_KEY
        else f"{name}:{hashlib.sha256(said.encode(errors='surrogatepass')).hexdigest()}"
    )


def _id_of(value: Any) -> str:
    return _text(value.get("id")) if isinstance(value, Mapping) else _text(value)


def _texts(values: Any) -> tuple[str, ...]:
    return (
        tuple(filter(None, map(_text, values))) if isinstance(values, Sequence) and not isinstance(values, str) else ()
    )


def _text(value: Any) -> str:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _moment(value: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(value) / 1000, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
