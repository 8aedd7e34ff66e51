"""PostgreSQL's own programs that copy and put back, and how they reach a database without showing its password."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Final

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from storage.database import PATIENCE
from storage.postgres.binaries import Binaries, list_clients

_KEPT_FROM_OTHERS: Final = ("PG", "LC_", "LANG")


class BackupError(Exception):
    """A backup could not be taken or put back; one sentence says why, and nothing was changed."""


@dataclass(frozen=True, slots=True)
class Reaching:
    """How a program reaches a database: what may stand on its command line, and what goes by its environment."""

    words: str
    environment: Mapping[str, str]


def find_clients(server_major: int) -> Binaries:
    """The newest programs that can copy from a server of this major version. Raises BackupError for none."""
    known = list(list_clients())
    fitting = [one for one in known if one.major >= server_major]
    if fitting:
        return max(fitting, key=lambda one: one.major)
    newest = max((one.major for one in known), default=None)
    here = f"the newest here are of version {newest}" if newest is not None else "there are none here"
    raise BackupError(
        f"the server is PostgreSQL {server_major}, which only programs of version {server_major} or newer can copy, "
        f"and {here}; install the client programs of PostgreSQL {server_major} on this machine"
    )


def reaching(url: str) -> Reaching:
    """How programs reach the database of a URL."""
    address = {name: str(value) for name, value in conninfo_to_dict(url).items()}
    password = address.pop("password", None)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(_KEPT_FROM_OTHERS)}
    environment |= {"LC_ALL": "C", "PGAPPNAME": "nhacchuan backup", "PGCONNECT_TIMEOUT": "10"}
    if password is not None:
        environment["PGPASSWORD"] = password
    return Reaching(make_conninfo("", **{**PATIENCE, **address}), environment)


def has_spoken(errors: IO[bytes]) -> bool:
    """Whether a program complained of anything."""
    return os.fstat(errors.fileno()).st_size > 0


def last_words(errors: IO[bytes]) -> str:
    """The last complaint of a program, in one line."""
    errors.seek(0)
    lines = [line for line in errors.read().decode(errors="replace").splitlines() if line.strip()]
    wrong = [line for line in lines if "ERROR" in line or "error" in line]
    return (wrong or lines or ["it said nothing"])[0].strip()
