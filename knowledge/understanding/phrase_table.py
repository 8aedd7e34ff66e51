"""Looking up many phrases in a question at once; the longest wins and typed marks are respected."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from knowledge.understanding.marks import can_be, differs_in_tone_only, has_marks
from knowledge.understanding.syllables import is_syllable
from knowledge.understanding.text import Text, Word, make_text

T = TypeVar("T")
_Phrase = tuple[tuple[str, ...], tuple[Word, ...], bool, T]  # without marks, as written, whether marks are looked at


@dataclass(frozen=True, slots=True)
class Match(Generic[T]):
    """A phrase found in a text: its value, where it stands, and which words it covers (last excluded)."""

    value: T
    start: int
    end: int
    first: int
    last: int


class PhraseTable(Generic[T]):
    """Phrases with a value each, found in one pass over the words of a text."""

    def __init__(self, entries: Iterable[tuple[str, T]]) -> None:
        self._starts: dict[str, list[_Phrase[T]]] = {}
        for phrase, value in entries:
            words = make_text(phrase).words
            if words:
                # A name that is no Vietnamese word has no marks to contradict: "tôeic" is a slip.
                is_word = len(words) == 1 and is_syllable(words[0].folded)
                checks = is_word or any(has_marks(word.marked) for word in words)
                folded = tuple(word.folded for word in words)
                self._starts.setdefault(folded[0], []).append((folded, words, checks, value))
        for phrases in self._starts.values():
            phrases.sort(key=lambda entry: -len(entry[0]))

    def find(self, text: Text) -> list[Match[T]]:
        """Every phrase of the text, longest first at each place, never overlapping; all values of equal phrases."""
        starts, folded = self._starts, text.folded_words
        found: list[Match[T]] = []
        if starts.keys().isdisjoint(folded):  # as in most questions for most tables
            return found
        free = 0
        for at, word in enumerate(folded):
            phrases = starts.get(word) if at >= free else None
            if phrases is None:
                continue
            here = self._at(text, at, phrases)
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
            for wanted, phrase, checks, value in starts.get(word, ())
            if folded[first : first + len(wanted)] == wanted
            and _fits(words[first : first + len(wanted)], phrase, checks=checks)
        }

    @staticmethod
    def _at(text: Text, first: int, phrases: Sequence["_Phrase[T]"]) -> list[Match[T]]:
        words, folded = text.words, text.folded_words
        found: list[Match[T]] = []
        length = 0
        for wanted, phrase, checks, value in phrases:
            last = first + len(wanted)
            if found and len(wanted) < length:
                break
            if folded[first:last] == wanted and _fits(words[first:last], phrase, checks=checks):
                found.append(Match(value, words[first].start, words[last - 1].end, first, last))
                length = len(phrase)
        return found


def _fits(typed: Sequence[Word], wanted: Sequence[Word], *, checks: bool) -> bool:
    """Whether words that are the same without marks may be meant."""
    if not checks:
        return True
    wrong = [(one, other) for one, other in zip(typed, wanted, strict=True) if not can_be(one.marked, other.marked)]
    if not wrong:
        return True
    # One slip of tone is a typing error as long as the rest of the phrase stands.
    return len(wanted) > 1 and len(wrong) == 1 and differs_in_tone_only(wrong[0][0].marked, wrong[0][1].marked)
