"""What a question wants besides what it names, and units by the names that people use."""

from datetime import date

import pytest

from knowledge.understanding.meaning import Meaning, Vocabulary, Wish
from knowledge.understanding.reader import Reader

VOCABULARY = Vocabulary(units=(("XA-1", "UBND xã Đông Hòa"), ("XA-2", "Ủy ban nhân dân xã Tây Hòa"), ("STC", "Sở Mẫu")))


def read(reader: Reader, question: str) -> Meaning:
    return reader.read(question, VOCABULARY, None, date(2026, 11, 21))


@pytest.mark.parametrize(
    ("question", "wish", "is_there"),
    [
        ("tôi có cần học cao cấp lý luận không", Wish.NEEDED, True),
        ("toi co can hoc cao cap ly luan khong", Wish.HELD, False),
        ("em có phải thi tiếng Anh nữa không", Wish.HELD, False),
        ("mình bắt buộc có bằng thạc sĩ à", Wish.NEEDED, True),
        ("tôi có IELTS 5.0 thì có cần thi nữa không", Wish.HELD, True),
        ("bằng của tôi cấp năm 2015 có tính không", Wish.HELD, True),
        ("cơ quan mình giờ nhập vào đâu, tôi còn thiếu gì", Wish.GAPS, True),
        ("phải có tin học mức nào, em có chưa", Wish.GAPS, True),
        ("phòng em chứng chỉ của ai gần hết hạn", Wish.EXPIRING, True),
        ("tôi có thuộc diện rà soát không", Wish.ROUND, True),
        ("chức danh của tôi cần gì", Wish.HELD, True),
        ("công văn 2123 nói gì", Wish.GAPS, False),
    ],
)
def test_wishes_are_told_apart(reader: Reader, question, wish, is_there):
    assert (wish in read(reader, question).wishes) is is_there


@pytest.mark.parametrize(
    ("question", "units"),
    [
        ("ai o xa dong hoa con thieu chung chi", ("XA-1",)),
        ("xã Tây Hòa còn ai thiếu ngoại ngữ", ("XA-2",)),
        ("ubnd xa tay hoa co ai chua dat", ("XA-2",)),
        ("những ai ở xã Nam Hòa chưa đạt", ()),
    ],
)
def test_units_are_found_without_what_people_leave_out_of_their_names(reader: Reader, question, units):
    assert read(reader, question).entities.units == units


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("những ai ở xã Nam Hòa chưa đạt", "xã Nam Hòa"),
        ("ai o phuong nam hoa con thieu gi", "phuong nam hoa"),
        ("ở xã tôi ai chưa đạt", None),
        ("o xa con ai thieu", None),
        ("ai ở sở mình thiếu bằng", None),
    ],
)
def test_words_like_the_name_of_a_unit_are_kept_when_nobody_declared_it(reader: Reader, question, words):
    assert read(reader, question).unit_words == words
