"""Verifying a backup by restoring it: into a server of its own, which is gone afterwards."""

import asyncio
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import Final

import psycopg
from psycopg import sql

from storage.backups.manifest import Manifest
from storage.backups.restoring import Wishes, restore_backup
from storage.database import open_database
from storage.embedded import EmbeddedServer
from storage.encryption import Vault
from storage.migrating import migrate, newest_revision
from storage.postgres.cluster import Cluster
from storage.postgres.locks import FileLock
from storage.resealing import Resealer

# The server is thrown away: nothing of it needs to survive a power cut.
_QUICK: Final = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\nautovacuum = off\n"
_NOT_COUNTED: Final = frozenset({"restores"})
_PLACE: Final = "nhacchuan-verify-"


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
    """Restore a backup elsewhere, count its rows, verify its audit chain and open what is sealed in every place.

    Whatever else goes on is not held up. `beside` is where the passing server is made; what somebody who was killed
    left there is removed first. Raises what `restore_backup` raises.
    """
    await asyncio.to_thread(drop_left_proofs, beside)
    with _passing_place(beside) as place:
        home = place / "home"
        (home / "postgres").mkdir(parents=True)
        (home / "postgres" / "local.conf").write_text(_QUICK)
        server = EmbeddedServer(home)
        try:
            await asyncio.to_thread(server.start)
            manifest = await asyncio.to_thread(restore_backup, server.url, vault, file, Wishes(now))
            wrong = await asyncio.to_thread(_compare, server.url, manifest)
            async with open_database(server.url, vault=vault) as database:
                async with database.transaction() as drawers:
                    verdict = await drawers.audit.verify()
                if manifest.revision != newest_revision():
                    await migrate(database)  # as a restore would: the places of this version are known
                async with database.transaction() as drawers:
                    strange = await Resealer(drawers.connection, vault).find_strange()
        finally:
            await asyncio.to_thread(server.stop)
    if not verdict.is_intact:
        why = f"{verdict.reason} {verdict.about}".rstrip()
        wrong.append(f"its audit chain is broken at entry {verdict.broken_at}: {why}")
    elif verdict.entries != manifest.chain_number:
        wrong.append(f"its audit chain has {verdict.entries} entries and should have {manifest.chain_number}")
    if strange is not None:
        wrong.append(f"no secret key that is set here opens what is sealed in {strange}")
    return Proof(replace(manifest), tuple(wrong))


@contextmanager
def _passing_place(beside: Path | None) -> Iterator[Path]:
    """A directory that is gone afterwards; that of somebody who was killed is removed by `drop_left_proofs`."""
    while True:
        made = TemporaryDirectory(prefix=_PLACE, dir=beside)
        with _held(Path(made.name)) as is_ours:
            if is_ours:
                with made:
                    yield Path(made.name)
                return
        with suppress(OSError):  # somebody took it for left before we held it, and removes it
            made.cleanup()


def drop_left_proofs(beside: Path | None = None) -> None:
    """Remove what provers left who were killed: whole databases that nothing seals.

    One whose prover still lives, or whose server has not gone down yet, is not touched.
    """
    for one in (beside or Path(gettempdir())).glob(f"{_PLACE}*"):
        with suppress(OSError), _held(one) as is_left:
            if is_left and not _is_served(one):
                shutil.rmtree(one)


@contextmanager
def _held(place: Path) -> Iterator[bool]:
    """Whether a directory is there and nobody else holds it; inside the block nobody else does. Dying gives it up."""
    try:
        descriptor = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except FileNotFoundError:
        yield False
        return
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            is_held = place.exists()
        except BlockingIOError:
            is_held = False
        yield is_held
    finally:
        os.close(descriptor)


def _is_served(place: Path) -> bool:
    """Whether a server still runs there, or somebody is about to start or stop one."""
    cluster = Cluster(place / "home" / "postgres")
    for one in (cluster.users_lock, cluster.keeper_lock):
        if one.exists():
            with FileLock(one) as lock:
                if not lock.try_alone():
                    return True
    return cluster.find_pid() is not None


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
