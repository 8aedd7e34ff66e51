"""Retirement of somebody born then, answered to whoever asks."""

from datetime import date

import pytest

from handlers.officials.retirement import names_a_birth, tell_retirement_by_birth
from handlers.reply import Outcome
from knowledge.facts import Gender
from tests.handlers.desks import TriedDesk
from tests.handlers.visits import IN_2020, cited, entities, visit, words
from tests.people import official

BIRTHS = [
    pytest.param(
        {"born_on": date(1985, 5, 20), "gender": Gender.MALE},
        "Nam sinh 20/05/1985: theo tuổi nghỉ hưu, ngày công tác cuối cùng là 31/05/2047.",
        id="a full date gives the day",
    ),
    pytest.param(
        {"born_year": 1985, "born_month": 5, "gender": Gender.MALE},
        "Nam sinh 05/1985: theo tuổi nghỉ hưu, ngày công tác cuối cùng là 31/05/2047.",
        id="the month is enough",
    ),
    pytest.param(
        {"born_year": 1985, "gender": Gender.MALE},
        "nằm trong khoảng từ 31/01/2047 đến 31/12/2047",
        id="a year gives a span",
    ),
    pytest.param({"born_on": date(1985, 5, 20)}, "Nữ sinh 20/05/1985", id="without sex both are told"),
]


@pytest.mark.parametrize(("named", "decisive"), BIRTHS)
def test_retirement_is_told_by_birth_with_its_law(bare, named, decisive):
    reply = tell_retirement_by_birth(visit(bare, **named))

    assert decisive in words(reply)
    assert cited(reply) == {"45/2019/QH14"}


def test_retirement_by_the_old_ages_has_no_basis_that_is_held(bare):
    reply = tell_retirement_by_birth(visit(bare, on=IN_2020, born_year=1960, gender=Gender.MALE))

    assert reply.outcome is Outcome.NO_BASIS
    assert "chỉ là ước tính" in words(reply)


def test_birth_is_named_only_where_the_question_says_one():
    assert names_a_birth(entities(born_year=1970))
    assert not names_a_birth(entities(years=5))


async def test_stranger_is_answered_by_birth_and_asked_who_they_are_without_it(bare, reader):
    desk = TriedDesk(bare, reader, people=(official(),))

    assert (await desk.say("nữ sinh năm 1970 khi nào nghỉ hưu")).outcome is Outcome.ANSWERED
    assert (await desk.say("bao giờ tôi nghỉ hưu")).outcome is Outcome.DENIED
    assert "31/05/2047" in words(await desk.say("bao giờ tôi nghỉ hưu", person=official()))
