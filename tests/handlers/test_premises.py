"""Wrong premises: what a named document does not say is told first, cited, and never more than the record shows."""

from datetime import date

import pytest

from handlers.officials.documents import answer_document, find_point
from handlers.officials.premises import correct
from knowledge.documents import Matter
from knowledge.facts import DocumentId
from knowledge.understanding.meaning import Aspect
from tests.fakes import FakeSearch
from tests.handlers.visits import cited, visit, words

WRONG = [
    pytest.param("354-CV/TU", {"kinds": (("ielts", "6.0"),)}, "không nêu chứng chỉ", id="a test it does not name"),
    pytest.param("676/QĐ-UBND", {"kinds": (("toeic", None),)}, "về ngoại ngữ", id="a test where degrees are named"),
    pytest.param("354-CV/TU", {"aspects": (Aspect.CONSEQUENCE,)}, "không nói tới việc thôi chức", id="removal"),
    pytest.param("2123/UBND-NC", {"aspects": (Aspect.AUTOMATIC,)}, "chỉ nói đến việc xem xét", id="removal by itself"),
    pytest.param("2123/UBND-NC", {"territories": ("thai-binh",)}, "không áp dụng cho Thái Bình", id="territory"),
    pytest.param("1769/UBND-KGVX", {"territories": ("thai-binh",)}, "chỉ áp dụng cho Hưng Yên", id="text not held"),
    pytest.param("2123/UBND-NC", {"dates": (date(2021, 12, 31),)}, "thời hạn: 01/10/2020", id="another's deadline"),
    pytest.param(
        "2123/UBND-NC",
        {"aspects": (Aspect.SIGNER,), "person_words": "ông Lê Văn Mẫu"},
        "không do Lê Văn Mẫu ký",
        id="another signer",
    ),
    pytest.param(
        "2123/UBND-NC", {"aspects": (Aspect.DATE,), "issued_year": 2019}, "ban hành ngày 17/08/2020", id="year"
    ),
    pytest.param("354-CV/TU", {"dates": (date(2020, 10, 1),)}, "ban hành ngày 16/03/2026", id="an older deadline"),
]

TRUE = [
    pytest.param("2123/UBND-NC", {"dates": (date(2020, 10, 1),)}, id="its deadline"),
    pytest.param("2123/UBND-NC", {"dates": (date(2020, 8, 17),)}, id="its day of issue"),
    pytest.param("2123/UBND-NC", {"aspects": (Aspect.DATE,), "issued_year": 2020}, id="its year of issue"),
    pytest.param(
        "CV-BTVTU-QNg/2021", {"aspects": (Aspect.SIGNER,), "person_words": "ba bui thi quynh van"}, id="its signer"
    ),
    pytest.param("354-CV/TU", {"dates": (date(2026, 3, 31),)}, id="the last day of its month"),
    pytest.param("354-CV/TU", {"dates": (date(2026, 6, 29),)}, id="the last day before the day it names"),
    pytest.param("CV-BTVTU-QNg/2021", {"dates": (date(2025, 1, 31),)}, id="its yearly day"),
    pytest.param("2123/UBND-NC", {"dates": (date(2022, 1, 1),), "as_of": date(2022, 1, 1)}, id="the day asked about"),
    pytest.param("1769/UBND-KGVX", {"dates": (date(2021, 12, 31),)}, id="a text not held is not spoken for"),
    pytest.param("2123/UBND-NC", {"aspects": (Aspect.CONSEQUENCE,)}, id="a consequence it names"),
    pytest.param("676/QĐ-UBND", {"kinds": (("qlnn", None),)}, id="a certificate it names"),
    pytest.param("354-CV/TU", {"territories": ("thai-binh",)}, id="a territory it binds"),
    pytest.param("20/2019/TT-BGDĐT", {"territories": ("quang-ngai",)}, id="a national instrument"),
]


@pytest.mark.parametrize(("number", "named", "said"), WRONG)
def test_what_the_document_does_not_say_is_corrected_with_a_citation(bare, number, named, said):
    lines = correct(visit(bare, documents=(number,), **named))

    said_all = " ".join(line.text for line in lines)
    assert said in said_all
    assert number in said_all
    assert {line.cites for line in lines} == {(bare.library.cite(DocumentId(number)),)}


@pytest.mark.parametrize(("number", "named"), TRUE)
def test_nothing_is_corrected_when_the_record_agrees_or_cannot_tell(bare, number, named):
    assert correct(visit(bare, documents=(number,), **named)) == ()


def test_nothing_is_corrected_when_two_documents_are_named(bare):
    two = ("2123/UBND-NC", "354-CV/TU")
    assert correct(visit(bare, documents=two, dates=(date(2021, 12, 31),))) == ()


def test_only_documents_whose_text_is_held_are_said_to_be_silent(bare):
    silent = [one for one in bare.library.documents.values() if one.sets_no]
    assert silent
    assert all(one.text_held for one in silent)
    assert {one for document in silent for one in document.sets_no} == set(Matter)


def test_document_held_is_told_rather_than_the_one_it_cites(bare):
    two = ("335/2025/NĐ-CP", "354-CV/TU")
    reply = answer_document(visit(bare, documents=two), search=FakeSearch())
    assert "354-CV/TU" in reply.title


def test_last_paragraph_is_found_when_it_has_no_number(bare):
    document = bare.library.get_document(DocumentId("2123/UBND-NC"))
    assert find_point(document, "d-1").id == "kt"
    assert find_point(document, "2.g-1").id == "2.g3"
    assert find_point(document, "9.d-1") is None


def test_deadline_of_a_point_stays_when_a_point_below_has_one_of_another_kind(bare):
    named = visit(bare, documents=("CV-BTVTU-QNg/2021",), aspects=(Aspect.DEADLINE,))
    assert "31/01" in words(answer_document(named, search=FakeSearch()))


def test_documents_of_a_named_territory_are_offered_when_no_words_fit_a_point(bare):
    reply = answer_document(visit(bare, territories=("hung-yen", "quang-ngai"), text="?"), search=FakeSearch())

    assert "không áp dụng cho Hưng Yên" in reply.lines[0].text
    assert cited(reply) == {"CV-BTVTU-QNg/2021", "CV-BTCTU-QNg/2024"}


def test_bare_number_never_finds_a_point_below_another(bare):
    assert find_point(bare.library.get_document(DocumentId("354-CV/TU")), "4") is None


def test_level_asked_of_a_document_that_names_none_is_corrected(bare):
    (line,) = correct(visit(bare, documents=("354-CV/TU",), level="bac_3"))
    assert "không nêu chứng chỉ" in line.text
