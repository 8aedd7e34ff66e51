"""What each method of the Bot API does in the stand-in, by the rules and with the words of the real one."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from math import ceil
from typing import Any

from tests.standins.telegram_api.markup import MarkupError, count_units, read_html
from tests.standins.telegram_api.parameters import Upload
from tests.standins.telegram_api.world import Bell, Chat, Message, Updates

MOST_UNITS = 4096
MOST_CAPTION_UNITS = 1024
_MOST_TO_FETCH = 20_000_000
_PICTURE_BEGINNINGS = (b"\x89PNG", b"\xff\xd8")
SENDING = frozenset({"sendMessage", "sendDocument", "sendPhoto"})
_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
_CHAT_ACTIONS = {
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
    "choose_sticker", "find_location", "record_video_note", "upload_video_note",
}  # fmt: skip


class ApiError(Exception):
    """An answer other than ok. `is_violation`: a defect of the bot that a test must not overlook."""

    def __init__(self, status: int, description: str, *, is_violation: bool = False, retry_after: int | None = None):
        super().__init__(description)
        self.status = status
        self.description = description
        self.is_violation = is_violation
        self.retry_after = retry_after


@dataclass
class Call:
    """One call of the bot, as it was made and answered. `status` 0: the connection was cut."""

    method: str
    parameters: dict[str, Any]
    at: float
    status: int = 0


@dataclass
class Arrival:
    """A message that the bot asked to be shown, by `time.monotonic`; `status` as of its answer, 0 for none."""

    at: float
    chat: str
    status: int = 0


@dataclass
class Webhook:
    """A webhook that was set."""

    url: str
    secret: str | None
    failures: int = 0
    last_status: int | None = None


class Methods:
    """The methods, each named as in the Bot API with underscores; `TelegramApi` brings calls here."""

    me: dict[str, Any]
    bell: Bell
    updates: Updates
    chats: dict[int, Chat]
    commands: dict[str, list[dict]]
    webhook: Webhook | None
    presses: dict[str, bool]
    toasts: list[str]
    files: dict[str, bytes]
    new_message: Callable[..., Message]
    _clock: Callable[[], float]
    _ceiling: int | None
    _refusal: float
    _refusing_until: float
    _sent_at: deque[float]
    _ids: count
    _reader: int
    _delivering: asyncio.Task[None] | None
    _deliver: Callable[..., Any]
    _stop_delivering: Callable[..., Any]

    async def _get_me(self) -> dict[str, Any]:
        return {**self.me, "can_join_groups": True, "can_read_all_group_messages": False}

    async def _get_updates(
        self, offset: int = 0, limit: int = 100, timeout: int = 0, allowed_updates: list[str] | None = None
    ) -> list[dict[str, Any]]:
        if self.webhook is not None:
            raise ApiError(
                409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook first"
            )
        if not 1 <= limit <= 100:
            raise ApiError(400, "Bad Request: limit must be 1-100", is_violation=True)
        if allowed_updates is not None:
            self.updates.allowed = allowed_updates
        self.updates.confirm_before(offset)
        self._reader += 1
        mine = self._reader
        self.bell.ring()
        await self.bell.wait_until(lambda: bool(self.updates.pending) or self._reader != mine, timeout)
        if self._reader != mine:
            raise ApiError(
                409,
                "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
            )
        return self.updates.batch(limit)

    async def _set_webhook(
        self,
        url: str,
        secret_token: str | None = None,
        allowed_updates: list[str] | None = None,
        drop_pending_updates: bool = False,
        **_others: Any,
    ) -> bool:
        if not url.startswith(("https://", "http://127.0.0.1")):
            raise ApiError(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        await self._stop_delivering()
        if drop_pending_updates:
            self.updates.pending.clear()
        if allowed_updates is not None:
            self.updates.allowed = allowed_updates
        self.webhook = Webhook(url, secret_token) if url else None
        if self.webhook is not None:
            self._delivering = asyncio.create_task(self._deliver(self.webhook))
        return True

    async def _delete_webhook(self, drop_pending_updates: bool = False) -> bool:
        await self._stop_delivering()
        self.webhook = None
        if drop_pending_updates:
            self.updates.pending.clear()
        return True

    async def _get_webhook_info(self) -> dict[str, Any]:
        url = self.webhook.url if self.webhook else ""
        info = {"url": url, "has_custom_certificate": False, "pending_update_count": len(self.updates.pending)}
        if self.webhook is not None and self.webhook.failures:
            said = f"Wrong response from the webhook: {self.webhook.last_status or 'Connection refused'}"
            info |= {"last_error_date": int(time.time()), "last_error_message": said}
        return info

    async def _set_my_commands(self, commands: list[dict], scope: dict | None = None, language_code: str = "") -> bool:
        self.commands[language_code] = commands
        return True

    async def _get_my_commands(self, scope: dict | None = None, language_code: str = "") -> list[dict]:
        return self.commands.get(language_code, [])

    async def _delete_my_commands(self, scope: dict | None = None, language_code: str = "") -> bool:
        self.commands.pop(language_code, None)
        return True

    async def _send_message(
        self, chat_id: int | str, text: str, parse_mode: str | None = None, reply_markup: dict | None = None, **_: Any
    ) -> dict[str, Any]:
        chat = self._chat_to_write(chat_id)
        shown, entities = _read_text(text, parse_mode, MOST_UNITS)
        message = self.new_message(
            chat, self.me, text=shown, source=text, entities=entities, markup=reply_markup,
            is_editable=reply_markup is None or "inline_keyboard" in reply_markup,
        )  # fmt: skip
        return self._sent(message)

    async def _send_document(
        self,
        chat_id: int | str,
        document: Upload | str,
        caption: str = "",
        parse_mode: str | None = None,
        reply_markup: dict | None = None,
        **_: Any,
    ) -> dict[str, Any]:
        chat = self._chat_to_write(chat_id)
        if not isinstance(document, Upload):
            raise ApiError(400, "Bad Request: wrong file identifier/HTTP URL specified", is_violation=True)
        if not document.content:
            raise ApiError(400, "Bad Request: file must be non-empty", is_violation=True)
        shown, entities = _read_text(caption, parse_mode, MOST_CAPTION_UNITS) if caption else ("", [])
        described = {
            "file_id": f"file-{next(self._ids)}", "file_unique_id": "u", "file_name": document.name,
            "file_size": len(document.content),
        }  # fmt: skip
        message = self.new_message(
            chat, self.me, text=shown, entities=entities, markup=reply_markup,
            content={"document": described}, upload=document.content,
        )  # fmt: skip
        return self._sent(message)

    async def _send_photo(
        self,
        chat_id: int | str,
        photo: Upload | str,
        caption: str = "",
        parse_mode: str | None = None,
        reply_markup: dict | None = None,
        **_: Any,
    ) -> dict[str, Any]:
        chat = self._chat_to_write(chat_id)
        if not isinstance(photo, Upload) or not photo.content.startswith(_PICTURE_BEGINNINGS):
            raise ApiError(400, "Bad Request: IMAGE_PROCESS_FAILED", is_violation=True)
        shown, entities = _read_text(caption, parse_mode, MOST_CAPTION_UNITS) if caption else ("", [])
        described = {
            "file_id": f"photo-{next(self._ids)}", "file_unique_id": "u", "width": 90, "height": 90,
            "file_size": len(photo.content),
        }  # fmt: skip
        message = self.new_message(
            chat,
            self.me,
            text=shown,
            entities=entities,
            markup=reply_markup,
            content={"photo": [described]},
            upload=photo.content,
        )
        return self._sent(message)

    async def _send_chat_action(self, chat_id: int | str, action: str, **_: Any) -> bool:
        if action not in _CHAT_ACTIONS:
            raise ApiError(400, "Bad Request: wrong parameter action in request", is_violation=True)
        self._chat_to_write(chat_id, is_message=False).actions.append(action)
        return True

    async def _edit_message_text(
        self,
        text: str,
        chat_id: int | str = 0,
        message_id: int = 0,
        parse_mode: str | None = None,
        reply_markup: dict | None = None,
        **_: Any,
    ) -> dict[str, Any]:
        message = self._message_to_edit(chat_id, message_id)
        shown, entities = _read_text(text, parse_mode, MOST_UNITS)
        if (shown, entities, reply_markup) == (message.text, message.entities, message.markup):
            raise ApiError(400, f"Bad Request: {_NOT_MODIFIED}")
        message.text, message.source, message.entities, message.markup = shown, text, entities, reply_markup
        message.chat.events.append(message)
        return message.as_api()

    async def _edit_message_reply_markup(
        self, chat_id: int | str = 0, message_id: int = 0, reply_markup: dict | None = None, **_: Any
    ) -> dict[str, Any]:
        message = self._message_to_edit(chat_id, message_id)
        if reply_markup == message.markup:
            raise ApiError(400, f"Bad Request: {_NOT_MODIFIED}")
        message.markup = reply_markup
        message.chat.events.append(message)
        return message.as_api()

    async def _delete_message(self, chat_id: int | str, message_id: int) -> bool:
        message = self._chat(chat_id).find(message_id)
        if message is None:
            raise ApiError(400, "Bad Request: message to delete not found")
        message.is_deleted = True
        return True

    async def _answer_callback_query(self, callback_query_id: str, text: str = "", **_: Any) -> bool:
        if callback_query_id not in self.presses:
            raise ApiError(400, "Bad Request: query is too old or query ID is invalid", is_violation=True)
        if len(text) > 200:
            raise ApiError(400, "Bad Request: MESSAGE_TOO_LONG", is_violation=True)
        self.presses[callback_query_id] = True
        if text:
            self.toasts.append(text)
        return True

    async def _get_file(self, file_id: str) -> dict[str, Any]:
        content = self.files.get(file_id)
        if content is None:
            raise ApiError(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        if len(content) > _MOST_TO_FETCH:
            raise ApiError(400, "Bad Request: file is too big")
        return {"file_id": file_id, "file_unique_id": "u", "file_size": len(content), "file_path": f"files/{file_id}"}

    async def _get_chat(self, chat_id: int | str) -> dict[str, Any]:
        return {**self._chat(chat_id).as_api(), "accent_color_id": 0, "max_reaction_count": 11}

    async def _leave_chat(self, chat_id: int | str) -> bool:
        self._chat(chat_id)
        return True

    async def _close(self) -> bool:
        return True

    async def _log_out(self) -> bool:
        return True

    # ---- rules shared by methods ------------------------------------------------------------------------------

    def _chat(self, chat_id: int | str) -> Chat:
        chat = self.chats.get(chat_id) if isinstance(chat_id, int) else None
        if chat is None:
            raise ApiError(400, "Bad Request: chat not found")
        return chat

    def _chat_to_write(self, chat_id: int | str, *, is_message: bool = True) -> Chat:
        chat = self._chat(chat_id)
        if is_message:
            self._ensure_below_ceiling()
        if chat.is_blocked:
            raise ApiError(403, "Forbidden: bot was blocked by the user")
        return chat

    def _ensure_below_ceiling(self) -> None:
        now = self._clock()
        while self._sent_at and self._sent_at[0] <= now - 1:
            self._sent_at.popleft()
        if self._ceiling is not None and len(self._sent_at) >= self._ceiling and now >= self._refusing_until:
            self._refusing_until = now + self._refusal
            raise _too_many(max(self._refusal, 1.0))
        if now < self._refusing_until:
            raise _too_many(self._refusing_until - now)
        self._sent_at.append(now)

    def _message_to_edit(self, chat_id: int | str, message_id: int) -> Message:
        message = self._chat(chat_id).find(message_id)
        if message is None:
            raise ApiError(400, "Bad Request: message to edit not found")
        if not message.is_from_bot or not message.is_editable:
            raise ApiError(400, "Bad Request: message can't be edited")
        return message

    def _sent(self, message: Message) -> dict[str, Any]:
        markup = message.markup or {}
        if "keyboard" in markup:
            message.chat.keyboard = markup
        elif "remove_keyboard" in markup:
            message.chat.keyboard = None
        message.chat.events.append(message)
        return message.as_api()


def _too_many(seconds: float) -> ApiError:
    wait = ceil(seconds)
    return ApiError(429, f"Too Many Requests: retry after {wait}", retry_after=wait)


def _read_text(text: str, parse_mode: str | None, most: int) -> tuple[str, list[dict]]:
    if parse_mode is not None and parse_mode.lower() != "html":
        raise ApiError(400, "Bad Request: only HTML is checked here", is_violation=True)
    try:
        shown = read_html(text) if parse_mode else None
    except MarkupError as wrong:
        raise ApiError(400, f"Bad Request: {wrong}", is_violation=True) from None
    words = shown.text if shown else text
    if not words.strip():
        raise ApiError(400, "Bad Request: message text is empty", is_violation=True)
    if count_units(words) > most:
        raise ApiError(400, "Bad Request: message is too long", is_violation=True)
    return words, shown.entities if shown else []
