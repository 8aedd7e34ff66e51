"""From what an official typed to what it means: entities, intent, measured confidence, and the thread before."""

import re
from collections.abc import Iterator
from copy import copy
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt

from knowledge.library import Library
from knowledge.understanding.cues import load_abbreviations, load_cues, load_notions
from knowledge.understanding.entities.reading import EntityReader, Named, Reading
from knowledge.understanding.evidence_said import EvidenceWish, read_evidence_wish
from knowledge.understanding.features import Features
from knowledge.understanding.follow_ups import FollowUps
from knowledge.understanding.intent_model import IntentModel
from knowledge.understanding.leanings import leanings_of
from knowledge.understanding.meaning import Aspect, Context, Entities, Intent, Meaning, Vocabulary, Wish
from knowledge.understanding.own_gaps import OwnGaps
from knowledge.understanding.phrase_table import PhraseTable
from knowledge.understanding.study_said import asks_something
from knowledge.understanding.syllables import is_syllable
from knowledge.understanding.text import Text, make_text, read_text
from knowledge.understanding.training import load_model
from knowledge.understanding.wishes import Wishes

_GUESSES = 3
_LIKELY = 2  # of the guesses: the likeliest ones
_OWN_RECORD = {Intent.MY_GAPS, Intent.MY_DEADLINES, Intent.SERVICE_LEFT}
_OF_PAPERS = {Intent.ASK_TO_STUDY, Intent.CERTIFICATE_COUNTS, Intent.SUBMIT_EVIDENCE}
_FORGED = _OF_PAPERS | {
    None,
    Intent.HELP,
    Intent.EXPLAIN_TERM,
    Intent.CONSEQUENCES,
}  # readings of an order to forge something
# Readings of a question that asks what became of a province or an office, and names one.
_OF_CHANGES = {None, Intent.OUT_OF_SCOPE, Intent.EXPLAIN_TERM, Intent.MY_DEADLINES, Intent.POSITION_REQUIREMENTS}
# Readings of a question that asks which article of a named document says so.
_OF_A_LAW = {
    None,
    Intent.OUT_OF_SCOPE,
    Intent.SERVICE_LEFT,
    Intent.MY_DATA,
    Intent.CONSEQUENCES,
    Intent.MY_DEADLINES,
    Intent.EXPLAIN_TERM,
    Intent.WHO_TO_ASK,
}
_HANDED_IN = {Intent.SUBMIT_EVIDENCE, Intent.ASK_TO_STUDY}
# Questions of one family are answered from the same place: in doubt between them, the likelier one serves.
_FAMILIES = (
    frozenset({Intent.MY_GAPS, Intent.MY_DEADLINES, Intent.CERTIFICATE_COUNTS, Intent.EXPLAIN_VERDICT}),
    frozenset({Intent.DOCUMENT, Intent.LIBRARY}),
    frozenset({Intent.ASK_PERSON, Intent.FOLLOW_INQUIRY, Intent.WHO_TO_ASK}),
    frozenset({Intent.UNIT_GAPS, Intent.HR_REPORTS}),
    frozenset({Intent.SUBMIT_EVIDENCE, Intent.HR_EVIDENCE}),
    frozenset({Intent.ASK_TO_STUDY, Intent.HEAD_STUDY}),
)
# In doubt between what few may do and what everybody may ask, the latter is meant.
_OF_ANYBODY = {Intent.HR_EVIDENCE: Intent.SUBMIT_EVIDENCE, Intent.HEAD_STUDY: Intent.ASK_TO_STUDY}
# What somebody asks about their own standing. In doubt among many of these, the record answers what is named.
_OF_ONESELF = {
    Intent.MY_GAPS,
    Intent.MY_DEADLINES,
    Intent.CERTIFICATE_COUNTS,
    Intent.EXPLAIN_VERDICT,
    Intent.POSITION_REQUIREMENTS,
    Intent.CONSEQUENCES,
    Intent.SUBMIT_EVIDENCE,
    Intent.FOLLOW_INQUIRY,
}
_LEAST_OF_ONESELF = 0.4  # of their probabilities together; measured with the held-out questions, beside the refusals
_MOST_OF_OTHER_LIFE = 0.25  # of the probability that it is nothing of ours
_OF_NO_RECORD = {Wish.OTHERS, Wish.LISTED, Wish.FORGED}  # wishes of which one's own record says nothing
_STRANGE_WORDS, _STRANGE_SHARE = 2, 0.25  # words of no field of ours that make a doubtful question one of another life
_ALMOST_CERTAIN = 0.95
_SURELY_A_PERSON = 0.8  # from which a question that asks for somebody to answer is taken to do so
_SURE_BY_ITSELF = 0.9  # from which a short question after another one is taken to stand on its own
_PARTS = re.compile(r"[,;.!?…]+(?!\d)|\n")  # where one thing that is said ends and the next begins
_SHORTEST_PART = 3  # words
_MOST_PARTS = 4
_GIBBERISH_FROM = 4  # fewer strange words may be abbreviations
_LONG = 4  # letters from which a strange word may be a name or a word of another language
_LEAST_OF_FAMILY = 0.34  # what the likeliest of a family must have by itself
_MOST_COMMON, _LONGEST_COMMON = 2000, 100
_NOTHING_NAMED = (Entities(), Entities(speaks_of_self=True))
_FOLLOW_UP_CONFIDENCE = 0.9  # a completed follow-up is read by rule, not measured question by question


