"""Does this certificate count? Kinds, levels, days, tables loaded or not, for the visitor or in general."""

from dataclasses import replace
from datetime import date

import pytest

from handlers.officials.certificates import judge_certificates, list_my_certificates
from handlers.reply import Outcome
from knowledge.facts import CredentialStatus, CriterionCode, KindCode
from knowledge.findings import State
from knowledge.understanding.meaning import Issue, KindMention, Wish
from tests.handlers.visits import IN_2020, TABLE, TODAY, actions, cited, visit, with_standards, words
from tests.people import NEIGHBOUR, credential, official, row, standard

LAST_OLD_DAY, FIRST_NEW_DAY = date(2016, 8, 9), date(2016, 8, 10)

GENERAL = [
    pytest.param((("ielts", "5.0"),), {}, Outcome.NO_BASIS, "1769/UBND-KGVX", id="a score without table: no basis"),
    pytest.param((("ic3", None),), {}, Outcome.NO_BASIS, "1769/UBND-KGVX", id="IC3 without table: no basis"),
    pytest.param((("tieng_dan_toc", None),), {}, Outcome.NO_BASIS, "1769", id="a minority language needs a table"),
    pytest.param((("vstep", "bac_3"),), {}, Outcome.ANSWERED, "được tính là ngoại ngữ Bậc 3", id="VSTEP by itself"),
    pytest.param(
        (("cntt_co_ban", None),), {}, Outcome.ANSWERED, "được tính là tin học Cơ bản", id="basic IT by itself"
    ),
    pytest.param((("bang_cap", "dai_hoc"),), {}, Outcome.ANSWERED, "Đại học", id="a degree by itself"),
    pytest.param(
        (("tin_hoc_abc", "B"),),
        {"issued_on": LAST_OLD_DAY},
        Outcome.ANSWERED,
        "được tính là tin học Cơ bản",
        id="an IT letter of the last day before the circular",
    ),
    pytest.param(
        (("tin_hoc_abc", "B"),),
        {"issued_on": FIRST_NEW_DAY},
        Outcome.ANSWERED,
        "đã bắt đầu trước ngày 10/8/2016",
        id="an IT letter of the day of the circular needs proof",
    ),
    pytest.param(
        (("tin_hoc_abc", "B"),),
        {"issued_year": 2015},
        Outcome.ANSWERED,
        "cấp năm 2015 được tính là tin học Cơ bản",
        id="the year alone is enough where both ends agree",
    ),
    pytest.param(
        (("tin_hoc_abc", "B"),),
        {"issued_year": 2016},
        Outcome.ANSWERED,
        "Cấp trước ngày 10/08/2016: được tính là Cơ bản.",
        id="the year alone leaves 2016 open: both answers",
    ),
    pytest.param(
        (("tin_hoc_abc", "B"),),
        {},
        Outcome.ANSWERED,
        "Cấp từ ngày 10/08/2016 trở đi: chưa kết luận được",
        id="without any day both answers",
    ),
    pytest.param(
        (("tin_hoc_abc", "B"),),
        {"level": "nang_cao"},
        Outcome.ANSWERED,
        "chưa đủ",
        id="an IT letter never reaches advanced",
    ),
]


@pytest.mark.parametrize(("kinds", "more", "outcome", "decisive"), GENERAL)
def test_certificate_in_general_is_judged_without_table(bare, kinds, more, outcome, decisive):
    reply = judge_certificates(visit(bare, kinds=kinds, **more))

    assert reply.outcome is outcome
    assert decisive in words(reply)
    assert reply.findings[0].person is None
    assert actions(reply) == {"why", "link", "documents", "contact"}


