"""A paper as a Word document: a title, tables that continue over pages, paragraphs with their bases, page numbers."""

from collections.abc import Sequence
from io import BytesIO
from typing import Final

from docx import Document
from docx.document import Document as Written
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.table import Table, _Cell

from bot.papers.official import (
    add_grounds,
    add_head,
    add_note_for_drafter,
    add_signature,
    name_plainly,
    set_official_page,
    text_width,
)
from bot.papers.parts import Describe, plain, say
from handlers.phrases import _
from handlers.reply import Line, Paper, PaperTable
from knowledge.documents import Citation

_FONT: Final = "Times New Roman"  # as official papers are written
_SIZE: Final = Pt(13)
_SMALL: Final = Pt(11)
_TEXT_WIDTH: Final = 16.0  # centimetres between the margins of an A4 page
_WIDTHS: Final = {2: (5.5, 10.5), 4: (1.2, 3.0, 5.0, 6.8)}
_LONGEST_CELL: Final = 20_000
_LONGEST_TITLE: Final = 255


def write_docx(paper: Paper, describe: Describe) -> bytes:
    """The document. `describe` reads a citation out."""
    written = Document()
    _set_font(written)
    if paper.letterhead is not None:
        set_official_page(written, is_wide=paper.is_wide)
        add_head(written, paper, paper.letterhead)
        add_grounds(written, paper, describe)
    else:
        _set_page(written)
        _add_heading(written, paper)
        _add_page_numbers(written)
    width = text_width(is_wide=paper.is_wide) if paper.letterhead is not None else _TEXT_WIDTH
    for table in paper.tables:
        _add_table(written, table, width)
    _add_paragraphs(written, paper, describe)
    if paper.closing:
        closing = written.add_paragraph()
        closing.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        closing.paragraph_format.space_before = Pt(14)
        closing.paragraph_format.keep_with_next = paper.letterhead is not None  # no page holds a signature alone
        say(closing, paper.closing, is_italic=True)
    if paper.letterhead is not None:
        add_signature(written, paper)
        add_note_for_drafter(written, [*(one.citation for one in paper.grounds), *paper.cites], describe)
    _set_properties(written, paper)
    content = BytesIO()
    written.save(content)
    return content.getvalue()


def _set_page(written: Written) -> None:
    section = written.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin, section.right_margin = Cm(3), Cm(2)
    section.top_margin = section.bottom_margin = Cm(2)


def _set_font(written: Written) -> None:
    style = written.styles["Normal"]
    style.font.name, style.font.size = _FONT, _SIZE
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for kind in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(kind), _FONT)
    style.paragraph_format.space_after = Pt(6)


def _add_heading(written: Written, paper: Paper) -> None:
    for text, size, is_upper in ((paper.title, Pt(14), True), (paper.subtitle, _SIZE, False)):
        if text:
            heading = written.add_paragraph()
            heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
            run = heading.add_run(plain(text.upper() if is_upper else text))
            run.bold, run.italic = is_upper, not is_upper
            run.font.size = size


def _add_table(written: Written, table: PaperTable, width: float) -> None:
    rows = [*([table.header] if table.header else []), *table.rows]
    if not rows:
        return
    if table.title:
        _add_title(written, table.title)
    across = len(rows[0])
    made = written.add_table(rows=0, cols=across)
    made.style = "Table Grid"
    made.alignment = WD_TABLE_ALIGNMENT.CENTER
    made.autofit = False
    widths = _fit(table.widths, width) if table.widths else _widths(across)
    for number, row in enumerate(rows):
        cells = made.add_row().cells
        if len(row) == 1 < across:
            _head(cells[0].merge(cells[-1]), row[0])
            continue
        for place, (cell, text) in enumerate(zip(cells, row, strict=True)):
            cell.width = Cm(widths[place])
            is_name = (number == 0 and bool(table.header)) or (place == 0 and not table.header)
            _fill(cell, text, is_bold=is_name)
    for column, wide in zip(made.columns, widths, strict=True):
        column.width = Cm(wide)
    _keep_rows_whole(made, has_header=bool(table.header))


def _add_title(written: Written, text: str) -> None:
    title = written.add_paragraph()
    title.paragraph_format.space_before = Pt(10)
    title.paragraph_format.keep_with_next = True
    say(title, text, is_bold=True)


def _widths(columns: int) -> Sequence[float]:
    return _WIDTHS.get(columns) or (_TEXT_WIDTH / columns,) * columns


def _fit(widths: Sequence[float], width: float) -> Sequence[float]:
    """No wider than the page is."""
    share = min(1.0, width / sum(widths))
    return [one * share for one in widths]


def _head(cell: _Cell, text: str) -> None:
    """Words over the rows that follow, never left alone at the foot of a page."""
    _fill(cell, text, is_bold=True)
    for paragraph in cell.paragraphs:
        paragraph.paragraph_format.keep_with_next = True


def _fill(cell: _Cell, text: str, *, is_bold: bool) -> None:
    lines = plain(text)[:_LONGEST_CELL].split("\n")
    for number, line in enumerate(lines):
        paragraph = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(2)
        run = paragraph.add_run(line)
        run.bold, run.font.size = is_bold, Pt(12)


def _keep_rows_whole(table: Table, *, has_header: bool) -> None:
    """No row is broken over two pages, and the header stands on each."""
    for number, row in enumerate(table.rows):
        properties = row._tr.get_or_add_trPr()  # noqa: SLF001  the library has no other way to these two properties
        properties.append(OxmlElement("w:cantSplit"))
        if number == 0 and has_header:
            properties.append(OxmlElement("w:tblHeader"))


def _add_paragraphs(written: Written, paper: Paper, describe: Describe) -> None:
    if not paper.paragraphs:
        return
    if paper.paragraphs_title:
        _add_title(written, paper.paragraphs_title)
    named_above = {proof.citation for proof in paper.grounds}
    cites = [cite for cite in paper.cites if cite not in named_above]
    numbers = {cite: number for number, cite in enumerate(cites, start=1)}
    for line in paper.paragraphs:
        paragraph = written.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
        say(paragraph, _with_marks(line, numbers))
    if numbers:
        basis = written.add_paragraph()
        basis.paragraph_format.keep_with_next = True
        say(basis, _("Basis:"), is_bold=True)
        for cite, number in numbers.items():
            named = describe(cite) if paper.letterhead is None else name_plainly(cite, describe)
            say(written.add_paragraph(), f"[{number}] {named}")


def _with_marks(line: Line, numbers: dict[Citation, int]) -> str:
    marks = "".join(f" [{numbers[cite]}]" for cite in line.cites if cite in numbers)
    return f"{line.text}{marks}"


def _add_page_numbers(written: Written) -> None:
    footer = written.sections[0].footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for name in ("PAGE", "NUMPAGES"):
        if name == "NUMPAGES":
            footer.add_run("/").font.size = _SMALL
        field = OxmlElement("w:fldSimple")
        field.set(qn("w:instr"), name)
        run = OxmlElement("w:r")
        text = OxmlElement("w:t")
        text.text = "1"
        run.append(text)
        field.append(run)
        footer._p.append(field)  # noqa: SLF001  fields of a page have no method of their own


def _set_properties(written: Written, paper: Paper) -> None:
    properties = written.core_properties
    properties.title, properties.author, properties.comments = plain(paper.title)[:_LONGEST_TITLE], "Nhắc Chuẩn", ""
    if paper.printed_at is not None:
        properties.created = properties.modified = paper.printed_at
