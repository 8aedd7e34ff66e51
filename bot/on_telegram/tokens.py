"""The bot's token: which identity it stands for, and the sentence for one that does not count."""

from bot.failures import ChannelRefusedError
from handlers.asking import Channel
from handlers.phrases import _


def refused_token() -> ChannelRefusedError:
    """Telegram does not know the token, told to the operator."""
    return ChannelRefusedError(
        _("Telegram does not accept the bot token. Check NHACCHUAN_TELEGRAM_TOKEN: copy it again from @BotFather.")
    )


def identity_of(token: str) -> str:
    """The identity that a token stands for: its public half. Raises ChannelRefusedError for what cannot be a token."""
    number, colon, secret = token.partition(":")
    if not (number.isdigit() and colon and secret.strip()):
        raise refused_token()
    return f"{Channel.TELEGRAM.value}:{number}"
