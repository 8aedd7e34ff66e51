"""What opens the bot from a printed slip: with the code on Telegram, without it on Zalo, nothing where neither is."""

from bot.settings import Settings


def bot_link(settings: Settings, telegram_name: str = "") -> str:
    """The link, with {code} where it brings the code along. `telegram_name` is the bot's own, where it was asked."""
    name = (settings.telegram_name or telegram_name).lstrip("@")
    if name:
        return f"https://t.me/{name}?start={{code}}"
    return f"https://zalo.me/{settings.zalo_oa_id}" if settings.is_zalo_oa_open else ""
