"""Files that a command leaves where the operator names."""

from pathlib import Path

from bot.errors import InputError
from handlers.phrases import _


def write_file(file: Path, content: bytes) -> None:
    """Write it, over whatever was there. Raises InputError saying why it cannot be written."""
    try:
        file.write_bytes(content)
    except OSError as error:
        raise InputError(_("{file} cannot be written: {reason}").format(file=file, reason=error.strerror)) from error
