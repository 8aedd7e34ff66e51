"""Paid broadcasts of Telegram: what they allow and what they cost, as Telegram's own documentation says."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from handlers.phrases import _, show_number


@dataclass(frozen=True, slots=True)
class PaidBroadcasts:
    """The terms, and where and when they were read. A balance is needed too; Telegram names it in @BotFather.

    (Two pages of its documentation name two different balances, so that none is told here.)
    """

    free_per_second: int
    most_per_second: int
    stars_per_message: Decimal  # for each message beyond those that are free in its second, if it was delivered
    source: str
    read: str


TERMS: Final = PaidBroadcasts(
    free_per_second=30,
    most_per_second=1000,
    stars_per_message=Decimal("0.1"),
    source="https://core.telegram.org/bots/api#paid-broadcasts",
    read="2026-11-21",
)


def most_stars(messages: int, per_second: float) -> Decimal:
    """The most Telegram Stars that so many messages can cost at this pace; at the free pace nothing."""
    if per_second <= TERMS.free_per_second:
        return Decimal(0)
    return messages * TERMS.stars_per_message


def describe_price(messages: int, per_second: float, *, is_allowed: bool) -> str:
    """What sending so many messages by Telegram costs, in a sentence for whoever is about to send them."""
    stars = most_stars(messages, per_second) if is_allowed else Decimal(0)
    if not stars:
        return _("Free of charge: Telegram charges nothing up to {free} messages a second.").format(
            free=show_number(TERMS.free_per_second)
        )
    return _(
        "At most {stars} Telegram Stars from the bot's balance: {price} for each message beyond {free} a second"
        " ({source})."
    ).format(
        stars=show_number(float(stars)),
        price=show_number(float(TERMS.stars_per_message)),
        free=show_number(TERMS.free_per_second),
        source=TERMS.source,
    )
