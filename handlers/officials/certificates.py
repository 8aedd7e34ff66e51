"""Does this certificate count, as what, until when, and by which rule? For the visitor, or in general."""

from collections.abc import Sequence

from handlers import next_steps
from handlers.asking import Choice
from handlers.background import describe_background
from handlers.case_words import (
    describe_case,
    describe_direct_kinds,
    describe_manner,
    describe_not_loaded,
    describe_rows,
    describe_verdict,
)
from handlers.cases import (
    Case,
    basis_of,
    cases_of,
    criteria_needing_recognition,
    finding_of,
    is_without_instrument,
    mentioned_kinds,
    needs_recognition,
    own_case,
    unlisted_case,
    what_asks_for,
)
from handlers.contacts import describe_contact
from handlers.officials.gaps import asks_what_is_needed, list_my_gaps
from handlers.officials.position import describe_deciders
from handlers.phrases import _, show_day
from handlers.reply import Line, Outcome, Reply
from handlers.ruling_words import describe_rulings, list_rulings
from handlers.stating import state
from handlers.visit import Visit, criteria_asked
from handlers.why_subjects import why, why_certificate
from handlers.wording import name_cited, name_criterion
from knowledge.evaluate import evaluate
from knowledge.facts import CriterionCode, Person, RecognitionRow
from knowledge.findings import Finding, State

_MOST_KINDS_OFFERED = 2
_MOST_RULINGS = 6


def judge_certificates(visit: Visit) -> Reply:
    """Does this certificate count? Asks which one where the question names none."""
    if visit.person is not None and visit.elsewhere is None and asks_what_is_needed(visit):
        return list_my_gaps(visit, visit.person)
    if visit.meaning is not None and visit.meaning.no_credential is not None and not visit.subject:
        return _deny(visit.meaning.no_credential, visit)
    mentions = mentioned_kinds(visit)
    unlisted = [unlisted_case(one, visit) for one in visit.meaning.unlisted_tests] if visit.meaning is not None else []
    if not mentions and not unlisted:
        if visit.named.criteria:
            return list_recognised(visit, visit.named.criteria)
        return list_my_certificates(visit, visit.person) if visit.person is not None else list_recognised(visit, ())
    cases = [*unlisted, *(case for mention in mentions for case in cases_of(mention, visit))]
    if not cases:
        return _unknown_kind(visit)
    return _reply(cases, visit)


def list_my_certificates(visit: Visit, person: Person) -> Reply:
    """Which of the certificates on my record count?"""
    cases = [case for one in person.credentials if (case := own_case(one, visit)) is not None]
    if not cases:
        return Reply(
            title=_("No certificate is on record for you."),
            lines=(describe_contact(visit),),
            choices=(next_steps.how_to_hand_in(), next_steps.my_gaps(), next_steps.my_position()),
        )
    lines = [*(describe_verdict(case, visit) for case in cases), *describe_manner(visit)]
    if any(is_without_instrument(case) for case in cases):
        lines.append(describe_contact(visit))
    return Reply(
        title=_("The certificates on your record, as of {day}").format(day=show_day(visit.on)),
        lines=tuple(lines),
        choices=(why(), next_steps.my_gaps(), next_steps.how_to_hand_in(), next_steps.my_position()),
        outcome=Outcome.NO_BASIS if all(is_without_instrument(case) for case in cases) else Outcome.ANSWERED,
        findings=tuple(finding_of(case, visit) for case in cases if case.judged is not None),
    )


def _deny(paper: str, visit: Visit) -> Reply:
    """A paper that proves no level of anything: no, and what decides which papers do."""
    lines: list[Line] = []
    for code in criteria_asked(visit) or criteria_needing_recognition(visit)[:1]:
        about = name_criterion(visit.rules.library, code).lower()
        text = _("{paper} is no diploma or certificate of {criterion} and cannot stand in for one.")
        said = text.format(paper=paper, criterion=about)
        basis = what_asks_for(code, visit)
        rows = visit.rules.recognition_rows(code, visit.territory)
        if rows:
            basis = tuple(dict.fromkeys(visit.rules.library.cite_loosely(row.document, None) for row in rows))
            where = ", ".join(name_cited(visit.rules.library, cite) for cite in basis)
            said = " ".join([said, _("It fits no row of {document}.").format(document=where)])
        lines.append(state(said, basis, visit) if basis else Line(said))
        if not rows and needs_recognition(code, visit):
            lines.append(describe_not_loaded(code, visit))
    lines.append(describe_contact(visit))
    return Reply(
        title=_("{paper}: no, it does not count. As of {day}").format(paper=paper, day=show_day(visit.on)),
        lines=tuple(lines),
        choices=_next_steps(visit),
    )


def list_recognised(visit: Visit, criteria: Sequence[CriterionCode]) -> Reply:
    """Which certificates are recognised for a criterion here? The visitor's own of a named criterion come first."""
    library = visit.rules.library
    wanted = [code for code in criteria if code in library.criteria] or criteria_needing_recognition(visit)
    own = _own_cases(criteria, visit)
    lines = [describe_verdict(case, visit) for case in own]
    is_held = any(not is_without_instrument(case) for case in own)
    for code in wanted:
        rows = _reaching(visit.rules.recognition_rows(code, visit.territory), visit)
        direct = [kind.name for kind in library.kinds.values() if kind.is_direct and kind.criterion == code]
        if rows:
            is_held = True
            lines += describe_rows(rows, visit)
        elif needs_recognition(code, visit):
            lines.append(describe_not_loaded(code, visit))
        if needs_recognition(code, visit) and (criteria or not rows):
            lines += describe_background(visit, code, ())  # whether a kind is still issued stands in no table
        rulings = list_rulings(code, None, visit)
        if rulings:
            is_held = True
            lines += describe_rulings(rulings[:_MOST_RULINGS], visit)
        if direct:
            is_held = is_held or not needs_recognition(code, visit)
            lines.append(describe_direct_kinds(code, direct, visit))
    lines += [*describe_manner(visit), describe_contact(visit)]
    return Reply(
        title=_title_of_list(wanted, visit),
        lines=tuple(lines),
        choices=(*_kind_choices(wanted, visit), next_steps.my_gaps()),
        outcome=Outcome.ANSWERED if is_held else Outcome.NO_BASIS,
        findings=tuple(finding_of(case, visit) for case in own if case.judged is not None),
    )


