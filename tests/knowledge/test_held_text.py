"""The words of a held text: what a point says with and without what is below it, and the passages to search."""

import pytest

from knowledge.facts import DocumentId
from knowledge.held_text import HeldText, tidy
from tests.added import grants


@pytest.fixture(scope="module")
def text() -> HeldText:
    accepted = grants()
    return HeldText(accepted.document.id, accepted.text, accepted.spans)


def test_a_point_is_quoted_with_everything_below_it(text: HeldText):
    words = text.quote("2")
    assert words.startswith("2. Giao Sở Nội vụ")
    assert words.endswith("để nhắc nhở.")


def test_a_point_is_quoted_alone_up_to_what_stands_below(text: HeldText):
    assert text.quote_alone("2") == "2. Giao Sở Nội vụ chủ trì, phối hợp với Sở Tài chính:"
    assert text.quote_alone("4") == text.quote("4")


def test_nothing_is_quoted_where_a_point_has_no_place(text: HeldText):
    assert text.quote("9") is None
    assert text.quote_alone("9") is None


def test_every_word_of_the_text_is_in_one_passage_with_its_innermost_point(text: HeldText):
    assert " ".join(one.words for one in text.passages).split() == tidy(text.text).split()
    assert {one.point for one in text.passages} == {None, *text.spans}
    assert [one.point for one in text.passages if "theo từng học kỳ" in one.words] == ["2.g2"]


def test_a_text_of_very_many_points_is_taken_apart_at_once():
    length = 20_000
    nested = {f"{at}": (at, 2 * length - at) for at in range(length)}
    passages = HeldText(DocumentId("1/X"), "a " * length, nested).passages
    assert passages[0].point == "0"


@pytest.mark.parametrize(
    ("layout", "words"),
    [
        ("diện Ban Cán sự Đảng\n\nquản lý còn thiếu", "diện Ban Cán sự Đảng quản lý còn thiếu"),
        ("**Số** *12*/UBND", "Số 12/UBND"),
        ("Một.\n\nHai.", "Một.\nHai."),
        ("Gồm:\n\na) thứ nhất;\nb) thứ hai", "Gồm:\na) thứ nhất;\nb) thứ hai"),
        ("dài  \t lắm\u00a0đấy", "dài lắm đấy"),
    ],
    ids=["a page broke a sentence", "marks of layout", "paragraphs stay apart", "letters of points", "spaces"],
)
def test_layout_goes_and_words_stay(layout, words):
    assert tidy(layout) == words
