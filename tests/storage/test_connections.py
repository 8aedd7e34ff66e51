"""Connections to the database notice that its machine is gone, and are looked at whatever number they have."""

import asyncio
import os
import resource
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from storage.database import connection_words, open_database
from storage.drawers import Drawers
from storage.driver import driver_of
from storage.encryption import Vault

_PAST_SELECT = 1024 + 64
OPTIONS = {
    "seconds of silence before it is asked after": (socket.TCP_KEEPIDLE, 10),
    "seconds between questions": (socket.TCP_KEEPINTVL, 5),
    "questions without answer": (socket.TCP_KEEPCNT, 3),
    "milliseconds for what was sent": (socket.TCP_USER_TIMEOUT, 15_000),
}


def options_of(driver: psycopg.AsyncConnection) -> dict[str, int]:
    """What the kernel itself was told of this connection."""
    with socket.socket(fileno=os.dup(driver.fileno())) as line:
        assert line.family in {socket.AF_INET, socket.AF_INET6}, "a socket of this machine has none of them"
        return {what: line.getsockopt(socket.IPPROTO_TCP, option) for what, (option, _value) in OPTIONS.items()}


async def read_one(drawers: Drawers) -> psycopg.AsyncConnection:
    driver = await driver_of(drawers.connection)
    await driver.execute("SELECT 1")
    return driver


@pytest.fixture
async def url_by_network(database_url: str) -> AsyncIterator[str]:
    """The same database by TCP: the server of tests listens only on a socket of this machine."""
    address = conninfo_to_dict(database_url)
    path = str(address["host"])
    if not path.startswith("/"):
        yield database_url
        return

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_unix_connection(f"{path}/.s.PGSQL.{address['port']}")
        async with asyncio.TaskGroup() as group:
            group.create_task(pour(reader, there[1]))
            group.create_task(pour(there[0], writer))

    server = await asyncio.start_server(relay, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    yield f"postgresql://{address['user']}@127.0.0.1:{port}/{address['dbname']}?sslmode=disable&gssencmode=disable"
    server.close()


async def pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while piece := await reader.read(65_536):
            writer.write(piece)
            await writer.drain()
    writer.close()


async def test_every_connection_of_ours_notices_a_machine_that_vanishes(url_by_network: str, vault: Vault) -> None:
    wanted = {what: value for what, (_option, value) in OPTIONS.items()}
    async with open_database(url_by_network, vault=vault) as database:
        async with database.transaction() as drawers:
            assert options_of(await driver_of(drawers.connection)) == wanted
        async with database.connect_apart() as connection:
            assert options_of(await driver_of(connection)) == wanted
        async with database.reserve().at_once() as drawers:
            assert options_of(await driver_of(drawers.connection)) == wanted
    async with await psycopg.AsyncConnection.connect(connection_words(url_by_network)) as of_a_library:
        assert options_of(of_a_library) == wanted


async def test_what_the_url_says_goes_before_it(url_by_network: str, vault: Vault) -> None:
    url = f"{url_by_network}&tcp_user_timeout=70000&keepalives_idle=60"
    async with open_database(url, vault=vault) as database, database.transaction() as drawers:
        options = options_of(await driver_of(drawers.connection))
    assert list(options.values()) == [60, 5, 3, 70_000]


async def test_a_connection_of_a_high_number_is_used_again_and_replaced_once_it_ended(
    database_url: str, vault: Vault
) -> None:
    async with open_database(database_url, vault=vault) as database:
        line = database.reserve()
        with low_numbers_taken():
            first = await line.ask(read_one)
            assert first.fileno() >= 1024
            assert await line.ask(read_one) is first
            async with database.transaction() as drawers:
                shared = await driver_of(drawers.connection)
            async with database.transaction() as drawers:
                assert await driver_of(drawers.connection) is shared
            with psycopg.connect(database_url) as other:
                other.execute("SELECT pg_terminate_backend(%s)", [first.info.backend_pid])
            assert await line.ask(read_one) is not first


@contextmanager
def low_numbers_taken() -> Iterator[None]:
    """As in a process with more than a thousand visitors: what is opened now has a high number."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 2 * _PAST_SELECT:
        pytest.skip("this account may not open so many files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2 * _PAST_SELECT), hard))
    taken = []
    try:
        while not taken or taken[-1] < _PAST_SELECT:
            taken.append(os.dup(0))
        yield
    finally:
        for one in taken:
            os.close(one)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
