"""What am I missing, and by when: the official's first two questions."""

from datetime import date

import pytest

from handlers.officials.gaps import list_my_deadlines, list_my_gaps
from handlers.phrases import _
from handlers.reply import Outcome
from handlers.verdicts import describe_finding
from knowledge.evaluate import evaluate
from knowledge.facts import (
    CredentialStatus,
    CriterionCode,
    DocumentId,
    Exemption,
    ManagedBy,
    PositionGroup,
    StudyRecord,
)
from knowledge.findings import State
from knowledge.understanding.meaning import Wish
from tests.handlers.test_unlisted_papers import understood
from tests.handlers.visits import (
    IN_2020,
    STANDARDS,
    TODAY,
    actions,
    cited,
    visit,
    with_standards,
    with_table,
    words,
)
from tests.people import NEIGHBOUR, credential, official, review, standard

ALL_MET = (
    credential("bang_cap", "dai_hoc"),
    credential("llct", "trung_cap"),
    credential("vstep", "bac_3"),
    credential("cntt_co_ban"),
)


def states(reply) -> dict[str, State]:
    return {one.criterion: one.state for one in reply.findings}


def test_every_criterion_is_a_gap_with_its_basis_and_the_round_as_deadline_when_nothing_is_on_record(loaded):
    reply = list_my_gaps(visit(loaded, official()), official())

    assert reply.outcome is Outcome.ANSWERED
    assert "4 nội dung" in reply.title
    assert "21/11/2026" in reply.title
    assert set(states(reply).values()) == {State.MISSING}
    assert "chậm nhất 31/12/2026, còn 40 ngày" in words(reply)
    assert cited(reply) == {"02-QĐi/TU"}
    assert actions(reply) == {"why", "deadlines.mine", "study", "consequences"}


def test_shared_deadline_is_said_once_when_several_criteria_have_it(loaded):
    assert words(list_my_gaps(visit(loaded, official()), official())).count("31/12/2026") == 1


def test_nothing_is_missing_when_every_criterion_is_met(loaded):
    person = official(credentials=ALL_MET)
    reply = list_my_gaps(visit(loaded, person), person)

    assert "đáp ứng đủ tiêu chuẩn" in reply.title
    assert cited(reply) == {"02-QĐi/TU"}
    assert "position.mine" in actions(reply)


def test_names_of_criteria_that_hold_commas_stay_apart_when_listed(loaded):
    person = official(credentials=ALL_MET)

    assert "học vấn; lý luận chính trị; ngoại ngữ; tin học" in words(list_my_gaps(visit(loaded, person), person))


def test_undecided_certificate_names_the_instrument_and_whom_to_ask_when_its_table_is_not_loaded(loaded):
    person = official(credentials=(credential("ielts", "5.0", date(2025, 5, 1)),))
    reply = list_my_gaps(visit(loaded, person, criteria=("ngoai_ngu",)), person)

    assert states(reply) == {"ngoai_ngu": State.UNDETERMINED}
    assert "IELTS 5.0 cấp ngày 01/05/2025" in words(reply)
    assert "1769/UBND-KGVX" in words(reply)
    assert "Sở Nội vụ" in words(reply)


CERTIFICATES = [
    pytest.param(
        credential("ielts", "5.0", date(2024, 12, 1)),
        State.EXPIRING,
        "chỉ đến 01/12/2026",
        id="one that ends within 90 days still counts and says until when",
    ),
    pytest.param(
        credential("ielts", "5.0", date(2023, 5, 1)),
        State.EXPIRED,
        "chỉ được tính đến 01/05/2025",
        id="one past its months says until when it counted",
    ),
    pytest.param(
        credential("ielts", "4.0", date(2025, 5, 1)),
        State.NOT_RECOGNISED,
        "không thuộc dòng nào",
        id="a score in no row is not recognised",
    ),
    pytest.param(
        credential("vstep", "bac_2"),
        State.MISSING,
        "Bậc 2, thấp hơn mức yêu cầu",
        id="a level that is too low says as what it counts",
    ),
    pytest.param(
        credential("vstep", "bac_3", status=CredentialStatus.WAITING),
        State.PENDING,
        "sẽ đủ khi được xác minh",
        id="one that waits for verification will be enough",
    ),
    pytest.param(
        credential("ielts", "5.0", None),
        State.UNDETERMINED,
        "chưa rõ ngày cấp",
        id="one whose day of issue is not on record",
    ),
    pytest.param(credential("vstep", None), State.UNDETERMINED, "mức của", id="one whose level is missing on record"),
]


