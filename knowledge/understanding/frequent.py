"""Questions that people ask again: which promoted answer fits, and which unanswered questions are alike. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import yaml
from rapidfuzz import fuzz, process

from knowledge.facts import FrequentAnswer, UnitCode
from knowledge.folding import fold_words
from knowledge.understanding.marks import same_marks
from knowledge.understanding.meaning import Entities
from knowledge.understanding.syllables import is_syllable
from knowledge.understanding.text import is_marked, read_text

# Of 100. Measured on wordings of one question by several people: the same ones lie above, different ones below.
_SAME_QUESTION = 86.0
_ALIKE = 78.0
_MOST_COMPARED = 20_000

# Words of politeness and address, folded: whichever are used, the question is the same.
_SAY_NOTHING = frozenset(
    {"a", "da", "thua", "oi", "vay", "the", "thi", "nhi", "ha", "nhe", "voi", "la", "ma"}
    | {"em", "toi", "minh", "anh", "chi", "chau"}
)
_DENY = frozenset({"khong", "ko", "k", "chua", "chang"})

ReadThings = Callable[[str], Entities]


@dataclass(frozen=True, slots=True)
class _Wording:
    folded: str
    text: str
    things: frozenset[object]
    answer: FrequentAnswer


class FrequentAnswers:
    """The promoted answers of one version of the rules, ready to be found."""

    def __init__(self, answers: Iterable[FrequentAnswer], read_things: ReadThings) -> None:
        self._wordings = [
            _Wording(fold_words(wording), wording, things_of(read_things(wording)), answer)
            for answer in answers
            for wording in (answer.question, *answer.variants)
        ]
        self._folded = [one.folded for one in self._wordings]

    def find(
        self, question: str, things: Entities, on: date, units_above: frozenset[UnitCode] | None
    ) -> FrequentAnswer | None:
        """The answer to a question that is asked again, or None.

        Everything that a question names (documents, kinds with their levels, days, criteria …) must be the same, no
        word may stand in the place of another one, neither question may deny what the other does not, and marks that
        the visitor typed must not contradict the known wording. `units_above` are the unit of the asker
        and those above it; None for a stranger, who gets only what is meant for everybody.
        """
        named = things_of(things)
        near = process.extract(
            fold_words(question),
            self._folded,
            scorer=fuzz.token_sort_ratio,
            score_cutoff=_SAME_QUESTION,
            limit=None,
        )
        for _words, _score, place in near:
            one = self._wordings[place]
            if one.things != named or not _is_given(one.answer, on, units_above):
                continue
            if not _asks_otherwise(question, one.folded) and not _contradicts(question, one.text):
                return one.answer
        return None


@dataclass(slots=True)
class AlikeQuestions:
    """Questions that ask the same: the newest wording, how often, since and until when, and some other wordings."""

    question: str
    first: datetime
    last: datetime
    count: int = 1
    outcomes: dict[str, int] = field(default_factory=dict)
    wordings: list[str] = field(default_factory=list)


def group_alike(asked: Sequence[tuple[datetime, str, str]], most_wordings: int = 5) -> list[AlikeQuestions]:
    """Questions (when, which outcome, text) by folded similarity, the most frequent group first.

    Numbers must agree within a group. Beyond 20,000 questions only the newest are compared.
    """
    groups: list[AlikeQuestions] = []
    keys: list[str] = []
    for at, outcome, text in sorted(asked, reverse=True)[:_MOST_COMPARED]:
        words = fold_words(text)
        found = _nearest_group(words, keys)
        if found is None:
            keys.append(words)
            groups.append(AlikeQuestions(text, at, at, outcomes={outcome: 1}))
            continue
        group = groups[found]
        group.count += 1
        group.first = min(group.first, at)
        group.outcomes[outcome] = group.outcomes.get(outcome, 0) + 1
        if text not in group.wordings and text != group.question and len(group.wordings) < most_wordings:
            group.wordings.append(text)
    return sorted(groups, key=lambda one: (-one.count, -one.last.timestamp(), one.question))


def write_evaluation(answers: Iterable[FrequentAnswer]) -> str:
    """The promoted questions in the form of the evaluation set, as YAML: asked again, the same answer must come."""
    records = [_evaluation(one, wording) for one in answers for wording in (one.question, *one.variants)]
    written: str = yaml.safe_dump(records, allow_unicode=True, sort_keys=False, width=120)
    return written


def _evaluation(one: FrequentAnswer, wording: str) -> dict[str, object]:
    expected: dict[str, object] = {"outcome": "answered", "says": [one.answer]}
    if one.document is not None:
        expected["cites"] = [f"{one.document}#{one.point}" if one.point else str(one.document)]
    return {"ask": wording, "style": "marked", "group": "promoted", "expect": expected}


def things_of(named: Entities) -> frozenset[object]:
    """What two wordings of one question must both name."""
    return frozenset(
        [
            *((one.document or fold_words(one.typed)) for one in named.documents),
            *((one.kind, one.level) for one in named.kinds),
            *named.points,
            *named.criteria,
            *named.dates,
            *named.territories,
            *named.offices,
            *named.position_groups,
            *named.units,
            *(one for one in (named.level, named.issued_year, named.issued_month, named.years) if one is not None),
        ]
    )


def _nearest_group(words: str, keys: Sequence[str]) -> int | None:
    near = process.extract(words, keys, scorer=fuzz.token_sort_ratio, score_cutoff=_ALIKE, limit=3)
    numbers = _numbers(words)
    return next((place for key, _score, place in near if _numbers(key) == numbers), None)


def _numbers(words: str) -> frozenset[str]:
    return frozenset(word for word in words.split() if any(map(str.isdigit, word)))


def _is_given(answer: FrequentAnswer, on: date, units_above: frozenset[UnitCode] | None) -> bool:
    if on < answer.given_on or answer.withdrawn_on is not None:
        return False
    return answer.scope is None or (units_above is not None and answer.scope in units_above)


def _asks_otherwise(question: str, known: str) -> bool:
    """Whether it puts another word in the place of a known one ("vợ" for "chồng"), or denies what the other does not.

    What is no Vietnamese word is a slip or an abbreviation, and stands for any.
    """
    asked, written = (
        [word for word in fold_words(text).split() if word not in _SAY_NOTHING] for text in (question, known)
    )
    if _count_denials(asked) != _count_denials(written):
        return True
    left, missing = Counter(asked) - Counter(written), Counter(written) - Counter(asked)
    return any(is_syllable(word) for word in left if word not in _DENY) and any(map(is_syllable, missing))


def _count_denials(words: Sequence[str]) -> int:
    """How often something is denied; at its end such a word only makes a question."""
    return sum(word in _DENY for word in words[:-1])


def _contradicts(question: str, known: str) -> bool:
    """Whether a word typed with its marks is another word than the known one that folds alike."""
    asked, written = read_text(question), read_text(known)
    if asked is None or written is None or not is_marked(asked) or not is_marked(written):
        return False
    forms: dict[str, set[str]] = {}
    for word in written.words:
        forms.setdefault(word.folded, set()).add(word.marked)
    return any(
        word.folded in forms and not any(same_marks(word.marked, form) for form in forms[word.folded])
        for word in asked.words
    )
