"""A document in words: its record, its limits, its points, its dates; and a table that HR loaded for it. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from handlers.case_words import describe_rows
from handlers.phrases import _, show_day
from handlers.point_words import describe_deadline_of
from handlers.reply import Line, Record
from handlers.stating import is_proven, state
from handlers.visit import Visit
from handlers.wording import name_criterion, name_document, name_document_fully, name_level, start_sentence
from knowledge.documents import Confidence, DeadlineKind, Document, Point
from knowledge.understanding.meaning import Aspect

_MOST_DATES = 8
_MOST_SPOKEN_OF = 3


def describe_limits(document: Document, visit: Visit) -> list[Line]:
    """What must be said before relying on a document: it binds elsewhere, is not in force, or carries a caution."""
    library = visit.rules.library
    cite = (library.cite(document.id),)
    lines: list[Line] = []
    if not document.binds(visit.territory):
        lines.append(describe_reach(document, visit))
    if not document.exists_on(visit.on):
        lines.append(Record(_("It had not been issued yet on {day}.").format(day=show_day(visit.on)), cite))
    elif document.in_force_to is not None and visit.on > document.in_force_to:
        text = _("It was in force until {day} and no longer is.").format(day=show_day(document.in_force_to))
        lines.append(Record(text, cite))
    if document.replaced_by is not None and visit.on >= (library.documents[document.replaced_by].dated or visit.on):
        lines.append(Record(_("It was replaced by {document}.").format(document=document.replaced_by), cite))
    if _lacks_its_table(document, visit):
        text = _("Its text is held, but its table has not been loaded: until HR loads it, no verdict rests on it.")
        lines.append(Record(text, cite))
    if document.caution:
        lines.append(Record(document.caution, cite))
    if document.confidence is Confidence.WEAK_COPY:
        lines.append(Record(_("The library knows it only from a weak copy; please check the original."), cite))
    return lines


def _lacks_its_table(document: Document, visit: Visit) -> bool:
    """Whether a document that would decide cases was read in, and no row of it has been loaded."""
    rules = visit.rules.book.rules
    loaded = {row.document for row in rules.recognition} | {one.document for one in rules.standards}
    would_decide = {one.document for one in visit.rules.library.deciders}
    return document.text_held and document.id in would_decide and document.id not in loaded


def describe_reach(document: Document, visit: Visit) -> Record:
    """That a document is of elsewhere and does not reach the visitor."""
    library = visit.rules.library
    where = ", ".join(library.territories[one].name for one in sorted(document.territories))
    text = _("This document applies to {where} only; it does not apply to {here}.")
    here = library.territories[visit.territory].name
    return Record(text.format(where=where, here=here), (library.cite(document.id),))


def as_it_binds(document: Document, lines: Iterable[Line], visit: Visit) -> tuple[Line, ...]:
    """The lines after the limits of the document, which must be known before anything else of it is read."""
    return (*describe_limits(document, visit), *lines)


def describe_content(document: Document, visit: Visit) -> list[Line]:
    """Its full name and title, and in a sentence what it is about."""
    cite = (visit.rules.library.cite(document.id),)
    about: list[Line] = [state(document.about, cite, visit, is_item=True)] if document.about else []
    return [_describe_title(document, visit), *about]


def describe_sides(document: Document, sides: frozenset[Aspect], visit: Visit) -> list[Line]:
    """The title, then only what the question asks of the record, in a fixed order."""
    lines = [_describe_title(document, visit)]
    for side, describe in _SIDES.items():
        if side in sides:
            lines += describe(document, visit)
    if not document.text_held and Aspect.HELD not in sides:
        lines += describe_held(document, visit, is_short=True)
    return lines


def _describe_title(document: Document, visit: Visit) -> Line:
    name = name_document_fully(document)
    cite = (visit.rules.library.cite(document.id),)
    return Record(f"{name}: {document.title}." if document.title else f"{name}.", cite)


def _about(document: Document, visit: Visit) -> list[Line]:
    return describe_content(document, visit)[1:]


def _signer(document: Document, visit: Visit) -> list[Line]:
    cite = (visit.rules.library.cite(document.id),)
    if document.signer:
        return [Record(_("Signed by: {signer}.").format(signer=document.signer), cite, is_item=True)]
    return [Record(_("Who signed it is not in the library."), cite, is_item=True)]


def _issued(document: Document, visit: Visit) -> list[Line]:
    if document.dated is not None:
        return []  # the title says day and issuer
    cite = (visit.rules.library.cite(document.id),)
    return [Record(_("Its day of issue is not in the library."), cite, is_item=True)]


def _issuer(document: Document, visit: Visit) -> list[Line]:
    if document.issuer:
        return []  # the title says it
    cite = (visit.rules.library.cite(document.id),)
    return [Record(_("Who issued it is not in the library."), cite, is_item=True)]


def _reach(document: Document, visit: Visit) -> list[Line]:
    library = visit.rules.library
    cite = (library.cite(document.id),)
    lines: list[Line] = []
    if document.addressees:
        text = _("Addressed to: {whom}.").format(whom="; ".join(document.addressees))
        lines.append(Record(text, cite, is_item=True))
    if document.is_national:
        lines.append(Record(_("It applies throughout the country."), cite, is_item=True))
    elif document.territories:
        where = ", ".join(library.territories[one].name for one in sorted(document.territories))
        lines.append(Record(_("It applies to: {where}.").format(where=where), cite, is_item=True))
    return lines


def _force(document: Document, visit: Visit) -> list[Line]:
    """Never "in force" on the word of a library that may not know of a later document."""
    cite = (visit.rules.library.cite(document.id),)
    lines: list[Line] = []
    if document.in_force_from is not None:
        text = _("In force from {day}.").format(day=show_day(document.in_force_from))
        lines.append(Record(text, cite, is_item=True))
    if document.in_force_to is None and document.replaced_by is None:
        text = _("The library knows of no document that ended or replaced it, but does not hold every later document.")
        lines.append(Record(text, cite, is_item=True))
    elif document.in_force_to is not None and visit.on <= document.in_force_to:
        text = _("In force until {day}.").format(day=show_day(document.in_force_to))
        lines.append(Record(text, cite, is_item=True))
    if document.replaced_by is None:
        lines += _spoken_of(document, visit)
    return lines


def _spoken_of(document: Document, visit: Visit) -> list[Line]:
    """What documents held say is to become of one whose own text is not: who has to write the one in its place."""
    if document.points or document.text_held:
        return []
    lines: list[Line] = []
    for other in visit.rules.library.documents.values():
        if other.text_held and other.exists_on(visit.on):
            points = [one for one in other.points if document.id in one.cites]
            lines += summarise_points(other, points[:_MOST_SPOKEN_OF], visit)
    return lines[:_MOST_SPOKEN_OF]


def _relations(document: Document, visit: Visit) -> list[Line]:
    library = visit.rules.library
    cite = (library.cite(document.id),)
    replaced = [one.id for one in library.documents.values() if one.replaced_by == document.id]
    if replaced:
        text = _("It replaces: {documents}.").format(documents="; ".join(replaced))
        cites = (*cite, *(library.cite(one) for one in replaced))
        lines: list[Line] = [Record(text, cites, is_item=True)]
        return lines if not document.mentions else [*lines, *_cited(document, visit)]
    return _cited(document, visit)


def _cited(document: Document, visit: Visit) -> list[Line]:
    library = visit.rules.library
    cite = (library.cite(document.id),)
    if not document.mentions:
        return [Record(_("Which documents it cites is not in the library."), cite, is_item=True)]
    names = "; ".join(name_document(library.documents[one]) for one in document.mentions)
    return [Record(_("It cites: {documents}.").format(documents=names), cite, is_item=True)]


def _held(document: Document, visit: Visit) -> list[Line]:
    return describe_held(document, visit, is_short=Aspect.ABOUT in visit.aspects)


_SIDES: Mapping[Aspect, Callable[[Document, Visit], list[Line]]] = {
    Aspect.SIGNER: _signer,
    Aspect.DATE: _issued,
    Aspect.ISSUER: _issuer,
    Aspect.IN_FORCE: _force,
    Aspect.HELD: _held,
    Aspect.ABOUT: _about,
    Aspect.BINDS: _reach,
    Aspect.CITES: _relations,
}
SIDES_OF_THE_RECORD = frozenset(_SIDES)


def describe_held(document: Document, visit: Visit, *, is_short: bool = False) -> list[Line]:
    """Whether the library's record was made from the full text, and if not (and not short), what is known."""
    cite = (visit.rules.library.cite(document.id),)
    if document.text_held:
        text = _("{document}: the library's record was made from the full text, point by point.")
        return [Record(text.format(document=document.id), cite, is_item=True)]
    if document.confidence is Confidence.DECLARED:
        text = _("{document}: declared by HR; its text is not in the library.")
        return [Record(text.format(document=document.id), cite, is_item=True)]
    text = _("{document}: its full text is not in the library.").format(document=name_document_fully(document))
    if not document.about or is_short:
        return [Record(text, cite, is_item=True)]
    if is_proven(cite[0], visit):
        return [state(f"{text} {document.about}", cite, visit, is_item=True)]
    return [Record(text, cite, is_item=True), state(document.about, cite, visit, is_item=True)]


