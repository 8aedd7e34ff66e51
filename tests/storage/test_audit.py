"""The audit chain takes every entry in line, shows every tampering, and holds nobody's name."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from storage.audit import PersonalDetailsError
from storage.database import Database
from storage.drawers import Drawers
from storage.records import AuditVerdict

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
