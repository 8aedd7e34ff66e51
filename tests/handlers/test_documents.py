"""What does a document say? The five held ones, points, dates, sides of the record, and what is not held."""

from dataclasses import replace
from datetime import date

import pytest

from handlers.officials.documents import answer_document, find_point, find_there, find_unasked, list_library
from handlers.phrases import locale_of
from handlers.reply import Outcome
from knowledge.documents import Confidence, DeadlineKind, PointDeadline
from knowledge.facts import DocumentId
from knowledge.understanding.meaning import Aspect, DocumentMention, Intent, Wish
from knowledge.understanding.retrieval import PointSearch
from tests.fakes import FakeSearch
from tests.handlers.visits import IN_2020, actions, cited, visit, words
from tests.people import NEIGHBOUR, official

HELD = ("2123/UBND-NC", "354-CV/TU", "676/QĐ-UBND", "CV-BTVTU-QNg/2021", "CV-BTCTU-QNg/2024")
ELSEWHERE = HELD[2:]
NOTHING = FakeSearch()


def ask(book, person=None, *, search=NOTHING, **more):
    return answer_document(visit(book, person, **more), search=search)


@pytest.mark.parametrize("number", HELD)
def test_held_document_is_summed_up_by_its_main_points(bare, number):
    reply = ask(bare, documents=(number,))
    document = bare.library.get_document(DocumentId(number))
    top = {one.id for one in document.points if one.parent is None}

    assert reply.outcome is Outcome.ANSWERED
    assert number in cited(reply)
    assert top <= {cite.point for cite in reply.citations if cite.document == number}
    assert actions(reply) == {"document.point"}


@pytest.mark.parametrize("number", ELSEWHERE)
def test_document_of_another_province_says_first_that_it_does_not_apply_and_stays_background(bare, number):
    reply = ask(bare, official(), documents=(number,))

    assert "không áp dụng cho Hưng Yên" in reply.lines[0].text
    assert all(line.is_background for line in reply.lines if line.cites and line.cites[0].point is not None)


@pytest.mark.parametrize("number", ["2123/UBND-NC", "1769/UBND-KGVX"])
def test_document_of_this_half_of_the_province_is_not_told_as_binding_in_the_other(bare, number):
    reply = ask(bare, official(unit=NEIGHBOUR.code), documents=(number,))

    assert "không áp dụng cho Thái Bình" in words(reply)


def test_letter_of_the_new_province_binds_both_halves(bare):
    for person in (official(), official(unit=NEIGHBOUR.code)):
        reply = ask(bare, person, documents=("354-CV/TU",))
        assert "không áp dụng" not in words(reply)
        assert not any(line.is_background for line in reply.lines)


def test_document_not_yet_written_on_the_day_says_so(bare):
    assert "Đến ngày 15/09/2020 văn bản này chưa được ban hành" in words(
        ask(bare, on=IN_2020, documents=("354-CV/TU",))
    )


SIDES = [
    pytest.param("2123/UBND-NC", Aspect.SIGNER, "Người ký: Nguyễn Văn Phóng", id="signer"),
    pytest.param("354-CV/TU", Aspect.DATE, "ngày 16/03/2026 của Ban Thường vụ", id="day and issuer"),
    pytest.param("CV-BTVTU-QNg/2021", Aspect.DATE, "Kho chưa có ngày ban hành", id="day of issue not known"),
    pytest.param("2123/UBND-NC", Aspect.ABOUT, "Về việc yêu cầu hoàn thiện tiêu chuẩn chức danh", id="subject"),
    pytest.param("2123/UBND-NC", Aspect.BINDS, "Áp dụng cho: Hưng Yên", id="where it applies"),
    pytest.param("2123/UBND-NC", Aspect.BINDS, "Nơi nhận:", id="to whom it was sent"),
    pytest.param("45/2019/QH14", Aspect.BINDS, "cả nước", id="national"),
    pytest.param("2123/UBND-NC", Aspect.HELD, "lập từ toàn văn", id="held"),
    pytest.param("1769/UBND-KGVX", Aspect.HELD, "kho chưa có toàn văn", id="not held"),
    pytest.param("1769/UBND-KGVX", Aspect.SIGNER, "chưa có thông tin người ký", id="signer not known"),
    pytest.param("1769/UBND-KGVX", Aspect.ABOUT, "năm 2020", id="subject of one that is not held"),
    pytest.param("2123/UBND-NC", Aspect.IN_FORCE, "Kho chưa ghi nhận văn bản nào bãi bỏ", id="never called in force"),
    pytest.param("13/2023/NĐ-CP", Aspect.IN_FORCE, "nay đã hết hiệu lực", id="ended"),
    pytest.param("2123/UBND-NC", Aspect.CITES, "1769/UBND-KGVX", id="what it cites"),
    pytest.param("45/2019/QH14", Aspect.CITES, "viện dẫn những văn bản nào", id="what it cites is not known"),
]