LOADED = [
    pytest.param(
        (("ielts", "5.0"),), {"issued_on": date(2025, 5, 12)}, "Bậc 3. Được tính đến 12/05/2027.", id="in time"
    ),
    pytest.param((("ielts", "5.0"),), {"issued_on": date(2024, 11, 21)}, "Chỉ được tính đến 21/11/2026", id="last day"),
    pytest.param((("ielts", "5.0"),), {"issued_on": date(2024, 11, 20)}, "nay không còn được tính", id="day after"),
    pytest.param((("ielts", "4.0"),), {}, "không thuộc dòng nào của 1769/UBND-KGVX", id="below the lowest row"),
    pytest.param((("ielts", "5.0"),), {}, "từ 4.5 đến 5.0: được tính là Bậc 3", id="no day: the rows are shown"),
    pytest.param((("ielts", None),), {}, "từ 5.5 đến 6.5: được tính là Bậc 4", id="no score: the rows are shown"),
    pytest.param((("hsk", "hsk_4"),), {}, "được tính là ngoại ngữ Bậc 3", id="a row without end of validity"),
    pytest.param((("toeic", "600"),), {}, "không thuộc dòng nào", id="a kind that the table does not know"),
    pytest.param((("ielts", "5.0"),), {"level": "bac_4"}, "chỉ được tính là ngoại ngữ Bậc 3, thấp hơn", id="too low"),
    pytest.param(
        (("ielts", "6.0"),),
        {"level": "bac_4", "issued_on": date(2026, 1, 1)},
        "So với mức đồng chí hỏi (Bậc 4): đã đủ.",
        id="enough for the level asked about",
    ),
]


@pytest.mark.parametrize(("kinds", "more", "decisive"), LOADED)
def test_certificate_in_general_is_judged_by_the_loaded_table(recognised, kinds, more, decisive):
    reply = judge_certificates(visit(recognised, kinds=kinds, **more))

    assert reply.outcome is Outcome.ANSWERED
    assert decisive in words(reply)
    assert "1769/UBND-KGVX" in cited(reply)


def test_table_of_this_half_of_the_province_does_not_answer_for_the_other(recognised):
    person = official(unit=NEIGHBOUR.code)
    reply = judge_certificates(visit(recognised, person, kinds=(("ielts", "5.0"),)))

    assert reply.outcome is Outcome.NO_BASIS
    assert "1769/UBND-KGVX" not in cited(reply)
    assert "kho chưa có văn bản nào của địa bàn này" in words(reply)


def test_statement_that_no_document_is_held_rests_on_none(recognised):
    person = official(unit=NEIGHBOUR.code)
    reply = judge_certificates(visit(recognised, person, kinds=(("toeic", "600"),)))

    assert reply.lines[0].cites == ()
    assert reply.findings[0].basis == ()


DEFINED = [
    pytest.param("vstep", "bac_3", {"01/2014/TT-BGDĐT"}, id="VSTEP: the framework of six levels"),
    pytest.param("cntt_nang_cao", None, {"17/2016/TTLT-BGDĐT-BTTTT"}, id="advanced IT: what it takes"),
    pytest.param("qlnn", "chuyen_vien", set(), id="no definition: no rule that is held says so"),
]


@pytest.mark.parametrize(("kind", "level", "basis"), DEFINED)
def test_direct_kind_in_general_rests_on_what_defines_its_level(bare, kind, level, basis):
    reply = judge_certificates(visit(bare, kinds=((kind, level),)))

    assert {cite.document for cite in reply.lines[0].cites} == basis


def test_what_would_ask_for_a_level_is_named_apart_when_no_standard_is_held(bare):
    reply = judge_certificates(visit(bare, kinds=(("llct", "trung_cap"),)))

    assert "tự ghi mức" in words(reply)
    assert "Tiêu chuẩn do các văn bản sau quy định" in words(reply)
    assert "được tính là lý luận chính trị" not in words(reply)


def test_direct_kind_of_a_known_person_rests_on_the_standard_that_asks_for_it(loaded):
    reply = judge_certificates(visit(loaded, official(), kinds=(("vstep", "bac_3"),)))

    assert {cite.document for cite in reply.lines[0].cites} == {"02-QĐi/TU"}
    assert "Hồ sơ của đồng chí chưa ghi văn bằng, chứng chỉ này; nếu có thì đủ" in words(reply)


