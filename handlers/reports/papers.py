"""A report as an official paper: its head, the list, what it comes to, and room for whoever signs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from handlers.phrases import _, show_day, show_moment, show_number
from handlers.reply import Letterhead, Line, Paper, PaperTable
from handlers.reports.asked import Grouping, ReportRefusedError
from handlers.reports.report import Cell, Report, Row, Table, group
from handlers.wording import name_unit
from knowledge.facts import Person, UnitCode
from knowledge.rulebook import RulesOn

MOST_ROWS = 2_000  # some eighty pages; what is longer is for a workbook
_COUNT_WIDTHS = (9.0, 2.6)


@dataclass(frozen=True, slots=True)
class Issuing:
    """Which unit the paper goes out from, and who made it when; None: the operator."""

    unit: UnitCode | None
    maker: Person | None
    at: datetime


async def write_paper(
    report: Report, issuing: Issuing, today: RulesOn, by: Grouping | None = None
) -> tuple[Paper, int]:
    """The paper, and how many rows it has: one table, or one for each group.

    Raises ReportRefusedError for more rows than paper is for.
    """
    rows: list[Row] = []
    async for row in report.rows:
        if len(rows) == MOST_ROWS:
            text = _("This list has more than {n} rows; please take it as a workbook (xlsx), or narrow it.")
            raise ReportRefusedError(text.format(n=show_number(MOST_ROWS)))
        rows.append(row)
    closing = report.close()
    paper = Paper(
        name=report.name,
        title=report.paper_kind,
        subtitle=report.title,
        letterhead=_letterhead(report.as_of, issuing, today),
        grounds=closing.grounds,
        opening=(
            _("Scope: {scope}").format(scope=report.scope),
            *closing.told,
            *([] if rows else [_("Nobody is to be listed.")]),
        ),
        tables=(*_list_rows(report, rows, by), *(_on_paper(one) for one in closing.tables if one.rows)),
        paragraphs_title=_("Notes") if closing.notes else "",
        paragraphs=tuple(Line(one.text) if not one.cites else one for one in closing.notes),
        closing=_describe_making(issuing),
        printed_at=issuing.at,
        is_wide=report.is_wide,
    )
    return paper, len(rows)


def _list_rows(report: Report, rows: Sequence[Row], by: Grouping | None) -> list[PaperTable]:
    """The rows in one table, each group below a heading with how many there are; only what is for paper.

    What a heading says is not said again in each of its rows: the other columns have its room.
    """
    if not rows:
        return []
    place = report.places.get(by) if by is not None else None
    groups = group(rows, place) if place is not None else [("", list(rows))]
    is_said_above = len(groups) > 1
    printed = [at for at, column in enumerate(report.columns) if column.on_paper is not None]
    shown = [at for at in printed if at != place or not is_said_above]
    wide = {at: report.columns[at].on_paper or 0.0 for at in printed}
    share = sum(wide.values()) / sum(wide[at] for at in shown)
    named = _("{group}: {n} items")
    written: list[tuple[str, ...]] = []
    for name, those in groups:
        if is_said_above:
            written.append((named.format(group=name, n=show_number(len(those))),))
        written += [tuple(_show(row[at]) for at in shown) for row in those]
    headings = tuple(report.columns[at].heading for at in shown)
    return [PaperTable(tuple(written), headings, widths=tuple(wide[at] * share for at in shown))]


def _letterhead(as_of: date, issuing: Issuing, today: RulesOn) -> Letterhead:
    """Who issues it is taken from the roster; what the roster does not know is left to be filled in."""
    unit = today.find_unit(issuing.unit) if issuing.unit is not None else None
    above = today.find_unit(unit.parent) if unit is not None and unit.parent is not None else None
    return Letterhead(
        above=above.name if above is not None else "",
        issuer=name_unit(today, unit.code) if unit is not None else "",
        place=_place(today),
        on=today.day,
        as_of=_("(as of {day})").format(day=show_day(as_of)),
    )


def _place(today: RulesOn) -> str:
    """The province of today by its name alone, as the place of a paper is written."""
    province = today.library.territories[today.book.home].province
    for lead in ("tỉnh ", "thành phố "):
        province = province.removeprefix(lead)
    return province


def _describe_making(issuing: Issuing) -> str:
    if issuing.maker is None:
        return _("Made from the records of Nhắc Chuẩn at {when}.").format(when=show_moment(issuing.at))
    text = _("Made from the records of Nhắc Chuẩn at {when} by {name} ({code}).")
    return text.format(when=show_moment(issuing.at), name=issuing.maker.name, code=issuing.maker.code)


def _on_paper(table: Table) -> PaperTable:
    first, other = _COUNT_WIDTHS
    few = 4
    others = len(table.header) - 1
    widths = (first, *[other] * others) if others <= few else (5.0, *[20.0 / others] * others)
    return PaperTable(tuple(_as_words(row) for row in table.rows), table.header, title=table.title, widths=widths)


def _as_words(row: Row) -> tuple[str, ...]:
    return tuple(_show(cell) for cell in row)


def _show(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return show_moment(cell)
    if isinstance(cell, date):
        return show_day(cell)
    if isinstance(cell, int):
        return show_number(cell)
    return cell or ""
