"""Carries good rows into temporary tables of the same shape as the real ones, by COPY."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table

from knowledge.facts import RecognitionRow, ReviewRound, TitleStandard, Unit
from knowledge.folding import fold_words
from storage import tables
from storage.encryption import Vault
from storage.workbook.facts import HeldCredential, RosterEntry
from storage.workbook.sheets import CREDENTIALS, PEOPLE, RECOGNITION, ROUNDS, STANDARDS, UNITS, Sheet

Values = tuple[Any, ...]


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
    values: Callable[[Any, Vault], Values]

    @property
    def staged(self) -> str:
        """The temporary table."""
        return f"staged_{self.table.name}"


def _unit(unit: Unit, _vault: Vault) -> Values:
    return (
        unit.code,
        unit.name,
        unit.kind.value,
        unit.territory,
        unit.parent,
        unit.head,
        unit.valid_from,
        unit.valid_to,
        unit.successor,
    )


def _person(entry: RosterEntry, vault: Vault) -> Values:
    person = entry.person
    return (
        person.code,
        person.name,
        fold_words(person.name),
        person.born_on,
        person.gender.value,
        person.unit,
        person.position,
        person.position_group,
        person.managed_by.value,
        person.is_leader,
        person.in_post_since,
        sorted(role.value for role in person.roles),
        person.scope,
        vault.encrypt(entry.phone) if entry.phone is not None else None,
        vault.phone_index(entry.phone) if entry.phone is not None else None,
    )


def _credential(held: HeldCredential, _vault: Vault) -> Values:
    one = held.credential
    return (
        held.person,
        one.kind,
        one.level,
        one.issuer,
        one.number,
        one.issued_on,
        one.expires_on,
        one.status.value,
    )


def _standard(row: TitleStandard, _vault: Vault) -> Values:
    return (
        row.position_group,
        row.criterion,
        row.valid_from,
        row.valid_to,
        row.minimum,
        row.document,
        row.point,
        row.note,
    )


def _recognition(row: RecognitionRow, _vault: Vault) -> Values:
    return (
        row.document,
        row.criterion,
        row.kind,
        row.counts_as,
        row.level_from,
        row.level_to,
        row.months_valid,
        row.issued_from,
        row.issued_to,
        row.valid_from,
        row.valid_to,
        row.note,
    )


def _round(row: ReviewRound, _vault: Vault) -> Values:
    return (
        row.code,
        row.name,
        row.document,
        row.point,
        row.deadline,
        row.deadline_included,
        sorted(row.audience.position_groups),
        sorted(value.value for value in row.audience.managed_by),
        sorted(row.audience.units),
        sorted(row.criteria),
        row.service_left_from_years,
        row.consequence,
        row.opens_on,
        row.is_open,
    )


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
            _unit,
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
            _person,
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
            _credential,
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
            _standard,
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
            _recognition,
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
            _round,
        ),
    )
}
