"""What can go wrong at a door, named once for every channel; how it is logged without personal words."""

import traceback
from collections.abc import Iterable
from types import TracebackType


class ChannelRefusedError(Exception):
    """The channel refuses us as a whole (wrong or withdrawn token): nothing works until the operator mends it."""


class DeliveryFailedError(Exception):
    """One message was not handed over. `code` keeps the platform's own word for it.

    `wait`: seconds for which the platform asks to be left alone, 0 where it asks for nothing.
    """

    def __init__(self, message: str, *, code: str = "", wait: float = 0.0) -> None:
        super().__init__(message)
        self.code = code
        self.wait = wait


class NotSentError(DeliveryFailedError):
    """The platform surely did not take the message; sending it again is safe."""


class NotNowError(NotSentError):
    """This message may not go out for `later` seconds, while others may.

    `may_go_elsewhere`: another channel of the same person need not wait for that.
    """

    def __init__(self, message: str, *, code: str = "", later: float, may_go_elsewhere: bool = False) -> None:
        super().__init__(message, code=code, wait=later)
        self.later = later
        self.may_go_elsewhere = may_go_elsewhere


class RefusedError(DeliveryFailedError):
    """The platform will never deliver this to this recipient (blocked, unknown, gone)."""


class UnclearError(DeliveryFailedError):
    """The request was sent and its answer lost: the message may have arrived, so it is not sent again."""


def where_of(failure: BaseException) -> list[str]:
    """Places in our code that a failure passed, innermost last; no values and no message, which may be personal."""
    return list(_places(failure.__traceback__))[-6:]


def _places(trace: TracebackType | None) -> Iterable[str]:
    for frame in traceback.extract_tb(trace):
        yield f"{frame.filename}:{frame.lineno} {frame.name}"
