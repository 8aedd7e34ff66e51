"""A person who uses the bot: types, presses what is on the screen, and reads what comes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.standins.telegram_api.server import TelegramApi
    from tests.standins.telegram_api.world import Chat, Message

_PHOTO = [{"file_id": "photo-1", "file_unique_id": "p1", "width": 90, "height": 90}]
_SAMPLES: dict[str, Any] = {
    "photo": _PHOTO,
    "voice": {"file_id": "voice-1", "file_unique_id": "v1", "duration": 3},
    "sticker": {
        "file_id": "sticker-1", "file_unique_id": "s1", "type": "regular", "width": 512, "height": 512,
        "is_animated": False, "is_video": False,
    },
    "document": {"file_id": "document-1", "file_unique_id": "d1", "file_name": "bang.pdf"},
    "location": {"latitude": 20.65, "longitude": 106.05},
    "poll": {
        "id": "1", "question": "?", "options": [{"persistent_id": "1", "text": "a", "voter_count": 0}],
        "total_voter_count": 0, "is_closed": False, "is_anonymous": True, "type": "regular",
        "allows_multiple_answers": False, "allows_revoting": False, "members_only": False,
    },
    "dice": {"emoji": "🎲", "value": 3},
    "message_auto_delete_timer_changed": {"message_auto_delete_time": 86_400},
}  # fmt: skip


class Visitor:
    """Acts only through what a person could see and do; an invisible button fails the test."""

    def __init__(self, api: TelegramApi, user: dict[str, Any], chat: Chat) -> None:
        self.user = user
        self.chat = chat
        self._api = api
        self._read_until = len(chat.events)

    @property
    def id(self) -> int:
        """The person's number, also that of the private chat."""
        return self.user["id"]

    # ---- acting -----------------------------------------------------------------------------------------------

    def says(self, text: str, *, within: Chat | None = None, copies: int = 1, **extra: Any) -> int:
        """Send words; `copies` lets Telegram bring them several times. Returns the update's number."""
        return self.sends({"text": text, **extra}, within=within, copies=copies)

    def opens_link(self, code: str) -> int:
        """Open t.me/bot?start=CODE."""
        return self.says(f"/start {code}")

    def shows(self, kind: str, **extra: Any) -> int:
        """Send something that is not words: photo, voice, sticker, document, location, poll, dice."""
        return self.sends({kind: _SAMPLES[kind], **extra})

    def hands_in(self, file: bytes, *, name: str = "", caption: str = "", **extra: Any) -> int:
        """Send a file: as a document where it has a name, else as a photo in two sizes."""
        number = f"sent-{len(self._api.files) + 1}"
        self._api.files[number] = file
        described = {"file_id": number, "file_unique_id": number, "file_size": len(file), **extra}
        small = {"file_id": "small", "file_unique_id": "small", "width": 90, "height": 90}
        sizes = [small, {**described, "width": 900, "height": 900}]
        content: dict[str, Any] = {"document": {**described, "file_name": name}} if name else {"photo": sizes}
        return self.sends({**content, **({"caption": caption} if caption else {})})

    def sends(self, content: dict[str, Any], *, within: Chat | None = None, copies: int = 1) -> int:
        """Send a message of exactly this content."""
        message = self._api.new_message(within or self.chat, self.user, content=content)
        kind = "channel_post" if message.chat.type == "channel" else "message"
        return self._api.updates.add(kind, message.as_api(), copies)

    def edits(self, text: str) -> int:
        """Correct one's own last message."""
        message = [one for one in self.chat.messages if not one.is_from_bot][-1]
        message.content["text"] = text
        return self._api.updates.add("edited_message", {**message.as_api(), "edit_date": message.date})

    def presses(self, label: str, *, within: Chat | None = None, copies: int = 1, long_after: bool = False) -> int:
        """Press the newest visible button with this label. `long_after`: Telegram no longer shows its message."""
        chat = within or self.chat
        for message in reversed([one for one in chat.messages if not one.is_deleted]):
            for button in message.inline_buttons:
                if button["text"] == label:
                    return self._press(message, button, copies, long_after)
        if label in self._keyboard_labels(chat):
            return self.says(label, within=chat)
        raise AssertionError(f"no button {label!r} to be seen, only {self.buttons()}")

    def _press(self, message: Message, button: dict, copies: int, long_after: bool) -> int:
        shown = message.as_api()
        if long_after:
            shown = {"chat": shown["chat"], "message_id": shown["message_id"], "date": 0}
        query = {
            "id": self._api.new_press(), "from": self.user, "message": shown, "chat_instance": "1",
            "data": button["callback_data"],
        }  # fmt: skip
        return self._api.updates.add("callback_query", query, copies)

    def shares_contact(self, phone: str, *, of: int | None = None, forwarded: bool = False) -> int:
        """Share one's own number with the visible button; or, `of` somebody else, a contact from the address book."""
        if of is None and not forwarded:
            assert self.sees_contact_button(), "there is no button to share one's phone number"
        contact = {"phone_number": phone, "first_name": self.user["first_name"], "user_id": of or self.id}
        origin = {"type": "hidden_user", "sender_user_name": "?", "date": 1}
        return self.sends({"contact": contact, **({"forward_origin": origin} if forwarded else {})})

    def blocks_bot(self) -> int:
        """Block the bot."""
        self.chat.is_blocked = True
        return self._changes_membership("member", "kicked")

    def unblocks_bot(self) -> int:
        """Unblock the bot."""
        self.chat.is_blocked = False
        return self._changes_membership("kicked", "member")

    def adds_bot_to(self, chat: Chat) -> int:
        """Add the bot to a group or channel."""
        return self._changes_membership("left", "member", chat)

    def _changes_membership(self, before: str, after: str, chat: Chat | None = None) -> int:
        def member(status: str) -> dict[str, Any]:
            until = {"until_date": 0} if status == "kicked" else {}
            return {"user": self._api.me, "status": status, **until}

        change = {
            "chat": (chat or self.chat).as_api(), "from": self.user, "date": 1_700_000_000,
            "old_chat_member": member(before), "new_chat_member": member(after),
        }  # fmt: skip
        return self._api.updates.add("my_chat_member", change)

    # ---- seeing -----------------------------------------------------------------------------------------------

    async def reads(self, count: int = 1, *, within: Chat | None = None, timeout: float = 5.0) -> str:
        """Wait for the next `count` messages or edits of the bot; their words, joined by empty lines."""
        chat = within or self.chat
        start = self._read_until
        came = await self._api.bell.wait_until(lambda: len(chat.events) >= start + count, timeout)
        shown = [one.text[:200] for one in chat.events[start:]]
        assert came, f"{len(shown)} of {count} messages came: {shown}"
        self._read_until = start + count
        return "\n\n".join(one.text for one in chat.events[start : start + count])

    def unread(self) -> list[str]:
        """What came and was not read yet."""
        return [one.text for one in self.chat.events[self._read_until :]]

    def last(self) -> Message:
        """The bot's last message on the screen."""
        return [one for one in self.chat.messages if one.is_from_bot and not one.is_deleted][-1]

    def sees(self) -> str:
        """Words of the bot's last message on the screen."""
        return self.last().text

    def buttons(self) -> list[str]:
        """Labels to be seen: under the bot's last message, and in place of the keyboard."""
        mine = [one for one in self.chat.messages if one.is_from_bot and not one.is_deleted]
        return [button["text"] for one in mine[-1:] for button in one.inline_buttons] + self._keyboard_labels(self.chat)

    def sees_contact_button(self) -> bool:
        """Whether a button to share one's phone number is on the screen."""
        rows = (self.chat.keyboard or {}).get("keyboard", [])
        return any(isinstance(button, dict) and button.get("request_contact") for row in rows for button in row)

    def _keyboard_labels(self, chat: Chat) -> list[str]:
        rows = (chat.keyboard or {}).get("keyboard", [])
        return [button if isinstance(button, str) else button["text"] for row in rows for button in row]
