"""A pump that has nothing to do for long ends, and whoever looks for what is due is not told of it before its time."""

import asyncio
from datetime import UTC, datetime

from bot.failures import NotNowError
from bot.push.pump import Manner
from storage.database import Database
from tests.bot.push.pumping import SENDER, KeepingSender, fill, ledger_of, people, pump, states


async def test_pump_leaves_what_was_put_off_for_long_and_is_not_asked_for_it_until_then(database: Database) -> None:
    tomorrow = NotNowError("allowance", code="allowance_used", later=3600.0, may_go_elsewhere=True)
    await fill(database, people(3))

    async with asyncio.timeout(5):
        tally = await pump(database, KeepingSender(dict.fromkeys(people(3), tomorrow)), manner=Manner(in_flight=2))

    assert tally.ended == {"put_back": 3}
    async with database.transaction() as drawers:
        assert await drawers.outbox.list_senders_due(datetime.now(UTC)) == []
    async with ledger_of(database) as ledger:
        claimed = await ledger.claim(SENDER, datetime.now(UTC))
    assert claimed.claims == ()
    assert claimed.wait is not None
    assert 3500 < claimed.wait < 3600


async def test_paused_identity_is_not_asked_for_until_the_pause_is_over(database: Database) -> None:
    await fill(database, people(2))
    async with ledger_of(database) as ledger:
        await ledger.pause(SENDER, 60.0, "asked")

    async with asyncio.timeout(5):
        await pump(database, KeepingSender())

    assert await states(database) == {"waiting": 2}
    async with database.transaction() as drawers:
        assert await drawers.outbox.list_senders_due(datetime.now(UTC)) == []
