"""Workbooks for tests: rows written as they would stand in Excel or CSV, over a small library that loads at once."""

import csv
import importlib.util
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

from openpyxl import Workbook

from knowledge.facts import TerritoryCode
from knowledge.library import Library
from knowledge.loader import load_library
from storage.database import Database
from storage.encryption import Vault
from storage.workbook.checking import Checks
from storage.workbook.known import Known
from storage.workbook.load import LoadReport, load_workbook
from storage.workbook.opening import open_workbook
from storage.workbook.problems import Problem, ProblemLog, UnreadableError
from storage.workbook.reading import DeclaredRow, find_sheets, read_rows

HOME = TerritoryCode("hung-yen")
TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 8, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
SAMPLE = Path(__file__).parents[3] / "examples" / "tinh-mau"

Rows = Sequence[Sequence[Any]]
Sheets = Mapping[str, Rows]

UNIT_HEADER = ["ma_don_vi", "ten_don_vi", "loai", "truc_thuoc", "dia_ban", "thu_truong", "ke_thua_boi"]
PERSON_HEADER = [
    "ma_can_bo", "ho_ten", "ngay_sinh", "gioi_tinh", "ma_don_vi", "chuc_danh", "nhom_chuc_danh", "dien_quan_ly",
    "la_lanh_dao", "dien_thoai",
]  # fmt: skip
CREDENTIAL_HEADER = ["ma_can_bo", "loai", "muc", "so_hieu", "ngay_cap", "ngay_het_han", "trang_thai"]
STANDARD_HEADER = ["nhom_chuc_danh", "tieu_chi", "muc_toi_thieu", "can_cu", "tu_ngay", "den_ngay"]
RECOGNITION_HEADER = ["van_ban", "tieu_chi", "loai", "muc_tu", "muc_den", "dat_muc", "thoi_han_thang", "cap_tu_ngay"]
ROUND_HEADER = ["ma_dot", "ten", "can_cu", "doi_tuong", "tieu_chi", "han", "trang_thai"]

UNIT = ["SM", "Sở Mẫu", "so", None, "hung-yen", "CB001", None]
DIVISION = ["PM", "Phòng Mẫu", "phong", "SM", "hung-yen", None, None]
PERSON = [
    "CB001", "Nguyễn Văn Mẫu", date(1980, 5, 20), "nam", "SM", "Trưởng phòng", "truong_phong_so", "bcsd_ubnd_tinh",
    "co", "0200000001",
]  # fmt: skip
CREDENTIAL = ["CB001", "ielts", "5.0", "A-1", date(2025, 6, 30), None, "da_xac_minh"]
STANDARD = ["truong_phong_so", "ngoai_ngu", "bac_3", "02/MẪU-TU", date(2020, 1, 1), None]
RECOGNITION = ["01/MẪU-UBND", "ngoai_ngu", "ielts", "4.5", "9.0", "bac_3", 24, date(2018, 1, 1)]
ROUND = ["DOT-1", "Đợt mẫu", "03/MẪU-UBND", "ma_don_vi=SM", "ngoai_ngu", date(2026, 12, 31), "mo"]

WHOLE: Sheets = {
    "don_vi": [UNIT_HEADER, UNIT, DIVISION],
    "can_bo": [PERSON_HEADER, PERSON],
    "van_bang": [CREDENTIAL_HEADER, CREDENTIAL],
    "tieu_chuan": [STANDARD_HEADER, STANDARD],
    "cong_nhan": [RECOGNITION_HEADER, RECOGNITION],
    "dot_ra_soat": [ROUND_HEADER, ROUND],
}


@cache
def library() -> Library:
    """The product's own library, read once."""
    return load_library()


def changed(row: Sequence[Any], header: Sequence[str], **cells: Any) -> list[Any]:
    """A row with some of its cells replaced."""
    return [cells.get(name, value) for name, value in zip(header, row, strict=True)]


def write_xlsx(path: Path, sheets: Sheets) -> Path:
    """A workbook of these rows, header first."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path


def write_csv(folder: Path, sheets: Sheets, delimiter: str = ",", encoding: str = "utf-8") -> Path:
    """A folder of CSV files of these rows, dates as dd/mm/yyyy."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in sheets.items():
        with (folder / f"{name}.csv").open("w", encoding=encoding, newline="") as file:
            out = csv.writer(file, delimiter=delimiter)
            out.writerows([[f"{cell:%d/%m/%Y}" if isinstance(cell, date) else cell for cell in row] for row in rows])
    return folder


def read(path: Path, known: Known | None = None) -> tuple[list[DeclaredRow], list[Problem]]:
    """The good rows of a file and every problem in it, without a store."""
    log = ProblemLog()
    rows: list[DeclaredRow] = []
    try:
        with open_workbook(path) as raw:
            found = find_sheets(raw, path.name, log)
            checks = Checks(library(), known or Known(), log, home=HOME, today=TODAY)
            rows = [row for _, row in read_rows(found, library(), checks, log)]
    except UnreadableError as unreadable:
        log.add(unreadable.problem)
    return rows, list(log)


async def load(
    database: Database, vault: Vault, path: Path, *, replace: frozenset[str] = frozenset(), dry_run: bool = False
) -> LoadReport:
    """Load a file as the command does."""
    return await load_workbook(
        database,
        path,
        library(),
        HOME,
        vault,
        dry_run=dry_run,
        replace=replace,
        progress=lambda _sheet, _rows: None,
        now=NOW,
        actor="operator",
    )


@cache
def sample_maker() -> ModuleType:
    """The script that makes the sample province."""
    spec = importlib.util.spec_from_file_location("make_sample", SAMPLE / "make.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
