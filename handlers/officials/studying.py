"""I ask to be sent to study: the request filled in step by step, my cases, and what I say of them."""

from collections.abc import Callable
from dataclasses import replace

from handlers import next_steps
from handlers.forms import LONGEST_ENTRY, Asked, Form, Refused, Step, Values
from handlers.inquiries import clean
from handlers.phrases import _, ngettext
from handlers.reply import Line, Reply
from handlers.study.desk import (
    Desk,
    Seen,
    carry_out,
    event_of,
    find_bar,
    find_deciders,
    find_seen,
    list_choices,
    name_head,
    record_act,
    show,
    show_open,
    split_subject,
)
from handlers.study.steps import (
    LONGEST_COURSE,
    Filled,
    ReadCriteria,
    ask_course,
    ask_criterion,
    ask_days,
    ask_sure,
    course_of,
    read_days,
)
from handlers.study.telling import tell
from handlers.study.words import describe_in_list, name_course, state_the_point
from handlers.visit import Visit, criteria_asked
from handlers.wording import name_criterion
from knowledge.facts import CriterionCode, Person
from knowledge.folding import fold_words
from knowledge.study_cases import StudyAct, StudyCase, StudyState
from knowledge.studying import Side, needs_words, records_of
from knowledge.understanding.study_said import read_course

REQUEST = "study.form"
WORDS = "study.words"
_MOST_LISTED = 10
_MOST_CHOICES = 5
_SHORTEST_REASON = 5
_FEWEST_WORDS = 2  # "không" alone is no reason


def values_said(visit: Visit, person_words: str | None = None) -> dict[str, str]:
    """What the first sentence, or the button, already says of a request."""
    if visit.meaning is None:
        return {"criterion": visit.subject} if visit.subject in visit.rules.library.criteria else {}
    values: dict[str, str] = {}
    criteria = criteria_asked(visit)
    if len(criteria) == 1:
        values["criterion"] = str(criteria[0])
    said = visit.text.replace(person_words, "") if person_words else visit.text
    course = read_course(said)
    is_only_criterion = any(
        fold_words(course) == fold_words(name_criterion(visit.rules.library, one)) for one in criteria
    )
    if course and len(course) <= LONGEST_COURSE and not is_only_criterion:
        values["course"] = course
    days = read_days(visit.text, visit.today)
    if not isinstance(days, Refused):
        values |= {key: value for key, value in days.items() if value}
    return values


async def list_mine(visit: Visit, person: Person, desk: Desk) -> Reply:
    """Which study requests of mine are there, and how do they stand?"""
    found = await desk.cases.list_of(person.code, _MOST_LISTED)
    if not found:
        return Reply(
            title=_("No study request or proposal of yours is on record."),
            choices=(next_steps.ask_to_study(), next_steps.my_gaps()),
        )
    title = ngettext("{n} study case of yours", "{n} study cases of yours", len(found))
    return Reply(
        title=title.format(n=len(found)),
        lines=tuple(Line(describe_in_list(one, None, visit.rules), is_item=True) for one in found),
        choices=(*list_choices(found, _MOST_CHOICES), next_steps.ask_to_study(), next_steps.my_gaps()),
    )


async def find_open(values: Values, person: Person, visit: Visit, desk: Desk) -> Reply | None:
    """The case that is open for the same criterion, shown instead of a second one; None where there is none."""
    criterion = values.get("criterion")
    if criterion is None or "number" in values:
        return None
    case = await desk.cases.find_open(person.code, CriterionCode(criterion))
    if case is None:
        return None
    today = visit.rules.book.on(visit.today)
    return show_open(Seen(case, person, person, frozenset({Side.OFFICIAL}), visit.rules, today))


def request_form(visit: Visit, person: Person, desk: Desk, read_criteria: ReadCriteria) -> Form:
    """Criterion, course, days, and a last look; the same to change a request that is there (`number`)."""
    today = visit.rules.book.on(visit.today)

    async def find_official(_values: Values) -> Person:
        return person

    async def preview(values: Values) -> Asked:
        heads = await find_deciders(person, today, desk)
        return Asked(_("Send this request to the head?"), tuple(_last_look(values, heads, visit)))

    async def finish(values: Values) -> Reply:
        if "number" in values:
            return await _put_again(values, visit, desk)
        return await _put(values, person, visit, desk)

    return Form(
        REQUEST,
        (
            ask_criterion(find_official, read_criteria, today, state_the_point(person, visit.rules)),
            ask_course(),
            ask_days(today),
            ask_sure(preview, lambda: _("Send the request")),
        ),
        finish,
        lambda: Reply(title=_("No request was sent."), choices=(next_steps.my_study(), next_steps.my_gaps())),
    )


