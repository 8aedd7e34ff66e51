"""What does document N say, or its point P? Is its text held, whom does it bind, who signed it?"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from handlers import next_steps
from handlers.asking import Choice
from handlers.contacts import describe_contact
from handlers.document_words import (
    SIDES_OF_THE_RECORD,
    as_it_binds,
    describe_content,
    describe_deadlines,
    describe_held,
    describe_sides,
    describe_table,
    summarise_points,
)
from handlers.officials import orienting, quoting
from handlers.officials import several_documents as several
from handlers.officials.named_days import answer_whether_a_day_runs
from handlers.phrases import _
from handlers.point_words import describe_point, describe_takeover
from handlers.reply import Line, Outcome, Record, Reply
from handlers.stating import state
from handlers.visit import Visit
from handlers.wording import name_document, name_point, start_sentence
from knowledge.documents import Confidence, DeadlineKind, Document, Point
from knowledge.facts import DocumentId
from knowledge.folding import fold
from knowledge.understanding.meaning import Aspect, Intent, Wish
from knowledge.understanding.retrieval import LEAST_WITHIN, FoundPlace, PointSearch

_MOST_CHOICES = 3
_MOST_FOUND = 3
_MOST_SUMMARISED = 10
_MOST_LISTED = 40
_NEAR = 0.8  # of the best score: what else is told beside the point that fits best
_FITTING = 0.5  # of a search score: such a point is what was asked for, and nothing else need be told
_LEAST_ELSEWHERE = 0.6  # of a search score, for documents that do not bind here
_LEAST_SAYING = 0.55  # the same where the question asks which document says so
_LEAST_THERE = 0.38  # of a search score among the documents of a territory that the question names
_ANY = 0.1  # of a search score before the facts asked for are weighed: only the sum decides
_SHORTEST_DATED = 4  # words beside a document's name: "ngày nào", "là ngày bao nhiêu"
_KNOWN_BY_CONTENT = {Confidence.OFFICIAL_COPY, Confidence.LEGAL_SITE, Confidence.WEAK_COPY}
_BEYOND_DOUBT_ELSEWHERE, _SAYING_ELSEWHERE = 0.65, 0.58
_FEWEST_WORDS = 6  # fewer say too little to be about a document unasked
_UNSURE = 0.9  # below this confidence a question may be about a document after all
_BEYOND_DOUBT, _BEYOND_DOUBT_THERE = 0.58, 0.48  # of a search score; where a territory is named, less will do
_DESCRIBED, _DESCRIBED_BEYOND_DOUBT = 0.46, 0.7  # of a search score, for what documents are about as a whole
_LAST = "-1"  # how a question's "the last paragraph" is read


def answer_document(visit: Visit, *, search: PointSearch) -> Reply:
    """The document named in the question or by the choice; without one, the points that fit the words."""
    library = visit.rules.library
    known = [one.document for one in visit.named.documents if one.document is not None]
    unknown = [one.typed for one in visit.named.documents if one.document is None]
    if unknown:
        besides = tuple(next_steps.document(one) for one in known[:_MOST_CHOICES])
        reply = _unknown_document(unknown[0], visit)
        return replace(reply, choices=(*besides, *reply.choices))
    if visit.subject:
        known = [DocumentId(visit.subject.partition("#")[0])]
    documents = _most_telling_first([library.documents[one] for one in known if one in library.documents])
    if visit.subject and not documents:
        return _unknown_document(visit.subject, visit)
    if (told := answer_whether_a_day_runs(documents or _list_here(visit), visit)) is not None:
        return told
    if not documents:
        return _answer_by_search(visit, search)
    alike = several.list_alike(documents, visit)
    if len(alike) > 1:
        return several.answer_alike(alike, [one for one in documents if one not in alike], visit)
    if not documents[0].points and (given := _order_of(documents[0], visit, search)) is not None:
        return given
    if Aspect.QUOTE in visit.aspects and not visit.subject:
        return _quote(documents[0], next(iter(visit.named.points), ""), visit, search)
    point_id = visit.subject.partition("#")[2] or next(iter(visit.named.points), "")
    if point_id:
        return _answer_point(documents[0], point_id, visit)
    reply = _answer_whole(documents[0], visit, search)
    others = tuple(next_steps.document(one.id) for one in documents[1:_MOST_CHOICES])
    return replace(
        reply, lines=several.with_the_others(reply.lines, documents, visit), choices=(*others, *reply.choices)
    )


def quote_document(visit: Visit, *, search: PointSearch) -> Reply:
    """Read me this place word for word: the button's own place, a page of it where it is long."""
    named, _mark, place = visit.subject.partition("#")
    document = visit.rules.library.documents.get(DocumentId(named))
    if document is None:
        return _unknown_document(named, visit)
    point, page = quoting.split_subject(place)
    return _quote(document, point, visit, search, page)


