"""Looking up many phrases in a question at once; the longest wins and typed marks are respected."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from knowledge.understanding.marks import can_be, differs_in_tone_only, has_marks
from knowledge.understanding.syllables import is_syllable
from knowledge.understanding.text import Text, Word, make_text

T = TypeVar("T")


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
        self._starts: dict[str, list[tuple[tuple[Word, ...], bool, T]]] = {}
        for phrase, value in entries:
            words = make_text(phrase).words
            if words:
                # A name that is no Vietnamese word has no marks to contradict: "tôeic" is a slip.
                is_word = len(words) == 1 and is_syllable(words[0].folded)
                checks = is_word or any(has_marks(word.marked) for word in words)
                self._starts.setdefault(words[0].folded, []).append((words, checks, value))
        for phrases in self._starts.values():
            phrases.sort(key=lambda entry: -len(entry[0]))

    def find(self, text: Text) -> list[Match[T]]:
        """Every phrase of the text, longest first at each place, never overlapping; all values of equal phrases."""
        words, starts = text.words, self._starts
        found: list[Match[T]] = []
        free = 0
        for at, word in enumerate(words):
            phrases = (
                starts.get(word.folded) if at >= free else None
            )  # most words start no phrase; this loop is the hot one
            if phrases is None:
                continue
            here = self._at(words, at, phrases)
            if here:
                found += here
                free = here[0].last
        return found

    @staticmethod
    def _at(words: Sequence[Word], first: int, phrases: Sequence[tuple[tuple[Word, ...], bool, T]]) -> list[Match[T]]:
        found: list[Match[T]] = []
        length = 0
        for phrase, checks, value in phrases:
            last = first + len(phrase)
            if found and len(phrase) < length:
                break
            if last <= len(words) and _fits(words[first:last], phrase, checks=checks):
                found.append(Match(value, words[first].start, words[last - 1].end, first, last))
                length = len(phrase)
        return found


def _fits(typed: Sequence[Word], wanted: Sequence[Word], *, checks: bool) -> bool:
    if any(one.folded != other.folded for one, other in zip(typed, wanted, strict=True)):
        return False
    if not checks:
        return True
    wrong = [(one, other) for one, other in zip(typed, wanted, strict=True) if not can_be(one.marked, other.marked)]
    if not wrong:
        return True
    # One slip of tone is a typing error as long as the rest of the phrase stands.
    return len(wanted) > 1 and len(wrong) == 1 and differs_in_tone_only(wrong[0][0].marked, wrong[0][1].marked)
