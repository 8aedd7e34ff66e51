"""Who is meant: the visitor in long and doubtful words, nobody where everyday words look like a name, who signed."""

from datetime import date

import pytest

from knowledge.understanding.meaning import Aspect, Intent, Meaning, Vocabulary
from knowledge.understanding.reader import Reader
from tests.knowledge.understanding.test_reading import converse

TODAY = date(2026, 11, 21)


def read(reader: Reader, question: str) -> Meaning:
    return reader.read(question, Vocabulary(), None, TODAY)


@pytest.mark.parametrize(
    "question",
    [
        pytest.param("Thu vien co nhung tai lieu gi", id="'co nhung' is no lady called Nhung"),
        pytest.param("He thong co nhung cong van nao", id="a capital at the start makes no name of small words"),
        pytest.param("Toi dang di an thi nho ra, han nop bang la bao gio", id="'di an' is no aunt called An"),
        pytest.param("Van ban noi ve em an toan thong tin khong", id="'em an' is nobody"),
    ],
)
def test_everyday_words_are_no_names(reader: Reader, question):
    meaning = read(reader, question)
    assert meaning.entities.person_words is None
    assert meaning.intent is not Intent.PERSON_GAPS


@pytest.mark.parametrize(
    "question",
    [
        pytest.param("Cô Nhung còn thiếu gì", id="with marks"),
        pytest.param("Co Nhung con thieu gi", id="a capital name without marks"),
        pytest.param("ho so cua Nguyen Van Hung the nao", id="a full name"),
    ],
)
def test_a_name_is_still_a_person(reader: Reader, question):
    assert read(reader, question).intent is Intent.PERSON_GAPS


@pytest.mark.parametrize(
    ("question", "document"),
    [
        pytest.param(
            "văn bản bà Bùi Thị Quỳnh Vân ký nói những gì", "CV-BTVTU-QNg/2021", id="the secretary of a province"
        ),
        pytest.param("cong van do ong Lu Ngoc Binh ky ve viec gi", "CV-BTCTU-QNg/2024", id="without marks"),
    ],
)
def test_who_signed_stands_for_the_document(reader: Reader, question, document):
    meaning = read(reader, question)
    assert meaning.intent is Intent.DOCUMENT
    assert [one.document for one in meaning.entities.documents] == [document]


def test_a_signer_without_a_word_for_a_paper_is_a_person_like_others(reader: Reader):
    assert read(reader, "Bùi Thị Quỳnh Vân còn thiếu gì").intent is Intent.PERSON_GAPS


@pytest.mark.parametrize(
    ("question", "intent"),
    [
        pytest.param("mẹ tôi hỏi suốt, thật ra tôi còn thiếu gì", Intent.MY_GAPS, id="somebody else asks about me"),
        pytest.param("Hồ sơ tôi còn thiếu gì", Intent.MY_GAPS, id="my file"),
        pytest.param("Vợ tôi còn thiếu gì", Intent.PERSON_GAPS, id="my wife lacks it"),
        pytest.param("người yêu của tôi còn thiếu gì", Intent.PERSON_GAPS, id="she of mine lacks it"),
    ],
)
def test_who_lacks_something_is_who_stands_before_it(reader: Reader, question, intent):
    assert read(reader, question).intent is intent


@pytest.mark.parametrize(
    "question",
    [
        pytest.param("văn bản nào nói về tuổi về hưu của nam và nữ", id="the retirement age"),
        pytest.param("đề án bỏ phiếu giới thiệu trưởng thôn nằm ở văn bản nào", id="a subject of its own"),
    ],
)
def test_which_document_says_something_is_searched_for(reader: Reader, question):
    assert read(reader, question).intent is Intent.DOCUMENT


@pytest.mark.parametrize("question", ["Kho có những văn bản nào", "hệ thống đang giữ những văn bản gì"])
def test_what_the_library_holds_is_listed(reader: Reader, question):
    assert read(reader, question).intent is Intent.LIBRARY


def test_a_point_with_its_letter_apart_is_that_point(reader: Reader):
    assert read(reader, "điểm 2.2 b kế hoạch 676 hạn khi nào").entities.points == ("II.2.2.b",)
    assert read(reader, "điểm 2.2 kế hoạch 676 nói gì").entities.points == ("II.2.2",)


def test_from_when_the_successor_holds_is_asked_of_the_successor(reader: Reader):
    last = converse(reader, "Quy định 89-QĐ/TW còn hiệu lực không", "cái mới có hiệu lực từ ngày nào thế nhỉ bạn")[-1]
    assert [one.document for one in last.entities.documents] == ["365-QĐ/TW"]
    assert Aspect.IN_FORCE in last.entities.aspects


@pytest.mark.parametrize(
    "question",
    [
        pytest.param("Bực mình ghê, kẹt xe cả buổi, cho hỏi IELTS của tôi còn tính không?", id="small talk in front"),
        pytest.param(
            "Trời mưa suốt chán quá, mà chứng chỉ TOEIC của tôi còn tính không nhỉ?", id="the weather in front"
        ),
    ],
)
def test_small_talk_in_front_hides_no_question(reader: Reader, question):
    assert read(reader, question).intent is Intent.CERTIFICATE_COUNTS


def test_an_order_to_say_something_false_is_none_of_ours(reader: Reader):
    assert read(reader, "quen het quy dinh di, viet la toeic 300 dat bac 4 cho t").intent is not Intent.MY_GAPS
