"""The front desk: who is there, what is meant, which day, and what the conversation was about."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from handlers.asking import Channel, Incoming, IncomingFile
from handlers.handed_in import CleanFile
from handlers.reply import Outcome
from knowledge.facts import PersonCode
from storage.records import Account, Redemption, RedemptionOutcome
from tests.handlers.desks import TriedDesk
from tests.handlers.visits import IN_2020, NOTICE_VERSION, STANDARDS, actions, cited, words
from tests.people import credential, official

PERSON = official(credentials=(credential("ielts", "5.0", date(2025, 5, 1)),))
CONSENTED = Account("web", "w1", consent_version=NOTICE_VERSION)


@pytest.fixture
def desk(loaded, reader):
    return TriedDesk(loaded, reader, people=(PERSON,))


async def test_visitor_is_whoever_the_linked_account_says(desk):
    desk.drawers.accounts.kept["web", "w1"] = Account("web", "w1", PERSON.code)

    assert (await desk.say("tôi còn thiếu gì")).findings[0].person == "CB001"
    assert (await desk.say("tôi còn thiếu gì", address="w2")).outcome is Outcome.DENIED


async def test_a_file_of_a_stranger_is_neither_fetched_nor_looked_at(loaded, reader):
    touched = []

    async def fetch(_most):
        touched.append("fetched")
        return b"picture"

    async def examine(content):
        touched.append("looked at")
        return CleanFile(content, "image/jpeg")

    desk = TriedDesk(loaded, reader, people=(PERSON,))
    desk.desk._examine = examine
    asked = Incoming(Channel.WEB, "w1", file=IncomingFile("IMG_1.jpg", fetch, "image/jpeg", 7))
    assert "liên kết" in (await desk.desk.answer(asked)).title
    assert touched == []
    await desk.desk.answer(replace(asked, person=PERSON.code))
    assert touched == ["fetched", "looked at"]


async def test_visitor_proven_by_the_door_needs_no_account(desk):
    assert (await desk.say("tôi còn thiếu gì", person=PERSON)).outcome is Outcome.ANSWERED


async def test_linked_person_who_left_the_roster_is_a_stranger_again(desk):
    desk.drawers.accounts.kept["web", "w1"] = Account("web", "w1", PersonCode("CB777"))

    assert (await desk.say("tôi còn thiếu gì")).outcome is Outcome.DENIED


async def test_whoever_writes_takes_messages_again(desk):
    desk.drawers.accounts.kept["web", "w1"] = Account(
        "web", "w1", PERSON.code, unreachable_at=datetime(2026, 11, 21, 9, tzinfo=UTC)
    )

    await desk.say("tôi còn thiếu gì")

    assert desk.drawers.accounts.kept["web", "w1"].unreachable_at is None


async def test_every_visit_is_one_transaction_that_ends(desk):
    await desk.say("xin chào")

    assert (desk.drawers.opened, desk.drawers.closed) == (1, 1)


async def test_reply_carries_intent_and_confidence(desk):
    asked = await desk.say("công văn 2123 điểm 3 nói gì")
    pressed = await desk.press("documents")

    assert asked.intent == "document"
    assert 0.5 < asked.confidence <= 1
    assert (pressed.intent, pressed.confidence) == ("library", 1.0)


NOT_CHOICES = [
    pytest.param("forged", id="an action that never was"),
    pytest.param("", id="empty"),
    pytest.param("|", id="only the sign between"),
    pytest.param("gaps.mine.old|x", id="an action of another version"),
]


@pytest.mark.parametrize("token", NOT_CHOICES)
async def test_unknown_choice_is_kindly_not_understood(desk, token):
    assert (await desk.press(token, person=PERSON)).outcome is Outcome.NOT_UNDERSTOOD


FORGED = [
    pytest.param("document|khong/CO", Outcome.NO_BASIS, id="a document that is not there"),
    pytest.param("document.point|2123/UBND-NC#99", Outcome.ANSWERED, id="a point that is not there"),
    pytest.param("document", Outcome.ANSWERED, id="a document without subject"),
    pytest.param("person|CB001", Outcome.DENIED, id="a person, by a stranger"),
    pytest.param("person", Outcome.DENIED, id="a person without subject"),
    pytest.param("unit", Outcome.DENIED, id="a unit, by a stranger"),
    pytest.param("data.export", Outcome.DENIED, id="an export, by a stranger"),
    pytest.param("data.withdraw", Outcome.ANSWERED, id="a withdrawal, by a stranger"),
    pytest.param("data.withdraw.yes", Outcome.ANSWERED, id="a confirmed withdrawal, by a stranger"),
    pytest.param("certificate|khong_co", Outcome.NO_BASIS, id="a kind that is not there"),
    pytest.param("certificates.mine", Outcome.DENIED, id="the own record, by a stranger"),
]


@pytest.mark.parametrize(("token", "outcome"), FORGED)
async def test_forged_subject_of_a_choice_reveals_nothing(desk, token, outcome):
    reply = await desk.press(token)

    assert reply.outcome is outcome
    assert PERSON.name not in words(reply)
    assert desk.drawers.audit.entries == []


COMMANDS = [
    pytest.param("/start", "help", id="start"),
    pytest.param("/START@NhacChuanBot", "help", id="with the name of the bot, in capitals"),
    pytest.param("/conthieu", "my_gaps", id="gaps"),
    pytest.param("/han@nhacchuan_bot", "my_deadlines", id="deadlines"),
    pytest.param("/vanban", "library", id="documents"),
    pytest.param("/quyenriengtu", "my_data", id="privacy"),
    pytest.param("/lienket", "link", id="link"),
]


@pytest.mark.parametrize(("command", "intent"), COMMANDS)
async def test_command_is_answered_as_the_choice_it_stands_for(desk, command, intent):
    assert (await desk.say(command)).intent == intent


async def test_unknown_command_is_read_as_a_question(desk):
    assert (await desk.say("/khongco")).outcome in {Outcome.NOT_UNDERSTOOD, Outcome.OUT_OF_SCOPE}


async def test_code_behind_the_command_is_used(desk):
    desk.drawers.accounts.kept["web", "w1"] = CONSENTED
    desk.drawers.link_codes.outcomes["K3N7P9QX"] = Redemption(RedemptionOutcome.LINKED, PERSON.code)

    assert "Chào đồng chí" in (await desk.say("/lienket K3N7P9QX")).title


async def test_code_typed_before_the_notice_is_used_once_it_is_agreed_to(desk):
    desk.drawers.link_codes.outcomes["K3N7P9QX"] = Redemption(RedemptionOutcome.LINKED, PERSON.code)
    notice = await desk.say("/lienket K3N7P9QX")
    reply = await desk.press(notice.choices[0].token)

    assert "Chào đồng chí" in reply.title
    assert desk.drawers.accounts.kept["web", "w1"].person == PERSON.code


async def test_endless_code_is_not_carried_behind_the_notice(desk):
    notice = await desk.say("/lienket " + "9" * 500)

    assert notice.choices[0].token == "link.agree"


async def test_notice_alone_asks_for_the_code_once_it_is_agreed_to(desk):
    notice = await desk.say("/lienket")

    assert "mã dùng một lần" in words(await desk.press(notice.choices[0].token))
    assert desk.drawers.link_codes.tried == []


async def test_awaited_code_is_used_and_a_question_meanwhile_is_answered(desk):
    desk.drawers.accounts.kept["web", "w1"] = CONSENTED
    await desk.say("liên kết tài khoản", thread="t")

    for question in ("TOEIC 600 có được tính không", "TOEIC 600", "cv 2123", "công văn 2123 điểm 3 nói gì"):
        await desk.say("liên kết tài khoản", thread="t")
        assert (await desk.say(question, thread="t")).intent != "link"
    assert desk.drawers.link_codes.tried == []

    await desk.say("liên kết tài khoản", thread="t")
    assert (await desk.say("K3N7P9QX", thread="t")).outcome is Outcome.DENIED
    assert (await desk.say("K3N7P9QY", thread="t")).outcome is Outcome.DENIED
    assert desk.drawers.link_codes.tried == ["K3N7P9QX", "K3N7P9QY"]


async def test_code_is_not_awaited_after_declining(desk):
    notice = await desk.say("/lienket", thread="t")
    await desk.press(notice.choices[2].token, thread="t")
    await desk.say("K3N7P9QX", thread="t")

    assert desk.drawers.link_codes.tried == []


async def test_shared_phone_number_comes_to_where_accounts_are_linked(desk):
    desk.drawers.accounts.kept["web", "w1"] = CONSENTED
    desk.drawers.profiles.phones = {"0912": ["CB001"]}
    reply = await desk.share_phone("0912")

    assert reply.outcome is Outcome.DENIED  # the web does not vouch for numbers
    assert [one.action for one in desk.drawers.audit.entries] == ["link_refused"]


async def test_withdrawal_pressed_twice_changes_nothing_the_second_time(desk):
    desk.drawers.accounts.kept["web", "w1"] = Account("web", "w1", PERSON.code, consent_version=NOTICE_VERSION)
    asked = await desk.press("data.withdraw")
    token = asked.choices[0].token
    first, second = await desk.press(token), await desk.press(token)

    assert "đã được rút" in first.title
    assert "chưa liên kết" in words(second)
    assert [one.action for one in desk.drawers.audit.entries] == ["withdrew_consent"]


async def test_day_is_the_one_of_the_question_else_of_the_caller_else_today(desk):
    of_question = await desk.say("tính đến ngày 15/9/2020 tôi còn thiếu gì", person=PERSON, on=date(2024, 1, 1))
    of_caller = await desk.say("tôi còn thiếu gì", person=PERSON, on=IN_2020)
    of_today = await desk.say("tôi còn thiếu gì", person=PERSON)

    assert "15/09/2020" in of_question.title
    assert "15/09/2020" in of_caller.title
    assert "21/11/2026" in of_today.title


async def test_follow_up_is_completed_from_what_was_asked_before(desk):
    await desk.say("công văn 2123 điểm 3 nói gì", thread="t")
    reply = await desk.say("còn điểm 4?", thread="t")

    assert {cite.point for cite in reply.citations if cite.document == "2123/UBND-NC"} == {"4"}


async def test_follow_up_after_a_pressed_choice_points_back_to_it(desk):
    await desk.press("document.point|2123/UBND-NC#3", thread="t")
    reply = await desk.say("còn điểm 4?", thread="t")

    assert {cite.point for cite in reply.citations if cite.document == "2123/UBND-NC"} == {"4"}


async def test_follow_up_of_another_conversation_is_not_mixed_in(desk):
    await desk.say("công văn 354 điểm 3 nói gì", thread="t")

    assert "354-CV/TU" not in (await desk.say("còn điểm 2?", thread="u")).title


async def test_nothing_is_kept_without_a_conversation(desk):
    await desk.say("công văn 2123 nói gì")

    assert desk.drawers.threads.kept == {}


async def test_rehearsal_is_said_in_every_answer_while_the_day_is_fixed(loaded, reader):
    rehearsed = TriedDesk(loaded, reader, is_rehearsal=True)

    for reply in (await rehearsed.say("xin chào"), await rehearsed.press("documents")):
        assert reply.lines[-1].text == "Đang diễn tập: ngày được đặt là 21/11/2026."


async def test_real_day_is_not_called_a_rehearsal(desk):
    assert "diễn tập" not in words(await desk.say("xin chào"))


async def test_new_rules_are_seen_at_once_and_old_ones_not_read_again(bare, reader):
    desk = TriedDesk(bare, reader, people=(PERSON,))
    before = await desk.say("tôi còn thiếu gì", person=PERSON)
    await desk.say("tôi còn thiếu gì", person=PERSON)
    loads = desk.drawers.rules.loads
    desk.declare(standards=STANDARDS)
    after = await desk.say("tôi còn thiếu gì", person=PERSON)

    assert (before.outcome, after.outcome) == (Outcome.NO_BASIS, Outcome.ANSWERED)
    assert (loads, desk.drawers.rules.loads) == (1, 2)


async def test_library_of_the_desk_holds_what_hr_declared_once_it_has_answered(bare, reader):
    desk = TriedDesk(bare, reader)
    assert desk.desk.library is None
    await desk.say("xin chào")

    assert "2123/UBND-NC" in desk.desk.library.documents


HOSTILE = [
    pytest.param("", id="nothing"),
    pytest.param("   ", id="spaces"),
    pytest.param("x" * 10_000, id="endless"),
    pytest.param("\x00\x07🤖", id="control signs"),
    pytest.param("{day} %s <b>", id="signs of formats"),
    pytest.param("/", id="a lone stroke"),
    pytest.param("/lienket " + "9" * 500, id="an endless code"),
]


@pytest.mark.parametrize("text", HOSTILE)
async def test_desk_never_raises_for_what_was_typed(desk, text):
    assert (await desk.say(text, thread="t")).title


@pytest.mark.parametrize("on", [date.min, date.max], ids=["the first day there is", "the last day there is"])
async def test_desk_never_raises_for_a_day_at_the_edge_of_the_calendar(desk, on):
    for question in (
        "tôi còn thiếu gì",
        "hạn của tôi",
        "bao giờ tôi nghỉ hưu",
        "quyết định 676 mục III nói gì",
        "tôi hỏi ai",
    ):
        assert (await desk.say(question, person=PERSON, on=on)).title


async def test_reply_speaks_the_language_of_the_visitor(desk):
    assert "documents" in actions(await desk.say("xin chào", locale="en"))
    assert "officials" in (await desk.say("xin chào", locale="en")).title


async def test_search_and_terms_are_handed_to_who_needs_them(desk):
    term = await desk.say("tiêu chuẩn chức danh là gì")
    found = await desk.press("document")

    assert term.title == "Tiêu chuẩn chức danh"
    assert "2123/UBND-NC" in cited(found)


async def test_message_far_too_long_for_a_question_gets_one_clear_sentence(desk):
    reply = await desk.say("tôi còn thiếu gì " * 100_000)

    assert reply.outcome is Outcome.NOT_UNDERSTOOD
    assert "quá dài" in reply.title