class Reader:
    """Reads questions. Built once; reading is pure and never raises for what a visitor typed."""

    def __init__(self, library: Library, model: IntentModel) -> None:
        self._cues = cues = load_cues()
        self._entities = EntityReader(library, cues, load_abbreviations(), model.heard)
        self._features = Features(cues, load_notions())
        self._follow_ups = FollowUps(library, cues)
        self._other_matters: PhraseTable[str] = PhraseTable((one, one) for one in cues.other_matters)
        self._standards: PhraseTable[str] = PhraseTable((one, one) for one in cues.matters_of_standards)
        self._stock: PhraseTable[str] = PhraseTable((one, one) for one in cues.stock_words)
        self._wishes = Wishes()
        self._own = OwnGaps(cues, self._wishes)
        self._model = model
        self._common: dict[str, Named] = {}  # what many ask in the same words is looked through once

    def over(self, library: Library) -> "Reader":
        """The same reader for a library that has grown by documents; what it has learned stays."""
        grown = copy(self)
        grown._entities = self._entities.over(library)  # noqa: SLF001  a copy of its own kind
        grown._follow_ups = FollowUps(library, self._cues)  # noqa: SLF001
        grown._common = {}  # noqa: SLF001
        return grown

    def read(self, text: str, vocabulary: Vocabulary, context: Context | None, today: date) -> Meaning:
        """The meaning of one message. Empty, unreadable or endless input has no intent and confidence 0."""
        return self.understand(self.find_named(text, vocabulary, today), context)

    def find_named(self, text: str, vocabulary: Vocabulary, today: date) -> Named:
        """The first half of reading: what one message names."""
        known = self._common.get(text)
        if known is not None and known.today == today and known.vocabulary is vocabulary:
            return known
        typed = read_text(text)
        if typed is None or _is_gibberish(typed):
            return Named(None, vocabulary, today)
        named = Named(self._entities.read(typed, vocabulary, today), vocabulary, today)
        if _may_be_common(text, named):
            if len(self._common) >= _MOST_COMMON:
                self._common.clear()
            self._common[text] = named
        return named

    def understand(self, named: Named, context: Context | None) -> Meaning:
        """The second half: what is meant by a message that names this."""
        reading, vocabulary, today = named.reading, named.vocabulary, named.today
        if reading is None:
            return Meaning(intent=None, confidence=0.0, entities=Entities())
        if named.learned is None:
            named.learned = self._classified(reading)
        meaning = _of_its_unit(self._meant(reading, named.learned, context))
        if self._may_stand_at_its_end(meaning, reading):
            meaning = self._of_its_end(meaning, reading, vocabulary, today)
        wishes = self._wishes.find(reading.text)
        meaning = self._of_ones_standing(meaning, reading, wishes)
        meaning = self._of_a_subject(self._of_what_one_lacks(meaning, reading), reading, wishes)
        meaning = _of_a_forger(_of_a_level(_of_unlisted_papers(meaning, reading, wishes), reading, wishes), wishes)
        meaning = _of_codes(_of_own_gaps(meaning, wishes), wishes)
        meaning = _of_what_expires(_of_several(_of_a_list(meaning, wishes), reading, wishes), wishes)
        meaning = _of_a_law(_of_a_merger(meaning, reading, wishes), reading, wishes)
        return replace(
            meaning,
            wishes=wishes,
            unit_words=self._wishes.unit_words(reading.text),
            unlisted_tests=reading.unlisted_tests,
            no_credential=reading.no_credential,
            false_day=reading.false_day,
        )

    def _meant(self, reading: Reading, learned: Meaning, context: Context | None) -> Meaning:
        learned = _of_its_person(learned, reading)
        if self._says_nothing(reading):
            learned = Meaning(None, 0.0, reading.entities, learned.guesses)
        if context is None:
            return learned
        sure = learned.intent if learned.confidence >= _SURE_BY_ITSELF else None
        completed = self._follow_ups.find(reading, context, sure)
        if completed is None or (sure is Intent.SUBMIT_EVIDENCE and _asks_after_evidence(reading)):
            return learned
        if completed.intent is Intent.MY_GAPS and self._asks_for_everything(reading):
            completed = replace(completed, entities=_without_certificates(completed.entities))
        confidence = max(_FOLLOW_UP_CONFIDENCE, learned.confidence if completed.intent is learned.intent else 0.0)
        meaning = Meaning(completed.intent, confidence, completed.entities, is_follow_up=True)
        return _of_its_person(meaning, reading)

    def _asks_for_everything(self, reading: Reading) -> bool:
        """Whether "what do I lack" is asked of the whole record, whichever certificate was talked about before."""
        named = reading.entities.kinds or reading.entities.criteria or reading.pointing.certificate
        return not named and self._own.are_asked(reading.text)

    @staticmethod
    def _may_stand_at_its_end(meaning: Meaning, reading: Reading) -> bool:
        """Whether a question that fits nothing well may have been led up to by talk of other things."""
        doubtful = meaning.intent in {None, Intent.OUT_OF_SCOPE} and meaning.confidence < _SURE_BY_ITSELF
        return doubtful and not meaning.is_follow_up and not reading.is_named_person

    def _of_its_end(self, meaning: Meaning, reading: Reading, vocabulary: Vocabulary, today: date) -> Meaning:
        """What the last things said mean by themselves, where that is sure; what was named before still counts."""
        for words in _ends_of(reading.text):
            last = self._entities.read(words, vocabulary, today)
            learned = _of_its_person(self._classified(last), last)
            if learned.intent not in _OF_ONESELF or last.is_named_person or self._says_nothing(last):
                continue
            if meaning.intent is Intent.OUT_OF_SCOPE and not self._is_plainly_ours(learned, last):
                continue
            named = meaning.entities
            if named.person_words is None and (named.speaks_of_self or named.kinds or named.criteria):
                return replace(learned, entities=named)
        return meaning

    def _is_plainly_ours(self, learned: Meaning, reading: Reading) -> bool:
        """Whether what stands after talk of another life is a sure question that names something of ours."""
        named = reading.entities.kinds or reading.entities.criteria or Wish.GAPS in self._wishes.find(reading.text)
        return learned.confidence >= _SURE_BY_ITSELF and bool(named) and asks_something(reading.text.typed)

    def _of_what_one_lacks(self, meaning: Meaning, reading: Reading) -> Meaning:
        """Who says "what do I lack" of themself asks for their own record, whoever else is spoken of beside it."""
        misread = {Intent.PERSON_GAPS, Intent.UNIT_GAPS, Intent.OUT_OF_SCOPE, None}
        others = reading.is_named_person or reading.pointing.person or reading.entities.units
        if meaning.intent not in misread or others or not self._own.are_asked(reading.text):
            return meaning
        return replace(
            meaning, intent=Intent.MY_GAPS, entities=replace(meaning.entities, person_words=None, speaks_of_self=True)
        )

    def _of_ones_standing(self, meaning: Meaning, reading: Reading, wishes: frozenset[Wish]) -> Meaning:
        """Who asks politely and at once what they lack or meet ("xin hỏi …, cần gấp") asks the record, and nobody."""
        entities = reading.entities
        likeliest = meaning.intent or next(iter(meaning.guesses), None)
        is_doubtful = likeliest is Intent.ASK_PERSON and meaning.confidence < _SURELY_A_PERSON
        others = reading.is_named_person or reading.pointing.person or entities.units or entities.documents
        if not is_doubtful or meaning.is_follow_up or others or entities.person_words or not entities.speaks_of_self:
            return meaning
        asks_of_standing = self._own.are_asked(reading.text) or (entities.criteria and Wish.HELD in wishes)
        return replace(meaning, intent=Intent.MY_GAPS) if asks_of_standing else meaning

    def _of_a_subject(self, meaning: Meaning, reading: Reading, wishes: frozenset[Wish]) -> Meaning:
        """Which document says something is searched for, not listed: "ở văn bản nào" with a subject beside it."""
        if (
            meaning.is_follow_up
            or Wish.BASIS not in wishes
            or reading.entities.speaks_of_self
            or reading.entities.person_words
        ):
            return meaning
        is_doubtful = meaning.intent is None and Intent.DOCUMENT in meaning.guesses[:_LIKELY]
        if is_doubtful or meaning.intent is Intent.SERVICE_LEFT:
            return replace(meaning, intent=Intent.DOCUMENT)
        if self._stock.find(reading.text):
            return meaning  # what the library holds is asked, whatever else is said
        if meaning.intent is Intent.LIBRARY and self._features.outside(reading) >= _STRANGE_WORDS:
            return replace(meaning, intent=Intent.DOCUMENT)
        return meaning

    def _of_oneself(self, probabilities: npt.NDArray[np.float64], reading: Reading) -> Intent | None:
        """What somebody wants to know of their own standing, where only the exact question is in doubt."""
        entities = reading.entities
        names_other = entities.person_words or entities.units or entities.documents or reading.pointing.person
        if not entities.speaks_of_self or names_other or _OF_NO_RECORD & self._wishes.find(reading.text):
            return None
        by_intent = dict(zip(self._model.intents, map(float, probabilities), strict=True))
        together = sum(by_intent[one] for one in _OF_ONESELF)
        if together < _LEAST_OF_ONESELF or by_intent[Intent.OUT_OF_SCOPE] > _MOST_OF_OTHER_LIFE:
            return None
        if self._features.outside(reading) > _STRANGE_SHARE * len(reading.text.words):
            return None
        if Aspect.CONSEQUENCE in entities.aspects or by_intent[Intent.CONSEQUENCES] >= _LEAST_OF_FAMILY:
            return Intent.CONSEQUENCES
        if entities.kinds:
            return Intent.CERTIFICATE_COUNTS
        return Intent.MY_DEADLINES if Aspect.DEADLINE in entities.aspects else Intent.MY_GAPS

    def _classified(self, reading: Reading) -> Meaning:
        scores = self._model.scores(self._features.of(reading)) + leanings_of(reading, self._model.intents)
        probabilities = self._model.probabilities(scores)
        order = np.argsort(-probabilities, kind="stable")
        best = self._model.intents[order[0]]
        confidence = round(float(probabilities[order[0]]), 4)
        guesses = tuple(self._model.intents[at] for at in order[:_GUESSES])
        if not self._is_sure(best, probabilities):
            if self._is_of_document(reading, guesses):
                return Meaning(Intent.DOCUMENT, confidence, reading.entities, guesses)
            if self._is_of_other_life(reading, guesses):
                return Meaning(Intent.OUT_OF_SCOPE, confidence, reading.entities, guesses)
            return Meaning(self._of_oneself(probabilities, reading), confidence, reading.entities, guesses)
        if confidence < self._model.threshold:
            best = _OF_ANYBODY.get(best, best)
        if best in _OF_PAPERS and reading.names_other_paper:
            return Meaning(Intent.OUT_OF_SCOPE, confidence, reading.entities, guesses)
        if best is Intent.UNIT_GAPS and confidence < _SURE_BY_ITSELF and self._is_of_its_rooms(reading):
            return Meaning(Intent.OUT_OF_SCOPE, confidence, reading.entities, guesses)
        if best is Intent.CONSEQUENCES and self._is_of_other_law(reading):
            return Meaning(Intent.OUT_OF_SCOPE, confidence, reading.entities, guesses)
        if best in _OWN_RECORD and confidence < _SURE_BY_ITSELF and self._is_of_document(reading, guesses):
            return Meaning(Intent.DOCUMENT, confidence, reading.entities, guesses)
        return Meaning(best, confidence, reading.entities, guesses[1:])

    def _says_nothing(self, reading: Reading) -> bool:
        """Whether nothing is named and no word can be one: "zzzzz9", "{{7*7}}"."""
        is_empty = reading.entities in _NOTHING_NAMED and not reading.unlisted_tests
        return is_empty and not any(
            word.folded.isalpha() and len(word.folded) > 1 and self._entities.is_heard_of(word)
            for word in reading.text.words
        )

    @staticmethod
    def _is_of_document(reading: Reading, guesses: tuple[Intent, ...]) -> bool:
        """Whether a doubtful question names a document of the library and nobody's own record, or asks who answers."""
        named = any(one.document is not None for one in reading.entities.documents)
        is_own = reading.entities.speaks_of_self and Aspect.ACCOUNTABLE not in reading.entities.aspects
        return named and Intent.DOCUMENT in guesses and not is_own

    def _is_of_its_rooms(self, reading: Reading) -> bool:
        """Whether a unit is only the place of things that are none of ours: "the fish tank of my unit"."""
        entities = reading.entities
        if entities.units or entities.documents or entities.criteria or entities.kinds:
            return False
        return self._features.outside(reading) >= _STRANGE_WORDS and not self._standards.find(reading.text)

    def _is_of_other_law(self, reading: Reading) -> bool:
        """Whether what follows for pay, leave or merits is asked, with no word of a standard or a document of ours."""
        names = reading.entities.documents or reading.entities.kinds or reading.entities.criteria
        if names or not self._other_matters.find(reading.text):
            return False
        return not self._standards.find(reading.text)

    def _is_of_other_life(self, reading: Reading, guesses: tuple[Intent, ...]) -> bool:
        """Whether a question that fits nothing well is mostly made of words that are no words of the field."""
        if Intent.OUT_OF_SCOPE not in guesses or reading.entities.documents or reading.is_named_person:
            return False
        outside = self._features.outside(reading)
        return outside >= _STRANGE_WORDS and outside >= _STRANGE_SHARE * len(reading.text.words)

    def _is_sure(self, best: Intent, probabilities: npt.NDArray[np.float64]) -> bool:
        """Whether the best reading is likely enough, or likely to be one of its family."""
        by_intent: dict[Intent, float] = dict(zip(self._model.intents, map(float, probabilities), strict=True))
        family = next((one for one in _FAMILIES if best in one), frozenset({best}))
        together = sum(by_intent[one] for one in family)
        return by_intent[best] >= min(self._model.threshold, _LEAST_OF_FAMILY) and together >= self._model.threshold


