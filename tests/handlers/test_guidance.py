"""Help, terms, how to go about it, and the two ways of not answering."""

from datetime import date

import pytest

from handlers.officials.guidance import (
    explain_evidence,
    explain_study_request,
    explain_term,
    is_foreign,
    not_understood,
    out_of_scope,
    show_help,
)
from handlers.reply import Outcome
from tests.fakes import FakeTerm, FakeTerms
from tests.handlers.visits import actions, cited, visit, words
from tests.people import NEIGHBOUR, official

TERMS = FakeTerms(
    FakeTerm("tiêu chuẩn chức danh", "Điều kiện phải có.", "2123/UBND-NC", "1"),
    FakeTerm("bậc 3", "Bậc thứ ba trong sáu bậc."),
    FakeTerm("chuyện lạ", "Không rõ.", "9999/KHONG-CO", None),
)


def test_help_offers_linking_to_a_stranger_and_the_own_record_to_an_official(bare):
    assert "link" in actions(show_help(visit(bare)))
    assert "gaps.mine" in actions(show_help(visit(bare, official())))


def test_help_says_that_answers_decide_nothing(bare):
    assert "không thay quyết định" in words(show_help(visit(bare)))


def test_term_of_law_is_explained_with_its_source(bare):
    reply = explain_term(visit(bare, text="tiêu chuẩn chức danh là gì"), find_term=TERMS.find)

    assert reply.title == "Tiêu chuẩn chức danh"
    assert cited(reply) == {"2123/UBND-NC"}


def test_plain_term_is_explained_without_source(bare):
    assert cited(explain_term(visit(bare, text="bậc 3 là gì"), find_term=TERMS.find)) == set()


def test_term_whose_source_is_not_in_the_library_cites_nothing(bare):
    assert cited(explain_term(visit(bare, text="chuyện lạ là gì"), find_term=TERMS.find)) == set()


def test_unknown_term_is_not_guessed(bare):
    assert explain_term(visit(bare, text="blah là gì"), find_term=TERMS.find).outcome is Outcome.NOT_UNDERSTOOD


def test_study_request_says_who_answers_when_study_is_refused(bare):
    reply = explain_study_request(visit(bare, official()))

    assert "trách nhiệm" in words(reply)
    assert {cite.point for cite in reply.citations} == {"4"}


def test_study_request_claims_no_accountability_where_or_when_the_letter_does_not_reach(bare):
    assert cited(explain_study_request(visit(bare, official(unit=NEIGHBOUR.code)))) == set()
    assert cited(explain_study_request(visit(bare, official(), on=date(2020, 8, 16)))) == set()


def test_evidence_is_handed_in_on_paper_and_counts_once_verified(bare):
    said = words(explain_evidence(visit(bare, official())))

    assert "bản sao chứng thực" in said
    assert "sau khi bộ phận tổ chức cán bộ xác minh" in said


def test_what_is_not_answered_says_why_and_offers_a_way_on(bare):
    assert not_understood(visit(bare)).outcome is Outcome.NOT_UNDERSTOOD
    assert out_of_scope(visit(bare)).outcome is Outcome.OUT_OF_SCOPE
    assert "help" in actions(not_understood(visit(bare))) & actions(out_of_scope(visit(bare)))


@pytest.mark.parametrize("text", ["what certificates do I need", "I lost my linking code, what now"])
def test_another_language_is_said_to_be_one_and_not_called_outside_the_office(bare, text):
    reply = out_of_scope(visit(bare, text=text))
    assert reply.outcome is Outcome.NOT_UNDERSTOOD
    assert "tiếng Việt" in reply.title


@pytest.mark.parametrize("text", ["luong thang nay bao gio co", "may ngu vl", "thoi tiet hom nay the nao"])
def test_vietnamese_without_marks_is_no_other_language(text):
    assert not is_foreign(text)


def test_who_thanks_is_not_told_everything_again(bare):
    assert not show_help(visit(bare, text="cam on")).lines
