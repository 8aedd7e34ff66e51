"""Broadcasts as HR speaks of them: which one, and what is wanted of it. The phrases are data."""

import re
from enum import StrEnum
from functools import cache

import yaml
from pydantic import TypeAdapter

from knowledge.understanding.cues import QUESTIONS
from knowledge.understanding.phrase_table import PhraseTable
from knowledge.understanding.text import read_text

# Days, percentages and times have numbers too; the number of a broadcast stands by itself and is no count of days.
_NUMBER = re.compile(r"(?<![\w.,/:-])(\d{1,9})(?![\w%.,/:-]*\d)(?!\s*(?:ng[aà]y|gi[oờ]|ph[uú]t|th[aá]ng|ng[uư][oờ]i))")


class BroadcastWish(StrEnum):
    """What is wanted besides writing a broadcast."""

    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    RECALL = "recall"
    RESULT = "result"
    STATUS = "status"
    WAITING = "waiting"
    LIST = "list"


def read_broadcast_wish(said: str) -> BroadcastWish | None:
    """What is wanted, by the first words that tell; None where somebody wants to write one."""
    text = read_text(said)
    found = _wishes().find(text) if text is not None else ()
    return found[0].value if found else None


def find_broadcast(said: str) -> str | None:
    """The number of the one broadcast that is named; None for none or several."""
    found = set(_NUMBER.findall(said))
    return found.pop() if len(found) == 1 else None


@cache
def _wishes() -> PhraseTable[BroadcastWish]:
    with (QUESTIONS / "broadcast_words.yaml").open(encoding="utf-8") as file:
        words = TypeAdapter(dict[BroadcastWish, tuple[str, ...]]).validate_python(
            yaml.load(file, Loader=yaml.CSafeLoader)
        )
    return PhraseTable((phrase, wish) for wish, phrases in words.items() for phrase in phrases)
