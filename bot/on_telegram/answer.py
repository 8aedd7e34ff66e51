"""Reply → Telegram: text in parts, buttons under the last, files, and the offer to share a phone number."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from aiogram import Bot
from aiogram.enums import ParseMode
from aiogram.exceptions import TelegramBadRequest
from aiogram.methods import (
    AnswerCallbackQuery,
    EditMessageText,
    SendChatAction,
    SendDocument,
    SendPhoto,
    TelegramMethod,
)
from aiogram.types import (
    BufferedInputFile,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)

from bot.cut_short import STOPS_THE_REST, name_cause
from bot.failures import ChannelRefusedError, DeliveryFailedError, RefusedError, UnclearError
from bot.log_names import short_name
from bot.on_telegram.connection import PlainMethod, hand_over, name_reason
from bot.on_telegram.keyboards import build_contact_removal, build_contact_request, write_choices
from bot.papers.handing import file_of
from bot.render import Describe, render_html, split_html
from bot.waiting import Pause
from handlers.asking import Incoming
from handlers.in_step import in_step
from handlers.phrases import _
from handlers.reply import File, Reply

MOST_UNITS = 4096
_REMEMBERED_OFFERS = 10_000
GONE = {"chat not found", "user not found", "PEER_ID_INVALID", "group chat was upgraded to a supergroup chat"}
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_PICTURES = {"image/png", "image/jpeg"}
_log = structlog.get_logger("bot.on_telegram")

Markup = dict[str, Any] | ReplyKeyboardMarkup | ReplyKeyboardRemove


class Answer(PlainMethod):
    """`sendMessage` with what our answers use of it; of what Telegram made of it, that it was taken is enough."""

    __api_method__ = "sendMessage"

    chat_id: str
    text: str
    parse_mode: str = ParseMode.HTML
    link_preview_options: dict[str, bool] = {"is_disabled": True}  # noqa: RUF012  a form copies it
    reply_markup: Markup | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One message of a reply."""

    text: str
    markup: Markup | None = None


