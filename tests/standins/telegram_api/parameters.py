"""The methods that the stand-in knows, with every parameter of the Bot API for them and what each must be.

`read_parameters(method, raw)` gives typed values or raises `ParameterError`; unknown names are errors here, although
the real server swallows them, because a misspelt parameter is a defect that nobody notices.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

MOST_CALLBACK_BYTES = 64


class ParameterError(ValueError):
    """What is wrong with a parameter."""


@dataclass(frozen=True)
class Upload:
    """A file in a multipart request."""

    name: str
    content: bytes


def _integer(raw: Any) -> int:
    if isinstance(raw, bool) or not re.fullmatch(r"-?\d+", str(raw)):
        raise ParameterError(f"an integer is expected, not {raw!r}")
    return int(raw)


def _boolean(raw: Any) -> bool:
    if raw in (True, "true", "True", "1"):
        return True
    if raw in (False, "false", "False", "0"):
        return False
    raise ParameterError(f"a boolean is expected, not {raw!r}")


def _string(raw: Any) -> str:
    if not isinstance(raw, str):
        raise ParameterError(f"a string is expected, not {raw!r}")
    return raw


def _chat(raw: Any) -> int | str:
    if isinstance(raw, str) and raw.startswith("@"):
        return raw
    return _integer(raw)


def _parse_mode(raw: Any) -> str:
    if str(raw).lower() not in {"html", "markdown", "markdownv2"}:
        raise ParameterError(f"unsupported parse_mode {raw!r}")
    return str(raw)


def _file(raw: Any) -> Upload | str:
    return raw if isinstance(raw, Upload) else _string(raw)


def _object(raw: Any) -> dict:
    value = _json(raw)
    if not isinstance(value, dict):
        raise ParameterError(f"an object is expected, not {raw!r}")
    return value


def _list(raw: Any) -> list:
    value = _json(raw)
    if not isinstance(value, list):
        raise ParameterError(f"a list is expected, not {raw!r}")
    return value


def _json(raw: Any) -> Any:
    if not isinstance(raw, str):
        return raw
    try:
        return json.loads(raw)
    except ValueError:
        raise ParameterError(f"this is not JSON: {raw!r}") from None


def _ensure_keys(value: Any, what: str, allowed: dict[str, type], required: set[str]) -> None:
    if not isinstance(value, dict):
        raise ParameterError(f"{what} must be an object")
    if unknown := value.keys() - allowed.keys():
        raise ParameterError(f"{what} has unknown fields {sorted(unknown)}")
    if missing := required - value.keys():
        raise ParameterError(f"{what} lacks {sorted(missing)}")
    for name, given in value.items():
        if not isinstance(given, allowed[name]):
            raise ParameterError(f"{what}.{name} must be {allowed[name].__name__}")


_BUTTON_ACTIONS = {
    "url": str, "callback_data": str, "web_app": dict, "login_url": dict, "switch_inline_query": str,
    "switch_inline_query_current_chat": str, "switch_inline_query_chosen_chat": dict, "copy_text": dict,
    "callback_game": dict, "pay": bool,
}  # fmt: skip
_LOOKS = {"style": str, "icon_custom_emoji_id": str}
_REPLY_BUTTON = {
    "text": str, **_LOOKS, "request_users": dict, "request_chat": dict, "request_contact": bool,
    "request_location": bool, "request_poll": dict, "web_app": dict,
}  # fmt: skip


def _check_inline_button(button: Any) -> None:
    _ensure_keys(button, "InlineKeyboardButton", {"text": str, **_LOOKS, **_BUTTON_ACTIONS}, {"text"})
    if not button["text"].strip():
        raise ParameterError("a button has no words")
    if len(button.keys() & _BUTTON_ACTIONS.keys()) != 1:
        raise ParameterError("a button needs exactly one thing that it does")
    if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= MOST_CALLBACK_BYTES:
        raise ParameterError("BUTTON_DATA_INVALID")


def _check_reply_button(button: Any) -> None:
    if isinstance(button, str):
        return
    _ensure_keys(button, "KeyboardButton", _REPLY_BUTTON, {"text"})


def _check_rows(rows: list, check: Callable[[Any], None]) -> None:
    buttons = 0
    for row in rows:
        if not isinstance(row, list) or len(row) > 8:
            raise ParameterError("a keyboard is a list of rows of at most 8 buttons")
        for button in row:
            check(button)
            buttons += 1
    if buttons > 100:
        raise ParameterError("REPLY_MARKUP_TOO_LONG")


def _inline_keyboard(raw: Any) -> dict:
    markup = _object(raw)
    _ensure_keys(markup, "InlineKeyboardMarkup", {"inline_keyboard": list}, {"inline_keyboard"})
    _check_rows(markup["inline_keyboard"], _check_inline_button)
    return markup


def _any_markup(raw: Any) -> dict:
    markup = _object(raw)
    if "inline_keyboard" in markup:
        return _inline_keyboard(markup)
    if "keyboard" in markup:
        allowed = {
            "keyboard": list, "is_persistent": bool, "resize_keyboard": bool, "one_time_keyboard": bool,
            "input_field_placeholder": str, "selective": bool,
        }  # fmt: skip
        _ensure_keys(markup, "ReplyKeyboardMarkup", allowed, {"keyboard"})
        _check_rows(markup["keyboard"], _check_reply_button)
    elif "remove_keyboard" in markup:
        _ensure_keys(markup, "ReplyKeyboardRemove", {"remove_keyboard": bool, "selective": bool}, set())
    else:
        allowed = {"force_reply": bool, "input_field_placeholder": str, "selective": bool}
        _ensure_keys(markup, "ForceReply", allowed, {"force_reply"})
    return markup


def _commands(raw: Any) -> list:
    commands = _list(raw)
    for command in commands:
        _ensure_keys(command, "BotCommand", {"command": str, "description": str}, {"command", "description"})
        if not re.fullmatch(r"[a-z0-9_]{1,32}", command["command"]):
            raise ParameterError("BOT_COMMAND_INVALID")
        if not 1 <= len(command["description"]) <= 256:
            raise ParameterError("BOT_COMMAND_DESCRIPTION_INVALID")
    return commands


def _secret(raw: Any) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", _string(raw)):
        raise ParameterError("secret token contains unallowed characters")
    return raw


Reader = Callable[[Any], Any]

_TO_CHAT: dict[str, Reader] = {
    "chat_id": _chat, "business_connection_id": _string, "message_thread_id": _integer,
}  # fmt: skip
_SENDING: dict[str, Reader] = {
    **_TO_CHAT, "direct_messages_topic_id": _integer, "parse_mode": _parse_mode, "disable_notification": _boolean,
    "protect_content": _boolean, "allow_paid_broadcast": _boolean, "message_effect_id": _string,
    "suggested_post_parameters": _object, "reply_parameters": _object, "reply_markup": _any_markup,
}  # fmt: skip
_EDITING: dict[str, Reader] = {
    "business_connection_id": _string, "chat_id": _chat, "message_id": _integer, "inline_message_id": _string,
    "reply_markup": _inline_keyboard,
}  # fmt: skip

METHODS: dict[str, tuple[dict[str, Reader], set[str]]] = {
    "getMe": ({}, set()),
    "getUpdates": ({"offset": _integer, "limit": _integer, "timeout": _integer, "allowed_updates": _list}, set()),
    "setWebhook": (
        {
            "url": _string, "certificate": _file, "ip_address": _string, "max_connections": _integer,
            "allowed_updates": _list, "drop_pending_updates": _boolean, "secret_token": _secret,
        },
        {"url"},
    ),
    "deleteWebhook": ({"drop_pending_updates": _boolean}, set()),
    "getWebhookInfo": ({}, set()),
    "setMyCommands": ({"commands": _commands, "scope": _object, "language_code": _string}, {"commands"}),
    "getMyCommands": ({"scope": _object, "language_code": _string}, set()),
    "deleteMyCommands": ({"scope": _object, "language_code": _string}, set()),
    "sendMessage": (
        {**_SENDING, "text": _string, "entities": _list, "link_preview_options": _object},
        {"chat_id", "text"},
    ),
    "sendDocument": (
        {
            **_SENDING, "document": _file, "thumbnail": _file, "caption": _string, "caption_entities": _list,
            "disable_content_type_detection": _boolean,
        },
        {"chat_id", "document"},
    ),
    "sendPhoto": (
        {
            **_SENDING, "photo": _file, "caption": _string, "caption_entities": _list,
            "show_caption_above_media": _boolean, "has_spoiler": _boolean,
        },
        {"chat_id", "photo"},
    ),
    "sendChatAction": ({**_TO_CHAT, "action": _string}, {"chat_id", "action"}),
    "editMessageText": (
        {**_EDITING, "text": _string, "parse_mode": _parse_mode, "entities": _list, "link_preview_options": _object},
        {"text"},
    ),
    "editMessageReplyMarkup": (_EDITING, set()),
    "deleteMessage": ({"chat_id": _chat, "message_id": _integer}, {"chat_id", "message_id"}),
    "answerCallbackQuery": (
        {
            "callback_query_id": _string, "text": _string, "show_alert": _boolean, "url": _string,
            "cache_time": _integer,
        },
        {"callback_query_id"},
    ),
    "getFile": ({"file_id": _string}, {"file_id"}),
    "getChat": ({"chat_id": _chat}, {"chat_id"}),
    "leaveChat": ({"chat_id": _chat}, {"chat_id"}),
    "close": ({}, set()),
    "logOut": ({}, set()),
}  # fmt: skip


def read_parameters(method: str, raw: dict[str, Any]) -> dict[str, Any]:
    """Typed parameters of a known method. Raises ParameterError for anything unknown, missing or of a wrong kind."""
    readers, required = METHODS[method]
    if unknown := raw.keys() - readers.keys():
        raise ParameterError(f"unknown parameter {sorted(unknown)}")
    if missing := required - raw.keys():
        raise ParameterError(f"missing parameter {sorted(missing)}")
    typed = {}
    for name, value in raw.items():
        try:
            typed[name] = readers[name](value)
        except ParameterError as wrong:
            raise ParameterError(f"{name}: {wrong}") from None
    return typed