def test_background_of_other_instruments_is_marked_as_background(bare):
    reply = judge_certificates(visit(bare, kinds=(("ielts", "5.0"),)))
    background = [line for line in reply.lines if line.is_background]

    assert any("23/2021/TT-BGDĐT" in line.text for line in background)
    assert all(line.cites for line in background)
    assert not any(
        "/TT-BGDĐT" in cite.document for line in reply.lines if not line.is_background for cite in line.cites
    )


def test_background_leaves_out_instruments_of_later_years(bare):
    reply = judge_certificates(visit(bare, on=IN_2020, kinds=(("ielts", "5.0"),)))

    assert "23/2021/TT-BGDĐT" not in cited(reply)
    assert "05/2012/TT-BGDĐT" in cited(reply)


def test_background_names_only_the_highest_score_reached_in_a_table_of_lowest_scores(bare):
    said = words(judge_certificates(visit(bare, kinds=(("toeic", "600"),))))

    assert "600 tương ứng B2" in said
    assert "450 tương ứng B1" not in said


def test_background_lists_the_tables_when_no_score_is_named(bare):
    said = words(judge_certificates(visit(bare, kinds=(("toeic", None),))))

    assert said.count("tương ứng") == 4


def test_background_does_not_repeat_the_basis(bare):
    reply = judge_certificates(visit(bare, kinds=(("tin_hoc_abc", "B"),), issued_year=2015))

    assert not any(line.is_background for line in reply.lines)


def test_own_certificate_is_judged_when_the_question_names_only_its_kind(recognised):
    person = official(credentials=(credential("ielts", "5.0", date(2025, 5, 1)),))
    reply = judge_certificates(visit(recognised, person, kinds=(("ielts", None),)))

    assert "IELTS 5.0 cấp ngày 01/05/2025" in words(reply)
    assert reply.findings[0].person == "CB001"
    assert "certificates.mine" in actions(reply)


def test_named_score_is_judged_and_not_the_one_on_record(recognised):
    person = official(credentials=(credential("ielts", "5.0", date(2025, 5, 1)),))
    reply = judge_certificates(visit(recognised, person, kinds=(("ielts", "4.0"),)))

    assert "không thuộc dòng nào" in words(reply)


def test_kind_that_the_person_does_not_hold_is_judged_in_general(loaded):
    assert judge_certificates(visit(loaded, official(), kinds=(("ielts", "5.0"),))).outcome is Outcome.NO_BASIS


def test_old_it_certificate_of_unproven_date_is_only_said_to_be_too_low_when_more_is_required(library):
    book = with_standards(library, standards=(standard("tin_hoc", "nang_cao"),))
    asker = official(credentials=(credential("tin_hoc_abc", "C", FIRST_NEW_DAY),))
    said = words(judge_certificates(visit(book, asker, kinds=(("tin_hoc_abc", "C"),), issued_on=FIRST_NEW_DAY)))
    assert "chưa đủ" in said
    assert "tính là" not in said


def test_criterion_that_the_position_does_not_ask_for_is_said_to_be_not_required(loaded):
    reply = judge_certificates(visit(loaded, official(), kinds=(("qlnn", "chuyen_vien"),)))

    assert "không yêu cầu quản lý nhà nước" in words(reply)


def test_required_level_is_said_to_be_unknown_when_no_standards_are_loaded(bare):
    reply = judge_certificates(visit(bare, official(), kinds=(("vstep", "bac_3"),)))

    assert "chưa có mức yêu cầu của chức danh" in words(reply)


def test_kind_without_criterion_is_asked_back(bare):
    reply = judge_certificates(visit(bare, kinds=(("khac", None),)))

    assert "hỏi chứng chỉ nào" in reply.title