def summarise_points(document: Document, points: Iterable[Point], visit: Visit) -> list[Line]:
    """One line per point, with its deadline where it has a dated one."""
    lines: list[Line] = []
    for point in points:
        deadline = describe_deadline_of(point, visit)
        text = f"{start_sentence(point.label)}: {point.summary} {deadline}".strip()
        lines.append(state(text, (visit.rules.library.cite(document.id, point.id),), visit, is_item=True))
    return lines


def describe_deadlines(
    document: Document, visit: Visit, within: Point | None = None, first: Sequence[Point] = ()
) -> list[Line]:
    """Every dated point of the document, or of those under one point, as the dates stand on the day asked about.

    Points in `first` that are dated are told before the others.
    """
    dated = [one for one in document.points if one.deadline.kind is not DeadlineKind.NONE]
    leaves = [one for one in dated if not any(_repeats(other, one) for other in dated)]
    if within is not None:
        leaves = [one for one in leaves if one.id != within.id and _is_under(one, within, document)]
        if not leaves:
            return []
    leaves = [*(one for one in first if one in leaves), *(one for one in leaves if one not in first)]
    if not leaves:
        text = _("{document} names no deadline.")
        if not document.text_held:  # of a few known points nothing can be said for the whole
            text = _(
                "None of the points that the library knows of {document} names a deadline; its full text is not held."
            )
        return [Record(text.format(document=document.id), (visit.rules.library.cite(document.id),))]
    lines = summarise_points(document, leaves[:_MOST_DATES], visit)
    if len(leaves) > _MOST_DATES:
        more = len(leaves) - _MOST_DATES
        text = _("and {n} more dated points; ask about a point to see its own.").format(n=more)
        lines.append(Record(text, (visit.rules.library.cite(document.id),)))
    return lines


def _repeats(below: Point, above: Point) -> bool:
    """Whether a point's time limit is told by one right below it; a limit of another kind is its own."""
    return below.parent == above.id and below.deadline.kind is above.deadline.kind


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
                position=visit.rules.book.group_name(standard.position_group),
                criterion=name_criterion(library, standard.criterion).lower(),
                level=name_level(library, standard.criterion, standard.minimum),
            )
            lines.append(state(text, (library.cite_loosely(document.id, standard.point),), visit, is_item=True))
    return lines[:_MOST_DATES]
