"""Writes a large invented roster the way Excel does (shared strings, styled dates), or as a folder of CSV files.

Run as: python -m tests.bench.big_workbook PATH --people 100000 --credentials 4
"""

import csv
import random
import zipfile
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from xml.sax.saxutils import escape

_FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Ngô")
_MIDDLE = ("Mẫu", "Thử", "Ví Dụ")
_GIVEN = ("An", "Bình", "Chi", "Dũng", "Giang", "Hà", "Khánh", "Lan", "Minh", "Nga", "Phúc", "Quân", "Sơn", "Tú", "Yến")
_EPOCH = date(1899, 12, 30)

Cell = str | int | date | None
Row = tuple[Cell, ...]

UNITS = ("ma_don_vi", "ten_don_vi", "loai", "truc_thuoc", "dia_ban", "thu_truong")
PEOPLE = (
    "ma_can_bo", "ho_ten", "ngay_sinh", "gioi_tinh", "ma_don_vi", "chuc_danh", "nhom_chuc_danh", "dien_quan_ly",
    "la_lanh_dao", "ngay_giu_chuc_vu", "dien_thoai",
)  # fmt: skip
CREDENTIALS = ("ma_can_bo", "loai", "muc", "don_vi_cap", "so_hieu", "ngay_cap", "ngay_het_han", "trang_thai")
STANDARDS = ("nhom_chuc_danh", "tieu_chi", "muc_toi_thieu", "can_cu", "diem", "tu_ngay")


def list_units(count: int) -> Iterator[Row]:
    yield "SM", "Sở Mẫu", "so", None, "hung-yen", "CB0000000"
    for number in range(1, count):
        yield f"P{number:04}", f"Phòng Mẫu {number}", "phong", "SM", "hung-yen", None


def list_people(count: int, units: int, luck: random.Random) -> Iterator[Row]:
    for number in range(count):
        unit = "SM" if number == 0 else f"P{luck.randrange(1, units):04}"
        yield (
            f"CB{number:07}",
            f"{luck.choice(_FAMILY)} {luck.choice(_MIDDLE)} {luck.choice(_GIVEN)} {number}",
            date(1966, 1, 1) + timedelta(days=luck.randrange(12000)),
            luck.choice(("nam", "nu")),
            unit,
            "Chuyên viên",
            "chuyen_vien",
            "don_vi",
            "khong",
            date(2022, 1, 1) + timedelta(days=luck.randrange(1400)),
            f"09{number:08}",
        )


def list_credentials(people: int, each: int, luck: random.Random) -> Iterator[Row]:
    choices = (
        ("bang_cap", "dai_hoc"), ("qlnn", "chuyen_vien"), ("vstep", "bac_3"), ("cntt_co_ban", None), ("ielts", "5.5"),
        ("llct", "trung_cap"),
    )  # fmt: skip
    for number in range(people):
        for place in range(each):
            kind, level = choices[place % len(choices)]
            issued = date(2012, 1, 1) + timedelta(days=luck.randrange(5000))
            yield (
                f"CB{number:07}",
                kind,
                level,
                f"Trường Mẫu {number % 40}",
                f"SH-{number}-{place}",
                issued,
                issued + timedelta(days=730) if kind == "ielts" else None,
                "da_xac_minh",
            )


def list_standards() -> Iterator[Row]:
    yield "chuyen_vien", "ngoai_ngu", "bac_3", "02/MẪU-TU", "1", date(2020, 1, 1)


def sheets(people: int, each: int, units: int = 2000) -> dict[str, tuple[tuple[str, ...], Iterator[Row]]]:
    """The four large sheets: name → header and rows, the same on every run."""
    return {
        "don_vi": (UNITS, list_units(units)),
        "can_bo": (PEOPLE, list_people(people, units, random.Random(1))),  # noqa: S311 (sample data)
        "van_bang": (CREDENTIALS, list_credentials(people, each, random.Random(2))),  # noqa: S311 (sample data)
        "tieu_chuan": (STANDARDS, list_standards()),
    }


