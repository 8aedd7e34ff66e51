"""Certificates of no known kind, papers that are no credentials, kinds without their level, days that do not exist."""

from dataclasses import replace
from datetime import date

import pytest

from handlers.officials.certificates import judge_certificates
from handlers.officials.guidance import explain_evidence, no_such_day
from handlers.officials.offices import tell_whom_to_ask
from handlers.reply import Outcome
from handlers.visit import Visit
from knowledge.facts import CriterionCode, KindCode
from knowledge.findings import State
from knowledge.understanding.meaning import UnlistedTest, Wish
from tests.handlers.visits import actions, cited, visit, with_standards, with_table, words
from tests.people import credential, official, row

DUOLINGO = UnlistedTest("Duolingo English Test", KindCode("khac"), CriterionCode("ngoai_ngu"))


def understood(asked: Visit, **more) -> Visit:
    assert asked.meaning is not None
    return replace(asked, meaning=replace(asked.meaning, **more))


def test_a_test_of_no_known_kind_is_undetermined_while_no_table_is_loaded(library):
    reply = judge_certificates(understood(visit(with_standards(library), official()), unlisted_tests=(DUOLINGO,)))
    assert reply.outcome is Outcome.NO_BASIS
    assert "Duolingo English Test" in reply.title
    assert "1769/UBND-KGVX" in cited(reply)
    assert [one.state for one in reply.findings] == [State.UNDETERMINED]
    assert "why" not in actions(reply)


def test_a_test_of_no_known_kind_fits_no_row_of_a_loaded_table(library):
    reply = judge_certificates(understood(visit(with_table(library)), unlisted_tests=(DUOLINGO,)))
    assert reply.outcome is Outcome.ANSWERED
    assert "Duolingo English Test không được tính là ngoại ngữ" in words(reply)
    assert [one.state for one in reply.findings] == [State.NOT_RECOGNISED]


def test_a_test_of_no_known_kind_is_judged_beside_a_known_one(library):
    asked = visit(with_table(library), kinds=(("ielts", "5.0"),), issued_on=date(2026, 1, 5))
    reply = judge_certificates(understood(asked, unlisted_tests=(DUOLINGO,)))
    assert [one.state for one in reply.findings] == [State.NOT_RECOGNISED, State.MET]


@pytest.mark.parametrize(
    ("book", "document"),
    [
        pytest.param(with_table, "1769/UBND-KGVX", id="the table that is loaded"),
        pytest.param(with_standards, "02-QĐi/TU", id="the standard that asks for a level"),
    ],
)
def test_a_paper_that_is_no_credential_gets_a_clear_no(library, book, document):
    asked = visit(book(library), official(), criteria=("ngoai_ngu",))
    reply = judge_certificates(understood(asked, no_credential="Giấy khen"))
    assert reply.title.startswith("Giấy khen: không được tính")
    assert document in cited(reply)
    assert "IELTS" not in words(reply)


def test_a_kind_without_its_level_is_answered_with_the_level_that_is_needed(library):
    book = with_standards(library, recognition=(row("vstep", "bac_3", "bac_3", "bac_3", issued_from=date(2016, 1, 1)),))
    reply = judge_certificates(visit(book, official(), kinds=(("vstep", None),), issued_year=2015))
    assert "yêu cầu tối thiểu Bậc 3" in words(reply)
    assert "Bậc 3 cấp năm 2015 không được tính" in words(reply)


def test_a_stranger_is_asked_which_level_stands_on_a_certificate(library):
    reply = judge_certificates(visit(with_standards(library), kinds=(("khung_6_bac", None),), issued_year=2015))
    assert "Đề nghị cho biết bậc" in words(reply)
    assert "hồ sơ" not in words(reply)


def test_only_what_reaches_the_level_asked_about_is_listed(library):
    reply = judge_certificates(visit(with_table(library), criteria=("ngoai_ngu",), level="bac_4"))
    assert "từ Bậc 4 trở lên" in reply.title
    assert "IELTS, từ 5.5 đến 6.5" in words(reply)
    assert "từ 4.5 đến 5.0" not in words(reply)


def test_a_day_that_does_not_exist_gets_one_sentence(library):
    reply = no_such_day(understood(visit(with_standards(library)), false_day="31/02/2020"))
    assert reply.outcome is Outcome.NOT_UNDERSTOOD
    assert "31/02/2020" in reply.title
    assert reply.lines == ()


def test_a_degree_asked_about_instead_of_a_language_fits_no_row_for_it(library):
    asked = visit(with_table(library), official(), kinds=(("bang_cap", None),), criteria=("ngoai_ngu",))
    reply = judge_certificates(understood(asked, wishes=frozenset({Wish.COUNTS})))
    assert [(one.criterion, one.state) for one in reply.findings] == [("ngoai_ngu", State.NOT_RECOGNISED)]
    assert "đã đủ" not in words(reply)


def test_a_degree_asked_about_instead_of_a_language_is_open_while_no_table_is_loaded(library):
    asked = visit(with_standards(library), kinds=(("bang_cap", "dai_hoc"),), criteria=("ngoai_ngu",))
    reply = judge_certificates(understood(asked, wishes=frozenset({Wish.COUNTS})))
    assert reply.outcome is Outcome.NO_BASIS
    assert [one.state for one in reply.findings] == [State.UNDETERMINED]


def test_a_proof_that_is_missing_is_told_where_papers_are_handed_in(library):
    person = official(credentials=(credential("tin_hoc_abc", "B", issued_on=date(2018, 6, 10)),))
    assert "10/8/2016" in words(explain_evidence(visit(with_standards(library), person)))


def test_somebody_of_a_dissolved_office_is_told_where_they_serve_today(library):
    ended = next(one.id for one in library.offices.values() if one.valid_to is not None)
    reply = tell_whom_to_ask(visit(with_standards(library), official(), offices=(ended,), speaks_of_self=True))
    assert "Theo hồ sơ, đồng chí công tác tại" in words(reply)
    assert "Theo hồ sơ" not in words(tell_whom_to_ask(visit(with_standards(library), official(), offices=(ended,))))
