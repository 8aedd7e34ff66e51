"""What the error numbers of the Zalo Bot platform mean, as data, and which of our errors each becomes."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from bot.failures import ChannelRefusedError, DeliveryFailedError, NotSentError, RefusedError, UnclearError
from bot.on_zalo.bot_tokens import refused_token
from bot.refusals import BAD_REQUEST, CHAT_UNKNOWN

QUOTA, SERVER_FAULT = "quota", "server_fault"
QUOTA_WAIT: Final = 900.0  # seconds; the platform names none, and it may be the allowance of the month
_FIRST_OF_SERVER: Final = 500


class Fate(StrEnum):
    """What is to be done about an error."""

    PERMANENT = "permanent"  # our request is wrong, or nobody is there
    OPERATOR = "operator"  # the token counts no more
    SERVER_FAULT = "server_fault"  # tried again, a few times
    TIMED_OUT = "timed_out"  # on getUpdates the usual end of a wait; a message may have arrived
    TOMORROW = "tomorrow"  # so many tests of the webhook a day
    QUOTA = "quota"  # a long pause


# 403 is called "Internal server error" by the platform itself. 409 is not documented; one stand-in answers it to the
# older of two polls.
BOT: Final[Mapping[int, Fate]] = {
    400: Fate.PERMANENT,
    401: Fate.OPERATOR,
    403: Fate.SERVER_FAULT,
    404: Fate.PERMANENT,
    408: Fate.TIMED_OUT,
    409: Fate.SERVER_FAULT,
    426: Fate.TOMORROW,
    429: Fate.QUOTA,
}
_GONE: Final = ("chat not found", "user not found", "chat_id not found", "chat id not found")


def failure_of(code: int, description: str) -> DeliveryFailedError | ChannelRefusedError:
    """What a failed call becomes; nothing of the description is kept, for it may quote the message."""
    match BOT.get(code):
        case Fate.PERMANENT:
            is_gone = any(words in description.lower() for words in _GONE)
            reason = CHAT_UNKNOWN if is_gone else BAD_REQUEST
            return RefusedError(reason, code=reason)
        case Fate.OPERATOR:
            return refused_token()
        case Fate.SERVER_FAULT:
            return NotSentError(SERVER_FAULT, code=SERVER_FAULT)
        case Fate.QUOTA | Fate.TOMORROW:
            return NotSentError(QUOTA, code=QUOTA, wait=QUOTA_WAIT)
        case _:  # a time that was over, a fault of a server, or a number that we do not know
            kind = "http" if code >= _FIRST_OF_SERVER else "error"
            return UnclearError("answer lost", code=f"{kind}{code}")
