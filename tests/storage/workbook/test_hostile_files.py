"""Damaged, dishonest and foreign files are refused with one clear problem, quickly and in little memory."""

import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from storage.workbook.limits import DEFAULT_LIMITS, Limits
from storage.workbook.opening import open_workbook
from storage.workbook.problems import Problem, ProblemKind, UnreadableError
from storage.workbook.raw import Flaw, RawRow
from tests.storage.workbook.books import UNIT_HEADER, WHOLE, read, write_csv, write_xlsx

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
SMALL = Limits(
    file_bytes=1 << 20,
    part_bytes=1 << 20,
    small_part_bytes=1 << 16,
    shared_text_bytes=1 << 18,
    shared_texts=1000,
    token_bytes=1 << 17,
    sheets=8,
    rows=100,
    columns=20,
)


def pack(path: Path, sheet: str, *, texts: str = "", styles: str = "", book: str = "", **more: str) -> Path:
    """A package written by hand: one sheet of this XML, with the parts around it."""
    parts = {
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r" Type="{OFFICE}/officeDocument"'
        ' Target="/xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{book}<sheets>'
        '<sheet name="don_vi" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">'
        f'<Relationship Id="r1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="r2" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
        f'<Relationship Id="r3" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": sheet,
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{texts}</sst>',
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}">{styles}</styleSheet>',
        **more,
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def sheet_of(rows: str) -> str:
    return f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'


def rows_of(path: Path, limits: Limits = SMALL) -> list[RawRow]:
    with open_workbook(path, limits) as sheets:
        return [row for sheet in sheets for row in sheet.rows()]


def refusal_of(path: Path, limits: Limits = SMALL) -> Problem:
    with pytest.raises(UnreadableError) as refused:
        rows_of(path, limits)
    return refused.value.problem


def old_excel(path: Path) -> None:
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 4096)


def with_password(path: Path) -> None:
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512 + "EncryptedPackage".encode("utf-16-le"))


def with_locked_parts(path: Path) -> None:
    pack(path, sheet_of(""))
    content = bytearray(path.read_bytes())
    place = content.find(b"PK\x01\x02")
    while place >= 0:
        content[place + 8] |= 1  # the flag of an encrypted part
        place = content.find(b"PK\x01\x02", place + 4)
    path.write_bytes(bytes(content))


def cut_short(path: Path) -> None:
    write_xlsx(path, WHOLE)
    path.write_bytes(path.read_bytes()[:-200])


def with_a_wrong_sum(path: Path) -> None:
    pack(path, sheet_of(""))
    content = bytearray(path.read_bytes())
    place = content.find(b"xl/worksheets/sheet1.xml")
    content[place + 30] ^= 0xFF
    path.write_bytes(bytes(content))


def bomb(path: Path) -> None:
    pack(path, sheet_of(" " * (64 << 20)))


def lying_bomb(path: Path) -> None:
    """Says that it unpacks to a hundred bytes."""
    pack(path, sheet_of(" " * (8 << 20)))
    content = bytearray(path.read_bytes())
    place = content.rfind(b"xl/worksheets/sheet1.xml") - 46
    content[place + 24 : place + 28] = (100).to_bytes(4, "little")
    path.write_bytes(bytes(content))


def laughing(path: Path) -> None:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    pack(path, f'<!DOCTYPE x [<!ENTITY l0 "ha">{entities}]>' + sheet_of('<row r="1"><c><v>&l9;</v></c></row>'))


