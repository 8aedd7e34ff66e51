"""Which secret keys the cabinet knows by name, who seals with which, and what still hangs on one that is to go."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.characters import storable
from storage.records import KeyDependants
from storage.tables import accounts, calendar_tokens, console_sessions, key_holders, link_codes, secret_keys

VISITORS_COME: Final = timedelta(days=30)  # how long browsers that an older key signed are waited for
ALIVE_FOR: Final = timedelta(seconds=60)  # whoever has not said so for longer is taken to be gone
_WEB: Final = "web"
_FORGOTTEN_AFTER: Final = timedelta(days=1)
# What a transaction had sealed in memory before the keys changed may be written after it.
_STILL_OPEN: Final = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND xact_start < (SELECT first_used_at FROM secret_keys WHERE name = :name)"
)


class SecretKeysDrawer:
    """Names of keys only; no key is ever kept in the cabinet."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def list_names(self) -> dict[str, datetime | None]:
        """Every key that was used here, and when it was retired."""
        found = await self._connection.execute(select(secret_keys.c.name, secret_keys.c.retired_at))
        return dict(found.all())

    async def note_used(self, name: str) -> bool:
        """Keep that this key seals from now on; whether that is new."""
        noted = await self._connection.execute(
            insert(secret_keys).values(name=name).on_conflict_do_nothing().returning(secret_keys.c.name)
        )
        return noted.one_or_none() is not None

    async def retire(self, names: Sequence[str]) -> list[str]:
        """Keep that nothing is sealed by these any more; those for which that is new."""
        retired = await self._connection.execute(
            update(secret_keys)
            .where(secret_keys.c.name.in_(names), secret_keys.c.retired_at.is_(None))
            .values(retired_at=func.clock_timestamp())
            .returning(secret_keys.c.name)
        )
        return list(retired.scalars())

    async def has_open_from_before(self, name: str) -> bool:
        """Whether a transaction is open that began before this key was used."""
        return bool((await self._connection.execute(_STILL_OPEN, {"name": name})).scalar_one())

    async def find_dependants(self, name: str) -> KeyDependants:
        """What would end with the keys before this one: what is kept as a hash that only its owner can give again."""
        begun = select(secret_keys.c.first_used_at).where(secret_keys.c.name == name).scalar_subquery()
        calendars = select(func.count()).where(calendar_tokens.c.hashed_by != name).scalar_subquery()
        codes = (
            select(func.count())
            .where(
                link_codes.c.issued_at < begun,
                link_codes.c.expires_at > func.clock_timestamp(),
                link_codes.c.used_at.is_(None),
                link_codes.c.voided_at.is_(None),
            )
            .scalar_subquery()
        )
        sessions = (
            select(func.count())
            .where(
                console_sessions.c.opened_at < begun,
                console_sessions.c.expires_at > func.clock_timestamp(),
                console_sessions.c.ended_at.is_(None),
            )
            .scalar_subquery()
        )
        # Nobody knows whose browser was here since; whoever comes within this time is signed anew.
        visitors = (
            select(func.count())
            .where(
                accounts.c.channel == _WEB,
                accounts.c.person.is_not(None),
                begun > func.clock_timestamp() - VISITORS_COME,
            )
            .scalar_subquery()
        )
        found = (await self._connection.execute(select(calendars, codes, sessions, visitors))).one()
        return KeyDependants(*found)

    # --- who lives

    async def note_alive(self, holder: str, sealing: str) -> None:
        """This process lives, and seals with the key of this name."""
        values = {"sealing": sealing, "alive_at": func.clock_timestamp()}
        alive = insert(key_holders).values(holder=storable(holder), **values)
        await self._connection.execute(alive.on_conflict_do_update(index_elements=["holder"], set_=values))

    async def note_gone(self, holder: str) -> None:
        """This process seals nothing any more."""
        await self._connection.execute(delete(key_holders).where(key_holders.c.holder == storable(holder)))

    async def list_others(self, name: str) -> list[str]:
        """Living processes that seal with another key than this."""
        found = await self._connection.execute(
            select(key_holders.c.holder)
            .where(key_holders.c.sealing != name, key_holders.c.alive_at > func.clock_timestamp() - ALIVE_FOR)
            .order_by(key_holders.c.holder)
        )
        return list(found.scalars())

    async def prune(self) -> None:
        """Forget processes that were not heard of for long."""
        long_ago = func.clock_timestamp() - _FORGOTTEN_AFTER
        await self._connection.execute(delete(key_holders).where(key_holders.c.alive_at < long_ago))
