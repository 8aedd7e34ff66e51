"""Which updates were already taken up, so that one that a platform delivers twice is answered once."""

from collections import OrderedDict
from typing import Protocol


class SeenUpdates(Protocol):
    """Remembers updates of every channel, for all processes that serve it."""

    async def claim(self, channel: str, update_id: str) -> bool:
        """Take this update up. False when it was taken up before; of several at once exactly one gets True."""
        ...

    async def release(self, channel: str, update_id: str) -> None:
        """Give an update back that was claimed and not answered, so that its repetition is answered."""
        ...


class SeenInMemory:
    """The same for a single process and as long as it lives; the oldest are forgotten first."""

    def __init__(self, capacity: int = 20_000) -> None:
        self._capacity = capacity
        self._seen: OrderedDict[tuple[str, str], None] = OrderedDict()

    async def claim(self, channel: str, update_id: str) -> bool:
        key = (channel, update_id)
        if key in self._seen:
            return False
        self._seen[key] = None
        if len(self._seen) > self._capacity:
            self._seen.popitem(last=False)
        return True

    async def release(self, channel: str, update_id: str) -> None:
        self._seen.pop((channel, update_id), None)
