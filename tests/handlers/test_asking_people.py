"""A question goes to HR only with consent to exactly what was shown, and its asker alone can follow it."""

from dataclasses import replace

import pytest

from handlers.reply import Outcome
from knowledge.facts import Role
from knowledge.understanding.meaning import Entities, Intent, Meaning
from storage.records import InquiryReason, InquiryState, LetterKind, MessageKind
from tests.fakes import ReadsAs
from tests.handlers.inbox_people import (
    ADDRESSES,
    ADMINISTRATOR,
    ASKER,
    DIVISION_HR,
    EVERYBODY,
    NOWHERE,
    OFFICE_HR,
    OTHER,
    PROVINCE_HR,
    QUESTION,
    REQUEST,
    Room,
    audited,
)
from tests.handlers.visits import NOTICE_VERSION, actions, words
from tests.people import official


@pytest.fixture
def room(loaded, reader):
    return Room(loaded, reader)


async def test_passing_on_is_offered_when_a_question_is_not_understood(room):
    reply = await room.says("😀😀😀")
    assert reply.outcome is Outcome.NOT_UNDERSTOOD
    assert "pass_on" in actions(reply)


async def test_passing_on_is_offered_when_there_is_no_basis(room):
    reply = await room.says("công văn 9999/UBND-NC nói gì")
    assert reply.outcome is Outcome.NO_BASIS
    assert "pass_on" in actions(reply)


async def test_nothing_is_passed_on_before_the_second_press(room):
    await room.says(QUESTION, ASKER)
    shown = await room.presses("pass_on", ASKER)
    assert QUESTION in words(shown)
    assert "Trần Thị Hỏi" in words(shown)
    assert not room.inquiries.kept

    reply = await room.chooses(shown, "pass_on.yes", ASKER)

    kept = room.inquiries.kept["C2C2C2"]
    assert (reply.outcome, reply.handed_to) == (Outcome.HANDED_OVER, "Sở Mẫu")
    assert "C2C2C2" in words(reply)
    assert (kept.question, kept.why, kept.person, kept.consent_version) == (
        QUESTION,
        InquiryReason.NO_BASIS,
        ASKER.code,
        NOTICE_VERSION,
    )
    entry = room.audit.entries[-1]
    assert (entry.actor, entry.action, entry.subject) == (ASKER.code, "passed_on_question", ASKER.code)
    assert entry.details["consent"] == NOTICE_VERSION


async def test_answer_is_due_in_working_days(room):
    await room.asks()
    assert room.inquiries.kept["C2C2C2"].due_on.isoformat() == "2026-11-25"  # asked on a Saturday


async def test_a_request_in_words_is_the_consent_of_somebody_known(room):
    await room.says(QUESTION, ASKER)
    reply = await room.says(REQUEST, ASKER)
    assert reply.outcome is Outcome.HANDED_OVER
    assert QUESTION in words(reply)
    assert {"inquiry.withdraw", "inquiry.add", "inquiry"} <= actions(reply)


async def test_the_request_itself_is_handed_over_when_nothing_was_asked_before(room):
    reply = await room.says("chuyển câu hỏi của tôi cho cán bộ phụ trách", ASKER)
    assert (reply.outcome, reply.handed_to) == (Outcome.HANDED_OVER, "Sở Mẫu")
    assert "Bổ sung nội dung" in words(reply)


async def test_the_same_request_leads_to_the_same_question_when_it_is_repeated(room):
    await room.says("chuyển câu hỏi của tôi cho cán bộ phụ trách", ASKER)
    again = await room.says("chuyển câu hỏi của tôi cho cán bộ phụ trách", ASKER)
    assert again.outcome is Outcome.HANDED_OVER
    assert list(room.inquiries.kept) == ["C2C2C2"]


async def test_a_consent_pressed_twice_passes_on_once(room):
    await room.says(QUESTION, ASKER)
    shown = await room.presses("pass_on", ASKER)
    await room.chooses(shown, "pass_on.yes", ASKER)
    again = await room.chooses(shown, "pass_on.yes", ASKER)
    assert again.outcome is Outcome.HANDED_OVER
    assert list(room.inquiries.kept) == ["C2C2C2"]


async def test_a_consent_to_something_else_shows_what_stands_there_now(room):
    await room.says(QUESTION, ASKER)
    shown = await room.presses("pass_on", ASKER)
    await room.says("blorf wqxz gnarp zzz", ASKER)
    reply = await room.chooses(shown, "pass_on.yes", ASKER)
    assert "blorf wqxz" in words(reply)
    assert not room.inquiries.kept


