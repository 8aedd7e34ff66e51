"""What a platform brings is kept before it is thanked, done afterwards, and found again after a breakdown.

Each update is in the hand of one process, which says every few seconds that it lives. What a dead one held, and what
could not be done and waits for its time, is taken up by whoever lives.
"""

import asyncio
import json
import math
import secrets
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Any, Final, Self

import structlog

from bot.failures import where_of
from bot.gathering import Gathered
from bot.log_names import short_name
from bot.persisting import keep_at_last
from bot.seen import Inbox, KeptUpdate
from bot.supervisor import Supervisor
from bot.waves import Waves
from handlers.reply import Reply

STAY_EVERY: Final = 3.0  # seconds; after five times as many a holder is taken to be dead
# Rounds: only who has been heard itself for so long, and never was silent as long, tells the dead from those who have
# been silent through the same outage and come back a moment later.
_HEARD_FOR: Final = 3.0
_MOST_IN_HAND: Final = 20_000  # more is kept for whoever has room
_MOST_BEGUN: Final = 250  # at once; the others wait as they came, which takes little memory and no time to look through
_MOST_ADOPTED: Final = 200
_MOST_UNSENT: Final = 1000  # answers that wait in memory for their platform
# Answers between their mark and their end: whoever is among them when the process dies must be told of it. A platform
# that takes long over each does not hold the others up for ever.
_MOST_LEAVING: Final = 48
_FEW_LEAVING: Final = 12  # from which the next may leave, together
_LONGEST_TURN: Final = 1.0
# Seconds before what could not be answered is tried again: at once after a fault, and for a day in all, so that who
# wrote before a long outage is answered after it.
_WAITS: Final = (15.0, 30.0, 60.0, 120.0, 300.0, 900.0, 1800.0, 3600.0, 7200.0, 14_400.0, 28_800.0, 28_800.0)
_MOST_TRIES: Final = len(_WAITS)
# Whatever was in hand at so many breakdowns is answered alone, one after the other: so the one that brings a process
# down each time is given up in the end, and none that was only beside it.
_SUSPECT_AFTER: Final = 3
_log = structlog.get_logger("bot.intake")


class InHand:
    """An update that is ours to answer."""

    def __init__(self, intake: "Intake", kept: KeptUpdate, answer: Reply | None = None) -> None:
        self._intake = intake
        self._kept = kept
        self._has_turn = False
        self.answer = answer
        self.wait: float | None = None

    @property
    def is_belated(self) -> bool:
        """Whether it was taken up again, so that its conversation may have gone on meanwhile."""
        return self._kept.is_belated

    @property
    def raw(self) -> Mapping[str, Any]:
        """What came."""
        read = json.loads(self._kept.body)
        return read if isinstance(read, dict) else {}

    @property
    def sending(self) -> str:
        """The mark of an answer that may have left before the process died that had this in hand; else empty."""
        return self._kept.sending

    async def answer_once(self, ask: Callable[[], Awaitable[Reply]]) -> Reply:
        """The desk's answer, which is asked for once: what could not be sent is not done a second time to be sent."""
        if self.answer is None:
            self.answer = await ask()
        return self.answer

    async def begin_sending(self, mark: str) -> None:
        """To be called before anything leaves; `mark` tells it from others. Raises TakenOverError in other hands.

        Waits for its turn among the answers that leave.
        """
        if not self._has_turn:
            self._has_turn = await self._intake.wait_for_turn()
        if not await self._intake.begin_sending(self._kept.key, mark):
            raise TakenOverError

    def end(self) -> None:
        """Whatever left has been laid down: another may leave."""
        if self._has_turn:
            self._has_turn = False
            self._intake.end_turn()

    def ensure_staying(self) -> None:
        """To be called before long work. Raises LeavingError once this process leaves: whoever stays answers sooner."""
        if self._intake.is_leaving:
            raise LeavingError

    def ensure_readable(self) -> None:
        """Raises UnreadableError where no key of ours opens what came."""
        if not self._kept.body:
            raise UnreadableError

    def put_off(self) -> None:
        """Nothing left: once this is laid down it is taken up again, soon at first and more rarely each time."""
        self.postpone(_WAITS[min(self._kept.tries, len(_WAITS) - 1)])

    def postpone(self, seconds: float) -> None:
        """Nothing left: once this is laid down, it is taken up again after so many seconds, by us or by another."""
        self.wait = seconds


class TakenOverError(Exception):
    """We were silent for so long that another process has taken the update up."""


class LeavingError(TakenOverError):
    """This process leaves, and nothing was done yet: another takes the update up."""


class UnreadableError(Exception):
    """It was sealed with a key that is not ours; who has that key may take it up yet."""


