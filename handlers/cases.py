"""Certificates asked about, judged: taken from the question or from the visitor's own record. Pure."""

from calendar import monthrange
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date

from handlers.visit import Visit
from knowledge.credentials import Criterion, Kind, ScaleType
from knowledge.documents import Citation
from knowledge.evaluate import best_judgement, service_of
from knowledge.facts import Credential, CredentialStatus, CriterionCode, KindCode, LevelCode
from knowledge.findings import Finding, Held, Reason, State
from knowledge.levels import ReadLevel, read_level
from knowledge.library import Library
from knowledge.recognition import Judgement, Question, judge_unlisted
from knowledge.understanding.entities.several import is_loosely_named
from knowledge.understanding.meaning import UNSAID, Issue, KindMention, UnlistedTest, Wish

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
    issue: Issue = UNSAID  # what the question says of its time of issue
    is_last: bool = False  # nothing else is judged after it


def mentioned_kinds(visit: Visit) -> tuple[KindMention, ...]:
    if visit.subject:
        return (KindMention(KindCode(visit.subject)),) if visit.subject in visit.rules.library.kinds else ()
    return visit.named.kinds


def cases_of(mention: KindMention, visit: Visit) -> list[Case]:
    """What a certificate that is named is judged as; nothing where the visitor's record tells that another is meant."""
    if visit.rules.library.kinds[mention.kind].criterion is None or _is_told_by_record(mention, visit):
        return []
    *cases, last = _judge_named(mention, visit)
    return [*cases, replace(last, is_last=mention == _last_judged(visit))]


def _judge_named(mention: KindMention, visit: Visit) -> list[Case]:
    kind = visit.rules.library.kinds[mention.kind]
    crossed = _crossed_criteria(mention, visit)
    if crossed:
        return [_crossed_case(mention, kind, code, visit) for code in crossed]
    own = [case for one in _own_named(mention, visit) if (case := own_case(one, visit, mention)) is not None]
    # One that was rejected says nothing about its kind, which may be what is asked about.
    is_about_own = visit.named.speaks_of_self or any(one.judged is not None for one in own)
    if own and is_about_own and not _is_meant_generally(mention, kind, visit):
        return own
    issue = _issue_said(mention, visit)
    asked = Credential(kind.code, mention.level, issued_on=issue.on, status=CredentialStatus.VERIFIED)
    criterion = visit.rules.library.criteria[_criterion_of(mention, visit)]
    return [*_own_alike(mention, visit), _judge(asked, kind, criterion, visit, issue), *own]


def is_loose(mention: KindMention, visit: Visit) -> bool:
    """Whether the words for a level may also be those of a certificate that carries its level itself."""
    kind = visit.rules.library.kinds[mention.kind]
    is_open = not kind.is_direct and mention.level is not None and _level_reached(mention, visit) is not None
    is_told = any(one.document is not None and one.document in kind.name for one in visit.named.documents)
    return is_open and not is_told and is_loosely_named(visit.text, mention.level or "")


def _own_alike(mention: KindMention, visit: Visit) -> list[Case]:
    """Certificates of the visitor's record that carry the level themselves which was named loosely."""
    level = _level_reached(mention, visit)
    if level is None or not is_loose(mention, visit):
        return []
    issue, code = _issue_said(mention, visit), visit.rules.library.kinds[mention.kind].criterion
    alike = [KindMention(one, str(level), issue) for one in _levelled_kinds(code, visit)]
    own = [own_case(one, visit, each) for each in alike for one in _own_named(each, visit)]
    return [case for case in own if case is not None and case.judged is not None]


def _last_judged(visit: Visit) -> KindMention | None:
    """The last kind named of which anything is said."""
    library = visit.rules.library
    judged = [one for one in mentioned_kinds(visit) if library.kinds[one.kind].criterion is not None]
    return next((one for one in reversed(judged) if not _is_told_by_record(one, visit)), None)


def _issue_said(mention: KindMention | None, visit: Visit) -> Issue:
    """What the question says of the time of issue of one certificate, its own where it names several."""
    if mention is not None and mention.issue is not None:
        return mention.issue
    return Issue(visit.named.issued_on, visit.named.issued_year, visit.named.issued_month)


