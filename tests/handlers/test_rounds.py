"""Does a review round concern me? And the second thing that a question asks in the same breath."""

from dataclasses import replace
from datetime import date

import pytest

from handlers.officials.gaps import list_my_deadlines, list_my_gaps
from handlers.officials.offices import tell_service_left, tell_whom_to_ask
from handlers.officials.position import list_requirements
from handlers.visit import Visit
from knowledge.facts import PositionGroup, RoundFilter
from knowledge.findings import State
from knowledge.understanding.meaning import Wish
from tests.handlers.visits import visit, with_standards, words
from tests.people import official, review


def wishing(asked: Visit, *wishes: Wish) -> Visit:
    assert asked.meaning is not None
    return replace(asked, meaning=replace(asked.meaning, wishes=frozenset(wishes)))


ROUNDS = [
    pytest.param({}, "Đợt DOT-1: áp dụng đối với chức danh của đồng chí; hạn là 31/12/2026", id="for everybody"),
    pytest.param(
        {"service_left_from_years": 40}, "vì đợt này chỉ áp dụng cho người còn ít nhất 40 năm", id="too few years left"
    ),
    pytest.param(
        {"audience": RoundFilter(position_groups=frozenset({PositionGroup("chu_tich_xa")}))},
        "Đợt DOT-1: không áp dụng đối với chức danh hoặc đơn vị của đồng chí",
        id="for other posts",
    ),
    pytest.param({"is_open": False}, "không có đợt rà soát nào đang mở", id="closed"),
]


@pytest.mark.parametrize(("more", "decisive"), ROUNDS)
def test_whether_a_round_concerns_somebody_is_said_with_the_reason_when_asked(library, more, decisive):
    book = with_standards(library, rounds=(review(**more),))
    person = official()

    assert decisive in words(list_my_gaps(wishing(visit(book, person), Wish.ROUND), person))
    assert decisive in words(tell_service_left(wishing(visit(book, person), Wish.ROUND), person))
    assert "Đợt DOT-1: " not in words(list_my_gaps(visit(book, person), person))


def test_what_is_missing_is_said_beside_the_unit_when_both_are_asked(loaded):
    asked = visit(loaded, official(), speaks_of_self=True)

    assert tell_whom_to_ask(asked).findings == ()
    reply = tell_whom_to_ask(wishing(asked, Wish.GAPS))
    assert "Ngoại ngữ: yêu cầu Bậc 3. Chưa đạt" in words(reply)
    assert {one.state for one in reply.findings} == {State.MISSING}


def test_own_standing_is_said_beside_the_requirement_when_both_are_asked(loaded):
    asked = visit(loaded, official(), speaks_of_self=True, criteria=("ngoai_ngu",))

    assert list_requirements(asked).findings == ()
    reply = list_requirements(wishing(asked, Wish.GAPS))
    assert [(one.criterion, one.state) for one in reply.findings] == [("ngoai_ngu", State.MISSING)]
    assert "chậm nhất 31/12/2026" in words(reply)


def test_own_standing_is_not_told_when_the_position_asked_about_is_another(loaded):
    asked = visit(loaded, official(), speaks_of_self=True, position_groups=("chu_tich_xa",))

    assert list_requirements(wishing(asked, Wish.GAPS)).findings == ()


def test_round_of_a_past_day_is_not_open(library):
    book = with_standards(library, rounds=(review(opens_on=date(2027, 1, 1)),))

    assert "không có đợt rà soát nào" in words(list_my_gaps(wishing(visit(book, official()), Wish.ROUND), official()))


def test_why_no_day_is_set_is_said_when_the_open_round_is_for_those_who_serve_longer(library):
    person = official()
    book = with_standards(library, rounds=(review(service_left_from_years=40),))
    decisive = "vì đợt này chỉ áp dụng cho người còn ít nhất 40 năm"

    assert decisive in words(list_my_deadlines(visit(book, person), person))
    assert words(list_my_deadlines(wishing(visit(book, person), Wish.ROUND), person)).count(decisive) == 1
    others = with_standards(library, rounds=(review(service_left_from_years=40, criteria=frozenset({"llct"})),))
    assert decisive not in words(list_my_deadlines(visit(others, person), person))
