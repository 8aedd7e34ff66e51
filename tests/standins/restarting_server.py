"""A server of PostgreSQL that restarts: a real one behind a port, which refuses callers as one that starts does.

Run as: python tests/standins/restarting_server.py SOCKET REFUSALS. It prints its port. For each number that it reads
it breaks every line, and refuses so many callers from then on. A process of its own: libpq may hold up its caller's.
"""

import asyncio
import struct
import sys
from contextlib import suppress
from typing import Final

STARTING: Final = b"SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0"


class Restarting:
    """Hands bytes on to the socket of a real server, or refuses to."""

    def __init__(self, socket: str, refusals: int) -> None:
        self._socket = socket
        self._refusals = refusals
        self._lines: set[asyncio.StreamWriter] = set()

    async def hand_on(self, reading: asyncio.StreamReader, writing: asyncio.StreamWriter) -> None:
        """One caller."""
        if self._refusals:
            self._refusals -= 1
            await reading.read(1024)
            writing.write(b"E" + struct.pack("!i", len(STARTING) + 4) + STARTING)
            writing.close()
            return
        back_reading, back_writing = await asyncio.open_unix_connection(self._socket)
        self._lines |= {writing, back_writing}
        with suppress(OSError):
            await asyncio.gather(_pass(reading, back_writing), _pass(back_reading, writing))

    def restart(self, refusals: int) -> None:
        """Break every line, then refuse so many."""
        self._refusals = refusals
        for line in self._lines:
            line.transport.abort()


async def _pass(reading: asyncio.StreamReader, writing: asyncio.StreamWriter) -> None:
    while piece := await reading.read(65_536):
        writing.write(piece)
    writing.close()


async def main(socket: str, refusals: int) -> None:
    """Until nobody writes to us any more."""
    server = Restarting(socket, refusals)
    listening = await asyncio.start_server(server.hand_on, "127.0.0.1", 0)
    print(listening.sockets[0].getsockname()[1], flush=True)  # noqa: T201  to whoever started it
    while order := await asyncio.to_thread(sys.stdin.readline):
        server.restart(int(order))
        print("done", flush=True)  # noqa: T201  to whoever started it


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