def _reaching(rows: Sequence[RecognitionRow], visit: Visit) -> list[RecognitionRow]:
    """The rows that give at least the level asked about; all where none is."""
    level, criteria = visit.named.level, visit.rules.library.criteria
    return [
        row
        for row in rows
        if level not in {one.code for one in criteria[row.criterion].levels}
        or criteria[row.criterion].rank(row.counts_as) >= criteria[row.criterion].rank(level)
    ]


def _title_of_list(wanted: Sequence[CriterionCode], visit: Visit) -> str:
    level = visit.named.level
    levelled = [visit.rules.library.criteria[code] for code in wanted]
    name = next((one.level_name(level) for one in levelled if level in {known.code for known in one.levels}), None)
    if name is None:
        return _("Which certificates count, as of {day}").format(day=show_day(visit.on))
    return _("Which certificates count as {level} or higher, as of {day}").format(level=name, day=show_day(visit.on))


def _own_cases(criteria: Sequence[CriterionCode], visit: Visit) -> list[Case]:
    if visit.person is None:
        return []
    cases = [own_case(one, visit) for one in visit.person.credentials]
    return [case for case in cases if case is not None and case.criterion.code in criteria]


def _reply(cases: Sequence[Case], visit: Visit) -> Reply:
    lines: list[Line] = []
    for case in cases:
        lines += describe_case(case, visit)
    missing = [case for case in cases if is_without_instrument(case) and not _is_told_by_rulings(case, visit)]
    if any(_is_without_rule(case, visit) for case in cases):
        lines.append(describe_deciders(visit.managed_by, visit))
    if any(case.judged is None or case.judged.state in {State.UNDETERMINED, State.NOT_RECOGNISED} for case in cases):
        lines.append(describe_contact(visit, cases[0].criterion.code))
    return Reply(
        title=_title(cases, visit),
        lines=tuple(lines),
        choices=(*_why(cases, visit), *_next_steps(visit)),
        outcome=Outcome.NO_BASIS if missing and len(missing) == len(cases) else Outcome.ANSWERED,
        findings=(
            *(finding_of(case, visit) for case in cases if case.judged is not None),
            *_findings_of_refused(cases, visit),
        ),
    )


def _findings_of_refused(cases: Sequence[Case], visit: Visit) -> tuple[Finding, ...]:
    """How the visitor stands where a certificate of their own, asked about, was refused or is not yet issued."""
    if visit.person is None or visit.elsewhere is not None:
        return ()
    criteria = {case.criterion.code for case in cases if case.is_own and case.judged is None}
    criteria -= {case.criterion.code for case in cases if case.judged is not None}
    return tuple(one for one in evaluate(visit.person, visit.rules) if one.criterion in criteria) if criteria else ()


def _is_without_rule(case: Case, visit: Visit) -> bool:
    """Whether a certificate is said to carry its level itself and no standard is known that asks for the level."""
    judged = case.judged
    if judged is None or case.required is not None or judged.state not in {State.MET, State.EXPIRING}:
        return False
    return case.kind.is_direct and not basis_of(case, visit)


def _is_told_by_rulings(case: Case, visit: Visit) -> bool:
    """Whether a kind asked about without a level has rulings that say from which level it counts."""
    return case.credential.level is None and bool(list_rulings(case.criterion.code, case.kind.code, visit))


def _why(cases: Sequence[Case], visit: Visit) -> tuple[Choice, ...]:
    """The chain behind the verdict: of the visitor's own record where it is on it, else of the certificate as asked.

    There is none to show for a kind that the library does not know.
    """
    case = cases[0]
    if visit.rules.library.kinds[case.kind.code].criterion is None:
        return ()
    if visit.person is not None and case.credential in visit.person.credentials:
        return (why(case.criterion.code),)
    issued = case.credential.issued_on or case.issue.year
    return (why_certificate(case.kind.code, case.credential.level, issued),)


def _title(cases: Sequence[Case], visit: Visit) -> str:
    names = ", ".join(dict.fromkeys(case.kind.name for case in cases))
    return _("{certificates}: does it count? As of {day}").format(certificates=names, day=show_day(visit.on))


def _unknown_kind(visit: Visit) -> Reply:
    return Reply(
        title=_("Which certificate do you mean?"),
        lines=(
            Line(
                _("Please name the kind, the level or score and the day of issue, for example: IELTS 5.0, 12/05/2024.")
            ),
        ),
        choices=_next_steps(visit),
    )


def _next_steps(visit: Visit) -> tuple[Choice, ...]:
    if visit.person is None:
        return next_steps.link_account(), next_steps.all_documents(), next_steps.whom_to_ask()
    return next_steps.my_gaps(), next_steps.my_certificates(), next_steps.how_to_hand_in()


def _kind_choices(criteria: Sequence[CriterionCode], visit: Visit) -> tuple[Choice, ...]:
    kinds = [
        kind
        for code in criteria
        for kind in visit.rules.library.kinds.values()
        if kind.criterion == code and not kind.is_direct
    ]
    return tuple(next_steps.certificate(kind.code, kind.name) for kind in kinds[:_MOST_KINDS_OFFERED])
