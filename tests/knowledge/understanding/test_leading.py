"""Questions that are led by what somebody takes to be so, told from others by their words."""

import pytest

from knowledge.loader import load_library
from knowledge.understanding.leading import (
    Leading,
    asks_whether_complete,
    find_leading,
)


@pytest.mark.parametrize(
    ("said", "subject"),
    [
        ("toi 55 tuoi roi co dc mien ngoai ngu ko", Leading.AGE),
        ("nu 50 tuoi dc mien khong", Leading.AGE),
        ("bao nhiêu tuổi thì được nghỉ hưu", None),
        ("55 tuổi có bị miễn nhiệm không", None),
        ("27 tuổi có được miễn nghĩa vụ quân sự không", None),
        ("60 tuoi di xe buyt co duoc mien ve khong", None),
        ("toi dc mien vi con duoi 5 nam dung khong", Leading.SHORT_SERVICE),
        ("con 3 nam nua ve huu co bi cho thoi chuc khong", Leading.SHORT_SERVICE),
        ("duoi 5 nam cong tac thi duoc mien phai khong", Leading.SHORT_SERVICE),
        ("khi nào tôi nghỉ hưu", None),
        ("bo chung chi tieng anh tin hoc cho cong chuc roi dung khong", Leading.DROPPED),
        ("em bỏ chứng chỉ tiếng anh vào hồ sơ chưa", None),
        ("lớp tiếng anh em bỏ rồi thì sao", None),
        ("chung chi ngoai ngu abc bi bo roi nen bang cu vo gia tri phai khong", None),
        ("chứng chỉ A, B, C bỏ rồi đúng không", None),
        ("ai co quyen cong nhan chung chi ngoai ngu", Leading.RECOGNISER),
        ("chứng chỉ ngoại ngữ của ai được công nhận", None),
        ("can bo xa chua co bang dai hoc han nao", Leading.COMMUNE_DEGREE),
        ("công chức xã cần bằng cấp gì", None),
        ("giao vien mam non can tieng anh ko", Leading.KINDERGARTEN),
        ("giáo viên cần tiếng anh không", None),
        ("", None),
    ],
)
def test_the_subject_of_a_leading_question_is_told_from_its_words(said, subject):
    assert find_leading(said) is subject


@pytest.mark.parametrize(
    ("said", "is_claimed", "is_asked"),
    [
        ("vay toi khong can hoc nua phai khong", True, False),
        ("toi du tieu chuan roi phai ko", True, False),
        ("tôi đủ rồi chứ", True, True),
        ("tôi còn thiếu gì", False, False),
        ("", False, False),
    ],
)
def test_who_takes_it_that_nothing_is_missing_is_told_apart(said, is_claimed, is_asked):
    assert asks_whether_complete(said, wants_yes_or_no=True) is is_claimed
    assert asks_whether_complete(said) is is_asked


def test_the_library_has_background_on_every_subject():
    topics = {topic for row in load_library().guidance for topic in row.topics}
    assert {one.value for one in Leading} <= topics
