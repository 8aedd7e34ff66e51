"""Days and duties of another province are told as background, never as the visitor's own."""

from dataclasses import replace

from handlers.officials.deadlines_there import asks_there, tell_deadlines_there
from handlers.officials.guidance import explain_study_request, out_of_scope
from handlers.reply import Outcome
from knowledge.facts import TerritoryCode
from knowledge.understanding.meaning import Wish
from tests.handlers.test_unlisted_papers import understood
from tests.handlers.visits import cited, visit, with_standards, words
from tests.people import official


def test_days_of_another_province_are_background_and_said_not_to_carry_over(library):
    asked = visit(with_standards(library), official(), territories=("quang-ngai",))
    assert asks_there(asked)
    reply = tell_deadlines_there(asked)
    assert reply.outcome is Outcome.ANSWERED
    assert "không áp dụng sang Hưng Yên" in words(reply)
    assert "31/12/2021" in words(reply)
    assert all(line.is_background for line in reply.lines if line.cites)


def test_a_province_without_documents_has_no_day_that_is_known(library):
    reply = tell_deadlines_there(visit(with_standards(library), territories=("thai-binh",)))
    assert reply.outcome is Outcome.NO_BASIS


def test_own_deadlines_are_meant_where_somebody_speaks_of_themselves(library):
    assert not asks_there(visit(with_standards(library), official(), territories=("quang-ngai",), speaks_of_self=True))
    assert not asks_there(visit(with_standards(library), official()))


def test_who_answers_for_no_study_is_said_not_to_reach_another_province(library):
    asked = replace(
        visit(with_standards(library), official(), territories=("thai-binh",)), elsewhere=TerritoryCode("thai-binh")
    )
    reply = explain_study_request(asked)
    assert "chỉ áp dụng cho Hưng Yên, không áp dụng cho Thái Bình" in words(reply)
    assert "2123/UBND-NC" in cited(reply)


def test_an_order_to_forge_is_refused_in_a_clear_sentence(library):
    asked = visit(with_standards(library))
    assert "không làm giả" not in words(out_of_scope(asked))
    reply = out_of_scope(understood(asked, wishes=frozenset({Wish.FORGED})))
    assert reply.outcome is Outcome.OUT_OF_SCOPE
    assert "không làm giả" in words(reply)
