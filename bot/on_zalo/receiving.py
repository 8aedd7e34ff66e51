"""Zalo event → desk → answer: each event once, each conversation in order, every failure told kindly.

What the account itself sent comes back as an echo and is dropped; receipts settle what was unclear.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

import structlog

from bot.failures import ChannelRefusedError, NotSentError, RefusedError, where_of
from bot.log_names import make_reference, short_name
from bot.on_zalo.answering import Answerer
from bot.on_zalo.events import Event, Kind
from bot.reach import Reach, ReachInLog
from bot.render import Describe
from bot.seen import SeenUpdates, Taken
from bot.turns import Turns
from handlers import next_steps
from handlers.asking import Channel
from handlers.desk import Desk
from handlers.phrases import DEFAULT_LOCALE, _, locale_of
from handlers.ports import Clock
from handlers.reply import Line, Outcome, Reply

_TRY_AGAIN: Final = (15.0, 30.0, 60.0, 120.0)  # seconds: what was answered with 200 is not brought again
_THINKING: Final = 2  # questions at the desk at the same time: more only hold up the processor
_log = structlog.get_logger("bot.on_zalo")


class Contacts(Protocol):
    """What the account keeps of people beside their record."""

    async def note_interaction(self, user: str, at: datetime) -> None:
        """This person did something, so that they can be written to again."""
        ...

    async def note_echo(self, user: str, text: str, message_id: str) -> bool:
        """The account shows a message with these words. Whether one of ours was waited for."""
        ...

    async def note_receipts(self, message_ids: tuple[str, ...]) -> None:
        """These messages arrived."""
        ...

    async def count_answers(self, count: int) -> None:
        """So many messages were sent in conversation."""
        ...


@dataclass(frozen=True, slots=True)
class Reception:
    """What the door needs from the house."""

    desk: Desk
    describe: Describe
    seen: SeenUpdates
    contacts: Contacts
    clock: Clock
    reach: Reach = field(default_factory=ReachInLog)
    locale: str = DEFAULT_LOCALE
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    make_reference: Callable[[], str] = make_reference


class Visits:
    """What is done with each event."""

    def __init__(self, reception: Reception, answerer: Answerer) -> None:
        self._reception = reception
        self._answerer = answerer
        self._turns = Turns()
        self._thinking = asyncio.Semaphore(_THINKING)  # answers wait for each other, so that events need not

    async def take(self, event: Event) -> None:
        """Do what the event asks for, once however often it comes."""
        with locale_of(self._reception.locale):
            match event.kind:
                case Kind.OTHER:
                    return
                case Kind.RECEIPT:
                    await self._reception.contacts.note_receipts(event.message_ids)
                case Kind.ECHO:
                    await self._reception.contacts.note_echo(event.user, event.text, event.message_ids[0])
                case _:
                    await self._take_in_turn(event)

    async def _take_in_turn(self, event: Event) -> None:
        for wait in (*_TRY_AGAIN, None):
            async with self._turns.of(event.user):
                if await self._take_once(event):
                    return
            if wait is not None:
                await self._reception.pause(wait)
        _log.error("zalo.given_up", event=event.key)

    async def _take_once(self, event: Event) -> bool:
        """True when it is done with, by us or by another."""
        seen = self._reception.seen
        try:
            taken = await seen.begin(Channel.ZALO_OA, event.key)
            if taken is not Taken.OURS:
                return taken is Taken.DONE
            if event.is_interaction:
                await self._reception.contacts.note_interaction(event.user, event.at or self._reception.clock.now())
            await self._answer(event)
        except (NotSentError, ChannelRefusedError) as failed:
            await self._give_back(event, failed)
            return False
        except RefusedError as refused:
            await self._note_refusal(event, refused)
        except Exception as failed:  # noqa: BLE001  whoever asked must hear of any defect of ours
            if not await self._apologise(event, failed):
                return False
        await seen.finish(Channel.ZALO_OA, event.key)
        return True

    async def _answer(self, event: Event) -> None:
        if event.kind is Kind.LEFT:
            await self._reception.reach.mark_unreachable(Channel.ZALO_OA, event.user)
            return
        if event.asked is not None:
            async with self._thinking:
                reply = await self._reception.desk.answer(event.asked)
        elif event.kind in {Kind.SHOWED, Kind.BROUGHT}:
            reply = about_evidence(is_picture=event.kind is Kind.SHOWED)
        else:
            reply = Reply(
                _("I can read only typed words and presses of my buttons. Please type it."),
                outcome=Outcome.NOT_UNDERSTOOD,
            )
        await self._answerer.send(event.user, reply)

    async def _give_back(self, event: Event, failed: Exception) -> None:
        await self._reception.seen.release(Channel.ZALO_OA, event.key)
        _log.error("zalo.not_answered", event=event.key, error=type(failed).__name__)

    async def _note_refusal(self, event: Event, refused: RefusedError) -> None:
        _log.warning("zalo.not_taken", chat=short_name(event.user), code=refused.code)
        await self._reception.reach.mark_unreachable(Channel.ZALO_OA, event.user)

    async def _apologise(self, event: Event, failed: Exception) -> bool:
        """Log first, without a word of the question, then tell the person. False when it was given back instead."""
        reference = self._reception.make_reference()
        _log.error("zalo.defect", reference=reference, error=type(failed).__name__, where=where_of(failed))
        apology = _(
            "Sorry, something went wrong on our side and this could not be answered. "
            "Please try again in a few minutes; if it happens again, tell the administrator the reference {reference}."
        ).format(reference=reference)
        try:
            await self._answerer.send(event.user, Reply(apology, outcome=Outcome.NOT_UNDERSTOOD))
        except (NotSentError, ChannelRefusedError) as unsent:
            await self._give_back(event, unsent)
            return False
        except RefusedError as refused:
            await self._note_refusal(event, refused)
        return True


def about_evidence(*, is_picture: bool) -> Reply:
    """What can be done today with a picture or file of a certificate: nothing is kept of it, and how else to go on."""
    title = (
        _("I have received a picture, but I cannot read or keep pictures here yet.")
        if is_picture
        else _("I have received a file, but I cannot read or keep files here yet.")
    )
    lines = (
        Line(_("Please type what the certificate says: its kind, level or score, who issued it and when.")),
        Line(_("I can then tell whether it counts. To have it put on record, hand a copy to HR of your unit.")),
    )
    return Reply(title, lines, (next_steps.my_gaps(), next_steps.whom_to_ask()), Outcome.NOT_UNDERSTOOD)
