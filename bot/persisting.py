"""What must be kept, however long the cabinet is out of reach."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from bot.wiring_errors import CabinetAwayError

_FIRST_PAUSE: Final = 0.5
_LONGEST_PAUSE: Final = 3.0  # whoever waits holds up the next thing of the same conversation


async def keep_at_last(keep: Callable[[], Awaitable[None]], *, despite: type[Exception] = CabinetAwayError) -> None:
    """Keep what has happened already: again and again while that fails for such a reason, more rarely each time."""
    pause = _FIRST_PAUSE
    while True:
        try:
            await keep()
        except despite:  # who goes round says that the cabinet is away
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
        else:
            return
