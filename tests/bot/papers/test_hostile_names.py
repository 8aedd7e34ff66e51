"""Whatever people and units are called, every file of ours opens, reckons nothing and shows what is there."""

import io
import zipfile
from datetime import UTC, date, datetime
from xml.etree import ElementTree as ET

import docx
import icalendar
import openpyxl
import pypdfium2
import pytest

from bot.calendars import write_calendar
from bot.drawing import draw
from bot.papers.code_sheet import write_code_sheet
from bot.papers.writing import write_docx
from handlers.reply import (
    CalendarDay,
    CalendarFile,
    Chart,
    CodeCard,
    CodeSheet,
    File,
    Letterhead,
    Line,
    Paper,
    PaperTable,
)
from storage.records import SheetLayout
from storage.workbook.result_file import SheetsWriter

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
HOSTILE = {
    "a formula": '=HYPERLINK("http://x.example","Lan")',
    "a sum": "+1+1",
    "a difference": "-2+3",
    "a link to another sheet": "@SUM(A1)",
    "a tab before": "\t=1+1",
    "a carriage return before": "\r=1+1",
    "a control character before": "\x01=1+1",
    "letters turned round": "\u202e=Lan\u202c gnas\u2066x\u2069",
    "what XML cannot hold": "Lan\x00\x0b\x1f\ufffe\uffff\ud800",
    "markup": "<w:t>&lan;]]></w:t><script>",
    "very long": "Nguyễn\U0001f600" * 20_000,
    "mathematics": "Sở $x_1$ và {a}^",
    "nothing": "",
}
NAMES = tuple(HOSTILE.values())
ALL = " ".join(NAMES)
_TURNS = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")


def parts_of(content: bytes) -> str:
    """Every part of an office file, read as XML."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        texts = [archive.read(one).decode() for one in archive.namelist() if one.endswith((".xml", ".rels"))]
    for one in texts:
        ET.fromstring(one)  # noqa: S314  ours
    whole = "".join(texts)
    assert not _TURNS & set(whole)
    return whole


def test_workbook_opens_and_reckons_nothing():
    book = SheetsWriter().begin()
    for name in NAMES:
        sheet = book.add(SheetLayout(name, ((name, 10), ("B", 10)), above=(name, "as of")))
        sheet.append([name, date(2026, 1, 1)])
        sheet.say(name)
    content = book.finish()

    assert "<f>" not in parts_of(content)
    read = openpyxl.load_workbook(io.BytesIO(content))
    assert all(len(page.title) <= 31 for page in read.worksheets)
    cells = [cell for page in read for row in page.iter_rows() for cell in row if cell.value is not None]
    assert all(cell.data_type != "f" for cell in cells)
    texts = [cell for cell in cells if isinstance(cell.value, str)]
    assert all(len(cell.value.encode("utf-16-le")) <= 2 * 32_767 for cell in texts)
    assert all(cell.quotePrefix for cell in texts if cell.value.startswith(("=", "+", "-", "@", "\t")))


def test_word_document_opens():
    head = Letterhead(issuer=ALL[:500], above=ALL[:500], place=ALL[:500], on=date(2026, 11, 23), as_of=ALL[:500])
    tables = tuple(PaperTable(header=("A", name), rows=((name, "b"),), title=name) for name in NAMES)
    lines = tuple(map(Line, NAMES))
    paper = Paper("x", ALL, ALL, letterhead=head, tables=tables, paragraphs=lines, closing=ALL)
    content = write_docx(paper, str)

    parts_of(content)
    assert len(docx.Document(io.BytesIO(content)).tables) == len(NAMES) + 2  # head and signature


def test_calendar_is_read_by_others_with_as_many_events():
    ends = "\nEND:VEVENT\nBEGIN:VEVENT"
    days = tuple(CalendarDay(str(n), date(2026, 12, 31), name, name + ends) for n, name in enumerate(NAMES))
    written = write_calendar(CalendarFile("x", ALL, "CB001", 1, NOW, days))

    assert len(icalendar.Calendar.from_ical(written).walk("VEVENT")) == len(NAMES)
    text = written.decode()
    assert not _TURNS & set(text)
    assert all(sign in "\r\n\t" or sign >= " " for sign in text)


def test_each_slip_with_a_code_stays_in_its_place():
    cards = tuple(CodeCard(name, name, name, name, f"7KX4PQ{n:02}", NOW) for n, name in enumerate(NAMES))
    file = write_code_sheet(CodeSheet(cards, ALL, NOW, ALL))

    pages = list(pypdfium2.PdfDocument(file.content))
    texts = [one.get_textpage().get_text_range() for one in pages]
    assert len(pages) == 2
    assert all(f"7KX4 PQ{n:02}" in texts[n // 8] for n in range(len(NAMES)))


def test_chart_is_drawn():
    chart = Chart(tuple((1, 2) for _name in NAMES), "a chart", title=ALL, labels=NAMES, legend=NAMES[:4])
    assert draw(chart).content


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("../../etc/pass\x00wd", "etc-passwd"),
        ('ket "qua"\r\nX: y.xlsx', "ket -qua-X- y.xlsx"),
        ("danh-sach\u202exslx.exe", "danh-sachxslx.exe"),
        ("--help.docx", "help.docx"),
        ("Sở Nội vụ.docx", "Sở Nội vụ.docx"),
        (f"{'a' * 300}.pdf", f"{'a' * 100}.pdf"),
        ("\u202e.pdf", "tep.pdf"),
        ("", "tep"),
    ],
)
def test_a_file_is_called_what_every_system_takes(name, called):
    assert File(name, b"", "").name == called
