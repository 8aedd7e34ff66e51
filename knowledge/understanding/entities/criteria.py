"""Criteria and their levels asked about in a question ("tin học", "bậc 3")."""

from dataclasses import dataclass

from knowledge.facts import CriterionCode, LevelCode
from knowledge.folding import fold
from knowledge.library import Library
from knowledge.understanding.cues import Cues
from knowledge.understanding.normalise import Normaliser
from knowledge.understanding.phrase_table import Match, PhraseTable
from knowledge.understanding.text import Text, make_text


@dataclass(frozen=True, slots=True)
class FoundCriteria:
    """The criteria named, in order, and the level asked about."""

    codes: tuple[CriterionCode, ...]
    level: LevelCode | None


class CriterionNames:
    """Finds criteria and levels in a text."""

    def __init__(self, library: Library, cues: Cues, normaliser: Normaliser) -> None:
        any_paper = {fold(word) for word in cues.certificate_words}  # "bằng cấp" is asked about every criterion
        names: dict[tuple[str, CriterionCode], None] = {}
        for criterion in library.criteria.values():
            extra = cues.extra_criteria.get(str(criterion.code), ())
            for name in (criterion.name, str(criterion.code).replace("_", " "), *criterion.aliases, *extra):
                if fold(name) not in any_paper:
                    names[normaliser.expand(make_text(name)).typed.lower(), criterion.code] = None
        self._names: PhraseTable[CriterionCode] = PhraseTable(names)
        levels: dict[tuple[str, tuple[CriterionCode, LevelCode]], None] = {}
        for criterion in library.criteria.values():
            for level in criterion.levels:
                for name in (level.name, str(level.code).replace("_", " "), *level.aliases):
                    plain = normaliser.expand(make_text(name)).typed.lower()
                    levels[plain, (criterion.code, level.code)] = None
        self._levels: PhraseTable[tuple[CriterionCode, LevelCode]] = PhraseTable(levels)

    def spans(self, text: Text) -> list[tuple[int, int]]:
        """Which words are names of criteria or levels, as ranges of word positions."""
        return self.names(text) + [(match.first, match.last) for match in self._levels.find(text)]

    def names(self, text: Text) -> list[tuple[int, int]]:
        """Which words are names of criteria, as ranges of word positions."""
        return list(dict.fromkeys((match.first, match.last) for match in self._names.find(text)))

    def subjects(self, text: Text) -> list[Match[CriterionCode]]:
        """Where which criteria are named."""
        return self._names.find(text)

    def find(self, text: Text, *, kinds_take: frozenset[int]) -> FoundCriteria:
        """Criteria in the order of the text. `kinds_take` are the words that already belong to a kind's own level."""
        named = list(dict.fromkeys(match.value for match in self._names.find(text)))
        level: LevelCode | None = None
        for match in self._levels.find(text):
            criterion, code = match.value
            if kinds_take.intersection(range(match.first, match.last)):
                continue
            owners = {one.value[0] for one in self._levels.find(text) if one.first == match.first}
            if criterion in named:
                level = code
                break
            # "bậc 3" belongs to one criterion only; "trung cấp" alone could be a degree or political theory.
            is_telling = len(owners) == 1 and match.last - match.first > 1
            if is_telling and any(word.folded.isdigit() for word in text.words[match.first : match.last]):
                named.append(criterion)
                level = code
                break
        return FoundCriteria(tuple(named), level)