@pytest.mark.parametrize(("one", "state", "decisive"), CERTIFICATES)
def test_state_of_a_certificate_is_told_with_its_reason(recognised, one, state, decisive):
    person = official(credentials=(one,))
    reply = list_my_gaps(visit(recognised, person, criteria=("ngoai_ngu",)), person)

    assert states(reply) == {"ngoai_ngu": state}
    assert decisive in words(reply)


def test_late_computing_certificate_asks_for_proof_of_the_course(loaded):
    person = official(credentials=(credential("tin_hoc_abc", "B", date(2018, 1, 1)),))
    reply = list_my_gaps(visit(loaded, person, criteria=("tin_hoc",)), person)

    assert "10/8/2016" in words(reply)
    assert "17/2016/TTLT-BGDĐT-BTTTT" in cited(reply)


def test_territory_without_any_instrument_cites_no_foreign_one(library):
    own = (standard("ngoai_ngu", "bac_3", "77/QĐ-MAU"),)
    book = with_standards(library, standards=own, rounds=())
    person = official(unit=NEIGHBOUR.code, credentials=(credential("toeic", "600"),))
    reply = list_my_gaps(visit(book, person), person)

    assert states(reply) == {"ngoai_ngu": State.UNDETERMINED}
    assert "kho chưa có văn bản nào của địa bàn này" in words(reply)
    assert cited(reply) == {"77/QĐ-MAU", "354-CV/TU"}


def test_missing_standards_are_no_basis_and_name_the_document_that_sets_them(bare):
    reply = list_my_gaps(visit(bare, official()), official())

    assert reply.outcome is Outcome.NO_BASIS
    assert "02-QĐi/TU" in words(reply)
    assert reply.findings[0].criterion is None
    assert "contact" in actions(reply)


def test_missing_standards_of_a_post_of_the_standing_committee_name_its_own_document(bare):
    person = official(managed_by=ManagedBy.PROVINCIAL_PARTY_STANDING_COMMITTEE)

    assert "1090-QĐ/TU" in words(list_my_gaps(visit(bare, person), person))


def test_missing_standards_elsewhere_name_no_document_of_this_province(bare):
    person = official(unit=NEIGHBOUR.code)
    reply = list_my_gaps(visit(bare, person), person)

    assert "chưa nạp tiêu chuẩn" in words(reply)
    assert cited(reply) == {"354-CV/TU"}


def test_retired_person_is_told_their_last_day_with_its_law(loaded):
    person = official(born_on=date(1960, 1, 1))
    reply = list_my_gaps(visit(loaded, person), person)

    assert "qua ngày nghỉ hưu" in reply.title
    assert cited(reply) == {"45/2019/QH14"}
    assert list_my_deadlines(visit(loaded, person), person) == reply


def test_who_answers_is_said_once_when_every_criterion_shares_it(loaded):
    refused = StudyRecord(requested_on=date(2026, 10, 1), refused_on=date(2026, 10, 5))
    person = official(study=(refused,))
    reply = list_my_gaps(visit(loaded, person), person)

    assert words(reply).count("trách nhiệm thuộc về thủ trưởng") == 1
    assert "4" in {cite.point for cite in reply.citations if cite.document == "2123/UBND-NC"}