@pytest.mark.parametrize(("number", "side", "decisive"), SIDES)
def test_side_of_the_record_is_answered_as_asked(bare, number, side, decisive):
    reply = ask(bare, documents=(number,), aspects=(side,))

    assert reply.outcome is Outcome.ANSWERED
    assert decisive in words(reply)


def test_only_the_side_that_is_asked_about_is_told(bare):
    said = words(ask(bare, documents=("2123/UBND-NC",), aspects=(Aspect.SIGNER,)))

    assert "Điểm 1" not in said
    assert "Nơi nhận" not in said


def test_force_of_a_document_while_it_lasted_names_its_last_day(bare):
    reply = ask(bare, on=date(2024, 5, 5), documents=("13/2023/NĐ-CP",), aspects=(Aspect.IN_FORCE,))

    assert "Có hiệu lực đến 31/12/2025" in words(reply)


def test_question_of_force_names_whom_to_ask_as_no_background(bare):
    reply = ask(bare, documents=("676/QĐ-UBND",), aspects=(Aspect.IN_FORCE,))

    assert "Sở Nội vụ" in reply.lines[-1].text
    assert not reply.lines[-1].is_background


def test_weak_copy_is_told_as_one(bare):
    weak = next(one for one in bare.library.documents.values() if one.confidence is Confidence.WEAK_COPY)

    assert "bản chép chưa chắc chắn" in words(ask(bare, documents=(weak.id,), aspects=(Aspect.ABOUT,)))


def test_replaced_document_names_what_replaced_it_from_that_day_on(library, bare):
    replaced = next(
        one
        for one in library.documents.values()
        if one.replaced_by is not None and library.documents[one.replaced_by].dated is not None
    )
    day = library.documents[replaced.replaced_by].dated
    sides = {"documents": (replaced.id,), "aspects": (Aspect.ABOUT,)}

    assert f"thay thế bởi {replaced.replaced_by}" in words(ask(bare, on=day, **sides))
    assert "thay thế bởi" not in words(ask(bare, on=date.fromordinal(day.toordinal() - 1), **sides))


DEADLINES = [
    pytest.param(IN_2020, "còn 16 ngày", id="while it runs"),
    pytest.param(date(2020, 10, 1), "hôm nay là ngày cuối", id="on the last day"),
    pytest.param(date(2020, 10, 2), "đã qua 1 ngày", id="the day after"),
    pytest.param(date(2026, 11, 21), "đã qua hơn 6 năm", id="years later"),
]


@pytest.mark.parametrize(("on", "decisive"), DEADLINES)
def test_dates_of_a_document_stand_as_on_the_day_asked_about(bare, on, decisive):
    reply = ask(bare, on=on, documents=("2123/UBND-NC",), aspects=(Aspect.DEADLINE,))

    assert decisive in words(reply)
    assert {cite.point for cite in reply.citations} == {"2.g3", "3"}


def test_last_day_that_is_no_working_day_names_the_safe_one(library, bare):
    letter = library.get_document(DocumentId("2123/UBND-NC"))
    sunday = PointDeadline(DeadlineKind.DATE, wording="đến ngày 27/12/2026", day=date(2026, 12, 27))
    points = tuple(replace(one, deadline=sunday) if one.id == "3" else one for one in letter.points)
    book = replace(
        bare, library=replace(library, documents={**library.documents, letter.id: replace(letter, points=points)})
    )

    assert "chậm nhất ngày làm việc 25/12/2026" in words(ask(book, documents=(letter.id,), points=("3",)))


def test_dates_of_a_long_document_are_cut_and_say_how_many_are_left(bare):
    assert "điểm khác có thời hạn" in words(ask(bare, documents=("676/QĐ-UBND",), aspects=(Aspect.DEADLINE,)))


