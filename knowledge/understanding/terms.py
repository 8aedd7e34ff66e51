"""Words of the trade that officials ask about, explained in our own words; statements of law carry their source."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from pydantic import ConfigDict, TypeAdapter, with_config

from knowledge.facts import DocumentId
from knowledge.understanding.cues import QUESTIONS, load_abbreviations
from knowledge.understanding.normalise import Normaliser
from knowledge.understanding.phrase_table import Match, PhraseTable
from knowledge.understanding.text import make_text, read_text

_COPULAS = {"la", "nghia"}  # what stands before "là" is asked about: "VSTEP là loại chứng chỉ gì"


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True)
class Term:
    """A term with the names it goes by, the first being the one shown. `document` stands where law is stated."""

    names: tuple[str, ...]
    explanation: str
    document: DocumentId | None = None
    point: str | None = None

    @property
    def name(self) -> str:
        """The name that is shown."""
        return self.names[0]


def load_terms(directory: Path = QUESTIONS) -> tuple[Term, ...]:
    """All terms. Raises pydantic's ValidationError where the file is not as expected."""
    with (directory / "terms.yaml").open(encoding="utf-8") as file:
        return TypeAdapter(tuple[Term, ...]).validate_python(yaml.load(file, Loader=yaml.CSafeLoader))


def find_term(text: str) -> Term | None:
    """The term a question asks about, the longest name winning; None where it names none."""
    read = read_text(text)
    if read is None:
        return None
    normaliser, names = _tables()
    plain = normaliser(read)
    found: list[Match[Term]] = names.find(plain)
    if not found:
        return None
    asked = [one for one in found if one.last < len(plain.words) and plain.words[one.last].folded in _COPULAS]
    return max(asked or found, key=lambda match: (match.last - match.first, -match.first)).value


@cache
def _tables() -> tuple[Normaliser, PhraseTable[Term]]:
    terms = load_terms()
    every = [name for term in terms for name in term.names]
    normaliser = Normaliser(
        load_abbreviations(), every, ("vstep", "cefr", "ielts", "toeic", "toefl", "hsk", "jlpt", "icdl")
    )
    entries = {
        normaliser.expand(make_text(name)).typed.lower(): term for term in reversed(terms) for name in term.names
    }
    return normaliser, PhraseTable(entries.items())
