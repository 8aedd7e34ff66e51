"""The parts that make a paper an official one: head, grounds, room for recipients and signature, pages numbered on top.

Page, sizes and places are those that the decree on clerical work lays down for administrative papers (its annex I).
Number, signer and recipients are left to be filled in: a paper of a machine is a draft until somebody issues it.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from docx.document import Document as Written
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from bot.papers.parts import Describe, plain, say
from handlers.phrases import _
from handlers.reply import Letterhead, Paper
from knowledge.documents import Citation

_LEFT, _RIGHT, _EDGE = 3.0, 1.5, 2.0  # centimetres
_SHORT, _LONG = 21.0, 29.7
_MOTTO_LENGTH: Final = 6.1
_PADDED_MONTHS: Final = 2


def text_width(*, is_wide: bool) -> float:
    """Centimetres between the margins."""
    return (_LONG if is_wide else _SHORT) - _LEFT - _RIGHT


def set_official_page(written: Written, *, is_wide: bool) -> None:
    """A4, its margins, and the number of the page on top from the second one on."""
    section = written.sections[0]
    section.page_width, section.page_height = (Cm(_LONG), Cm(_SHORT)) if is_wide else (Cm(_SHORT), Cm(_LONG))
    section.orientation = WD_ORIENT.LANDSCAPE if is_wide else WD_ORIENT.PORTRAIT
    section.left_margin, section.right_margin = Cm(_LEFT), Cm(_RIGHT)
    section.top_margin = section.bottom_margin = Cm(_EDGE)
    section.header_distance = Cm(1)
    section.different_first_page_header_footer = True
    header = section.header.paragraphs[0]
    header.alignment = WD_ALIGN_PARAGRAPH.CENTER
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    run, text = OxmlElement("w:r"), OxmlElement("w:t")
    text.text = "2"
    run.append(text)
    field.append(run)
    header._p.append(field)  # noqa: SLF001  fields of a page have no method of their own
    header.style.font.size = Pt(13)


def add_head(written: Written, paper: Paper, head: Letterhead) -> None:
    """Who issues it and the State's own heading side by side, number and day below; then kind and subject."""
    width = text_width(is_wide=paper.is_wide)
    left, right = width * 0.42, width * 0.58
    table = written.add_table(rows=2, cols=2)
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    _set_widths(table, (left, right))
    issuer, state = table.rows[0].cells
    number, day = table.rows[1].cells
    _write(issuer, (head.above or _("[Superior agency]")).upper(), size=12)
    named = (head.issuer or _("[Issuing agency]")).upper()
    _write(issuer, named, size=12, is_bold=True)
    _rule(issuer, left, min(left * 0.5, max(len(named) * 0.11, 1.5)))
    _write(state, _("SOCIALIST REPUBLIC OF VIET NAM"), size=13 if paper.is_wide else 12, is_bold=True)
    _write(state, _("Independence - Freedom - Happiness"), size=13, is_bold=True)
    _rule(state, right, _MOTTO_LENGTH)
    _write(number, _("Number:            /"), size=13)
    _write(day, _write_day(head), size=13, is_italic=True)
    _title(written, plain(paper.title).upper(), size=14, before=14)
    _title(written, paper.subtitle, size=14)
    _rule_below(written, width, paper.subtitle)
    if head.as_of:
        _title(written, head.as_of, size=13, is_italic=True)


def add_grounds(written: Written, paper: Paper, describe: Describe) -> None:
    """What the paper is made by, each on a line of its own; then its first sentences."""
    last = len(paper.grounds) - 1
    for place, proof in enumerate(paper.grounds):
        text = _("On the basis of {document}").format(document=name_plainly(proof.citation, describe))
        say(_body(written), f"{text}{'.' if place == last else ';'}", is_italic=True)
    for sentence in paper.opening:
        say(_body(written), sentence)


def name_plainly(citation: Citation, describe: Describe) -> str:
    """A document as an official paper names it; that its text is not held is said to whoever drafts the paper."""
    return describe(replace(citation, held=True))


