"""Files of any sender: honest ones give their text, all others one reason, within bounded time and memory."""

import signal
import time
import unicodedata
import zipfile
from pathlib import Path

import pytest

from knowledge.reading.files.limits import LETTERS, PAGES
from knowledge.reading.files.opening import read_text_of
from knowledge.reading.files.refusals import Refusal, UnreadableError
from tests.paper import WORD, docx, docx_of, paragraph, pdf, put, table

LETTER = "Kính gửi: Các xã, phường\n1. Đề nghị nộp hồ sơ đúng hạn."
# The same words as the old font TCVN3 keeps them: letters that read as Vietnamese only in that font.
OF_AN_OLD_FONT = "KÝnh göi: C¸c x·, ph­êng\n1. §Ò nghÞ nép hå s¬ ®óng h¹n vµ b¸o c¸o kÕt qu¶."
_NAMESPACE = f'xmlns:w="{WORD}"'


def reason_of(path: Path) -> Refusal:
    with pytest.raises(UnreadableError) as refused:
        read_text_of(path)
    return refused.value.reason


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_plain_text_is_read_in_every_unicode_form(tmp_path: Path, encoding):
    assert read_text_of(put(tmp_path, "a.txt", LETTER.encode(encoding))) == LETTER


def in_windows_1258(text: str) -> bytes:
    """As that code page writes it: letters with their own marks, each tone behind its letter."""
    tones = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}
    written = b""
    for letter in text:
        pieces = unicodedata.normalize("NFD", letter)
        base = unicodedata.normalize("NFC", "".join(one for one in pieces if one not in tones))
        written += (base + "".join(one for one in pieces if one in tones)).encode("cp1258")
    return written


def test_text_of_windows_1258_is_read(tmp_path: Path):
    assert read_text_of(put(tmp_path, "a.txt", in_windows_1258(LETTER))) == LETTER


def test_decomposed_letters_are_composed(tmp_path: Path):
    assert read_text_of(put(tmp_path, "a.txt", unicodedata.normalize("NFD", LETTER))) == LETTER


def test_numbers_that_word_prints_are_in_the_text(tmp_path: Path):
    body = (
        paragraph("Mục đích", (2, 0))
        + paragraph("Việc chung", (1, 0))
        + paragraph("Việc nhỏ", (1, 1))
        + paragraph("việc a", (1, 2))
        + paragraph("việc chấm", (1, 3))
        + paragraph("Việc khác", (1, 0))
    )
    text = read_text_of(put(tmp_path, "a.docx", docx(body)))
    assert text.split("\n") == [
        "I. Mục đích",
        "1. Việc chung",
        "1.1. Việc nhỏ",
        "a) việc a",
        "- việc chấm",
        "2. Việc khác",
    ]


def test_columns_of_a_letterhead_are_read_one_after_the_other(tmp_path: Path):
    body = table([[["ỦY BAN NHÂN DÂN", "XÃ BÃI BỒI"], ["CỘNG HÒA", "Độc lập"]]]) + table(
        [[["STT"], ["Việc"]], [["1"], ["Quét"]]]
    )
    lines = read_text_of(put(tmp_path, "a.docx", docx(body))).split("\n")
    assert [line for line in lines if line] == [
        "ỦY BAN NHÂN DÂN",
        "XÃ BÃI BỒI",
        "CỘNG HÒA",
        "Độc lập",
        "STT\tViệc",
        "1\tQuét",
    ]


def test_deleted_and_hidden_words_are_left_out_and_inserted_ones_kept(tmp_path: Path):
    body = (
        "<w:p><w:del><w:r><w:delText>cũ</w:delText></w:r></w:del><w:ins><w:r><w:t>Mới</w:t></w:r></w:ins>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>kín</w:t></w:r><w:r><w:t> rõ</w:t></w:r></w:p>"
    )
    assert read_text_of(put(tmp_path, "a.docx", docx(body))) == "Mới rõ"


