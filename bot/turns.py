"""One conversation's updates one after the other, in the order they came; different conversations at the same time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Turns:
    """A queue for each conversation that exists only while somebody stands in it."""

    def __init__(self) -> None:
        self._locks: dict[str, asyncio.Lock] = {}
        self._standing: dict[str, int] = {}

    @asynccontextmanager
    async def of(self, conversation: str) -> AsyncIterator[None]:
        """Wait for one's turn in this conversation; first come, first served."""
        lock = self._locks.setdefault(conversation, asyncio.Lock())
        self._standing[conversation] = self._standing.get(conversation, 0) + 1
        try:
            async with lock:
                yield
        finally:
            self._leave(conversation)

    def _leave(self, conversation: str) -> None:
        self._standing[conversation] -= 1
        if not self._standing[conversation]:
            del self._standing[conversation], self._locks[conversation]
