"""An open office over the invented province, for tests that talk to the whole house.

An office costs seconds (database, sample, reader): a module opens one and its tests share it. What needs no database
is tried at a desk in memory, tests.handlers.desks.
"""

import asyncio
import os
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from psycopg import sql

from bot.commands.working import open_worker
from bot.settings import Settings
from bot.wiring import Office, open_office
from tests.databases import SAMPLE, named

ROOT = Path(__file__).parent.parent
TODAY = date(2026, 11, 21)
TEST_SECRET = "a secret of tests that opens nothing"


class StandingClock:
    """Always nine o'clock on the day of the tests, and not called a rehearsal."""

    is_fixed = False

    def today(self) -> date:
        return TODAY

    def now(self) -> datetime:
        return datetime(TODAY.year, TODAY.month, TODAY.day, 9, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


class SetClock:
    """Stands where it was put last, and is not called a rehearsal."""

    is_fixed = False

    def __init__(self, at: datetime) -> None:
        self.at = at

    def today(self) -> date:
        return self.at.date()

    def now(self) -> datetime:
        return self.at


def make_sample(path: Path, today: date = TODAY) -> Path:
    """The workbook of the invented province, its days counted from `today`."""
    script = ROOT / "examples" / "tinh-mau" / "make.py"
    subprocess.run([sys.executable, script, "--today", today.isoformat(), "--out", path], check=True)
    return path


def share_cache(home: Path) -> None:
    """Let a home use the classifier that an earlier test has trained: it is keyed by the content of its examples."""
    shared = ROOT / "var" / "test-cache"
    shared.mkdir(parents=True, exist_ok=True)
    (home / "cache").symlink_to(shared)


def settings_for(url: str, home: Path, **more: Any) -> Settings:
    """Settings that read nothing of the machine they run on."""
    return Settings(_env_file=None, database_url=url, home=home, secret_key=TEST_SECRET, **more)


@asynccontextmanager
async def sample_office(server_url: str, home: Path, clock: Any = None) -> AsyncIterator[Office]:
    """The invented province in a database of its own, with the office open over it.

    Loaded once by the clock of the tests, and copied for whoever comes next; by another clock it is loaded anew.
    """
    share_cache(home)
    name = f"office_{uuid.uuid4().hex}"
    if clock is None:
        template = await _loaded_once(server_url, home)
        _order(server_url, "CREATE DATABASE {} TEMPLATE {}", name, template)
    else:
        _order(server_url, "CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0", name)
    try:
        async with open_office(settings_for(named(server_url, name), home), clock=clock or StandingClock()) as office:
            if clock is not None:
                await _load(office, home)
            yield office
    finally:
        _order(server_url, "DROP DATABASE {} WITH (FORCE)", name)


async def _loaded_once(server_url: str, home: Path) -> str:
    """The name of a database of this server that holds the invented province, and that nobody opens."""
    with psycopg.connect(server_url) as connection:
        name = f"{SAMPLE}{os.getpid()}"
        if connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone() is not None:
            return name
    being_made = f"office_{uuid.uuid4().hex}"
    _order(server_url, "CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0", being_made)
    async with open_office(settings_for(named(server_url, being_made), home), clock=StandingClock()) as office:
        await _load(office, home)
    _order(server_url, "ALTER DATABASE {} RENAME TO {}", being_made, name)
    return name


async def _load(office: Office, home: Path) -> None:
    workbook = make_sample(home / "tinh-mau.xlsx")
    report = await office.load(workbook, dry_run=False, replacing=frozenset(), progress=lambda _s, _r: None)
    assert not report.is_refused


def _order(server_url: str, order: str, *names: str) -> None:
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL(order).format(*map(sql.Identifier, names)))


@asynccontextmanager
async def working(office: Office) -> AsyncIterator[None]:
    """A worker of the fleet over an open office, until the block ends."""
    stop = asyncio.Event()
    async with open_worker(office) as worker:
        running = asyncio.create_task(worker.run(stop))
        try:
            yield
        finally:
            stop.set()
            await asyncio.wait_for(running, 20)
