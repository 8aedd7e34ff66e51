"""What people say of a certificate that they hand in, and of those handed in before."""

from datetime import date

import pytest

from knowledge.understanding.evidence_said import (
    EvidenceWish,
    read_change,
    read_credential_number,
    read_evidence_wish,
    read_issue_day,
    read_issuer,
    read_number_alone,
    read_past_day,
    says_none,
)

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("ielts 6.0 cap ngay 12/5/2025", date(2025, 5, 12)),
        ("12.5.25", date(2025, 5, 12)),
        ("12-05-2025", date(2025, 5, 12)),
        ("2025-5-12", date(2025, 5, 12)),
        ("ngày 12 tháng 5 năm 2025", date(2025, 5, 12)),
        ("cấp 5/12/98", date(1998, 12, 5)),
        ("21/11/2026", TODAY),
        ("22/11/2026", None),
        ("31/02/2025", None),
        ("tháng 5/2025", None),
        ("6.0", None),
        ("ngày thi 1/1/2024, ngày cấp 20/1/2024", date(2024, 1, 20)),
        ("ngay thi 1/1/2024, ngay cap 20/1/2024", date(2024, 1, 20)),
        ("cấp 20/1/2024, thi 1/1/2024", date(2024, 1, 20)),
        ("sinh 12/5/1980 cấp 1/1/2020", date(2020, 1, 1)),
        ("ielts 6.0 cấp 2024-05-12 hết hạn 12/5/2026", date(2024, 5, 12)),
        ("12/5/2024, giá trị đến 12/5/2026", date(2024, 5, 12)),
        ("12/5/2024, 12/5/2028", date(2024, 5, 12)),
        ("do Sở cấp, ngày 12 tháng 5 năm 2024", date(2024, 5, 12)),
        ("của Nguyễn Thị Hoa 12/5/2024", date(2024, 5, 12)),
        ("có giá trị đến 12/5/2026", None),
        ("thi ngày 12/5/2025", None),
        ("12/5/2024 hoặc 13/5/2024", None),
        ("cấp 12/5/2024, cấp lại 13/5/2024", None),
    ],
)
def test_a_day_of_issue_is_a_whole_day_that_has_come(said, day):
    assert read_issue_day(said, TODAY) == day


def test_a_day_that_has_come_may_be_called_anything():
    assert read_past_day("thư đến ngày 20/11/2026", TODAY) == date(2026, 11, 20)
    assert read_past_day("hôm qua", TODAY) == date(2026, 11, 20)
    assert read_past_day("22/11/2026", TODAY) is None


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("số hiệu A-12345 do Hội đồng Anh cấp", "A-12345"),
        ("so hieu: VN 0012345", "VN 0012345"),
        ("bằng số 123/QĐ cấp 2/3/2020", "123/QĐ"),
        ("ielts 6.0 cấp ngày 12/5/2025", None),
        ("số ngày 12/5/2025", None),
    ],
)
def test_a_number_stands_behind_its_word(said, number):
    assert read_credential_number(said) == number


@pytest.mark.parametrize(
    ("said", "number"),
    [("A-12345", "A-12345"), ("số VN 123", "VN 123"), ("12/5/2025", None), ("tôi không nhớ nữa đâu", None)],
)
def test_a_number_may_be_the_whole_answer(said, number):
    assert read_number_alone(said) == number


@pytest.mark.parametrize(
    ("said", "issuer"),
    [
        ("do Hội đồng Anh cấp ngày 12/5/2025", "Hội đồng Anh"),
        ("nơi cấp: Trường Chính trị tỉnh, số 12", "Trường Chính trị tỉnh"),
        ("ielts 6.0", None),
    ],
)
def test_an_issuer_stands_behind_its_words(said, issuer):
    assert read_issuer(said) == issuer


@pytest.mark.parametrize(
    ("said", "wish"),
    [
        ("hồ sơ tôi nộp đến đâu rồi", EvidenceWish.FOLLOW),
        ("chung chi toi gui duoc duyet chua", EvidenceWish.FOLLOW),
        ("vì sao minh chứng của tôi bị từ chối?", EvidenceWish.FOLLOW),
        ("nộp chứng chỉ ở đâu", EvidenceWish.EXPLAIN),
        ("gui anh chup duoc khong", EvidenceWish.EXPLAIN),
        ("tôi nộp chứng chỉ ielts 6.0", None),
    ],
)
def test_what_is_wanted_is_told_apart(said, wish):
    assert read_evidence_wish(said) is wish


def test_nothing_and_parts_of_the_summary_are_named():
    assert says_none("Không có.")
    assert not says_none("không có số 12")
    assert [read_change(one) for one in ("sửa ngày cấp", "doi so hieu", "ảnh khác", "ừ")] == [
        "issued",
        "number",
        "files",
        None,
    ]