def with_many_parts(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(6000):
            archive.writestr(f"p{number}", "")


REFUSED: list[object] = [
    pytest.param(lambda path: path.write_bytes(b""), ProblemKind.NOT_A_WORKBOOK, id="an empty file"),
    pytest.param(lambda path: path.write_text("ma_don_vi;ten"), ProblemKind.NOT_A_WORKBOOK, id="text called .xlsx"),
    pytest.param(old_excel, ProblemKind.OLD_FORMAT, id="the old binary format"),
    pytest.param(with_password, ProblemKind.PASSWORD_PROTECTED, id="a workbook with a password"),
    pytest.param(with_locked_parts, ProblemKind.PASSWORD_PROTECTED, id="a zip with a password"),
    pytest.param(cut_short, ProblemKind.BROKEN_FILE, id="a file cut short"),
    pytest.param(with_a_wrong_sum, ProblemKind.BROKEN_FILE, id="a part that was changed by accident"),
    pytest.param(
        lambda path: pack(path, sheet_of(""), **{"xl/vbaProject.bin": "x"}), ProblemKind.HAS_MACROS, id="macros"
    ),
    pytest.param(
        lambda path: pack(path, "", mimetype="application/vnd.oasis.opendocument.spreadsheet"),
        ProblemKind.OTHER_FORMAT,
        id="an OpenDocument workbook",
    ),
    pytest.param(lambda path: pack(path, "<worksheet"), ProblemKind.BROKEN_FILE, id="XML that does not close"),
    pytest.param(
        lambda path: pack(path, sheet_of('<row r="1"><c t="s"><v>7</v></c></row>')),
        ProblemKind.BROKEN_FILE,
        id="a shared text that is not there",
    ),
    pytest.param(
        lambda path: pack(path, sheet_of('<row r="1"><c r="AAAA1"><v>7</v></c></row>')),
        ProblemKind.BROKEN_FILE,
        id="a column beyond the last of Excel",
    ),
    pytest.param(laughing, ProblemKind.BROKEN_FILE, id="entities within entities"),
    pytest.param(bomb, ProblemKind.TOO_LARGE, id="a part that unpacks to 64 MB"),
    pytest.param(lying_bomb, ProblemKind.BROKEN_FILE, id="a part that lies about its size"),
    pytest.param(with_many_parts, ProblemKind.TOO_LARGE, id="six thousand parts"),
    pytest.param(
        lambda path: pack(path, sheet_of(f'<row r="1" x="{"y" * 600_000}"/>')),
        ProblemKind.TOO_LARGE,
        id="one enormous tag",
    ),
    pytest.param(
        lambda path: pack(path, sheet_of(f'<row r="1"><c><v>{"1" * 600_000}</v></c></row>')),
        ProblemKind.TOO_LARGE,
        id="one enormous cell",
    ),
    pytest.param(
        lambda path: pack(path, sheet_of(""), texts="<si><t>x</t></si>" * 2000),
        ProblemKind.TOO_LARGE,
        id="more shared texts than a workbook needs",
    ),
    pytest.param(
        lambda path: pack(path, sheet_of("<row/>" * 200)), ProblemKind.TOO_MANY_ROWS, id="empty rows without end"
    ),
    pytest.param(
        lambda path: pack(path, sheet_of('<row r="4000000000"/>')), ProblemKind.TOO_MANY_ROWS, id="a row far below"
    ),
]


@pytest.mark.parametrize(("make", "kind"), REFUSED)
def test_a_file_is_refused_with_its_reason_when_it_is_no_honest_workbook(
    make: Callable[[Path], object], kind: ProblemKind, tmp_path: Path
) -> None:
    path = tmp_path / "so.xlsx"
    make(path)
    tracemalloc.start()

    problem = refusal_of(path)

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert problem.kind is kind
    assert problem.sheet in {"so.xlsx", "don_vi"}
    assert peak < 16 << 20


def test_a_cell_in_the_last_corner_costs_nothing_when_it_stands_alone(tmp_path: Path) -> None:
    corner = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    path = pack(tmp_path / "so.xlsx", sheet_of(corner))

    rows = rows_of(path, DEFAULT_LIMITS)

    assert [row.number for row in rows] == [1, 1048576]
    assert rows[1].cells == {DEFAULT_LIMITS.columns: 1}


def test_a_workbook_is_refused_when_its_parts_together_are_too_large(tmp_path: Path) -> None:
    path = pack(tmp_path / "so.xlsx", sheet_of(" " * 900_000), texts=" " * 200_000)

    assert rows_of(path, SMALL) == []
    assert refusal_of(path, replace(SMALL, all_bytes=1 << 20)).kind is ProblemKind.TOO_LARGE


def test_a_zip_made_by_hand_is_refused_when_it_uses_rare_compression(tmp_path: Path) -> None:
    path = tmp_path / "so.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")

    assert refusal_of(path).kind is ProblemKind.BROKEN_FILE


