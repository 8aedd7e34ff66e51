"""Real databases for tests: one embedded server for the whole run, and a migrated, emptied database for each test.

`database` holds only what the migrations put in; `drawers` is one transaction over it. A test that changes tables
themselves uses `empty_database_url`, which is its own. With
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
# The few rows that migrations put into tables are kept aside, and put back before each test.
REMEMBER = """
DO $$ DECLARE one regclass; has_rows boolean; BEGIN
    CREATE SCHEMA aside;
    FOR one IN SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %s)', one) INTO has_rows;
        IF has_rows THEN EXECUTE format('CREATE TABLE aside.%I AS TABLE %s', one::text, one); END IF;
    END LOOP;
END $$
"""
RESTORE = """
DO $$ DECLARE one regclass; BEGIN
    SET LOCAL session_replication_role = replica;  -- no trigger and no reference stands in the way
    FOR one IN SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' LOOP
        IF pg_relation_size(one) > 1000000 THEN EXECUTE format('TRUNCATE %s CASCADE', one);
        ELSE EXECUTE format('DELETE FROM %s', one); END IF;
    END LOOP;
    FOR one IN SELECT oid FROM pg_class WHERE relnamespace = 'aside'::regnamespace AND relkind = 'r' LOOP
        EXECUTE format('INSERT INTO public.%I SELECT * FROM %s', split_part(one::text, '.', 2), one);
    END LOOP;
END $$
"""
END_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
SAMPLE = "sample_of_"  # and the process that made it: what `tests.offices` copies
QUICK = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\nautovacuum = off\n"


@pytest.fixture(scope="session")
def vault() -> Vault:
    return Vault([TEST_KEY])


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """The URL of a server on which databases may be made."""
    if given := os.environ.get("NHACCHUAN_TEST_SERVER_URL"):
        yield given
        _order(given, "DROP DATABASE IF EXISTS {}", f"{SAMPLE}{os.getpid()}")
        return
    with make_home() as home, EmbeddedServer(home) as server:
        yield server.url


@pytest.fixture(scope="session")
async def migrated_url(server_url: str, vault: Vault) -> AsyncIterator[str]:
    """The URL of the one migrated database that tests use in turn."""
    name = f"test_{uuid.uuid4().hex}"
    _order(server_url, "CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0", name)
    url = named(server_url, name)
    async with open_database(url, vault=vault) as database:
        await migrate(database)
    with psycopg.connect(url) as connection:
        connection.execute(REMEMBER)
    yield url
    _order(server_url, "DROP DATABASE {} WITH (FORCE)", name)


@pytest.fixture
def database_url(migrated_url: str) -> str:
    """The URL of a migrated database in which nothing has been written yet."""
    with psycopg.connect(migrated_url) as connection:
        connection.execute(END_OTHERS)
        connection.execute(RESTORE)
    return migrated_url


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