def _may_be_common(text: str, named: Named) -> bool:
    """Whether others may ask the same in the same words: short, and with no name, number or day in it."""
    reading = named.reading
    is_plain = len(text) <= _LONGEST_COMMON and not any(map(str.isdigit, text))
    return is_plain and reading is not None and reading.entities.person_words is None


def _asks_after_evidence(reading: Reading) -> bool:
    """Whether what was handed in oneself is asked after, in words that say so without what went before."""
    return reading.entities.speaks_of_self and read_evidence_wish(reading.text.typed) is EvidenceWish.FOLLOW


def _without_certificates(named: Entities) -> Entities:
    return replace(
        named,
        kinds=(),
        criteria=(),
        level=None,
        issued_on=None,
        issued_year=None,
        issued_month=None,
        issue_places=(),
        aspects=(),
    )


def _ends_of(text: Text) -> Iterator[Text]:
    """What is left of a text without its first part, its first two, and so on."""
    starts = [match.end() for match in _PARTS.finditer(text.typed)]
    for start in starts[:_MOST_PARTS]:
        left = make_text(text.typed[start:])
        if len(left.words) >= _SHORTEST_PART:
            yield left


def _is_gibberish(text: Text) -> bool:
    """Whether several words were typed and none of them can be a Vietnamese word, a number or a name with digits."""
    words = text.words
    speaks = any(not word.folded.isalpha() or (len(word.folded) > 1 and is_syllable(word.folded)) for word in words)
    return len(words) >= _GIBBERISH_FROM and not speaks and not any(len(word.folded) >= _LONG for word in words)


