"""An update of a platform is taken in once, however often it is delivered."""

import asyncio
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from storage.database import Database
from storage.drawers import Drawers
from storage.records import UpdateState
from storage.updates import HELD_FOR, KNOWN_FOR, MOST_TRIES


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


async def test_an_update_is_not_begun_again_while_it_is_answered_and_after(drawers: Drawers) -> None:
    begun = [await drawers.updates.begin("telegram", "1001") for _ in range(2)]
    await drawers.updates.finish("telegram", "1001")
    await let_time_pass(drawers)

    assert [*begun, await drawers.updates.begin("telegram", "1001")] == [
        UpdateState.OURS,
        UpdateState.HELD,
        UpdateState.DONE,
    ]


async def test_an_update_cut_off_half_way_is_begun_again_only_a_few_times(drawers: Drawers) -> None:
    begun = []
    for _ in range(MOST_TRIES + 1):
        begun.append(await drawers.updates.begin("telegram", "1001"))
        await let_time_pass(drawers)

    assert begun == [UpdateState.OURS] * MOST_TRIES + [UpdateState.DONE]


async def test_one_of_many_beginnings_at_the_same_moment_wins(database: Database) -> None:
    async def begin() -> UpdateState:
        async with database.transaction() as drawers:
            return await drawers.updates.begin("telegram", "1001")

    begun = await asyncio.gather(*(begin() for _ in range(6)))

    assert sorted(begun) == [UpdateState.HELD] * 5 + [UpdateState.OURS]


async def test_what_is_done_but_once_is_never_done_again(drawers: Drawers) -> None:
    await drawers.updates.claim("telegram", "public:1")
    await let_time_pass(drawers)

    assert not await drawers.updates.claim("telegram", "public:1")


async def test_a_number_that_comes_again_after_days_is_another_update(drawers: Drawers) -> None:
    await drawers.updates.begin("telegram", "1001")
    await drawers.updates.finish("telegram", "1001")
    await let_time_pass(drawers, KNOWN_FOR * 2)

    assert await drawers.updates.begin("telegram", "1001") is UpdateState.OURS
    assert await drawers.updates.begin("telegram", "1001") is UpdateState.HELD


async def let_time_pass(drawers: Drawers, long: timedelta = HELD_FOR * 2) -> None:
    await drawers.connection.execute(
        text("UPDATE seen_updates SET seen_at = seen_at - CAST(:long AS interval)"), {"long": long}
    )
