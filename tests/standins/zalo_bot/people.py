"""Chats, what stands in them, and the people who use the bot."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from tests.standins.zalo_bot.server import ZaloBot


@dataclass
class Sent:
    """A message of the bot. `is_delivered` is False where the platform says ok and shows nothing."""

    id: str
    date: int
    kind: Literal["text", "photo", "sticker", "voice"]
    text: str
    parameters: dict[str, Any]
    is_delivered: bool = True
    is_black: bool = False  # a picture whose second fetch failed


@dataclass(eq=False)
class Chat:
    """A chat. The bot may write to it once it has seen an event from it; `rank` counts people in that order."""

    id: str
    type: Literal["PRIVATE", "GROUP"]
    is_known: bool = False
    rank: int = 0
    sent: list[Sent] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)


class Person:
    """Somebody in the Zalo app: types, sends things, and reads what comes. There are no buttons to press."""

    def __init__(self, platform: ZaloBot, name: str, chat: Chat, *, is_protected: bool) -> None:
        self.name = name
        self.chat = chat
        self.id = chat.id
        self.is_protected = is_protected  # a child, for instance: Zalo withholds what they write
        self._platform = platform
        self._read_until = 0

    # ---- acting -----------------------------------------------------------------------------------------------

    def says(
        self, text: str, *, within: Chat | None = None, mentions: bool = False, copies: int = 1, delay: float = 0.0
    ) -> str:
        """Send words; in a group the bot gets them only when mentioned. Returns the message's id."""
        content = {"text": text, "message_type": "CHAT_MESSAGE"}
        return self._send("message.text.received", content, within, mentions, copies, delay)

    def shows_photo(
        self, url: str, caption: str = "", *, within: Chat | None = None, mentions: bool = False, copies: int = 1
    ) -> str:
        """Send a picture that lies at this address."""
        content: dict[str, Any] = {self._platform.switches.photo_field: url, "message_type": "CHAT_PHOTO"}
        if caption:
            content["caption"] = caption
        return self._send("message.image.received", content, within, mentions, copies, 0.0)

    def sends_sticker(self, sticker: str = "5a1c", url: str = "https://zalo-stickers.invalid/5a1c.png") -> str:
        """Send a sticker."""
        content = {"sticker": sticker, "url": url, "message_type": "CHAT_STICKER"}
        return self._send("message.sticker.received", content, None, False, 1, 0.0)

    def records_voice(self, url: str = "https://voice.invalid/1.aac") -> str:
        """Send a voice message."""
        return self._send(
            "message.voice.received", {"voice_url": url, "message_type": "CHAT_VOICE"}, None, False, 1, 0.0
        )

    def sends_something_else(self, *, within: Chat | None = None, mentions: bool = False) -> str:
        """Send a file, a contact card or a link with a preview: all of them arrive as unsupported."""
        return self._send("message.unsupported.received", {}, within, mentions, 1, 0.0)

    def sends_event(self, name: str, content: dict[str, Any]) -> str:
        """Send an event of this name, documented or not."""
        return self._send(name, content, None, False, 1, 0.0)

    def _send(
        self, name: str, content: dict[str, Any], within: Chat | None, mentions: bool, copies: int, delay: float
    ) -> str:
        chat = within or self.chat
        message_id = self._platform.new_hex()
        if chat.type == "GROUP" and not mentions:
            return message_id
        if self.is_protected:
            name, content = "message.unsupported.received", {}
        message = {
            "message_id": message_id,
            "date": self._platform.clock.millis(),
            "from": {"id": self.id, "display_name": self.name, "is_bot": False},
            "chat": {"id": chat.id, "chat_type": chat.type},
            **content,
        }
        event: dict[str, Any] = {"event_name": name, "message": message}
        if name == "message.unsupported.received" and not self._platform.switches.unsupported_has_message:
            del event["message"]
        self._platform.learn(chat)
        self._platform.arrive(event, copies=copies, delay=delay)
        return message_id

    # ---- seeing -----------------------------------------------------------------------------------------------

    def on_screen(self) -> list[Sent]:
        """What the bot wrote and Zalo delivered."""
        return [one for one in self.chat.sent if one.is_delivered]

    async def reads(self, count: int = 1, *, timeout: float = 5.0) -> str:
        """Wait for the next `count` messages; their words, joined by empty lines."""
        start = self._read_until
        came = await self._platform.bell.wait_until(lambda: len(self.on_screen()) >= start + count, timeout)
        shown = self.on_screen()[start:]
        assert came, f"{len(shown)} of {count} messages came: {[one.text[:200] for one in shown]}"
        self._read_until = start + count
        return "\n\n".join(one.text for one in shown[:count])

    def unread(self) -> list[str]:
        """What came and was not read yet."""
        return [one.text for one in self.on_screen()[self._read_until :]]

    def sees(self) -> str:
        """Words of the bot's last message."""
        return self.on_screen()[-1].text
