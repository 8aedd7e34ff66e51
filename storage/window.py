"""How many messages may come in one second: counted from when the latest have arrived, not from when they left.

What is late on its way comes close to what follows it. So that no second holds more than it may, each message leaves a
second after the one so many places before it, and all older ones, have surely arrived.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

_SECOND: Final = 1.005  # a hair more, for clocks that differ
_PRESUMED: Final = 0.5  # seconds after its departure by which a message counts as arrived, whatever became of it
_MOST: Final = 100  # above this pace departures alone are kept apart: a list of so many would cost more than it gives


@dataclass(slots=True)
class Window:
    """The latest messages of one identity, in the order in which they left, and by when each has arrived.

    `most` may come in any second; 0 is no limit. Moments are seconds of one clock.
    """

    most: int
    numbers: list[int] = field(default_factory=list)
    moments: list[float] = field(default_factory=list)

    def earliest(self) -> float:
        """The moment from which one more may leave."""
        known = len(self.moments) - self.most + 1
        return max(self.moments[:known]) + _SECOND if self.most and known > 0 else 0.0

    def depart(self, number: int, at: float) -> None:
        """It leaves then; how long it is under way is not known yet."""
        if self.most:
            self.numbers = [*self.numbers, number][-2 * self.most :]
            self.moments = [*self.moments, at + _PRESUMED][-2 * self.most :]

    def arrive(self, number: int, by: float) -> None:
        """It has arrived by then; what has left the list is past counting."""
        if number in self.numbers:
            at = self.numbers.index(number)
            self.moments[at] = min(self.moments[at], by)


def open_window(interval: float, numbers: Sequence[int], moments: Sequence[float]) -> Window:
    """The window of an identity whose messages leave so many seconds apart, with what was kept of it."""
    a_second = int(1 / interval + 1e-6) if interval else 0
    return Window(a_second + 1 if 0 < a_second <= _MOST else 0, list(numbers), list(moments))
