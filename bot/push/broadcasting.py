"""What workers do for broadcasts beside sending them: their progress is shown, and a recall is carried out.

Several workers may do it at once: who looks at a card keeps others from it, and what is to be written over is taken
under a lease. Writing over twice changes nothing, so it is tried again when nobody knows how it ended.
"""

import asyncio
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final, Protocol

import structlog

from bot.failures import ChannelRefusedError, DeliveryFailedError, NotSentError, RefusedError
from bot.push.ledger import ASKED, Broadcast, BroadcastState, Card, Progress, Recall
from bot.push.sending import Parcel, Sender
from bot.rules_now import RulesNow
from handlers.asking import EDITABLE
from handlers.hr.broadcasts_progress import describe_progress
from handlers.notices.broadcasts import begin_of, make_corrections, write_recalled
from handlers.phrases import locale_of, show_moment
from handlers.ports import BroadcastOutbox, BroadcastsKept, Clock
from handlers.reply import Reply
from knowledge.local_time import VIETNAM
from knowledge.sending_hours import next_allowed

_LEASE: Final = timedelta(seconds=60)
_AT_ONCE: Final = 20
_AT_A_STRETCH: Final = 5.0  # seconds
_MOST_TRIES: Final = 5
_RECALLS_ARE_WATCHED: Final = timedelta(minutes=2)  # what was leaving then has arrived
_LOOKS_FOLLOW: Final = timedelta(minutes=2)  # a longer pause is an outage: of ours, or of the database
_log = structlog.get_logger("bot.push")


class Kept(BroadcastsKept, Protocol):
    """Broadcasts, with what only workers do."""

    async def take_cards(self, every: timedelta) -> Sequence[Card]: ...
    async def begin_card(self, card: Card) -> bool: ...
    async def keep_card(
        self, card: Card, *, provider_id: str | None, shown: str | None, final_in: BroadcastState | None
    ) -> None: ...
    async def list_recalling(self) -> Sequence[int]: ...
    async def watch_recall(self, number: int, watched: timedelta) -> None: ...
    async def give_up_recalls(self, number: int, own: Collection[str], silence: timedelta) -> int: ...
    async def take_recalls(
        self, number: int, senders: Collection[str], most: int, lease: timedelta
    ) -> Sequence[Recall]: ...
    async def forget_beginning(self, card: Card) -> None: ...
    async def reserve(self, sender: str, count: int) -> tuple[float, float] | None: ...
    async def finish_recall(self, delivery: int, *, is_done: bool, reason: str, at: datetime) -> None: ...
    async def put_off_recall(self, delivery: int, wait: timedelta) -> None: ...


class Pace(Protocol):
    """The pauses of identities."""

    async def pause(self, identity: str, wait: timedelta, reason: str) -> None: ...


class Cabinet(Protocol):
    """The drawers that this needs, in one transaction."""

    @property
    def broadcasts(self) -> Kept: ...
    @property
    def broadcast_outbox(self) -> BroadcastOutbox: ...
    @property
    def pace(self) -> Pace: ...


