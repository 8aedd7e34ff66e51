"""The methods of the Bot platform with every documented parameter and what each must be."""

import ipaddress
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from tests.standins.zalo_bot.platform_switches import BotSwitches
from tests.standins.zalo_ground import Refused
from tests.standins.zalo_ground.calls import Asked

MOST_TEXT = 2000
SENDING = {"sendMessage", "sendPhoto", "sendSticker", "sendVoice"}
_STYLES = {
    *"bius", "f_13", "f_15", "f_18", "f_20", "c_050a19", "c_15a85f", "c_f7b503", "c_f27806", "c_db342e",
    "lst_1", "lst_2", "ind_1", "ind_2", "ind_3", "ind_4", "ind_5",
}  # fmt: skip
_TO = ({"chat_id"}, {"chat_id"})

# method → (known parameters, required ones)
METHODS: dict[str, tuple[set[str], set[str]]] = {
    "getMe": (set(), set()),
    "getUpdates": ({"timeout"}, set()),
    "setWebhook": ({"url", "secret_token"}, {"url", "secret_token"}),
    "deleteWebhook": (set(), set()),
    "getWebhookInfo": (set(), set()),
    "testWebhook": (set(), set()),
    "sendMessage": ({"chat_id", "text", "parse_mode", "text_styles"}, {"chat_id", "text"}),
    "sendPhoto": ({"chat_id", "photo", "caption"}, {"chat_id", "photo"}),
    "sendSticker": ({"chat_id", "sticker"}, {"chat_id", "sticker"}),
    "sendVoice": ({"chat_id", "voice_url"}, {"chat_id", "voice_url"}),
    "sendChatAction": ({"chat_id", "action"}, {"chat_id", "action"}),
}


def merge(asked: Asked) -> dict[str, Any]:
    """Parameters of query, form, multipart and JSON together. A body that is no JSON object is refused."""
    merged: dict[str, Any] = {**asked.query, **asked.form}
    if asked.files:
        raise bad("no method takes a file")
    if asked.raw:
        if (given := asked.object()) is None:
            raise bad("the body is not a JSON object")
        merged |= given
    return merged


def read_parameters(method: str, given: dict[str, Any], switches: BotSwitches) -> dict[str, Any]:
    """The parameters of a call, checked. Raises Refused."""
    known, required = METHODS[method]
    if switches.accepts_reply_to and method in SENDING:
        known = known | {"reply_to_message_id"}
    if unknown := given.keys() - known:
        raise bad(f"unknown parameter {sorted(unknown)}")
    if missing := required - given.keys():
        raise bad(f"missing parameter {sorted(missing)}")
    for name, value in given.items():
        if name in _CHECKS:
            _CHECKS[name](value, switches)
        elif not isinstance(value, str) or not value:
            raise bad(f"{name} must be a string that is not empty")
    return given


def bad(what: str) -> Refused:
    """400 for something that a careful client does not do."""
    return Refused(400, f"Bad Request: {what}", is_violation=True)


def _check_text(value: Any, switches: BotSwitches) -> None:
    if not isinstance(value, str):
        raise bad("text and caption must be strings")
    try:
        units = len(value.encode("utf-16-le")) // 2 if switches.text_units == "utf-16" else len(value)
    except UnicodeEncodeError:
        raise bad("half a character: a surrogate pair was cut") from None
    if not 1 <= units <= MOST_TEXT or not value.strip():
        raise bad(f"text must have 1 to {MOST_TEXT} characters, not {units}")


def _check_parse_mode(value: Any, _: BotSwitches) -> None:
    if value not in {"markdown", "html"}:
        raise bad(f"unknown parse_mode {value!r}")


def _check_styles(value: Any, _: BotSwitches) -> None:
    if not isinstance(value, list):
        raise bad("text_styles must be a list")
    for one in value:
        if not isinstance(one, dict) or one.keys() != {"start", "len", "st"}:
            raise bad("a style has start, len and st")
        if not all(isinstance(one[name], int) and one[name] >= 0 for name in ("start", "len")):
            raise bad("start and len of a style are whole numbers")
        if not isinstance(one["st"], list) or not set(one["st"]) <= _STYLES:
            raise bad(f"unknown style in {one['st']!r}")


def _check_timeout(value: Any, _: BotSwitches) -> None:
    if isinstance(value, bool) or not str(value).isdigit():
        raise bad(f"timeout must be seconds, not {value!r}")


def _check_secret(value: Any, _: BotSwitches) -> None:
    if not isinstance(value, str) or not 8 <= len(value) <= 256:
        raise bad("secret_token must have 8 to 256 characters")


def _check_link(value: Any, _: BotSwitches) -> None:
    if not isinstance(value, str) or urlsplit(value).scheme not in {"http", "https"} or not urlsplit(value).hostname:
        raise bad("an http(s) address is expected")


def _check_voice(value: Any, switches: BotSwitches) -> None:
    _check_link(value, switches)
    if not urlsplit(value).path.endswith(".aac"):
        raise bad("voice_url must end with .aac")


def _check_action(value: Any, _: BotSwitches) -> None:
    if value != "typing":
        raise bad(f"unknown action {value!r}")


_CHECKS: dict[str, Callable[[Any, BotSwitches], None]] = {
    "text": _check_text, "caption": _check_text, "parse_mode": _check_parse_mode, "text_styles": _check_styles,
    "timeout": _check_timeout, "secret_token": _check_secret, "photo": _check_link, "url": _check_link,
    "voice_url": _check_voice, "action": _check_action,
}  # fmt: skip


def is_loopback(url: str) -> bool:
    """Whether the address is on this machine; no other is ever fetched."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def ensure_public(url: str, *, allows_loopback: bool) -> None:
    """Refuse webhooks that are not https on a public host; loopback only where the test allows it."""
    if is_loopback(url):
        if allows_loopback:
            return
        raise bad("webhook: a public host is expected")
    if urlsplit(url).scheme != "https":
        raise bad("webhook: https is expected")
    try:
        is_private = not ipaddress.ip_address(urlsplit(url).hostname or "").is_global
    except ValueError:
        return
    if is_private:
        raise bad("webhook: a public host is expected")
