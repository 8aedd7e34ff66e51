"""Rules come back as declared, and no change of them leaves their version as it was."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text

from knowledge.facts import DeclaredRules, PositionGroup
from storage.database import Database, open_database
from storage.drawers import Drawers
from storage.encryption import Vault
from storage.rows import recognition_row, round_row, standard_row
from storage.tables import recognition, rounds, standards
from tests.storage.filling import (
    HEALTH,
    HEALTH_OFFICE,
    RECOGNITION,
    ROUND,
    STANDARD,
    another,
    put,
    put_people,
    put_units,
)


async def test_rules_come_back_as_declared(drawers: Drawers) -> None:
    await put_units(drawers)
    await put(drawers, standards, standard_row(STANDARD))
    await put(drawers, recognition, recognition_row(RECOGNITION))
    await put(drawers, rounds, round_row(ROUND))

    loaded = await drawers.rules.load()

    assert loaded == DeclaredRules(
        await drawers.rules.version(), (HEALTH, HEALTH_OFFICE), (STANDARD,), (RECOGNITION,), (ROUND,)
    )


async def test_an_empty_cabinet_has_empty_rules(drawers: Drawers) -> None:
    loaded = await drawers.rules.load()

    assert (loaded.units, loaded.standards, loaded.recognition, loaded.rounds) == ((), (), (), ())


@pytest.mark.parametrize(
    "change",
    [
        "INSERT INTO units (code, name, kind, territory) VALUES ('B', 'B', 'so', 'hung-yen')",
        "UPDATE units SET name = 'Sở Y'",
        "DELETE FROM standards",
        "UPDATE standards SET minimum = 'bac_2'",
        "DELETE FROM recognition",
        "TRUNCATE rounds",
        "UPDATE rounds SET is_open = false",
        "INSERT INTO declared_documents (number) VALUES ('1/UBND')",
    ],
)
async def test_the_version_grows_when_anybody_changes_rules(database: Database, change: str) -> None:
    async with database.transaction() as drawers:
        await put_units(drawers)
        await put(drawers, standards, standard_row(STANDARD))
        before = await drawers.rules.load()

    async with database.transaction() as drawers:
        await drawers.connection.execute(text(change))
        assert await drawers.rules.version() > before.version
        assert (await drawers.rules.load()).version > before.version


async def test_the_version_stays_when_only_people_change(drawers: Drawers) -> None:
    before = await drawers.rules.version()

    await drawers.connection.execute(text("DELETE FROM people"))

    assert await drawers.rules.version() == before


async def test_a_version_is_never_used_twice_even_after_a_change_was_dropped(database: Database) -> None:
    with suppress(ZeroDivisionError):
        async with database.transaction() as drawers:
            await put_units(drawers, HEALTH)
            dropped = await drawers.rules.load()
            raise ZeroDivisionError

    async with database.transaction() as drawers:
        assert (await drawers.rules.load()).units == ()
        await put_units(drawers, replace(HEALTH_OFFICE, parent=None))
        kept = await drawers.rules.load()

    assert kept.version > dropped.version
    assert [unit.code for unit in kept.units] == [HEALTH_OFFICE.code]


async def test_rules_are_read_once_while_nothing_changes(database: Database) -> None:
    async with database.transaction() as drawers:
        first = await drawers.rules.load()
    async with database.transaction() as drawers:
        assert await drawers.rules.load() is first


async def test_another_process_sees_changed_rules_at_once(database: Database, database_url: str, vault: Vault) -> None:
    async with open_database(database_url, vault=vault) as other:
        async with other.transaction() as drawers:
            await drawers.rules.load()
        async with database.transaction() as drawers:
            await put_units(drawers, HEALTH)
        async with other.transaction() as drawers:
            assert (await drawers.rules.load()).units == (HEALTH,)


async def test_rules_and_version_belong_together_while_somebody_writes(database: Database) -> None:
    async def write() -> None:
        for day in range(1, 20):
            async with database.transaction() as drawers:
                await put(drawers, standards, {**standard_row(STANDARD), "valid_from": date(2021, 1, day)})

    async def read() -> dict[int, set[int]]:
        seen: dict[int, set[int]] = {}
        for _ in range(40):
            async with database.transaction() as drawers:
                loaded = await drawers.rules.load()
                seen.setdefault(loaded.version, set()).add(len(loaded.standards))
        return seen

    _, seen = await asyncio.gather(write(), read())

    assert all(len(sizes) == 1 for sizes in seen.values())


async def test_a_position_group_is_named_by_the_position_that_most_of_its_people_hold(drawers: Drawers) -> None:
    await put_units(drawers)
    positions = ("Quyền Trưởng phòng", "Trưởng phòng", "Trưởng phòng")
    await put_people(drawers, [another(f"CB{n}", position=position) for n, position in enumerate(positions)])

    assert (await drawers.rules.load()).group_names == ((PositionGroup("truong_phong"), "Trưởng phòng"),)
