"""Units, territories, offices and positions named in a question."""

from dataclasses import dataclass
from itertools import chain
from typing import TypeVar

from knowledge.facts import PositionGroup, TerritoryCode, UnitCode
from knowledge.library import Library
from knowledge.understanding.cues import Cues, Words
from knowledge.understanding.meaning import Vocabulary
from knowledge.understanding.normalise import Normaliser
from knowledge.understanding.phrase_table import Match, PhraseTable
from knowledge.understanding.text import Text, make_text
from knowledge.understanding.wishes import unit_prefixes

_VOCABULARIES_KEPT = 4
_ISSUER_REACH = 5  # words between "do" and the place of a school ("do trường cao đẳng sư phạm …")
_ISSUED_REACH = 2

Code = TypeVar("Code", PositionGroup, UnitCode)


@dataclass(frozen=True, slots=True)
class _IssueLead:
    """Words before a place where a certificate comes from; some say so only with "cấp" behind the place."""

    needs_issue: bool


@dataclass(frozen=True, slots=True)
class _Names:
    groups: PhraseTable[PositionGroup]
    units: PhraseTable[UnitCode]


class DeclaredNames:
    """Finds position groups and units that HR declared; the tables of the last few vocabularies are kept."""

    def __init__(self, normaliser: Normaliser, unsaid: Words) -> None:
        """`unsaid` are words that people leave out of the name of a position ("chủ tịch UBND xã" → "chủ tịch xã")."""
        self._normaliser = normaliser
        self._unsaid = {tuple(word.folded for word in normaliser.expand(make_text(one)).words) for one in unsaid}
        self._prefixes = [tuple(make_text(prefix).folded.split()) for prefix in unit_prefixes()]
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
                chain.from_iterable(self._position_forms(code, name) for code, name in vocabulary.position_groups)
            ),
            units=PhraseTable(chain.from_iterable(self._unit_forms(code, name) for code, name in vocabulary.units)),
        )
        self._kept = [(vocabulary, names), *self._kept][:_VOCABULARIES_KEPT]
        return names

    def _unit_forms(self, code: UnitCode, name: str) -> list[tuple[str, UnitCode]]:
        """The name as it is, and without what people leave out before it ("UBND xã Mẫu Hai" → "xã Mẫu Hai")."""
        forms = self._forms(code, name)
        for form, _code in tuple(forms):
            words = [word.marked for word in make_text(form).words]
            plain = make_text(form).folded.split()
            for prefix in self._prefixes:
                if tuple(plain[: len(prefix)]) == prefix and len(plain) - len(prefix) > 1:
                    forms.append((" ".join(words[len(prefix) :]), code))
        return list(dict.fromkeys(forms))

    def _position_forms(self, code: PositionGroup, name: str) -> list[tuple[str, PositionGroup]]:
        forms = self._forms(code, name)
        return list(dict.fromkeys((short, code) for form, _code in forms for short in self._shortened(form)))

    def _shortened(self, form: str) -> list[str]:
        """The name as it is, then without what people leave out of it, as long as two words stay."""
        words = [word.marked for word in make_text(form).words]
        found = [form]
        for unsaid in self._unsaid:
            for at in range(1, len(words) - len(unsaid)):
                rest = words[:at] + words[at + len(unsaid) :]
                if tuple(make_text(" ".join(words[at : at + len(unsaid)])).folded.split()) == unsaid and len(rest) > 1:
                    found += self._shortened(" ".join(rest))
        return found

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
        self._issue_leads: PhraseTable[_IssueLead] = PhraseTable(
            [(plain(words), _IssueLead(needs_issue=False)) for words in cues.taken_at]
            + [(plain(words), _IssueLead(needs_issue=True)) for words in cues.issued_by]
        )
        self._issued = frozenset(word.folded for words in cues.issued_tails for word in make_text(words).words)
        self._tails: PhraseTable[str] = PhraseTable((plain(tail), tail) for tail in cues.position_tails)

    def territories(self, text: Text) -> tuple[TerritoryCode, ...]:
        """Territories in the order of the text."""
        return tuple(dict.fromkeys(match.value for match in self._territories.find(text)))

    def issue_places(self, text: Text) -> tuple[TerritoryCode, ...]:
        """Territories that only say where a certificate was taken or issued: "thi ở …", "do trường … cấp"."""
        leads = self._issue_leads.find(text)
        found: list[TerritoryCode] = []
        for place in self._territories.find(text):
            before = [one for one in leads if 0 <= place.first - one.last <= _ISSUER_REACH]
            if before and before[-1].value.needs_issue:
                tail = text.words[place.last : place.last + _ISSUED_REACH]
                before = before if any(word.folded in self._issued for word in tail) else []
            if before:
                found.append(place.value)
        return tuple(dict.fromkeys(found))

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
