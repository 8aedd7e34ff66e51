"""What am I missing, and by when?"""

from collections.abc import Sequence

from handlers import next_steps
from handlers.asking import Choice
from handlers.case_words import describe_case, describe_verdict
from handlers.cases import cases_of, own_case
from handlers.contacts import describe_contact
from handlers.officials.own_days import confirm_days, names_days
from handlers.officials.position import describe_not_asked
from handlers.officials.rounds import describe_rounds_asked, describe_rounds_left_out
from handlers.phrases import _, ngettext, show_day
from handlers.reply import Line, Outcome, Reply
from handlers.retiring import state_by_schedule
from handlers.stating import state
from handlers.verdicts import (
    are_proven,
    describe_accountable,
    describe_deadlines,
    describe_finding,
    describe_gaps,
    describe_met,
    describe_unasked,
    title_without_proof,
)
from handlers.visit import Visit, criteria_asked
from handlers.why_subjects import why
from handlers.wording import count_days, describe_retirement, name_cited, name_criteria, name_managed_by
from knowledge.deadlines import Standing, last_day_of, standing_of
from knowledge.evaluate import evaluate, service_of
from knowledge.facts import Person
from knowledge.findings import Finding, Reason, State
from knowledge.understanding.leading import asks_whether_complete
from knowledge.understanding.meaning import Wish


def list_my_gaps(visit: Visit, person: Person) -> Reply:
    """What am I missing? Narrowed to the criteria that the question names."""
    every = evaluate(person, visit.rules)
    findings = _about_named(every, visit)
    if not findings:
        return _without_findings(visit, person)
    gaps = [one for one in findings if one.is_gap]
    unasked = [one for one in every if one not in findings]
    lines = describe_gaps(findings, visit.rules)
    lines += dict.fromkeys(line for gap in gaps if (line := describe_accountable(gap, visit.rules)) is not None)
    lines += _describe_met([one for one in findings if not one.is_gap], visit)
    lines += _describe_named(visit)
    lines += describe_unasked(unasked, visit.rules)
    lines += describe_rounds_asked(visit, person)
    standards = visit.rules.standards_for(person.position_group, visit.territory)
    lines += describe_not_asked(person.position_group, standards, visit)
    if any(gap.state in {State.UNDETERMINED, State.NOT_RECOGNISED} for gap in gaps):
        lines.append(describe_contact(visit))
    return Reply(
        title=_title_of_all(findings, visit, is_narrowed=bool(unasked), is_proven=are_proven(lines)),
        lines=tuple(lines),
        choices=(*_why(findings), *_next_steps(gaps, is_narrowed=bool(unasked))),
        outcome=Outcome.NO_BASIS if _is_without_standards(findings) else Outcome.ANSWERED,
        findings=tuple(findings),
    )


def list_my_deadlines(visit: Visit, person: Person) -> Reply:
    """By when must I complete what?"""
    every = evaluate(person, visit.rules)
    findings = _about_named(every, visit)
    if not findings:
        return _without_findings(visit, person)
    gaps = [one for one in findings if one.is_gap]
    if not gaps or (_asks_whether_complete(visit) and not names_days(visit)):
        return list_my_gaps(visit, person)
    lines = [*confirm_days(gaps, visit), *_describe_own_named(visit, person)]
    lines += describe_deadlines(gaps, visit.rules, by_criteria=True)
    undated = [one for one in gaps if one.deadline is None and one.criterion is not None]
    if undated:
        names = name_criteria(visit.rules.library, undated)
        text = _("Still to be completed, with no dated deadline now: {criteria}.").format(criteria=names)
        lines.append(state(text, [one.basis[0] for one in undated], visit))
        lines += describe_rounds_left_out(visit, person, undated) if Wish.ROUND not in visit.wishes else []
    lines += _expiring(findings, visit)
    if _is_without_standards(findings):
        lines = [describe_finding(findings[0], visit.rules), describe_contact(visit)]
    lines += describe_unasked([one for one in every if one not in findings], visit.rules)
    lines += describe_rounds_asked(visit, person)
    lines += _passed_duties(visit, person)
    dated = [one for one in gaps if one.deadline is not None]
    return Reply(
        title=_("Your deadlines as of {day}").format(day=show_day(visit.on))
        if dated
        else _("No dated deadline applies to you on {day}").format(day=show_day(visit.on)),
        lines=tuple(lines),
        choices=(
            *_why(findings),
            next_steps.my_gaps(),
            *((next_steps.my_calendar(),) if dated else ()),
            next_steps.ask_to_study(),
            next_steps.consequences(),
        ),
        outcome=Outcome.NO_BASIS if _is_without_standards(findings) else Outcome.ANSWERED,
        findings=tuple(findings),
    )