def _is_told_by_record(mention: KindMention, visit: Visit) -> bool:
    """Whether a mere level was named that several kinds have ("B1"), and the record holds one of another kind."""
    alike = _alike(mention, visit)
    return bool(alike) and not _holds(mention, visit) and any(_holds(one, visit) for one in alike)


def _holds(mention: KindMention, visit: Visit) -> bool:
    own = [own_case(one, visit, mention) for one in _own_named(mention, visit)]
    judged = [case for case in own if case is not None and case.judged is not None]
    return bool(judged) or (bool(own) and visit.named.speaks_of_self)


def _alike(mention: KindMention, visit: Visit) -> list[KindMention]:
    """The other kinds that the level named may be of; nothing where the kind itself was named."""
    library = visit.rules.library
    code = library.kinds[mention.kind].criterion
    level = _level_reached(mention, visit)
    if code is None or level is None:
        return []
    alike = [one for one in visit.named.kinds if library.kinds[one.kind].criterion == code]
    alike = [one for one in alike if _level_reached(one, visit) == level]
    named = {one.kind for one in alike}
    is_shared = _levelled_kinds(code, visit) < named and mention.kind in named
    return [one for one in alike if one != mention] if is_shared else []


def _levelled_kinds(code: CriterionCode | None, visit: Visit) -> set[KindCode]:
    """The kinds of a criterion that carry any of its levels themselves."""
    return {
        kind.code
        for kind in visit.rules.library.kinds.values()
        if kind.is_direct and kind.criterion == code and kind.scale.type is ScaleType.CRITERION
    }


def find_shared_level(visit: Visit) -> str | None:
    """The level that was named alone and that several of the kinds judged carry, as written on the one it is of."""
    library = visit.rules.library
    for one in mentioned_kinds(visit):
        is_written = not library.kinds[one.kind].is_direct
        if is_written and _alike(one, visit) and not any(_holds(each, visit) for each in (one, *_alike(one, visit))):
            return one.level
    return None


def _level_reached(mention: KindMention, visit: Visit) -> LevelCode | None:
    """The level of the criterion that the words of a level stand for."""
    code = visit.rules.library.kinds[mention.kind].criterion
    if code is None or mention.level is None:
        return None
    return visit.rules.library.criteria[code].find_level(mention.level)


def _is_meant_generally(mention: KindMention, kind: Kind, visit: Visit) -> bool:
    """Whether the table's answer about a level or a year is asked for, beside what becomes of one's own certificate.

    What carries its level itself has no other answer in general, and a whole day tells one certificate from others.
    """
    issue = _issue_said(mention, visit)
    is_precise = mention.level is not None or issue.year is not None
    return is_precise and issue.on is None and not kind.is_direct and not visit.named.speaks_of_self


def _crossed_criteria(mention: KindMention, visit: Visit) -> list[CriterionCode]:
    """The criteria for which a certificate of another one is asked to count ("a degree instead of a language").

    What another certificate of the question is about is no such criterion ("IELTS và tin học A"); but what a mere
    letter may be of, is.
    """
    named = visit.named
    if Wish.COUNTS not in visit.wishes or _criterion_of(mention, visit) in named.criteria:
        return []
    kinds, criteria = visit.rules.library.kinds, visit.rules.library.criteria
    told = {kinds[one.kind].criterion for one in named.kinds if one.level is None or one.level != mention.level}
    told |= mention.beside
    return [code for code in named.criteria if code in criteria and code not in told]


def _criterion_of(mention: KindMention, visit: Visit) -> CriterionCode:
    code = visit.rules.library.kinds[mention.kind].criterion
    if code is None:
        message = f"{mention.kind} is about no criterion"
        raise ValueError(message)
    return code


