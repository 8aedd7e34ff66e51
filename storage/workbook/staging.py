"""Carries good rows into temporary tables of the same shape as the real ones, by COPY."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table

from storage import tables
from storage.encryption import Vault
from storage.rows import Row, credential_row, person_row, recognition_row, round_row, standard_row, unit_row
from storage.workbook.sheets import CREDENTIALS, PEOPLE, RECOGNITION, ROUNDS, STANDARDS, UNITS, Sheet


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where the rows of a sheet are kept.

    `key` are expressions over one row ("{0}" is its table) that are never empty, `loose_key` those that may be. The
    `columns` say from which column of the sheet each column of the table comes; a column of the sheet that a file
    leaves out keeps what is stored.
    """

    sheet: Sheet
    table: Table
    key: tuple[str, ...]
    loose_key: tuple[str, ...]
    columns: Mapping[str, str]
    row: Callable[[Any, Vault], Row]

    @property
    def staged(self) -> str:
        """The temporary table."""
        return f"staged_{self.table.name}"

    def values(self, declared: object, vault: Vault) -> list[Any]:
        """What goes into the columns, in their order."""
        row = self.row(declared, vault)
        return [row[column] for column in self.columns]


SHELVES: dict[str, Shelf] = {
    shelf.sheet.name: shelf
    for shelf in (
        Shelf(
            UNITS,
            tables.units,
            ("{0}.code",),
            (),
            {
                "code": "ma_don_vi",
                "name": "ten_don_vi",
                "kind": "loai",
                "territory": "dia_ban",
                "parent": "truc_thuoc",
                "head": "thu_truong",
                "valid_from": "hieu_luc_tu",
                "valid_to": "hieu_luc_den",
                "successor": "ke_thua_boi",
            },
            lambda unit, _vault: unit_row(unit),
        ),
        Shelf(
            PEOPLE,
            tables.people,
            ("{0}.code",),
            (),
            {
                "code": "ma_can_bo",
                "name": "ho_ten",
                "name_folded": "ho_ten",
                "born_on": "ngay_sinh",
                "gender": "gioi_tinh",
                "unit": "ma_don_vi",
                "position": "chuc_danh",
                "position_group": "nhom_chuc_danh",
                "managed_by": "dien_quan_ly",
                "is_leader": "la_lanh_dao",
                "in_post_since": "ngay_giu_chuc_vu",
                "roles": "vai_tro",
                "scope": "pham_vi",
                "phone_encrypted": "dien_thoai",
                "phone_index": "dien_thoai",
            },
            lambda entry, vault: person_row(entry.person, entry.phone, vault),
        ),
        Shelf(
            CREDENTIALS,
            tables.credentials,
            ("{0}.person", "{0}.kind"),
            # Known by its number, and only without one by its day of issue.
            ("{0}.number", "CASE WHEN {0}.number IS NULL THEN {0}.issued_on END"),
            {
                "person": "ma_can_bo",
                "kind": "loai",
                "level": "muc",
                "issuer": "don_vi_cap",
                "number": "so_hieu",
                "issued_on": "ngay_cap",
                "expires_on": "ngay_het_han",
                "status": "trang_thai",
            },
            lambda held, _vault: credential_row(held.person, held.credential),
        ),
        Shelf(
            STANDARDS,
            tables.standards,
            ("{0}.position_group", "{0}.criterion", "{0}.valid_from"),
            (),
            {
                "position_group": "nhom_chuc_danh",
                "criterion": "tieu_chi",
                "valid_from": "tu_ngay",
                "valid_to": "den_ngay",
                "minimum": "muc_toi_thieu",
                "document": "can_cu",
                "point": "diem",
                "note": "ghi_chu",
            },
            lambda standard, _vault: standard_row(standard),
        ),
        Shelf(
            RECOGNITION,
            tables.recognition,
            ("{0}.document", "{0}.kind"),
            ("{0}.level_from", "{0}.issued_from"),
            {
                "document": "van_ban",
                "criterion": "tieu_chi",
                "kind": "loai",
                "counts_as": "dat_muc",
                "level_from": "muc_tu",
                "level_to": "muc_den",
                "months_valid": "thoi_han_thang",
                "issued_from": "cap_tu_ngay",
                "issued_to": "cap_den_ngay",
                "valid_from": "hieu_luc_tu",
                "valid_to": "hieu_luc_den",
                "note": "ghi_chu",
            },
            lambda row, _vault: recognition_row(row),
        ),
        Shelf(
            ROUNDS,
            tables.rounds,
            ("{0}.code",),
            (),
            {
                "code": "ma_dot",
                "name": "ten",
                "document": "can_cu",
                "point": "diem",
                "deadline": "han",
                "deadline_included": "tinh_ca_ngay_han",
                "position_groups": "doi_tuong",
                "managed_by": "doi_tuong",
                "units": "doi_tuong",
                "criteria": "tieu_chi",
                "service_left_from_years": "nam_cong_tac_con_lai_tu",
                "consequence": "hau_qua",
                "opens_on": "mo_tu_ngay",
                "is_open": "trang_thai",
            },
            lambda review, _vault: round_row(review),
        ),
    )
}
