"""The library: documents with their days and points, what each cites and is cited by, and what is not held."""

from collections.abc import Iterable
from dataclasses import dataclass

from aiohttp import web

from bot.on_console.graph import Graph, arrange
from bot.on_console.pages import Asked, NotHereError, Page, page
from bot.on_console.person import Said, said_of
from bot.on_console.seats import EVERYBODY
from handlers.asking import Channel, Incoming
from handlers.document_words import describe_limits, describe_sides
from handlers.phrases import _
from handlers.point_words import describe_point
from handlers.visit import Visit
from handlers.wording import name_alone
from knowledge.documents import Document
from knowledge.facts import DocumentId
from knowledge.folding import fold, fold_number
from knowledge.understanding.meaning import Aspect

_SIDES = frozenset(
    {Aspect.ABOUT, Aspect.SIGNER, Aspect.DATE, Aspect.ISSUER, Aspect.IN_FORCE, Aspect.BINDS, Aspect.HELD}
)
_LONGEST = 100


@dataclass(frozen=True, slots=True)
class Place:
    """One point of a document as a page shows it."""

    id: str
    label: str
    lines: tuple[Said, ...]


async def show(asked: Asked) -> web.Response:
    """All documents known, those that are looked for, and those whose text is not held."""
    words = asked.query.get("q", "").strip()[:_LONGEST]
    documents = sorted(asked.today.library.documents.values(), key=_newest_first)
    found = [one for one in documents if _fits(one, words)]
    return asked.show(
        "library.html",
        found=[(one, name_alone(one), _name_force(one, asked)) for one in found],
        words=words,
        held=sum(1 for one in documents if one.text_held),
        missing=[(one, name_alone(one)) for one in documents if not one.text_held],
    )


async def show_document(asked: Asked) -> web.Response:
    """One document: what its record says, point by point, and how it hangs together with others."""
    library = asked.today.library
    document = library.find_document(asked.query.get("number", "")[:_LONGEST])
    if document is None:
        raise NotHereError
    visit = Visit(
        asked=Incoming(Channel.WEB, "console", locale=asked.locale),
        today=asked.today.day,
        rules=asked.today,
        person=asked.person,
    )
    return asked.show(
        "document.html",
        document=document,
        name=name_alone(document),
        lines=tuple(said_of([*describe_limits(document, visit), *describe_sides(document, _SIDES, visit)], asked)),
        places=[
            Place(point.id, point.label, tuple(said_of(describe_point(document, point, visit), asked)))
            for point in document.points
        ],
        graph=_graph(document, asked),
    )


def _graph(document: Document, asked: Asked) -> Graph:
    """What it cites and what replaced it on the right, what cites it and what it replaced on the left."""
    known = asked.today.library.documents
    cited = dict.fromkeys((*document.mentions, *(one for point in document.points for one in point.cites)))
    after: dict[DocumentId, str] = {one: _("cites") for one in cited if one in known and one != document.id}
    if document.replaced_by in known and document.replaced_by is not None:
        after = {document.replaced_by: _("replaced by"), **after}
    before: dict[DocumentId, str] = {}
    for one in known.values():
        if one.replaced_by == document.id:
            before[one.id] = _("replaces")
        elif one.id != document.id and document.id in {
            *one.mentions,
            *(own for point in one.points for own in point.cites),
        }:
            before[one.id] = _("cited by")

    def nodes(some: dict[DocumentId, str]) -> Iterable[tuple[str, str, str, bool]]:
        for number, how in some.items():
            where = asked.address("document", query_number=number)
            yield name_alone(known[number]), how, where, known[number].text_held

    return arrange(name_alone(document), list(nodes(before)), list(nodes(after)))


def _name_force(document: Document, asked: Asked) -> tuple[str, str]:
    """Whether it is in force today, in a word, and the colour of it."""
    if document.replaced_by is not None and not document.is_in_force_on(asked.today.day):
        return _("replaced by {document}").format(document=document.replaced_by), "warn"
    if document.is_in_force_on(asked.today.day):
        return (_("in force"), "good") if document.in_force_from or document.dated else (_("day not known"), "")
    return _("not in force today"), "warn"


def _fits(document: Document, words: str) -> bool:
    plain = fold(" ".join((name_alone(document), document.title, document.issuer, document.about)))
    return fold(words) in plain or bool(fold_number(words) and fold_number(words) in fold_number(document.id))


def _newest_first(document: Document) -> tuple[bool, int, str]:
    return not document.text_held, -document.dated.toordinal() if document.dated is not None else 0, document.id


PAGES: tuple[Page, ...] = (
    page("/library", "library", EVERYBODY, show),
    page("/library/document", "document", EVERYBODY, show_document),
)
