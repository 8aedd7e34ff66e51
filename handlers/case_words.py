"""Judged certificates in words, with their basis. Pure."""

from collections.abc import Iterable, Sequence

from handlers.background import describe_background, describe_issuing
from handlers.cases import (
    Case,
    at_required_level,
    basis_of,
    find_shared_level,
    is_level_asked,
    is_loose,
    is_without_instrument,
    may_be_on_record,
    mentioned_kinds,
    requirement_of,
    what_defines,
)
from handlers.phrases import _, show_day
from handlers.reply import Background, Line, Statement
from handlers.ruling_words import as_ruled, describe_rulings, list_rulings
from handlers.stating import state
from handlers.verdicts import explain_undetermined
from handlers.visit import Visit
from handlers.wording import name_cited, name_credential, name_criterion, name_document_fully, name_level
from knowledge.facts import CredentialStatus, CriterionCode, RecognitionRow, Ruling
from knowledge.findings import Held, Reason, State
from knowledge.library import Library
from knowledge.recognition import Judgement
from knowledge.understanding.entities.manners import Manner, find_manners

_MOST_ROWS = 6
_MONTHS = 12  # of a year


def describe_case(case: Case, visit: Visit) -> list[Line]:
    lines = _ask_which_level(case, visit) if _is_without_level(case) else [describe_verdict(case, visit)]
    if case.judged is not None and case.judged.reason is Reason.ISSUE_DATE_UNKNOWN:
        lines += _describe_by_date(case, visit)
    rows = [
        one for one in visit.rules.recognition_rows(case.criterion.code, visit.territory) if one.kind == case.kind.code
    ]
    if rows and _leaves_open(case):
        lines += describe_rows(rows, visit)
    if _leaves_open(case) or is_without_instrument(case):
        told = {str(cite.document) for cite in lines[0].cites}
        rulings = list_rulings(case.criterion.code, case.kind.code, visit)
        lines += describe_rulings([one for one in rulings if one.id not in told], visit)
    if case.required is None and visit.person is not None:
        lines.append(_not_required(case, visit))
    if is_without_instrument(case):
        lines += describe_cautions(case.criterion.code, visit)
    is_settled = case.required is not None and case.judged is not None and case.judged.state is State.MET
    if is_without_instrument(case) or not (rows or is_settled):
        said = {cite for line in lines for cite in line.cites}
        background = describe_background(visit, case.criterion.code, (case.credential,))
        lines += [line for line in background if not said.issuperset(line.cites)]
    elif not case.is_own and case.credential.issued_on is None:
        lines += describe_issuing(case.kind.code, case.criterion.code, visit)
    return [*lines, *_close(visit)] if case.is_last else lines


def _close(visit: Visit) -> list[Line]:
    """What is said once of all the certificates of a question, behind the last of them."""
    return [*_tell_which_of_level(visit), *_ask_which_of_subject(visit), *describe_manner(visit)]


def _tell_which_of_level(visit: Visit) -> list[Line]:
    """That a mere level was named, which several kinds carry: the paper itself tells which line is meant."""
    level = find_shared_level(visit)
    if level is not None:
        text = _(
            "{level} stands on several kinds of certificate: the name printed on it tells which line above is meant."
        )
        return [Line(text.format(level=level.upper()))]
    if any(is_loose(one, visit) for one in mentioned_kinds(visit)):
        text = _("Where another name is printed on it, such as VSTEP, it is another kind: ask again with that name.")
        return [Line(text)]
    return []


def _ask_which_of_subject(visit: Visit) -> list[Line]:
    """What must be known of certificates that the question names beside others, by their subject alone."""
    codes = dict.fromkeys(code for one in mentioned_kinds(visit) for code in one.beside)
    text = _("Which certificate of {criterion} is meant is not said: please ask again with its name, level and day.")
    return [Line(text.format(criterion=name_criterion(visit.rules.library, code).lower())) for code in codes]


def describe_manner(visit: Visit) -> list[Line]:
    """What cannot be said of certificates got online, or bought; the verdicts above look at neither."""
    manners = find_manners(visit.text)
    if Manner.BOUGHT in manners:
        text = _(
            "This is about certificates got by study and a test; one that was bought is not judged here. HR checks"
            " certificates with whoever issued them."
        )
        return [Line(text)]
    if Manner.ONLINE in manners:
        text = _(
            "No document in the library says anything about studying or being tested online or at a distance: please"
            " ask whoever recognises the certificate, or HR."
        )
        return [Line(text)]
    return []


