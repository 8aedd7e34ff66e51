"""What is kept encrypted, and how it can still be found: sealed text, blind indexes of phone numbers, code hashes."""

import base64
import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_FILE: Final = "secret.key"
_COUNTRY: Final = "84"
_SHORTEST_KEY: Final = 16
_LENGTHS: Final = range(8, 16)  # digits of a number with its country, by ITU-T E.164
_NATIONAL_LENGTHS: Final = range(9, 11)  # without country and leading zero, as spreadsheets leave them
_ABROAD: Final = re.compile(r"\D*\+")
_NOT_DIGIT: Final = re.compile(r"\D+")


class SecretKeyError(ValueError):
    """The secret key is missing, too short, or not the one with which the data was sealed."""


def normalise_phone(written: str) -> str | None:
    """A phone number in E.164, Việt Nam unless another country is written; None where it cannot be one."""
    digits = _NOT_DIGIT.sub("", written)
    if _ABROAD.match(written) or digits.startswith("00"):
        digits = digits.removeprefix("00")
        digits = _COUNTRY + digits[3:] if digits.startswith(f"{_COUNTRY}0") else digits
    elif digits.startswith("0"):
        digits = _COUNTRY + digits[1:]
    elif len(digits) in _NATIONAL_LENGTHS and not (
        digits.startswith(_COUNTRY) and len(digits) > min(_NATIONAL_LENGTHS)
    ):
        digits = _COUNTRY + digits
    return f"+{digits}" if len(digits) in _LENGTHS else None


class Vault:
    """Seals and opens text under the secret key of the installation.

    Several keys may be given, newest first, while one replaces another: the first seals and all open.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys or any(len(key) < _SHORTEST_KEY for key in keys):
            raise SecretKeyError(f"the secret key must have at least {_SHORTEST_KEY} characters")
        self._seals = MultiFernet([Fernet(base64.urlsafe_b64encode(_derive(key, "seal"))) for key in keys])
        self._phone_keys = [_derive(key, "phone") for key in keys]
        self._code_keys = [_derive(key, "code") for key in keys]
        self.cookie_key = _derive(keys[0], "cookie")  # signs visitors' cookies, which need not outlive a rotation

    @classmethod
    def from_setting(cls, setting: str) -> "Vault":
        """A vault from NHACCHUAN_SECRET_KEY: one key, or several divided by commas, the newest first."""
        return cls([key.strip() for key in setting.split(",") if key.strip()])

    def encrypt(self, text: str) -> bytes:
        return self._seals.encrypt(text.encode())

    def decrypt(self, sealed: bytes) -> str:
        """The text that was sealed. Raises SecretKeyError when it was sealed with another key."""
        try:
            return self._seals.decrypt(sealed).decode()
        except InvalidToken:
            raise SecretKeyError("this was sealed with another secret key") from None

    def encrypt_bytes(self, content: bytes) -> bytes:
        return self._seals.encrypt(content)

    def decrypt_bytes(self, sealed: bytes) -> bytes:
        """What was sealed. Raises SecretKeyError when it was sealed with another key, or has been changed."""
        try:
            return self._seals.decrypt(sealed)
        except InvalidToken:
            raise SecretKeyError("this was sealed with another secret key") from None

    def reseal(self, sealed: bytes) -> bytes:
        """The same text under the newest key."""
        return self._seals.rotate(sealed)

    def phone_index(self, phone: str) -> bytes:
        """The blind index of a phone number, equal however it is written. Raises ValueError if it is not one."""
        return self.phone_indexes(phone)[0]

    def phone_indexes(self, phone: str) -> list[bytes]:
        """The blind indexes under every key, for finding numbers that older keys indexed."""
        number = normalise_phone(phone)
        if number is None:
            raise ValueError("not a phone number")
        return [_keyed_hash(key, number) for key in self._phone_keys]

    def code_hashes(self, code: str) -> list[bytes]:
        """Hashes of a one-time code under every key; new codes are kept under the first."""
        return [_keyed_hash(key, code) for key in self._code_keys]


def load_or_make_key(home: Path) -> str:
    """The secret key of this home, made once. Only its owner may read the file; two processes get the same key."""
    file = home / KEY_FILE
    if not file.exists():
        home.mkdir(parents=True, exist_ok=True)
        draft = home / f".{KEY_FILE}.{secrets.token_hex(8)}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as written:
            written.write(secrets.token_urlsafe(48) + "\n")
            written.flush()
            os.fsync(written.fileno())
        try:
            # A link appears whole or not at all, and never replaces what another process has put there meanwhile.
            os.link(draft, file)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    key = file.read_text().strip()
    if not key:
        raise SecretKeyError(f"{file} is empty; put the secret key back, or remove the file to begin anew")
    return key


def _derive(key: str, purpose: str) -> bytes:
    return HKDF(SHA256(), length=32, salt=None, info=f"nhacchuan {purpose}".encode()).derive(key.encode())


def _keyed_hash(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()
