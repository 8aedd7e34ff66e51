"""Who is at the web door: a random id in a signed cookie. It proves a browser, not a person."""

import hmac
from hashlib import sha256

from aiohttp import web

from bot.on_web.door import WebDoor, WebSettings

_PURPOSE = b"nhacchuan web visitor\0"
_ALIAS = b"nhacchuan web alias\0"
_SHORTEST_ID = 32
_KEPT_SECONDS = 90 * 24 * 3600


def find_visitor(request: web.Request, settings: WebSettings) -> str | None:
    """Read the visitor id that the request's cookie proves, or None."""
    return _read(request, settings)[0]


def know_visitor(request: web.Request, response: web.StreamResponse, door: WebDoor) -> str:
    """The visitor of the request; whoever comes without a good cookie gets one, with the response about to leave.

    A cookie that an older secret key signed is signed anew, so that nobody is lost when that key goes.
    """
    visitor, is_newest = _read(request, door.settings)
    if visitor is None:
        return welcome_visitor(response, door)
    if not is_newest:
        _keep(response, visitor, door.settings)
    return visitor


def welcome_visitor(response: web.StreamResponse, door: WebDoor) -> str:
    """Give the browser a fresh visitor id, with the response that is about to leave."""
    visitor = door.new_visitor()
    _keep(response, visitor, door.settings)
    return visitor


def alias_of(visitor: str) -> str:
    """By what a page knows its visitor again. It leads to nobody, so scripts may hold it."""
    return sha256(_ALIAS + _bytes(visitor)).hexdigest()[:16]


def _read(request: web.Request, settings: WebSettings) -> tuple[str | None, bool]:
    """The visitor that the cookie proves, and whether the newest key signed it."""
    visitor, _, seal = request.cookies.get(_name(settings), "").partition(".")
    if len(visitor) < _SHORTEST_ID:
        return None, False
    fits = [hmac.compare_digest(_bytes(seal), _bytes(_seal(visitor, key))) for key in settings.cookie_keys]
    return (visitor, fits[0]) if any(fits) else (None, False)


def _keep(response: web.StreamResponse, visitor: str, settings: WebSettings) -> None:
    response.set_cookie(
        _name(settings),
        f"{visitor}.{_seal(visitor, settings.cookie_keys[0])}",
        max_age=_KEPT_SECONDS,
        path="/",
        secure=settings.is_https,
        httponly=True,
        samesite="Lax",  # with "Strict", whoever comes by a link from elsewhere would be a stranger, and stay one
    )


def _name(settings: WebSettings) -> str:
    # Browsers accept the __Host- prefix only over TLS; it then forbids that a sibling site plants the cookie.
    return "__Host-nhacchuan" if settings.is_https else "nhacchuan"


def _seal(visitor: str, key: bytes) -> str:
    return hmac.new(key, _PURPOSE + _bytes(visitor), sha256).hexdigest()


def _bytes(text: str) -> bytes:
    # Headers that are not UTF-8 arrive with half surrogates.
    return text.encode("utf-8", "surrogateescape")