def _is_without_level(case: Case) -> bool:
    """Whether only a kind is asked about, whose level decides; nobody's record is meant."""
    judged = case.judged
    is_level_missing = judged is not None and judged.reason is Reason.LEVEL_UNREADABLE
    return not case.is_own and case.credential.level is None and is_level_missing


def _ask_which_level(case: Case, visit: Visit) -> list[Line]:
    """Which level is needed, and what comes of that level on the day told; the rows of the table say the rest."""
    requirement = requirement_of(case, visit)
    if case.required is None or not requirement:
        return [Line(_("Please say which level or score stands on it: whether it counts depends on that."))]
    text = _("Please say which level or score stands on it; your position requires at least {level}.")
    level = name_level(visit.rules.library, case.criterion.code, case.required)
    lines: list[Line] = [state(text.format(level=level), requirement, visit)]
    levelled = at_required_level(case, visit)
    return lines if levelled is None else [*lines, describe_verdict(levelled, visit)]


def _leaves_open(case: Case) -> bool:
    """Whether the rows of the table must be seen to know what would count."""
    judged = case.judged
    if judged is None or (case.credential.level is None and judged.state not in {State.MET, State.EXPIRING}):
        return True
    return judged.state is State.NOT_RECOGNISED or judged.reason is Reason.ISSUE_DATE_UNKNOWN


def describe_verdict(case: Case, visit: Visit) -> Line:
    judged = case.judged
    credential = name_case(case, visit)
    if judged is None:  # a matter of the record or the calendar, whatever the rules say
        return Line(_not_counted_now(case, credential), is_item=True)
    cites = basis_of(case, visit)
    if judged.state in {State.MET, State.EXPIRING, State.MISSING}:  # these say what is required, too
        cites = tuple(dict.fromkeys((*cites, *requirement_of(case, visit))))
    text = _verdict(case, judged, credential, visit)
    if judged.state is not State.UNDETERMINED:
        text = as_ruled(text, judged.basis, visit.rules.library)
    return state(text, cites, visit, is_item=True) if cites else Line(text, is_item=True)


def _verdict(case: Case, judged: Judgement, credential: str, visit: Visit) -> str:
    library = visit.rules.library
    level = name_level(library, case.criterion.code, judged.counts_as)
    about = name_criterion(library, case.criterion.code).lower()
    match judged.state:
        case State.MET | State.EXPIRING:
            text = _("{credential} counts as {criterion}: {level}.")
            if not basis_of(case, visit):  # no rule known here makes it count; what stands on it is a fact all the same
                text = _("{credential} carries its level itself: {criterion}, {level}.")
            text = text.format(credential=credential, criterion=about, level=level)
            said = [text, _validity(case, judged), _against_requirement(case, visit)]
            return " ".join(sentence for sentence in said if sentence)
        case State.PENDING:
            text = _("{credential} is waiting to be verified; then it will count as {criterion}: {level}.")
            text = text.format(credential=credential, criterion=about, level=level)
            return " ".join(sentence for sentence in (text, _validity(case, judged)) if sentence)
        case State.EXPIRED:
            text = _("{credential} counted as {criterion}: {level}, but only until {day}; it no longer counts.")
            if judged.valid_to is None:  # the year of issue alone leaves the day of its end open
                text = _("{credential} counted as {criterion}: {level}, but its time is over; it no longer counts.")
            day = show_day(judged.valid_to) if judged.valid_to is not None else "–"
            ended = text.format(credential=credential, criterion=about, level=level, day=day)
            return " ".join(sentence for sentence in (ended, _months(case, judged)) if sentence)
        case State.NOT_RECOGNISED if judged.reason is Reason.RULED_OUT:
            text = _("{credential} does not count as {criterion}.")
            return text.format(credential=credential, criterion=about)
        case State.NOT_RECOGNISED:
            text = _("{credential} does not count as {criterion}: it fits no row of {document}.")
            where = ", ".join(name_cited(library, cite) for cite in judged.basis)
            return text.format(credential=credential, criterion=about, document=where)
        case State.MISSING if judged.counts_as is None:
            return _("Not met: {credential} is not enough.").format(credential=credential)
        case State.MISSING:
            text = _("{credential} counts only as {criterion}: {level}, lower than {required}.")
            required = name_level(library, case.criterion.code, case.required)
            return text.format(credential=credential, criterion=about, level=level, required=required)
        case _:
            held = Held(case.credential.kind, case.credential.level, judged.counts_as, judged.reason)
            return explain_undetermined(held, credential, judged.would_decide, library)


