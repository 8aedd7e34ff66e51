"""Choices → buttons: one or two in a row by the length of their words."""

from typing import Any

from aiogram.types import (
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)

from bot.on_telegram.layout import lay_out
from handlers.asking import Choice
from handlers.phrases import _


def write_choices(choices: tuple[Choice, ...]) -> dict[str, Any] | None:
    """The buttons of a reply as they are sent; None without choices. Raises ValueError for a token Telegram refuses."""
    rows = [[{"text": one.label, "callback_data": one.token} for one in row] for row in lay_out(choices)]
    return {"inline_keyboard": rows} if rows else None


def build_choices(choices: tuple[Choice, ...]) -> InlineKeyboardMarkup | None:
    """The same in a form of the library."""
    written = write_choices(choices)
    return InlineKeyboardMarkup.model_validate(written) if written is not None else None


def build_contact_request() -> ReplyKeyboardMarkup:
    """Offer to share one's own phone number."""
    button = KeyboardButton(text=_("Share my phone number"), request_contact=True)
    return ReplyKeyboardMarkup(keyboard=[[button]], resize_keyboard=True, one_time_keyboard=True)


def build_contact_removal() -> ReplyKeyboardRemove:
    """Take that offer away."""
    return ReplyKeyboardRemove(remove_keyboard=True)
