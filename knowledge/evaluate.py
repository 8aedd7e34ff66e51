"""The verdict: for one person and one day, where they stand on every criterion that their position requires."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from knowledge.accountability import find_accountable
from knowledge.demands import Demand, demands_on, names_post, place_of, reaches_unit
from knowledge.documents import Citation
from knowledge.facts import (
    Credential,
    CredentialStatus,
    CriterionCode,
    Exemption,
    Person,
    ReviewRound,
    TerritoryCode,
    UnitCode,
)
from knowledge.findings import NO_GAP, Finding, Held, Reason, State
from knowledge.recognition import Judgement, Question, judge
from knowledge.retirement import has_service_left
from knowledge.rulebook import RulesOn

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
_ENOUGH = (State.MET, State.EXPIRING)


@dataclass(frozen=True, slots=True)
class Service:
    """Where a person serves on the day: unit in force, its territory, and when they retire."""

    unit: UnitCode
    territory: TerritoryCode
    retires_on: date


def service_of(person: Person, rules: RulesOn) -> Service:
    """The person's unit, territory and retirement day as seen on the day of the question."""
    place = place_of(person.unit, rules)
    return Service(place.unit, place.territory, rules.retirement_of(person.born_on, person.gender))


def evaluate(person: Person, rules: RulesOn) -> tuple[Finding, ...]:
    """All verdicts for a person on the day of `rules`, in the order of the criteria (contracts, §7 and §8).

    Empty for someone past retirement. One finding without criterion where no standard is loaded for the position.
    """
    service = service_of(person, rules)
    if service.retires_on < rules.day:
        return ()
    demands = demands_on(person, place_of(person.unit, rules), rules)
    if not demands:
        return (_without_standards(person, service, rules),)
    return tuple([_evaluate_one(person, service, demand, rules) for demand in demands.values()])


def evaluate_criterion(person: Person, criterion: CriterionCode | None, rules: RulesOn) -> Finding | None:
    """The one of all verdicts that is about this criterion, or None; without judging the others."""
    service = service_of(person, rules)
    if service.retires_on < rules.day:
        return None
    demands = demands_on(person, place_of(person.unit, rules), rules)
    if not demands:
        return _without_standards(person, service, rules) if criterion is None else None
    demand = demands.get(criterion) if criterion is not None else None
    return _evaluate_one(person, service, demand, rules) if demand is not None else None


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


def _evaluate_one(person: Person, service: Service, demand: Demand, rules: RulesOn) -> Finding:
    standard = demand.standard
    exemption = find_exemption(person.exemptions, standard.criterion, rules) if person.exemptions else None
    if exemption is not None:
        return Finding(
            person=person.code,
            unit=service.unit,
            criterion=standard.criterion,
            required=standard.minimum,
            state=State.EXEMPT,
            reason=Reason.EXEMPTED,
            basis=(demand.required_by, rules.library.cite_loosely(exemption.document, exemption.point)),
        )
    accountable = demand.unanswered
    if person.study:
        accountable = find_accountable(person.study, standard.criterion, service.territory, rules)
    best = best_judgement(person.credentials, demand.asked)
    state = best.state if best is not None else State.MISSING
    deadline = demand.find_deadline(service.retires_on) if state not in NO_GAP else None
    if deadline is None:
        return Finding(
            person=person.code,
            unit=service.unit,
            criterion=standard.criterion,
            required=standard.minimum,
            state=state,
            held=_held(best) if best is not None else None,
            reason=best.reason if best is not None else None,
            accountable=accountable,
            basis=_based_on(demand.basis, best),
            would_decide=best.would_decide if best is not None else (),
        )
    due = deadline.due
    return Finding(
        person=person.code,
        unit=service.unit,
        criterion=standard.criterion,
        required=standard.minimum,
        state=state,
        held=_held(best) if best is not None else None,
        reason=best.reason if best is not None else None,
        deadline=due.day,
        deadline_included=due.is_included,
        days_left=deadline.days_left,
        safe_day=deadline.safe_day,
        round=due.round,
        consequence=due.consequence,
        accountable=accountable,
        basis=_based_on(deadline.basis, best),
        deadline_basis=due.basis,
        would_decide=best.would_decide if best is not None else (),
    )


def _based_on(known: tuple[Citation, ...], best: Judgement | None) -> tuple[Citation, ...]:
    """What requires it, then what decided, then what sets the day; `known` are the first and the last."""
    if best is None or not best.basis:
        return known
    return tuple(dict.fromkeys((known[0], *best.basis, *known[1:])))


def is_for(review: ReviewRound, person: Person, service: Service, rules: RulesOn) -> bool:
    """Whether a round is for posts and units like this person's, however long they still serve."""
    return names_post(review, person) and reaches_unit(review, service.unit, service.territory, rules)


def leaves_time(review: ReviewRound, service: Service) -> bool:
    """Whether the person still serves as many years as the round asks for, if it asks for any."""
    years = review.service_left_from_years
    return years is None or has_service_left(service.retires_on, years, review.deadline)


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
    bears = asked.rules.bearing(asked.criterion.code, asked.territory)
    judged = [one for credential in credentials if bears[credential.kind] for one in judge_as_filed(credential, asked)]
    if len(judged) > 1:
        return min(judged, key=lambda one: _place(one, asked))
    return judged[0] if judged else None


def judge_as_filed(credential: Credential, asked: Question) -> Sequence[Judgement]:
    """How a credential fares given its status and issue date.

    A rejected one, or one issued later, never counts; a waiting one is pending where it would satisfy, else ignored.
    """
    if credential.status is CredentialStatus.REJECTED:
        return []
    if credential.issued_on is not None and credential.issued_on > asked.rules.day:
        return []
    judged = judge(credential, asked)
    if credential.status is CredentialStatus.VERIFIED:
        return judged
    waiting = Reason.WAITING_FOR_VERIFICATION
    return [
        Judgement(credential, State.PENDING, waiting, one.counts_as, one.valid_to, one.basis, rule=one.rule)
        for one in judged
        if one.state in _ENOUGH
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
