"""The Telegram door: aiogram receives and answers conversations. Nothing of Telegram passes beyond this room."""

from bot.on_telegram.lean import import_aiogram

import_aiogram()
