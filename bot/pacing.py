"""How often somebody may do something: known in this process alone, of a bounded number of them, and soon forgotten."""

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

_MOST: Final = 20_000


class Paces:
    """Lets each of many do `burst` things at once, and one each `seconds` in the long run."""

    def __init__(
        self, burst: int, seconds: float, most: int = _MOST, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._burst = burst
        self._seconds = seconds
        self._most = most
        self._monotonic = monotonic
        self._until: OrderedDict[str, float] = OrderedDict()

    def wait(self, key: str) -> float:
        """Seconds until this one may do another; 0 where they may now."""
        ahead = self._until.get(key, 0.0) - self._monotonic()
        return max(0.0, ahead - self._seconds * (self._burst - 1))

    def note(self, key: str) -> None:
        """They did one; whoever did nothing for longest is forgotten where there are too many."""
        now = self._monotonic()
        self._until[key] = max(now, self._until.pop(key, now)) + self._seconds
        while len(self._until) > self._most:
            self._until.popitem(last=False)

    def give_back(self, key: str) -> None:
        """What was noted last came to nothing, so that they may do it once more."""
        if key in self._until:
            self._until[key] -= self._seconds

    def take(self, key: str) -> float:
        """0 and one more is done, or the seconds until they may."""
        wait = self.wait(key)
        if not wait:
            self.note(key)
        return wait