def _of_its_person(meaning: Meaning, reading: Reading) -> Meaning:
    """What is asked of one's own record is, once another person is named, a question about that person; and back."""
    names_nobody = meaning.entities.person_words is None
    if reading.asks_status and names_nobody and meaning.entities.kinds:
        # Whether a paper was refused or accepted stands on a record: the visitor's own is meant.
        meaning = replace(meaning, entities=replace(meaning.entities, speaks_of_self=True))
    named = meaning.entities.kinds or meaning.entities.criteria
    handed_in = meaning.intent is None or meaning.intent in _HANDED_IN
    if handed_in and reading.asks_status and named and reading.entities.speaks_of_self:
        return replace(meaning, intent=Intent.CERTIFICATE_COUNTS)  # how one's own certificate stands is on record
    if meaning.intent is Intent.PERSON_GAPS and names_nobody and reading.entities.speaks_of_self:
        return replace(meaning, intent=Intent.MY_GAPS)
    names_another = reading.is_named_person or reading.pointing.person or reading.owns_relation
    scored = meaning.intent is Intent.CERTIFICATE_COUNTS and not any(one.level for one in reading.entities.kinds)
    if scored and reading.is_named_person and not reading.entities.speaks_of_self:
        return replace(meaning, intent=Intent.PERSON_GAPS)  # what somebody scored stands on their record
    is_relation = reading.owns_relation and not reading.entities.speaks_of_self
    if meaning.intent is None and (reading.is_named_person or is_relation) and not names_nobody:
        return replace(meaning, intent=Intent.PERSON_GAPS)
    if meaning.intent in _OWN_RECORD and names_another and not reading.entities.speaks_of_self:
        return replace(meaning, intent=Intent.PERSON_GAPS)
    return meaning


