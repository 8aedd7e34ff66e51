"""The stand-in Bot API server itself: one bot, loopback only, every call recorded, everything doubtful a violation."""

import asyncio
import json
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import count
from types import TracebackType
from typing import Any, Self

from aiohttp import ClientError, ClientSession, ClientTimeout, web

from tests.standins.telegram_api.faults import Fault, Harm
from tests.standins.telegram_api.markup import MarkupError, count_units, read_html
from tests.standins.telegram_api.parameters import METHODS, ParameterError, Upload, read_parameters
from tests.standins.telegram_api.visitor import Visitor
from tests.standins.telegram_api.world import Bell, Chat, Message, Updates

DEFAULT_TOKEN = "123456789:AAStandInTokenThatOpensNothingAnywhere0"
MOST_UNITS = 4096
MOST_CAPTION_UNITS = 1024
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
class Webhook:
    """A webhook that was set."""

    url: str
    secret: str | None
    failures: int = 0
    last_status: int | None = None


class TelegramApi:
    """A Bot API server for one token. Use it as a block; leaving it fails if the bot did anything doubtful.

    `clock` gives the seconds used for message dates and the ceiling; `ceiling` is the number of messages per second
    above which sends are answered with 429. `webhook_pause` is the wait before a refused webhook call is repeated.
    """

    def __init__(
        self,
        token: str = DEFAULT_TOKEN,
        *,
        username: str = "stand_in_bot",
        clock: Callable[[], float] = time.time,
        ceiling: int | None = None,
        webhook_pause: float = 0.05,
    ) -> None:
        self.token = token
        self.calls: list[Call] = []
        self.violations: list[str] = []
        self.bell = Bell()
        self.updates = Updates(self.bell)
        self.chats: dict[int, Chat] = {}
        self.commands: dict[str, list[dict]] = {}
        self.webhook: Webhook | None = None
        self.presses: dict[str, bool] = {}  # callback query id → answered
        self.toasts: list[str] = []
        self.base = ""
        self.me = {
            "id": int(token.split(":", maxsplit=1)[0]),
            "is_bot": True,
            "first_name": "Stand-in",
            "username": username,
        }
        self._clock = clock
        self._ceiling = ceiling
        self._sent_at: deque[float] = deque()
        self._webhook_pause = webhook_pause
        self._faults: dict[str, deque[Fault]] = {}
        self._ids = count(1)
        self._reader = 0
        self._delivering: asyncio.Task[None] | None = None
        self._runner: web.AppRunner | None = None

    # ---- life -------------------------------------------------------------------------------------------------

    async def start(self, port: int = 0) -> None:
        """Listen on loopback; port 0 takes a free one. `base` is then the address to configure."""
        app = web.Application(client_max_size=60_000_000)
        app.router.add_route("*", "/bot{token}/{method}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        host, bound = self._runner.addresses[0][:2]
        self.base = f"http://{host}:{bound}"

    async def stop(self) -> None:
        """Stop listening and delivering."""
        await self._stop_delivering()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
        if kind is None:
            self.ensure_clean()

    def ensure_clean(self) -> None:
        """Fail if the bot did anything that a strict server would not let pass."""
        assert not self.violations, "\n".join(self.violations)

    # ---- for tests --------------------------------------------------------------------------------------------

    def visitor(self, name: str, user_id: int | None = None, *, language: str = "vi") -> Visitor:
        """A person with a private chat, who acts through what they can see."""
        person = user_id or 5_000_000_000 + next(self._ids)
        chat = self.chats.setdefault(person, Chat(person, "private", name))
        user = {"id": person, "is_bot": False, "first_name": name, "language_code": language}
        return Visitor(self, user, chat)

    def group(self, title: str, kind: str = "supergroup") -> Chat:
        """A group or channel that the bot is in."""
        chat = Chat(-1_000_000_000_000 - next(self._ids), kind, title)
        self.chats[chat.id] = chat
        return chat

    def fail_next(self, method: str, fault: Fault, times: int = 1) -> None:
        """Let the next calls of this method go wrong."""
        self._faults.setdefault(method.lower(), deque()).extend([fault] * times)

    def calls_of(self, method: str) -> list[Call]:
        """Calls of this method so far."""
        return [call for call in self.calls if call.method == method]

    async def wait_for(self, is_so: Callable[[], bool], timeout: float = 5.0) -> None:
        """Wait until something about this server is so; fail otherwise."""
        assert await self.bell.wait_until(is_so, timeout), "it did not come to be so in time"

    def new_message(self, chat: Chat, sender: dict[str, Any], **fields: Any) -> Message:
        """Put a message into a chat."""
        message = Message(id=next(self._ids), date=int(self._clock()), chat=chat, sender=sender, **fields)
        chat.messages.append(message)
        return message

    def new_press(self) -> str:
        """The id of a callback query."""
        query_id = str(4_000_000_000_000_000_000 + next(self._ids))
        self.presses[query_id] = False
        return query_id

    # ---- one call ---------------------------------------------------------------------------------------------

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        if (refusal := self._check_token(request.match_info["token"])) is not None:
            return refusal
        method = request.match_info["method"]
        known = next((name for name in METHODS if name.lower() == method.lower()), method)
        raw = await _read_raw(request)
        call = Call(known, dict(raw), self._clock())
        self.calls.append(call)
        fault = self._take_fault(known)
        response = await self._answer(request, call, raw, fault)
        self.bell.ring()
        return response

    def _check_token(self, token: str) -> web.Response | None:
        if token == self.token:
            return None
        left, colon, right = token.partition(":")
        if left.isdigit() and colon and right:
            return _error(ApiError(401, "Unauthorized"))
        return _error(ApiError(404, "Not Found"))

    def _take_fault(self, method: str) -> Fault | None:
        waiting = self._faults.get(method.lower())
        return waiting.popleft() if waiting else None

    async def _answer(
        self, request: web.Request, call: Call, raw: dict[str, Any], fault: Fault | None
    ) -> web.StreamResponse:
        try:
            carry_out, parameters = self._prepare(call.method, raw)
            if fault is not None and fault.harm is Harm.HOLD and fault.until is not None:
                await fault.until.wait()
            if fault is not None and fault.harm is Harm.DROP_BEFORE:
                return _cut(request)
            if fault is not None and fault.harm is Harm.ANSWER:
                return self._faulty(call, fault)
            result = await carry_out(**parameters)
        except ApiError as wrong:
            if wrong.is_violation:
                self.violations.append(f"{call.method}: {wrong.description}")
            call.status = wrong.status
            return _error(wrong)
        if fault is not None and fault.harm is Harm.DROP_AFTER:
            return _cut(request)
        if fault is not None and fault.harm in {Harm.ANSWER_AFTER, Harm.GARBAGE}:
            return self._faulty(call, fault)
        call.status = 200
        return web.json_response({"ok": True, "result": result})

    def _prepare(self, method: str, raw: dict[str, Any]) -> tuple[Callable[..., Awaitable[Any]], dict[str, Any]]:
        if method not in METHODS:
            raise ApiError(400, f"unknown method {method}", is_violation=True)
        try:
            return getattr(self, f"_{_snake(method)}"), read_parameters(method, raw)
        except ParameterError as wrong:
            raise ApiError(400, f"Bad Request: {wrong}", is_violation=True) from None

    def _faulty(self, call: Call, fault: Fault) -> web.Response:
        call.status = fault.status
        if fault.harm is Harm.GARBAGE:
            return web.Response(text='{"ok": tru', content_type="application/json")
        if fault.is_html:
            return web.Response(status=fault.status, text="<html><h1>Bad Gateway</h1></html>", content_type="text/html")
        return _error(ApiError(fault.status, fault.description, retry_after=fault.retry_after))

    # ---- methods ----------------------------------------------------------------------------------------------

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
        return {"url": url, "has_custom_certificate": False, "pending_update_count": len(self.updates.pending)}

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
        if chat.is_blocked:
            raise ApiError(403, "Forbidden: bot was blocked by the user")
        if is_message:
            self._ensure_below_ceiling()
        return chat

    def _ensure_below_ceiling(self) -> None:
        now = self._clock()
        while self._sent_at and self._sent_at[0] <= now - 1:
            self._sent_at.popleft()
        if self._ceiling is not None and len(self._sent_at) >= self._ceiling:
            raise ApiError(429, "Too Many Requests: retry after 1", retry_after=1)
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

    # ---- webhook ----------------------------------------------------------------------------------------------

    async def _deliver(self, webhook: Webhook) -> None:
        """Bring updates one after the other; one that is not accepted is brought again until it is."""
        async with ClientSession(timeout=ClientTimeout(total=10)) as session:
            while True:
                await self.bell.wait_until(lambda: bool(self.updates.pending), 3600)
                if not self.updates.pending:
                    continue
                update = self.updates.pending[0]
                webhook.last_status = await self._bring(session, webhook, update)
                if webhook.last_status == 200:
                    self.updates.pending.remove(update)
                    self.updates.confirmed.append(update["update_id"])
                else:
                    webhook.failures += 1
                self.bell.ring()
                if webhook.last_status != 200:
                    await asyncio.sleep(self._webhook_pause)

    async def _bring(self, session: ClientSession, webhook: Webhook, update: dict[str, Any]) -> int:
        headers = {"X-Telegram-Bot-Api-Secret-Token": webhook.secret} if webhook.secret else {}
        try:
            async with session.post(webhook.url, json=update, headers=headers) as response:
                if b'"method"' in await response.read():
                    self.violations.append("webhook: methods in the webhook's answer are not supported here")
                return response.status
        except (ClientError, TimeoutError):
            return 0

    async def _stop_delivering(self) -> None:
        if self._delivering is not None:
            self._delivering.cancel()
            await asyncio.gather(self._delivering, return_exceptions=True)
            self._delivering = None


def _snake(method: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in method)


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


def _error(wrong: ApiError) -> web.Response:
    body: dict[str, Any] = {"ok": False, "error_code": wrong.status, "description": wrong.description}
    if wrong.retry_after is not None:
        body["parameters"] = {"retry_after": wrong.retry_after}
    return web.json_response(body, status=wrong.status)


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


async def _read_raw(request: web.Request) -> dict[str, Any]:
    """Parameters from the query, a form, a multipart form with files, or JSON."""
    raw: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        body = await request.read()
        raw |= json.loads(body) if body else {}
    else:
        for name, value in (await request.post()).items():
            is_file = isinstance(value, web.FileField)
            raw[name] = Upload(value.filename, value.file.read()) if is_file else value
    return _attach(raw)


def _attach(raw: dict[str, Any]) -> dict[str, Any]:
    """Put files where parameters say "attach://name"."""
    used = set()
    for name, value in list(raw.items()):
        if isinstance(value, str) and value.startswith("attach://"):
            field = value.removeprefix("attach://")
            if field in raw:
                raw[name] = raw[field]
                used.add(field)
    return {name: value for name, value in raw.items() if name not in used}
