"""Why this verdict? The chain behind it: requirement, credential, rule, dates, each with its own basis.

Of the visitor's own verdicts, of a certificate judged in general, or of another person's for whoever may see it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from handlers import next_steps
from handlers.asking import Choice
from handlers.case_words import describe_cautions, name_case
from handlers.cases import Case, cases_of, finding_of, is_without_instrument, requirement_of
from handlers.contacts import describe_contact
from handlers.heads.others import find_other
from handlers.officials import linking
from handlers.phrases import _, show_day
from handlers.ports import Audit, Clock, Profiles
from handlers.reply import Line, Outcome, Reply
from handlers.retiring import state_by_schedule
from handlers.stating import state
from handlers.verdicts import describe_accountable, describe_deadlines
from handlers.visit import Visit
from handlers.why_subjects import read_subject, why
from handlers.why_words import Against, describe_chain, describe_considered, describe_unassigned
from handlers.wording import describe_retirement, name_criterion, name_level
from knowledge.evaluate import service_of
from knowledge.explanation import Chain, Considered, Fate, explain
from knowledge.facts import Credential, CriterionCode, Person
from knowledge.findings import Reason, State
from knowledge.rulebook import RulesOn
from knowledge.understanding.meaning import Intent, KindMention, Meaning

_MOST_CHAINS = 4
_MOST_CHOICES = 3


@dataclass(frozen=True, slots=True)
class _Subject:
    """What is to be explained: whose verdict (None: the visitor's own), which criteria, which certificates."""

    person: str | None = None
    criteria: tuple[CriterionCode, ...] = ()
    kinds: tuple[KindMention, ...] = ()


async def explain_verdict(visit: Visit, *, profiles: Profiles, audit: Audit, clock: Clock) -> Reply:
    """Why? Of what the button or the conversation points to; of the visitor's own record where it points to nothing."""
    if visit.meaning is None:
        named = read_subject(visit.subject, visit.rules.library)
        visit = replace(visit, subject="", meaning=Meaning(Intent.EXPLAIN_VERDICT, 1.0, named))
    subject = _subject_of(visit)
    if subject.person is not None:
        if visit.person is None:
            return linking.ask_to_link(visit)
        found = await find_other(visit, visit.person, subject.person, profiles=profiles, audit=audit, clock=clock)
        if isinstance(found, Reply):
            return found
        return _explain_another(found, subject, visit)
    if visit.person is not None and (not subject.kinds or _is_on_record(visit.person, subject.kinds)):
        return _explain_own(visit.person, subject, visit)
    cases = [case for mention in subject.kinds for case in cases_of(mention, visit)]
    return _explain_cases(cases, visit) if cases else _nothing_to_explain(visit)


def _subject_of(visit: Visit) -> _Subject:
    named, library = visit.named, visit.rules.library
    of_kinds = [library.kinds[one.kind].criterion for one in named.kinds]
    criteria = (*named.criteria, *(one for one in of_kinds if one is not None))
    person = named.person_words if not named.speaks_of_self else None
    return _Subject(person, tuple(dict.fromkeys(criteria)), named.kinds)


def _is_on_record(person: Person, kinds: Sequence[KindMention]) -> bool:
    """Whether the certificates asked about are those of the visitor's own record."""
    return any(
        credential.kind == one.kind and (one.level is None or one.level == credential.level)
        for one in kinds
        for credential in person.credentials
    )


def _explain_own(person: Person, subject: _Subject, visit: Visit) -> Reply:
    chains = explain(person, visit.rules, subject.criteria)
    if not chains:
        return _past_retirement(person, visit.rules)
    shown = _most_telling(chains, subject)
    lines = _not_required(chains, subject, visit)
    lines += _describe(shown, visit.rules, is_own=True)
    if any(one.finding.state in {State.UNDETERMINED, State.NOT_RECOGNISED} for one in shown):
        lines.append(describe_contact(visit))
    return Reply(
        title=_title(shown, visit.rules),
        lines=tuple(lines),
        choices=(*_others(shown, chains, visit.rules, None), next_steps.my_gaps(), next_steps.whom_to_ask())[:4],
        outcome=_outcome(shown),
        findings=tuple(one.finding for one in shown),
    )


def _explain_another(other: Person, subject: _Subject, visit: Visit) -> Reply:
    chains = explain(other, visit.rules, subject.criteria)
    if not chains:
        return _past_retirement(other, visit.rules)
    shown = _most_telling(chains, subject)
    title = _("{name} ({code}), {position}. {why}").format(
        name=other.name, code=other.code, position=other.position, why=_title(shown, visit.rules)
    )
    back = Choice(f"{other.name} ({other.code})", "person", other.code)
    return Reply(
        title=title,
        lines=tuple(_describe(shown, visit.rules, is_own=False)),
        choices=(*_others(shown, chains, visit.rules, other), back, next_steps.unit_gaps())[:4],
        outcome=_outcome(shown),
        findings=tuple(one.finding for one in shown),
    )


def _most_telling(chains: Sequence[Chain], subject: _Subject) -> list[Chain]:
    """What was asked about; where nothing was, the gaps, or all where there is none."""
    asked = [one for one in chains if one.finding.criterion in subject.criteria]
    return (asked or [one for one in chains if one.finding.is_gap] or list(chains))[:_MOST_CHAINS]


def _describe(chains: Sequence[Chain], rules: RulesOn, *, is_own: bool) -> list[Line]:
    """Every chain, then what is due and who answers, each said once for all."""
    lines = [line for one in chains for line in describe_chain(one, rules)]
    gaps = [one.finding for one in chains if one.finding.is_gap]
    lines += describe_deadlines(gaps, rules)
    blamed = [line for gap in gaps if (line := describe_accountable(gap, rules, is_own=is_own)) is not None]
    return lines + list(dict.fromkeys(blamed or describe_unassigned(gaps, rules)))


def _not_required(chains: Sequence[Chain], subject: _Subject, visit: Visit) -> list[Line]:
    """That the position asks nothing of a criterion that the question names, before what it does ask."""
    judged = {one.finding.criterion for one in chains}
    absent = [one for one in subject.criteria if one not in judged]
    if not absent or None in judged:
        return []
    names = "; ".join(name_criterion(visit.rules.library, one).lower() for one in absent)
    basis = [one.finding.basis[0] for one in chains if one.finding.basis]
    return [state(_("Your position does not require {criterion}.").format(criterion=names), basis, visit)]


def _title(chains: Sequence[Chain], rules: RulesOn) -> str:
    day = show_day(rules.day)
    named = [one.finding.criterion for one in chains if one.finding.criterion is not None]
    if len(named) == 1:
        about = name_criterion(rules.library, named[0]).lower()
        return _("Why the result on {criterion} is as it is, as of {day}").format(criterion=about, day=day)
    return _("Why the results are as they are, as of {day}").format(day=day)


def _others(shown: Sequence[Chain], chains: Sequence[Chain], rules: RulesOn, other: Person | None) -> list[Choice]:
    """One criterion alone, where several were explained at once."""
    if len(shown) == 1 and len(chains) == 1:
        return []
    alone = [one.finding.criterion for one in shown] if len(shown) > 1 else []
    labels = {one: name_criterion(rules.library, one).lower() for one in alone if one is not None}
    return [
        replace(
            why(one, person=other.code if other is not None else None),
            label=_("Why: {criterion}").format(criterion=name),
        )
        for one, name in labels.items()
    ][:_MOST_CHOICES]


def _outcome(chains: Sequence[Chain]) -> Outcome:
    undecided = all(one.finding.reason is Reason.STANDARDS_NOT_LOADED for one in chains)
    return Outcome.NO_BASIS if undecided else Outcome.ANSWERED


def _explain_cases(cases: Sequence[Case], visit: Visit) -> Reply:
    """A certificate judged in general, or one that is not on the visitor's record."""
    lines: list[Line] = []
    for case in cases:
        lines += _describe_case(case, visit)
    if any(case.judged is None or case.judged.state in {State.UNDETERMINED, State.NOT_RECOGNISED} for case in cases):
        lines.append(describe_contact(visit, cases[0].criterion.code))
    without = [case for case in cases if is_without_instrument(case)]
    names = ", ".join(dict.fromkeys(case.kind.name for case in cases))
    text = _("Why {certificates} counts or does not, as of {day}")
    return Reply(
        title=text.format(certificates=names, day=show_day(visit.on)),
        lines=tuple(lines),
        choices=(next_steps.all_documents(), next_steps.whom_to_ask(), next_steps.help_me())
        if visit.person is None
        else (next_steps.my_gaps(), next_steps.my_certificates(), next_steps.whom_to_ask()),
        outcome=Outcome.NO_BASIS if len(without) == len(cases) else Outcome.ANSWERED,
        findings=tuple(finding_of(case, visit) for case in cases if case.judged is not None),
    )


def _describe_case(case: Case, visit: Visit) -> list[Line]:
    required_by = requirement_of(case, visit)
    lines: list[Line] = []
    if case.required is not None:
        level = name_level(visit.rules.library, case.criterion.code, case.required)
        if required_by:
            lines.append(state(_("Your position requires {level}.").format(level=level), required_by, visit))
        else:
            lines.append(Line(_("Held against the level asked about: {level}.").format(level=level)))
    against = Against(case.criterion, case.required, required_by, visit.territory, visit.rules)
    lines += describe_considered(_considered(case.credential, case, visit), against, name_case(case, visit))
    if is_without_instrument(case):
        lines += describe_cautions(case.criterion.code, visit)
    return lines


def _considered(credential: Credential, case: Case, visit: Visit) -> Considered:
    if case.judged is not None:
        return Considered(credential, Fate.JUDGED, case.judged, decides=True)
    is_later = credential.issued_on is not None and credential.issued_on > visit.on
    return Considered(credential, Fate.ISSUED_LATER if is_later else Fate.REJECTED)


def _past_retirement(person: Person, rules: RulesOn) -> Reply:
    service = service_of(person, rules)
    return Reply(
        title=_("As of {day} the retirement day has passed: there is no result to explain.").format(
            day=show_day(rules.day)
        ),
        lines=(state_by_schedule(describe_retirement(service.retires_on, rules.day), rules, service.territory),),
        choices=(next_steps.service_left(), next_steps.whom_to_ask()),
    )


def _nothing_to_explain(visit: Visit) -> Reply:
    """Nobody is known and nothing was said before that could be explained: say how to get there."""
    reply = linking.ask_to_link(visit)
    text = _("Or name a certificate with its level and day of issue; why it counts or not can be told to anybody.")
    return replace(reply, lines=(*reply.lines, Line(text)))
