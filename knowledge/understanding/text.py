"""A question made safe to read: bounded, without invisible characters, as typed and without marks side by side."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

LONGEST_ACCEPTED = 8_000  # characters; twice what a chat message can hold. Longer input is nobody's question
LONGEST_READ = 1_200  # of an accepted message this much is read: questions state themselves at the start

_MOST_LETTERS = 4096
_MARKED_FROM = 0.4  # share of words with marks; many Vietnamese words have none
_WORD = re.compile(r"[^\W_]+")
_SPACES = re.compile(r"\s+")
_DIGIT = re.compile(r"\d")


class Word(NamedTuple):
    """One word and where it stands; `marked` is lower case as typed, `folded` has no marks."""

    start: int
    end: int
    marked: str
    folded: str


@dataclass(frozen=True, slots=True)
class Text:
    """Three views of one question, aligned letter by letter: as typed, in lower case, and without marks."""

    typed: str
    marked: str
    folded: str
    words: tuple[Word, ...]
    folded_words: tuple[str, ...]

    def replaced(self, spans: Iterable[tuple[int, int, str]]) -> "Text":
        """The text with these spans (start, end, new words) replaced; spans that overlap an earlier one are left."""
        ordered = sorted(spans)
        if not ordered:
            return self
        parts: list[str] = []
        at = 0
        for start, end, new in ordered:
            if start < at:
                continue
            parts += [self.typed[at:start], new]
            at = end
        return make_text("".join([*parts, self.typed[at:]]))

    def of_words(self, words: tuple[Word, ...]) -> "Text":
        """The same question, of which only these words are looked at."""
        return replace(self, words=words, folded_words=tuple(one.folded for one in words))

    def without(self, spans: Iterable[tuple[int, int]]) -> "Text":
        """The text with these spans blanked; positions of everything else stay."""
        blanked = tuple(spans)
        if not blanked:
            return self
        letters = list(self.typed)
        for start, end in blanked:
            letters[start:end] = " " * (end - start)
        return make_text("".join(letters))

    def rewritten(self, pattern: re.Pattern[str], new: str) -> "Text":
        """The text with everything that fits a pattern rewritten; itself where nothing does."""
        typed = pattern.sub(new, self.typed)
        return self if typed == self.typed else make_text(typed)

    def words_before(self, position: int, count: int) -> tuple[Word, ...]:
        """The last words that end at or before a position, nearest last."""
        return tuple(word for word in self.words if word.end <= position)[-count:]

    def words_after(self, position: int, count: int) -> tuple[Word, ...]:
        """The first words that start at or after a position."""
        return tuple(word for word in self.words if word.start >= position)[:count]


def is_marked(text: Text) -> bool:
    """Whether the visitor types marks, so that a word without them has none."""
    marked = sum(word.marked != word.folded for word in text.words)
    return marked >= _MARKED_FROM * len(text.words)


def clean(raw: str) -> str:
    """The first part of a message with composed letters, single spaces, and nothing invisible or pictorial."""
    composed = unicodedata.normalize("NFKC", raw[:LONGEST_READ])[: 2 * LONGEST_READ]
    return _SPACES.sub(" ", "".join(map(_readable, composed))).strip()


def make_text(cleaned: str) -> Text:
    """The three views of a cleaned string."""
    folded = cleaned.translate(_FOLDED)
    marked = cleaned.translate(_LOWERED)
    words = tuple(
        Word(found.start(), found.end(), marked[found.start() : found.end()], found.group())
        for found in _WORD.finditer(folded)
    )
    return Text(cleaned, marked, folded, words, tuple(word.folded for word in words))


def folded_words(cleaned: str) -> list[str]:
    """The words of a cleaned string without marks, and nothing else of it."""
    return _WORD.findall(cleaned.translate(_FOLDED))


def read_text(raw: str) -> Text | None:
    """The question of a message; None where it is too long to be one or holds nothing to read."""
    if len(raw) > LONGEST_ACCEPTED:
        return None
    text = make_text(clean(raw))
    return text if text.words else None


@lru_cache(maxsize=4096)
def _readable(letter: str) -> str:
    category = unicodedata.category(letter)
    if category in {"Cf", "Cs", "Co", "Cn", "Mn", "Me"}:  # invisible, broken, or marks on nothing
        return ""
    if category in {"Cc", "So", "Sk"} or category.startswith("Z"):
        return " "
    return letter


def _lower_letter(letter: str) -> str:
    lower = letter.lower()
    return lower if len(lower) == 1 else letter  # one letter stays one letter, so that the views stay aligned


def _fold_letter(letter: str) -> str:
    if letter in "đĐðÐ":
        return "d"
    return _lower_letter(unicodedata.normalize("NFD", letter)[0])


class _Letters(dict[int, str]):
    """What becomes of each letter, by its number, learned when it is met first; no more than there are letters."""

    def __init__(self, become: Callable[[str], str]) -> None:
        self._become = become

    def __missing__(self, code: int) -> str:
        if len(self) >= _MOST_LETTERS:
            self.clear()
        self[code] = letter = self._become(chr(code))
        return letter


_FOLDED, _LOWERED = _Letters(_fold_letter), _Letters(_lower_letter)


def has_digit(words: str) -> bool:
    """Whether a digit stands in words: most questions have none, and need not be searched for days or numbers."""
    return _DIGIT.search(words) is not None
