"""Reply → a chat of the Zalo Bot platform: text in parts, and what is offered remembered by its numbers."""

from typing import Final

import structlog

from bot.cut_short import STOPS_THE_REST, name_cause
from bot.failures import ChannelRefusedError, DeliveryFailedError, NotSentError, RefusedError, UnclearError
from bot.log_names import short_name
from bot.on_zalo.bot_allowance import CountedBot
from bot.on_zalo.bot_showing import Offered, OfferedChoices, list_parts, offer
from bot.persisting import keep_at_last
from bot.render import Describe
from bot.waiting import Pause
from handlers.reply import Reply

_TRIES: Final = 4
_FIRST_PAUSE: Final = 0.5
_log = structlog.get_logger("bot.on_zalo.bot")


class BotAnswerer:
    """Hands replies over in one bot's chats."""

    def __init__(self, bot: CountedBot, offered: OfferedChoices, describe: Describe, pause: Pause) -> None:
        self._bot = bot
        self._offered = offered
        self._describe = describe
        self._pause = pause

    async def send(self, chat: str, reply: Reply, *, offers: bool = True) -> None:
        """Show the reply; without `offers` the choices that stood last go on to count.

        Raises NotSentError, ChannelRefusedError or CabinetAwayError, of which each says that nothing of it went out, or
        RefusedError when this chat takes nothing more. A lost answer of the platform is logged and never answered by
        sending again.
        """
        parts = list_parts(reply, self._describe)
        is_sure = True
        for place, part in enumerate(parts):
            try:
                is_sure = await self._send_part(chat, part)
            except RefusedError:  # the chat's own: the door keeps note of it, and nothing is sent again
                raise
            except STOPS_THE_REST as failed:
                if place == 0:
                    raise
                missing, code = len(parts) - place, name_cause(failed)
                _log.warning("zalo_bot.cut_short", chat=short_name(chat), missing=missing, code=code)
                is_sure = False
                break
        if offers:  # where nobody knows what stands there, a number means nothing
            stands = offer(reply) if is_sure else Offered()
            await keep_at_last(lambda: self._offered.keep(chat, stands))

    async def show_typing(self, chat: str) -> None:
        """Show that an answer is being prepared; that it fails harms nothing."""
        try:
            await self._bot.api.show_typing(chat)
        except (DeliveryFailedError, ChannelRefusedError) as failed:
            _log.info("zalo_bot.nicety_failed", error=type(failed).__name__)

    async def _send_part(self, chat: str, part: str) -> bool:
        """Again only where nothing left; False where nobody knows whether it arrived."""
        for attempt in range(1, _TRIES + 1):
            try:
                await self._bot.send(chat, part)
            except UnclearError as unclear:
                _log.warning("zalo_bot.unclear", chat=short_name(chat), code=unclear.code)
                return False
            except NotSentError as failed:
                if failed.wait or attempt == _TRIES:
                    raise
            else:
                return True
            await self._pause(_FIRST_PAUSE * float(2 ** (attempt - 1)))
        raise AssertionError("the last attempt returns or raises")
