"""A person of one's scope named by bare words ("bui mau an thieu gi"): recognised in the roster, and only there."""

from collections.abc import Callable
from dataclasses import replace

from handlers.ports import Profiles
from handlers.rights import units_in_scope
from knowledge.facts import Person, UnitCode
from knowledge.folding import fold_words
from knowledge.rulebook import RulesOn
from knowledge.understanding.meaning import Entities, Intent, Meaning
from knowledge.understanding.names import possible_names

# What may be meant of another person; other questions name people for other reasons (who signed, who is HR).
_OF_A_RECORD = {
    None,
    Intent.MY_GAPS,
    Intent.MY_DEADLINES,
    Intent.CERTIFICATE_COUNTS,
    Intent.POSITION_REQUIREMENTS,
    Intent.SERVICE_LEFT,
    Intent.SUBMIT_EVIDENCE,
    Intent.PERSON_GAPS,
    Intent.UNIT_GAPS,
    Intent.EXPLAIN_VERDICT,
    Intent.OUT_OF_SCOPE,
}
_CONFIDENCE = 0.95  # a full name of the roster is read by rule
_MOST_NAMESAKES = 5


async def name_someone(
    meaning: Meaning,
    question: str,
    person: Person,
    today: RulesOn,
    *,
    profiles: Profiles,
    read_entities: Callable[[str], Entities],
) -> Meaning:
    """The question as one about the person of the asker's scope whose full name it holds; else as it was read.

    Names outside the scope are not looked for, so that nobody learns whether they exist.
    """
    if meaning.intent not in _OF_A_RECORD or meaning.entities.documents:
        return meaning
    scope = units_in_scope(person, today)
    if not scope:
        return meaning
    for words in possible_names(question):
        if await _is_somebody(words, scope, profiles):
            rest = read_entities(question.replace(words, " "))  # names hold words like "Thái Bình" that mean nothing
            confidence = max(meaning.confidence, _CONFIDENCE)
            named = replace(rest, person_words=words, speaks_of_self=False)
            return replace(meaning, intent=_intent(meaning), confidence=confidence, entities=named)
    return meaning


def _intent(meaning: Meaning) -> Intent:
    return Intent.EXPLAIN_VERDICT if meaning.intent is Intent.EXPLAIN_VERDICT else Intent.PERSON_GAPS


async def _is_somebody(words: str, scope: frozenset[UnitCode], profiles: Profiles) -> bool:
    wanted = fold_words(words)
    found = await profiles.list_people_by_name(words, _MOST_NAMESAKES, scope)
    return any(fold_words(one.name) == wanted for one in found)
