"""What a platform brings is kept before it is thanked, done afterwards, and found again after a breakdown.

Each update is in the hand of one process, which says every few seconds that it lives. What a dead one held, and what
could not be done and waits for its time, is taken up by whoever lives. What fails by our own fault, or takes a process
with it, is given up in the end; what waits for a platform or for the cabinet is not, however long either is away.
"""

import asyncio
import json
import math
import secrets
import time
from collections import Counter, OrderedDict, deque
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
from bot.waiting import longer_each_time
from bot.waves import Waves
from bot.wiring_errors import CabinetAwayError
from handlers.reply import Reply

STAY_EVERY: Final = 3.0  # seconds; after five times as many a holder is taken to be dead
# Rounds: only who has been heard itself for so long, and never was silent as long, tells the dead from those who have
# been silent through the same outage and come back a moment later.
_HEARD_FOR: Final = 3.0
_MOST_IN_HAND: Final = 20_000  # more is kept for whoever has room
_MOST_BEGUN: Final = 250  # at once; the others wait as they came, which takes little memory and no time to look through
_MOST_OF_ONE: Final = 4  # of one conversation, of which one at a time is answered: the others leave room for everybody
_MOST_ADOPTED: Final = 200
_FEW_ADOPTED: Final = 10  # a round, to see whether what was away is there again; once it is, all that wait are taken up
_MOST_UNSENT: Final = 1000  # answers that wait in memory for their platform
_MOST_UNSENT_BYTES: Final = 50_000_000  # of the files with them
_UNSENT_FOR: Final = 3600.0  # seconds: by then another process has answered, or this one has tried it many times
# Answers between their mark and their end: whoever is among them when the process dies must be told of it. A platform
# that takes long over each does not hold the others up for ever.
_MOST_LEAVING: Final = 48
_FEW_LEAVING: Final = 12  # from which the next may leave, together
_LONGEST_TURN: Final = 1.0
# Seconds before what waits for a platform or for the cabinet is tried again: few minutes at most, so that soon after
# either is there again everybody is answered.
_FIRST_WAIT: Final = 15.0
_LONGEST_WAIT: Final = 300.0
_MOST_PUT_OFF: Final = 20_000  # of which it is remembered how often; whoever is not known waits as at first
# Seconds before what failed by our own fault is tried again: at once, and for a day in all, in which it may be mended.
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
        self.has_begun = False
        self.answer = answer
        self.wait: float | None = None

    @property
    def is_belated(self) -> bool:
        """Whether it was taken up again, so that its conversation may have gone on meanwhile."""
        return self._kept.is_belated

    @property
    def raw(self) -> Mapping[str, Any]:
        """What came."""
        return _read(self._kept.body)

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
        self.has_begun = True

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
        """Nothing left, which is nobody's fault: once this is laid down it is taken up again, however often that is.

        Soon at first, then every few minutes.
        """
        self.postpone(self._intake.next_wait(self._kept.key))

    def postpone(self, seconds: float) -> None:
        """Nothing left: once this is laid down, it is taken up again after so many seconds, by us or by another."""
        self.wait = seconds


