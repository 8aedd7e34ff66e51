"""What the Zalo Bot platform allows in a month, and who counts it."""

from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Plan:
    """What the platform allows in a month, 0 for no limit, and the part of it that is kept for conversation.

    Broadcasts leave `urgent` of the rest to what concerns one person alone.
    """

    monthly: int = 3000
    reserve: float = 0.2
    urgent: float = 0.2

    @property
    def most(self) -> int | None:
        """Messages of all kinds; None for no limit."""
        return self.monthly or None

    @property
    def most_pushed(self) -> int | None:
        """Messages after which nothing is sent unasked."""
        return self.monthly - ceil(self.monthly * self.reserve) if self.monthly else None

    @property
    def most_broadcast(self) -> int | None:
        """Messages after which no broadcast is sent."""
        pushed = self.most_pushed
        return pushed - ceil(pushed * self.urgent) if pushed is not None else None


class Meter(Protocol):
    """Counts the messages of one bot, for all processes that send by it."""

    async def take(self, most: int | None) -> tuple[date, int] | None:
        """Count one more; its month, and how many that makes. None where `most` are sent already."""
        ...

    async def give_back(self, month: date) -> None:
        """One that was counted surely did not leave."""
        ...
