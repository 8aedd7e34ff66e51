"""The shapes of messages that the Official Account API accepts; everything else is -201, too long is -210."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from tests.standins.zalo_ground.serving import Refused
from tests.standins.zalo_oa.oa_switches import OaSwitches

MOST_TEXT = 2000
MOST_BUTTONS = 5
MOST_TITLE = 100
MOST_PAYLOAD = 1000
_LOCAL_BUTTONS = {
    "oa.open.url": {"url"},
    "oa.open.sms": {"content", "phone_code"},
    "oa.open.phone": {"phone_code"},
}


@dataclass(frozen=True)
class Shaped:
    """A message that has the right shape. `uses` are uploads that it needs, with their kind."""

    kind: str
    text: str = ""
    buttons: list[dict[str, Any]] = field(default_factory=list)
    uses: list[tuple[str, str]] = field(default_factory=list)
    url: str | None = None
    content: dict[str, Any] = field(default_factory=dict)


def wrong(what: str) -> Refused:
    """-201 with the field's name."""
    return Refused(-201, f"Params is invalid: {what}", is_violation=True)


def too_much(what: str) -> Refused:
    """-210: above a limit."""
    return Refused(-210, f"Parameter exceeds the limit: {what}", is_violation=True)


def ensure_keys(value: Any, what: str, allowed: set[str], required: set[str]) -> dict[str, Any]:
    """The value as an object with exactly the fields it may and must have."""
    if not isinstance(value, dict):
        raise wrong(f"{what} must be an object")
    if unknown := value.keys() - allowed:
        raise wrong(f"{what} has unknown fields {sorted(unknown)}")
    if missing := required - value.keys():
        raise wrong(f"{what} lacks {sorted(missing)}")
    return value


def ensure_text(value: Any, what: str, most: int) -> str:
    """The value as words that are not empty and not too long."""
    if not isinstance(value, str) or not value.strip():
        raise wrong(what)
    if len(value) > most:
        raise too_much(what)
    return value


def read_message(value: Any, switches: OaSwitches) -> Shaped:
    """The message of `/v3.0/oa/message/cs`. Raises Refused."""
    message = ensure_keys(value, "message", {"text", "attachment", "quote_message_id"}, set())
    if "text" in message:
        ensure_text(message["text"], "message.text", MOST_TEXT)
    if "quote_message_id" in message and not isinstance(message["quote_message_id"], str):
        raise wrong("message.quote_message_id")
    text = message.get("text", "")
    if "attachment" not in message:
        if not text:
            raise wrong("message.text")
        return Shaped("text", text)
    if "quote_message_id" in message:
        raise wrong("message.quote_message_id goes with text only")
    attachment = ensure_keys(message["attachment"], "attachment", {"type", "payload"}, {"type", "payload"})
    if attachment["type"] == "file":
        return _read_file(attachment["payload"], text)
    if attachment["type"] != "template":
        raise wrong("attachment.type")
    return _read_template(attachment["payload"], text, switches)


def _read_file(payload: Any, text: str) -> Shaped:
    if text:
        raise wrong("message.text does not go with a file")
    token = ensure_keys(payload, "payload", {"token"}, {"token"})["token"]
    return Shaped("file", uses=[("file", ensure_text(token, "payload.token", 500))])


def _read_template(payload: Any, text: str, switches: OaSwitches) -> Shaped:
    if not isinstance(payload, dict):
        raise wrong("payload must be an object")
    kind = payload.get("template_type")
    if kind is None:
        ensure_keys(payload, "payload", {"buttons"}, {"buttons"})
        if not text:
            raise wrong("message.text")
        return Shaped("text", text, read_buttons(payload["buttons"]))
    if kind == "media":
        return _read_media(payload, text, switches)
    if kind == "request_user_info":
        return _read_request(payload, text)
    if kind == "list" and switches.accepts_lists:
        ensure_keys(payload, "payload", {"template_type", "elements", "buttons"}, {"elements"})
        elements = payload["elements"]
        if not isinstance(elements, list) or not 1 <= len(elements) <= 5:
            raise wrong("payload.elements")
        for one in elements:
            ensure_keys(one, "element", {"title", "subtitle", "image_url", "default_action"}, {"title"})
        buttons = read_buttons(payload["buttons"]) if "buttons" in payload else []
        return Shaped("list", text, buttons, content={"elements": elements})
    raise wrong("payload.template_type")


def read_buttons(value: Any) -> list[dict[str, Any]]:
    """The buttons under a text."""
    if not isinstance(value, list) or not value:
        raise wrong("payload.buttons")
    if len(value) > MOST_BUTTONS:
        raise too_much("payload.buttons")
    for one in value:
        _check_button(ensure_keys(one, "button", {"title", "type", "payload", "image_icon"}, {"title", "type"}))
    return value


def _check_button(button: dict[str, Any]) -> None:
    ensure_text(button["title"], "button.title", MOST_TITLE)
    kind, payload = button["type"], button.get("payload")
    if kind in {"oa.query.show", "oa.query.hide"}:
        ensure_text(payload, "button.payload", MOST_PAYLOAD)
    elif kind in _LOCAL_BUTTONS:
        needs = _LOCAL_BUTTONS[kind]
        for name, given in ensure_keys(payload, "button.payload", needs, needs).items():
            ensure_text(given, f"button.payload.{name}", MOST_PAYLOAD)
        if "url" in needs and urlsplit(payload["url"]).scheme not in {"http", "https"}:  # type: ignore[index]
            raise wrong("button.payload.url")
    else:
        raise wrong("button.type")


def _read_media(payload: dict[str, Any], text: str, switches: OaSwitches) -> Shaped:
    ensure_keys(payload, "payload", {"template_type", "elements", "buttons"}, {"elements"})
    elements = payload["elements"]
    if not isinstance(elements, list) or len(elements) != 1:
        raise wrong("payload.elements must hold one element")
    allowed = {"media_type", "url", "attachment_id", "width", "height"}
    element = ensure_keys(elements[0], "element", allowed, {"media_type"})
    kind = element["media_type"]
    if kind not in {"image", "gif", "sticker"} or (kind == "sticker" and not switches.accepts_stickers):
        raise wrong("element.media_type")
    if ("url" in element) == ("attachment_id" in element):
        raise wrong("element needs either url or attachment_id")
    if kind == "gif" and not all(isinstance(element.get(side), int) for side in ("width", "height")):
        raise wrong("element.width and element.height")
    buttons = read_buttons(payload["buttons"]) if "buttons" in payload else []
    if "url" in element:
        if urlsplit(str(element["url"])).scheme not in {"http", "https"}:
            raise wrong("element.url")
        return Shaped(kind, text, buttons, url=element["url"])
    held = ensure_text(element["attachment_id"], "element.attachment_id", 500)
    return Shaped(kind, text, buttons, uses=[] if kind == "sticker" else [(kind, held)])


def _read_request(payload: dict[str, Any], text: str) -> Shaped:
    if text:
        raise wrong("message.text does not go with request_user_info")
    ensure_keys(payload, "payload", {"template_type", "elements"}, {"elements"})
    elements = payload["elements"]
    if not isinstance(elements, list) or len(elements) != 1:
        raise wrong("payload.elements must hold one element")
    names = {"title", "subtitle", "image_url"}
    element = ensure_keys(elements[0], "element", names, names)
    for name in names:
        ensure_text(element[name], f"element.{name}", 500)
    return Shaped("request_user_info", f"{element['title']}\n{element['subtitle']}", content={"elements": elements})
