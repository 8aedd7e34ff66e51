"""The wire to Zalo's hosts over httpx: asks once, and tells failures by their kind alone.

Nothing raised or logged here holds an address, a header or a word of what was sent: tokens and people are in them.
"""

import asyncio
import json
import logging
import ssl
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import httpx

_CONNECTIONS: Final = 100
_MOST_ANSWER: Final = 4_000_000
_NOT_PACKED: Final = {"", "identity"}
_UNPACKABLE: Final = {"gzip", "deflate"}  # once; nothing honest is packed twice
_GZIP_OR_ZLIB: Final = 32 + zlib.MAX_WBITS
PATIENCE: Final = 8.0  # seconds that an answer may take
# What is packed may be a thousand times of what was read: it is not asked for.
UNPACKED: Final[Mapping[str, str]] = {"Accept-Encoding": "identity"}


class NeverLeftError(Exception):
    """No connection was made: nothing of the request left this machine."""


class AnswerLostError(Exception):
    """The request left, or part of it, and no answer came that can be read."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a host answered; `body` is None where that was no JSON object."""

    status: int
    body: Mapping[str, Any] | None


class Wire:
    """Requests to one host. No redirect and no proxy of the surroundings hears of a token."""

    def __init__(self, base: str, *, seconds: float = PATIENCE) -> None:
        self._base = base
        self._seconds = seconds
        self._client: httpx.AsyncClient | None = None

    async def ask(
        self, method: str, path: str, *, headers: Mapping[str, str], seconds: float | None = None, **content: Any
    ) -> Answer:
        """Ask once; `content` is httpx's own (json, params, data, files). Raises NeverLeftError or AnswerLostError."""
        failed: Exception
        try:
            async with asyncio.timeout(seconds or self._seconds):
                url = f"{self._base}{path}"
                return await self._ask(method, url, {**headers, **UNPACKED}, content)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            failed = NeverLeftError(type(error).__name__)
        except (httpx.HTTPError, TimeoutError, OSError) as error:
            failed = AnswerLostError(type(error).__name__)
        raise failed  # out here, so that the failure with the address is not kept as its context

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            client, self._client = self._client, None
            await client.aclose()

    async def _ask(self, method: str, url: str, headers: Mapping[str, str], content: Mapping[str, Any]) -> Answer:
        async with self._open().stream(method, url, headers=headers, **content) as answer:
            return Answer(answer.status_code, await read_object(answer))

    def _open(self) -> httpx.AsyncClient:
        if self._client is None:
            logging.getLogger("httpx").setLevel(logging.WARNING)  # below that it writes whole addresses
            self._client = httpx.AsyncClient(
                verify=trusted_tls(),
                timeout=httpx.Timeout(self._seconds, pool=self._seconds / 2, connect=self._seconds / 2),
                limits=httpx.Limits(max_connections=_CONNECTIONS),
                follow_redirects=False,
                trust_env=False,
            )
        return self._client


@cache
def trusted_tls() -> ssl.SSLContext:
    """What is trusted to be the host that it says it is."""
    return ssl.create_default_context()


async def read_object(answer: httpx.Response) -> Mapping[str, Any] | None:
    """The JSON object that a host answers; None for anything else, and for more than an answer may have.

    No more is read, and no more unpacked where it is packed, unasked for. Raises AnswerLostError for a strange packing.
    """
    unpack = _unpacking(answer)
    content = bytearray()
    async for part in answer.aiter_raw():
        content += unpack(part, _MOST_ANSWER + 1 - len(content))
        if len(content) > _MOST_ANSWER:
            return None
    try:
        read = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return read if isinstance(read, dict) else None


def is_packed(answer: httpx.Response) -> bool:
    """Whether what comes would have to be unpacked."""
    return _packing_of(answer) not in _NOT_PACKED


def _packing_of(answer: httpx.Response) -> str:
    return str(answer.headers.get("content-encoding", "")).strip().lower()


def _unpacking(answer: httpx.Response) -> Callable[[bytes, int], bytes]:
    """What makes of the next part of an answer so many bytes at most. Raises AnswerLostError for a strange packing."""
    if not is_packed(answer):
        return lambda part, most: part[:most]
    if _packing_of(answer) not in _UNPACKABLE:
        raise AnswerLostError("packed")
    unpacking = zlib.decompressobj(_GZIP_OR_ZLIB)

    def unpack(part: bytes, most: int) -> bytes:
        try:
            return unpacking.decompress(part, most)
        except zlib.error:
            raise AnswerLostError("packed") from None

    return unpack
