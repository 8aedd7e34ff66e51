"""How a study case is told: its state, what happened, what is due and who answers. Pure."""

from handlers.phrases import _, ngettext, show_day, show_day_of, show_moment
from handlers.reply import Line
from handlers.stating import state_for
from handlers.verdicts import describe_accountable
from handlers.wording import name_criterion, name_unit
from knowledge.evaluate import evaluate
from knowledge.facts import Person
from knowledge.rulebook import RulesOn
from knowledge.study_cases import Course, StudyAct, StudyCase, StudyEvent, StudyState
from knowledge.studying import answer_due_on, find_claim, find_request, is_unanswered


def name_state(case: StudyCase, today: RulesOn) -> str:
    """Where it stands, in words."""
    return {
        StudyState.WAITING: _name_waiting(case, today),
        StudyState.TO_CHANGE: _("waits for the official to change it"),
        StudyState.PROPOSED: _("proposed by the head, waits for the official's answer"),
        StudyState.SENT: _("sent to study"),
        StudyState.REFUSED: _("the request was refused"),
        StudyState.DECLINED: _("declined by the official"),
        StudyState.WITHDRAWN: _("withdrawn"),
        StudyState.ATTENDED: _("attended the course"),
        StudyState.NOT_ATTENDED: _("sent to study and did not attend"),
        StudyState.PASSED: _("passed the course"),
    }[case.state]


def _name_waiting(case: StudyCase, today: RulesOn) -> str:
    due = answer_due_on(case, today)
    if due is None:
        return _("waits; no head to answer it is on the roster")
    if is_unanswered(case, today):
        return _("counts as unanswered since the end of {day}").format(day=show_day(due))
    return _("waits for the head's answer, due by {day}").format(day=show_day(due))


def name_act(act: StudyAct) -> str:
    """What somebody did, in words that follow their name."""
    return {
        StudyAct.REQUESTED: _("asked to be sent to study"),
        StudyAct.PROPOSED: _("proposed to send the official to study"),
        StudyAct.CHANGE_ASKED: _("asked for a change"),
        StudyAct.CHANGED: _("changed the request and put it to the head again"),
        StudyAct.SENT: _("decided to send the official to study"),
        StudyAct.REFUSED: _("refused to send the official to study"),
        StudyAct.ACCEPTED: _("accepted to go and study"),
        StudyAct.DECLINED: _("declined to go and study"),
        StudyAct.WITHDRAWN: _("withdrew it"),
        StudyAct.SAID_ATTENDED: _("said that they attended (waits for confirmation)"),
        StudyAct.SAID_PASSED: _("said that they passed (waits for confirmation)"),
        StudyAct.ATTENDED: _("recorded that the official attended"),
        StudyAct.NOT_ATTENDED: _("recorded that the official did not attend"),
        StudyAct.PASSED: _("recorded that the official passed"),
    }[act]


def name_course(course: Course) -> str:
    """The course with its days: "tiếng Anh, 01/03/2027 – 30/06/2027"."""
    days = name_days(course)
    return f"{course.name}, {days}" if days else course.name


def name_days(course: Course) -> str:
    """From when to when; empty where no day is known."""
    if course.from_on is None:
        return ""
    if course.to_on is None:
        return _("from {day}").format(day=show_day(course.from_on))
    if course.from_on == course.to_on:
        return show_day(course.from_on)
    return f"{show_day(course.from_on)} – {show_day(course.to_on)}"


def name_person(event: StudyEvent) -> str:
    """Who did it, as they were named that day: "Nguyễn Văn A (CB001), Giám đốc, Sở Y tế"."""
    named = f"{event.name} ({event.who})" if event.who is not None else event.name
    return ", ".join(part for part in (named, event.position, event.unit) if part)


def describe_in_list(case: StudyCase, official: Person | None, today: RulesOn) -> str:
    """One case in one line, with the official's name for whoever is not the official."""
    parts = {
        "number": case.number,
        "criterion": name_criterion(today.library, case.criterion),
        "course": name_course(case.course),
        "state": name_state(case, today),
    }
    if official is None:
        return _("No. {number}, {criterion} – {course}: {state}").format(**parts)
    return _("No. {number}, {name} ({code}), {criterion} – {course}: {state}").format(
        **parts, name=official.name, code=official.code
    )


