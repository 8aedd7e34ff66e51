"""Jobs are put in line in the transaction of what they follow, and the engine's tables are those of the library."""

import asyncio
from importlib.metadata import version
from importlib.resources import files

import pytest

from bot.push.jobs import defer_in, defer_pump
from storage.migrating import newest_revision
from tests.bot.push.workshop import ROOT

IDENTITY = "telegram:123456789"
NEWEST_OF_THE_COPY = "03.04.00_50_post_add_retry_failed_job_procedure.sql"


async def jobs(database) -> list[tuple[str, str, dict]]:
    async with database.connect() as connection:
        found = await connection.exec_driver_sql(
            "SELECT task_name, queueing_lock, args FROM procrastinate_jobs ORDER BY id"
        )
        return [tuple(row) for row in found]


async def test_job_is_kept_with_its_transaction(database):
    async with database.transaction() as drawers:
        assert await defer_pump(drawers.connection, IDENTITY)
    assert await jobs(database) == [("pump", f"pump:{IDENTITY}", {"identity": IDENTITY})]


async def test_job_is_dropped_with_its_transaction(database):
    async def break_off() -> None:
        async with database.transaction() as drawers:
            await defer_pump(drawers.connection, IDENTITY)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await break_off()
    assert await jobs(database) == []


async def test_job_that_waits_already_is_not_doubled_and_the_transaction_goes_on(database):
    async with database.transaction() as drawers:
        await defer_pump(drawers.connection, IDENTITY)
    async with database.transaction() as drawers:
        assert not await defer_pump(drawers.connection, IDENTITY)
        assert await defer_in(drawers.connection, "pump", "pump:other", identity="other")
    assert len(await jobs(database)) == 2


async def test_one_job_is_kept_of_two_put_in_line_at_once(database):
    async def one(begun: asyncio.Barrier) -> bool:
        async with database.transaction() as drawers:
            await begun.wait()
            return await defer_pump(drawers.connection, IDENTITY)

    begun = asyncio.Barrier(2)
    assert sorted(await asyncio.gather(one(begun), one(begun))) == [False, True]
    assert len(await jobs(database)) == 1


def test_engines_tables_are_those_of_the_installed_library():
    """When this fails the library was upgraded: a new migration must run its steps after the newest of the copy."""
    copy = (ROOT / "storage" / "migrations" / "procrastinate_3_10_0.sql").read_text(encoding="utf-8")
    theirs = files("procrastinate").joinpath("sql", "schema.sql").read_text(encoding="utf-8")
    steps = sorted(one.name for one in files("procrastinate").joinpath("sql", "migrations").iterdir())
    assert newest_revision() >= "0013"
    assert copy.endswith(theirs), f"procrastinate {version('procrastinate')} brings another schema"
    assert [one for one in steps if one.endswith(".sql")][-1] == NEWEST_OF_THE_COPY
