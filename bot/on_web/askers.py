"""From which network a request comes, and how often one may ask; behind proxies that are named, as these say."""

import math
from collections.abc import Awaitable, Callable, Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.pacing import Paces
from bot.webhooks import TURNED_AWAY
from handlers.phrases import _

Network = IPv4Network | IPv6Network
FORWARDED_FOR = "X-Forwarded-For"
_HOME_BITS = 64  # of an address of version 6: the rest anybody at home chooses as they like
_REFUSED = frozenset({401, 403, 421})
_log = structlog.get_logger(__name__)

# An office of 500 people behind one address opens the page and asks: some thousands of requests within minutes.
ANYTHING = 3_000, 0.02
REFUSED = 100, 1.0


class Proxies:
    """The proxies whose word is taken for who asks; nobody's unless they are named."""

    def __init__(self, networks: Iterable[str] = (), header: str = FORWARDED_FOR) -> None:
        self._networks: tuple[Network, ...] = tuple(ip_network(one, strict=False) for one in networks)
        self._header = header

    def find_remote(self, request: web.Request) -> str | None:
        """The address that asks where a named proxy says it, else None. What others put into the header is not read."""
        if not self._networks or not self._is_proxy(request.remote or ""):
            return None
        hops = [hop.strip() for line in request.headers.getall(self._header, ()) for hop in line.split(",")]
        said = next((hop for hop in reversed(hops) if not self._is_proxy(hop)), "")
        return _plain(said) or None

    def _is_proxy(self, written: str) -> bool:
        address = _read(written)
        return address is not None and any(address in one for one in self._networks)


def network_of(request: web.Request) -> str:
    """The network that asks, as one name; empty for this machine, behind which anybody may stand."""
    address = _read(request.remote or "")
    if address is None or address.is_loopback:
        return ""
    if isinstance(address, IPv6Address):
        return str(ip_network((address, _HOME_BITS), strict=False))
    return str(address)


def know_asker(proxies: Proxies) -> Middleware:
    """Let everything behind see the address that asks, where a named proxy stands before us."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        remote = proxies.find_remote(request)
        return await handler(request if remote is None else request.clone(remote=remote))

    return middleware


def keep_pace(webhooks: Iterable[str], anything: Paces | None = None, refused: Paces | None = None) -> Middleware:
    """Have a network that asks too often, or is refused too often, wait.

    Webhooks are let through to where they prove themselves; only what is refused there counts. What comes from this
    machine is never slowed: a proxy that nobody named may stand there with everybody behind it.
    """
    anything, refused, let_through = anything or Paces(*ANYTHING), refused or Paces(*REFUSED), frozenset(webhooks)

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        network = network_of(request)
        if not network:
            return await handler(request)
        if request.path not in let_through and (wait := anything.take(network) or refused.wait(network)):
            return _too_often(wait)
        return await _refusing_politely(request, handler, network, refused)

    return middleware


async def _refusing_politely(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]], network: str, refused: Paces
) -> web.StreamResponse:
    try:
        response = await handler(request)
    except web.HTTPException as raised:
        if raised.status in _REFUSED and (wait := refused.take(network)):
            return _too_often(wait)
        raise
    if _is_refusal(response) and not response.prepared and (wait := refused.take(network)):
        return _too_often(wait)
    return response


def _is_refusal(response: web.StreamResponse) -> bool:
    return response.status in _REFUSED or TURNED_AWAY in response


def _too_often(wait: float) -> web.Response:
    seconds = max(1, math.ceil(wait))
    _log.info("web_too_often", seconds=seconds)
    text = _("Too many requests; please try again later.")
    return web.Response(status=429, text=text, headers={"Retry-After": str(seconds)})


def _read(written: str) -> IPv4Address | IPv6Address | None:
    """The address that is written. One of version 4 is that also where a socket of version 6 brought it."""
    try:
        address = ip_address(_plain(written))
    except ValueError:
        return None
    within = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return within or address


def _plain(written: str) -> str:
    """An address without the port, brackets and zone that proxies write with it."""
    written = written.strip().strip('"')
    if written.startswith("["):
        written = written[1:].partition("]")[0]
    elif written.count(":") == 1:
        written = written.partition(":")[0]
    return written.partition("%")[0]