def test_official_who_did_not_go_answers_for_it_themselves(loaded):
    declined = StudyRecord(assigned_on=date(2026, 3, 1), declined_on=date(2026, 3, 5))
    person = official(study=(declined,))

    assert "trách nhiệm thuộc về đồng chí" in words(list_my_gaps(visit(loaded, person), person))


def test_exemption_is_named_with_its_document(loaded):
    exempt = Exemption(CriterionCode("tin_hoc"), DocumentId("2123/UBND-NC"))
    person = official(exemptions=(exempt,))
    reply = list_my_gaps(visit(loaded, person), person)

    assert states(reply)["tin_hoc"] is State.EXEMPT
    assert "Được miễn theo 2123/UBND-NC" in words(reply)


def test_answer_narrows_to_the_criterion_that_is_named(loaded):
    assert set(states(list_my_gaps(visit(loaded, official(), criteria=("tin_hoc",)), official()))) == {"tin_hoc"}


def test_answer_stays_whole_when_the_named_criterion_is_not_asked_of_the_position(loaded):
    reply = list_my_gaps(visit(loaded, official(), criteria=("quoc_phong_an_ninh",)), official())

    assert len(reply.findings) == len(STANDARDS)


DUTIES = [
    pytest.param(date(2020, 8, 16), None, id="the day before the letter there is no deadline"),
    pytest.param(date(2020, 8, 17), "01/10/2020", id="on the day of the letter its deadline runs"),
    pytest.param(date(2020, 9, 30), "01/10/2020", id="the day before the last day"),
    pytest.param(date(2020, 10, 1), "hôm nay, 01/10/2020, là ngày cuối", id="the last day itself"),
    pytest.param(date(2020, 10, 2), None, id="the day after it is history"),
]


@pytest.mark.parametrize(("on", "decisive"), DUTIES)
def test_deadline_of_the_letter_is_told_only_while_it_is_live(library, on, decisive):
    book = with_standards(library, rounds=())
    reply = list_my_gaps(visit(book, official(), on=on), official())

    if decisive is None:
        assert {one.deadline for one in reply.findings} == {None}
        assert "Hạn:" not in words(reply)
    else:
        assert decisive in words(reply)
        assert {one.deadline for one in reply.findings} == {date(2020, 10, 1)}


PASSED = [
    pytest.param(official(), TODAY, "điểm 2", id="leader of the government's Party committee: point 2"),
    pytest.param(official(managed_by=ManagedBy.DISTRICT), TODAY, "điểm 3", id="leader of the district: point 3"),
    pytest.param(official(is_leader=False), TODAY, None, id="not a leader: never theirs"),
    pytest.param(
        official(managed_by=ManagedBy.PROVINCIAL_PARTY_STANDING_COMMITTEE), TODAY, None, id="standing committee: no day"
    ),
    pytest.param(official(unit=NEIGHBOUR.code), TODAY, None, id="the other half of the province: not bound"),
    pytest.param(official(), IN_2020, None, id="while it runs it is not history"),
    pytest.param(official(), date(2020, 1, 1), None, id="before the letter nobody knows of it"),
]


@pytest.mark.parametrize(("person", "on", "point"), PASSED)
def test_day_of_the_letter_is_told_as_history_to_whom_it_was_set(library, person, on, point):
    book = with_standards(library, rounds=())
    said = words(list_my_deadlines(visit(book, person, on=on), person))

    assert ("không còn là hạn đang chạy" in said) == (point is not None)
    assert point is None or f"01/10/2020 mà 2123/UBND-NC ({point})" in said


def test_deadlines_are_told_with_consequence_when_the_round_has_one(library):
    book = with_standards(library, rounds=(review(consequence="xem xét, bố trí lại công tác."),))
    reply = list_my_deadlines(visit(book, official()), official())

    assert "Hạn của đồng chí" in reply.title
    assert "xem xét, bố trí lại công tác." in words(reply)
    assert "công tác.." not in words(reply)


