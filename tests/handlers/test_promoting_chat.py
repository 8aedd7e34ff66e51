"""HR promotes an answer in the chat: the question in general words, the answer, a last look; and withdraws it."""

from dataclasses import replace

import pytest

from handlers.reply import Outcome
from tests.handlers.inbox_people import ASKER, HEAD, OFFICE_HR, OTHER, PROVINCE_HR, QUESTION, Room, audited
from tests.handlers.test_second_province import FAR_OFFICE
from tests.handlers.visits import actions, words
from tests.people import NEIGHBOUR, UNITS

ANSWER = "Nộp tại phòng một cửa, căn cứ giấy giới thiệu của đơn vị."


@pytest.fixture
def room(loaded, reader):
    return Room(loaded, reader)


async def answered(room: Room) -> str:
    code = await room.asks()
    await room.answers(code, ANSWER)
    return code


async def test_an_answer_is_promoted_in_three_steps_and_reaches_the_scope_of_hr(room):
    code = await answered(room)
    opened = await room.presses(f"inbox.open|{code}", OFFICE_HR)
    question = await room.chooses(opened, "frequent.promote", OFFICE_HR)
    assert "không nêu tên" in words(question)
    await room.says("Hồ sơ đi học nộp ở phòng nào?", OFFICE_HR)
    await room.presses("frequent|answer:=", OFFICE_HR)
    done = await room.presses("frequent|sure:yes", OFFICE_HR)

    assert "số 1" in words(done)
    [kept] = room.tried.drawers.questions.promoted
    assert (kept.question, kept.answer, kept.scope) == ("Hồ sơ đi học nộp ở phòng nào?", ANSWER, OFFICE_HR.scope)
    assert len(kept.variants) == 1
    assert (OFFICE_HR.code, "promoted_answer", "1") in audited(room)


async def test_the_askers_own_words_are_shown_before_they_are_kept_and_can_be_left_out(room):
    code = await room.asks(text="tôi là Trần Thị Hỏi, công văn 9999/UBND-NC nói gì vậy")
    await room.answers(code, ANSWER)
    await room.presses(f"frequent.promote|{code}", OFFICE_HR)
    await room.says("Hồ sơ đi học nộp ở phòng nào?", OFFICE_HR)
    shown = await room.presses("frequent|answer:=", OFFICE_HR)
    assert "Trần Thị Hỏi" in words(shown)

    await room.presses("frequent|sure:alone", OFFICE_HR)

    [kept] = room.tried.drawers.questions.promoted
    assert kept.variants == ()


async def test_nothing_is_promoted_before_the_last_look_or_after_giving_up(room):
    code = await answered(room)
    await room.presses(f"frequent.promote|{code}", OFFICE_HR)
    await room.says("Hồ sơ đi học nộp ở phòng nào?", OFFICE_HR)
    assert "Chưa đưa câu nào" in words(await room.says("thôi", OFFICE_HR))
    assert room.tried.drawers.questions.promoted == []


async def test_a_question_of_two_letters_is_refused_with_a_sentence_and_asked_again(room):
    code = await answered(room)
    await room.presses(f"frequent.promote|{code}", OFFICE_HR)
    assert "ký tự" in words(await room.says("gì", OFFICE_HR))
    await room.presses("frequent|question:=", OFFICE_HR)
    await room.presses("frequent|answer:=", OFFICE_HR)
    assert "số 1" in words(await room.presses("frequent|sure:yes", OFFICE_HR))


async def test_a_question_without_an_answer_has_nothing_to_promote(room):
    code = await room.asks()
    assert "frequent.promote" not in actions(await room.presses(f"inbox.open|{code}", OFFICE_HR))
    assert "chưa có câu trả lời" in words(await room.presses(f"frequent.promote|{code}", OFFICE_HR))


@pytest.mark.parametrize("who", [None, ASKER, OTHER, HEAD])
@pytest.mark.parametrize("action", ["frequent.promote", "frequent.list", "frequent.show", "frequent.withdraw"])
async def test_nobody_but_hr_promotes_or_withdraws(room, who, action):
    code = await answered(room)
    reply = await room.presses(f"{action}|{code}", who)
    assert reply.outcome is Outcome.DENIED
    assert ANSWER not in words(reply)


async def test_a_promoted_answer_is_listed_shown_and_withdrawn_by_whoever_serves_its_scope(room):
    code = await answered(room)
    await room.presses(f"frequent.promote|{code}", PROVINCE_HR)
    await room.presses("frequent|question:=", PROVINCE_HR)
    await room.presses("frequent|answer:=", PROVINCE_HR)
    await room.presses("frequent|sure:yes", PROVINCE_HR)
    [kept] = room.tried.drawers.questions.promoted
    room.tried.declare(frequent=(replace(kept, number=1),))

    listed = await room.says("/thuonggap", OFFICE_HR)
    assert ANSWER in words(await room.chooses(listed, "frequent.show", OFFICE_HR))
    assert (await room.presses("frequent.withdraw|1", OFFICE_HR)).outcome is Outcome.DENIED
    assert "Đã rút" in words(await room.presses("frequent.withdraw|1", PROVINCE_HR))
    assert room.tried.drawers.questions.withdrawn == [1]


async def test_hr_of_another_province_hears_before_anything_is_asked_that_they_do_not_speak_to_everybody(
    loaded, reader
):
    asker, hr = replace(ASKER, unit=FAR_OFFICE.code), replace(PROVINCE_HR, unit=FAR_OFFICE.code)
    room = Room(loaded, reader, (asker, hr))
    room.tried.declare(units=(*UNITS, FAR_OFFICE))
    code = await room.asks(asker)
    await room.answers(code, ANSWER, hr)
    reply = await room.presses(f"frequent.promote|{code}", hr)
    assert reply.outcome is Outcome.DENIED
    assert "ngoài đơn vị đồng chí phụ trách" in words(reply)


def hands_it_over(room: Room) -> None:
    room.tried.drawers.profiles.people[OFFICE_HR.code] = replace(OFFICE_HR, scope=NEIGHBOUR.code)


def serves_nobody(room: Room) -> None:
    room.tried.drawers.profiles.people[OFFICE_HR.code] = replace(OFFICE_HR, roles=HEAD.roles)


@pytest.mark.parametrize("happens", [hands_it_over, serves_nobody])
@pytest.mark.parametrize("goes_on", ["frequent|:", "frequent|answer:=", "frequent|question:.back"])
async def test_a_form_left_open_shows_no_words_of_a_question_that_is_theirs_no_more(room, happens, goes_on):
    code = await answered(room)
    await room.presses(f"frequent.promote|{code}", OFFICE_HR)
    await room.says("Hồ sơ đi học nộp ở phòng nào?", OFFICE_HR)
    happens(room)

    reply = await room.presses(goes_on, OFFICE_HR)

    assert reply.outcome is Outcome.DENIED
    assert QUESTION not in words(reply)
    assert ANSWER not in words(reply)
    assert reply.pending is None
    assert not room.tried.drawers.questions.promoted


async def test_going_on_with_a_question_that_is_theirs_no_more_is_recorded(room):
    code = await answered(room)
    await room.presses(f"frequent.promote|{code}", OFFICE_HR)
    hands_it_over(room)
    await room.says("Hồ sơ đi học nộp ở phòng nào?", OFFICE_HR)
    assert (OFFICE_HR.code, "look_refused", "inquiry") in audited(room)
