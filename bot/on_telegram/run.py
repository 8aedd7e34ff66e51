"""The door's life: the menu announced, then updates fetched by polling through every interruption."""

import asyncio
import time
from typing import Any, Final

import structlog
from aiogram import Bot
from aiogram.exceptions import ClientDecodeError, TelegramAPIError
from aiogram.methods import DeleteWebhook, GetMe, SetMyCommands
from aiogram.methods.base import TelegramMethod
from aiogram.types import BotCommand

from bot.failures import where_of
from bot.on_telegram.connection import hand_over
from bot.on_telegram.line import PatientLine
from bot.on_telegram.receive import ALLOWED_UPDATES
from bot.on_telegram.threshold import Threshold
from bot.waiting import Pause, longer_each_time, unless_stopped
from handlers.phrases import DEFAULT_LOCALE, _, locale_of, mark

_COMMANDS = (
    ("start", mark("Start and what I can do")),
    ("conthieu", mark("What am I still missing")),
    ("han", mark("My deadlines")),
    ("lich", mark("My deadlines for my calendar")),
    ("vanban", mark("The documents I know")),
    ("dihoc", mark("My study requests")),
    ("nopminhchung", mark("Hand in a certificate")),
    ("nhacviec", mark("My reminders")),
    ("cauhoi", mark("My questions to HR")),
    ("lienket", mark("Link my record")),
    ("quyenriengtu", mark("Privacy and my data")),
    ("trogiup", mark("Help")),
)
_MENU_LANGUAGES = ("vi", "en")
_LONGEST_PAUSE: Final = 30.0
_TOO_QUICK: Final = 0.5  # seconds in which an idle wait ends only where something is wrong
_log = structlog.get_logger("bot.on_telegram")


async def announce_commands(line: PatientLine) -> None:
    """Put the commands into the menu: in the default language for everybody, and in each language of the product."""
    for language in (None, *_MENU_LANGUAGES):
        with locale_of(language or DEFAULT_LOCALE):
            commands = [BotCommand(command=name, description=_(text)) for name, text in _COMMANDS]
        await line.ask(SetMyCommands(commands=commands, language_code=language))


async def check_token(bot: Bot, pause: Pause = asyncio.sleep) -> str:
    """Ask Telegram who we are; the answer is our user name. Raises ChannelRefusedError for a wrong token."""
    me = await hand_over(bot, GetMe(), pause, is_repeatable=True)
    return me.username or ""


class FetchUpdates(TelegramMethod[list[Any]]):
    """`getUpdates` with each update as Telegram wrote it: one of a form that we do not know hides no other."""

    __returning__ = list[Any]
    __api_method__ = "getUpdates"

    offset: int | None = None
    limit: int | None = None
    timeout: int
    allowed_updates: list[str]


async def poll(
    bot: Bot, threshold: Threshold, stop: asyncio.Event, *, pause: Pause = asyncio.sleep, wait_seconds: int = 25
) -> None:
    """Fetch updates and bring them over the threshold until `stop` is set.

    What is not kept yet is not confirmed, so that Telegram brings it again, to us or to whoever comes after a
    breakdown. Network errors are waited out, longer each time. Raises ChannelRefusedError when Telegram refuses the
    token.
    """
    line = PatientLine(bot, stop, pause)
    await line.ask(DeleteWebhook(drop_pending_updates=False))
    offset, failures = 0, 0
    while not stop.is_set():
        began = time.monotonic()
        fetch = FetchUpdates(offset=offset or None, timeout=wait_seconds, allowed_updates=ALLOWED_UPDATES)
        updates = await line.ask(fetch, seconds=wait_seconds + 10) or []
        try:
            newest = await threshold.take(updates)
        except Exception as failed:  # noqa: BLE001  whatever it is, it comes again
            _log.error("telegram.not_kept", error=type(failed).__name__, where=where_of(failed))
            await unless_stopped(pause(longer_each_time(failures, longest=_LONGEST_PAUSE)), stop)
            failures += 1
            continue
        failures = 0
        if newest is not None:
            offset = newest + 1
        elif time.monotonic() - began < _TOO_QUICK:
            await unless_stopped(pause(_TOO_QUICK), stop)
    if offset:
        await _confirm(bot, offset)


async def _confirm(bot: Bot, offset: int) -> None:
    """Tell Telegram what is kept, so that the next start does not get it again; harmless if it fails."""
    try:
        await bot(FetchUpdates(offset=offset, limit=1, timeout=0, allowed_updates=ALLOWED_UPDATES), request_timeout=5)
    except (TelegramAPIError, ClientDecodeError) as failed:
        _log.info("telegram.unconfirmed", error=type(failed).__name__)
