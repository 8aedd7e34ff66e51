"""What Telegram brings is kept under its number before Telegram is told that it has arrived."""

import asyncio
from collections.abc import Sequence
from typing import Final

from bot.intake import Intake

_NUMBERS: Final = range(2**53)


class Threshold:
    """Keeps the updates of one bot. `bot` is its id: another bot on the same database has numbers of its own."""

    def __init__(self, intake: Intake, bot: int) -> None:
        self._intake = intake
        self._bot = bot

    async def take(self, updates: Sequence[object]) -> int | None:
        """Keep these in their order; the highest number among them, None where nothing has one.

        Raises whatever keeps the cabinet from being reached: then nothing may be confirmed.
        """
        numbered = [
            (number, one)
            for one in updates
            if isinstance(one, dict) and type(number := one.get("update_id")) is int and number in _NUMBERS
        ]
        kept = [self._intake.take(f"{self._bot}.{number}", one) for number, one in numbered]
        failed = [one for one in await asyncio.gather(*kept, return_exceptions=True) if isinstance(one, BaseException)]
        if failed:
            raise failed[0]
        return max((number for number, _one in numbered), default=None)
