"""What about a person must go to those above on a day: a case for each trigger and deadline. Pure; no law here."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Final

from knowledge.accountability import grace_ends_on
from knowledge.cases import Case, Trigger
from knowledge.evaluate import service_of
from knowledge.facts import CriterionCode, Person, StudyRecord
from knowledge.findings import Finding, State
from knowledge.reminders import source_of
from knowledge.retirement import has_service_left
from knowledge.rulebook import RulesOn

LACKING: Final = frozenset({State.MISSING, State.EXPIRED, State.NOT_RECOGNISED})
"""States in which something is certainly lacking; what waits for HR or for a rule is nobody's fault above or below."""


def list_cases(
    person: Person,
    findings: Iterable[Finding],
    rules: RulesOn,
    *,
    is_reachable: bool,
    offered: frozenset[CriterionCode] = frozenset(),
) -> tuple[Case, ...]:
    """The cases of a person on the day, each once; none for who lacks nothing.

    `offered` are criteria for which a head has offered to send the person to study, who has not answered yet: that
    is a decision of the head.
    """
    lacking = [one for one in findings if one.state in LACKING and one.criterion is not None]
    if not lacking:
        return ()
    policy = rules.library.policy.escalation
    grouped: dict[tuple[Trigger, str], list[CriterionCode]] = defaultdict(list)
    for one in lacking:
        source = source_of(one, rules.day)
        if source is None or one.days_left is None or one.criterion is None:
            continue
        if one.days_left < 0:
            grouped[Trigger.OVERDUE, source].append(one.criterion)
        elif one.days_left <= policy.undecided_days_before and not (
            one.criterion in offered or is_decided(person.study, one.criterion, rules)
        ):
            grouped[Trigger.UNDECIDED, source].append(one.criterion)
        if not is_reachable and one.days_left <= policy.unreachable_days_before:
            grouped[Trigger.UNREACHABLE, source].append(one.criterion)
    for asked in person.study:
        if is_unanswered(asked, rules):
            about = [one.criterion for one in lacking if one.criterion and asked.criterion in {None, one.criterion}]
            if about:
                grouped[Trigger.UNANSWERED, f"{asked.requested_on}/{asked.criterion or '*'}"] = about
    return tuple(
        Case(person.code, trigger, subject, tuple(sorted(set(criteria))))
        for (trigger, subject), criteria in sorted(grouped.items())
    )


def is_decided(study: Sequence[StudyRecord], criterion: CriterionCode, rules: RulesOn) -> bool:
    """Whether somebody has decided, not too long ago, to send the person to study for this criterion or not to."""
    holds = timedelta(days=rules.library.policy.escalation.study_decision_holds_days)
    return any(
        decided_on is not None and rules.day - holds <= decided_on <= rules.day
        for one in study
        if one.criterion in {None, criterion}
        for decided_on in (one.assigned_on, one.refused_on)
    )


def is_unanswered(asked: StudyRecord, rules: RulesOn) -> bool:
    """Whether this request to study was left without an answer beyond its grace."""
    if asked.requested_on is None or asked.requested_on > rules.day:
        return False
    answers = (asked.answered_on, asked.assigned_on, asked.refused_on)
    if any(day is not None and day <= rules.day for day in answers):
        return False
    grace = rules.library.policy.study_answer_grace_working_days
    return rules.day > grace_ends_on(asked.requested_on, rules.calendar, grace)


def told_consequence(person: Person, finding: Finding, rules: RulesOn) -> str | None:
    """The consequence of a finding's deadline, where it may be told of this person.

    One with words of removal is told only of whom a dated duty with such words covers: managed by that body, a leader
    where it asks for one, and with as many years of service left on the day of the deadline.
    """
    said = finding.consequence
    if said is None or not _speaks_of_removal(said, rules):
        return said
    territory = rules.territory_of(person.unit)
    for document in rules.library.documents.values():
        if not (document.binds(territory) and document.is_in_force_on(rules.day)):
            continue
        for point in document.points:
            duty = point.duty
            if duty is None or point.consequence is None or not _speaks_of_removal(point.consequence, rules):
                continue
            if person.managed_by not in duty.managed_by or (duty.leaders_only and not person.is_leader):
                continue
            if duty.service_left_years is None or _still_serves(person, duty.service_left_years, finding, rules):
                return said
    return None


def _speaks_of_removal(text: str, rules: RulesOn) -> bool:
    folded = text.casefold()
    return any(words.casefold() in folded for words in rules.library.policy.escalation.removal_words)


def _still_serves(person: Person, years: int, finding: Finding, rules: RulesOn) -> bool:
    on: date = finding.deadline or rules.day
    return has_service_left(service_of(person, rules).retires_on, years, on)