def test_pressed_kind_is_judged_and_a_forged_one_is_not(bare):
    assert "IC3" in judge_certificates(visit(bare, subject="ic3")).title
    assert "Những chứng chỉ được tính" in judge_certificates(visit(bare, subject="khong_co")).title


def test_two_kinds_of_which_one_is_undecided_are_answered(bare):
    reply = judge_certificates(visit(bare, kinds=(("ielts", "5.0"), ("vstep", "bac_3"))))

    assert reply.outcome is Outcome.ANSWERED
    assert len(reply.findings) == 2


OWN = [
    pytest.param(credential("vstep", "bac_3", status=CredentialStatus.REJECTED), "đã bị từ chối", id="rejected"),
    pytest.param(credential("vstep", "bac_3", status=CredentialStatus.WAITING), "sẽ tính", id="waiting and enough"),
    pytest.param(credential("vstep", "bac_1", status=CredentialStatus.WAITING), "cũng chưa đủ", id="waiting, too low"),
    pytest.param(
        credential("vstep", "bac_3", date(2027, 1, 1)), "được cấp sau đó", id="issued after the day asked about"
    ),
]


@pytest.mark.parametrize(("one", "decisive"), OWN)
def test_certificate_on_record_is_told_as_filed(loaded, one, decisive):
    person = official(credentials=(one,))

    assert decisive in words(list_my_certificates(visit(loaded, person), person))


def test_record_is_no_basis_when_everything_in_it_waits_for_the_table(loaded):
    person = official(credentials=(credential("ielts", "5.0"),))
    reply = list_my_certificates(visit(loaded, person), person)

    assert reply.outcome is Outcome.NO_BASIS
    assert "Sở Nội vụ" in words(reply)


def test_record_is_answered_when_something_in_it_is_decided(loaded):
    person = official(credentials=(credential("ielts", "5.0"), credential("bang_cap", "dai_hoc"), credential("khac")))
    reply = list_my_certificates(visit(loaded, person), person)

    assert reply.outcome is Outcome.ANSWERED
    assert len(reply.findings) == 2


def test_empty_record_says_so_and_how_to_hand_in(loaded):
    reply = list_my_certificates(visit(loaded, official()), official())

    assert "chưa ghi nhận" in reply.title
    assert "evidence" in actions(reply)


def test_question_without_kind_lists_the_record_of_a_known_person(loaded):
    person = official(credentials=(credential("vstep", "bac_3"),))

    assert "trong hồ sơ" in judge_certificates(visit(loaded, person)).title


def test_question_without_kind_lists_both_subjects_for_a_stranger(bare):
    reply = judge_certificates(visit(bare))

    assert reply.outcome is Outcome.NO_BASIS
    assert {"Ngoại ngữ: do", "Tin học: do"} <= {line.text.split(" Công")[0] for line in reply.lines}
    assert "certificate" in actions(reply)


def test_list_of_a_criterion_shows_the_rows_of_the_loaded_table(recognised):
    reply = judge_certificates(visit(recognised, criteria=("ngoai_ngu",)))

    assert reply.outcome is Outcome.ANSWERED
    assert "có giá trị 24 tháng kể từ ngày cấp" in words(reply)
    assert "ghi sẵn mức" in words(reply)


def test_list_of_a_criterion_begins_with_the_visitors_own_certificates(loaded):
    person = official(credentials=(credential("tin_hoc_abc", "B", date(2018, 1, 1)), credential("ielts", "5.0")))
    reply = judge_certificates(visit(loaded, person, criteria=("tin_hoc",)))

    assert "Chứng chỉ tin học trình độ B" in reply.lines[0].text
    assert reply.outcome is Outcome.ANSWERED
    assert [one.criterion for one in reply.findings] == ["tin_hoc"]


def test_list_of_a_criterion_of_direct_kinds_alone_is_answered(bare):
    reply = judge_certificates(visit(bare, criteria=("hoc_van",)))

    assert reply.outcome is Outcome.ANSWERED


