"""Where letters that the desk leaves for people are joined to the cabinet."""

from collections.abc import Collection
from datetime import timedelta

import structlog

from bot.letters import Carried, Errand
from bot.places import Places
from handlers.front_desk import FrontDesk
from handlers.letters import write_letter
from handlers.phrases import locale_of
from handlers.ports import Clock
from storage.database import Database
from storage.records import (
    LetterState,
)

_log = structlog.get_logger("bot.letters")
_LOOKS_AGAIN = timedelta(hours=1)  # at a letter of which it cannot be said whether it is still to be told
_MAY_WAIT = timedelta(days=60)  # for what a platform refuses until it is mended, as for a chat


class LettersInDatabase:
    """Letters and how they ended, shared by every process on the database."""

    def __init__(self, database: Database, desk: FrontDesk, clock: Clock, places: Places | None = None) -> None:
        self._database = database
        self._desk = desk
        self._clock = clock
        self._places = places or Places({}, {})

    async def remind(self) -> int:
        return await self._desk.remind(self._clock.now())

    async def begin(self, channel: str, addresses: Collection[str] | None) -> Errand | None:
        now, place = self._clock.now(), self._places.of(channel)
        async with self._database.transaction() as drawers:
            await drawers.letters.give_up_lost(now)
            while started := await drawers.letters.start(channel, addresses, 1, now, mark=place.mark):
                try:
                    why = await self._desk.find_untold(started[0], drawers)
                except Exception as failed:  # noqa: BLE001  of one matter; the letters behind it are not held up by it
                    _log.error("letters.not_checked", letter=started[0].id, error=type(failed).__name__)
                    await drawers.letters.put_off(started[0].id, now + _LOOKS_AGAIN, "not_checked")
                    continue
                if why is None:
                    break
                await drawers.letters.keep_untold(started[0].id, why, now)
        if not started:
            return None
        letter = started[0]
        with locale_of(letter.locale):
            chat = place.chat_of(letter.address)
            is_old = letter.left_at < now - _MAY_WAIT
            return Errand(letter.id, chat, write_letter(letter), letter.tries, letter.person, is_old)

    async def finish(self, errand: Errand, ended: Carried, reason: str = "") -> None:
        async with self._database.transaction() as drawers:
            await drawers.letters.finish(errand.id, LetterState(ended.value), self._clock.now(), reason)

    async def put_off(self, errand: Errand, seconds: float, reason: str, *, is_try: bool = True) -> None:
        until = self._clock.now() + timedelta(seconds=seconds)
        async with self._database.transaction() as drawers:
            await drawers.letters.put_off(errand.id, until, reason, is_try=is_try)
