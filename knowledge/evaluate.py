"""The verdict: for one person and one day, where they stand on every criterion that their position requires."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from knowledge.accountability import find_accountable
from knowledge.deadlines import Due
from knowledge.documents import Citation
from knowledge.facts import (
    Credential,
    CredentialStatus,
    CriterionCode,
    Exemption,
    Person,
    ReviewRound,
    TerritoryCode,
    TitleStandard,
    Unit,
    UnitCode,
)
from knowledge.findings import Finding, Held, Reason, State
from knowledge.recognition import Judgement, Question, judge
from knowledge.retirement import has_service_left
from knowledge.rulebook import LiveDuty, RulesOn

# Which verdict wins when several credentials are judged (contracts, §7 rule 7).
_BEST_FIRST = (
    State.MET,
    State.EXPIRING,
    State.PENDING,
    State.UNDETERMINED,
    State.EXPIRED,
    State.NOT_RECOGNISED,
    State.MISSING,
)
_NOTHING_DUE = (State.MET, State.EXPIRING, State.EXEMPT)


@dataclass(frozen=True, slots=True)
class Service:
    """Where a person serves on the day: unit in force, its territory, and when they retire."""

    unit: UnitCode
    territory: TerritoryCode
    retires_on: date


def service_of(person: Person, rules: RulesOn) -> Service:
    """The person's unit, territory and retirement day as seen on the day of the question."""
    unit: Unit | None = rules.find_unit(person.unit)
    return Service(
        unit=unit.code if unit is not None else person.unit,
        territory=rules.territory_of(person.unit),
        retires_on=rules.retirement_of(person.born_on, person.gender),
    )


def evaluate(person: Person, rules: RulesOn) -> tuple[Finding, ...]:
    """All verdicts for a person on the day of `rules`, in the order of the criteria (contracts, §7 and §8).

    Empty for someone past retirement. One finding without criterion where no standard is loaded for the position.
    """
    service = service_of(person, rules)
    if service.retires_on < rules.day:
        return ()
    standards = rules.standards_for(person.position_group, service.territory)
    if not standards:
        return (_without_standards(person, service, rules),)
    return tuple(_evaluate_one(person, service, standard, rules) for standard in standards.values())


def evaluate_criterion(person: Person, criterion: CriterionCode | None, rules: RulesOn) -> Finding | None:
    """The one of all verdicts that is about this criterion, or None; without judging the others."""
    service = service_of(person, rules)
    if service.retires_on < rules.day:
        return None
    standards = rules.standards_for(person.position_group, service.territory)
    if not standards:
        return _without_standards(person, service, rules) if criterion is None else None
    standard = standards.get(criterion) if criterion is not None else None
    return _evaluate_one(person, service, standard, rules) if standard is not None else None


def _without_standards(person: Person, service: Service, rules: RulesOn) -> Finding:
    deciders = rules.standards_deciders(person.managed_by, service.territory)
    would_decide = tuple(rules.library.cite(one.document) for one in deciders)
    return Finding(
        person=person.code,
        unit=service.unit,
        criterion=None,
        required=None,
        state=State.UNDETERMINED,
        reason=Reason.STANDARDS_NOT_LOADED,
        basis=would_decide,
        would_decide=would_decide,
    )


def _evaluate_one(person: Person, service: Service, standard: TitleStandard, rules: RulesOn) -> Finding:
    required_by = rules.library.cite_loosely(standard.document, standard.point)
    exemption = find_exemption(person.exemptions, standard.criterion, rules)
    if exemption is not None:
        return Finding(
            person=person.code,
            unit=service.unit,
            criterion=standard.criterion,
            required=standard.minimum,
            state=State.EXEMPT,
            reason=Reason.EXEMPTED,
            basis=(required_by, rules.library.cite_loosely(exemption.document, exemption.point)),
        )
    criterion = rules.library.criteria[standard.criterion]
    asked = Question(criterion, standard.minimum, service.territory, rules, service.unit)
    best = best_judgement(person.credentials, asked)
    if best is not None and best.state in _NOTHING_DUE:  # as most are
        return Finding(
            person=person.code,
            unit=service.unit,
            criterion=standard.criterion,
            required=standard.minimum,
            state=best.state,
            held=_held(best),
            reason=best.reason,
            accountable=find_accountable(person.study, standard.criterion, service.territory, rules),
            basis=tuple(dict.fromkeys((required_by, *best.basis))) if best.basis else (required_by,),
            would_decide=best.would_decide,
        )
    state = best.state if best is not None else State.MISSING
    due = find_due(person, service, standard, rules)
    basis = [required_by, *(best.basis if best is not None else ()), *((due.basis,) if due is not None else ())]
    return Finding(
        person=person.code,
        unit=service.unit,
        criterion=standard.criterion,
        required=standard.minimum,
        state=state,
        held=_held(best) if best is not None else None,
        reason=best.reason if best is not None else None,
        deadline=due.day if due is not None else None,
        deadline_included=due.is_included if due is not None else True,
        days_left=(due.last_day - rules.day).days if due is not None else None,
        safe_day=rules.safe_day(due.last_day) if due is not None else None,
        round=due.round if due is not None else None,
        consequence=due.consequence if due is not None else None,
        accountable=find_accountable(person.study, standard.criterion, service.territory, rules),
        basis=tuple(dict.fromkeys(basis)),
        deadline_basis=due.basis if due is not None else None,
        would_decide=best.would_decide if best is not None else (),
    )