def _crossed_case(mention: KindMention, kind: Kind, code: CriterionCode, visit: Visit) -> Case:
    """A certificate judged for a criterion that its kind is not about: only a row of a table could let it count."""
    criterion = visit.rules.library.criteria[code]
    required = _required_level(criterion, visit)
    question = Question(criterion, required or criterion.levels[0].code, visit.territory, visit.rules)
    issue = _issue_said(mention, visit)
    asked = Credential(kind.code, mention.level, issued_on=issue.on, status=CredentialStatus.VERIFIED)
    judged = best_judgement([asked], question) or judge_unlisted(asked, question)
    return Case(asked, kind, criterion, required, judged, issue=issue)


def unlisted_case(test: UnlistedTest, visit: Visit) -> Case:
    """A test that the library has no kind for, judged under the instrument that decides for its criterion."""
    library = visit.rules.library
    criterion = library.criteria[test.criterion]
    kind = replace(library.kinds[test.kind], name=test.name, criterion=criterion.code)
    required = _required_level(criterion, visit)
    question = Question(criterion, required or criterion.levels[0].code, visit.territory, visit.rules)
    credential = Credential(kind.code, test.name, issued_on=visit.named.issued_on, status=CredentialStatus.VERIFIED)
    tests = visit.meaning.unlisted_tests if visit.meaning is not None else ()
    is_last = not mentioned_kinds(visit) and test == tests[-1]
    judged = judge_unlisted(credential, question)
    return Case(credential, kind, criterion, required, judged, issue=_issue_said(None, visit), is_last=is_last)


def _own_named(mention: KindMention, visit: Visit) -> list[Credential]:
    """The certificates on the visitor's record that the question means: of its kind, level and time of issue."""
    if visit.person is None:
        return []
    kind, issue = visit.rules.library.kinds[mention.kind], _issue_said(mention, visit)
    held = [one for one in visit.person.credentials if one.kind == mention.kind]
    return [one for one in held if _is_level(one, mention, kind, visit) and _is_issued_as_said(one, issue)]


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
            if is_level and (held.issued_on is None or _is_issued_as_said(held, case.issue)):
                return True
    return False


def _is_issued_as_said(held: Credential, said: Issue) -> bool:
    """Whether nothing that the question says of the day of issue contradicts the record."""
    issued = held.issued_on
    if said.on is not None:
        return issued == said.on
    if said.year is None:
        return True
    return issued is not None and issued.year == said.year and said.month in {None, issued.month}


def own_case(credential: Credential, visit: Visit, mention: KindMention | None = None) -> Case | None:
    """A certificate of the visitor's record, judged; `mention` is how the question names it."""
    kind = visit.rules.library.kinds[credential.kind]
    if kind.criterion is None:
        return None
    issue = _issue_said(mention, visit)
    case = _judge(credential, kind, visit.rules.library.criteria[kind.criterion], visit, issue)
    return replace(case, is_own=True)


def _judge(credential: Credential, kind: Kind, criterion: Criterion, visit: Visit, issue: Issue) -> Case:
    required = _required_level(criterion, visit)
    lowest = criterion.levels[0].code
    unit = visit.person.unit if visit.person is not None and visit.elsewhere is None else None
    question = Question(criterion, required or lowest, visit.territory, visit.rules, unit)
    judged = [best_judgement([one], question) for one in _possible_issues(credential, issue)]
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
    return Case(credential, kind, criterion, required, best, issue=issue)


def at_required_level(case: Case, visit: Visit) -> Case | None:
    """The certificate asked about without its level, judged as if the required one stood on it; only where dated."""
    is_dated = case.credential.issued_on is not None or case.issue.year is not None
    if case.required is None or not case.kind.is_direct or not is_dated:
        return None
    return _judge(replace(case.credential, level=case.required), case.kind, case.criterion, visit, case.issue)


def _possible_issues(credential: Credential, said: Issue) -> list[Credential]:
    year, month = said.year, said.month
    if credential.issued_on is not None or year is None:
        return [credential]
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
    if visit.person is None or case.required is None or is_level_asked(case, visit):
        return ()
    return what_asks_for(case.criterion.code, visit)


def is_level_asked(case: Case, visit: Visit) -> bool:
    """Whether the level that the case is held against is one that the question names."""
    return case.required is not None and visit.named.level == case.required


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
