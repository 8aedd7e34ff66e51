"""Review rounds as the cells of the workbook, so that they wait for a second person as rows of tables do. Pure."""

from datetime import date

from knowledge.facts import ReviewRound

DEED, REASON = "viec", "ly_do"
NEW, EXTEND, CLOSE = "mo", "gia_han", "dong"
_YES, _NO = "co", "khong"


def cells_of(one: ReviewRound) -> dict[str, str]:
    """A round as it would be typed into the workbook."""
    who = one.audience
    parts = (
        ("nhom_chuc_danh", sorted(who.position_groups)),
        ("dien_quan_ly", sorted(body.value for body in who.managed_by)),
        ("ma_don_vi", sorted(who.units)),
    )
    cells = {
        "ma_dot": one.code,
        "ten": one.name,
        "can_cu": one.document,
        "diem": one.point or "",
        "doi_tuong": "; ".join(f"{name}={'|'.join(codes)}" for name, codes in parts if codes),
        "tieu_chi": ", ".join(sorted(one.criteria)),
        "han": _write(one.deadline),
        "tinh_ca_ngay_han": _YES if one.deadline_included else _NO,
        "nam_cong_tac_con_lai_tu": str(one.service_left_from_years or ""),
        "hau_qua": one.consequence or "",
        "mo_tu_ngay": _write(one.opens_on),
        "trang_thai": NEW if one.is_open else CLOSE,
    }
    return {name: value for name, value in cells.items() if value}


def _write(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day is not None else ""
