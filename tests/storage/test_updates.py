"""An update of a platform is taken in once, however often it is delivered."""

import asyncio
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

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


async def test_a_claim_is_given_again_to_what_it_was_for(drawers: Drawers) -> None:
    claims = [await drawers.updates.claim("telegram", "album:7", by) for by in ("12", "13", "12", "")]

    assert claims == [True, False, True, False]
    assert await drawers.updates.adopt("telegram", "holder", timedelta(0), 10) == []


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


async def test_who_waits_is_counted_by_channel_whatever_the_identity(drawers: Drawers) -> None:
    for channel, numbers in (("telegram", "12"), ("telegram@7002", "3"), ("zalo_oa", "4"), ("zalo_bot", "5")):
        await drawers.updates.keep(channel, [(number, "{}") for number in numbers], "holder")
    await drawers.updates.finish_kept("zalo_bot", ["5"], "holder")
    await drawers.updates.claim("zalo_bot", "group:1")
    await drawers.connection.execute(
        text("UPDATE seen_updates SET seen_at = now() - interval '1 hour' WHERE update_id = '3'")
    )
    await drawers.connection.execute(
        text("UPDATE seen_updates SET seen_at = now() + interval '1 hour' WHERE update_id = '4'")
    )
    waiting = await drawers.updates.count_waiting()

    assert {channel: count for channel, (count, _seconds) in waiting.items()} == {"telegram": 3, "zalo_oa": 1}
    assert 3600 <= waiting["telegram"][1] < 3700
    assert waiting["zalo_oa"][1] == 0, "a clock that was put back makes nobody wait for less than nothing"


async def test_an_update_that_waits_for_its_answer_is_not_pruned(drawers: Drawers) -> None:
    await drawers.updates.keep("telegram", [("1.1", "{}"), ("1.2", "{}")], "holder")
    await drawers.updates.finish_kept("telegram", ["1.1"], "holder")

    assert await drawers.updates.prune(datetime.now(UTC) + timedelta(days=9)) == 1
    (left,) = await drawers.updates.adopt("telegram", "other", timedelta(0), 10)
    assert left.number == "1.2"


async def test_what_a_holder_does_not_know_of_is_anybodys_and_keeps_its_mark(drawers: Drawers) -> None:
    await drawers.updates.stay("holder")
    await drawers.updates.keep("telegram", [(number, "{}") for number in ("1.1", "1.2", "1.3")], "holder")
    await drawers.updates.keep("telegram", [("1.4", "{}")], "other")
    await drawers.updates.stay("other")
    await drawers.updates.begin_sending("telegram", [("1.2", "mark")], "holder")
    await drawers.updates.let_go("telegram", "holder", ["1.1", "1.9"])

    taken = await drawers.updates.adopt("telegram", "third", timedelta(seconds=15), 10)
    assert {one.number: (one.sending, one.was_held) for one in taken} == {"1.2": ("mark", False), "1.3": ("", False)}
    await drawers.updates.let_go("telegram", "holder", [])
    assert [one.number for one in await drawers.updates.adopt("telegram", "third", timedelta(seconds=15), 10)] == [
        "1.1"
    ]


async def test_tries_are_counted_of_what_is_in_the_hand_of_whoever_begins_it(drawers: Drawers) -> None:
    await drawers.updates.keep("telegram", [("1.1", "{}"), ("1.2", "{}")], "gone")
    await drawers.updates.keep("telegram", [("1.3", "{}")], "living")
    taken = await drawers.updates.adopt("telegram", "holder", timedelta(0), 1)
    assert [(one.number, one.tries, one.was_held) for one in taken] == [("1.1", 0, True)], "to be taken up is no try"
    assert await drawers.updates.count_tries("telegram", ["1.1", "1.2", "1.3"], "holder") == {"1.1"}

    await drawers.updates.postpone("telegram", "1.1", "holder", timedelta(seconds=-1), "mark")
    taken = await drawers.updates.adopt("telegram", "next", timedelta(0), 1)
    assert [(one.number, one.tries, one.was_held, one.sending) for one in taken] == [("1.1", 1, False, "mark")]


async def test_nobody_who_was_never_tried_to_be_answered_is_forgotten_at_the_end_of_the_period(
    drawers: Drawers,
) -> None:
    periods = dict.fromkeys(_PERIODS, 30)
    await drawers.updates.keep("telegram", [("1.1", "{}"), ("1.2", "{}"), ("1.3", "{}")], "holder")
    await drawers.connection.execute(text("UPDATE seen_updates SET tries = 1 WHERE update_id = '1.1'"))
    now = datetime.now(UTC)

    assert await drawers.personal_data.prune(periods, now + timedelta(days=31)) == 0, "no door has been open since"
    await drawers.updates.stay("living")
    assert await drawers.personal_data.prune(periods, now + timedelta(days=31)) == 1
    assert await drawers.personal_data.prune(periods, now + timedelta(days=61)) == 2


_PERIODS = ("waiting_updates", "deliveries", "idle_chats", "inquiry_rows", "requests", "retention_runs")
