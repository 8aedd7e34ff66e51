"""What happens if I do not complete it, and who answers for it?"""

from handlers import next_steps
from handlers.contacts import describe_contact
from handlers.phrases import _, show_day
from handlers.point_words import describe_deadline_of, describe_takeover
from handlers.reply import Line, Outcome, Reply
from handlers.stating import state
from handlers.verdicts import describe_accountable, describe_deadlines
from handlers.visit import Visit
from handlers.wording import name_managed_by
from knowledge.documents import Document, Point
from knowledge.evaluate import evaluate
from knowledge.findings import Finding
from knowledge.understanding.meaning import Aspect


def explain_consequences(visit: Visit) -> Reply:
    """The visitor's own open deadline with its consequence, then what the documents here say, then who answers."""
    accountable = _own_accountable(visit) + _accountable_point(visit)
    due = _own_deadlines(visit)
    said = {cite for line in due for cite in line.cites}
    points = _points_with_consequence(visit)
    for document, point in points:
        if visit.rules.library.cite(document.id, point.id) not in said:
            due += _describe(document, point, visit)
    due += describe_takeover([point for _document, point in points], visit)
    lines = [*accountable, *due] if Aspect.ACCOUNTABLE in visit.aspects else [*due, *accountable]
    if Aspect.AUTOMATIC in visit.aspects:
        lines = [*(line for one in points for line in _consequence(*one, visit)), *lines]
    is_held = bool(lines)
    if not is_held:
        lines = [
            Line(_("The library holds no document of this territory that names a consequence.")),
            describe_contact(visit),
        ]
    return Reply(
        title=_("If a standard is not completed, as of {day}").format(day=show_day(visit.on)),
        lines=tuple(lines),
        choices=(next_steps.my_gaps(), next_steps.my_deadlines(), next_steps.how_to_study()),
        outcome=Outcome.ANSWERED if is_held else Outcome.NO_BASIS,
    )


def _own_gaps(visit: Visit) -> list[Finding]:
    return [one for one in evaluate(visit.person, visit.rules) if one.is_gap] if visit.person is not None else []


def _own_deadlines(visit: Visit) -> list[Line]:
    return describe_deadlines(_own_gaps(visit), visit.rules)


def _own_accountable(visit: Visit) -> list[Line]:
    lines = (describe_accountable(gap, visit.rules) for gap in _own_gaps(visit))
    return list(dict.fromkeys(line for line in lines if line is not None))


def _points_with_consequence(visit: Visit) -> list[tuple[Document, Point]]:
    """Points with a dated duty that bind here; for a known person only those of the body that manages their post."""
    found = []
    for document in visit.rules.library.documents.values():
        if not document.binds(visit.territory) or not document.exists_on(visit.on):
            continue
        for point in document.points:
            duty = point.duty
            if duty is None or point.consequence is None:
                continue
            if visit.managed_by is None or visit.managed_by in duty.managed_by:
                found.append((document, point))
    return found


def _consequence(document: Document, point: Point, visit: Visit) -> list[Line]:
    """What a point says that follows, and so whether it follows by itself."""
    if point.consequence is None:
        return []
    text = _("Consequence: {consequence}.").format(consequence=point.consequence.rstrip("."))
    return [state(text, (visit.rules.library.cite(document.id, point.id),), visit, is_item=True)]


def _describe(document: Document, point: Point, visit: Visit) -> list[Line]:
    cite = (visit.rules.library.cite(document.id, point.id),)
    whom = ""
    if point.duty is not None:
        whom = "; ".join(name_managed_by(one) for one in sorted(point.duty.managed_by))
    text = _("For leaders {managed}: {summary}").format(managed=whom, summary=point.summary)
    lines: list[Line] = [state(text, cite, visit, is_item=True)]
    deadline = describe_deadline_of(point, visit)
    if deadline:
        lines.append(state(deadline, cite, visit))
    return lines


def _accountable_point(visit: Visit) -> list[Line]:
    library = visit.rules.library
    document_id, point_id = library.accountability
    document = library.get_document(document_id)
    point = document.point(point_id)
    if point is None or not document.binds(visit.territory) or not document.exists_on(visit.on):
        return []
    text = _("Who answers for it: {summary}").format(summary=point.summary)
    return [state(text, (library.cite(document_id, point_id),), visit, is_item=True)]
