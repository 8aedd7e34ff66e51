"""A report as a value: its heading, its columns, its rows one after another, and what is known once they are read.

Rows come as they are read and are never all in memory: a province has hundreds of thousands of them.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count

from handlers.reply import Line
from handlers.reports.asked import Grouping, ReportKind
from knowledge.proof import Proof

Cell = str | int | date | datetime | None
Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, its width in a workbook in characters, and on paper in centimetres, None: not there."""

    heading: str
    width: int
    on_paper: float | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A small table of counts beside the rows."""

    title: str
    header: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Closing:
    """What a report says once all rows are read: sentences, tables of counts, and the documents that it rests on."""

    told: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    notes: tuple[Line, ...] = ()
    grounds: tuple[Proof, ...] = ()


def group(rows: Sequence[Row], place: int) -> list[tuple[str, list[Row]]]:
    """Rows by what stands in this place, by name, each group in the order in which it was read; numbered anew."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(str(row[place] or ""), []).append(row)
    number = count(1)
    return [(name, [(next(number), *row[1:]) for row in found[name]]) for name in sorted(found)]


@dataclass(frozen=True, slots=True)
class Report:
    """A report. `rows` can be read once; `close` tells the rest after that.

    `paper_kind` and `title` are the kind of paper and its subject as an official paper has them; `scope` says in
    words whom it is about. `tables_first`: the counts are the report, and the rows stand behind them. `places` tell in
    which column stands what the rows can be grouped by.
    """

    kind: ReportKind
    name: str
    paper_kind: str
    title: str
    as_of: date
    scope: str
    columns: tuple[Column, ...]
    rows: AsyncIterator[Row] = field(compare=False)
    close: Callable[[], Closing] = field(compare=False)
    is_wide: bool = True
    places: Mapping[Grouping, int] = field(default_factory=dict)
