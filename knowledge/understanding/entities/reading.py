"""All the things that one question names, and the question itself with those things replaced by what they are."""

import re
from copy import copy
from dataclasses import dataclass
from datetime import date

from knowledge.documents import Document
from knowledge.facts import Gender
from knowledge.library import Library
from knowledge.understanding.cues import Abbreviation, Cues
from knowledge.understanding.entities.criteria import CriterionNames
from knowledge.understanding.entities.dates import Dates, FoundDate, Role
from knowledge.understanding.entities.described_documents import DescribedDocuments
from knowledge.understanding.entities.document_numbers import DocumentNumbers, FoundDocument
from knowledge.understanding.entities.kinds import FoundKind, Kinds
from knowledge.understanding.entities.persons import FoundPerson, Persons
from knowledge.understanding.entities.places import DeclaredNames, LibraryPlaces
from knowledge.understanding.entities.points import FoundPoint, Points
from knowledge.understanding.entities.several import (
    issue_of,
    load_words,
    papers_of_subjects,
    share_issues,
)
from knowledge.understanding.entities.years import ServiceYears
from knowledge.understanding.marks import can_be, has_marks
from knowledge.understanding.meaning import (
    UNSAID,
    Aspect,
    Entities,
    Issue,
    KindMention,
    Meaning,
    UnlistedTest,
    Vocabulary,
)
from knowledge.understanding.normalise import Heard, Normaliser
from knowledge.understanding.phrase_table import Match, PhraseTable
from knowledge.understanding.syllables import is_syllable
from knowledge.understanding.text import Text, Word, make_text
from knowledge.understanding.unlisted import Unlisted

DOCUMENT_WORD = "docnum"  # stands in the text where a number stood; no Vietnamese syllable reads like it
PERSON_WORD = "personcode"
_SHORTEST_FOREIGN = 3
_YEARS = frozenset(map(str, range(1990, 2060)))
_LETTER = re.compile(r"^[abc][12]?$")


@dataclass(frozen=True, slots=True)
class Pointing:
    """What the question points back to without naming it ("công văn đó", "đồng chí ấy")."""

    document: bool = False
    point: bool = False
    certificate: bool = False
    person: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """Entities of a question, the question in plain spelling, and which of its words are entities' own."""

    entities: Entities
    text: Text
    plain: str  # folded, with names of things replaced, as the classifier reads it
    pointing: Pointing
    taken: frozenset[int]  # words of `text` that belong to something named
    is_named_person: bool
    asks_status: bool  # whether something handed in was verified, accepted or refused
    owns_relation: bool  # somebody told by a relation ("sếp tôi") has what is asked about
    names_other_paper: bool = False  # a paper that is no certificate of ours ("bằng lái xe")
    unlisted_tests: tuple[UnlistedTest, ...] = ()  # tests that the library has no kind for ("Duolingo")
    no_credential: str | None = None  # a paper that proves no level of anything ("giấy khen")
    false_day: str | None = None  # what is written like a day and is none ("31/02/2020")
    gender: Gender | None = None  # of people in general, said with a day of birth or without


@dataclass(slots=True)
class Named:
    """What a message names, None where it cannot be read; and by which names and on which day it was read.

    `learned` is what it means by itself, once that has been asked.
    """

    reading: Reading | None
    vocabulary: Vocabulary
    today: date
    learned: Meaning | None = None


