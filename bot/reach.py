"""Who can be written to: a visitor who blocks the bot, and who comes back."""

from datetime import datetime
from typing import Protocol

import structlog

from bot.log_names import short_name

_log = structlog.get_logger("bot.on_telegram")


class Reach(Protocol):
    """Keeps which chats take messages, so that pushes need not find out."""

    async def mark_unreachable(self, channel: str, address: str, *, as_of: datetime | None = None) -> None:
        """Record that this chat refuses our messages.

        `as_of`: we are told of what was so then, and maybe late. Nothing is recorded where they were heard of since.
        """
        ...

    async def mark_reachable(self, channel: str, address: str, *, at: datetime | None = None) -> None:
        """Record that this chat takes our messages again; `at`: since when, where the platform says."""
        ...


class ReachInLog:
    """Only says so in the log, for installations that keep no such list."""

    async def mark_unreachable(self, channel: str, address: str, *, as_of: datetime | None = None) -> None:
        del as_of
        _log.info("telegram.unreachable", channel=channel, chat=short_name(address))

    async def mark_reachable(self, channel: str, address: str, *, at: datetime | None = None) -> None:
        del at
        _log.info("telegram.reachable", channel=channel, chat=short_name(address))
