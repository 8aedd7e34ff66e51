"""Putting a backup back: read to its end first, then all of it in one transaction, so that nothing is half done."""

import subprocess
import tempfile
import threading
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import IO, Final

import psycopg
from psycopg import sql

from storage.backups.manifest import Manifest, read_manifest
from storage.backups.programs import BackupError, find_clients, has_spoken, last_words, reaching
from storage.backups.sealed import read_frames
from storage.encryption import Vault
from storage.migrating import known_revisions
from storage.restores import NEWEST_SIGN

_MAJOR: Final = 10_000
_OF_LIBRARIES: Final = ("procrastinate_",)
_BEGIN: Final = b"BEGIN;\nDROP SCHEMA public CASCADE;\nCREATE SCHEMA public;\nGRANT USAGE ON SCHEMA public TO PUBLIC;\n"
_MADE_ALREADY: Final = b"CREATE SCHEMA public;"
_FIRST_ROWS: Final = b"COPY "
_TABLES: Final = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
_OTHERS: Final = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
# The step that makes it may be younger than the backup.
MAKE_RESTORES: Final = """
CREATE TABLE IF NOT EXISTS restores (
    number bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_restores PRIMARY KEY,
    taken_at timestamptz NOT NULL,
    restored_at timestamptz NOT NULL,
    revision varchar COLLATE "C" NOT NULL,
    chain_number bigint NOT NULL,
    is_held boolean NOT NULL,
    cleaned_at timestamptz,
    settled_at timestamptz,
    counts jsonb NOT NULL DEFAULT '{}'
);
"""
_NOTE: Final = (
    "INSERT INTO public.restores (taken_at, restored_at, revision, chain_number, is_held)"
    " VALUES ({}, {}, {}, {}, {});\nCOMMIT;\n"
)


class NotEmptyError(BackupError):
    """There is data where the backup would go."""


class NewerBackupError(BackupError):
    """The backup is of a newer version of the product than this one."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """How to restore: over data that is there or not, at which moment, and whether planning waits for a word."""

    now: datetime
    replaces: bool = False
    is_held: bool = False


def look_into(file: Path, vault: Vault) -> Manifest:
    """Read a backup to its end; what it says of itself. Raises BackupFileError, or BackupError for no such file."""
    try:
        frames = read_frames(file, vault.backup_keys)
        manifest = read_manifest(next(frames))
        for _frame in frames:
            pass
    except OSError as error:
        raise BackupError(f"{file} cannot be read: {error.strerror or error}") from error
    return manifest


def restore_backup(url: str, vault: Vault, file: Path, wishes: Wishes) -> Manifest:
    """Put a backup into the database of the owner's URL; what it holds.

    Raises BackupFileError for a file that cannot be used, NewerBackupError, NotEmptyError, or BackupError; nothing is
    changed then. Afterwards the database is to be brought up to this version and cleaned (`storage.restores`).
    """
    manifest = look_into(file, vault)
    if manifest.revision not in known_revisions():
        raise NewerBackupError(
            f"the backup was taken by a newer version ({manifest.app_version}, schema {manifest.revision}) than this"
            " program; install that version first"
        )
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            _ensure_fit(connection, manifest, replaces=wishes.replaces)
            lived_until = _find_sign(connection)
        _pour(url, vault, file, manifest, replace(wishes, now=max(wishes.now, lived_until or wishes.now)))
    except psycopg.Error as error:
        raise BackupError(f"the database cannot be restored: {str(error).splitlines()[0]}") from error
    return manifest


def _ensure_fit(connection: psycopg.Connection, manifest: Manifest, *, replaces: bool) -> None:
    major = connection.info.server_version // _MAJOR
    if major < manifest.server_major:
        raise BackupError(
            f"the backup was taken from PostgreSQL {manifest.server_major} and this server is PostgreSQL {major}; "
            "restore it on a server that is not older"
        )
    found = {name for (name,) in connection.execute(_TABLES).fetchall()}
    strangers = {one for one in found - _names_of_ours() - set(manifest.counts) if not one.startswith(_OF_LIBRARIES)}
    if strangers:
        raise NotEmptyError(
            f"the database holds tables of another program ({', '.join(sorted(strangers)[:3])}); "
            "restore into a database of its own"
        )
    if not replaces and _has_data(connection, found):
        raise NotEmptyError("the database holds data; to put the backup in its place, say so with --replace")
    (others,) = connection.execute(_OTHERS).fetchone() or (0,)
    if others:
        raise BackupError(
            f"{others} connections are open to the database; stop every nhacchuan process (serve, work, run) first"
        )


def _names_of_ours() -> set[str]:
    from storage.tables import metadata  # noqa: PLC0415  only where a restore asks

    return {"alembic_version", *metadata.tables}


def _has_data(connection: psycopg.Connection, found: Collection[str]) -> bool:
    """Whether anybody has put something in; what the migrations themselves put in does not count."""
    for name in ("units", "people", "audit_entries", "accounts"):
        if name in found:
            asked = sql.SQL("SELECT EXISTS (SELECT FROM {})").format(sql.Identifier(name))
            (is_there,) = connection.execute(asked).fetchone() or (False,)
            if is_there:
                return True
    return False


def _find_sign(connection: psycopg.Connection) -> datetime | None:
    """When the house that is replaced was last at work, where its tables tell: this machine's clock may run slow."""
    with suppress(psycopg.Error):
        (found,) = connection.execute(NEWEST_SIGN).fetchone() or (None,)
        return found if isinstance(found, datetime) else None
    return None


