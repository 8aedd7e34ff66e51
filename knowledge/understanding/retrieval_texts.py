"""Search over the words of documents that were read in: which passage does a question speak of, however it is typed?

Words count by how rare they are, as typed and without marks side by side: a mark that was typed outranks a word that
is the same only once folded. Words that stand near each other in a passage count again, as pairs.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, pairwise
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt

from knowledge.folding import fold
from knowledge.held_text import Passage
from knowledge.understanding.marks import has_marks, same_word

_WORD = re.compile(r"[^\W_]+")
_REACH = 4  # words of a passage that form pairs; of a question only neighbours do, since people leave words out
_LOOKED_AT = 20  # passages for each one wanted; others may be left out by whoever asks
_SATURATION, _LENGTH_SHARE = 1.2, 0.3
_PAIR_WEIGHT = 2.0
_MARKED_WEIGHT = 3.0  # of what is found as typed, beside 1 for what is found without marks
_FEWEST_WORDS = 5  # fewer say too little to tell a passage from chance
_CONTENT_SHARE = 0.85  # what a question's content words alone are worth, beside all its words
_FOLDED_SHARE = 0.3  # how far a word typed with marks is answered by one that only looks like it without them

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Damp = npt.NDArray[np.floating[Any]]
Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """A passage with how much of the question it answers, between 0 and 1."""

    passage: Passage
    score: float


class TextSearch:
    """An index over passages. Built once; searching is pure."""

    def __init__(self, passages: Iterable[Passage]) -> None:
        self.passages = tuple(passages)
        spoken = [words_of(one.words) for one in self.passages]
        lengths = np.array([len(words) for words in spoken], dtype=np.int64)
        usual = max(1.0, float(lengths.mean())) if len(lengths) else 1.0
        damp = _SATURATION * (1 - _LENGTH_SHARE + _LENGTH_SHARE * lengths / usual)
        self._folded = _Words(spoken, lengths, damp, fold_word)
        self._marked = _Words(spoken, lengths, damp, same_word)

    def search(
        self,
        question: str,
        allows: Callable[[Passage], bool] = lambda _: True,
        *,
        idle: frozenset[str] = frozenset(),
        limit: int = 5,
    ) -> list[FoundPassage]:
        """The passages nearest to a question, best first, among those allowed; none for a question too short to tell.

        `idle` are folded words that ask and do not name ("ai", "khi nao"); a passage need not say them.
        """
        words = words_of(question)
        if len(words) < _FEWEST_WORDS or not self.passages:
            return []
        content = [word for word in words if fold_word(word) not in idle]
        ranks = self.rank(words)
        places = [place for place in _best(ranks, _LOOKED_AT * limit) if allows(self.passages[place])][:limit]
        if not places:
            return []
        scores = self._answered(words, places)
        if len(content) >= _FEWEST_WORDS:
            scores = np.maximum(scores, _CONTENT_SHARE * self._answered(content, places))
        return [
            FoundPassage(self.passages[place], round(float(score), 4))
            for place, score in zip(places, scores, strict=True)
        ]

    def rank(self, words: Sequence[str]) -> Floats:
        """One number for each passage, the higher the nearer."""
        is_marked = [has_marks(word) for word in words]
        ranks = self._folded.singles(words) + _PAIR_WEIGHT * self._folded.pairs(words)
        if any(is_marked):
            ranks += _MARKED_WEIGHT * self._marked.singles(words, is_marked)
            ranks += _MARKED_WEIGHT * _PAIR_WEIGHT * self._marked.pairs(words, is_marked)
        return ranks

    def _answered(self, words: Sequence[str], places: Sequence[int]) -> Floats:
        """How much of what is asked each passage says, weighed by rarity: words, and neighbours near each other."""
        weights = np.array([self._folded.rarity_of(word) for word in words])
        plain, plain_pairs = self._folded.answered(words, places)
        marked, marked_pairs = self._marked.answered(words, places)
        strict = np.array([has_marks(word) for word in words])
        by_words = _share(weights, _told(plain, marked, strict))
        by_pairs = _share(weights[:-1] + weights[1:], _told(plain_pairs, marked_pairs, strict[:-1] | strict[1:]))
        return (by_words + by_pairs) / 2


def _best(ranks: Floats, count: int) -> list[int]:
    """The places of the highest ranks above zero, the highest first, of equals the first in the texts."""
    near = np.argpartition(-ranks, count - 1)[:count] if count < len(ranks) else np.arange(len(ranks))
    order = near[np.lexsort((near, -ranks[near]))]
    return [int(place) for place in order if ranks[place] > 0]


def _told(plain: Flags, marked: Flags, strict: Flags) -> Floats:
    """How far each is told: in full as typed, or without marks where none were typed. One row for each word."""
    return np.where(marked | (plain & ~strict[:, None]), 1.0, _FOLDED_SHARE * plain)


def _share(weights: Floats, told: Floats) -> Floats:
    return np.asarray(weights @ told / weights.sum(), dtype=np.float64)


class _Words(Generic[Key]):
    """Words and pairs of nearby words of every passage under one spelling."""

    def __init__(self, spoken: list[list[str]], lengths: Ints, damp: Damp, spelling: Callable[[str], Key]) -> None:
        self._spelling = spelling
        distinct = dict.fromkeys(chain.from_iterable(spoken))
        keys = {word: spelling(word) for word in distinct}
        self._ids = {key: number for number, key in enumerate(dict.fromkeys(keys.values()))}
        by_word = {word: self._ids[key] for word, key in keys.items()}
        every = np.fromiter((by_word[word] for word in chain.from_iterable(spoken)), np.int64, int(lengths.sum()))
        places = np.repeat(np.arange(len(spoken), dtype=np.int64), lengths)
        self._singles = _Postings(every, places, damp)
        near, of = [every[:0]], [places[:0]]
        for distance in range(1, _REACH + 1):
            together = places[distance:] == places[:-distance]
            near.append((every[:-distance] * len(self._ids) + every[distance:])[together])
            of.append(places[distance:][together])
        self._pairs = _Postings(np.concatenate(near), np.concatenate(of), damp)

    def singles(self, words: Sequence[str], chosen: Sequence[bool] | None = None) -> Floats:
        """What these words add to the rank of every passage; only those chosen, where that is given."""
        ids = (self._id(word) for at, word in enumerate(words) if chosen is None or chosen[at])
        return self._singles.scores(dict.fromkeys(one for one in ids if one is not None))

    def pairs(self, words: Sequence[str], chosen: Sequence[bool] | None = None) -> Floats:
        """What pairs of neighbours add; only those with a chosen word, where that is given."""
        ids = [self._id(word) for word in words]
        pairs = (
            self._pair(*two) for at, two in enumerate(pairwise(ids)) if chosen is None or chosen[at] or chosen[at + 1]
        )
        return self._pairs.scores(dict.fromkeys(one for one in pairs if one is not None))

    def answered(self, words: Sequence[str], places: Sequence[int]) -> tuple[Flags, Flags]:
        """Which of these words, and of their pairs of neighbours, each passage has: a row for each of them."""
        ids = [self._id(word) for word in words]
        wanted = np.array(places)
        pairs = [self._pair(*two) for two in pairwise(ids)]
        return self._singles.held(ids, wanted), self._pairs.held(pairs, wanted)

    def rarity_of(self, word: str) -> float:
        """How rare a word is; one of no passage is the rarest."""
        return self._singles.rarity(self._id(word))

    def _id(self, word: str) -> int | None:
        return self._ids.get(self._spelling(word))

    def _pair(self, one: int | None, other: int | None) -> int | None:
        return one * len(self._ids) + other if one is not None and other is not None else None


class _Postings:
    """For each term the passages that hold it, with what it adds to their rank there."""

    def __init__(self, terms: Ints, places: Ints, damp: Damp) -> None:
        count = max(1, len(damp))
        held, times = np.unique(terms * count + places, return_counts=True)
        term_of, self._places = held // count, (held % count).astype(np.int32)
        self._terms, starts = np.unique(term_of, return_index=True)
        self._starts = np.append(starts, len(held)).astype(np.int64)
        spread = np.diff(self._starts)
        self._rarity = np.log1p((count - spread + 0.5) / (spread + 0.5))
        parts = times / (times + damp[self._places]) if len(held) else np.zeros(0)
        self._adds = (parts * np.repeat(self._rarity, spread)).astype(np.float32)
        self._rarest = float(np.log1p((count + 0.5) / 0.5))
        self._count = len(damp)

    def scores(self, terms: Iterable[int]) -> Floats:
        ranks = np.zeros(self._count)
        for term in terms:
            at = self._find(term)
            if at is not None:
                span = slice(self._starts[at], self._starts[at + 1])
                ranks[self._places[span]] += self._adds[span]
        return ranks

    def held(self, terms: Sequence[int | None], wanted: Ints) -> Flags:
        """Which of these places hold each term: a row for each term."""
        flags = np.zeros((len(terms), len(wanted)), dtype=np.bool_)
        for row, term in enumerate(terms):
            at = self._find(term) if term is not None else None
            if at is not None:
                places = self._places[self._starts[at] : self._starts[at + 1]]
                found = np.minimum(np.searchsorted(places, wanted), len(places) - 1)
                flags[row] = places[found] == wanted
        return flags

    def rarity(self, term: int | None) -> float:
        at = self._find(term) if term is not None else None
        return self._rarest if at is None else float(self._rarity[at])

    def _find(self, term: int) -> int | None:
        at = int(np.searchsorted(self._terms, term))
        return at if at < len(self._terms) and int(self._terms[at]) == term else None


def words_of(text: str) -> list[str]:
    """The words of a text in lower case, with their marks."""
    return _WORD.findall(unicodedata.normalize("NFC", text).lower())


@lru_cache(maxsize=16_384)
def fold_word(word: str) -> str:
    """A word without marks."""
    return fold(word)