def _quote(document: Document, asked: str, visit: Visit, search: PointSearch, page: int | None = None) -> Reply:
    point = find_point(document, asked) if asked else None
    if asked and point is None and document.points:
        return _no_such_point(document, asked, visit)
    if point is not None:
        quoted = quoting.quote_point(document, point, visit, page)
    else:
        quoted = quoting.quote_document(document, visit, page)
    if quoted is not None:
        return quoted
    if not document.points:
        return _answer_not_held(document, visit)
    told = _answer_point(document, asked, visit) if point is not None else _answer_whole(document, visit, search)
    return replace(told, lines=(quoting.admit_no_words(document, point, visit), *told.lines))


def list_library(visit: Visit) -> Reply:
    """Which documents do you hold?"""
    # A ruling of HR may reach one unit alone; it is told where a certificate is asked about.
    known = [one for one in visit.rules.library.documents.values() if one.confidence is not Confidence.RULING]
    here = [one for one in known if one.binds(visit.territory) and one.exists_on(visit.on)]
    held = [one for one in here if one.text_held]
    local = [one for one in here if not one.text_held and not one.is_national and _is_worth_listing(one)]
    lines: list[Line] = [
        Record(f"{name_document(one)}: {one.title}", (visit.rules.library.cite(one.id),), is_item=True)
        for one in held[:_MOST_LISTED]
    ]
    if len(held) > _MOST_LISTED:
        text = _("and {n} more documents held in full; please ask about one by its number.")
        lines.append(Line(text.format(n=len(held) - _MOST_LISTED)))
    lines += [line for one in local for line in describe_held(one, visit)]
    national = sum(1 for one in here if one.is_national)
    lines.append(Line(_("Besides, {n} national instruments are known by their main content.").format(n=national)))
    return Reply(
        title=_("Documents in the library that apply here"),
        lines=tuple(lines),
        choices=tuple(next_steps.document(one.id) for one in held[:_MOST_CHOICES]),
    )


def _is_worth_listing(document: Document) -> bool:
    """A document known only because an added one names it is told with that one."""
    return document.confidence is not Confidence.CITED_ONLY or bool(document.title)


def find_point(document: Document, asked: str) -> Point | None:
    """The point whose id is the one asked for, however it is cut: "23" finds "Điều 23", "2.3" finds "II.2.3".

    Where points are numbered from 1 a bare number is one of those: "4" never finds "2.4".
    """
    wanted = asked.casefold().strip(". ")
    ids = {point.id.casefold(): point for point in document.points}
    if wanted in ids:
        return ids[wanted]
    above, _mark, place = wanted.rpartition(".")
    if place.endswith(_LAST):
        siblings = [one for one in document.points if (one.parent or "").casefold() == above]
        return siblings[-1] if siblings else None
    ends = (f" {wanted}",) if wanted.isdigit() and "1" in ids else (f" {wanted}", f".{wanted}")
    ending = [point for key, point in ids.items() if key.endswith(ends)]
    return ending[0] if len(ending) == 1 else None


