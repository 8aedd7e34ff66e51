"""What one credential counts as for one criterion on one day, and on which rule that rests.

The order of judging is recognition, then level, then validity (contracts, §7 rules 2-6 and §8.3). Where no loaded row
settles it, a ruling of HR that is in force and reaches the unit does.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from knowledge.credentials import Criterion, Kind
from knowledge.day_arithmetic import add_months
from knowledge.documents import Citation
from knowledge.facts import Credential, DocumentId, KindCode, LevelCode, RecognitionRow, Ruling, TerritoryCode, UnitCode
from knowledge.findings import Reason, State
from knowledge.levels import direct_level, is_within, read_level
from knowledge.library import NormativeConversion
from knowledge.rulebook import RulesOn

# What no loaded row has settled. A kind that carries its level itself, or that the State converts, is only open to a
# ruling where a proof is missing; any other kind also where no row is loaded or fits.
_NO_PROOF = frozenset({Reason.ISSUE_DATE_UNKNOWN, Reason.COURSE_START_UNPROVEN})
_NO_ROW = _NO_PROOF | {Reason.INSTRUMENT_NOT_LOADED, Reason.NO_ROW_FITS, Reason.LEVEL_UNREADABLE}

_MOST_KNOWN = 4096  # levels are written in people's own words: those that come once must not fill the memory

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


Counting = Callable[[Credential], Judgement]
Judging = Callable[[Credential], Sequence[Judgement]]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a credential: this criterion, at least this level, in this territory, by the rules of a day.

    `unit` is the unit in which its holder serves; None where nobody is known. `known` is what was found out for kinds
    and levels asked about before.
    """

    criterion: Criterion
    required: LevelCode
    territory: TerritoryCode
    rules: RulesOn
    unit: UnitCode | None = None
    known: "dict[tuple[KindCode, str | None], Judging]" = field(default_factory=dict, repr=False, compare=False)


def judge(credential: Credential, asked: Question) -> Sequence[Judgement]:
    """Every way in which rules let this credential be judged as if it were verified; the caller takes the best.

    Empty where the credential is about something else.
    """
    written = credential.kind, credential.level
    rule = asked.known.get(written)
    if rule is None:
        if len(asked.known) >= _MOST_KNOWN:
            asked.known.clear()
        rule = asked.known[written] = _rule_for(asked.rules.library.kinds[credential.kind], credential.level, asked)
    return rule(credential)


def judge_unlisted(credential: Credential, asked: Question) -> Judgement:
    """A credential of a kind that the library does not know: no row fits it, or no table is loaded that could."""
    loaded = asked.rules.recognition_rows(asked.criterion.code, asked.territory)
    if not loaded:
        return _without_instrument(asked)(credential)[0]
    return Judgement(credential, State.NOT_RECOGNISED, Reason.NO_ROW_FITS, basis=_instruments(loaded, asked))


# --- what the rules say of a kind with these words for its level, before the days of any one of them are looked at ---


def _rule_for(kind: Kind, written: str | None, asked: Question) -> Judging:
    if not asked.rules.bearing(asked.criterion.code, asked.territory)[kind.code]:
        return _not_about
    conversion = asked.rules.find_conversion(kind.code, asked.criterion.code)
    if conversion is not None:
        by_rules, unsettled = _by_conversion(kind, written, conversion, asked), _NO_PROOF
    elif kind.is_direct and kind.criterion == asked.criterion.code:
        by_rules, unsettled = _by_own_level(kind, written, asked), _NO_PROOF
    else:
        by_rules, unsettled = _by_rows(kind, written, asked), _NO_ROW
    by_ruling = _by_rulings(kind, written, asked)
    if by_ruling is None:
        return by_rules

    def judged(credential: Credential) -> Sequence[Judgement]:
        found = by_rules(credential)
        if any(one.reason not in unsettled for one in found):
            return found
        return by_ruling(credential) or found

    return judged


def _not_about(_credential: Credential) -> Sequence[Judgement]:
    return ()


