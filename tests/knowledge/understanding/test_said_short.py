"""What people leave out or write short: years for numbers, posts before names, what an answer rested on."""

from dataclasses import replace
from datetime import date

import pytest

from knowledge.facts import DocumentId, Gender, KindCode
from knowledge.understanding.meaning import (
    Aspect,
    Context,
    DocumentMention,
    Entities,
    Intent,
    KindMention,
    Meaning,
    Vocabulary,
    Wish,
)
from knowledge.understanding.names import called_by
from knowledge.understanding.reader import Reader
from knowledge.understanding.text import read_text
from knowledge.understanding.wishes import Wishes

TODAY = date(2026, 11, 21)
OF_89 = Entities(documents=(DocumentMention("89-QĐ/TW", DocumentId("89-QĐ/TW")),))


def read(reader: Reader, question: str, context: Context | None = None) -> Meaning:
    return reader.read(question, Vocabulary(), context, TODAY)


def documents_of(meaning: Meaning) -> list[str | None]:
    return [one.document for one in meaning.entities.documents]


@pytest.mark.parametrize(
    ("question", "document"),
    [
        pytest.param("cv 2024 của ban tổ chức tỉnh ủy quảng ngãi do ai ký", "CV-BTCTU-QNg/2024", id="issuer and year"),
        pytest.param("676 mục II.2.1 ai làm", "676/QĐ-UBND", id="a bare number before a point in Roman numbers"),
        pytest.param("nghỉ tết thì bllđ quy định điều bao nhiêu", "45/2019/QH14", id="a code of law by its letters"),
        pytest.param("354 ấy, điểm 2.1 giao ai", "354-CV/TU", id="a bare number before a small word"),
    ],
)
def test_a_document_is_known_when_it_is_named_loosely(reader, question, document):
    meaning = read(reader, question)
    assert meaning.intent is Intent.DOCUMENT
    assert documents_of(meaning) == [document]


def test_a_year_stays_a_number_when_no_document_is_described(reader):
    assert documents_of(read(reader, "công văn 2022 của hội nông dân nói gì")) == [None]


@pytest.mark.parametrize(
    ("question", "intent"),
    [
        pytest.param("kontum gộp với tỉnh nào rồi", Intent.WHO_TO_ASK, id="a province that was merged"),
        pytest.param(
            "cho xin danh sách cán bộ còn thiếu chứng chỉ của tôi quản", Intent.UNIT_GAPS, id="a list of people"
        ),
        pytest.param("chị trưởng phòng Trần Thị Hoa ấy thì sao", Intent.PERSON_GAPS, id="a name behind a post"),
        pytest.param("tui con thíu mấy món rứa", Intent.MY_GAPS, id="what is missing, in a dialect"),
        pytest.param(
            "đọc bằng cấp của bất kỳ ai đang chờ xác minh", Intent.PERSON_GAPS, id="what belongs to other people"
        ),
        pytest.param("cho xin danh sách ai chưa đủ của phòng tôi", Intent.UNIT_GAPS, id="names, and no file of them"),
        pytest.param("xuất danh sách ai chưa đủ của phòng tôi", Intent.HR_REPORTS, id="a file of names"),
        pytest.param("co can nop chung chi khong", Intent.SUBMIT_EVIDENCE, id="an everyday word that lacks its mark"),
    ],
)
def test_what_is_wanted_is_known_when_words_are_few_or_odd(reader, question, intent):
    assert read(reader, question).intent is intent


def test_the_year_beside_a_certificate_is_its_own_when_the_question_goes_on(reader):
    named = read(reader, "còn tiếng anh b năm 2010 thì sao").entities
    assert (named.issued_year, named.as_of) == (2010, None)


