"""What `/metrics` tells about the doors of platforms: answers, how long they took, what failed, who still waits.

No label names a person, a chat or an update. The doors know nothing of it: what is counted passes through what each
of them is given anyway, the inbox and the references of apologies.
"""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from enum import StrEnum
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from bot.log_names import make_reference
from bot.seen import Inbox, KeptUpdate

_BUCKETS: Final = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 30.0, 60.0, 300.0)
_MOST: Final = 50_000  # in hand at most, and some that others took over: the oldest are counted no more


class What(StrEnum):
    """What became of a message that was not answered as it should be."""

    DEFECT = "defect"
    PUT_OFF = "put_off"
    GIVEN_UP = "given_up"


class DoorMeters:
    """Meters of every door that a platform brings messages to."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.seconds = Histogram(
            "nhacchuan_door_answer_seconds", "From taking a message in until its answer was handed over", ["channel"],
            buckets=_BUCKETS, registry=registry,
        )  # fmt: skip
        self.failures = Counter(
            "nhacchuan_door_failures", "Messages that were not answered, or with an apology", ["channel", "what"],
            registry=registry,
        )  # fmt: skip
        self.answers = Counter(
            "nhacchuan_door_answers", "Messages whose answer was handed over", ["channel"], registry=registry
        )

    def of(self, channel: str) -> "DoorCount":
        """The count of one door; what it may count stands at 0 from now on."""
        return DoorCount(self, channel)


class DoorCount:
    """Counts what one door does."""

    def __init__(self, meters: DoorMeters, channel: str, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._seconds = meters.seconds.labels(channel)
        self._answers = meters.answers.labels(channel)
        self._failures = {what: meters.failures.labels(channel, what.value) for what in What}
        self._monotonic = monotonic

    def over(self, inbox: Inbox) -> "CountedInbox":
        """The same inbox, whose coming and going is counted."""
        return CountedInbox(inbox, self, self._monotonic)

    def make_reference(self) -> str:
        """The reference of an apology, of which there is one for each defect."""
        self.note(What.DEFECT)
        return make_reference()

    def note(self, what: What) -> None:
        """One message was not answered as it should be."""
        self._failures[what].inc()

    def note_answered(self, seconds: float) -> None:
        """An answer was handed over, so long after its message was taken in."""
        self._answers.inc()
        self._seconds.observe(seconds)


class CountedInbox:
    """Keeps the promises of `bot.seen.Inbox`, and counts what is laid down.

    What is laid down without that anything left (an edited message, a receipt) is no answer and is not counted.
    """

    def __init__(self, inbox: Inbox, count: DoorCount, monotonic: Callable[[], float]) -> None:
        self._inbox = inbox
        self._count = count
        self._monotonic = monotonic
        self._came: dict[str, float] = {}  # in hand, in the order of coming
        self._leaves: set[str] = set()

    async def keep(self, channel: str, updates: Sequence[tuple[str, str]], holder: str | None) -> Collection[str]:
        came = self._monotonic()
        new = await self._inbox.keep(channel, updates, holder)
        if holder is not None:
            self._note_come(new, came)
        return new

    async def adopt(self, channel: str, holder: str, most: int, *, from_silent: bool = True) -> Sequence[KeptUpdate]:
        adopted = await self._inbox.adopt(channel, holder, most, from_silent=from_silent)
        self._note_come([one.key for one in adopted], self._monotonic())
        return adopted

    async def count_tries(self, channel: str, keys: Collection[str], holder: str) -> Collection[str]:
        return await self._inbox.count_tries(channel, keys, holder)

    async def let_go(self, channel: str, holder: str, but: Collection[str]) -> None:
        await self._inbox.let_go(channel, holder, but)

    async def begin_sending(self, channel: str, updates: Sequence[tuple[str, str]], holder: str) -> Collection[str]:
        ours = await self._inbox.begin_sending(channel, updates, holder)
        self._leaves.update(key for key in ours if key in self._came)
        return ours

    async def finish_kept(self, channel: str, keys: Collection[str], holder: str) -> None:
        await self._inbox.finish_kept(channel, keys, holder)
        now = self._monotonic()
        for key in keys:
            came = self._came.pop(key, None)
            if came is not None and key in self._leaves:
                self._leaves.discard(key)
                self._count.note_answered(now - came)

    async def give_up(self, channel: str, key: str, holder: str) -> None:
        await self._inbox.give_up(channel, key, holder)
        self._let_go(key, What.GIVEN_UP)

    async def postpone(self, channel: str, key: str, holder: str, seconds: float, mark: str = "") -> None:
        await self._inbox.postpone(channel, key, holder, seconds, mark)
        self._let_go(key, What.PUT_OFF)

    async def stay(self, holder: str) -> None:
        await self._inbox.stay(holder)

    async def leave(self, holder: str) -> None:
        self._came.clear()
        self._leaves.clear()
        await self._inbox.leave(holder)

    def _note_come(self, keys: Collection[str], came: float) -> None:
        for key in keys:
            self._came[key] = came
        while len(self._came) > _MOST:
            oldest = next(iter(self._came))
            del self._came[oldest]
            self._leaves.discard(oldest)

    def _let_go(self, key: str, what: What) -> None:
        """What is in hand here no more was counted before."""
        if self._came.pop(key, None) is not None:
            self._leaves.discard(key)
            self._count.note(what)


class WaitingMeters:
    """Gauges of those who wait for an answer, the same whichever process tells them."""

    def __init__(self, registry: CollectorRegistry, channels: Collection[str]) -> None:
        self._channels = channels
        self._unanswered = Gauge(
            "nhacchuan_updates_unanswered", "Messages that came and have no answer yet", ["channel"], registry=registry
        )
        self._oldest = Gauge(
            "nhacchuan_updates_oldest_seconds", "How long the oldest of them has waited", ["channel"], registry=registry
        )

    def show(self, waiting: Mapping[str, tuple[int, float]]) -> None:
        """Set every gauge, given how many wait and for how many seconds the oldest does, by channel.

        An open door at which nobody waits stands at 0; what waits at one that is open no more is told too.
        """
        self._unanswered.clear()
        self._oldest.clear()
        for channel in {*self._channels, *waiting}:
            count, seconds = waiting.get(channel, (0, 0.0))
            self._unanswered.labels(channel).set(count)
            self._oldest.labels(channel).set(seconds)
