"""Who of my people asks to be sent to study? What waits for a head, and a head's own proposal."""

from dataclasses import replace

from handlers import next_steps
from handlers.asking import Choice
from handlers.forms import Asked, Form, Refused, Step, Values
from handlers.heads.others import refuse
from handlers.phrases import _, ngettext
from handlers.reply import Line, Reply
from handlers.rights import units_headed, units_served
from handlers.study.desk import Desk, Seen, event_of, list_choices, record_act, record_look, show, show_open, sides_of
from handlers.study.steps import Filled, ReadCriteria, ask_course, ask_criterion, ask_days, ask_sure, course_of
from handlers.study.telling import tell
from handlers.study.words import describe_in_list, name_course
from handlers.visit import Visit
from handlers.vouching import explain_not_another
from handlers.wording import name_criterion
from knowledge.facts import CriterionCode, Person, PersonCode, UnitCode
from knowledge.rulebook import RulesOn
from knowledge.study_cases import StudyAct, StudyCase, StudyState
from knowledge.studying import Side, records_of
from knowledge.understanding.names import drop_title

PROPOSAL = "study.proposing"
ENDED_TOO = "all"
_MOST_LISTED = 12
_MOST_CHOICES = 6
_MOST_NAMESAKES = 5


def may_list(person: Person, today: RulesOn) -> bool:
    """Whether somebody has people whose study cases they may see."""
    return bool(units_headed(person, today) or units_served(person, today))


def may_propose(person: Person, today: RulesOn) -> bool:
    """Whether somebody heads a unit, so that they may send people of it."""
    return bool(units_headed(person, today))


async def may_fill(values: Values, head: Person, today: RulesOn, desk: Desk) -> bool:
    """Whether somebody may fill a proposal in now; where it names an official already, whether they may send that one.

    Each step asks anew: between two of them a head may lose the post, or the official may move.
    """
    if "person" not in values:
        return may_propose(head, today)
    return bool(await find_below(values["person"], head, today, desk))


async def list_waiting(visit: Visit, person: Person, desk: Desk) -> Reply:
    """Which study cases of my people are open, the ones that wait for a head first; or all, the ended ones too?"""
    today = visit.rules.book.on(visit.today)
    scope = units_headed(person, today) | units_served(person, today)
    if not scope:
        details = {"channel": visit.asked.channel}
        await desk.audit.record(person.code, "look_refused", "study", desk.clock.now(), details)
        return refuse(visit)
    is_open = visit.subject != ENDED_TOO
    known = await desk.cases.list_in(scope, _MOST_LISTED, only_open=is_open)
    found = [one for one in known if one.person != person.code]
    await desk.audit.record(person.code, "listed_study", "study", desk.clock.now(), {"cases": len(found)})
    proposing = (next_steps.propose_study(),) if units_headed(person, today) else ()
    if is_open:
        proposing = (*proposing, Choice(_("The ended study cases too"), "study.waiting", ENDED_TOO))
    if not found:
        title = _("No study case of your people is open.") if is_open else _("Your people have no study case.")
        return Reply(title=title, choices=(*proposing, next_steps.unit_gaps()))
    lines = [Line(await _describe(one, visit.rules, desk), is_item=True) for one in found]
    waiting = sum(one.state is StudyState.WAITING for one in found)
    title = ngettext("{n} study request waits for an answer", "{n} study requests wait for an answer", waiting)
    return Reply(
        title=title.format(n=waiting),
        lines=tuple(lines),
        choices=(*list_choices(found, _MOST_CHOICES), *proposing, next_steps.unit_gaps()),
    )


async def list_of(official: Person, visit: Visit, person: Person, desk: Desk) -> Reply:
    """Which study cases are there of this official of mine?"""
    today = visit.rules.book.on(visit.today)
    found = await desk.cases.list_of(official.code, _MOST_LISTED)
    details = {"cases": len(found)}
    await desk.audit.record(person.code, "looked_at_study", official.code, desk.clock.now(), details)
    proposing = (next_steps.propose_study(official.code),) if may_propose(person, today) else ()
    named = f"{official.name} ({official.code})"
    if not found:
        title = _("No study request or proposal of {name} is on record.").format(name=named)
        return Reply(title=title, choices=(*proposing, next_steps.study_waiting()))
    return Reply(
        title=ngettext("{n} study case of {name}", "{n} study cases of {name}", len(found)).format(
            n=len(found), name=named
        ),
        lines=tuple(Line(describe_in_list(one, None, visit.rules), is_item=True) for one in found),
        choices=(*list_choices(found, _MOST_CHOICES), *proposing, next_steps.study_waiting()),
    )


async def _describe(case: StudyCase, rules: RulesOn, desk: Desk) -> str:
    return describe_in_list(case, await desk.profiles.find_person(case.person), rules)


# --- a head proposes