class EntityReader:
    """Reads what a question names. Built once from the library and the cue words."""

    def __init__(
        self, library: Library, cues: Cues, abbreviations: tuple[Abbreviation, ...], heard: Heard | None = None
    ) -> None:
        """`heard` is what questions of people taught, from which slips of the thumb are mended."""
        self._library = library
        self._cues = cues
        foreign = _foreign_words(library)
        self._unlisted = Unlisted()
        self._normaliser = make_normaliser(library, cues, abbreviations, self._unlisted, heard)
        self._short = frozenset(short for one in abbreviations for short in one.short)
        self._numbers = DocumentNumbers(library, cues, self._short)
        self._described = DescribedDocuments(library, cues)
        self._dates = Dates(cues)
        self._points = Points(cues)
        self._kinds = Kinds(library, cues, self._normaliser)
        self._criteria = CriterionNames(library, cues, self._normaliser)
        self._declared = DeclaredNames(self._normaliser, cues.unsaid_in_positions)
        self._places = LibraryPlaces(library, cues, self._normaliser)
        self._persons = Persons(cues, frozenset(foreign))
        self._years = ServiceYears(cues)
        self._joiners: PhraseTable[str] = PhraseTable((word, word) for word in load_words().joiners)
        self._aspects: PhraseTable[tuple[Aspect, str]] = PhraseTable(
            (phrase, (Aspect(aspect), phrase)) for aspect, phrases in cues.aspects.items() for phrase in phrases
        )
        self._signing: PhraseTable[str] = PhraseTable((word, word) for word in cues.signing)
        self._asks_who: PhraseTable[str] = PhraseTable((word, word) for word in cues.asks_who)
        self._quoting: PhraseTable[str] = PhraseTable((verb, verb) for verb in cues.quoting_verbs)
        self._surnames = frozenset(word.folded for name in cues.surnames for word in make_text(name).words)
        self._given_names = frozenset(word.folded for name in cues.given_names for word in make_text(name).words)
        self._trade: PhraseTable[str] = PhraseTable((word, word) for word in cues.domain_words)
        self._genders: PhraseTable[Gender] = PhraseTable((word, Gender(value)) for word, value in cues.genders.items())
        self._statuses: PhraseTable[str] = PhraseTable((word, word) for word in cues.status_words)
        self._these = {
            "document": PhraseTable((phrase, True) for phrase in cues.these_documents),
            "point": PhraseTable((phrase, True) for phrase in cues.these_points),
            "certificate": PhraseTable((phrase, True) for phrase in cues.these_certificates),
        }
        short = "|".join(sorted(cues.short_document_kinds, key=len, reverse=True))
        self._glued_number = re.compile(rf"\b({short})(\d{{3}})", re.IGNORECASE)  # "cv2123"
        tests = "|".join(sorted((name for name in foreign if name.isalpha()), key=len, reverse=True))
        self._glued = re.compile(rf"\b({tests})(\d)", re.IGNORECASE)  # "ielts5.0"

    def over(self, library: Library) -> "EntityReader":
        """The same reader for a library that has grown by documents."""
        grown = copy(self)
        grown._library, grown._numbers = library, DocumentNumbers(library, self._cues, self._short)  # noqa: SLF001  a copy of its own kind
        grown._described = DescribedDocuments(library, self._cues)  # noqa: SLF001
        return grown

    def is_heard_of(self, word: Word) -> bool:
        """Whether a word can be Vietnamese, is written short, or is a word that people use in questions."""
        return self._normaliser.is_heard_of(word)

    def read(self, typed: Text, vocabulary: Vocabulary, today: date) -> Reading:
        """Everything that the question names."""
        typed = typed.rewritten(self._glued_number, r"\1 \2")
        documents = self._numbers.find(typed)
        code = self._persons.find_code(typed.without((one.start, one.end) for one in documents))
        text = self._plain_text(typed, documents, code)
        if all(_is_bare_year(one) for one in documents):
            documents, text = self._without_number(typed, text, documents, code)
        known = self._known(documents)
        tests = self._unlisted.tests(text)
        test_spans = [(one.start, one.end) for one in tests]
        decrees = [str(one.mention.document) for one in documents if one.mention.document]
        kinds = self._kinds.find(text.without(test_spans), decrees)
        if tests:  # "LanguageCert B2": the letter is the level of that test
            letters = {one.start for one in kinds if _LETTER.match(one.mention.level or "")}
            kinds = tuple(one for one in kinds if one.start not in letters)
        kind_spans = [*test_spans, *((one.start, one.end) for one in kinds)]
        dates = self._dates.find(text, today, kind_spans)
        date_spans = [(one.start, one.end) for one in dates]
        free = text.without([*kind_spans, *date_spans])
        points = self._points.find(free, _telling(known), names_document=bool(documents))
        point_spans = [(one.start, one.end) for one in points]
        person = code or self._persons.find(text, [*self._places.named(text), *self._trade_phrases(text), *point_spans])
        unnamed = text.without([(person.start, person.end)]) if person and not code else text
        years = self._years.find(text)
        taken = _words_within(text, [*kind_spans, *date_spans, *point_spans])
        criteria = self._criteria.find(text, kinds_take=_words_within(text, [*kind_spans, *date_spans]))
        position = self._places.find_position(text)
        born = next((one for one in dates if one.role is Role.LIFE), None)
        kinds, issued = self._told_apart(text, kinds, test_spans, dates)
        entities = Entities(
            documents=tuple(dict.fromkeys(one.mention for one in documents)),
            points=tuple(dict.fromkeys(one.id for one in points)),
            kinds=tuple(dict.fromkeys(one.mention for one in kinds)),
            criteria=criteria.codes,
            level=criteria.level,
            dates=tuple(one.exact for one in dates if one.exact and one.role not in {Role.LIFE, Role.CAREER}),
            issued_on=issued.on,
            issued_year=issued.year,
            issued_month=issued.month,
            as_of=next((one.last_day for one in dates if one.role is Role.AS_OF), None),
            position_groups=self._declared.position_groups(text, vocabulary),
            position_words=text.typed[position.start : position.end] if position else None,
            units=self._declared.units(text, vocabulary),
            territories=self._places.territories(text),
            issue_places=self._places.issue_places(text),
            offices=self._places.offices(text),
            person_words=person.words if person else None,
            born_on=born.exact if born else None,
            born_year=born.year if born and not born.exact else None,
            born_month=born.month if born and not born.exact else None,
            gender=self._gender(free) if born else None,
            speaks_of_self=self._persons.speaks_of_self(text, None if code else person),
            years=years,
            aspects=self._find_aspects(unnamed),
        )
        pointing = Pointing(
            document=bool(self._these["document"].find(text)),
            point=bool(self._these["point"].find(text)),
            certificate=bool(self._these["certificate"].find(text)),
            person=bool(person and person.is_pronoun),
        )
        return Reading(
            entities=entities,
            text=text,
            plain=_replaced(text, kind_spans, dates, points, None if code else person, self._names_of_things(text)),
            pointing=pointing,
            taken=taken | self._words_of_things(text),
            is_named_person=bool(person and person.is_name),
            asks_status=bool(self._statuses.find(text)),
            owns_relation=bool(person and not person.is_name and not person.is_pronoun),
            names_other_paper=self._kinds.names_other_paper(text),
            unlisted_tests=tuple(dict.fromkeys(one.value for one in tests)),
            no_credential=self._unlisted.no_credential(text, names_test=bool(tests) or self._names_test(kinds)),
            false_day=self._dates.find_false_day(text),
            gender=self._gender(free),
        )

    def _told_apart(
        self,
        text: Text,
        kinds: tuple[FoundKind, ...],
        tests: list[tuple[int, int]],
        dates: tuple[FoundDate, ...],
    ) -> tuple[tuple[FoundKind, ...], Issue]:
        """The kinds, each with its own time of issue where several are named; and the one that all of them have."""
        spans = [(one.start, one.end) for one in kinds]
        subjects = papers_of_subjects(
            text,
            self._criteria.subjects(text),
            self._kinds.papers(text),
            spans,
            self._joiners.find(text),
            dates,
        )
        issues = share_issues([*spans, *tests, *(span for _, span in subjects)], dates)
        first = next((issue_of(one) for one in dates if one.role is Role.ISSUE), UNSAID)
        if not issues and not subjects:
            return kinds, first
        beside = frozenset(code for code, _ in subjects)
        apart = tuple(
            FoundKind(
                KindMention(one.mention.kind, one.mention.level, issues.get((one.start, one.end), first), beside),
                one.start,
                one.end,
            )
            for one in kinds
        )
        return apart, UNSAID if issues else first

    def _without_number(
        self, typed: Text, text: Text, numbered: tuple[FoundDocument, ...], code: FoundPerson | None
    ) -> tuple[tuple[FoundDocument, ...], Text]:
        """The document told by its issuer and year, or by a name that people write short; else what was found."""
        plain = self._plain_text(typed, (), code) if numbered else text
        described = self._described.find(plain)
        found = (described,) if described is not None else self._numbers.find_named(plain)
        if not found:
            return numbered, text
        return found, plain.replaced([(one.start, one.end, f" {DOCUMENT_WORD} ") for one in found])

    def _names_test(self, kinds: tuple[FoundKind, ...]) -> bool:
        return any(not self._library.kinds[one.mention.kind].is_direct for one in kinds)

    def _plain_text(self, typed: Text, documents: tuple[FoundDocument, ...], code: FoundPerson | None) -> Text:
        spans = [(one.start, one.end, f" {DOCUMENT_WORD} ") for one in documents]
        if code:
            spans.append((code.start, code.end, f" {PERSON_WORD} "))
        return self._normaliser(typed.replaced(spans).rewritten(self._glued, r"\1 \2"))

    def _known(self, documents: tuple[FoundDocument, ...]) -> tuple[Document, ...]:
        known = dict.fromkeys(one.mention.document for one in documents if one.mention.document)
        return tuple(self._library.documents[document] for document in known)

    def _trade_phrases(self, text: Text) -> list[tuple[int, int]]:
        """Where phrases of the trade stand: without marks "cơ quan" reads like a lady called Quân."""
        return [(match.start, match.end) for match in self._trade.find(text) if match.last - match.first > 1]

    def _find_aspects(self, text: Text) -> tuple[Aspect, ...]:
        """What of a document is asked; words to quote must be meant so, since a name looks like them without marks."""
        found = self._aspects.find(text)
        signs = (Aspect.SIGNER,) if self._signing.find(text) and self._asks_who.find(text) else ()
        meant = (one.value[0] for one in found if one.value[0] is not Aspect.QUOTE or self._means_words(text, one))
        return tuple(dict.fromkeys((*signs, *meant)))

    def _means_words(self, text: Text, found: Match[tuple[Aspect, str]]) -> bool:
        typed, wanted = text.words[found.first : found.last], make_text(found.value[1]).words
        if not all(can_be(one.marked, other.marked) for one, other in zip(typed, wanted, strict=True)):
            return False
        if any(has_marks(one.marked) for one in typed) or typed[0].folded not in self._surnames:
            return True
        follows = text.words[found.last].folded if found.last < len(text.words) else ""
        return follows not in self._given_names or bool(self._quoting.find(text))

    def _gender(self, text: Text) -> Gender | None:
        return next((match.value for match in self._genders.find(text)), None)

    def _names_of_things(self, text: Text) -> list[tuple[int, int, str]]:
        """What stands in for names of criteria and positions, so that all of them teach the same."""
        found: list[tuple[int, int, str]] = [
            (text.words[first].start, text.words[last - 1].end, " critname ")
            for first, last in self._criteria.names(text)
        ]
        position = self._places.find_position(text)
        if position:
            found.append((position.start, position.end, " posname "))
        return found

    def _words_of_things(self, text: Text) -> frozenset[int]:
        spans = [*self._criteria.spans(text), *self._places.spans(text)]
        return frozenset(at for first, last in spans for at in range(first, last))


