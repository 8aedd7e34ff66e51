"""Migrations climb up and down step by step over data, build what the tables say, and bear two who start at once."""

import asyncio
import subprocess
import sys

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from knowledge.facts import PersonCode
from storage.database import Database, open_database
from storage.encryption import Vault
from storage.migrating import (
    alembic_config,
    find_revision,
    is_ours,
    known_revisions,
    migrate,
    migrate_down,
    newest_revision,
)
from storage.rows import recognition_row, round_row, standard_row
from storage.tables import metadata, recognition, rounds, standards
from tests.databases import TEST_KEY
from tests.storage.filling import LAN, RECOGNITION, ROUND, STANDARD, put, put_people, put_units
from tests.storage.test_added_documents import LETTER
from tests.storage.test_audit import NOON

MIGRATE = """
import asyncio, sys
from storage.database import open_database
from storage.encryption import Vault
from storage.migrating import migrate

async def main():
    async with open_database(sys.argv[1], vault=Vault([sys.argv[2]])) as database:
        await migrate(database)

asyncio.run(main())
"""


def revisions() -> list[str]:
    """All steps, the oldest first."""
    script = ScriptDirectory.from_config(alembic_config())
    return [one.revision for one in script.walk_revisions()][::-1]


def test_files_of_steps_are_named_in_the_order_in_which_they_are_climbed():
    assert revisions() == sorted(known_revisions())
    assert newest_revision() == revisions()[-1]


async def fill(database: Database) -> None:
    async with database.transaction() as drawers:
        await put_units(drawers)
        await put_people(drawers, [LAN], phone="0912345678")
        await put(drawers, standards, standard_row(STANDARD))
        await put(drawers, recognition, recognition_row(RECOGNITION))
        await put(drawers, rounds, round_row(ROUND))
        await drawers.added_documents.save(LETTER, "HR01", NOON)
        await drawers.link_codes.issue(LAN.code, NOON)
        await drawers.accounts.link("telegram", "42", LAN.code, NOON)
        await drawers.audit.record("HR01", "load", "roster", NOON)


async def test_every_step_climbs_up_down_and_up_again(empty_database_url: str, vault: Vault) -> None:
    async with open_database(empty_database_url, vault=vault) as database:
        before = "base"
        for revision in revisions():
            await migrate(database, revision)
            await migrate_down(database, before)
            assert await find_revision(database) == (None if before == "base" else before)
            await migrate(database, revision)
            before = revision
        assert await find_revision(database) == newest_revision()


async def test_every_step_climbs_down_over_data_and_leaves_nothing(empty_database_url: str, vault: Vault) -> None:
    async with open_database(empty_database_url, vault=vault) as database:
        await migrate(database)
        await fill(database)

        for revision in [*revisions()[-2::-1], "base"]:
            await migrate_down(database, revision)

        async with database.connect() as connection:
            assert await connection.run_sync(lambda held: inspect(held).get_table_names()) == ["alembic_version"]
        await migrate(database)
        await fill(database)
        async with database.transaction() as drawers:
            assert await drawers.profiles.find_person(PersonCode("CB001")) == LAN


async def test_migrating_again_changes_nothing(database: Database) -> None:
    await fill(database)

    await migrate(database)

    async with database.transaction() as drawers:
        assert await drawers.profiles.find_person(LAN.code) == LAN


async def test_the_steps_build_what_the_tables_say(database: Database) -> None:
    def differences(connection: Connection) -> object:
        settings = {"compare_server_default": True, "include_name": is_ours}
        return compare_metadata(MigrationContext.configure(connection, opts=settings), metadata)

    async with database.connect() as connection:
        await connection.exec_driver_sql("DROP SCHEMA aside CASCADE")  # dropped with the transaction
        assert await connection.run_sync(differences) == []


async def test_one_works_and_the_others_wait_when_several_migrate_at_once(
    empty_database_url: str, vault: Vault
) -> None:
    command = [sys.executable, "-W", "error", "-c", MIGRATE, empty_database_url, TEST_KEY]
    starting = [await asyncio.create_subprocess_exec(*command, stderr=subprocess.PIPE) for _ in range(3)]

    errors = [(await process.communicate())[1] for process in starting]

    assert errors == [b""] * 3
    async with open_database(empty_database_url, vault=vault) as database:
        assert await find_revision(database) == newest_revision()
