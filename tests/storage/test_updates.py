"""An update of a platform is taken in once, however often it is delivered."""

import asyncio
from datetime import UTC, datetime, timedelta

from storage.database import Database
from storage.drawers import Drawers


async def test_an_update_is_claimed_the_first_time_only(drawers: Drawers) -> None:
    claims = [await drawers.updates.claim("telegram", "1001") for _ in range(3)]

    assert claims == [True, False, False]
    assert await drawers.updates.claim("web", "1001")


async def test_an_update_can_be_claimed_again_when_it_was_released(drawers: Drawers) -> None:
    await drawers.updates.claim("telegram", "1001")
    await drawers.updates.release("telegram", "1001")

    assert await drawers.updates.claim("telegram", "1001")


async def test_one_of_many_claims_at_the_same_moment_wins(database: Database) -> None:
    async def claim() -> bool:
        async with database.transaction() as drawers:
            return await drawers.updates.claim("telegram", "1001")

    claims = await asyncio.gather(*(claim() for _ in range(6)))

    assert sorted(claims) == [False] * 5 + [True]


async def test_old_updates_are_pruned(drawers: Drawers) -> None:
    await drawers.updates.claim("telegram", "1001")

    assert await drawers.updates.prune(datetime.now(UTC) - timedelta(days=1)) == 0
    assert await drawers.updates.prune(datetime.now(UTC) + timedelta(days=1)) == 1
    assert await drawers.updates.claim("telegram", "1001")


async def test_an_update_that_waits_for_its_answer_is_not_pruned(drawers: Drawers) -> None:
    await drawers.updates.keep("telegram", [("1.1", "{}"), ("1.2", "{}")], "holder")
    await drawers.updates.finish_kept("telegram", ["1.1"], "holder")

    assert await drawers.updates.prune(datetime.now(UTC) + timedelta(days=9)) == 1
    (left,) = await drawers.updates.adopt("telegram", "other", timedelta(0), 10)
    assert left.number == "1.2"