class Intake:
    """One channel's updates. Enter it with `async with`; leaving finishes what is under way, within `grace` seconds.

    What has only been kept by then is left to whoever stays or comes.
    `polls` names the identity whose messages are fetched here, so that two who do so are found.
    `visit` does what an update asks for; an error that it raises lets the update be tried again later.
    """

    def __init__(
        self,
        channel: str,
        inbox: Inbox,
        visit: Callable[[InHand], Awaitable[None]],
        *,
        grace: float = 20.0,
        stay_every: float = STAY_EVERY,
        polls: str = "",
    ) -> None:
        self.channel = channel
        self.inbox = inbox
        self.holder = secrets.token_hex(8) + (f" polls {polls}" if polls else "")
        self.is_leaving = False
        self._visit = visit
        self._stay_every = stay_every
        self._supervisor = Supervisor(2 * _MOST_BEGUN, grace, name=channel)  # that it is full is decided here
        self._begun = 0
        self._waiting: deque[KeptUpdate] = deque()
        self._in_hand: set[str] = set()
        self._heard_since = self._heard_at = -math.inf
        self._is_in_doubt = False  # whether something may have been kept in our hand of which we do not know
        self._alone = asyncio.Lock()
        self._unsent: OrderedDict[str, Reply] = OrderedDict()
        self._turns = Waves(_MOST_LEAVING, _FEW_LEAVING)
        self._clearing = asyncio.Lock()  # what is not known is not let go while it is just kept
        self._keeping = Gathered(self._keep)
        self._counting = Gathered(self._count_tries)
        self._beginning = Gathered(self._begin_sending)
        self._finishing = Gathered(self._finish)
        self._rounds: list[asyncio.Future[None]] = []

    async def __aenter__(self) -> Self:
        await self._supervisor.__aenter__()
        gathering = self._keeping, self._counting, self._beginning, self._finishing
        self._rounds = [asyncio.ensure_future(one) for one in (self._go_round(), *(each.run() for each in gathering))]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.is_leaving = True
        self._waiting.clear()
        try:
            await self._supervisor.__aexit__(kind, failure, trace)
        finally:
            for one in self._rounds:
                one.cancel()
            await asyncio.gather(*self._rounds, return_exceptions=True)
            try:
                await self.inbox.leave(self.holder)
            except Exception as failed:  # noqa: BLE001  it will be taken to be dead soon
                _log.warning("intake.not_left", channel=self.channel, error=type(failed).__name__)

    async def take(self, key: str, raw: Mapping[str, Any]) -> bool:
        """Keep an update and have it done; once this returns it is safe. False for one that was known.

        Raises whatever keeps the cabinet from being reached: then it was not taken in.
        """
        return await self._keeping.add((key, json.dumps(raw, separators=(",", ":"))))

    async def wait_for_turn(self) -> bool:
        """Until not too many answers are leaving; False where that took too long, and this one leaves besides them."""
        return await self._turns.enter(_LONGEST_TURN)

    def end_turn(self) -> None:
        """One that had its turn has ended."""
        self._turns.leave()

    async def begin_sending(self, key: str, mark: str) -> bool:
        """Keep that an answer of this mark is about to leave; False where it may not."""
        return await self._beginning.add((key, mark))

    # --- below

    async def _begin_sending(self, updates: Sequence[tuple[str, str]]) -> Sequence[bool]:
        ours = await self.inbox.begin_sending(self.channel, updates, self.holder)
        return [key in ours for key, _mark in updates]

    async def _keep(self, updates: Sequence[tuple[str, str]]) -> Sequence[bool]:
        """Keep what has come at the same moment, and have what is new done in the order in which it came."""
        if math.isinf(self._heard_at):  # what a holder has of whom nobody has heard is anybody's
            await self._stay()
        holder = self.holder if self._has_room() else None
        async with self._clearing:
            try:
                new = set(await self.inbox.keep(self.channel, updates, holder))
            except Exception:
                self._is_in_doubt = True  # it may have been kept all the same
                raise
            if holder is not None:
                self._in_hand |= new
        is_new = []
        for key, body in updates:
            is_new.append(key in new)
            if key in new:
                new.discard(key)
                if holder is not None:
                    await self._begin(KeptUpdate(key, body))
        return is_new

    def _has_room(self) -> bool:
        return self._supervisor.has_room and len(self._waiting) < _MOST_IN_HAND

    async def _begin(self, kept: KeptUpdate) -> None:
        """In the order in which they came."""
        self._waiting.append(kept)
        await self._begin_waiting()

    async def _begin_waiting(self) -> None:
        while self._waiting and self._begun < _MOST_BEGUN:
            kept = self._waiting.popleft()
            self._begun += 1
            try:
                await self._supervisor.start(self._do(kept))
            except RuntimeError:  # we are leaving: it is somebody else's as soon as we are gone
                self._begun -= 1

    async def _do(self, kept: KeptUpdate) -> None:
        try:
            if kept.was_held and kept.tries >= _SUSPECT_AFTER:
                async with self._alone:
                    await self._do_once(kept)
            else:
                await self._do_once(kept)
        finally:
            self._begun -= 1
            self._in_hand.discard(kept.key)
        await self._begin_waiting()

    async def _do_once(self, kept: KeptUpdate) -> None:
        if self.is_leaving:
            return
        if kept.is_belated:
            if not await self._count_try(kept.key):
                self._note_taken_over(kept.key)
                return
            kept = replace(kept, tries=kept.tries + 1)
        in_hand = InHand(self, kept, self._unsent.pop(kept.key, None))
        if kept.tries > _MOST_TRIES:
            _log.error("intake.given_up", channel=self.channel, update=short_name(kept.key))
            await self._lay_down(kept.key, None, is_given_up=True)
            return
        try:
            await self._visit_once(kept, in_hand)
        finally:
            in_hand.end()

    async def _count_try(self, key: str) -> bool:
        """Before it is begun, so that it counts whatever becomes of us; False where it is in other hands."""
        counted: list[bool] = []

        async def count() -> None:
            counted.append(await self._counting.add(key))

        await keep_at_last(count, despite=Exception)
        return counted[-1]

    async def _count_tries(self, keys: Sequence[str]) -> Sequence[bool]:
        ours = await self.inbox.count_tries(self.channel, keys, self.holder)
        return [key in ours for key in keys]

    def _note_taken_over(self, key: str) -> None:
        """If it came back into our hand since, nobody knows of it here."""
        _log.warning("intake.taken_over", channel=self.channel, update=short_name(key))
        self._is_in_doubt = True

    async def _visit_once(self, kept: KeptUpdate, in_hand: InHand) -> None:
        try:
            in_hand.ensure_readable()
            await self._visit(in_hand)
        except LeavingError:
            return
        except TakenOverError:
            self._note_taken_over(kept.key)
            return
        except Exception as failed:  # noqa: BLE001  one failing update must not take the others with it
            _log.error("intake.failed", channel=self.channel, error=type(failed).__name__, where=where_of(failed))
            in_hand.put_off()
        if in_hand.wait is not None and in_hand.answer is not None:
            self._remember_unsent(kept.key, in_hand.answer)
        await self._lay_down(kept.key, in_hand.wait, mark=kept.sending)

    def _remember_unsent(self, key: str, answer: Reply) -> None:
        """What could not be sent, for when this process takes it up again; another process asks the desk anew."""
        self._unsent[key] = answer
        if len(self._unsent) > _MOST_UNSENT:
            self._unsent.popitem(last=False)

    async def _lay_down(self, key: str, wait: float | None, *, is_given_up: bool = False, mark: str = "") -> None:
        """However long the cabinet is out of reach: what is not laid down would be done a second time."""

        async def lay_down() -> None:
            if is_given_up:
                await self.inbox.give_up(self.channel, key, self.holder)
            elif wait is None:
                await self._finishing.add(key)
            else:
                await self.inbox.postpone(self.channel, key, self.holder, wait, mark)

        await keep_at_last(lay_down, despite=Exception)

    async def _finish(self, keys: Sequence[str]) -> Sequence[None]:
        await self.inbox.finish_kept(self.channel, keys, self.holder)
        return [None] * len(keys)

    async def _stay(self) -> None:
        await self.inbox.stay(self.holder)
        now = time.monotonic()
        if now - self._heard_at > _HEARD_FOR * self._stay_every:
            self._heard_since = now
        self._heard_at = now

    async def _let_go_of_unknown(self) -> None:
        """What may have been kept in our hand although we heard of no end is anybody's to take up."""
        async with self._clearing:
            if self._is_in_doubt:
                await self.inbox.let_go(self.channel, self.holder, frozenset(self._in_hand))
                self._is_in_doubt = False

    async def _adopt(self) -> int:
        """Take up what nobody has in hand; how many."""
        is_heard = self._heard_at - self._heard_since >= _HEARD_FOR * self._stay_every
        try:
            adopted = await self.inbox.adopt(self.channel, self.holder, _MOST_ADOPTED, from_silent=is_heard)
        except Exception:
            self._is_in_doubt = True
            raise
        if adopted:
            _log.info("intake.adopted", channel=self.channel, count=len(adopted))
        # What we had, lost and have again is under way still: it is not begun beside itself.
        fresh = [one for one in adopted if one.key not in self._in_hand]
        self._in_hand.update(one.key for one in fresh)
        for one in fresh:
            await self._begin(one)
        return len(adopted)

    async def _go_round(self) -> None:
        """Say that we live, and take up what nobody has in hand."""
        while True:
            try:
                await self._stay()
                await self._let_go_of_unknown()
                while self._has_room() and await self._adopt() == _MOST_ADOPTED:
                    pass
            except Exception as failed:  # noqa: BLE001  the database may be away for a moment
                _log.warning("intake.not_looked", channel=self.channel, error=type(failed).__name__)
            await asyncio.sleep(self._stay_every)
