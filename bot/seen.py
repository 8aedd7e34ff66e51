"""Which updates were already taken up, so that one that a platform delivers twice is answered once.

What a platform brings but once is kept until it is answered, whatever becomes of the process that took it in.
"""

from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Protocol


class SeenUpdates(Protocol):
    """Remembers what is done but once in a channel, for all processes that serve it."""

    async def claim(self, channel: str, update_id: str, by: str = "") -> bool:
        """Take up what is done but once. False when it was taken up before; of several at once one gets True.

        `by` names what it is done for, which gets it again: whatever became of the first time, it is put off to be
        done at the next.
        """
        ...

    async def release(self, channel: str, update_id: str) -> None:
        """Give back what was taken up and not done, so that it is done at its repetition."""
        ...


class SeenInMemory:
    """The same for a single process and as long as it lives; the oldest are forgotten first."""

    def __init__(self, capacity: int = 20_000) -> None:
        self._capacity = capacity
        self._seen: OrderedDict[tuple[str, str], str] = OrderedDict()

    async def claim(self, channel: str, update_id: str, by: str = "") -> bool:
        key = (channel, update_id)
        if key in self._seen:
            return bool(by) and self._seen[key] == by
        self._seen[key] = by
        if len(self._seen) > self._capacity:
            self._seen.popitem(last=False)
        return True

    async def release(self, channel: str, update_id: str) -> None:
        self._seen.pop((channel, update_id), None)


@dataclass(frozen=True, slots=True)
class KeptUpdate:
    """An update that was kept.

    `tries`: how often it failed by our own fault or was in hand at a breakdown, and once more if it was ever put off.
    `body` is empty where it was sealed with a key that is not ours. `sending`: the mark of an answer that may have left
    before the process died that had it in hand; else empty. `is_belated`: taken up, and not just brought. `was_held`:
    taken up from a process that did not lay it down.
    """

    key: str
    body: str
    tries: int = 0
    sending: str = ""
    is_belated: bool = False
    was_held: bool = False


class Inbox(Protocol):
    """Keeps updates that their platform does not bring again; every method is committed when it returns."""

    async def keep(self, channel: str, updates: Sequence[tuple[str, str]], holder: str | None) -> Collection[str]:
        """Keep these, key and body, in the hand of `holder`. The keys that are new, which alone are to be answered.

        Without a holder whoever next has room takes them up.
        """
        ...

    async def adopt(self, channel: str, holder: str, most: int, *, from_silent: bool = True) -> Sequence[KeptUpdate]:
        """Take up what nobody else has in hand and whose time has come, oldest first.

        With `from_silent` also what those have who were silent for a while when `holder` last said that it lives.
        """
        ...

    async def count_tries(self, channel: str, keys: Collection[str], holder: str) -> Collection[str]:
        """One more try of each that may have been its fault or ours. The keys in this hand still."""
        ...

    async def let_go(self, channel: str, holder: str, but: Collection[str]) -> None:
        """Whatever this holder has besides these, of whose keeping it heard no end, is anybody's."""
        ...

    async def begin_sending(self, channel: str, updates: Sequence[tuple[str, str]], holder: str) -> Collection[str]:
        """Answers are about to leave: keys and marks. The keys in this hand still; for the others nothing may leave."""
        ...

    async def finish_kept(self, channel: str, keys: Collection[str], holder: str) -> None:
        """These are answered, and forgotten but for their keys."""
        ...

    async def give_up(self, channel: str, key: str, holder: str) -> None:
        """Forgotten unanswered, after a day of tries that failed by our own fault; administrators are told."""
        ...

    async def postpone(self, channel: str, key: str, holder: str, seconds: float, mark: str = "") -> None:
        """Nothing left; whoever has room after this time takes the update up again.

        `mark`: of an answer that may have left before, which nobody could find out yet.
        """
        ...

    async def stay(self, holder: str) -> None:
        """This holder lives; one that is silent for a while is taken to be dead."""
        ...

    async def leave(self, holder: str) -> None:
        """This holder goes; what it has in hand is anybody's."""
        ...


class InboxInMemory:
    """The same for a single process and as long as it lives; the oldest keys are forgotten first."""

    def __init__(self, capacity: int = 20_000) -> None:
        self._capacity = capacity
        self._known: OrderedDict[tuple[str, str], None] = OrderedDict()
        self.waiting: dict[tuple[str, str], tuple[KeptUpdate, str | None]] = {}

    async def keep(self, channel: str, updates: Sequence[tuple[str, str]], holder: str | None) -> Collection[str]:
        new = {key: body for key, body in updates if (channel, key) not in self._known}
        for key, body in new.items():
            self._known[channel, key] = None
            self.waiting[channel, key] = KeptUpdate(key, body), holder
        while len(self._known) > self._capacity:
            self._known.popitem(last=False)
        return new.keys()

    async def adopt(self, channel: str, holder: str, most: int, *, from_silent: bool = True) -> Sequence[KeptUpdate]:
        del from_silent  # nobody else is there
        free = [place for place, (_one, whose) in self.waiting.items() if whose is None and place[0] == channel]
        adopted = [replace(self.waiting[place][0], is_belated=True) for place in free[:most]]
        for one in adopted:
            self.waiting[channel, one.key] = one, holder
        return adopted

    async def count_tries(self, channel: str, keys: Collection[str], holder: str) -> Collection[str]:
        ours = [key for key in keys if self._holder_of(channel, key) == holder]
        for key in ours:
            one = self.waiting[channel, key][0]
            self.waiting[channel, key] = replace(one, tries=one.tries + 1), holder
        return ours

    async def let_go(self, channel: str, holder: str, but: Collection[str]) -> None:
        for place, (one, whose) in self.waiting.items():
            if place[0] == channel and whose == holder and one.key not in but:
                self.waiting[place] = one, None

    async def begin_sending(self, channel: str, updates: Sequence[tuple[str, str]], holder: str) -> Collection[str]:
        ours = {key: mark for key, mark in updates if self._holder_of(channel, key) == holder}
        for key, mark in ours.items():
            self.waiting[channel, key] = replace(self.waiting[channel, key][0], sending=mark), holder
        return ours.keys()

    async def finish_kept(self, channel: str, keys: Collection[str], holder: str) -> None:
        for key in keys:
            if self._holder_of(channel, key) == holder:
                del self.waiting[channel, key]

    async def give_up(self, channel: str, key: str, holder: str) -> None:
        await self.finish_kept(channel, [key], holder)  # whoever runs this process alone reads its log

    async def postpone(self, channel: str, key: str, holder: str, seconds: float, mark: str = "") -> None:
        del seconds  # its time comes whenever somebody has room
        if self._holder_of(channel, key) == holder:
            self.waiting[channel, key] = replace(self.waiting[channel, key][0], sending=mark), None

    async def stay(self, holder: str) -> None:
        del holder  # what is kept in memory has no other holder

    async def leave(self, holder: str) -> None:
        for place, (one, whose) in self.waiting.items():
            if whose == holder:
                self.waiting[place] = one, None

    def _holder_of(self, channel: str, key: str) -> str | None:
        return self.waiting.get((channel, key), (None, None))[1]
