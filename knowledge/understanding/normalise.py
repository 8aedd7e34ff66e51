"""Everyday phone spelling made plain: abbreviations by their neighbours, words run together, and typing errors."""

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from rapidfuzz.distance import OSA

from knowledge.understanding.cues import Abbreviation, Sense
from knowledge.understanding.syllables import find_telex, is_syllable
from knowledge.understanding.text import Text, Word, make_text

_SHORTEST_CORRECTED = 3
_LONGEST_GLUED = 30
_EDGE = "|"  # among the neighbours of a sense: the start or the end of the question
_TOLERANT_FROM = 8  # letters from which a word may differ in two places


class Normaliser:
    """Rewrites a text word by word. Only words that cannot be meant as typed are touched."""

    def __init__(self, abbreviations: Iterable[Abbreviation], phrases: Iterable[str], foreign: Iterable[str]) -> None:
        """`phrases` are the domain's own phrases in full; `foreign` are names that look like no syllable (IELTS)."""
        self._senses: dict[str, tuple[Sense, ...]] = {}
        for one in abbreviations:
            for short in one.short:
                self._senses[short] = one.means
        self._spelt = [  # "đ/c", "gd&đt": not one word, so replaced before words are looked at
            (re.compile(rf"(?<!\w){re.escape(short)}(?!\w)", re.IGNORECASE), senses[0].full)
            for short, senses in self._senses.items()
            if not short.isalnum()
        ]
        self._foreign = frozenset(word.folded for name in foreign for word in make_text(name).words)
        self._glued: dict[str, str] = {}
        self._followed: dict[str, set[str]] = {}
        self._lexicon: set[str] = set()
        for phrase in phrases:
            self._learn(phrase)
        self._by_length: dict[int, list[str]] = {}
        for word in sorted(self._lexicon | self._foreign):
            self._by_length.setdefault(len(word), []).append(word)

    def _learn(self, phrase: str) -> None:
        words = [word.folded for word in make_text(phrase).words]
        marked = [word.marked for word in make_text(phrase).words]
        self._lexicon.update(word for word in words if word.isalpha())
        for one, other in pairwise(words):
            self._followed.setdefault(one, set()).add(other)
        for size in (2, 3, 4):
            for at in range(len(words) - size + 1):
                glued = "".join(words[at : at + size])
                if glued.isalpha() and not is_syllable(glued):
                    self._glued.setdefault(glued, " ".join(marked[at : at + size]))

    def expand(self, text: Text) -> Text:
        """The text with abbreviations written out and run-together domain words taken apart."""
        spans = [(*match.span(), full) for written, full in self._spelt for match in written.finditer(text.marked)]
        return self._rewritten(text.replaced(spans) if spans else text, self._full_form)

    def correct(self, text: Text) -> Text:
        """The text with words that no Vietnamese could be mended towards the domain's words."""
        return self._rewritten(text, self._mended)

    def __call__(self, text: Text) -> Text:
        """Both, abbreviations first."""
        return self.correct(self.expand(text))

    @staticmethod
    def _rewritten(text: Text, rewrite: Callable[[Sequence[Word], int], str | None]) -> Text:
        spans: list[tuple[int, int, str]] = []
        for at, word in enumerate(text.words):
            new = rewrite(text.words, at)
            if new is not None:
                spans.append((word.start, word.end, new))
        return text.replaced(spans) if spans else text

    def _full_form(self, words: Sequence[Word], at: int) -> str | None:
        word = words[at]
        before = words[at - 1] if at else None
        after = words[at + 1] if at + 1 < len(words) else None
        for sense in self._senses.get(word.marked, ()):
            if _fits(sense, before, after):
                return sense.full
        if len(word.folded) <= _LONGEST_GLUED and not is_syllable(word.folded) and word.folded not in self._foreign:
            return self._glued.get(word.folded)
        return None

    def _mended(self, words: Sequence[Word], at: int) -> str | None:
        word = words[at]
        plain = word.folded
        if (
            not _SHORTEST_CORRECTED <= len(plain) <= _LONGEST_GLUED
            or not plain.isalpha()
            or is_syllable(plain)
            or plain in self._lexicon
            or plain in self._foreign
        ):
            return None
        telex = find_telex(word.marked)
        if telex is not None:
            return telex
        before = words[at - 1].folded if at else ""
        after = words[at + 1].folded if at + 1 < len(words) else ""
        return self._nearest(plain, before, after)

    def _nearest(self, plain: str, before: str, after: str) -> str | None:
        allowed = 2 if len(plain) >= _TOLERANT_FROM else 1
        best: tuple[tuple[int, int, int, str], str] | None = None
        for length in range(len(plain) - 1, len(plain) + 2):
            for candidate in self._by_length.get(length, ()):
                distance = OSA.distance(plain, candidate, score_cutoff=allowed)
                if distance > allowed:
                    continue
                backed = (candidate in self._followed.get(before, ())) + (after in self._followed.get(candidate, ()))
                if not backed and (len(plain) <= _SHORTEST_CORRECTED or plain[0] != candidate[0]):
                    continue
                same_letters = sorted(plain) == sorted(candidate)  # two letters swapped is the commonest slip
                rank = (-backed, distance, -int(same_letters), candidate)
                if best is None or rank < best[0]:
                    best = (rank, candidate)
        return best[1] if best else None


def _fits(sense: Sense, before: Word | None, after: Word | None) -> bool:
    if not sense.after and not sense.before:
        return True
    return _is_one_of(before, sense.after) or _is_one_of(after, sense.before)


def _is_one_of(word: Word | None, wanted: frozenset[str]) -> bool:
    if word is None:
        return _EDGE in wanted
    return word.marked in wanted or word.folded in wanted
