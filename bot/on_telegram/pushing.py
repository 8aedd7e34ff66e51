"""Telegram as a channel of pushes: a message handed over by python-telegram-bot, and exactly what became of it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NoReturn, TypeVar

import structlog
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, Message
from telegram.constants import ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)
from telegram.ext import ExtBot

from bot.failures import ChannelRefusedError, DeliveryFailedError, NotSentError, RefusedError, UnclearError, where_of
from bot.on_telegram.layout import lay_out
from bot.on_telegram.obeying import Announce, ClosedError, ObedientLimiter, seconds_of
from bot.on_telegram.tokens import identity_of, refused_token
from bot.on_telegram.wire import AnswerLostError, DiscreetRequest, NeverLeftError
from bot.papers.handing import file_of
from bot.push.sending import Parcel
from bot.refusals import BAD_REQUEST, BLOCKED, CHAT_UNKNOWN, DEACTIVATED, NOT_EDITABLE
from bot.render import Describe, count_units, render_html, split_html
from handlers.asking import Channel, Choice
from handlers.phrases import locale_of
from handlers.reply import File, Reply

MOST_UNITS: Final = 4096
MOST_CAPTION_UNITS: Final = 1024
_CONNECTIONS: Final = 100  # 30 a second, each answered within three seconds, leave some free
_PATIENCE: Final = 14.0  # seconds for an answer after at most half as many to connect: less than a pump waits at most
_PICTURES: Final = {"image/png", "image/jpeg"}
_NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)
_SAME: Final = "message is not modified"
# Telegram's words → why this person cannot be written to. Whatever else it calls a bad request is a defect of ours.
_GONE: Final = (
    ("bot was blocked", BLOCKED),
    ("user is deactivated", DEACTIVATED),
    ("chat not found", CHAT_UNKNOWN),
    ("user not found", CHAT_UNKNOWN),
    ("peer_id_invalid", CHAT_UNKNOWN),
    ("upgraded to a supergroup", CHAT_UNKNOWN),
    ("can't initiate conversation", CHAT_UNKNOWN),
)
_UNEDITABLE: Final = ("message to edit not found", "message can't be edited", "there is no text in the message")
_log = structlog.get_logger("bot.on_telegram")
T = TypeVar("T")

CountDefect = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Terms:
    """How this installation sends: whether messages beyond the free pace may be paid for, and how patiently."""

    is_paid_allowed: bool = False
    seconds: float = _PATIENCE
    connections: int = _CONNECTIONS


class TelegramSender:
    """Keeps the promise of `bot.push.sending.Sender` for one bot. Nothing is tried twice here.

    `announce` is told of the seconds for which Telegram asks to be left alone; `count` of each request that it called
    bad, which is ours to mend. Raises ChannelRefusedError for what cannot be a token.
    """

    channel = Channel.TELEGRAM.value

    def __init__(
        self,
        token: str,
        api: str,
        describe: Describe,
        *,
        terms: Terms | None = None,
        announce: Announce | None = None,
        count: CountDefect | None = None,
    ) -> None:
        self._terms = terms or Terms()
        self._describe = describe
        self._count = count
        self.identity = identity_of(token)
        self._request = DiscreetRequest(connections=self._terms.connections, seconds=self._terms.seconds)
        self._bot: ExtBot[None] = ExtBot(
            token,
            base_url=f"{api}/bot",
            base_file_url=f"{api}/file/bot",
            request=self._request,
            get_updates_request=self._request,
            rate_limiter=ObedientLimiter(announce),
        )

    async def send(self, parcel: Parcel) -> str:
        """Hand it over; Telegram's id of the message."""
        with locale_of(parcel.locale):
            text, markup = self._render(parcel.reply)
            file = file_of(parcel.reply, self._describe)
            is_caption = file is not None and len(_parts(text, MOST_CAPTION_UNITS)) == 1
            if file is not None and is_caption:
                sent = await self._ask(lambda: self._send_file(parcel.address, file, text, markup))
            else:
                sent = await self._ask(lambda: self._send_text(parcel.address, text, markup))
        if file is not None and not is_caption:
            await self._add_file(parcel.address, file)
        return str(sent.message_id)

    async def edit(self, address: str, provider_id: str, reply: Reply) -> None:
        """Put other words in its place, in the language being spoken; the same words again are no error."""
        text, markup = self._render(reply)
        await self._ask(
            lambda: self._bot.edit_message_text(
                text,
                chat_id=address,
                message_id=int(provider_id),
                parse_mode=ParseMode.HTML,
                link_preview_options=_NO_PREVIEW,
                reply_markup=markup,
            ),
            is_edit=True,
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._request.shutdown()

    # --- one message

    def _render(self, reply: Reply) -> tuple[str, InlineKeyboardMarkup | None]:
        """A push is one message, so that it has one outcome: words that do not fit are refused, not cut."""
        try:
            texts = _parts(render_html(reply, self._describe), MOST_UNITS)
            markup = _buttons(reply.choices)
        except ValueError:  # a button that Telegram would refuse
            self._blame_ourselves("button")
        if len(texts) != 1:
            self._blame_ourselves("too_long" if texts else "empty")
        return texts[0], markup

    def _send_text(self, address: str, text: str, markup: InlineKeyboardMarkup | None) -> Awaitable[Message]:
        return self._bot.send_message(
            address,
            text,
            parse_mode=ParseMode.HTML,
            link_preview_options=_NO_PREVIEW,
            reply_markup=markup,
            allow_paid_broadcast=self._terms.is_paid_allowed or None,
        )

    def _send_file(
        self, address: str, file: File, text: str, markup: InlineKeyboardMarkup | None
    ) -> Awaitable[Message]:
        send = self._bot.send_photo if file.media_type in _PICTURES else self._bot.send_document
        return send(
            address,
            file.content,
            caption=text,
            parse_mode=ParseMode.HTML,
            filename=file.name,
            reply_markup=markup,
            allow_paid_broadcast=self._terms.is_paid_allowed or None,
        )

    async def _add_file(self, address: str, file: File) -> None:
        """Bring a file that words too long for a caption came before. They arrived: this ends nothing."""
        try:
            is_picture = file.media_type in _PICTURES
            send = self._bot.send_photo if is_picture else self._bot.send_document
            await self._ask(lambda: send(address, file.content, filename=file.name))
        except (DeliveryFailedError, ChannelRefusedError) as failed:
            _log.warning("telegram.file_missing", error=type(failed).__name__)

    # --- errors, mapped once

    async def _ask(self, request: Callable[[], Awaitable[T]], *, is_edit: bool = False) -> T | Any:
        try:
            return await request()
        except TelegramError as failed:
            if is_edit and _SAME in failed.message.lower():
                return None
            named = self._name(failed)
        except Exception as broken:  # noqa: BLE001  an answer that is not what was agreed: the message may have arrived
            _log.error("telegram.unreadable_answer", error=type(broken).__name__, where=where_of(broken))
            named = UnclearError("unreadable", code=type(broken).__name__)
        raise named  # out here, so that nothing of the request is kept as its context

    def _name(self, failed: TelegramError) -> DeliveryFailedError | ChannelRefusedError:
        kind = type(failed).__name__
        match failed:
            case InvalidToken():
                return refused_token()
            case RetryAfter():
                return NotSentError("asked to wait", code="too_many", wait=seconds_of(failed))
            case ClosedError():
                return NotSentError("asked to wait", code="closed", wait=failed.wait)
            case NeverLeftError():
                return NotSentError(failed.message, code=failed.message)
            case Forbidden() | ChatMigrated() | BadRequest():
                return self._name_refusal(failed)
            case AnswerLostError() | NetworkError():
                return UnclearError("answer lost", code=failed.message if isinstance(failed, AnswerLostError) else kind)
            case Conflict():
                return NotSentError(kind, code=kind)
            case _:
                return UnclearError(kind, code=kind)

    def _name_refusal(self, failed: TelegramError) -> RefusedError:
        if isinstance(failed, ChatMigrated):
            return RefusedError(CHAT_UNKNOWN, code=CHAT_UNKNOWN)
        words = failed.message.lower()
        for said, reason in _GONE:
            if said in words:
                return RefusedError(reason, code=reason)
        if any(said in words for said in _UNEDITABLE):
            return RefusedError(NOT_EDITABLE, code=NOT_EDITABLE)
        if isinstance(failed, Forbidden):
            return RefusedError(BLOCKED, code=BLOCKED)
        # What follows the first colon may quote the message.
        return self._bad_request(failed.message.partition(":")[0][:80])

    def _bad_request(self, reason: str) -> RefusedError:
        _log.error("telegram.bad_request", method="push", reason=reason)
        if self._count is not None:
            self._count(reason)
        return RefusedError(reason, code=BAD_REQUEST)

    def _blame_ourselves(self, reason: str) -> NoReturn:
        raise self._bad_request(reason) from None


def fits(reply: Reply, describe: Describe) -> bool:
    """Whether a reply is one message, as a push must be."""
    return len(_parts(render_html(reply, describe), MOST_UNITS)) == 1


def _parts(text: str, limit: int) -> list[str]:
    """The messages that a text makes; what is short enough as it is written, tags and all, need not be measured."""
    whole = text.strip()
    return [whole] if whole and count_units(whole) <= limit else split_html(text, limit)


def _buttons(choices: Sequence[Choice]) -> InlineKeyboardMarkup | None:
    rows = [[InlineKeyboardButton(one.label, callback_data=one.token) for one in row] for row in lay_out(choices)]
    return InlineKeyboardMarkup(rows) if rows else None