class OpenCabinet(Protocol):
    """Opens the drawers over one transaction: kept at the end, dropped as a whole on any error."""

    def __call__(self) -> AbstractAsyncContextManager[Any]: ...


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The clock, the rules of now with their working days and hours, and how often a card may be written over.

    What was sent by an identity that no worker has sent by for so long (`unheard`) is not waited for, once this process
    has looked without a pause for longer than others take to start (`settled`): after an outage all are unheard of.
    """

    clock: Clock
    rules: RulesNow
    every: timedelta = timedelta(seconds=5)
    unheard: timedelta = timedelta(hours=1)
    settled: timedelta = timedelta(minutes=5)


class BroadcastKeeper:
    """Shows progress and carries out recalls by the senders of this process. `speeds` are messages a second."""

    def __init__(
        self,
        open_cabinet: OpenCabinet,
        senders: Collection[Sender],
        speeds: Mapping[str, float],
        around: Surroundings,
    ) -> None:
        self._open = open_cabinet
        self._senders = {one.identity: one for one in senders}
        self._speeds = speeds
        self._around = around
        self._looks_since: datetime | None = None  # without a pause
        self._looked_at: datetime | None = None

    # --- progress

    async def show(self) -> None:
        """Write over every card whose figures have moved."""
        async with self._open() as cabinet:
            cards = await cabinet.broadcasts.take_cards(self._around.every)
        for card in cards:
            if card.sender in self._senders:
                await self._show(card, self._senders[card.sender])

    async def _show(self, card: Card, sender: Sender) -> None:
        async with self._open() as cabinet:
            broadcast: Broadcast | None = await cabinet.broadcasts.find(card.broadcast)
            progress: Progress = await cabinet.broadcasts.progress(card.broadcast)
        if broadcast is None:
            return
        with locale_of(card.locale):
            reply = describe_progress(broadcast, progress, self._around.clock.now(), self._speeds.get(card.sender, 0.0))
            shown = _fingerprint(reply)
            end = broadcast.state if progress.is_over else None
            if shown != card.shown:
                await self._put(card, sender, reply, shown, broadcast.state, end)
            elif end is not None:
                async with self._open() as cabinet:
                    await cabinet.broadcasts.keep_card(card, provider_id=card.provider_id, shown=shown, final_in=end)

    async def _put(
        self, card: Card, sender: Sender, reply: Reply, shown: str, state: BroadcastState, end: BroadcastState | None
    ) -> None:
        """Send the card once, and from then on write it over. One whose first message was lost is given up."""
        provider_id = card.provider_id
        async with self._open() as cabinet:
            slots = await cabinet.broadcasts.reserve(sender.identity, 1)
        if slots is None:  # paused: another look comes
            return
        await asyncio.sleep(slots[0])
        try:
            if provider_id is not None:
                await sender.edit(card.address, provider_id, reply)
            elif await self._begin(card):
                provider_id = await sender.send(Parcel(0, card.address, reply, card.locale))
            else:
                end = state
        except NotSentError as failed:
            await self._keep_not_sent(card, failed)
            return
        except (DeliveryFailedError, ChannelRefusedError) as failed:
            _log.info("broadcast.card_not_shown", error=type(failed).__name__)
            end = state if isinstance(failed, RefusedError) or provider_id is None else None
        async with self._open() as cabinet:
            await cabinet.broadcasts.keep_card(card, provider_id=provider_id, shown=shown, final_in=end)

    async def _begin(self, card: Card) -> bool:
        async with self._open() as cabinet:
            return bool(await cabinet.broadcasts.begin_card(card))

    async def _keep_not_sent(self, card: Card, failed: NotSentError) -> None:
        async with self._open() as cabinet:
            if failed.wait > 0:
                await cabinet.pace.pause(card.sender, timedelta(seconds=failed.wait), ASKED)
            if card.provider_id is None:  # it surely did not arrive, so it may be sent yet
                await cabinet.broadcasts.forget_beginning(card)

    # --- recalls

    async def recall(self) -> None:
        """Write over what is to be written over, at the pace of sending; send corrections where that cannot be.

        It ends after a few seconds whatever is left, so that a worker that is asked to stop can.
        """
        ends_at = time.monotonic() + _AT_A_STRETCH
        async with self._open() as cabinet:
            numbers = await cabinet.broadcasts.list_recalling()
        is_settled = self._note_look()
        for number in numbers:
            broadcast = await self._prepare(number, gives_up=is_settled)
            while broadcast is not None and await self._recall_some(broadcast) and time.monotonic() < ends_at:
                pass

    def _note_look(self) -> bool:
        """Whether looks have followed each other for long enough that whoever else lives has been heard of."""
        now = self._around.clock.now()
        is_next = self._looked_at is not None and timedelta(0) <= now - self._looked_at <= _LOOKS_FOLLOW
        if self._looks_since is None or not is_next:
            self._looks_since = now
        self._looked_at = now
        return now - self._looks_since >= self._around.settled

    async def _prepare(self, number: int, *, gives_up: bool) -> Broadcast | None:
        """Take up what has come since the last look, and correct what cannot be written over; the broadcast."""
        async with self._open() as cabinet:
            broadcast: Broadcast | None = await cabinet.broadcasts.find(number)
            if broadcast is not None:
                await cabinet.broadcasts.watch_recall(number, _RECALLS_ARE_WATCHED)
                await cabinet.broadcasts.prepare_recalls(number, EDITABLE)
                if gives_up:
                    await cabinet.broadcasts.give_up_recalls(number, self._senders.keys(), self._around.unheard)
                await self._correct(cabinet, broadcast)
        return broadcast

    async def _recall_some(self, broadcast: Broadcast) -> bool:
        """Write over some of one broadcast; whether there may be more at once."""
        async with self._open() as cabinet:
            taken = await cabinet.broadcasts.take_recalls(broadcast.number, self._senders.keys(), _AT_ONCE, _LEASE)
        for identity, some in _by_sender(taken).items():
            if not await self._write_over(broadcast, self._senders[identity], some):
                return False
        return bool(taken)

    async def _correct(self, cabinet: Any, broadcast: Broadcast) -> None:
        now = self._around.clock.now()
        people = await cabinet.broadcasts.list_to_correct(broadcast.number)
        _version, today = await self._around.rules.of_today(cabinet.rules)
        due_at = next_allowed(now.astimezone(VIETNAM), today.calendar, today.library.policy)
        await cabinet.broadcast_outbox.put_many(make_corrections(broadcast, people, due_at), now)

    async def _write_over(self, broadcast: Broadcast, sender: Sender, some: Sequence[Recall]) -> bool:
        """At the pace of the identity; False where it is paused, and what is left waits."""
        async with self._open() as cabinet:
            slots = await cabinet.broadcasts.reserve(sender.identity, len(some))
        for place, one in enumerate(some):
            if slots is None:
                await self._put_off(one, 1.0)
                continue
            await asyncio.sleep(slots[0] if place == 0 else slots[1])
            if not await self._write_one_over(broadcast, sender, one):
                slots = None
        return slots is not None

    async def _write_one_over(self, broadcast: Broadcast, sender: Sender, one: Recall) -> bool:
        with locale_of(one.locale):
            words = write_recalled(broadcast.made_by.unit_name, show_moment(one.delivered_at), begin_of(broadcast.text))
            try:
                await sender.edit(one.address, one.provider_id, words)
            except RefusedError as refused:
                await self._finish(one, is_done=False, reason=refused.code)
            except NotSentError as failed:
                await self._put_off(one, max(failed.wait, 1.0))
                async with self._open() as cabinet:
                    await cabinet.pace.pause(sender.identity, timedelta(seconds=max(failed.wait, 1.0)), ASKED)
                return False
            except DeliveryFailedError as failed:  # nobody knows how it ended; again does no harm
                if one.tries >= _MOST_TRIES:
                    await self._finish(one, is_done=False, reason=failed.code)
                else:
                    await self._put_off(one, 5.0)
            except ChannelRefusedError:
                return False
            else:
                await self._finish(one, is_done=True, reason="")
        return True

    async def _finish(self, one: Recall, *, is_done: bool, reason: str) -> None:
        now = self._around.clock.now()
        async with self._open() as cabinet:
            await cabinet.broadcasts.finish_recall(one.delivery, is_done=is_done, reason=reason, at=now)

    async def _put_off(self, one: Recall, seconds: float) -> None:
        async with self._open() as cabinet:
            await cabinet.broadcasts.put_off_recall(one.delivery, timedelta(seconds=seconds))


def _by_sender(taken: Sequence[Recall]) -> dict[str, list[Recall]]:
    grouped: dict[str, list[Recall]] = {}
    for one in taken:
        grouped.setdefault(one.sender, []).append(one)
    return grouped


def _fingerprint(reply: Reply) -> str:
    said = [reply.title, *(line.text for line in reply.lines), *(choice.token for choice in reply.choices)]
    return sha256("\n".join(said).encode()).hexdigest()[:16]
