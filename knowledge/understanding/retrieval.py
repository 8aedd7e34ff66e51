"""Search over the points of documents and the words of added ones, for questions that name no document or point."""

import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from copy import copy
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from knowledge.documents import Confidence, DeadlineKind, Document, Point
from knowledge.facts import DocumentId, TerritoryCode
from knowledge.folding import fold
from knowledge.held_text import Passage
from knowledge.library import Library
from knowledge.understanding.cues import load_abbreviations, load_cues
from knowledge.understanding.entities.reading import make_normaliser
from knowledge.understanding.marks import same_marks
from knowledge.understanding.phrase_table import PhraseTable
from knowledge.understanding.retrieval_texts import TextSearch
from knowledge.understanding.text import Text, Word, is_marked, make_text, read_text
from knowledge.understanding.unlisted import Unlisted

LEAST_SCORE = 0.46  # everyday questions stay below it, questions about a point of the library above (tests)
LEAST_TEXT_SCORE = 0.7  # the same for the words of an added text; measured in the benchmark of retrieval

LEAST_WITHIN = 0.2  # of a point of a document that the question names: all of them are about it

_SHORTEST_LOOSE = 12  # words
# What each fact is worth that a question asks for and a point has, and each of its topics that a question repeats.
_WANTED = {"share": 0.12, "period": 0.2, "day": 0.12, "yearly": 0.08}
_TOPIC = 0.2
_YEAR = 0.15  # for a year that both name
_YEAR_ALONE = re.compile(r"(?<![\d/.-])\d{4}(?![\d/.-]\d|\d)")  # not that of a day, which counts as the day
_LONG_TOPIC = 4  # words from which a topic is repeated by no accident
_FEWEST_TELLING = 3  # words by which a document can be described
_SHARE = re.compile(r"\d\s?%")
_PERIOD = re.compile(r"\d+ (?:ngay|tuan|thang|gio|nam)\b")

_WORD_SHARE, _PAIR_SHARE, _PIECE_SHARE = 0.5, 0.25, 0.25
_SATURATION = 0.8
_PIECE = 4
_FIELD_WEIGHTS = {
    "topics": 2.0,
    "summary": 1.5,
    "who": 1.2,
    "label": 0.3,
    "binds": 0.7,
    "effects": 0.8,
    "document": 0.35,
}
_OF_DOCUMENTS = {"title": 2.0, "about": 1.5, "names": 0.7, "issuer": 0.5, "addressees": 0.4}


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """A point that answers a question, with a score between 0 and 1.

    `is_in_words`: the words of the text themselves fit; `point` may then be empty, for words outside every point.
    """

    document: DocumentId
    point: str
    score: float
    is_in_words: bool = False
    words: str = ""


@dataclass(frozen=True, slots=True)
class _Entry:
    document: Document
    point: Point | None  # None: of the document as a whole
    words: dict[str, float]
    pairs: dict[str, float]
    pieces: dict[str, float]


