"""`rotate-key`: nobody is stopped, nothing is lost, also where the command is killed in the middle."""

import os
import signal
import stat
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import insert

from bot.commands.keys import rotate_key
from bot.errors import InputError
from bot.settings import Settings
from bot.wiring import Office, open_office
from bot.wiring_keys import ensure_known
from handlers.asking import Channel, Incoming
from handlers.phrases import locale_of
from storage.database import open_database
from storage.encryption import Vault
from storage.records import AuditWanted
from storage.tables import threads
from tests.bot.on_console.opening import open_console
from tests.databases import named
from tests.offices import ROOT, StandingClock, share_cache
from tests.storage.filling import LAN, put_people, put_units

CHATS = 1_100
PICTURE = b"%PDF a picture of a certificate"
OLD, NEW = "the old key of the setting", "the new key of the setting"


@pytest.fixture(scope="module")
async def url(server_url: str) -> AsyncIterator[str]:
    """A database that several offices open, one after the other and beside each other."""
    name = f"keys_{uuid.uuid4().hex}"
    _order(server_url, "CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0", name)
    yield named(server_url, name)
    _order(server_url, "DROP DATABASE {} WITH (FORCE)", name)


@pytest.fixture
async def fresh_url(server_url: str, migrated_url: str) -> AsyncIterator[str]:
    del migrated_url
    name = f"keys_{uuid.uuid4().hex}"
    _order(server_url, "CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0", name)
    yield named(server_url, name)
    _order(server_url, "DROP DATABASE {} WITH (FORCE)", name)


def settings_of(url: str, home: Path, key: str | None = None) -> Settings:
    return Settings(_env_file=None, database_url=url, home=home, secret_key=key)


async def rotate(settings: Settings, *, drop: bool) -> None:
    """The command in English, where nobody waits."""

    async def at_once(_seconds: float) -> None: ...

    with locale_of("en"):
        await rotate_key(settings, drop=drop, pause=at_once)


async def test_a_served_office_answers_and_shows_while_its_key_is_replaced(url, tmp_path, capsys):
    share_cache(tmp_path)
    settings = settings_of(url, tmp_path)
    async with open_office(settings, clock=StandingClock()) as office, open_console(office) as console:
        calendar = await _fill(office)
        [old] = _keys(tmp_path)
        async with console.inside(None) as visitor:
            await visitor.get("/")
            [before] = visitor.session.cookie_jar

            _kill_in_the_middle(url, tmp_path)

            ring = _keys(tmp_path)
            assert ring[1:] == [old]
            assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600
            await _ensure_whole(office)
            await office.desk.answer(_asked("Tôi còn thiếu gì?"))  # a conversation is kept under the new key

            await rotate(settings, drop=False)

            assert "Going on" in capsys.readouterr().out
            assert _keys(tmp_path) == ring, "a calendar and somebody in the web chat still hang on the old key"
            await _ensure_whole(office)
            assert await office.calendars.read(calendar) is not None
            await visitor.get("/")
            [during] = visitor.session.cookie_jar
            assert during.value.partition(".")[0] == before.value.partition(".")[0]
            assert during.value != before.value

            assert (await office.keys.find_dependants())["visitors"] == 1
            await rotate(settings, drop=True)

            assert "gone from secret.key" in capsys.readouterr().out
            assert _keys(tmp_path) == ring[:1]
            await _ensure_whole(office)
            assert await office.calendars.read(calendar) is not None
            await visitor.get("/")
            [after] = visitor.session.cookie_jar
            assert after.value == during.value
        async with office.open_cabinet() as cabinet:
            told = await cabinet.audit.list_entries(AuditWanted(subject="secret_key"), 9)
        assert [one.action for one in told] == ["secret_key_retired", "secret_key_begun"]
        assert not any(key in str(one.details) for one in told for key in ring)
    with pytest.raises(InputError, match="was replaced on"):
        await begin(url, old)


