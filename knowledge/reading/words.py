"""The words of official documents that reading rests on, from `words.yaml`, and patterns made of them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from knowledge.reading.alike import fold_in_place

_FILE = Path(__file__).parent / "words.yaml"
_GAP = r"\s{1,4}"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of document and how it is written short in a symbol, by the State and by the Party."""

    name: str
    symbols: tuple[str, ...]
    party: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """All words, by the name of their list."""

    lists: dict[str, tuple[str, ...]]
    tables: dict[str, dict[str, Any]]
    kinds: tuple[Kind, ...]
    signing_for: tuple[tuple[str, str], ...]  # what is written, what it stands for
    letter: str

    def __getitem__(self, name: str) -> tuple[str, ...]:
        return self.lists[name]

    def one_of(self, *names: str) -> str:
        """A pattern, over text made alike, of any word of these lists; the longest one fits first."""
        return one_of(word for name in names for word in self.lists[name])

    def one_of_names(self) -> str:
        """A pattern of any kind of document."""
        return one_of(kind.name for kind in self.kinds)

    @staticmethod
    def form(name: str) -> str:
        """A pattern of one name, wherever a line breaks it."""
        return one_of([name])


def one_of(words: Iterable[str]) -> str:
    """A pattern of any of these words, wherever a line of the text breaks them."""
    alike = sorted({fold_in_place(word) for word in words}, key=lambda word: (-len(word), word))
    return "(?:" + "|".join(_GAP.join(map(re.escape, word.split())) for word in alike) + ")"


@lru_cache(maxsize=1)
def load_words() -> Words:
    """Read the words, once."""
    content = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    tables = {name: value for name, value in content.items() if isinstance(value, dict)}
    lists = {name: tuple(value) for name, value in content.items() if _is_list_of_words(value)}
    for table, members in tables.items():
        lists |= {f"{table}.{name}": tuple(value) for name, value in members.items() if isinstance(value, list)}
        lists |= {f"{table}.{name}": (value,) for name, value in members.items() if isinstance(value, str)}
    return Words(
        lists=lists,
        tables=tables,
        kinds=tuple(
            Kind(one["name"], tuple(one.get("symbols", ())), tuple(one.get("party", ()))) for one in content["kinds"]
        ),
        signing_for=tuple((written, one["stands_for"]) for one in content["signing_for"] for written in one["written"]),
        letter=content["letter"],
    )


def _is_list_of_words(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)
