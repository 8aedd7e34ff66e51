"""What is kept encrypted, and how it can still be found: sealed text, blind indexes of phone numbers, code hashes."""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_COUNTRY: Final = "84"
_SHORTEST_KEY: Final = 16
_LENGTHS: Final = range(8, 16)  # digits of a number with its country, by ITU-T E.164
_NATIONAL_LENGTHS: Final = range(9, 11)  # without country and leading zero, as spreadsheets leave them
_WITH_COUNTRY_AND_ZERO: Final = range(12, 14)  # the country before a number written as at home: 84 0912345678
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
    elif digits.startswith(f"{_COUNTRY}0") and len(digits) in _WITH_COUNTRY_AND_ZERO:
        digits = _COUNTRY + digits[3:]
    return f"+{digits}" if len(digits) in _LENGTHS else None


@dataclass(frozen=True, slots=True)
class _Ring:
    """Everything that is derived from the keys, in their order."""

    names: tuple[str, ...]
    newest: Fernet
    seals: MultiFernet
    phone_keys: tuple[bytes, ...]
    code_keys: tuple[bytes, ...]
    cookie_keys: tuple[bytes, ...]
    backup_keys: tuple[bytes, ...]
    seal_keys: tuple[bytes, ...]
    log_key: bytes

    @classmethod
    def of(cls, keys: Sequence[str]) -> "_Ring":
        if not keys or any(len(key) < _SHORTEST_KEY for key in keys):
            raise SecretKeyError(f"the secret key must have at least {_SHORTEST_KEY} characters")
        seals = [Fernet(base64.urlsafe_b64encode(_derive(key, "seal"))) for key in keys]
        return cls(
            names=tuple(_derive(key, "name")[:8].hex() for key in keys),
            newest=seals[0],
            seals=MultiFernet(seals),
            phone_keys=tuple(_derive(key, "phone") for key in keys),
            code_keys=tuple(_derive(key, "code") for key in keys),
            cookie_keys=tuple(_derive(key, "cookie") for key in keys),
            backup_keys=tuple(_derive(key, "backup") for key in keys),
            seal_keys=tuple(_derive(key, "audit seal") for key in keys),
            log_key=_derive(keys[0], "log"),
        )


class Vault:
    """Seals and opens text under the secret key of the installation.

    Several keys may be given, newest first, while one replaces another: the first seals and all open. `newer` is asked
    at every use whether the keys are others by now, and gives those, so that a running process follows a change.
    """

    def __init__(self, keys: Sequence[str], newer: Callable[[], Sequence[str] | None] | None = None) -> None:
        self._kept = _Ring.of(keys)
        self._newer = newer

    @classmethod
    def from_setting(cls, setting: str) -> "Vault":
        """A vault from NHACCHUAN_SECRET_KEY: one key, or several divided by commas, the newest first."""
        return cls([key.strip() for key in setting.split(",") if key.strip()])

    @property
    def key_names(self) -> tuple[str, ...]:
        """What each key is called where it may be read; nothing of the key can be learnt from it."""
        return self._ring.names

    @property
    def cookie_keys(self) -> tuple[bytes, ...]:
        """Sign what browsers keep: the first signs, and what any of them signed holds."""
        return self._ring.cookie_keys

    @property
    def backup_keys(self) -> tuple[bytes, ...]:
        """Seal copies of the database: the first seals, and what any of them sealed can be opened."""
        return self._ring.backup_keys

    @property
    def seal_keys(self) -> tuple[bytes, ...]:
        """Sign the ends of the audit chain: the first signs, and what any of them signed is known as ours."""
        return self._ring.seal_keys

    @property
    def log_key(self) -> bytes:
        """Makes the words that stand in the log for chats; of the newest key alone, so that each chat has one word."""
        return self._ring.log_key

    def encrypt(self, text: str) -> bytes:
        return self._ring.newest.encrypt(text.encode())

    def decrypt(self, sealed: bytes) -> str:
        """The text that was sealed. Raises SecretKeyError when it was sealed with another key."""
        return self.decrypt_bytes(sealed).decode()

    def encrypt_bytes(self, content: bytes) -> bytes:
        return self._ring.newest.encrypt(content)

    def decrypt_bytes(self, sealed: bytes) -> bytes:
        """What was sealed. Raises SecretKeyError when it was sealed with another key, or has been changed."""
        try:
            return self._ring.seals.decrypt(sealed)
        except InvalidToken:
            raise SecretKeyError("this was sealed with another secret key") from None

    def is_newest(self, sealed: bytes) -> bool:
        """Whether the newest key opens this."""
        try:
            self._ring.newest.decrypt(sealed)
        except InvalidToken:
            return False
        return True

    def reseal(self, sealed: bytes) -> bytes:
        """The same text under the newest key. Raises SecretKeyError where no key opens it."""
        try:
            return self._ring.seals.rotate(sealed)
        except InvalidToken:
            raise SecretKeyError("this was sealed with another secret key") from None

    def phone_index(self, phone: str) -> bytes:
        """The blind index of a phone number, equal however it is written. Raises ValueError if it is not one."""
        return self.phone_indexes(phone)[0]

    def phone_indexes(self, phone: str) -> list[bytes]:
        """The blind indexes under every key, for finding numbers that older keys indexed."""
        number = normalise_phone(phone)
        if number is None:
            raise ValueError("not a phone number")
        return [_keyed_hash(key, number) for key in self._ring.phone_keys]

    def code_hashes(self, code: str) -> list[bytes]:
        """Hashes of a one-time code under every key; new codes are kept under the first."""
        return [_keyed_hash(key, code) for key in self._ring.code_keys]

    @property
    def _ring(self) -> _Ring:
        keys = self._newer() if self._newer is not None else None
        if keys is not None:
            with suppress(SecretKeyError):  # keys that are none change nothing
                self._kept = _Ring.of(keys)
        return self._kept


def _derive(key: str, purpose: str) -> bytes:
    return HKDF(SHA256(), length=32, salt=None, info=f"nhacchuan {purpose}".encode()).derive(key.encode())


def _keyed_hash(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()
