"""The pump of one channel identity: what is due is claimed a second ahead, and each message leaves at its slot.

Nothing is tried twice here: how a message ended is kept, and what surely did not go out waits to be claimed again.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import structlog

from bot.failures import ChannelRefusedError, NotNowError, NotSentError, RefusedError, UnclearError, where_of
from bot.push.composing import UNLINKED, UNREACHABLE, Composer, Deferred, Unsaid, Written
from bot.push.ledger import ASKED, CHANNEL_REFUSED, OUT_OF_REACH, Claim, DeliveryState, Ledger
from bot.push.sending import Parcel, Sender
from bot.refusals import OURS, PASSING
from bot.waiting import longer_each_time
from handlers.ports import Clock

_EARLY: Final = 0.005  # seconds before its slot in which "started" is committed
_LONGEST_WAIT: Final = 0.5  # seconds between looks while others hold what is left
_LONG: Final = 30.0  # seconds that nobody stays for: whoever looks for what is due comes back. Longer than any lease
_DEFECT_WAIT: Final = 300.0  # seconds before a message whose words could not be written is tried again
_FIRST_BACKOFF, _LONGEST_BACKOFF = 5.0, 600.0  # seconds before what was not taken is tried again
_LOOKS_AGAIN: Final = 3600.0  # seconds: an operator may have paid or mended it meanwhile
_TRIED_AGAIN: Final = 86_400.0  # seconds before what a platform calls wrong: as often as what is planned again
_WAITS_AT_MOST: Final = timedelta(days=60)  # for us, from the latest that is told only once; as long as for a chat
_BROADCAST_WAITS_AT_MOST: Final = timedelta(days=3)  # over a weekend: then it is told on paper
_LONGEST_AWAY: Final = 60.0  # seconds of a pause while the platform is out of reach
_AWAY_AFTER: Final = 3  # messages in a row that could not be handed over
_BACK_SOON: Final = 1.0
_log = structlog.get_logger("bot.push")


@dataclass(frozen=True, slots=True)
class Manner:
    """How a pump works: messages held, requests at once, the longest that one may take, a refused channel's pause.

    The longest is less than what a start holds in the ledger, so that nobody calls lost what is still under way.
    `latest`: so long after its slot a turn is given up, sooner than the ledger gives the slot up.
    """

    in_flight: int = 192
    at_once: int = 64
    longest: float = 22.0
    refused_pause: float = 300.0
    latest: float = 0.9


@dataclass(slots=True)
class Tally:
    """What became of messages, counted; `refusals` by rate apart."""

    ended: Counter[str] = field(default_factory=Counter)
    rate_refusals: int = 0


class Pump:
    """Sends what is due for one identity. Several pumps of one identity, in any processes, share its pace."""

    def __init__(
        self, ledger: Ledger, sender: Sender, composer: Composer, clock: Clock, manner: Manner | None = None
    ) -> None:
        self._ledger = ledger
        self._sender = sender
        self._composer = composer
        self._clock = clock
        self._manner = manner or Manner()
        self._under_way: set[int] = set()
        self._moved = asyncio.Event()
        self._not_sent_in_a_row = 0
        self._room = asyncio.Semaphore(self._manner.at_once)
        self._turns = asyncio.Lock()  # given in the order of slots
        self._last_departure = 0.0
        self.tally = Tally()

    async def run(self, stop: asyncio.Event) -> Tally:
        """Until nothing can be due for a good while, also of what another holds, or until `stop`.

        What was begun is finished; what was claimed and not begun goes back.
        """
        self._under_way.clear()
        failed: Exception | None = None
        async with asyncio.TaskGroup() as group:
            try:
                await self._keep_going(group, stop)
            except Exception as error:  # noqa: BLE001  raised below: what is on its way is not cut off by it
                failed = error
        if failed is not None:
            raise failed
        return self.tally

    async def _keep_going(self, group: asyncio.TaskGroup, stop: asyncio.Event) -> None:
        while not stop.is_set():
            if len(self._under_way) > self._manner.in_flight // 2:
                await self._rest(stop, _LONGEST_WAIT)
                continue
            wait = await self._take_up(group, stop)
            if (wait is None or wait > _LONG) and not self._under_way:
                return
            if wait != 0:
                await self._rest(stop, min(wait or _LONGEST_WAIT, _LONGEST_WAIT))

    async def _take_up(self, group: asyncio.TaskGroup, stop: asyncio.Event) -> float | None:
        """Claim, write the words, and let each be sent; seconds to wait before more, None where nothing is left."""
        free = self._manner.in_flight - len(self._under_way)
        claimed = await self._ledger.claim(self._sender.identity, self._clock.now(), free)
        if not claimed.claims:
            return claimed.wait
        for claim in claimed.claims:
            self._under_way.add(claim.delivery.id)
        for claim, parcel in await self._write(claimed.claims):
            group.create_task(self._send(claim, parcel, stop))
        return 0.0

    async def _await_turn(self, claim: Claim, stop: asyncio.Event) -> bool:
        """Its slot; where we are late one after the other, so that hardly any has started when we are cut off.

        False where that would be too long after its slot: it takes nobody's time then, or lateness would never end.
        """
        if not claim.apart:
            return True
        async with self._turns:
            planned, too_late = self._plan(claim), claim.slot + self._manner.latest
            while not stop.is_set() and planned < too_late and (wait := planned - _EARLY - time.monotonic()) > 0:
                await asyncio.sleep(wait)
                planned = self._plan(claim)  # the one before has learned meanwhile that the fleet is late
            departure = max(planned, time.monotonic() + _EARLY)
            if departure >= too_late:
                return False
            self._last_departure = departure
            return True

    def _plan(self, claim: Claim) -> float:
        return max(claim.slot, self._last_departure + claim.apart)

    async def _rest(self, stop: asyncio.Event, seconds: float) -> None:
        """Until something of ours has ended, `stop`, or so many seconds."""
        self._moved.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not stop.is_set() and not self._moved.is_set():
                    waiting = {asyncio.ensure_future(self._moved.wait()), asyncio.ensure_future(stop.wait())}
                    try:
                        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                    finally:
                        for one in waiting:
                            one.cancel()

    # --- words

    async def _write(self, claims: Sequence[Claim]) -> list[tuple[Claim, Parcel]]:
        """The claims that have something to say, each with its message; the others are kept as what they are."""
        try:
            composed = await self._composer.compose([one.delivery for one in claims])
        except Exception as defect:  # noqa: BLE001  the database or the rules: these wait, and others get their turn
            _log.error("push.not_composed", error=type(defect).__name__, where=where_of(defect), of=len(claims))
            for claim in claims:
                await self._put_back(claim, _BACK_SOON * 10, "not_composed")
            return []
        ready: list[tuple[Claim, Parcel]] = []
        for claim, one in zip(claims, composed, strict=True):
            if isinstance(one, Written):
                if one.left_out:
                    await self._ledger.leave_out(claim, one.left_out, self._clock.now())
                if one.untold:
                    await self._ledger.leave_cases_out(claim, one.untold)
                address = claim.delivery.address or ""
                kinds = tuple(told.kind.value for told in claim.delivery.notices)
                ready.append((claim, Parcel(claim.delivery.id, address, one.reply, one.locale, kinds)))
            else:
                await self._keep_unsent(claim, one)
        return ready

    async def _keep_unsent(self, claim: Claim, one: Deferred | Unsaid | Exception) -> None:
        now = self._clock.now()
        match one:
            case Unsaid(reason) if reason in {UNLINKED, UNREACHABLE}:
                if not await self._moved_on(claim, reason):
                    is_kept = await self._ledger.strand(claim, reason, now)
                    self._done(claim, "unreachable" if is_kept else "dropped")
            case Unsaid(reason):
                await self._ledger.drop(claim, reason, now)
                self._done(claim, "dropped")
            case Deferred():
                await self._defer(claim, one)
            case Exception():
                where = where_of(one)
                _log.error("push.defect", delivery=claim.delivery.id, error=type(one).__name__, where=where)
                await self._put_back(claim, _DEFECT_WAIT, "defect")

    async def _defer(self, claim: Claim, deferred: Deferred) -> None:
        """To the next moment that is allowed, and on to the next day where that day's message has gone out.

        Past its day, what was refused to us is planned again like what nobody was told: nobody above counts it as told.
        """
        moment, reason = deferred.until, claim.delivery.reason
        is_past_its_day = deferred.is_merged and moment.date() != claim.delivery.merge_day
        is_left = reason in PASSING and is_past_its_day
        if is_left and not await self._ledger.leave_to_planning(claim, reason, self._clock.now()):
            await self._end(claim, DeliveryState.REFUSED, reason)
            return
        while not await self._ledger.defer(
            claim, moment, moment.date() if deferred.is_merged else None, self._clock.now()
        ):
            moment = deferred.next_day(moment)
        self._done(claim, "deferred")

    # --- one message

    async def _send(self, claim: Claim, parcel: Parcel, stop: asyncio.Event) -> None:
        async with self._room:
            await self._send_now(claim, parcel, stop)

    async def _send_now(self, claim: Claim, parcel: Parcel, stop: asyncio.Event) -> None:
        try:
            is_its_turn = await self._await_turn(claim, stop) and not stop.is_set()
            departs = await self._ledger.start(claim, self._clock.now()) if is_its_turn else None
            if departs is None:
                await self._put_back(claim)
                return
            self._last_departure = max(self._last_departure, departs)
            await asyncio.sleep(departs - time.monotonic())
            await self._hand_over(claim, parcel)
        except Exception as failed:  # noqa: BLE001  its lease names it unclear, or lets another send it
            _log.error("push.not_kept", delivery=parcel.delivery, error=type(failed).__name__, where=where_of(failed))
            self._done(claim, "not_kept")

    async def _hand_over(self, claim: Claim, parcel: Parcel) -> None:
        try:
            async with asyncio.timeout(self._manner.longest):
                provider_id = await self._sender.send(parcel)
        except NotNowError as later:
            await self._put_off(claim, later)
        except NotSentError as failed:
            await self._keep_not_sent(claim, failed)
        except ChannelRefusedError:
            await self._keep_channel_refused(claim)
        except RefusedError as refused:
            await self._keep_refused(claim, refused.code)
        except UnclearError as unclear:
            await self._end(claim, DeliveryState.UNCLEAR, unclear.code)
        except TimeoutError:
            await self._end(claim, DeliveryState.UNCLEAR, "timeout")
        except Exception as defect:  # noqa: BLE001  ours: whether it went out is not known, so it is not sent again
            where = where_of(defect)
            _log.error("push.send_defect", delivery=parcel.delivery, error=type(defect).__name__, where=where)
            await self._end(claim, DeliveryState.UNCLEAR, type(defect).__name__)
        else:
            await self._end(claim, DeliveryState.DELIVERED, provider_id=provider_id)

    async def _end(
        self,
        claim: Claim,
        state: DeliveryState,
        reason: str = "",
        *,
        provider_id: str | None = None,
        makes_unreachable: bool = False,
    ) -> None:
        self._not_sent_in_a_row = 0
        if state is DeliveryState.UNCLEAR:
            _log.warning("push.unclear", delivery=claim.delivery.id, code=reason)
        await self._ledger.end(
            claim,
            state,
            self._clock.now(),
            provider_id=provider_id,
            reason=reason,
            makes_unreachable=makes_unreachable,
        )
        self._done(claim, state.value)

    async def _keep_refused(self, claim: Claim, code: str) -> None:
        is_theirs = code not in OURS
        if await self._moved_on(claim, code, makes_unreachable=is_theirs):
            return
        if is_theirs and await self._ledger.strand_refused(claim, code, self._clock.now()):
            self._not_sent_in_a_row = 0
            self._done(claim, "unreachable")
            return
        wait = await self._wait_for_us(claim, code) if not is_theirs else None
        if wait is not None:
            self._not_sent_in_a_row = 0
            await self._put_back(claim, wait, code, uncounts=True)
            return
        await self._end(claim, DeliveryState.REFUSED, code, makes_unreachable=is_theirs)

    async def _wait_for_us(self, claim: Claim, code: str) -> float | None:
        """Seconds until it is tried again, until we have mended why it was refused; None: it waits no longer.

        What several notices make too long together, or one of them makes wrong, goes out one by one. Of what is called
        wrong by itself only what is told only once waits: the rest is planned again, in other words perhaps, and the
        next day's message is not refused with what waits. How long that may be is not put off by what joins it daily.
        """
        whose, now = claim.delivery, self._clock.now()
        if code not in PASSING and await self._ledger.take_apart(claim, code):
            return 0.0
        longest = _WAITS_AT_MOST if whose.broadcast is None else _BROADCAST_WAITS_AT_MOST
        told_once = [one for one in whose.notices if one.is_told_once]
        if all(now - one.made_at > longest for one in told_once or whose.notices):
            return None
        if code in PASSING:
            return _LOOKS_AGAIN
        return _TRIED_AGAIN if await self._ledger.leave_to_planning(claim, code, now, leaves_day=True) else None

    async def _moved_on(self, claim: Claim, reason: str, *, makes_unreachable: bool = False) -> bool:
        """Whether it waits for another account of the same person now: what did not arrive here may arrive there."""
        now = self._clock.now()
        if not await self._ledger.move_on(claim, reason, now, makes_unreachable=makes_unreachable):
            return False
        self._not_sent_in_a_row = 0
        self._done(claim, "moved_on")
        return True

    async def _put_off(self, claim: Claim, failed: NotNowError) -> None:
        """It waits here, unless another account of the same person need not wait."""
        if not (failed.may_go_elsewhere and await self._moved_on(claim, failed.code)):
            await self._put_back(claim, failed.later, failed.code, uncounts=True)

    async def _keep_not_sent(self, claim: Claim, failed: NotSentError) -> None:
        if failed.wait > 0:
            self.tally.rate_refusals += 1
            await self._ledger.pause(self._sender.identity, failed.wait, ASKED)
            _log.warning("push.asked_to_wait", identity=self._sender.identity, seconds=failed.wait)
            await self._put_back(claim, 0.0, failed.code, uncounts=True)
            return
        self._not_sent_in_a_row += 1
        if self._not_sent_in_a_row >= _AWAY_AFTER:
            away = longer_each_time(self._not_sent_in_a_row - _AWAY_AFTER, longest=_LONGEST_AWAY)
            await self._ledger.pause(self._sender.identity, away, OUT_OF_REACH)
            _log.warning("push.out_of_reach", identity=self._sender.identity, code=failed.code, seconds=away)
        backoff = longer_each_time(claim.delivery.attempts, first=_FIRST_BACKOFF, longest=_LONGEST_BACKOFF)
        await self._put_back(claim, backoff, failed.code)

    async def _keep_channel_refused(self, claim: Claim) -> None:
        pause = self._manner.refused_pause
        _log.error("push.channel_refused", identity=self._sender.identity, seconds=pause)
        await self._ledger.pause(self._sender.identity, pause, CHANNEL_REFUSED)
        await self._put_back(claim, 0.0, CHANNEL_REFUSED, uncounts=True)

    async def _put_back(self, claim: Claim, wait: float = 0.0, reason: str = "", *, uncounts: bool = False) -> None:
        await self._ledger.put_back(claim, self._clock.now(), wait=wait, reason=reason, uncounts=uncounts)
        self._done(claim, "put_back")

    def _done(self, claim: Claim, became: str) -> None:
        self.tally.ended[became] += 1
        self._under_way.discard(claim.delivery.id)
        if len(self._under_way) <= self._manner.in_flight // 2:
            self._moved.set()