def add_note_for_drafter(written: Written, citations: Sequence[Citation], describe: Describe) -> None:
    """What whoever drafts the paper must know and whoever signs must not find in it: what nobody here has read.

    It stands framed and by itself behind the signature, to be taken out.
    """
    unread = [one for one in dict.fromkeys(citations) if not one.held]
    if not unread:
        return
    written.add_paragraph()  # two tables that touch would become one
    table = written.add_table(rows=1, cols=1)
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    cell = table.rows[0].cells[0]
    _write(cell, _("Note for the drafter: delete this frame before signing"), size=12, is_bold=True, is_left=True)
    told = _(
        "The library does not hold the full text of the documents below; nothing in this paper was compared with it. "
        "Please compare the original, or strike what rests on it, before the paper is signed:"
    )
    _write(cell, told, size=12, is_left=True)
    for one in unread:
        _write(cell, f"– {name_plainly(one, describe)}", size=12, is_left=True)
    _shade(cell)
    for paragraph in cell.paragraphs[:-1]:
        paragraph.paragraph_format.keep_with_next = True


def _shade(cell: _Cell) -> None:
    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", "FFF2CC")):
        shade.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(shade)  # noqa: SLF001  the library knows no shading of cells


def add_signature(written: Written, paper: Paper) -> None:
    """Recipients on the left, on the right room for whoever signs; they stay together on one page."""
    width = text_width(is_wide=paper.is_wide)
    table = written.add_table(rows=1, cols=2)
    table.autofit = False
    left, right = table.rows[0].cells
    _set_widths(table, (width * 0.45, width * 0.55))
    _write(left, _("Recipients:"), size=12, is_bold=True, is_italic=True, is_left=True)
    for recipient in ("- …………………;", "- …………………;", _("- Filed: clerical office.")):
        _write(left, recipient, size=11, is_left=True)
    _write(right, _("[authority and post of the signer]").upper(), size=13, is_bold=True)
    _write(right, "\n\n\n", size=13)
    _write(right, _("[Full name of the signer]"), size=13, is_bold=True)
    properties = table.rows[0]._tr.get_or_add_trPr()  # noqa: SLF001  the library has no other way to this property
    properties.append(OxmlElement("w:cantSplit"))


def _set_widths(table: Table, widths: Sequence[float]) -> None:
    """In the cells, where one program looks, and in the columns, where the other does."""
    for column, wide in zip(table.columns, widths, strict=True):
        column.width = Cm(wide)
        for cell in column.cells:
            cell.width = Cm(wide)


def _write_day(head: Letterhead) -> str:
    month = f"{head.on.month:02d}" if head.on.month <= _PADDED_MONTHS else str(head.on.month)
    text = _("{place}, day {day} month {month} year {year}")
    return text.format(place=head.place, day=f"{head.on.day:02d}", month=month, year=head.on.year)


def _write(
    cell: _Cell,
    text: str,
    *,
    size: int,
    is_bold: bool = False,
    is_italic: bool = False,
    is_left: bool = False,
) -> None:
    first = cell.paragraphs[0]
    paragraph = first if not first.runs and len(cell.paragraphs) == 1 else cell.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT if is_left else WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.space_after = Pt(0)
    say(paragraph, text, is_bold=is_bold, is_italic=is_italic)
    paragraph.runs[0].font.size = Pt(size)


def _title(written: Written, text: str, *, size: int, before: int = 0, is_italic: bool = False) -> None:
    title = written.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.paragraph_format.space_before, title.paragraph_format.space_after = Pt(before), Pt(2)
    say(title, text, is_bold=not is_italic, is_italic=is_italic)
    title.runs[0].font.size = Pt(size)


def _rule(cell: _Cell, width: float, length: float) -> None:
    _draw_rule(cell.add_paragraph(), width - 0.4, length)


def _rule_below(written: Written, width: float, text: str) -> None:
    """A third to a half of the subject's line."""
    _draw_rule(written.add_paragraph(), width, min(max(len(text) * 0.1, 2.0), width * 0.4))


def _draw_rule(paragraph: Paragraph, width: float, length: float) -> None:
    """A solid line of this length in the middle: the top border of an empty paragraph, drawn in on both sides."""
    side = Cm(max((width - length) / 2, 0))
    form = paragraph.paragraph_format
    form.left_indent = form.right_indent = side
    form.space_before, form.space_after = Pt(2), Pt(2)
    form.line_spacing = Pt(6)
    borders, top = OxmlElement("w:pBdr"), OxmlElement("w:top")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        top.set(qn(f"w:{name}"), value)
    borders.append(top)
    paragraph._p.get_or_add_pPr().append(borders)  # noqa: SLF001  the library knows no borders of paragraphs


def _body(written: Written) -> Paragraph:
    paragraph = written.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    paragraph.paragraph_format.first_line_indent = Cm(1.27)
    return paragraph
