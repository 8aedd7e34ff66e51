"""Lists are read from a copy that really streams; nobody reads what is older than what they did, or than the bound."""

from contextlib import ExitStack
from datetime import UTC, datetime
from types import SimpleNamespace

import psycopg
import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.on_console.browser import keep_written, read_written
from bot.on_web.door import WebSettings
from bot.wiring import open_office
from storage.database import open_database
from storage.migrating import migrate
from storage.replica import Replica
from tests.databases import make_home
from tests.offices import settings_for
from tests.replication import open_primary, open_standby

NOW = datetime(2026, 11, 21, tzinfo=UTC)
IS_COPY = text("SELECT pg_is_in_recovery()")


class Ticks:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
async def pair(vault):
    """A migrated primary with its standby, and the databases over both."""
    with ExitStack() as stack:
        primary = stack.enter_context(open_primary(is_quick=True))
        async with open_database(primary.url, vault=vault) as database:
            await migrate(database)
            standby = stack.enter_context(open_standby(primary))
            async with open_database(standby.url, vault=vault) as copy:
                yield SimpleNamespace(primary=primary, standby=standby, database=database, copy=copy)


@pytest.fixture
def ticks():
    return Ticks()


@pytest.fixture
async def replica(pair, ticks):
    """Caught up, and noted just now."""
    made = Replica(pair.database, pair.copy, monotonic=ticks)
    await made.note()
    async with pair.database.transaction() as drawers, made.over(drawers, await made.position(), patience=20):
        yield made


async def reads_from_copy(pair, replica, since="", **more):
    async with pair.database.transaction() as drawers, replica.over(drawers, since, **more) as over:
        assert not await over.audit._connection.scalar(IS_COPY), "what is recorded stays where it was"
        return bool(await over.verdicts._connection.scalar(IS_COPY))


def order(server, words):
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(words)


async def test_lists_come_from_the_copy_and_everything_else_from_the_primary(pair, replica):
    assert await reads_from_copy(pair, replica)
    async with pair.database.transaction() as drawers, replica.over(drawers) as over:
        assert await over.verdicts.count_states(None) == []
        with pytest.raises(DBAPIError, match="read-only"):
            await over.verdicts._connection.execute(text("DELETE FROM verdicts"))


async def test_whoever_has_written_reads_no_older_state(pair, replica, ticks):
    order(pair.standby, "SELECT pg_wal_replay_pause()")
    try:
        async with pair.database.transaction() as drawers:
            await drawers.audit.record("CB001", "did_something", "x", NOW, {})
        written = await replica.position()
        assert not await reads_from_copy(pair, replica, written)
        assert await reads_from_copy(pair, replica), "others may read what is a little older"
        ticks.now += 1
        await replica.note()
        ticks.now += 9.5
        assert await replica.behind() == 10.5
        assert not await reads_from_copy(pair, replica), "but no older than the bound"
    finally:
        order(pair.standby, "SELECT pg_wal_replay_resume()")
    ticks.now += 1
    assert await reads_from_copy(pair, replica, written, patience=30), "patience is for it to get there"
    await replica.note()


async def test_office_reads_from_the_replica_that_its_settings_name(pair):
    with make_home() as home:
        settings = settings_for(pair.primary.url, home, read_database_url=pair.standby.url, read_behind_seconds=30)
        async with open_office(settings) as office:
            await office.replica.note()
            async with office.open_reading(await office.replica.position()) as cabinet:
                assert await cabinet.console.find_session("nobody", NOW) is None
            async with office.reports._database.transaction() as drawers, office.reports._reading(drawers) as read:
                assert not await drawers.audit._connection.scalar(IS_COPY)
                assert await read.profiles._connection.scalar(IS_COPY)


async def test_copy_that_is_away_is_left_alone_and_nobody_waits(pair, replica, ticks):
    pair.standby.stop()
    assert not await reads_from_copy(pair, replica)
    assert await replica.behind() == float("inf")
    pair.standby.start()
    assert not await reads_from_copy(pair, replica), "it is tried again after a while"
    ticks.now += 20
    await replica.note()
    assert await reads_from_copy(pair, replica, patience=30)


async def test_copy_that_became_a_primary_is_read_no_more(pair, replica):
    pair.standby.promote()
    assert not await reads_from_copy(pair, replica)
    assert await replica.behind() == float("inf")


def test_browser_keeps_up_to_where_it_has_written_and_nothing_else():
    settings = WebSettings(cookie_key=b"k" * 32)
    response = web.Response()
    keep_written(response, settings, "1/AB3F0")
    kept = {name: one.value for name, one in response.cookies.items()}
    asked = make_mocked_request("GET", "/console", headers={"Cookie": "; ".join(f"{k}={v}" for k, v in kept.items())})
    assert read_written(asked, settings) == "1/AB3F0"
    forged = make_mocked_request("GET", "/console", headers={"Cookie": f"{next(iter(kept))}=1/x';--"})
    assert read_written(forged, settings) == ""
