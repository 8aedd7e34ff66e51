"""Real databases for tests: one embedded server for the whole run, and a fresh, migrated database for each test.

`database` is empty but for the migrations; `drawers` is one transaction over it. With
NHACCHUAN_TEST_SERVER_URL a server of one's own is used instead.
"""

import os
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

from storage.database import Database, open_database
from storage.drawers import Drawers
from storage.embedded import EmbeddedServer
from storage.encryption import Vault
from storage.migrating import migrate

TEST_KEY = "a key for tests, not a secret"
QUICK = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\nautovacuum = off\n"


@pytest.fixture(scope="session")
def vault() -> Vault:
    return Vault([TEST_KEY])


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """The URL of a server on which databases may be made."""
    if given := os.environ.get("NHACCHUAN_TEST_SERVER_URL"):
        yield given
        return
    with make_home() as home, EmbeddedServer(home) as server:
        yield server.url


@pytest.fixture(scope="session")
async def template(server_url: str, vault: Vault) -> AsyncIterator[str]:
    """The name of a migrated, empty database from which copies are made."""
    name = f"template_{uuid.uuid4().hex}"
    _order(server_url, "CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0", name)
    async with open_database(named(server_url, name), vault=vault) as database:
        await migrate(database)
    yield name
    _order(server_url, "DROP DATABASE {} WITH (FORCE)", name)


@pytest.fixture
def database_url(server_url: str, template: str) -> Iterator[str]:
    """The URL of a fresh, migrated database."""
    name = f"test_{uuid.uuid4().hex}"
    _order(server_url, "CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, template)
    yield named(server_url, name)
    _order(server_url, "DROP DATABASE {} WITH (FORCE)", name)


@pytest.fixture
def empty_database_url(server_url: str) -> Iterator[str]:
    """The URL of a database in which there is nothing at all."""
    name = f"empty_{uuid.uuid4().hex}"
    _order(server_url, "CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0", name)
    yield named(server_url, name)
    _order(server_url, "DROP DATABASE {} WITH (FORCE)", name)


@pytest.fixture
async def database(database_url: str, vault: Vault) -> AsyncIterator[Database]:
    """A fresh, migrated database."""
    same_codes_every_time = Random(1)  # noqa: S311  not for secrets here
    async with open_database(database_url, vault=vault, randomness=same_codes_every_time) as opened:
        yield opened


@pytest.fixture
async def drawers(database: Database) -> AsyncIterator[Drawers]:
    """The drawers of one transaction, which lasts as long as the test."""
    async with database.transaction() as opened:
        yield opened


@contextmanager
def make_home(name: str = "home") -> Iterator[Path]:
    """A home for a server whose data need not outlive a power cut.

    Not a directory of pytest: that closes its own to other accounts, and root's server runs under another.
    """
    with TemporaryDirectory(prefix="nhacchuan-test-") as directory:
        home = Path(directory) / name
        (home / "postgres").mkdir(parents=True)
        (home / "postgres" / "local.conf").write_text(QUICK)
        yield home


def named(server_url: str, database: str) -> str:
    """The URL of another database of the same server."""
    return urlunsplit(urlsplit(server_url)._replace(path=f"/{database}"))


def _order(server_url: str, order: str, *names: str) -> None:
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL(order).format(*map(sql.Identifier, names)))
