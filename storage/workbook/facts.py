"""From the cells of one row to the value that it declares. Only rows without a problem come here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from knowledge.facts import (
    Credential,
    CredentialStatus,
    Person,
    PersonCode,
    RecognitionRow,
    ReviewRound,
    Role,
    RoundFilter,
    TitleStandard,
    Unit,
)
from storage.records import RulingDraft

Cells = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RosterEntry:
    """A person of the roster with the phone number that only the cabinet keeps."""

    person: Person
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class HeldCredential:
    """A credential and the person who holds it."""

    person: PersonCode
    credential: Credential


Declared = Unit | RosterEntry | HeldCredential | TitleStandard | RecognitionRow | ReviewRound


def make_unit(row: Cells) -> Unit:
    return Unit(
        code=row["ma_don_vi"],
        name=row["ten_don_vi"],
        kind=row["loai"],
        territory=row["dia_ban"],
        parent=row.get("truc_thuoc"),
        head=row.get("thu_truong"),
        valid_from=row.get("hieu_luc_tu"),
        valid_to=row.get("hieu_luc_den"),
        successor=row.get("ke_thua_boi"),
    )


def make_roster_entry(row: Cells) -> RosterEntry:
    person = Person(
        code=row["ma_can_bo"],
        name=row["ho_ten"],
        born_on=row["ngay_sinh"],
        gender=row["gioi_tinh"],
        unit=row["ma_don_vi"],
        position=row["chuc_danh"],
        position_group=row["nhom_chuc_danh"],
        managed_by=row["dien_quan_ly"],
        is_leader=row["la_lanh_dao"],
        in_post_since=row.get("ngay_giu_chuc_vu"),
        roles=row.get("vai_tro") or frozenset({Role.OFFICIAL}),
        scope=row.get("pham_vi"),
    )
    return RosterEntry(person, row.get("dien_thoai"))


def make_credential(row: Cells) -> HeldCredential:
    credential = Credential(
        kind=row["loai"],
        level=row.get("muc"),
        issuer=row.get("don_vi_cap"),
        number=row.get("so_hieu"),
        issued_on=row.get("ngay_cap"),
        expires_on=row.get("ngay_het_han"),
        status=row.get("trang_thai", CredentialStatus.WAITING),
    )
    return HeldCredential(row["ma_can_bo"], credential)


def make_standard(row: Cells) -> TitleStandard:
    return TitleStandard(
        position_group=row["nhom_chuc_danh"],
        criterion=row["tieu_chi"],
        minimum=row["muc_toi_thieu"],
        document=row["can_cu"],
        point=row.get("diem"),
        valid_from=row["tu_ngay"],
        valid_to=row.get("den_ngay"),
        note=row.get("ghi_chu"),
    )


def make_recognition_row(row: Cells) -> RecognitionRow:
    return RecognitionRow(
        document=row["van_ban"],
        criterion=row["tieu_chi"],
        kind=row["loai"],
        counts_as=row["dat_muc"],
        level_from=row.get("muc_tu"),
        level_to=row.get("muc_den"),
        months_valid=row.get("thoi_han_thang"),
        issued_from=row.get("cap_tu_ngay"),
        issued_to=row.get("cap_den_ngay"),
        valid_from=row.get("hieu_luc_tu"),
        valid_to=row.get("hieu_luc_den"),
        note=row.get("ghi_chu"),
    )


def make_ruling(row: Cells) -> RulingDraft:
    return RulingDraft(
        criterion=row["tieu_chi"],
        kind=row["loai"],
        counts_as=row.get("dat_muc"),
        level_from=row.get("muc_tu"),
        level_to=row.get("muc_den"),
        months_valid=row.get("thoi_han_thang"),
        issued_from=row.get("cap_tu_ngay"),
        issued_to=row.get("cap_den_ngay"),
        valid_from=row.get("hieu_luc_tu"),
        valid_to=row.get("hieu_luc_den"),
        document=row.get("can_cu"),
        point=row.get("diem"),
        reason=row.get("ly_do"),
    )


def make_round(row: Cells) -> ReviewRound:
    return ReviewRound(
        code=row["ma_dot"],
        name=row["ten"],
        document=row["can_cu"],
        point=row.get("diem"),
        deadline=row["han"],
        deadline_included=row.get("tinh_ca_ngay_han", True),
        audience=row.get("doi_tuong", RoundFilter()),
        criteria=row.get("tieu_chi", frozenset()),
        service_left_from_years=row.get("nam_cong_tac_con_lai_tu"),
        consequence=row.get("hau_qua"),
        opens_on=row.get("mo_tu_ngay"),
        is_open=row.get("trang_thai", True),
    )
