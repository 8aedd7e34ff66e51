"""The door's life by polling: the token checked, the menu announced, updates fetched through every interruption."""

import asyncio
from collections.abc import Awaitable
from itertools import count

import structlog
from aiogram import Bot, Dispatcher
from aiogram.exceptions import (
    AiogramError,
    ClientDecodeError,
    TelegramAPIError,
    TelegramConflictError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiogram.methods import DeleteWebhook, GetMe, GetUpdates, SetMyCommands, TelegramMethod
from aiogram.types import BotCommand, Update

from bot.on_telegram.connection import Pause, T, hand_over, refused_token
from bot.on_telegram.incoming import read_update
from bot.on_telegram.receive import ALLOWED_UPDATES
from bot.on_telegram.supervisor import Supervisor
from handlers.phrases import DEFAULT_LOCALE, _, locale_of, mark

_COMMANDS = (
    ("start", mark("Start and what I can do")),
    ("conthieu", mark("What am I still missing")),
    ("han", mark("My deadlines")),
    ("vanban", mark("The documents I know")),
    ("lienket", mark("Link my record")),
    ("quyenriengtu", mark("Privacy and my data")),
    ("trogiup", mark("Help")),
)
_MENU_LANGUAGES = ("vi", "en")
_LONGEST_BACKOFF = 30.0
_log = structlog.get_logger("bot.on_telegram")


async def announce_commands(bot: Bot, pause: Pause = asyncio.sleep) -> None:
    """Put the commands into the menu: in the default language for everybody, and in each language of the product."""
    for language in (None, *_MENU_LANGUAGES):
        with locale_of(language or DEFAULT_LOCALE):
            commands = [BotCommand(command=name, description=_(text)) for name, text in _COMMANDS]
        await hand_over(bot, SetMyCommands(commands=commands, language_code=language), pause, is_repeatable=True)


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

    Network errors are waited out, longer each time. Raises ChannelRefusedError when Telegram refuses the token.
    """
    line = _Line(bot, stop, pause)
    await line.ask_patiently(DeleteWebhook(drop_pending_updates=False))
    offset = 0
    async with Supervisor(grace=grace) as supervisor:
        while not stop.is_set():
            fetch = GetUpdates(offset=offset or None, timeout=wait_seconds, allowed_updates=ALLOWED_UPDATES)
            updates = await line.ask_patiently(fetch, seconds=wait_seconds + 10) or []
            for update in updates:
                offset = max(offset, update.update_id + 1)
                await supervisor.start(dispatcher.feed_update(bot, update))
    if offset:
        await _confirm(bot, offset)


class _Line:
    """The polling line to Telegram, which outlives interruptions and hangs up when asked to."""

    def __init__(self, bot: Bot, stop: asyncio.Event, pause: Pause) -> None:
        self._bot = bot
        self._stop = stop
        self._pause = pause

    async def ask_patiently(self, method: TelegramMethod[T], *, seconds: int | None = None) -> T | None:
        """Ask until there is an answer; None once we are to stop. Raises ChannelRefusedError for a refused token."""
        for attempt in count():
            if self._stop.is_set():
                return None
            try:
                return await self._unless_stopped(self._bot(method, request_timeout=seconds))
            except (TelegramUnauthorizedError, TelegramNotFound):
                raise refused_token() from None
            except ClientDecodeError as unread:
                rescued = _rescue_updates(self._bot, unread)
                if rescued and isinstance(method, GetUpdates):
                    return rescued  # type: ignore[return-value]  # the answer of GetUpdates is this list
                wait = self._backoff(unread, attempt)
            except TelegramAPIError as failed:
                wait = self._backoff(failed, attempt)
            await self._unless_stopped(self._pause(wait))
        return None

    def _backoff(self, failed: AiogramError, attempt: int) -> float:
        wait = min(2.0 ** min(attempt, 10), _LONGEST_BACKOFF)
        if isinstance(failed, TelegramRetryAfter):
            wait = max(wait, float(failed.retry_after))
        if isinstance(failed, TelegramConflictError):
            _log.error("telegram.two_readers", wait=wait)  # another process polls this token, or a webhook came back
        else:
            _log.warning("telegram.interrupted", error=type(failed).__name__, wait=wait)
        return wait

    async def _unless_stopped(self, work: Awaitable[T]) -> T | None:
        """Wait for the work or for the stop, whichever comes first; the work is then given up."""
        working = asyncio.ensure_future(work)
        stopping = asyncio.ensure_future(self._stop.wait())
        try:
            await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
            return working.result() if working.done() else None
        finally:
            for task in (working, stopping):
                task.cancel()
            await asyncio.gather(working, stopping, return_exceptions=True)


async def _confirm(bot: Bot, offset: int) -> None:
    """Tell Telegram what is done, so that the next start does not get it again; harmless if it fails."""
    try:
        await bot(GetUpdates(offset=offset, limit=1, timeout=0, allowed_updates=ALLOWED_UPDATES), request_timeout=5)
    except (TelegramAPIError, ClientDecodeError) as failed:
        _log.info("telegram.unconfirmed", error=type(failed).__name__)


def _rescue_updates(bot: Bot, unread: ClientDecodeError) -> list[Update]:
    """Read one by one a batch in which something is of a form we do not know; one such update must not block all."""
    raw = unread.data.get("result") if isinstance(unread.data, dict) else None
    if not isinstance(raw, list):
        return []
    numbered = [one for one in raw if isinstance(one, dict) and isinstance(one.get("update_id"), int)]
    # An unreadable update still counts as fetched: it passes on as a bare number that no handler takes.
    return [read_update(bot, one) or Update(update_id=one["update_id"]) for one in numbered]
