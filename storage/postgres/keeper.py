"""The keeper: a small process of its own that runs the server as long as anybody uses it, and stops it then.

It learns that nobody uses the server from the kernel, through the lock that users hold, so a user who was killed is
no longer counted. A server that dies under its users is started again.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from storage.errors import DatabaseUnavailableError
from storage.postgres.cluster import Cluster
from storage.postgres.locks import FileLock
from storage.postgres.running import start, stop

READY: Final = "ready"
_LOOK_EVERY: Final = 0.25
_LONGEST_PAUSE: Final = 30.0
_TRIES_FOR_PLACE: Final = 100


def spawn_keeper(cluster: Cluster) -> str:
    """Start a keeper and wait for its word: READY, the reason why it could not, or nothing if it died."""
    reading, writing = os.pipe()
    try:
        command = [sys.executable, "-m", "storage.postgres.keeper", str(cluster.root), str(writing)]
        house = str(Path(__file__).parents[2])
        paths = os.pathsep.join(filter(None, (house, os.environ.get("PYTHONPATH"))))
        with cluster.log.open("ab") as log:
            subprocess.run(  # noqa: S603  our own argument list
                command,
                pass_fds=[writing],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, "PYTHONPATH": paths},
                check=False,
            )
    finally:
        os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as words:
        return words.read()


def main() -> None:
    """Leave the caller's family and keep the server; `argv` names the cluster and where to say that it is ready."""
    cluster, writing = Cluster(Path(sys.argv[1])), int(sys.argv[2])
    if os.fork() != 0:
        os._exit(0)
    os.setsid()
    os.chdir("/")
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # Whoever ends a group of processes ends the users; the keeper follows when the last of them is gone.
        signal.signal(ignored, signal.SIG_IGN)
    with FileLock(cluster.users_lock) as users, FileLock(cluster.keeper_lock) as place:
        if _has_place(place):
            _keep(cluster, users, writing)
            place.close()  # before the users' lock: who comes next must see that there is no keeper


def _has_place(place: FileLock) -> bool:
    for _ in range(_TRIES_FOR_PLACE):  # somebody may just be looking whether there is a keeper
        if place.try_alone():
            return True
        time.sleep(0.01)
    return False


def _keep(cluster: Cluster, users: FileLock, writing: int) -> None:
    try:
        process = start(cluster)
    except DatabaseUnavailableError as error:
        _say(writing, str(error))
        return
    except OSError as error:
        _say(writing, f"the embedded database did not start: {error}")
        return
    _say(writing, READY)

    unused = threading.Event()

    def wait_for_the_last_user() -> None:
        users.take_alone()
        unused.set()

    threading.Thread(target=wait_for_the_last_user, daemon=True).start()
    pause = _LOOK_EVERY
    while not unused.wait(pause):
        if process is not None:
            process.poll()
        if cluster.find_pid() is not None:
            pause = _LOOK_EVERY
            continue
        try:
            process = start(cluster)
            pause = _LOOK_EVERY
        except (DatabaseUnavailableError, OSError) as error:
            print(error, file=sys.stderr, flush=True)  # noqa: T201  stderr is the server's log
            pause = min(pause * 2, _LONGEST_PAUSE)
    stop(cluster, process)


def _say(writing: int, words: str) -> None:
    with suppress(BrokenPipeError), os.fdopen(writing, "w", encoding="utf-8") as out:
        out.write(words)  # the one who asked may be gone; others may come


if __name__ == "__main__":
    main()
