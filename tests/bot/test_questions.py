"""The loop of unanswered questions, from the question nobody could answer to the answer that comes back."""

from collections.abc import AsyncIterator
from datetime import date

import pytest

from bot.questions import list_lost, shares_by_week
from bot.wiring import Office
from handlers.asking import Channel, Incoming
from handlers.hr.promoting import Draft, NotPromotedError
from handlers.reply import Outcome, Reply
from knowledge.facts import Person, PersonCode
from tests.databases import make_home
from tests.offices import sample_office

QUESTION = "Công văn 4471/UBND-VX về lớp bồi dưỡng thì họp ở phòng nào"
ANSWER = "Họp tại phòng 204, ai bận thì báo văn phòng trước một ngày."
BY_THE_LIBRARY = "công văn 2123 điểm 3 nói gì"


@pytest.fixture(scope="module")
async def office(server_url: str) -> AsyncIterator[Office]:
    with make_home("questions") as home:
        async with sample_office(server_url, home) as opened:
            yield opened


async def person(office: Office, code: str) -> Person:
    found = await office.find_person(code)
    assert found is not None
    return found


async def say(office: Office, text: str, code: str | None = None) -> Reply:
    who = PersonCode(code) if code is not None else None
    return await office.desk.answer(Incoming(channel=Channel.WEB, address="w", text=text, person=who))


async def test_a_question_without_an_answer_is_kept_without_a_name_and_answered_once_hr_has_promoted_one(office):
    assert (await say(office, f"{QUESTION} 0912 345 678", "CB002")).outcome is Outcome.NO_BASIS
    [kept] = [one for one in await office.unanswered(None, 10) if QUESTION in one.question]
    assert kept.question == f"{QUESTION} […]"

    number = await office.promote(Draft(QUESTION, ANSWER, "2123/UBND-NC#3"), await person(office, "CB015"))
    answered = await say(office, "cong van 4471/ubnd-vx ve lop boi duong thi hop o phong nao vay")
    assert answered.outcome is Outcome.ANSWERED
    assert ANSWER in answered.lines[0].text
    assert "Trần Mẫu Toàn Tỉnh" in answered.lines[0].text
    assert [(cite.document, cite.point) for cite in answered.citations] == [("2123/UBND-NC", "3")]
    assert [one async for one in list_lost(office)] == []

    await office.withdraw_answer(number, await person(office, "CB015"))
    assert (await say(office, QUESTION)).outcome is Outcome.NO_BASIS
    with pytest.raises(NotPromotedError):
        await office.withdraw_answer(number, await person(office, "CB015"))
    assert (await office.verify_audit()).is_intact


async def test_hr_of_one_unit_answers_for_that_unit_and_as_their_own_word(office):
    question = "Công văn 4472/UBND-VX phát thẻ mượn phòng tự học ở quầy nào"
    number = await office.promote(Draft(question, "Lấy ở quầy số 3 tầng 1."), await person(office, "CB016"))
    inside, outside, stranger = [await say(office, question, code) for code in ("CB001", "CB004", None)]
    assert "theo ý kiến" in inside.lines[0].text.lower()
    assert inside.citations == ()
    assert outside.outcome is not Outcome.ANSWERED
    assert stranger.outcome is not Outcome.ANSWERED
    await office.withdraw_answer(number, await person(office, "CB016"))


async def test_an_answer_of_the_library_is_never_replaced_and_the_check_says_so(office):
    number = await office.promote(Draft(BY_THE_LIBRARY, "Một câu trả lời khác."), await person(office, "CB015"))
    assert "Một câu trả lời khác." not in (await say(office, BY_THE_LIBRARY)).lines[0].text
    assert {lost for lost, _question in [one async for one in list_lost(office)]} == {number}
    await office.withdraw_answer(number, await person(office, "CB015"))


@pytest.mark.parametrize(
    ("code", "draft"),
    [
        pytest.param("CB002", Draft(QUESTION, ANSWER), id="not HR"),
        pytest.param("CB014", Draft(QUESTION, ANSWER), id="a head is not HR"),
        pytest.param("CB015", Draft("gì", ANSWER), id="a question of one word"),
        pytest.param("CB015", Draft(QUESTION, "ừ"), id="an answer of one word"),
        pytest.param("CB015", Draft(QUESTION, ANSWER * 60), id="an endless answer"),
        pytest.param("CB015", Draft(QUESTION, ANSWER, "9999/UBND-XX"), id="an unknown document"),
        pytest.param("CB015", Draft(QUESTION, ANSWER, "2123/UBND-NC#77"), id="an unknown point"),
        pytest.param("CB015", Draft(QUESTION, ANSWER, "676/QĐ-UBND"), id="a document of another province"),
    ],
)
async def test_what_may_not_be_promoted_is_refused_with_a_sentence_and_kept_nowhere(office, code, draft):
    with pytest.raises(NotPromotedError) as refused:
        await office.promote(draft, await person(office, code))
    assert str(refused.value)
    assert all(one.withdrawn_on is not None for one in (await office.rule_book()).rules.frequent)


def test_the_share_answered_leaves_out_what_was_rightly_refused():
    monday = date(2026, 11, 16)
    counts = [
        (monday, "answered", 90),
        (monday, "no_basis", 6),
        (monday, "not_understood", 3),
        (monday, "handed_over", 1),
        (monday, "out_of_scope", 25),
        (monday, "denied", 5),
    ]
    [week] = shares_by_week(counts)
    assert (week.share, week.refused) == (0.9, 30)