class Answerer:
    """Hands replies over in one bot's chats."""

    def __init__(self, bot: Bot, describe: Describe, pause: Pause) -> None:
        self._bot = bot
        self._describe = describe
        self._pause = pause
        self._offered: OrderedDict[str, None] = OrderedDict()  # chats in which the phone button is shown

    async def send(self, asked: Incoming, reply: Reply, *, pressed: int | None = None) -> None:
        """Show the reply; where a button of message `pressed` led here, in place of that message if that is possible.

        Raises NotSentError or ChannelRefusedError, of which each says that nothing of it went out, or RefusedError
        when this chat takes nothing more. A lost answer of Telegram is logged and never answered by sending again.
        """
        await in_step()
        parts = self._plan(asked, reply, has_new_message=pressed is None)
        await in_step()
        if pressed is None or not await self._edit(asked.address, pressed, reply, parts):
            await self._send_all(asked.address, parts, file_of(reply, self._describe))

    async def confirm_press(self, query_id: str, text: str | None = None) -> None:
        """End the waiting shown on a pressed button; that it is too old for that harms nothing."""
        await self._quietly(AnswerCallbackQuery(callback_query_id=query_id, text=text, show_alert=bool(text) or None))

    async def show_typing(self, address: str) -> None:
        """Show that an answer is being prepared."""
        await self._quietly(SendChatAction(chat_id=address, action="typing"))

    def _plan(self, asked: Incoming, reply: Reply, *, has_new_message: bool) -> list[Part]:
        """All messages of a reply in order. A message carries one keyboard only, so that a second needs its own."""
        texts = split_html(render_html(reply, self._describe), MOST_UNITS)
        if not texts:
            raise ValueError("a reply without words")
        choices = write_choices(reply.choices)
        offer = build_contact_request() if reply.asks_contact else None
        parts = [*(Part(text) for text in texts[:-1]), Part(texts[-1], choices or offer)]
        if choices is not None and offer is not None:
            parts.append(Part(_("You can share your phone number with the button below."), offer))
        if offer is not None:
            self._remember_offer(asked.address)
        elif has_new_message:
            self._withdraw_offer(asked, parts)
        return parts

    def _remember_offer(self, address: str) -> None:
        self._offered[address] = None
        if len(self._offered) > _REMEMBERED_OFFERS:
            self._offered.popitem(last=False)

    def _withdraw_offer(self, asked: Incoming, parts: list[Part]) -> None:
        """Take the phone button away with the first message that has room for that; at once when it was used."""
        if asked.phone is None and asked.address not in self._offered:
            return
        if parts[0].markup is None:
            parts[0] = Part(parts[0].text, build_contact_removal())
        elif asked.phone is not None:
            parts.insert(0, Part(_("Your phone number was received."), build_contact_removal()))
        else:
            return
        self._offered.pop(asked.address, None)

    async def _edit(self, address: str, message_id: int, reply: Reply, parts: Sequence[Part]) -> bool:
        """Show a one-part reply in place of an earlier message. False where Telegram does not allow it."""
        is_alone = len(parts) == 1 and not _brings_file(reply)
        markup = parts[0].markup if is_alone else None
        if not is_alone or isinstance(markup, ReplyKeyboardMarkup | ReplyKeyboardRemove):
            return False
        edit = EditMessageText(
            chat_id=address,
            message_id=message_id,
            text=parts[0].text,
            parse_mode=ParseMode.HTML,
            link_preview_options=_NO_PREVIEW,
            reply_markup=None if markup is None else InlineKeyboardMarkup.model_validate(markup),
        )
        try:
            await hand_over(self._bot, edit, self._pause, is_repeatable=True)
        except TelegramBadRequest as refused:
            return "message is not modified" in refused.message
        except UnclearError as unclear:
            _log.warning("telegram.unclear", chat=short_name(address), method="EditMessageText", code=unclear.code)
        return True

    async def _send_all(self, address: str, parts: Sequence[Part], file: File | None) -> None:
        messages: list[TelegramMethod[Any]] = [_build_message(address, part) for part in parts]
        if file is not None:
            brought = BufferedInputFile(file.content, filename=file.name)
            is_picture = file.media_type in _PICTURES
            messages.append(
                SendPhoto(chat_id=address, photo=brought)
                if is_picture
                else SendDocument(chat_id=address, document=brought)
            )
        for index, message in enumerate(messages):
            try:
                await self._send(message, address)
            except RefusedError:  # the chat's own: the door keeps note of it, and nothing is sent again
                raise
            except STOPS_THE_REST as failed:
                if index == 0:
                    raise
                missing, code = len(messages) - index, name_cause(failed)
                _log.warning("telegram.cut_short", chat=short_name(address), missing=missing, code=code)
                return

    async def say_plainly(self, address: str, text: str) -> None:
        """Words without anything below them. Raises NotSentError, RefusedError or ChannelRefusedError."""
        await self._send(_build_message(address, Part(text)), address)

    async def _send(self, message: TelegramMethod[Any], address: str) -> None:
        try:
            await hand_over(self._bot, message, self._pause)
        except TelegramBadRequest as refused:
            reason = name_reason(refused)
            if reason in GONE:
                raise RefusedError(reason, code=reason) from None
            _log.error("telegram.bad_request", method=message.__api_method__, reason=reason)
            raise  # a defect of ours, of which the visitor hears
        except UnclearError as unclear:
            _log.warning("telegram.unclear", chat=short_name(address), method=message.__api_method__, code=unclear.code)

    async def _quietly(self, method: TelegramMethod[bool]) -> None:
        try:
            await hand_over(self._bot, method, self._pause, is_repeatable=True, tries=2)
        except (TelegramBadRequest, DeliveryFailedError, ChannelRefusedError) as failed:
            _log.info("telegram.nicety_failed", method=type(method).__name__, error=type(failed).__name__)


def _brings_file(reply: Reply) -> bool:
    return any(one is not None for one in (reply.file, reply.paper, reply.picture, reply.calendar, reply.code_sheet))


def _build_message(address: str, part: Part) -> Answer:
    return Answer(chat_id=address, text=part.text, reply_markup=part.markup)
