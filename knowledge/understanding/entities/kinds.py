"""Kinds of credentials in a question, each with the level or score that stands beside it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from knowledge.credentials import Criterion, Kind, LevelName, ScaleType
from knowledge.facts import KindCode
from knowledge.folding import fold
from knowledge.library import Library
from knowledge.understanding.cues import Cues
from knowledge.understanding.entities.several import load_words
from knowledge.understanding.meaning import KindMention
from knowledge.understanding.normalise import Normaliser
from knowledge.understanding.phrase_table import Match, PhraseTable
from knowledge.understanding.text import Text, make_text

_SCORE = re.compile(r"(?<![\w.,/])(\d{1,3}(?:[.,]\d{1,2})?)(?![\w/%]|[.,]\d)")
_FOUR_SCORES = re.compile(r"(?<!\d)(\d{1,3})\s?[/\-, ]\s?(\d{1,3})\s?[/\-, ]\s?(\d{1,3})\s?[/\-, ]\s?(\d{1,3})(?!\d)")
_LEVEL_REACH = 4  # words between a kind and its level
_LETTER_REACH = 2  # words between a letter and what it is a level of
_EUROPEAN = re.compile(r"^[abc][12]$")


@dataclass(frozen=True, slots=True)
class FoundKind:
    """A kind with its level; `start` and `end` cover both."""

    mention: KindMention
    start: int
    end: int


class Kinds:
    """Finds kinds of credentials in a text."""

    def __init__(self, library: Library, cues: Cues, normaliser: Normaliser) -> None:
        self._kinds = {code: kind for code, kind in library.kinds.items() if kind.criterion is not None}
        self._criteria = library.criteria
        letters = frozenset(cues.old_certificate_letters)
        self._lettered = {
            kind.criterion: kind
            for kind in self._kinds.values()
            if {one.code for one in kind.scale.levels} == {"a", "b", "c"}
        }
        words = load_words().european
        self._european = self._kinds.get(KindCode(words.kind))
        self._not_english: PhraseTable[str] = PhraseTable((word, word) for word in words.other_languages)
        self._letters = letters
        self._certificate_names = cues.certificate_words
        self._any_paper = {fold(word) for word in cues.certificate_words}
        own = {kind.code for kind in self._lettered.values()}
        self._names: PhraseTable[KindCode] = PhraseTable(
            (_plain(alias, normaliser), kind.code)
            for kind in self._kinds.values()
            if kind.code not in own
            for alias in (*kind.aliases, kind.name, str(kind.code).replace("_", " "))
            if not _is_mere_level(kind, alias) and not self._is_level_of_criterion(kind, alias)
        )
        self._levels: dict[KindCode, PhraseTable[str]] = {
            kind.code: _level_table(kind, self._criteria.get(kind.criterion) if kind.criterion else None, normaliser)
            for kind in self._kinds.values()
        }
        self._by_level = self._kinds_by_level()
        self._certificate: PhraseTable[str] = PhraseTable((word, word) for word in cues.certificate_words)
        self._no_certificates: PhraseTable[str] = PhraseTable((word, word) for word in cues.no_certificates)
        self._subjects: PhraseTable[str] = PhraseTable(
            [(word, "language") for word in cues.language_words]
            + [(word, "computing") for word in cues.computing_words]
        )
        self._short_computing: PhraseTable[str] = PhraseTable(
            (word, "computing") for word in cues.short_computing_words
        )
        self._by_subject = self._lettered_by_subject(cues)
        self._fillers = frozenset(word.folded for filler in cues.level_fillers for word in make_text(filler).words)
        self._graded = frozenset(fold(word) for word in cues.grade_words)
        self._paper_parts = self._fillers | {fold(word) for word in cues.paper_parts}
        self._pointed = frozenset(word.folded for word in make_text(" ".join(cues.point_words)).words)

    def _is_level_of_criterion(self, kind: Kind, alias: str) -> bool:
        """A rank alone ("chuyên viên chính") is no paper; only with the word certificate it is one."""
        criterion = self._criteria.get(kind.criterion) if kind.criterion else None
        return (
            criterion is not None
            and kind.scale.type is ScaleType.CRITERION
            and any(fold(alias) in {fold(name) for name in (one.name, *one.aliases)} for one in criterion.levels)
            and fold(alias) not in {fold(word) for word in kind.name.split()}
            and not any(fold(alias).startswith(fold(word)) for word in self._certificate_names)
        )

    def _lettered_by_subject(self, cues: Cues) -> dict[str, Kind]:
        found: dict[str, Kind] = {}
        for subject, words in (("language", cues.language_words), ("computing", cues.computing_words)):
            wanted = {fold(word) for word in words}
            for criterion, kind in self._lettered.items():
                known = self._criteria.get(criterion) if criterion else None
                if known and wanted & {fold(name) for name in (known.name, *known.aliases)}:
                    found.setdefault(subject, kind)
        return found

    def _kinds_by_level(self) -> dict[str, Kind]:
        """Levels that only one kind has ("n3"), so that a language beside them is enough to tell the kind."""
        owners: dict[str, list[Kind]] = {}
        for kind in self._kinds.values():
            for code in {str(level.code) for level in kind.scale.levels}:
                if len(code) > 1 and code.isalnum() and not code.isalpha() and not _EUROPEAN.match(code):
                    owners.setdefault(code, []).append(kind)
        return {code: kinds[0] for code, kinds in owners.items() if len(kinds) == 1}

    def _kinds_of_levels(self, text: Text, papers: list[Match[str]]) -> list[FoundKind]:
        beside = [*papers, *(one for one in self._subjects.find(text) if one.value == "language")]
        found: list[FoundKind] = []
        for at, word in enumerate(text.words):
            kind = self._by_level.get(word.marked)
            near = [one for one in beside if self._is_beside(text, at, one.first, one.last)]
            if kind is not None and near:
                start, end = min(word.start, near[0].start), max(word.end, near[0].end)
                found.append(FoundKind(KindMention(kind.code, word.marked), start, end))
        return found

    def papers(self, text: Text) -> list[Match[str]]:
        """Where words stand that mean a paper of any kind."""
        return self._certificate.find(text)

    def find(self, text: Text, decrees: Iterable[str] = ()) -> tuple[FoundKind, ...]:
        """Kinds in the order of the text, each with the level nearest to it; `decrees` are the documents named."""
        if self.names_other_paper(text):
            return ()
        certificate_words = self._certificate.find(text)
        found = self._lettered_kinds(text, certificate_words) + self._kinds_of_levels(text, certificate_words)
        for match in self._names.find(text):
            if any(match.start < one.end and one.start < match.end for one in found):
                continue
            named = self._named(text, match, certificate_words)
            found += [one for one in named if one.mention.level or not self._is_any_paper(text, match)]
        found = [one for one in found if not self._is_part_of_another(one, found)]
        found = [one for one in found if not self._is_measure(one, found, certificate_words)]
        found = _widest(found)
        found = [other for one in found for other in self._by_european_level(one, found, text, decrees)]
        return tuple(sorted(found, key=lambda one: one.start))

    def _by_european_level(
        self, one: FoundKind, found: Sequence[FoundKind], text: Text, decrees: Iterable[str]
    ) -> list[FoundKind]:
        """All kinds that a mere "B1" may be of: those that carry their level themselves come first.

        A name of its own kind, or the decree in that name, leaves no doubt; a test beside it says whose level it is.
        """
        kind = self._kinds[one.mention.kind]
        level = one.mention.level
        if self._european is None or kind.code != self._european.code or level is None:
            return [one]
        is_sure = any(decree in kind.name for decree in decrees) or any(
            match.value == kind.code for match in self._names.find(text)
        )
        if is_sure or self._not_english.find(text) or any(self._is_next_to(one, other, text) for other in found):
            return [one]
        others = [
            FoundKind(KindMention(other.code, levels[0].value), one.start, one.end)
            for other in self._kinds.values()
            if other.is_direct
            and other.criterion == kind.criterion
            and all(known.mention.kind != other.code for known in found)
            and (levels := self._levels[other.code].find(make_text(level)))
        ]
        return [*others, one]

    def _is_next_to(self, one: FoundKind, other: FoundKind, text: Text) -> bool:
        if other is one or self._kinds[one.mention.kind].criterion != self._kinds[other.mention.kind].criterion:
            return False
        first, last = sorted((one, other), key=lambda found: found.start)
        return first.start < last.start and not any(first.end <= word.start < last.start for word in text.words)

    def _is_any_paper(self, text: Text, match: Match[KindCode]) -> bool:
        """Whether the words stand for papers of every kind ("còn thiếu bằng cấp gì") and so name none."""
        return text.folded[match.start : match.end] in self._any_paper

    def names_other_paper(self, text: Text) -> bool:
        """Whether the text speaks of a paper that is called like a certificate and is none of ours."""
        return bool(self._no_certificates.find(text))

    def _is_part_of_another(self, one: FoundKind, found: list[FoundKind]) -> bool:
        """Whether the words go on to a longer name ("bằng trung cấp" of "bằng trung cấp lý luận chính trị")."""
        return self._kinds[one.mention.kind].is_direct and any(
            other.start < one.end < other.end
            and one.start <= other.start
            and self._kinds[other.mention.kind].is_direct
            and other.mention.kind != one.mention.kind
            for other in found
        )

    def _is_measure(self, one: FoundKind, found: list[FoundKind], papers: list[Match[str]]) -> bool:
        """A direct kind beside another certificate is what that one is measured by ("ic3 có thay tin học cơ bản?")."""
        kind = self._kinds[one.mention.kind]
        if not kind.is_direct or one.mention.level or all(self._kinds[other.mention.kind].is_direct for other in found):
            return False
        return not any(0 <= one.start - paper.end <= 1 or one.start <= paper.start < one.end for paper in papers)

    def _named(self, text: Text, match: Match[KindCode], certificate_words: list[Match[str]]) -> list[FoundKind]:
        kind = self._kinds[match.value]
        level, start, end = self._level_beside(text, kind, match)
        if kind.is_direct and kind.scale.type is ScaleType.CRITERION:
            # The words are those of the criterion itself; a credential is meant where a paper or a level is named.
            is_paper = any(
                abs(match.first - word.last) <= 1 or word.first in range(match.first, match.last)
                for word in certificate_words
            )
            if not is_paper and not level and not self._is_name_of_paper(kind, text, match):
                return []
        if kind.scale.type is ScaleType.NUMBER and (four := self._skills(text, kind, match)):
            return [four]
        if kind.scale.type is ScaleType.NUMBER and level is None:
            other = self._sibling_score(text, kind, match)
            if other:
                return other
        return [FoundKind(KindMention(kind.code, level), start, end)]

    def _is_name_of_paper(self, kind: Kind, text: Text, match: Match[KindCode]) -> bool:
        """A name in one foreign-looking word (VSTEP) is always a paper; the criterion's own words are not."""
        criterion = self._criteria.get(kind.criterion) if kind.criterion else None
        words = text.folded[match.start : match.end]
        own = {fold(name) for name in (criterion.name, *criterion.aliases)} if criterion else set()
        return words not in own and (criterion is None or not any(words in name or name in words for name in own))

    def _level_beside(self, text: Text, kind: Kind, match: Match[KindCode]) -> tuple[str | None, int, int]:
        scale = kind.scale
        if scale.type is ScaleType.NUMBER:
            return self._score_beside(text, kind, match)
        if scale.type is ScaleType.SKILLS:
            four = self._skills(text, kind, match)
            return (four.mention.level, four.start, four.end) if four else (None, match.start, match.end)
        if scale.type not in {ScaleType.CRITERION, ScaleType.ORDERED}:
            return None, match.start, match.end
        levels = self._levels[kind.code].find(text)
        inside = [one for one in levels if one.first < match.last and match.first < one.last]
        after = [one for one in levels if match.last <= one.first and self._only_fillers(text, match.last, one.first)]
        before = [one for one in levels if one.last <= match.first and self._only_fillers(text, one.last, match.first)]
        for chosen in (*after[:1], *before[-1:], *inside[-1:]):
            return chosen.value, min(match.start, chosen.start), max(match.end, chosen.end)
        return None, match.start, match.end

    def _only_fillers(self, text: Text, first: int, last: int) -> bool:
        between = text.words[first:last]
        return len(between) <= _LEVEL_REACH and all(word.folded in self._fillers for word in between)

    def _score_beside(self, text: Text, kind: Kind, match: Match[KindCode]) -> tuple[str | None, int, int]:
        for first, score in self._scores_near(text, match):
            value = float(score.group(1).replace(",", "."))
            if (kind.scale.lowest or 0) <= value <= (kind.scale.highest or value):
                return score.group(1).replace(",", "."), min(match.start, first), max(match.end, score.end())
        return None, match.start, match.end

    def _scores_near(self, text: Text, match: Match[KindCode]) -> Iterable[tuple[int, re.Match[str]]]:
        for score in _SCORE.finditer(text.folded, match.end):
            between = tuple(word for word in text.words if match.end <= word.start and word.end <= score.start())
            if len(between) > _LEVEL_REACH or any(word.folded not in self._fillers for word in between):
                break
            yield score.start(), score
            break
        earlier = [score for score in _SCORE.finditer(text.folded, 0, match.start) if score.end() <= match.start]
        if earlier:
            score = earlier[-1]
            between = tuple(word for word in text.words if score.end() <= word.start and word.end <= match.start)
            before = text.words_before(score.start(), 1)
            is_point = bool(before) and before[0].folded in self._pointed
            if len(between) <= _LEVEL_REACH and all(word.folded in self._fillers for word in between) and not is_point:
                yield score.start(), score

    def _skills(self, text: Text, kind: Kind, match: Match[KindCode]) -> FoundKind | None:
        """Four scores behind a test that also exists with four skills ("toeic nghe 275 đọc 275 nói 120 viết 120")."""
        stem = str(kind.code).split("_", maxsplit=1)[0]
        for sibling in self._kinds.values():
            if sibling.scale.type is not ScaleType.SKILLS or str(sibling.code).split("_", maxsplit=1)[0] != stem:
                continue
            unlabelled = _FOUR_SCORES.match(text.folded[match.end :].lstrip(" :,"))
            if unlabelled:
                return FoundKind(
                    KindMention(sibling.code, "/".join(unlabelled.groups())), match.start, match.end + unlabelled.end()
                )
            scores: list[str] = []
            end = match.end
            for skill in sibling.scale.levels:
                labels = "|".join(re.escape(fold(name)) for name in (skill.name, *skill.aliases))
                score = re.compile(rf"\b(?:{labels})\W{{0,3}}(\d{{1,3}})(?!\d)").search(text.folded, match.end)
                if score is None:
                    break
                scores.append(score.group(1))
                end = max(end, score.end())
            else:
                return FoundKind(KindMention(sibling.code, "/".join(scores)), match.start, end)
        return None

    def _sibling_score(self, text: Text, kind: Kind, match: Match[KindCode]) -> list[FoundKind]:
        """A score that only the other versions of the same test can have ("toefl 500")."""
        stem = str(kind.code).split("_", maxsplit=1)[0]
        if text.folded[match.start : match.end].split()[-1] != stem:
            return []
        found: list[FoundKind] = []
        for sibling in self._kinds.values():
            if (
                sibling.code == kind.code
                or str(sibling.code).split("_", maxsplit=1)[0] != stem
                or sibling.scale.type is not ScaleType.NUMBER
            ):
                continue
            level, start, end = self._score_beside(text, sibling, match)
            if level:
                found.append(FoundKind(KindMention(sibling.code, level), start, end))
        return found

    def _lettered_kinds(self, text: Text, certificate_words: list[Match[str]]) -> list[FoundKind]:
        """A letter beside a subject or a paper: "chứng chỉ B tin học", "tiếng Anh trình độ C", "bằng B1"."""
        ends = {one.last for one in certificate_words}
        short = [one for one in self._short_computing.find(text) if one.first in ends]
        subjects = self._subjects.find(text)
        subjects += [one for one in short if all(one.first != other.first for other in subjects)]
        names = self._names.find(text)
        found: list[FoundKind] = []
        for at, word in enumerate(text.words):
            if word.marked not in self._letters or any(one.first <= at < one.last for one in names):
                continue
            near = [one for one in subjects if self._is_beside(text, at, one.first, one.last)]
            papers = [one for one in certificate_words if self._is_beside(text, at, one.first, one.last)]
            before = " ".join(one.folded for one in text.words[max(0, at - 2) : at])
            graded = any(before.endswith(word) for word in self._graded)
            is_last = at + 1 == len(text.words)
            if not near and not papers:
                continue
            if word.marked == "a" and is_last and not papers and not graded:  # "tin hoc a": a polite ending, no level
                continue
            start = min([word.start, *(one.start for one in near[:1])])
            end = max([word.end, *(one.end for one in near[:1])])
            found += [
                FoundKind(KindMention(kind.code, word.marked), start, end)
                for kind in self._kinds_of_letter(word.marked, near, names)
            ]
        return found

    def _kinds_of_letter(self, letter: str, near: Sequence[Match[str]], names: Sequence[Match[KindCode]]) -> list[Kind]:
        if _EUROPEAN.match(letter):
            has_own = any(self._levels[one.value].find(make_text(letter)) for one in names)
            is_computing = any(one.value == "computing" for one in near)
            return [] if has_own or is_computing or self._european is None else [self._european]
        if near:
            kind = self._by_subject.get(near[0].value)
            return [kind] if kind else []
        return list(self._by_subject.values())  # "chứng chỉ B" alone: either subject may be meant

    def _is_beside(self, text: Text, at: int, first: int, last: int) -> bool:
        if last <= at:
            between = text.words[last:at]
        elif first > at:
            between = text.words[at + 1 : first]
        else:
            return False
        return len(between) <= _LETTER_REACH and all(word.folded in self._paper_parts for word in between)


