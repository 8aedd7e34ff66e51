"""The stand-in Bot API server itself: one bot, loopback only, every call recorded, everything doubtful a violation."""

import asyncio
import json
import time
from collections import deque
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, web

from tests.standins.listening import Listening
from tests.standins.telegram_api.faults import Fault, Harm
from tests.standins.telegram_api.methods import SENDING, ApiError, Arrival, Call, Methods, Webhook
from tests.standins.telegram_api.parameters import METHODS, ParameterError, Upload, read_parameters
from tests.standins.telegram_api.visitor import Visitor
from tests.standins.telegram_api.world import Bell, Chat, Message, Updates

DEFAULT_TOKEN = "123456789:AAStandInTokenThatOpensNothingAnywhere0"


class TelegramApi(Methods, Listening):
    """A Bot API server for one token. Use it as a block; leaving it fails if the bot did anything doubtful.

    `clock` gives the seconds used for message dates and the ceiling; `ceiling` is the number of messages per second
    above which sends are answered with 429, and with `refusal` everything is for so many seconds from then on.
    `webhook_pause` is the wait before a refused webhook call is repeated.
    """

    def __init__(
        self,
        token: str = DEFAULT_TOKEN,
        *,
        username: str = "stand_in_bot",
        clock: Callable[[], float] = time.time,
        ceiling: int | None = None,
        refusal: float = 0.0,
        webhook_pause: float = 0.05,
    ) -> None:
        super().__init__()
        self.token = token
        self.calls: list[Call] = []
        self.bell = Bell()
        self.updates = Updates(self.bell)
        self.chats: dict[int, Chat] = {}
        self.commands: dict[str, list[dict]] = {}
        self.webhook: Webhook | None = None
        self.presses: dict[str, bool] = {}  # callback query id → answered
        self.toasts: list[str] = []
        self.files: dict[str, bytes] = {}  # what visitors sent, by file id
        self.fetched: list[str] = []
        self.cuts_files = False  # the connection ends in the middle of a file
        self.me = {
            "id": int(token.split(":", maxsplit=1)[0]),
            "is_bot": True,
            "first_name": "Stand-in",
            "username": username,
        }
        self._clock = clock
        self._ceiling = ceiling
        self._refusal = refusal
        self._refusing_until = 0.0
        self._sent_at: deque[float] = deque()
        self.arrivals: list[Arrival] = []
        self._webhook_pause = webhook_pause
        self._faults: dict[str, deque[Fault]] = {}
        self._faults_of_chats: dict[str, deque[Fault]] = {}
        self._ids = count(1)
        self._reader = 0
        self._delivering: asyncio.Task[None] | None = None

    # ---- life -------------------------------------------------------------------------------------------------

    async def start(self, port: int = 0) -> None:
        """Listen on loopback; port 0 takes a free one. `base` is then the address to configure."""
        app = web.Application(client_max_size=60_000_000)
        app.router.add_route("*", "/bot{token}/{method}", self._serve)
        app.router.add_get("/file/bot{token}/files/{file}", self._serve_file)
        await self._listen(app, port)

    async def stop(self) -> None:
        """Stop listening and delivering."""
        await self._stop_delivering()
        await super().stop()

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

    def fail_chat(self, chat: int, fault: Fault, times: int = 1) -> None:
        """Let the next messages to this chat go wrong."""
        self._faults_of_chats.setdefault(str(chat), deque()).extend([fault] * times)

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
        if known in SENDING:
            self.arrivals.append(arrival := Arrival(time.monotonic(), str(raw.get("chat_id"))))
        fault = self._take_fault(known, raw)
        response = await self._answer(request, call, raw, fault)
        if known in SENDING:
            arrival.status = call.status
        self.bell.ring()
        return response

    async def _serve_file(self, request: web.Request) -> web.StreamResponse:
        if (refusal := self._check_token(request.match_info["token"])) is not None:
            return refusal
        file = request.match_info["file"]
        self.fetched.append(file)
        if file not in self.files:
            return _error(ApiError(404, "Not Found"))
        if self.cuts_files:
            return _cut(request)
        return web.Response(body=self.files[file], content_type="application/octet-stream")

    def _check_token(self, token: str) -> web.Response | None:
        if token == self.token:
            return None
        left, colon, right = token.partition(":")
        if left.isdigit() and colon and right:
            return _error(ApiError(401, "Unauthorized"))
        return _error(ApiError(404, "Not Found"))

    def _take_fault(self, method: str, raw: dict[str, Any]) -> Fault | None:
        waiting = self._faults.get(method.lower())
        if not waiting and method in SENDING:
            waiting = self._faults_of_chats.get(str(raw.get("chat_id")))
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