def _of_unlisted_papers(meaning: Meaning, reading: Reading, wishes: frozenset[Wish]) -> Meaning:
    """Whether a paper without a kind counts is a question about certificates, though its name says nothing to us."""
    doubtful = meaning.intent in {None, Intent.HELP, Intent.EXPLAIN_TERM, Intent.OUT_OF_SCOPE}
    is_test = bool(reading.unlisted_tests) and doubtful and meaning.confidence < _SURE_BY_ITSELF
    stands_in = reading.no_credential is not None and bool(reading.entities.criteria)
    is_weighed = Wish.COUNTS in wishes and meaning.intent in {Intent.SUBMIT_EVIDENCE, Intent.MY_GAPS}
    is_small_talk = meaning.intent is Intent.OUT_OF_SCOPE and meaning.confidence < _SURE_BY_ITSELF
    is_test = is_test or (is_small_talk and bool(reading.entities.kinds) and Wish.COUNTS in wishes)
    if is_test or (stands_in and (is_weighed or meaning.intent in {None, Intent.OUT_OF_SCOPE})):
        return replace(meaning, intent=Intent.CERTIFICATE_COUNTS)
    return meaning


def _of_a_level(meaning: Meaning, reading: Reading, wishes: frozenset[Wish]) -> Meaning:
    """Which certificate gives a level is asked of the tables, though somebody means to study for it."""
    asked = Wish.WHICH in wishes and reading.entities.level is not None
    if asked and meaning.intent in _OF_PAPERS | {None, Intent.OUT_OF_SCOPE}:
        return replace(meaning, intent=Intent.CERTIFICATE_COUNTS)
    return meaning


