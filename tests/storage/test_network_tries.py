"""Guessing codes: who begins anew as somebody else is braked by where they sit, whichever process they ask."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update

from storage import network_tries
from storage.database import Database, open_database
from storage.drawers import Drawers
from storage.encryption import Vault
from storage.network_tries import EVERYWHERE, FROM_ONE, FROM_UNKNOWN, NetworkTriesDrawer
from storage.records import Redemption, RedemptionOutcome
from storage.tables import network_tries as table
from tests.storage.filling import LAN, put_people, put_units

NOON = datetime(2026, 11, 21, 5, 0, tzinfo=UTC)
THERE = "203.0.113.7"


async def guess(drawers: Drawers, number: int, network: str | None = THERE, code: str = "no such code") -> Redemption:
    return await drawers.link_codes.redeem("web", f"visitor-{number}", code, NOON, network)


async def test_a_new_visitor_for_every_guess_is_braked_by_the_network_also_for_the_right_code(
    database: Database, database_url: str, vault: Vault
) -> None:
    async with database.transaction() as drawers:
        await put_units(drawers)
        await put_people(drawers, [LAN])
        right = (await drawers.link_codes.issue(LAN.code, NOON)).code
        for number in range(FROM_ONE):
            assert (await guess(drawers, number)).outcome is RedemptionOutcome.WRONG

    async with open_database(database_url, vault=vault) as other_process, other_process.transaction() as drawers:
        locked = await guess(drawers, 1000, code=right)
        assert locked == Redemption(RedemptionOutcome.LOCKED, locked_until=NOON + timedelta(hours=1))
        assert (await guess(drawers, 1001, "198.51.100.1", right)).outcome is RedemptionOutcome.LINKED


async def test_platforms_that_prove_who_somebody_is_are_not_braked_by_network(drawers: Drawers) -> None:
    for number in range(FROM_ONE + 1):
        assert (await guess(drawers, number, None)).outcome is RedemptionOutcome.WRONG


async def test_guessing_from_many_networks_leaves_each_a_few(drawers: Drawers) -> None:
    tries = NetworkTriesDrawer(drawers.connection, Vault(["a key for tests, not a secret"]))
    for number in range(3):
        await tries.note_wrong("linking", f"198.51.100.{number}", NOON)
    kept = table.c.wrong_tries, table.c.network == b""
    assert (await drawers.connection.execute(select(kept[0]).where(kept[1]))).scalar_one() == 3
    await drawers.connection.execute(update(table).where(kept[1]).values(wrong_tries=EVERYWHERE))
    assert await tries.find_locked_until("linking", THERE, NOON) is None
    for _each in range(network_tries.FROM_ONE_THEN):
        await tries.note_wrong("linking", THERE, NOON)
    assert await tries.find_locked_until("linking", THERE, NOON) == NOON + timedelta(hours=1)
    assert await tries.find_locked_until("console", THERE, NOON) is None
    assert await tries.find_locked_until("linking", THERE, NOON + timedelta(hours=1)) is None
    await tries.prune(NOON + timedelta(hours=3))
    kept = await drawers.connection.exec_driver_sql("SELECT count(*) FROM network_tries")
    assert kept.scalar_one() == 0


async def test_a_network_nobody_knows_has_more_and_no_address_is_kept(drawers: Drawers, vault: Vault) -> None:
    tries = NetworkTriesDrawer(drawers.connection, vault)
    for _each in range(2):
        await tries.note_wrong("linking", "", NOON)
    is_unknown = table.c.network == vault.code_hashes("network ")[0]
    for wrong, is_locked in ((FROM_ONE, False), (FROM_UNKNOWN - 1, False), (FROM_UNKNOWN, True)):
        await drawers.connection.execute(update(table).where(is_unknown).values(wrong_tries=wrong))
        assert (await tries.find_locked_until("linking", "", NOON) is not None) is is_locked
    assert await tries.find_locked_until("linking", "", NOON) is not None
    await tries.note_wrong("linking", THERE, NOON)
    kept = await drawers.connection.exec_driver_sql(
        "SELECT string_agg(encode(network, 'escape'), ' ') FROM network_tries"
    )
    assert THERE not in kept.scalar_one()
