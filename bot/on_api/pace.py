"""How often an address may show keys that are none."""

import time
from collections.abc import Callable

from bot.pacing import Paces


class WrongTries(Paces):
    """Lets an address try `burst` wrong keys at once, and one each `seconds` in the long run."""

    def __init__(self, burst: int = 10, seconds: float = 6.0, monotonic: Callable[[], float] = time.monotonic) -> None:
        super().__init__(burst, seconds, monotonic=monotonic)