def test_territory_without_any_instrument_says_so_in_the_list(bare):
    reply = judge_certificates(visit(bare, official(unit=NEIGHBOUR.code), criteria=("ngoai_ngu",)))

    assert "kho chưa có văn bản nào của địa bàn này về chứng chỉ được tính" in words(reply)


ROWS = [
    pytest.param({"low": "4.5"}, "IELTS, từ 4.5: được tính", id="open above"),
    pytest.param({"high": "5.0"}, "IELTS, đến 5.0: được tính", id="open below"),
    pytest.param({"low": "5.0", "high": "5.0"}, "IELTS 5.0: được tính", id="exactly one score"),
    pytest.param({"issued_from": date(2020, 1, 1)}, "cấp từ 01/01/2020", id="issued from a day"),
    pytest.param({"issued_to": date(2020, 12, 31)}, "cấp đến hết 31/12/2020", id="issued until a day"),
]


@pytest.mark.parametrize(("change", "decisive"), ROWS)
def test_row_of_the_table_is_read_out_as_it_is_bounded(library, change, decisive):
    bounds = {key: change.get(key) for key in ("low", "high")}
    more = {key: value for key, value in change.items() if key not in bounds}
    book = with_standards(library, recognition=(row("ielts", "bac_3", **bounds, **more),))

    assert decisive in words(judge_certificates(visit(book, criteria=("ngoai_ngu",))))


def test_long_table_is_cut_and_says_how_many_rows_are_left(library):
    many = tuple(row("ielts", "bac_3", f"{n}.0", f"{n}.5") for n in range(1, 9))
    said = words(judge_certificates(visit(with_standards(library, recognition=many), criteria=("ngoai_ngu",))))

    assert "và 2 dòng khác" in said


def test_rows_not_in_force_on_the_day_do_not_count(library):
    ended = tuple(row("ielts", "bac_3", "4.5", "9.0", valid_to=date(2021, 12, 31)) for _ in TABLE[:1])
    book = with_standards(library, recognition=ended)

    assert judge_certificates(visit(book, on=TODAY, kinds=(("ielts", "5.0"),))).outcome is Outcome.NO_BASIS
    assert judge_certificates(visit(book, on=IN_2020, kinds=(("ielts", "5.0"),))).outcome is Outcome.ANSWERED


@pytest.mark.parametrize(
    ("named", "said", "never"),
    [
        pytest.param({"issued_year": 2022}, "hết tháng 12/2024", "/12/2024 là", id="the year tells the latest month"),
        pytest.param(
            {"issued_year": 2023, "issued_month": 5},
            "24 tháng kể từ ngày cấp: chậm nhất đến hết tháng 05/2025",
            "/05/2025 là",
            id="the month tells its own",
        ),
        pytest.param(
            {"issued_year": 2026, "issued_month": 3}, "được tính là", "2028", id="it counts, until when is open"
        ),
        pytest.param({"issued_year": 2024, "issued_month": 12}, "được tính là", "không còn", id="the month settles it"),
        pytest.param({"issued_year": 2024}, "chưa rõ ngày cấp", "không còn", id="the year leaves both open"),
    ],
)
def test_no_day_of_end_is_named_when_only_the_month_or_year_of_issue_is_known(recognised, named, said, never):
    reply = judge_certificates(visit(recognised, kinds=(("ielts", "5.0"),), **named))
    assert said in reply.lines[0].text
    assert never not in reply.lines[0].text


def test_rows_of_a_table_are_told_in_words_and_never_in_codes(library):
    levels = (row("vstep", "bac_3", "bac_3", "bac_3"), row("ngoai_ngu_abc", "bac_2", "b", "b"))
    book = with_standards(library, recognition=(*levels, row("vstep", "bac_4", "bac_4", "bac_5")))
    told = words(judge_certificates(visit(book, criteria=("ngoai_ngu",))))

    assert "Bậc 4" in told
    assert "trình độ B:" in told
    assert "bac_" not in told


