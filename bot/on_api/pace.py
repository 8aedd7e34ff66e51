"""How often an address may show keys that are none: known in this process alone, and forgotten soon."""

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

_MOST_ADDRESSES: Final = 10_000


class WrongTries:
    """Lets an address try `burst` wrong keys at once, and one each `seconds` in the long run."""

    def __init__(self, burst: int = 10, seconds: float = 6.0, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._burst = burst
        self._seconds = seconds
        self._monotonic = monotonic
        self._until: OrderedDict[str, float] = OrderedDict()

    def wait(self, address: str) -> float:
        """Seconds until this address may try again; 0 where it may now."""
        ahead = self._until.get(address, 0.0) - self._monotonic()
        return max(0.0, ahead - self._seconds * (self._burst - 1))

    def note(self, address: str) -> None:
        """A wrong key came from there."""
        now = self._monotonic()
        self._until[address] = max(now, self._until.pop(address, now)) + self._seconds
        while len(self._until) > _MOST_ADDRESSES:
            self._until.popitem(last=False)
