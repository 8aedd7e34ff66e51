"""Telegram update → desk → answer: each update once, each conversation in order, every failure told kindly.

Nothing here is made at import; `make_visit` makes what the intake of one bot calls. Typed words in a private chat, of
which most of what comes consists, go to the desk as they are; for everything else aiogram's dispatcher finds the way.
Nothing tells whether a message of ours arrived: a visitor whose answer may have left before a process died is told so.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, NamedTuple

import structlog
from aiogram import BaseMiddleware, Bot, Dispatcher, F, Router
from aiogram.enums import ChatMemberStatus, ChatType
from aiogram.types import CallbackQuery, Chat, ChatMemberUpdated, Message, TelegramObject, Update

from bot.failures import ChannelRefusedError, NotSentError, RefusedError, where_of
from bot.intake import InHand, TakenOverError
from bot.interruption import RESTORED, say_interrupted
from bot.log_names import make_reference, short_name
from bot.on_telegram.answer import Answerer
from bot.on_telegram.files import find_file
from bot.on_telegram.incoming import Aside, Typed, find_typed, read_message, read_press, read_typed, read_update
from bot.reach import Reach, ReachInLog
from bot.render import Describe
from bot.seen import Inbox, SeenUpdates
from bot.signs import with_sign
from bot.turns import Turns
from bot.waiting import Pause
from bot.wiring_errors import CabinetAwayError
from handlers.asking import Channel, Incoming
from handlers.desk import Desk
from handlers.phrases import DEFAULT_LOCALE, _, locale_of
from handlers.reply import Outcome, Reply

ALLOWED_UPDATES = ["message", "edited_message", "channel_post", "callback_query", "my_chat_member"]
Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]
_ANSWER: Final = "answer"
_TURNS_GIVEN: Final = 3
_THINKING: Final = 32  # questions at the desk at the same time: what they ask the database they ask together
_CROWD: Final = 100  # so many in line are a flood: to tell each that we work at it would make all of them wait longer
_log = structlog.get_logger("bot.on_telegram")


@dataclass(frozen=True, slots=True)
class Reception:
    """What the door needs from the house. `slow_after`: seconds of thinking after which "typing" is shown."""

    desk: Desk
    describe: Describe
    seen: SeenUpdates
    inbox: Inbox
    reach: Reach = field(default_factory=ReachInLog)
    locale: str = DEFAULT_LOCALE
    pause: Pause = asyncio.sleep
    make_reference: Callable[[], str] = make_reference
    slow_after: float = 1.5


def make_visit(bot: Bot, reception: Reception) -> Callable[[InHand], Awaitable[None]]:
    """What an intake does with each update."""
    answerer = Answerer(bot, reception.describe, reception.pause)
    visits = _Visits(bot, reception, answerer)
    in_turn = _InTurn(reception, answerer)
    dispatcher = _build_dispatcher(in_turn, visits)

    async def visit(in_hand: InHand) -> None:
        # Whoever brings an update must have its answer soon: what has come in meanwhile goes before this.
        for _turn in range(_TURNS_GIVEN):
            await asyncio.sleep(0)
        raw = in_hand.raw
        typed = find_typed(raw)
        if typed is not None:
            came = _Came(typed.update, typed.chat, is_private=True)
            await in_turn.take(came, in_hand, partial(visits.answer_typed, typed, in_hand))
            return
        update = read_update(bot, dict(raw))
        if update is not None:
            await dispatcher.feed_update(bot, update, in_hand=in_hand)

    return visit


def _build_dispatcher(in_turn: "_InTurn", visits: "_Visits") -> Dispatcher:
    """Lay out the door: what kind of update goes where."""
    dispatcher = Dispatcher(disable_fsm=True)
    dispatcher.update.outer_middleware(in_turn)

    # First the chats in which nothing personal may be said, so that no later line can reach them.
    elsewhere = Router(name="elsewhere")
    elsewhere.message.register(visits.refuse_in_public, F.chat.type != ChatType.PRIVATE)
    elsewhere.channel_post.register(visits.refuse_in_public)
    elsewhere.edited_message.register(visits.ignore, F.chat.type != ChatType.PRIVATE)
    elsewhere.callback_query.register(visits.refuse_press_in_public, F.message.chat.type != ChatType.PRIVATE)

    private = Router(name="private")
    private.message.register(visits.ignore, F.from_user.is_bot)
    private.message.register(visits.answer_message)
    private.edited_message.register(visits.answer_edited, F.text)
    private.edited_message.register(visits.ignore)
    private.callback_query.register(visits.answer_press)
    private.my_chat_member.register(visits.note_membership)

    dispatcher.include_routers(elsewhere, private)
    return dispatcher


class _Came(NamedTuple):
    """Which update came, and from which chat."""

    update: int
    chat: str
    is_private: bool


class _InTurn(BaseMiddleware):
    """Around every update: its turn in the conversation, and what to do when answering fails."""

    def __init__(self, reception: Reception, answerer: Answerer) -> None:
        self._reception = reception
        self._answerer = answerer
        self._turns = Turns()

    async def __call__(self, handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
        chat = _chat_of(event) if isinstance(event, Update) else None
        if not isinstance(event, Update) or chat is None:
            return
        came = _Came(event.update_id, str(chat.id), is_private=chat.type == ChatType.PRIVATE)
        await self.take(came, data["in_hand"], partial(handler, event, data))

    async def take(self, came: _Came, in_hand: InHand, handle: Callable[[], Awaitable[Any]]) -> None:
        """Have this handled once all that came before it in its conversation is done."""
        async with self._turns.of(came.chat):
            with locale_of(self._reception.locale):
                await self._answer(came, in_hand, handle)

    async def _answer(self, came: _Came, in_hand: InHand, handle: Callable[[], Awaitable[Any]]) -> None:
        try:
            in_hand.ensure_staying()
            if in_hand.sending:
                if in_hand.sending != RESTORED or came.is_private:
                    await self._say(came, say_interrupted(in_hand.sending), in_hand)
            else:
                await handle()
        except (TakenOverError, CabinetAwayError):  # done later, by us or by another: nothing has left
            raise
        except (NotSentError, ChannelRefusedError) as failed:
            _put_off(came, failed, in_hand)
        except RefusedError as refused:
            await self._note_refusal(came, refused)
        except Exception as failed:  # noqa: BLE001  the visitor must hear of any defect of ours
            await self._apologise(came, failed, in_hand)

    async def _note_refusal(self, came: _Came, refused: RefusedError) -> None:
        _log.warning("telegram.refused", chat=short_name(came.chat), code=refused.code)
        if came.is_private:
            await self._reception.reach.mark_unreachable(Channel.TELEGRAM, came.chat)

    async def _apologise(self, came: _Came, failed: Exception, in_hand: InHand) -> None:
        """Log first, without a word of the question, then tell the visitor."""
        reference = self._reception.make_reference()
        _log.error("telegram.defect", reference=reference, error=type(failed).__name__, where=where_of(failed))
        apology = _(
            "Sorry, something went wrong on our side and this could not be answered. "
            "Please try again in a few minutes; if it happens again, tell the administrator the reference {reference}."
        ).format(reference=reference)
        try:
            await self._say(came, Reply(apology, outcome=Outcome.NOT_UNDERSTOOD), in_hand)
        except (NotSentError, ChannelRefusedError) as unsent:
            _put_off(came, unsent, in_hand)
        except RefusedError as refused:
            await self._note_refusal(came, refused)

    async def _say(self, came: _Came, reply: Reply, in_hand: InHand) -> None:
        """In a private chat; elsewhere nothing is said of what went wrong."""
        if not came.is_private:
            return
        asked = Incoming(channel=Channel.TELEGRAM, address=came.chat, text="", locale=self._reception.locale)
        await in_hand.begin_sending(_ANSWER)
        await self._answerer.send(asked, reply)


def _put_off(came: _Came, failed: Exception, in_hand: InHand) -> None:
    _log.error("telegram.not_answered", update=came.update, error=type(failed).__name__)
    in_hand.put_off()


class _Visits:
    """What is done with each kind of update."""

    def __init__(self, bot: Bot, reception: Reception, answerer: Answerer) -> None:
        self._bot = bot
        self._reception = reception
        self._answerer = answerer
        self._thinking = asyncio.Semaphore(_THINKING)
        self._in_line = 0

    async def answer_typed(self, typed: Typed, in_hand: InHand) -> None:
        """Answer words that were typed in a private chat."""
        asked = read_typed(typed, locale=self._reception.locale, is_belated=in_hand.is_belated)
        await self._send(asked, await self._ask_desk(asked, in_hand), in_hand)

    async def answer_message(self, message: Message, in_hand: InHand) -> None:
        """Answer something a visitor said, showed or shared."""
        file = find_file(message, self._bot, self._reception.pause)
        read = read_message(message, locale=self._reception.locale, file=file, is_belated=in_hand.is_belated)
        if isinstance(read, Incoming):
            await self._send(read, await self._ask_desk(read, in_hand), in_hand)
        elif read is Aside.FOREIGN_CONTACT:
            await self._say(
                message.chat,
                _(
                    "Please share your own phone number with the button, not the contact of someone else; "
                    "only your own number can link your record."
                ),
                in_hand,
            )
        elif read is Aside.UNREADABLE and await self._is_first_of_album(message):
            await self._say(
                message.chat,
                _(
                    "I can read only typed words, presses of my buttons, your own phone number, and photos or PDFs of "
                    "certificates. Please type it."
                ),
                in_hand,
            )

    async def answer_press(self, query: CallbackQuery, in_hand: InHand) -> None:
        """Answer a pressed button, in place of the message that carried it."""
        await self._answerer.confirm_press(query.id)
        asked = read_press(query, locale=self._reception.locale, is_belated=in_hand.is_belated)
        if asked is not None and query.message is not None:
            reply = await self._ask_desk(asked, in_hand)
            is_still_there = isinstance(query.message, Message)
            await self._send(asked, reply, in_hand, pressed=query.message.message_id if is_still_there else None)

    async def answer_edited(self, message: Message, in_hand: InHand) -> None:
        """Say that a corrected question is asked anew."""
        await self._say(
            message.chat, _("I do not read corrections. Please send the corrected question as a new message."), in_hand
        )

    async def refuse_in_public(self, message: Message, in_hand: InHand) -> None:
        """Say once in each group or channel that nothing is answered there."""
        once = f"public:{message.chat.id}"
        if not await self._is_first(once, message):
            return
        try:
            await in_hand.begin_sending(_ANSWER)
            await self._answerer.say_plainly(str(message.chat.id), _no_answers_here())
        except NotSentError:  # whoever writes next may be told sooner
            await self._reception.seen.release(Channel.TELEGRAM, once)
            raise

    async def refuse_press_in_public(self, query: CallbackQuery) -> None:
        """Say the same to the one who pressed, seen by nobody else."""
        await self._answerer.confirm_press(query.id, _no_answers_here())

    async def note_membership(self, change: ChatMemberUpdated) -> None:
        """Keep who blocked the bot or came back, in whichever order it is told; what happens in groups is no matter."""
        if change.chat.type != ChatType.PRIVATE:
            _log.info("telegram.membership", chat=short_name(str(change.chat.id)), status=change.new_chat_member.status)
        elif change.new_chat_member.status == ChatMemberStatus.KICKED:
            await self._reception.reach.mark_unreachable(Channel.TELEGRAM, str(change.chat.id), as_of=change.date)
        else:
            await self._reception.reach.mark_reachable(Channel.TELEGRAM, str(change.chat.id), at=change.date)

    async def ignore(self, _event: Message) -> None:
        """Leave it without an answer."""

    async def _ask_desk(self, asked: Incoming, in_hand: InHand) -> Reply:
        """Ask the desk, showing "typing" once it takes long and is not for a crowd's sake."""
        thinking = in_hand.answer_once(partial(self._think, asked, in_hand))
        return await with_sign(thinking, partial(self._show_typing, asked.address), self._reception.slow_after)

    async def _show_typing(self, address: str) -> None:
        if self._in_line < _CROWD:
            await self._answerer.show_typing(address)

    async def _think(self, asked: Incoming, in_hand: InHand) -> Reply:
        self._in_line += 1
        try:
            async with self._thinking:  # answers wait for each other, so that updates need not
                in_hand.ensure_staying()
                return await self._reception.desk.answer(asked)
        finally:
            self._in_line -= 1

    async def _send(self, asked: Incoming, reply: Reply, in_hand: InHand, *, pressed: int | None = None) -> None:
        if reply.is_silent:
            return
        await in_hand.begin_sending(_ANSWER)
        await self._answerer.send(asked, reply, pressed=pressed)

    async def _say(self, chat: Chat, sentence: str, in_hand: InHand) -> None:
        asked = Incoming(channel=Channel.TELEGRAM, address=str(chat.id), text="", locale=self._reception.locale)
        await self._send(asked, Reply(sentence, outcome=Outcome.NOT_UNDERSTOOD), in_hand)

    async def _is_first_of_album(self, message: Message) -> bool:
        """Whether a picture comes alone or first: ten pictures sent together get one answer."""
        album = message.media_group_id
        return album is None or await self._is_first(f"album:{album}", message)

    async def _is_first(self, once: str, message: Message) -> bool:
        """Whether what is said but once is to be said now; where that is put off, it is still this message's to say."""
        return await self._reception.seen.claim(Channel.TELEGRAM, once, str(message.message_id))


def _no_answers_here() -> str:
    return _("I answer only in a private chat; please write to me there.")


def _chat_of(update: Update) -> Chat | None:
    """Find the chat of an update of a kind we asked for; None for any other kind."""
    said = update.message or update.edited_message or update.channel_post or update.my_chat_member
    if said is not None:
        return said.chat
    if update.callback_query is not None and update.callback_query.message is not None:
        return update.callback_query.message.chat
    return None
