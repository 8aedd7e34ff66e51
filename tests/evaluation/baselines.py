"""What a mere search over the same answers would reach: the label of the nearest known text.

The texts are the examples that our classifier learns from, each with its intent, and the points and titles of the
library, each with its document. BM25 comes from bm25s, on raw and on folded words; the third is RapidFuzz's token set.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import bm25s
from rapidfuzz import fuzz, process

from knowledge.folding import fold
from knowledge.library import Library
from knowledge.understanding.examples import load_examples
from knowledge.understanding.meaning import Intent


@dataclass(frozen=True)
class Known:
    """A known text and the answer that it stands for."""

    text: str
    intent: str
    cites: frozenset[tuple[str, str | None]] = frozenset()


def known_texts(library: Library) -> tuple[Known, ...]:
    """Every text that a baseline may find."""
    known = [Known(one.text, one.intent.value) for one in load_examples()]
    for document in library.documents.values():
        cites = frozenset({(str(document.id), None)})
        named = f"{document.kind} {document.id} {document.title} {document.about}"
        known.append(Known(named, Intent.DOCUMENT.value, cites))
        known += [
            Known(
                f"{document.kind} {document.id} {point.label} {point.summary}",
                Intent.DOCUMENT.value,
                frozenset({(str(document.id), point.id)}),
            )
            for point in document.points
        ]
    return tuple(known)


Baseline = Callable[[str], Known]


def baselines(library: Library) -> dict[str, Baseline]:
    """The searches by name."""
    known = known_texts(library)
    return {
        "bm25s raw": _by_bm25(known, str.lower),
        "bm25s folded": _by_bm25(known, fold),
        "RapidFuzz": _by_token_set(known),
    }


def _by_bm25(known: Sequence[Known], prepare: Callable[[str], str]) -> Baseline:
    index = bm25s.BM25()
    index.index([prepare(one.text).split() for one in known], show_progress=False)

    def find(question: str) -> Known:
        words = prepare(question).split()
        places, _scores = index.retrieve([words], k=1, show_progress=False)
        return known[int(places[0, 0])]

    return find


def _by_token_set(known: Sequence[Known]) -> Baseline:
    folded = [fold(one.text) for one in known]

    def find(question: str) -> Known:
        best = process.extractOne(fold(question), folded, scorer=fuzz.token_set_ratio)
        return known[best[2]]

    return find
