"""Two PostgreSQL servers on loopback, one streaming to the other: for drills of failover and tests of read replicas."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import psycopg

from storage.postgres.accounts import RunAs, choose_account
from storage.postgres.binaries import Binaries, find_binaries, open_to_everyone

USER: Final = "nhacchuan"
_SETTINGS: Final = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
port = {port}
max_connections = 100
shared_buffers = 64MB
wal_level = replica
max_wal_senders = 5
max_wal_size = 1GB
hot_standby = on
wal_receiver_status_interval = 1s
wal_retrieve_retry_interval = 500ms
synchronous_standby_names = '{synchronous}'
synchronous_commit = {commit}
timezone = 'UTC'
log_min_messages = warning
{more}
"""


@dataclass
class Server:
    """One server of ours on a port of loopback."""

    data: Path
    port: int
    account: RunAs
    binaries: Binaries
    process: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        """Where it is."""
        return f"postgresql://{USER}@127.0.0.1:{self.port}/postgres"

    def set(self, *, synchronous: str = "", commit: str = "on", more: str = "") -> None:
        """Write its settings, and let it read them where it runs."""
        written = _SETTINGS.format(port=self.port, synchronous=synchronous, commit=commit, more=more)
        (self.data / "postgresql.conf").write_text(written)
        if self.process is not None:
            self.process.send_signal(signal.SIGHUP)

    def start(self) -> None:
        """Until it takes connections."""
        with (self.data.parent / f"{self.data.name}.log").open("ab") as log:
            self.process = subprocess.Popen(
                [self.binaries.program("postgres"), "-D", self.data],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", start_new_session=True,
                **self.account.of_process,
            )  # fmt: skip
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with suppress(psycopg.OperationalError), psycopg.connect(self.url, connect_timeout=2):
                return
            assert self.process.poll() is None, (self.data.parent / f"{self.data.name}.log").read_text()
            time.sleep(0.05)
        raise TimeoutError(self.data)

    def kill(self) -> None:
        """As a power cut would: the server and everything it has begun."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)  # it is the first of a group of its own
        self.process.wait()
        self.process = None

    def promote(self) -> None:
        """From a standby to a primary; returns once it writes."""
        self.run("pg_ctl", "promote", "-D", self.data, "-w")

    def stop(self) -> None:
        """At once."""
        if self.process is not None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(60)
            self.process = None

    def run(self, program: str, *words: str | Path) -> None:
        """One of the server's programs, as the server's account."""
        command = [self.binaries.program(program), *words]
        done = subprocess.run(command, cwd="/", check=False, capture_output=True, **self.account.of_process)
        assert done.returncode == 0, done.stderr.decode()


@contextmanager
def open_primary(*, is_quick: bool = False) -> Iterator[Server]:
    """A primary that others can follow; a quick one need not outlive a power cut."""
    with TemporaryDirectory(prefix="nhacchuan-pair-") as folder:
        account, binaries = choose_account(Path(folder) / "primary"), find_binaries(None)
        if account.account is not None:
            open_to_everyone(binaries)
        primary = Server(Path(folder) / "primary", find_port(), account, binaries)
        account.make_directory(primary.data)
        primary.run(
            "initdb", "--pgdata", primary.data, "--username", USER, "--auth", "trust", "--encoding", "UTF8",
            "--locale", "C", "--no-instructions", *(("--no-sync",) if is_quick else ()),
        )  # fmt: skip
        primary.set(more="fsync = off\nautovacuum = off" if is_quick else "")
        primary.start()
        try:
            yield primary
        finally:
            primary.stop()


@contextmanager
def open_standby(primary: Server) -> Iterator[Server]:
    """A hot standby that streams from the primary."""
    standby = Server(primary.data.parent / "standby", find_port(), primary.account, primary.binaries)
    standby.account.make_directory(standby.data)
    source = f"host=127.0.0.1 port={primary.port} user={USER} application_name=standby"
    standby.run("pg_basebackup", "-D", standby.data, "-d", source, "-R", "-X", "stream", "-c", "fast", "--no-sync")
    standby.set()
    standby.start()
    try:
        yield standby
    finally:
        standby.stop()


def find_port() -> int:
    """A port that is free now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