def _most_telling_first(documents: list[Document]) -> list[Document]:
    """As named, except that a document whose text is held comes before one it cites and whose text is not."""
    if len(documents) > 1 and not documents[0].text_held:
        telling = next((one for one in documents if one.text_held and documents[0].id in one.mentions), None)
        if telling is not None:
            return [telling, *(one for one in documents if one is not telling)]
    return documents


def _answer_point(document: Document, asked: str, visit: Visit) -> Reply:
    point = find_point(document, asked)
    if point is None and not document.points:
        return _answer_not_held(document, visit)
    if point is None:
        return _no_such_point(document, asked, visit)
    lines = describe_point(document, point, visit)
    below = [one for one in document.points if one.parent == point.id]
    if Aspect.DEADLINE in visit.aspects:
        lines += describe_deadlines(document, visit, within=point)
    else:
        lines += summarise_points(document, below, visit)
    others = [one for one in document.points if one.parent == point.parent and one.id != point.id]
    return Reply(
        title=start_sentence(name_point(document, point)),
        lines=as_it_binds(document, lines, visit),
        choices=(*quoting.quote_choice(document, point, visit), *_point_choices(document, below or others)),
    )


def _answer_whole(document: Document, visit: Visit, search: PointSearch) -> Reply:
    sides = _sides_asked(document, visit)
    asks_content = (
        Aspect.CONTENT in visit.aspects and Aspect.HELD not in sides
    )  # "do you hold what it says" is of the record
    if not document.points and (asks_content or not sides):
        return _answer_not_held(document, visit, sides)
    if sides:
        lines = describe_sides(document, sides, visit)
        lines += _fitting_points(document, visit, search) if asks_content else []
    elif Aspect.DEADLINE in visit.aspects:
        lines = _deadlines_asked(document, visit, search)
    else:
        lines = describe_content(document, visit)
        lines += _fitting_points(document, visit, search)
    shown = as_it_binds(document, lines, visit)
    if Aspect.IN_FORCE in sides:
        shown = (*shown, describe_contact(visit))
    top = [one for one in document.points if one.parent is None]
    return Reply(
        title=name_document(document),
        lines=shown,
        choices=_point_choices(document, top) or (next_steps.all_documents(), next_steps.whom_to_ask()),
    )


def _fitting_points(document: Document, visit: Visit, search: PointSearch) -> list[Line]:
    """The points of the office or kind that the question names, else those its words fit, else the main ones."""
    points = _points_named(document, visit, search) or _found_within(document, visit, search)
    if len(points) == 1:
        below = [one for one in document.points if one.parent == points[0].id]
        told = [*summarise_points(document, points, visit)[:1], *describe_point(document, points[0], visit)[1:]]
        return told + summarise_points(document, below[:_MOST_SUMMARISED], visit)
    points = points or [one for one in document.points if one.parent is None]
    told = summarise_points(document, points[:_MOST_SUMMARISED], visit) + describe_takeover(points, visit)
    if Aspect.WHO in visit.aspects and points:
        return [*describe_point(document, points[0], visit), *told[1:]]  # with those who have to act
    return told


def _deadlines_asked(document: Document, visit: Visit, search: PointSearch) -> list[Line]:
    """The time limits of what the question is about, or of the whole document; that a point has none is told too."""
    concerned = _points_concerning(document, visit)
    if concerned and all(one.deadline.kind is DeadlineKind.NONE for one in concerned):
        cites = tuple(visit.rules.library.cite(document.id, one.id) for one in concerned)
        no_day = state(_("These points name no day for those whom they concern."), cites, visit)
        return [*summarise_points(document, concerned, visit), no_day]
    found = _places_within(document, visit, search)
    points = [point for one in found if (point := document.point(one.point)) is not None]
    if not found or found[0].score < _FITTING:
        return describe_deadlines(document, visit, first=points)
    dated = [one for one in points if one.deadline.kind is not DeadlineKind.NONE and one is not points[0]]
    told = summarise_points(document, [points[0], *dated], visit)
    if dated or points[0].deadline.kind is not DeadlineKind.NONE:
        return told
    cite = (visit.rules.library.cite(document.id, points[0].id),)
    return [*told, state(_("This point names no day."), cite, visit)]