def _months(case: Case, judged: Judgement) -> str:
    """How long a certificate counts from its day of issue, by the row that it was judged by, and so until when."""
    months = judged.rule.months_valid if isinstance(judged.rule, RecognitionRow) else None
    if months is None:
        return ""
    year = case.issue.year
    if judged.valid_to is not None or year is None:
        return _("It counts for {n} months from the day of issue, then it is out of date.").format(n=months)
    last = year * _MONTHS + (case.issue.month or _MONTHS) - 1 + months
    end = f"{last % _MONTHS + 1:02d}/{last // _MONTHS}"
    text = _("It counts for {n} months from the day of issue: it was out of date after {end} at the latest.")
    return text.format(n=months, end=end)


def name_case(case: Case, visit: Visit) -> str:
    """The certificate as asked about, with its day or at least its year of issue."""
    asked = case.credential
    name = name_credential(visit.rules.library, asked.kind, asked.level, asked.issued_on)
    said = case.issue
    if asked.issued_on is not None or said.year is None:
        return name
    if said.month is not None:
        text = _("{credential}, issued in {month}/{year}")
        return text.format(credential=name, month=said.month, year=said.year)
    return _("{credential}, issued in {year}").format(credential=name, year=said.year)


def _describe_by_date(case: Case, visit: Visit) -> list[Line]:
    """Both answers of the State's own conversion where the day of issue was not told."""
    conversion = visit.rules.find_conversion(case.kind.code, case.criterion.code)
    if conversion is None:
        return []
    cite = (visit.rules.library.cite(conversion.document, conversion.point),)
    level = name_level(visit.rules.library, case.criterion.code, conversion.counts_as)
    day = show_day(conversion.issued_before)
    before = _("Issued before {day}: counts as {level}.").format(day=day, level=level)
    after = _("Issued on or after {day}: not yet decided. {proof}").format(day=day, proof=conversion.proof_needed)
    return [state(text, cite, visit, is_item=True) for text in (before, after)]


def describe_rows(rows: Iterable[RecognitionRow], visit: Visit) -> list[Line]:
    shown = list(rows)
    lines: list[Line] = [_describe_row(row, visit) for row in shown[:_MOST_ROWS]]
    if len(shown) > _MOST_ROWS:
        more = len(shown) - _MOST_ROWS
        lines.append(Line(_("and {n} more rows; name a certificate to see its own.").format(n=more)))
    return lines


def _describe_row(row: RecognitionRow, visit: Visit) -> Statement | Background:
    cite = visit.rules.library.cite_loosely(row.document, None)
    return state(name_row(row, visit.rules.library), (cite,), visit, is_item=True)


def name_row(row: RecognitionRow, library: Library) -> str:
    """A row of a recognition table in a sentence."""
    is_exact = row.level_from is not None and row.level_from == row.level_to
    parts = [name_credential(library, row.kind, row.level_from if is_exact else None, None)]
    low, high = _name_bound(row, row.level_from, library), _name_bound(row, row.level_to, library)
    if low and high and not is_exact:
        parts.append(_("from {low} to {high}").format(low=low, high=high))
    elif low and not is_exact:
        parts.append(_("from {low}").format(low=low))
    elif high and not is_exact:
        parts.append(_("up to {high}").format(high=high))
    if row.issued_from is not None:
        parts.append(_("issued from {day}").format(day=show_day(row.issued_from)))
    if row.issued_to is not None:
        parts.append(_("issued until {day}").format(day=show_day(row.issued_to)))
    text = _("{certificate}: counts as {level}").format(
        certificate=", ".join(parts), level=name_level(library, row.criterion, row.counts_as)
    )
    if row.months_valid is not None:
        text += _(", valid {n} months from the day of issue").format(n=row.months_valid)
    else:
        text += _(", with no time limit")
    return f"{text}."


def _name_bound(row: RecognitionRow, level: str | None, library: Library) -> str:
    """One end of a row as people say it: a level by its name, a score as it is; empty for an open end."""
    if level is None:
        return ""
    kind, criterion = library.kinds[row.kind], library.criteria[row.criterion]
    code = criterion.find_level(level) if kind.is_direct else None
    if code is not None:
        return criterion.level_name(code)
    return next((one.name for one in kind.scale.levels if one.code == level), level)


