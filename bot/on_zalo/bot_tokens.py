"""The token of a bot of Zalo: the identity that it stands for, and the sentence for one that does not count."""

import hashlib

from bot.failures import ChannelRefusedError
from handlers.asking import Channel
from handlers.phrases import _


def refused_token() -> ChannelRefusedError:
    """The platform does not know the token, told to the operator."""
    return ChannelRefusedError(
        _(
            "The Zalo Bot platform does not accept the bot token. Check NHACCHUAN_ZALO_BOT_TOKEN: copy it again from"
            " the message of Zalo Bot Manager."
        )
    )


def identity_of(token: str) -> str:
    """The identity that a token stands for. Raises ChannelRefusedError for what cannot be a token.

    Tokens are opaque; what stands before a colon is taken to outlast the secret behind it.
    """
    if not token.strip() or any(sign.isspace() or sign in "/?#" for sign in token):
        raise refused_token()
    public, colon, _secret = token.partition(":")
    name = public if colon and public.isalnum() else hashlib.sha256(token.encode()).hexdigest()[:12]
    return f"{Channel.ZALO_BOT.value}:{name}"
