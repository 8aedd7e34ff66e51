"""Passing a question on, following it, and the inbox of HR are told apart, with marks, without, and mistyped."""

import pytest

from knowledge.understanding.meaning import Intent
from tests.knowledge.understanding.test_reading import read

SAID = {
    Intent.ASK_PERSON: (
        "chuyển câu này sang sở nội vụ giúp em",
        "cho em gap can bo to chuc",
        "hoi giup em can bo nhan su",
        "máy trả lời chán quá cho gặp người",
    ),
    Intent.FOLLOW_INQUIRY: (
        "sao mãi chưa thấy cán bộ trả lời câu hỏi của tôi",
        "cau hoi em gui so noi vu tra loi chua a",
        "câu hoi cua toi toi dau r",
        "theo doi cau hoi K7M2QX",
        "rut cau hoi cua toi ve",
    ),
    Intent.HR_INBOX: (
        "hộp thư của tôi có câu hỏi nào mới",
        "hom nay co cau nao can tra loi k",
        "những câu hỏi bị chậm trả lời",
        "xem hop thu",
    ),
    Intent.WHO_TO_ASK: ("tôi hỏi ai về chứng chỉ",),
    Intent.UNIT_GAPS: ("đơn vị tôi còn ai thiếu",),
}


@pytest.mark.parametrize(("intent", "said"), [(intent, one) for intent, some in SAID.items() for one in some])
def test_it_is_read_as_what_it_asks_when_it_is_about_answers_of_people(reader, intent, said):
    assert read(reader, said).intent is intent
