"""The audit chain takes every entry in line, shows every tampering, and holds nobody's name."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from storage.audit import AuditDrawer, PersonalDetailsError, is_signed, public_key_of
from storage.database import Database, open_database
from storage.drawers import Drawers
from storage.driver import driver_of
from storage.records import AuditVerdict, ChainFault
from storage.roles import as_kept, is_let_in, let_in, may_change_audit

APP = "nhacchuan_app"
KEY = b"k" * 32
NOON = datetime(2026, 11, 21, 5, 0, 0, 123456, tzinfo=UTC)


async def record_some(database: Database, count: int = 5) -> None:
    async with database.transaction() as drawers:
        for number in range(count):
            await drawers.audit.record(
                "HR01", "person.view", f"CB{number:03}", NOON, {"about": ["ngoai_ngu"], "n": number}
            )


async def verify(database: Database) -> AuditVerdict:
    async with database.transaction() as drawers:
        return await drawers.audit.verify()


async def tamper(database: Database, order: str) -> None:
    """Change entries as somebody could who rules the whole server."""
    async with database.connect() as connection:
        await connection.execute(text("SET LOCAL session_replication_role = replica"))
        await connection.execute(text(order))
        await connection.commit()


async def test_a_chain_is_intact_when_nobody_touched_it(database: Database) -> None:
    assert await verify(database) == AuditVerdict(0)

    await record_some(database)

    verdict = await verify(database)
    assert verdict == AuditVerdict(5)
    assert verdict.is_intact


@pytest.mark.parametrize(
    ("order", "broken_at"),
    [
        pytest.param("UPDATE audit_entries SET actor = 'HR02' WHERE number = 3", 3, id="another actor"),
        pytest.param("UPDATE audit_entries SET subject = 'CB9' WHERE number = 1", 1, id="another subject"),
        pytest.param("UPDATE audit_entries SET at = at + interval '1 us' WHERE number = 2", 2, id="another time"),
        pytest.param("UPDATE audit_entries SET details = '{}' WHERE number = 4", 4, id="other details"),
        pytest.param("DELETE FROM audit_entries WHERE number = 2", 2, id="an entry taken out of the middle"),
        pytest.param("DELETE FROM audit_entries WHERE number = 1", 1, id="the first entry taken out"),
        pytest.param("DELETE FROM audit_entries WHERE number >= 4", 4, id="the newest entries cut off"),
        pytest.param("DELETE FROM audit_entries", 1, id="everything taken out"),
        pytest.param("UPDATE audit_entries SET hash = repeat('a', 64) WHERE number = 3", 3, id="a seal put in by hand"),
    ],
)
async def test_tampering_is_found_at_its_place(database: Database, order: str, broken_at: int) -> None:
    await record_some(database)

    await tamper(database, order)

    verdict = await verify(database)
    assert verdict.broken_at == broken_at
    assert verdict.reason


@pytest.mark.parametrize(
    "order",
    ["UPDATE audit_entries SET actor = 'x'", "DELETE FROM audit_entries", "TRUNCATE audit_entries"],
)
async def test_entries_cannot_be_changed_or_removed(database: Database, order: str) -> None:
    await record_some(database)

    with pytest.raises(DBAPIError, match="never changed"):
        async with database.transaction() as drawers:
            await drawers.connection.execute(text(order))

    assert (await verify(database)).entries == 5


async def test_entries_at_the_same_moment_stand_in_line(database: Database) -> None:
    async def look(number: int) -> None:
        async with database.transaction() as drawers:
            await drawers.audit.record(f"HR{number}", "person.view", "CB001", NOON)

    await asyncio.gather(*(look(number) for number in range(20)))

    assert await verify(database) == AuditVerdict(20)


async def test_an_entry_is_dropped_with_its_transaction(database: Database) -> None:
    await record_some(database, 2)
    with pytest.raises(ZeroDivisionError):  # noqa: PT012  the transaction is what is tried
        async with database.transaction() as drawers:
            await drawers.audit.record("HR01", "person.view", "CB001", NOON)
            raise ZeroDivisionError

    await record_some(database, 1)

    assert await verify(database) == AuditVerdict(3)


async def test_the_newest_entries_about_a_subject_are_listed(drawers: Drawers) -> None:
    for minute, actor in enumerate(["HR01", "CB001", "HR02"]):
        await drawers.audit.record(actor, "person.view", "CB001", NOON + timedelta(minutes=minute))
    await drawers.audit.record("HR01", "person.view", "CB002", NOON)

    listed = await drawers.audit.list_about("CB001", 2)

    assert listed == [
        (NOON + timedelta(minutes=2), "HR02", "person.view"),
        (NOON + timedelta(minutes=1), "CB001", "person.view"),
    ]


async def test_the_seal_holds_whatever_zone_the_time_was_given_in(database: Database) -> None:
    async with database.transaction() as drawers:
        there = NOON.astimezone(timezone(timedelta(hours=7)))
        await drawers.audit.record("HR01", "load", "roster", there, {"sheets": ["can_bo"], "rows": 12, "dry": False})

    assert (await verify(database)).is_intact


@pytest.mark.parametrize(
    "details",
    [
        pytest.param({"name": "Lan"}, id="a name by its key"),
        pytest.param({"who": "Nguyễn Thị Lan"}, id="a name as a value"),
        pytest.param({"by": "0912345678"}, id="a phone number"),
        pytest.param({"by": ["+84912345678"]}, id="a phone number in a list"),
        pytest.param({"asked": "tôi thiếu gì?"}, id="words of a visitor"),
        pytest.param({"deep": {"a": 1}}, id="a value that is not checked"),
        pytest.param({"score": 0.5}, id="a number that may be written in two ways"),
    ],
)
async def test_details_with_more_than_codes_are_refused(drawers: Drawers, details: dict[str, Any]) -> None:
    with pytest.raises(PersonalDetailsError):
        await drawers.audit.record("HR01", "person.view", "CB001", NOON, details)


@pytest.mark.parametrize(
    "details",
    [
        {"document": "1090-QĐ/TU", "point": "2.g3", "on": "2026-11-21"},
        {"unit": "SYT", "count": 1200000000, "none": None, "criteria": ["ngoai_ngu", "tin_hoc"]},
        {"channel": "telegram", "round": "DOT-2026-1", "revision": "17/2016/TTLT-BGDĐT-BTTTT"},
    ],
)
async def test_details_of_codes_numbers_and_days_are_kept(drawers: Drawers, details: dict[str, Any]) -> None:
    await drawers.audit.record("HR01", "person.view", "CB001", NOON, details)

    assert (await drawers.audit.verify()).is_intact


@pytest.fixture
async def server_of_app(database: Database, database_url: str) -> AsyncIterator[Database]:
    """The same database as the account of the running product."""
    await let_in(database, APP)
    parts = urlsplit(database_url)
    url = urlunsplit(parts._replace(netloc=f"{APP}@{parts.netloc.rpartition('@')[2]}"))
    async with open_database(url, vault=database.vault) as opened:
        yield opened


@pytest.mark.parametrize(
    "order",
    [
        "UPDATE audit_entries SET actor = 'x'",
        "DELETE FROM audit_entries",
        "TRUNCATE audit_entries",
        "UPDATE audit_seals SET hash = 'x'",
        "DELETE FROM audit_seals",
        "DELETE FROM audit_checks",
        "DELETE FROM audit_head",
        "ALTER TABLE audit_entries DISABLE TRIGGER ALL",
        "DROP TRIGGER refuse_change ON audit_entries",
        "SET session_replication_role = replica",
        "CREATE TABLE other (id int)",
        "UPDATE alembic_version SET version_num = '0001'",
    ],
)
async def test_whoever_serves_has_no_right_to_it(server_of_app: Database, order: str) -> None:
    with pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
        async with server_of_app.transaction() as drawers:
            await drawers.connection.execute(text(order))


async def test_whoever_serves_adds_to_the_chain_and_moves_its_end_on_and_never_back(server_of_app: Database) -> None:
    await record_some(server_of_app, 3)

    assert await verify(server_of_app) == AuditVerdict(3)
    assert not await may_change_audit(server_of_app)
    for order in (
        "UPDATE audit_head SET number = 2, hash = (SELECT hash FROM audit_entries WHERE number = 2)",
        "UPDATE audit_head SET number = 4",
        "INSERT INTO audit_entries SELECT 9, at, actor, action, subject, details, hash, hash FROM audit_entries",
    ):
        with pytest.raises(DBAPIError, match=r"follow one another|never back"):
            async with server_of_app.transaction() as drawers:
                await drawers.connection.execute(text(order))


async def test_the_password_of_an_account_is_sent_as_it_is_kept_since_servers_log_what_makes_accounts(
    database: Database,
) -> None:
    async with database.connect() as connection:
        kept = as_kept(await driver_of(connection), APP, "a password of an account")
    assert kept.startswith("SCRAM-SHA-256$")
    assert "password" not in kept


async def test_a_passing_table_of_the_same_name_deceives_no_guard(server_of_app: Database) -> None:
    await record_some(server_of_app, 3)
    of_entries = "number bigint, hash text, previous_hash text"
    for orders in (
        (
            f"CREATE TEMPORARY TABLE audit_entries ({of_entries}) ON COMMIT DROP",
            "INSERT INTO audit_entries SELECT 4, 'forged', hash FROM public.audit_head",
            "UPDATE public.audit_head SET number = 4, hash = 'forged'",
        ),
        (
            "CREATE TEMPORARY TABLE audit_head (number bigint, hash text) ON COMMIT DROP",
            "INSERT INTO audit_head VALUES (8, 'forged')",
            "INSERT INTO public.audit_entries SELECT 9, at, 'x', 'x', 'x', details, 'forged', 'x' FROM audit_entries",
        ),
    ):
        with pytest.raises(DBAPIError, match=r"follow one another|never back"):  # noqa: PT012  one transaction
            async with server_of_app.transaction() as drawers:
                for order in orders:
                    await drawers.connection.execute(text(order))


async def test_every_table_of_now_and_of_later_is_open_to_whoever_serves(
    database: Database, server_of_app: Database
) -> None:
    async with database.transaction() as drawers:
        await drawers.connection.execute(text("CREATE TABLE later (id bigint GENERATED ALWAYS AS IDENTITY, x int)"))
    try:
        assert await is_let_in(database, APP)
        async with server_of_app.transaction() as drawers:
            await drawers.connection.execute(text("INSERT INTO later (x) VALUES (1)"))
            await drawers.connection.execute(text("DELETE FROM later"))
        async with database.transaction() as drawers:  # as a guarded table that a later version brings
            await drawers.connection.execute(text(f"GRANT UPDATE, DELETE ON audit_seals TO {APP}"))
        assert not await is_let_in(database, APP), "so that its rights are taken back"
        await let_in(database, APP)
        assert await is_let_in(database, APP)
    finally:
        async with database.transaction() as drawers:
            await drawers.connection.execute(text("DROP TABLE later"))


@pytest.mark.parametrize(
    "order",
    [
        "ALTER TABLE audit_entries DISABLE TRIGGER refuse_change",
        "ALTER TABLE audit_entries DISABLE TRIGGER ALL",
        "DROP TRIGGER advance ON audit_head",
        "ALTER TABLE audit_seals ENABLE REPLICA TRIGGER refuse_seal",
    ],
)
async def test_a_guard_put_out_of_force_is_found(database: Database, order: str) -> None:
    await record_some(database)
    async with database.connect() as connection:
        await connection.execute(text(order))

        verdict = await AuditDrawer(connection).verify()  # dropped with the connection: other tests have their guards

    assert verdict.reason is ChainFault.UNGUARDED
    assert verdict.about


async def test_the_end_of_every_day_that_is_over_is_signed_once(database: Database) -> None:
    for day, count in ((0, 2), (1, 3), (2, 1)):
        async with database.transaction() as drawers:
            for _entry in range(count):
                await drawers.audit.record("HR01", "load", "roster", NOON + timedelta(days=day))
    async with database.transaction() as drawers:
        before = (NOON + timedelta(days=2)).replace(hour=0) - timedelta(hours=7)
        assert [one.number for one in await drawers.audit.seal_days(before, KEY, NOON)] == [2, 5]
        assert not await drawers.audit.seal_days(before, KEY, NOON)
        sealed = await drawers.audit.list_seals()

    assert [(one.day.day, one.number) for one in sealed] == [(22, 5), (21, 2)]
    assert all(map(is_signed, sealed))
    assert not is_signed(replace(sealed[0], number=4))
    assert sealed[0].public_key == public_key_of(KEY)
    assert (await verify(database)).is_intact


async def test_a_chain_written_anew_is_not_the_one_that_was_signed(database: Database) -> None:
    """Somebody who rules the server and knows how the chain is made replaces all of it."""
    await record_some(database, 4)
    async with database.transaction() as drawers:
        await drawers.audit.seal_days(NOON + timedelta(days=1), KEY, NOON)
    await tamper(database, "DELETE FROM audit_entries")
    await tamper(database, "UPDATE audit_head SET number = 0, hash = repeat('0', 64)")
    async with database.transaction() as drawers:
        for number in range(4):
            await drawers.audit.record("HR99", "person.view", f"CB{number:03}", NOON)

    verdict = await verify(database)

    assert verdict.broken_at == 4
    assert verdict.reason is ChainFault.OTHER_CHAIN


async def test_when_it_was_read_is_kept(database: Database) -> None:
    async with database.transaction() as drawers:
        assert await drawers.audit.find_check() is None
        await drawers.audit.note_check(AuditVerdict(7), NOON)
        await drawers.audit.note_check(AuditVerdict(8, 3, ChainFault.CHANGED), NOON + timedelta(days=1))
        found = await drawers.audit.find_check()

    assert found is not None
    assert (found.entries, found.broken_at, found.is_intact) == (8, 3, False)
