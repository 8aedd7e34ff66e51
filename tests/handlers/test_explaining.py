"""Why this verdict? The chain in words: for oneself, for a certificate in general, for another person."""

from datetime import date

import pytest

from handlers.asking import Choice
from handlers.officials.explaining import explain_verdict
from handlers.reply import Background, Line, Outcome, Statement
from handlers.why_subjects import asks_why, read_subject, why, why_certificate
from knowledge.facts import CriterionCode, DocumentId, KindCode, PersonCode, Role, StudyRecord
from knowledge.understanding.meaning import Intent
from tests.fakes import FakeAudit, FakeClock, FakeProfiles
from tests.handlers.desks import TriedDesk
from tests.handlers.visits import TODAY, actions, visit, with_standards, words
from tests.people import DIVISION, NEIGHBOUR, credential, official, standard

IELTS = credential("ielts", "5.0", date(2025, 5, 1))
HR = official(code=PersonCode("HR001"), name="Phạm Thị Nhân", roles=frozenset({Role.HR}))
COLLEAGUE = official(
    code=PersonCode("CB002"),
    name="Trần Thị Hai",
    unit=DIVISION.code,
    credentials=(IELTS,),
    study=(StudyRecord(requested_on=date(2020, 8, 20), refused_on=date(2020, 8, 25)),),
)


async def ask(book, person=None, *, people=(), audit=None, **named):
    at = visit(book, person, intent=Intent.EXPLAIN_VERDICT, **named)
    return await explain_verdict(at, profiles=FakeProfiles(people), audit=audit or FakeAudit(), clock=FakeClock(TODAY))


async def press(book, subject, person=None, *, people=(), audit=None):
    at = visit(book, person, subject=subject)
    at = type(at)(at.asked, at.today, at.rules, at.person, None, subject)
    return await explain_verdict(at, profiles=FakeProfiles(people), audit=audit or FakeAudit(), clock=FakeClock(TODAY))


def bases(reply, part):
    (line,) = [one for one in reply.lines if part in one.text]
    return {cite.document for cite in line.cites}


async def test_own_verdict_is_explained_link_by_link_each_with_its_basis(recognised):
    reply = await ask(recognised, official(credentials=(IELTS,)), criteria=("ngoai_ngu",))

    assert reply.outcome is Outcome.ANSWERED
    assert "ngoại ngữ" in reply.title
    assert bases(reply, "Yêu cầu: từ Bậc 3") == {"02-QĐi/TU"}
    assert bases(reply, "Đã xét: IELTS 5.0") == set()
    assert bases(reply, "Quy định áp dụng") == {"1769/UBND-KGVX"}
    assert bases(reply, "đến hết ngày 01/05/2027") == {"1769/UBND-KGVX"}
    assert bases(reply, "Kết luận: được tính là Bậc 3") == {"02-QĐi/TU", "1769/UBND-KGVX"}


async def test_a_gap_tells_the_rows_beside_the_deadline_and_who_answers(recognised):
    low = credential("ielts", "4.0", date(2025, 5, 1))
    refused = (StudyRecord(requested_on=date(2020, 8, 20), refused_on=date(2020, 8, 25)),)
    reply = await ask(recognised, official(credentials=(low,), study=refused), criteria=("ngoai_ngu",))

    assert "Không khớp dòng nào" in words(reply)
    assert "IELTS, từ 4.5 đến 5.0" in words(reply)
    assert bases(reply, "31/12/2026") == {"02-QĐi/TU"}
    assert bases(reply, "thủ trưởng cơ quan") == {"2123/UBND-NC"}


async def test_all_gaps_are_explained_when_nothing_was_talked_about(loaded):
    reply = await ask(loaded, official())
    assert [one.criterion for one in reply.findings] == ["hoc_van", "ly_luan_chinh_tri", "ngoai_ngu", "tin_hoc"]
    assert words(reply).count("Hồ sơ chưa có văn bằng, chứng chỉ nào") == 4
    assert words(reply).count("31/12/2026") == 1
    assert "Chưa ai phải chịu trách nhiệm" in words(reply)
    assert [one.token for one in reply.choices[:3]] == ["why|hoc_van", "why|ly_luan_chinh_tri", "why|ngoai_ngu"]


