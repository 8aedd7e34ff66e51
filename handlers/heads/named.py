"""A person of one's scope named by bare words ("bui mau an thieu gi"): recognised in the roster, and only there."""

from collections.abc import Callable
from dataclasses import replace

from handlers.ports import Profiles
from handlers.rights import units_in_scope
from knowledge.facts import Person, PersonCode, UnitCode
from knowledge.folding import fold_words
from knowledge.rulebook import RulesOn
from knowledge.understanding.meaning import Intent, Meaning
from knowledge.understanding.names import called_by, drop_title, possible_names
from knowledge.understanding.unit_said import read_searched

# Questions that name people for other reasons: who signed, who is HR, whom a question was passed on to.
_OF_OTHER_THINGS = {
    Intent.DOCUMENT,
    Intent.LIBRARY,
    Intent.ASK_PERSON,
    Intent.FOLLOW_INQUIRY,
    Intent.HR_EVIDENCE,
    Intent.HR_INBOX,
    Intent.HR_RULINGS,
    Intent.HR_BROADCAST,
    Intent.LINK,
    Intent.MY_DATA,
}
# What is nothing but a question about that person's record, once the person is known.
_MISREAD = {
    None,
    Intent.MY_GAPS,
    Intent.MY_DEADLINES,
    Intent.CERTIFICATE_COUNTS,
    Intent.POSITION_REQUIREMENTS,
    Intent.SERVICE_LEFT,
    Intent.SUBMIT_EVIDENCE,
    Intent.UNIT_GAPS,
    Intent.OUT_OF_SCOPE,
    Intent.HELP,
}
_DONE_TO_THEM = {Intent.UNIT_REMIND, Intent.HR_CODES}  # what is asked to be done to whoever is named
_NEED_SOMEBODY = _DONE_TO_THEM | {Intent.PERSON_GAPS}
_FEWEST_SEARCHED, _MOST_SEARCHED = 2, 4  # words of a name that is looked for, and need not be found
_MAY_SEARCH = {None, Intent.OUT_OF_SCOPE, Intent.PERSON_GAPS, Intent.HELP, Intent.UNIT_GAPS}
_SURE = 0.8
_CONFIDENCE = 0.95  # a full name of the roster is read by rule
_MOST_NAMESAKES = 5


async def name_someone(
    meaning: Meaning,
    question: str,
    person: Person,
    today: RulesOn,
    *,
    profiles: Profiles,
    read: Callable[[str], Meaning],
) -> Meaning:
    """The question as one about the person of the asker's scope whose full name it holds; else as it was read.

    Names outside the scope are not looked for, so that nobody learns whether they exist.
    """
    if meaning.intent in _OF_OTHER_THINGS or meaning.entities.documents:
        return meaning
    scope = units_in_scope(person, today)
    if not scope:
        return meaning
    searched = read_searched(question) if meaning.intent in _MAY_SEARCH else None
    for words in possible_names(question):
        found = await _find(words, scope, profiles)
        if found is None:
            continue
        return _named(meaning, words, found, read(question.replace(words, f" {found} ")))
    if meaning.intent in _NEED_SOMEBODY and meaning.entities.person_words is None:
        called = await _find_called(question, scope, profiles)
        return replace(meaning, entities=replace(meaning.entities, person_words=called))
    begun = possible_names(question) if _may_be_of_another(meaning) else ()
    for words in (*begun, *((searched,) if searched is not None else ())):
        if await profiles.search_people(drop_title(words), 1, scope):
            named = replace(meaning.entities, person_words=words)
            return replace(meaning, intent=Intent.PERSON_GAPS, confidence=_CONFIDENCE, entities=named)
    if searched is not None and meaning.intent in {None, Intent.OUT_OF_SCOPE}:
        length = len(drop_title(searched).split())
        if _FEWEST_SEARCHED <= length <= _MOST_SEARCHED:  # nobody is called so, which is the answer
            named = replace(meaning.entities, person_words=searched)
            return replace(meaning, intent=Intent.PERSON_GAPS, confidence=_SURE, entities=named)
    return meaning


def _may_be_of_another(meaning: Meaning) -> bool:
    """Whether what was hardly read as a question on oneself may name a part of somebody's name: "pham mau thieu gi"."""
    named = meaning.entities
    says_whose = named.speaks_of_self or named.person_words is not None or named.criteria or named.kinds or named.units
    return meaning.intent is Intent.MY_GAPS and meaning.confidence < _SURE and not says_whose


def _named(meaning: Meaning, words: str, found: PersonCode, anew: Meaning) -> Meaning:
    """The question about this person. `anew` is it read with the code: names hold words like "Thái Bình"."""
    named = replace(anew.entities, person_words=found if anew.entities.person_words else words)
    intent = anew.intent if anew.intent not in _MISREAD else Intent.PERSON_GAPS
    if meaning.intent in _DONE_TO_THEM:
        intent = meaning.intent
    if meaning.intent is Intent.CONSEQUENCES and meaning.confidence >= _SURE:
        intent = meaning.intent  # what follows for whoever keeps somebody from studying
    return replace(meaning, intent=intent, confidence=max(anew.confidence, _CONFIDENCE), entities=named)


async def _find_called(question: str, scope: frozenset[UnitCode], profiles: Profiles) -> str | None:
    """What somebody of the scope is called by behind a title: a part of their name, in whatever case."""
    for words in called_by(question):
        if await profiles.search_people(words, 1, scope):
            return words
    return None


async def _find(words: str, scope: frozenset[UnitCode], profiles: Profiles) -> PersonCode | None:
    """The code of the one person called exactly so; the name itself, to be asked back about, for namesakes."""
    wanted = fold_words(words)
    found = await profiles.list_people_by_name(words, _MOST_NAMESAKES, scope)
    called = [one.code for one in found if fold_words(one.name) == wanted]
    if len(called) > 1:
        return PersonCode(words)
    return called[0] if called else None
