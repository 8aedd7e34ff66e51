"""The way of a study case: who may do what when, when it counts as unanswered, and which dates verdicts read from it.

Pure. Who somebody is to a case (`Side`) is decided by the desk from the roster of the day.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from knowledge.accountability import grace_ends_on
from knowledge.chain_above import escalation_chain
from knowledge.facts import Person, PersonCode, StudyRecord, UnitCode
from knowledge.rulebook import RulesOn
from knowledge.study_cases import StudyAct, StudyCase, StudyEvent, StudyState

FARTHEST = timedelta(days=3 * 365)  # a course that begins later than that is a slip of the year


class Side(StrEnum):
    """Who somebody is to a study case."""

    OFFICIAL = "official"  # whom it concerns, never a head or HR of their own case
    HEAD = "head"  # of their unit or above
    HR = "hr"


@dataclass(frozen=True, slots=True)
class _Rule:
    """From which states an act may happen, by whom, and where it leads."""

    states: frozenset[StudyState]
    sides: frozenset[Side]
    leads_to: StudyState | None  # None: the state stays
    needs_words: bool = False
    needs_begun: bool = False  # only once the course has begun


_O, _H, _HR = Side.OFFICIAL, Side.HEAD, Side.HR
_S = StudyState
# Attending and passing are recorded by a head or HR; what the official says of it counts once one of them confirms it.
# Whoever was recorded as absent may still say that they attended, and whoever recorded it may confirm that.
RULES: Mapping[StudyAct, _Rule] = {
    StudyAct.CHANGED: _Rule(frozenset({_S.TO_CHANGE}), frozenset({_O}), _S.WAITING),
    StudyAct.SENT: _Rule(frozenset({_S.WAITING}), frozenset({_H}), _S.SENT),
    StudyAct.REFUSED: _Rule(frozenset({_S.WAITING}), frozenset({_H}), _S.REFUSED, needs_words=True),
    StudyAct.CHANGE_ASKED: _Rule(frozenset({_S.WAITING}), frozenset({_H}), _S.TO_CHANGE, needs_words=True),
    StudyAct.ACCEPTED: _Rule(frozenset({_S.PROPOSED}), frozenset({_O}), _S.SENT),
    StudyAct.DECLINED: _Rule(frozenset({_S.PROPOSED, _S.SENT}), frozenset({_O}), _S.DECLINED, needs_words=True),
    StudyAct.WITHDRAWN: _Rule(frozenset({_S.WAITING, _S.TO_CHANGE, _S.PROPOSED}), frozenset({_O, _H}), _S.WITHDRAWN),
    StudyAct.SAID_ATTENDED: _Rule(frozenset({_S.SENT, _S.NOT_ATTENDED}), frozenset({_O}), None, needs_begun=True),
    StudyAct.SAID_PASSED: _Rule(
        frozenset({_S.SENT, _S.NOT_ATTENDED, _S.ATTENDED}), frozenset({_O}), None, needs_begun=True
    ),
    StudyAct.ATTENDED: _Rule(
        frozenset({_S.SENT, _S.NOT_ATTENDED}), frozenset({_H, _HR}), _S.ATTENDED, needs_begun=True
    ),
    StudyAct.NOT_ATTENDED: _Rule(frozenset({_S.SENT}), frozenset({_H, _HR}), _S.NOT_ATTENDED, needs_begun=True),
    StudyAct.PASSED: _Rule(
        frozenset({_S.SENT, _S.NOT_ATTENDED, _S.ATTENDED}), frozenset({_H, _HR}), _S.PASSED, needs_begun=True
    ),
}
# What a case can begin with, and the state that it then has. A decision to send nobody asked for is begun by a paper.
BEGINNINGS: Mapping[StudyAct, StudyState] = {
    StudyAct.REQUESTED: StudyState.WAITING,
    StudyAct.PROPOSED: StudyState.PROPOSED,
    StudyAct.SENT: StudyState.SENT,
}
_CLAIMS = {StudyAct.SAID_ATTENDED: StudyAct.ATTENDED, StudyAct.SAID_PASSED: StudyAct.PASSED}


def needs_words(act: StudyAct) -> bool:
    """Whether this act is nothing without a reason, or without what is to be changed."""
    return act in RULES and RULES[act].needs_words


def list_acts(case: StudyCase, sides: Iterable[Side], today: date) -> tuple[StudyAct, ...]:
    """What somebody on these sides may do now, in the order of the rules."""
    own = frozenset(sides)
    return tuple(act for act in RULES if may_happen(case, act, own, today))


def may_happen(case: StudyCase, act: StudyAct, sides: Iterable[Side], today: date) -> bool:
    """Whether somebody on these sides may do this to the case as it stands."""
    rule = RULES.get(act)
    if rule is None or case.state not in rule.states or not rule.sides & frozenset(sides):
        return False
    if act is StudyAct.WITHDRAWN and not _began_it(case, sides):
        return False
    if act in _CLAIMS and last_act(case) is act:  # said already, and not yet confirmed
        return False
    return not rule.needs_begun or has_begun(case, today)


def has_begun(case: StudyCase, today: date) -> bool:
    """Whether the course has begun; one without a known first day may have."""
    return case.course.from_on is None or case.course.from_on <= today


def happen(case: StudyCase, event: StudyEvent) -> StudyCase:
    """The case once this has happened, whoever is to blame for letting it. Raises ValueError where it cannot follow."""
    rule = RULES.get(event.act)
    if rule is None or case.state not in rule.states:
        raise ValueError(f"{event.act} does not follow {case.state}")
    if rule.needs_words and not event.words.strip():
        raise ValueError(f"{event.act} needs words")
    state = rule.leads_to or case.state
    return replace(case, state=state, course=event.course or case.course, events=(*case.events, event))


def last_act(case: StudyCase) -> StudyAct | None:
    """What happened last."""
    return case.events[-1].act if case.events else None


def find_claim(case: StudyCase) -> StudyAct | None:
    """What the official says and nobody has confirmed: attended or passed; None for nothing."""
    last = last_act(case)
    return _CLAIMS.get(last) if last is not None else None


def find_request(case: StudyCase) -> StudyEvent | None:
    """The request that waits for a head, or was the last to; None for a case that a head began."""
    asked = [one for one in case.events if one.act in {StudyAct.REQUESTED, StudyAct.CHANGED}]
    return asked[-1] if asked else None


def answer_due_on(case: StudyCase, rules: RulesOn) -> date | None:
    """The last day on which the head's answer is in time; None where no head has been asked."""
    request = find_request(case)
    if case.state is not StudyState.WAITING or request is None or not request.put_to:
        return None
    return grace_ends_on(request.on, rules.calendar, rules.library.policy.study_answer_grace_working_days)


