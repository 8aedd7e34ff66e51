"""How the server of a cluster is made, started and stopped. Only the keeper does this; everybody else looks."""

import os
import shutil
import signal
import stat
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from storage.errors import DatabaseUnavailableError
from storage.postgres.accounts import RunAs, choose_account
from storage.postgres.binaries import Binaries, find_binaries, open_to_everyone
from storage.postgres.cluster import PORT, SOCKET, SUPERUSER, Cluster

_LOOK_EVERY: Final = 0.02
_START_SECONDS: Final = 120.0  # recovery after a crash takes a while
_STOP_SECONDS: Final = 60.0
_PATIENCE: Final = (0.2, 0.5, 1.0, 2.0, 4.0)
_OTHERS_STILL_THERE: Final = ("shared memory block", "lock file")
_OWN_SETTINGS: Final = "local.conf"
_LARGEST_LOG: Final = 10_000_000

# For one small machine: what is acknowledged is on disk, one query uses one processor, and little memory is taken.
_SETTINGS: Final = """\
listen_addresses = ''
port = {port}
unix_socket_directories = {sockets}
unix_socket_permissions = 0700
max_connections = 100
shared_buffers = 128MB
work_mem = 8MB
maintenance_work_mem = 128MB
effective_cache_size = 1GB
huge_pages = off
max_parallel_workers_per_gather = 0
max_parallel_maintenance_workers = 0
jit = off
random_page_cost = 1.1
wal_level = minimal
max_wal_senders = 0
max_wal_size = 1GB
checkpoint_timeout = 15min
logging_collector = off
log_min_messages = warning
log_line_prefix = '%m '
timezone = 'UTC'
log_timezone = 'UTC'
"""


def start(cluster: Cluster) -> subprocess.Popen[bytes] | None:
    """Make sure that the server runs and takes connections; the process where it is started here, None if it ran.

    Raises DatabaseUnavailableError with the server's own words when it does not come up.
    """
    if cluster.is_ready():
        return None
    account = choose_account(cluster.data)
    binaries = find_binaries(cluster.major)
    if account.account is not None:
        open_to_everyone(binaries)
    if cluster.major is None:
        _make(cluster, binaries, account)
    _make_private(cluster.sockets, account)

    words = ""
    for patience in (*_PATIENCE, None):
        written = cluster.log.stat().st_size if cluster.log.exists() else 0
        process = _launch(cluster, binaries, account)
        if _is_up(cluster, process):
            return process
        words = _words_since(cluster, written)
        if patience is None or not any(sign in words for sign in _OTHERS_STILL_THERE):
            break
        # The processes of a server that was killed need a moment to notice and to let go of its memory.
        time.sleep(patience)
    raise DatabaseUnavailableError(f"the embedded database did not start: {words} (log: {cluster.log})")


def stop(cluster: Cluster, process: subprocess.Popen[bytes] | None) -> None:
    """Stop the server cleanly, dropping open connections; only one that does not obey is cut off."""
    for order in (signal.SIGINT, signal.SIGQUIT):
        pid = cluster.find_pid()
        if pid is None:
            break
        os.kill(pid, order)
        until = time.monotonic() + _STOP_SECONDS
        while cluster.find_pid() is not None and time.monotonic() < until:
            if process is not None:
                process.poll()
            time.sleep(_LOOK_EVERY)
    if process is not None:
        process.wait()
    if not cluster.sockets.is_relative_to(cluster.root):
        with suppress(OSError):
            cluster.sockets.rmdir()


def _make(cluster: Cluster, binaries: Binaries, account: RunAs) -> None:
    # Made beside its place and then moved: whoever is killed in between leaves nothing half made.
    draft = cluster.root / "data.new"
    if draft.exists():
        shutil.rmtree(draft)
    account.make_directory(draft)
    made = subprocess.run(  # noqa: S603  our own argument list
        [
            binaries.program("initdb"),
            *("--pgdata", draft, "--username", SUPERUSER, "--auth", "trust", "--encoding", "UTF8", "--locale", "C"),
            "--no-instructions",
        ],
        capture_output=True,
        env=_environment(),
        cwd="/",
        check=False,
        **account.of_process,
    )
    if made.returncode != 0:
        words = made.stderr.decode(errors="replace").strip().splitlines() or ["initdb failed"]
        raise DatabaseUnavailableError(f"the embedded database could not be made in {cluster.root}: {words[-1]}")
    draft.rename(cluster.data)


def _make_private(directory: Path, account: RunAs) -> None:
    """The socket's directory: whoever can enter it is the database's master, so it must be ours alone."""
    account.make_directory(directory)
    found = directory.lstat()
    owner = os.geteuid() if account.account is None else account.account.pw_uid
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or stat.S_IMODE(found.st_mode) != stat.S_IRWXU:
        raise DatabaseUnavailableError(f"{directory} is not a private directory of the database; remove it")


def _launch(cluster: Cluster, binaries: Binaries, account: RunAs) -> subprocess.Popen[bytes]:
    if cluster.find_pid() is None:
        for stale in (
            cluster.data / "postmaster.pid",
            cluster.sockets / SOCKET,
            cluster.sockets / f"{SOCKET}.lock",
        ):
            stale.unlink(missing_ok=True)
    _write_settings(cluster, account)
    if cluster.log.exists() and cluster.log.stat().st_size > _LARGEST_LOG:
        cluster.log.rename(cluster.log.with_suffix(".log.old"))
    with cluster.log.open("ab") as log:
        return subprocess.Popen(  # noqa: S603  our own argument list
            [binaries.program("postgres"), "-D", cluster.data],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=_environment(),
            cwd="/",
            start_new_session=True,
            **account.of_process,
        )


def _write_settings(cluster: Cluster, account: RunAs) -> None:
    listed = '"{}"'.format(str(cluster.sockets).replace('"', '""'))
    quoted = "'{}'".format(listed.replace("\\", "\\\\").replace("'", "''"))
    file = cluster.data / "postgresql.conf"
    # An operator's own settings come last and win.
    own = f"include = '../{_OWN_SETTINGS}'\n" if (cluster.root / _OWN_SETTINGS).exists() else ""
    file.write_text(_SETTINGS.format(port=PORT, sockets=quoted) + own, encoding="utf-8")
    if account.account is not None:
        os.chown(file, account.account.pw_uid, account.account.pw_gid)


def _is_up(cluster: Cluster, process: subprocess.Popen[bytes]) -> bool:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            return False
        if cluster.is_ready():
            return True
        time.sleep(_LOOK_EVERY)
    process.send_signal(signal.SIGQUIT)
    process.wait()
    return False


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return {**kept, "LC_ALL": "C"}


def _words_since(cluster: Cluster, written: int) -> str:
    """The last complaints of the server in its log after so many bytes, without their times."""
    with cluster.log.open("rb") as log:
        log.seek(written)
        lines = log.read().decode(errors="replace").splitlines()
    said = [line.partition(":  ")[2] for line in lines if ":  " in line]
    return "; ".join(said[-2:]) or "; ".join(lines[-1:]) or "it said nothing"
