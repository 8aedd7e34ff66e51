"""Does a day that a point of a document set still run? Which point, whether the day passed, what is open now. Pure."""

from collections.abc import Iterable
from datetime import date

from handlers import next_steps
from handlers.contacts import describe_contact
from handlers.document_words import as_it_binds
from handlers.phrases import _, show_day
from handlers.point_words import state_point
from handlers.reply import Line, Reply
from handlers.stating import state
from handlers.verdicts import describe_deadlines
from handlers.visit import Visit
from handlers.wording import count_days, name_alone
from knowledge.deadlines import Standing, last_day_of, standing_of
from knowledge.documents import Document, Point
from knowledge.evaluate import evaluate
from knowledge.understanding.meaning import Aspect

_MOST_DOCUMENTS = 3


def answer_whether_a_day_runs(documents: Iterable[Document], visit: Visit) -> Reply | None:
    """The answer where the question asks whether a day holds that is the deadline of points of these; else None."""
    if Aspect.IN_FORCE not in visit.aspects or visit.subject:
        return None
    days = [one for one in visit.named.dates if one not in {visit.named.as_of, visit.named.issued_on}]
    day = next(iter(days), None)
    found = [(one, points) for one in documents if (points := _points_of(one, day))] if day is not None else []
    if day is None or not found:
        return None
    lines: list[Line] = []
    for document, points in found[:_MOST_DOCUMENTS]:
        lines += as_it_binds(document, _describe(document, points, day, visit), visit)
    return Reply(
        title=_("The deadline {day}, as of {today}").format(day=show_day(day), today=show_day(visit.on)),
        lines=(*lines, *_own_deadlines(visit), describe_contact(visit)),
        choices=(
            next_steps.my_deadlines(),
            next_steps.consequences(),
            *(next_steps.document(document.id) for document, _points in found[:_MOST_DOCUMENTS]),
        ),
    )


def _points_of(document: Document, day: date | None) -> list[Point]:
    """The points whose time limit is that day; one that only sums up those below it is left out."""
    points = [one for one in document.points if one.deadline.day is not None and one.deadline.day == day]
    above = {one.parent for one in points}
    return [one for one in points if one.id not in above]


def _describe(document: Document, points: list[Point], day: date, visit: Visit) -> list[Line]:
    names = f"{name_alone(document)} ({'; '.join(one.label for one in points)})"
    cites = tuple(visit.rules.library.cite(document.id, one.id) for one in points)
    lines: list[Line] = [state(_standing(points[0], names, day, visit), cites, visit)]
    return lines + [state_point(document, one, visit) for one in points]


def _standing(point: Point, names: str, day: date, visit: Visit) -> str:
    last = last_day_of(point.deadline, visit.on) or day
    match standing_of(point.deadline, visit.on):
        case Standing.PASSED:
            text = _("The day {day}, set by {points}, passed {days} ago: as a deadline it no longer runs.")
            return text.format(day=show_day(day), points=names, days=count_days((visit.on - last).days))
        case Standing.LAST_DAY:
            text = _("The deadline {day}, set by {points}, still runs: today is the last day.")
            return text.format(day=show_day(day), points=names)
        case _:
            text = _("The deadline {day}, set by {points}, still runs: the last day is {last}, {days} left.")
            left = count_days((last - visit.on).days)
            return text.format(day=show_day(day), points=names, last=show_day(last), days=left)


def _own_deadlines(visit: Visit) -> list[Line]:
    """The visitor's own open deadlines now, or that there is none."""
    if visit.person is None or visit.elsewhere is not None:
        return []
    gaps = [one for one in evaluate(visit.person, visit.rules) if one.is_gap]
    own = describe_deadlines(gaps, visit.rules, by_criteria=True)
    return own or [Line(_("On record no open deadline applies to you on {day}.").format(day=show_day(visit.on)))]
