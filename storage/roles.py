"""What the account of the running product may do: all that rows need, and nothing to the audit chain but add to it.

The account that owns the tables migrates, backs up and restores; whoever serves and works comes as another.
"""

from typing import Any, Final, LiteralString

from psycopg import AsyncConnection, errors, sql
from sqlalchemy import text

from storage.database import Database
from storage.driver import driver_of
from storage.migrating import LOCK

# Of these tables the account may do only so much.
GUARDED: Final[dict[str, LiteralString]] = {
    "audit_entries": "SELECT, INSERT",
    "audit_head": "SELECT, UPDATE (number, hash)",
    "audit_seals": "SELECT, INSERT",
    "audit_checks": "SELECT, INSERT",
    "restores": "SELECT, UPDATE (cleaned_at, settled_at, counts)",
    "alembic_version": "SELECT",
}
_LET_IN: Final[tuple[LiteralString, ...]] = (
    "GRANT USAGE ON SCHEMA public TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
    "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {role}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {role}",
)
_STANDING: Final = text("""
SELECT to_regrole(:role) IS NOT NULL AND NOT EXISTS (
    SELECT FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
    AND (NOT has_table_privilege(to_regrole(:role), c.oid, 'SELECT') OR (
        c.relname = ANY(:guarded) AND has_table_privilege(to_regrole(:role), c.oid, 'UPDATE, DELETE, TRUNCATE'))))
""")
_IS_SHUT_OUT: Final = text("""
SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relname = 'alembic_version' AND NOT has_table_privilege(c.oid, 'SELECT'))
""")
# Whoever owns the tables, or rules the server, may do what the list of rights does not say.
_MAY_CHANGE: Final = text("""
SELECT has_table_privilege('audit_entries', 'UPDATE') OR has_table_privilege('audit_entries', 'DELETE')
    OR has_table_privilege('audit_entries', 'TRUNCATE') OR has_table_privilege('audit_seals', 'DELETE')
    OR pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = 'audit_entries'::regclass), 'MEMBER')
""")


class RoleMissingError(Exception):
    """The account is not there and may not be made by us."""


async def is_let_in(owner: Database, role: str) -> bool:
    """Whether the account is there, may read every table there is now, and may do no more to those that are guarded.

    A guarded table of a later version is as open as any other when it comes: its rights are then taken back.
    """
    async with owner.connect() as connection:
        quoted = '"{}"'.format(role.replace('"', '""'))
        return bool(await connection.scalar(_STANDING, {"role": quoted, "guarded": list(GUARDED)}))


async def let_in(owner: Database, role: str, password: str | None = None) -> None:
    """Make the account where it is not there, and give it what it needs of the tables of now and of later ones.

    Doing it again changes nothing. Raises RoleMissingError where it is not there and may not be made.
    """
    async with owner.connect() as connection:
        await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        driver = await driver_of(connection)
        name = sql.Identifier(role)
        found = await (await driver.execute("SELECT FROM pg_roles WHERE rolname = %s", (role,))).fetchone()
        if found is None:
            kept = sql.Literal(as_kept(driver, role, password) if password else None)
            # Another database of the same server may be quicker: then it is there.
            try:
                async with driver.transaction():
                    await driver.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(name, kept))
            except (errors.DuplicateObject, errors.UniqueViolation):
                pass
            except errors.InsufficientPrivilege as refused:
                raise RoleMissingError(role) from refused
        for order in _LET_IN:
            await driver.execute(sql.SQL(order).format(role=name))
        there = await (await driver.execute("SELECT relname FROM pg_class WHERE relkind = 'r'")).fetchall()
        for table in GUARDED.keys() & {table for (table,) in there}:
            await driver.execute(sql.SQL("REVOKE ALL ON {} FROM {}").format(sql.Identifier(table), name))
            rights = sql.SQL(GUARDED[table])
            await driver.execute(sql.SQL("GRANT {} ON {} TO {}").format(rights, sql.Identifier(table), name))
        await connection.commit()


def as_kept(driver: AsyncConnection[Any], role: str, password: str) -> str:
    """A password as the server keeps it: servers write the orders that make accounts into their logs."""
    return driver.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()


async def is_shut_out(database: Database) -> bool:
    """Whether there are tables, and the account that we come as has never been let in."""
    async with database.connect() as connection:
        return bool(await connection.scalar(_IS_SHUT_OUT))


async def may_change_audit(database: Database) -> bool:
    """Whether the account that we come as could change or remove entries of the audit chain."""
    async with database.connect() as connection:
        return bool(await connection.scalar(_MAY_CHANGE))
