"""Certificates asked about, judged: taken from the question or from the visitor's own record. Pure."""

from calendar import monthrange
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date

from handlers.visit import Visit
from knowledge.credentials import Criterion, Kind
from knowledge.documents import Citation
from knowledge.evaluate import best_judgement, service_of
from knowledge.facts import Credential, CredentialStatus, CriterionCode, KindCode, LevelCode
from knowledge.findings import Finding, Held, Reason, State
from knowledge.levels import ReadLevel, read_level
from knowledge.library import Library
from knowledge.recognition import Judgement, Question, judge_unlisted
from knowledge.understanding.meaning import KindMention, UnlistedTest, Wish

_DEFINES = "recognition"  # the topic of guidance that says what the levels of a kind are


@dataclass(frozen=True, slots=True)
class Case:
    """One certificate asked about, what is asked of it, and how it was judged."""

    credential: Credential
    kind: Kind
    criterion: Criterion
    required: LevelCode | None
    judged: Judgement | None
    is_own: bool = False  # it stands on the visitor's record, not only in the question


def mentioned_kinds(visit: Visit) -> tuple[KindMention, ...]:
    if visit.subject:
        return (KindMention(KindCode(visit.subject)),) if visit.subject in visit.rules.library.kinds else ()
    return visit.named.kinds


def cases_of(mention: KindMention, visit: Visit) -> list[Case]:
    kind = visit.rules.library.kinds[mention.kind]
    if kind.criterion is None:
        return []
    crossed = _crossed_criteria(kind, visit)
    if crossed:
        return [_crossed_case(mention, kind, code, visit) for code in crossed]
    own = [case for one in _own_named(mention, kind, visit) if (case := own_case(one, visit)) is not None]
    # One that was rejected says nothing about its kind, which may be what is asked about.
    is_about_own = visit.named.speaks_of_self or any(one.judged is not None for one in own)
    if own and is_about_own and not _is_meant_generally(mention, kind, visit):
        return own
    asked = Credential(kind.code, mention.level, issued_on=visit.named.issued_on, status=CredentialStatus.VERIFIED)
    return [_judge(asked, kind, visit.rules.library.criteria[kind.criterion], visit), *own]


def _is_meant_generally(mention: KindMention, kind: Kind, visit: Visit) -> bool:
    """Whether the table's answer about a level or a year is asked for, beside what becomes of one's own certificate.

    What carries its level itself has no other answer in general, and a whole day tells one certificate from others.
    """
    is_precise = mention.level is not None or visit.named.issued_year is not None
    return is_precise and visit.named.issued_on is None and not kind.is_direct and not visit.named.speaks_of_self


def _crossed_criteria(kind: Kind, visit: Visit) -> list[CriterionCode]:
    """The criteria for which a certificate of another one is asked to count ("a degree instead of a language")."""
    named = [code for code in visit.named.criteria if code in visit.rules.library.criteria]
    return [] if kind.criterion in named or Wish.COUNTS not in visit.wishes else named


def _crossed_case(mention: KindMention, kind: Kind, code: CriterionCode, visit: Visit) -> Case:
    """A certificate judged for a criterion that its kind is not about: only a row of a table could let it count."""
    criterion = visit.rules.library.criteria[code]
    required = _required_level(criterion, visit)
    question = Question(criterion, required or criterion.levels[0].code, visit.territory, visit.rules)
    asked = Credential(kind.code, mention.level, issued_on=visit.named.issued_on, status=CredentialStatus.VERIFIED)
    judged = best_judgement([asked], question) or judge_unlisted(asked, question)
    return Case(asked, kind, criterion, required, judged)


def unlisted_case(test: UnlistedTest, visit: Visit) -> Case:
    """A test that the library has no kind for, judged under the instrument that decides for its criterion."""
    library = visit.rules.library
    criterion = library.criteria[test.criterion]
    kind = replace(library.kinds[test.kind], name=test.name, criterion=criterion.code)
    required = _required_level(criterion, visit)
    question = Question(criterion, required or criterion.levels[0].code, visit.territory, visit.rules)
    credential = Credential(kind.code, test.name, issued_on=visit.named.issued_on, status=CredentialStatus.VERIFIED)
    return Case(credential, kind, criterion, required, judge_unlisted(credential, question))