def _points_concerning(document: Document, visit: Visit) -> list[Point]:
    """The points that say of themselves that they concern those under an office that the question names."""
    offices = visit.rules.library.offices
    names = {fold(name) for one in visit.named.offices for name in (offices[one].name, *offices[one].aliases)}
    leaves = [one for one in document.points if not any(other.parent == one.id for other in document.points)]
    return [one for one in leaves if any(name in fold(whom) for name in names for whom in one.binds)]


def _found_within(document: Document, visit: Visit, search: PointSearch) -> list[Point]:
    found = _places_within(document, visit, search)
    return [point for one in found if (point := document.point(one.point)) is not None]


def _places_within(document: Document, visit: Visit, search: PointSearch) -> list[FoundPlace]:
    """The points of a named document that its question is about, without those that only share a word with it."""
    words = visit.text
    for one in visit.named.documents:
        words = words.replace(one.typed, " ")
    found = search.search(words, documents={document.id}, least=LEAST_WITHIN) if words.strip() else ()
    return [one for one in found if one.score >= _NEAR * found[0].score][:_MOST_FOUND]


def _points_named(document: Document, visit: Visit, search: PointSearch) -> list[Point]:
    """Points that name who answers or a consequence, if the question asks so; else those of an office that it names."""
    if Aspect.ACCOUNTABLE in visit.aspects and document.id == visit.rules.library.accountability[0]:
        return [one for one in document.points if one.id == visit.rules.library.accountability[1]]
    if Aspect.ACCOUNTABLE in visit.aspects:
        return _outermost([one for one in document.points if one.accountable is not None])
    if Aspect.CONSEQUENCE in visit.aspects:
        found = _places_within(document, visit, search)
        best = document.point(found[0].point) if found and found[0].score >= _FITTING else None
        if best is not None and best.consequence is not None:
            return [best]
        return _outermost([one for one in document.points if one.consequence is not None])
    offices = set(visit.named.offices)
    owned = [one for one in document.points if offices.intersection(one.owners)]
    parents = {one.parent for one in owned}
    return _told_first(document, [one for one in owned if one.id not in parents], visit, search)


def _told_first(document: Document, owned: list[Point], visit: Visit, search: PointSearch) -> list[Point]:
    """Of the points of an office those that the rest of the question fits, where it says more than the office."""
    found = _places_within(document, visit, search) if owned else []
    best = document.point(found[0].point) if found and found[0].score >= _FITTING else None
    if best is None:
        return owned
    return [best] if best in owned or any(one.parent == best.id for one in owned) else [best, *owned]


def _outermost(points: list[Point]) -> list[Point]:
    ids = {one.id for one in points}
    return [one for one in points if one.parent not in ids]


def find_there(visit: Visit, search: PointSearch) -> Reply | None:
    """What the documents of the territory that the question names say, where that is another one."""
    own = visit.rules.library.territories[visit.own_territory]
    territories = visit.rules.library.territories
    asked = [one for one in visit.named.territories if one not in visit.named.issue_places]
    there = next((one for one in asked if territories[one].province != own.province), None)
    if there is None:
        return None
    documents = frozenset(
        one.id for one in visit.rules.library.documents.values() if there in one.territories and one.exists_on(visit.on)
    )
    found = _search_loosely(visit, search, documents, _LEAST_THERE)
    return _answer_found(found, visit) if found else None


def _search_loosely(
    visit: Visit, search: PointSearch, documents: frozenset[DocumentId], least: float
) -> list[FoundPlace]:
    found = search.search(visit.text, documents=documents, least=_ANY)
    return [one for one in found if one.score >= least] if found and found[0].score >= least else []