def test_document_without_dates_says_so_only_of_the_points_that_are_known(library, bare):
    partly = ask(bare, documents=("17/2016/TTLT-BGDĐT-BTTTT",), aspects=(Aspect.DEADLINE,))
    letter = library.get_document(DocumentId("2123/UBND-NC"))
    undated = tuple(replace(one, deadline=PointDeadline(DeadlineKind.NONE)) for one in letter.points)
    documents = {**library.documents, letter.id: replace(letter, points=undated)}
    whole = replace(bare, library=replace(library, documents=documents))

    assert "Trong các điểm mà kho biết" in words(partly)
    assert "2123/UBND-NC không nêu thời hạn nào" in words(
        ask(whole, documents=(letter.id,), aspects=(Aspect.DEADLINE,))
    )


POINTS = [
    pytest.param("2123/UBND-NC", "3", "cấp huyện", id="a point"),
    pytest.param("2123/UBND-NC", "2", "gạch đầu dòng thứ ba", id="a point with points below"),
    pytest.param("354-CV/TU", "2.5", "Đảng ủy UBND tỉnh", id="a point of a point"),
    pytest.param("676/QĐ-UBND", "III.2", "676/QĐ-UBND", id="Roman numbers"),
    pytest.param("17/2016/TTLT-BGDĐT-BTTTT", "23", "Điều 23", id="an article by its number"),
]


@pytest.mark.parametrize(("number", "point", "decisive"), POINTS)
def test_named_point_is_told_with_its_own_citation(bare, number, point, decisive):
    reply = ask(bare, documents=(number,), points=(point,))

    assert reply.outcome is Outcome.ANSWERED
    assert decisive in words(reply)
    assert any(cite.point and cite.point.endswith(point) for cite in reply.citations)


def test_point_names_who_acts_the_consequence_and_who_answers(bare):
    said = words(ask(bare, documents=("2123/UBND-NC",), points=("3",)))

    for part in ("Ai thực hiện", "Đối tượng", "Thời hạn", "Hậu quả", "Ai chịu trách nhiệm", "Báo cáo lên"):
        assert part in said


def test_dates_below_a_point_are_told_when_its_dates_are_asked_for(bare):
    reply = ask(bare, documents=("354-CV/TU",), points=("2.3",), aspects=(Aspect.DEADLINE,))

    assert "trong tháng 3/2026" in words(reply)


def test_point_without_dated_points_below_adds_none(bare):
    reply = ask(bare, documents=("2123/UBND-NC",), points=("4",), aspects=(Aspect.DEADLINE,))

    assert "không nêu thời hạn nào" not in words(reply)


def test_unknown_point_lists_the_points_there_are(bare):
    reply = ask(bare, documents=("2123/UBND-NC",), points=("9",))

    assert reply.outcome is Outcome.ANSWERED
    assert "không có điểm 9" in words(reply)
    assert "điểm 1, điểm 2, điểm 3, điểm 4" in words(reply)


def test_point_that_is_not_known_of_a_document_not_held_is_never_said_not_to_exist(bare):
    reply = ask(bare, documents=("17/2016/TTLT-BGDĐT-BTTTT",), points=("99",))

    assert reply.outcome is Outcome.NO_BASIS
    assert "Kho chưa có điểm 99" in words(reply)


def test_point_is_found_only_where_its_ending_is_unambiguous(library):
    decree = library.get_document(DocumentId("354-CV/TU"))

    assert find_point(decree, "điểm không có") is None
    assert find_point(decree, "2.5.").id == "2.5"


NOT_HELD = [
    pytest.param({}, id="in general"),
    pytest.param({"points": ("2",)}, id="a point of it"),
]


@pytest.mark.parametrize("more", NOT_HELD)
def test_document_that_is_not_held_is_named_with_whom_to_ask(bare, more):
    reply = ask(bare, documents=("1769/UBND-KGVX",), **more)

    assert reply.outcome is Outcome.NO_BASIS
    assert "kho chưa có toàn văn" in words(reply)
    assert "Sở Nội vụ" in words(reply)


def test_table_of_a_document_is_read_out_once_it_is_loaded(recognised):
    reply = ask(recognised, documents=("1769/UBND-KGVX",))

    assert reply.outcome is Outcome.ANSWERED
    assert "IELTS, từ 4.5 đến 5.0" in words(reply)


def test_standards_of_a_document_are_read_out_once_they_are_loaded(loaded, bare):
    assert "ngoại ngữ Bậc 3 trở lên" in words(ask(loaded, documents=("02-QĐi/TU",)))
    assert ask(bare, documents=("02-QĐi/TU",)).outcome is Outcome.NO_BASIS


