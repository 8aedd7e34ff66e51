"""What must be kept, however long the cabinet is out of reach."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Final

from bot.waiting import longer_each_time
from bot.wiring_errors import CabinetAwayError

_FIRST_PAUSE: Final = 0.5
_LONGEST_PAUSE: Final = 3.0  # whoever waits holds up the next thing of the same conversation


async def keep_at_last(keep: Callable[[], Awaitable[None]], *, despite: type[Exception] = CabinetAwayError) -> None:
    """Keep what has happened already: again and again while that fails for such a reason, more rarely each time."""
    for failures in count():
        try:
            await keep()
        except despite:  # who goes round says that the cabinet is away
            await asyncio.sleep(longer_each_time(failures, first=_FIRST_PAUSE, longest=_LONGEST_PAUSE))
        else:
            return