def _pour(url: str, vault: Vault, file: Path, manifest: Manifest, wishes: Wishes) -> None:
    """The backup as orders in one transaction; whatever goes wrong on the way, the transaction is dropped."""
    clients, where = find_clients(manifest.server_major), reaching(url)
    with tempfile.TemporaryFile() as words, tempfile.TemporaryFile() as errors:
        unpacking = subprocess.Popen(  # noqa: S603  our own argument list
            [clients.program("pg_restore"), "--no-owner", "--no-privileges", "--file=-"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=words, env=dict(where.environment),
        )  # fmt: skip
        playing = subprocess.Popen(  # noqa: S603  our own argument list
            [clients.program("psql"), *("--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file=-"), where.words],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=errors, env=dict(where.environment),
        )  # fmt: skip
        assert unpacking.stdin and unpacking.stdout and playing.stdin  # noqa: S101, PT018  all were asked for
        feeding = threading.Thread(target=_feed, args=(unpacking.stdin, file, vault), daemon=True)
        feeding.start()
        try:
            with suppress(BrokenPipeError):
                playing.stdin.write(_BEGIN)
                for piece in _without_schema(unpacking.stdout):
                    playing.stdin.write(piece)
                feeding.join()
                if unpacking.wait() == 0:
                    playing.stdin.write(_note(manifest, wishes))
                    playing.stdin.close()
                    if playing.wait() == 0:
                        return
            for process, said in ((playing, errors), (unpacking, words)):
                process.wait(30) if process is unpacking else process.poll()
                if has_spoken(said):
                    raise BackupError(f"the backup could not be put back: {last_words(said)}")
            raise BackupError("the backup could not be put back")
        finally:
            # What was not committed by now is dropped with the connection: the end of the orders must not come first.
            for process in (playing, unpacking):
                process.kill()
                process.wait()
            for pipe in (playing.stdin, unpacking.stdin, unpacking.stdout):
                with suppress(OSError):
                    pipe.close()


def _feed(into: IO[bytes], file: Path, vault: Vault) -> None:
    """The opened frames; where one cannot be opened any more, the unpacking program finds its end missing."""
    with suppress(OSError), into:
        frames = read_frames(file, vault.backup_keys)
        next(frames)
        for frame in frames:
            into.write(frame)


def _without_schema(orders: IO[bytes]) -> Iterator[bytes]:
    """The orders without the one that makes what is made already; rows are passed on as they are."""
    for line in orders:
        if line.rstrip() != _MADE_ALREADY:
            yield line
        if line.startswith(_FIRST_ROWS):
            break
    while piece := orders.read(256 * 1024):
        yield piece


def _note(manifest: Manifest, wishes: Wishes) -> bytes:
    values = manifest.taken_at, wishes.now, manifest.revision, manifest.chain_number, wishes.is_held
    note = sql.SQL(_NOTE).format(*map(sql.Literal, values)).as_string(None)
    return f"SET search_path = public;\n{MAKE_RESTORES}{note}".encode()