async def test_a_stranger_confirms_also_after_a_request_in_words(room):
    await room.says(QUESTION)
    shown = await room.says(REQUEST)
    assert shown.outcome is Outcome.ANSWERED
    assert "khách chưa liên kết" in words(shown)
    assert not room.inquiries.kept

    reply = await room.chooses(shown, "pass_on.yes")

    kept = room.inquiries.kept["C2C2C2"]
    assert (reply.outcome, reply.handed_to) == (Outcome.HANDED_OVER, "Sở Mẫu Thái Bình")  # who serves the province
    assert (kept.person, kept.unit, kept.address) == (None, None, "stranger")


async def test_a_stranger_is_asked_for_the_question_when_there_is_none(room):
    asked = await room.says(REQUEST)
    assert asked.pending is not None
    shown = await room.says("tôi học bằng hai thì có tính không ạ")
    assert "bằng hai" in words(shown)
    changed = await room.says("tôi học bằng ba thì sao")
    reply = await room.chooses(changed, "pass_on.yes")
    assert reply.outcome is Outcome.HANDED_OVER
    assert room.inquiries.kept["C2C2C2"].question == "tôi học bằng ba thì sao"


@pytest.mark.parametrize("said", ["thôi", "Hủy", "huy"])
async def test_words_that_end_a_form_pass_nothing_on(room, said):
    await room.says(REQUEST)
    reply = await room.says(said)
    assert reply.pending is None
    assert not room.inquiries.kept


async def test_declining_passes_nothing_on(room):
    await room.says(QUESTION)
    reply = await room.chooses(await room.presses("pass_on"), "pass_on.no")
    assert "Chưa chuyển gì" in words(reply)
    assert not room.inquiries.kept


async def test_the_last_three_questions_go_along_cut_and_without_the_request(room):
    for n in range(5):
        await room.says(f"blorf {n} gnarp zzz " + "x" * 600, ASKER)
    await room.says(REQUEST, ASKER)
    kept = room.inquiries.kept["C2C2C2"]
    assert kept.question is not None
    assert kept.question.startswith("blorf 4")
    assert [one.text[:7] for one in kept.context] == ["blorf 2", "blorf 3"]
    assert max(len(one) for one in (kept.question, *(one.text for one in kept.context))) == 500


async def test_a_request_that_says_what_it_is_about_is_the_question(room):
    await room.says(QUESTION, ASKER)
    await room.says("chuyển cho cán bộ tổ chức giúp tôi: toeic 600 có tính không", ASKER)
    kept = room.inquiries.kept["C2C2C2"]
    assert "toeic" in (kept.question or "")
    assert [one.text for one in kept.context] == [QUESTION]


async def test_a_code_of_linking_is_never_kept_as_a_question(room):
    await room.says("CFGH2345")
    shown = await room.presses("pass_on")
    assert "CFGH2345" not in words(shown)


async def test_no_more_than_ten_questions_wait_at_once(room):
    for n in range(10):
        await room.asks(text=f"blorf {n} gnarp")
    await room.says("blorf 11 gnarp", ASKER)
    reply = await room.says(REQUEST, ASKER)
    assert reply.outcome is Outcome.DENIED
    assert len(room.inquiries.kept) == 10


async def test_it_is_said_honestly_when_nobody_serves_the_unit(loaded, reader):
    room = Room(loaded, reader, (ASKER, ADMINISTRATOR))
    await room.says(QUESTION, ASKER)
    reply = await room.says(REQUEST, ASKER)
    assert reply.outcome is Outcome.HANDED_OVER
    assert reply.handed_to == "hộp thư chung của hệ thống"
    assert "chưa có ai được giao" in words(reply)
    assert "Sở Nội vụ" in words(reply)
    assert room.inquiries.kept["C2C2C2"].for_administrators


async def test_a_person_whose_unit_is_not_known_is_served_by_hr_of_the_province(loaded, reader):
    lost = replace(ASKER, unit=NOWHERE)
    room = Room(loaded, reader, (lost, OFFICE_HR, PROVINCE_HR))
    await room.says(QUESTION, lost)
    assert (await room.says(REQUEST, lost)).handed_to == "Sở Mẫu Thái Bình"


async def test_a_question_of_somebody_whose_unit_is_not_known_is_not_taken_for_a_strangers(loaded, reader):
    lost = replace(ASKER, unit=NOWHERE)
    room = Room(loaded, reader, (lost, OTHER, PROVINCE_HR))
    code = await room.asks(lost)
    assert room.inquiries.kept[code].unit == NOWHERE


async def test_hr_is_never_given_their_own_question(loaded, reader):
    room = Room(loaded, reader, (OFFICE_HR,))
    await room.says(QUESTION, OFFICE_HR)
    reply = await room.says(REQUEST, OFFICE_HR)
    assert reply.handed_to == "hộp thư chung của hệ thống"


# --- following