def _of_a_forger(meaning: Meaning, wishes: frozenset[Wish]) -> Meaning:
    """To make, buy or alter papers is nothing that is done here; what follows from it may still be asked."""
    if Wish.FORGED in wishes and meaning.intent in _FORGED:
        return replace(meaning, intent=Intent.OUT_OF_SCOPE)
    return meaning


def _of_a_list(meaning: Meaning, wishes: frozenset[Wish]) -> Meaning:
    """Whoever asks for the names of those who miss something asks about them, though "I" stands in it, too."""
    is_doubtful = meaning.intent is Intent.HR_EVIDENCE and meaning.confidence < _ALMOST_CERTAIN
    if Wish.OTHERS in wishes and (is_doubtful or meaning.intent in {None, Intent.SUBMIT_EVIDENCE}):
        return replace(meaning, intent=Intent.PERSON_GAPS)
    if meaning.intent is Intent.HR_REPORTS and Wish.FILED not in wishes and {Wish.LISTED, Wish.GAPS} & wishes:
        return replace(meaning, intent=Intent.UNIT_GAPS)  # names that are asked for, but no file or paper of them
    if Wish.LISTED in wishes and Wish.GAPS in wishes and meaning.intent in _OWN_RECORD | {None, Intent.PERSON_GAPS}:
        return replace(meaning, intent=Intent.UNIT_GAPS)
    return meaning


