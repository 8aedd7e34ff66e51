"""The name of a person as people write it after a title: "đồng chí Nguyễn Văn A" is found as "Nguyễn Văn A"."""

from functools import lru_cache

from knowledge.folding import fold
from knowledge.understanding.cues import load_cues


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
