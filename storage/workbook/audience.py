"""The filter of a review round: `nhom_chuc_danh=a|b; dien_quan_ly=c; ma_don_vi=d`."""

from knowledge.facts import ManagedBy, PositionGroup, RoundFilter, UnitCode
from knowledge.library import Library
from storage.workbook.cells import one_of
from storage.workbook.problems import ProblemKind, WrongCellError

FIELDS = ("nhom_chuc_danh", "dien_quan_ly", "ma_don_vi")
_read_managed_by = one_of(ManagedBy)


def parse_audience(text: str, library: Library) -> RoundFilter:
    """The filter that these words stand for. Raises WrongCellError; whether units exist is for the caller to see."""
    named: dict[str, list[str]] = {}
    for part in text.split(";"):
        if not part.strip():
            continue
        field, equals, values = part.partition("=")
        field = field.strip().lower()
        alternatives = [value.strip() for value in values.split("|")]
        if not equals or field not in FIELDS or field in named or not all(alternatives):
            raise WrongCellError(ProblemKind.FILTER_UNREADABLE, FIELDS, other=part.strip())
        named[field] = alternatives
    return RoundFilter(
        position_groups=frozenset(PositionGroup(group) for group in named.get("nhom_chuc_danh", ())),
        managed_by=frozenset(ManagedBy(str(_read_managed_by(one, library))) for one in named.get("dien_quan_ly", ())),
        units=frozenset(UnitCode(unit) for unit in named.get("ma_don_vi", ())),
    )