def _is_bare_year(found: FoundDocument) -> bool:
    """Whether what looks like a number of a document nobody knows is the year of one: "công văn 2021 của …"."""
    return found.mention.document is None and found.mention.typed.split()[-1] in _YEARS


def _telling(known: tuple[Document, ...]) -> Document | None:
    """The one document whose points a question can mean: the only one named, or the only one whose text is held."""
    held = known if len(known) == 1 else tuple(one for one in known if one.text_held)
    return held[0] if len(held) == 1 else None


def _words_within(text: Text, spans: list[tuple[int, int]]) -> frozenset[int]:
    return frozenset(
        at for at, word in enumerate(text.words) if any(word.start < end and start < word.end for start, end in spans)
    )


def _replaced(
    text: Text,
    kinds: list[tuple[int, int]],
    dates: tuple[FoundDate, ...],
    points: tuple[FoundPoint, ...],
    person: FoundPerson | None,
    things: list[tuple[int, int, str]],
) -> str:
    spans = [(one.start, one.end, " pointref ") for one in points]
    spans += [(start, end, " kindname ") for start, end in kinds]
    spans += [(one.start, one.end, " daynum " if one.day else " yearnum ") for one in dates]
    if person and person.is_name:
        spans.append((person.start, person.end, f" {PERSON_WORD} "))
    taken = [(start, end) for start, end, _ in spans]
    spans += [thing for thing in things if all(thing[1] <= start or end <= thing[0] for start, end in taken)]
    return text.replaced(spans).folded


