"""Data of every earlier version climbs to the newest without loss, and the office opens over it.

One database climbs all the way. On every floor a row is laid into each table that stands there, made from what the
table itself says of its columns; so each row goes through all later steps, and is compared at the end.
"""

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import errors, sql
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from bot.errors import ServiceError
from bot.wiring import open_office
from storage.audit import NO_HASH, seal
from storage.database import open_database
from storage.encryption import Vault
from storage.migrating import is_ours, known_revisions, migrate, newest_revision
from storage.records import AuditEntry
from tests.databases import named
from tests.offices import settings_for, share_cache
from tests.storage.test_migrations import revisions

# The chain is laid with its own seals, and a restore that is not finished would be finished.
APART = {"alembic_version", "audit_entries", "audit_seals", "restores"}
# What a later step is meant to change, with the reason.
MEANT: dict[tuple[str, str], str] = {}
COLUMNS = """
SELECT c.table_name, c.column_name, c.udt_name, c.is_nullable = 'YES' AS may_be_empty, c.is_generated = 'ALWAYS' AS made
FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' ORDER BY c.table_name, c.ordinal_position
"""
CHECKS = """
SELECT conrelid::regclass::text AS table_name, pg_get_constraintdef(oid) AS words FROM pg_constraint
WHERE contype = 'c' AND connamespace = 'public'::regnamespace
"""
KEYS = """
SELECT k.conrelid::regclass::text AS table_name, array_agg(a.attname::text) AS columns FROM pg_constraint k
JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY(k.conkey)
WHERE k.contype = 'p' AND k.connamespace = 'public'::regnamespace GROUP BY 1
"""
ONE_OF = re.compile(r"\(?(\w+)\)?(?:::\w+)? = ANY \(+ARRAY\['([^']*)'")
SOME_OF = re.compile(r"\((\w+) <@ ARRAY\['([^']*)'")
EQUALS = re.compile(r"\((\w+)\)?(?:::text)? = '([^']*)'")
BEFORE = re.compile(r"\((\w+) < (\w+)\)")
DIFFERS = re.compile(r"\((\w+)\)?(?:::text)? <> \(?(\w+)\)?")


@dataclass(frozen=True)
class Laid:
    table: str
    key: dict[str, Any]
    row: dict[str, Any]
    floor: str


@pytest.fixture
def own_url(server_url: str) -> Iterator[str]:
    name = f"climbing_{uuid.uuid4().hex}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0").format(sql.Identifier(name))
        )
    yield named(server_url, name)
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def value_of(kind: str, number: int) -> Any:
    """Something of this type that no other floor has."""
    many = 1000 + number  # steps that make rows themselves begin with one
    made = {
        "varchar": f"T{number:04}", "text": f"T{number:04}", "bool": True,
        "int8": many, "int4": many, "int2": many,
        "float8": float(number), "numeric": number, "date": date(2026, 1, 1) + timedelta(days=number),
        "timestamptz": datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=number), "time": time(8, number % 60),
        "bytea": f"sealed {number}".encode(), "jsonb": Jsonb({"number": number}), "json": Jsonb({"number": number}),
        "_varchar": [f"T{number:04}"], "_text": [f"T{number:04}"], "_int8": [many], "_int2": [many],
        "_int4": [many], "_float8": [float(number)], "uuid": uuid.UUID(int=number),
    }  # fmt: skip
    return made[kind]


def later(value: Any) -> Any:
    """What comes after a value of its kind."""
    if isinstance(value, time):
        return value.replace(hour=value.hour + 8)
    return value + (1 if isinstance(value, int) else timedelta(days=1))


def lay(connection: psycopg.Connection, floor: str, number: int) -> Iterator[Laid]:
    """A row into every table of this floor."""
    with connection.cursor(row_factory=dict_row) as cursor:
        columns = cursor.execute(COLUMNS).fetchall()
        checks = cursor.execute(CHECKS).fetchall()
        keys = {row["table_name"]: row["columns"] for row in cursor.execute(KEYS).fetchall()}
    for table in sorted({row["table_name"] for row in columns if is_ours(row["table_name"], "table", None)} - APART):
        own = [row for row in columns if row["table_name"] == table and not row["made"]]
        if any(row["column_name"] == "is_only" for row in own):
            continue  # one row for ever, which the step itself has made
        words = " ".join(row["words"] for row in checks if row["table_name"] == table)
        full = {row["column_name"]: value_of(row["udt_name"], number) for row in own}
        full |= {name: first for pattern in (EQUALS, ONE_OF) for name, first in pattern.findall(words) if name in full}
        full |= {name: [first] for name, first in SOME_OF.findall(words) if name in full}
        full |= {second: f"{full[first]}b" for first, second in DIFFERS.findall(words) if second in full}
        full |= {last: later(full[last]) for _first, last in BEFORE.findall(words) if last in full}
        bare = {row["column_name"]: full[row["column_name"]] for row in own if not row["may_be_empty"]}
        key = {name: full[name] for name in keys[table]}
        row = _insert(connection, table, [full, bare], key)
        yield Laid(table, key, row, floor)


