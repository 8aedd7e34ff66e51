"""Telegram as a channel of the office: which way it is opened, and whether its token works."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from aiogram.exceptions import AiogramError
from aiogram.methods import GetWebhookInfo
from prometheus_client import CollectorRegistry, Counter

from bot.door_meters import DoorMeters
from bot.errors import CommandError, InputError, ServiceError
from bot.failures import ChannelRefusedError, DeliveryFailedError
from bot.linking import bot_link
from bot.on_telegram.connection import open_bot
from bot.on_telegram.door import Door, PollingDoor, WebhookDoor
from bot.on_telegram.letters import TelegramCarrier
from bot.on_telegram.receive import Reception
from bot.on_telegram.run import check_token
from bot.settings import Settings
from bot.wiring import Office
from handlers.asking import Channel
from handlers.phrases import _

WEBHOOK_PATH = "/telegram/webhook"


async def check_telegram(settings: Settings) -> str:
    """The bot's own name. Raises InputError for a refused token, ServiceError when Telegram is out of reach."""
    if settings.telegram_token is None:
        raise InputError(_("not connected (NHACCHUAN_TELEGRAM_TOKEN is empty)"))
    try:
        bot = open_bot(settings.telegram_token.get_secret_value(), settings.telegram_api)
        try:
            return await check_token(bot)
        finally:
            await bot.session.close()
    except ChannelRefusedError as error:
        raise InputError(str(error)) from None
    except DeliveryFailedError as error:
        raise ServiceError(_("Telegram is out of reach: {reason}").format(reason=error.code or error)) from None


@dataclass(frozen=True, slots=True)
class Brought:
    """How Telegram says that it brings messages: to which address, and why it could not of late."""

    url: str
    failed_at: datetime | None
    reason: str


async def ask_webhook(settings: Settings) -> Brought:
    """What Telegram says of its webhook. Raises ServiceError when it does not say."""
    token = settings.telegram_token
    bot = open_bot(token.get_secret_value() if token is not None else "", settings.telegram_api)
    try:
        said = await bot(GetWebhookInfo())
    except AiogramError as error:
        raise ServiceError(_("Telegram is out of reach: {reason}").format(reason=type(error).__name__)) from None
    finally:
        await bot.session.close()
    return Brought(said.url, said.last_error_date, said.last_error_message or "")


async def learn_link(office: Office) -> None:
    """Let printed slips open the bot: its name is asked once, and slips do without it where nobody answers."""
    settings = office.settings
    if settings.telegram_token is None or settings.telegram_name:
        return
    with suppress(CommandError):
        office.desk.bot_link = bot_link(settings, await check_telegram(settings))


def make_telegram_door(
    office: Office, registry: CollectorRegistry, meters: DoorMeters | None = None
) -> PollingDoor | WebhookDoor | None:
    """The door by webhook where an address for it is set, else by polling; None without a token.

    Raises InputError for a token or secret that cannot be one.
    """
    settings = office.settings
    if settings.telegram_token is None:
        return None
    token = settings.telegram_token.get_secret_value()
    count = (meters or DoorMeters(registry)).of(Channel.TELEGRAM)
    reception = Reception(
        desk=office.desk_at(Channel.TELEGRAM),
        describe=office.describe,
        seen=office.seen_at(Channel.TELEGRAM),
        inbox=count.over(office.inbox_at(Channel.TELEGRAM)),
        reach=office.reach_at(Channel.TELEGRAM),
        locale=settings.locale,
        make_reference=count.make_reference,
    )
    try:
        if not settings.telegram_webhook_url:
            return PollingDoor(token, settings.telegram_api, reception)
        secret = settings.telegram_webhook_secret
        refused = Counter("telegram_webhook_refused", "Webhook calls turned away", ["reason"], registry=registry)
        return WebhookDoor(
            token,
            settings.telegram_api,
            reception,
            url=settings.telegram_webhook_url,
            secret=secret.get_secret_value() if secret is not None else "",
            count=lambda reason: refused.labels(reason).inc(),
        )
    except ChannelRefusedError as error:
        raise InputError(str(error)) from None


def make_telegram_carrier(office: Office) -> TelegramCarrier | None:
    """Whoever brings letters by Telegram; None without a token. Raises InputError for a token that cannot be one."""
    token = office.settings.telegram_token
    if token is None:
        return None
    try:
        telegram = office.settings.telegram_api
        return TelegramCarrier(
            token.get_secret_value(), telegram, office.describe, reach=office.reach_at(Channel.TELEGRAM)
        )
    except ChannelRefusedError as error:
        raise InputError(str(error)) from None


async def keep_open(door: Door, stop: asyncio.Event) -> None:
    """Keep the door open until `stop`. Raises InputError when its platform refuses us."""
    try:
        await door.keep_open(stop)
    except ChannelRefusedError as error:
        raise InputError(str(error)) from None
