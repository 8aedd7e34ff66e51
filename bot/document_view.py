"""A document as other programs read it: the JSON of `documents --json`. Wording for people belongs to the desk."""

from collections.abc import Container, Iterable
from datetime import date

from knowledge.documents import DeadlineKind, Document, Point, PointDeadline
from knowledge.facts import TerritoryCode


def document_as_json(
    document: Document,
    everywhere: Iterable[TerritoryCode],
    quotable: Container[str] = (),
    declared: Iterable[str] = (),
) -> dict[str, object]:
    """Give a document with all its points as plain JSON values.

    `everywhere` are all territories known; a national document binds each of them. `quotable` are ids of the points
    whose very words are kept. `declared` are points that HR's tables name: of a document whose points are not known
    they are given with nothing but their number. Days are ISO dates, None where the record has none.
    """
    points = document.points or tuple(Point(one, one, "") for one in declared)
    return {
        "id": document.id,
        "aliases": list(document.aliases),
        "kind": document.kind,
        "issuer": document.issuer,
        "signer": document.signer,
        "date": _iso(document.dated),
        "title": document.title,
        "about": document.about,
        "is_national": document.is_national,
        "territories": sorted(everywhere if document.is_national else document.territories),
        "addressees": list(document.addressees),
        "in_force_from": _iso(document.in_force_from),
        "in_force_to": _iso(document.in_force_to),
        "replaced_by": document.replaced_by,
        "text_held": document.text_held,
        "confidence": document.confidence.value,
        "source": document.source,
        "caution": document.caution,
        "mentions": list(document.mentions),
        "points": [_point_as_json(point) | {"quotable": point.id in quotable} for point in points],
    }


def _point_as_json(point: Point) -> dict[str, object]:
    return {
        "id": point.id,
        "label": point.label,
        "parent": point.parent,
        "summary": point.summary,
        "who": list(point.who),
        "binds": list(point.binds),
        "deadline": _deadline_as_json(point.deadline),
        "consequence": point.consequence,
        "accountable": point.accountable,
        "escalates_to": list(point.escalates_to),
        "cites": list(point.cites),
    }


def _deadline_as_json(deadline: PointDeadline) -> dict[str, object] | None:
    if deadline.kind is DeadlineKind.NONE and deadline.wording is None:
        return None
    named: dict[str, object] = {
        "year": deadline.year,
        "quarter": deadline.quarter,
        "month": deadline.month,
        "day_of_month": deadline.day_of_month,
        "event": deadline.event,
        "working_days": deadline.working_days,
    }
    return {
        "kind": deadline.kind.value,
        "wording": deadline.wording,
        "date": _iso(deadline.day),
        "included": deadline.is_included,
        **{key: value for key, value in named.items() if value is not None},
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None
