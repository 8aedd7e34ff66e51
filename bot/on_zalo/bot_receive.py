"""Event of the Zalo Bot platform → desk → answer: each once, each chat in order, every failure told kindly.

Nothing tells whether a message of ours arrived: a visitor whose answer may have left before a process died is told so.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from itertools import count
from typing import Final

import structlog

from bot.failures import ChannelRefusedError, NotSentError, RefusedError, where_of
from bot.intake import InHand, TakenOverError
from bot.interruption import RESTORED, say_interrupted
from bot.log_names import make_reference, short_name
from bot.on_zalo.bot_allowance import ALLOWANCE, CountedBot
from bot.on_zalo.bot_answer import BotAnswerer
from bot.on_zalo.bot_api import BotApi
from bot.on_zalo.bot_codes import QUOTA
from bot.on_zalo.bot_incoming import Event, Kind, read_asked, read_event, read_picture
from bot.on_zalo.bot_plan import Meter, Plan
from bot.on_zalo.bot_showing import Offered, OfferedChoices, OfferedInMemory, OutOfListError, as_state, find_named
from bot.on_zalo.fetching import Fetching
from bot.reach import Reach, ReachInLog
from bot.refusals import CHAT_UNKNOWN
from bot.render import Describe
from bot.seen import Inbox, SeenUpdates
from bot.signs import with_sign
from bot.turns import Turns
from bot.waiting import Pause, unless_stopped
from bot.wiring_errors import CabinetAwayError
from handlers.asking import Channel, Incoming
from handlers.belated import ask_again, is_lost
from handlers.desk import Desk
from handlers.phrases import DEFAULT_LOCALE, _, locale_of
from handlers.reply import Outcome, Reply

# Seconds before an answer that could not be handed over is tried again: at once after a fault, slowly where the
# platform has had too many. The desk is not asked a second time.
_TRY_AGAIN: Final = (15.0, 30.0, 60.0, 120.0)
_TRY_AGAIN_AFTER: Final = {QUOTA: (60.0, 300.0), ALLOWANCE: ()}
_AT_ONCE: Final = 100  # events in work: so many may hang at a platform that hangs, and hold up nobody else
_THINKING: Final = 32  # questions at the desk at the same time: what they ask the database they ask together
_TURNS_GIVEN: Final = 3
_ANSWER: Final = "answer"
_log = structlog.get_logger("bot.on_zalo.bot")


class UncountedMeter:
    """Counts nothing, for a bot without an allowance."""

    async def take(self, most: int | None) -> tuple[date, int] | None:
        del most
        return date.min, 0

    async def give_back(self, month: date) -> None:
        """Nothing was counted."""


@dataclass(frozen=True, slots=True)
class BotReception:
    """What the door needs from the house. `slow_after`: seconds of thinking after which "typing" is shown."""

    desk: Desk
    describe: Describe
    inbox: Inbox
    seen: SeenUpdates
    files: Fetching = field(default_factory=Fetching)
    meter: Meter = field(default_factory=UncountedMeter)
    plan: Plan = field(default_factory=Plan)
    offered: OfferedChoices = field(default_factory=OfferedInMemory)
    reach: Reach = field(default_factory=ReachInLog)
    locale: str = DEFAULT_LOCALE
    pause: Pause = asyncio.sleep
    make_reference: Callable[[], str] = make_reference
    slow_after: float = 1.5


class BotVisits:
    """What is done with each event."""

    def __init__(self, api: BotApi, reception: BotReception, stop: asyncio.Event) -> None:
        self._reception = reception
        self._stop = stop
        bot = CountedBot(api, reception.meter, reception.plan)
        self._answerer = BotAnswerer(bot, reception.offered, reception.describe, reception.pause)
        self._turns = Turns()
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._thinking = asyncio.Semaphore(_THINKING)  # answers wait for each other, so that events need not

    async def take(self, in_hand: InHand) -> None:
        """Answer one event."""
        event = read_event(in_hand.raw)
        if event is None:
            return
        async with self._turns.of(event.chat), self._room:
            # Whoever brings an event must have its answer soon: what has come in meanwhile goes before this.
            for _turn in range(_TURNS_GIVEN):
                await asyncio.sleep(0)
            with locale_of(self._reception.locale):
                await self._take_once(event, in_hand)

    async def _take_once(self, event: Event, in_hand: InHand) -> None:
        try:
            in_hand.ensure_staying()
            if in_hand.sending:
                if in_hand.sending != RESTORED or not event.is_group:
                    await self._hand_over(event.chat, say_interrupted(in_hand.sending), in_hand, offers=False)
            else:
                await self._answer(event, in_hand)
        except (TakenOverError, CabinetAwayError):  # done later, by us or by another: nothing has left
            raise
        except (NotSentError, ChannelRefusedError) as failed:
            _give_up(event, failed, in_hand)
        except RefusedError as refused:
            await self._note_refusal(event, refused)
        except Exception as failed:  # noqa: BLE001  the visitor must hear of any defect of ours
            await self._apologise(event, failed, in_hand)

    async def _answer(self, event: Event, in_hand: InHand) -> None:
        if event.is_group:
            await self._decline_in_group(event, in_hand)
        elif event.kind is Kind.TEXT and event.text.strip():
            await self._answer_words(event, in_hand)
        elif (file := read_picture(event, self._reception.files)) is not None:
            asked = read_asked(event, locale=self._reception.locale, file=file, is_belated=in_hand.is_belated)
            await self._hand_over(event.chat, await self._ask_desk(asked, in_hand), in_hand, offers=True)
        elif await self._is_first_of_many(event):
            reply = Reply(_say_possible(event.kind), outcome=Outcome.NOT_UNDERSTOOD)
            await self._hand_over(event.chat, reply, in_hand, offers=False)

    async def _answer_words(self, event: Event, in_hand: InHand) -> None:
        asked = read_asked(event, locale=self._reception.locale, is_belated=in_hand.is_belated)
        if in_hand.answer is None:  # one that is there was given by the choices that stood then
            read = _read_words(asked, await self._reception.offered.recall(event.chat))
            if isinstance(read, Reply):
                await self._hand_over(event.chat, read, in_hand, offers=False)
                return
            asked = read
        await self._hand_over(event.chat, await self._ask_desk(asked, in_hand), in_hand, offers=True)

    async def _hand_over(self, chat: str, reply: Reply, in_hand: InHand, *, offers: bool) -> None:
        """Send, and while nothing of it went out try again; what the month has no room for is not tried."""
        if reply.is_silent:
            return
        for tries in count():
            await in_hand.begin_sending(_ANSWER)
            try:
                await self._answerer.send(chat, reply, offers=offers)
            except NotSentError as failed:
                waits = _TRY_AGAIN_AFTER.get(failed.code, _TRY_AGAIN)
                if tries >= len(waits) or self._stop.is_set():
                    raise
                await unless_stopped(self._reception.pause(waits[tries]), self._stop)
            else:
                return

    async def _decline_in_group(self, event: Event, in_hand: InHand) -> None:
        """Say once in each group that nothing is answered there, and only to words."""
        seen, claimed = self._reception.seen, f"group:{event.chat}"
        if event.kind is not Kind.TEXT or not await seen.claim(Channel.ZALO_BOT, claimed, event.message_id):
            return
        sentence = _("I answer only in a private chat; please write to me there.")
        try:
            reply = Reply(sentence, outcome=Outcome.NOT_UNDERSTOOD)
            await self._hand_over(event.chat, reply, in_hand, offers=False)
        except NotSentError:  # where the month has no room for it this one is not to say it later
            await seen.release(Channel.ZALO_BOT, claimed)
            raise

    async def _is_first_of_many(self, event: Event) -> bool:
        """Whether it comes alone or first: ten pictures sent together get one answer, of whichever was first.

        Where that is put off, it is still the first's to get.
        """
        together = f"aside:{event.chat}:{event.kind}:{event.minute}"
        return await self._reception.seen.claim(Channel.ZALO_BOT, together, event.message_id)

    async def _ask_desk(self, asked: Incoming, in_hand: InHand) -> Reply:
        """Ask the desk, showing "typing" once it takes long."""
        thinking = in_hand.answer_once(partial(self._think, asked, in_hand))
        return await with_sign(thinking, partial(self._answerer.show_typing, asked.address), self._reception.slow_after)

    async def _think(self, asked: Incoming, in_hand: InHand) -> Reply:
        async with self._thinking:
            in_hand.ensure_staying()
            return replace(await self._reception.desk.answer(asked), asks_contact=False)

    async def _note_refusal(self, event: Event, refused: RefusedError) -> None:
        _log.warning("zalo_bot.refused", chat=short_name(event.chat), code=refused.code)
        if refused.code == CHAT_UNKNOWN and not event.is_group:
            await self._reception.reach.mark_unreachable(Channel.ZALO_BOT, event.chat)

    async def _apologise(self, event: Event, failed: Exception, in_hand: InHand) -> None:
        """Log first, without a word of the question, then tell the visitor."""
        reference = self._reception.make_reference()
        _log.error("zalo_bot.defect", reference=reference, error=type(failed).__name__, where=where_of(failed))
        if event.is_group:
            return
        apology = _(
            "Sorry, something went wrong on our side and this could not be answered. "
            "Please try again in a few minutes; if it happens again, tell the administrator the reference {reference}."
        ).format(reference=reference)
        try:
            reply = Reply(apology, outcome=Outcome.NOT_UNDERSTOOD)
            await self._hand_over(event.chat, reply, in_hand, offers=False)
        except (NotSentError, ChannelRefusedError) as unsent:
            _give_up(event, unsent, in_hand)
        except RefusedError as refused:
            await self._note_refusal(event, refused)


def _read_words(asked: Incoming, offered: Offered) -> Incoming | Reply:
    """What to ask the desk, which is a choice where the words name one; or what to say, and what stands there stays."""
    stands = as_state(offered)
    if asked.is_belated and is_lost(asked, stands):
        # Said to what stood there then. The desk asks again too, but knows nothing of what came unasked.
        return ask_again(asked, stands) if offered.is_pushed and offered.choices else asked
    try:
        choice = find_named(asked.text or "", offered)
    except OutOfListError as missing:
        told = _("There is no choice {number} here.").format(number=missing)
        return Reply(told, outcome=Outcome.NOT_UNDERSTOOD)
    return asked if choice is None else replace(asked, text=None, choice=choice)


def _give_up(event: Event, failed: Exception, in_hand: InHand) -> None:
    """For now; what the month has no room for is not tried again."""
    code = getattr(failed, "code", "")
    _log.error("zalo_bot.not_answered", chat=short_name(event.chat), error=type(failed).__name__, code=code)
    if code != ALLOWANCE:
        in_hand.put_off()


def _say_possible(kind: Kind) -> str:
    match kind:
        case Kind.PICTURE | Kind.WITHHELD:
            return _(
                "Files, contact cards and links with a preview do not reach me on Zalo. Please type your question in"
                " words; send a certificate as a picture, or hand it in to HR of your unit."
            )
        case Kind.VOICE:
            return _("I cannot listen to voice messages. Please type your question in words.")
        case Kind.STICKER:
            return _("Thank you. Type your question in words, or type “help” to see what I can do.")
        case _:
            return _("I can read only typed words here. Please type your question.")