def _insert(
    connection: psycopg.Connection, table: str, tries: list[dict[str, Any]], key: dict[str, Any]
) -> dict[str, Any]:
    for given in tries:
        order = sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE VALUES ({})").format(
            sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, given)),
            sql.SQL(", ").join(sql.Placeholder() * len(given)),
        )  # fmt: skip
        try:
            with connection.transaction():
                connection.execute(order, list(given.values()))
        except errors.CheckViolation:
            continue
        return find(connection, table, key)
    raise AssertionError(f"no row could be made for {table}: say in this file what its checks want")


def find(connection: psycopg.Connection, table: str, key: dict[str, Any]) -> dict[str, Any]:
    """The row of this key as JSON, empty where it is gone."""
    where = sql.SQL(" AND ").join(sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder()) for name in key)
    order = sql.SQL("SELECT to_jsonb(t) FROM {} t WHERE {}").format(sql.Identifier(table), where)
    found = connection.execute(order, list(key.values())).fetchone()
    return dict(found[0]) if found else {}


def lay_link(connection: psycopg.Connection, number: int) -> None:
    """One more entry of the audit chain, as the product of then wrote it."""
    previous, before = connection.execute("SELECT hash, number FROM audit_head").fetchone() or (NO_HASH, 0)
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=number)
    entry = AuditEntry(before + 1, at, "HR01", "load", "roster", {"floor": number}, previous)
    values = (entry.number, at, "HR01", "load", "roster", '{"floor": %d}' % number, previous, seal(entry))  # noqa: UP031
    connection.execute("INSERT INTO audit_entries VALUES (%s, %s, %s, %s, %s, %s, %s, %s)", values)
    connection.execute("UPDATE audit_head SET number = %s, hash = %s", (entry.number, seal(entry)))


async def test_data_of_every_version_climbs_without_loss_and_the_office_opens(
    own_url: str, vault: Vault, tmp_path: Path
) -> None:
    laid: list[Laid] = []
    async with open_database(own_url, vault=vault) as database:
        for number, revision in enumerate(revisions(), start=1):
            await migrate(database, revision)
            with psycopg.connect(own_url) as connection:
                lay_link(connection, number)
                connection.execute("SET LOCAL session_replication_role = replica")  # rows of one floor name each other
                laid.extend(lay(connection, revision, number))
        async with database.transaction() as drawers:
            verdict = await drawers.audit.verify()
    assert (verdict.is_intact, verdict.entries) == (True, len(revisions())), verdict

    lost = []
    with psycopg.connect(own_url) as connection:
        for one in laid:
            now = find(connection, one.table, one.key)
            differing = {
                name for name in one.row.keys() & now.keys()
                if one.row[name] != now[name] and (one.table, name) not in MEANT
            }  # fmt: skip
            if not now or differing:
                lost.append(f"{one.table} laid at {one.floor}: {sorted(differing) or 'gone'}")
    assert not lost
    assert len(laid) > 40 * len(revisions()) // 2

    share_cache(tmp_path)
    async with open_office(settings_for(own_url, tmp_path), keeps_threads=False) as office:
        assert await office.list_hindrances() == []
        found = await office.find_person("T0001")
        assert found is not None
        assert found.name == "T0001"


async def test_an_older_program_refuses_a_newer_database_with_one_sentence(
    database_url: str, vault: Vault, tmp_path: Path
) -> None:
    assert newest_revision() in known_revisions()
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    try:
        with pytest.raises(ServiceError, match="9999"):
            async with open_office(settings_for(database_url, tmp_path)):
                pass
    finally:
        with psycopg.connect(database_url) as connection:
            connection.execute("UPDATE alembic_version SET version_num = %s", (newest_revision(),))
