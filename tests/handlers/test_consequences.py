"""What happens if I do not complete it, and who answers for it: today and while the letter of 2020 was live."""

from dataclasses import replace
from datetime import date

import pytest

from handlers.officials.consequences import explain_consequences
from handlers.phrases import locale_of
from handlers.reply import Outcome
from knowledge.facts import DocumentId, ManagedBy, StudyRecord
from knowledge.understanding.meaning import Aspect
from tests.handlers.visits import IN_2020, STANDARDS, TODAY, cited, visit, with_standards, words
from tests.people import NEIGHBOUR, official, review

BODIES = [
    pytest.param(
        ManagedBy.PROVINCIAL_GOVERNMENT_PARTY_COMMITTEE, {"2", "4"}, id="government's Party committee: point 2"
    ),
    pytest.param(ManagedBy.DISTRICT, {"3", "4"}, id="district: point 3"),
    pytest.param(ManagedBy.PROVINCIAL_PARTY_STANDING_COMMITTEE, {"4"}, id="standing committee: no dated consequence"),
    pytest.param(ManagedBy.COMMUNE, {"4"}, id="commune: no dated consequence"),
    pytest.param(ManagedBy.UNIT, {"4"}, id="unit: no dated consequence"),
]


@pytest.mark.parametrize(("managed_by", "points"), BODIES)
@pytest.mark.parametrize("on", [IN_2020, TODAY], ids=["while the letter was live", "today"])
def test_consequence_is_the_one_of_the_body_that_manages_the_post(bare, managed_by, points, on):
    reply = explain_consequences(visit(bare, official(managed_by=managed_by), on=on))

    assert {cite.point for cite in reply.citations if cite.document == "2123/UBND-NC"} == points
    assert ("đã qua hơn 6 năm" in words(reply)) == (on == TODAY and len(points) > 1)


def test_stranger_is_told_for_whom_each_consequence_is(bare):
    said = words(explain_consequences(visit(bare)))

    assert "thuộc diện Ban Cán sự Đảng UBND tỉnh quản lý:" in said
    assert "thuộc diện cấp huyện quản lý:" in said
    assert "Ban Thường vụ Tỉnh ủy quản lý:" not in said


def test_removal_is_told_as_considered_and_not_as_automatic(loaded):
    said = words(explain_consequences(visit(loaded, official(), on=IN_2020)))

    assert "xem xét cho thôi chức vụ" in said
    assert "không phải tự động mất chức" in said


def test_own_live_deadline_is_told_once(library):
    book = with_standards(library, rounds=())
    said = words(explain_consequences(visit(book, official(), on=IN_2020)))

    assert said.count("01/10/2020") == 1


def test_own_round_comes_before_what_is_history(library):
    book = with_standards(library, rounds=(review(consequence="xem xét, bố trí lại công tác"),))
    said = words(explain_consequences(visit(book, official())))

    assert said.index("bố trí lại công tác") < said.index("đã qua hơn 6 năm")


def test_offices_that_ended_are_told_with_what_took_over(bare):
    reply = explain_consequences(visit(bare, official()))

    assert "việc này nay thuộc Đảng ủy" in words(reply)
    assert "354-CV/TU" in cited(reply)
    assert "nay thuộc" not in words(explain_consequences(visit(bare, official(), on=IN_2020)))


def test_who_answers_comes_first_when_that_was_asked(loaded):
    refused = StudyRecord(requested_on=date(2026, 10, 1), refused_on=date(2026, 10, 5))
    person = official(study=(refused,))
    asked = explain_consequences(visit(loaded, person, aspects=(Aspect.ACCOUNTABLE,)))
    not_asked = explain_consequences(visit(loaded, person))

    assert "trách nhiệm thuộc về thủ trưởng" in asked.lines[0].text
    assert asked.lines[1].text.startswith("Ai chịu trách nhiệm")
    assert not_asked.lines[-1].text.startswith("Ai chịu trách nhiệm")
    assert words(asked).count("trách nhiệm thuộc về thủ trưởng") == 1


