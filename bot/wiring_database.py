"""Which accounts reach the database, and what is done to it before anybody is served."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from bot.errors import ServiceError
from bot.settings import Settings
from handlers.phrases import _
from storage.database import Database, ServerState, ask_server, open_database, user_of
from storage.embedded import EmbeddedServer
from storage.encryption import Vault
from storage.errors import DatabaseAwayError, DatabaseUnavailableError
from storage.migrating import find_revision, known_revisions, migrate, newest_revision
from storage.roles import RoleMissingError, is_let_in, is_shut_out, let_in

T = TypeVar("T")
_WAIT_FOR_KNOWN: Final = 60.0  # seconds for a server that was there or says that it is coming
_WAIT_FOR_SILENT: Final = 10.0  # for one of which nothing was heard: as long as a restart takes; it may be none at all
_MOST_REFUSED: Final = 3  # times by a server that is ready: then it is us whom it refuses
_TRY_EVERY: Final = 0.25


@dataclass(frozen=True, slots=True)
class Way:
    """How the database is reached: by the running product, and by the owner of its tables.

    They are the same where an installation has given only one account. `revive` brings an embedded server back.
    """

    url: str
    owner_url: str
    revive: Callable[[], None] | None = None

    @property
    def role(self) -> tuple[str, str | None] | None:
        """Name and password of the running product's account where it is not the owner's."""
        (name, password), (owner, _password) = user_of(self.url), user_of(self.owner_url)
        return (name, password) if name != owner else None


@contextmanager
def find_way(settings: Settings) -> Iterator[Way]:
    """The given database, or the embedded server for as long as the block lasts."""
    if settings.database_url is not None:
        url = settings.database_url.get_secret_value()
        owner = settings.database_owner_url
        yield Way(url, owner.get_secret_value() if owner is not None else url)
        return
    with EmbeddedServer(settings.home) as server:
        yield Way(server.app_url, server.url, server.revive)


async def until_reachable(do: Callable[[], Awaitable[T]], way: Way | None) -> T:
    """What `do` gives, which is done anew while the server is away for a moment: it restarts, or is not up yet.

    One line says so. Raises DatabaseUnavailableError at once for what no waiting mends, a password or a name that is
    wrong, and otherwise after a time; without a way, for everything at once.
    """
    if way is None:
        return await do()
    began = time.monotonic()
    was_there, is_told, refused = way.revive is not None, False, 0
    while True:
        try:
            return await do()
        except DatabaseAwayError as away:
            state = await ask_server(way.url)
            was_there = was_there or away.was_there or state is ServerState.COMING
            refused = refused + 1 if state is ServerState.READY and not away.was_there else 0
            longest = _WAIT_FOR_KNOWN if was_there else _WAIT_FOR_SILENT
            if refused == _MOST_REFUSED or time.monotonic() - began >= longest:
                raise
            if not is_told and state is not ServerState.READY:
                is_told = True
                _tell_that_we_wait(away, longest)
        await asyncio.sleep(_TRY_EVERY)


def _tell_that_we_wait(away: DatabaseAwayError, seconds: float) -> None:
    told = _("The database does not take us in yet ({reason}). Waiting for it for up to {seconds} seconds.")
    print(told.format(reason=away, seconds=round(seconds)), file=sys.stderr, flush=True)  # noqa: T201  whoever started us waits too


@asynccontextmanager
async def as_owner(way: Way, vault: Vault) -> AsyncIterator[Database]:
    """The database as the owner of its tables, for little and not for long."""
    async with open_database(way.owner_url, vault=vault, revive=way.revive, pool_size=1, max_overflow=1) as database:
        yield database


async def prepare(way: Way, vault: Vault, now: datetime, *, may_migrate: bool) -> None:
    """Bring the database to this version, finish a restore, and let the running product's account in.

    Raises ServiceError for a database of a newer version, where it is of an older one and must not be migrated, and for
    an account that was never let in. An empty one is always filled.
    """
    async with as_owner(way, vault) as owner:
        revision = await _find_revision(owner)
        if revision is not None and revision not in known_revisions():
            raise ServiceError(
                _(
                    "The database was made by a newer version (schema {found}; this program knows up to {known})."
                    " Install that version, or restore a backup that was taken before it: nhacchuan restore FILE"
                ).format(found=revision, known=newest_revision()),
                fault="newer",
            )
        if revision != newest_revision():
            if revision is not None and not may_migrate:
                raise ServiceError(_("The database is not of this version; run: nhacchuan init"), fault="older")
            await migrate(owner)
        await finish_restore(owner, now)
        if way.role is not None and not await is_let_in(owner, way.role[0]):
            await admit(owner, *way.role)


async def _find_revision(owner: Database) -> str | None:
    try:
        return await find_revision(owner)
    except DatabaseUnavailableError:
        raise
    except Exception:
        if await is_shut_out(owner):
            raise ServiceError(
                _(
                    "The account of NHACCHUAN_DATABASE_URL may not read the tables. Put the owner's address into"
                    " NHACCHUAN_DATABASE_OWNER_URL beside it, and run once: nhacchuan init"
                ),
                fault="no_account",
            ) from None
        raise


async def admit(owner: Database, role: str, password: str | None) -> None:
    """Give the account of the running product its rights. Raises ServiceError where that is not allowed."""
    try:
        await let_in(owner, role, password)
    except RoleMissingError as refused:
        raise ServiceError(
            _(
                "The account {role} is not there and may not be made by us. An administrator of the server runs:"
                " CREATE ROLE {role} LOGIN PASSWORD '…'; then run again: nhacchuan init"
            ).format(role=role),
            fault="no_account",
        ) from refused


async def finish_restore(owner: Database, now: datetime) -> None:
    """Do what must be done after a restore before anybody is served; also where the restore was cut off before it."""
    async with owner.transaction() as drawers:
        restore = await drawers.restores.find_uncleaned()
        if restore is None:
            return
        counts = await drawers.restores.clean(restore)
        details = {
            "taken_at": restore.taken_at.isoformat(),
            "entries": restore.chain_number,
            "unclear": counts["messages"] + counts["letters"],
        }
        await drawers.audit.record("command_line", "restored", "database", now, details)
