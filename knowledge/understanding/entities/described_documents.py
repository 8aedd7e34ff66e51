"""Documents whose number nobody says: told by who wrote them, where and when ("công văn của Tỉnh ủy X năm 2021").

Or by who signed them ("công văn của bà A"): whoever is known to the library only as a signer stands for the document.
"""

import re
from dataclasses import dataclass

from knowledge.documents import Document
from knowledge.facts import TerritoryCode
from knowledge.library import Library
from knowledge.understanding.cues import Cues
from knowledge.understanding.entities.document_numbers import FoundDocument
from knowledge.understanding.marks import can_be
from knowledge.understanding.meaning import DocumentMention
from knowledge.understanding.phrase_table import Match, PhraseTable
from knowledge.understanding.text import Text, make_text

_YEAR = re.compile(r"^(?:19|20)\d\d$")
_FARTHEST_SIGNER = 6  # words between the kind of paper and the name of who signed it
_YEAR_OF_ID = re.compile(r"/((?:19|20)\d\d)$")


@dataclass(frozen=True, slots=True)
class _Described:
    """A document that has no number: what its description may hold."""

    document: Document
    year: str | None
    telling: frozenset[str]  # words of its issuer that no other such document of the territory shares


class DescribedDocuments:
    """Finds documents by their description. Only documents without a number of their own are told so."""

    def __init__(self, library: Library, cues: Cues) -> None:
        self._places: PhraseTable[TerritoryCode] = PhraseTable(
            dict.fromkeys((name, one.code) for one in library.territories.values() for name in (one.name, *one.aliases))
        )
        self._kinds: PhraseTable[str] = PhraseTable((word, word) for one in cues.document_kinds for word in one.words)
        between = (*cues.search_stops, *cues.owner_links, *cues.number_words, *cues.date_words.values())
        self._between = frozenset(word.folded for phrase in between for word in make_text(phrase).words)
        self._described = _describe(library)
        self._signers: PhraseTable[Document] = PhraseTable(
            (one.signer.partition(",")[0], one) for one in library.documents.values() if one.signer
        )

    def find(self, text: Text) -> FoundDocument | None:
        """The one document that a description fits; None where it fits several or none."""
        signed = self._signed(text)
        if signed is not None:
            return signed
        places = self._places.find(text)
        here = {place.value for place in places}
        known = [one for one in self._described if here.intersection(one.document.territories)]
        if not known:
            return None
        for kind in self._kinds.find(text):
            found = self._after(text, kind, places, known)
            if found is not None:
                return found
        return None

    def _signed(self, text: Text) -> FoundDocument | None:
        """The one document that the person signed whose full name follows a word for a paper."""
        found = self._signers.find(text)
        if len({one.value.id for one in found}) != 1:
            return None
        name = found[0]
        kinds = [one for one in self._kinds.find(text) if 0 <= name.first - one.last <= _FARTHEST_SIGNER]
        if not kinds:
            return None
        start, end = kinds[-1].start, name.end
        return FoundDocument(DocumentMention(text.typed[start:end], name.value.id), start, end)

    def _after(
        self, text: Text, kind: Match[str], places: list[Match[TerritoryCode]], known: list[_Described]
    ) -> FoundDocument | None:
        issuers = {word.folded: word.marked for one in known for word in make_text(one.document.issuer).words}
        in_place = {at for place in places for at in range(place.first, place.last)}
        said: set[str] = set()
        years: set[str] = set()
        last = kind.last
        names_place = False
        for at in range(kind.last, len(text.words)):
            word = text.words[at]
            if at in in_place:
                names_place = True
            elif _YEAR.match(word.folded):
                years.add(word.folded)
            elif not names_place and word.folded in issuers and can_be(word.marked, issuers[word.folded]):
                said.add(word.folded)
            elif word.folded in self._between:
                continue
            else:
                break
            last = at + 1
        if not (names_place or (said and years)):
            return None
        fitting = [one for one in known if not years or one.year in years]
        telling = [one for one in fitting if said & one.telling]
        chosen = telling if len(telling) == 1 else fitting
        if len(chosen) != 1 or (not telling and not years):
            return None
        start, end = kind.start, text.words[last - 1].end
        return FoundDocument(DocumentMention(text.typed[start:end], chosen[0].document.id), start, end)


def _describe(library: Library) -> tuple[_Described, ...]:
    unnumbered = [one for one in library.documents.values() if one.territories and not one.id[0].isdigit()]
    issuers = {one.id: frozenset(word.folded for word in make_text(one.issuer).words) for one in unnumbered}
    described: list[_Described] = []
    for one in unnumbered:
        others = [other for other in unnumbered if other is not one and other.territories & one.territories]
        shared = frozenset[str]().union(*(issuers[other.id] for other in others))
        year = _YEAR_OF_ID.search(one.id)
        described.append(_Described(one, year[1] if year else None, issuers[one.id] - shared))
    return tuple(described)