@pytest.mark.parametrize("said", ["C2C2C2", "c2c-2c2", "theo dõi câu hỏi C2C2C2", "/cauhoi", "/cauhoi c2c2c2"])
async def test_own_question_is_shown_when_asked_for(room, said):
    await room.asks()
    reply = await room.says(said, ASKER)
    assert QUESTION in words(reply)
    assert "hạn 25/11/2026" in words(reply)


async def test_own_question_is_seen_from_another_chat_of_the_person(room):
    await room.asks()
    reply = await room.tried.say("C2C2C2", person=ASKER, address="elsewhere", thread="telegram:elsewhere")
    assert QUESTION in words(reply)


@pytest.mark.parametrize("who", [OTHER, None, DIVISION_HR], ids=["somebody else", "a stranger", "HR of another unit"])
async def test_another_code_reads_like_an_unknown_one(room, who):
    await room.asks()
    theirs = await room.says("C2C2C2", who)
    unknown = await room.says("C2C2C7", who)
    assert theirs.outcome is unknown.outcome is Outcome.DENIED
    assert words(theirs).replace("C2C2C2", "") == words(unknown).replace("C2C2C7", "")


async def test_hr_in_scope_who_types_the_code_opens_the_question(room):
    await room.asks()
    assert "Trần Thị Hỏi" in words(await room.says("C2C2C2", OFFICE_HR))
    assert audited(room)[-1] == (OFFICE_HR.code, "looked_at_inquiry", ASKER.code)


async def test_a_letter_becomes_needless_when_the_answer_was_seen_before_it_came(room):
    code = await room.asks()
    await room.answers(code, "Có tính.")
    assert room.letters.kept
    await room.says(code, ASKER)
    assert not room.letters.kept


async def test_a_stranger_follows_only_from_the_same_chat(room):
    await room.asks(None)
    assert QUESTION in words(await room.says("C2C2C2"))
    elsewhere = await room.tried.say("C2C2C2", address="w2", thread="web:w2")
    assert elsewhere.outcome is Outcome.DENIED


async def test_guessing_is_braked_also_for_the_right_code(room):
    await room.asks()
    for _ in range(10):
        await room.says("C2C2C7", OTHER)
    assert "quá nhiều lần" in words(await room.says("C2C2C7", OTHER))
    for _ in range(10):
        await room.says("C2C2C7", ASKER)
    assert QUESTION not in words(await room.says("C2C2C2", ASKER))


@pytest.mark.parametrize("said", ["toeic 650", "cv 2323", "CB002", "HR0022", "xin chào"])
async def test_what_only_looks_like_a_code_is_read_as_what_it_is(room, said):
    assert "mang mã" not in words(await room.says(said, ASKER))


async def test_nothing_is_listed_when_nothing_was_passed_on(room):
    assert "pass_on" in actions(await room.says("/cauhoi", ASKER))


async def test_details_are_added_and_hr_who_has_it_is_told(room):
    room.tried.drawers.accounts.kept["telegram", "77"] = _linked(OFFICE_HR.code)
    code = await room.asks()
    await room.answers(code, "Đồng chí học trường nào?", begins="inbox.ask")
    assert room.inquiries.kept[code].state is InquiryState.ASKED_BACK

    asked = await room.presses(f"inquiry.add|{code}", ASKER)
    assert "học trường nào" in words(asked)
    reply = await room.says("Trường Đại học Mẫu, năm 2019", ASKER)

    kept = room.inquiries.kept[code]
    assert "Trường Đại học Mẫu" in words(reply)
    assert (kept.state, kept.messages[-1].kind) == (InquiryState.OPEN, MessageKind.DETAILS)
    told = room.letters.kept[-1]
    assert (told.kind, told.person, told.address) == (LetterKind.DETAILS, OFFICE_HR.code, "77")


async def test_an_answer_that_is_not_clear_opens_the_question_again(room):
    code = await room.asks()
    await room.answers(code, "Có tính.")
    shown = await room.says(code, ASKER)
    assert "Có tính." in words(shown)
    await room.chooses(shown, "inquiry.unclear", ASKER)
    await room.says("Tính từ năm nào?", ASKER)
    assert room.inquiries.kept[code].state is InquiryState.OPEN
    assert room.inquiries.kept[code].messages[-1].kind is MessageKind.UNCLEAR


async def test_an_answer_that_is_clear_closes_the_question(room):
    code = await room.asks()
    await room.answers(code, "Có tính.")
    await room.presses(f"inquiry.clear|{code}", ASKER)
    assert room.inquiries.kept[code].state is InquiryState.CLOSED


