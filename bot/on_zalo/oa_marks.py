"""By which marks people, messages and the account itself are known: for those who keep them and load no more of it."""

from dataclasses import dataclass, field
from typing import Final

from handlers.asking import Channel

_TRACKED: Final = "nhacchuan-"
_MOST_DIGITS: Final = 18


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom an account belongs to. `phone` only with consent."""

    name: str
    phone: str | None = field(default=None, repr=False)


def tracking_of(delivery: int) -> str:
    """The mark by which the receipt of a template message names its delivery; `delivery_of` reads it."""
    return f"{_TRACKED}{delivery}"


def delivery_of(tracking: str) -> int | None:
    """The delivery that a mark names; None for a mark that is not ours."""
    number = tracking.removeprefix(_TRACKED)
    return int(number) if tracking.startswith(_TRACKED) and number.isdecimal() and len(number) <= _MOST_DIGITS else None


def identity_of(oa_id: str) -> str:
    """The identity that an account stands for."""
    return f"{Channel.ZALO_OA.value}:{oa_id}"
