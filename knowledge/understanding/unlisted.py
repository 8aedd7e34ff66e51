"""Papers in a question that the library has no kind for: tests by name, and papers that are no credentials at all."""

from collections.abc import Iterable
from dataclasses import dataclass

import yaml
from pydantic import ConfigDict, TypeAdapter, with_config

from knowledge.facts import CriterionCode, KindCode
from knowledge.understanding.cues import QUESTIONS, Words
from knowledge.understanding.meaning import UnlistedTest
from knowledge.understanding.phrase_table import Match, PhraseTable
from knowledge.understanding.text import Text, make_text


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    kind: str
    criterion: str
    tests: dict[str, Words]
    no_credentials: dict[str, Words]
    no_credentials_of_courses: dict[str, Words]


class Unlisted:
    """Finds papers that the library has no kind for."""

    def __init__(self) -> None:
        words = _load()
        kind, criterion = KindCode(words.kind), CriterionCode(words.criterion)
        self._tests: PhraseTable[UnlistedTest] = PhraseTable(
            (alias, UnlistedTest(name, kind, criterion)) for name, aliases in words.tests.items() for alias in aliases
        )
        self._no_credentials = _table(words.no_credentials)
        self._of_courses = _table(words.no_credentials_of_courses)
        names = (alias for aliases in words.tests.values() for alias in aliases)
        self.foreign_words = tuple(dict.fromkeys(word.folded for name in names for word in make_text(name).words))

    def tests(self, text: Text) -> list[Match[UnlistedTest]]:
        """Tests by name, in the order of the text."""
        return self._tests.find(text)

    def no_credential(self, text: Text, *, names_test: bool) -> str | None:
        """The first paper that proves no level of anything; `names_test`: beside a test its scores are the paper."""
        found = self._no_credentials.find(text) + ([] if names_test else self._of_courses.find(text))
        return min(found, key=lambda one: one.start).value if found else None


def _table(papers: dict[str, Words]) -> PhraseTable[str]:
    entries: Iterable[tuple[str, str]] = ((alias, name) for name, aliases in papers.items() for alias in aliases)
    return PhraseTable(entries)


def _load() -> _Words:
    with (QUESTIONS / "unlisted.yaml").open(encoding="utf-8") as file:
        return TypeAdapter(_Words).validate_python(yaml.load(file, Loader=yaml.CSafeLoader))