async def test_a_key_of_the_setting_is_replaced_where_it_is_set_once_nobody_seals_with_it(fresh_url, tmp_path, capsys):
    old, both = settings_of(fresh_url, tmp_path, OLD), settings_of(fresh_url, tmp_path, f"{NEW},{OLD}")
    async with open_office(old, clock=StandingClock()) as running:
        async with running.open_cabinet() as cabinet:
            await cabinet.threads.keep("web:a", {"said": "gì đó"}, running.clock.now())
        await running.keys.note_alive()
        with pytest.raises(InputError, match="still seals with an older key"):
            await rotate(both, drop=True)
        await running.keys.note_gone()
    await rotate(both, drop=False)

    assert "Take it out of NHACCHUAN_SECRET_KEY" in capsys.readouterr().out
    await begin(fresh_url, NEW)
    with pytest.raises(InputError, match="was replaced on"):
        await begin(fresh_url, f"{OLD},{NEW}")
    with pytest.raises(InputError, match="another secret key"):
        await begin(fresh_url, "a key that nobody ever had here")
    with pytest.raises(InputError, match="OLD,NEW"):
        await rotate(settings_of(fresh_url, tmp_path, NEW), drop=False)
    with psycopg.connect(fresh_url, autocommit=True) as connection:
        connection.execute("DELETE FROM secret_keys")  # as it was before keys had names
    with pytest.raises(InputError, match="another secret key"):
        await begin(fresh_url, OLD)
    await begin(fresh_url, NEW)


# --- below


async def begin(url: str, key: str) -> None:
    """What every process looks at first."""
    vault = Vault.from_setting(key)
    with locale_of("en"):
        async with open_database(url, vault=vault) as database:
            await ensure_known(database, vault)


async def _fill(office: Office) -> str:
    """People with telephones, conversations and a picture, all sealed; the address of a calendar."""
    vault: Vault = office._vault
    now = office.clock.now()
    async with office.open_cabinet() as drawers:
        await put_units(drawers)
        await put_people(drawers, [LAN])
        await drawers.connection.exec_driver_sql(
            "UPDATE people SET phone_encrypted = %s, phone_index = %s",
            (vault.encrypt("0912345678"), vault.phone_index("0912345678")),
        )
        rows = [
            {
                "thread": f"web:chat-{n:05}",
                "state": {"sealed": vault.encrypt(f'{{"said": "{n}"}}').decode()},
                "kept_at": now,
            }
            for n in range(CHATS)
        ]
        await drawers.connection.execute(insert(threads), rows)
        await drawers.accounts.link(Channel.WEB, "chat-lan", LAN.code, now)
        return await drawers.calendars.issue(LAN.code, now)


async def _ensure_whole(office: Office) -> None:
    """Everything that was sealed is there for the running office."""
    async with office.open_cabinet() as drawers:
        assert await drawers.profiles.find_phone(LAN.code) == "0912345678"
        assert await drawers.profiles.list_codes_by_phone("0912 345 678") == [LAN.code]
        for number in range(0, CHATS, 97):
            assert await drawers.threads.recall(f"web:chat-{number:05}") == {"said": str(number)}
    reply = await office.desk.answer(_asked("/me"))
    assert reply.title


def _asked(text: str) -> Incoming:
    return Incoming(Channel.WEB, "chat-lan", text=text, thread="web:chat-lan")


def _kill_in_the_middle(url: str, home: Path) -> None:
    """Begin with the real command, and kill it as soon as a part of the conversations is sealed anew."""
    given = {**os.environ, "NHACCHUAN_HOME": str(home), "NHACCHUAN_DATABASE_URL": url, "NHACCHUAN_LOCALE": "en"}
    given.pop("NHACCHUAN_SECRET_KEY", None)
    command = [sys.executable, "-m", "bot.command_line", "rotate-key"]
    with subprocess.Popen(command, cwd=ROOT, env=given, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as begun:
        until = time.monotonic() + 30
        with psycopg.connect(url, autocommit=True) as connection:
            while time.monotonic() < until and begun.poll() is None:
                if connection.execute("SELECT 1 FROM resealing WHERE place = 'threads.state'").fetchone():
                    break
        begun.send_signal(signal.SIGKILL)
        errors = begun.communicate()[1]
        assert begun.returncode == -signal.SIGKILL, errors.decode()
        found = connection_value(url, "SELECT after_key IS NOT NULL FROM resealing WHERE place = 'threads.state'")
        assert found, "it was through already: there was no middle to be killed in"


def connection_value(url: str, query: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(query).fetchone()
        return row[0] if row else None


def _keys(home: Path) -> list[str]:
    return (home / "secret.key").read_text().split()


def _order(server_url: str, order: str, name: str) -> None:
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL(order).format(sql.Identifier(name)))
