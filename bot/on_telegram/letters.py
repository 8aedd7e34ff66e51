"""Letters by Telegram: one message each, by the bot of the door but over a connection of its own."""

import asyncio

import structlog
from aiogram.enums import ParseMode
from aiogram.exceptions import TelegramBadRequest
from aiogram.methods import SendMessage
from aiogram.types import LinkPreviewOptions

from bot.failures import RefusedError
from bot.letters import Errand
from bot.on_telegram.answer import GONE
from bot.on_telegram.connection import hand_over, name_reason, open_bot
from bot.on_telegram.keyboards import build_choices
from bot.reach import Reach, ReachInLog
from bot.render import Describe, render_html
from bot.waiting import Pause
from handlers.asking import Channel

_PATIENCE = 20.0  # seconds for an answer of Telegram: the end of the process waits for a letter that is on its way
_log = structlog.get_logger("bot.on_telegram")


class TelegramCarrier:
    """Sends letters to chats. It waits for nobody: what Telegram does not take now is tried in a later round."""

    channel = Channel.TELEGRAM.value

    def __init__(
        self,
        token: str,
        api: str,
        describe: Describe,
        *,
        reach: Reach | None = None,
        pause: Pause = asyncio.sleep,
        seconds: float = _PATIENCE,
    ) -> None:
        self._bot = open_bot(token, api)
        self._bot.session.timeout = seconds
        self._describe = describe
        self._reach = reach or ReachInLog()
        self._pause = pause

    def list_present(self) -> None:
        """Every chat can be written to."""

    async def carry(self, errand: Errand) -> None:
        """Send it. Raises NotSentError, RefusedError, UnclearError or ChannelRefusedError."""
        message = SendMessage(
            chat_id=errand.address,
            text=render_html(errand.reply, self._describe),
            parse_mode=ParseMode.HTML,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
            reply_markup=build_choices(errand.reply.choices),
        )
        try:
            await hand_over(self._bot, message, self._pause, tries=1)
        except TelegramBadRequest as refused:
            reason = name_reason(refused)
            if reason in GONE:
                await self._reach.mark_unreachable(self.channel, errand.address)
            else:
                _log.error("telegram.bad_request", method="SendMessage", reason=reason)
            raise RefusedError(reason, code=reason) from None
        except RefusedError:
            await self._reach.mark_unreachable(self.channel, errand.address)
            raise

    async def close(self) -> None:
        """Close the connection."""
        await self._bot.session.close()
