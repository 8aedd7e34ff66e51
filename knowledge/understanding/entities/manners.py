"""In what way a certificate was got, where a question says so: online or at a distance, or bought."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import yaml
from pydantic import ConfigDict, TypeAdapter, with_config

from knowledge.understanding.cues import QUESTIONS, Words
from knowledge.understanding.phrase_table import PhraseTable
from knowledge.understanding.text import read_text


class Manner(StrEnum):
    """A way of getting a certificate that people ask about."""

    ONLINE = "online"  # studied or tested online or at a distance
    BOUGHT = "bought"


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    online: Words
    bought: Words


def find_manners(raw: str) -> frozenset[Manner]:
    """The ways of getting a certificate that a message speaks of."""
    text = read_text(raw)
    return frozenset(match.value for match in _table().find(text)) if text is not None else frozenset()


@cache
def _table() -> PhraseTable[Manner]:
    with (QUESTIONS / "manner_words.yaml").open(encoding="utf-8") as file:
        words = TypeAdapter(_Words).validate_python(yaml.load(file, Loader=yaml.CSafeLoader))
    return PhraseTable(
        [(word, Manner.ONLINE) for word in words.online] + [(word, Manner.BOUGHT) for word in words.bought]
    )
