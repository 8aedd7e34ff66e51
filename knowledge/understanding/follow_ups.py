"""Short questions that make sense only after the one before ("còn tin học thì sao?"), completed from it."""

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from knowledge.credentials import ScaleType
from knowledge.documents import Document
from knowledge.folding import fold
from knowledge.library import Library
from knowledge.understanding.cues import Cues
from knowledge.understanding.entities.reading import DOCUMENT_WORD, PERSON_WORD, Reading
from knowledge.understanding.marks import can_be
from knowledge.understanding.meaning import Aspect, Context, DocumentMention, Entities, Intent
from knowledge.understanding.phrase_table import Match, PhraseTable
from knowledge.understanding.text import Text, Word, make_text

_SCORE = re.compile(r"(?<![\w./,])\d{1,3}(?:[.,]\d{1,2})?(?![\w/])")
_BARE_POINT = re.compile(r"(?<![\w./,])(?:[ivx]{1,4}\.)?\d{1,2}(?:\.\d{1,2})*(?![\w/.]*\d)")
_POINT_LETTER = re.compile(r"\b[dp](?=\d)")
_SHORT_POINT = re.compile(r"[dp]? ?\d{1,2}(?:\.\d{1,2})*[.?! ]*")  # "đ4", "2.3"
_BARE = 5  # words
_WORDS_BESIDE_WHY = 2
_SAME_SUBJECT = {Intent.CERTIFICATE_COUNTS, Intent.MY_DATA}  # a few words ask more of what was talked about
_NEED_A_SUBJECT = {Intent.WHO_TO_ASK, Intent.CONSEQUENCES}
# What is said about somebody's standing or a certificate has a chain behind it that "why" asks for.
_VERDICTS = {
    Intent.MY_GAPS,
    Intent.MY_DEADLINES,
    Intent.CERTIFICATE_COUNTS,
    Intent.PERSON_GAPS,
    Intent.EXPLAIN_VERDICT,
}
_OF_CERTIFICATES = _VERDICTS | {Intent.SUBMIT_EVIDENCE}
_OF_PAPERS = {Intent.DOCUMENT, Intent.LIBRARY}  # asked there for a basis, the documents that a document cites are meant
_OF_A_PERSON = {Intent.MY_GAPS, Intent.MY_DEADLINES, Intent.SERVICE_LEFT}
_IDLE = {Intent.OUT_OF_SCOPE, Intent.HELP}
_OF_WHOLE_DOCUMENTS = {
    Aspect.SIGNER,
    Aspect.DATE,
    Aspect.ISSUER,
    Aspect.IN_FORCE,
    Aspect.HELD,
    Aspect.ABOUT,
}
_LONG_FOR_A_SUCCESSOR = 14  # words
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
        self._bases: PhraseTable[str] = _table(cues.follow_up_bases)
        self._validities: PhraseTable[str] = _table(cues.follow_up_validities)
        self._intents: PhraseTable[Intent] = PhraseTable(
            (phrase, Intent(intent)) for intent, phrases in cues.follow_up_intents.items() for phrase in phrases
        )
        self._fillers = _by_fold(cues.fillers)
        self._level_fillers = _by_fold(cues.level_fillers)
        self._successors: PhraseTable[str] = _table(cues.successors)
        self._force: PhraseTable[str] = _table(cues.force_words)
        self._after_that_day: PhraseTable[str] = _table(cues.after_that_day)
        self._said_there: PhraseTable[str] = _table(cues.said_there)
        self._which_points: PhraseTable[str] = _table(cues.which_points)
        entries = [word for word, kind in cues.point_words.items() if kind in {"entry", "task"}]
        self._entries: PhraseTable[tuple[str, int]] = PhraseTable(
            (f"{word} {ordinal}", (fold(word), number))
            for word in entries
            for ordinal, number in cues.ordinals.items()
            if number > 0
        )

    def find(self, reading: Reading, context: Context, learned: Intent | None) -> Completed | None:
        """The question completed from the conversation, or None where it stands on its own.

        `learned` is what the classifier is sure of by itself, None where it is not.
        """
        context = self._with_what_was_cited(reading, context)
        successor = self._of_its_successor(reading, context)
        if successor is not None and len(reading.text.words) <= _LONG_FOR_A_SUCCESSOR:
            return successor
        points_back = self._points_back(reading, context)
        learned = self._without_idle_guess(reading, context, learned)
        own_words = len(reading.text.words) - len(reading.taken)
        if len(reading.text.words) > _SHORT and own_words > _BARE and not points_back:
            return None
        if self._is_of_the_same_person(reading, context, learned):
            return Completed(Intent.PERSON_GAPS, self._merged(reading, context, Intent.PERSON_GAPS))
        if learned is Intent.EXPLAIN_VERDICT and context.intent in _VERDICTS:
            return Completed(learned, self._explained(reading, context))
        leans = self._leans_on_before(reading.text)
        whole = (
            self._of_a_birth(reading, context)
            or self._after_its_day(reading, context)
            or self._same_again(reading, context, leans=leans)
            or self._asked_of_a_certificate(reading, context)
            or self._another_level(reading, context)
            or self._of_the_document(reading, context, learned)
            or self._another_entry(reading, context)
            or self._another_point(reading, context, leans=leans)
            or self._said_in_the_document(reading, context, learned)
        )
        if whole is not None:
            return whole
        if self._leaves_out_its_subject(reading, context, learned):
            about_document = context.intent is Intent.DOCUMENT and bool(reading.entities.aspects)
            intent = context.intent if about_document else learned or self._intent_of_tests(reading, context)
        else:
            found = self._find_intent(reading, context, learned, leans=leans, points_back=points_back)
            if found is None:
                return None
            intent = found
        return Completed(intent, self._merged(reading, context, intent))

    def _leans_on_before(self, text: Text) -> bool:
        """Whether the question opens or closes like one that goes on from another ("còn …", "… thì sao")."""
        starts = any(match.first == 0 for match in self._starts.find(text))
        return starts or any(self._are_fillers(text.words[match.last :]) for match in self._ends.find(text))

    def _are_fillers(self, words: Sequence[Word]) -> bool:
        return all(any(can_be(word.marked, one) for one in self._fillers.get(word.folded, ())) for word in words)

    def _same_again(self, reading: Reading, context: Context, *, leans: bool) -> Completed | None:
        """The question before asked again: for its reasons, for another score, or for oneself."""
        text = reading.text
        if any(match.last - match.first >= len(text.words) - _WORDS_BESIDE_WHY for match in self._whys.find(text)):
            intent = Intent.EXPLAIN_VERDICT if context.intent in _VERDICTS else context.intent
            return Completed(intent, _with_aspects(context.entities, (Aspect.WHY,)))
        if context.intent not in _OF_PAPERS and self._covers(self._bases.find(text), reading, beside=1):
            intent = Intent.EXPLAIN_VERDICT if context.intent in _VERDICTS else context.intent
            return Completed(intent, _with_aspects(context.entities, (Aspect.WHY,)))
        rescored = self._rescored(reading, context) if self._is_bare_score(reading, context) else None
        if rescored is not None:
            return Completed(Intent.CERTIFICATE_COUNTS, rescored)
        if _names_something(reading.entities):
            return None
        asked = {match.value for match in self._intents.find(text)}
        if context.intent in asked & _SAME_SUBJECT and len(text.words) <= _BARE:
            return Completed(context.intent, _with_aspects(context.entities, reading.entities.aspects))
        if not leans:
            return None
        rescored = self._rescored(reading, context)
        if rescored is not None:
            return Completed(Intent.CERTIFICATE_COUNTS, rescored)
        if reading.entities.speaks_of_self and not self._rest(reading):
            return self._about_oneself(context)
        return None

    def _is_bare_score(self, reading: Reading, context: Context) -> bool:
        """Whether nothing but a score is said of the test that was talked about ("6.0", "tôi được 6.0")."""
        if context.intent is not Intent.CERTIFICATE_COUNTS or len(reading.text.words) > _BARE:
            return False
        folded = _SCORE.sub(" ", reading.text.folded)
        words = make_text(folded).words if folded.strip(" .,") else ()
        return all(word.folded in self._level_fillers or word.folded in self._fillers for word in words)

    @staticmethod
    def _is_of_the_same_person(reading: Reading, context: Context, learned: Intent | None) -> bool:
        """Whether a question on somebody's record names nobody, so that it is about whoever was talked about."""
        names_nobody = not (reading.entities.speaks_of_self or reading.entities.person_words)
        is_about_other = context.intent is Intent.PERSON_GAPS and context.entities.person_words is not None
        return is_about_other and names_nobody and learned in _OF_A_PERSON

    def _without_idle_guess(self, reading: Reading, context: Context, learned: Intent | None) -> Intent | None:
        """What the words mean by themselves; nothing where they say so little that only the thread gives them a sense.

        A few words that go on from before look like chat, or like nothing of ours, to whoever does not know it.
        """
        if learned not in _IDLE or context.intent in _IDLE:
            return learned
        told = self._leans_on_before(reading.text) or bool(self._intents.find(reading.text))
        return None if told or _names_something(reading.entities) else learned

    def _asked_of_a_certificate(self, reading: Reading, context: Context) -> Completed | None:
        """How long a certificate counts that was talked about: "dùng được mấy năm", "thời hạn bao lâu"."""
        known = context.entities
        asked = self._validities.find(reading.text)
        if not asked or not (known.kinds or known.criteria) or context.intent not in _OF_CERTIFICATES:
            return None
        words = {at for match in asked for at in range(match.first, match.last)}
        if len(self._rest(reading, besides=words)) > _WORDS_BESIDE_WHY or reading.entities.documents:
            return None
        named = replace(reading, entities=replace(reading.entities, years=None))
        merged = self._merged(named, context, Intent.CERTIFICATE_COUNTS)
        return Completed(Intent.CERTIFICATE_COUNTS, merged)

    def _another_level(self, reading: Reading, context: Context) -> Completed | None:
        """The certificate that was talked about, at another named level: "còn bậc 3"."""
        new, known = reading.entities, context.entities
        if new.level is None or new.kinds or not known.kinds or self._rest(reading):
            return None
        last = known.kinds[-1]
        kind = self._library.kinds[last.kind]
        if kind.scale.type is not ScaleType.CRITERION or kind.criterion not in new.criteria:
            return None
        kinds = (*known.kinds[:-1], replace(last, level=new.level))
        return Completed(Intent.CERTIFICATE_COUNTS, replace(known, kinds=kinds, criteria=(), aspects=(), level=None))

    def _of_the_document(self, reading: Reading, context: Context, learned: Intent | None) -> Completed | None:
        """A point named by itself is one of the document that was talked about."""
        new = reading.entities
        if learned is not Intent.DOCUMENT or not new.points or new.documents or not context.entities.documents:
            return None
        if context.intent is Intent.DOCUMENT:
            return Completed(Intent.DOCUMENT, self._merged(reading, context, Intent.DOCUMENT))
        return None

    @staticmethod
    def _with_what_was_cited(reading: Reading, context: Context) -> Context:
        """Where "that document" is said and none was named, the first one that the last answer rested on is meant."""
        is_meant = reading.pointing.document and not reading.entities.documents
        if not is_meant or context.entities.documents or not context.cited:
            return context
        document, _point = context.cited[0]
        return replace(
            context, intent=Intent.DOCUMENT, entities=Entities(documents=(DocumentMention(document, document),))
        )

    def _of_a_birth(self, reading: Reading, context: Context) -> Completed | None:
        """When somebody born on another day, or of the other sex, retires: "thế còn nữ sinh 1970?"."""
        new, known = reading.entities, context.entities
        if context.intent is not Intent.SERVICE_LEFT or new.documents or new.kinds:
            return None
        gender = reading.gender or known.gender
        if new.born_on is not None or new.born_year is not None:
            return Completed(Intent.SERVICE_LEFT, replace(new, gender=gender))
        if reading.gender is None or not (known.born_on or known.born_year) or len(reading.text.words) > _BARE:
            return None
        return Completed(Intent.SERVICE_LEFT, replace(known, gender=gender))

    def _of_its_successor(self, reading: Reading, context: Context) -> Completed | None:
        """The document that replaced the one talked about: "cái thay thế ai ký"."""
        known = self._known_document(context)
        found = self._successors.find(reading.text)
        if known is None or known.replaced_by is None or not found or reading.entities.documents:
            return None
        asks_force = bool(self._force.find(reading.text))  # else "thay thế" alone says so
        asked = tuple(one for one in reading.entities.aspects if asks_force or one is not Aspect.IN_FORCE)
        successor = DocumentMention(known.replaced_by, known.replaced_by)
        return Completed(Intent.DOCUMENT, replace(reading.entities, documents=(successor,), aspects=asked))

    def _after_its_day(self, reading: Reading, context: Context) -> Completed | None:
        """What follows once the day has passed that the last answer told of: of the point that it was told from."""
        if context.intent is not Intent.DOCUMENT or not self._after_that_day.find(reading.text):
            return None
        names = [one.document for one in context.entities.documents if one.document is not None]
        places = [one for one in context.cited if one[1] and (not names or one[0] in names)]
        if not places or reading.entities.documents:
            return None
        document, point = places[0]
        asked = replace(
            reading.entities,
            documents=(DocumentMention(document, document),),
            points=(point,),
            aspects=(Aspect.CONSEQUENCE,),
        )
        return Completed(Intent.DOCUMENT, asked)

    def _said_in_the_document(self, reading: Reading, context: Context, learned: Intent | None) -> Completed | None:
        """Whether, or where, the document talked about says something: "có quy định … không?", "điều mấy?"."""
        new = reading.entities
        if self._known_document(context) is None or new.documents or new.kinds or new.person_words:
            return None
        which = self._which_points.find(reading.text)
        doubtful = learned in {None, Intent.DOCUMENT, Intent.OUT_OF_SCOPE, Intent.LIBRARY}
        if not doubtful or not (which or self._said_there.find(reading.text)):
            return None
        asked = replace(new, documents=context.entities.documents, points=new.points)
        return Completed(Intent.DOCUMENT, asked)

    def _known_document(self, context: Context) -> Document | None:
        """The one document that was talked about."""
        known = [one.document for one in context.entities.documents if one.document is not None]
        if context.intent is not Intent.DOCUMENT or len(known) != 1:
            return None
        return self._library.documents.get(known[0])

    def _explained(self, reading: Reading, context: Context) -> Entities:
        """What a longer "why" is about: what it names itself, else what was talked about."""
        if reading.entities.kinds or reading.entities.criteria:
            named = replace(context.entities, kinds=(), criteria=(), level=None, issued_on=None, issued_year=None)
            return self._merged(reading, replace(context, entities=named), Intent.EXPLAIN_VERDICT)
        return self._merged(reading, context, Intent.EXPLAIN_VERDICT)

    def _another_point(self, reading: Reading, context: Context, *, leans: bool) -> Completed | None:
        """Another point of the document that was talked about, named by its bare number ("2.8 thì sao?")."""
        known = [one.document for one in context.entities.documents if one.document is not None]
        if (
            context.intent is not Intent.DOCUMENT
            or not (leans or _SHORT_POINT.fullmatch(reading.text.folded.strip()))
            or len(known) != 1
            or known[0] not in self._library.documents
        ):
            return None
        points = {point.id.casefold(): point.id for point in self._library.documents[known[0]].points}
        named = [
            points[one] for one in _BARE_POINT.findall(_POINT_LETTER.sub(" ", reading.text.folded)) if one in points
        ]
        if len(named) != 1:
            return None
        asked = replace(
            reading.entities, documents=context.entities.documents, points=tuple(named), dates=(), as_of=None
        )
        return Completed(Intent.DOCUMENT, asked)

    def _another_entry(self, reading: Reading, context: Context) -> Completed | None:
        """An entry of a list in the document that was talked about, by its place: "việc thứ ba phải xong khi nào"."""
        known = [one.document for one in context.entities.documents if one.document is not None]
        entries = self._entries.find(reading.text)
        if context.intent is not Intent.DOCUMENT or len(known) != 1 or len(entries) != 1 or reading.entities.documents:
            return None
        document = self._library.documents.get(known[0])
        word, number = entries[0].value
        named = [
            point.id
            for point in (document.points if document is not None else ())
            if f"{word} ({number})" in fold(point.label)
        ]
        if len(named) != 1:
            return None
        asked = replace(reading.entities, documents=context.entities.documents, points=tuple(named))
        return Completed(Intent.DOCUMENT, asked)

    def _find_intent(
        self, reading: Reading, context: Context, learned: Intent | None, *, leans: bool, points_back: bool
    ) -> Intent | None:
        named, rest = _names_something(reading.entities), self._rest(reading)
        if points_back and not leans and learned is not None and rest:
            return learned
        asked = self._intents.find(reading.text)
        only_asks = self._covers(asked, reading) and learned in {None, *(match.value for match in asked)}
        if not (leans or points_back or (named and not rest) or only_asks):
            return None
        if self._is_of_another_matter(reading, asked, learned):
            return None
        if learned in _OF_A_PERSON and reading.entities.speaks_of_self and context.intent not in _OF_A_PERSON:
            return learned
        if asked and len(rest) <= sum(match.last - match.first for match in asked) + 1:
            return self._asked_intent(asked[0].value, reading, context)
        if named and len(rest) <= 1:
            return self._intent_of_things(reading, context)
        if context.intent is Intent.WHO_TO_ASK and reading.entities.offices and learned in {None, Intent.EXPLAIN_TERM}:
            return Intent.WHO_TO_ASK
        return learned if points_back else None

    def _covers(self, found: Sequence[Match[str]] | Sequence[Match[Intent]], reading: Reading, beside: int = 0) -> bool:
        """Whether these phrases and small words are all that is said, but for so many words beside them."""
        words = {at for match in found for at in range(match.first, match.last)}
        return bool(words) and len(self._rest(reading, besides=words)) <= beside

    def _is_of_another_matter(self, reading: Reading, asked: list[Match[Intent]], learned: Intent | None) -> bool:
        """A complete question of its own, though it opens like one that goes on: "à, bao giờ tôi nghỉ hưu?"."""
        wished = {match.value for match in asked}
        if learned is None or learned in wished or learned in _IDLE or not asked:
            return False
        words = {at for match in asked for at in range(match.first, match.last)}
        return bool(self._rest(reading, besides=words))

    @staticmethod
    def _about_oneself(context: Context) -> Completed:
        """The same asked of oneself, after another person, unit or position was talked about: "tôi thì sao?"."""
        others = {Intent.PERSON_GAPS, Intent.UNIT_GAPS}
        intent = Intent.MY_GAPS if context.intent in others else context.intent
        own = replace(
            context.entities, person_words=None, units=(), territories=(), position_words=None, position_groups=()
        )
        return Completed(intent, replace(own, speaks_of_self=True))

    def _leaves_out_its_subject(self, reading: Reading, context: Context, learned: Intent | None) -> bool:
        """A few words that only what was talked about completes: "ai ký", "ngoại ngữ bậc mấy", "hỏi ai"."""
        names = _names_something(reading.entities)
        aspects = set(reading.entities.aspects)
        sides_only = not _names_something(replace(reading.entities, territories=()))
        if context.entities.documents and context.intent is Intent.DOCUMENT and aspects and sides_only:
            of_oneself = reading.entities.speaks_of_self
            if aspects & _OF_WHOLE_DOCUMENTS and learned is Intent.MY_DEADLINES and not of_oneself:
                return True
            if learned is Intent.MY_DEADLINES and Aspect.DEADLINE in aspects and not of_oneself:
                return len(reading.text.words) <= _BARE
            return learned in {None, Intent.DOCUMENT, Intent.LIBRARY}
        if len(reading.text.words) > _BARE:
            return False
        if learned is None:
            return names
        asked = {match.value for match in self._intents.find(reading.text)}
        return not names and learned in _NEED_A_SUBJECT and learned in asked

    def _rescored(self, reading: Reading, context: Context) -> Entities | None:
        """Another score of the test that was talked about ("thế 6.5 thì sao?")."""
        if not context.entities.kinds:
            return None
        last = context.entities.kinds[-1]
        scale = self._library.kinds[last.kind].scale
        scores = [found.replace(",", ".") for found in _SCORE.findall(reading.text.folded)]
        if scale.type is not ScaleType.NUMBER or len(scores) != 1:
            return None
        if not (scale.lowest or 0) <= float(scores[0]) <= (scale.highest or float(scores[0])):
            return None
        return replace(context.entities, kinds=(*context.entities.kinds[:-1], replace(last, level=scores[0])))

    def _rest(self, reading: Reading, besides: AbstractSet[int] = frozenset()) -> list[str]:
        """Words that neither name a thing nor merely hold the sentence together; `besides` are known already."""
        opening = max((match.last for match in self._starts.find(reading.text) if match.first == 0), default=0)
        return [
            word.folded
            for at, word in enumerate(reading.text.words)
            if at >= opening
            and at not in reading.taken
            and at not in besides
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

    def _intent_of_tests(self, reading: Reading, context: Context) -> Intent:
        """What a few words mean that name a test ("thi ielts được không") or its score; else the question goes on."""
        tests = any(not self._library.kinds[one.kind].is_direct for one in reading.entities.kinds)
        scored = Intent.CERTIFICATE_COUNTS in {match.value for match in self._intents.find(reading.text)}
        return Intent.CERTIFICATE_COUNTS if (tests or scored) and context.intent in _OF_A_PERSON else context.intent

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
        of_whole = bool(set(new.aspects) & _OF_WHOLE_DOCUMENTS) or (Aspect.BINDS in new.aspects and new.territories)
        if of_whole and not new.points and not reading.pointing.point:
            old = replace(old, points=())  # who signed a point is who signed the document
        new = self._sorted_letters(new, old)
        if new.documents and not new.points:
            # "còn công văn kia?" asks of another document what was asked of the first: who signed it, from which day
            kept = (
                tuple(one for one in old.aspects if one in _OF_WHOLE_DOCUMENTS) if self._is_only_named(reading) else ()
            )
            old = replace(old, documents=(), points=(), aspects=kept)
        criteria = new.criteria
        kinds = new.kinds
        if new.criteria and not new.kinds:
            # Another criterion drops the certificates of the one before.
            kinds = tuple(one for one in old.kinds if self._library.kinds[one.kind].criterion in new.criteria)
        elif not new.criteria and not new.kinds:
            kinds, criteria = old.kinds, old.criteria
        # Where a province belongs now is no place that the next question, about something else, is asked of.
        leaves_places = context.intent is Intent.WHO_TO_ASK and intent is not Intent.WHO_TO_ASK
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
            territories=new.territories or (() if new.offices or leaves_places else old.territories),
            issue_places=new.issue_places if new.territories else old.issue_places,
            offices=new.offices or old.offices,
            person_words=person,
            speaks_of_self=new.speaks_of_self or (old.speaks_of_self and not person),
            years=new.years or old.years,
            aspects=new.aspects or (old.aspects if intent is context.intent and not new.points else ()),
        )

    def _is_only_named(self, reading: Reading) -> bool:
        """Whether a thing is named and nothing asked of it."""
        return self._leans_on_before(reading.text) and not reading.entities.aspects and len(self._rest(reading)) <= 1

    def _sorted_letters(self, new: Entities, old: Entities) -> Entities:
        """The kinds meant where a letter fits two subjects ("chứng chỉ B"): those of the subject talked about."""
        spoken = {self._library.kinds[one.kind].criterion for one in old.kinds} | set(old.criteria)
        fitting = tuple(one for one in new.kinds if self._library.kinds[one.kind].criterion in spoken)
        return replace(new, kinds=fitting) if fitting and len(new.kinds) > 1 else new


def _names_something(entities: Entities) -> bool:
    return replace(entities, speaks_of_self=False, aspects=()) != Entities()


def _with_aspects(entities: Entities, aspects: tuple[Aspect, ...]) -> Entities:
    return replace(entities, aspects=tuple(dict.fromkeys((*entities.aspects, *aspects))))


def _table(phrases: tuple[str, ...]) -> PhraseTable[str]:
    return PhraseTable((phrase, phrase) for phrase in phrases)


def _by_fold(phrases: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for phrase in phrases:
        for word in make_text(phrase).words:
            found[word.folded] = (*found.get(word.folded, ()), word.marked)
    return found