def test_standards_not_yet_valid_on_the_day_are_not_read_out(loaded):
    assert ask(loaded, on=date(2018, 1, 1), documents=("02-QĐi/TU",)).outcome is Outcome.NO_BASIS


def test_document_declared_by_hr_is_told_as_declared(library):
    from tests.handlers.visits import with_standards
    from tests.people import standard

    book = with_standards(library, standards=(standard("tin_hoc", "co_ban", "77/QĐ-MAU"),), rounds=())
    reply = ask(book, documents=("77/QĐ-MAU",), aspects=(Aspect.HELD,))

    assert "do bộ phận tổ chức cán bộ khai" in words(reply)


def test_unknown_number_is_no_basis_and_nothing_is_guessed(bare):
    reply = ask(bare, unknown="9999/UBND-NC")

    assert reply.outcome is Outcome.NO_BASIS
    assert "9999/UBND-NC" in reply.title
    assert cited(reply) <= {"2123/UBND-NC"}


def test_pressed_document_and_point_are_answered(bare):
    assert "2123" in ask(bare, subject="2123/UBND-NC").title
    assert "Điểm 3" in ask(bare, subject="2123/UBND-NC#3").title


def test_second_document_of_a_question_is_offered_next(bare):
    reply = ask(bare, documents=("2123/UBND-NC", "354-CV/TU"))

    assert (reply.choices[0].action, reply.choices[0].subject) == ("document", "354-CV/TU")


def test_forged_document_is_no_basis(bare):
    assert ask(bare, subject="khong/CO#1").outcome is Outcome.NO_BASIS


def test_words_of_the_question_choose_the_points_of_a_named_document(bare):
    search = FakeSearch(("2123/UBND-NC", "4"))
    reply = ask(bare, text="2123 nói gì về việc không cho đi học", documents=("2123/UBND-NC",), search=search)

    assert search.searched == {"2123/UBND-NC"}
    assert "Hai trường hợp khác" in words(reply)


def test_search_without_document_sees_only_what_binds_here_on_the_day(bare):
    search = FakeSearch(("2123/UBND-NC", "4"), ("2123/UBND-NC", "3"), ("CV-BTVTU-QNg/2021", "2"))
    reply = ask(bare, official(), on=IN_2020, text="không cho đi học thì sao", search=search)

    assert not search.searched & {*ELSEWHERE, "354-CV/TU"}
    assert "Điểm 4" in reply.title
    assert actions(reply) == {"document.point", "document", "documents"}


def test_search_follows_the_territory_that_the_question_names(bare):
    search = FakeSearch(("CV-BTVTU-QNg/2021", "2"))
    reply = ask(bare, official(), text="Quảng Ngãi thì sao", territories=("quang-ngai",), search=search)

    assert "không áp dụng cho Hưng Yên" in reply.lines[0].text
    assert any(line.is_background for line in reply.lines)


def test_search_that_finds_nothing_is_no_basis_and_names_whom_to_ask(bare):
    reply = ask(bare, text="gì cũng được")

    assert reply.outcome is Outcome.NO_BASIS
    assert "Sở Nội vụ" in words(reply)


def test_library_lists_what_binds_here_held_ones_first(bare):
    reply = list_library(visit(bare))

    assert "2123/UBND-NC" in reply.lines[0].text
    assert cited(reply).isdisjoint(ELSEWHERE)
    assert "văn bản Trung ương" in reply.lines[-1].text


def test_library_leaves_out_what_was_not_written_yet(bare):
    assert "354-CV/TU" not in cited(list_library(visit(bare, on=IN_2020)))


def test_library_of_the_other_half_does_not_hold_the_letter_of_this_one(bare):
    assert "2123/UBND-NC" not in cited(list_library(visit(bare, official(unit=NEIGHBOUR.code))))


def test_office_named_with_the_document_gets_its_own_tasks(bare):
    reply = ask(bare, text="354 giao gì cho Sở Nội vụ", documents=("354-CV/TU",), offices=("so_noi_vu_hung_yen",))

    points = {cite.point for line in reply.lines for cite in line.cites}
    assert {"2.5.(1)", "2.5.(2)", "2.5.(3)", "2.5.(4)"} <= points
    assert "2.7" not in points