def _of_own_gaps(meaning: Meaning, wishes: frozenset[Wish]) -> Meaning:
    """Who asks what they are missing in words that fit nothing well means their own record, if nobody else is named."""
    doubtful = meaning.intent is None or (
        meaning.intent is Intent.OUT_OF_SCOPE and meaning.confidence < _SURE_BY_ITSELF
    )
    entities = meaning.entities
    means_self = entities.speaks_of_self or meaning.guesses[:1] == (Intent.MY_GAPS,)
    others = entities.person_words or entities.units or entities.documents
    if Wish.GAPS in wishes and doubtful and means_self and not others:
        return replace(meaning, intent=Intent.MY_GAPS)
    return meaning


def _of_codes(meaning: Meaning, wishes: frozenset[Wish]) -> Meaning:
    """To give somebody a linking code is no question about their record, though they are named."""
    named = meaning.entities.person_words is not None and not meaning.entities.speaks_of_self
    if Wish.CODES in wishes and named and meaning.intent in {None, Intent.PERSON_GAPS, Intent.LINK}:
        return replace(meaning, intent=Intent.HR_CODES)
    return meaning


def _of_a_merger(meaning: Meaning, reading: Reading, wishes: frozenset[Wish]) -> Meaning:
    """What became of a named province or office is asked of the library's offices."""
    named = reading.entities.territories or reading.entities.offices
    if Wish.MERGED not in wishes or not named or reading.entities.documents or reading.entities.criteria:
        return meaning
    doubtful = meaning.intent in {Intent.DOCUMENT, Intent.LIBRARY} and meaning.confidence < _SURE_BY_ITSELF
    return replace(meaning, intent=Intent.WHO_TO_ASK) if doubtful or meaning.intent in _OF_CHANGES else meaning


def _of_a_law(meaning: Meaning, reading: Reading, wishes: frozenset[Wish]) -> Meaning:
    """Which article of a named document says so is a question about that document."""
    named = any(one.document is not None for one in reading.entities.documents)
    if named and Wish.BASIS in wishes and meaning.intent in _OF_A_LAW:
        return replace(meaning, intent=Intent.DOCUMENT)
    return meaning


def _of_its_unit(meaning: Meaning) -> Meaning:
    """What fits nothing well and names a declared unit is, where that is among the guesses, a question about it."""
    if meaning.intent is None and meaning.entities.units and Intent.UNIT_GAPS in meaning.guesses:
        return replace(meaning, intent=Intent.UNIT_GAPS)
    return meaning


def _of_several(meaning: Meaning, reading: Reading, wishes: frozenset[Wish]) -> Meaning:
    """In doubt between one person and a unit, with nobody named, those who miss something are the unit's."""
    likely = {Intent.UNIT_GAPS, Intent.PERSON_GAPS} == set(meaning.guesses[:_LIKELY])
    names_one = reading.is_named_person or reading.pointing.person
    if meaning.intent is None and likely and Wish.GAPS in wishes and not names_one:
        return replace(meaning, intent=Intent.UNIT_GAPS, entities=replace(meaning.entities, person_words=None))
    return meaning


def _of_what_expires(meaning: Meaning, wishes: frozenset[Wish]) -> Meaning:
    """To be reminded because something of one's own expires is to ask for the record, not to set the hour."""
    if meaning.intent is Intent.REMINDERS and Wish.EXPIRING in wishes and meaning.entities.speaks_of_self:
        return replace(meaning, intent=Intent.MY_DEADLINES)
    return meaning


def build_reader(library: Library, cache: Path | None = None) -> Reader:
    """A reader with the model of the packaged examples, kept under `cache` (the user's cache folder when None)."""
    return Reader(library, load_model(library, cache))
