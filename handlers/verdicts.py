"""A verdict in words: where a person stands on each criterion, why, by when, and on which basis. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date

from handlers.phrases import _, show_day
from handlers.reply import Line
from handlers.wording import (
    count_days,
    name_cited,
    name_credential,
    name_criteria,
    name_criterion,
    name_document_fully,
    name_level,
)
from knowledge.documents import Citation
from knowledge.findings import Accountable, Finding, Held, Reason, State
from knowledge.library import Library
from knowledge.rulebook import RulesOn


def describe_gaps(findings: Iterable[Finding], rules: RulesOn) -> list[Line]:
    """One line per gap with its reason, then the deadlines they share."""
    gaps = [one for one in findings if one.is_gap]
    return [describe_finding(one, rules) for one in gaps] + describe_deadlines(gaps, rules)


def describe_finding(finding: Finding, rules: RulesOn) -> Line:
    """Where the person stands on one criterion and why, with what it rests on."""
    library = rules.library
    if finding.criterion is None:
        return Line(explain_state(finding, library), finding.basis, is_item=True)
    requirement = _("{criterion}: {level} is required.").format(
        criterion=name_criterion(library, finding.criterion),
        level=name_level(library, finding.criterion, finding.required),
    )
    cites = tuple(cite for cite in finding.basis if cite != finding.deadline_basis or cite == finding.basis[0])
    return Line(f"{requirement} {explain_state(finding, library)}", cites, is_item=True)


def explain_state(finding: Finding, library: Library) -> str:
    """The state and its reason in one or two sentences."""
    if finding.criterion is None:
        return _standards_not_loaded(finding, library)
    held = finding.held
    if finding.state is State.EXEMPT:
        return _("Exempt by {document}.").format(document=name_cited(library, finding.basis[-1]))
    if held is None:
        return _("Not met: no credential on record counts for this criterion.")
    credential = name_credential(library, held.kind, held.level, held.issued_on)
    match finding.state:
        case State.MET:
            return _("Met with {credential}.").format(credential=credential)
        case State.EXPIRING:
            return _("Met with {credential}, but only until {day}: please renew it in time.").format(
                credential=credential, day=_day(held.valid_to)
            )
        case State.PENDING:
            return _("Waiting: {credential} will be enough once it has been verified.").format(credential=credential)
        case State.EXPIRED:
            return _explain_expired(held, credential)
        case State.NOT_RECOGNISED:
            return _("Not met: {credential} fits no row of the recognition table.").format(credential=credential)
        case State.MISSING:
            return _too_low(finding, held, credential, library)
        case _:
            return explain_undetermined(held, credential, finding.would_decide, library)


def _explain_expired(held: Held, credential: str) -> str:
    if held.valid_to is None:  # of its day of issue only the month or the year was told
        return _("Not met: the time of {credential} is over.").format(credential=credential)
    return _("Not met: {credential} counted only until {day}.").format(credential=credential, day=_day(held.valid_to))


def explain_undetermined(held: Held, credential: str, would_decide: Sequence[Citation], library: Library) -> str:
    """Why it cannot be said whether a credential counts, and which proof or document would settle it."""
    match held.reason:
        case Reason.ISSUE_DATE_UNKNOWN:
            return _(
                "Not yet decided: the day of issue of {credential} is not on record; please have it added."
            ).format(credential=credential)
        case Reason.COURSE_START_UNPROVEN:
            proof = next((one.proof_needed for one in library.conversions if one.kind == held.kind), "")
            return _("Not yet decided for {credential}. {proof}").format(credential=credential, proof=proof)
        case Reason.LEVEL_UNREADABLE:
            return _("Not yet decided: the level of {credential} is missing or unreadable on record.").format(
                credential=credential
            )
        case _ if would_decide:
            return _(
                "Not yet decided: whether {credential} counts is settled by {document}, "
                "whose content is not in the library."
            ).format(credential=credential, document=name_cited(library, would_decide[0]))
        case _:
            return _(
                "Not yet decided: the library holds no document of this territory "
                "that says whether {credential} counts."
            ).format(credential=credential)


def describe_deadlines(gaps: Sequence[Finding], rules: RulesOn) -> list[Line]:
    """The deadlines of these gaps, each day and basis once, with days left, the safe day and the consequence."""
    shared: dict[tuple[date, Citation, str | None], list[Finding]] = {}
    for gap in gaps:
        if gap.deadline is not None and gap.deadline_basis is not None:
            shared.setdefault((gap.deadline, gap.deadline_basis, gap.round), []).append(gap)
    lines: list[Line] = []
    for alike in sorted(shared.values(), key=lambda some: some[0].deadline or date.max):
        names = None if len(shared) == 1 else name_criteria(rules.library, alike)
        lines += describe_deadline(alike[0], rules, names)
    return lines


def describe_deadline(finding: Finding, rules: RulesOn, names: str | None = None) -> list[Line]:
    """One deadline in words; `names` says for which criteria where there are several deadlines."""
    if finding.deadline is None or finding.deadline_basis is None or finding.days_left is None:
        return []
    about = _("Deadline for {criteria}").format(criteria=names) if names else _("Deadline")
    sentences = [_deadline_sentence(about, finding)]
    if finding.safe_day is not None and finding.days_left >= 0 and finding.safe_day != _last_day(finding, rules):
        sentences.append(
            _("That last day is not a working day; the safe working day is {day}.").format(
                day=show_day(finding.safe_day)
            )
        )
    review = next((one for one in rules.book.rules.rounds if one.code == finding.round), None)
    if review is not None:
        sentences.append(_("Review round: {name}.").format(name=review.name))
    cited = (finding.deadline_basis,)
    lines = [Line(" ".join(sentences), cited)]
    if finding.consequence:
        lines.append(
            Line(
                _("If it is not completed in time: {consequence}.").format(consequence=_bare(finding.consequence)),
                cited,
            )
        )
    return lines


def describe_accountable(finding: Finding, rules: RulesOn) -> Line | None:
    """Who answers for the gap, where the record says so."""
    cite = rules.library.cite(*rules.library.accountability)
    match finding.accountable:
        case Accountable.OFFICIAL:
            return Line(_("On record you were sent to study and did not go: you answer for this yourself."), (cite,))
        case Accountable.HEAD:
            return Line(
                _(
                    "On record your request to study was refused or left "
                    "unanswered: the head of the unit answers for it."
                ),
                (cite,),
            )
        case _:
            return None


def _deadline_sentence(about: str, finding: Finding) -> str:
    day, left = show_day(finding.deadline or date.max), finding.days_left or 0
    if left < 0:
        return _("{about}: {day}, passed {days} ago and not yet closed.").format(
            about=about, day=day, days=count_days(-left)
        )
    if not finding.deadline_included:
        return _("{about}: before {day} (that day itself is too late), {days} left.").format(
            about=about, day=day, days=count_days(left)
        )
    if left == 0:
        return _("{about}: today, {day}, is the last day.").format(about=about, day=day)
    return _("{about}: {day} at the latest, {days} left.").format(about=about, day=day, days=count_days(left))


def _last_day(finding: Finding, rules: RulesOn) -> date:
    return date.fromordinal(rules.day.toordinal() + (finding.days_left or 0))


def _too_low(finding: Finding, held: Held, credential: str, library: Library) -> str:
    if finding.criterion is None or held.counts_as is None:
        return _("Not met: {credential} is not enough.").format(credential=credential)
    return _("Not met: {credential} counts as {level}, which is lower than required.").format(
        credential=credential, level=name_level(library, finding.criterion, held.counts_as)
    )


def _standards_not_loaded(finding: Finding, library: Library) -> str:
    if finding.would_decide:
        decisive = finding.would_decide[0].document
        said = _(
            "What the position requires cannot be said: the document known to decide is {document}, whose text is "
            "not in the library and whose table has not been loaded."
        ).format(document=name_document_fully(library.get_document(decisive)))
        limits = [one.caution for one in library.deciders if one.document == decisive and one.caution]
        return " ".join([said, *limits[:1]])
    return _("What the position requires cannot be said: no standards for it have been loaded.")


def _day(day: date | None) -> str:
    return show_day(day) if day is not None else "–"


def _bare(sentence: str) -> str:
    """Without its final stop, so that it can stand inside a sentence of ours."""
    return sentence.strip().rstrip(".;")
