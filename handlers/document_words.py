"""A document in words: its record, its limits, its points, its dates; and a table that HR loaded for it. Pure."""

from collections.abc import Iterable
from dataclasses import replace

from handlers.case_words import describe_rows
from handlers.phrases import _, show_day
from handlers.point_words import describe_deadline_of
from handlers.reply import Line
from handlers.visit import Visit
from handlers.wording import name_criterion, name_document_fully, name_level, start_sentence
from knowledge.documents import Confidence, DeadlineKind, Document, Point

_MOST_DATES = 8


def describe_limits(document: Document, visit: Visit) -> list[Line]:
    """What must be said before relying on a document: it binds elsewhere, is not in force, or carries a caution."""
    library = visit.rules.library
    cite = (library.cite(document.id),)
    lines: list[Line] = []
    if not document.binds(visit.territory):
        where = ", ".join(library.territories[one].name for one in sorted(document.territories))
        text = _("This document applies to {where} only; it does not apply to {here}.")
        here = library.territories[visit.territory].name
        lines.append(Line(text.format(where=where, here=here), cite))
    if not document.exists_on(visit.on):
        lines.append(Line(_("It had not been issued yet on {day}.").format(day=show_day(visit.on)), cite))
    elif document.in_force_to is not None and visit.on > document.in_force_to:
        text = _("It was in force until {day} and no longer is.").format(day=show_day(document.in_force_to))
        lines.append(Line(text, cite))
    if document.replaced_by is not None and visit.on >= (library.documents[document.replaced_by].dated or visit.on):
        lines.append(Line(_("It was replaced by {document}.").format(document=document.replaced_by), cite))
    if document.caution:
        lines.append(Line(document.caution, cite))
    if document.confidence is Confidence.WEAK_COPY:
        lines.append(Line(_("The library knows it only from a weak copy; please check the original."), cite))
    return lines


def as_it_binds(document: Document, lines: Iterable[Line], visit: Visit) -> tuple[Line, ...]:
    """The lines after the limits of the document; all of them background where it does not bind the visitor."""
    limits = describe_limits(document, visit)
    binds = document.binds(visit.territory)
    return (*limits, *(line if binds else replace(line, is_background=True) for line in lines))


def describe_record(document: Document, visit: Visit) -> list[Line]:
    """Title, what it is about, issuer and date, signer, whom it addresses and binds, whether its text is held."""
    library = visit.rules.library
    cite = (library.cite(document.id),)
    name = name_document_fully(document)
    lines = [Line(f"{name}: {document.title}." if document.title else f"{name}.", cite)]
    if document.about:
        lines.append(Line(document.about, cite, is_item=True))
    if document.signer:
        lines.append(Line(_("Signed by: {signer}.").format(signer=document.signer), cite, is_item=True))
    if document.addressees:
        text = _("Addressed to: {whom}.").format(whom="; ".join(document.addressees))
        lines.append(Line(text, cite, is_item=True))
    if document.is_national:
        lines.append(Line(_("It applies throughout the country."), cite, is_item=True))
    elif document.territories:
        where = ", ".join(library.territories[one].name for one in sorted(document.territories))
        lines.append(Line(_("It applies to: {where}.").format(where=where), cite, is_item=True))
    lines.append(describe_held(document, visit))
    return lines


def describe_held(document: Document, visit: Visit) -> Line:
    """Whether the library's record was made from the full text, and if not, what is known."""
    cite = (visit.rules.library.cite(document.id),)
    if document.text_held:
        text = _("{document}: the library's record was made from the full text, point by point.")
        return Line(text.format(document=document.id), cite, is_item=True)
    if document.confidence is Confidence.DECLARED:
        text = _("{document}: declared by HR; its text is not in the library.")
        return Line(text.format(document=document.id), cite, is_item=True)
    known = f" {document.about}" if document.about else ""
    text = _("{document}: its full text is not in the library.").format(document=name_document_fully(document))
    return Line(f"{text}{known}", cite, is_item=True)


def summarise_points(document: Document, points: Iterable[Point], visit: Visit) -> list[Line]:
    """One line per point, with its deadline where it has a dated one."""
    lines: list[Line] = []
    for point in points:
        deadline = describe_deadline_of(point, visit)
        text = f"{start_sentence(point.label)}: {point.summary} {deadline}".strip()
        lines.append(Line(text, (visit.rules.library.cite(document.id, point.id),), is_item=True))
    return lines


def describe_deadlines(document: Document, visit: Visit, within: Point | None = None) -> list[Line]:
    """Every dated point of the document, or of those under one point, as the dates stand on the day asked about."""
    dated = [one for one in document.points if one.deadline.kind is not DeadlineKind.NONE]
    leaves = [one for one in dated if not any(other.parent == one.id for other in dated)]
    if within is not None:
        leaves = [one for one in leaves if one.id != within.id and _is_under(one, within, document)]
        if not leaves:
            return []
    if not leaves:
        text = _("{document} names no deadline.").format(document=document.id)
        return [Line(text, (visit.rules.library.cite(document.id),))]
    lines = summarise_points(document, leaves[:_MOST_DATES], visit)
    if len(leaves) > _MOST_DATES:
        more = len(leaves) - _MOST_DATES
        text = _("and {n} more dated points; ask about a point to see its own.").format(n=more)
        lines.append(Line(text, (visit.rules.library.cite(document.id),)))
    return lines


def _is_under(point: Point, ancestor: Point, document: Document) -> bool:
    """Whether a point stands below another, at any depth."""
    above: Point | None = point
    while above is not None and above.parent is not None:
        if above.parent == ancestor.id:
            return True
        above = document.point(above.parent)
    return False


def describe_table(document: Document, visit: Visit) -> list[Line]:
    """The recognition rows and standards that HR loaded from this document and that are in force on the day."""
    library = visit.rules.library
    lines: list[Line] = []
    for criterion in library.criteria:
        rows = [row for row in visit.rules.recognition_rows(criterion, visit.territory) if row.document == document.id]
        if rows:
            lines += describe_rows(rows, visit)
    for standard in visit.rules.book.rules.standards:
        begun = standard.valid_from <= visit.on
        ended = standard.valid_to is not None and standard.valid_to < visit.on
        if standard.document == document.id and begun and not ended:
            text = _("{position}: {criterion} {level} or higher.").format(
                position=standard.position_group.replace("_", " "),
                criterion=name_criterion(library, standard.criterion).lower(),
                level=name_level(library, standard.criterion, standard.minimum),
            )
            lines.append(Line(text, (library.cite_loosely(document.id, standard.point),), is_item=True))
    return lines[:_MOST_DATES]