def make_normaliser(
    library: Library,
    cues: Cues,
    abbreviations: tuple[Abbreviation, ...],
    unlisted: Unlisted,
    heard: Heard | None = None,
) -> Normaliser:
    """What brings a text into the plain spelling in which the tables of phrases are written."""
    own_words = (*_foreign_words(library), *unlisted.foreign_words, DOCUMENT_WORD, PERSON_WORD)
    return Normaliser(abbreviations, _phrases(library, cues), own_words, heard)


def _foreign_words(library: Library) -> tuple[str, ...]:
    names = [
        word.folded
        for kind in library.kinds.values()
        for name in (kind.name, *kind.aliases, str(kind.code).replace("_", " "))
        for word in make_text(name).words
    ]
    return tuple(dict.fromkeys(name for name in names if len(name) >= _SHORTEST_FOREIGN and not is_syllable(name)))


def _phrases(library: Library, cues: Cues) -> tuple[str, ...]:
    """Phrases of the domain in full words, from which typing errors are mended and glued words taken apart."""
    names = [
        *(name for kind in library.kinds.values() for name in (kind.name, *kind.aliases)),
        *(name for one in library.criteria.values() for name in (one.name, *one.aliases)),
        *(level.name for one in library.criteria.values() for level in one.levels),
        *(one.name for one in library.territories.values()),
        *(one.name for one in library.offices.values()),
    ]
    words = [*cues.domain_words, *cues.positions, *cues.certificate_words, *cues.language_words, *cues.computing_words]
    kinds = [word for one in cues.document_kinds for word in one.words]
    return (*words, *kinds, *cues.relations, *cues.follow_up_ends, *names)
