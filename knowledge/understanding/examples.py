"""Our own example questions, one file for each intent, and deterministic misspellings of them to learn from."""

import random
import re
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import yaml

from knowledge.understanding.cues import QUESTIONS
from knowledge.understanding.meaning import Intent
from knowledge.understanding.text import make_text

_NEIGHBOURS = dict(
    zip("qwertyuiopasdfghjklzxcvbnm", "wertyuiopoasdfghjkkxcvbnmn", strict=True),
)
_SHORTEST_MISTYPED = 3
_CHOICE = re.compile(r"\{([^{}]*)\}")
_WORDINGS = 8  # of a pattern with alternatives so many wordings are learned, spread over all of them


@dataclass(frozen=True, slots=True)
class Example:
    """A question and what it asks; `group` is the same for a question and its misspellings."""

    text: str
    intent: Intent
    group: int


def load_examples(directory: Path = QUESTIONS) -> tuple[Example, ...]:
    """All example questions. Raises ValueError for a file not named for an intent, TypeError for one not all text."""
    found: list[Example] = []
    group = 0
    for path in sorted((directory / "examples").glob("*.yaml")):
        intent = Intent(path.stem)
        with path.open(encoding="utf-8") as file:
            questions = yaml.load(file, Loader=yaml.CSafeLoader)
        for question in questions:
            if not isinstance(question, str):
                raise TypeError(f"{path.name}: a question must be text, found {question!r}")
            group += 1
            found += [Example(wording, intent, group) for wording in wordings(question)]
    return tuple(found)


def wordings(pattern: str) -> tuple[str, ...]:
    """A question as it is, or a repeatable choice among the wordings of "{tôi|em} còn thiếu {gì|chứng chỉ nào}"."""
    pieces = _CHOICE.split(pattern)
    choices = [piece.split("|") if at % 2 else [piece] for at, piece in enumerate(pieces)]
    every = [" ".join("".join(words).split()) for words in product(*choices)]
    if len(every) <= _WORDINGS:
        return tuple(every)
    return tuple(random.Random(pattern).sample(every, _WORDINGS))  # noqa: S311 - repeatable choice, nothing secret


def misspelt(example: Example) -> Example:
    """The example as a hurried thumb types it: no marks, and a slip in about every fourth word."""
    chance = random.Random(example.text)  # noqa: S311 - repeatable noise, nothing secret
    words = [_slipped(word, chance) for word in make_text(example.text).folded.split(" ")]
    return Example(" ".join(words), example.intent, example.group)


def _slipped(word: str, chance: random.Random) -> str:
    if len(word) < _SHORTEST_MISTYPED or not word.isalpha() or chance.random() > 0.27:  # noqa: PLR2004 - about every fourth
        return word
    at = chance.randrange(len(word) - 1)
    slips = (
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        word[:at] + word[at + 1 :],
        word[: at + 1] + word[at] + word[at + 1 :],
        word[:at] + _NEIGHBOURS.get(word[at], word[at]) + word[at + 1 :],
    )
    return slips[chance.randrange(len(slips))]
