"""A point is read out word for word with its citation; what is not held in words is said not to be."""

from dataclasses import replace

import pytest

from handlers.asking import Choice
from handlers.officials.documents import answer_document, list_library, quote_document
from handlers.officials.position import describe_deciders
from handlers.officials.quoting import answer_in_words
from handlers.reply import Background, Outcome, Record, Statement
from knowledge.facts import DeclaredRules, TerritoryCode
from knowledge.growing import as_added
from knowledge.library import Library
from knowledge.reading.accepted import AcceptedDocument
from knowledge.rulebook import RuleBook
from knowledge.understanding.meaning import Aspect
from knowledge.understanding.retrieval import PointSearch
from tests.added import GRANTS, grants
from tests.handlers.visits import actions, bare, visit, words
from tests.people import HUNG_YEN, UNITS

QUOTE = (Aspect.QUOTE,)


def book_of(library: Library, *accepted: AcceptedDocument) -> RuleBook:
    rules = DeclaredRules(2, UNITS, added_documents=tuple(as_added(library, one) for one in accepted))
    return RuleBook.of(library, rules, bare(library).calendar, HUNG_YEN)


@pytest.fixture(scope="module")
def book(library: Library) -> RuleBook:
    return book_of(library, grants())


@pytest.fixture(scope="module")
def search(book: RuleBook) -> PointSearch:
    return PointSearch(book.library)


def quoted(reply) -> str:
    return next(line.text for line in reply.lines if "“" in line.text)


def test_a_point_is_quoted_word_for_word_as_law_where_it_binds(book, search):
    reply = answer_document(visit(book, documents=(GRANTS,), points=("4",), aspects=QUOTE), search=search)

    line = next(one for one in reply.lines if isinstance(one, Statement))
    assert line.text == (
        "“4. Mức hỗ trợ bằng tám mươi phần trăm học phí ghi trên biên lai, nhưng không quá sáu triệu đồng cho mỗi"
        " người trong cả khóa học.”"
    )
    assert [(one.document, one.point, one.held) for one in line.cites] == [(GRANTS, "4", True)]


def test_a_point_of_elsewhere_is_quoted_as_background(library, search):
    elsewhere = book_of(library, grants(territories=frozenset({TerritoryCode("quang-ngai")})))

    reply = answer_document(visit(elsewhere, documents=(GRANTS,), points=("4",), aspects=QUOTE), search=search)

    assert any(isinstance(one, Background) and "tám mươi phần trăm" in one.text for one in reply.lines)
    assert not any(isinstance(one, Statement) for one in reply.lines)


def test_the_button_under_a_point_leads_to_its_words(book, search):
    shown = answer_document(visit(book, subject=f"{GRANTS}#4"), search=search)
    (button,) = [one for one in shown.choices if one.action == "document.quote"]

    reply = quote_document(visit(book, subject=button.subject), search=search)

    assert "tám mươi phần trăm" in quoted(reply)
    assert len(button.token.encode()) <= 64


def test_no_button_offers_words_that_are_not_held(library, search):
    shown = answer_document(visit(bare(library), subject="2123/UBND-NC#3"), search=search)
    assert "document.quote" not in actions(shown)


def with_more(where: str, words: str, accepted: AcceptedDocument | None = None) -> AcceptedDocument:
    """The letter with more words before this place in it."""
    accepted = accepted or grants()
    at = accepted.text.index(where)

    def moved(place: int) -> int:
        return place + len(words) if place > at else place

    spans = {point: (moved(start), moved(end)) for point, (start, end) in accepted.spans.items()}
    return AcceptedDocument(accepted.document, accepted.text[:at] + words + accepted.text[at:], spans)


def test_a_long_point_is_quoted_without_what_is_below_and_offers_it(library, search):
    wordy = with_more(" chủ trì, phối hợp", " làm việc" * 30)
    book = book_of(library, with_more("do các cơ quan gửi đến", "chi tiết " * 200, wordy))

    reply = answer_document(visit(book, documents=(GRANTS,), points=("2",), aspects=QUOTE), search=search)

    assert quoted(reply).endswith("phối hợp với Sở Tài chính:”")
    assert [one.subject for one in reply.choices][:2] == [f"{GRANTS}#2@0", f"{GRANTS}#2.g1"]


def test_a_point_that_only_has_a_heading_is_read_on_into_what_is_below(library, search):
    book = book_of(library, with_more("do các cơ quan gửi đến", "chi tiết " * 200))

    reply = answer_document(visit(book, documents=(GRANTS,), points=("2",), aspects=QUOTE), search=search)

    pages = [quoted(reply).strip("“”")]
    while subject := next((one.subject for one in reply.choices if one.action == "document.quote"), ""):
        reply = quote_document(visit(book, subject=subject), search=search)
        pages.append(quoted(reply).strip("“”"))
    assert len(pages) > 1
    assert all(len(page) <= 1200 for page in pages)
    assert " ".join(pages).split() == book.library.texts[GRANTS].quote("2").split()


