"""Zalo event → desk → answer: each event once, each conversation in order, every failure told kindly.

What the account itself sent comes back as an echo and is dropped; receipts settle what was unclear. An event whose
answer may have left before its process died is looked for in the conversation, and never answered a second time.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Protocol

import structlog

from bot.failures import ChannelRefusedError, NotSentError, RefusedError, where_of
from bot.intake import InHand, TakenOverError
from bot.interruption import say_interrupted
from bot.log_names import make_reference, short_name
from bot.on_zalo.answering import Answerer
from bot.on_zalo.events import Event, Kind, Reader
from bot.reach import Reach, ReachInLog
from bot.refusals import NOT_PAID, OURS, PLATFORM_FAILED
from bot.render import Describe
from bot.seen import Inbox
from bot.turns import Turns
from bot.wiring_errors import CabinetAwayError
from handlers.asking import Channel, Incoming
from handlers.desk import Desk
from handlers.phrases import DEFAULT_LOCALE, _, locale_of
from handlers.ports import Clock
from handlers.reply import Outcome, Reply

_TRY_AGAIN: Final = (15.0, 30.0, 60.0, 120.0)  # seconds: what was answered with 200 is not brought again
_AT_ONCE: Final = 100  # events in work: so many may hang at a platform that hangs, and hold up nobody else
_THINKING: Final = 32  # questions at the desk at the same time: what they ask the database they ask together
_TURNS_GIVEN: Final = 3
_TAKEN_LATER: Final = frozenset({NOT_PAID, PLATFORM_FAILED})  # nothing left, and the same words may go out after all
_log = structlog.get_logger("bot.on_zalo")


class Contacts(Protocol):
    """What the account keeps of people beside their record."""

    async def note_interaction(self, user: str, at: datetime) -> None:
        """This person did something, so that they can be written to again."""
        ...

    async def note_echo(self, user: str, text: str, message_id: str) -> bool:
        """The account shows a message with these words. Whether one of ours was waited for."""
        ...

    async def note_receipts(
        self, message_ids: tuple[str, ...], *, at: datetime | None = None, tracking: str = ""
    ) -> None:
        """These messages arrived then. `tracking` is the mark that we put on a template message by phone."""
        ...

    async def count_answers(self, count: int) -> None:
        """So many messages were sent in conversation."""
        ...


@dataclass(frozen=True, slots=True)
class Reception:
    """What the door needs from the house."""

    desk: Desk
    describe: Describe
    inbox: Inbox
    contacts: Contacts
    clock: Clock
    reach: Reach = field(default_factory=ReachInLog)
    locale: str = DEFAULT_LOCALE
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    make_reference: Callable[[], str] = make_reference


class Visits:
    """What is done with each event."""

    def __init__(self, reception: Reception, answerer: Answerer, reader: Reader) -> None:
        self._reception = reception
        self._answerer = answerer
        self._reader = reader
        self._turns = Turns()
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._thinking = asyncio.Semaphore(_THINKING)  # answers wait for each other, so that events need not

    async def take(self, in_hand: InHand) -> None:
        """Do what an event asks for."""
        event = self._reader.read(in_hand.raw)
        with locale_of(self._reception.locale):
            match event.kind:
                case Kind.OTHER:
                    return
                case Kind.MANAGED:
                    _log.warning("zalo.changed_by_platform", what=event.name, change=event.text)
                case Kind.RECEIPT:
                    contacts = self._reception.contacts
                    await contacts.note_receipts(event.message_ids, at=event.at, tracking=event.tracking)
                case Kind.ECHO:
                    await self._reception.contacts.note_echo(event.user, event.text, event.message_ids[0])
                case _:
                    await self._take_in_turn(event, in_hand)

    async def _take_in_turn(self, event: Event, in_hand: InHand) -> None:
        is_belated = in_hand.is_belated
        if event.asked is not None:
            event = replace(event, asked=replace(event.asked, said_at=event.at))
        for wait in (*_TRY_AGAIN, None):
            if is_belated and event.asked is not None:
                event = replace(event, asked=replace(event.asked, is_belated=True))
            async with self._turns.of(event.user), self._room:
                # Whoever brings an event must have its answer soon: what has come in meanwhile goes before this.
                for _turn in range(_TURNS_GIVEN):
                    await asyncio.sleep(0)
                if await self._take_once(event, in_hand):
                    return
            if wait is not None:
                await self._reception.pause(wait)
            is_belated = True  # whoever asked may have gone on meanwhile
        in_hand.put_off()

    async def _take_once(self, event: Event, in_hand: InHand) -> bool:
        """Whether it is done with."""
        try:
            if in_hand.answer is None:  # else the desk has done it, and another would do it a second time
                in_hand.ensure_staying()
            if event.is_interaction:
                await self._reception.contacts.note_interaction(event.user, event.at or self._reception.clock.now())
            if in_hand.sending:
                await self._settle(event, in_hand)
            else:
                await self._answer(event, in_hand)
        except (TakenOverError, CabinetAwayError):  # done later, by us or by another: nothing has left
            raise
        except (NotSentError, ChannelRefusedError) as failed:
            _note_unanswered(event, failed)
            return False
        except RefusedError as refused:
            return await self._take_refusal(event, refused, in_hand)
        except Exception as failed:  # noqa: BLE001  whoever asked must hear of any defect of ours
            return await self._apologise(event, failed, in_hand)
        return True

    async def _answer(self, event: Event, in_hand: InHand) -> None:
        if event.kind is Kind.LEFT:  # they may have come back before this was done
            await self._reception.reach.mark_unreachable(Channel.ZALO_OA, event.user, as_of=event.at)
            return
        if event.asked is not None:
            reply = await self._ask(event.asked, in_hand)
        else:
            reply = Reply(
                _("I can read only typed words, pictures, files and presses of my buttons. Please type it."),
                outcome=Outcome.NOT_UNDERSTOOD,
            )
        await self._send(event, reply, in_hand)

    async def _ask(self, asked: Incoming, in_hand: InHand) -> Reply:
        """What the desk says; what it has said once is sent again where it could not be, and not done again."""

        async def ask() -> Reply:
            async with self._thinking:
                in_hand.ensure_staying()
                return await self._reception.desk.answer(asked)

        return await in_hand.answer_once(ask)

    async def _send(self, event: Event, reply: Reply, in_hand: InHand) -> None:
        if reply.is_silent:
            return
        await in_hand.begin_sending(self._answerer.mark_of(reply))
        await self._answerer.send(event.user, reply)

    async def _settle(self, event: Event, in_hand: InHand) -> None:
        """An answer may have left: where it stands in the conversation all is well, where it does not it is given."""
        match await self._answerer.find_answer(event.user, event.at, in_hand.sending):
            case True:
                _log.info("zalo.answered_before", update=short_name(event.key))
            case False:
                await self._answer(event, in_hand)
            case None:
                await self._send(event, say_interrupted(in_hand.sending), in_hand)

    async def _take_refusal(self, event: Event, refused: RefusedError, in_hand: InHand) -> bool:
        """Whether it is done with: what says nothing of the person is put off, or told to them in other words."""
        if refused.code not in OURS or refused.code in _TAKEN_LATER:
            return await self._note_refusal(event, refused)
        return await self._apologise(event, refused, in_hand)

    async def _note_refusal(self, event: Event, refused: RefusedError) -> bool:
        """Whether nothing more is to be tried."""
        _log.warning("zalo.not_taken", chat=short_name(event.user), code=refused.code)
        if refused.code in _TAKEN_LATER:
            return False
        if refused.code in OURS:
            _log.error("zalo.given_up", update=short_name(event.key), code=refused.code)
        else:
            await self._reception.reach.mark_unreachable(Channel.ZALO_OA, event.user)
        return True

    async def _apologise(self, event: Event, failed: Exception, in_hand: InHand) -> bool:
        """Log first, without a word of the question, then tell the person. Whether that could be done."""
        reference = self._reception.make_reference()
        _log.error("zalo.defect", reference=reference, error=type(failed).__name__, where=where_of(failed))
        apology = _(
            "Sorry, something went wrong on our side and this could not be answered. "
            "Please try again in a few minutes; if it happens again, tell the administrator the reference {reference}."
        ).format(reference=reference)
        try:
            await self._send(event, Reply(apology, outcome=Outcome.NOT_UNDERSTOOD), in_hand)
        except (NotSentError, ChannelRefusedError) as unsent:
            _note_unanswered(event, unsent)
            return False
        except RefusedError as refused:
            return await self._note_refusal(event, refused)
        return True


def _note_unanswered(event: Event, failed: Exception) -> None:
    _log.error("zalo.not_answered", update=short_name(event.key), error=type(failed).__name__)
