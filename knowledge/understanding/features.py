"""What the classifier looks at: words, pairs of words, pieces of words, and which sorts of things are named."""

from collections.abc import Iterator
from functools import lru_cache
from itertools import chain, combinations, pairwise

from knowledge.understanding.cues import Cues, Words
from knowledge.understanding.entities.reading import DOCUMENT_WORD, PERSON_WORD, Reading
from knowledge.understanding.phrase_table import PhraseTable

_PIECE_SIZES = (3, 4)
_OUTSIDE_STEPS = (0, 1, 2, 3, 5, 8)  # how many words belong to nothing the trade speaks of, in steps
_DOMAIN_STEPS = (0, 1, 2, 4)  # how many words of the trade a question holds, in steps
_STAND_INS = frozenset((DOCUMENT_WORD, PERSON_WORD))
Blocks = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]


class Features:
    """Turns a reading into the names of its features, in three blocks: words, pieces, things."""

    def __init__(self, cues: Cues, notions: dict[str, Words]) -> None:
        self._domain: PhraseTable[str] = PhraseTable((word, word) for word in cues.domain_words)
        own = {name: phrases for name, phrases in notions.items() if name not in cues.outside_notions}
        common = chain(
            cues.domain_words,
            cues.fillers,
            cues.search_stops,
            cues.greetings,
            cues.polite_starts,
            cues.self_words,
            cues.relations,
            cues.titles,
            cues.follow_up_ends,
            cues.follow_up_whys,
            cues.these_documents,
            cues.these_certificates,
            cues.these_persons,
            cues.ordinals,
            cues.point_words,
            cues.issue_words,
            cues.as_of_words,
            cues.level_fillers,
            cues.certificate_words,
            cues.language_words,
            cues.computing_words,
            chain.from_iterable(cues.aspects.values()),
            chain.from_iterable(own.values()),
            chain.from_iterable(one.words for one in cues.document_kinds),
        )
        self._known: PhraseTable[str] = PhraseTable(dict.fromkeys((phrase, phrase) for phrase in common))
        self._names = tuple(notions)
        self._notions: PhraseTable[str] = PhraseTable(
            (phrase, name) for name, phrases in notions.items() for phrase in phrases
        )

    def of(self, reading: Reading) -> Blocks:
        """The features of one question."""
        words = reading.plain.replace("/", " ").replace(",", " ").replace("?", " ? ").split()
        things = [*self._things(reading), *self._meant(reading)]
        return tuple(_words(words)), tuple(_pieces(words)), tuple(things)

    def _meant(self, reading: Reading) -> Iterator[str]:
        found = self._notions.values_in(reading.text)
        meant = [name for name in self._names if name in found]
        yield from (f"@{name}" for name in meant)
        yield from (f"@{one}+{other}" for one, other in combinations(meant, 2))
        who = _who(reading)
        yield from (f"@{name}+{who}" for name in meant)
        if not self._domain.find(reading.text) and not _names_matter(reading):
            yield from (f"@{name}+nothing" for name in meant)

    def _things(self, reading: Reading) -> Iterator[str]:
        entities = reading.entities
        named = {
            "document": entities.documents,
            "unknown_document": any(one.document is None for one in entities.documents),
            "point": entities.points,
            "kind": entities.kinds,
            "kind_level": any(one.level for one in entities.kinds),
            "criterion": entities.criteria,
            "level": entities.level,
            "person": reading.is_named_person,
            "relation": entities.person_words and not reading.is_named_person,
            "self": entities.speaks_of_self,
            "self_only": entities.speaks_of_self and not entities.person_words,
            "unit": entities.units,
            "office": entities.offices,
            "position": entities.position_words or entities.position_groups,
            "territory": entities.territories,
            "date": entities.dates,
            "as_of": entities.as_of,
            "issued": entities.issued_on or entities.issued_year,
            "years": entities.years,
            "nobody": not (entities.speaks_of_self or entities.person_words),
        }
        yield from (f"#{name}" for name, present in named.items() if present)
        yield from (f"#asks_{aspect}" for aspect in entities.aspects)
        domain = sum(match.last - match.first for match in self._domain.find(reading.text))
        yield f"#domain{max(step for step in _DOMAIN_STEPS if step <= domain)}"
        if not domain and not any((entities.documents, entities.kinds, entities.criteria, entities.person_words)):
            yield "#nothing"
        outside = self.outside(reading)
        size = max(1, len(reading.text.words))
        yield f"#outside{max(step for step in _OUTSIDE_STEPS if step <= outside)}"
        yield f"#outside_share{int(4 * outside / size)}"
        share = domain / max(1, len(reading.text.words))
        yield f"#share{min(3, int(share * 5))}"

    def outside(self, reading: Reading) -> int:
        """How many words are neither the trade's own, nor everyday small words, nor names of things found."""
        known = {
            at for match in self._known.find(reading.text) for at in range(match.first, match.last)
        } | reading.taken
        return sum(
            at not in known and word.folded.isalpha() and word.folded not in _STAND_INS
            for at, word in enumerate(reading.text.words)
        )


def _names_matter(reading: Reading) -> bool:
    entities = reading.entities
    return bool(entities.documents or entities.kinds or entities.criteria or entities.points or entities.offices)


def _who(reading: Reading) -> str:
    entities = reading.entities
    if reading.is_named_person or reading.pointing.person:
        return "other"
    if entities.person_words:
        return "relation"
    return "self" if entities.speaks_of_self else "nobody"


def _words(words: list[str]) -> Iterator[str]:
    yield from words
    yield from (f"{one}_{other}" for one, other in pairwise(("^", *words, "$")))


def _pieces(words: list[str]) -> Iterator[str]:
    return chain.from_iterable(map(_pieces_of, words))


@lru_cache(maxsize=4096)
def _pieces_of(word: str) -> tuple[str, ...]:
    padded = f"<{word}>"
    return tuple(padded[at : at + size] for size in _PIECE_SIZES for at in range(len(padded) - size + 1))
