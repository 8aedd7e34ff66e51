"""Letters in the web chat: pushed into chats that are open; whoever is away finds them when they come back."""

from collections.abc import Collection

from bot.letters import Errand, NobodyThereError
from bot.on_web.messages import reply_message
from bot.on_web.present import Present
from bot.render import Describe
from handlers.asking import Channel
from handlers.phrases import locale_of


class WebCarrier:
    """Shows letters in every open tab of their reader."""

    channel = Channel.WEB.value

    def __init__(self, present: Present, describe: Describe, *, is_demonstration: bool = False) -> None:
        self._present = present
        self._describe = describe
        self._is_demonstration = is_demonstration

    def list_present(self) -> Collection[str]:
        """Visitors who have the chat open here."""
        return self._present.list_visitors()

    async def carry(self, errand: Errand) -> None:
        """Push it. Raises NobodyThereError when no tab is left to show it."""
        shown = 0
        for line, playing in self._present.list_lines(errand.address):
            if self._is_demonstration and playing != errand.person:
                continue  # somebody else is being played in this tab
            with locale_of(line.locale):
                shown += await line.push(reply_message(errand.reply, self._describe, None))
        if not shown:
            raise NobodyThereError("nobody there", code="nobody_there")

    async def close(self) -> None:
        """Nothing is held open."""
