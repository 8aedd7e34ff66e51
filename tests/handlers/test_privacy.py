"""Consent per purpose, requests with their clocks, HR's side of them, and a new wording that is told once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from handlers.front_desk import FrontDesk
from handlers.reply import Outcome
from knowledge.facts import PersonCode, Role, UnitCode
from knowledge.privacy import Purpose, Right, clocks_of
from storage.records import Account, ConsentAct, DataRequestState
from tests.handlers.desks import TriedDesk
from tests.handlers.visits import NOTICE_VERSION, TODAY, actions, with_standards, words
from tests.people import official

ASKER = official()
HR = replace(official(), code=PersonCode("CB090"), name="Trần Thị Nhân Sự", roles=frozenset({Role.HR}), scope=None)
OUTSIDE = replace(HR, code=PersonCode("CB091"), name="Lê Văn Khác", scope=UnitCode("KHONG-CO"))


@pytest.fixture
def tried(library, reader) -> TriedDesk:
    desk = TriedDesk(with_standards(library), reader, people=(ASKER, HR, OUTSIDE))
    desk.drawers.accounts.kept["web", "w1"] = Account("web", "w1", ASKER.code, consent_version=NOTICE_VERSION)
    return desk


async def _ask_to_correct(tried: TriedDesk) -> None:
    await tried.say("họ tên của tôi ghi sai", thread="t")
    await tried.say("Nguyễn Văn Đúng", thread="t")
    await tried.press("data.correct|sure:yes", thread="t")


async def test_a_correction_is_asked_for_in_words_and_decided_by_hr(tried):
    asked = await tried.say("họ tên của tôi ghi sai", thread="t")
    assert "Họ tên" in asked.title
    await tried.say("Nguyễn Văn Đúng", thread="t")
    sent = await tried.press("data.correct|sure:yes", thread="t")
    assert "số 1" in sent.title
    request = tried.drawers.privacy.requests[1]
    assert (request.field, request.value, request.right) == ("ho_ten", "Nguyễn Văn Đúng", "correct")

    running = await tried.press("data.office", person=HR)
    assert "CB001" in words(running)
    opened = await tried.press("data.office.open|1", person=HR)
    assert "Nguyễn Văn Đúng" in words(opened)
    await tried.press("data.office.begin|1", person=HR, thread="hr")
    done = await tried.press("data.office.answer|deed:accept", person=HR, thread="hr")
    assert "yêu cầu 1" in done.title
    assert tried.drawers.privacy.requests[1].state is DataRequestState.DONE
    assert tried.drawers.profiles.people[ASKER.code].name == "Nguyễn Văn Đúng"
    recorded = [(one.actor, one.action) for one in tried.drawers.audit.entries]
    assert ("CB090", "corrected_record") in recorded
    assert ("CB090", "data_request_done") in recorded


async def test_what_is_not_a_day_is_refused_before_anything_is_sent(tried):
    await tried.say("ngày sinh của tôi bị sai", thread="t")
    refused = await tried.say("hôm qua", thread="t")
    assert refused.pending is not None
    assert tried.drawers.privacy.requests == {}


async def test_the_same_is_not_asked_for_twice(tried):
    await _ask_to_correct(tried)
    await _ask_to_correct(tried)
    assert len(tried.drawers.privacy.requests) == 1


async def test_a_request_can_be_followed_and_taken_back_by_its_owner_alone(tried):
    await _ask_to_correct(tried)
    assert "yêu cầu 1" in words(await tried.press("data.requests")).lower()
    strange = await tried.press("data.request|1", person=HR)
    assert strange.outcome is Outcome.DENIED
    await tried.press("data.request.back|1")
    assert tried.drawers.privacy.requests[1].state is DataRequestState.TAKEN_BACK


async def test_hr_of_another_unit_sees_nothing_of_it(tried):
    await _ask_to_correct(tried)
    assert "CB001" not in words(await tried.press("data.office", person=OUTSIDE))
    refused = await tried.press("data.office.open|1", person=OUTSIDE)
    assert refused.outcome is Outcome.DENIED
    assert tried.drawers.audit.entries[-1].action == "look_refused"


async def test_officials_do_not_open_the_office(tried):
    assert (await tried.press("data.office")).outcome is Outcome.DENIED


async def test_a_refusal_needs_words_and_the_one_extension_is_only_where_the_law_has_one(tried):
    await _ask_to_correct(tried)
    await tried.press("data.office.begin|1", person=HR, thread="hr")
    asked = await tried.press("data.office.answer|deed:extend", person=HR, thread="hr")
    assert asked.pending is not None
    refused = await tried.say("Cần thêm giấy tờ", person=HR, thread="hr")
    assert refused.outcome is Outcome.DENIED
    assert tried.drawers.privacy.requests[1].is_open


async def test_a_restriction_is_extended_once(tried):
    await tried.say("tôi phản đối việc xử lý dữ liệu của tôi", thread="t")
    await tried.press("data.restrict|right:object", thread="t")
    await tried.say("Không đưa tên tôi vào báo cáo", thread="t")
    first = tried.drawers.privacy.requests[1].due_on
    for _turn in range(2):
        await tried.press("data.office.begin|1", person=HR, thread="hr")
        await tried.press("data.office.answer|deed:extend", person=HR, thread="hr")
        await tried.say("Đang xác minh", person=HR, thread="hr")
    assert tried.drawers.privacy.requests[1].due_on == first + timedelta(days=15)


async def test_reminders_are_withdrawn_with_one_press_and_what_follows_is_told_before(tried):
    offered = await tried.say("đừng gửi tin cho tôi nữa", thread="t")
    assert "data.consent.ask" in actions(offered)
    told = await tried.press("data.consent.ask|reminders", thread="t")
    assert "Hạn vẫn chạy" in words(told)
    await tried.press("data.consent.no|reminders")
    account = tried.drawers.accounts.kept["web", "w1"]
    assert account.withheld == ("reminders",)
    assert not account.takes_notices
    assert account.person == ASKER.code
    await tried.press("data.consent.given|reminders")
    assert tried.drawers.accounts.kept["web", "w1"].takes_notices
    assert [one.act for one in tried.drawers.privacy.consents] == [ConsentAct.WITHDRAWN, ConsentAct.AGREED]
    assert all(len(one.digest) == 64 for one in tried.drawers.privacy.consents)


async def test_no_question_is_kept_of_who_does_not_want_it(tried):
    await tried.press("data.consent.no|conversation", thread="t")
    await tried.say("blorf wwq gnarp", thread="t")
    assert not tried.drawers.threads.kept["t"].get("questions")


async def test_withdrawing_the_conversation_forgets_what_was_asked_in_all_of_that_chat(tried):
    for thread in ("t", "elsewhere"):
        await tried.say("blorf wwq gnarp", thread=thread)
        assert "blorf" in str(tried.drawers.threads.kept[thread]["questions"])
    await tried.press("data.consent.no|conversation", thread="t")
    assert "blorf" not in str(tried.drawers.threads.kept)
    assert tried.drawers.threads.forgotten == [("web", "w1")]


async def test_withdrawing_anything_else_leaves_the_conversation_alone(tried):
    await tried.say("blorf wwq gnarp", thread="t")
    await tried.press("data.consent.no|reminders", thread="t")
    assert "blorf" in str(tried.drawers.threads.kept["t"]["questions"])


async def test_deletion_says_what_stays_and_why_before_it_is_done(tried):
    tried.drawers.personal_data.rows = {
        "conversation": [("threads", {})], "audit": [("audit_entries", {})] * 2, "roster": [("credentials", {})],
        "evidence": [("evidence", {})], "decisions": [("evidence", {})],
    }  # fmt: skip
    told = await tried.say("Xóa dữ liệu của tôi")
    assert "Xóa ngay: Cuộc trò chuyện (1)" in words(told)
    assert "Giữ lại: Nhật ký kiểm tra" in words(told)
    # Of evidence: what was handed in goes, what the office decided and the certificate in the record stay.
    assert "Xóa ngay: Minh chứng đã nộp (1)" in words(told)
    stays = next(one.text for one in told.lines if "Kết luận của cán bộ tổ chức về minh chứng" in one.text)
    assert "chỉ còn số thứ tự, loại chứng chỉ, kết luận, ai kết luận, ngày nào" in stays
    record = next(one.text for one in told.lines if "Hồ sơ do cán bộ tổ chức lập" in one.text)
    assert "văn bằng, chứng chỉ mà cán bộ tổ chức đã kết luận" in record
    assert tried.drawers.personal_data.erased == []
    await tried.press("data.delete.yes", thread="t")
    assert tried.drawers.personal_data.erased == [ASKER.code]
    assert tried.drawers.accounts.kept["web", "w1"].person is None
    assert tried.drawers.privacy.requests[1].state is DataRequestState.DONE
    assert ASKER.code not in str(tried.drawers.threads.kept["t"])


@pytest.mark.parametrize("token", ["data.export", "data.paper", "data.delete.yes", "data.consents", "data.requests"])
async def test_nobody_unproven_gets_or_changes_anything(tried, token):
    tried.drawers.accounts.kept.clear()
    reply = await tried.press(token)
    assert reply.outcome is Outcome.DENIED
    assert reply.file is None
    assert reply.paper is None


async def test_a_newer_wording_is_told_once_and_what_was_agreed_to_holds_on(tried):
    tried.drawers.accounts.kept["web", "w1"] = Account("web", "w1", ASKER.code, consent_version="2020-01-01")
    first = await tried.press("gaps.mine")
    assert "data.new" in actions(first)
    assert "data.new" not in actions(await tried.press("gaps.mine"))
    shown = await tried.press("data.new")
    assert {"link.agree", "link.agree.only", "link.decline"} <= actions(shown)
    await tried.press("link.agree")
    assert tried.drawers.accounts.kept["web", "w1"].consent_version == NOTICE_VERSION
    assert tried.drawers.accounts.kept["web", "w1"].person == ASKER.code
    assert isinstance(tried.desk, FrontDesk)


# Days from the day of the request: as it is, where somebody else processes too, extended once, and both.
DAYS_OF = {
    Right.VIEW: (10, 10, 10, 10),
    Right.EXPORT: (10, 10, 10, 10),
    Right.CORRECT: (10, 10, 10, 10),
    Right.DELETE: (10, 10, 10, 10),
    Right.WITHDRAW: (15, 20, 30, 35),
    Right.RESTRICT: (15, 20, 30, 35),
    Right.OBJECT: (15, 20, 30, 35),
}


@pytest.mark.parametrize("place", range(4), ids=["as it is", "others process too", "extended once", "both"])
@pytest.mark.parametrize("right", list(Right))
def test_clocks_run_by_the_data(library, right, place):
    has_others, is_extended = place in {1, 3}, place in {2, 3}
    today = with_standards(library).on(TODAY)
    clocks = clocks_of(right, TODAY, library.privacy, today.calendar, has_others=has_others, is_extended=is_extended)
    assert clocks.due_on == TODAY + timedelta(days=DAYS_OF[right][place])
    assert clocks.first_on == today.calendar.add_working_days(TODAY, 2)


def test_every_wording_has_a_hash_of_its_own(library):
    rules = library.privacy
    digests = {rules.digest(one.code, TODAY) for one in rules.purposes}
    assert len(digests) == len(list(Purpose))
