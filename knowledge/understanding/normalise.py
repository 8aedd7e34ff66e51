"""Everyday phone spelling made plain: abbreviations by their neighbours, words run together, and typing errors."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import log1p

from rapidfuzz.distance import OSA

from knowledge.understanding.cues import Abbreviation, Sense
from knowledge.understanding.syllables import find_telex, is_syllable
from knowledge.understanding.text import Text, Word, folded_words, make_text

_SHORTEST_CORRECTED = 3
_LONGEST_GLUED = 30
_EFFORT = 2.0  # how much the likelihood of a slip weighs against how common the word is
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_BESIDE = {key: row[max(0, at - 1) : at] + row[at + 1 : at + 2] for row in _ROWS for at, key in enumerate(row)}
_EDGE = "|"  # among the neighbours of a sense: the start or the end of the question
_TOLERANT_FROM = 8  # letters from which a word may differ in two places


@dataclass(frozen=True, slots=True)
class Heard:
    """How often people use a word in questions, and one word after another."""

    words: Mapping[str, int] = field(default_factory=dict)
    pairs: Mapping[tuple[str, str], int] = field(default_factory=dict)


def hear(sentences: Iterable[str]) -> Heard:
    """What questions teach of the words that people use."""
    words: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for sentence in sentences:
        said = folded_words(sentence)
        words.update(said)
        pairs.update(pairwise(said))
    return Heard(dict(words), dict(pairs))


class Normaliser:
    """Rewrites a text word by word. Only words that cannot be meant as typed are touched."""

    def __init__(
        self,
        abbreviations: Iterable[Abbreviation],
        phrases: Iterable[str],
        foreign: Iterable[str],
        heard: Heard | None = None,
    ) -> None:
        """`phrases` are the domain's own phrases in full; `foreign` are names that look like no syllable (IELTS)."""
        heard = heard or Heard()
        self._senses: dict[str, tuple[Sense, ...]] = {}
        for one in abbreviations:
            for short in one.short:
                self._senses[short] = one.means
        spelt = [short for short in self._senses if not short.isalnum()]
        self._spelt = [  # "đ/c", "gd&đt": not one word, so replaced before words are looked at
            (re.compile(rf"(?<!\w){re.escape(short)}(?!\w)", re.IGNORECASE), self._senses[short][0].full)
            for short in spelt
        ]
        self._any_spelt = re.compile("|".join(map(re.escape, spelt)) or r"(?!)", re.IGNORECASE)
        self._foreign = frozenset(word.folded for name in foreign for word in make_text(name).words)
        self._glued: dict[str, str] = {}
        self._followed = Counter(heard.pairs)
        self._heard = Counter(heard.words)
        self._lexicon = {word for word in heard.words if len(word) > 1 and is_syllable(word)}
        for phrase in phrases:
            self._learn(phrase)
        self._by_length: dict[int, list[str]] = {}
        for word in sorted(self._lexicon | self._foreign):
            self._by_length.setdefault(len(word), []).append(word)

    def _learn(self, phrase: str) -> None:
        text = make_text(phrase)
        words = text.folded_words
        marked = [word.marked for word in text.words]
        self._lexicon.update(word for word in words if word.isalpha())
        self._followed.update(pairwise(words))
        for size in (2, 3, 4):
            for at in range(len(words) - size + 1):
                glued = "".join(words[at : at + size])
                if glued.isalpha() and not is_syllable(glued):
                    self._glued.setdefault(glued, " ".join(marked[at : at + size]))

    def expand(self, text: Text) -> Text:
        """The text with abbreviations written out and run-together domain words taken apart."""
        if self._any_spelt.search(text.marked) is None:  # as in most questions
            return self._rewritten(text, self._full_form)
        spans = [(*match.span(), full) for written, full in self._spelt for match in written.finditer(text.marked)]
        return self._rewritten(text.replaced(spans), self._full_form)

    def correct(self, text: Text) -> Text:
        """The text with words that no Vietnamese could be mended towards the domain's words."""
        return self._rewritten(text, self._mended)

    def __call__(self, text: Text) -> Text:
        """Both, abbreviations first."""
        return self.correct(self.expand(text))

    def is_heard_of(self, word: Word) -> bool:
        """Whether a word can be Vietnamese, is written short, or is one of the domain's or of everyday questions."""
        known = word.folded in self._lexicon or word.folded in self._foreign or word.folded in self._heard
        return known or is_syllable(word.folded) or word.marked in self._senses

    @staticmethod
    def _rewritten(text: Text, rewrite: Callable[[Sequence[Word], int], str | None]) -> Text:
        spans: list[tuple[int, int, str]] = []
        for at, word in enumerate(text.words):
            new = rewrite(text.words, at)
            if new is not None:
                spans.append((word.start, word.end, new))
        return text.replaced(spans)

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
        if telex is not None and make_text(telex).folded in self._lexicon:
            return telex
        before = words[at - 1].folded if at else ""
        after = words[at + 1].folded if at + 1 < len(words) else ""
        return self._nearest(plain, before, after) or telex

    def _nearest(self, plain: str, before: str, after: str) -> str | None:
        allowed = 2 if len(plain) >= _TOLERANT_FROM else 1
        best: tuple[float, str] | None = None
        for length in range(len(plain) - 1, len(plain) + 2):
            for candidate in self._by_length.get(length, ()):
                distance = OSA.distance(plain, candidate, score_cutoff=allowed)
                if distance > allowed:
                    continue
                backing = self._followed[before, candidate] + self._followed[candidate, after]
                if not backing and (len(plain) <= _SHORTEST_CORRECTED or plain[0] != candidate[0]):
                    continue
                likely = 2 * log1p(backing) + log1p(self._heard[candidate]) - _EFFORT * _effort(plain, candidate)
                if best is None or likely > best[0]:
                    best = (likely, candidate)
        return best[1] if best else None


def _effort(typed: str, meant: str) -> float:
    """How unlikely the slip is: swapped letters and a doubled one are the commonest, then the key beside."""
    if sorted(typed) == sorted(meant):
        return 0.5
    if len(typed) > len(meant):
        return 0.5 if set(typed) == set(meant) else 1.5
    if len(typed) < len(meant):
        return 1.0
    wrong = [(one, other) for one, other in zip(typed, meant, strict=True) if one != other]
    return sum(0.7 if one in _BESIDE.get(other, "") else 2.0 for one, other in wrong)


def _fits(sense: Sense, before: Word | None, after: Word | None) -> bool:
    if not sense.after and not sense.before:
        return True
    return _is_one_of(before, sense.after) or _is_one_of(after, sense.before)


def _is_one_of(word: Word | None, wanted: frozenset[str]) -> bool:
    if word is None:
        return _EDGE in wanted
    return word.marked in wanted or word.folded in wanted
