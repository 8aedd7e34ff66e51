"""The name of a person as people write it after a title: "đồng chí Nguyễn Văn A" is found as "Nguyễn Văn A"."""

from collections.abc import Iterator
from functools import lru_cache

from knowledge.folding import fold
from knowledge.understanding.cues import load_cues
from knowledge.understanding.marks import can_be
from knowledge.understanding.text import Word, make_text, read_text

_LONGEST_NAME = 6
_SHORTEST_NAME = 2
_LONGEST_CALLED = 3
_MOST_RUNS = 24


def drop_title(words: str) -> str:
    """The words without the titles and forms of address that stand before the name; a title alone stays."""
    rest = words.strip()
    while (shorter := _without_first_title(rest)) is not None:
        rest = shorter
    return rest


def _without_first_title(words: str) -> str | None:
    spoken = words.split()
    for length in range(len(spoken) - 1, 0, -1):
        if fold(" ".join(spoken[:length])) in _titles():
            return " ".join(spoken[length:])
    return None


@lru_cache(maxsize=1)
def _titles() -> frozenset[str]:
    return frozenset(fold(title) for title in load_cues().titles)


def possible_names(question: str) -> Iterator[str]:
    """Runs of words that could be a person's full name, a surname first, the longest before the shorter ones.

    For a roster to be asked: most runs are nobody's name.
    """
    text = read_text(question)
    if text is None:
        return
    words, surnames, given = text.words, _surnames(), 0
    for first, word in enumerate(words):
        if not any(can_be(word.marked, name) for name in surnames.get(word.folded, ())):
            continue
        last = first + 1
        while last < len(words) and last - first < _LONGEST_NAME and _is_next(text.folded, words, last):
            last += 1
        for end in range(last, first + _SHORTEST_NAME - 1, -1):
            if given >= _MOST_RUNS:
                return
            given += 1
            yield text.typed[word.start : words[end - 1].end]


def called_by(question: str) -> Iterator[str]:
    """What may be a part of a name behind the first title ("nhắc chị mẫu đi học"), the longest first.

    For a roster to be asked, as with `possible_names`.
    """
    text = read_text(question)
    words = text.words if text is not None else ()
    for at in range(1, len(words)):
        if text is None or words[at - 1].folded not in _titles() or words[at].folded in _titles():
            continue
        last = at + 1
        while last < len(words) and last - at < _LONGEST_CALLED and _is_next(text.folded, words, last):
            last += 1
        for end in range(last, at, -1):
            yield text.typed[words[at].start : words[end - 1].end]
        return


def _is_next(folded: str, words: tuple[Word, ...], at: int) -> bool:
    return folded[words[at - 1].end : words[at].start] == " " and words[at].folded.isalpha()


@lru_cache(maxsize=1)
def _surnames() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for name in load_cues().surnames:
        for word in make_text(name).words:
            found[word.folded] = (*found.get(word.folded, ()), word.marked)
    return found
