"""From a file to its text: the kind told by the content, parsed apart where parsing is dangerous, then cleaned."""

from pathlib import Path

from knowledge.reading.cleaning import clean
from knowledge.reading.files.child import parse_apart
from knowledge.reading.files.kinds import PLAIN, kind_of
from knowledge.reading.files.limits import FILE_BYTES, LETTERS, PLAIN_BYTES
from knowledge.reading.files.plain import decode, ensure_text
from knowledge.reading.files.refusals import Refusal, UnreadableError


def read_text_of(path: Path) -> str:
    """The clean text of an official document. Raises UnreadableError with the one reason why it is not read."""
    content = _content_of(path)
    kind = kind_of(content)
    if kind != PLAIN:
        text = ensure_text(parse_apart(kind, path))
    elif len(content) > PLAIN_BYTES:
        raise UnreadableError(Refusal.TOO_LONG)
    else:
        text = decode(content)
    if len(text) > LETTERS:
        raise UnreadableError(Refusal.TOO_LONG)
    text = clean(text)
    if not any(letter.isalpha() for letter in text):
        raise UnreadableError(Refusal.EMPTY)
    return text


def _content_of(path: Path) -> bytes:
    try:
        if not path.exists():
            raise UnreadableError(Refusal.MISSING)
        if not path.is_file():
            raise UnreadableError(Refusal.NOT_A_FILE)
        if path.stat().st_size > FILE_BYTES:
            raise UnreadableError(Refusal.TOO_BIG)
        with path.open("rb") as file:
            return file.read(FILE_BYTES)
    except PermissionError:
        raise UnreadableError(Refusal.FORBIDDEN) from None
    except (OSError, ValueError) as error:
        if isinstance(error, UnreadableError):
            raise
        raise UnreadableError(Refusal.NOT_A_FILE) from None