def _own_named(mention: KindMention, kind: Kind, visit: Visit) -> list[Credential]:
    """The certificates on the visitor's record that the question means: of its kind, level and time of issue."""
    if visit.person is None:
        return []
    held = [one for one in visit.person.credentials if one.kind == mention.kind]
    return [one for one in held if _is_level(one, mention, kind, visit) and _is_issued_as_said(one, visit)]


def _is_level(held: Credential, mention: KindMention, kind: Kind, visit: Visit) -> bool:
    if mention.level is None:
        return True
    asked, own = _level_read(mention.level, kind, visit), _level_read(held.level, kind, visit)
    return asked is not None and asked == own


def _level_read(written: str | None, kind: Kind, visit: Visit) -> ReadLevel | None:
    criterion = visit.rules.library.criteria.get(kind.criterion) if kind.criterion is not None else None
    return read_level(kind, criterion, written)


def may_be_on_record(case: Case, visit: Visit) -> bool:
    """Whether a certificate on the visitor's record may be the one asked about; only else may it be called absent.

    Kinds that carry their level themselves are alike here: who issued one of bậc 3 is not always recorded. A level or
    a day that is not known contradicts nothing.
    """
    if visit.person is None:
        return False
    asked = _level_read(case.credential.level, case.kind, visit)
    for held in visit.person.credentials:
        kind = visit.rules.library.kinds[held.kind]
        is_alike = kind.is_direct and case.kind.is_direct and kind.criterion == case.kind.criterion
        if held.kind == case.kind.code or is_alike:
            own = _level_read(held.level, kind, visit)
            is_level = asked is None or own is None or asked == own
            if is_level and (held.issued_on is None or _is_issued_as_said(held, visit)):
                return True
    return False


def _is_issued_as_said(held: Credential, visit: Visit) -> bool:
    """Whether nothing that the question says of the day of issue contradicts the record."""
    named, issued = visit.named, held.issued_on
    if named.issued_on is not None:
        return issued == named.issued_on
    if named.issued_year is None:
        return True
    return issued is not None and issued.year == named.issued_year and named.issued_month in {None, issued.month}


def own_case(credential: Credential, visit: Visit) -> Case | None:
    kind = visit.rules.library.kinds[credential.kind]
    if kind.criterion is None:
        return None
    case = _judge(credential, kind, visit.rules.library.criteria[kind.criterion], visit)
    return replace(case, is_own=True)


def _judge(credential: Credential, kind: Kind, criterion: Criterion, visit: Visit) -> Case:
    required = _required_level(criterion, visit)
    lowest = criterion.levels[0].code
    unit = visit.person.unit if visit.person is not None and visit.elsewhere is None else None
    question = Question(criterion, required or lowest, visit.territory, visit.rules, unit)
    judged = [best_judgement([one], question) for one in _possible_issues(credential, visit)]
    states = {one.state if one is not None else None for one in judged}
    best = judged[0]
    if len(states) > 1:  # the year alone leaves both answers open: the day must be known
        best = best_judgement([credential], question)
    elif (
        best is not None
        and len(judged) > 1
        and judged[-1] is not None
        and judged[-1].valid_to != best.valid_to
        and best.state is not State.EXPIRING
    ):
        best = replace(best, valid_to=None)  # the answer is the same for every day of issue, the end is not
    return Case(credential, kind, criterion, required, best)


def at_required_level(case: Case, visit: Visit) -> Case | None:
    """The certificate asked about without its level, judged as if the required one stood on it; only where dated."""
    is_dated = case.credential.issued_on is not None or visit.named.issued_year is not None
    if case.required is None or not case.kind.is_direct or not is_dated:
        return None
    return _judge(replace(case.credential, level=case.required), case.kind, case.criterion, visit)


