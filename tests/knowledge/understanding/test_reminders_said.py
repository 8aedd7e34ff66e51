"""Wishes about reminders are told apart from deadlines, from repeating an answer, and from errands."""

import pytest

from knowledge.understanding.meaning import Intent
from tests.knowledge.understanding.test_reading import read

WISHES = (
    "nhắc mình lúc 8h sáng mai nhé",
    "dời giờ nhắc sang 3 giờ chiều",
    "tạm dừng nhắc việc 5 ngày",
    "tuần sau khỏi nhắc nha",
    "nhac lai di",
    "bat thong bao nhac han len",
    "tạm tắt nhắc tới 30/11",
    "có nhắc vào thứ bảy không",
    "giờ nhắc của tôi đang là mấy giờ",
    "ngưng nhắc giúp tôi 2 tuần",
)
OTHERS = (
    ("hạn của tôi là khi nào", Intent.MY_DEADLINES),
    ("tôi còn thiếu gì", Intent.MY_GAPS),
    ("nhắc lại điểm 3 công văn 2123", Intent.DOCUMENT),
    ("đặt báo thức 6h sáng", Intent.OUT_OF_SCOPE),
)


@pytest.mark.parametrize("said", WISHES)
def test_a_wish_about_reminders_is_read_as_one(reader, said):
    assert read(reader, said).intent is Intent.REMINDERS


@pytest.mark.parametrize(("said", "intent"), OTHERS)
def test_what_only_sounds_like_one_is_read_as_what_it_is(reader, said, intent):
    assert read(reader, said).intent is intent