NEEDED = [
    pytest.param({"kinds": (("llct", "trung_cap"),)}, "ly_luan_chinh_tri", id="a course named with its level"),
    pytest.param({"kinds": (("bang_cap", "dai_hoc"),)}, "hoc_van", id="a degree"),
    pytest.param({"criteria": ("tin_hoc",)}, "tin_hoc", id="a criterion alone"),
]


@pytest.mark.parametrize(("named", "criterion"), NEEDED)
def test_whether_one_must_have_it_is_answered_from_the_record_and_never_as_if_it_were_held(loaded, named, criterion):
    asked = visit(loaded, official(), speaks_of_self=True, **named)
    assert asked.meaning is not None
    asked = replace(asked, meaning=replace(asked.meaning, wishes=frozenset({Wish.NEEDED})))
    reply = judge_certificates(asked)

    assert {one.criterion: one.state for one in reply.findings} == {criterion: State.MISSING}
    assert "yêu cầu" in words(reply)
    assert "được tính là" not in words(reply)


def test_certificate_that_somebody_says_to_have_is_judged_when_they_ask_whether_they_need_more(loaded):
    asked = visit(loaded, official(), speaks_of_self=True, kinds=(("llct", "trung_cap"),))
    assert asked.meaning is not None
    asked = replace(asked, meaning=replace(asked.meaning, wishes=frozenset({Wish.NEEDED, Wish.HELD})))

    assert "nếu có thì đủ so với mức yêu cầu là Trung cấp" in words(judge_certificates(asked))


def test_a_refused_certificate_tells_how_its_owner_stands(loaded):
    refused = credential("ielts", "5.0", status=CredentialStatus.REJECTED)
    person = official(credentials=(refused,))
    reply = judge_certificates(visit(loaded, person, kinds=(("ielts", None),), speaks_of_self=True))
    assert [(one.criterion, one.state) for one in reply.findings] == [("ngoai_ngu", State.MISSING)]


DEGREE = credential("bang_cap", "dai_hoc", date(2020, 4, 9))
ON_RECORD = [
    pytest.param((("bang_cap", "dai_hoc"),), {}, id="the level alone"),
    pytest.param((("bang_cap", None),), {"issued_year": 2020}, id="the year alone"),
    pytest.param((("bang_cap", "dai_hoc"),), {"issued_on": date(2020, 4, 9)}, id="the level and the day"),
]
NOT_ON_RECORD = [
    pytest.param((("bang_cap", "thac_si"),), {}, id="another level"),
    pytest.param((("bang_cap", "dai_hoc"),), {"issued_on": date(2020, 4, 10)}, id="another day"),
    pytest.param((("bang_cap", "dai_hoc"),), {"issued_year": 2019}, id="another year"),
    pytest.param((("llct", "trung_cap"),), {}, id="another kind"),
]
ABSENT = "chưa ghi văn bằng, chứng chỉ này"


def holding(library, held):
    asked = (standard("hoc_van", "dai_hoc"), standard("ly_luan_chinh_tri", "trung_cap"), standard("ngoai_ngu", "bac_3"))
    return with_standards(library, standards=asked), official(credentials=(held,))


@pytest.mark.parametrize(("kinds", "named"), ON_RECORD)
def test_a_certificate_on_the_record_is_told_as_it_stands_there_without_the_word_mine(library, kinds, named):
    book, person = holding(library, DEGREE)

    said = words(judge_certificates(visit(book, person, kinds=kinds, **named)))

    assert "cấp ngày 09/04/2020" in said
    assert ABSENT not in said


@pytest.mark.parametrize(("kinds", "named"), NOT_ON_RECORD)
def test_only_what_no_certificate_on_the_record_can_be_is_called_absent(library, kinds, named):
    book, person = holding(library, DEGREE)

    assert ABSENT in words(judge_certificates(visit(book, person, kinds=kinds, **named)))


