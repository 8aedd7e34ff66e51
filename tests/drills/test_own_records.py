"""The reader of drills sees whatever an answer tells of somebody else, and nothing wrong in an answer of one's own."""

import pytest

from tests.drills.own_records import Reader

READER = Reader({"CB002": "Trần Thị Mẫu"})


@pytest.mark.parametrize(
    ("text", "told_of"),
    [
        ("Mã cán bộ: YY000007", "YY000007"),
        ("đã liên kết với đồng chí Pham Thi 000007.", "YY000007"),
        ("Ngày sinh: 08/01/1975", "YY000007"),
        ("Bằng Đại học cấp ngày 08/01/1990", "YY000007"),
        ("đồng chí Tran Van 249", "ZZ000249"),
        ("Đồng chí đáp ứng đủ tiêu chuẩn của chức danh", "a verdict like that of YY000000"),
        ("hồ sơ của Trần Thị Mẫu", "CB002"),
        ("hồ sơ CB002", "CB002"),
    ],
)
@pytest.mark.parametrize("own", ["YY000009", None])
def test_whoever_else_is_told_of_is_seen(text: str, told_of: str, own: str | None) -> None:
    assert READER.find_others([text], own) == {told_of}


def test_an_answer_of_ones_own_tells_of_nobody_else() -> None:
    text = (
        "YY000004 Pham Thi 000004 05/01/1975 05/01/1990, văn bản ngày 17/08/2020: đáp ứng đủ tiêu chuẩn của chức danh"
    )
    assert READER.find_others([text], "YY000004") == set()
    assert READER.is_own(["Đồng chí đáp ứng đủ tiêu chuẩn của chức danh"], "YY000004")
    assert not READER.is_own(["Xin chào", "Pham Thi 000005"], "YY000004")
