"""Letters by the Zalo Bot platform: by the bot of the door but over a connection of its own."""

from bot.failures import RefusedError
from bot.letters import Errand
from bot.on_zalo.bot_pushing import ZaloBotSender
from bot.push.sending import Parcel
from bot.reach import Reach, ReachInLog
from bot.refusals import CHAT_UNKNOWN
from handlers.asking import Channel
from handlers.phrases import current_locale


class ZaloBotCarrier:
    """Sends letters to chats. It waits for nobody: what the platform does not take now is tried in a later round."""

    channel = Channel.ZALO_BOT.value

    def __init__(self, sender: ZaloBotSender, *, reach: Reach | None = None) -> None:
        self._sender = sender
        self._reach = reach or ReachInLog()

    def list_present(self) -> None:
        """Every chat can be written to."""

    async def carry(self, errand: Errand) -> None:
        """Send it. Raises NotSentError, RefusedError, UnclearError or ChannelRefusedError."""
        try:
            await self._sender.send(Parcel(-errand.id, errand.address, errand.reply, current_locale()))
        except RefusedError as refused:
            if refused.code == CHAT_UNKNOWN:
                await self._reach.mark_unreachable(self.channel, errand.address)
            raise

    async def close(self) -> None:
        """Close the connection."""
        await self._sender.close()
