"""A line to Telegram that outlives interruptions, for what must be done once however long it takes."""

import asyncio
from itertools import count

import structlog
from aiogram import Bot
from aiogram.exceptions import (
    AiogramError,
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiogram.methods import TelegramMethod

from bot.failures import ChannelRefusedError
from bot.on_telegram.tokens import refused_token
from bot.waiting import Pause, T, longer_each_time, unless_stopped
from handlers.phrases import _

_LONGEST_BACKOFF = 30.0
_log = structlog.get_logger("bot.on_telegram")


class PatientLine:
    """A line to Telegram that outlives interruptions and hangs up when asked to."""

    def __init__(self, bot: Bot, stop: asyncio.Event, pause: Pause) -> None:
        self._bot = bot
        self._stop = stop
        self._pause = pause

    async def ask(self, method: TelegramMethod[T], *, seconds: int | None = None) -> T | None:
        """Ask until there is an answer; None once we are to stop.

        Raises ChannelRefusedError when Telegram refuses the token or what is asked: waiting would not help.
        """
        for attempt in count():
            if self._stop.is_set():
                return None
            try:
                return await unless_stopped(self._bot(method, request_timeout=seconds), self._stop)
            except (TelegramUnauthorizedError, TelegramNotFound):
                raise refused_token() from None
            except TelegramBadRequest as refused:
                raise ChannelRefusedError(
                    _("Telegram refuses this setting: {reason}").format(reason=refused.message)
                ) from None
            except (TelegramAPIError, ClientDecodeError) as failed:
                wait = self._backoff(failed, attempt)
            await unless_stopped(self._pause(wait), self._stop)
        return None

    def _backoff(self, failed: AiogramError, attempt: int) -> float:
        wait = longer_each_time(attempt, longest=_LONGEST_BACKOFF)
        if isinstance(failed, TelegramRetryAfter):
            wait = max(wait, float(failed.retry_after))
        if isinstance(failed, TelegramConflictError):
            _log.error("telegram.two_readers", wait=wait)  # another process polls this token, or a webhook came back
        else:
            _log.warning("telegram.interrupted", error=type(failed).__name__, wait=wait)
        return wait
