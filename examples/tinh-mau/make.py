# ruff: noqa: INP001  (a script beside its data, no package)
"""Writes the invented province as a workbook, its days counted from a given one; or the empty template.

    python examples/tinh-mau/make.py --today 2026-11-21 --out var/tinh-mau.xlsx
    python examples/tinh-mau/make.py --template examples/tinh-mau/mau-trong.xlsx

The same day gives the same cells. What is in the workbook stands in tinh-mau.yaml, beside this file.
"""

import re
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import yaml
from dateutil.relativedelta import relativedelta
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

HERE = Path(__file__).parent
PEOPLE = 150
Row = dict[str, Any]

_UNITS_OF_TIME = {"d": "days", "m": "months", "y": "years"}
_STEP = re.compile(r"([+-]\d+)([dmy])")
_RELATIVE = re.compile(r"T(?:[+-]\d+[dmy])*")
# The kind of credential that proves a criterion by itself.
_PROOF = {
    "hoc_van": "bang_cap",
    "ly_luan_chinh_tri": "llct",
    "quan_ly_nha_nuoc": "qlnn",
    "boi_duong_lanh_dao": "bdld",
    "quoc_phong_an_ninh": "qpan",
    "ngoai_ngu": "vstep",
    "tin_hoc": "cntt_co_ban",
}


def make_sheets(today: date) -> dict[str, list[Row]]:
    """The rows of the six sheets for this day."""
    said: dict[str, Any] = yaml.safe_load((HERE / "tinh-mau.yaml").read_text(encoding="utf-8"))
    luck = Random(150)  # noqa: S311 (sample data, the same every time)
    people = [_person(one, said["chuc_vu"], today) for one in said["nhan_vat"]]
    people += list(_colleagues(said, len(people), today, luck))
    return {
        "don_vi": [_dated(row, today) for row in said["don_vi"]],
        "can_bo": people,
        "van_bang": list(_credentials(said, people, today, luck)),
        "tieu_chuan": list(_standards(said["tieu_chuan"])),
        "cong_nhan": [_dated(row, today) for row in said["cong_nhan"]],
        "dot_ra_soat": [_dated(row, today) for row in said["dot_ra_soat"]],
    }


def read_columns() -> dict[str, dict[str, list[str]]]:
    """Sheet → column → whether it must be filled in, and what it is for."""
    columns: dict[str, dict[str, list[str]]] = yaml.safe_load((HERE / "cot.yaml").read_text(encoding="utf-8"))
    return columns


