"""Which side of a document a question is about: its content, whether its text is held, who signed it, its dates."""

from enum import StrEnum
from pathlib import Path

import yaml

from knowledge.folding import fold_words

_TABLE = Path(__file__).parent.parent / "questions" / "aspects.yaml"


class Aspect(StrEnum):
    """What a question about a document asks for."""

    HELD = "held"
    SUBJECT = "subject"
    SIGNER = "signer"
    ISSUED = "issued"
    REACH = "reach"
    FORCE = "force"
    DEADLINES = "deadlines"
    CONSEQUENCE = "consequence"
    ACCOUNTABLE = "accountable"
    RELATIONS = "relations"


# Sides that can be answered from the record of a document even where its text is not held.
ABOUT_THE_RECORD = frozenset({Aspect.HELD, Aspect.SUBJECT, Aspect.SIGNER, Aspect.ISSUED, Aspect.REACH})


class AspectTable:
    """Phrases by aspect, folded. Built once."""

    def __init__(self, phrases: dict[Aspect, tuple[str, ...]]) -> None:
        self._phrases = phrases

    def read(self, text: str) -> frozenset[Aspect]:
        """The aspects whose phrases stand in the text as whole words."""
        words = f" {fold_words(text)} "
        return frozenset(
            aspect for aspect, phrases in self._phrases.items() if any(f" {phrase} " in words for phrase in phrases)
        )


def load_aspects(path: Path = _TABLE) -> AspectTable:
    """The table of phrases from its YAML. Raises ValueError for an aspect that is not known."""
    data = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return AspectTable(
        {Aspect(name): tuple(fold_words(phrase) for phrase in phrases) for name, phrases in data.items()}
    )
