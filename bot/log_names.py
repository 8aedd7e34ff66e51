"""Words that stand in the log for somebody or something, and show nothing of them."""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final

_DIGITS: Final = 10
FindKey = Callable[[], bytes]


@cache
def _passing_key() -> bytes:
    """For a process that has no key of an installation: nobody guesses it, and it ends with the process."""
    return secrets.token_bytes(32)


@dataclass
class _Naming:
    find_key: FindKey = _passing_key


_naming: Final = _Naming()


def name_by(find_key: FindKey | None) -> None:
    """Make names with this key from now on; None is a key of this process alone.

    It is asked for at every name, so that all processes go over to another key as they learn of it.
    """
    _naming.find_key = find_key or _passing_key


def short_name(address: str) -> str:
    """A chat in the log: the same short word for the same chat in every process, and not its number.

    Numbers of chats are few enough to try them all, so the word is made with a key of the installation: whoever has
    the log alone learns from it nobody's number.
    """
    made = hmac.digest(_naming.find_key(), address.encode(errors="surrogatepass"), hashlib.sha256)
    return made.hex()[:_DIGITS]


def make_reference() -> str:
    """Make a short word that a visitor can read out and that stands in the log."""
    return secrets.token_hex(3).upper()