def test_page_numbers_of_a_pdf_are_left_out(tmp_path: Path):
    text = read_text_of(
        put(tmp_path, "a.pdf", pdf(["Trang đầu có chữ tiếng Việt\n1", "2\nTrang sau cũng có chữ Việt"]))
    )
    assert text == "Trang đầu có chữ tiếng Việt\nTrang sau cũng có chữ Việt"


def test_the_content_and_not_the_name_says_what_a_file_is(tmp_path: Path):
    assert read_text_of(put(tmp_path, "a.pdf", docx_of(LETTER))) == LETTER
    assert read_text_of(put(tmp_path, "a.txt", pdf([LETTER]))) == LETTER
    assert read_text_of(put(tmp_path, "a.docx", LETTER)) == LETTER


def test_a_short_text_of_common_letters_is_not_taken_for_an_old_font(tmp_path: Path):
    assert read_text_of(put(tmp_path, "a.txt", "Xin chào các cô")) == "Xin chào các cô"


BOMB = "<w:p><w:r><w:t>" + "a" * 30_000_000 + "</w:t></w:r></w:p>"
ENTITIES = f"""<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>
<w:document {_NAMESPACE}><w:body><w:p><w:r><w:t>&c;</w:t></w:r></w:p></w:body></w:document>"""
DEEP = f"<w:document {_NAMESPACE}>" + "<w:tbl><w:tr><w:tc>" * 50_000
LOCK = "/Encrypt 9 0 R /ID [<00> <00>]"
ENCRYPTED = "<< /Filter /Standard /V 1 /R 2 /O (" + "o" * 32 + ") /U (" + "u" * 32 + ") /P -44 >>"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        pytest.param("a.txt", b"", Refusal.EMPTY, id="nothing in it"),
        pytest.param("a.txt", b" \r\n\t ", Refusal.EMPTY, id="only space"),
        pytest.param("a.txt", b"...---...", Refusal.EMPTY, id="no letter"),
        pytest.param("a.txt", bytes(range(256)) * 20, Refusal.NOT_TEXT, id="any bytes"),
        pytest.param("a.txt", OF_AN_OLD_FONT.encode("latin-1"), Refusal.OLD_LETTERS, id="bytes of an old font"),
        pytest.param("a.txt", OF_AN_OLD_FONT, Refusal.OLD_LETTERS, id="letters of an old font in Unicode"),
        pytest.param("a.docx", docx_of(OF_AN_OLD_FONT), Refusal.OLD_LETTERS, id="an old font in Word"),
        pytest.param("a.txt", b"\xff\xfe" + b"\x00\xd8" * 9, Refusal.BROKEN, id="half letters of UTF-16"),
        pytest.param("a.doc", OLE, Refusal.OLD_WORD, id="Word 97"),
        pytest.param("a.docx", OLE + "EncryptedPackage".encode("utf-16-le"), Refusal.LOCKED, id="Word with a password"),
        pytest.param("a.docx", b"{\\rtf1 abc}", Refusal.RICH_TEXT, id="rich text"),
        pytest.param("a.docx", docx("", {"word/vbaProject.bin": b"x"}), Refusal.MACROS, id="macros"),
        pytest.param(
            "a.docm",
            docx(paragraph("a"), types='<Override PartName="/x" ContentType="application/macroEnabled.main+xml"/>'),
            Refusal.MACROS,
            id="a type with macros",
        ),
        pytest.param("a.docx", docx("", {"xl/workbook.xml": "<a/>"}), Refusal.WORKBOOK, id="a workbook"),
        pytest.param("a.png", b"\x89PNG\r\n\x1a\n0000", Refusal.PICTURE, id="a picture"),
        pytest.param("a.txt", b"<!DOCTYPE html><html>chao</html>", Refusal.WEB_PAGE, id="a web page"),
        pytest.param("a.docx", docx(""), Refusal.EMPTY, id="an empty Word document"),
        pytest.param("a.docx", docx_of(LETTER)[:-40], Refusal.BROKEN, id="a Word document cut off"),
        pytest.param("a.docx", docx("<w:p>"), Refusal.BROKEN, id="tags that do not close"),
        pytest.param("a.docx", docx(BOMB), Refusal.BOMB, id="a bomb"),
        pytest.param("a.docx", docx("", {"word/document.xml": ENTITIES}), Refusal.BOMB, id="entities"),
        pytest.param("a.docx", docx("", {"word/document.xml": DEEP}), Refusal.BOMB, id="tables in tables"),
        pytest.param("a.docx", docx("", dict.fromkeys(map(str, range(3100)), "")), Refusal.BOMB, id="many parts"),
        pytest.param("a.pdf", b"%PDF-1.7\nnothing", Refusal.BROKEN, id="a PDF of one line"),
        pytest.param("a.pdf", pdf([LETTER])[:300], Refusal.BROKEN, id="a PDF cut off"),
        pytest.param("a.pdf", pdf([""]), Refusal.NO_TEXT_LAYER, id="a scan"),
        pytest.param("a.pdf", pdf([LETTER, "", "", ""]), Refusal.NO_TEXT_LAYER, id="a scan behind a cover"),
        pytest.param("a.pdf", pdf([LETTER] * (PAGES + 1)), Refusal.TOO_MANY_PAGES, id="more pages than any document"),
        pytest.param("a.pdf", pdf([LETTER] * 5_000), Refusal.TOO_MANY_PAGES, id="five thousand pages"),
        pytest.param("a.pdf", pdf([LETTER], ENCRYPTED, trailer=LOCK), Refusal.LOCKED, id="a PDF with a password"),
        pytest.param("a.txt", b"a" * 9_000_000, Refusal.TOO_LONG, id="a large text"),
        pytest.param("a.txt", b"a b " * (LETTERS // 4 + 1), Refusal.TOO_LONG, id="a long text"),
        pytest.param("a.pdf", b"%PDF-" + b"0" * 21 * 1024 * 1024, Refusal.TOO_BIG, id="a large PDF"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_read_gives_its_reason_soon(tmp_path: Path, name, content, reason):
    began = time.perf_counter()
    assert reason_of(put(tmp_path, name, content)) is reason
    assert time.perf_counter() - began < 20


def test_a_file_that_is_not_there_and_a_folder_give_their_reasons(tmp_path: Path):
    assert reason_of(tmp_path / "khong-co.txt") is Refusal.MISSING
    assert reason_of(tmp_path) is Refusal.NOT_A_FILE


def test_a_package_of_another_program_is_told_apart(tmp_path: Path):
    path = tmp_path / "a.odt"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.text")
    assert reason_of(path) is Refusal.OTHER_PACKAGE


def test_a_process_that_takes_too_long_is_told_as_slow_and_not_as_heavy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    from knowledge.reading.files import child

    monkeypatch.setattr(child, "WALL_SECONDS", 0.01)
    assert reason_of(put(tmp_path, "a.docx", docx_of(LETTER))) is Refusal.TOO_SLOW


@pytest.mark.parametrize(
    ("by", "reason"),
    [
        (signal.SIGXCPU, Refusal.TOO_SLOW),
        (signal.SIGABRT, Refusal.TOO_HEAVY),
        (signal.SIGKILL, Refusal.CUT_OFF),
        (signal.SIGSEGV, Refusal.BROKEN),
    ],
    ids=["its time", "its memory", "somebody else", "the bytes themselves"],
)
def test_whoever_reads_and_is_ended_says_by_what(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by, reason):
    from knowledge.reading.files import child

    script = tmp_path / "ends"
    script.write_text(f"#!/bin/sh\nkill -{int(by)} $$\n")
    script.chmod(0o700)
    monkeypatch.setattr(child.sys, "executable", str(script))
    with pytest.raises(UnreadableError) as refused:
        child.parse_apart("pdf", tmp_path / "a.pdf")
    assert refused.value.reason is reason