def test_consequence_asked_of_a_document_shows_the_points_that_name_one(bare):
    reply = ask(bare, documents=("2123/UBND-NC",), aspects=(Aspect.CONSEQUENCE,))

    points = {cite.point for line in reply.lines for cite in line.cites}
    assert {"2", "3"} <= points
    assert "1" not in points


def test_who_answers_asked_of_the_letter_shows_its_point_about_that(bare):
    reply = ask(bare, documents=("2123/UBND-NC",), aspects=(Aspect.ACCOUNTABLE,))

    assert {cite.point for line in reply.lines for cite in line.cites if cite.document == "2123/UBND-NC"} == {None, "4"}


def test_content_and_signer_asked_together_are_both_answered(bare):
    said = words(ask(bare, documents=("2123/UBND-NC",), aspects=(Aspect.CONTENT, Aspect.SIGNER)))

    assert "Nguyễn Văn Phóng" in said
    assert "Điểm 3" in said


def test_content_of_a_document_that_is_not_held_stays_without_basis_whatever_else_is_asked(bare):
    reply = ask(bare, documents=("1769/UBND-KGVX",), aspects=(Aspect.CONTENT, Aspect.SIGNER))

    assert reply.outcome is Outcome.NO_BASIS
    assert "chưa có thông tin người ký" in words(reply)


RECORDS = [
    pytest.param("1769/UBND-KGVX", (Aspect.DATE,), Outcome.ANSWERED, id="its day is on record"),
    pytest.param("1769/UBND-KGVX", (Aspect.ABOUT,), Outcome.ANSWERED, id="what it is about is on record"),
    pytest.param("2288/UBND-NC", (Aspect.BINDS,), Outcome.ANSWERED, id="where it applies is on record"),
    pytest.param("1769/UBND-KGVX", (Aspect.SIGNER,), Outcome.ANSWERED, id="that its signer is not on record is told"),
    pytest.param("1769/UBND-KGVX", (Aspect.CONTENT,), Outcome.NO_BASIS, id="what its text says is not held"),
    pytest.param("20/2019/TT-BGDĐT", (Aspect.CONTENT,), Outcome.ANSWERED, id="its main content is known"),
    pytest.param("1769/UBND-KGVX", (), Outcome.NO_BASIS, id="nothing of the record is asked"),
]


@pytest.mark.parametrize(("number", "aspects", "outcome"), RECORDS)
def test_document_without_its_text_is_answered_as_far_as_its_record_goes(bare, number, aspects, outcome):
    assert ask(bare, documents=(number,), aspects=aspects).outcome is outcome


def test_what_a_document_replaced_is_told_when_the_record_of_the_other_says_so(bare):
    said = words(ask(bare, documents=("365-QĐ/TW",), aspects=(Aspect.CITES,)))
    assert "thay thế: 89-QĐ/TW" in said


def test_points_without_a_day_say_so_when_they_concern_those_asked_about(bare):
    reply = ask(
        bare, documents=("2123/UBND-NC",), aspects=(Aspect.DEADLINE,), offices=("btv_tinh_uy_hung_yen",), text="2123"
    )
    assert "không ghi mốc ngày" in words(reply)
    assert {cite.point for cite in reply.citations} >= {"2.g2"}


def test_documents_of_another_province_are_searched_first_when_it_is_named(bare):
    question = visit(
        bare, territories=("quang-ngai",), text="ở quảng ngãi thẩm định kế hoạch đào tạo trong mấy ngày làm việc"
    )
    reply = answer_document(question, search=PointSearch(bare.library))
    assert reply.outcome is Outcome.ANSWERED
    assert "07 ngày làm việc" in words(reply)
    assert "không áp dụng cho Hưng Yên" in words(reply)


def test_nothing_of_another_province_is_told_when_its_documents_say_nothing_of_it(bare):
    question = visit(bare, territories=("quang-ngai",), text="phụ cấp độc hại của y tá ở quảng ngãi")
    assert find_there(question, PointSearch(bare.library)) is None


def test_nothing_is_told_unasked_when_a_question_for_a_document_only_shares_words_with_a_point(bare):
    asked = visit(bare, intent=Intent.OUT_OF_SCOPE, text="đơn vị sáp nhập rồi thì lương thưởng tính theo văn bản nào")
    unsure = replace(asked.meaning, confidence=0.4, wishes=frozenset({Wish.BASIS}))
    assert find_unasked(replace(asked, meaning=unsure), PointSearch(bare.library)) is None


