"""Words that stand in the log for somebody or something, and show nothing of them."""

import hashlib
import secrets


def short_name(address: str) -> str:
    """A chat in the log: always the same short word for the same chat, and not its number."""
    return hashlib.sha256(address.encode(errors="surrogatepass")).hexdigest()[:10]


def make_reference() -> str:
    """Make a short word that a visitor can read out and that stands in the log."""
    return secrets.token_hex(3).upper()
