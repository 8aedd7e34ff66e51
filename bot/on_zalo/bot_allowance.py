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

    async def send(self, chat: str, text: str, *, is_push: bool = False) -> str:
        """Send one message; the platform's own id of it. Raises what the client raises.

        NotSentError with the code `allowance`: the month has no message left for this.
        """
        taken = await self._meter.take(self._plan.most_pushed if is_push else self._plan.most)
        if taken is None:
            _log.warning("zalo_bot.allowance_used", is_push=is_push, allowance=self._plan.monthly)
            raise NotSentError(ALLOWANCE, code=ALLOWANCE, wait=_LOOK_AGAIN)
        month, sent = taken
        if sent == ceil(self._plan.monthly * WARN_FROM) > 0:
            _log.warning("zalo_bot.allowance_low", sent=sent, allowance=self._plan.monthly)
        try:
            return await self.api.send_text(chat, text)
        except (NotSentError, RefusedError, ChannelRefusedError):
            await self._meter.give_back(month)
            raise
