"""The door by webhook: lets in whoever shows the secret, answers at once and works on under supervision."""

from collections.abc import Awaitable, Callable

from aiogram import Bot, Dispatcher
from aiogram.methods import SetWebhook
from aiohttp import web

from bot.on_telegram.incoming import read_update
from bot.on_telegram.line import PatientLine
from bot.on_telegram.receive import ALLOWED_UPDATES
from bot.supervisor import Supervisor
from bot.webhooks import TurnedAwayError, ensure_secret, parse, read_bounded

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  the name of a header
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
            ensure_secret(request, SECRET_HEADER, secret)
            raw = parse(await read_bounded(request))
            _ensure_room(supervisor)
        except TurnedAwayError as away:
            count_refusal(away.reason)
            return web.Response(status=away.status)
        update = read_update(bot, raw)
        if update is not None:
            await supervisor.start(dispatcher.feed_update(bot, update))
        return web.Response()

    return receive


def _ensure_room(supervisor: Supervisor) -> None:
    if not supervisor.has_room:
        raise TurnedAwayError(503, "busy")  # Telegram brings it again
