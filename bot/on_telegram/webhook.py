"""The door by webhook: lets in whoever shows the secret, answers at once and works on under supervision."""

import hmac
import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiogram import Bot, Dispatcher
from aiogram.methods import SetWebhook
from aiohttp import web

from bot.on_telegram.incoming import read_update
from bot.on_telegram.line import PatientLine
from bot.on_telegram.receive import ALLOWED_UPDATES
from bot.on_telegram.supervisor import Supervisor

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  the name of a header
MOST_BODY_BYTES = 1_000_000
WebhookHandler = Callable[[web.Request], Awaitable[web.Response]]
CountRefusal = Callable[[str], None]


async def set_webhook(line: PatientLine, url: str, secret: str) -> None:
    """Have Telegram bring updates to `url` with the secret in a header. Raises ChannelRefusedError where it refuses."""
    await line.ask(
        SetWebhook(url=url, secret_token=secret, allowed_updates=ALLOWED_UPDATES, drop_pending_updates=False)
    )


def webhook_handler(
    bot: Bot, dispatcher: Dispatcher, secret: str, supervisor: Supervisor, count_refusal: CountRefusal
) -> WebhookHandler:
    """Make the handler of `/telegram/webhook`: the right secret only, at once 200, answering goes on in `supervisor`.

    `count_refusal` is told why somebody was turned away: no_secret, wrong_secret, too_large, not_json, busy.
    """

    async def receive(request: web.Request) -> web.Response:
        try:
            _ensure_secret(request, secret)
            raw = _parse(await _read_bounded(request))
            _ensure_room(supervisor)
        except _TurnedAwayError as away:
            count_refusal(away.reason)
            return web.Response(status=away.status)
        update = read_update(bot, raw)
        if update is not None:
            await supervisor.start(dispatcher.feed_update(bot, update))
        return web.Response()

    return receive


class _TurnedAwayError(Exception):
    """A request that is not let in."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


def _ensure_secret(request: web.Request, secret: str) -> None:
    shown = request.headers.get(SECRET_HEADER)
    if shown is None:
        raise _TurnedAwayError(401, "no_secret")
    if not hmac.compare_digest(shown.encode(errors="surrogateescape"), secret.encode()):
        raise _TurnedAwayError(403, "wrong_secret")


def _ensure_room(supervisor: Supervisor) -> None:
    if not supervisor.has_room:
        raise _TurnedAwayError(503, "busy")  # Telegram brings it again


async def _read_bounded(request: web.Request) -> bytes:
    body = bytearray()
    async for chunk in request.content.iter_chunked(65_536):
        body += chunk
        if len(body) > MOST_BODY_BYTES:
            raise _TurnedAwayError(413, "too_large")
    return bytes(body)


def _parse(body: bytes) -> dict[str, Any]:
    try:
        raw = json.loads(body)
    except (ValueError, RecursionError):
        raise _TurnedAwayError(400, "not_json") from None
    if not isinstance(raw, dict):
        raise _TurnedAwayError(400, "not_json")
    return raw
