"""A report as a workbook: the rows on one sheet, what they come to and rest on on another."""

import asyncio
from collections.abc import AsyncIterator, Iterable

from handlers.phrases import _, show_day, show_number
from handlers.ports import Sheets, SheetWriter
from handlers.reply import File
from handlers.reports.asked import Grouping, ReportRefusedError
from handlers.reports.report import Closing, Report, Row, group
from handlers.wording import name_document_fully
from knowledge.proof import Proof
from storage.records import SheetLayout

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_GROUPED = 50_000  # they stand in memory together
_PAUSE_EVERY = 200  # rows written, after which others are heard too
_COUNT_WIDTHS = (56, 16)


async def write_sheets(report: Report, sheets: Sheets, by: Grouping | None = None) -> tuple[File, int]:
    """The file, and how many rows it has. Only one row at a time is in memory, unless they are to be grouped.

    Raises ReportRefusedError for more rows than can be grouped.
    """
    grouped = await _group(report, report.places[by]) if by is not None else None
    book = sheets.begin()
    above = (
        f"{report.paper_kind}: {report.title}",
        _("As of {day}").format(day=show_day(report.as_of)),
        _("Scope: {scope}").format(scope=report.scope),
    )
    order = sorted(range(len(report.columns)), key=lambda place: report.columns[place].on_paper is None)
    headings = tuple((report.columns[place].heading, report.columns[place].width) for place in order)
    printed = sum(one.on_paper is not None for one in report.columns)
    rows = book.add(SheetLayout(_("Rows"), headings, above, is_wide=report.is_wide, printed=printed))
    written = 0
    try:
        async for row in report.rows if grouped is None else _each(grouped):
            rows.append([row[place] for place in order])
            written += 1
            if written % _PAUSE_EVERY == 0:
                await asyncio.sleep(0)
    except BaseException:
        book.finish()  # what is begun cannot be left open
        raise
    closing = report.close()
    _write_counts(book.add(_counts_layout(report, closing)), closing)
    content = await asyncio.to_thread(book.finish)
    return File(f"{report.name}.xlsx", content, MEDIA_TYPE), written


async def _group(report: Report, place: int) -> list[Row]:
    rows: list[Row] = []
    async for row in report.rows:
        if len(rows) == MOST_GROUPED:
            text = _(
                "This list has more than {n} rows, too many to be grouped; please narrow it, or take it ungrouped and"
                " use the filters of the workbook."
            )
            raise ReportRefusedError(text.format(n=show_number(MOST_GROUPED)))
        rows.append(row)
    return [row for _name, those in group(rows, place) for row in those]


async def _each(rows: Iterable[Row]) -> AsyncIterator[Row]:
    for row in rows:
        yield row


def _counts_layout(report: Report, closing: Closing) -> SheetLayout:
    above = (
        f"{report.paper_kind}: {report.title}",
        _("As of {day}").format(day=show_day(report.as_of)),
        _("Scope: {scope}").format(scope=report.scope),
        *closing.told,
    )
    widest = max((len(one.header) for one in closing.tables), default=2)
    headings = (("", _COUNT_WIDTHS[0]), *((("", _COUNT_WIDTHS[1]),) * (widest - 1)))
    return SheetLayout(_("Summary"), headings, above, is_list=False)


def _write_counts(sheet: SheetWriter, closing: Closing) -> None:
    for table in closing.tables:
        if table.rows:
            sheet.say("")
            sheet.say(table.title, is_title=True)
            for row in (table.header, *table.rows):
                sheet.append(row)
    for title, lines in (
        (_("Notes"), [line.text for line in closing.notes]),
        (_("Basis"), [_describe(proof) for proof in closing.grounds]),
    ):
        if lines:
            sheet.say("")
            sheet.say(title, is_title=True)
            for line in lines:
                sheet.say(line)


def _describe(proof: Proof) -> str:
    """A document with its point, and whether its text is held."""
    point = proof.document.point(proof.point) if proof.point is not None else None
    named = name_document_fully(proof.document)
    label = point.label if point is not None else proof.point
    said = f"{named}, {label}" if label else named
    return said if proof.document.text_held else _("{document} (its full text is not held)").format(document=said)
