"""How many messages the account may send, how much of that is kept for conversation, and how long it will last."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil


@dataclass(frozen=True, slots=True)
class Allowance:
    """Messages a day and a month, None for no limit that we know of, and the share kept for conversation.

    What is most urgent is sent first; what is sent unasked never goes over, nor into what is kept.
    """

    daily: int | None = None
    monthly: int | None = None
    kept_share: float = 0.1

    @property
    def of_day(self) -> tuple[int | None, int]:
        """The most of a day, and how much of it is kept."""
        return _with_kept(self.daily, self.kept_share)

    @property
    def of_month(self) -> tuple[int | None, int]:
        """The most of a month, and how much of it is kept."""
        return _with_kept(self.monthly, self.kept_share)

    @property
    def is_limited(self) -> bool:
        """Whether anything needs to be counted."""
        return self.daily is not None or self.monthly is not None


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


def _with_kept(most: int | None, share: float) -> tuple[int | None, int]:
    return most, ceil((most or 0) * share)
