"""The door by webhook: lets in whoever shows the secret, keeps what was brought, and only then says 200."""

from collections.abc import Awaitable, Callable, Sequence

import structlog
from aiogram.methods import SetWebhook
from aiohttp import web

from bot.failures import where_of
from bot.on_telegram.line import PatientLine
from bot.on_telegram.receive import ALLOWED_UPDATES
from bot.on_telegram.threshold import Threshold
from bot.webhooks import TurnedAwayError, ensure_secret, parse, read_bounded

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  the name of a header
WebhookHandler = Callable[[web.Request], Awaitable[web.Response]]
CountRefusal = Callable[[str], None]
_log = structlog.get_logger("bot.on_telegram")


async def set_webhook(line: PatientLine, url: str, secret: str) -> None:
    """Have Telegram bring updates to `url` with the secret in a header. Raises ChannelRefusedError where it refuses."""
    await line.ask(
        SetWebhook(url=url, secret_token=secret, allowed_updates=ALLOWED_UPDATES, drop_pending_updates=False)
    )


def webhook_handler(threshold: Threshold, secrets: Sequence[str], count_refusal: CountRefusal) -> WebhookHandler:
    """Make the handler of `/telegram/webhook`: one of the secrets only, 200 as soon as the update is kept.

    `count_refusal` is told why somebody was turned away: no_secret, wrong_secret, too_large, not_json, not_kept.
    """

    async def receive(request: web.Request) -> web.Response:
        try:
            ensure_secret(request, SECRET_HEADER, secrets)
            await _keep(threshold, parse(await read_bounded(request)))
        except TurnedAwayError as away:
            count_refusal(away.reason)
            return web.Response(status=away.status)
        return web.Response()

    return receive


async def _keep(threshold: Threshold, raw: dict[str, object]) -> None:
    try:
        await threshold.take([raw])
    except Exception as failed:  # noqa: BLE001  whatever it is, Telegram must bring it again
        _log.error("telegram.not_kept", error=type(failed).__name__, where=where_of(failed))
        raise TurnedAwayError(503, "not_kept") from None
