"""Where hooks may be: public addresses over https, and others only where the operator says so.

The name is looked up at every sending and the connection is made to the very address that was looked at: so a name
that is changed in between leads nowhere new.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from typing import Final
from urllib.parse import urlsplit

from bot.public_addresses import Address, is_public, real_address
from handlers.phrases import _

LookUp = Callable[[str, int], Awaitable[Sequence[str]]]
_LONGEST: Final = 2000


class AddressRefusedError(ValueError):
    """Nothing is sent to this address; the words say why."""


def ensure_may_be_told(url: str, *, may_be_private: bool) -> None:
    """Raise AddressRefusedError for a URL that no hook can have, as far as the URL itself shows."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
        (host or "").encode("idna")  # as it is looked up: no part of it is empty or too long
    except ValueError:
        raise AddressRefusedError(_("This is no URL.")) from None
    if len(url) > _LONGEST or not host or not url.isascii() or " " in url or not url.isprintable():
        raise AddressRefusedError(_("This is no URL."))
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise AddressRefusedError(_("The URL may hold no name, no password and no # part."))
    written = _as_address(host)
    is_loopback = host == "localhost" or (written is not None and written.is_loopback)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback):
        raise AddressRefusedError(_("It must begin with https:// (plain http is accepted for loopback alone)."))
    if is_loopback and not may_be_private:
        raise AddressRefusedError(_not_public())
    if written is not None:
        ensure_reachable(written, may_be_private=may_be_private)


def ensure_reachable(address: Address, *, may_be_private: bool) -> None:
    """Raise AddressRefusedError for an address inside a network, unless that is wanted; for some, always."""
    real = real_address(address)
    if real.is_multicast or real.is_unspecified or real.is_link_local:
        raise AddressRefusedError(_("This address is of no server that could be told anything."))
    if not may_be_private and not is_public(address):
        raise AddressRefusedError(_not_public())


async def find_address(host: str, port: int, look_up: LookUp, *, may_be_private: bool) -> Address:
    """Where to connect to. Raises AddressRefusedError if any address is refused, OSError where the name has none."""
    written = _as_address(host)
    found = [written] if written is not None else [ipaddress.ip_address(one) for one in await look_up(host, port)]
    for one in found:
        ensure_reachable(one, may_be_private=may_be_private)
    if not found:
        raise OSError("the name has no address")
    return found[0]


async def look_up(host: str, port: int) -> Sequence[str]:
    """The addresses of a name, by the system. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(where[0]).partition("%")[0] for *_rest, where in found]


def _as_address(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _not_public() -> str:
    return _("This address is not public. If it is meant, say so with --private.")