def test_a_missing_path_is_named_when_there_is_nothing(tmp_path: Path) -> None:
    assert refusal_of(tmp_path / "khong-co.xlsx").kind is ProblemKind.PATH_NOT_FOUND


def test_an_empty_folder_is_told_when_it_holds_no_sheet(tmp_path: Path) -> None:
    assert [one.kind for one in read(tmp_path)[1]] == [ProblemKind.NOTHING_TO_LOAD]


SHEET_XML = [
    pytest.param('<c r="A1" t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r></is></c>', {0: "ab"}, id="rich text"),
    pytest.param('<c r="B1" t="s"><v>1</v></c>', {1: "chữ"}, id="shared text without its reading aid"),
    pytest.param('<c><v>1</v></c><c><v>2.50</v></c><c r="E1"><v>3E2</v></c>', {0: 1, 1: 2.5, 4: 300}, id="numbers"),
    pytest.param('<c t="b"><v>1</v></c><c t="b"><v>0</v></c>', {0: True, 1: False}, id="true and false"),
    pytest.param('<c t="e"><v>#N/A</v></c>', {0: Flaw.ERROR_VALUE}, id="an error"),
    pytest.param("<c><f>1+1</f></c>", {0: Flaw.FORMULA_NOT_COMPUTED}, id="a formula never computed"),
    pytest.param('<c t="str"><f>A1</f><v>x</v></c>', {0: "x"}, id="a formula that gives text"),
    pytest.param('<c t="str"><f>A1</f><v></v></c>', None, id="a formula that gives nothing"),
    pytest.param("<c><v>1234567890123456</v></c>", {0: Flaw.NUMBER_CUT}, id="a number whose end Excel lost"),
    pytest.param('<c s="1"><v>44197</v></c>', {0: "2021-01-01"}, id="a date"),
    pytest.param('<c s="1"><v>44197.75</v></c>', {0: "2021-01-01"}, id="a date with a time"),
    pytest.param('<c s="2"><v>44197</v></c>', {0: "2021-01-01"}, id="a date of a format of one's own"),
    pytest.param('<c s="3"><v>44197</v></c>', {0: 44197}, id="a number whose format only has a word with d"),
    pytest.param('<c s="1"><v>0.5</v></c>', {0: 0.5}, id="a time of day is no date"),
    pytest.param('<c t="d"><v>2021-01-01T00:00:00</v></c>', {0: "2021-01-01"}, id="a date in ISO form"),
    pytest.param('<c r="A1"/><c r="B1" s="1"/>', None, id="cells with a format and no content"),
]
STYLES = (
    '<numFmts><numFmt numFmtId="170" formatCode="[$-42A]dd/mm/yyyy;@"/>'
    '<numFmt numFmtId="171" formatCode="0&quot; đồng d&quot;"/>'
    '</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/>'
    '<xf numFmtId="170"/><xf numFmtId="171"/></cellXfs>'
)
TEXTS = "<si><t>không</t></si><si><t>chữ</t><rPh><t>đọc</t></rPh></si>"


