"""The database's clock is put back: nothing waits until it has caught up, and nothing goes out faster than it may.

That clock cannot be set for one server alone. Every moment that it wrote down is put ahead instead, which is the same.
"""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from storage.database import Database
from storage.records import DeliveryState
from tests.bot.push.pumping import SENDER, KeepingSender, fill, ledger_of, people, pump, states

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
_JUMPS = pytest.mark.parametrize("by", [pytest.param(HOUR, id="by an hour"), pytest.param(DAY, id="by a day")])
_PUT_BACK = (
    "UPDATE pace SET next_slot_at = next_slot_at + :by, departed_at = departed_at + :by",
    "UPDATE pace SET paused_until = paused_until + :by",
    "UPDATE pace SET latest_at = ARRAY(SELECT o + extract(epoch FROM CAST(:by AS interval)) FROM unnest(latest_at) o)",
    "UPDATE deliveries SET lease_until = lease_until + :by, slot_at = slot_at + :by",
    "UPDATE seen_updates SET seen_at = seen_at + :by, due_at = due_at + :by",
    "UPDATE update_holders SET alive_at = alive_at + :by",
)


async def put_back(database: Database, by: timedelta) -> None:
    """As if its clock said so much less from now on."""
    async with database.transaction() as drawers:
        for order in _PUT_BACK:
            await drawers.connection.execute(text(order), {"by": by})


async def senders_due(database: Database) -> list[str]:
    """As a worker looks for them."""
    async with database.transaction() as drawers:
        await drawers.pace.mend()
        return list(await drawers.outbox.list_senders_due(datetime.now(UTC)))


@_JUMPS
async def test_sending_goes_on_at_its_pace_when_the_clock_is_put_back(database: Database, by: timedelta) -> None:
    await fill(database, people(4), per_second=10, chat=1)
    sender = KeepingSender()
    await pump(database, sender)
    await put_back(database, by)
    await fill(database, people(4), per_second=10, chat=1)

    await pump(database, sender)

    moments = [moment for moment, _parcel in sender.sent]
    assert await states(database) == {"delivered": 8}
    assert moments[4] - moments[3] > 0.8, "nobody can know how long ago the last of them left"
    assert moments[7] - moments[4] > 0.2


async def test_pause_outlasts_a_clock_that_is_put_back_and_is_not_cut_short(database: Database) -> None:
    await fill(database, people(2), per_second=20)
    await pump(database, KeepingSender())
    async with ledger_of(database) as ledger:
        await ledger.pause(SENDER, 300.0, "asked")
    await put_back(database, DAY)

    assert await senders_due(database) == []
    async with database.transaction() as drawers:
        [paused] = await drawers.pace.list_paused()
    assert timedelta(seconds=290) < paused.left < timedelta(seconds=310)


@_JUMPS
async def test_what_a_dead_worker_held_is_given_up_when_its_lease_is_over_all_the_same(
    database: Database, by: timedelta
) -> None:
    await fill(database, people(3), per_second=20)
    async with ledger_of(database, claim_lease=0.3, start_lease=0.3) as dead:
        claimed = (await dead.claim(SENDER, datetime.now(UTC))).claims
        await dead.start(claimed[0], datetime.now(UTC))
    await put_back(database, by)

    sender = KeepingSender()
    assert await senders_due(database) in ([], [SENDER])
    await pump(database, sender)

    assert await states(database) == {"unclear": 1, "delivered": 2}
    assert claimed[0].delivery.address not in sender.addresses


async def test_start_that_was_given_up_too_early_is_not_sent_by_another(database: Database) -> None:
    await fill(database, people(1), per_second=20)
    async with ledger_of(database) as slow, ledger_of(database) as quick:
        [claim] = (await slow.claim(SENDER, datetime.now(UTC))).claims
        assert await slow.start(claim, datetime.now(UTC)) is not None
        await put_back(database, -DAY)  # the clock is put ahead: every lease is over

        assert (await quick.claim(SENDER, datetime.now(UTC))).claims == ()
        assert await states(database) == {"unclear": 1}
        await slow.end(claim, DeliveryState.DELIVERED, datetime.now(UTC))
    assert await states(database) == {"delivered": 1}


@_JUMPS
async def test_question_that_a_dead_process_held_is_taken_up_when_the_clock_is_put_back(
    database: Database, by: timedelta
) -> None:
    async with database.transaction() as drawers:
        await drawers.updates.stay("dead")
        await drawers.updates.keep("telegram", [("1.1", "{}"), ("1.2", "{}")], "dead")
        await drawers.updates.postpone("telegram", "1.2", "dead", timedelta(seconds=-1))
    await put_back(database, by)

    async with database.transaction() as drawers:
        await drawers.updates.stay("living")
        taken = await drawers.updates.adopt("telegram", "living", timedelta(0), 10)
    assert [one.number for one in taken] == ["1.1", "1.2"]


async def test_day_that_a_clock_gone_ahead_planned_is_planned_again_when_it_comes(database: Database) -> None:
    now = datetime.now(UTC)
    async with database.transaction() as drawers:
        await drawers.connection.execute(text(_SOMEBODY))
        for ahead in (timedelta(), DAY):
            assert await drawers.fleet.begin_day((now + ahead).date(), now + ahead)
            await drawers.fleet.finish_day((now + ahead).date(), now + ahead, now + ahead, {})

        assert not await drawers.fleet.begin_day(now.date(), now), "today was planned"
        assert await drawers.fleet.begin_day((now + DAY).date(), now + DAY - 2 * HOUR)


_SOMEBODY = """
WITH unit AS (INSERT INTO units (code, name, kind, territory) VALUES ('U', 'U', 'so', 'vn') RETURNING code)
INSERT INTO people (code, name, name_folded, born_on, gender, unit, position, position_group, managed_by, is_leader)
SELECT 'A', 'A', 'a', date '1980-01-01', 'nam', code, 'x', 'x', 'don_vi', false FROM unit
"""