class PointSearch:
    """An index of every point of the library and of the added texts. Built once; searching is pure."""

    def __init__(self, library: Library) -> None:
        cues = load_cues()
        self._normalise = make_normaliser(library, cues, load_abbreviations(), Unlisted())
        self._stops = frozenset(fold(stop) for stop in cues.search_stops if " " not in stop)
        self._stop_phrases = PhraseTable((stop, stop) for stop in cues.search_stops if " " in stop)
        self._wanted: PhraseTable[str] = PhraseTable(
            (phrase, wanted) for wanted, phrases in cues.wanted_facts.items() for phrase in phrases
        )
        asking = (*cues.greetings, *cues.polite_starts, *(one for words in cues.aspects.values() for one in words))
        self._asking = PhraseTable(dict.fromkeys((phrase, phrase) for phrase in asking))
        self._forms: dict[str, set[str]] = {}  # how each word of the index is written with its marks
        read = _PhraseReader(self._normalise, self._stops)
        self._entries = [
            self._entry(document, point, read)
            for document in library.documents.values()
            if document.confidence is not Confidence.ADDED  # those are searched in their own words
            for point in document.points
        ]
        self._rarity = {
            name: self._rarities(getattr(entry, name) for entry in self._entries)
            for name in ("words", "pairs", "pieces")
        }
        self._topics: PhraseTable[tuple[DocumentId, str]] = PhraseTable(
            (topic, (entry.document.id, entry.point.id))
            for entry in self._entries
            if entry.point is not None
            for topic in entry.point.topics
            if len(topic.split()) >= _LONG_TOPIC
        )
        self._wholes = [
            self._whole(document, read)
            for document in library.documents.values()
            if document.confidence not in {Confidence.ADDED, Confidence.RULING}
        ]
        self._rarity_of_wholes = {
            name: self._rarities(getattr(entry, name) for entry in self._wholes)
            for name in ("words", "pairs", "pieces")
        }
        self._library = library
        self._texts = _index_texts(library)
        self._posted: dict[str, list[int]] = {}
        for place, entry in enumerate(self._entries):
            for word in entry.words:
                self._posted.setdefault(word, []).append(place)

    def over(self, library: Library) -> "PointSearch":
        """The same points with the texts of a library that has grown."""
        grown = copy(self)
        grown._library, grown._texts = library, _index_texts(library)  # noqa: SLF001  a copy of its own kind
        return grown

    def search(
        self,
        question: str,
        on: date | None = None,
        *,
        documents: Iterable[DocumentId] | None = None,
        territory: TerritoryCode | None = None,
        limit: int = 5,
        least: float = LEAST_SCORE,
    ) -> tuple[FoundPlace, ...]:
        """The points nearest to a question, best first; none where even the best is too far.

        `on` leaves out documents issued later, `documents` all but these, `territory` those that do not bind it. Of
        near points those come first that have what is asked for, such as a day or a share.
        """
        read = read_text(question)
        if read is None:
            return ()
        text = self._normalise(read)
        words = self._known_words(text.without((one.start, one.end) for one in self._stop_phrases.find(text)))
        asked = (Counter(words), Counter(_pairs(words)), Counter(_pieces(words)))
        wanted = frozenset(documents) if documents is not None else None
        told = {one.value for one in self._topics.find(text)}
        years = set(_YEAR_ALONE.findall(text.folded))
        facts = {one.value for one in self._wanted.find(text)}
        found = [
            FoundPlace(
                entry.document.id, entry.point.id, round(min(1.0, score + self._lift(entry, facts, told, years)), 4)
            )
            for entry in self._candidates(words)
            if entry.point is not None
            and (on is None or entry.document.exists_on(on))
            and (wanted is None or entry.document.id in wanted)
            and (territory is None or entry.document.binds(territory))
            and (score := self._score(entry, *asked, self._rarity)) >= least
        ]
        allowed = {
            one.id
            for one in self._library.documents.values()
            if (on is None or one.exists_on(on))
            and (wanted is None or one.id in wanted)
            and (territory is None or one.binds(territory))
        }
        best: dict[tuple[DocumentId, str], FoundPlace] = {}
        for place in [*self._in_texts(read.typed, text, allowed, limit), *found]:
            known = best.get((place.document, place.point))
            if known is None or known.score < place.score:
                is_in_words = place.is_in_words or (known is not None and known.is_in_words)
                passage = place.words or (known.words if known is not None else "")
                best[place.document, place.point] = replace(place, is_in_words=is_in_words, words=passage)
        return tuple(sorted(best.values(), key=lambda place: (-place.score, place.document, place.point))[:limit])

    def search_documents(
        self, question: str, documents: Collection[DocumentId], *, limit: int = 3
    ) -> tuple[FoundPlace, ...]:
        """The documents among these whose title and subject a question describes, best first; no point is named."""
        read = read_text(question)
        if read is None:
            return ()
        text = self._normalise(read)
        asking = [*self._asking.find(text), *self._stop_phrases.find(text)]
        words = self._content_words(text.without((one.start, one.end) for one in asking))
        if len(set(words)) < _FEWEST_TELLING:
            return ()
        asked = (Counter(words), Counter(_pairs(words)), Counter(_pieces(words)))
        found = [
            FoundPlace(entry.document.id, "", round(score, 4))
            for entry in self._wholes
            if entry.document.id in documents
            and (score := self._score(entry, *asked, self._rarity_of_wholes)) >= LEAST_SCORE
        ]
        return tuple(sorted(found, key=lambda place: (-place.score, place.document))[:limit])

    def _in_texts(self, question: str, text: Text, allowed: Collection[DocumentId], limit: int) -> list[FoundPlace]:
        """Places whose words fit, as typed and, where that is not enough, in plain spelling."""
        if not allowed or not self._texts.passages:
            return []
        plain = " ".join(word.marked for word in text.words)
        found = []
        for words in dict.fromkeys([question, plain]):
            found = self._texts.search(
                words, lambda passage: passage.document in allowed, idle=self._stops, limit=limit
            )
            if found and found[0].score >= LEAST_TEXT_SCORE:
                break
        return [
            FoundPlace(
                one.passage.document,
                one.passage.point or "",
                # What ranks first is never told after what only has more words in common with the question.
                min(one.score, found[0].score),
                is_in_words=one.passage.end > one.passage.start,
                words=one.passage.words,
            )
            for one in found
            if one.score >= LEAST_TEXT_SCORE
        ]

    def _candidates(self, words: Iterable[str]) -> Iterable[_Entry]:
        places = {place for word in words for place in self._posted.get(word, ())}
        return [self._entries[place] for place in sorted(places)]

    def _score(
        self,
        entry: _Entry,
        words: Counter[str],
        pairs: Counter[str],
        pieces: Counter[str],
        rarity: Mapping[str, dict[str, float]],
    ) -> float:
        rarest = math.log(1 + len(self._entries))
        return (
            _WORD_SHARE * _covered(words, entry.words, rarity["words"], rarest)
            + _PAIR_SHARE * _covered(pairs, entry.pairs, rarity["pairs"], rarest)
            + _PIECE_SHARE * _covered(pieces, entry.pieces, rarity["pieces"], rarest)
        )

    @staticmethod
    def _lift(
        entry: _Entry, facts: Collection[str], told: Collection[tuple[DocumentId, str]], years: Collection[str]
    ) -> float:
        if entry.point is None:
            return 0.0
        return (
            _worth(entry.point, facts)
            + _TOPIC * ((entry.document.id, entry.point.id) in told)
            + _YEAR * any(year in entry.point.summary for year in years)
        )

    def _entry(self, document: Document, point: Point, read: "_PhraseReader") -> _Entry:
        fields = {
            "topics": point.topics,
            "summary": (point.summary,),
            "who": point.who,
            "label": (point.label,),
            "binds": point.binds,
            "effects": (point.consequence or "", point.accountable or "", *point.escalates_to),
            "document": (document.title, document.about, document.issuer),
        }
        return self._indexed(document, point, fields, _FIELD_WEIGHTS, read)

    def _whole(self, document: Document, read: "_PhraseReader") -> _Entry:
        fields = {
            "title": (document.title,),
            "about": (document.about,),
            "names": document.aliases,
            "issuer": (document.issuer,),
            "addressees": document.addressees,
        }
        return self._indexed(document, None, fields, _OF_DOCUMENTS, read)

    def _indexed(
        self,
        document: Document,
        point: Point | None,
        fields: Mapping[str, tuple[str, ...]],
        weights: Mapping[str, float],
        read: "_PhraseReader",
    ) -> _Entry:
        counted: tuple[dict[str, float], ...] = ({}, {}, {})
        for field, phrases in fields.items():
            for phrase in phrases:
                words, *names = read(phrase)
                for word in words if point is not None else ():
                    self._forms.setdefault(word.folded, set()).add(word.marked)
                for weighed, seen in zip(counted, names, strict=True):
                    for name in seen:
                        weighed[name] = weighed.get(name, 0) + weights[field]
        return _Entry(document, point, *map(read.share_weights, counted))

    def _known_words(self, text: Text) -> list[str]:
        """Content words; one whose typed marks contradict every word of the index is kept apart as unknown."""
        is_strict = is_marked(text)
        return [
            word.folded
            if not is_strict or any(same_marks(word.marked, form) for form in self._forms.get(word.folded, ()))
            else f"?{word.marked}"
            for word in text.words
            if word.folded not in self._stops
        ]

    def _content_words(self, text: Text) -> list[str]:
        return _content_words(text.words, self._stops)

    @staticmethod
    def _rarities(held: Iterable[dict[str, float]]) -> dict[str, float]:
        every = list(held)
        seen = Counter(name for one in every for name in one)
        return {name: math.log(1 + len(every) / count) for name, count in seen.items()}


