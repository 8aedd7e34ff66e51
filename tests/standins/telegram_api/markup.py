"""Telegram's HTML as strictly as Telegram reads it: known tags, balanced, and only the entities it knows.

`read_html(text)` gives the words as shown and the entities; `MarkupError` says what Telegram would complain about.
"""

import html
import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r"<(?P<close>/?)(?P<name>[A-Za-z][A-Za-z-]*)(?P<attributes>[^<>]*)>|&(?P<entity>[^;&<\s]{1,10});|<|>|&"
)
_KNOWN_ENTITIES = {"lt", "gt", "amp", "quot"}
_PLAIN_TAGS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "code": "code", "pre": "pre",
    "tg-spoiler": "spoiler", "blockquote": "blockquote",
}  # fmt: skip
_TAGS_WITH_ATTRIBUTES = {
    "a": (re.compile(r'\s+href="[^"]*"\s*'), "text_link"),
    "span": (re.compile(r'\s+class="tg-spoiler"\s*'), "spoiler"),
    "tg-emoji": (re.compile(r'\s+emoji-id="\d+"\s*'), "custom_emoji"),
    "blockquote": (re.compile(r"\s+expandable\s*"), "expandable_blockquote"),
    "code": (re.compile(r'\s+class="language-[^"]*"\s*'), "code"),
}
_FIRST_ASTRAL = 0x10000


class MarkupError(ValueError):
    """What Telegram would answer to this text."""


@dataclass(frozen=True)
class Shown:
    """A text as people see it, with the entities that the Bot API reports."""

    text: str
    entities: list[dict]


def count_units(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text) + sum(ord(letter) >= _FIRST_ASTRAL for letter in text)


def read_html(source: str) -> Shown:
    """Read text with parse mode HTML. Raises MarkupError."""
    shown, entities, open_tags = "", [], []
    position = 0
    for found in _TOKEN.finditer(source):
        shown += source[position : found.start()]
        position = found.end()
        if found["name"] is not None:
            _read_tag(found, count_units(shown), open_tags, entities)
        elif found["entity"] is not None:
            shown += _read_entity(found["entity"])
        else:
            raise MarkupError(f"can't parse entities: unescaped {found[0]!r} at {found.start()}")
    if open_tags:
        raise MarkupError(f"can't parse entities: Can't find end tag corresponding to start tag {open_tags[-1][0]!r}")
    return Shown(shown + source[position:], sorted(entities, key=lambda one: one["offset"]))


def _read_tag(found: re.Match, at: int, open_tags: list, entities: list) -> None:
    name, attributes = found["name"].lower(), found["attributes"]
    if not found["close"]:
        open_tags.append((name, _kind_of(name, attributes), at))
        return
    if not open_tags or open_tags[-1][0] != name:
        raise MarkupError(f"can't parse entities: unmatched end tag {name!r}")
    _, kind, start = open_tags.pop()
    if at > start:
        entities.append({"type": kind, "offset": start, "length": at - start})


def _kind_of(name: str, attributes: str) -> str:
    if not attributes and name in _PLAIN_TAGS:
        return _PLAIN_TAGS[name]
    pattern, kind = _TAGS_WITH_ATTRIBUTES.get(name, (None, ""))
    if pattern is None or not pattern.fullmatch(attributes):
        raise MarkupError(f"can't parse entities: Unsupported start tag {name + attributes!r}")
    return kind


def _read_entity(name: str) -> str:
    is_number = re.fullmatch(r"#(\d+|x[0-9a-fA-F]+)", name)
    if name not in _KNOWN_ENTITIES and not is_number:
        raise MarkupError(f"can't parse entities: unknown entity &{name};")
    return html.unescape(f"&{name};")
