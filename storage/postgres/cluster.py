"""One PostgreSQL cluster of our own: where everything of it lies, and whether its server runs."""

import hashlib
import os
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

SUPERUSER: Final = "nhacchuan"
APP_ROLE: Final = "nhacchuan_app"  # as whom the running product comes; what it may do: `storage.roles`
DATABASE: Final = "postgres"
PORT: Final = 5432  # only part of the socket's name; nothing listens on the network
SOCKET: Final = f".s.PGSQL.{PORT}"
_LONGEST_SOCKET_PATH: Final = 103 if sys.platform == "darwin" else 107
_SHORT: Final = Path("/tmp")  # noqa: S108  the same for every process, and only a directory of ours is used in it
_STATUS_LINE: Final = 7


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster and what belongs to it, under one directory."""

    root: Path

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def log(self) -> Path:
        return self.root / "server.log"

    @property
    def users_lock(self) -> Path:
        """Held shared by everyone who uses the server."""
        return self.root / "users.lock"

    @property
    def keeper_lock(self) -> Path:
        """Held by the keeper as long as it lives."""
        return self.root / "keeper.lock"

    @property
    def arrival_lock(self) -> Path:
        """Held by whoever is just making sure that the server runs."""
        return self.root / "arrival.lock"

    @property
    def sockets(self) -> Path:
        """The directory of the socket. A path too long for one gives way to a short one outside."""
        inside = self.root / "socket"
        if len(os.fsencode(inside / SOCKET)) <= _LONGEST_SOCKET_PATH:
            return inside
        name = hashlib.sha256(os.fsencode(self.root)).hexdigest()[:16]
        return _SHORT / f"nhacchuan-{name}"

    @property
    def url(self) -> str:
        """As the owner of everything."""
        return self._url_of(SUPERUSER)

    @property
    def app_url(self) -> str:
        """As the running product."""
        return self._url_of(APP_ROLE)

    def _url_of(self, role: str) -> str:
        return f"postgresql://{role}@/{DATABASE}?host={quote(str(self.sockets), safe='')}&port={PORT}"

    @property
    def major(self) -> int | None:
        """The major version that made the cluster, None before it is made."""
        try:
            return int((self.data / "PG_VERSION").read_text().strip())
        except FileNotFoundError:
            return None

    def find_pid(self) -> int | None:
        """The process of the running server, None where there is none; a stale pid file does not deceive."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            pid = int(lines[0])
        except (OSError, ValueError, IndexError):
            return None
        return pid if _is_server_of(pid, self.data) else None

    def is_ready(self) -> bool:
        """Whether the server takes connections."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        if len(lines) <= _STATUS_LINE or lines[_STATUS_LINE].strip() != "ready":
            return False
        with socket.socket(socket.AF_UNIX) as caller:
            try:
                caller.connect(str(self.sockets / SOCKET))
            except OSError:
                return False
        return True


def _is_server_of(pid: int, data: Path) -> bool:
    try:
        if Path("/proc/self").exists():
            # A server works inside its own directory. A process of another account hides where it is: not ours.
            return Path(f"/proc/{pid}/cwd").resolve(strict=True) == data.resolve()
        asked = subprocess.run(["ps", "-p", str(pid), "-o", "command="], capture_output=True, text=True, check=False)  # noqa: S603, S607  our own argument list
        return "postgres" in asked.stdout and str(data) in asked.stdout
    except (OSError, RuntimeError):
        return False
