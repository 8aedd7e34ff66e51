"""How what hooks are told is signed: after the open specification Standard Webhooks, which has libraries to verify."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Final

PREFIX: Final = "whsec_"


def make_secret(randomness: bytes) -> str:
    """A secret as receivers keep it."""
    return PREFIX + base64.b64encode(randomness).decode()


def sign(secret: str, message: str, at: int, body: bytes) -> Mapping[str, str]:
    """The headers that prove a message to whoever holds the secret."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = hmac.new(key, f"{message}.{at}.".encode() + body, hashlib.sha256).digest()
    return {
        "webhook-id": message,
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{base64.b64encode(signed).decode()}",
    }
