"""Whether an event was signed by Zalo: a plain SHA-256, not an HMAC, over an id, the raw body, its time and a secret.

Sources disagree on whether the id is the application's or the account's; either is accepted, and which it was is told.
"""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any, Final

from bot.settings import secrets_in

HEADER: Final = "X-ZEvent-Signature"
_PREFIX: Final = "mac="


class Signatures:
    """Knows the secrets, which are never shown: one, or several divided by commas while one replaces another."""

    def __init__(self, app_id: str, oa_id: str, secret: str) -> None:
        self._firsts = {"app_id": app_id.encode(), "oa_id": oa_id.encode()}
        self._secrets = [one.encode() for one in secrets_in(secret)]

    def find_formula(self, body: bytes, event: Mapping[str, Any], shown: str) -> str | None:
        """The formula that the shown signature follows (`app_id` or `oa_id` first); None where it follows none."""
        timestamp = event.get("timestamp")
        if not shown or not isinstance(timestamp, str | int):
            return None
        given = shown.strip().removeprefix(_PREFIX).lower().encode(errors="surrogateescape")
        signed = body + str(timestamp).encode(errors="surrogatepass")
        matched = [
            name
            for name, first in self._firsts.items()
            for secret in self._secrets
            if hmac.compare_digest(hashlib.sha256(first + signed + secret).hexdigest().encode(), given)
        ]
        return matched[0] if matched else None
