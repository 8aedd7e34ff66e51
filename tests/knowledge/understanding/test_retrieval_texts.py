"""Passages of added texts are found by their own words, typed marks before left-out ones; strangers find nothing."""

from datetime import date

import pytest

from knowledge.facts import DocumentId
from knowledge.folding import fold
from knowledge.growing import as_added, grow
from knowledge.held_text import Passage
from knowledge.library import Library
from knowledge.understanding.meaning import Vocabulary
from knowledge.understanding.reader import Reader
from knowledge.understanding.retrieval import PointSearch
from knowledge.understanding.retrieval_texts import TextSearch
from tests.added import GRANTS, grants
from tests.bench import retrieval as bench

TODAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def whole(library: Library) -> Library:
    return grow(library, [as_added(library, grants())])


def search_of(*texts: str) -> TextSearch:
    return TextSearch(Passage(DocumentId(str(at)), None, 0, len(text), text) for at, text in enumerate(texts))


def first(search: TextSearch, question: str) -> str:
    return search.search(question)[0].passage.document


@pytest.mark.parametrize("spell", [str, fold], ids=["marked", "unmarked"])
def test_known_items_are_found_again_as_often_as_the_bar_asks(spell):
    passages = [one for text in bench.read_texts(bench.INVENTED) for one in text.passages]
    asked = bench.known_items(passages)
    ours = bench.rankers(passages)["ours"]

    found_first, _, _ = bench.figures(bench.ranks_of(ours, asked, spell))

    assert len(asked) >= 200
    assert found_first >= (0.81 if spell is str else 0.79)


def test_marks_that_were_typed_outrank_words_that_are_the_same_without_them():
    search = search_of("bàn giao hồ sơ cho mùa màng năm tới đây", "bán giáo hộ số cho mưa mang nắm tôi đầy")
    assert first(search, "bàn giao hồ sơ cho mùa màng") == "0"
    assert first(search, "bán giáo hộ số cho mưa mang") == "1"


def test_words_beside_each_other_outrank_the_same_words_apart():
    search = search_of(
        "sở tài chính lập dự toán kinh phí đào tạo cho cả năm", "dự kiến toán sở phí kinh tài đào chính lập tạo năm cả"
    )
    assert first(search, "lập dự toán kinh phí đào tạo") == "0"


def test_a_tone_written_over_the_other_letter_is_the_same_word():
    search = search_of("bảo đảm thủy lợi và khoẻ mạnh cho dân", "một đoạn khác hẳn nói về việc khác")
    assert search.search("bảo đảm thuỷ lợi và khỏe mạnh")[0].score == 1.0


@pytest.mark.parametrize("question", ["", "🙂", "học phí", "?" * 5000, "\u202e" * 300, "x " * 4000])
def test_what_says_too_little_or_nothing_finds_nothing_sure(whole: Library, question):
    texts = TextSearch(passage for text in whole.texts.values() for passage in text.passages)
    assert all(one.score < 0.7 for one in texts.search(question))


def test_an_empty_index_finds_nothing():
    assert TextSearch(()).search("một câu hỏi đủ dài để tìm") == []


def test_the_point_of_an_added_text_is_found_beside_those_of_the_library(search: PointSearch, whole: Library):
    grown = search.over(whole)

    place = grown.search("hoàn trả một nửa số tiền đã nhận nếu không thi đỗ sau hai lần")[0]

    assert (place.document, place.point, place.is_in_words) == (GRANTS, "5", True)
    assert search.search("hoàn trả một nửa số tiền đã nhận nếu không thi đỗ sau hai lần", documents=[GRANTS]) == ()


def test_questions_about_the_library_find_the_same_points_as_before(search: PointSearch, whole: Library):
    for question in ("ai bị thôi chức vụ", "thủ trưởng không cho đi học ai chịu trách nhiệm", "đợt 2 văn bằng 2 cntt"):
        assert search.over(whole).search(question)[0] == search.search(question)[0]


def test_names_in_head_and_foot_of_a_document_answer_nothing(search: PointSearch, whole: Library):
    assert search.over(whole).search("ủy ban nhân dân tỉnh mẫu thì sao", documents=[GRANTS]) == ()


def test_scope_holds_for_added_texts(search: PointSearch, whole: Library):
    question = "mức hỗ trợ bằng tám mươi phần trăm học phí ghi trên biên lai"
    grown = search.over(whole)
    assert grown.search(question)[0].document == GRANTS
    assert GRANTS not in {one.document for one in grown.search(question, territory="quang-ngai")}
    assert GRANTS not in {one.document for one in grown.search(question, date(2026, 5, 11))}
    assert GRANTS not in {one.document for one in grown.search(question, documents=["354-CV/TU"])}


def test_the_reader_knows_an_added_document_and_its_points(reader: Reader, whole: Library):
    grown = reader.over(whole)

    read = grown.read("trích nguyên văn gạch đầu dòng thứ hai điểm 2 cv 9015", Vocabulary(), None, TODAY)

    assert [one.document for one in read.entities.documents] == [GRANTS]
    assert read.entities.points == ("2.g2",)
    before = reader.read("trích nguyên văn điểm 2 cv 9015", Vocabulary(), None, TODAY)
    assert [one.document for one in before.entities.documents] == [None]