def write_csv(folder: Path, content: dict[str, tuple[tuple[str, ...], Iterator[Row]]]) -> None:
    """One UTF-8 file per sheet, dates as dd/mm/yyyy."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (header, rows) in content.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8-sig", newline="") as file:
            out = csv.writer(file)
            out.writerow(header)
            for row in rows:
                out.writerow([f"{cell:%d/%m/%Y}" if isinstance(cell, date) else cell for cell in row])


def write_xlsx(path: Path, content: dict[str, tuple[tuple[str, ...], Iterator[Row]]]) -> None:
    """A workbook with shared strings and a date style, as Excel saves it."""
    strings: dict[str, int] = {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        for place, (header, rows) in enumerate(content.values(), start=1):
            with book.open(f"xl/worksheets/sheet{place}.xml", "w", force_zip64=True) as out:
                out.write(f'{_XML}<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
                _write_row(out, 1, header, strings)
                for number, row in enumerate(rows, start=2):
                    _write_row(out, number, row, strings)
                out.write(b"</sheetData></worksheet>")
        with book.open("xl/sharedStrings.xml", "w", force_zip64=True) as out:
            out.write(f'{_XML}<sst xmlns="{_MAIN}">'.encode())
            out.writelines(f"<si><t>{escape(text)}</t></si>".encode() for text in strings)
            out.write(b"</sst>")
        for name, text in _parts(list(content)).items():
            book.writestr(name, text)


_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def _write_row(out, number: int, row: Row, strings: dict[str, int]) -> None:
    cells = []
    for letter, cell in zip("ABCDEFGHIJKLMNOPQ", row, strict=False):
        if isinstance(cell, date):
            cells.append(f'<c r="{letter}{number}" s="1"><v>{(cell - _EPOCH).days}</v></c>')
        elif isinstance(cell, int):
            cells.append(f'<c r="{letter}{number}"><v>{cell}</v></c>')
        elif cell is not None:
            cells.append(f'<c r="{letter}{number}" t="s"><v>{strings.setdefault(cell, len(strings))}</v></c>')
    out.write(f'<row r="{number}" spans="1:{len(row)}">{"".join(cells)}</row>'.encode())


def _parts(names: list[str]) -> dict[str, str]:
    """The small parts around the sheets."""
    sheet_list = "".join(
        f'<sheet name="{name}" sheetId="{place}" r:id="rId{place}"/>' for place, name in enumerate(names, start=1)
    )
    relations = "".join(
        f'<Relationship Id="rId{place}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{place}.xml"/>'
        for place in range(1, len(names) + 1)
    )
    types = "".join(
        f'<Override PartName="/xl/worksheets/sheet{place}.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        for place in range(1, len(names) + 1)
    )
    return {
        "[Content_Types].xml": f'{_XML}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        f'ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/><Override '
        f'PartName="/xl/sharedStrings.xml" ContentType="{_TYPE}.sharedStrings+xml"/>{types}</Types>',
        "_rels/.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheet_list}</sheets>'
        "</workbook>",
        "xl/_rels/workbook.xml.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{relations}'
        f'<Relationship Id="rIdS" Type="{_OFFICE}/styles" Target="styles.xml"/><Relationship Id="rIdT" '
        f'Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/styles.xml": f'{_XML}<styleSheet xmlns="{_MAIN}"><fonts count="1"><font><sz val="11"/><name val="Calibri"/>'
        '</font></fonts><fills count="1"><fill><patternFill patternType="none"/></fill></fills><borders count="1">'
        '<border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf numFmtId="0"/>'
        '<xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>',
    }


_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def main() -> None:
    """Write the workbook (PATH ends in .xlsx) or the folder of CSV files."""
    words = ArgumentParser(description=__doc__)
    words.add_argument("path", type=Path)
    words.add_argument("--people", type=int, default=100_000)
    words.add_argument("--credentials", type=int, default=4)
    asked = words.parse_args()
    write = write_xlsx if asked.path.suffix == ".xlsx" else write_csv
    write(asked.path, sheets(asked.people, asked.credentials))


if __name__ == "__main__":
    main()
