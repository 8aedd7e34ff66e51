"""Positions as people call them, and what they are called in full. The words are data."""

from functools import cache

import yaml

from knowledge.folding import fold_words
from knowledge.understanding.cues import QUESTIONS


def spell_out_position(words: str) -> str:
    """The name of a position, folded, in full: "Phó phòng" and "phó trưởng phòng" give the same."""
    folded = fold_words(words)
    for short, full in _called().items():
        if folded == short or folded.startswith(f"{short} "):
            return f"{full}{folded[len(short) :]}"
    return folded


@cache
def _called() -> dict[str, str]:
    with (QUESTIONS / "position_words.yaml").open(encoding="utf-8") as file:
        written = yaml.safe_load(file)
    return {fold_words(short): fold_words(full) for short, full in written["called"].items()}
