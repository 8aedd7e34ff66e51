"""A database is opened, refused with a clear word, and changed all or not at all."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from knowledge.facts import PersonCode
from storage.database import Database, ensure_suitable, open_database
from storage.drawers import Drawers
from storage.driver import driver_of
from storage.encryption import Vault
from storage.errors import DatabaseAwayError, DatabaseUnavailableError
from storage.later import Left, Order
from storage.visits import Visitor
from tests.databases import named
from tests.storage.filling import HEALTH, LAN, another, put_people, put_units


@pytest.fixture
async def latin_url(server_url: str) -> AsyncIterator[str]:
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
        yield named(server_url, "latin")
        connection.execute("DROP DATABASE latin WITH (FORCE)")


async def test_what_is_done_together_is_kept_together(database: Database) -> None:
    async with database.transaction() as drawers:
        await put_units(drawers)
        await put_people(drawers, [LAN])

    async with database.transaction() as drawers:
        assert await drawers.profiles.find_person(LAN.code) == LAN


async def test_nothing_is_kept_when_an_error_comes(database: Database) -> None:
    async def put_lan_twice() -> None:
        async with database.transaction() as drawers:
            await put_units(drawers)
            await put_people(drawers, [LAN])
            await put_people(drawers, [LAN])

    with pytest.raises(IntegrityError):
        await put_lan_twice()

    async with database.transaction() as drawers:
        assert (await drawers.rules.load()).units == ()
        assert await drawers.profiles.find_person(LAN.code) is None


async def test_a_reference_to_nothing_is_refused_at_the_end(database: Database) -> None:
    with pytest.raises(IntegrityError, match="fk_people_unit"):
        async with database.transaction() as drawers:
            await put_people(drawers, [LAN])


async def test_rows_may_name_rows_that_come_later_in_the_transaction(database: Database) -> None:
    async with database.transaction() as drawers:
        await put_people(drawers, [LAN])
        await put_units(drawers, HEALTH)


async def test_two_codes_that_differ_only_by_case_are_refused(database: Database) -> None:
    with pytest.raises(IntegrityError, match="any_case"):
        async with database.transaction() as drawers:
            await put_people(drawers, [LAN, another("cb001")])


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://boss:s3cret@127.0.0.1:1/nhacchuan",
        "postgresql+psycopg://boss:s3cret@127.0.0.1:1/nhacchuan",
        "postgresql://boss:s3cret@127.0.0.1:1,127.0.0.1:2/nhacchuan?target_session_attrs=read-write",
        "postgresql://boss:s3cret@/nhacchuan?host=/nowhere",
    ],
)
async def test_a_server_out_of_reach_is_named_without_its_password(url: str, vault: Vault) -> None:
    with pytest.raises(DatabaseUnavailableError) as refused:
        await open_database(url, vault=vault).__aenter__()

    assert "nhacchuan" in str(refused.value)
    assert "s3cret" not in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "s3cret",
        "mysql://boss:s3cret@localhost/x",
        "postgresql://boss:s3cret@localhost:port/x",
        "postgresql://boss:s3cret@[::1/x",
        "postgresql://boss:s3cret@localhost/x?colour=red",
    ],
)
async def test_a_url_that_is_not_postgresql_is_refused_without_repeating_it(url: str, vault: Vault) -> None:
    with pytest.raises(DatabaseUnavailableError) as refused:
        await open_database(url, vault=vault).__aenter__()

    assert "s3cret" not in str(refused.value)


async def test_a_database_that_is_not_utf8_is_refused(latin_url: str, vault: Vault) -> None:
    with pytest.raises(DatabaseUnavailableError, match="UTF8"):
        await open_database(latin_url, vault=vault).__aenter__()


def test_a_server_that_is_too_old_is_refused() -> None:
    with pytest.raises(DatabaseUnavailableError, match=r"PostgreSQL 13\.4; version 15 or newer"):
        ensure_suitable("'x' at here:5432", 130004, "13.4", "UTF8")


async def test_a_statement_that_takes_too_long_is_ended(database_url: str, vault: Vault) -> None:
    async with open_database(database_url, vault=vault, statement_timeout=timedelta(milliseconds=50)) as database:
        with pytest.raises(DBAPIError, match="statement timeout"):
            async with database.transaction() as drawers:
                await drawers.connection.execute(text("SELECT pg_sleep(10)"))


_REFUSE = "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{code}', MESSAGE = 'no space left'; END $$"


@pytest.mark.parametrize("code", ["53100", "53200", "53300"])
async def test_a_server_without_room_is_away_for_a_while(database: Database, code: str) -> None:
    async def write() -> None:
        async with database.transaction() as drawers:
            await put_units(drawers)
            await drawers.connection.execute(text(_REFUSE.format(code=code)))

    with pytest.raises(DatabaseAwayError, match=r"no room in the database .* no space left") as refused:
        await write()

    assert refused.value.was_there
    async with database.transaction() as drawers:
        assert (await drawers.rules.load()).units == ()


async def test_what_visits_leave_together_waits_where_the_server_has_no_room(database: Database) -> None:
    left = Left()
    left.orders.append((Order(_REFUSE.format(code="53100").encode()), {}))
    line = database.reserve()

    with pytest.raises(DatabaseAwayError, match="no room"):
        await database.keep_together(line, [left])

    await line.close()


_END_ME = "SELECT pg_terminate_backend(pg_backend_pid())"


@pytest.mark.parametrize("spoil", [_END_ME, _REFUSE.format(code="53100")], ids=["it is ended", "there is no room"])
@pytest.mark.parametrize("is_by_driver", [True, False])
async def test_a_reserved_line_that_fails_in_use_is_told_as_unavailable_and_made_anew(
    database: Database, spoil: str, is_by_driver: bool
) -> None:
    line = database.reserve()

    async def use() -> None:
        async with line.at_once() as drawers:
            if is_by_driver:
                await (await driver_of(drawers.connection)).execute(spoil.encode())
            else:
                await drawers.connection.execute(text(spoil))

    with pytest.raises(DatabaseAwayError):
        await use()

    async with line.at_once() as drawers:
        assert await drawers.updates.claim("telegram", "1")
    await line.close()


_CANNOT = """
CREATE FUNCTION pg_temp.cannot() RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION USING ERRCODE = '53200', MESSAGE = 'out of memory'; END $$
"""


async def test_who_comes_is_looked_up_anew_where_the_server_had_no_room_for_it(database: Database) -> None:
    line = database.reserve()
    async with line.at_once() as drawers:  # of this line alone, and gone with it
        await drawers.connection.execute(text(_CANNOT))
        await drawers.connection.execute(text("CREATE TEMP VIEW rules_version AS SELECT pg_temp.cannot() AS version"))

    assert len(await database.look_up_together(line, [Visitor("telegram", "1", None)])) == 1
    await line.close()


async def test_what_may_be_done_twice_is_asked_once_more_when_the_line_is_ended_meanwhile(database: Database) -> None:
    line, tries = database.reserve(), 0

    async def count(drawers: Drawers) -> int:
        nonlocal tries
        tries += 1
        if tries == 1 or is_away:
            await drawers.connection.execute(text(_END_ME))
        return tries

    is_away = False
    assert await line.ask(count) == 2
    is_away = True
    with pytest.raises(DatabaseAwayError):
        await line.ask(count)
    assert tries == 4
    await line.close()


async def test_what_is_done_in_one_transaction_of_a_reserved_line_is_kept_together(database: Database) -> None:
    line = database.reserve()

    async def claim(*numbers: str) -> None:
        async with line.transaction() as drawers:
            for number in numbers:
                assert await drawers.updates.claim("telegram", number)

    with pytest.raises(AssertionError):
        await claim("1", "1")
    await claim("1")
    await line.close()


async def test_reserved_lines_leave_all_connections_to_the_others(
    database_url: str, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.database._POOL_SECONDS", 0.05)
    async with open_database(database_url, vault=vault, pool_size=1, max_overflow=0) as database:
        lines = [database.reserve() for _each in range(3)]
        for line in lines:
            async with line.at_once() as drawers:
                await drawers.rules.version()
        async with database.transaction() as drawers:
            assert (await drawers.rules.load()).units == ()
        for line in lines:
            await line.close()


async def test_waiting_for_a_free_connection_ends_with_a_clear_word(
    database_url: str, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.database._POOL_SECONDS", 0.05)
    async with (
        open_database(database_url, vault=vault, pool_size=1, max_overflow=0) as database,
        database.transaction(),
    ):
        with pytest.raises(DatabaseUnavailableError):
            await database.transaction().__aenter__()


async def test_a_connection_cut_off_while_idle_is_replaced(database: Database) -> None:
    async with database.transaction() as drawers:
        await put_units(drawers)
    await cut_off_everybody(database)

    async with database.transaction() as drawers:
        assert (await drawers.rules.load()).units


async def test_a_connection_cut_off_in_use_is_told_as_unavailable(database: Database) -> None:
    async def read_across_the_cut() -> None:
        async with database.transaction() as drawers:
            await drawers.rules.version()
            await cut_off_everybody(database)
            await drawers.rules.version()

    with pytest.raises(DatabaseUnavailableError):
        await read_across_the_cut()


async def test_a_stream_cut_off_in_use_is_told_as_unavailable(database: Database) -> None:
    async with database.transaction() as drawers:
        await put_units(drawers)
        await put_people(drawers, [LAN])

    async def stream_across_the_cut() -> None:
        async with database.transaction() as drawers:
            await drawers.rules.version()
            await cut_off_everybody(database)
            async for _ in drawers.profiles.stream_people(None):
                pass

    with pytest.raises(DatabaseUnavailableError):
        await stream_across_the_cut()


async def test_the_server_is_brought_back_once_when_no_connection_can_be_made(vault: Vault) -> None:
    calls = []
    database = open_database("postgresql://x@127.0.0.1:1/x", vault=vault, revive=lambda: calls.append("revive"))

    with pytest.raises(DatabaseUnavailableError):
        await database.__aenter__()

    assert calls == ["revive"]


async def test_many_transactions_share_few_connections(database_url: str, vault: Vault) -> None:
    async with open_database(database_url, vault=vault, pool_size=2, max_overflow=0) as database:

        async def read() -> None:
            async with database.transaction() as drawers:
                await drawers.profiles.find_person(PersonCode("CB001"))

        await asyncio.gather(*(read() for _ in range(40)))


async def cut_off_everybody(database: Database) -> None:
    async with database.connect() as connection:
        await connection.execute(
            text(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
