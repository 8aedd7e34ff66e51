"""Short questions that make sense only after the one before ("còn tin học thì sao?"), completed from it."""

from dataclasses import dataclass, replace

from knowledge.library import Library
from knowledge.understanding.cues import Cues
from knowledge.understanding.entities.reading import DOCUMENT_WORD, PERSON_WORD, Reading
from knowledge.understanding.marks import can_be
from knowledge.understanding.meaning import Aspect, Context, Entities, Intent
from knowledge.understanding.phrase_table import PhraseTable
from knowledge.understanding.text import make_text

_SHORT = 9  # words; a longer question states itself unless it points back


@dataclass(frozen=True, slots=True)
class Completed:
    """A follow-up with everything it leaves unsaid filled in."""

    intent: Intent
    entities: Entities


class FollowUps:
    """Recognises follow-ups and completes them."""

    def __init__(self, library: Library, cues: Cues) -> None:
        self._library = library
        self._starts: PhraseTable[str] = _table(cues.follow_up_starts)
        self._ends: PhraseTable[str] = _table(cues.follow_up_ends)
        self._whys: PhraseTable[str] = _table(cues.follow_up_whys)
        self._intents: PhraseTable[Intent] = PhraseTable(
            (phrase, Intent(intent)) for intent, phrases in cues.follow_up_intents.items() for phrase in phrases
        )
        self._fillers = _by_fold(cues.fillers)

    def find(self, reading: Reading, context: Context, learned: Intent | None) -> Completed | None:
        """The question completed from the conversation, or None where it stands on its own.

        `learned` is what the classifier is sure of by itself, None where it is not.
        """
        text = reading.text
        named = _names_something(reading.entities)
        points_back = self._points_back(reading, context)
        if len(text.words) > _SHORT and not points_back:
            return None
        starts = any(match.first == 0 for match in self._starts.find(text))
        ends = any(match.last == len(text.words) for match in self._ends.find(text))
        if any(match.last - match.first >= len(text.words) - 2 for match in self._whys.find(text)):
            return Completed(context.intent, _with_aspect(context.entities, Aspect.WHY))
        rest = self._rest(reading)
        asked = self._intents.find(text)
        if points_back and not (starts or ends) and learned is not None and rest:
            return Completed(learned, self._merged(reading, context, learned))
        if not (starts or ends or points_back or (named and not rest)):
            return None
        if asked and len(rest) <= sum(match.last - match.first for match in asked) + 1:
            intent = self._asked_intent(asked[0].value, reading, context)
            return Completed(intent, self._merged(reading, context, intent))
        if named and len(rest) <= 1:
            intent = self._intent_of_things(reading, context)
            return Completed(intent, self._merged(reading, context, intent))
        if points_back and learned is not None:
            return Completed(learned, self._merged(reading, context, learned))
        return None

    def _rest(self, reading: Reading) -> list[str]:
        """Words that neither name a thing nor merely hold the sentence together."""
        return [
            word.folded
            for at, word in enumerate(reading.text.words)
            if at not in reading.taken
            and word.folded not in {DOCUMENT_WORD, PERSON_WORD}
            and not any(can_be(word.marked, filler) for filler in self._fillers.get(word.folded, ()))
        ]

    @staticmethod
    def _points_back(reading: Reading, context: Context) -> bool:
        pointing, known = reading.pointing, context.entities
        return bool(
            (pointing.document and known.documents)
            or (pointing.point and (known.points or known.documents))
            or (pointing.certificate and (known.kinds or known.criteria))
            or (pointing.person and known.person_words)
        )

    @staticmethod
    def _asked_intent(asked: Intent, reading: Reading, context: Context) -> Intent:
        about_document = context.intent is Intent.DOCUMENT and bool(context.entities.documents)
        if (
            about_document
            and asked in {Intent.MY_DEADLINES, Intent.CONSEQUENCES}
            and not reading.entities.speaks_of_self
        ):
            return Intent.DOCUMENT
        return asked

    @staticmethod
    def _intent_of_things(reading: Reading, context: Context) -> Intent:
        entities = reading.entities
        if entities.documents or (entities.points and context.entities.documents):
            return Intent.DOCUMENT
        if entities.person_words:
            return Intent.PERSON_GAPS
        if entities.kinds:
            return Intent.CERTIFICATE_COUNTS
        if (entities.position_words or entities.position_groups) and context.intent in {
            Intent.MY_GAPS,
            Intent.CERTIFICATE_COUNTS,
        }:
            return Intent.POSITION_REQUIREMENTS
        return context.intent

    def _merged(self, reading: Reading, context: Context, intent: Intent) -> Entities:
        new, old = reading.entities, context.entities
        new = self._sorted_letters(new, old)
        if new.documents and not new.points:
            old = replace(old, documents=(), points=(), aspects=())
        criteria = new.criteria
        kinds = new.kinds
        if new.criteria and not new.kinds:
            # Another criterion drops the certificates of the one before.
            kinds = tuple(one for one in old.kinds if self._library.kinds[one.kind].criterion in new.criteria)
        elif not new.criteria and not new.kinds:
            kinds, criteria = old.kinds, old.criteria
        is_same_kind = bool(kinds) and kinds == old.kinds
        person = (
            new.person_words
            if new.person_words and not reading.pointing.person
            else (old.person_words or new.person_words)
        )
        return replace(
            new,
            documents=new.documents or old.documents,
            points=new.points or (() if reading.entities.documents else old.points),
            kinds=kinds,
            criteria=criteria,
            level=new.level or (old.level if not new.criteria or new.criteria == old.criteria else None),
            dates=new.dates or old.dates,
            issued_on=new.issued_on or (old.issued_on if is_same_kind and not new.issued_year else None),
            issued_year=new.issued_year or (old.issued_year if is_same_kind and not new.issued_on else None),
            issued_month=new.issued_month or (old.issued_month if is_same_kind and not new.issued_on else None),
            as_of=new.as_of or old.as_of,
            position_groups=new.position_groups or (() if new.position_words else old.position_groups),
            position_words=new.position_words or (None if new.position_groups else old.position_words),
            units=new.units or old.units,
            territories=new.territories or old.territories,
            offices=new.offices or old.offices,
            person_words=person,
            speaks_of_self=new.speaks_of_self or (old.speaks_of_self and not person),
            years=new.years or old.years,
            aspects=new.aspects or (old.aspects if intent is context.intent and not new.points else ()),
        )

    def _sorted_letters(self, new: Entities, old: Entities) -> Entities:
        """The kinds meant where a letter fits two subjects ("chứng chỉ B"): those of the subject talked about."""
        spoken = {self._library.kinds[one.kind].criterion for one in old.kinds} | set(old.criteria)
        fitting = tuple(one for one in new.kinds if self._library.kinds[one.kind].criterion in spoken)
        return replace(new, kinds=fitting) if fitting and len(new.kinds) > 1 else new


def _names_something(entities: Entities) -> bool:
    return replace(entities, speaks_of_self=False, aspects=()) != Entities()


def _with_aspect(entities: Entities, aspect: Aspect) -> Entities:
    return replace(entities, aspects=tuple(dict.fromkeys((*entities.aspects, aspect))))


def _table(phrases: tuple[str, ...]) -> PhraseTable[str]:
    return PhraseTable((phrase, phrase) for phrase in phrases)


def _by_fold(phrases: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for phrase in phrases:
        for word in make_text(phrase).words:
            found[word.folded] = (*found.get(word.folded, ()), word.marked)
    return found
