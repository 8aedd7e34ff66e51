"""A desk that may be asked so often in each chat and no more: told so once, kindly, and then nothing is said.

What was said a while ago and waited for us is brought at no pace of its sender's: it may be more, all at once. Only
platforms tell when something was said, so nobody can pass for late who is not.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.pacing import Paces
from bot.wiring_errors import CabinetAwayError
from handlers.asking import Incoming
from handlers.desk import Desk
from handlers.phrases import _, locale_of
from handlers.reply import Outcome, Reply

# Nobody types as fast for long; whoever reads out twenty questions in a row is answered.
BURST: Final = 20
SECONDS: Final = 2.0
LATE_BURST: Final = 100  # more than one person asks while we are away, and few enough for others to be answered between
_LATE_AFTER: Final = timedelta(seconds=60)
_MOST: Final = 20_000


class UnhurriedDesk:
    """Keeps one chat from taking the time of all others; whose it is, only the database would say."""

    def __init__(
        self,
        desk: Desk,
        *,
        burst: int = BURST,
        late_burst: int = LATE_BURST,
        seconds: float = SECONDS,
        most: int = _MOST,
        monotonic: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._desk = desk
        self._most = most
        self._now = now
        self._paces = Paces(burst, seconds, most, monotonic)
        self._late = Paces(late_burst, seconds, most, monotonic)
        self._told: OrderedDict[str, None] = OrderedDict()

    async def answer(self, asked: Incoming) -> Reply:
        """The desk's reply; to whoever asks too fast a sentence the first time, and silence until they are slower.

        Raises what the desk raises; what the cabinet was away for is asked once more later, and counts only then.
        """
        who = f"{asked.channel}:{asked.address}"
        pace = self._late if self._is_late(asked) else self._paces
        if not pace.take(who):
            self._told.pop(who, None)
            try:
                return await self._desk.answer(asked)
            except CabinetAwayError:
                pace.give_back(who)
                raise
        if who in self._told:
            return Reply("", outcome=Outcome.DENIED, is_silent=True)
        self._told[who] = None
        while len(self._told) > self._most:
            self._told.popitem(last=False)
        with locale_of(asked.locale):
            title = _("Your questions come faster than I can answer. Please wait a minute, then ask again.")
        return Reply(title, outcome=Outcome.DENIED)

    def _is_late(self, asked: Incoming) -> bool:
        return asked.is_belated or (asked.said_at is not None and asked.said_at < self._now() - _LATE_AFTER)
