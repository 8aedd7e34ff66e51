"""Choices that are typed instead of pressed: by their label, by yes and no, never by anything else."""

import pytest

from handlers.asking import Choice
from handlers.memory import keep_aside
from handlers.reply import Outcome, Pending
from handlers.typed_choices import keep_offered, mark_choice, read_choice, read_mark
from tests.handlers.inbox_people import ASKER, OFFICE_HR, QUESTION, REQUEST, Room

OFFERED = keep_offered(
    (
        Choice("Đóng", "inbox.close", "C2C2C2"),
        Choice("Trả lời", "inbox.reply", "C2C2C2"),
        Choice("Xem điểm 1", "document.point", "354-CV/TU#1"),
        Choice("Xem điểm 1", "document.point", "2123/UBND-NC#1"),
    )
)
CONSENT = keep_offered((Choice("Đồng ý chuyển", "pass_on.yes", "seal"), Choice("Không chuyển", "pass_on.no")))
NOTICE = keep_offered(
    (Choice("Tôi đồng ý", "link.agree"), Choice("Chỉ hỏi đáp", "link.agree.only"), Choice("Không", "link.decline"))
)
LEFT = keep_aside(Pending("evidence.form", "kind"))


@pytest.fixture
def room(loaded, reader) -> Room:
    return Room(loaded, reader)


@pytest.mark.parametrize(
    ("typed", "state", "token"),
    [
        pytest.param("Đóng", OFFERED, "inbox.close|C2C2C2", id="the label"),
        pytest.param("  đóng. ", OFFERED, "inbox.close|C2C2C2", id="the label as people type it"),
        pytest.param("tra loi", OFFERED, "inbox.reply|C2C2C2", id="the label without marks"),
        pytest.param("đông", OFFERED, None, id="other marks are another word"),
        pytest.param("đóng giúp tôi cái này", OFFERED, None, id="more than the label"),
        pytest.param("Xem điểm 1", OFFERED, None, id="a label of two choices names neither"),
        pytest.param("đồng ý", OFFERED, None, id="a yes where nothing waits for one"),
        pytest.param("?!", OFFERED, None, id="no word at all"),
        pytest.param("đồng ý", CONSENT, "pass_on.yes|seal", id="a yes"),
        pytest.param("Không", CONSENT, "pass_on.no", id="a no"),
        pytest.param("dong y", NOTICE, "link.agree", id="consent by its own word"),
        pytest.param("ok", NOTICE, None, id="a nod is no consent"),
        pytest.param("khong dong y", NOTICE, "link.decline", id="no consent"),
        pytest.param("tiep tuc", LEFT, "evidence.form|:", id="on with what was left"),
        pytest.param("đồng ý", None, None, id="the first words of a conversation"),
        pytest.param("đồng ý", {"offered": [["Đồng ý"]]}, None, id="kept in another shape"),
    ],
)
def test_words_name_the_offered_choice_they_are_the_label_of(typed, state, token):
    assert read_choice(typed, state) == token


async def test_stranger_agrees_in_words_when_asked_whether_to_pass_on(room):
    await room.says(QUESTION)
    await room.says(REQUEST)
    assert (await room.says("đồng ý")).outcome is Outcome.HANDED_OVER


async def test_nothing_is_passed_on_when_a_stranger_types_no(room):
    await room.says(QUESTION)
    await room.says(REQUEST)
    await room.says("không")
    assert not room.inquiries.kept


async def test_hr_answers_in_words_alone(room):
    code = await room.asks()
    await room.says(code, OFFICE_HR)
    await room.says("trả lời", OFFICE_HR)
    await room.says("Đồng chí hỏi lại Sở Nội vụ.", OFFICE_HR)
    await room.says("gửi", OFFICE_HR)
    assert "Đồng chí hỏi lại Sở Nội vụ." in str((await room.says(code, ASKER)).lines)


async def test_words_are_no_choice_of_an_earlier_reply(room):
    code = await room.asks()
    await room.says(code, OFFICE_HR)
    await room.says("công văn 2123 điểm 3 nói gì", OFFICE_HR)
    assert (await room.says("đóng", OFFICE_HR)).pending is None


MARKS = {
    "a number": ("2", 1, None),
    "a number as lists are written": ("2. ", 1, None),
    "a number in brackets": ("(2)", 1, None),
    "a number, politely": ("2 ạ", 1, None),
    "a number with a word before it": ("Chọn số 2", 1, None),
    "a key with a number on it": ("2\ufe0f\u20e3", 1, None),
    "a wide number": ("\uff12", 1, None),
    "a number with nought before it": ("02", 1, None),
    "a number that no list begins with": ("0", -1, None),
    "a letter": ("B)", None, 1),
    "a score": ("4.0", None, None),
    "a year": ("2026", None, None),
    "words": ("hai cái", None, None),
    "nothing": ("  ", None, None),
}


@pytest.mark.parametrize(("typed", "by_number", "by_letter"), MARKS.values(), ids=MARKS)
def test_mark_names_a_place_of_the_list_only_by_itself(typed, by_number, by_letter):
    assert read_mark(typed, has_letters=False) == by_number
    assert read_mark(typed, has_letters=True) == by_letter


@pytest.mark.parametrize("has_letters", [False, True])
def test_mark_that_is_shown_is_read_back(has_letters):
    for place in range(20):
        assert read_mark(mark_choice(place, has_letters=has_letters), has_letters=has_letters) == place
