"""Choices → buttons: one or two in a row by the length of their words."""

from aiogram.types import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)

from handlers.asking import Choice
from handlers.phrases import _

MOST_TOKEN_BYTES = 64
_SHORT_LABEL = 16  # two of these stand side by side on a small phone without being cut


def build_choices(choices: tuple[Choice, ...]) -> InlineKeyboardMarkup | None:
    """Lay out the buttons of a reply; None without choices. Raises ValueError for a token Telegram would refuse."""
    rows: list[list[InlineKeyboardButton]] = []
    for choice in choices:
        button = InlineKeyboardButton(text=choice.label, callback_data=_token(choice))
        if rows and len(rows[-1]) == 1 and _is_short(rows[-1][0].text) and _is_short(choice.label):
            rows[-1].append(button)
        else:
            rows.append([button])
    return InlineKeyboardMarkup(inline_keyboard=rows) if rows else None


def build_contact_request() -> ReplyKeyboardMarkup:
    """Offer to share one's own phone number."""
    button = KeyboardButton(text=_("Share my phone number"), request_contact=True)
    return ReplyKeyboardMarkup(keyboard=[[button]], resize_keyboard=True, one_time_keyboard=True)


def build_contact_removal() -> ReplyKeyboardRemove:
    """Take that offer away."""
    return ReplyKeyboardRemove(remove_keyboard=True)


def _token(choice: Choice) -> str:
    if not 0 < len(choice.token.encode()) <= MOST_TOKEN_BYTES:
        raise ValueError(f"choice {choice.action} does not fit {MOST_TOKEN_BYTES} bytes")
    return choice.token


def _is_short(label: str) -> bool:
    return len(label) <= _SHORT_LABEL