def _order_of(document: Document, visit: Visit, search: PointSearch) -> Reply | None:
    """What a document that binds here, or there, has to be done about another one of which no point is held.

    "Which letter orders the criteria of that decree, and by when?" is answered by the letter, not by the decree.
    """
    asked = {Aspect.DEADLINE, Aspect.WHO} & visit.aspects or Wish.BASIS in visit.wishes
    if not asked or visit.aspects & SIDES_OF_THE_RECORD or len(visit.text.split()) < _FEWEST_WORDS or visit.subject:
        return None
    library = visit.rules.library
    citing = frozenset(
        one.id
        for one in library.documents.values()
        if one.points and one.exists_on(visit.on) and any(document.id in point.cites for point in one.points)
    )
    found = [
        one
        for one in _search_loosely(visit, search, citing, _LEAST_SAYING)
        if (point := library.documents[one.document].point(one.point)) is not None and document.id in point.cites
    ]
    return _answer_found(found, visit) if found else None


def find_unasked(visit: Visit, search: PointSearch) -> Reply | None:
    """What a document says, where a question that was not surely understood speaks of it beyond doubt."""
    meaning = visit.meaning
    if meaning is None or meaning.is_follow_up or meaning.confidence >= _UNSURE or visit.named.documents:
        return None
    if meaning.intent is None and (led := orienting.orient(visit)) is not None:
        return led
    asks_which = Wish.BASIS in visit.wishes
    if len(visit.text.split()) < _FEWEST_WORDS or (visit.named.speaks_of_self and not asks_which):
        return None
    least = _BEYOND_DOUBT_THERE if visit.named.territories else _BEYOND_DOUBT
    least = min(least, _LEAST_SAYING) if asks_which else least
    described_from = _DESCRIBED if asks_which else _DESCRIBED_BEYOND_DOUBT
    here, beyond = _documents_here(visit)
    there = find_there(visit, search)
    found = (
        there
        or _answer_within(here, visit, search, least=least, described_from=described_from)
        or (
            None
            if visit.named.territories
            else _answer_within(
                beyond,
                visit,
                search,
                least=_SAYING_ELSEWHERE if asks_which else _BEYOND_DOUBT_ELSEWHERE,
                described_from=_DESCRIBED_BEYOND_DOUBT,
            )
        )
    )
    is_understood = meaning.intent is Intent.CONSEQUENCES  # what follows was asked, and a document says it
    return found if found is None or is_understood else replace(found, intent=Intent.DOCUMENT.value)


def _list_here(visit: Visit) -> Iterator[Document]:
    """The documents that bind here, by their ids; found only once somebody looks."""
    yield from (visit.rules.library.documents[one] for one in sorted(_documents_here(visit)[0]))


def _documents_here(visit: Visit) -> tuple[frozenset[DocumentId], frozenset[DocumentId]]:
    """The documents that bind here, or in the territory that the question names, and the others issued by the day."""
    territory = visit.named.territories[0] if visit.named.territories else visit.territory
    issued = [one for one in visit.rules.library.documents.values() if one.exists_on(visit.on)]
    here = frozenset(one.id for one in issued if one.binds(territory))
    return here, frozenset(one.id for one in issued) - here


def _answer_by_search(visit: Visit, search: PointSearch) -> Reply:
    """No document named: those that bind here come first; what is of another province is only told as of there."""
    here, beyond = _documents_here(visit)
    elsewhere = _LEAST_SAYING if Wish.BASIS in visit.wishes else _LEAST_ELSEWHERE
    return (
        find_there(visit, search)
        or _answer_within(here, visit, search)
        or _of_another_territory(visit)
        or quoting.answer_in_words(visit, search)
        or _answer_within(beyond, visit, search, least=elsewhere, described_from=_LEAST_ELSEWHERE)
        or Reply(
            title=_("I found nothing in the library for this wording."),
            lines=(
                Line(
                    _(
                        "That does not mean that there is none: other words, the number of a document or a day that "
                        "it names may help."
                    )
                ),
                describe_contact(visit),
            ),
            choices=(next_steps.all_documents(), next_steps.whom_to_ask(), next_steps.help_me()),
            outcome=Outcome.NO_BASIS,
        )
    )


