"""What one credential counts as for one criterion on one day, and on which rule that rests.

The order of judging is recognition, then level, then validity (contracts, §7 rules 2-6 and §8.3). Where no loaded row
settles it, a ruling of HR that is in force and reaches the unit does.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from dateutil.relativedelta import relativedelta

from knowledge.credentials import Criterion, Kind
from knowledge.documents import Citation
from knowledge.facts import Credential, DocumentId, LevelCode, RecognitionRow, Ruling, TerritoryCode, UnitCode
from knowledge.findings import Reason, State
from knowledge.levels import direct_level, is_within, read_level
from knowledge.library import NormativeConversion
from knowledge.rulebook import RulesOn

# What no loaded row has settled. A kind that carries its level itself, or that the State converts, is only open to a
# ruling where a proof is missing; any other kind also where no row is loaded or fits.
_NO_PROOF = frozenset({Reason.ISSUE_DATE_UNKNOWN, Reason.COURSE_START_UNPROVEN})
_NO_ROW = _NO_PROOF | {Reason.INSTRUMENT_NOT_LOADED, Reason.NO_ROW_FITS, Reason.LEVEL_UNREADABLE}

Window = RecognitionRow | Ruling  # a level range, an issue window and months of validity
Rule = Window | NormativeConversion


@dataclass(frozen=True, slots=True)
class Judgement:
    """How one credential fares: its state, the level it counts as, the reason, its last valid day, what decided.

    `rule` is the row, ruling or conversion that it was judged by; None where it carries its level itself, or where no
    rule is known or fits.
    """

    credential: Credential
    state: State
    reason: Reason
    counts_as: LevelCode | None = None
    valid_to: date | None = None
    basis: tuple[Citation, ...] = ()
    would_decide: tuple[Citation, ...] = ()
    rule: Rule | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a credential: this criterion, at least this level, in this territory, by the rules of a day.

    `unit` is the unit in which its holder serves; None where nobody is known.
    """

    criterion: Criterion
    required: LevelCode
    territory: TerritoryCode
    rules: RulesOn
    unit: UnitCode | None = None


def judge(credential: Credential, asked: Question) -> Sequence[Judgement]:
    """Every way in which rules let this credential be judged as if it were verified; the caller takes the best.

    Empty where the credential is about something else.
    """
    kind = asked.rules.library.kinds[credential.kind]
    if not asked.rules.may_bear(asked.criterion.code, kind.code, asked.territory):
        return ()
    conversion = asked.rules.find_conversion(kind.code, asked.criterion.code)
    if conversion is not None:
        judged, unsettled = list(_judge_by_conversion(credential, kind, conversion, asked)), _NO_PROOF
    elif kind.is_direct and kind.criterion == asked.criterion.code:
        judged, unsettled = list(_judge_direct(credential, kind, asked)), _NO_PROOF
    else:
        judged, unsettled = list(_judge_by_rows(credential, kind, asked)), _NO_ROW
    rulings = asked.rules.rulings_on(asked.criterion.code, kind.code)
    if rulings and all(one.reason in unsettled for one in judged):
        ruled = _judge_by_ruling(credential, kind, rulings, asked)
        return [ruled] if ruled is not None else judged
    return judged


def judge_unlisted(credential: Credential, asked: Question) -> Judgement:
    """A credential of a kind that the library does not know: no row fits it, or no table is loaded that could."""
    loaded = asked.rules.recognition_rows(asked.criterion.code, asked.territory)
    if not loaded:
        return _judge_without_instrument(credential, asked)
    cited = tuple(dict.fromkeys(asked.rules.library.cite_loosely(row.document, None) for row in loaded))
    return Judgement(credential, State.NOT_RECOGNISED, Reason.NO_ROW_FITS, basis=cited)


def _judge_by_ruling(
    credential: Credential, kind: Kind, rulings: Sequence[Ruling], asked: Question
) -> Judgement | None:
    """What the latest fitting ruling says; where only the day of issue is missing to tell, that it is missing."""
    reaching = [one for one in rulings if asked.rules.reaches(one, asked.territory, asked.unit)]
    levelled = [one for one in reaching if _level_fits(credential, kind, one, asked)]
    for ruling in levelled:
        cited = (asked.rules.library.cite(DocumentId(ruling.id)),)
        if _window_needs_date(ruling, credential):
            return Judgement(credential, State.UNDETERMINED, Reason.ISSUE_DATE_UNKNOWN, basis=cited, rule=ruling)
        if not _is_issued_within(ruling, credential):
            continue
        if ruling.counts_as is None:
            return Judgement(credential, State.NOT_RECOGNISED, Reason.RULED_OUT, basis=cited, rule=ruling)
        return _judge_level_and_validity(credential, ruling.counts_as, ruling, cited, asked)
    return None


