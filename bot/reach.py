"""Who can be written to: a visitor who blocks the bot, and who comes back."""

from typing import Protocol

import structlog

from bot.log_names import short_name

_log = structlog.get_logger("bot.on_telegram")


class Reach(Protocol):
    """Keeps which chats take messages, so that pushes need not find out."""

    async def mark_unreachable(self, channel: str, address: str) -> None:
        """Record that this chat refuses our messages."""
        ...

    async def mark_reachable(self, channel: str, address: str) -> None:
        """Record that this chat takes our messages again."""
        ...


class ReachInLog:
    """Only says so in the log, for installations that keep no such list."""

    async def mark_unreachable(self, channel: str, address: str) -> None:
        _log.info("telegram.unreachable", channel=channel, chat=short_name(address))

    async def mark_reachable(self, channel: str, address: str) -> None:
        _log.info("telegram.reachable", channel=channel, chat=short_name(address))