def _answer_within(
    documents: frozenset[DocumentId],
    visit: Visit,
    search: PointSearch,
    *,
    least: float = 0.0,
    described_from: float = _DESCRIBED,
) -> Reply | None:
    """From the points of these documents, from a day that they name, or from what they are about as a whole."""
    found = [one for one in search.search(visit.text, documents=documents) if one.score >= least]
    described = [one for one in search.search_documents(visit.text, documents) if one.score >= described_from]
    asks_record = bool(visit.aspects & SIDES_OF_THE_RECORD) or Wish.BASIS in visit.wishes
    if described and (not found or (asks_record and described[0].score >= found[0].score)):
        return _answer_whole(visit.rules.library.documents[described[0].document], visit, search)
    by_day = _points_of_days(documents, visit)
    if by_day and not any((one.document, one.point) in by_day for one in found[:1]):
        return _answer_by_day(by_day, visit)
    return _answer_found(found, visit) if found else None


def _points_of_days(documents: frozenset[DocumentId], visit: Visit) -> list[tuple[DocumentId, str]]:
    """The points whose time limit is a day that the question names, but for a day it is only asked about."""
    if Aspect.DEADLINE not in visit.aspects and visit.aspects:
        return []
    days = {one for one in visit.named.dates if one not in {visit.named.as_of, visit.named.issued_on}}
    library = visit.rules.library
    return [
        (document.id, point.id)
        for document in library.documents.values()
        if document.id in documents
        for point in document.points
        if point.deadline.day in days
    ]


def _answer_by_day(places: list[tuple[DocumentId, str]], visit: Visit) -> Reply:
    library = visit.rules.library
    documents = [library.documents[one] for one in dict.fromkeys(document for document, _point in places)]
    lines: list[Line] = []
    for document in documents:
        points = [one for one in document.points if (document.id, one.id) in places]
        told = summarise_points(document, points[:_MOST_SUMMARISED], visit)
        lines += as_it_binds(document, [describe_content(document, visit)[0], *told], visit)
    return Reply(
        title=_("Points that name this day"),
        lines=tuple(lines),
        choices=tuple(next_steps.document(one.id) for one in documents[:_MOST_CHOICES]),
    )


def _answer_found(found: Sequence[FoundPlace], visit: Visit) -> Reply:
    library = visit.rules.library
    document = library.documents[found[0].document]
    point = document.point(found[0].point)
    asks_words = Aspect.QUOTE in visit.aspects
    if found[0].is_in_words and (point is None or asks_words or document.confidence is Confidence.ADDED):
        return quoting.quote_found(document, point, found[0].words, visit)
    lines = describe_point(document, point, visit) if point is not None else []
    if found[0].is_in_words and point is not None:
        lines = [*quoting.quote_briefly(document, point, visit), *lines]
    title = start_sentence(name_point(document, point)) if point is not None else name_document(document)
    choices = [
        next_steps.point(other.id, one.id, f"{other.id}, {one.label}")
        for place in found[1:_MOST_FOUND]
        if (one := (other := library.documents[place.document]).point(place.point)) is not None
    ]
    shown = as_it_binds(document, lines, visit)
    return Reply(
        title=title,
        lines=shown,
        choices=(
            *(quoting.quote_choice(document, point, visit) if point is not None else ()),
            *(*choices, next_steps.document(document.id), next_steps.all_documents())[:_MOST_CHOICES],
        ),
    )


