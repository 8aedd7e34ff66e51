"""What people send lies at an address that the event names: fetched from public hosts only, and no more than asked for.

An event is written by somebody else, so its address may be any: inner addresses of our network, plain http, endless
content, a little that unpacks to endless. The host is looked up once and that very address is spoken to, so that a
name cannot change in between.
"""

import asyncio
import ipaddress
import mimetypes
import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote, urljoin, urlsplit

import httpx

from bot.on_zalo.wire import UNPACKED, is_packed, trusted_tls
from bot.public_addresses import Address, is_public
from handlers.asking import FileGoneError, FileTooBigError, IncomingFile

_SECONDS: Final = 30.0
_MOST_REDIRECTS: Final = 3
_LONGEST_URL: Final = 4_000
_LONGEST_NAME: Final = 120
_OK: Final = 200


@dataclass(frozen=True, slots=True)
class Fetching:
    """Fetches what lies at addresses. `own` is the platform as it is set: its own origin may be anywhere."""

    own: str = ""
    seconds: float = _SECONDS

    def file_at(
        self, url: str, *, message: str = "", name: str = "", size: int | None = None, usual: str = ""
    ) -> IncomingFile | None:
        """The file at an address; None where it is none. `usual` is its name where nothing tells it.

        `message` is the platform's mark of what it came with: brought once more, it is not kept twice.
        """
        try:
            scheme = urlsplit(url).scheme if len(url) <= _LONGEST_URL else ""
        except ValueError:
            return None
        if scheme not in {"https", "http"}:
            return None
        shown = (name or _last_part(url) or usual)[-_LONGEST_NAME:]
        declared = mimetypes.guess_type(shown)[0] or mimetypes.guess_type(usual)[0] or ""

        async def fetch(most: int) -> bytes:
            return await self._fetch(url, most)

        return IncomingFile(shown, fetch, declared, size, message=message)

    async def _fetch(self, url: str, most: int) -> bytes:
        gone: Exception
        try:
            async with asyncio.timeout(self.seconds):
                for _redirect in range(_MOST_REDIRECTS + 1):
                    content, onwards = await self._fetch_once(url, most)
                    if onwards is None:
                        return content
                    url = urljoin(url, onwards)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, TimeoutError, ValueError) as failed:
            gone = FileGoneError(type(failed).__name__)
        else:
            gone = FileGoneError("too many redirects")
        raise gone  # out here, so that nothing keeps the address, which opens the file to whoever reads it

    async def _fetch_once(self, url: str, most: int) -> tuple[bytes, str | None]:
        """The content, or where it lies instead."""
        target, headers, extensions = await self._aim(url)
        headers = {**headers, **UNPACKED}
        async with (
            httpx.AsyncClient(verify=trusted_tls(), trust_env=False, follow_redirects=False) as client,
            client.stream("GET", target, headers=headers, extensions=extensions, timeout=self.seconds) as answer,
        ):
            if answer.is_redirect:
                return b"", answer.headers.get("location", "")
            if answer.status_code != _OK:
                raise FileGoneError(f"HTTP{answer.status_code}")
            if is_packed(answer):
                raise FileGoneError("packed")
            if int(answer.headers.get("content-length") or 0) > most:
                raise FileTooBigError
            content = bytearray()
            async for part in answer.aiter_raw():
                content += part
                if len(content) > most:
                    raise FileTooBigError
        return bytes(content), None

    async def _aim(self, url: str) -> tuple[str, Mapping[str, str], Mapping[str, Any]]:
        """The address with its host looked up. Raises FileGoneError for one that is not public, or not of https."""
        parts = urlsplit(url)
        if self.own and _origin(url) == _origin(self.own):
            return url, {}, {}
        host = parts.hostname
        if parts.scheme != "https" or not host or parts.username or parts.password:
            raise FileGoneError("not a public address")
        port = parts.port or 443
        addresses = await _look_up(host, port)
        if not addresses or not all(map(is_public, addresses)):
            raise FileGoneError("not a public address")
        first = addresses[0]
        spoken_to = f"[{first}]" if first.version == 6 else str(first)  # noqa: PLR2004  the IP version
        query = f"?{parts.query}" if parts.query else ""
        target = f"https://{spoken_to}:{port}{parts.path or '/'}{query}"
        return target, {"Host": parts.netloc}, {"sni_hostname": host}


async def _look_up(host: str, port: int) -> list[Address]:
    with suppress(ValueError):
        return [ipaddress.ip_address(host)]
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ipaddress.ip_address(one[4][0]) for one in found]


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


def _last_part(url: str) -> str:
    """What reads like a file's name at the end of an address."""
    last = unquote(urlsplit(url).path.rpartition("/")[2])
    return last if "." in last else ""
