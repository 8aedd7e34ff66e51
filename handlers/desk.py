"""The desk as doors see it: one thing said or pressed goes in, one reply comes out."""

from typing import Protocol

from handlers.asking import Incoming
from handlers.reply import Reply


class Desk(Protocol):
    """Answers whatever comes in by any door. Never raises for what a visitor typed."""

    async def answer(self, asked: Incoming) -> Reply:
        """The reply to one thing said or pressed."""
        ...
