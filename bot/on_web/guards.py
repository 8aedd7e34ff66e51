"""What every response carries and every request must satisfy, whatever its address: headers, host, origin, errors."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.failures import where_of
from bot.on_web.door import WebDoor, WebSettings
from handlers.phrases import _, locale_of

_log = structlog.get_logger(__name__)

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_OF_MACHINES = frozenset({"/healthz", "/readyz", "/metrics"})
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


# The console has forms of its own, and htmx builds what it shows from text: there Trusted Types would stop it.
_CONSOLE = "/console"
_CONSOLE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_KEPT = ("/static/", f"{_CONSOLE}/static/")


def set_headers(settings: WebSettings) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """Make a hook that puts the security headers on a response just before it leaves."""

    async def hook(request: web.Request, response: web.StreamResponse) -> None:
        response.headers.update(_HEADERS)
        if request.path == _CONSOLE or request.path.startswith(f"{_CONSOLE}/"):
            response.headers["Content-Security-Policy"] = _CONSOLE_POLICY
            # Without any referrer browsers send a form from an origin called null, which is nobody's.
            response.headers["Referrer-Policy"] = "same-origin"
        response.headers.pop("Server", None)
        response.headers.setdefault("Cache-Control", "no-cache" if request.path.startswith(_KEPT) else "no-store")
        if settings.is_https:
            response.headers["Strict-Transport-Security"] = "max-age=31536000"

    return hook


def check_host(settings: WebSettings) -> Middleware:
    """Refuse a request that reached us under a foreign name: DNS rebinding makes a stranger's page look local."""
    ours = _LOOPBACK | {_host_name(host) for host in (*settings.allowed_hosts, urlsplit(settings.public_url).netloc)}

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        name = _host_name(request.headers.get("Host", ""))
        if name not in ours and not _is_asked_by_a_machine(request, name):
            _log.warning("web_host_refused", host=name[:100])
            raise web.HTTPMisdirectedRequest(
                text=_("This server does not answer under this address. Its operator can allow it in the settings.")
            )
        return await handler(request)

    return middleware


def show_errors(door: WebDoor) -> Middleware:
    """Answer failures of a route in plain words, ours with a reference, and log the place without the request."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        with locale_of(door.settings.locale):
            try:
                return await handler(request)
            except web.HTTPNotFound:
                return web.Response(status=404, text=_("There is no such page."))
            except web.HTTPRequestEntityTooLarge:
                return web.Response(status=413, text=_("This is too large to be accepted here."))
            except web.HTTPException:
                raise
            except Exception as broken:  # noqa: BLE001  the visitor gets an apology whatever broke
                reference = door.new_reference()
                _log.error(
                    "web_request_failed", reference=reference, error=type(broken).__name__, places=where_of(broken)
                )
                text = _("Sorry, something went wrong on our side. Reference: {reference}.")
                return web.Response(status=500, text=text.format(reference=reference))

    return middleware


def ensure_same_origin(request: web.Request, settings: WebSettings) -> None:
    """Refuse what another site's page sends with our visitor's cookie. Raises web.HTTPForbidden."""
    origin = urlsplit(request.headers.get("Origin", ""))
    # A proxy in front of us may have replaced the Host header, so the public address counts as our own too.
    ours = {request.headers.get("Host", "").lower(), urlsplit(settings.public_url).netloc.lower()} - {""}
    if origin.scheme not in {"http", "https"} or origin.netloc.lower() not in ours:
        _log.warning("web_origin_refused", origin=origin.netloc[:100])
        raise web.HTTPForbidden(text=_("The chat can only be used from its own page."))


def _is_asked_by_a_machine(request: web.Request, name: str) -> bool:
    """Probes and Prometheus name the address that they connect to. A rebound name is a name, never that number."""
    reached = request.transport.get_extra_info("sockname") if request.transport is not None else None
    return request.path in _OF_MACHINES and isinstance(reached, tuple) and name == str(reached[0])


def _host_name(host: str) -> str:
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return ""
