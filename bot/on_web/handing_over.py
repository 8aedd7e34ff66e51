"""A web server that gives way to another one: the listening socket goes from the old process to the new.

Nobody who calls meanwhile is refused: both take calls from one queue, until the new one is ready and the old one goes.
It is given only to a process of the same account. A service manager that holds the socket itself may pass it too.
"""

import asyncio
import hashlib
import os
import socket
import stat
import struct
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

import structlog

_GIVEN, _READY = b"G", b"R"
_MOST_SOCKETS: Final = 4
_LONGEST_PATH: Final = 100
_FIRST_PASSED: Final = 3  # as service managers number what they pass
_PATIENCE: Final = 5.0
_log = structlog.get_logger("bot.on_web")


def place_of(home: Path, address: str) -> Path:
    """Where the process that listens at an address can be asked for its socket."""
    name = hashlib.sha256(f"{home.resolve()} {address}".encode()).hexdigest()[:16]
    inside = home.resolve() / f"web-{name}.sock"
    if len(os.fsencode(inside)) <= _LONGEST_PATH:
        return inside
    return Path(tempfile.gettempdir()) / f"nhacchuan-{os.getuid()}-{name}.sock"


def passed_by_manager() -> list[socket.socket]:
    """The sockets that a service manager (systemd and those like it) holds for us; none where it holds none."""
    if os.environ.get("LISTEN_PID") != str(os.getpid()):
        return []
    count = min(int(os.environ.get("LISTEN_FDS", "0") or 0), _MOST_SOCKETS)
    return [socket.socket(fileno=_FIRST_PASSED + number) for number in range(count)]


class Predecessor:
    """The process that listens where we want to; it leaves once we are ready."""

    def __init__(self, line: socket.socket, listening: list[socket.socket]) -> None:
        self._line = line
        self.listening = listening

    def send_away(self) -> None:
        """We are ready: it takes no more calls, finishes what it has, and ends."""
        with suppress(OSError):
            self._line.sendall(_READY)

    async def wait_gone(self, most: float) -> None:
        """Until its doors are closed or it has died, but no longer than so many seconds."""
        self._line.setblocking(False)
        with suppress(OSError, TimeoutError):
            await asyncio.wait_for(asyncio.get_running_loop().sock_recv(self._line, 1), most)

    def close(self) -> None:
        """Nothing more is to be said; where it was not sent away it stays."""
        self._line.close()


def ask_predecessor(place: Path) -> Predecessor | None:
    """The process that listens at this place, with its sockets; None where there is none."""
    line = socket.socket(socket.AF_UNIX)
    line.settimeout(_PATIENCE)
    try:
        line.connect(str(place))
        if not _is_ours(line):
            raise OSError("another account")  # noqa: TRY301  treated as nobody
        word, descriptors, _flags, _address = socket.recv_fds(line, len(_GIVEN), _MOST_SOCKETS)
    except OSError:
        line.close()
        return None
    listening = [socket.socket(fileno=one) for one in descriptors]
    if word != _GIVEN or not listening:
        line.close()
        return None
    return Predecessor(line, listening)


@asynccontextmanager
async def giving_way(place: Path, listening: list[socket.socket], leave: asyncio.Event) -> AsyncIterator[None]:
    """Inside the block a successor gets these sockets; when it is ready, `leave` is set.

    That the block was left is what tells the successor that we are gone.
    """
    try:
        door, mine = _open_door(place)
    except OSError as error:
        _log.warning("web.no_hand_over", reason=error.strerror)
        yield
        return
    waiting = asyncio.ensure_future(_give(door, listening, leave))
    try:
        yield
    finally:
        waiting.cancel()
        with suppress(asyncio.CancelledError):
            await waiting
        door.close()
        _close_door(place, mine)


def _open_door(place: Path) -> tuple[socket.socket, tuple[int, int]]:
    """Where a successor calls, in the place of whatever was there; and which file it is."""
    door = socket.socket(socket.AF_UNIX)
    try:
        with suppress(FileNotFoundError):
            if stat.S_ISSOCK(place.lstat().st_mode):
                place.unlink()
        door.bind(str(place))
        place.chmod(0o600)
        door.listen(1)
        door.setblocking(False)
        return door, sign_of(place)
    except OSError:
        door.close()
        raise


def sign_of(place: Path) -> tuple[int, int]:
    """Tells one file from another that was put in its place, also where its number was used again."""
    found = place.stat()
    return found.st_ino, found.st_ctime_ns


def _close_door(place: Path, mine: tuple[int, int]) -> None:
    with suppress(OSError):
        if sign_of(place) == mine:  # else a successor has put its own there
            place.unlink()


async def _give(door: socket.socket, listening: list[socket.socket], leave: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    while not leave.is_set():
        line, _address = await loop.sock_accept(door)
        with line, suppress(OSError):
            if not _is_ours(line):
                continue
            line.setblocking(True)
            socket.send_fds(line, [_GIVEN], [one.fileno() for one in listening])
            line.setblocking(False)
            if await loop.sock_recv(line, len(_READY)) == _READY:
                _log.info("web.giving_way")
                leave.set()
                await asyncio.Event().wait()  # the line ends with us


def _is_ours(line: socket.socket) -> bool:
    if sys.platform != "linux":
        return True  # the directory is ours alone
    pid, uid, _gid = struct.unpack("3i", line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i")))
    return bool(pid) and uid == os.geteuid()
