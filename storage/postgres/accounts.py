"""Under which account the server runs: our own, or, since PostgreSQL refuses to run as root, one without rights."""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from storage.errors import DatabaseUnavailableError
from storage.postgres.binaries import open_passage

_UNPRIVILEGED: Final = ("nhacchuan", "postgres", "pgserver", "nobody")


@dataclass(frozen=True, slots=True)
class RunAs:
    """The account of the server; None = the one that we run under ourselves."""

    account: pwd.struct_passwd | None

    @property
    def of_process(self) -> dict[str, Any]:
        """What `subprocess` needs to start a program under the account."""
        if self.account is None:
            return {}
        return {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []}

    def make_directory(self, path: Path) -> None:
        """A directory that only the account can enter, and that it can reach. One that is there stays as it is."""
        try:
            path.mkdir(mode=0o700)
        except FileExistsError:
            pass  # whose it is must be looked at before anything is changed
        else:
            if self.account is not None:
                os.chown(path, self.account.pw_uid, self.account.pw_gid)
        if self.account is not None:
            for above in path.parents:
                open_passage(above)


def choose_account(cluster: Path) -> RunAs:
    """The account that owns the cluster, or may make it. Raises DatabaseUnavailableError if it is somebody else's."""
    owner = cluster.stat().st_uid if cluster.exists() else None
    if os.geteuid() != 0:
        if owner not in {None, os.geteuid()}:
            raise DatabaseUnavailableError(
                f"the embedded database in {cluster.parent} belongs to another account; run as that account, "
                "or set NHACCHUAN_HOME to a directory of your own"
            )
        return RunAs(None)
    if owner is not None:
        return RunAs(pwd.getpwuid(owner))
    for name in _UNPRIVILEGED:
        try:
            return RunAs(pwd.getpwnam(name))
        except KeyError:
            continue
    raise DatabaseUnavailableError(
        "PostgreSQL does not run as root and this machine has no account without rights; "
        "run as an ordinary account, or set NHACCHUAN_DATABASE_URL to a server"
    )
