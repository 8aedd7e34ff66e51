"""What must be kept is kept once the cabinet is back, and soon after that."""

import asyncio

from bot.persisting import keep_at_last
from storage.errors import DatabaseAwayError


async def test_nobody_waits_for_long_once_the_cabinet_is_back(monkeypatch):
    pauses, tried = [], []

    async def pause(seconds):
        pauses.append(seconds)

    async def keep():
        tried.append(len(tried))
        if len(tried) < 20:
            raise DatabaseAwayError("no room")

    monkeypatch.setattr(asyncio, "sleep", pause)
    await keep_at_last(keep)
    assert (len(tried), pauses[:3], max(pauses)) == (20, [0.5, 1.0, 2.0], 3.0)