def proposal_form(visit: Visit, head: Person, desk: Desk, read_criteria: ReadCriteria) -> Form:
    """Whom, for which criterion, which course, when, and a last look."""
    today = visit.rules.book.on(visit.today)

    async def find_official(values: Values) -> Person | None:
        return await desk.profiles.find_person(PersonCode(values["person"]))

    async def look_at_official(values: Values) -> Person | None:
        official = await find_official(values)
        if official is not None:  # the criteria offered are what this one still lacks
            details = {"channel": visit.asked.channel}
            await desk.audit.record(head.code, "looked_at_person", official.code, desk.clock.now(), details)
        return official

    async def preview(values: Values) -> Asked:
        official = await find_official(values)
        named = f"{official.name} ({official.code})" if official is not None else values["person"]
        criterion = name_criterion(today.library, CriterionCode(values["criterion"]))
        lines = (
            Line(_("Criterion: {criterion}").format(criterion=criterion), is_item=True),
            Line(_("Course: {course}").format(course=name_course(course_of(values))), is_item=True),
            Line(_("The official accepts it or declines with a reason; both are kept in the record.")),
        )
        return Asked(_("Propose to send {name} to study?").format(name=named), lines)

    async def finish(values: Values) -> Reply:
        return await _propose(values, head, visit, desk)

    return Form(
        PROPOSAL,
        (
            _ask_whom(head, today, desk),
            ask_criterion(look_at_official, read_criteria, today, []),
            ask_course(),
            ask_days(today),
            ask_sure(preview, lambda: _("Send the proposal")),
        ),
        finish,
        lambda: Reply(title=_("Nothing was proposed."), choices=(next_steps.study_waiting(), next_steps.unit_gaps())),
    )


def _ask_whom(head: Person, today: RulesOn, desk: Desk) -> Step:
    async def ask(_values: Values) -> Asked:
        return Asked(_("Who is to be sent to study? Please type the name or the staff code."))

    async def read(said: str, _values: Values) -> Filled | Refused:
        found = await find_below(said, head, today, desk)
        if len(found) == 1:
            return {"person": str(found[0].code)}
        if found:
            names = ", ".join(f"{one.name} ({one.code})" for one in found)
            return Refused(_("Several people are called so: {names}. Please type the staff code.").format(names=names))
        why = await explain_barred(said, head, today, desk)
        return Refused(why or _("Nobody below you is called so. Please check the name or staff code."))

    return Step("person", ("person",), ask, read)


async def find_below(words: str, head: Person, today: RulesOn, desk: Desk) -> list[Person]:
    """People whom this head may send: of this code or name, in the units that they head, never themself."""
    return [one for one in await find_mine(words, head, today, desk) if Side.HEAD in sides_of(head, one, today)]


async def find_mine(words: str, person: Person, today: RulesOn, desk: Desk) -> list[Person]:
    """People of this code or name whose study cases this head or HR may see, never themself."""
    scope = units_headed(person, today) | units_served(person, today)
    return [one for one in await _find_called(words, scope, desk) if sides_of(person, one, today) - {Side.OFFICIAL}]


async def explain_barred(words: str, head: Person, today: RulesOn, desk: Desk) -> str | None:
    """Why this chat does nothing about somebody of the head's units who gave the code for it; None for anybody else."""
    scope = units_headed(head, today)
    found = [one for one in await _find_called(words, scope, desk) if one.unit in scope and one.code in head.vouched_by]
    return explain_not_another(head, found[0].code, found[0].name) if len(found) == 1 else None


async def _find_called(words: str, scope: frozenset[UnitCode], desk: Desk) -> list[Person]:
    by_code = await desk.profiles.find_person(PersonCode(words.strip())) if words.strip() else None
    return [by_code] if by_code is not None else await _by_name(words, scope, desk)


async def _by_name(words: str, scope: frozenset[UnitCode], desk: Desk) -> list[Person]:
    named = drop_title(words).strip()
    if not named or not scope:
        return []
    return list(await desk.profiles.list_people_by_name(named, _MOST_NAMESAKES, scope))


async def find_open_of(values: Values, head: Person, visit: Visit, desk: Desk) -> Reply | None:
    """The case that is open for the same official and criterion, shown to whoever heads them instead of a second one.

    None where there is none, or for anybody else. The look is recorded.
    """
    person, criterion = values.get("person"), values.get("criterion")
    if person is None or criterion is None:
        return None
    case = await desk.cases.find_open(PersonCode(person), CriterionCode(criterion))
    official = await desk.profiles.find_person(PersonCode(person)) if case is not None else None
    if case is None or official is None:
        return None
    today = visit.rules.book.on(visit.today)
    sides = sides_of(head, official, today)
    if Side.HEAD not in sides:
        return None
    await record_look(head, case, desk)
    return show_open(Seen(case, official, head, sides, visit.rules, today))


async def _propose(values: Values, head: Person, visit: Visit, desk: Desk) -> Reply:
    today = visit.rules.book.on(visit.today)
    found = await find_below(values["person"], head, today, desk)
    if not found:
        return refuse(visit)
    official = found[0]
    course = course_of(values)
    event = event_of(StudyAct.PROPOSED, head, today, desk, course=course)
    made = StudyCase(official.code, CriterionCode(values["criterion"]), course, StudyState.PROPOSED, (event,))
    case = await desk.cases.add_case(made, records_of(made))
    if case is None:
        return await find_open_of(values, head, visit, desk) or await list_waiting(visit, head, desk)
    await record_act(head, case, desk)
    told = await tell(case, official, (), today, desk.telling)
    shown = show(Seen(case, official, head, sides_of(head, official, today), visit.rules, today))
    title = _("Proposal {number} is on record since today.").format(number=case.number)
    return replace(shown, title=title, lines=(*told, *shown.lines))
