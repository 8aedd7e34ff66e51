"""What the classifier looks at: words, pairs of words, pieces of words, and which sorts of things are named."""

from collections.abc import Iterator
from itertools import combinations, pairwise

from knowledge.understanding.cues import Cues, Words
from knowledge.understanding.entities.reading import Reading
from knowledge.understanding.phrase_table import PhraseTable

_PIECE_SIZES = (3, 4)
_DOMAIN_STEPS = (0, 1, 2, 4)  # how many words of the trade a question holds, in steps
Blocks = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]


class Features:
    """Turns a reading into the names of its features, in three blocks: words, pieces, things."""

    def __init__(self, cues: Cues, notions: dict[str, Words]) -> None:
        self._domain: PhraseTable[str] = PhraseTable((word, word) for word in cues.domain_words)
        self._notions = {name: PhraseTable((phrase, name) for phrase in phrases) for name, phrases in notions.items()}

    def of(self, reading: Reading) -> Blocks:
        """The features of one question."""
        words = reading.plain.replace("/", " ").replace(",", " ").replace("?", " ? ").split()
        things = [*self._things(reading), *self._meant(reading)]
        return tuple(_words(words)), tuple(_pieces(words)), tuple(things)

    def _meant(self, reading: Reading) -> Iterator[str]:
        meant = [name for name, phrases in self._notions.items() if phrases.find(reading.text)]
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
        share = domain / max(1, len(reading.text.words))
        yield f"#share{min(3, int(share * 5))}"


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
    for word in words:
        padded = f"<{word}>"
        for size in _PIECE_SIZES:
            yield from (padded[at : at + size] for at in range(len(padded) - size + 1))
