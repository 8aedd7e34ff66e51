"""PostgreSQL without installing one: started when the first process needs it, stopped when the last one ends."""

import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from storage.errors import DatabaseUnavailableError

try:
    from storage.postgres.cluster import Cluster
    from storage.postgres.keeper import READY, spawn_keeper
    from storage.postgres.locks import FileLock, alone
except ImportError as missing:  # fcntl and pwd are not on Windows
    raise DatabaseUnavailableError(
        "the embedded database needs Linux or macOS; set NHACCHUAN_DATABASE_URL to a PostgreSQL server"
    ) from missing

_LOOK_EVERY: Final = 0.02
_PATIENCE_SECONDS: Final = 150.0
_LEAVING_SECONDS: Final = 90.0
_TRIES: Final = 3


class EmbeddedServer:
    """One use of the server of a home; use it with `with`. All uses on a machine share one server per home.

    Entering waits until the server takes connections. Leaving as the last one waits until it has stopped cleanly.
    Raises DatabaseUnavailableError where there are no PostgreSQL programs or the server does not come up.
    """

    def __init__(self, home: Path) -> None:
        self._cluster = Cluster(home.expanduser().resolve() / "postgres")
        self._use: FileLock | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Where the database is, for `open_database`, as its owner."""
        return self._cluster.url

    @property
    def app_url(self) -> str:
        """The same for whoever serves and works: an account that cannot change the audit chain."""
        return self._cluster.app_url

    @property
    def log(self) -> Path:
        """What the server had to say."""
        return self._cluster.log

    def start(self) -> None:
        """Begin using the server."""
        try:
            self._cluster.root.mkdir(parents=True, exist_ok=True)
            with alone(self._cluster.arrival_lock):
                use = self._use or FileLock(self._cluster.users_lock)
                use.take_shared()
                try:
                    self._ensure_kept()
                except BaseException:
                    use.close()
                    self._use = None
                    raise
                self._use = use
        except OSError as error:
            raise DatabaseUnavailableError(
                f"the embedded database cannot use {self._cluster.root}: {error.strerror or error}; "
                "set NHACCHUAN_HOME to a directory that can be written"
            ) from error

    def revive(self) -> None:
        """Wait until the server takes connections again after a breakdown; for `open_database`."""
        with alone(self._cluster.arrival_lock):
            self._ensure_kept()

    def stop(self) -> None:
        """End this use; the last one waits for the server to be down. Doing it twice is harmless."""
        while self._use is not None:
            self._use.close()
            self._use = None
            until = time.monotonic() + _LEAVING_SECONDS
            while time.monotonic() < until and self._is_going_down():
                time.sleep(_LOOK_EVERY)
            if self._is_left_alone():
                with suppress(DatabaseUnavailableError):  # the next user finds the server as it is
                    self.start()

    def _ensure_kept(self) -> None:
        for _ in range(_TRIES):
            if self._is_kept():
                self._wait_until_ready()
                return
            words = spawn_keeper(self._cluster)
            if words == READY:
                return
            if words:
                raise DatabaseUnavailableError(words)
        raise DatabaseUnavailableError(f"the embedded database did not start (log: {self._cluster.log})")

    def _is_left_alone(self) -> bool:
        """Whether the server runs without its keeper, which was killed: only another keeper will stop it."""
        return not self._is_kept() and self._cluster.find_pid() is not None

    def _is_kept(self) -> bool:
        with FileLock(self._cluster.keeper_lock) as place:
            return not place.try_shared()

    def _is_going_down(self) -> bool:
        if not self._is_kept():
            return False
        with FileLock(self._cluster.users_lock) as users:
            return not users.try_shared() or users.try_alone()

    def _wait_until_ready(self) -> None:
        until = time.monotonic() + _PATIENCE_SECONDS
        while not self._cluster.is_ready():
            if time.monotonic() > until:
                raise DatabaseUnavailableError(f"the embedded database does not answer (log: {self._cluster.log})")
            time.sleep(_LOOK_EVERY)
