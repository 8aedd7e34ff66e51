"""A desk that may be asked so often in each chat and no more: told so once, kindly, and then nothing is said."""

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from bot.pacing import Paces
from handlers.asking import Incoming
from handlers.desk import Desk
from handlers.phrases import _, locale_of
from handlers.reply import Outcome, Reply

# Nobody types as fast for long; whoever reads out twenty questions in a row is answered.
BURST: Final = 20
SECONDS: Final = 2.0
_MOST: Final = 20_000


class UnhurriedDesk:
    """Keeps one chat from taking the time of all others; whose it is, only the database would say."""

    def __init__(
        self,
        desk: Desk,
        *,
        burst: int = BURST,
        seconds: float = SECONDS,
        most: int = _MOST,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._desk = desk
        self._most = most
        self._paces = Paces(burst, seconds, most, monotonic)
        self._told: OrderedDict[str, None] = OrderedDict()

    async def answer(self, asked: Incoming) -> Reply:
        """The desk's reply; to whoever asks too fast a sentence the first time, and silence until they are slower."""
        who = f"{asked.channel}:{asked.address}"
        if not self._paces.take(who):
            self._told.pop(who, None)
            return await self._desk.answer(asked)
        if who in self._told:
            return Reply("", outcome=Outcome.DENIED, is_silent=True)
        self._told[who] = None
        while len(self._told) > self._most:
            self._told.popitem(last=False)
        with locale_of(asked.locale):
            title = _("Your questions come faster than I can answer. Please wait a minute, then ask again.")
        return Reply(title, outcome=Outcome.DENIED)
