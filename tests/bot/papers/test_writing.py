"""A paper becomes a Word document that can be opened: title, tables, paragraphs with their bases, page numbers."""

from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from zipfile import ZipFile

import pytest
from docx import Document

from bot.papers.handing import DOCX, file_of
from bot.papers.writing import write_docx
from handlers.phrases import locale_of
from handlers.reply import File, Letterhead, Line, Paper, PaperTable, Reply
from handlers.stating import state_for
from knowledge.documents import Citation
from knowledge.library import Library
from knowledge.proof import Proof
from tests.handlers.visits import TODAY
from tests.people import HUNG_YEN, rule_book

PRINTED = datetime(2026, 11, 21, 2, tzinfo=UTC)


def describe(cite: Citation) -> str:
    return f"Công văn {cite.document}, điểm {cite.point}"


@pytest.fixture(scope="module")
def paper(library: Library) -> Paper:
    cite = library.cite(*library.accountability)
    law = state_for("Thủ trưởng chịu trách nhiệm.", (cite,), rule_book(library).on(TODAY), HUNG_YEN)
    events = tuple((str(n), "09:00 21/11/2026", "Nguyễn Văn Mẫu", "đề nghị\n“lý do”") for n in range(1, 41))
    return Paper(
        name="cu-di-hoc-1-CB001",
        title="Bản ghi việc đề nghị và cử đi học",
        subtitle="Số 1",
        tables=(
            PaperTable((("Họ tên", "Nguyễn Văn Mẫu"), ("Lớp", "Tiếng Anh \x0b<&> bậc 3")), title="I. Nội dung"),
            PaperTable(events, ("TT", "Thời gian", "Người", "Nội dung"), title="II. Quá trình"),
        ),
        paragraphs_title="III. Trách nhiệm",
        paragraphs=(Line("Hạn trả lời: 27/11/2026."), law),
        closing="In lúc 09:00 21/11/2026.",
        printed_at=PRINTED,
    )


def test_a_paper_is_written_as_a_document_that_reads_the_same(paper: Paper) -> None:
    content = write_docx(paper, describe)
    read = Document(BytesIO(content))
    said = [one.text for one in read.paragraphs]
    assert said[0] == "BẢN GHI VIỆC ĐỀ NGHỊ VÀ CỬ ĐI HỌC"
    assert "Thủ trưởng chịu trách nhiệm. [1]" in said
    assert "[1] Công văn 2123/UBND-NC, điểm 4" in said
    assert said[-1] == "In lúc 09:00 21/11/2026."
    facts, events = read.tables
    assert [cell.text for cell in facts.rows[1].cells] == ["Lớp", "Tiếng Anh <&> bậc 3"]
    assert [cell.text for cell in events.rows[0].cells] == ["TT", "Thời gian", "Người", "Nội dung"]
    assert len(events.rows) == 41
    assert events.rows[1].cells[3].text == "đề nghị\n“lý do”"
    assert read.core_properties.created.replace(tzinfo=UTC) == PRINTED


def test_the_header_stands_on_every_page_and_pages_are_numbered(paper: Paper) -> None:
    with ZipFile(BytesIO(write_docx(paper, describe))) as opened:
        body = opened.read("word/document.xml").decode()
        footer = next(
            opened.read(name).decode() for name in opened.namelist() if "footer" in name and "rels" not in name
        )
    assert body.count("<w:tblHeader/>") == 1
    assert body.count("<w:cantSplit/>") == 43
    assert "Times New Roman" in body or "w:pgSz" in body
    assert 'w:instr="PAGE"' in footer


def test_a_reply_hands_over_its_paper_or_its_file(paper: Paper) -> None:
    given = File("a.json", b"{}", "application/json")
    assert file_of(Reply("x"), describe) is None
    assert file_of(Reply("x", file=given), describe) is given
    with locale_of("vi"):
        made = file_of(Reply("x", paper=paper), describe)
    assert made is not None
    assert (made.name, made.media_type) == ("cu-di-hoc-1-CB001.docx", DOCX)