async def test_a_criterion_that_the_position_does_not_ask_for_is_said_not_to_be_asked(loaded):
    reply = await ask(loaded, official(), criteria=("quoc_phong_an_ninh",))
    assert "không yêu cầu" in reply.lines[0].text
    assert isinstance(reply.lines[0], Statement)


async def test_a_certificate_in_general_is_explained_to_a_stranger(recognised):
    reply = await ask(recognised, kinds=(("ielts", "5.0"),), issued_on=date(2025, 5, 12))
    assert "Quy định áp dụng, một dòng của 1769/UBND-KGVX" in words(reply)
    assert "đến hết ngày 12/05/2027" in words(reply)
    assert reply.findings[0].person is None


async def test_a_certificate_whose_table_is_not_held_is_explained_by_who_decides(bare):
    reply = await ask(bare, kinds=(("ielts", "5.0"),))
    assert reply.outcome is Outcome.NO_BASIS
    assert "1769/UBND-KGVX" in words(reply)


async def test_a_certificate_of_another_level_than_on_record_is_held_against_the_position(recognised):
    reply = await ask(recognised, official(credentials=(IELTS,)), kinds=(("ielts", "4.0"),))
    assert bases(reply, "Chức danh của đồng chí yêu cầu Bậc 3") == {"02-QĐi/TU"}
    assert "IELTS 4.0" in words(reply)


async def test_a_stranger_without_anything_to_explain_is_told_how(bare):
    reply = await ask(bare)
    assert reply.outcome is Outcome.DENIED
    assert "link" in actions(reply)
    assert "nêu tên chứng chỉ" in words(reply)


async def test_another_persons_verdict_is_explained_with_the_right_and_recorded(recognised):
    audit = FakeAudit()
    reply = await press(recognised, "CB002#ly_luan_chinh_tri", HR, people=(COLLEAGUE, HR), audit=audit)

    assert reply.title.startswith("Trần Thị Hai (CB002)")
    assert "đồng chí" not in " ".join(line.text for line in reply.lines if line.cites and "trách nhiệm" in line.text)
    assert [(one.action, one.subject) for one in audit.entries] == [("looked_at_person", "CB002")]
    assert {one.person for one in reply.findings} == {"CB002"}


async def test_another_persons_verdict_is_refused_without_the_right_and_that_is_recorded(recognised):
    audit = FakeAudit()
    reply = await press(recognised, "CB002#", official(), people=(COLLEAGUE,), audit=audit)
    assert reply.outcome is Outcome.DENIED
    assert "Trần Thị Hai" not in words(reply)
    assert [one.action for one in audit.entries] == ["look_refused"]
    stranger = await press(recognised, "CB002#", people=(COLLEAGUE,), audit=audit)
    assert stranger.outcome is Outcome.DENIED


async def test_a_person_elsewhere_is_explained_by_the_rules_there(library, recognised):
    elsewhere = official(code=PersonCode("CB003"), name="Lê Văn Ba", unit=NEIGHBOUR.code)
    reply = await press(recognised, "CB003#", HR, people=(elsewhere, HR))
    assert reply.outcome is Outcome.NO_BASIS
    assert all(type(line) is Line for line in reply.lines)


async def test_a_link_is_marked_when_its_document_has_ended(library):
    book = with_standards(library, standards=(standard("ngoai_ngu", "bac_3", "30/2008/QĐ-BGDĐT"),))
    reply = await ask(book, official())
    (required,) = [line for line in reply.lines if "Yêu cầu" in line.text]
    assert isinstance(required, Background)
    assert "hết hiệu lực" in required.text


async def test_nothing_is_left_to_explain_after_retirement(loaded):
    reply = await ask(loaded, official(born_on=date(1950, 1, 1)))
    assert "nghỉ hưu" in reply.title
    assert isinstance(reply.lines[0], Statement)


TOKENS = [
    pytest.param(why(), {}, id="everything"),
    pytest.param(why(CriterionCode("ngoai_ngu")), {"criteria": ("ngoai_ngu",)}, id="a criterion"),
    pytest.param(why(person=PersonCode("CB002")), {"person_words": "CB002"}, id="a person"),
    pytest.param(
        why(CriterionCode("tin_hoc"), person=PersonCode("CB002")),
        {"person_words": "CB002", "criteria": ("tin_hoc",)},
        id="a person's criterion",
    ),
    pytest.param(
        why_certificate(KindCode("tin_hoc_abc"), "B", 2016), {"issued_year": 2016}, id="a certificate of a year"
    ),
    pytest.param(
        why_certificate(KindCode("ielts"), "5.0", date(2025, 5, 12)),
        {"issued_on": date(2025, 5, 12)},
        id="a certificate of a day",
    ),
]