@pytest.mark.parametrize(
    "held",
    [
        pytest.param(credential("bang_cap", "dai_hoc", None), id="the record lacks its day"),
        pytest.param(credential("bang_cap", None, date(2020, 4, 9)), id="the record lacks its level"),
    ],
)
def test_a_record_with_gaps_is_not_said_to_lack_the_certificate(library, held):
    book, person = holding(library, held)
    asked = visit(book, person, kinds=(("bang_cap", "dai_hoc"),), issued_on=date(2020, 4, 9))

    assert ABSENT not in words(judge_certificates(asked))


def test_a_level_is_not_said_to_be_absent_when_it_is_on_record_under_a_kind_like_it(library):
    book, person = holding(library, credential("khung_6_bac", "bac_3", date(2020, 4, 9)))

    assert ABSENT not in words(judge_certificates(visit(book, person, kinds=(("vstep", "bac_3"),))))


def test_a_score_named_in_general_is_answered_by_the_table_and_by_the_record(recognised):
    person = official(credentials=(credential("ielts", "4.5"),))

    found = judge_certificates(visit(recognised, person, kinds=(("ielts", "4.5"),))).findings

    assert [one.held.issued_on for one in found] == [None, person.credentials[0].issued_on]


def test_what_was_rejected_of_ones_own_is_not_all_that_is_said_of_its_kind(recognised):
    rejected = credential("vstep", "bac_3", status=CredentialStatus.REJECTED)
    person = official(credentials=(rejected,))

    asked = judge_certificates(visit(recognised, person, kinds=(("vstep", "bac_3"),)))
    mine = judge_certificates(visit(recognised, person, kinds=(("vstep", "bac_3"),), speaks_of_self=True))

    assert "được tính là ngoại ngữ Bậc 3" in words(asked)
    assert "được tính là ngoại ngữ Bậc 3" not in words(mine)
    assert all("đã bị từ chối khi xác minh" in words(one) for one in (asked, mine))


def test_a_level_asked_about_is_not_said_to_be_required(recognised):
    named = {"kinds": (("ielts", "6.0"),), "issued_on": date(2026, 1, 1)}

    general = words(judge_certificates(visit(recognised, level="bac_4", **named)))
    own = words(judge_certificates(visit(recognised, official(), level="bac_4", **named)))
    required = words(judge_certificates(visit(recognised, official(), **named)))

    assert all("Mức yêu cầu" not in said and "mức yêu cầu" not in said for said in (general, own))
    assert "mức yêu cầu là Bậc 3" in required


def naming(asked, *kinds):
    """The same visit, with kinds of which each may have its own time of issue."""
    meaning = replace(asked.meaning, entities=replace(asked.meaning.entities, kinds=kinds))
    return replace(asked, meaning=meaning)


IELTS_AND_IT = (
    KindMention(KindCode("ielts"), "6.0", Issue(year=2026, month=3)),
    KindMention(KindCode("tin_hoc_abc"), "a", Issue(year=2012)),
)


def test_two_certificates_are_each_judged_with_their_own_time_of_issue(recognised):
    asked = naming(visit(recognised), *IELTS_AND_IT)

    said = words(judge_certificates(asked))

    assert "IELTS 6.0 cấp tháng 3/2026 được tính là ngoại ngữ Bậc 4" in said
    assert "trình độ A cấp năm 2012 được tính là tin học Cơ bản" in said


@pytest.mark.parametrize(
    ("kinds", "criterion"),
    [
        pytest.param(IELTS_AND_IT, "ngoai_ngu", id="the other is a kind"),
        pytest.param(
            (KindMention(KindCode("ielts"), "6.0", Issue(year=2026, month=3), frozenset({CriterionCode("tin_hoc")})),),
            "ngoai_ngu",
            id="the other is named by its subject",
        ),
        pytest.param((KindMention(KindCode("ielts"), "6.0"),), "tin_hoc", id="it is to stand in for the subject"),
    ],
)
def test_a_certificate_is_held_against_another_subject_only_where_that_is_asked(recognised, kinds, criterion):
    asked = naming(visit(recognised, criteria=("tin_hoc",)), *kinds)
    asked = replace(asked, meaning=replace(asked.meaning, wishes=frozenset({Wish.COUNTS})))

    assert judge_certificates(asked).findings[0].criterion == criterion