def _last_look(values: Values, heads: tuple[Person, ...], visit: Visit) -> list[Line]:
    today = visit.rules.book.on(visit.today)
    criterion = name_criterion(today.library, CriterionCode(values["criterion"]))
    lines = [
        Line(_("Criterion: {criterion}").format(criterion=criterion), is_item=True),
        Line(_("Course: {course}").format(course=name_course(course_of(values))), is_item=True),
    ]
    if not heads:
        return [*lines, Line(_("No head above you is on the roster; HR in charge will be told instead."))]
    names = "; ".join(name_head(one, today) for one in heads)
    lines.append(Line(_("It goes to: {heads}").format(heads=names), is_item=True))
    days = today.library.policy.study_answer_grace_working_days
    text = ngettext(
        "The head has {n} working day after today to answer.",
        "The head has {n} working days after today to answer.",
        days,
    )
    return [*lines, Line(text.format(n=days))]


async def _put(values: Values, person: Person, visit: Visit, desk: Desk) -> Reply:
    today = visit.rules.book.on(visit.today)
    heads = await find_deciders(person, today, desk)
    course = course_of(values)
    event = event_of(StudyAct.REQUESTED, person, today, desk, course=course)
    event = replace(event, put_to=tuple(name_head(one, today) for one in heads))
    made = StudyCase(person.code, CriterionCode(values["criterion"]), course, StudyState.WAITING, (event,))
    case = await desk.cases.add_case(made, records_of(made))
    if case is None:  # from another channel, a moment before
        return await find_open(values, person, visit, desk) or await list_mine(visit, person, desk)
    await record_act(person, case, desk)
    told = await tell(case, person, heads, today, desk.telling)
    known = await desk.profiles.find_person(person.code) or person
    shown = show(Seen(case, known, known, frozenset({Side.OFFICIAL}), visit.rules, today))
    title = _("Study request {number} is on record since today.").format(number=case.number)
    return replace(shown, title=title, lines=(*told, *shown.lines))


async def _put_again(values: Values, visit: Visit, desk: Desk) -> Reply:
    seen = await find_seen(visit, values["number"], desk, to_change=True)
    if isinstance(seen, Reply):
        return seen
    bar = await find_bar(visit, seen, int(values["version"]), StudyAct.CHANGED, desk)
    return bar or await carry_out(seen, StudyAct.CHANGED, desk, course=course_of(values))


async def start_changing(visit: Visit, desk: Desk) -> Values | Reply:
    """The first values of the request that is to be changed; a reply where it cannot be."""
    number, version, act = split_subject(visit.subject)
    seen = await find_seen(visit, number, desk)
    if isinstance(seen, Reply):
        return seen
    if act is not StudyAct.CHANGED:
        return show(seen)
    bar = await find_bar(visit, seen, version, act, desk)
    return bar or {"number": number, "version": str(version), "criterion": str(seen.case.criterion)}


# --- what needs words: a reason, or what is to be changed; the same for both sides


async def start_words(visit: Visit, desk: Desk) -> Values | Reply:
    """The first values of an act that needs words; a reply where it cannot happen."""
    number, version, act = split_subject(visit.subject)
    seen = await find_seen(visit, number, desk)
    if isinstance(seen, Reply):
        return seen
    if act is None or not needs_words(act):
        return show(seen)
    bar = await find_bar(visit, seen, version, act, desk)
    return bar or {"number": number, "version": str(version), "act": act.value}


def words_form(visit: Visit, desk: Desk) -> Form:
    """The reason, or what is to be changed; it is kept in the record and told to the other side."""

    async def ask(values: Values) -> Asked:
        return Asked(_question(StudyAct(values["act"])), (Line(_("Both sides read it in the record.")),))

    async def read(said: str, _values: Values) -> Filled | Refused:
        words = " ".join(clean(said).split())
        if not _SHORTEST_REASON <= len(words) <= LONGEST_ENTRY or len(words.split()) < _FEWEST_WORDS:
            return Refused(_("Please write it in a whole sentence; the record needs it."))
        return {"words": words}

    async def finish(values: Values) -> Reply:
        seen = await find_seen(visit, values["number"], desk, to_change=True)
        if isinstance(seen, Reply):
            return seen
        act = StudyAct(values["act"])
        bar = await find_bar(visit, seen, int(values["version"]), act, desk)
        return bar or await carry_out(seen, act, desk, words=values["words"])

    return Form(
        WORDS,
        (Step("words", ("words",), ask, read),),
        finish,
        lambda: Reply(title=_("Nothing was recorded."), choices=(next_steps.my_study(), next_steps.study_waiting())),
        needs=("number", "version", "act"),
    )


def _question(act: StudyAct) -> str:
    asked: dict[StudyAct, Callable[[], str]] = {
        StudyAct.REFUSED: lambda: _("Why is the official not sent to study? The reason is required."),
        StudyAct.CHANGE_ASKED: lambda: _("What should be changed: another course, other days?"),
        StudyAct.DECLINED: lambda: _("Why do you not go? The reason is required."),
    }
    return asked[act]() if act in asked else _("Please write it in a whole sentence; the record needs it.")