def _judge_by_conversion(
    credential: Credential, kind: Kind, conversion: NormativeConversion, asked: Question
) -> Iterator[Judgement]:
    basis = (asked.rules.library.cite(conversion.document, conversion.point),)
    if asked.criterion.rank(asked.required) > asked.criterion.rank(conversion.counts_as):
        # Too low whenever it was issued; but what it counts as is only known of one issued before that day.
        is_proven = credential.issued_on is not None and credential.issued_on < conversion.issued_before
        counts_as = conversion.counts_as if is_proven else None
        yield Judgement(credential, State.MISSING, Reason.LEVEL_TOO_LOW, counts_as, basis=basis, rule=conversion)
    elif credential.issued_on is None:
        yield Judgement(credential, State.UNDETERMINED, Reason.ISSUE_DATE_UNKNOWN, basis=basis, rule=conversion)
    elif credential.issued_on < conversion.issued_before:
        judged = _judge_level_and_validity(credential, conversion.counts_as, None, basis, asked)
        yield replace(judged, rule=conversion)
    else:
        fitting = _fitting_rows(credential, kind, asked)
        for row in fitting:
            yield _judge_by_row(credential, row, asked)
        if not fitting:
            reason = Reason.COURSE_START_UNPROVEN
            yield Judgement(credential, State.UNDETERMINED, reason, basis=basis, rule=conversion)


def _judge_direct(credential: Credential, kind: Kind, asked: Question) -> Iterator[Judgement]:
    """A direct kind carries its level; a loaded row for it decides its issue window and validity."""
    level = direct_level(kind, asked.criterion, credential.level)
    if level is None:
        yield Judgement(credential, State.UNDETERMINED, Reason.LEVEL_UNREADABLE)
        return
    rows = [row for row in _rows_of_kind(kind, asked) if _level_fits(credential, kind, row, asked)]
    if not rows:
        yield _judge_level_and_validity(credential, level, None, (), asked)
        return
    for row in rows:
        cited = (asked.rules.library.cite_loosely(row.document, None),)
        if _window_needs_date(row, credential):
            yield Judgement(credential, State.UNDETERMINED, Reason.ISSUE_DATE_UNKNOWN, basis=cited, rule=row)
        elif _is_issued_within(row, credential):
            yield _judge_level_and_validity(credential, level, row, cited, asked)
        else:
            yield Judgement(credential, State.NOT_RECOGNISED, Reason.NO_ROW_FITS, basis=cited, rule=row)


def _judge_by_rows(credential: Credential, kind: Kind, asked: Question) -> Iterator[Judgement]:
    is_about_this = kind.criterion == asked.criterion.code
    loaded = asked.rules.recognition_rows(asked.criterion.code, asked.territory)
    if not loaded:
        if is_about_this:
            yield _judge_without_instrument(credential, asked)
        return
    cited = tuple(dict.fromkeys(asked.rules.library.cite_loosely(row.document, None) for row in loaded))
    if is_about_this and _is_unreadable(credential, kind, asked):
        yield Judgement(credential, State.UNDETERMINED, Reason.LEVEL_UNREADABLE, basis=cited)
        return
    fitting = _fitting_rows(credential, kind, asked)
    for row in fitting:
        yield _judge_by_row(credential, row, asked)
    if not fitting and (is_about_this or _rows_of_kind(kind, asked)):
        undated = [row for row in _rows_of_kind(kind, asked) if _is_undated_fit(credential, kind, row, asked)]
        if undated:
            named = tuple(dict.fromkeys(asked.rules.library.cite_loosely(row.document, None) for row in undated))
            yield Judgement(credential, State.UNDETERMINED, Reason.ISSUE_DATE_UNKNOWN, basis=named, rule=undated[0])
        elif is_about_this:
            yield Judgement(credential, State.NOT_RECOGNISED, Reason.NO_ROW_FITS, basis=cited)


