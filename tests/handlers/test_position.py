"""What does a position require: the visitor's own, a named one, one that is not loaded."""

from datetime import date

import pytest

from handlers.officials.position import list_requirements
from handlers.phrases import locale_of
from handlers.reply import Outcome
from knowledge.facts import ManagedBy, PositionGroup
from tests.handlers.visits import actions, cited, visit, with_standards, words
from tests.people import NEIGHBOUR, official, standard


def test_own_position_lists_every_standard_with_its_basis(loaded):
    reply = list_requirements(visit(loaded, official()))

    assert "Trưởng phòng" in reply.title
    assert "Ngoại ngữ: Bậc 3 trở lên." in words(reply)
    assert all(line.cites for line in reply.lines)
    assert reply.outcome is Outcome.ANSWERED


def test_question_about_one_criterion_is_answered_with_that_one(loaded):
    reply = list_requirements(visit(loaded, official(), criteria=("tin_hoc",)))

    assert [line.text for line in reply.lines] == ["Tin học: Cơ bản trở lên."]


def test_standard_that_ends_says_until_when(library):
    book = with_standards(library, standards=(standard("tin_hoc", "co_ban", valid_to=date(2026, 12, 31)),))

    assert "(đến 31/12/2026)" in words(list_requirements(visit(book, official())))


def test_named_loaded_position_is_answered_to_a_stranger_in_the_words_of_the_question(loaded):
    reply = list_requirements(visit(loaded, groups=True, position_words="trưởng phòng sở"))

    assert reply.outcome is Outcome.ANSWERED
    assert "trưởng phòng sở" in reply.title


def test_named_loaded_position_goes_by_its_code_when_no_words_were_kept(loaded):
    assert "truong phong so" in list_requirements(visit(loaded, groups=True)).title


OTHERS = [
    pytest.param("phó giám đốc sở", id="a higher post"),
    pytest.param("chủ tịch xã", id="a post elsewhere"),
    pytest.param("phó trưởng phòng", id="a post whose name ends like the visitor's own"),
]


@pytest.mark.parametrize("asked", OTHERS)
@pytest.mark.parametrize("person", [official(), None], ids=["an official asks", "a stranger asks"])
def test_standards_of_a_position_that_is_not_loaded_are_never_told_as_ones_own(loaded, asked, person):
    reply = list_requirements(visit(loaded, person, position_words=asked))

    assert reply.outcome is Outcome.NO_BASIS
    assert asked in reply.title
    assert "trở lên" not in words(reply)
    assert {"1090-QĐ/TU", "02-QĐi/TU"} <= cited(reply)


@pytest.mark.parametrize("asked", ["trưởng phòng", "Trưởng phòng ạ"])
def test_own_position_named_in_the_question_is_the_visitors_own(loaded, asked):
    reply = list_requirements(visit(loaded, official(), position_words=asked))

    assert reply.outcome is Outcome.ANSWERED
    assert "Trưởng phòng" in reply.title


def test_missing_standards_name_the_document_of_the_managing_body(bare):
    party = official(managed_by=ManagedBy.PROVINCIAL_PARTY_STANDING_COMMITTEE)

    assert cited(list_requirements(visit(bare, party))) >= {"1090-QĐ/TU"}
    assert "1090-QĐ/TU" not in cited(list_requirements(visit(bare, official())))


def test_missing_standards_carry_the_limits_of_the_document_that_would_settle_them(bare):
    said = words(list_requirements(visit(bare, official())))

    assert "cấp phòng và tương đương" in said
    assert "02-QĐi/TU: Quy định này" not in said


def test_limits_are_told_apart_when_several_documents_would_settle_the_standards(bare):
    assert "02-QĐi/TU: Quy định này" in words(list_requirements(visit(bare)))


def test_other_half_of_the_province_names_no_document_of_this_one(loaded):
    reply = list_requirements(visit(loaded, official(unit=NEIGHBOUR.code)))

    assert reply.outcome is Outcome.NO_BASIS
    assert cited(reply) == {"354-CV/TU"}


def test_stranger_without_position_is_told_what_is_loaded(loaded):
    reply = list_requirements(visit(loaded))

    assert "truong phong so" in words(reply)
    assert "link" in actions(reply)


def test_stranger_without_position_gets_no_basis_when_nothing_is_loaded(bare):
    assert list_requirements(visit(bare)).outcome is Outcome.NO_BASIS


@pytest.mark.parametrize("called", ["Phó phòng", "phó phòng", "pho phong"])
def test_a_position_called_in_short_gets_the_same_reply_as_in_full(library, called):
    deputy = PositionGroup("pho_truong_phong_so")
    book = with_standards(library, standards=(standard("tin_hoc", "co_ban", position_group=deputy),))

    in_full = list_requirements(visit(book, position_words="phó trưởng phòng"))

    assert in_full.outcome is Outcome.ANSWERED
    assert list_requirements(visit(book, position_words=called)) == in_full


def test_ones_own_position_is_known_when_it_is_called_in_short(loaded):
    deputy = official(position="Phó Trưởng phòng thuộc sở")

    assert list_requirements(visit(loaded, deputy, position_words="phó phòng")).outcome is Outcome.ANSWERED
    assert list_requirements(visit(loaded, official(), position_words="phó phòng")).outcome is Outcome.NO_BASIS


@pytest.mark.parametrize("asked", ["giáo viên", "kế toán viên", "giám đốc sở"])
def test_no_document_is_said_to_govern_a_position_that_no_table_lists(loaded, asked):
    with locale_of("en"):
        said = words(list_requirements(visit(loaded, official(), position_words=asked)))

    assert "does not know which document" in said
    assert "leaders and managers only" in said
    assert "settled by" not in said