def test_other_half_of_the_province_has_no_consequence_of_this_letter(bare):
    reply = explain_consequences(visit(bare, official(unit=NEIGHBOUR.code)))

    assert reply.outcome is Outcome.NO_BASIS
    assert "chưa có văn bản nào của địa bàn này nêu hậu quả" in words(reply)
    assert cited(reply) == {"354-CV/TU"}


def test_no_consequence_is_told_before_the_letter_was_written(bare):
    reply = explain_consequences(visit(bare, official(), on=date(2020, 8, 16)))

    assert reply.outcome is Outcome.NO_BASIS
    assert "chưa có văn bản nào" in words(reply)


POSTS = [
    pytest.param({}, True, id="leader of the government's Party committee"),
    pytest.param({"managed_by": ManagedBy.DISTRICT}, True, id="leader of a district"),
    pytest.param({"is_leader": False}, False, id="no leader"),
    pytest.param({"managed_by": ManagedBy.PROVINCIAL_PARTY_STANDING_COMMITTEE}, False, id="standing committee"),
    pytest.param({"managed_by": ManagedBy.COMMUNE}, False, id="commune"),
    pytest.param({"managed_by": ManagedBy.UNIT, "is_leader": False}, False, id="no leader of a unit"),
]
OTHER_BASIS = tuple(replace(one, document=DocumentId("1090-QĐ/TU")) for one in STANDARDS)
NOT_THEIRS = "holds no document that says so for a post like yours"


@pytest.mark.parametrize(("changes", "is_spoken_of"), POSTS)
def test_who_answers_is_told_with_whom_the_point_speaks_of_where_that_is_not_the_visitor(
    library, changes, is_spoken_of
):
    book = with_standards(library, standards=OTHER_BASIS)
    with locale_of("en"):
        reply = explain_consequences(visit(book, official(**changes)))

    said = next(one.text for one in reply.lines if one.text.startswith("Who answers for it"))
    assert (NOT_THEIRS in said) != is_spoken_of
    assert ("và thủ trưởng của họ" in said) != is_spoken_of


def test_leader_whose_standard_rests_on_what_the_point_speaks_of_is_spoken_of(loaded):
    with locale_of("en"):
        said = words(explain_consequences(visit(loaded, official(managed_by=ManagedBy.UNIT))))

    assert NOT_THEIRS not in said


@pytest.mark.parametrize(
    "person",
    [
        pytest.param(None, id="stranger"),
        pytest.param(official(managed_by=ManagedBy.COMMUNE), id="leader whose standards are not loaded"),
    ],
)
def test_whom_the_point_speaks_of_is_told_where_nobody_knows_whether_it_is_the_visitor(bare, person):
    with locale_of("en"):
        said = words(explain_consequences(visit(bare, person)))

    assert NOT_THEIRS not in said
    assert "speaks only of: Lãnh đạo, quản lý chưa đủ tiêu chuẩn theo 02-QĐi/TU" in said


def test_criterion_that_is_not_required_is_told_first_when_the_question_fears_to_lack_it(library):
    book = with_standards(library, standards=STANDARDS[3:])
    reply = explain_consequences(visit(book, official(), criteria=("ngoai_ngu",)))

    assert "không yêu cầu ngoại ngữ" in reply.lines[0].text
    assert {one.document for one in reply.lines[0].cites} == {"02-QĐi/TU"}
    assert "Hạn hoàn thiện tin học" in reply.lines[1].text


def test_criterion_that_is_required_comes_first_when_it_is_named(loaded):
    reply = explain_consequences(visit(loaded, official(), criteria=("tin_hoc",)))

    assert reply.lines[0].text.startswith("Tin học: yêu cầu Cơ bản")
    assert "Hạn hoàn thiện tin học" in reply.lines[1].text


def test_each_deadline_names_its_criteria_where_there_is_only_one(library):
    book = with_standards(library, standards=STANDARDS[3:])

    assert explain_consequences(visit(book, official())).lines[0].text.startswith("Hạn hoàn thiện tin học")