def test_each_document_of_one_number_is_told_where_the_question_does_not_say_which(bare):
    mentions = tuple(DocumentMention("nghị định 29", DocumentId(one)) for one in ("29/2024/NĐ-CP", "29/2012/NĐ-CP"))
    asked = visit(bare, official(), aspects=(Aspect.IN_FORCE,))
    asked = replace(asked, meaning=replace(asked.meaning, entities=replace(asked.named, documents=mentions)))
    reply = answer_document(asked, search=NOTHING)

    assert reply.outcome is Outcome.ANSWERED
    assert cited(reply) >= {"29/2024/NĐ-CP", "29/2012/NĐ-CP"}
    assert "kho văn bản chưa có điều khoản bãi bỏ" in words(reply)
    assert [one.subject for one in reply.choices[:2]] == ["29/2024/NĐ-CP", "29/2012/NĐ-CP"]


def test_what_limits_the_second_document_is_told_where_the_first_is_known_by_name_only(bare):
    reply = ask(bare, official(), documents=("334/2025/NĐ-CP", "29/2024/NĐ-CP"))

    assert "được soạn để thay Nghị định này" in words(reply)
    assert "đề nghị hỏi" in reply.lines[-1].text


def test_paper_of_another_ministry_with_the_same_number_is_named(bare):
    asked = visit(bare, official())
    for typed, is_named in (("thong tu 02/2021", True), ("thong tu 02/2021/tt-bnv", False)):
        mention = DocumentMention(typed, DocumentId("02/2021/TT-BNV"))
        meaning = replace(asked.meaning, entities=replace(asked.named, documents=(mention,)))
        reply = answer_document(replace(asked, meaning=meaning), search=NOTHING)
        assert ("02/2021/TT-BGDĐT" in cited(reply)) == is_named


def test_known_document_is_offered_beside_one_that_is_not_known(bare):
    asked = visit(bare, official(), documents=("29/2024/NĐ-CP",))
    mentions = (DocumentMention("nghị định 999", None), *asked.named.documents)
    meaning = replace(asked.meaning, entities=replace(asked.named, documents=mentions))
    reply = answer_document(replace(asked, meaning=meaning), search=NOTHING)

    assert reply.outcome is Outcome.NO_BASIS
    assert reply.choices[0].subject == "29/2024/NĐ-CP"


def test_day_that_a_point_set_is_told_as_passed_where_the_question_asks_whether_it_holds(bare):
    with locale_of("en"):
        reply = ask(bare, official(), dates=(date(2020, 10, 1),), aspects=(Aspect.DEADLINE, Aspect.IN_FORCE))

    assert "passed more than 6 years ago: as a deadline it no longer runs" in reply.lines[0].text
    assert {one.point for one in reply.lines[0].cites} == {"2.g3", "3"}
    assert "no open deadline applies to you" in words(reply)
    assert "knows of no document that ended" not in words(reply)


def test_open_deadline_of_the_visitor_is_told_beside_a_day_that_passed(loaded):
    reply = ask(loaded, official(), dates=(date(2020, 10, 1),), aspects=(Aspect.DEADLINE, Aspect.IN_FORCE))

    assert "Hạn hoàn thiện" in words(reply)
    assert "còn" in next(one.text for one in reply.lines if one.text.startswith("Hạn hoàn thiện"))


def test_day_that_has_not_passed_is_told_as_running(bare):
    with locale_of("en"):
        reply = ask(bare, None, on=IN_2020, dates=(date(2020, 10, 1),), aspects=(Aspect.IN_FORCE,))

    assert "still runs: the last day is" in reply.lines[0].text
    assert "applies to you" not in words(reply)


def test_last_day_itself_is_told_as_running(bare):
    with locale_of("en"):
        reply = ask(bare, None, on=date(2020, 10, 1), dates=(date(2020, 10, 1),), aspects=(Aspect.IN_FORCE,))

    assert "today is the last day" in reply.lines[0].text


NO_DEADLINES = [
    pytest.param({"dates": (date(2020, 10, 2),)}, id="no deadline of any point"),
    pytest.param({"dates": (date(2020, 10, 1),), "as_of": date(2020, 10, 1)}, id="day it is only asked about"),
]


@pytest.mark.parametrize("named", NO_DEADLINES)
def test_other_day_beside_a_document_asks_for_its_force(bare, named):
    reply = ask(bare, official(), documents=("2123/UBND-NC",), aspects=(Aspect.IN_FORCE,), **named)

    assert "Có hiệu lực từ 17/08/2020" in words(reply)
