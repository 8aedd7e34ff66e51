"""Taking a backup: one moment of the database, copied by PostgreSQL's own program, sealed while it streams."""

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

from storage.backups.manifest import Manifest, write_manifest
from storage.backups.programs import BackupError, find_clients, last_words, reaching
from storage.backups.sealed import SealedWriter
from storage.encryption import Vault
from storage.migrating import is_ours
from storage.postgres.locks import FileLock

SUFFIX: Final = ".backup"
_UNPROVEN: Final = ".unproven"
_LOCK: Final = ".nhacchuan.lock"
_PREFIX: Final = "nhacchuan-"
_PIECE: Final = 256 * 1024
_MAJOR: Final = 10_000
_TABLES: Final = """
SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY 1
"""


def name_of(taken_at: datetime) -> str:
    """The name of a backup in a directory of several; they sort by time."""
    return f"{_PREFIX}{taken_at.astimezone(UTC):%Y%m%dT%H%M%SZ}{SUFFIX}"


def take_backup(
    url: str, vault: Vault, target: Path, *, now: datetime, app_version: str, noticing: Callable[[Manifest], None]
) -> Manifest:
    """Copy the database of the owner's URL into a file, whole or not at all.

    `noticing` is told what is being copied before it begins. Raises BackupError, and leaves no file then.
    """
    draft = target.with_name(f".{target.name}.part")
    try:
        with psycopg.connect(url, options="-c statement_timeout=0 -c timezone=UTC") as connection:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            manifest = _look(connection, now, app_version)
            (snapshot,) = connection.execute("SELECT pg_export_snapshot()").fetchone() or ("",)
            noticing(manifest)
            target.parent.mkdir(parents=True, exist_ok=True)
            with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:  # noqa: PTH123  with its rights
                writer = SealedWriter(out, vault.backup_keys[0])
                writer.write_frame(write_manifest(manifest))
                _dump(url, snapshot, manifest.server_major, writer)
                writer.finish()
                out.flush()
                os.fsync(out.fileno())
        draft.rename(target)
        _keep_name(target.parent)
    except OSError as error:
        raise BackupError(f"{target} cannot be written: {error.strerror or error}") from error
    except psycopg.Error as error:
        raise BackupError(f"the database cannot be copied: {str(error).splitlines()[0]}") from error
    finally:
        with suppress(OSError):
            draft.unlink()
    return manifest


def until_proven(file: Path) -> Path:
    """Under which name a backup in a directory of several lies until it is proven: it counts among them only then."""
    return file.with_name(f"{file.name}{_UNPROVEN}")


def approve(unproven: Path, file: Path) -> None:
    """It was proven: it counts from now on."""
    unproven.rename(file)
    _keep_name(file.parent)


def drop_unproven_before(unproven: Path) -> None:
    """Of those that were never proven the newest stays, to be looked into, and not one for every try."""
    for one in unproven.parent.glob(f"{_PREFIX}*{SUFFIX}{_UNPROVEN}"):
        if one != unproven:
            one.unlink(missing_ok=True)


@contextmanager
def alone_in(directory: Path, *, waits: bool = False) -> Iterator[bool]:
    """Whether nobody else takes a backup into the directory; inside the block nobody else begins to then.

    Whoever `waits` comes next instead. Raises BackupError for a directory that cannot be written.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        lock = FileLock(directory / _LOCK)
    except OSError as error:
        raise BackupError(f"{directory} cannot be written: {error.strerror or error}") from error
    with lock:
        is_alone = True
        with suppress(OSError):  # on a file system without locks two may come together, as into two directories
            if waits:
                lock.take_alone()
            else:
                is_alone = lock.try_alone()
        yield is_alone


def list_backups(directory: Path) -> list[Path]:
    """The backups in a directory that were named by us, the oldest first, without those that are not proven yet."""
    return sorted(directory.glob(f"{_PREFIX}*{SUFFIX}"))


def keep_newest(directory: Path, count: int) -> list[Path]:
    """Remove all but so many; those removed."""
    gone = list_backups(directory)[: -max(count, 1)]
    for one in gone:
        one.unlink(missing_ok=True)
    return gone


def _look(connection: psycopg.Connection, now: datetime, app_version: str) -> Manifest:
    """What there is at the moment of the transaction."""
    counts = {name: _count(connection, name) for (name,) in connection.execute(_TABLES).fetchall()}
    if "alembic_version" not in counts or "audit_head" not in counts:
        raise BackupError("there is nothing to copy: the database holds no data of this product (run: nhacchuan init)")
    (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone() or ("",)
    number, end = connection.execute("SELECT number, hash FROM audit_head").fetchone() or (0, "")
    ours = {name: count for name, count in counts.items() if is_ours(name, "table", None)}
    server_major = connection.info.server_version // _MAJOR
    return Manifest(now.astimezone(UTC), app_version, revision, server_major, ours, number, end)


def _count(connection: psycopg.Connection, table: str) -> int:
    (count,) = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone() or (0,)
    return int(count)


def _dump(url: str, snapshot: str, server_major: int, writer: SealedWriter) -> None:
    where = reaching(url)
    command = [
        find_clients(server_major).program("pg_dump"),
        *("--format=custom", "--compress=1", "--schema=public", "--no-owner", "--no-privileges"),
        *(f"--snapshot={snapshot}", f"--dbname={where.words}"),
    ]
    with tempfile.NamedTemporaryFile() as errors:
        dumping = subprocess.Popen(  # noqa: S603  our own argument list
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, env=dict(where.environment)
        )
        assert dumping.stdout is not None  # noqa: S101  it was asked for
        try:
            while piece := dumping.stdout.read(_PIECE):
                writer.write(piece)
        finally:
            dumping.stdout.close()
            if dumping.poll() is None:
                with suppress(subprocess.TimeoutExpired):
                    dumping.wait(10)
                dumping.kill()
            dumping.wait()
        if dumping.returncode != 0:
            raise BackupError(f"the database could not be copied: {last_words(Path(errors.name))}")


def _keep_name(directory: Path) -> None:
    """That the file has its name is on disk too."""
    held = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)