class _PhraseReader:
    """Words, content words, pairs and pieces of phrases while the index is built.

    Points of one document repeat much of each other: what is the same is read once and kept once.
    """

    def __init__(self, normalise: Callable[[Text], Text], stops: frozenset[str]) -> None:
        self._normalise, self._stops = normalise, stops
        self._known: dict[str, tuple[tuple[Word, ...], list[str], list[str], list[str]]] = {}
        self._names: dict[str, str] = {}
        self._weights: dict[float, float] = {}

    def __call__(self, phrase: str) -> tuple[tuple[Word, ...], list[str], list[str], list[str]]:
        known = self._known.get(phrase)
        if known is None:
            words = self._normalise(make_text(phrase)).words
            content = _content_words(words, self._stops)
            once = self._names
            content, pairs, pieces = (
                [once.setdefault(name, name) for name in names]
                for names in (content, _pairs(content), _pieces(content))
            )
            known = self._known[phrase] = words, content, pairs, pieces
        return known

    def share_weights(self, weighed: dict[str, float]) -> dict[str, float]:
        """The same, in which equal weights are one object."""
        once = self._weights
        return {name: once.setdefault(weight, weight) for name, weight in weighed.items()}


def _content_words(words: Iterable[Word], stops: Collection[str]) -> list[str]:
    return [word.folded for word in words if word.folded not in stops]


