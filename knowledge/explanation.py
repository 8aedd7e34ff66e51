"""Why a verdict is as it is: what is required, every credential looked at and how each fared, by which rule. Pure.

The chain is built anew from the same rules that reach the verdict, so that it can never tell another story.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from knowledge.evaluate import best_judgement, evaluate, find_exemption, judge_as_filed, service_of
from knowledge.facts import Credential, CredentialStatus, CriterionCode, Exemption, Person, TitleStandard
from knowledge.findings import Finding
from knowledge.recognition import Judgement, Question, judge
from knowledge.rulebook import RulesOn


class Fate(StrEnum):
    """What became of a credential before any rule could let it count."""

    JUDGED = "judged"
    REJECTED = "rejected"  # when it was checked
    ISSUED_LATER = "issued_later"  # than the day asked about
    WAITING_IN_VAIN = "waiting_in_vain"  # verified, it would still not be enough


@dataclass(frozen=True, slots=True)
class Considered:
    """One credential that was looked at. `judged` is how rules judge it; for one waiting in vain as if verified.

    `decides`: the verdict stands on this one.
    """

    credential: Credential
    fate: Fate
    judged: Judgement | None = None
    decides: bool = False


@dataclass(frozen=True, slots=True)
class Chain:
    """The links of one verdict. `standard` None: nothing is loaded that requires anything of the position."""

    finding: Finding
    standard: TitleStandard | None = None
    exemption: Exemption | None = None
    considered: tuple[Considered, ...] = ()


def explain(person: Person, rules: RulesOn, criteria: Iterable[CriterionCode] = ()) -> tuple[Chain, ...]:
    """The chains of the person's verdicts on the day, only of these criteria where any of them is judged.

    Empty for someone past retirement.
    """
    findings = evaluate(person, rules)
    wanted = set(criteria)
    return tuple(
        _chain_of(one, person, rules) for one in [one for one in findings if one.criterion in wanted] or findings
    )


def consider(credentials: Iterable[Credential], asked: Question) -> tuple[Considered, ...]:
    """Every credential that is about the question and how it fared; the one that decides first."""
    given = tuple(credentials)
    best = best_judgement(given, asked)
    looked = [one for credential in given if (one := _consider_one(credential, asked, best)) is not None]
    return tuple(sorted(looked, key=lambda one: (not one.decides, one.fate is not Fate.JUDGED)))


def _chain_of(finding: Finding, person: Person, rules: RulesOn) -> Chain:
    if finding.criterion is None:
        return Chain(finding)
    service = service_of(person, rules)
    standard = rules.standards_for(person.position_group, service.territory)[finding.criterion]
    exemption = find_exemption(person.exemptions, finding.criterion, rules)
    if exemption is not None:
        return Chain(finding, standard, exemption)
    criterion = rules.library.criteria[finding.criterion]
    asked = Question(criterion, standard.minimum, service.territory, rules, service.unit)
    return Chain(finding, standard, considered=consider(person.credentials, asked))


def _consider_one(credential: Credential, asked: Question, best: Judgement | None) -> Considered | None:
    filed = judge_as_filed(credential, asked)
    if filed:
        decides = best is not None and any(one == best for one in filed)
        return Considered(credential, Fate.JUDGED, best if decides else best_judgement([credential], asked), decides)
    if not _is_about(credential, asked):
        return None
    if credential.status is CredentialStatus.REJECTED:
        return Considered(credential, Fate.REJECTED)
    if credential.issued_on is not None and credential.issued_on > asked.rules.day:
        return Considered(credential, Fate.ISSUED_LATER)
    return Considered(credential, Fate.WAITING_IN_VAIN, next(iter(judge(credential, asked)), None))


def _is_about(credential: Credential, asked: Question) -> bool:
    return asked.rules.library.kinds[credential.kind].criterion == asked.criterion.code
