"""A verdict in words: where a person stands on each criterion, why, by when, and on which basis. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date

from handlers.phrases import _, ngettext, show_day
from handlers.reply import Line
from handlers.ruling_words import as_ruled
from handlers.stating import Ground, find_doubt, state_for, state_on
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
from knowledge.facts import TerritoryCode
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
    if finding.criterion is None and not finding.basis:  # nothing is loaded and nothing known that would decide
        return Line(explain_state(finding, library), is_item=True)
    if finding.criterion is None:
        return state_on(explain_state(finding, library), grounds_of(finding, rules), rules, is_item=True)
    requirement = _("{criterion}: {level} is required.").format(
        criterion=name_criterion(library, finding.criterion),
        level=name_level(library, finding.criterion, finding.required),
    )
    text = f"{requirement} {explain_state(finding, library)}"
    return state_on(text, grounds_of(finding, rules), rules, is_item=True)


def territory_of(finding: Finding, rules: RulesOn) -> TerritoryCode:
    """Where the rules of a verdict must bind: where the person serves on the day, else at home."""
    return rules.territory_of(finding.unit) if finding.unit is not None else rules.book.home


def explain_state(finding: Finding, library: Library) -> str:
    """The state and its reason in one or two sentences."""
    if finding.criterion is None:
        return _standards_not_loaded(finding, library)
    held = finding.held
    if finding.state is State.EXEMPT:
        return _("Exempt by {document}.").format(document=name_cited(library, finding.basis[-1]))
    if held is None:
        return _("Not met: no credential on record counts for this criterion.")
    said = _explain_held(finding, held, library)
    return said if finding.state is State.UNDETERMINED else as_ruled(said, finding.basis, library)


def _explain_held(finding: Finding, held: Held, library: Library) -> str:
    credential = name_credential(library, held.kind, held.level, held.issued_on)
    match finding.state:
        case State.MET if held.valid_to is not None:
            text = _("Met with {credential}, which counts until {day}.")
            return text.format(credential=credential, day=_day(held.valid_to))
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
        case State.NOT_RECOGNISED if held.reason is Reason.RULED_OUT:
            return _("Not met: {credential} is not recognised.").format(credential=credential)
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
        case _ if would_decide and would_decide[0].held:
            return _(
                "Not yet decided: whether {credential} counts is settled by {document}; its text is in the library, "
                "but its table has not been loaded yet."
            ).format(credential=credential, document=name_cited(library, would_decide[0]))
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


def describe_met(findings: Iterable[Finding], rules: RulesOn) -> list[Line]:
    """The criteria that are met, in one line; those whose basis does not hold on the day in another, marked."""
    named = [one for one in findings if one.criterion is not None]
    proven = [one for one in named if not is_doubtful(one, rules)]
    doubtful = [one for one in named if is_doubtful(one, rules)]
    lines: list[Line] = []
    for alike in filter(None, (proven, doubtful)):
        text = _("Met: {criteria}.").format(criteria=name_criteria(rules.library, alike))
        lines.append(state_on(text, (ground for one in alike for ground in grounds_of(one, rules)), rules))
    return lines


def grounds_of(finding: Finding, rules: RulesOn) -> list[Ground]:
    """What the verdict itself rests on, each where it must bind; what sets its deadline is another matter."""
    territory = territory_of(finding, rules)
    first = finding.basis[:1]
    return [Ground(cite, territory) for cite in finding.basis if cite != finding.deadline_basis or cite in first]


def are_proven(lines: Iterable[Line]) -> bool:
    """Whether every verdict among these lines has its proof, so that a title may count them."""
    return not any(line.is_background for line in lines)


def title_without_proof(rules: RulesOn) -> str:
    """The title where part of what is loaded rests on a document that does not hold on the day."""
    text = _("As loaded for {day}; part of it rests on a document that does not hold here on that day")
    return text.format(day=show_day(rules.day))


def is_doubtful(finding: Finding, rules: RulesOn) -> bool:
    """Whether something that the verdict rests on does not hold on the day where it must bind."""
    return any(find_doubt(ground, rules) is not None for ground in grounds_of(finding, rules))


def describe_unasked(findings: Iterable[Finding], rules: RulesOn) -> list[Line]:
    """What is missing besides the criteria asked about, so that nobody takes an answer on one for one on all."""
    gaps = [one for one in findings if one.is_gap and one.criterion is not None]
    lines: list[Line] = []
    for alike in filter(
        None, ([one for one in gaps if is_doubtful(one, rules) is doubtful] for doubtful in (False, True))
    ):
        text = ngettext(
            "Not asked about here, {n} more item to complete or clear up: {criteria}.",
            "Not asked about here, {n} more items to complete or clear up: {criteria}.",
            len(alike),
        ).format(n=len(alike), criteria=name_criteria(rules.library, alike))
        lines.append(state_on(text, (ground for one in alike for ground in grounds_of(one, rules)), rules))
    return lines


def describe_deadlines(gaps: Sequence[Finding], rules: RulesOn, *, by_criteria: bool = False) -> list[Line]:
    """The deadlines of these gaps, each day and basis once, with days left, the safe day and the consequence.

    `by_criteria` names what has to be completed by then even where there is only one deadline.
    """
    shared: dict[tuple[date, Citation, str | None], list[Finding]] = {}
    for gap in gaps:
        if gap.deadline is not None and gap.deadline_basis is not None:
            shared.setdefault((gap.deadline, gap.deadline_basis, gap.round), []).append(gap)
    lines: list[Line] = []
    for alike in sorted(shared.values(), key=lambda some: some[0].deadline or date.max):
        names = name_criteria(rules.library, alike) if by_criteria or len(shared) > 1 else None
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
    cited, territory = (finding.deadline_basis,), territory_of(finding, rules)
    lines: list[Line] = [state_for(" ".join(sentences), cited, rules, territory)]
    if finding.consequence:
        text = _("If it is not completed in time: {consequence}.").format(consequence=_bare(finding.consequence))
        lines.append(state_for(text, cited, rules, territory))
    return lines


def describe_accountable(finding: Finding, rules: RulesOn, *, is_own: bool = True) -> Line | None:
    """Who answers for the gap, where the record says so; to the official themself, or to who asks about them."""
    match finding.accountable:
        case Accountable.OFFICIAL:
            text = _("On record the official was sent to study and did not go, and answers for it.")
            if is_own:
                text = _("On record you were sent to study and did not go: you answer for this yourself.")
        case Accountable.HEAD:
            text = _("On record the request to study was refused or left unanswered: the head of the unit answers.")
            if is_own:
                text = _(
                    "On record your request to study was refused or left unanswered: "
                    "the head of the unit answers for it."
                )
        case _:
            return None
    cite = rules.library.cite(*rules.library.accountability)
    return state_for(text, (cite,), rules, territory_of(finding, rules))


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
        document = library.get_document(decisive)
        text = _(
            "What the position requires cannot be said: the document known to decide is {document}, whose text is "
            "not in the library and whose table has not been loaded."
        )
        if document.text_held:
            text = _(
                "What the position requires cannot be said: the document known to decide is {document}; its text is in "
                "the library, but its table has not been loaded."
            )
        said = text.format(document=name_document_fully(document))
        limits = [one.caution for one in library.deciders if one.document == decisive and one.caution]
        return " ".join([said, *limits[:1]])
    return _("What the position requires cannot be said: no standards for it have been loaded.")


def _day(day: date | None) -> str:
    return show_day(day) if day is not None else "–"


def _bare(sentence: str) -> str:
    """Without its final stop, so that it can stand inside a sentence of ours."""
    return sentence.strip().rstrip(".;")