def _widest(found: list[FoundKind]) -> list[FoundKind]:
    kept: dict[KindCode, FoundKind] = {}
    for one in found:
        known = kept.get(one.mention.kind)
        if known is None or (known.mention.level is None and one.mention.level is not None):
            kept[one.mention.kind] = one
    return list(kept.values()) if len({one.mention for one in found}) == len(kept) else list(dict.fromkeys(found))


def _is_mere_level(kind: Kind, alias: str) -> bool:
    words = make_text(alias).words
    return len(words) == 1 and len(words[0].folded) <= 2 and kind.scale.type is not ScaleType.FREE  # noqa: PLR2004


def _plain(alias: str, normaliser: Normaliser) -> str:
    return normaliser.expand(make_text(alias)).typed


def _level_table(kind: Kind, criterion: Criterion | None, normaliser: Normaliser) -> PhraseTable[str]:
    levels: tuple[LevelName, ...] = kind.scale.levels
    if kind.scale.type is ScaleType.CRITERION and criterion is not None:
        levels = criterion.levels
    entries: dict[str, str] = {}
    for level in levels:
        for name in (level.name, str(level.code).replace("_", " "), *level.aliases):
            entries.setdefault(_plain(name, normaliser), str(level.code))
    return PhraseTable(entries.items())