def _possible_issues(credential: Credential, visit: Visit) -> list[Credential]:
    year = visit.named.issued_year
    if credential.issued_on is not None or year is None:
        return [credential]
    month = visit.named.issued_month
    last = date(year, month, monthrange(year, month)[1]) if month is not None else date(year, 12, 31)
    return [replace(credential, issued_on=date(year, month or 1, 1)), replace(credential, issued_on=last)]


def _required_level(criterion: Criterion, visit: Visit) -> LevelCode | None:
    """The level asked about, else what the visitor's position requires; None when neither is known."""
    asked = visit.named.level
    if asked is not None and asked in {level.code for level in criterion.levels}:
        return asked
    if visit.person is None:
        return None
    standards = visit.rules.standards_for(visit.person.position_group, visit.territory)
    standard = standards.get(criterion.code)
    return standard.minimum if standard is not None else None


def is_without_instrument(case: Case) -> bool:
    """Whether the instrument that would decide is not loaded."""
    return case.judged is not None and case.judged.reason is Reason.INSTRUMENT_NOT_LOADED


def needs_recognition(code: CriterionCode, visit: Visit) -> bool:
    """Whether certificates of this criterion exist that count only through a recognition table."""
    return any(kind.criterion == code and not kind.is_direct for kind in visit.rules.library.kinds.values())


def criteria_needing_recognition(visit: Visit) -> list[CriterionCode]:
    """The criteria for which recognition tables matter."""
    return [code for code in visit.rules.library.criteria if needs_recognition(code, visit)]


def basis_of(case: Case, visit: Visit) -> tuple[Citation, ...]:
    """What the judgement rests on. A kind that carries its level itself rests on the standard that asks for it.

    Where no standard is known: what defines the levels of this kind; else nothing, for no rule held here says it.
    """
    judged, library = case.judged, visit.rules.library
    if judged is None or judged.basis or judged.state is State.UNDETERMINED:
        return judged.basis if judged is not None else ()
    return what_asks_for(case.criterion.code, visit) or what_defines({case.kind.code}, library)[:1]


def requirement_of(case: Case, visit: Visit) -> tuple[Citation, ...]:
    """What asks for the level that the case is held against; nothing where the question itself named the level."""
    if case.required is None or visit.person is None or visit.named.level == case.required:
        return ()
    return what_asks_for(case.criterion.code, visit)


def what_asks_for(code: CriterionCode, visit: Visit) -> tuple[Citation, ...]:
    """The standard that asks the visitor's position for this criterion; nothing where none is known."""
    if visit.person is None:
        return ()
    standard = visit.rules.standards_for(visit.person.position_group, visit.territory).get(code)
    return (visit.rules.library.cite_loosely(standard.document, standard.point),) if standard is not None else ()


def what_defines(kinds: AbstractSet[KindCode], library: Library) -> tuple[Citation, ...]:
    """The instruments that say what the levels of these kinds are, if the kinds carry their level themselves."""
    direct = {kind.code for kind in library.kinds.values() if kind.is_direct}
    said = [one for one in library.guidance if one.kinds & kinds and one.kinds <= direct and _DEFINES in one.topics]
    return tuple(dict.fromkeys(library.cite(one.document, one.point) for one in said))


def finding_of(case: Case, visit: Visit) -> Finding:
    """The judged case in the form of a verdict; without person where the visitor is not known."""
    judged, person = case.judged, visit.person
    held = None
    if judged is not None:
        held = Held(
            kind=case.credential.kind,
            level=case.credential.level,
            counts_as=judged.counts_as,
            reason=judged.reason,
            issued_on=case.credential.issued_on,
            valid_to=judged.valid_to,
        )
    return Finding(
        person=person.code if person is not None else None,
        unit=service_of(person, visit.rules).unit if person is not None else None,
        criterion=case.criterion.code,
        required=case.required,
        state=judged.state if judged is not None else State.MISSING,
        held=held,
        reason=judged.reason if judged is not None else None,
        basis=basis_of(case, visit),
        would_decide=judged.would_decide if judged is not None else (),
    )
