"""How well a passage of an added text is found again by some of its own words, beside simple searches over the same.

Run by hand: python -m tests.bench.retrieval. Texts are those of the folder in NHACCHUAN_DOCUMENTS (default: a folder
`shared/documents` beside the repository) and invented ones. Prints a table, then one line of JSON.
"""

import json
import os
import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import bm25s
import numpy as np
from rapidfuzz import fuzz, process

from knowledge.folding import fold
from knowledge.held_text import Passage
from knowledge.understanding.cues import load_cues
from knowledge.understanding.examples import load_examples
from knowledge.understanding.meaning import Intent
from knowledge.understanding.retrieval import LEAST_TEXT_SCORE
from knowledge.understanding.retrieval_texts import TextSearch, fold_word, words_of
from tests.bench.added_texts import read_texts

ROOT = Path(__file__).parent.parent.parent
INVENTED = ROOT / "tests" / "invented_documents"
SHORTEST_PASSAGE = 12  # words
QUESTIONS_EACH = 4
SEED = 20261121
MANY = 200  # documents, for the figures of time
OFFICIAL_MANY = 30  # passages of a usual document

_KEYS = {
    "ours": "",
    "bm25s, raw words": "bm25_",
    "bm25s, folded words": "bm25_folded_",
    "RapidFuzz token_set, folded": "fuzzy_",
}

Ranker = Callable[[str], "np.ndarray"]


@dataclass(frozen=True)
class Asked:
    """Some successive words of a passage with a third left out, and the place of the passage they come from."""

    words: str
    place: int


def given_folder() -> Path:
    """Where official documents are looked for."""
    return Path(os.environ.get("NHACCHUAN_DOCUMENTS") or ROOT.parent / "shared" / "documents")


def known_items(passages: Sequence[Passage], seed: int = SEED) -> list[Asked]:
    """Four questions for every passage that is long enough: 7 to 12 successive words with a third dropped."""
    chance = random.Random(seed)  # noqa: S311  the same questions every time
    asked = []
    for place, passage in enumerate(passages):
        words = passage.words.split()
        if len(words) < SHORTEST_PASSAGE:
            continue
        for _ in range(QUESTIONS_EACH):
            length = chance.randint(7, 12)
            start = chance.randint(0, len(words) - length)
            dropped = set(chance.sample(range(length), length // 3))
            kept = [word for at, word in enumerate(words[start : start + length]) if at not in dropped]
            asked.append(Asked(" ".join(kept), place))
    return asked


def rankers(passages: Sequence[Passage]) -> dict[str, Ranker]:
    """Ours and the simple ones, each a number for every passage."""
    ours = TextSearch(passages)
    folded_texts = [" ".join(map(fold_word, words_of(one.words))) for one in passages]
    return {
        "ours": lambda question: ours.rank(words_of(question)),
        "bm25s, raw words": _bm25(passages, words_of),
        "bm25s, folded words": _bm25(passages, lambda text: [fold_word(word) for word in words_of(text)]),
        "RapidFuzz token_set, folded": lambda question: process.cdist(
            [" ".join(map(fold_word, words_of(question)))], folded_texts, scorer=fuzz.token_set_ratio
        )[0],
    }


def _bm25(passages: Sequence[Passage], split: Callable[[str], list[str]]) -> Ranker:
    index = bm25s.BM25()
    index.index([split(one.words) for one in passages], show_progress=False)
    return lambda question: index.get_scores(split(question))


def ranks_of(ranker: Ranker, asked: Sequence[Asked], spell: Callable[[str], str] = str) -> list[int]:
    """The rank at which each question finds its passage; among equals the first in the texts stands first."""
    ranks = []
    for one in asked:
        scores = ranker(spell(one.words))
        own = scores[one.place]
        before = int((scores > own).sum()) + int((scores[: one.place] == own).sum())
        ranks.append(before + 1 if own > 0 else len(scores) + 1)
    return ranks


def figures(ranks: Sequence[int]) -> tuple[float, float, float]:
    """R@1, R@3 and the mean reciprocal rank."""
    count = len(ranks)
    return sum(r == 1 for r in ranks) / count, sum(r <= 3 for r in ranks) / count, sum(1 / r for r in ranks) / count


def main() -> None:
    """Print the table and the line of figures."""
    folder = given_folder()
    told: dict[str, float] = {}
    for name, place in (("official documents", folder), ("invented documents", INVENTED)):
        if not place.is_dir():
            print(f"{name}: {place} is not there; set NHACCHUAN_DOCUMENTS to a folder of official documents")
            continue
        passages = [passage for text in read_texts(place) for passage in text.passages]
        asked = known_items(passages)
        print(f"{name}: {len(passages)} passages, {len(asked)} questions")
        for who, ranker in rankers(passages).items():
            marked, unmarked = figures(ranks_of(ranker, asked)), figures(ranks_of(ranker, asked, fold))
            shown = "  ".join("R@1 {:.3f} R@3 {:.3f} MRR {:.3f}".format(*one) for one in (marked, unmarked))
            print(f"  {who:28} marked / unmarked: {shown}")
            key = f"{name.split(maxsplit=1)[0]}_{_KEYS[who]}"
            told |= {f"{key}marked": round(marked[0], 3), f"{key}unmarked": round(unmarked[0], 3)}
        told |= _answered(passages, asked, name.split(maxsplit=1)[0])
    print(json.dumps(told | _speed()))


def _answered(passages: Sequence[Passage], asked: Sequence[Asked], key: str) -> dict[str, float]:
    """How many questions score high enough to be answered, and how many everyday ones do."""
    search = TextSearch(passages)
    idle = frozenset(fold(stop) for stop in load_cues().search_stops if " " not in stop)

    def is_answered(question: str) -> bool:
        found = search.search(question, idle=idle)
        return bool(found) and found[0].score >= LEAST_TEXT_SCORE

    everyday = [one for one in _everyday() if len(words_of(one)) > 1]
    known = sum(is_answered(fold(one.words)) for one in asked) / len(asked)
    wrong = sum(is_answered(one) or is_answered(fold(one)) for one in everyday) / len(everyday)
    print(f"  answered: {known:.3f} of these questions unmarked; {wrong:.4f} of {len(everyday)} everyday questions")
    return {f"{key}_answered": round(known, 3), f"{key}_everyday": round(wrong, 4)}


def _everyday() -> list[str]:
    """Questions that no text answers: our own examples of what is out of scope."""
    return [one.text for one in load_examples() if one.intent is Intent.OUT_OF_SCOPE]


def _speed() -> dict[str, float]:
    """Time to index many documents and to search them."""
    chance = random.Random(SEED)  # noqa: S311  the same every time
    words = sorted({word for text in read_texts(INVENTED) for word in words_of(text.text)})
    weights = [1 / (rank + 1) for rank in range(len(words))]
    texts = [" ".join(chance.choices(words, weights, k=60)) for _ in range(MANY * OFFICIAL_MANY)]
    passages = [Passage(str(at), None, 0, 1, text) for at, text in enumerate(texts)]  # type: ignore[arg-type]
    began = time.perf_counter()
    search = TextSearch(passages)
    built = time.perf_counter() - began
    times = []
    for one in known_items(passages)[: QUESTIONS_EACH * 200 : 2]:
        began = time.perf_counter()
        search.search(one.words)
        times.append(time.perf_counter() - began)
    return {"build_s": round(built, 2), "query_p50_ms": round(statistics.median(times) * 1000, 2)}


if __name__ == "__main__":
    main()
