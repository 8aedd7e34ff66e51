"""A new secret key: everything that is sealed is sealed anew, cut off anywhere and taken up again."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Boolean, Column, Date, DateTime, Integer, LargeBinary, String, Table, select, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from storage.database import Database, open_database
from storage.drawers import Drawers
from storage.encryption import Vault
from storage.hooks import HooksDrawer
from storage.resealing import HASHED, PLACES, PLAIN, Place, Resealer
from storage.secret_keys import SecretKeysDrawer
from storage.tables import calendar_tokens, hooks, metadata, people, threads
from storage.threads import ThreadsDrawer
from tests.databases import TEST_KEY
from tests.storage.filling import LAN, another, put_people, put_units

NEW = "the key that comes after the key for tests"
NOON = datetime(2026, 11, 21, 5, 0, tzinfo=UTC)
PHONE = "0912345678"
ALLOWED: dict[str, Any] = {  # what a column of a closed set may hold, where tests know no better
    "gender": "nu",
    "managed_by": "cap_xa",
    "roles": ["can_bo"],
    "data_requests.state": "open",
}


@pytest.fixture
def both() -> Vault:
    return Vault([NEW, TEST_KEY])


async def test_every_sealed_value_of_every_place_is_sealed_anew(drawers: Drawers, vault: Vault, both: Vault) -> None:
    await fill(drawers, vault, rows=3)

    changed = await go_through(drawers, both)

    assert changed == {place.name: 3 for place in PLACES}
    assert await go_through(drawers, both) == {}, "a second round finds nothing to do"
    only_new = Vault([NEW])
    for place in PLACES:
        kept = (await drawers.connection.execute(select(place.column))).scalars().all()
        assert [only_new.decrypt(sealed_in(one)) for one in kept] == [PHONE] * 3, place.name
    indexes = (await drawers.connection.execute(select(people.c.phone_index))).scalars().all()
    assert indexes == [only_new.phone_index(PHONE)] * 3


async def test_it_goes_on_where_it_was_cut_off(drawers: Drawers, vault: Vault, both: Vault) -> None:
    await fill(drawers, vault, rows=5)
    place = Place(people.c.phone_encrypted, rows=2, also=PLACES[0].also)
    batches = [await Resealer(drawers.connection, both).reseal_batch(place) for _process in range(3)]

    assert [(one.read, one.changed) for one in batches] == [(2, 2), (2, 2), (1, 1)]
    found = await Resealer(drawers.connection, both).find_next()
    assert found is not None
    assert found.name != place.name


async def test_what_no_key_opens_is_counted_and_left(drawers: Drawers, both: Vault) -> None:
    await put_units(drawers)
    await put_people(drawers, [LAN], phone=PHONE)
    strange = Vault(["a key that nobody has any more"]).encrypt(PHONE)
    await drawers.connection.execute(people.update().values(phone_encrypted=strange))

    assert await Resealer(drawers.connection, both).find_strange() == "people.phone_encrypted"
    batch = await Resealer(drawers.connection, both).reseal_batch(PLACES[0])

    assert (batch.read, batch.changed, batch.strange) == (1, 0, 1)
    assert (await drawers.connection.execute(select(people.c.phone_encrypted))).scalar_one() == strange


async def test_a_hook_that_was_removed_holds_nothing_that_a_key_has_to_open(drawers: Drawers, both: Vault) -> None:
    number = await drawers.hooks.add("https://example.vn/hook", "a secret of tests", None, may_be_private=False)
    assert await drawers.hooks.remove(number, NOON)
    resealer = Resealer(drawers.connection, both)
    place = next(one for one in PLACES if one.column is hooks.c.secret)

    assert await resealer.find_strange() is None
    batch = await resealer.reseal_batch(place)
    assert (batch.read, batch.changed, batch.strange) == (1, 0, 0)

    strange = Vault(["a key that nobody has any more"])
    await HooksDrawer(drawers.connection, strange).add("https://example.vn", "a secret", None, may_be_private=False)
    assert await resealer.find_strange() == place.name, "the emptied one before it hides nothing"


async def test_what_somebody_else_changes_meanwhile_is_theirs(
    database: Database, database_url: str, vault: Vault, both: Vault
) -> None:
    async with database.transaction() as drawers:
        await drawers.threads.keep("web:a", {"said": "trước"}, NOON)
    async with database.transaction() as drawers, open_database(database_url, vault=both) as other:
        resealer = Resealer(drawers.connection, both)
        await drawers.connection.execute(text("SET TRANSACTION ISOLATION LEVEL READ COMMITTED"))
        async with other.transaction() as theirs:
            await theirs.threads.keep("web:a", {"said": "sau"}, NOON)
        await resealer.reseal_batch(Place(threads.c.state))
    async with database.transaction() as drawers:
        assert await ThreadsDrawer(drawers.connection, both).recall("web:a") == {"said": "sau"}


def test_every_column_of_bytes_is_known_as_sealed_hashed_or_plain() -> None:
    known = [place.column for place in PLACES] + [*HASHED, *PLAIN]
    of_bytes = {f"{one.table.name}.{one.name}" for one in every_column() if isinstance(one.type, LargeBinary)}
    named = {f"{one.table.name}.{one.name}" for one in known}

    assert of_bytes - named == set(), "say in storage/resealing.py what a new column of bytes holds"
    assert named - of_bytes == {"threads.state"}


async def test_a_calendar_follows_a_new_key_when_it_is_read(database: Database, database_url: str, both: Vault) -> None:
    async with database.transaction() as drawers:
        await put_units(drawers)
        await put_people(drawers, [LAN, another("CB002")])
        token = await drawers.calendars.issue(LAN.code, NOON)
        other = await drawers.calendars.issue(another("CB002").code, NOON)
    async with open_database(database_url, vault=both) as during, during.transaction() as drawers:
        await SecretKeysDrawer(drawers.connection).note_used(both.key_names[0])
        assert (await SecretKeysDrawer(drawers.connection).find_dependants(both.key_names[0])).calendars == 2
        assert await drawers.calendars.find_owner(token) == LAN.code
        assert (await SecretKeysDrawer(drawers.connection).find_dependants(both.key_names[0])).calendars == 1
    async with open_database(database_url, vault=Vault([NEW])) as after, after.transaction() as drawers:
        assert await drawers.calendars.find_owner(token) == LAN.code
        assert await drawers.calendars.find_owner(other) is None
        assert (await drawers.connection.execute(select(calendar_tokens.c.person))).scalars().all()


async def test_whoever_seals_with_an_older_key_is_named_while_they_live(drawers: Drawers) -> None:
    keys = SecretKeysDrawer(drawers.connection)
    await keys.note_alive("here:1", "old")
    await keys.note_alive("here:2", "new")
    await keys.note_alive("here:3", "old")
    await drawers.connection.execute(
        text("UPDATE key_holders SET alive_at = alive_at - interval '2 minutes' WHERE holder = 'here:3'")
    )

    assert await keys.list_others("new") == ["here:1"]
    await keys.note_gone("here:1")
    assert await keys.list_others("new") == []


# --- below


async def go_through(drawers: Drawers, vault: Vault) -> dict[str, int]:
    """Everything sealed anew from the beginning; how many values of each place."""
    resealer = Resealer(drawers.connection, vault)
    await resealer.begin_anew()
    changed: dict[str, int] = {}
    while (place := await resealer.find_next()) is not None:
        batch = await resealer.reseal_batch(place)
        assert not batch.strange
        if batch.changed:
            changed[place.name] = changed.get(place.name, 0) + batch.changed
    return changed


async def fill(drawers: Drawers, vault: Vault, rows: int) -> None:
    """So many rows in each place, without what they refer to."""
    await drawers.connection.execute(text("SET LOCAL session_replication_role = replica"))
    for table in {place.column.table for place in PLACES}:
        sealed = {place.column.name for place in PLACES if place.column.table is table}
        for number in range(rows):
            await drawers.connection.execute(table.insert().values(make_row(table, sealed, vault, number)))


def make_row(table: Table, sealed: set[str], vault: Vault, number: int) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for column in table.columns:
        if column.name in sealed:
            value = vault.encrypt(PHONE)
            row[column.name] = {"sealed": value.decode()} if isinstance(column.type, JSONB) else value
        elif column.name == "phone_index":
            row[column.name] = vault.phone_index(PHONE)
        elif not (column.nullable or column.server_default is not None or column.identity is not None):
            row[column.name] = invent(column, number)
    return row


def invent(column: Column[Any], number: int) -> Any:
    for name in (column.name, f"{column.table.name}.{column.name}"):
        if name in ALLOWED:
            return ALLOWED[name]
    match column.type:
        case LargeBinary():
            return f"{number}".encode()
        case String():
            return f"x{number}"
        case DateTime():
            return NOON
        case Date():
            return date(2026, 11, 21)
        case Boolean():
            return False
        case Integer():
            return number
        case ARRAY():
            return []
        case _:
            return {}


def sealed_in(kept: Any) -> bytes:
    return kept["sealed"].encode() if isinstance(kept, dict) else kept


def every_column() -> list[Column[Any]]:
    return [column for table in metadata.sorted_tables for column in table.columns]
