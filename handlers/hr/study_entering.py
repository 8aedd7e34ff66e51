"""What was decided about studying on paper, outside the chat, entered by HR so that the record is whole."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from handlers.phrases import _, show_day
from handlers.rights import units_served
from handlers.study.desk import Desk, event_of, find_deciders, name_head
from handlers.study.telling import tell
from handlers.study.words import name_state
from knowledge.facts import CriterionCode, Person, PersonCode
from knowledge.rulebook import RulesOn
from knowledge.study_cases import Course, StudyAct, StudyCase, StudyEvent
from knowledge.studying import BEGINNINGS, RULES, happen, has_begun, needs_words, records_of

# What the official says in the chat waits to be confirmed; a paper is the confirmation.
ENTERED = tuple(act for act in StudyAct if act not in {StudyAct.SAID_ATTENDED, StudyAct.SAID_PASSED})
_BY_HEADS = frozenset({StudyAct.PROPOSED, StudyAct.SENT, StudyAct.REFUSED, StudyAct.CHANGE_ASKED})
_BY_OFFICIAL = frozenset({StudyAct.REQUESTED, StudyAct.CHANGED, StudyAct.ACCEPTED, StudyAct.DECLINED})
_WITH_COURSE = frozenset({StudyAct.REQUESTED, StudyAct.PROPOSED, StudyAct.CHANGED})
_SHORTEST = 3


class NotEnteredError(Exception):
    """It cannot be entered; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a paper says: of the case of this number, or of a new one of this person.

    `who` is the head who decided, or to whom a request was put; `words` the reason, or what was to be changed.
    """

    act: StudyAct
    on: date
    paper: str
    case: int | None = None
    person: str | None = None
    criterion: str | None = None
    course: Course | None = None
    who: str | None = None
    words: str = ""


async def enter(entry: Entry, by: Person, today: RulesOn, desk: Desk) -> tuple[StudyCase, Sequence[str]]:
    """Enter it in the name of an HR person; the case, and who was told. Raises NotEnteredError saying what is wrong."""
    case = await _find_case(entry, desk)
    official = await desk.profiles.find_person(case.person if case is not None else PersonCode(entry.person or ""))
    if official is None:
        raise NotEnteredError(_("There is no official with the code {code} in the roster.").format(code=entry.person))
    if by.code == official.code or official.unit not in units_served(by, today):
        text = _("{by} does not serve {name} as HR, so the entry is not theirs to make.")
        raise NotEnteredError(text.format(by=by.code, name=official.name))
    _ensure_told_rightly(entry, case, today)
    event = await _event(entry, official, by, today, desk)
    kept = await _keep(entry, case, official, event, desk)
    details = {"case": kept.number, "on": entry.on.isoformat(), "by_paper": True}
    now = desk.clock.now()
    await desk.audit.record(by.code, f"study_{entry.act.value}", official.code, now, details)
    told = await tell(kept, official, await find_deciders(official, today, desk), today, desk.telling)
    return kept, [line.text for line in told]


async def _find_case(entry: Entry, desk: Desk) -> StudyCase | None:
    if entry.case is None:
        if entry.act not in BEGINNINGS:
            raise NotEnteredError(_("Which case? Name its number with --case; “study list” shows the numbers."))
        if not entry.person or not entry.criterion or entry.course is None:
            raise NotEnteredError(_("A new case needs --person, --criterion and --course."))
        return None
    found = await desk.cases.find_case(entry.case, to_change=True)
    if found is None:
        raise NotEnteredError(_("There is no study case {number}.").format(number=entry.case))
    return found


def _ensure_told_rightly(entry: Entry, case: StudyCase | None, today: RulesOn) -> None:
    if len(entry.paper.strip()) < _SHORTEST:
        raise NotEnteredError(_("Which paper is it? Name its number and day with --paper."))
    if entry.on > today.day:
        raise NotEnteredError(_("{day} has not come yet.").format(day=show_day(entry.on)))
    if needs_words(entry.act) and len(entry.words.strip()) < _SHORTEST:
        raise NotEnteredError(_("This needs a reason, or what is to be changed: name it with --words."))
    if case is None:
        if entry.criterion not in today.library.criteria:
            known = ", ".join(today.library.criteria)
            text = _("{criterion} is no criterion; known are: {known}.")
            raise NotEnteredError(text.format(criterion=entry.criterion, known=known))
        return
    last = case.events[-1].on
    if entry.on < last:
        text = _("The last entry of this case is of {last}; nothing can have happened before that.")
        raise NotEnteredError(text.format(last=show_day(last)))
    _ensure_follows(entry, case, today)


def _ensure_follows(entry: Entry, case: StudyCase, today: RulesOn) -> None:
    rule = RULES.get(entry.act)
    if rule is None or case.state not in rule.states:
        text = _("This cannot happen to study case {number} as it stands: {state}.")
        raise NotEnteredError(text.format(number=case.number, state=name_state(case, today)))
    if rule.needs_begun and not has_begun(case, entry.on):
        text = _("The course begins on {day} only.")
        raise NotEnteredError(text.format(day=show_day(case.course.from_on or entry.on)))
    if entry.act is StudyAct.CHANGED and entry.course is None:
        raise NotEnteredError(_("A changed request needs --course."))


async def _event(entry: Entry, official: Person, by: Person, today: RulesOn, desk: Desk) -> StudyEvent:
    head = await _find_head(entry, official, desk)
    who = official if entry.act in _BY_OFFICIAL else head if entry.act in _BY_HEADS and head is not None else by
    if entry.act is StudyAct.WITHDRAWN:
        who = head or official
    course = entry.course if entry.act in _WITH_COURSE or entry.case is None else None
    event = event_of(entry.act, who, today, desk, words=entry.words.strip(), course=course)
    put_to: tuple[Person, ...] = ()
    if entry.act in {StudyAct.REQUESTED, StudyAct.CHANGED}:
        put_to = (head,) if head is not None else await find_deciders(official, today, desk)
    return replace(
        event,
        on=entry.on,
        put_to=tuple(name_head(one, today) for one in put_to),
        recorded_by=f"{by.name} ({by.code})",
        paper=entry.paper.strip(),
    )


async def _find_head(entry: Entry, official: Person, desk: Desk) -> Person | None:
    if entry.who is None:
        if entry.act in _BY_HEADS:
            raise NotEnteredError(_("Who decided it? Name the head's staff code with --who."))
        return None
    head = await desk.profiles.find_person(PersonCode(entry.who))
    if head is None:
        raise NotEnteredError(_("There is no official with the code {code} in the roster.").format(code=entry.who))
    if head.code == official.code:
        raise NotEnteredError(_("Nobody decides on their own study; --who names a head."))
    return head


async def _keep(entry: Entry, case: StudyCase | None, official: Person, event: StudyEvent, desk: Desk) -> StudyCase:
    if case is not None:
        kept = happen(case, event)
        await desk.cases.save_case(kept, records_of(kept))
        return kept
    criterion = CriterionCode(entry.criterion or "")
    made = StudyCase(official.code, criterion, entry.course or Course(""), BEGINNINGS[entry.act], (event,))
    added = await desk.cases.add_case(made, records_of(made))
    if added is None:
        found = await desk.cases.find_open(official.code, criterion)
        text = _("{name} has an open case for this criterion already: number {number}.")
        raise NotEnteredError(text.format(name=official.name, number=found.number if found is not None else "?"))
    return added
