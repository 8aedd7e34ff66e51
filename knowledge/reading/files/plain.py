"""Text files in the encodings that Vietnamese offices have: Unicode, and Windows-1258 where it is plainly that."""

import codecs
import unicodedata

from knowledge.reading.files.refusals import Refusal, UnreadableError

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_SAMPLE = 4096
_ZEROS = 0.2  # share of zero bytes on one side by which UTF-16 without a mark is known: spaces and plain letters
_CONTROLS = 0.02  # more control characters than this is no text
# Letters of Vietnamese alone: their share is a tenth and more in any real text, and none in text of an old font.
_OWN_LETTERS = frozenset("ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ")
_ENOUGH_OWN = 0.03
_LATIN_1 = range(0xA1, 0x100)
_ENOUGH_FOREIGN = 0.05
_FEWEST_FOREIGN = 8  # a line or two of Vietnamese may well have only à, ê or ô, which are of both


def decode(content: bytes) -> str:
    """The text of a file. Raises UnreadableError where no encoding gives Vietnamese text."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _decoded(content, encoding)
    sample = content[:_SAMPLE]
    for side, encoding in ((sample[1::2], "utf-16-le"), (sample[0::2], "utf-16-be")):
        if side and side.count(0) > _ZEROS * len(side):
            return _decoded(content, encoding)
    try:
        return ensure_text(content.decode("utf-8"))
    except UnicodeDecodeError:
        return _windows(content)


def ensure_text(text: str) -> str:
    """Give the text back. Raises UnreadableError for control characters, or for letters of an old font."""
    sample = text[: _SAMPLE * 16]
    controls = sum(unicodedata.category(letter) == "Cc" and letter not in "\t\n\r\f\v" for letter in sample)
    if controls > _CONTROLS * len(sample) or "\x00" in sample:
        raise UnreadableError(Refusal.NOT_TEXT)
    if _is_of_an_old_font(sample):
        raise UnreadableError(Refusal.OLD_LETTERS)
    return text


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return ensure_text(content.decode(encoding))
    except UnicodeDecodeError:
        raise UnreadableError(Refusal.BROKEN) from None


def _windows(content: bytes) -> str:
    try:
        text = unicodedata.normalize("NFC", content.decode("cp1258"))
    except UnicodeDecodeError:
        raise UnreadableError(Refusal.NOT_TEXT) from None
    letters = [letter for letter in text[: _SAMPLE * 16].lower() if letter.isalpha()]
    own = sum(letter in _OWN_LETTERS for letter in letters)
    if own <= _ENOUGH_OWN * len(letters) or _is_of_an_old_font(text):
        raise UnreadableError(Refusal.OLD_LETTERS if _has_foreign(text) else Refusal.NOT_TEXT)
    return ensure_text(text)


def _is_of_an_old_font(text: str) -> bool:
    letters = unicodedata.normalize("NFC", text).lower()
    own = sum(letter in _OWN_LETTERS for letter in letters)
    foreign = sum(ord(letter) in _LATIN_1 for letter in letters)
    # ã, à, ê … are of both; in Vietnamese they stand beside many letters that are its own.
    enough = max(_FEWEST_FOREIGN, _ENOUGH_FOREIGN * len(letters))
    return foreign >= enough and own < foreign * _ENOUGH_FOREIGN * 4


def _has_foreign(text: str) -> bool:
    return sum(ord(letter) in _LATIN_1 for letter in text) > _ENOUGH_FOREIGN * len(text)