@pytest.mark.parametrize(("cells", "expected"), SHEET_XML)
@pytest.mark.parametrize("prefix", ["", "x:"])
def test_cells_are_read_as_excel_means_them(
    cells: str, expected: dict[int, object] | None, prefix: str, tmp_path: Path
) -> None:
    sheet = sheet_of(f'<row r="1">{cells}</row>')
    if prefix:
        sheet = sheet.replace("</", "\0").replace("<", f"<{prefix}").replace("\0", f"</{prefix}")
        sheet = sheet.replace("xmlns=", "xmlns:x=")
    path = pack(tmp_path / "so.xlsx", sheet, texts=TEXTS, styles=STYLES)

    rows = rows_of(path)

    cells_read = rows[0].cells.items() if rows else None
    found = cells_read and {place: str(cell) if isinstance(cell, date) else cell for place, cell in cells_read}
    assert found == expected


def test_days_count_from_1904_when_the_workbook_says_so(tmp_path: Path) -> None:
    sheet = sheet_of('<row r="1"><c s="1"><v>42735</v></c></row>')
    path = pack(tmp_path / "so.xlsx", sheet, styles=STYLES, book='<workbookPr date1904="1"/>')

    assert str(rows_of(path)[0].cells[0]) == "2021-01-01"


def test_the_line_is_named_when_a_csv_file_is_not_utf_8(tmp_path: Path) -> None:
    write_csv(tmp_path, {"don_vi": [UNIT_HEADER, ["SM", "So Mau"], ["PM", "Phòng"]]}, encoding="cp1252")

    problems = read(tmp_path)[1]

    assert [(one.sheet, one.row, one.kind) for one in problems][-1] == ("don_vi", 3, ProblemKind.WRONG_ENCODING)


def test_the_encoding_is_told_when_a_csv_file_is_in_utf_16(tmp_path: Path) -> None:
    write_csv(tmp_path, {"don_vi": [UNIT_HEADER]}, encoding="utf-16")

    assert [(one.row, one.kind) for one in read(tmp_path)[1]] == [(1, ProblemKind.WRONG_ENCODING)]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        pytest.param('ma_don_vi,ten_don_vi,loai,dia_ban\nSM,"Sở', ProblemKind.BROKEN_QUOTES, id="a quote never closed"),
        pytest.param(
            "ma_don_vi,ten_don_vi,loai,dia_ban\nSM" + "".join(',"a\na"' for _ in range(400_000)),
            ProblemKind.TOO_LARGE,
            id="a row over hundreds of thousands of lines",
        ),
        pytest.param(
            f"ma_don_vi,ten_don_vi,loai,dia_ban\nSM,{'x' * 3_000_000}", ProblemKind.TOO_LARGE, id="an enormous line"
        ),
    ],
)
def test_a_broken_csv_file_is_refused(text: str, kind: ProblemKind, tmp_path: Path) -> None:
    (tmp_path / "don_vi.csv").write_text(text, encoding="utf-8")

    assert [(one.sheet, one.kind) for one in read(tmp_path)[1]] == [("don_vi", kind)]


def test_people_are_not_called_unknown_when_their_sheet_cannot_be_read(tmp_path: Path) -> None:
    write_csv(tmp_path, WHOLE)
    (tmp_path / "can_bo.csv").write_bytes(b"\xff\xfe\x00")

    assert [(one.sheet, one.kind) for one in read(tmp_path)[1]] == [("can_bo", ProblemKind.WRONG_ENCODING)]


def test_only_the_first_mistakes_are_kept_when_there_are_too_many(tmp_path: Path) -> None:
    write_csv(tmp_path, {"don_vi": [UNIT_HEADER, *([None, None, "?", None, "?"] for _ in range(2000))]})

    assert len(read(tmp_path)[1]) == 1000


def test_deflate_that_breaks_off_is_refused(tmp_path: Path) -> None:
    path = pack(tmp_path / "so.xlsx", sheet_of("<row/>" * 50))
    packed = zlib.compress(sheet_of("<row/>" * 50).encode())[2:12]
    content = path.read_bytes()

    path.write_bytes(content.replace(packed, bytes(len(packed)), 1))

    assert refusal_of(path).kind is ProblemKind.BROKEN_FILE
