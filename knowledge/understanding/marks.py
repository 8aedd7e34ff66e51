"""Whether a word as typed can be the word that is wanted: marks that were typed count, marks left out do not."""

import unicodedata
from functools import lru_cache

_TONES = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}
_CONFUSED = {"\u0303", "\u0309"}  # hỏi and ngã sound alike to many and are mistyped for each other


@lru_cache(maxsize=16_384)
def _anatomy(word: str) -> tuple[tuple[str, ...], str]:
    """Each letter with its shape marks, and the tone of the word wherever it is written (hoà = hòa)."""
    letters: list[str] = []
    tone = ""
    for letter in unicodedata.normalize("NFD", word):
        if letter in _TONES:
            tone = letter
        elif unicodedata.combining(letter) and letters:
            letters[-1] += letter
        else:
            letters.append(letter)
    return tuple(letters), tone


def has_marks(word: str) -> bool:
    """Whether any letter of the word carries a mark or a stroke."""
    letters, tone = _anatomy(word)
    return bool(tone) or any(len(letter) > 1 or letter == "đ" for letter in letters)


@lru_cache(maxsize=8_192)
def can_be(typed: str, wanted: str) -> bool:
    """Whether `typed` may stand for `wanted`, both lower case and equal once folded.

    Marks may be missing ("han" for "hạn", "chưng" for "chứng") but not contradict ("hàn" is never "hạn").
    """
    if typed == wanted:
        return True
    typed_letters, typed_tone = _anatomy(typed)
    wanted_letters, wanted_tone = _anatomy(wanted)
    if typed_tone and typed_tone != wanted_tone and not {typed_tone, wanted_tone} <= _CONFUSED:
        return False
    return len(typed_letters) == len(wanted_letters) and all(
        _shape_fits(one, other) for one, other in zip(typed_letters, wanted_letters, strict=True)
    )


def same_marks(one: str, other: str) -> bool:
    """Whether two words are the same wherever their tone is written ("hoà", "hòa")."""
    return _anatomy(one) == _anatomy(other)


def same_word(word: str) -> tuple[tuple[str, ...], str]:
    """What two words have in common that are the same wherever their tone is written, for use as a key."""
    return _anatomy(word)


def differs_in_tone_only(typed: str, wanted: str) -> bool:
    """Whether the letters agree and only the tone is a slip ("chì" for "chỉ")."""
    typed_letters, _ = _anatomy(typed)
    wanted_letters, _ = _anatomy(wanted)
    return len(typed_letters) == len(wanted_letters) and all(
        _shape_fits(one, other) for one, other in zip(typed_letters, wanted_letters, strict=True)
    )


def _shape_fits(typed: str, wanted: str) -> bool:
    if typed in {"d", "đ"} and wanted in {"d", "đ"}:
        return typed in {wanted, "d"}
    return set(typed) <= set(wanted)
