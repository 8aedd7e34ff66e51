"""Taking a backup: one moment of the database, copied by PostgreSQL's own program, sealed while it streams."""

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final

import psycopg
from psycopg import sql

from storage.backups.manifest import Manifest, write_manifest
from storage.backups.programs import BackupError, find_clients, last_words, reaching
from storage.backups.sealed import SealedWriter
from storage.encryption import Vault
from storage.migrating import is_ours
from storage.postgres.locks import FileLock
from storage.records import BackupKept

SUFFIX: Final = ".backup"
_UNPROVEN: Final = ".unproven"
_LOCK: Final = ".nhacchuan.lock"
_PREFIX: Final = "nhacchuan-"
_DRAFT: Final = ".nhacchuan.part"
_DRAFTS: Final = (f".*{_DRAFT}", f".{_PREFIX}*{SUFFIX}*.part")  # the second: those of earlier versions
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
    try:
        with psycopg.connect(url, options="-c statement_timeout=0 -c timezone=UTC") as connection:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            manifest = _look(connection, now, app_version)
            (snapshot,) = connection.execute("SELECT pg_export_snapshot()").fetchone() or ("",)
            noticing(manifest)
            target.parent.mkdir(parents=True, exist_ok=True)
            _drop_torn(target.parent)
            with _drafted(target) as out:
                writer = SealedWriter(out, vault.backup_keys[0])
                writer.write_frame(write_manifest(manifest))
                _dump(url, snapshot, manifest.server_major, writer)
                writer.finish()
    except OSError as error:
        raise BackupError(f"{target} cannot be written: {error.strerror or error}") from error
    except psycopg.Error as error:
        raise BackupError(f"the database cannot be copied: {str(error).splitlines()[0]}") from error
    return manifest


@contextmanager
def _drafted(target: Path) -> Iterator[BinaryIO]:
    """What becomes the file at the end of the block, and is gone where the block fails.

    It is held meanwhile, by whoever lives: one that nobody holds was left by somebody who was killed (`_drop_torn`).
    """
    draft = target.with_name(f".{target.name}{_DRAFT}")
    with FileLock(draft) as lock:  # made with rights for its owner alone
        is_alone = True
        with suppress(OSError):  # on a file system without locks
            is_alone = lock.try_alone()
        if not is_alone:
            raise BackupError(f"{target} is being written by another process")
        try:
            with draft.open("wb") as out:
                yield out
                out.flush()
                os.fsync(out.fileno())
            draft.rename(target)
        except BaseException:
            with suppress(OSError):
                draft.unlink()
            raise
    _keep_name(target.parent)


def _drop_torn(directory: Path) -> None:
    """Remove the halves of backups whose writers were killed."""
    for one in {one for pattern in _DRAFTS for one in directory.glob(pattern)}:
        with suppress(OSError), FileLock(one) as lock:
            if lock.try_alone():
                one.unlink()


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


def keep_newest(newest: Path, count: int, noted: Sequence[BackupKept]) -> list[Path]:
    """Remove all but so many from the directory of the one just taken; those removed.

    `noted` are the backups that are known, in the order in which they were taken: by that they count, not by their
    names, which a clock that was ahead has given. The one just taken stays, and so does the newest that was proven.
    """
    order = _in_order(newest, [one.name for one in noted])
    proven = [one.name for one in noted if one.verified_at is not None and newest.with_name(one.name) in order]
    gone = [one for one in order[: -max(count, 1)] if one.name not in proven[-1:]]
    for one in gone:
        one.unlink(missing_ok=True)
    return gone


def _in_order(newest: Path, noted: Sequence[str]) -> list[Path]:
    """The backups beside the newest one, which comes last. Strange ones are put in by their names.

    A strange one that is named for a moment to come counts for none: when it was taken, nobody knows.
    """
    there = [one.name for one in list_backups(newest.parent)]
    order = [name for name in noted if name in there and name != newest.name]
    for name in there:
        if name not in noted and name < newest.name:
            order.insert(max((place for place, one in enumerate(order, 1) if one < name), default=0), name)
    return [newest.with_name(name) for name in (*order, newest.name)]


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
    with tempfile.TemporaryFile() as errors:  # it has no name: nothing of it stays where we are killed
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
            raise BackupError(f"the database could not be copied: {last_words(errors)}")


def _keep_name(directory: Path) -> None:
    """That the file has its name is on disk too."""
    held = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)