def test_rows_stand_below_the_heading_of_their_group_in_one_table() -> None:
    rows = (("Sở Mẫu: 1 nội dung",), ("1", "CB001"), ("Hội Mẫu: 1 nội dung",), ("2", "CB002"))
    paper = Paper(name="a", title="Danh sách", tables=(PaperTable(rows, ("TT", "Mã")),))
    (table,) = Document(BytesIO(write_docx(paper, describe))).tables
    assert [len(row._tr.tc_lst) for row in table.rows] == [2, 1, 2, 1, 2]
    assert [row.cells[0].text for row in table.rows] == ["TT", "Sở Mẫu: 1 nội dung", "1", "Hội Mẫu: 1 nội dung", "2"]
    assert table.rows[1].cells[0].paragraphs[0].paragraph_format.keep_with_next


def test_an_official_paper_has_its_head_its_grounds_and_room_to_sign(library: Library) -> None:
    rules = rule_book(library).on(TODAY)
    document = library.get_document(library.accountability[0])
    paper = Paper(
        name="con-thieu",
        title="Danh sách",
        subtitle="Cán bộ còn thiếu tiêu chuẩn chức danh",
        letterhead=Letterhead("", "Sở Mẫu", "Hưng Yên", date(2026, 2, 3), "(tính đến ngày 03/02/2026)"),
        grounds=(Proof(document, "4", TODAY, HUNG_YEN),),
        opening=("Phạm vi: Sở Mẫu",),
        tables=(PaperTable((("1", "CB001"),), ("TT", "Mã"), widths=(10.0, 90.0)),),
        paragraphs=(state_for("Thủ trưởng chịu trách nhiệm.", [library.cite(document.id, "4")], rules, HUNG_YEN),),
        is_wide=True,
    )
    with locale_of("vi"):
        content = write_docx(paper, describe)
    read = Document(BytesIO(content))
    head = [cell.text for row in read.tables[0].rows for cell in row.cells]
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc" in head[1]
    assert head[0].startswith("[CƠ QUAN CHỦ QUẢN]\nSỞ MẪU")
    assert head[2].startswith("Số:")
    assert head[3] == "Hưng Yên, ngày 03 tháng 02 năm 2026"
    said = [one.text for one in read.paragraphs]
    assert "DANH SÁCH" in said
    assert "Căn cứ Công văn 2123/UBND-NC, điểm 4." in said
    assert "Thủ trưởng chịu trách nhiệm." in said  # its basis stands above already
    assert "Nơi nhận:" in read.tables[-1].rows[0].cells[0].text
    section = read.sections[0]
    assert [round(one.cm, 1) for one in (section.left_margin, section.right_margin, section.top_margin)] == [3, 1.5, 2]
    assert section.page_width > section.page_height
    assert section.different_first_page_header_footer
    assert sum(column.width.cm for column in read.tables[1].columns) < 25.3


def test_what_is_not_held_is_told_to_the_drafter_and_never_signed(library: Library) -> None:
    unread = next(one for one in library.documents.values() if not one.text_held)
    held = next(one for one in library.documents.values() if one.text_held)
    grounds = tuple(Proof(one, None, TODAY, HUNG_YEN) for one in (held, unread) if one.binds(HUNG_YEN))
    remark = "(chưa có toàn văn trong kho)"

    def say(cite: Citation) -> str:
        return f"Công văn {cite.document}" if cite.held else f"Công văn {cite.document} {remark}"

    paper = Paper("a", "Danh sách", letterhead=Letterhead("", "", "Hưng Yên", TODAY, ""), grounds=grounds)
    read = Document(BytesIO(write_docx(paper, say)))
    assert remark not in "".join(one.text for one in read.paragraphs)
    note = read.tables[-1].rows[0].cells[0].text
    assert unread.id in note
    assert held.id not in note
    clean = replace(paper, grounds=grounds[:1])
    assert len(Document(BytesIO(write_docx(clean, say))).tables) == len(read.tables) - 1
