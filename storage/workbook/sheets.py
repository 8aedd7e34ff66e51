"""The six sheets: their names and columns, which of them are required, and how each is read (contracts, §3).

The order is that in which they are checked: what others name comes first.
"""

from dataclasses import dataclass

from knowledge.facts import CredentialStatus, Gender, ManagedBy, Role, UnitKind
from storage.workbook.cells import (
    Reader,
    list_of,
    one_of,
    read_code,
    read_count,
    read_criteria,
    read_criterion,
    read_day,
    read_kind,
    read_name,
    read_note,
    read_open,
    read_phone,
    read_territory,
    read_yes_no,
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet."""

    name: str
    read: Reader
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of the workbook. `key` names the columns by which a row is known."""

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]


def _must(name: str, read: Reader) -> Column:
    return Column(name, read, is_required=True)


UNITS = Sheet(
    "don_vi",
    ("ma_don_vi",),
    (
        _must("ma_don_vi", read_code),
        _must("ten_don_vi", read_name),
        _must("loai", one_of(UnitKind)),
        Column("truc_thuoc", read_code),
        _must("dia_ban", read_territory),
        Column("thu_truong", read_code),
        Column("hieu_luc_tu", read_day),
        Column("hieu_luc_den", read_day),
        Column("ke_thua_boi", read_code),
    ),
)

PEOPLE = Sheet(
    "can_bo",
    ("ma_can_bo",),
    (
        _must("ma_can_bo", read_code),
        _must("ho_ten", read_name),
        _must("ngay_sinh", read_day),
        _must("gioi_tinh", one_of(Gender)),
        _must("ma_don_vi", read_code),
        _must("chuc_danh", read_name),
        _must("nhom_chuc_danh", read_code),
        _must("dien_quan_ly", one_of(ManagedBy)),
        _must("la_lanh_dao", read_yes_no),
        Column("ngay_giu_chuc_vu", read_day),
        Column("dien_thoai", read_phone),
        Column("vai_tro", list_of(Role)),
        Column("pham_vi", read_code),
    ),
)

CREDENTIALS = Sheet(
    "van_bang",
    ("ma_can_bo", "loai", "so_hieu", "ngay_cap"),
    (
        _must("ma_can_bo", read_code),
        _must("loai", read_kind),
        Column("muc", read_name),
        Column("don_vi_cap", read_name),
        Column("so_hieu", read_name),
        Column("ngay_cap", read_day),
        Column("ngay_het_han", read_day),
        Column("trang_thai", one_of(CredentialStatus)),
    ),
)

STANDARDS = Sheet(
    "tieu_chuan",
    ("nhom_chuc_danh", "tieu_chi", "tu_ngay"),
    (
        _must("nhom_chuc_danh", read_code),
        _must("tieu_chi", read_criterion),
        _must("muc_toi_thieu", read_name),
        _must("can_cu", read_name),
        Column("diem", read_name),
        _must("tu_ngay", read_day),
        Column("den_ngay", read_day),
        Column("ghi_chu", read_note),
    ),
)

RECOGNITION = Sheet(
    "cong_nhan",
    ("van_ban", "loai", "muc_tu", "cap_tu_ngay"),
    (
        _must("van_ban", read_name),
        _must("tieu_chi", read_criterion),
        _must("loai", read_kind),
        Column("muc_tu", read_name),
        Column("muc_den", read_name),
        _must("dat_muc", read_name),
        Column("thoi_han_thang", read_count),
        Column("cap_tu_ngay", read_day),
        Column("cap_den_ngay", read_day),
        Column("hieu_luc_tu", read_day),
        Column("hieu_luc_den", read_day),
        Column("ghi_chu", read_note),
    ),
)

ROUNDS = Sheet(
    "dot_ra_soat",
    ("ma_dot",),
    (
        _must("ma_dot", read_code),
        _must("ten", read_name),
        _must("can_cu", read_name),
        Column("diem", read_name),
        Column("doi_tuong", read_note),
        Column("tieu_chi", read_criteria),
        _must("han", read_day),
        Column("tinh_ca_ngay_han", read_yes_no),
        Column("nam_cong_tac_con_lai_tu", read_count),
        Column("hau_qua", read_note),
        Column("mo_tu_ngay", read_day),
        Column("trang_thai", read_open),
    ),
)

# No sheet of the workbook: rulings are only typed, but under the same rules as the rows of a recognition table.
RULINGS = Sheet(
    "y_kien",
    ("loai", "muc_tu", "cap_tu_ngay"),
    (
        _must("tieu_chi", read_criterion),
        _must("loai", read_kind),
        Column("muc_tu", read_name),
        Column("muc_den", read_name),
        Column("dat_muc", read_name),
        Column("thoi_han_thang", read_count),
        Column("cap_tu_ngay", read_day),
        Column("cap_den_ngay", read_day),
        Column("hieu_luc_tu", read_day),
        Column("hieu_luc_den", read_day),
        Column("can_cu", read_name),
        Column("diem", read_code),
        Column("ly_do", read_name),
    ),
)

SHEETS: dict[str, Sheet] = {sheet.name: sheet for sheet in (UNITS, PEOPLE, CREDENTIALS, STANDARDS, RECOGNITION, ROUNDS)}
COLUMN_NAMES = frozenset(column.name for sheet in SHEETS.values() for column in sheet.columns)