def test_safe_working_day_is_named_when_the_last_day_is_a_sunday(library):
    book = with_standards(library, rounds=(review(deadline=date(2026, 12, 27)),))

    assert "chậm nhất ngày làm việc 25/12/2026" in words(list_my_deadlines(visit(book, official()), official()))


def test_day_itself_is_too_late_when_the_round_says_before(library):
    book = with_standards(library, rounds=(review(deadline_included=False),))
    reply = list_my_deadlines(visit(book, official()), official())

    assert "trước ngày 31/12/2026" in words(reply)
    assert "còn 39 ngày" in words(reply)


def test_open_round_that_passed_is_told_as_passed_and_not_closed(library):
    book = with_standards(library, rounds=(review(deadline=date(2026, 11, 1)),))
    reply = list_my_deadlines(visit(book, official()), official())

    assert "đã quá 20 ngày" in words(reply)
    assert {one.days_left for one in reply.findings} == {-20}


def test_several_deadlines_name_their_criteria_and_the_earliest_comes_first(library):
    rounds = (
        review("DOT-A", date(2027, 3, 31), criteria=frozenset({CriterionCode("tin_hoc")})),
        review("DOT-B", date(2026, 12, 31), criteria=frozenset({CriterionCode("ngoai_ngu")})),
    )
    said = words(list_my_deadlines(visit(with_standards(library, rounds=rounds), official()), official()))

    assert "Hạn hoàn thiện ngoại ngữ" in said
    assert said.index("DOT-B") < said.index("DOT-A")
    assert "chưa có hạn cụ thể: trình độ chuyên môn, học vấn; lý luận chính trị" in said


def test_no_deadline_is_said_to_be_none_when_no_round_is_open(library):
    reply = list_my_deadlines(visit(with_standards(library, rounds=()), official()), official())

    assert "không có hạn cụ thể" in reply.title
    assert cited(reply) >= {"02-QĐi/TU"}


def test_deadlines_without_standards_are_no_basis(bare):
    reply = list_my_deadlines(visit(bare, official()), official())

    assert reply.outcome is Outcome.NO_BASIS
    assert "02-QĐi/TU" in words(reply)


def test_deadlines_of_somebody_who_misses_nothing_say_so(loaded):
    person = official(credentials=ALL_MET)

    assert "đáp ứng đủ" in list_my_deadlines(visit(loaded, person), person).title


def test_deadlines_mention_what_is_about_to_expire(library):
    expiring = credential("ielts", "5.0", date(2024, 12, 1))
    person = official(credentials=(expiring,))
    reply = list_my_deadlines(visit(with_table(library), person), person)

    assert "chỉ đến 01/12/2026" in words(reply)


def test_met_criterion_of_a_named_one_is_told_with_its_certificate(loaded):
    finding = evaluate(official(credentials=ALL_MET), loaded.on(TODAY))[2]

    assert "Đã đạt nhờ Chứng chỉ VSTEP Bậc 3" in describe_finding(finding, loaded.on(TODAY)).text


def test_other_position_group_of_the_same_unit_gets_no_standards_of_this_one(loaded):
    person = official(position_group=PositionGroup("chuyen_vien"), is_leader=False)

    assert list_my_gaps(visit(loaded, person), person).outcome is Outcome.NO_BASIS


def test_headline_speaks_only_of_the_criterion_asked_about_and_the_other_gaps_are_named(loaded):
    person = official(credentials=ALL_MET[:2] + ALL_MET[3:])
    reply = list_my_gaps(visit(loaded, person, criteria=("tin_hoc",)), person)

    assert reply.title == "Về tin học: đạt (tính đến 21/11/2026)."
    assert "Ngoài nội dung được hỏi, còn 1 nội dung khác cần hoàn thiện hoặc làm rõ: ngoại ngữ." in words(reply)
    assert "gaps.mine" in actions(reply)