def write_workbook(path: Path, sheets: Mapping[str, list[Row]]) -> None:
    """All six sheets with their headers, in the order of the columns."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, columns in read_columns().items():
        sheet = book.create_sheet(name)
        _write_header(sheet, columns, explained=not sheets)
        for row in sheets.get(name, ()):
            sheet.append([row.get(column) for column in columns])
        for cells in sheet.iter_rows(min_row=2):
            for cell in cells:
                if isinstance(cell.value, date):
                    cell.number_format = "dd/mm/yyyy"
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)


def _write_header(sheet: Worksheet, columns: Mapping[str, list[str]], *, explained: bool) -> None:
    sheet.append(list(columns))
    sheet.freeze_panes = "A2"
    for place, (name, (need, purpose)) in enumerate(columns.items(), start=1):
        cell = sheet.cell(1, place)
        cell.font = Font(bold=need == "bắt buộc")
        sheet.column_dimensions[get_column_letter(place)].width = max(14, len(name) + 2)
        if explained:
            cell.comment = Comment(f"{need.capitalize()}. {purpose}.", "Nhắc Chuẩn", height=120, width=320)


def _day(said: object, today: date) -> object:
    """A day counted from today ("T-24m+45d"); anything else as it is."""
    if not isinstance(said, str) or not _RELATIVE.fullmatch(said):
        return said
    day = today
    for count, unit in _STEP.findall(said):
        day += relativedelta(**{_UNITS_OF_TIME[unit]: int(count)})
    return day


def _dated(row: Mapping[str, Any], today: date) -> Row:
    return {name: _day(value, today) for name, value in row.items()}


def _person(said: Mapping[str, Any], posts: Mapping[str, Row], today: date) -> Row:
    return {**posts[said["nhom_chuc_danh"]], "ngay_giu_chuc_vu": date(2022, 1, 1), **_dated(said, today)}


def _colleagues(said: Mapping[str, Any], already: int, today: date, luck: Random) -> Iterator[Row]:
    names = [f"{family} Mẫu {given}" for family in said["ho"] for given in said["ten"]]
    luck.shuffle(names)
    posts = [
        (one["nhom_chuc_danh"], unit)
        for one in said["dong_nghiep"]
        for unit in one["ma_don_vi"]
        for _ in range(one["so_nguoi"])
    ]
    for number, (group, unit) in enumerate(posts[: PEOPLE - already], start=already + 1):
        born = today - relativedelta(years=luck.randrange(27, 56)) - timedelta(days=luck.randrange(365))
        person = {
            "ma_can_bo": f"CB{number:03}",
            "ho_ten": names[number],
            "ngay_sinh": born,
            "gioi_tinh": luck.choice(["nam", "nu"]),
            "ma_don_vi": unit,
            "nhom_chuc_danh": group,
        }
        yield _person(person, said["chuc_vu"], today)


def _credentials(said: Mapping[str, Any], people: list[Row], today: date, luck: Random) -> Iterator[Row]:
    complete, kept = set(said["du_tieu_chuan_khac"]), set(said["chi_theo_nhan_vat"])
    for person in people:
        own = person.pop("van_bang", [])
        is_persona = person["ma_can_bo"] <= f"CB{len(said['nhan_vat']):03}"
        rows = [_dated(one, today) for one in own]
        for criterion, level in said["tieu_chuan"]["nhom"].get(person["nhom_chuc_danh"], {}).items():
            if is_persona and (criterion in kept or person["ma_can_bo"] not in complete):
                continue
            rows += _proof(criterion, level, today, luck, is_certain=is_persona)
        for place, row in enumerate(rows, start=1):
            yield {
                "ma_can_bo": person["ma_can_bo"],
                "don_vi_cap": "Trường Mẫu (dữ liệu bịa)",
                "so_hieu": f"MAU-{person['ma_can_bo'][2:]}-{place}",
                "trang_thai": "da_xac_minh",
                **row,
            }


def _proof(criterion: str, level: str, today: date, luck: Random, *, is_certain: bool) -> Iterator[Row]:
    """A certificate of the level asked for; by chance one still waiting for verification, or none."""
    chance = 0.0 if is_certain else luck.random()
    if chance > 0.85:  # noqa: PLR2004 (how many of the sample lack something)
        return
    kind = _PROOF[criterion]
    issued = today - timedelta(days=luck.randrange(60, 1500) if kind == "vstep" else luck.randrange(400, 3000))
    yield {
        "loai": kind,
        "muc": None if kind == "cntt_co_ban" else level,
        "ngay_cap": issued,
        "trang_thai": "cho_xac_minh" if chance > 0.75 else "da_xac_minh",  # noqa: PLR2004 (as above)
    }


def _standards(said: Mapping[str, Any]) -> Iterator[Row]:
    shared = {name: said[name] for name in ("can_cu", "tu_ngay", "ghi_chu")}
    for place, (group, levels) in enumerate(said["nhom"].items(), start=1):
        for criterion, level in levels.items():
            yield {
                "nhom_chuc_danh": group,
                "tieu_chi": criterion,
                "muc_toi_thieu": level,
                "diem": str(place),
                **shared,
            }


def main() -> None:
    """Write what was asked for."""
    words = ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    words.add_argument(
        "--today", type=date.fromisoformat, default=None, help="YYYY-MM-DD; the days of the sample count from it"
    )
    words.add_argument("--out", type=Path, default=HERE / "tinh-mau.xlsx")
    words.add_argument("--template", type=Path, help="write the empty template here instead")
    asked = words.parse_args()
    if asked.template is not None:
        write_workbook(asked.template, {})
        return
    if asked.today is None:
        words.error("--today is needed")
    write_workbook(asked.out, make_sheets(asked.today))


if __name__ == "__main__":
    main()
