"""Something before the database that a drill can make slow, deaf or away, on a socket of its own."""

import asyncio
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from tempfile import mkdtemp
from urllib.parse import parse_qs, quote, urlsplit

from storage.postgres.cluster import SOCKET


class Proxy:
    """Hands bytes on, each piece `delay` seconds late; `is_away` cuts what there is and lets nobody in."""

    def __init__(self, to: str) -> None:
        self._to = to
        self._folder = Path(mkdtemp(prefix="nhacchuan-proxy-"))
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.StreamWriter] = set()
        self.delay = 0.0
        self.is_away = False

    async def open(self, stack: AsyncExitStack) -> str:
        """The directory of the socket to be used in place of the server's."""
        self._server = await asyncio.start_unix_server(self._hand_on, self._folder / SOCKET)
        stack.callback(self._server.close)
        return str(self._folder)

    def leave(self) -> None:
        """As if the server's machine were gone."""
        self.is_away = True
        for line in list(self._lines):
            line.transport.abort()

    def come_back(self) -> None:
        """As if it were there again."""
        self.is_away = False

    async def _hand_on(self, reading: asyncio.StreamReader, writing: asyncio.StreamWriter) -> None:
        if self.is_away:
            writing.transport.abort()
            return
        try:
            back_reading, back_writing = await asyncio.open_unix_connection(f"{self._to}/{SOCKET}")
        except OSError:
            writing.transport.abort()
            return
        self._lines |= {writing, back_writing}
        with suppress(OSError, asyncio.CancelledError):
            await asyncio.gather(self._pass(reading, back_writing), self._pass(back_reading, writing))
        self._lines -= {writing, back_writing}

    async def _pass(self, reading: asyncio.StreamReader, writing: asyncio.StreamWriter) -> None:
        try:
            while piece := await reading.read(65_536):
                if self.delay:
                    await asyncio.sleep(self.delay)
                writing.write(piece)
                await writing.drain()
        finally:
            writing.close()


def behind(proxy_folder: str, url: str) -> str:
    """The same address, through the proxy."""
    place = parse_qs(urlsplit(url).query)["host"][0]
    return url.replace(quote(place, safe=""), quote(proxy_folder, safe=""))


def place_of(url: str) -> str:
    """The directory of the server's own socket."""
    return parse_qs(urlsplit(url).query)["host"][0]