def _covered(asked: Counter[str], held: dict[str, float], rarity: dict[str, float], rarest: float) -> float:
    """How much of what is asked, weighed by rarity, the point speaks of."""
    whole = sum(rarity.get(one, rarest) for one in asked)
    if not whole:
        return 0.0
    return sum(rarity[one] * held[one] / (held[one] + _SATURATION) for one in asked if one in held) / whole


def _worth(point: Point, facts: Collection[str]) -> float:
    """What those facts are worth that a question asks for and a point states."""
    deadline = point.deadline
    has = {
        "share": bool(_SHARE.search(point.summary)),
        "period": deadline.working_days is not None or bool(_PERIOD.search(fold(point.summary))),
        "day": deadline.kind in {DeadlineKind.DATE, DeadlineKind.BEFORE} or deadline.month is not None,
        "yearly": deadline.kind is DeadlineKind.YEARLY,
    }
    return sum(_WANTED[one] for one in facts if has[one])


def _index_texts(library: Library) -> TextSearch:
    """Every passage of the added texts, and the summaries of added points that have no place in theirs."""
    passages: list[Passage] = []
    for text in library.texts.values():
        # Outside the points, short lines are names of offices, addressees and signatures: they answer nothing.
        passages += [one for one in text.passages if one.point is not None or len(one.words.split()) >= _SHORTEST_LOOSE]
        document = library.documents[text.document]
        if document.confidence is Confidence.ADDED:
            passages += [
                Passage(document.id, point.id, 0, 0, " ".join((point.summary, *point.topics)))
                for point in document.points
                if point.id not in text.spans
            ]
    return TextSearch(passages)


def _pairs(words: list[str]) -> list[str]:
    return [f"{one} {other}" for one, other in pairwise(words)]


def _pieces(words: list[str]) -> list[str]:
    joined = " ".join(words)
    return [joined[at : at + _PIECE] for at in range(len(joined) - _PIECE + 1)]
