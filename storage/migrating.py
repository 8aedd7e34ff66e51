"""Bringing a database to the form that this version of the product needs, safely when several try at once."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, text

from storage.database import Database

if TYPE_CHECKING:  # most starts have nothing to migrate, and must not wait for the library that would
    from alembic.config import Config

_SCRIPTS: Final = Path(__file__).parent / "migrations"
LOCK: Final = 0x4E686163  # any number, as long as every version of the product uses the same
_OF_OTHERS: Final = ("procrastinate_",)  # tables that a library makes and migrates itself

HEAD: Final = "head"


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """Whether a table belongs to the product, and not to a library that shares the database."""
    return kind != "table" or name is None or not name.startswith(_OF_OTHERS)


def alembic_config(connection: Connection | None = None) -> "Config":
    """The settings of the migration library, without a file."""
    from alembic.config import Config  # noqa: PLC0415  see the top

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def newest_revision() -> str:
    """The revision that this version of the product needs."""
    return max(known_revisions())


def known_revisions() -> frozenset[str]:
    """Every revision that this version of the product knows how to come from: its file is named after it."""
    return frozenset(one.name.partition("_")[0] for one in (_SCRIPTS / "versions").glob("[0-9]*.py"))


async def find_revision(database: Database) -> str | None:
    """The revision that the database is at, None while it is empty."""
    async with database.connect() as connection:
        if (await connection.execute(text("SELECT to_regclass('alembic_version')"))).scalar_one() is None:
            return None
        found: str | None = (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar()
        return found


async def migrate(database: Database, revision: str = HEAD) -> None:
    """Climb up to a revision. All or nothing; of several processes one works and the others wait for it."""
    await _move(database, revision, is_up=True)


async def migrate_down(database: Database, revision: str) -> None:
    """Climb down to a revision ("base" empties the database). All or nothing."""
    await _move(database, revision, is_up=False)


async def _move(database: Database, revision: str, *, is_up: bool) -> None:
    from alembic import command  # noqa: PLC0415  see the top

    def move(connection: Connection) -> None:
        config = alembic_config(connection)
        if is_up:
            command.upgrade(config, revision)
        else:
            command.downgrade(config, revision)

    async with database.connect() as connection:
        await connection.execute(text("SET LOCAL statement_timeout = 0"))
        await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        await connection.run_sync(move)
        await connection.commit()
