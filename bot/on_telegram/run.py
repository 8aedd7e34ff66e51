"""The door's life: the menu announced, then updates fetched by polling through every interruption."""

import asyncio
from contextlib import suppress

import structlog
from aiogram import Bot, Dispatcher
from aiogram.exceptions import ClientDecodeError, TelegramAPIError
from aiogram.methods import DeleteWebhook, GetMe, GetUpdates, SetMyCommands
from aiogram.types import BotCommand, Update

from bot.on_telegram.connection import hand_over
from bot.on_telegram.line import PatientLine
from bot.on_telegram.receive import ALLOWED_UPDATES
from bot.on_telegram.tally import Tally
from bot.supervisor import Supervisor
from bot.waiting import Pause
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
_TRY_AGAIN = (15.0, 30.0, 60.0, 120.0)  # seconds before an update that could not be answered is taken up once more
_LOOK_AGAIN = 0.5  # seconds after which others are heard too while an answer takes long
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


async def poll(
    bot: Bot,
    dispatcher: Dispatcher,
    stop: asyncio.Event,
    *,
    pause: Pause = asyncio.sleep,
    wait_seconds: int = 25,
    grace: float = 20.0,
) -> None:
    """Fetch and answer updates until `stop` is set, then finish what was begun.

    What is not answered yet is not confirmed, so that Telegram brings it again to whoever comes after a breakdown.
    Network errors are waited out, longer each time. Raises ChannelRefusedError when Telegram refuses the token.
    """
    line = PatientLine(bot, stop, pause)
    await line.ask(DeleteWebhook(drop_pending_updates=False))
    tally = Tally()
    async with Supervisor(grace=grace) as supervisor:
        while not stop.is_set():
            fetch = GetUpdates(offset=tally.offset or None, timeout=wait_seconds, allowed_updates=ALLOWED_UPDATES)
            updates = await line.ask(fetch, seconds=wait_seconds + 10) or []
            for update in updates:
                if tally.take(update.update_id):
                    await supervisor.start(_answer(bot, dispatcher, update, tally, stop))
            await tally.settle(_LOOK_AGAIN)
    if tally.offset:
        await _confirm(bot, tally.offset)


async def _answer(bot: Bot, dispatcher: Dispatcher, update: Update, tally: Tally, stop: asyncio.Event) -> None:
    """Answer one update; work that is cut off leaves it unconfirmed, and what could not be answered comes again."""
    try:
        is_done = await dispatcher.feed_update(bot, update) is not False
    except Exception:
        tally.lay_down(update.update_id, is_done=True)  # a second time would fail in the same way
        raise
    tries = tally.count_tries(update.update_id)
    if not is_done and tries > len(_TRY_AGAIN):
        _log.error("telegram.given_up", update=update.update_id)
        is_done = True
    elif not is_done:
        with suppress(TimeoutError):
            async with asyncio.timeout(_TRY_AGAIN[tries - 1]):
                await stop.wait()
    tally.lay_down(update.update_id, is_done=is_done)


async def _confirm(bot: Bot, offset: int) -> None:
    """Tell Telegram what is done, so that the next start does not get it again; harmless if it fails."""
    try:
        await bot(GetUpdates(offset=offset, limit=1, timeout=0, allowed_updates=ALLOWED_UPDATES), request_timeout=5)
    except (TelegramAPIError, ClientDecodeError) as failed:
        _log.info("telegram.unconfirmed", error=type(failed).__name__)
