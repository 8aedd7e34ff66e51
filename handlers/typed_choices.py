"""A choice that is typed instead of pressed: not every door has buttons, and people write what they read."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from handlers.asking import Choice
from handlers.forms import RESUME
from handlers.memory import recall_aside
from knowledge.folding import fold, fold_words

_KEPT = "offered"
_MOST = 20  # no reply offers more
_WORD = re.compile(r"\w+")
_LETTERS = "abcdefghijklmnopqrst"
_BESIDE = "\ufe0f\u20e3"  # what makes a key with a number on it of a number
_MARK = re.compile(
    r"[(\[]?(?:(?:so|chon|chon so|muc|phuong an|y) )?0?(?P<mark>\d{1,2}|[a-t])[)\].:]*(?: (?:a|nhe|nha|di))?"
)
# To a question that waits for yes or no, people write their own yes and no rather than the words of the button.
_YES = frozenset(
    {"dong y", "toi dong y", "vang", "vang a", "vang dong y", "ok", "oke", "gui", "gui di", "chuyen", "chuyen di", "co"}
)
_NO = frozenset({"khong", "khong dong y", "toi khong dong y", "thoi", "huy", "dung", "khong gui", "khong can"})
_SAYS_YES = frozenset({"pass_on.yes", "inbox.send"})
_SAYS_NO = frozenset({"pass_on.no"})
_GOES_ON = frozenset({"tiep tuc", "lam tiep", "tiep", "nop tiep", "di tiep", "tiep di", "lam not"})
# Consent is given by its own word alone: neither "ok" nor "có" is one.
_CONSENTS = {"dong y": "link.agree", "vang dong y": "link.agree", "vang toi dong y": "link.agree"} | dict.fromkeys(
    ("khong dong y", "khong", "thoi"), "link.decline"
)


def keep_offered(choices: Iterable[Choice]) -> dict[str, Any]:
    """What a reply offers, to be kept with the conversation until the next reply; empty for nothing."""
    offered = [[one.label, one.token] for one in choices][:_MOST]
    return {_KEPT: offered} if offered else {}


def list_offered(state: Mapping[str, Any] | None) -> list[Choice]:
    """What the last reply offered, as it was kept."""
    return [Choice(label, *Choice.split(token)) for label, token in _recall(state)]


def read_choice(text: str, state: Mapping[str, Any] | None) -> str | None:
    """The token of the one offered choice that these words, alone, name; None for any other words."""
    said = fold_words(text)
    if said in _GOES_ON and (left := recall_aside(state)) is not None:
        return Choice("", left.form, RESUME).token
    offered = _recall(state)
    named = {token for label, token in offered if said and said == _folded(label) and _has_no_other_marks(text, label)}
    if not named:
        meant = _SAYS_YES if said in _YES else _SAYS_NO if said in _NO else frozenset()
        meant |= {_CONSENTS[said]} if said in _CONSENTS else frozenset()
        named = {token for _label, token in offered if Choice.split(token)[0] in meant}
    return named.pop() if len(named) == 1 else None


def mark_choice(place: int, *, has_letters: bool) -> str:
    """What stands before the choice at this place of a list, counted from 0."""
    return _LETTERS[place] if has_letters and place < len(_LETTERS) else str(place + 1)


def read_mark(text: str, *, has_letters: bool) -> int | None:
    """The place in a list, counted from 0, that a typed number or letter names by itself; None for other words."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKC", text) if sign not in _BESIDE)
    found = _MARK.fullmatch(" ".join(fold(plain).split()))
    if found is None:
        return None
    mark = found["mark"]
    if has_letters:
        return _LETTERS.index(mark) if mark in _LETTERS else None
    return int(mark) - 1 if mark.isdecimal() else None


def _recall(state: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    kept = (state or {}).get(_KEPT)
    try:
        return [(str(label), str(token)) for label, token in kept or ()]
    except (TypeError, ValueError):  # of an older form
        return []


@lru_cache(maxsize=2048)
def _folded(label: str) -> str:
    """The words of a button, of which there are few that come again and again."""
    return fold_words(label)


def _has_no_other_marks(typed: str, label: str) -> bool:
    """Whether words that are the same without marks are the same: typed marks count, marks left out do not."""
    return fold(typed) == _plain(typed) or _words(typed) == _words(label)


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())


def _words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFC", text).lower())