def _by_rulings(kind: Kind, written: str | None, asked: Question) -> Judging | None:
    """What the latest fitting ruling says; where only the day of issue is missing to tell, that it is missing."""
    levelled = [
        (one, cited, None if one.counts_as is None else _counting_as(one.counts_as, cited, asked, one))
        for one in asked.rules.rulings_on(asked.criterion.code, kind.code)
        if asked.rules.reaches(one, asked.territory, asked.unit) and _level_fits(kind, written, one, asked)
        for cited in [(asked.rules.library.cite(DocumentId(one.id)),)]
    ]
    if not levelled:
        return None

    def judged(credential: Credential) -> Sequence[Judgement]:
        for ruling, cited, counted in levelled:
            if _window_needs_date(ruling, credential):
                unknown = Reason.ISSUE_DATE_UNKNOWN
                return (Judgement(credential, State.UNDETERMINED, unknown, basis=cited, rule=ruling),)
            if not _is_issued_within(ruling, credential):
                continue
            if counted is None:
                ruled_out = Reason.RULED_OUT
                return (Judgement(credential, State.NOT_RECOGNISED, ruled_out, basis=cited, rule=ruling),)
            return (counted(credential),)
        return ()

    return judged


def _by_conversion(kind: Kind, written: str | None, conversion: NormativeConversion, asked: Question) -> Judging:
    basis = (asked.rules.library.cite(conversion.document, conversion.point),)
    is_too_low = asked.criterion.rank(asked.required) > asked.criterion.rank(conversion.counts_as)
    as_converted = _counting_as(conversion.counts_as, basis, asked, rule=conversion)
    rows = _levelled_rows(kind, written, asked)

    def judged(credential: Credential) -> Sequence[Judgement]:
        issued_on = credential.issued_on
        is_proven = issued_on is not None and issued_on < conversion.issued_before
        if is_too_low:
            # Too low whenever it was issued; but what it counts as is only known of one issued before that day.
            counts_as = conversion.counts_as if is_proven else None
            too_low = Reason.LEVEL_TOO_LOW
            return (Judgement(credential, State.MISSING, too_low, counts_as, basis=basis, rule=conversion),)
        if is_proven:
            return (as_converted(credential),)
        unproven = Reason.ISSUE_DATE_UNKNOWN
        if issued_on is not None:
            if fitting := _judged_by(rows, credential):
                return fitting
            unproven = Reason.COURSE_START_UNPROVEN
        return (Judgement(credential, State.UNDETERMINED, unproven, basis=basis, rule=conversion),)

    return judged


def _by_own_level(kind: Kind, written: str | None, asked: Question) -> Judging:
    """A direct kind carries its level; a loaded row for it decides its issue window and validity."""
    level = direct_level(kind, asked.criterion, written)
    if level is None:
        return lambda credential: (Judgement(credential, State.UNDETERMINED, Reason.LEVEL_UNREADABLE),)
    rows = _levelled_rows(kind, written, asked, level)
    if not rows:
        as_written = _counting_as(level, (), asked)
        return lambda credential: (as_written(credential),)

    def by_row(credential: Credential, row: RecognitionRow, counted: Counting) -> Judgement:
        is_undated = _window_needs_date(row, credential)
        if not is_undated and _is_issued_within(row, credential):
            return counted(credential)
        cited = _instruments((row,), asked)
        if is_undated:
            return Judgement(credential, State.UNDETERMINED, Reason.ISSUE_DATE_UNKNOWN, basis=cited, rule=row)
        return Judgement(credential, State.NOT_RECOGNISED, Reason.NO_ROW_FITS, basis=cited, rule=row)

    return lambda credential: [by_row(credential, row, counted) for row, counted in rows]


def _by_rows(kind: Kind, written: str | None, asked: Question) -> Judging:
    is_about_this = kind.criterion == asked.criterion.code
    loaded = asked.rules.recognition_rows(asked.criterion.code, asked.territory)
    if not loaded:
        return _without_instrument(asked) if is_about_this else _not_about
    cited = _instruments(loaded, asked)
    if is_about_this and _is_unreadable(kind, written, asked):
        unreadable = Reason.LEVEL_UNREADABLE
        return lambda credential: (Judgement(credential, State.UNDETERMINED, unreadable, basis=cited),)
    rows = _levelled_rows(kind, written, asked)

    def judged(credential: Credential) -> Sequence[Judgement]:
        if fitting := _judged_by(rows, credential):
            return fitting
        undated = [row for row, _counted in rows if _window_needs_date(row, credential)]
        if undated:
            named, unknown = _instruments(undated, asked), Reason.ISSUE_DATE_UNKNOWN
            return (Judgement(credential, State.UNDETERMINED, unknown, basis=named, rule=undated[0]),)
        if is_about_this:
            return (Judgement(credential, State.NOT_RECOGNISED, Reason.NO_ROW_FITS, basis=cited),)
        return ()

    return judged


