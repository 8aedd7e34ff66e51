"""The file of an installation that makes its own secret key: made once, replaced as a whole, its owner's alone."""

import os
import secrets
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from storage.encryption import SecretKeyError, Vault

KEY_FILE: Final = "secret.key"
_RANDOM_BYTES: Final = 48
_LEFT_BEHIND: Final = 3600.0  # seconds; putting a draft in its place takes less than one


def make_key() -> str:
    """A secret key that nobody has."""
    return secrets.token_urlsafe(_RANDOM_BYTES)


class KeyFile:
    """The keys in the file of this home, newest first, one in each line; the first is made when there is none."""

    def __init__(self, home: Path) -> None:
        self.path = home / KEY_FILE
        self._place = str(self.path)
        self._seen: tuple[int, int, int] | None = None

    def open_vault(self) -> Vault:
        """A vault that follows the file: after a change nobody restarts. Raises SecretKeyError, OSError."""
        self._clear_drafts()
        self._make_once()
        return Vault(self.read(), self._find_newer)

    def read(self) -> list[str]:
        """The keys. Raises SecretKeyError for a file that holds none."""
        self._seen = self._stamp()
        keys = [key.strip() for line in self.path.read_text().splitlines() for key in line.split(",") if key.strip()]
        if not keys:
            raise SecretKeyError(f"{self.path} is empty; put the secret key back, or remove the file to begin anew")
        return keys

    def write(self, keys: Sequence[str]) -> None:
        """Put these keys in place of those at one moment: whoever reads sees the ones or the others, always."""
        draft = self._write_draft(keys)
        try:
            draft.replace(self.path)
        except OSError:
            draft.unlink(missing_ok=True)
            raise
        self._keep_name()

    def _find_newer(self) -> list[str] | None:
        """The keys where the file is another than when it was read last; a file that is gone changes nothing."""
        try:
            return self.read() if self._stamp() != self._seen else None
        except (OSError, SecretKeyError):
            return None

    def _stamp(self) -> tuple[int, int, int]:
        found = os.stat(self._place)  # noqa: PTH116  at every use of the vault: a third of what a path takes
        return found.st_ino, found.st_mtime_ns, found.st_size

    def _make_once(self) -> None:
        """Two processes that begin at the same moment get the same key."""
        if self.path.exists():
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._write_draft([make_key()])
        try:
            # A link appears whole or not at all, and never replaces what another process has put there meanwhile.
            os.link(draft, self.path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        self._keep_name()

    def _clear_drafts(self) -> None:
        """Remove keys that somebody who was killed had written beside the file and never put in its place."""
        for left in self.path.parent.glob(f".{KEY_FILE}.*"):
            with suppress(OSError):  # another process was quicker
                if time.time() - left.stat().st_mtime > _LEFT_BEHIND:
                    left.unlink()

    def _write_draft(self, keys: Sequence[str]) -> Path:
        draft = self.path.with_name(f".{KEY_FILE}.{secrets.token_hex(8)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as written:
            written.write("".join(f"{key}\n" for key in keys))
            written.flush()
            os.fsync(written.fileno())
        return draft

    def _keep_name(self) -> None:
        """The name of the file outlasts a loss of power too."""
        folder = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