def _validity(case: Case, judged: Judgement) -> str:
    if judged.valid_to is None:
        return _without_end(case, judged)
    if judged.state is State.EXPIRING:
        return _("It counts only until {day}.").format(day=show_day(judged.valid_to))
    return _("It counts until {day}.").format(day=show_day(judged.valid_to))


def _without_end(case: Case, judged: Judgement) -> str:
    """That nothing ends it, where that is known; silence where only the day of issue could tell."""
    rule = judged.rule
    if isinstance(rule, RecognitionRow | Ruling):
        return _("No time limit is set for it.") if rule.months_valid is None else ""
    if rule is not None or not case.is_own:
        return ""
    return _("No day of expiry is on record for it.")


def _against_requirement(case: Case, visit: Visit) -> str:
    if case.required is None:
        return ""
    required = name_level(visit.rules.library, case.criterion.code, case.required)
    is_absent = visit.person is not None and not case.is_own and not may_be_on_record(case, visit)
    if is_level_asked(case, visit):
        text = _("Held against the level that you ask about ({level}): it is enough.")
        if is_absent:
            text = _(
                "It is not on your record and is judged as if you held it. Held against the level that you ask about"
                " ({level}): it would be enough."
            )
        return text.format(level=required)
    if is_absent:
        text = _("It is not on your record and is judged as if you held it: required is {level}, it would be enough.")
        return text.format(level=required)
    return _("Required is {level}: it is enough.").format(level=required)


def _not_counted_now(case: Case, credential: str) -> str:
    if case.credential.status is CredentialStatus.REJECTED:
        return _("{credential} does not count: it was rejected when it was checked.").format(credential=credential)
    if case.credential.status is CredentialStatus.WAITING:
        return _("{credential} is waiting to be verified; even then it would not be enough.").format(
            credential=credential
        )
    return _("{credential} does not count on this day: it was issued later.").format(credential=credential)


def _not_required(case: Case, visit: Visit) -> Line:
    """The visitor's position does not ask for this criterion, or its standards are not known."""
    library, person = visit.rules.library, visit.person
    standards = visit.rules.standards_for(person.position_group, visit.territory) if person is not None else {}
    if standards:
        cites = [library.cite_loosely(one.document, None) for one in standards.values()]
        text = _("Your position does not require {criterion}.")
        about = name_criterion(library, case.criterion.code).lower()
        return state(text.format(criterion=about), cites, visit)
    return Line(_("What level your position requires is not in the library."))


def describe_not_loaded(code: CriterionCode, visit: Visit) -> Line:
    """Which instrument would decide for a criterion here, and that it is not loaded."""
    library = visit.rules.library
    deciders = visit.rules.recognition_deciders(code, visit.territory)
    about = name_criterion(library, code)
    if not deciders:
        return Line(
            _("{criterion}: the library holds no document of this territory on which certificates count.").format(
                criterion=about
            ),
            is_item=True,
        )
    decider = deciders[0]
    document = library.get_document(decider.document)
    text = _("{criterion}: settled by {document}, whose table is not in the library yet.")
    if document.text_held:
        text = _("{criterion}: settled by {document}; its text is in the library, but its table has not been loaded.")
    text = text.format(criterion=about, document=name_document_fully(document))
    if decider.caution:
        text = f"{text} {decider.caution}"
    cites = [library.cite(decider.document)]
    if decider.named_in is not None:
        cites.append(library.cite(decider.named_in, decider.named_in_point))
    return state(text, cites, visit, is_item=True)


def describe_cautions(code: CriterionCode, visit: Visit) -> list[Line]:
    """What must be said with the name of the instrument that would decide: its limits, and who names it."""
    library = visit.rules.library
    lines: list[Line] = []
    for decider in visit.rules.recognition_deciders(code, visit.territory):
        if decider.caution:
            named_in = () if decider.named_in is None else (library.cite(decider.named_in, decider.named_in_point),)
            lines.append(state(decider.caution, (*named_in, library.cite(decider.document)), visit))
    return lines


def describe_direct_kinds(code: CriterionCode, names: Sequence[str], visit: Visit) -> Line:
    """The kinds that carry their level themselves."""
    library = visit.rules.library
    kinds = {kind.code for kind in library.kinds.values() if kind.is_direct and kind.criterion == code}
    text = _("{criterion}: these carry their level themselves: {certificates}.").format(
        criterion=name_criterion(library, code), certificates=", ".join(names)
    )
    defining = what_defines(kinds, library)
    return state(text, defining, visit, is_item=True) if defining else Line(text, is_item=True)
