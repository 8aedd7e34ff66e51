"""Letters by the Official Account: one message each."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final

import structlog

from bot.failures import NotSentError, RefusedError
from bot.letters import Errand
from bot.on_zalo.account import AccountClient, CodeError
from bot.on_zalo.failing import name_failure
from bot.on_zalo.messages import build_parts
from bot.reach import Reach
from bot.refusals import OURS
from bot.render import Describe
from handlers.asking import Channel

_NOT_ABOUT_THEM: Final = OURS
_log = structlog.get_logger("bot.on_zalo")


class OaCarrier:
    """Sends letters to people. It waits for nobody: what Zalo does not take now is tried in a later round."""

    channel = Channel.ZALO_OA.value

    def __init__(
        self,
        client: AccountClient,
        describe: Describe,
        reach: Reach,
        now: Callable[[], datetime],
        close_tokens: Callable[[], Awaitable[None]],
        count: Callable[[int], Awaitable[None]] | None = None,
    ) -> None:
        """`count` learns of each message that went out, for it counts against an allowance."""
        self._close_tokens = close_tokens
        self._client = client
        self._describe = describe
        self._reach = reach
        self._now = now
        self._count = count

    def list_present(self) -> None:
        """Everybody can be written to, as far as is known before it is tried."""

    async def carry(self, errand: Errand) -> None:
        """Send it. Raises NotSentError, RefusedError, UnclearError or ChannelRefusedError."""
        for index, part in enumerate(build_parts(errand.reply, self._describe)):
            try:
                await self._send(errand.address, part.message)
            except (NotSentError, RefusedError):
                if index == 0:
                    raise
                return  # the beginning is there; all of it again would double that

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()
        await self._close_tokens()

    async def _note_sent(self) -> None:
        """That it could not be counted does not change that it went out."""
        try:
            if self._count is not None:
                await self._count(1)
        except Exception as failed:  # noqa: BLE001  the database: one message too few is counted
            _log.warning("zalo.not_counted", error=type(failed).__name__)

    async def _send(self, user: str, message: dict[str, object]) -> None:
        try:
            await self._client.send(user, message)
        except CodeError as refused:
            failed = name_failure(refused, self._now())
        else:
            await self._note_sent()
            return
        if isinstance(failed, RefusedError) and failed.code not in _NOT_ABOUT_THEM:
            await self._reach.mark_unreachable(self.channel, user)
        raise failed