async def test_a_question_taken_back_loses_its_texts(room):
    code = await room.asks()
    reply = await room.presses(f"inquiry.withdraw|{code}", ASKER)
    kept = room.inquiries.kept[code]
    assert "rút lại" in words(reply)
    assert (kept.state, kept.question, kept.context) == (InquiryState.WITHDRAWN, None, ())
    assert audited(room)[-1] == (ASKER.code, "withdrew_inquiry", ASKER.code)


@pytest.mark.parametrize("action", ["inquiry.add", "inquiry.withdraw", "inquiry.clear", "inquiry.unclear"])
@pytest.mark.parametrize("who", [OTHER, None], ids=["somebody else", "a stranger"])
async def test_nobody_else_can_do_anything_to_a_question(room, action, who):
    code = await room.asks()
    before = room.inquiries.kept[code]
    assert (await room.presses(f"{action}|{code}", who)).outcome is Outcome.DENIED
    assert room.inquiries.kept[code] == before


async def test_a_question_that_ended_takes_nothing_more(room):
    code = await room.asks()
    await room.presses(f"inquiry.withdraw|{code}", ASKER)
    for action in ("inquiry.add", "inquiry.withdraw"):
        assert "đã rút lại" in words(await room.presses(f"{action}|{code}", ASKER))


async def test_withdrawing_consent_takes_questions_and_the_memory_of_the_conversation_along(room):
    code = await room.asks()
    await room.says("blorf wwq gnarp", ASKER)
    await room.presses("data.withdraw.yes", ASKER)
    assert room.inquiries.kept[code].question is None
    assert room.inquiries.kept[code].state is InquiryState.WITHDRAWN
    assert "questions" not in room.tried.drawers.threads.kept[f"web:chat-{ASKER.code}"]


async def test_own_questions_are_part_of_own_data(room):
    code = await room.asks()
    assert code in words(await room.presses("data", ASKER))


async def test_everybody_of_the_tests_is_a_role_of_its_own():
    assert {role for one in EVERYBODY for role in one.roles} == set(Role)


def _linked(code):
    from storage.records import Account

    return Account("telegram", "77", person=code)


async def test_an_official_without_a_thread_can_still_ask(room):
    reply = await room.tried.say("cho tôi gặp người phụ trách", person=official())
    assert reply.outcome is Outcome.HANDED_OVER


async def test_signs_that_nobody_sees_are_not_passed_on(room):
    await room.says(f"{QUESTION}\u202e ngược\x07 \ud800", ASKER)
    await room.says(REQUEST, ASKER)
    kept = room.inquiries.kept["C2C2C2"]
    assert kept.question == f"{QUESTION} ngược"


@pytest.mark.parametrize("said", ["\u200b\u202e", "x" * 501])
async def test_a_question_of_nothing_or_too_much_is_asked_for_again(room, said):
    await room.says(REQUEST)
    reply = await room.says(said)
    assert reply.pending is not None
    assert "pass_on.yes" not in actions(reply)


async def test_nobody_passes_on_what_another_person_asked_in_the_chat_before(room):
    await room.says(QUESTION, ASKER)
    place = {"address": ADDRESSES[ASKER.code], "thread": f"web:{ADDRESSES[ASKER.code]}"}

    shown = await room.tried.press("pass_on", person=OTHER, **place)
    said = await room.tried.say(REQUEST, person=OTHER, **place)

    assert QUESTION not in words(shown)
    assert QUESTION not in words(said)
    assert all(one.question != QUESTION for one in room.inquiries.kept.values())


async def test_what_hr_has_written_is_not_sent_by_who_has_the_chat_after_them(room):
    code = await room.asks()
    await room.presses(f"inbox.reply|{code}", PROVINCE_HR)
    await room.says("Chứng chỉ này được công nhận.", PROVINCE_HR)
    place = {"address": ADDRESSES[PROVINCE_HR.code], "thread": f"web:{ADDRESSES[PROVINCE_HR.code]}"}

    await room.tried.press(f"inbox.send|{code}", person=OFFICE_HR, **place)

    assert room.inquiries.kept[code].state is InquiryState.OPEN


async def test_a_stranger_who_links_goes_on_with_the_question_asked_before(room):
    await room.says(QUESTION)
    shown = await room.tried.press("pass_on", person=ASKER, address="stranger", thread="web:stranger")
    assert QUESTION in words(shown)


# A request to pass something on, without being sure of it.
DOUBTFUL = ReadsAs(Meaning(Intent.ASK_PERSON, 0.69, Entities()))


async def test_what_was_hardly_read_as_a_request_is_shown_before_anything_leaves(loaded):
    room = Room(loaded, DOUBTFUL)
    reply = await room.says("chuyen toi sang phong khac duoc ko", ASKER)
    assert reply.outcome is not Outcome.HANDED_OVER
    assert "passed_on_question" not in {action for _actor, action, _subject in audited(room)}