def test_headline_counts_only_what_is_asked_about_when_several_criteria_are_named(loaded):
    person = official()
    reply = list_my_gaps(visit(loaded, person, criteria=("tin_hoc", "ngoai_ngu")), person)

    assert reply.title == "Về ngoại ngữ; tin học: còn 2 nội dung cần hoàn thiện hoặc làm rõ (tính đến 21/11/2026)."
    assert "còn 2 nội dung khác cần hoàn thiện hoặc làm rõ: trình độ chuyên môn, học vấn; lý luận" in words(reply)


def test_deadline_names_what_has_to_be_completed_by_then(loaded):
    person = official(credentials=ALL_MET[:2])
    reply = list_my_deadlines(visit(loaded, person), person)

    assert "Hạn hoàn thiện ngoại ngữ; tin học: chậm nhất 31/12/2026" in words(reply)


def yes_or_no(book, person, text: str, *, tell=list_my_gaps, **named) -> str:
    return tell(understood(visit(book, person, text=text, **named), wishes=frozenset({Wish.CONFIRMED})), person).title


NOT_YET = "Not complete yet: {criteria} to be completed or cleared up, as of {day}."
NOT_KNOWN = "It cannot be concluded yet, as of {day}: what your position requires is not known."


@pytest.mark.parametrize("text", ["vay toi khong can hoc nua phai khong", "toi du tieu chuan roi phai ko"])
def test_who_asks_whether_nothing_is_missing_hears_first_whether_that_is_so(loaded, bare, text):
    lacking = official(credentials=ALL_MET[:2])
    names = "ngoại ngữ; tin học"
    assert yes_or_no(loaded, lacking, text) == _(NOT_YET).format(criteria=names, day="21/11/2026")
    assert yes_or_no(loaded, lacking, text, tell=list_my_deadlines) == yes_or_no(loaded, lacking, text)
    assert yes_or_no(loaded, official(credentials=ALL_MET), text) == _(
        "Complete: every standard of your position is met, as of {day}."
    ).format(day="21/11/2026")
    assert yes_or_no(bare, official(), text) == _(NOT_KNOWN).format(day="21/11/2026")


def test_what_no_table_decides_is_neither_complete_nor_missing(loaded):
    undecided = official(credentials=(*ALL_MET[:2], credential("ielts", "5.0"), ALL_MET[3]))
    assert yes_or_no(loaded, undecided, "tôi đủ rồi phải không") == _(
        "It cannot be concluded yet, as of {day}: {criteria} to be cleared up."
    ).format(day="21/11/2026", criteria="ngoại ngữ")


def test_yes_or_no_is_of_the_criterion_asked_about(loaded):
    person = official(credentials=ALL_MET[:3])
    told = yes_or_no(loaded, person, "tôi không phải học ngoại ngữ nữa đúng không", criteria=("ngoai_ngu",))
    assert told == _("Complete on {criteria}, as of {day}.").format(criteria="ngoại ngữ", day="21/11/2026")


def test_yes_or_no_needs_no_word_for_it_when_the_wording_is_leading(loaded):
    asked = visit(loaded, official(), text="tôi đủ rồi chứ")
    assert "ngoại ngữ" in list_my_gaps(asked, official()).title
    assert "ngoại ngữ" not in list_my_gaps(visit(loaded, official(), text="tôi còn thiếu gì"), official()).title


def test_nothing_is_concluded_where_what_is_loaded_has_no_proof(library):
    book = with_standards(library, standards=(standard("ngoai_ngu", "bac_3", document="11/2014/TT-BNV"),))
    assert yes_or_no(book, official(), "tôi đủ rồi phải không") == _(
        "It cannot be concluded yet, as of {day}: part of it rests on a document that does not hold here on that day."
    ).format(day="21/11/2026")
