"""The file of a backup: a stream of sealed frames, each bound to the one before; any length takes little memory.

The frames are libsodium's secretstream (XChaCha20-Poly1305), which is made for this: a frame that is changed, moved,
left out or missing at the end is found. Before them stand in the clear a sign, the mark of the key, and a salt.
"""

import hashlib
import hmac
import secrets
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Final

from nacl import bindings
from nacl.exceptions import RuntimeError as SodiumRuntimeError

SIGN: Final = b"NHACCHUAN-BACKUP-1\n"
_CHUNK: Final = 256 * 1024
_SALT: Final = 16
_MARK: Final = 8
_LENGTH: Final = struct.Struct(">I")
_EXTRA: Final = bindings.crypto_secretstream_xchacha20poly1305_ABYTES
_HEADER: Final = bindings.crypto_secretstream_xchacha20poly1305_HEADERBYTES
_MESSAGE: Final = bindings.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
_FINAL: Final = bindings.crypto_secretstream_xchacha20poly1305_TAG_FINAL


class BackupFileError(Exception):
    """The file cannot be used; one sentence says why."""


class NotABackupError(BackupFileError):
    """It is no backup of ours."""


class WrongKeyError(BackupFileError):
    """It was sealed under another secret key."""


class DamagedBackupError(BackupFileError):
    """It was changed, or its end is missing."""


class SealedWriter:
    """Writes a backup. What is given in pieces is sealed in frames; `finish` closes it for good."""

    def __init__(self, out: BinaryIO, key: bytes) -> None:
        salt = secrets.token_bytes(_SALT)
        self._out = out
        self._clear = SIGN + _mark_of(key) + salt
        self._state = bindings.crypto_secretstream_xchacha20poly1305_state()
        header = bindings.crypto_secretstream_xchacha20poly1305_init_push(self._state, _key_of(key, salt))
        self._waiting = bytearray()
        out.write(self._clear + header)

    def write_frame(self, content: bytes) -> None:
        """One frame by itself."""
        self._seal(content, _MESSAGE)

    def write(self, content: bytes) -> None:
        """A piece of the stream, of any length."""
        self._waiting += content
        while len(self._waiting) >= _CHUNK:
            self._seal(bytes(self._waiting[:_CHUNK]), _MESSAGE)
            del self._waiting[:_CHUNK]

    def finish(self) -> None:
        """Seal the end."""
        self._seal(bytes(self._waiting), _FINAL)
        self._waiting.clear()

    def _seal(self, content: bytes, tag: int) -> None:
        sealed = bindings.crypto_secretstream_xchacha20poly1305_push(self._state, content, self._clear, tag)
        self._out.write(_LENGTH.pack(len(sealed)) + sealed)


def read_frames(file: Path, keys: Sequence[bytes]) -> Iterator[bytes]:
    """The frames of a backup, opened under whichever of the keys it was sealed with.

    Raises NotABackupError, WrongKeyError, or DamagedBackupError as soon as something is wrong; only a walk to the end
    proves that nothing is missing.
    """
    with file.open("rb") as sealed:
        clear = sealed.read(len(SIGN) + _MARK + _SALT)
        if not clear.startswith(SIGN):
            raise NotABackupError(f"{file} is not a backup of this product")
        mark, salt = clear[len(SIGN) : len(SIGN) + _MARK], clear[len(SIGN) + _MARK :]
        key = next((one for one in keys if hmac.compare_digest(_mark_of(one), mark)), None)
        header = sealed.read(_HEADER)
        if len(salt) < _SALT or len(header) < _HEADER:
            raise _damaged(file)
        if key is None:
            raise WrongKeyError(f"{file} was sealed under another secret key")
        state = bindings.crypto_secretstream_xchacha20poly1305_state()
        bindings.crypto_secretstream_xchacha20poly1305_init_pull(state, header, _key_of(key, salt))
        tag = _MESSAGE
        while tag != _FINAL:
            content, tag = _read_frame(file, sealed, state, clear)
            yield content
        if sealed.read(1):
            raise _damaged(file)


def _read_frame(
    file: Path, sealed: BinaryIO, state: "bindings.crypto_secretstream_xchacha20poly1305_state", clear: bytes
) -> tuple[bytes, int]:
    written = sealed.read(_LENGTH.size)
    length = _LENGTH.unpack(written)[0] if len(written) == _LENGTH.size else 0
    frame = sealed.read(length) if _EXTRA <= length <= 64 * _CHUNK else b""
    if not frame or len(frame) < length:
        raise _damaged(file)
    try:
        return bindings.crypto_secretstream_xchacha20poly1305_pull(state, frame, clear)
    except SodiumRuntimeError:
        raise _damaged(file) from None


def _damaged(file: Path) -> DamagedBackupError:
    return DamagedBackupError(f"{file} is damaged: it was changed, or its end is missing")


def _mark_of(key: bytes) -> bytes:
    """Tells a wrong key from a damaged file, and tells nothing of the key."""
    return hmac.new(key, b"mark of the key", hashlib.sha256).digest()[:_MARK]


def _key_of(key: bytes, salt: bytes) -> bytes:
    return hmac.new(key, b"key of the file" + salt, hashlib.sha256).digest()
