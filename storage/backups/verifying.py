"""Verifying a backup by restoring it: into a server of its own, which is gone afterwards."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import psycopg
from psycopg import sql

from storage.backups.manifest import Manifest
from storage.backups.restoring import Wishes, restore_backup
from storage.database import open_database
from storage.embedded import EmbeddedServer
from storage.encryption import Vault

# The server is thrown away: nothing of it needs to survive a power cut.
_QUICK: Final = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\nautovacuum = off\n"
_NOT_COUNTED: Final = frozenset({"restores"})


@dataclass(frozen=True, slots=True)
class Proof:
    """What a backup held when it was restored. `wrong` are sentences; none means that all is there."""

    manifest: Manifest
    wrong: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """Whether everything was there."""
        return not self.wrong


async def prove_backup(file: Path, vault: Vault, now: datetime, *, beside: Path | None = None) -> Proof:
    """Restore a backup elsewhere, count its rows and verify its audit chain; whatever else goes on is not held up.

    `beside` is where the passing server is made. Raises what `restore_backup` raises.
    """
    with TemporaryDirectory(prefix="nhacchuan-verify-", dir=beside) as directory:
        home = Path(directory) / "home"
        (home / "postgres").mkdir(parents=True)
        (home / "postgres" / "local.conf").write_text(_QUICK)
        server = EmbeddedServer(home)
        try:
            await asyncio.to_thread(server.start)
            manifest = await asyncio.to_thread(restore_backup, server.url, vault, file, Wishes(now))
            wrong = await asyncio.to_thread(_compare, server.url, manifest)
            async with open_database(server.url, vault=vault) as database, database.transaction() as drawers:
                verdict = await drawers.audit.verify()
        finally:
            await asyncio.to_thread(server.stop)
    if not verdict.is_intact:
        why = f"{verdict.reason} {verdict.about}".rstrip()
        wrong.append(f"its audit chain is broken at entry {verdict.broken_at}: {why}")
    elif verdict.entries != manifest.chain_number:
        wrong.append(f"its audit chain has {verdict.entries} entries and should have {manifest.chain_number}")
    return Proof(replace(manifest), tuple(wrong))


def _compare(url: str, manifest: Manifest) -> list[str]:
    with psycopg.connect(url) as connection:
        found = {name: _count(connection, name) for name in manifest.counts if name not in _NOT_COUNTED}
    return [f"{name}: {there} of {manifest.counts[name]} rows" for name, there in found.items()
            if there != manifest.counts[name]]  # fmt: skip


def _count(connection: psycopg.Connection, name: str) -> int:
    (is_there,) = connection.execute("SELECT to_regclass(%s) IS NOT NULL", (f"public.{name}",)).fetchone() or (False,)
    if not is_there:
        return 0
    (count,) = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))).fetchone() or (0,)
    return int(count)