def is_unanswered(case: StudyCase, rules: RulesOn) -> bool:
    """Whether a request counts as left unanswered on the day: the grace of the policy is over."""
    due = answer_due_on(case, rules)
    return due is not None and rules.day > due


def list_deciders(
    person: Person, rules: RulesOn, heads_by_role: Mapping[UnitCode, Sequence[PersonCode]]
) -> tuple[PersonCode, ...]:
    """To whom a request of this person goes: the heads of the nearest unit that has any besides the person.

    A vacant post and a head who is the person concerned are passed over; a merged unit is its successor. A unit may
    have two heads: the one that it names, and whoever has the role there (`heads_by_role`, by unit of the roster).
    """
    named = {rung.unit: rung.head for rung in escalation_chain(person, rules) if rung.unit is not None}
    for unit in rules.line_above(person.unit):
        by_role = heads_by_role.get(unit, ())
        found = [one for one in (named.get(unit), *by_role) if one is not None and one != person.code]
        if found:
            return tuple(dict.fromkeys(found))
    return ()


def records_of(case: StudyCase) -> tuple[StudyRecord, ...]:
    """The case in the dates that verdicts read: one record for each time it was put to a head or decided."""
    records: list[StudyRecord] = []
    offered_on = next((one.on for one in case.events if one.act is StudyAct.PROPOSED), None)
    for event in case.events:
        if event.act in {StudyAct.REQUESTED, StudyAct.CHANGED}:
            if event.put_to:  # nobody can leave unanswered what was put to nobody
                records.append(StudyRecord(case.criterion, requested_on=event.on))
            continue
        is_answered = bool(records) and (records[-1].answered_on or records[-1].assigned_on) is not None
        begins = not records or (is_answered and event.act in {StudyAct.SENT, StudyAct.REFUSED})
        before = StudyRecord(case.criterion) if begins else records.pop()
        after = _carry_on(before, event, offered_on)
        if after.requested_on is not None or after.assigned_on is not None:
            records.append(after)
    return tuple(records)


def _carry_on(record: StudyRecord, event: StudyEvent, offered_on: date | None) -> StudyRecord:
    """The dates once this has happened; those of an empty record where it bears on none."""
    day = event.on
    match event.act:
        case StudyAct.CHANGE_ASKED | StudyAct.WITHDRAWN if record.requested_on is not None:
            return replace(record, answered_on=day)
        case StudyAct.REFUSED:
            return replace(record, requested_on=record.requested_on or day, refused_on=day, answered_on=day)
        case StudyAct.SENT:
            return replace(record, assigned_on=day, answered_on=day if record.requested_on is not None else None)
        case StudyAct.ACCEPTED:
            return replace(record, assigned_on=day)
        case StudyAct.DECLINED:
            return replace(record, assigned_on=record.assigned_on or offered_on or day, declined_on=day)
        case StudyAct.NOT_ATTENDED:
            return replace(record, not_attended_on=day)
        case StudyAct.ATTENDED | StudyAct.PASSED:
            return replace(record, not_attended_on=None)
        case _:
            return record


def _began_it(case: StudyCase, sides: Iterable[Side]) -> bool:
    """A request is taken back by the official, a proposal by a head."""
    beginner = Side.HEAD if case.state is StudyState.PROPOSED else Side.OFFICIAL
    return beginner in frozenset(sides)
