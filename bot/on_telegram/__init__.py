"""The Telegram door: aiogram receives and answers conversations. Nothing of Telegram passes beyond this room."""
