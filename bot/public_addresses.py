"""Which addresses lie in the open: whoever names one of ours, or one that leads inside, is not followed there. Pure."""

import ipaddress
from typing import Final

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_IN_THE_OPEN: Final = ipaddress.IPv6Network("2000::/3")
# Addresses of version six that carry one of version four within them; who follows them may end anywhere.
_CARRIERS: Final = (ipaddress.IPv6Network("2002::/16"), ipaddress.IPv6Network("2001::/23"))


def real_address(address: Address) -> Address:
    """The address of version four that is meant by one written as version six, else the address itself."""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def is_public(address: Address) -> bool:
    """Whether anybody on the internet may be reached by this address, and nobody of an inner network."""
    real = real_address(address)
    # Of version six one block is given out; all else, however it is written, is local, reserved or leads to version 4.
    is_inside = isinstance(real, ipaddress.IPv6Address) and (
        real not in _IN_THE_OPEN or any(real in one for one in _CARRIERS)
    )
    return real.is_global and not real.is_multicast and not is_inside
