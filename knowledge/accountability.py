"""Who answers for a gap, by the point that says so, from the record of study requests and assignments."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from knowledge.calendar import WorkingCalendar
from knowledge.facts import CriterionCode, StudyRecord, TerritoryCode
from knowledge.findings import Accountable
from knowledge.rulebook import RulesOn


@dataclass(frozen=True, slots=True)
class _Blame:
    since: date
    accountable: Accountable


def find_accountable(
    study: Iterable[StudyRecord], criterion: CriterionCode, territory: TerritoryCode, rules: RulesOn
) -> Accountable | None:
    """Who answers for a gap of this criterion; what happened last stands.

    The official if they were sent to study and declined or did not attend; the head if a request or proposal was
    refused or left unanswered past the grace; otherwise nobody yet. Whoever is sent after a refusal, or after all, is
    no longer kept from studying: from then on the head answers for nothing.
    None where the point that attaches this consequence does not reach (2123/UBND-NC point 4, contracts §7 rule 10).
    """
    if not rules.has_answering(territory):
        return None
    blames = [blame for record in study if record.criterion in {None, criterion} for blame in _blames(record, rules)]
    return max(blames, key=_last).accountable if blames else Accountable.UNASSIGNED


# Of one day: whoever is sent on the day of a refusal was sent after it, and can only then have declined.
_WITHIN_A_DAY = (Accountable.HEAD, Accountable.UNASSIGNED, Accountable.OFFICIAL)


def _last(blame: _Blame) -> tuple[date, int]:
    return blame.since, _WITHIN_A_DAY.index(blame.accountable)


def grace_ends_on(requested_on: date, calendar: WorkingCalendar, grace_working_days: int) -> date:
    """The last day on which a head's answer to a study request is still in time."""
    return calendar.add_working_days(requested_on, grace_working_days)


def _blames(record: StudyRecord, rules: RulesOn) -> Iterable[_Blame]:
    if record.assigned_on is not None and record.assigned_on <= rules.day:
        yield _Blame(record.assigned_on, Accountable.UNASSIGNED)
    for happened in (record.declined_on, record.not_attended_on):
        if record.assigned_on is not None and happened is not None and happened <= rules.day:
            yield _Blame(happened, Accountable.OFFICIAL)
    if record.refused_on is not None and record.refused_on <= rules.day:
        yield _Blame(record.refused_on, Accountable.HEAD)
    elif record.requested_on is not None and record.requested_on <= rules.day:
        grace = rules.library.policy.study_answer_grace_working_days
        last_day = grace_ends_on(record.requested_on, rules.calendar, grace)
        answered_on = record.answered_on or record.assigned_on
        is_answered = answered_on is not None and answered_on <= rules.day
        if not is_answered and rules.day > last_day:
            yield _Blame(last_day, Accountable.HEAD)
