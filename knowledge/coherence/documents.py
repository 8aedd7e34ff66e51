"""Documents in themselves: whom they bind, how their points hang together, deadlines that can be computed."""

from collections.abc import Iterator
from datetime import date

from knowledge.coherence.checks import goes_in_circles, list_disordered
from knowledge.coherence.records import Records
from knowledge.documents import Confidence, DeadlineKind, Document, Point, PointDeadline

MONTHS = range(1, 13)
QUARTERS = range(1, 5)


def list_unsound_documents(records: Records) -> Iterator[str]:
    """Tell what is wrong with single documents, their points and their deadlines."""
    for document in records.documents:
        at = records.place(document)
        yield from list_disordered(document.in_force_from, document.in_force_to, f"{at}, in_force_to")
        if not document.is_national and not document.territories:
            yield f"{at}, territories: name at least one territory, or say is_national: true"
        if document.is_national and document.territories:
            yield f"{at}, territories: a national document binds everywhere; leave the list empty"
        if document.replaced_by == document.id:
            yield f"{at}, replaced_by: a document cannot replace itself"
        if document.text_held and not document.points:
            yield f"{at}, text_held: a document whose text is held lists its points"
        if document.text_held and document.confidence in {Confidence.CITED_ONLY, Confidence.DECLARED}:
            yield f"{at}, text_held: a document that is {document.confidence} has no text here; say false"
        for point in document.points:
            yield from _unsound_point(document, point, f"{at}, points[{point.id}]")


def _unsound_point(document: Document, point: Point, at: str) -> Iterator[str]:
    if point.parent is not None and document.point(point.parent) is None:
        yield f"{at}.parent: there is no point {point.parent} in this document"
    if goes_in_circles(point.id, {one.id: one.parent for one in document.points}):
        yield f"{at}.parent: the points above this one lead back to it"
    yield from _unsound_deadline(point.deadline, f"{at}.deadline")
    if point.duty is not None and point.deadline.day is None:
        yield f"{at}.duty: a duty needs a deadline with a day"


def _unsound_deadline(deadline: PointDeadline, at: str) -> Iterator[str]:
    needed: dict[DeadlineKind, dict[str, object]] = {
        DeadlineKind.DATE: {"day": deadline.day},
        DeadlineKind.BEFORE: {"day": deadline.day},
        DeadlineKind.WITHIN_MONTH: {"year": deadline.year, "month": deadline.month},
        DeadlineKind.QUARTER: {"year": deadline.year, "quarter": deadline.quarter},
        DeadlineKind.WITHIN_YEAR: {"year": deadline.year},
        DeadlineKind.EVENT: {"event": deadline.event},
    }
    for key, value in needed.get(deadline.kind, {}).items():
        if value is None:
            yield f"{at}.{key}: a deadline of kind {deadline.kind} needs it"
    if deadline.month is not None and deadline.month not in MONTHS:
        yield f"{at}.month: a month from 1 to 12 is expected, found {deadline.month}"
    if deadline.quarter is not None and deadline.quarter not in QUARTERS:
        yield f"{at}.quarter: a quarter from 1 to 4 is expected, found {deadline.quarter}"
    if deadline.kind is DeadlineKind.YEARLY and not _is_day_of_a_year(deadline):
        yield f"{at}.day_of_month: a yearly deadline has a month and a day in it, or neither"
    if deadline.kind is DeadlineKind.BEFORE and deadline.is_included:
        yield f"{at}.is_included: “before” leaves the named day out; say false"
    if deadline.working_days is not None and deadline.working_days < 1:
        yield f"{at}.working_days: a number above 0 is expected"


def _is_day_of_a_year(deadline: PointDeadline) -> bool:
    if deadline.month is None or deadline.day_of_month is None:
        return deadline.month is deadline.day_of_month
    try:
        date(2000, deadline.month, deadline.day_of_month)  # a leap year has every day
    except ValueError:
        return False
    return True