def _about_named(findings: Sequence[Finding], visit: Visit) -> list[Finding]:
    """Only the criteria that the question names, if it names any that the position has."""
    named = [one for one in findings if one.criterion in criteria_asked(visit)]
    return named or list(findings)


def _without_findings(visit: Visit, person: Person) -> Reply:
    retires_on = service_of(person, visit.rules).retires_on
    return Reply(
        title=_("As of {day} your retirement day has passed: no title standard is asked of you.").format(
            day=show_day(visit.on)
        ),
        lines=(state_by_schedule(describe_retirement(retires_on, visit.on), visit.rules, visit.territory),),
        choices=(next_steps.service_left(), next_steps.whom_to_ask()),
    )


def _asks_whether_complete(visit: Visit) -> bool:
    """Whether somebody takes it that nothing is missing any more and wants to hear yes or no."""
    if visit.meaning is None:
        return False
    return asks_whether_complete(visit.text, wants_yes_or_no=Wish.CONFIRMED in visit.wishes)


def _title_of_all(findings: Sequence[Finding], visit: Visit, *, is_narrowed: bool, is_proven: bool) -> str:
    if _asks_whether_complete(visit):
        return _yes_or_no(findings, visit, is_narrowed=is_narrowed, is_proven=is_proven)
    return _title(findings, visit, is_narrowed=is_narrowed) if is_proven else title_without_proof(visit.rules)


def _yes_or_no(findings: Sequence[Finding], visit: Visit, *, is_narrowed: bool, is_proven: bool) -> str:
    """Whether it is complete, in one sentence; what the record cannot decide is neither."""
    day, library = show_day(visit.on), visit.rules.library
    if not is_proven:
        return _(
            "It cannot be concluded yet, as of {day}: "
            "part of it rests on a document that does not hold here on that day."
        ).format(day=day)
    gaps = [one for one in findings if one.is_gap]
    if not gaps and is_narrowed:
        return _("Complete on {criteria}, as of {day}.").format(criteria=name_criteria(library, findings), day=day)
    if not gaps:
        return _("Complete: every standard of your position is met, as of {day}.").format(day=day)
    if _is_without_standards(gaps):
        return _("It cannot be concluded yet, as of {day}: what your position requires is not known.").format(day=day)
    names = name_criteria(library, gaps)
    if all(one.state is State.UNDETERMINED for one in gaps):
        return _("It cannot be concluded yet, as of {day}: {criteria} to be cleared up.").format(
            day=day, criteria=names
        )
    return _("Not complete yet: {criteria} to be completed or cleared up, as of {day}.").format(day=day, criteria=names)


def _title(findings: Sequence[Finding], visit: Visit, *, is_narrowed: bool) -> str:
    """What the findings come to; of the criteria asked about alone where others were left out."""
    day = show_day(visit.on)
    gaps = [one for one in findings if one.is_gap]
    if is_narrowed:
        return _narrowed_title(findings, gaps, visit)
    if not gaps:
        return _("You meet every standard of your position, as of {day}.").format(day=day)
    if _is_without_standards(gaps):
        return _("It cannot be said what you are missing, as of {day}.").format(day=day)
    return ngettext(
        "You have {n} item to complete or clear up, as of {day}.",
        "You have {n} items to complete or clear up, as of {day}.",
        len(gaps),
    ).format(n=len(gaps), day=day)


def _narrowed_title(findings: Sequence[Finding], gaps: Sequence[Finding], visit: Visit) -> str:
    names, day = name_criteria(visit.rules.library, findings), show_day(visit.on)
    if not gaps:
        return _("On {criteria}: met, as of {day}.").format(criteria=names, day=day)
    return ngettext(
        "On {criteria}: {n} item to complete or clear up, as of {day}.",
        "On {criteria}: {n} items to complete or clear up, as of {day}.",
        len(gaps),
    ).format(criteria=names, n=len(gaps), day=day)


