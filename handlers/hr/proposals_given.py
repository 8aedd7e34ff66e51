"""Whole tables that wait for a second person: how their rows are kept as cells, and what they would change. Pure."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from handlers.ports import GivenTable
from knowledge.facts import DeclaredRules, DocumentId, RecognitionRow, TitleStandard

SHEET, ROWS, REPLACES, FILE = "bang", "dong", "thay", "tep"
YES = "co"

Row = RecognitionRow | TitleStandard
Given = Sequence[tuple[int, Mapping[str, str]]]


@dataclass(frozen=True, slots=True)
class TableChange:
    """What a table brings: rows that are new, rows that take the place of others (old, new), and rows that go."""

    sheet: str
    added: tuple[Row, ...] = ()
    changed: tuple[tuple[Row, Row], ...] = ()
    removed: tuple[Row, ...] = ()
    unchanged: int = 0
    declares: tuple[DocumentId, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing would differ."""
        return not (self.added or self.changed or self.removed)

    @property
    def stored(self) -> tuple[Row, ...]:
        """The rows to be written."""
        return (*self.added, *(new for _old, new in self.changed))


def write_rows(given: Given) -> str:
    """Rows as one cell of a proposal, or as one field of a page."""
    return json.dumps([[number, dict(cells)] for number, cells in given], ensure_ascii=False)


def read_rows(written: str) -> Given | None:
    """The rows again; None for what was not written so."""
    try:
        found = json.loads(written)
        return [(int(number), {str(key): str(value) for key, value in cells.items()}) for number, cells in found]
    except (ValueError, TypeError, AttributeError):
        return None


def compare(table: GivenTable, rules: DeclaredRules, *, replaces: bool) -> TableChange:
    """A table beside what is in force now; with `replaces`, what the table does not have goes."""
    rows = [one.row for one in table.rows if one.row is not None]
    before: dict[tuple[object, ...], Row] = {key_of(one): one for one in _stored(table.sheet, rules)}
    given = {key_of(one) for one in rows}
    added, changed, unchanged = [], [], 0
    for row in rows:
        old = before.get(key_of(row))
        if old is None:
            added.append(row)
        elif old == row:
            unchanged += 1
        else:
            changed.append((old, row))
    removed = [one for key, one in before.items() if key not in given] if replaces else []
    return TableChange(table.sheet, tuple(added), tuple(changed), tuple(removed), unchanged, tuple(table.declares))


def with_table(rules: DeclaredRules, change: TableChange) -> DeclaredRules:
    """The rules once the table is in force."""
    gone = {key_of(one) for one in (*change.stored, *change.removed)}
    kept = [one for one in _stored(change.sheet, rules) if key_of(one) not in gone]
    after = (*kept, *change.stored)
    standards = tuple(one for one in after if isinstance(one, TitleStandard))
    recognition = tuple(one for one in after if isinstance(one, RecognitionRow))
    if _is_standards(change.sheet):
        return replace(rules, standards=standards)
    return replace(rules, recognition=recognition)


def key_of(row: Row) -> tuple[object, ...]:
    """What a row is known by."""
    if isinstance(row, TitleStandard):
        return row.position_group, row.criterion, row.valid_from
    return row.document, row.kind, row.level_from, row.issued_from


def _stored(sheet: str, rules: DeclaredRules) -> Iterable[Row]:
    return rules.standards if _is_standards(sheet) else rules.recognition


def _is_standards(sheet: str) -> bool:
    return sheet == "tieu_chuan"
