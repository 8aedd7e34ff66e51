"""What rests on a ruling of HR says so: by whose opinion, of which day. And the rulings that reach a visitor. Pure."""

from collections.abc import Iterable

from handlers.phrases import _, show_day
from handlers.reply import Line
from handlers.stating import for_reference, state
from handlers.visit import Visit
from knowledge.documents import Citation, Confidence, Document
from knowledge.facts import CriterionCode, DocumentId, KindCode, Ruling
from knowledge.library import Library
from knowledge.outranking import outranked
from knowledge.proof import Doubt


def as_ruled(text: str, basis: Iterable[Citation], library: Library) -> str:
    """The sentence with whose opinion of which day it rests on, where a ruling is among its basis; else as it is."""
    for cite in basis:
        document = library.get_document(cite.document)
        if document.confidence is Confidence.RULING:
            return _name_opinion(document, text)
    return text


def list_rulings(criterion: CriterionCode, kind: KindCode | None, visit: Visit) -> list[Ruling]:
    """Rulings for a criterion (and kind) that apply on the day asked about and reach the visitor; no idle ones."""
    unit = visit.person.unit if visit.person is not None else None
    return [
        one
        for one in visit.rules.book.rules.rulings
        if one.criterion == criterion
        and (kind is None or one.kind == kind)
        and one.applies_on(visit.on)
        and visit.rules.reaches(one, visit.territory, unit)
        and not outranked(one, visit.rules).is_idle
    ]


def describe_rulings(rulings: Iterable[Ruling], visit: Visit) -> list[Line]:
    """Each ruling as what it says, by whose opinion."""
    library = visit.rules.library
    lines: list[Line] = []
    for one in rulings:
        document = library.get_document(DocumentId(one.id))
        lines.append(
            state(_name_opinion(document, f"{document.title}."), (library.cite(document.id),), visit, is_item=True)
        )
    return lines


def tell_ruling(ruling: Ruling, visit: Visit) -> Line:
    """What a ruling says in full; as background to whoever it does not reach, and on days without its force."""
    library = visit.rules.library
    document = library.get_document(DocumentId(ruling.id))
    text, cite = _name_opinion(document, document.points[0].summary), library.cite(document.id)
    unit = visit.person.unit if visit.person is not None else None
    if visit.rules.reaches(ruling, visit.territory, unit):
        return state(text, (cite,), visit)
    return for_reference(text, (cite,), Doubt.OTHER_TERRITORY)


def _name_opinion(document: Document, text: str) -> str:
    if document.dated is None:
        return text
    return _("According to the opinion of {issuer} of {day}: {statement}").format(
        issuer=document.issuer, day=show_day(document.dated), statement=text
    )
