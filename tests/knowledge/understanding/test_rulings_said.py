"""Sentences of HR about rulings, read clause by clause, with marks and without."""

import pytest

from knowledge.facts import CriterionCode, KindCode
from knowledge.understanding.rulings_said import (
    Ends,
    Ground,
    Wish,
    find_number,
    read_days,
    read_ground,
    read_levels,
    read_months,
    read_ruling,
    read_wish,
)


@pytest.mark.parametrize(
    ("said", "cells"),
    [
        pytest.param(
            "ghi ý kiến: IELTS 5.0 trở lên cấp từ 01/01/2024 tính là bậc 3, "
            "căn cứ 2288/UBND-NC, hiệu lực đến 31/12/2027",
            {"loai": "ielts", "muc_tu": "5.0", "muc_den": "", "cap_tu_ngay": "01/01/2024", "dat_muc": "bac_3"}
            | {"can_cu": "2288/UBND-NC", "hieu_luc_den": "31/12/2027"},
            id="everything in one sentence",
        ),
        pytest.param(
            "ghi y kien ielts tu 4,5 den 5,0 cap truoc 01/07/2025 khong duoc cong nhan, ly do chua du ky nang",
            {
                "muc_tu": "4.5",
                "muc_den": "5.0",
                "cap_den_ngay": "30/06/2025",
                "dat_muc": "",
                "ly_do": "chua du ky nang",
            },
            id="without marks, not recognised, with a reason",
        ),
        pytest.param(
            "ghi ý kiến HSK 4 tương đương bậc 3 thời hạn 2 năm theo cv 99/SNV-CC điểm 2.1",
            {"muc_tu": "hsk_4", "muc_den": "hsk_4", "thoi_han_thang": "24", "can_cu": "99/SNV-CC", "diem": "2.1"},
            id="one level, years of validity, a point",
        ),
        pytest.param(
            "ghi ý kiến: ICDL cấp từ 01/01/2018 được tính là tin học cơ bản, căn cứ 77/UBND-CNTT",
            {"loai": "icdl", "cap_tu_ngay": "01/01/2018", "dat_muc": "co_ban", "can_cu": "77/UBND-CNTT"},
            id="a level told by words that name a certificate too",
        ),
        pytest.param("ghi ý kiến hôm nay trời đẹp", {}, id="no certificate at all"),
    ],
)
def test_sentence_fills_in_what_it_says(library, said, cells):
    read = read_ruling(said, library, None)

    assert read.items() >= cells.items()


@pytest.mark.parametrize(
    ("said", "ends"),
    [
        ("từ 01/01/2024", Ends("01/01/2024", "")),
        ("đến hết 31/12/2025", Ends("", "31/12/2025")),
        ("01/01/2024 - 31/12/2025", Ends("01/01/2024", "31/12/2025")),
        ("trong năm 2024", Ends("01/01/2024", "31/12/2024")),
        ("trước ngày 01/07/2025", Ends("", "30/06/2025")),
        ("sau năm 2024", Ends("01/01/2025", "")),
        ("ngày nào cũng được", Ends()),
        ("hôm qua", None),
    ],
)
def test_window_of_days_is_read(said, ends):
    assert read_days(said) == ends


@pytest.mark.parametrize(
    ("kind", "said", "ends"),
    [
        ("ielts", "5,5 trở lên", Ends("5.5", "")),
        ("ielts", "tối đa 6.0", Ends("", "6.0")),
        ("aptis", "từ b1 đến b2", Ends("b1", "b2")),
        ("toeic_4kn", "275/275/120/120 trở lên", Ends("275/275/120/120", "")),
        ("ielts", "mọi mức", Ends()),
        ("ielts", "dưới 5.0", None),
        ("ielts", "cao lắm", None),
    ],
)
def test_range_of_levels_is_read(library, kind, said, ends):
    assert read_levels(said, library.kinds[KindCode(kind)], library.criteria[CriterionCode("ngoai_ngu")]) == ends


@pytest.mark.parametrize(
    ("said", "months"), [("24 tháng", "24"), ("2 năm", "24"), ("không thời hạn", ""), ("36", "36"), ("lâu", None)]
)
def test_months_are_read(said, months):
    assert read_months(said) == months


@pytest.mark.parametrize(
    ("said", "ground"),
    [
        ("Công văn 2288/ubnd-nc điểm 2", Ground("2288/UBND-NC", "2")),
        ("cv 1769", Ground("1769/UBND-KGVX")),
        ("Sở đã thống nhất với các trường", Ground(reason="Sở đã thống nhất với các trường")),
    ],
)
def test_ground_is_a_document_or_a_reason(library, said, ground):
    assert read_ground(said, library) == ground


@pytest.mark.parametrize(
    ("said", "wish"),
    [
        ("ghi ý kiến mới", Wish.RECORD),
        ("them dong bang cong nhan", Wish.ROW),
        ("bổ sung tiêu chuẩn chức danh", Wish.STANDARD),
        ("de xuat nao cho toi xac nhan", Wish.WAITING),
        ("rút ý kiến YK-2026-0001", Wish.WITHDRAW),
        ("ý kiến nào đang có hiệu lực", None),
    ],
)
def test_wish_is_told_by_its_words(said, wish):
    assert read_wish(said) is wish


@pytest.mark.parametrize(
    ("said", "number"),
    [("YK-2026-0001", "YK-2026-0001"), ("ý kiến yk 2026 12?", "YK-2026-0012"), ("TYK-2026-0001", None), ("2026", None)],
)
def test_number_of_a_ruling_is_found_however_typed(said, number):
    assert find_number(said) == number
