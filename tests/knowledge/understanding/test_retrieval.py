"""Finding the point that answers a question which names none, and explaining terms."""

from datetime import date

import pytest

from knowledge.library import Library
from knowledge.understanding.retrieval import LEAST_WITHIN, PointSearch
from knowledge.understanding.terms import find_term, load_terms


@pytest.mark.parametrize(
    ("question", "document", "point"),
    [
        ("ai bị thôi chức vụ", "2123/UBND-NC", "2"),
        ("thủ trưởng không cho đi học ai chịu trách nhiệm", "2123/UBND-NC", "4"),
        ("sắp nghỉ hưu có phải hoàn thiện không", "2123/UBND-NC", "1.d2"),
        ("ai chủ trì đề án đào tạo bồi dưỡng cán bộ", "354-CV/TU", "2.3.(2)"),
        ("bi thu chi bo dong thoi truong thon", "354-CV/TU", "2.3.(5)"),
        ("đợt 2 văn bằng 2 cntt", "354-CV/TU", "2.5.(2)"),
        ("phiếu điều tra xã hội học", "CV-BTVTU-QNg/2021", "4"),
        ("cán bộ xã chưa đủ tiêu chuẩn hạn 31/12/2021", "CV-BTVTU-QNg/2021", "2.g3"),
        ("đề án vị trí việc làm hoàn thành khi nào", "676/QĐ-UBND", "II.2.2.a"),
        ("tin học A B C đã cấp được coi là cơ bản", "17/2016/TTLT-BGDĐT-BTTTT", "Điều 23"),
    ],
)
def test_the_point_is_found_by_what_it_speaks_of(search: PointSearch, question, document, point):
    best = search.search(question)[0]
    assert (best.document, best.point) == (document, point)


def test_a_territory_leaves_out_documents_that_do_not_bind_it(search: PointSearch):
    best = search.search("báo cáo tiêu chí đánh giá công chức hạn khi nào", territory="hung-yen")[0]
    assert (best.document, best.point) == ("354-CV/TU", "2.5.(3)")


def test_documents_issued_later_are_left_out(search: PointSearch):
    found = search.search("ai chủ trì đề án đào tạo bồi dưỡng cán bộ", date(2020, 1, 1))
    assert "354-CV/TU" not in {one.document for one in found}


def test_a_search_stays_in_the_documents_asked_about(search: PointSearch):
    found = search.search("luân chuyển cán bộ", documents=["676/QĐ-UBND"])
    assert {one.document for one in found} == {"676/QĐ-UBND"}


@pytest.mark.parametrize(
    ("question", "document", "point"),
    [
        ("thẩm định kế hoạch đào tạo của tỉnh trong bao lâu", "CV-BTVTU-QNg/2021", "3.d3.td"),
        ("mỗi năm kế hoạch đào tạo được ban hành trước ngày mấy", "CV-BTVTU-QNg/2021", "3.d3"),
        ("hang nam don vi bao cao ve so noi vu han ngay nao", "676/QĐ-UBND", "III.2"),
        ("đến 2025 tỷ lệ công chức xã tốt nghiệp đại học", "676/QĐ-UBND", "II.2.3.a.2025.3"),
        ("người diện ban thường vụ tỉnh ủy thì sao", "2123/UBND-NC", "2.g2"),
        ("còn dưới 5 năm công tác thì có phải bổ sung không", "2123/UBND-NC", "1.d2"),
    ],
)
def test_of_near_points_the_one_with_what_is_asked_for_comes_first(search: PointSearch, question, document, point):
    best = search.search(question, documents=[document], least=LEAST_WITHIN)[0]
    assert best.point == point


@pytest.mark.parametrize(
    ("question", "document"),
    [
        ("văn bản nào của tỉnh về hoàn thiện tiêu chuẩn chức danh", "2123/UBND-NC"),
        ("thong tu nao bai bo viec cap chung chi ngoai ngu a b c", "20/2019/TT-BGDĐT"),
        ("nghị định nào quy định về đào tạo, bồi dưỡng công chức", "171/2025/NĐ-CP"),
    ],
)
def test_a_document_is_found_by_its_subject(search: PointSearch, library: Library, question, document):
    assert search.search_documents(question, set(library.documents))[0].document == document


def test_no_document_is_found_by_words_that_describe_none(search: PointSearch, library: Library):
    assert search.search_documents("cách nấu phở bò ngon", set(library.documents)) == ()


@pytest.mark.parametrize(
    "question",
    ["thời tiết hôm nay", "sổ đỏ", "lương cơ sở bao nhiêu", "cách nấu phở", "bóng đá tối nay", "giá vàng", "", "🙂"],
)
def test_nothing_is_found_for_other_matters(search: PointSearch, question):
    assert search.search(question) == ()


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("llct là gì", "lý luận chính trị"),
        ("QLNN nghia la gi v", "quản lý nhà nước"),
        ("bac 3 la gi", "bậc ngoại ngữ"),
        ("bcsđ là j", "ban cán sự đảng"),
        ("thôi chức vụ nghĩa là gì", "thôi chức vụ"),
        ("trung cấp lý luận chính trị hiểu thế nào", "trung cấp lý luận chính trị"),
    ],
)
def test_a_term_is_found_however_it_is_written(question, name):
    term = find_term(question)
    assert term is not None
    assert term.names[0] == name


def test_no_term_is_found_where_none_is_named():
    assert find_term("hôm nay trời đẹp") is None


def test_every_statement_of_law_in_a_term_resolves(library: Library):
    for term in load_terms():
        if term.document is not None:
            library.cite(term.document, term.point)
