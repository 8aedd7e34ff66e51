"""Units, territories, offices and positions named in a question."""

from dataclasses import dataclass
from itertools import chain
from typing import TypeVar

from knowledge.facts import PositionGroup, TerritoryCode, UnitCode
from knowledge.library import Library
from knowledge.understanding.cues import Cues
from knowledge.understanding.meaning import Vocabulary
from knowledge.understanding.normalise import Normaliser
from knowledge.understanding.phrase_table import Match, PhraseTable
from knowledge.understanding.text import Text, make_text

_VOCABULARIES_KEPT = 4

Code = TypeVar("Code", PositionGroup, UnitCode)


@dataclass(frozen=True, slots=True)
class _Names:
    groups: PhraseTable[PositionGroup]
    units: PhraseTable[UnitCode]


class DeclaredNames:
    """Finds position groups and units that HR declared; the tables of the last few vocabularies are kept."""

    def __init__(self, normaliser: Normaliser) -> None:
        self._normaliser = normaliser
        self._kept: list[tuple[Vocabulary, _Names]] = []

    def position_groups(self, text: Text, vocabulary: Vocabulary) -> tuple[PositionGroup, ...]:
        """Position groups by their spoken name or the words of their code."""
        return tuple(dict.fromkeys(match.value for match in self._names(vocabulary).groups.find(text)))

    def units(self, text: Text, vocabulary: Vocabulary) -> tuple[UnitCode, ...]:
        """Units by name or code."""
        return tuple(dict.fromkeys(match.value for match in self._names(vocabulary).units.find(text)))

    def _names(self, vocabulary: Vocabulary) -> _Names:
        for known, names in self._kept:
            if known is vocabulary:
                return names
        names = _Names(
            groups=PhraseTable(
                chain.from_iterable(self._forms(code, name) for code, name in vocabulary.position_groups)
            ),
            units=PhraseTable(chain.from_iterable(self._forms(code, name) for code, name in vocabulary.units)),
        )
        self._kept = [(vocabulary, names), *self._kept][:_VOCABULARIES_KEPT]
        return names

    def _forms(self, code: Code, name: str) -> list[tuple[str, Code]]:
        spoken = self._normaliser.expand(make_text(name)).typed
        code_words = self._normaliser.expand(make_text(str(code).replace("_", " "))).typed
        return list(dict.fromkeys([(spoken, code), (name, code), (code_words, code), (str(code), code)]))


class LibraryPlaces:
    """Finds territories and offices of the library, and positions in free words."""

    def __init__(self, library: Library, cues: Cues, normaliser: Normaliser) -> None:
        def plain(name: str) -> str:
            return normaliser.expand(make_text(name)).typed

        self._territories: PhraseTable[TerritoryCode] = PhraseTable(
            dict.fromkeys(
                (plain(name), territory.code)
                for territory in library.territories.values()
                for name in (territory.name, str(territory.code).replace("-", " "), *territory.aliases)
            )
        )
        self._offices: PhraseTable[str] = PhraseTable(
            dict.fromkeys(
                (plain(name), office.id)
                for office in library.offices.values()
                for name in (office.name, *office.aliases)
            )
        )
        self._positions: PhraseTable[str] = PhraseTable((plain(name), name) for name in cues.positions)
        self._tails: PhraseTable[str] = PhraseTable((plain(tail), tail) for tail in cues.position_tails)

    def territories(self, text: Text) -> tuple[TerritoryCode, ...]:
        """Territories in the order of the text."""
        return tuple(dict.fromkeys(match.value for match in self._territories.find(text)))

    def offices(self, text: Text) -> tuple[str, ...]:
        """Ids of offices in the order of the text; an office of another province shares its name and comes too."""
        return tuple(dict.fromkeys(match.value for match in self._offices.find(text)))

    def spans(self, text: Text) -> list[tuple[int, int]]:
        """Which words are names of territories, offices or positions, as ranges of word positions."""
        tables = (self._territories.find(text), self._offices.find(text), self._positions.find(text))
        return [(match.first, match.last) for table in tables for match in table]

    def named(self, text: Text) -> list[tuple[int, int]]:
        """Where territories and offices stand: names of places are no names of persons."""
        territories = [(match.start, match.end) for match in self._territories.find(text)]
        return territories + [(match.start, match.end) for match in self._offices.find(text)]

    def find_position(self, text: Text) -> Match[str] | None:
        """The longest position named, with the words that say where ("trưởng phòng" + "thuộc sở")."""
        offices = self._offices.find(text)
        free = [
            one
            for one in self._positions.find(text)
            if all(one.last <= it.first or it.last <= one.first for it in offices)
        ]
        found = sorted(free, key=lambda match: (match.first - match.last, match.first))
        if not found:
            return None
        best = found[0]
        for tail in self._tails.find(text):
            if tail.first == best.last:
                return Match(best.value, best.start, tail.end, best.first, tail.last)
        return best
