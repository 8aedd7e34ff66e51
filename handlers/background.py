"""What national instruments say about a kind of certificate: shown as background, never as a verdict. Pure."""

from collections.abc import Sequence

from handlers.phrases import _
from handlers.reply import Line
from handlers.stating import for_reference
from handlers.visit import Visit
from knowledge.credentials import Criterion, Kind
from knowledge.facts import Credential, CriterionCode, KindCode
from knowledge.levels import ReadLevel, is_within, read_level
from knowledge.library import Equivalence, Guidance
from knowledge.proof import Doubt

_MOST_LINES = 4
_ENDS = "issued_until"  # the topic of guidance on kinds that are issued no more


def describe_background(visit: Visit, criterion: CriterionCode, credentials: Sequence[Credential]) -> list[Line]:
    """A few background statements about these certificates, or about the criterion where none is named.

    Tables of several instruments are shown side by side with their purpose, never merged.
    """
    tables = [one for credential in credentials for one in _tables_for(credential, visit)]
    kinds = {credential.kind for credential in credentials}
    said = [one for one in visit.rules.library.guidance if _is_about(one, criterion, kinds, visit)]
    lines = [_describe_table(one, visit) for one in tables[:_MOST_LINES]]
    return lines + [_describe_guidance(one, visit) for one in said[: _MOST_LINES // 2]]


def describe_issuing(kind: KindCode, criterion: CriterionCode, visit: Visit) -> list[Line]:
    """Whether a kind is still issued, where an instrument has ended that: no table of a province tells it."""
    guidance = visit.rules.library.guidance
    said = [one for one in guidance if _ENDS in one.topics and _is_about(one, criterion, {kind}, visit)]
    return [_describe_guidance(one, visit) for one in said[:1]]


def _tables_for(credential: Credential, visit: Visit) -> Sequence[Equivalence]:
    library = visit.rules.library
    kind = library.kinds[credential.kind]
    criterion = library.criteria.get(kind.criterion) if kind.criterion is not None else None
    level = read_level(kind, criterion, credential.level)
    issued = [one for one in library.equivalences if library.get_document(one.document).exists_on(visit.on)]
    rows = [one for one in issued if one.kind == kind.code]
    if level is None:
        return rows
    return _closest([one for one in rows if _reaches(kind, criterion, level, one)], visit)


def _reaches(kind: Kind, criterion: Criterion | None, level: ReadLevel, one: Equivalence) -> bool:
    has_range = one.level_from is not None or one.level_to is not None
    return has_range and is_within(kind, criterion, level, one.level_from, one.level_to)


def _closest(found: Sequence[Equivalence], visit: Visit) -> list[Equivalence]:
    """Of the lowest scores that one table gives and that are reached, only the highest: it stands for that table."""
    return [one for one in found if not any(_surpasses(other, one, visit) for other in found)]


def _surpasses(other: Equivalence, one: Equivalence, visit: Visit) -> bool:
    if (other.document, other.point, other.kind) != (one.document, one.point, one.kind) or one.level_to is not None:
        return False
    if one.level_from is None or other.level_from is None or one.level_from == other.level_from:
        return False
    kind = visit.rules.library.kinds[one.kind]
    level = read_level(kind, None, other.level_from)
    return level is not None and is_within(kind, None, level, one.level_from, None)


def _is_about(one: Guidance, criterion: CriterionCode, kinds: set[KindCode], visit: Visit) -> bool:
    begun = one.valid_from is None or one.valid_from <= visit.on
    ended = one.valid_to is not None and one.valid_to < visit.on
    if not begun or ended or not visit.rules.library.get_document(one.document).exists_on(visit.on):
        return False
    return bool(one.kinds & kinds) if kinds else criterion in one.criteria


def _describe_table(one: Equivalence, visit: Visit) -> Line:
    text = _("{document} ({purpose}): {certificate} {written} is set beside {level}.").format(
        document=one.document,
        purpose=one.purpose,
        certificate=visit.rules.library.kinds[one.kind].name,
        written=one.written,
        level=one.stands_for,
    )
    cite = visit.rules.library.cite(one.document, one.point)
    return for_reference(text, (cite,), Doubt.OTHER_PURPOSE, is_item=True)


def _describe_guidance(one: Guidance, visit: Visit) -> Line:
    cite = visit.rules.library.cite(one.document, one.point)
    return for_reference(one.statement, (cite,), Doubt.GUIDANCE, is_item=True)
