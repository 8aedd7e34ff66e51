"""Which updates were already taken up, so that one that a platform delivers twice is answered once."""

from collections import OrderedDict
from enum import StrEnum
from typing import Protocol


class Taken(StrEnum):
    """What became of taking an update up: it is ours to answer, another is answering it, or it is done with."""

    OURS = "ours"
    HELD = "held"
    DONE = "done"


class SeenUpdates(Protocol):
    """Remembers updates of every channel, for all processes that serve it."""

    async def claim(self, channel: str, update_id: str) -> bool:
        """Take up what is done but once. False when it was taken up before; of several at once one gets True."""
        ...

    async def begin(self, channel: str, update_id: str) -> Taken:
        """Take an update up to answer it. One whose answering was cut off is ours again after a while."""
        ...

    async def finish(self, channel: str, update_id: str) -> None:
        """Keep that an update was answered: it is never taken up again."""
        ...

    async def release(self, channel: str, update_id: str) -> None:
        """Give an update back that was taken up and not answered, so that its repetition is answered."""
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

    async def begin(self, channel: str, update_id: str) -> Taken:
        return Taken.OURS if await self.claim(channel, update_id) else Taken.DONE

    async def finish(self, channel: str, update_id: str) -> None:
        del channel, update_id  # what is claimed in memory stays so: cut off half-way, the memory goes too

    async def release(self, channel: str, update_id: str) -> None:
        self._seen.pop((channel, update_id), None)
