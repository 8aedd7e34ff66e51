"""What happens if I do not complete it, and who answers for it?"""

from collections.abc import Sequence

from handlers import next_steps
from handlers.contacts import describe_contact
from handlers.officials.position import describe_not_asked
from handlers.phrases import _, show_day
from handlers.point_words import describe_deadline_of, describe_takeover
from handlers.reply import Line, Outcome, Reply
from handlers.stating import state
from handlers.verdicts import describe_accountable, describe_deadlines, describe_finding
from handlers.visit import Visit, criteria_asked
from handlers.wording import name_document, name_managed_by
from knowledge.documents import Document, Point
from knowledge.evaluate import evaluate
from knowledge.facts import Person
from knowledge.findings import Finding
from knowledge.understanding.meaning import Aspect


def explain_consequences(visit: Visit) -> Reply:
    """What the question names, the visitor's own open deadlines with their consequence, the documents, who answers."""
    findings = evaluate(visit.person, visit.rules) if visit.person is not None else ()
    first = _not_asked(visit)
    accountable = _own_accountable(findings, visit) + _accountable_point(findings, visit)
    due = _own_deadlines(findings, visit)
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
    lines = [*first, *lines]
    if not is_held:
        lines += [
            Line(_("The library holds no document of this territory that names a consequence.")),
            describe_contact(visit),
        ]
    return Reply(
        title=_("If a standard is not completed, as of {day}").format(day=show_day(visit.on)),
        lines=tuple(lines),
        choices=(next_steps.my_gaps(), next_steps.my_deadlines(), next_steps.how_to_study()),
        outcome=Outcome.ANSWERED if is_held or first else Outcome.NO_BASIS,
    )


def _not_asked(visit: Visit) -> list[Line]:
    """That the visitor's position requires nothing of a criterion that the question fears to lack."""
    if visit.person is None:
        return []
    group = visit.person.position_group
    return [*describe_not_asked(group, visit.rules.standards_for(group, visit.territory), visit)]


def _own_deadlines(findings: Sequence[Finding], visit: Visit) -> list[Line]:
    """The deadlines of the visitor's gaps, each with its criteria; after how those stand that the question names."""
    asked = criteria_asked(visit)
    named = [one for one in findings if one.criterion in asked]
    gaps = sorted((one for one in findings if one.is_gap), key=lambda one: one.criterion not in asked)
    days = {_day_of(one) for one in gaps if one in named}
    lines = [describe_finding(one, visit.rules) for one in named]
    lines += describe_deadlines([one for one in gaps if _day_of(one) in days], visit.rules, by_criteria=True)
    return lines + describe_deadlines([one for one in gaps if _day_of(one) not in days], visit.rules, by_criteria=True)


def _day_of(finding: Finding) -> tuple[object, ...]:
    """By what gaps share one deadline."""
    return finding.deadline, finding.deadline_basis, finding.round


def _own_accountable(findings: Sequence[Finding], visit: Visit) -> list[Line]:
    lines = (describe_accountable(one, visit.rules) for one in findings if one.is_gap)
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


def _accountable_point(findings: Sequence[Finding], visit: Visit) -> list[Line]:
    """What the one point on who answers says, and of whom, where that is not plainly the visitor."""
    library = visit.rules.library
    document_id, point_id = library.accountability
    document = library.get_document(document_id)
    point = document.point(point_id)
    if point is None or not document.binds(visit.territory) or not document.exists_on(visit.on):
        return []
    is_spoken_of = _is_spoken_of(visit.person, findings, document, point)
    whom = "; ".join(point.binds)
    text = _("Who answers for it: {summary}").format(summary=point.summary)
    if whom and is_spoken_of is None:
        text = _("Who answers for it: {summary} This point speaks only of: {whom}.")
    elif whom and not is_spoken_of:
        text = _(
            "Who answers for it: the library holds no document that says so for a post like yours. "
            "{document}, {point}, speaks only of: {whom}. It says: {summary}"
        )
    said = text.format(document=name_document(document), point=point.label, whom=whom, summary=point.summary)
    return [state(said, (library.cite(document_id, point_id),), visit, is_item=True)]


def _is_spoken_of(person: Person | None, findings: Sequence[Finding], document: Document, point: Point) -> bool | None:
    """Whether somebody stands under the standards of which a point speaks; None where that is not known.

    They do where a duty of the document on those standards reaches posts like theirs, or where a standard loaded for
    them rests on those. It is not known of strangers, and of leaders for whom no standard is loaded while those are
    the ones known to decide. A point on no standards is for everybody.
    """
    if not point.cites:
        return True
    if person is None:
        return None
    duties = [one.duty for one in document.points if one.duty and one.duty.standards_document in point.cites]
    if any(person.managed_by in one.managed_by and (person.is_leader or not one.leaders_only) for one in duties):
        return True
    resting = [one for one in findings if one.basis and one.basis[0].document in point.cites]
    if any(one.criterion is not None for one in resting):
        return True
    return None if resting and person.is_leader else False
