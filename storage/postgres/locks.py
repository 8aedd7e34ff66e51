"""Locks on files, which the kernel itself drops when their holder dies, however it dies."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self


class FileLock:
    """A lock on one file, to be taken shared or alone. Closing it, or dying, gives it up."""

    def __init__(self, path: Path) -> None:
        self._descriptor: int | None = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def take_shared(self) -> None:
        """Wait until nobody has it alone."""
        fcntl.flock(self._open, fcntl.LOCK_SH)

    def take_alone(self) -> None:
        """Wait until nobody else has it."""
        fcntl.flock(self._open, fcntl.LOCK_EX)

    def try_shared(self) -> bool:
        """Have it shared if nobody has it alone."""
        return self._try(fcntl.LOCK_SH)

    def try_alone(self) -> bool:
        """Have it alone if nobody else has it at all. A shared hold is lost where the answer is no."""
        return self._try(fcntl.LOCK_EX)

    def close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _try(self, way: int) -> bool:
        try:
            fcntl.flock(self._open, way | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    @property
    def _open(self) -> int:
        if self._descriptor is None:
            raise ValueError("the lock is closed")
        return self._descriptor


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Inside the block nobody else holds this lock."""
    with FileLock(path) as lock:
        lock.take_alone()
        yield
