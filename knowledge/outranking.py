"""Which rows of loaded instruments stand before a ruling, and which rulings are idle because of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from knowledge.credentials import Criterion, Kind
from knowledge.facts import DocumentId, RecognitionRow, Ruling
from knowledge.levels import is_within, read_level
from knowledge.recognition import Window
from knowledge.rulebook import RulesOn


@dataclass(frozen=True, slots=True)
class Outranked:
    """The rows that decide before a ruling where both fit; `is_idle`: one of them fits wherever the ruling does."""

    rows: tuple[RecognitionRow, ...] = ()
    is_idle: bool = False


def outranked(ruling: Ruling, rules: RulesOn) -> Outranked:
    """What stands before the ruling on the day, in any territory that it reaches."""
    kind, criterion = rules.library.kinds[ruling.kind], rules.library.criteria[ruling.criterion]
    rows = tuple(row for row in _rows_beside(ruling, rules) if _overlaps(row, ruling, kind, criterion))
    return Outranked(rows, any(_covers(row, ruling, kind, criterion) for row in rows))


def list_overlapping(ruling: Ruling, rules: RulesOn) -> list[Ruling]:
    """Rulings that apply on the day and partly decide the same as this one, the latest first."""
    kind, criterion = rules.library.kinds[ruling.kind], rules.library.criteria[ruling.criterion]
    others = rules.rulings_on(ruling.criterion, ruling.kind)
    return [one for one in others if one.id != ruling.id and _overlaps(one, ruling, kind, criterion)]


def _rows_beside(ruling: Ruling, rules: RulesOn) -> Iterator[RecognitionRow]:
    if ruling.scope is not None:
        territories = {rules.territory_of(ruling.scope)}
    else:
        territories = set(rules.library.get_document(DocumentId(ruling.id)).territories)
    seen: set[RecognitionRow] = set()
    for territory in sorted(territories):
        for row in rules.recognition_rows(ruling.criterion, territory):
            if row.kind == ruling.kind and row not in seen:
                seen.add(row)
                yield row


def _covers(row: Window, ruling: Window, kind: Kind, criterion: Criterion) -> bool:
    return (
        _is_at_or_below(row.level_from, ruling.level_from, kind, criterion)
        and _is_at_or_above(row.level_to, ruling.level_to, kind, criterion)
        and (row.issued_from is None or (ruling.issued_from is not None and row.issued_from <= ruling.issued_from))
        and (row.issued_to is None or (ruling.issued_to is not None and ruling.issued_to <= row.issued_to))
    )


def _overlaps(one: Window, other: Window, kind: Kind, criterion: Criterion) -> bool:
    return (
        _may_meet(one.level_from, other.level_to, kind, criterion)
        and _may_meet(other.level_from, one.level_to, kind, criterion)
        and _in_order(one.issued_from, other.issued_to)
        and _in_order(other.issued_from, one.issued_to)
    )


def _is_at_or_below(low: str | None, other: str | None, kind: Kind, criterion: Criterion) -> bool:
    return low is None or (other is not None and _contains(other, low, None, kind, criterion))


def _is_at_or_above(high: str | None, other: str | None, kind: Kind, criterion: Criterion) -> bool:
    return high is None or (other is not None and _contains(other, None, high, kind, criterion))


def _may_meet(low: str | None, high: str | None, kind: Kind, criterion: Criterion) -> bool:
    return low is None or high is None or _contains(low, None, high, kind, criterion)


def _contains(written: str, low: str | None, high: str | None, kind: Kind, criterion: Criterion) -> bool:
    level = read_level(kind, criterion, written)
    return level is not None and is_within(kind, criterion, level, low, high)


def _in_order(first: date | None, last: date | None) -> bool:
    return first is None or last is None or first <= last
