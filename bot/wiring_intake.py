"""Where what platforms bring but once is joined to the cabinet."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Final

from bot.intake import STAY_EVERY
from bot.seen import KeptUpdate
from bot.wiring_administrators import tell_administrators
from knowledge.local_time import VIETNAM
from storage.database import Database
from storage.records import LetterKind

SILENCE: Final = timedelta(seconds=5 * STAY_EVERY)


class InboxInDatabase:
    """Keeps the promises of `bot.seen.Inbox` for every process on the database.

    What comes is kept on a line of its own: platforms wait for it, and those who answer may have taken all others. So
    is what is answered, of which there is much; each order is one statement.
    """

    def __init__(self, database: Database, silence: timedelta = SILENCE) -> None:
        self._database = database
        self._line = database.reserve()
        self._sending_line = database.reserve()
        self._silence = silence

    async def keep(self, channel: str, updates: Sequence[tuple[str, str]], holder: str | None) -> Collection[str]:
        async with self._line.at_once() as drawers:
            return await drawers.updates.keep(channel, updates, holder)

    async def adopt(self, channel: str, holder: str, most: int, *, from_silent: bool = True) -> Sequence[KeptUpdate]:
        async with self._database.transaction() as drawers:
            adopted = await drawers.updates.adopt(channel, holder, self._silence, most, from_silent=from_silent)
        return [
            KeptUpdate(one.number, one.body, one.tries, one.sending, is_belated=True, was_held=one.was_held)
            for one in adopted
        ]

    async def count_tries(self, channel: str, keys: Collection[str], holder: str) -> Collection[str]:
        async with self._database.transaction() as drawers:
            return await drawers.updates.count_tries(channel, keys, holder)

    async def let_go(self, channel: str, holder: str, but: Collection[str]) -> None:
        async with self._database.transaction() as drawers:
            await drawers.updates.let_go(channel, holder, but)

    async def begin_sending(self, channel: str, updates: Sequence[tuple[str, str]], holder: str) -> Collection[str]:
        return await self._sending_line.ask(lambda drawers: drawers.updates.begin_sending(channel, updates, holder))

    async def finish_kept(self, channel: str, keys: Collection[str], holder: str) -> None:
        await self._sending_line.ask(lambda drawers: drawers.updates.finish_kept(channel, keys, holder))

    async def give_up(self, channel: str, key: str, holder: str) -> None:
        async with self._database.transaction() as drawers:
            at = await drawers.updates.give_up(channel, key, holder)
            day = at.astimezone(VIETNAM).date().isoformat()
            await tell_administrators(drawers, LetterKind.GIVEN_UP, f"given_up:{day}", at)

    async def postpone(self, channel: str, key: str, holder: str, seconds: float, mark: str = "") -> None:
        async with self._database.transaction() as drawers:
            await drawers.updates.postpone(channel, key, holder, timedelta(seconds=seconds), mark)

    async def stay(self, holder: str) -> None:
        async with self._line.transaction() as drawers:  # whoever waits for others to say it would be taken to be dead
            await drawers.updates.stay(holder)

    async def leave(self, holder: str) -> None:
        try:
            async with self._line.at_once() as drawers:
                await drawers.updates.leave(holder)
        finally:
            await self._line.close()
            await self._sending_line.close()


class SeenInDatabase:
    """What is done but once, shared by every process on the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, channel: str, update_id: str, by: str = "") -> bool:
        async with self._database.transaction() as drawers:
            return await drawers.updates.claim(channel, update_id, by)

    async def release(self, channel: str, update_id: str) -> None:
        async with self._database.transaction() as drawers:
            await drawers.updates.release(channel, update_id)
