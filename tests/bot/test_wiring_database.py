"""A start waits for a server that comes back, and for nothing that no waiting mends."""

import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.wiring_database import Way, until_reachable
from storage.database import open_database
from storage.errors import DatabaseAwayError, DatabaseUnavailableError
from tests.drills.proxy import place_of
from tests.standins import restarting_server

NOBODY = "postgresql://boss:s3cret@127.0.0.1:1/nhacchuan"


class Restarting:
    """The tests' own server, restarting: its address and how to break its lines."""

    def __init__(self, process):
        self._process = process
        self.address = f"127.0.0.1:{process.stdout.readline().strip()}"

    def restart(self, refusals):
        print(refusals, file=self._process.stdin, flush=True)
        assert self._process.stdout.readline() == "done\n"


@contextmanager
def restarting(url, refusals):
    words = sys.executable, str(Path(restarting_server.__file__)), f"{place_of(url)}/.s.PGSQL.5432", str(refusals)
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Restarting(process)
        process.kill()


def way_through(server, url):
    before, _, _query = url.partition("?")
    through = before.replace("@/", f"@{server.address}/") + "?sslmode=disable&gssencmode=disable"
    return Way(through, through)


async def test_start_waits_with_one_line_for_a_server_that_is_starting(database_url, vault, capsys):
    with restarting(database_url, 3) as server:
        way = way_through(server, database_url)

        async def come_in():
            async with open_database(way.url, vault=vault) as database:
                return database.place

        came_in_at = await until_reachable(come_in, way)
    said = capsys.readouterr().err
    assert (said.count("\n"), "starting up" in said) == (1, True)
    assert server.address in came_in_at


async def test_start_is_done_anew_when_the_server_restarts_in_the_midst_of_it(database_url, vault):
    tries = []
    with restarting(database_url, 0) as server:
        way = way_through(server, database_url)

        async def come_in():
            async with open_database(way.url, vault=vault) as database, database.transaction() as drawers:
                tries.append(database)
                if len(tries) == 1:
                    server.restart(2)
                return await drawers.rules.version()

        assert await until_reachable(come_in, way)
    assert len(tries) == 2


async def test_start_ends_with_the_reason_when_the_server_does_not_come_back(database_url, vault, monkeypatch):
    monkeypatch.setattr("bot.wiring_database._WAIT_FOR_KNOWN", 0.3)
    with restarting(database_url, 1000) as server:
        way = way_through(server, database_url)
        with pytest.raises(DatabaseAwayError, match="starting up"):
            await until_reachable(open_database(way.url, vault=vault).__aenter__, way)


async def test_start_ends_soon_when_nobody_is_at_the_address(vault, monkeypatch):
    monkeypatch.setattr("bot.wiring_database._WAIT_FOR_SILENT", 0.3)
    with pytest.raises(DatabaseAwayError, match="refused"):
        await until_reachable(open_database(NOBODY, vault=vault).__aenter__, Way(NOBODY, NOBODY))


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param("postgresql://nhacchuan@/no_such_database?{}", id="a database that there is not"),
        pytest.param("postgresql://nobody:s3cret@/postgres?{}", id="an account that there is not"),
    ],
)
async def test_start_ends_at_once_and_says_nothing_before_when_no_waiting_mends_it(wrong, database_url, vault, capsys):
    url = wrong.format(database_url.partition("?")[2])
    began = time.monotonic()
    with pytest.raises(DatabaseUnavailableError):
        await until_reachable(open_database(url, vault=vault).__aenter__, Way(url, url))
    assert time.monotonic() - began < 5
    assert not capsys.readouterr().err


async def test_command_that_does_not_stay_open_does_not_wait(vault):
    began = time.monotonic()
    with pytest.raises(DatabaseAwayError):
        await until_reachable(open_database(NOBODY, vault=vault).__aenter__, None)
    assert time.monotonic() - began < 5
