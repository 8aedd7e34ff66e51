"""The record of a study case as a paper: who asked and answered what when, by which basis, printed when by whom."""

from dataclasses import replace

from handlers import next_steps
from handlers.phrases import _, show_day, show_moment
from handlers.reply import Line, Paper, PaperTable, Reply
from handlers.study.desk import PAPER_HANDED_OUT, Desk, find_seen, see
from handlers.study.words import describe_standing, name_act, name_days, name_person, name_state, state_the_point
from handlers.visit import Visit
from handlers.wording import name_criterion, name_unit
from knowledge.facts import Person
from knowledge.rulebook import RulesOn
from knowledge.study_cases import StudyCase, StudyEvent
from knowledge.studying import find_request


async def hand_out(visit: Visit, desk: Desk) -> Reply:
    """Give me the record as a document."""
    seen = await find_seen(visit, visit.subject, desk)
    if isinstance(seen, Reply):
        return seen
    now = desk.clock.now()
    details = {"case": seen.case.number}
    await desk.audit.record(seen.visitor.code, PAPER_HANDED_OUT, seen.official.code, now, details)
    closing = _("Printed from the records of Nhắc Chuẩn at {when} for {name} ({code}).").format(
        when=show_moment(now), name=seen.visitor.name, code=seen.visitor.code
    )
    return Reply(
        title=_("The record of study case {number}, as of {day}").format(
            number=seen.case.number, day=show_day(seen.rules.day)
        ),
        choices=(see(seen.case), next_steps.my_study() if seen.is_own else next_steps.study_waiting()),
        paper=replace(write_paper(seen.case, seen.official, seen.rules), closing=closing, printed_at=now),
    )


def write_paper(case: StudyCase, official: Person, today: RulesOn) -> Paper:
    """The paper of a case as it stands on the day."""
    rows = [_row(number, event) for number, event in enumerate(case.events, start=1)]
    header = (_("No."), _("Time"), _("Who"), _("What happened"))
    return Paper(
        name=f"cu-di-hoc-{case.number}-{official.code}",
        title=_("Record of the request and decision to send an official to study"),
        subtitle=_("Study case No. {number}, as of {day}").format(number=case.number, day=show_day(today.day)),
        tables=(
            PaperTable(_facts(case, official, today), title=_("I. What it is about")),
            PaperTable(tuple(rows), header, title=_("II. What happened")),
        ),
        paragraphs_title=_("III. What the record means"),
        paragraphs=tuple(_standing(case, official, today)),
    )


def _facts(case: StudyCase, official: Person, today: RulesOn) -> tuple[tuple[str, str], ...]:
    request = find_request(case)
    facts = [
        (_("Official"), f"{official.name} ({official.code})"),
        (_("Position"), official.position),
        (_("Unit"), name_unit(today, official.unit)),
        (_("Criterion of the title standard"), name_criterion(today.library, case.criterion)),
        (_("Course to be attended"), case.course.name),
        (_("Time of the course"), name_days(case.course) or _("not recorded")),
        (_("State"), name_state(case, today)),
    ]
    if request is not None and request.put_to:
        facts.append((_("The request was put to"), "; ".join(request.put_to)))
    return tuple(facts)


def _row(number: int, event: StudyEvent) -> tuple[str, str, str, str]:
    what = [name_act(event.act)]
    if event.course is not None:
        days = name_days(event.course)
        what.append(f"{event.course.name}{f' ({days})' if days else ''}")
    if event.words:
        what.append(_("“{words}”").format(words=event.words))
    if event.recorded_by:
        entered = _("By {paper}; entered by {who} at {when}")
        what.append(entered.format(paper=event.paper, who=event.recorded_by, when=show_moment(event.at)))
    when = show_day(event.on) if event.recorded_by else show_moment(event.at)
    said = what[0][:1].upper() + what[0][1:]
    return str(number), when, name_person(event), "\n".join([said, *what[1:]])


def _standing(case: StudyCase, official: Person, today: RulesOn) -> list[Line]:
    """What is due and who answers; the point itself stands behind it where it reaches."""
    return [*describe_standing(case, official, today, is_own=False), *state_the_point(official, today)]
