"""How many messages the account may send, what of that is kept for whom, and how long it will last."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil


@dataclass(frozen=True, slots=True)
class Allowance:
    """Messages a day and a month, None for no limit that we know of.

    What is most urgent is sent first; what is sent unasked never goes over, nor into the share kept for conversation.
    Broadcasts leave `urgent_share` of the rest to what concerns one person alone: they cannot use up its month.
    """

    daily: int | None = None
    monthly: int | None = None
    kept_share: float = 0.1
    urgent_share: float = 0.2

    def of_day(self, *, is_broadcast: bool = False) -> tuple[int | None, int]:
        """The most of a day, and how much of that is kept for conversation."""
        return self._of(self.daily, is_broadcast=is_broadcast)

    def of_month(self, *, is_broadcast: bool = False) -> tuple[int | None, int]:
        """The most of a month, and how much of that is kept for conversation."""
        return self._of(self.monthly, is_broadcast=is_broadcast)

    def most_pushed(self, most: int | None, *, is_broadcast: bool = False) -> int | None:
        """How many of `most` may be sent unasked."""
        allowed, kept = self._of(most, is_broadcast=is_broadcast)
        return allowed - kept if allowed is not None else None

    def _of(self, most: int | None, *, is_broadcast: bool) -> tuple[int | None, int]:
        if most is None:
            return None, 0
        kept = ceil(most * self.kept_share)
        return most - (ceil((most - kept) * self.urgent_share) if is_broadcast else 0), kept


def predict_last_day(used: int, monthly: int | None, today: date) -> date | None:
    """The day of this month on which its allowance ends if it goes on as so far; None where it lasts."""
    if monthly is None:
        return None
    if used >= monthly:
        return today
    days = calendar.monthrange(today.year, today.month)[1]
    by_day = used / today.day
    if by_day * days <= monthly:
        return None
    return min(today + timedelta(days=int((monthly - used) / by_day)), today.replace(day=days))