def describe_case(case: StudyCase, official: Person, today: RulesOn, *, is_own: bool) -> list[Line]:
    """Everything about a case: whom it concerns, what for, what happened, what is due, and who answers."""
    lines = [
        Line(
            _("Official: {name} ({code}), {position}, {unit}").format(
                name=official.name,
                code=official.code,
                position=official.position,
                unit=name_unit(today, official.unit),
            )
        ),
        Line(
            _("To study: {course} (criterion: {criterion})").format(
                course=name_course(case.course), criterion=name_criterion(today.library, case.criterion)
            )
        ),
        *(Line(describe_event(one), is_item=True) for one in case.events),
    ]
    return [*lines, *describe_standing(case, official, today, is_own=is_own)]


def describe_event(event: StudyEvent) -> str:
    """One thing that happened: when, who, what, and their words."""
    when = show_moment(event.at) if not event.recorded_by else show_day(event.on)
    text = _("{when}: {who} – {act}").format(when=when, who=name_person(event), act=name_act(event.act))
    if event.course is not None and event.act is StudyAct.CHANGED:
        text = _("{text}: {course}").format(text=text, course=name_course(event.course))
    if event.words:
        text = _("{text}: “{words}”").format(text=text, words=event.words)
    if event.recorded_by:
        text = _("{text} (by {paper}; entered by {who} on {day})").format(
            text=text, paper=event.paper, who=event.recorded_by, day=show_day_of(event.at)
        )
    return text


def describe_standing(case: StudyCase, official: Person, today: RulesOn, *, is_own: bool) -> list[Line]:
    """What is still to be done and by when, and what the record means for who answers."""
    lines: list[Line] = []
    request = find_request(case)
    if case.state is StudyState.WAITING and request is not None and request.put_to:
        lines.append(Line(_("Put to: {heads}").format(heads="; ".join(request.put_to))))
    if case.state is StudyState.WAITING:
        lines.append(Line(_describe_due(case, today)))
    if is_unanswered(case, today):
        text = _("It is counted from the day of the request; this record does not show when the head received it.")
        lines.append(Line(text))
    claim = find_claim(case)
    if claim is StudyAct.ATTENDED:
        lines.append(Line(_("The official says that they attended; a head or HR still has to confirm it.")))
    elif claim is StudyAct.PASSED:
        lines.append(Line(_("The official says that they passed; a head or HR still has to confirm it.")))
    return [*lines, *describe_answering(case, official, today, is_own=is_own)]


def _describe_due(case: StudyCase, today: RulesOn) -> str:
    due = answer_due_on(case, today)
    if due is None:
        return _("No head above the official is on the roster, so that nobody can be said to leave it unanswered.")
    days = today.library.policy.study_answer_grace_working_days
    text = ngettext(
        "An answer is due within {n} working day after the day of the request: by {day}.",
        "An answer is due within {n} working days after the day of the request: by {day}.",
        days,
    )
    if is_unanswered(case, today):
        text = ngettext(
            "No answer came within {n} working day after the day of the request, by {day}: it counts as unanswered.",
            "No answer came within {n} working days after the day of the request, by {day}: it counts as unanswered.",
            days,
        )
    return text.format(n=days, day=show_day(due))


def describe_answering(case: StudyCase, official: Person, today: RulesOn, *, is_own: bool) -> list[Line]:
    """Who answers for the gap by the record, where the point that says so reaches; nothing where there is no gap."""
    gaps = [one for one in evaluate(official, today) if one.criterion == case.criterion and one.is_gap]
    told = (describe_accountable(one, today, is_own=is_own) for one in gaps)
    return [line for line in told if line is not None]


def state_the_point(official: Person, today: RulesOn) -> list[Line]:
    """The point that says who answers, where it reaches the official's territory on the day; else nothing."""
    document_id, point_id = today.library.accountability
    document = today.library.get_document(document_id)
    territory = today.territory_of(official.unit)
    point = document.point(point_id)
    if point is None or not (document.binds(territory) and document.is_in_force_on(today.day)):
        return []
    return [state_for(point.summary, (today.library.cite(document_id, point_id),), today, territory)]
