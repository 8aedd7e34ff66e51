"""Looking up many phrases in a question at once; the longest wins and typed marks are respected."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Generic, NamedTuple, TypeVar

from knowledge.understanding.marks import can_be, differs_in_tone_only, has_marks
from knowledge.understanding.syllables import is_syllable
from knowledge.understanding.text import Text, Word, make_text

_MOST_PHRASES = 16_384
T = TypeVar("T")
_Phrase = tuple[tuple[Word, ...], bool, T]  # as written, whether marks are looked at, what it stands for
# Phrases that begin with the same word, by how many words they have, most first, and by their words without marks.
_Beginning = list[tuple[int, dict[tuple[str, ...], list[_Phrase[T]]]]]


class Match(NamedTuple, Generic[T]):
    """A phrase found in a text: its value, where it stands, and which words it covers (last excluded)."""

    value: T
    start: int
    end: int
    first: int
    last: int


class PhraseTable(Generic[T]):
    """Phrases with a value each, found in one pass over the words of a text."""

    def __init__(self, entries: Iterable[tuple[str, T]]) -> None:
        starts: dict[str, dict[int, dict[tuple[str, ...], list[_Phrase[T]]]]] = {}
        for phrase, value in entries:
            words, folded, checks = _read_phrase(phrase)
            if words:
                of_length = starts.setdefault(folded[0], {}).setdefault(len(folded), {})
                of_length.setdefault(folded, []).append((words, checks, value))
        self._starts: dict[str, _Beginning[T]] = {
            first: sorted(by_length.items(), reverse=True) for first, by_length in starts.items()
        }
        self._last: tuple[Text, list[Match[T]]] | None = None  # one question is looked through several times

    def find(self, text: Text) -> list[Match[T]]:
        """Every phrase of the text, longest first at each place, never overlapping; all values of equal phrases."""
        starts, folded = self._starts, text.folded_words
        if starts.keys().isdisjoint(folded):  # as in most questions for most tables
            return []
        last = self._last
        if last is None or last[0] is not text:
            self._last = last = text, self._find(text)
        return last[1].copy()

    def _find(self, text: Text) -> list[Match[T]]:
        starts, folded = self._starts, text.folded_words
        found: list[Match[T]] = []
        free = 0
        for at, word in enumerate(folded):
            beginning = starts.get(word) if at >= free else None
            if beginning is None:
                continue
            here = self._at(text, at, beginning)
            if here:
                found += here
                free = here[0].last
        return found

    def values_in(self, text: Text) -> set[T]:
        """The values of all phrases that stand anywhere in the text, also within longer ones."""
        starts, words, folded = self._starts, text.words, text.folded_words
        return {
            value
            for first, word in enumerate(folded)
            for length, phrases in starts.get(word, ())
            for phrase, checks, value in phrases.get(folded[first : first + length], ())
            if _fits(words[first : first + length], phrase, checks=checks)
        }

    @staticmethod
    def _at(text: Text, first: int, beginning: _Beginning[T]) -> list[Match[T]]:
        words, folded = text.words, text.folded_words
        for length, phrases in beginning:
            last = first + length
            here = phrases.get(folded[first:last])
            if here is None:
                continue
            typed = words[first:last]
            found = [
                Match(value, typed[0].start, typed[-1].end, first, last)
                for phrase, checks, value in here
                if _fits(typed, phrase, checks=checks)
            ]
            if found:
                return found
        return []


@lru_cache(maxsize=_MOST_PHRASES)
def _read_phrase(phrase: str) -> tuple[tuple[Word, ...], tuple[str, ...], bool]:
    """Its words, the same without marks, and whether marks are looked at; many phrases stand in several tables."""
    text = make_text(phrase)
    words, folded = text.words, text.folded_words
    # A name that is no Vietnamese word has no marks to contradict: "tôeic" is a slip.
    is_word = len(words) == 1 and is_syllable(folded[0])
    has_any = text.marked != text.folded and any(has_marks(word.marked) for word in words)
    return words, folded, is_word or has_any


def _fits(typed: Sequence[Word], wanted: Sequence[Word], *, checks: bool) -> bool:
    """Whether words that are the same without marks may be meant."""
    if not checks:
        return True
    pairs = zip(typed, wanted, strict=True)
    wrong = [(one, other) for one, other in pairs if one[2] != other[2] and not can_be(one.marked, other.marked)]
    if not wrong:
        return True
    # One slip of tone is a typing error as long as the rest of the phrase stands.
    return len(wanted) > 1 and len(wrong) == 1 and differs_in_tone_only(wrong[0][0].marked, wrong[0][1].marked)