def _judge_without_instrument(credential: Credential, asked: Question) -> Judgement:
    deciders = asked.rules.recognition_deciders(asked.criterion.code, asked.territory)
    would_decide = tuple(asked.rules.library.cite(one.document) for one in deciders)
    return Judgement(
        credential,
        State.UNDETERMINED,
        Reason.INSTRUMENT_NOT_LOADED,
        basis=would_decide,
        would_decide=would_decide,
    )


def _judge_by_row(credential: Credential, row: RecognitionRow, asked: Question) -> Judgement:
    cited = (asked.rules.library.cite_loosely(row.document, None),)
    return _judge_level_and_validity(credential, row.counts_as, row, cited, asked)


def _judge_level_and_validity(
    credential: Credential, level: LevelCode, row: Window | None, basis: tuple[Citation, ...], asked: Question
) -> Judgement:
    if asked.criterion.rank(level) < asked.criterion.rank(asked.required):
        return Judgement(credential, State.MISSING, Reason.LEVEL_TOO_LOW, level, basis=basis, rule=row)
    if row is not None and _counts_from_unknown_day(row, credential):
        return Judgement(credential, State.UNDETERMINED, Reason.ISSUE_DATE_UNKNOWN, level, basis=basis, rule=row)
    valid_to = last_valid_day(credential, row)
    state, reason = _validity(valid_to, asked.rules)
    return Judgement(credential, state, reason, level, valid_to, basis, rule=row)


def last_valid_day(credential: Credential, row: Window | None) -> date | None:
    """The credential's own last day, else the row's months counted from the day of issue; None = no end."""
    if credential.expires_on is not None:
        return credential.expires_on
    if row is None or row.months_valid is None or credential.issued_on is None:
        return None
    return _months_after(credential.issued_on, row.months_valid)


@lru_cache(maxsize=8192)
def _months_after(day: date, months: int) -> date:
    return day + relativedelta(months=months)


def _validity(valid_to: date | None, rules: RulesOn) -> tuple[State, Reason]:
    if valid_to is None:
        return State.MET, Reason.SATISFIES
    if valid_to < rules.day:
        return State.EXPIRED, Reason.EXPIRED
    if (valid_to - rules.day).days <= rules.library.policy.expiring_within_days:
        return State.EXPIRING, Reason.EXPIRES_SOON
    return State.MET, Reason.SATISFIES


def _rows_of_kind(kind: Kind, asked: Question) -> tuple[RecognitionRow, ...]:
    return asked.rules.rows_of_kind(asked.criterion.code, kind.code, asked.territory)


def _fitting_rows(credential: Credential, kind: Kind, asked: Question) -> list[RecognitionRow]:
    return [
        row
        for row in _rows_of_kind(kind, asked)
        if _level_fits(credential, kind, row, asked)
        and not _window_needs_date(row, credential)
        and _is_issued_within(row, credential)
    ]


def _is_undated_fit(credential: Credential, kind: Kind, row: RecognitionRow, asked: Question) -> bool:
    return _level_fits(credential, kind, row, asked) and _window_needs_date(row, credential)


def _level_fits(credential: Credential, kind: Kind, row: Window, asked: Question) -> bool:
    if row.level_from is None and row.level_to is None:
        return True
    level = read_level(kind, asked.criterion, credential.level)
    return level is not None and is_within(kind, asked.criterion, level, row.level_from, row.level_to)


def _is_unreadable(credential: Credential, kind: Kind, asked: Question) -> bool:
    """A level that a rule for this kind must read but that is blank or not of the kind's scale."""
    needs_level = any(row.level_from is not None or row.level_to is not None for row in _rows_of_kind(kind, asked))
    return needs_level and read_level(kind, asked.criterion, credential.level) is None


def _window_needs_date(row: Window, credential: Credential) -> bool:
    has_window = row.issued_from is not None or row.issued_to is not None
    return credential.issued_on is None and has_window


def _counts_from_unknown_day(row: Window, credential: Credential) -> bool:
    """A validity in months can only be counted from a known day of issue, unless the certificate names its last day."""
    return row.months_valid is not None and credential.issued_on is None and credential.expires_on is None


def _is_issued_within(row: Window, credential: Credential) -> bool:
    if credential.issued_on is None:
        return True
    return (row.issued_from is None or row.issued_from <= credential.issued_on) and (
        row.issued_to is None or credential.issued_on <= row.issued_to
    )