@pytest.mark.parametrize(("choice", "named"), TOKENS)
def test_a_button_names_what_it_was_made_for(library, choice, named):
    assert len(choice.token.encode()) <= 64
    read = read_subject(Choice.split(choice.token)[1], library)
    for field, value in named.items():
        assert getattr(read, field) == value


@pytest.mark.parametrize("subject", ["ielts@", "@@", "không có@5.0@x", "x#y", "#", "nói gì", "ielts@5.0@99999"])
def test_a_forged_button_breaks_nothing(library, subject):
    read_subject(subject, library)


def test_a_level_that_no_button_can_hold_is_left_out(library):
    choice = why_certificate(KindCode("ielts"), "năm chấm không rất dài dòng, viết bằng chữ cho đủ" * 2, None)
    assert len(choice.token.encode()) <= 64
    assert read_subject(choice.subject, library).kinds[0].level is None


async def test_why_goes_on_from_what_was_last_told(recognised, reader):
    person = official(credentials=(credential("ielts", "4.0", date(2025, 5, 1)),))
    desk = TriedDesk(recognised, reader, people=(person, COLLEAGUE, HR))
    told = await desk.say("ngoại ngữ của tôi thiếu gì", person=person, thread="t")
    assert "why|ngoai_ngu" in [one.token for one in told.choices]
    reply = await desk.say("vì sao", person=person, thread="t")
    assert reply.intent == Intent.EXPLAIN_VERDICT
    assert [one.criterion for one in reply.findings] == ["ngoai_ngu"]
    more = await desk.say("còn tin học thì sao?", person=person, thread="t")
    assert [one.criterion for one in more.findings] == ["tin_hoc"]


async def test_why_goes_on_from_a_pressed_button_and_from_another_person(recognised, reader):
    desk = TriedDesk(recognised, reader, people=(COLLEAGUE, HR))
    await desk.press("person|CB002", person=HR, thread="t")
    reply = await desk.say("sao lại thế", person=HR, thread="t")
    assert reply.title.startswith("Trần Thị Hai (CB002)")
    alone = await desk.press("why|CB002#ngoai_ngu", person=HR, thread="t")
    assert [one.criterion for one in alone.findings] == ["ngoai_ngu"]
    again = await desk.say("căn cứ vào đâu", person=HR, thread="t")
    assert [(one.person, one.criterion) for one in again.findings] == [("CB002", "ngoai_ngu")]


async def test_why_of_a_certificate_keeps_its_level_and_day(recognised, reader):
    desk = TriedDesk(recognised, reader)
    told = await desk.say("ielts 5.0 cấp ngày 12/5/2025 có được tính không", thread="t")
    (button,) = [one for one in told.choices if one.action == "why"]
    pressed = await desk.press(button.token, thread="t")
    typed = await desk.say("vì sao", thread="t")
    assert words(pressed) == words(typed)
    assert "12/05/2027" in words(pressed)


async def test_a_document_of_a_round_is_not_held_to_be_the_requirement(loaded):
    reply = await ask(loaded, official(), criteria=("ngoai_ngu",))
    assert {cite.document for cite in reply.citations} == {DocumentId("02-QĐi/TU"), DocumentId("2123/UBND-NC")}


@pytest.mark.parametrize(
    ("said", "is_why"),
    [
        pytest.param("vi sao cb002 chua dat, ai chiu trach nhiem", True, id="why, and who answers"),
        pytest.param("CB002 thiếu ngoại ngữ là lỗi của ai?", True, id="whose fault"),
        pytest.param("CB002 còn thiếu gì?", False, id="what is missing"),
        pytest.param("trách nhiệm", False, id="a word alone"),
    ],
)
def test_reasons_are_told_apart_from_the_record(said, is_why):
    assert asks_why(said) is is_why


@pytest.mark.parametrize("issued", ["0000", "0999", "9999", "9999-12-31", "0001-01-01"])
async def test_a_forged_year_is_answered_like_any_other_button(recognised, reader, issued):
    reply = await TriedDesk(recognised, reader).press(f"why|ielts@5.0@{issued}")
    assert reply.title
