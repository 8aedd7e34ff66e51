"""What was said before an interruption is not taken for an answer to what stands there now."""

from dataclasses import replace

import pytest

from handlers.asking import Channel, Incoming
from handlers.reply import Outcome
from tests.handlers.desks import TriedDesk
from tests.people import official

PERSON = official()
TYPED = Incoming(Channel.TELEGRAM, "t1", thread="telegram:t1", person=PERSON.code)


@pytest.fixture
def desk(loaded, reader):
    return TriedDesk(loaded, reader, people=(PERSON,))


async def say(desk, text, *, is_belated=False):
    return await desk.desk.answer(replace(TYPED, text=text, is_belated=is_belated))


@pytest.mark.parametrize("words", ["2", "số 1", "b", "thôi", "12/05/2025", "IIG Việt Nam"])
async def test_answer_to_a_form_that_comes_late_is_asked_for_again_and_changes_nothing(desk, words):
    asked = await say(desk, "nộp chứng chỉ toeic 600 cấp ngày 12/5/2025 số hiệu T-1")
    assert asked.pending is not None
    before = dict(desk.drawers.threads.kept)

    late = await say(desk, words, is_belated=True)

    assert late.title.startswith(f"Tin “{words}” đến lúc máy bị gián đoạn")
    assert late.outcome is Outcome.NOT_UNDERSTOOD
    assert (late.choices, late.pending) == (asked.choices, asked.pending)
    assert desk.drawers.threads.kept == before
    assert (await say(desk, "IIG Việt Nam")).pending != asked.pending  # the form goes on from where it stood


async def test_offered_choice_that_is_typed_late_is_not_pressed(desk):
    offered = await say(desk, "tôi còn thiếu gì")
    label = offered.choices[0].label

    late = await say(desk, label, is_belated=True)

    assert label[:20] in late.title
    assert late.choices == offered.choices


@pytest.mark.parametrize("words", ["tôi còn thiếu gì", "/help", "công văn 2123 điểm 3 nói gì"])
async def test_question_or_command_that_comes_late_is_answered_as_at_any_time(desk, words):
    await say(desk, "nộp chứng chỉ toeic 600 cấp ngày 12/5/2025 số hiệu T-1")

    late = await say(desk, words, is_belated=True)

    assert "gián đoạn" not in late.title
    assert late.title == (await say(desk, words)).title