def test_a_certificate_named_by_its_subject_alone_is_asked_back(recognised):
    beside = frozenset({CriterionCode("tin_hoc")})
    with_it = naming(visit(recognised), KindMention(KindCode("ielts"), "6.0", Issue(year=2026, month=3), beside))
    alone = naming(visit(recognised), KindMention(KindCode("ielts"), "6.0", Issue(year=2026, month=3)))

    said = [line.text for line in judge_certificates(with_it).lines]
    rest = [line.text for line in judge_certificates(alone).lines]

    (added,) = [text for text in said if text not in rest]
    assert "tin học" in added


B1 = (("vstep", "bac_3"), ("khung_6_bac", "bac_3"), ("cefr_66", "b1"))


def test_a_mere_level_is_answered_for_every_kind_that_carries_it(recognised):
    reply = judge_certificates(visit(recognised, official(), kinds=B1))

    assert [one.held.kind for one in reply.findings] == ["vstep", "khung_6_bac", "cefr_66"]
    assert sum("B1" in line.text for line in reply.lines if not line.cites) == 1


@pytest.mark.parametrize("kind", ["vstep", "khung_6_bac"])
def test_a_mere_level_is_that_of_the_certificate_on_the_record(recognised, kind):
    person = official(credentials=(credential(kind, "bac_3", date(2025, 11, 23)),))

    reply = judge_certificates(visit(recognised, person, kinds=B1))
    dated = judge_certificates(visit(recognised, person, kinds=B1, issued_year=2022))

    assert [one.held.kind for one in reply.findings] == [kind]
    assert reply.findings[0].state is State.MET
    assert len(dated.findings) == len(B1)


def test_a_level_named_loosely_is_no_plain_no(recognised):
    person = official(credentials=(credential("vstep", "bac_3", date(2025, 11, 23)),))
    kinds = (("cefr_66", "b1"),)

    held = judge_certificates(visit(recognised, person, text="b1 châu âu", kinds=kinds))
    loose = judge_certificates(visit(recognised, text="b1 châu âu", kinds=kinds))
    sure = judge_certificates(visit(recognised, text="b1 theo qđ 66", kinds=kinds))

    assert [one.held.kind for one in held.findings] == ["vstep", "cefr_66"]
    assert len(loose.lines) == len(sure.lines) + 1
    assert any("VSTEP" in line.text for line in loose.lines)


@pytest.mark.parametrize("said", ["thi online ielts 6.0", "ielts 6.0 học từ xa", "ielts 6.0 mua trên mạng"])
def test_a_way_of_getting_a_certificate_adds_one_sentence_and_changes_no_verdict(recognised, said):
    named = {"kinds": (("ielts", "6.0"), ("toeic", "600")), "issued_on": date(2026, 1, 1)}

    plain = judge_certificates(visit(recognised, text="ielts 6.0", **named))
    reply = judge_certificates(visit(recognised, text=said, **named))

    assert len(reply.lines) == len(plain.lines) + 1
    assert [line for line in reply.lines if line in plain.lines] == list(plain.lines)
    assert reply.findings == plain.findings


@pytest.mark.parametrize("person", [None, official(credentials=(credential("vstep", "bac_3", date(2025, 11, 23)),))])
def test_that_nothing_is_said_of_the_way_is_told_in_lists_too(recognised, person):
    plain = judge_certificates(visit(recognised, person, text="chứng chỉ có được công nhận không"))
    reply = judge_certificates(visit(recognised, person, text="chứng chỉ học online có được công nhận không"))

    (added,) = [line.text for line in reply.lines if line not in plain.lines]
    assert "trực tuyến" in added
