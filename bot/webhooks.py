"""What every webhook asks of a request before it is let in: a body of bounded length, the secret, one JSON object."""

import asyncio
import hmac
import json
from collections.abc import Sequence
from typing import Any, Final

from aiohttp import web

MOST_BODY_BYTES: Final = 1_000_000
_CHUNK_BYTES: Final = 65_536
_BODY_SECONDS: Final = 20.0  # platforms bring a body in a moment; who takes longer only holds the line
TURNED_AWAY: Final = web.ResponseKey("turned_away", bool)  # whatever the status says


class TurnedAwayError(Exception):
    """A request that is not let in: with which status, and why in a word that can be counted."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


def thank_whoever_is_turned_away() -> web.Response:
    """The 200 for a platform that takes nothing else; whoever keeps the pace knows it for a refusal."""
    response = web.Response()
    response[TURNED_AWAY] = True
    return response


async def read_bounded(request: web.Request) -> bytes:
    """The raw body. Raises TurnedAwayError as soon as it is too long, in bytes or in seconds."""
    body = bytearray()
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            async for chunk in request.content.iter_chunked(_CHUNK_BYTES):
                body += chunk
                if len(body) > MOST_BODY_BYTES:
                    raise TurnedAwayError(413, "too_large")
    except TimeoutError:
        raise TurnedAwayError(408, "too_slow") from None
    return bytes(body)


def ensure_secret(request: web.Request, header: str, secrets: Sequence[str]) -> None:
    """Raise TurnedAwayError unless this header shows one of the secrets."""
    shown = request.headers.get(header)
    if shown is None:
        raise TurnedAwayError(401, "no_secret")
    given = shown.encode(errors="surrogateescape")
    # Each is compared, so that the time tells nothing of which it was.
    if True not in [hmac.compare_digest(given, one.encode()) for one in secrets]:
        raise TurnedAwayError(403, "wrong_secret")


def parse(body: bytes) -> dict[str, Any]:
    """The object that was brought. Raises TurnedAwayError for anything else."""
    try:
        raw = json.loads(body)
    except (ValueError, RecursionError):
        raw = None
    if not isinstance(raw, dict):
        raise TurnedAwayError(400, "not_json")
    return raw