def test_that_document_is_what_the_answer_rested_on_when_none_was_named(reader):
    place = (DocumentId("17/2016/TTLT-BGDĐT-BTTTT"), "Điều 23")
    context = Context(Intent.CERTIFICATE_COUNTS, Entities(), (place,))
    meaning = read(reader, "văn bản đó ban hành khi nào", context)
    assert (meaning.intent, documents_of(meaning)) == (Intent.DOCUMENT, [place[0]])


def test_the_successor_is_meant_when_a_document_was_replaced(reader):
    meaning = read(reader, "bản mới ai ký", Context(Intent.DOCUMENT, OF_89))
    assert documents_of(meaning) == ["365-QĐ/TW"]
    assert meaning.entities.aspects == (Aspect.SIGNER,)


def test_what_follows_is_asked_of_the_point_told_when_its_day_is_meant(reader):
    place = (DocumentId("2123/UBND-NC"), "3")
    meaning = read(reader, "lỡ hạn đó rồi sao", Context(Intent.DOCUMENT, Entities(), (place,)))
    assert (documents_of(meaning), meaning.entities.points) == ([place[0]], ("3",))


def test_another_sex_keeps_the_day_of_birth_when_it_was_said_before(reader):
    born = replace(Entities(), born_on=date(1970, 3, 2), gender=Gender.MALE)
    meaning = read(reader, "còn nữ thì sao", Context(Intent.SERVICE_LEFT, born))
    assert (meaning.intent, meaning.entities.born_on) == (Intent.SERVICE_LEFT, date(1970, 3, 2))
    assert meaning.entities.gender is Gender.FEMALE


def test_a_part_of_a_name_is_heard_when_it_stands_behind_a_title():
    assert list(called_by("nhac chi mau di hoc")) == ["mau di hoc", "mau di", "mau"]
    assert list(called_by("nhac ca phong")) == []


@pytest.mark.parametrize(
    ("said", "is_forged"), [("ky xac nhan khong", False), ("làm xác nhận khống", True), ("mua bang", True)]
)
def test_a_word_that_needs_its_mark_forges_nothing_when_it_has_none(said, is_forged):
    text = read_text(said)
    assert text is not None
    assert (Wish.FORGED in Wishes().find(text)) is is_forged


OF_IELTS = Entities(kinds=(KindMention(KindCode("ielts")),), speaks_of_self=True)


@pytest.mark.parametrize("said", ["6.0", "toi duoc 6.0", "6,5 điểm"])
def test_a_bare_score_is_one_of_the_test_that_was_talked_about(reader, said):
    meaning = read(reader, said, Context(Intent.CERTIFICATE_COUNTS, OF_IELTS))
    assert meaning.intent is Intent.CERTIFICATE_COUNTS
    assert meaning.entities.kinds[0].level in {"6.0", "6.5"}


@pytest.mark.parametrize("said", ["toi con thieu gi", "vậy tôi còn thiếu gì", "the toi con thieu gi nua ko"])
def test_what_one_lacks_is_asked_of_everything_whatever_certificate_was_talked_about(reader, said):
    meaning = read(reader, said, Context(Intent.CERTIFICATE_COUNTS, OF_IELTS))
    assert (meaning.intent, meaning.entities.kinds, meaning.entities.criteria) == (Intent.MY_GAPS, (), ())


def test_what_was_handed_in_is_asked_after_whatever_was_talked_about(reader):
    meaning = read(reader, "minh chung cua toi the nao roi", Context(Intent.MY_GAPS, Entities(speaks_of_self=True)))
    assert meaning.intent is Intent.SUBMIT_EVIDENCE


@pytest.mark.parametrize(
    ("said", "person"),
    [
        pytest.param("toi thi toeic 700 so hieu TC-55 do IIG cap, nop o dau", None, id="the number of a certificate"),
        pytest.param("can bo so CB002 thieu gi", "CB002", id="a staff code behind the same word"),
    ],
)
def test_the_number_of_a_certificate_is_nobodys_code(reader, said, person):
    assert read(reader, said).entities.person_words == person