def test_a_day_in_quoted_words_is_said_to_have_passed(book, search):
    reply = answer_document(visit(book, documents=(GRANTS,), points=("1",), aspects=QUOTE), search=search)
    assert "đã qua" in words(reply)


def test_the_whole_document_is_read_page_by_page(book, search):
    reply = answer_document(visit(book, documents=(GRANTS,), aspects=QUOTE), search=search)

    assert "TỈNH MẪU" in quoted(reply)
    assert next(one for one in reply.choices if one.action == "document.quote").subject == f"{GRANTS}#@1"


def test_a_page_beyond_the_last_is_the_last(book, search):
    reply = quote_document(visit(book, subject=f"{GRANTS}#4@99"), search=search)
    assert "tám mươi phần trăm" in quoted(reply)


@pytest.mark.parametrize("subject", ["", "#", "12345/XX#1", f"{GRANTS}#khong-co", f"{GRANTS}#4@x", f"{GRANTS}#4@-1"])
def test_a_forged_button_is_answered_kindly(book, search, subject):
    assert quote_document(visit(book, subject=subject), search=search).title


def test_a_summary_is_said_to_be_a_summary_where_the_words_are_not_held(library, search):
    asked = visit(bare(library), documents=("2123/UBND-NC",), points=("3",), aspects=QUOTE)

    reply = answer_document(asked, search=search)

    assert isinstance(reply.lines[0], Record)
    assert reply.outcome is Outcome.ANSWERED
    assert "“" not in words(reply)


def test_nothing_is_quoted_of_a_document_known_by_name_only(library, search):
    asked = visit(bare(library), documents=("1769/UBND-KGVX",), points=("1",), aspects=QUOTE)
    assert answer_document(asked, search=search).outcome is Outcome.NO_BASIS


def test_a_question_that_repeats_an_added_text_is_answered_with_its_point(book, search):
    typed = "hoàn trả một nửa số tiền nếu không thi đỗ sau hai lần"

    reply = answer_document(visit(book, text=typed), search=search)

    assert "hoàn trả một nửa số tiền đã nhận" in quoted(reply)
    assert [(one.document, one.point) for one in reply.citations] == [(GRANTS, "5")]


def test_words_of_elsewhere_are_quoted_as_background_only(library):
    elsewhere = book_of(library, grants(territories=frozenset({TerritoryCode("kon-tum")})))
    typed = "hoàn trả một nửa số tiền nếu không thi đỗ sau hai lần"

    reply = answer_in_words(visit(elsewhere, text=typed), PointSearch(elsewhere.library))

    assert reply is not None
    assert not any(isinstance(one, Statement) for one in reply.lines)


@pytest.mark.parametrize(
    "typed", ["cách nấu phở bò cho bốn người ăn ngon", "giá vàng hôm nay bao nhiêu một chỉ vậy", ""]
)
def test_everyday_questions_are_not_answered_from_added_texts(book, search, typed):
    assert answer_in_words(visit(book, text=typed), search) is None


def test_documents_that_an_added_one_only_names_are_not_listed(book):
    shown = words(list_library(visit(book)))
    assert GRANTS in shown
    assert "8888/QĐ-UBND" not in shown


def test_a_decider_whose_text_is_held_lacks_only_its_table(library, search):
    accepted = grants("1769/UBND-KGVX", dated=None)
    book = book_of(library, replace(accepted, document=replace(accepted.document, title="")))

    reply = answer_document(visit(book, documents=("1769/UBND-KGVX",), aspects=(Aspect.HELD,)), search=search)

    assert all(one.held for one in reply.citations)
    assert "bảng" in words(reply) or "table" in words(reply)


def test_choices_of_quotation_are_understood_again():
    token = Choice("", "document.quote", f"{GRANTS}#2@1").token
    assert Choice.split(token) == ("document.quote", f"{GRANTS}#2@1")


def test_what_settles_the_standards_is_told_by_what_is_held_of_it(library):
    def said(*numbers: str) -> str:
        book = book_of(library, *(grants(number, dated=None) for number in numbers))
        return describe_deciders(None, visit(book)).text

    assert said("1090-QĐ/TU", "02-QĐi/TU") != said("02-QĐi/TU") != said()
    assert "1090-QĐ/TU" in said("02-QĐi/TU").rpartition(".")[0].rpartition(";")[2]