def _without_instrument(asked: Question) -> Judging:
    deciders = asked.rules.recognition_deciders(asked.criterion.code, asked.territory)
    named = tuple(asked.rules.library.cite(one.document) for one in deciders)
    reason = Reason.INSTRUMENT_NOT_LOADED
    return lambda credential: (Judgement(credential, State.UNDETERMINED, reason, basis=named, would_decide=named),)


def _counting_as(
    level: LevelCode,
    basis: tuple[Citation, ...],
    asked: Question,
    window: Window | None = None,
    rule: Rule | None = None,
) -> Counting:
    """How a credential fares that counts as this level: whether that is enough, and then until when it is valid.

    `window` counts its months; `rule` is named in its place where another rule than the window decided.
    """
    rule = window if rule is None else rule
    if asked.criterion.rank(level) < asked.criterion.rank(asked.required):
        too_low = Reason.LEVEL_TOO_LOW
        return lambda credential: Judgement(credential, State.MISSING, too_low, level, None, basis, (), rule)
    today, soon = asked.rules.day, asked.rules.library.policy.expiring_within_days

    def counted(credential: Credential) -> Judgement:
        if window is not None and _counts_from_unknown_day(window, credential):
            unknown = Reason.ISSUE_DATE_UNKNOWN
            return Judgement(credential, State.UNDETERMINED, unknown, level, None, basis, (), rule)
        valid_to = last_valid_day(credential, window)
        if valid_to is None or (valid_to - today).days > soon:
            state, reason = State.MET, Reason.SATISFIES
        elif valid_to < today:
            state, reason = State.EXPIRED, Reason.EXPIRED
        else:
            state, reason = State.EXPIRING, Reason.EXPIRES_SOON
        return Judgement(credential, state, reason, level, valid_to, basis, (), rule)

    return counted


def last_valid_day(credential: Credential, row: Window | None) -> date | None:
    """The credential's own last day, else the row's months counted from the day of issue; None = no end."""
    if credential.expires_on is not None:
        return credential.expires_on
    if row is None or row.months_valid is None or credential.issued_on is None:
        return None
    return _months_after(credential.issued_on, row.months_valid)


@lru_cache(maxsize=8192)
def _months_after(day: date, months: int) -> date:
    return add_months(day, months)


def _levelled_rows(
    kind: Kind, written: str | None, asked: Question, level: LevelCode | None = None
) -> tuple[tuple[RecognitionRow, Counting], ...]:
    """The rows of this kind that such a level fits, and how it fares as `level`, or as what the row says it counts."""
    return tuple(
        (row, _counting_as(level or row.counts_as, _instruments((row,), asked), asked, row))
        for row in asked.rules.rows_of_kind(asked.criterion.code, kind.code, asked.territory)
        if _level_fits(kind, written, row, asked)
    )


def _judged_by(rows: Iterable[tuple[RecognitionRow, Counting]], credential: Credential) -> list[Judgement]:
    return [
        counted(credential)
        for row, counted in rows
        if not _window_needs_date(row, credential) and _is_issued_within(row, credential)
    ]


def _instruments(rows: Iterable[RecognitionRow], asked: Question) -> tuple[Citation, ...]:
    return tuple(dict.fromkeys(asked.rules.library.cite_loosely(row.document, None) for row in rows))


def _level_fits(kind: Kind, written: str | None, row: Window, asked: Question) -> bool:
    if row.level_from is None and row.level_to is None:
        return True
    level = read_level(kind, asked.criterion, written)
    return level is not None and is_within(kind, asked.criterion, level, row.level_from, row.level_to)


def _is_unreadable(kind: Kind, written: str | None, asked: Question) -> bool:
    """A level that a rule for this kind must read but that is blank or not of the kind's scale."""
    rows = asked.rules.rows_of_kind(asked.criterion.code, kind.code, asked.territory)
    needs_level = any(row.level_from is not None or row.level_to is not None for row in rows)
    return needs_level and read_level(kind, asked.criterion, written) is None


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
