"""What the stand-in remembers: chats with their messages as people see them, and updates not yet fetched."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


class Bell:
    """Wakes everybody who waits for something to change."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    def ring(self) -> None:
        """Wake all who wait."""
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)

    async def wait_until(self, is_so: Callable[[], bool], timeout: float) -> bool:
        """Wait until it is so; False when it is not within `timeout` seconds."""
        deadline = asyncio.get_running_loop().time() + timeout
        while not is_so():
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0:
                return False
            waiter = asyncio.get_running_loop().create_future()
            self._waiting.add(waiter)
            try:
                await asyncio.wait({waiter}, timeout=left)
            finally:
                self._waiting.discard(waiter)
        return True


@dataclass
class Message:
    """A message in a chat. `text` is what is shown; `source` what was sent."""

    id: int
    date: int
    chat: "Chat"
    sender: dict[str, Any]
    text: str = ""
    source: str = ""
    entities: list[dict] = field(default_factory=list)
    markup: dict | None = None
    content: dict[str, Any] = field(default_factory=dict)
    upload: bytes | None = None
    is_deleted: bool = False
    is_editable: bool = True

    @property
    def is_from_bot(self) -> bool:
        """Whether the bot sent it."""
        return bool(self.sender["is_bot"])

    @property
    def inline_buttons(self) -> list[dict]:
        """Buttons under the message."""
        rows = (self.markup or {}).get("inline_keyboard", [])
        return [button for row in rows for button in row]

    def as_api(self) -> dict[str, Any]:
        """The message as the Bot API writes it."""
        written = {
            "message_id": self.id,
            "date": self.date,
            "chat": self.chat.as_api(),
            "from": self.sender,
            **self.content,
        }
        if self.text:
            written["caption" if {"document", "photo"} & self.content.keys() else "text"] = self.text
        if self.entities:
            written["entities"] = self.entities
        if self.inline_buttons:
            written["reply_markup"] = self.markup
        return written


@dataclass
class Chat:
    """A chat. `events` lists messages of the bot as they came or changed, for readers."""

    id: int
    type: str
    name: str
    is_blocked: bool = False
    messages: list[Message] = field(default_factory=list)
    events: list[Message] = field(default_factory=list)
    keyboard: dict | None = None
    actions: list[str] = field(default_factory=list)

    def as_api(self) -> dict[str, Any]:
        """The chat as the Bot API writes it."""
        shown = {"first_name": self.name} if self.type == "private" else {"title": self.name}
        return {"id": self.id, "type": self.type, **shown}

    def find(self, message_id: int | None) -> Message | None:
        """The message of this id, unless it is deleted."""
        return next((one for one in self.messages if one.id == message_id and not one.is_deleted), None)


# What the Bot API leaves out unless it is asked for by name.
_ONLY_WHEN_ASKED = {"chat_member", "message_reaction", "message_reaction_count"}


class Updates:
    """The queue of updates with the offset rules of getUpdates."""

    def __init__(self, bell: Bell) -> None:
        self.pending: list[dict[str, Any]] = []
        self.confirmed: list[int] = []
        self.allowed: list[str] | None = None
        self.reverses_next = False
        self._bell = bell
        self._next_id = 700_000_001

    def add(self, kind: str, content: dict[str, Any], copies: int = 1) -> int:
        """Queue an update if the bot wants this kind; the same one several times for a repeating Telegram."""
        update_id = self._next_id
        self._next_id += 1
        is_wanted = kind in self.allowed if self.allowed else kind not in _ONLY_WHEN_ASKED
        if is_wanted:
            self.pending += [{"update_id": update_id, kind: content}] * copies
            self._bell.ring()
        return update_id

    def add_raw(self, update: dict[str, Any]) -> None:
        """Queue exactly this."""
        self.pending.append(update)
        self._bell.ring()

    def confirm_before(self, offset: int) -> None:
        """Drop what is older than the offset; a negative one keeps only that many from the end."""
        if offset < 0:
            gone, kept = self.pending[:offset], self.pending[offset:]
        elif offset > 0:
            gone = [update for update in self.pending if update["update_id"] < offset]
            kept = [update for update in self.pending if update["update_id"] >= offset]
        else:
            return
        self.confirmed += [update["update_id"] for update in gone]
        self.pending = kept

    def batch(self, limit: int) -> list[dict[str, Any]]:
        """What getUpdates would hand over now."""
        batch = self.pending[:limit]
        if self.reverses_next and len(batch) > 1:
            self.reverses_next = False
            return batch[::-1]
        return batch
