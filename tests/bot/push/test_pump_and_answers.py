"""Whoever asks is answered at once while a broadcast goes out by the same bot: answers are not in its line."""

import asyncio
import time

from bot.on_telegram.pushing import TelegramSender
from storage.database import Database
from tests.bot.on_telegram.door import open_door
from tests.bot.opened import POLLING
from tests.bot.push.pumping import fill, pump, states
from tests.standins.telegram_api import TelegramApi

PEOPLE = 40


async def test_answers_do_not_wait_behind_a_broadcast(database: Database) -> None:
    async with TelegramApi() as api, open_door(api, POLLING):
        crowd = [api.visitor(f"CB{n}") for n in range(PEOPLE)]
        await fill(database, [str(one.id) for one in crowd], per_second=20)
        sender, stop = TelegramSender(api.token, api.base, str), asyncio.Event()
        running = asyncio.create_task(pump(database, sender, stop=stop))
        lan, waits = api.visitor("Lan"), []
        await api.wait_for(lambda: len(api.arrivals) >= 3)

        for question in ("một", "hai", "ba"):
            asked_at = time.monotonic()
            lan.says(question)
            assert question in await lan.reads()
            waits.append(time.monotonic() - asked_at)

        assert not running.done()
        left = (await states(database)).get("waiting", 0)
        stop.set()
        await running
        await sender.close()
    assert left > PEOPLE // 4, "the broadcast was over before it could be in the way"
    assert max(waits) < 0.5, waits
