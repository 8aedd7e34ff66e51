"""Who is at the web door: a random id in a signed cookie. It proves a browser, not a person."""

import hmac
from hashlib import sha256

from aiohttp import web

from bot.on_web.door import WebDoor, WebSettings

_PURPOSE = b"nhacchuan web visitor\0"
_SHORTEST_ID = 32
_KEPT_SECONDS = 90 * 24 * 3600


def find_visitor(request: web.Request, settings: WebSettings) -> str | None:
    """Read the visitor id that the request's cookie proves, or None."""
    visitor, _, seal = request.cookies.get(_name(settings), "").partition(".")
    if len(visitor) < _SHORTEST_ID or not hmac.compare_digest(_bytes(seal), _bytes(_seal(visitor, settings))):
        return None
    return visitor


def welcome_visitor(response: web.StreamResponse, door: WebDoor) -> str:
    """Give the browser a fresh visitor id, with the response that is about to leave."""
    visitor = door.new_visitor()
    response.set_cookie(
        _name(door.settings),
        f"{visitor}.{_seal(visitor, door.settings)}",
        max_age=_KEPT_SECONDS,
        path="/",
        secure=door.settings.is_https,
        httponly=True,
        samesite="Strict",
    )
    return visitor


def _name(settings: WebSettings) -> str:
    # Browsers accept the __Host- prefix only over TLS; it then forbids that a sibling site plants the cookie.
    return "__Host-nhacchuan" if settings.is_https else "nhacchuan"


def _seal(visitor: str, settings: WebSettings) -> str:
    return hmac.new(settings.cookie_key, _PURPOSE + _bytes(visitor), sha256).hexdigest()


def _bytes(text: str) -> bytes:
    # Headers that are not UTF-8 arrive with half surrogates.
    return text.encode("utf-8", "surrogateescape")
