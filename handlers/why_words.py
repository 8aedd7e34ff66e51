"""The links of a verdict in words: requirement, credential, rule, dates, each with a basis of its own. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from handlers.case_words import name_row
from handlers.cases import what_defines
from handlers.change_words import name_state
from handlers.phrases import _, show_day
from handlers.reply import Line
from handlers.stating import state_for, state_on
from handlers.verdicts import describe_finding, explain_undetermined, grounds_of, territory_of
from handlers.wording import count_days, name_cited, name_credential, name_criterion, name_level
from knowledge.credentials import Criterion
from knowledge.documents import Citation
from knowledge.explanation import Chain, Considered, Fate
from knowledge.facts import (
    Credential,
    CredentialStatus,
    DocumentId,
    LevelCode,
    RecognitionRow,
    Ruling,
    TerritoryCode,
    TitleStandard,
)
from knowledge.findings import Accountable, Finding, Held, Reason, State
from knowledge.library import NormativeConversion
from knowledge.recognition import Judgement
from knowledge.rulebook import RulesOn

_MOST_ROWS = 3
_RESULTS = {State.MET, State.EXPIRING, State.EXPIRED, State.PENDING, State.MISSING}


@dataclass(frozen=True, slots=True)
class Against:
    """What a credential is held against: the level required, and what requires it, by the rules of a day and place."""

    criterion: Criterion
    required: LevelCode | None
    required_by: tuple[Citation, ...]
    territory: TerritoryCode
    rules: RulesOn


def describe_chain(chain: Chain, rules: RulesOn) -> list[Line]:
    """The verdict, then its links one below the other; what is due and who answers is for all chains together."""
    finding, standard, library = chain.finding, chain.standard, rules.library
    if finding.criterion is None or standard is None:
        return [describe_finding(finding, rules)]
    territory = territory_of(finding, rules)
    verdict = _("{criterion}: {state}.").format(
        criterion=name_criterion(library, finding.criterion), state=name_state(finding.state)
    )
    required_by = library.cite_loosely(standard.document, standard.point)
    lines: list[Line] = [state_on(verdict, grounds_of(finding, rules), rules)]
    lines.append(state_for(_requirement(standard, rules), (required_by,), rules, territory, is_item=True))
    if chain.exemption is not None:
        cite = library.cite_loosely(chain.exemption.document, chain.exemption.point)
        text = _("HR recorded an exemption by {document}.").format(document=name_cited(library, cite))
        return [*lines, state_for(text, (cite,), rules, territory, is_item=True)]
    against = Against(library.criteria[finding.criterion], standard.minimum, (required_by,), territory, rules)
    if not chain.considered:
        lines.append(Line(_("On record there is no degree or certificate for this criterion."), is_item=True))
    for one in chain.considered:
        lines += describe_considered(one, against)
    return lines


def describe_considered(one: Considered, against: Against, named: str | None = None) -> list[Line]:
    """One credential: what it is, by which rule it was judged, its dates, and how it fares against the requirement.

    `named` is how the question spoke of it, where that says more than the certificate alone.
    """
    named = named or _credential(one.credential, against)
    if one.judged is None or one.fate in {Fate.REJECTED, Fate.ISSUED_LATER}:
        return [Line(_without_rule(one.fate, named), is_item=True)]
    lines: list[Line] = [Line(_looked_at(one, named), is_item=True)]
    lines += _describe_rule(one.credential, one.judged, against)
    lines += _describe_dates(one.credential, one.judged, against)
    result = _result(one, against)
    if result:
        cites = tuple(dict.fromkeys((*against.required_by, *one.judged.basis)))
        lines.append(_said(result, cites, against))
    return lines


def describe_unassigned(findings: Iterable[Finding], rules: RulesOn) -> list[Line]:
    """That nobody answers yet, and by which point somebody would, where the record blames nobody."""
    for one in findings:
        if one.accountable is Accountable.UNASSIGNED:
            cite = rules.library.cite(*rules.library.accountability)
            text = _("Nobody answers for it yet: no study that was refused, left unanswered or missed is on record.")
            return [state_for(text, (cite,), rules, territory_of(one, rules))]
    return []


def _requirement(standard: TitleStandard, rules: RulesOn) -> str:
    parts = {
        "level": name_level(rules.library, standard.criterion, standard.minimum),
        "position": rules.book.group_name(standard.position_group),
        "from_day": show_day(standard.valid_from),
    }
    if standard.valid_to is None:
        return _("Required: {level} or higher for {position}, from {from_day} on.").format(**parts)
    text = _("Required: {level} or higher for {position}, from {from_day} to {to_day}.")
    return text.format(**parts, to_day=show_day(standard.valid_to))


def _credential(credential: Credential, against: Against) -> str:
    return name_credential(against.rules.library, credential.kind, credential.level, credential.issued_on)


def _without_rule(fate: Fate, named: str) -> str:
    text = _("Looked at: {credential}. It cannot be judged.")
    if fate is Fate.REJECTED:
        text = _("Looked at: {credential}. It was rejected when it was checked, so no rule is applied to it.")
    elif fate is Fate.ISSUED_LATER:
        text = _("Looked at: {credential}. It was issued after this day, so it does not count yet.")
    return text.format(credential=named)


def _looked_at(one: Considered, named: str) -> str:
    text = _("Looked at: {credential}.")
    if one.credential.status is CredentialStatus.WAITING:
        text = _("Looked at: {credential}, waiting to be verified.")
    return text.format(credential=named)


def _describe_rule(credential: Credential, judged: Judgement, against: Against) -> list[Line]:
    """The rule that decides about this credential, or why none does."""
    library = against.rules.library
    match judged.rule:
        case RecognitionRow():
            row = name_row(judged.rule, library)
            text = _("Rule, a row of {document}: {row}").format(document=judged.rule.document, row=row)
            return [_said(text, (library.cite_loosely(judged.rule.document, None),), against), *_open(judged, against)]
        case NormativeConversion():
            cite = library.cite(judged.rule.document, judged.rule.point)
            text = _("Rule of the State: {certificate} issued before {day} counts as {level}.").format(
                certificate=library.kinds[judged.rule.kind].name,
                day=show_day(judged.rule.issued_before),
                level=name_level(library, judged.rule.criterion, judged.rule.counts_as),
            )
            return [_said(text, (cite,), against), *_open(judged, against)]
        case Ruling():
            ruling = library.get_document(DocumentId(judged.rule.id))
            said = [_said(point.summary, (library.cite(ruling.id, point.id),), against) for point in ruling.points]
            return [*said, *_open(judged, against)]
        case _ if library.kinds[credential.kind].is_direct and judged.counts_as is not None:
            text = _("It carries its level itself; no table is needed.")
            return [_said(text, what_defines({credential.kind}, library), against)]
        case _:
            return [*_open(judged, against), *_rows_beside(credential, judged, against)]


def _open(judged: Judgement, against: Against) -> list[Line]:
    """Why it cannot be decided, or that it fits no row; nothing where a rule decided."""
    library = against.rules.library
    if judged.state is State.NOT_RECOGNISED and judged.reason is Reason.NO_ROW_FITS:
        where = ", ".join(dict.fromkeys(name_cited(library, cite) for cite in judged.basis))
        return [_said(_("It fits no row of {document}.").format(document=where), judged.basis, against)]
    if judged.state is not State.UNDETERMINED:
        return []
    credential = judged.credential
    held = Held(credential.kind, credential.level, judged.counts_as, judged.reason)
    text = explain_undetermined(held, _credential(credential, against), judged.would_decide, library)
    return [_said(text, judged.basis, against)]


def _rows_beside(credential: Credential, judged: Judgement, against: Against) -> list[Line]:
    """What the table does say of this kind, where the certificate fits none of it."""
    if judged.reason is not Reason.NO_ROW_FITS:
        return []
    rows = against.rules.recognition_rows(against.criterion.code, against.territory)
    library = against.rules.library
    return [
        _said(name_row(row, library), (library.cite_loosely(row.document, None),), against)
        for row in [row for row in rows if row.kind == credential.kind][:_MOST_ROWS]
    ]


def _describe_dates(credential: Credential, judged: Judgement, against: Against) -> list[Line]:
    """Until when it counts, and what says so: the certificate itself, or the months of the rule."""
    if judged.valid_to is None:
        return []
    last = show_day(judged.valid_to)
    if credential.expires_on is not None:
        return [Line(_("Its own last day, written on it: {day}.").format(day=last), is_item=True)]
    months = judged.rule.months_valid if isinstance(judged.rule, RecognitionRow | Ruling) else None
    if months is None or credential.issued_on is None:
        return []
    text = _("Validity: {n} months from {issued}, so until {day}.")
    said = text.format(n=months, issued=show_day(credential.issued_on), day=last)
    return [_said(said, judged.basis, against)]


def _result(one: Considered, against: Against) -> str:
    judged = one.judged
    if judged is None or judged.state not in _RESULTS:
        return ""
    library, code = against.rules.library, against.criterion.code
    level = name_level(library, code, judged.counts_as)
    required = name_level(library, code, against.required)
    day = show_day(judged.valid_to) if judged.valid_to is not None else "–"
    if one.fate is Fate.WAITING_IN_VAIN:
        return _("So: even verified it would not be enough; {required} is required.").format(required=required)
    if judged.state is State.MISSING:
        text = _("So: it counts as {level}, lower than {required}.")
        if judged.counts_as is None:
            text = _("So: it is not enough for {required}.")
        return text.format(level=level, required=required)
    if judged.state is State.EXPIRED:
        text = _("So: it counted as {level} until {day} and no longer counts.")
        if judged.valid_to is None:
            text = _("So: it counted as {level}, but its time is over.")
        return text.format(level=level, day=day)
    if judged.state is State.PENDING:
        return _("So: once verified it will count as {level}, which is enough.").format(level=level)
    if against.required is None:
        return _("So: it counts as {level}.").format(level=level)
    if judged.state is State.EXPIRING and judged.valid_to is not None:
        left = count_days((judged.valid_to - against.rules.day).days)
        text = _("So: it counts as {level}, enough for {required}, but only for {days} more.")
        return text.format(level=level, required=required, days=left)
    return _("So: it counts as {level}, enough for {required}.").format(level=level, required=required)


def _said(text: str, cites: Iterable[Citation], against: Against) -> Line:
    """Law where something is known that says so; else what the certificate or its absence shows by itself."""
    on = tuple(cites)
    return state_for(text, on, against.rules, against.territory, is_item=True) if on else Line(text, is_item=True)
