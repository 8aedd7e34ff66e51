"""Broadcasts as HR speaks of them."""

import pytest

from knowledge.understanding.broadcasts_said import BroadcastWish, find_broadcast, read_broadcast_wish
from knowledge.understanding.meaning import Intent, Vocabulary
from tests.handlers.visits import TODAY


@pytest.mark.parametrize(
    ("said", "wish"),
    [
        ("gửi thông báo cho toàn sở", None),
        ("soạn tin nhắn gửi cán bộ còn thiếu tin học", None),
        ("tạm dừng thông báo 3", BroadcastWish.PAUSE),
        ("gửi tiếp thông báo 3", BroadcastWish.RESUME),
        ("hủy đợt gửi số 3", BroadcastWish.CANCEL),
        ("thu hoi thong bao 3", BroadcastWish.RECALL),
        ("kết quả gửi thông báo 3", BroadcastWish.RESULT),
        ("thông báo 3 gửi đến đâu rồi", BroadcastWish.STATUS),
        ("có thông báo nào chờ duyệt", BroadcastWish.WAITING),
        ("danh sách thông báo đã gửi", BroadcastWish.LIST),
    ],
)
def test_wish_is_read(said, wish):
    assert read_broadcast_wish(said) is wish


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("thu hồi thông báo số 12", "12"),
        ("thông báo 7 đến đâu", "7"),
        ("gửi cho người có hạn trong 30 ngày", None),
        ("ngày 23/11/2026", None),
        ("thông báo 3 và 4", None),
        ("thông báo", None),
    ],
)
def test_number_is_found(said, number):
    assert find_broadcast(said) == number


@pytest.mark.parametrize(
    "said",
    [
        "gửi thông báo cho toàn sở",
        "soạn tin nhắn gửi cán bộ còn thiếu tin học",
        "nhan tin cho moi nguoi trong phong ve lich hop",
        "tôi cần gửi thông báo đến các xã",
        "thu hồi tin vừa gửi cho cán bộ",
        "gửi một tin nhắn tới toàn bộ trưởng phòng",
    ],
)
def test_broadcasts_are_understood(reader, said):
    assert reader.read(said, Vocabulary(), None, TODAY).intent is Intent.HR_BROADCAST


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        ("thông báo 12-TB/TU nói gì", Intent.DOCUMENT),
        ("tôi còn thiếu gì", Intent.MY_GAPS),
        ("hộp thư có câu hỏi nào chờ không", Intent.HR_INBOX),
        ("ghi ý kiến công nhận ielts", Intent.HR_RULINGS),
    ],
)
def test_others_are_not_taken_for_broadcasts(reader, said, intent):
    assert reader.read(said, Vocabulary(), None, TODAY).intent is intent
