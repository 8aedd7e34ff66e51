"""Where the read replica is joined: opened where it is set, and left aside wherever it cannot be used."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

from bot.settings import Settings
from storage.database import Database, open_database
from storage.encryption import Vault
from storage.replica import Replica, keep_noting


@asynccontextmanager
async def open_replica(settings: Settings, primary: Database, vault: Vault) -> AsyncIterator[Replica | None]:
    """The replica that the settings name, whether or not it can be reached just now; None where none is named."""
    if settings.read_database_url is None:
        yield None
        return
    url = settings.read_database_url.get_secret_value()
    if "connect_timeout" not in url:  # who waits for a list does not wait for a machine that is away
        url += ("&" if "?" in url else "?") + "connect_timeout=2"
    copy = open_database(url, vault=vault)
    replica = Replica(primary, copy, most=timedelta(seconds=settings.read_behind_seconds))
    noting = asyncio.ensure_future(keep_noting(replica))
    try:
        yield replica
    finally:
        noting.cancel()
        with suppress(asyncio.CancelledError):
            await noting
        await copy.engine.dispose()
