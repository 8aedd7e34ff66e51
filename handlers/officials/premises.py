"""What a question has a document say and the document does not: told first, as far as the record shows."""

from collections.abc import Sequence
from datetime import date

from handlers.document_words import describe_reach
from handlers.phrases import _, show_day
from handlers.reply import Line, Record
from handlers.stating import state
from handlers.visit import Visit
from handlers.wording import name_criterion
from knowledge.deadlines import day_of, last_day_of
from knowledge.documents import Document, Matter, PointDeadline
from knowledge.folding import fold
from knowledge.understanding.meaning import Aspect
from knowledge.understanding.names import drop_title

_MOST_DAYS = 4


def correct(visit: Visit) -> tuple[Line, ...]:
    """The corrections for the one document named; none for a question that names several, or nothing wrong."""
    named = list(dict.fromkeys(one.document for one in visit.named.documents if one.document is not None))
    documents = visit.rules.library.documents
    if len(named) != 1 or named[0] not in documents:
        return ()
    document = documents[named[0]]
    cite = (visit.rules.library.cite(document.id),)
    strange = _strange_days(document, visit)
    said = [
        *_origin(document, visit),
        *_territories(document, visit),
        *_matters(document, visit),
        *_not_its_days(document, strange),
    ]
    lines: list[Line] = [Record(text, cite) for text in said]
    if lines and not document.binds(visit.territory):
        lines.insert(0, describe_reach(document, visit))
    return (*lines, *(state(text, cite, visit) for text in _its_days(document, strange)))


def _origin(document: Document, visit: Visit) -> list[str]:
    """Another signer or day of issue than the record has."""
    named = visit.named
    texts: list[str] = []
    if Aspect.SIGNER in visit.aspects and named.person_words and document.signer:
        name = drop_title(named.person_words)
        if not _is_name_of(name, document.signer):
            text = _("{document} was not signed by {name}. It was signed by {signer}.")
            texts.append(text.format(document=document.id, name=name, signer=document.signer))
    if Aspect.DATE in visit.aspects and not named.kinds and document.dated is not None:
        wrong = _other_day_of_issue(visit, document.dated)
        if wrong:
            text = _("{document} was issued on {day}, not in {wrong}.")
            texts.append(text.format(document=document.id, day=show_day(document.dated), wrong=wrong))
    return texts


def _is_name_of(name: str, signer: str) -> bool:
    """Whether all words of a name, typed with marks or without, belong to the signer's."""
    full = fold(signer.partition(",")[0]).split()
    return set(fold(name).split()) <= set(full)


def _other_day_of_issue(visit: Visit, dated: date) -> str:
    named = visit.named
    if named.issued_on is not None:
        return show_day(named.issued_on) if named.issued_on != dated else ""
    if named.issued_year is None or (named.issued_year == dated.year and named.issued_month in {None, dated.month}):
        return ""
    return f"{named.issued_month:02d}/{named.issued_year}" if named.issued_month else str(named.issued_year)


def _territories(document: Document, visit: Visit) -> list[str]:
    """The visitor's own territory is left out: that the document does not reach it is said of every such document."""
    if document.is_national or not document.territories:
        return []
    territories = visit.rules.library.territories
    beyond = [one for one in visit.named.territories if not document.binds(one) and one != visit.territory]
    if not beyond:
        return []
    where = ", ".join(territories[one].name for one in sorted(document.territories))
    there = ", ".join(territories[one].name for one in beyond)
    text = _("{document} applies to {where} only; it does not apply to {there}.")
    return [text.format(document=document.id, where=where, there=there)]


def _matters(document: Document, visit: Visit) -> list[str]:
    library = visit.rules.library
    criteria = list(dict.fromkeys(library.kinds[one.kind].criterion for one in visit.named.kinds))
    silent_on = {one.value for one in document.sets_no}
    texts: list[str] = []
    if (criteria or visit.named.level) and Matter.CERTIFICATES in document.sets_no:
        texts.append(_("{document} itself names no certificate, degree or score that anyone must have."))
    for criterion in criteria:
        if criterion is not None and criterion in silent_on:
            text = _("{document} names no certificate or score of this criterion: {criterion}.")
            texts.append(text.replace("{criterion}", name_criterion(library, criterion).lower()))
    if Aspect.CONSEQUENCE in visit.aspects and Matter.REMOVAL in document.sets_no:
        texts.append(_("{document} says nothing of leaving office or being removed from it."))
    if Aspect.AUTOMATIC in visit.aspects and Matter.AUTOMATIC_REMOVAL in document.sets_no:
        texts.append(_("{document} ends nobody's office by itself; it speaks of considering it."))
    return [text.format(document=document.id) for text in texts]


def _strange_days(document: Document, visit: Visit) -> list[date]:
    """Days of a question that a document held is not issued on and that no time limit of it names."""
    if not document.text_held:
        return []
    known = {document.dated, document.in_force_from, document.in_force_to, visit.named.as_of, visit.named.issued_on}
    asked = [one for one in visit.named.dates if one not in known]
    return [one for one in asked if not any(_is_limit(point.deadline, one) for point in document.points)]


def _not_its_days(document: Document, strange: Sequence[date]) -> list[str]:
    if not strange:
        return []
    wrong = ", ".join(show_day(one) for one in strange)
    texts = [
        _("{day} is not a time limit of {document}, nor its day of issue.").format(day=wrong, document=document.id)
    ]
    if document.dated is not None:
        texts.append(_("It was issued on {day}.").format(day=show_day(document.dated)))
    return [" ".join(texts)]


def _its_days(document: Document, strange: Sequence[date]) -> list[str]:
    """The days that it does name, where the question had others."""
    days = sorted({point.deadline.day for point in document.points if point.deadline.day is not None})
    yearly = [one.deadline.wording for one in document.points if one.deadline.day_of_month and one.deadline.wording]
    if not strange or not (days or yearly):
        return []
    shown = "; ".join(dict.fromkeys([*map(show_day, days[:_MOST_DAYS]), *yearly[:_MOST_DAYS]]))
    return [_("Days that {document} names as limits: {days}.").format(document=document.id, days=shown)]


def _is_limit(deadline: PointDeadline, day: date) -> bool:
    """Whether a time limit names this day, or leaves it as the last one."""
    seen_from = date(day.year, 1, 1)  # a yearly limit gives its day of that year
    named = day_of(deadline, seen_from)
    return named is not None and day in {named[0], last_day_of(deadline, seen_from)}