def find_due(person: Person, service: Service, standard: TitleStandard, rules: RulesOn) -> Due | None:
    """The earliest deadline that is this person's for this criterion on the day, or None (contracts, §7 rule 8)."""
    of_round = next(
        (
            due
            for review, due in _rounds_for(person, service, rules)
            if (not review.criteria or standard.criterion in review.criteria) and leaves_time(review, service)
        ),
        None,
    )
    found = [_due_of_duty(one, rules) for one in rules.live_duties if _falls_on(one, person, service, standard, rules)]
    if not found:
        return of_round
    return min([*found, of_round] if of_round is not None else found, key=_sooner)


def _sooner(due: Due) -> tuple[date, date, str]:
    return due.day, due.last_day, due.round or ""


def _rounds_for(person: Person, service: Service, rules: RulesOn) -> tuple[tuple[ReviewRound, Due], ...]:
    """The open rounds for posts and units like this person's, the soonest first: found once for all who share them."""
    known = rules.rounds_of_posts
    key = (person.position_group, person.managed_by, service.unit, service.territory)
    if key not in known:
        found = [(one, _due_of_round(one, rules)) for one in rules.open_rounds if is_for(one, person, service, rules)]
        known[key] = tuple(sorted(found, key=lambda one: _sooner(one[1])))
    return known[key]


def is_for(review: ReviewRound, person: Person, service: Service, rules: RulesOn) -> bool:
    """Whether a round is for posts and units like this person's, however long they still serve."""
    audience = review.audience
    return (
        rules.library.binds(review.document, service.territory)
        and (not audience.position_groups or person.position_group in audience.position_groups)
        and (not audience.managed_by or person.managed_by in audience.managed_by)
        and (not audience.units or _is_within(service.unit, audience.units, rules))
    )


def leaves_time(review: ReviewRound, service: Service) -> bool:
    """Whether the person still serves as many years as the round asks for, if it asks for any."""
    years = review.service_left_from_years
    return years is None or has_service_left(service.retires_on, years, review.deadline)


def _is_within(unit: UnitCode, roots: frozenset[UnitCode], rules: RulesOn) -> bool:
    """A round names units as they were when it was written: their successors stand in for them."""
    heirs = {heir.code for root in roots if (heir := rules.find_unit(root)) is not None}
    return bool(rules.units_above(unit) & (roots | heirs))


def _falls_on(live: LiveDuty, person: Person, service: Service, standard: TitleStandard, rules: RulesOn) -> bool:
    duty = live.duty
    return (
        rules.library.binds(live.document, service.territory)
        and person.managed_by in duty.managed_by
        and (person.is_leader or not duty.leaders_only)
        and standard.document == duty.standards_document
        and (duty.service_left_years is None or has_service_left(service.retires_on, duty.service_left_years, live.day))
    )


def _due_of_round(review: ReviewRound, rules: RulesOn) -> Due:
    return Due(
        day=review.deadline,
        is_included=review.deadline_included,
        basis=rules.library.cite_loosely(review.document, review.point),
        round=review.code,
        consequence=review.consequence,
    )


def _due_of_duty(live: LiveDuty, rules: RulesOn) -> Due:
    return Due(
        day=live.day,
        is_included=live.is_included,
        basis=rules.library.cite(live.document, live.point.id),
        consequence=live.point.consequence,
    )


def find_exemption(exemptions: Iterable[Exemption], criterion: CriterionCode, rules: RulesOn) -> Exemption | None:
    """The exemption from this criterion that is valid on the day, or None."""
    for exemption in exemptions:
        begun = exemption.valid_from is None or exemption.valid_from <= rules.day
        ended = exemption.valid_to is not None and exemption.valid_to < rules.day
        if exemption.criterion == criterion and begun and not ended:
            return exemption
    return None


def best_judgement(credentials: Iterable[Credential], asked: Question) -> Judgement | None:
    """The judgement that decides among these credentials, or None where none of them is about the question."""
    may_bear, criterion, territory = asked.rules.may_bear, asked.criterion.code, asked.territory
    judged = [
        one
        for credential in credentials
        if may_bear(criterion, credential.kind, territory)
        for one in judge_as_filed(credential, asked)
    ]
    if len(judged) == 1:
        return judged[0]
    return min(judged, key=lambda one: _place(one, asked), default=None)


def judge_as_filed(credential: Credential, asked: Question) -> list[Judgement]:
    """How a credential fares given its status and issue date.

    A rejected one, or one issued later, never counts; a waiting one is pending where it would satisfy, else ignored.
    """
    if credential.status is CredentialStatus.REJECTED:
        return []
    if credential.issued_on is not None and credential.issued_on > asked.rules.day:
        return []
    judged = judge(credential, asked)
    if credential.status is CredentialStatus.VERIFIED:
        return list(judged)
    enough = [one for one in judged if one.state in {State.MET, State.EXPIRING}]
    return [
        replace(one, state=State.PENDING, reason=Reason.WAITING_FOR_VERIFICATION, would_decide=()) for one in enough
    ]


def _place(judged: Judgement, asked: Question) -> tuple[int, int, int, int]:
    level = asked.criterion.rank(judged.counts_as) if judged.counts_as is not None else -1
    lasts = judged.valid_to.toordinal() if judged.valid_to is not None else date.max.toordinal()
    issued = judged.credential.issued_on.toordinal() if judged.credential.issued_on is not None else 0
    return _BEST_FIRST.index(judged.state), -level, -lasts, -issued


def _held(judged: Judgement) -> Held:
    return Held(
        kind=judged.credential.kind,
        level=judged.credential.level,
        counts_as=judged.counts_as,
        reason=judged.reason,
        issued_on=judged.credential.issued_on,
        valid_to=judged.valid_to,
    )


def basis_of(findings: Iterable[Finding]) -> tuple[Citation, ...]:
    """Everything that these findings rest on, once each."""
    return tuple(dict.fromkeys(cite for finding in findings for cite in finding.basis))
