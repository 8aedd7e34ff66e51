"""What a question wants besides the things that it names: to know what is missing, what is needed, what expires."""

from dataclasses import dataclass

import yaml
from pydantic import ConfigDict, TypeAdapter, with_config

from knowledge.folding import fold
from knowledge.understanding.cues import QUESTIONS, Words
from knowledge.understanding.meaning import Wish
from knowledge.understanding.phrase_table import Match, PhraseTable
from knowledge.understanding.text import Text

_LONGEST_UNIT_NAME = 3


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    phrases: dict[Wish, Words]
    unit_leads: Words
    unit_kinds: Words
    unit_prefixes: Words
    no_unit_names: Words
    need_marks: Words


class Wishes:
    """Finds wishes, and names of units that nobody declared."""

    def __init__(self) -> None:
        words = _load()
        self._phrases: PhraseTable[Wish] = PhraseTable(
            (phrase, wish) for wish, phrases in words.phrases.items() for phrase in phrases
        )
        self._units: PhraseTable[str] = PhraseTable(
            (f"{lead} {kind}", kind) for lead in words.unit_leads for kind in words.unit_kinds
        )
        self._no_names = frozenset(fold(word) for word in words.no_unit_names)
        self._need_marks = {fold(word): word for word in words.need_marks}

    def find(self, text: Text) -> frozenset[Wish]:
        """All wishes of a text in plain spelling."""
        return frozenset(match.value for match in self._phrases.find(text) if self._is_said(match, text))

    def gaps_at(self, text: Text) -> tuple[int, ...]:
        """At which words phrases for what is missing begin."""
        return tuple(match.first for match in self._phrases.find(text) if match.value is Wish.GAPS)

    def _is_said(self, match: Match[Wish], text: Text) -> bool:
        """Whether no word of what was found is an everyday one that lacks the mark it would need."""
        if match.value is not Wish.FORGED:
            return True
        words = text.words[match.first : match.last]
        return all(self._need_marks.get(word.folded, word.marked) == word.marked for word in words)

    def unit_words(self, text: Text) -> str | None:
        """Words that look like the name of a unit ("ở xã Tân Lập"), whether or not there is such a unit."""
        for match in self._units.find(text):
            last = match.last
            while last < len(text.words) and last - match.last < _LONGEST_UNIT_NAME:
                word = text.words[last]
                is_next = text.folded[text.words[last - 1].end : word.start] == " "
                is_capital = text.typed[word.start].isupper() and not text.typed.isupper()
                if not is_next or (word.folded in self._no_names and not is_capital):
                    break
                last += 1
            if last > match.last:
                return text.typed[text.words[match.first + 1].start : text.words[last - 1].end]
        return None


def unit_prefixes() -> Words:
    """What people leave out before the name of a unit."""
    return _load().unit_prefixes


def _load() -> _Words:
    with (QUESTIONS / "wishes.yaml").open(encoding="utf-8") as file:
        return TypeAdapter(_Words).validate_python(yaml.load(file, Loader=yaml.CSafeLoader))
