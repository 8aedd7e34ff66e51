"""Every message of the bot is counted before it leaves: the platform allows so many a month, and then none."""

from math import ceil
from typing import Final

import structlog

from bot.failures import ChannelRefusedError, NotSentError, RefusedError
from bot.on_zalo.bot_api import BotApi
from bot.on_zalo.bot_plan import Meter, Plan

ALLOWANCE: Final = "allowance"
WARN_FROM: Final = 0.8
_LOOK_AGAIN: Final = 3600.0  # seconds: a new month, or an operator who has bought more
_log = structlog.get_logger("bot.on_zalo.bot")


class CountedBot:
    """Sends messages of one bot within its allowance."""

    def __init__(self, api: BotApi, meter: Meter, plan: Plan) -> None:
        self.api = api
        self._meter = meter
        self._plan = plan

    async def push(self, chat: str, text: str, *, is_broadcast: bool) -> str:
        """Send one message unasked, within what is left for its kind. Raises as `send` does."""
        return await self._send(chat, text, self._plan.most_broadcast if is_broadcast else self._plan.most_pushed)

    async def send(self, chat: str, text: str) -> str:
        """Send one message; the platform's own id of it. Raises what the client raises.

        NotSentError with the code `allowance`: the month has no message left for this.
        """
        return await self._send(chat, text, self._plan.most)

    async def _send(self, chat: str, text: str, most: int | None) -> str:
        taken = await self._meter.take(most)
        if taken is None:
            _log.warning("zalo_bot.allowance_used", most=most, allowance=self._plan.monthly)
            raise NotSentError(ALLOWANCE, code=ALLOWANCE, wait=_LOOK_AGAIN)
        month, sent = taken
        if sent == ceil(self._plan.monthly * WARN_FROM) > 0:
            _log.warning("zalo_bot.allowance_low", sent=sent, allowance=self._plan.monthly)
        try:
            return await self.api.send_text(chat, text)
        except (NotSentError, RefusedError, ChannelRefusedError):
            await self._meter.give_back(month)
            raise