def _of_another_territory(visit: Visit) -> Reply | None:
    """The documents held of another territory that the question names ("công văn của tỉnh ấy"), to choose from."""
    library = visit.rules.library
    other = next((one for one in visit.named.territories if one != visit.territory), None)
    if Wish.BASIS in visit.wishes:
        return None  # which one says something was asked: a list of all of them would look like an answer
    held = [
        one
        for one in library.documents.values()
        if other in one.territories and one.text_held and not one.binds(visit.territory)
    ]
    if other is None or not held:
        return None
    name = library.territories[other].name
    here = library.territories[visit.territory].name
    cites = tuple(library.cite(one.id) for one in held)
    text = _("Documents of {territory} do not apply to {here}.").format(territory=name, here=here)
    return Reply(
        title=_("Documents of {territory} in the library").format(territory=name),
        lines=(Record(text, cites), *(line for one in held for line in describe_content(one, visit)[:1])),
        choices=tuple(next_steps.document(one.id) for one in held[:_MOST_CHOICES]),
    )


def _answer_not_held(document: Document, visit: Visit, sides: frozenset[Aspect] = frozenset()) -> Reply:
    rows = describe_table(document, visit)
    known = describe_sides(document, sides, visit) if sides else describe_held(document, visit)
    lines = as_it_binds(document, [*known, *rows], visit)
    if not rows:
        lines = (*lines, describe_contact(visit))
    is_answered = rows or Aspect.HELD in sides or _is_known_by_content(document, visit)
    return Reply(
        title=name_document(document),
        lines=lines,
        choices=(next_steps.whom_to_ask(), next_steps.my_certificates(), next_steps.all_documents()),
        outcome=Outcome.ANSWERED if is_answered else Outcome.NO_BASIS,
    )


def _is_known_by_content(document: Document, visit: Visit) -> bool:
    """Whether what a document says is asked as a whole, and the record holds its main content though not its text."""
    is_known = bool(document.about) and document.confidence in _KNOWN_BY_CONTENT
    return is_known and Aspect.CONTENT in visit.aspects and not visit.named.points


def _sides_asked(document: Document, visit: Visit) -> frozenset[Aspect]:
    """The sides of the record that a question asks for; a bare "ngày nào" of a document without points is its date."""
    sides = visit.aspects & SIDES_OF_THE_RECORD
    if sides or document.points or Aspect.DEADLINE not in visit.aspects:
        return sides
    beside = visit.text
    for one in visit.named.documents:
        beside = beside.replace(one.typed, " ")
    return frozenset({Aspect.DATE}) if len(beside.split()) <= _SHORTEST_DATED else sides


def _no_such_point(document: Document, asked: str, visit: Visit) -> Reply:
    top = [one for one in document.points if one.parent is None]
    labels = ", ".join(one.label for one in top)
    text = _("{document} has no point {point}. It has: {points}.")
    if not document.text_held:  # the point may exist all the same
        text = _("The library does not hold point {point} of {document}. Of this document it knows: {points}.")
    cite = (visit.rules.library.cite(document.id),)
    return Reply(
        title=name_document(document),
        lines=as_it_binds(
            document, [Record(text.format(document=document.id, point=asked, points=labels), cite)], visit
        ),
        choices=_point_choices(document, top),
        outcome=Outcome.ANSWERED if document.text_held else Outcome.NO_BASIS,
    )


def _unknown_document(typed: str, visit: Visit) -> Reply:
    return Reply(
        title=_("Document {number} is not in the library.").format(number=typed),
        lines=(
            Line(_("Nothing can be said of its content; please check the number, or ask.")),
            describe_contact(visit),
        ),
        choices=(next_steps.all_documents(), next_steps.whom_to_ask(), next_steps.help_me()),
        outcome=Outcome.NO_BASIS,
    )


def _point_choices(document: Document, points: Sequence[Point]) -> tuple[Choice, ...]:
    return tuple(
        next_steps.point(document.id, point.id, _("About {point}").format(point=point.label))
        for point in points[:_MOST_CHOICES]
    )