def _describe_own_named(visit: Visit, person: Person) -> list[Line]:
    """How the visitor's own certificates stand that the question names, until when they count."""
    named = {one.kind for one in visit.named.kinds}
    cases = [own_case(one, visit) for one in person.credentials if one.kind in named]
    return [describe_verdict(case, visit) for case in cases if case is not None]


def asks_what_is_needed(visit: Visit) -> bool:
    """Whether somebody asks if they must have what they name ("tôi phải có bằng đại học đúng không").

    That is no certificate that they hold: the requirement and their own record answer it.
    """
    named, library = visit.named, visit.rules.library
    is_dated = named.issued_on is not None or named.issued_year is not None
    names_what_is_required = bool(named.criteria) or bool(named.kinds)
    if not named.speaks_of_self or is_dated or not names_what_is_required:
        return False
    if any(not library.kinds[one.kind].is_direct for one in named.kinds):
        return False  # a test and its score: whether it counts is the question
    return Wish.NEEDED in visit.wishes and Wish.HELD not in visit.wishes


def _describe_named(visit: Visit) -> list[Line]:
    """What certificates would count for that the question names and the record does not hold."""
    held = {one.kind for one in visit.person.credentials} if visit.person is not None else set()
    mentions = [one for one in visit.named.kinds if one.kind not in held and not asks_what_is_needed(visit)]
    return [line for mention in mentions for case in cases_of(mention, visit) for line in describe_case(case, visit)]


def _describe_met(met: Sequence[Finding], visit: Visit) -> list[Line]:
    """All that is met in one line; each by itself where the question names criteria."""
    if criteria_asked(visit):
        return [describe_finding(one, visit.rules) for one in met]
    lines = [describe_finding(one, visit.rules) for one in met if one.state is not State.MET]
    return lines + describe_met([one for one in met if one.state is State.MET], visit.rules)


def _expiring(findings: Sequence[Finding], visit: Visit) -> list[Line]:
    return [describe_finding(one, visit.rules) for one in findings if one.state is State.EXPIRING]


def _passed_duties(visit: Visit, person: Person) -> list[Line]:
    """Days that documents here once set for posts like this one: history, and said to be history."""
    library = visit.rules.library
    lines: list[Line] = []
    for document in library.documents.values():
        if not document.binds(visit.territory) or not document.exists_on(visit.on):
            continue
        for point in document.points:
            duty, last = point.duty, last_day_of(point.deadline, visit.on)
            if duty is None or last is None or person.managed_by not in duty.managed_by:
                continue
            if standing_of(point.deadline, visit.on) is not Standing.PASSED or (
                duty.leaders_only and not person.is_leader
            ):
                continue
            cite = library.cite(document.id, point.id)
            text = _(
                "The day {day} that {document} set for leaders {managed} passed {days} ago; it is history now."
            ).format(
                day=show_day(last),
                document=name_cited(library, cite),
                managed=name_managed_by(person.managed_by),
                days=count_days((visit.on - last).days),
            )
            lines.append(state(text, (cite,), visit))
    return lines


def _is_without_standards(findings: Sequence[Finding]) -> bool:
    return all(one.reason is Reason.STANDARDS_NOT_LOADED for one in findings)


def _why(findings: Sequence[Finding]) -> tuple[Choice, ...]:
    """The chain behind the one verdict told, or behind all of them."""
    named = [one.criterion for one in findings if one.criterion is not None]
    return (why(named[0] if len(named) == 1 else None),) if named else ()


def _next_steps(gaps: Sequence[Finding], *, is_narrowed: bool) -> tuple[Choice, ...]:
    if not gaps and is_narrowed:
        return next_steps.my_gaps(), next_steps.my_position(), next_steps.my_certificates()
    if not gaps:
        return next_steps.my_position(), next_steps.my_certificates(), next_steps.service_left()
    if _is_without_standards(gaps):
        return next_steps.whom_to_ask(), next_steps.all_documents(), next_steps.my_data()
    return next_steps.my_deadlines(), next_steps.ask_to_study(), next_steps.consequences()