def _read(body: str) -> Mapping[str, Any]:
    read = json.loads(body) if body else {}
    return read if isinstance(read, dict) else {}


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
    `conversation_of` tells of which conversation an update is, empty for none: many of one hold up nobody else.
    `visit` does what an update asks for; an error that it raises lets the update be tried again later, and counts as a
    fault of ours unless it says that the cabinet is away.
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
        conversation_of: Callable[[Mapping[str, Any]], str] = lambda _raw: "",
    ) -> None:
        self.channel = channel
        self.inbox = inbox
        self.holder = secrets.token_hex(8) + (f" polls {polls}" if polls else "")
        self.is_leaving = False
        self._visit = visit
        self._conversation_of = conversation_of
        self._stay_every = stay_every
        self._supervisor = Supervisor(2 * _MOST_BEGUN, grace, name=channel)  # that it is full is decided here
        self._begun = 0
        self._waiting: deque[KeptUpdate] = deque()
        self._of_one: Counter[str] = Counter()  # how many of each conversation are begun
        self._behind: dict[str, deque[KeptUpdate]] = {}  # those of a conversation that has as many as it may
        self._in_hand: set[str] = set()
        self._heard_since = self._heard_at = -math.inf
        self._is_in_doubt = False  # whether something may have been kept in our hand of which we do not know
        self._alone = asyncio.Lock()
        self._unsent: OrderedDict[str, tuple[float, Reply]] = OrderedDict()  # and since when, the oldest first
        self._times_put_off: OrderedDict[str, int] = OrderedDict()  # how often each was
        self._is_away = False  # whether what was last to leave could not
        self._cut_off: set[str] = set()  # what was under way when the grace was over
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
        self._behind.clear()
        try:
            await self._supervisor.__aexit__(kind, failure, trace)
        finally:
            for one in self._rounds:
                one.cancel()
            await asyncio.gather(*self._rounds, return_exceptions=True)
            try:
                await self._lay_down_the_rest()
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

    def next_wait(self, key: str) -> float:
        """For how many seconds this is put off: longer each time, and never for long."""
        times = self._times_put_off.pop(key, 0)
        self._times_put_off[key] = times + 1
        if len(self._times_put_off) > _MOST_PUT_OFF:
            self._times_put_off.popitem(last=False)
        return longer_each_time(times, first=_FIRST_WAIT, longest=_LONGEST_WAIT)

    # --- below

    async def _lay_down_the_rest(self) -> None:
        """What was only kept is no more in hand than what just came; what was cut off may be what held us up."""
        try:
            await self.inbox.let_go(self.channel, self.holder, self._cut_off)
        finally:
            await self.inbox.leave(self.holder)

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
        behind = sum(map(len, self._behind.values()))
        return self._supervisor.has_room and len(self._waiting) + behind < _MOST_IN_HAND

    async def _begin(self, kept: KeptUpdate) -> None:
        """In the order in which they came."""
        self._waiting.append(kept)
        await self._begin_waiting()

    async def _begin_waiting(self) -> None:
        while self._waiting and self._begun < _MOST_BEGUN:
            kept = self._waiting.popleft()
            conversation = self._find_conversation(kept)
            if conversation and self._of_one[conversation] >= _MOST_OF_ONE:
                self._behind.setdefault(conversation, deque()).append(kept)
                continue
            self._begun += 1
            self._of_one[conversation] += 1
            try:
                await self._supervisor.start(self._do_in_turn(kept, conversation))
            except RuntimeError:  # we are leaving: it is somebody else's as soon as we are gone
                self._end(conversation)

    async def _do_in_turn(self, kept: KeptUpdate | None, conversation: str) -> None:
        """This one, and then those of its conversation that had to stay behind."""
        try:
            while kept is not None:
                await self._do(kept)
                kept = self._next_behind(conversation)
        finally:
            self._end(conversation)
        await self._begin_waiting()

    def _find_conversation(self, kept: KeptUpdate) -> str:
        try:
            return self._conversation_of(_read(kept.body))
        except Exception:  # noqa: BLE001  whatever is wrong with it is said when it is done
            return ""

    def _end(self, conversation: str) -> None:
        self._begun -= 1
        self._of_one[conversation] -= 1
        if not self._of_one[conversation]:
            del self._of_one[conversation]

    def _next_behind(self, conversation: str) -> KeptUpdate | None:
        behind = self._behind.get(conversation)
        if not behind:
            return None
        kept = behind.popleft()
        if not behind:
            del self._behind[conversation]
        return kept

    async def _do(self, kept: KeptUpdate) -> None:
        try:
            if kept.was_held and kept.tries >= _SUSPECT_AFTER:
                async with self._alone:
                    await self._do_once(kept)
            else:
                await self._do_once(kept)
        except asyncio.CancelledError:
            self._cut_off.add(kept.key)
            raise
        finally:
            self._in_hand.discard(kept.key)

    async def _do_once(self, kept: KeptUpdate) -> None:
        if self.is_leaving:
            return
        if kept.was_held:  # at a breakdown, which may be its doing
            kept = replace(kept, tries=kept.tries + 1)
            if not await self._count_try(kept.key):
                return
            if kept.tries > _MOST_TRIES:
                await self._give_up(kept.key)
                return
        in_hand = InHand(self, kept, self._find_unsent(kept.key))
        try:
            await self._visit_once(kept, in_hand)
        finally:
            in_hand.end()

    async def _count_try(self, key: str) -> bool:
        """One more that may have been its fault or ours; False where it is in other hands."""
        counted: list[bool] = []

        async def count() -> None:
            counted.append(await self._counting.add(key))

        await keep_at_last(count, despite=Exception)
        if not counted[-1]:
            self._note_taken_over(key)
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
            if not isinstance(failed, CabinetAwayError):
                await self._lay_down_failed(kept, in_hand)
                return
            in_hand.put_off()
        if in_hand.wait is None:
            await self._lay_down_done(kept, in_hand)
        else:
            await self._lay_down_put_off(kept, in_hand, in_hand.wait)

    async def _lay_down_done(self, kept: KeptUpdate, in_hand: InHand) -> None:
        if in_hand.has_begun:  # so that all who wait for the same may be tried
            self._is_away = False
        self._times_put_off.pop(kept.key, None)
        await self._lay_down(lambda: self._finishing.add(kept.key))

    async def _lay_down_put_off(self, kept: KeptUpdate, in_hand: InHand, wait: float) -> None:
        """How often counts for nothing; that it was tried is kept, for what waits is not forgotten before that."""
        self._is_away = True
        if kept.tries or await self._count_try(kept.key):
            await self._postpone(kept, in_hand, wait)

    async def _lay_down_failed(self, kept: KeptUpdate, in_hand: InHand) -> None:
        """By our own fault, which may be mended within a day; then it is given up, and only after one more try."""
        if not await self._count_try(kept.key):
            return
        if kept.tries < _MOST_TRIES:
            await self._postpone(kept, in_hand, _WAITS[kept.tries])
        else:
            await self._give_up(kept.key)

    async def _postpone(self, kept: KeptUpdate, in_hand: InHand, wait: float) -> None:
        if in_hand.answer is not None:
            self._remember_unsent(kept.key, in_hand.answer)
        await self._lay_down(lambda: self.inbox.postpone(self.channel, kept.key, self.holder, wait, kept.sending))

    async def _give_up(self, key: str) -> None:
        _log.error("intake.given_up", channel=self.channel, update=short_name(key))
        self._times_put_off.pop(key, None)
        await self._lay_down(lambda: self.inbox.give_up(self.channel, key, self.holder))

    def _remember_unsent(self, key: str, answer: Reply) -> None:
        """What could not be sent, for when this process takes it up again; another process asks the desk anew."""
        self._unsent[key] = time.monotonic(), answer
        self._forget_unsent()

    def _find_unsent(self, key: str) -> Reply | None:
        _since, answer = self._unsent.pop(key, (0.0, None))
        return answer

    def _forget_unsent(self) -> None:
        """The oldest of too many or too large ones, and what nobody here was asked to send for long."""
        size = sum(len(answer.file.content) for _since, answer in self._unsent.values() if answer.file is not None)
        gone_by = time.monotonic() - _UNSENT_FOR
        while self._unsent:
            since, oldest = next(iter(self._unsent.values()))
            if len(self._unsent) <= _MOST_UNSENT and size <= _MOST_UNSENT_BYTES and since > gone_by:
                return
            self._unsent.popitem(last=False)
            size -= len(oldest.file.content) if oldest.file is not None else 0

    @staticmethod
    async def _lay_down(lay_down: Callable[[], Awaitable[None]]) -> None:
        """However long the cabinet is out of reach: what is not laid down would be done a second time."""
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
            most = _FEW_ADOPTED if self._is_away else _MOST_ADOPTED
            adopted = await self.inbox.adopt(self.channel, self.holder, most, from_silent=is_heard)
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
                self._forget_unsent()
                while self._has_room() and await self._adopt() == _MOST_ADOPTED:
                    pass
            except Exception as failed:  # noqa: BLE001  the database may be away for a moment
                _log.warning("intake.not_looked", channel=self.channel, error=type(failed).__name__)
            await asyncio.sleep(self._stay_every)
