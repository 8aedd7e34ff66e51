"""Telegram as a channel of the running office: checked, then by polling or by webhook."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from aiogram import Bot
from aiohttp import web
from prometheus_client import CollectorRegistry, Counter

from bot.errors import InputError, ServiceError
from bot.failures import ChannelRefusedError, DeliveryFailedError
from bot.on_telegram.connection import open_bot
from bot.on_telegram.receive import Reception, build_dispatcher
from bot.on_telegram.run import announce_commands, check_token, poll
from bot.on_telegram.supervisor import Supervisor
from bot.on_telegram.webhook import set_webhook, webhook_handler
from bot.settings import Settings
from bot.wiring import Office
from handlers.phrases import _

WEBHOOK_PATH = "/telegram/webhook"


async def check_telegram(settings: Settings) -> str:
    """The bot's own name. Raises InputError for a refused token, ServiceError when Telegram is out of reach."""
    async with _opened_bot(settings) as bot:
        return await _ask_name(bot)


@asynccontextmanager
async def telegram_webhook(office: Office, registry: CollectorRegistry) -> AsyncIterator[list[web.RouteDef]]:
    """The route that Telegram brings updates to, with the webhook set; empty where polling or nothing is configured."""
    settings = office.settings
    if settings.telegram_token is None or not settings.telegram_webhook_url:
        yield []
        return
    if settings.telegram_webhook_secret is None:
        raise InputError(_("NHACCHUAN_TELEGRAM_WEBHOOK_URL needs NHACCHUAN_TELEGRAM_WEBHOOK_SECRET as well."))
    secret = settings.telegram_webhook_secret.get_secret_value()
    refused = Counter("telegram_webhook_refused", "Webhook calls turned away", ["reason"], registry=registry)
    async with AsyncExitStack() as stack:
        bot = await stack.enter_async_context(_opened_bot(settings))
        await _ask_name(bot)
        await announce_commands(bot)
        supervisor = await stack.enter_async_context(Supervisor())
        handler = webhook_handler(
            bot, build_dispatcher(bot, _reception(office)), secret, supervisor, lambda why: refused.labels(why).inc()
        )
        await _set_webhook(bot, settings.telegram_webhook_url, secret)
        yield [web.post(WEBHOOK_PATH, handler)]


async def poll_telegram(office: Office, stop: asyncio.Event) -> None:
    """Fetch and answer updates until `stop`; returns at once where polling is not configured."""
    settings = office.settings
    if settings.telegram_token is None or settings.telegram_webhook_url:
        return
    async with _opened_bot(settings) as bot:
        await _ask_name(bot)
        await announce_commands(bot)
        await poll(bot, build_dispatcher(bot, _reception(office)), stop)


def _reception(office: Office) -> Reception:
    return Reception(desk=office.desk, describe=office.describe, seen=office.seen, locale=office.settings.locale)


@asynccontextmanager
async def _opened_bot(settings: Settings) -> AsyncIterator[Bot]:
    token = settings.telegram_token.get_secret_value() if settings.telegram_token is not None else ""
    try:
        bot = open_bot(token, settings.telegram_api)
    except ChannelRefusedError as error:
        raise InputError(str(error)) from None
    try:
        yield bot
    except ChannelRefusedError as error:
        raise InputError(str(error)) from None
    finally:
        await bot.session.close()


async def _ask_name(bot: Bot) -> str:
    try:
        return await check_token(bot)
    except DeliveryFailedError as error:
        raise ServiceError(_("Telegram is out of reach: {reason}").format(reason=error.code or error)) from None


async def _set_webhook(bot: Bot, url: str, secret: str) -> None:
    try:
        await set_webhook(bot, url, secret)
    except DeliveryFailedError as error:
        raise ServiceError(_("Telegram is out of reach: {reason}").format(reason=error.code or error)) from None
