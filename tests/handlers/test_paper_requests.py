"""Requests about personal data that came on paper: their own clocks, and two persons decide where it counts."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from handlers.hr.data_requests import show_one
from handlers.phrases import locale_of
from handlers.reply import Outcome
from handlers.vouching import explain_not_another, in_chat_of
from knowledge.facts import PersonCode, Role
from knowledge.privacy import Purpose
from storage.records import Account, Consent, ConsentAct, DataRequestState
from tests.handlers.desks import TriedDesk
from tests.handlers.visits import NOTICE_VERSION, TODAY, actions, visit, with_standards, words
from tests.people import official

ASKER = official()
HR = replace(official(), code=PersonCode("CB090"), name="Trần Thị Nhân Sự", roles=frozenset({Role.HR}), scope=None)
SECOND = replace(HR, code=PersonCode("CB092"), name="Hồ Thị Hai")
OFFICER = replace(HR, code=PersonCode("CB093"), name="Cao Văn Bảo Vệ", roles=frozenset({Role.DATA_OFFICER}))
ADMIN = replace(HR, code=PersonCode("CB094"), name="Đinh Văn Máy", roles=frozenset({Role.ADMINISTRATOR}))
MOMENT = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def tried(library, reader) -> TriedDesk:
    desk = TriedDesk(with_standards(library), reader, people=(ASKER, HR, SECOND, OFFICER, ADMIN))
    for address in ("w1", "w2"):
        desk.drawers.accounts.kept["web", address] = Account("web", address, ASKER.code, consent_version=NOTICE_VERSION)
    return desk


async def _enter(tried: TriedDesk, right: str, *more: str, by=HR, day: date = YESTERDAY) -> None:
    await tried.press("data.office.new", person=by, thread="hr")
    await tried.say("cb001", person=by, thread="hr")
    await tried.press(f"data.office.enter|right:{right}", person=by, thread="hr")
    await tried.press(f"data.office.enter|day:{day.isoformat()}", person=by, thread="hr")
    await tried.press("data.office.enter|way:on_paper", person=by, thread="hr")
    for one in more:
        is_button = ":" in one
        await (tried.press(f"data.office.enter|{one}", person=by, thread="hr") if is_button else
               tried.say(one, person=by, thread="hr"))  # fmt: skip


async def _decide(tried: TriedDesk, deed: str, *said: str, by=HR, number: int = 1):
    await tried.press(f"data.office.begin|{number}", person=by, thread="d")
    reply = await tried.press(f"data.office.answer|deed:{deed}", person=by, thread="d")
    for one in said:
        reply = await tried.say(one, person=by, thread="d")
    return reply


async def test_a_request_of_somebody_who_left_the_roster_is_answered_and_closed(tried):
    await _enter(tried, "delete", "sure:yes")
    await _enter(tried, "correct", "field:ho_ten", "Nguyễn Văn Mới", "sure:yes")
    tried.drawers.profiles.people.pop(ASKER.code)

    of_a_unit = replace(HR, code=PersonCode("CB095"), scope=HR.unit)
    tried.drawers.profiles.people[of_a_unit.code] = of_a_unit
    assert (await tried.press("data.office.open|1", person=of_a_unit)).outcome is Outcome.DENIED
    assert "CB001: không còn trong danh sách cán bộ" in words(await tried.press("data.office.open|1", person=OFFICER))
    assert "không còn gì để sửa" in words(await _decide(tried, "accept", by=ADMIN, number=2))
    await _decide(tried, "refuse", "Đồng chí đã nghỉ việc, hồ sơ không còn.", by=ADMIN, number=2)
    await _decide(tried, "accept", by=OFFICER)
    done = words(await _decide(tried, "accept", by=ADMIN))
    assert "cách khác" in done  # nobody is reached by a chat any more
    states = [tried.drawers.privacy.requests[number].state for number in (1, 2)]
    assert states == [DataRequestState.DONE, DataRequestState.REFUSED]


async def test_what_came_on_paper_runs_from_the_day_on_which_it_came_and_its_person_is_told(tried):
    await _enter(tried, "restrict", "Không cho đưa tên vào danh sách của xã", "sure:yes")
    request = tried.drawers.privacy.requests[1]
    assert (request.person, request.channel, request.entered_by) == ("CB001", "on_paper", "CB090")
    assert request.due_on == YESTERDAY + timedelta(days=15)
    assert "đơn, thư" in words(await tried.press("data.request|1"))
    assert [one.number for one in tried.drawers.letters.kept] == [1]
    assert ("CB090", "data_request_entered") in [(one.actor, one.action) for one in tried.drawers.audit.entries]


async def test_nobody_enters_their_own_or_a_day_to_come_and_the_same_is_entered_once(tried):
    await tried.press("data.office.new", person=HR, thread="hr")
    assert "quyenriengtu" in words(await tried.say("CB090", person=HR, thread="hr"))
    await tried.say("CB001", person=HR, thread="hr")
    await tried.press("data.office.enter|right:view", person=HR, thread="hr")
    assert "đã đến" in words(await tried.say("20/12/2999", person=HR, thread="hr"))
    await _enter(tried, "view", "sure:yes")
    await _enter(tried, "view", "sure:yes")
    assert len(tried.drawers.privacy.requests) == 1


async def test_a_deletion_takes_two_persons_and_then_lets_every_chat_go(tried):
    await _enter(tried, "delete", "sure:yes")
    first = await _decide(tried, "accept")
    assert "người thứ hai" in first.title
    assert not tried.drawers.personal_data.erased
    again = await _decide(tried, "accept")
    assert again.outcome is Outcome.DENIED
    assert tried.drawers.privacy.requests[1].is_open

    await _decide(tried, "accept", by=OFFICER)
    assert tried.drawers.personal_data.erased == ["CB001"]
    assert tried.drawers.privacy.requests[1].state is DataRequestState.DONE
    assert {one.person for one in tried.drawers.accounts.kept.values()} == {None}
    withdrawn = {one.address for one in tried.drawers.privacy.consents if one.act is ConsentAct.WITHDRAWN}
    assert withdrawn == {"w1", "w2"}


@pytest.mark.parametrize("is_mirrored", [False, True], ids=["first as oneself", "first as the colleague"])
async def test_a_deletion_takes_two_of_whom_neither_gave_the_code_of_the_others_chat(tried, is_mirrored):
    chats = tried.drawers.accounts.kept
    chats["web", "own"] = Account("web", "own", HR.code)
    chats["web", "given"] = Account("web", "given", OFFICER.code, vouched_by=frozenset({HR.code}))
    first, second = ("given", "own") if is_mirrored else ("own", "given")
    await _enter(tried, "delete", "sure:yes")

    for address in (first, second):
        await tried.press("data.office.begin|1", address=address, thread=address)
        reply = await tried.press("data.office.answer|deed:accept", address=address, thread=address)

    assert reply.outcome is Outcome.DENIED
    assert (OFFICER.name if is_mirrored else HR.name) in reply.title
    assert not tried.drawers.personal_data.erased
    await _decide(tried, "accept", by=SECOND)
    assert tried.drawers.personal_data.erased == ["CB001"]


async def test_nobody_looks_after_the_request_of_whoever_gave_the_code_of_their_chat(tried):
    await _enter(tried, "delete", "sure:yes")
    chat = Account("web", "given", OFFICER.code, vouched_by=frozenset({ASKER.code}))
    tried.drawers.accounts.kept["web", "given"] = chat

    opened = await tried.press("data.office.open|1", address="given")
    listed = await tried.press("data.office", address="given")

    assert opened.outcome is Outcome.DENIED
    assert opened.title == explain_not_another(in_chat_of(OFFICER, chat.vouched_by), ASKER.code, ASKER.name)
    assert "data.office.begin" not in actions(opened)
    assert "data.office.open" in actions(listed), "whoever is told that a clock runs out finds it"
    await tried.press("data.office.begin|1", address="given", thread="given")
    denied = await tried.press("data.office.answer|deed:accept", address="given", thread="given")
    assert denied.title == opened.title
    kept = [one.action for one in tried.drawers.audit.entries if one.actor == OFFICER.code]
    assert kept == ["decision_refused"]


async def test_whoever_agreed_first_by_a_colleagues_code_agrees_anew_without_it_and_the_colleague_is_the_second(tried):
    chats = tried.drawers.accounts.kept
    chats["web", "own"] = Account("web", "own", HR.code)
    chats["web", "given"] = Account("web", "given", OFFICER.code, vouched_by=frozenset({HR.code, ADMIN.code}))
    chats["web", "phone"] = Account("web", "phone", OFFICER.code)
    await _enter(tried, "delete", "sure:yes")

    async def agree(address: str):
        await tried.press("data.office.begin|1", address=address, thread=address)
        return await tried.press("data.office.answer|deed:accept", address=address, thread=address)

    outcomes = [(await agree(one)).outcome for one in ("given", "given", "own", "phone", "phone", "given")]

    kept = tried.drawers.privacy.requests[1]
    denied = [one is Outcome.DENIED for one in outcomes]
    assert denied == [False, True, True, False, True, True]
    assert (kept.is_open, kept.agreed_by, kept.agreed_vouched_by) == (True, OFFICER.code, frozenset())
    assert (await agree("own")).outcome is not Outcome.DENIED
    assert tried.drawers.personal_data.erased == ["CB001"]


async def test_a_copy_with_results_is_handed_over_only_by_hr_in_charge(tried):
    await _enter(tried, "export", "sure:yes", by=OFFICER)
    await _decide(tried, "accept", by=HR)
    refused = await _decide(tried, "accept", by=OFFICER)
    assert refused.outcome is Outcome.DENIED
    assert refused.paper is None
    done = await _decide(tried, "accept", by=SECOND)
    assert done.paper.file_name == "du-lieu-CB001.zip"
    assert "CB092" in [one.actor for one in tried.drawers.audit.entries if one.action == "copied_data"]


def _corrected_by(tried: TriedDesk) -> list[str]:
    return [one.actor for one in tried.drawers.audit.entries if one.action == "corrected_record"]


async def test_a_phone_number_that_came_on_paper_is_kept_once_hr_in_charge_agrees_second(tried):
    await _enter(tried, "correct", "field:dien_thoai", "0912345678", "sure:yes", by=OFFICER)
    await _decide(tried, "accept", by=OFFICER)
    for alone in (OFFICER, ADMIN):
        assert (await _decide(tried, "accept", by=alone)).outcome is Outcome.DENIED
    assert tried.drawers.privacy.requests[1].is_open
    assert not _corrected_by(tried)

    await _decide(tried, "accept", by=SECOND)
    assert tried.drawers.privacy.requests[1].state is DataRequestState.DONE
    assert _corrected_by(tried) == ["CB092"]


async def test_whoever_entered_a_phone_number_is_not_the_second_to_agree(tried):
    await _enter(tried, "correct", "field:dien_thoai", "0912345678", "sure:yes", by=HR)
    await _decide(tried, "accept", by=OFFICER)
    assert (await _decide(tried, "accept", by=HR)).outcome is Outcome.DENIED
    assert not _corrected_by(tried)
    await _decide(tried, "accept", by=SECOND)
    assert _corrected_by(tried) == ["CB092"]


@pytest.mark.parametrize("agreed", [None, "CB093"], ids=["nobody yet", "the first"])
async def test_who_has_no_second_for_a_phone_number_reads_what_to_do(tried, library, agreed):
    await _enter(tried, "correct", "field:dien_thoai", "0912345678", "sure:yes", by=OFFICER)
    one = replace(tried.drawers.privacy.requests[1], agreed_by=agreed)
    with locale_of("en"):
        shown = words(show_one(one, ASKER, visit(with_standards(library), OFFICER)))
    for part in ("HR in charge of the unit", "load the roster", "code from the administrator"):
        assert part in shown


async def test_what_nobody_is_recognised_by_is_corrected_by_one(tried):
    await _enter(tried, "correct", "field:ho_ten", "Nguyễn Văn Đúng", "sure:yes")
    await _decide(tried, "accept")
    assert tried.drawers.profiles.people[ASKER.code].name == "Nguyễn Văn Đúng"


async def test_a_phone_number_that_the_person_asked_for_in_their_own_chat_is_accepted_by_one(tried):
    await tried.press("data.correct", thread="t")
    await tried.press("data.correct|field:dien_thoai", thread="t")
    await tried.say("0912345678", thread="t")
    await tried.press("data.correct|sure:yes", thread="t")
    await _decide(tried, "accept")
    assert _corrected_by(tried) == ["CB090"]


@pytest.fixture
def given(tried) -> str:
    """A chat of the asker to which a code of HR led."""
    tried.drawers.accounts.kept["web", "given"] = _chat_by(HR.code)
    return "given"


def _chat_by(*codes: PersonCode) -> Account:
    return Account("web", "given", ASKER.code, consent_version=NOTICE_VERSION, vouched_by=frozenset(codes))


async def _ask_for_number(tried: TriedDesk, address: str, number: str = "0912345678") -> None:
    for step in ("data.correct", "data.correct|field:dien_thoai"):
        await tried.press(step, address=address, thread=address)
    await tried.say(number, address=address, thread=address)
    await tried.press("data.correct|sure:yes", address=address, thread=address)


async def test_whoever_gave_the_code_agrees_to_no_phone_number_that_was_asked_for_there(tried, given):
    await _ask_for_number(tried, given)
    assert tried.drawers.privacy.requests[1].asked_vouched_by == {HR.code}

    first = await _decide(tried, "accept", by=HR)
    await _decide(tried, "accept", by=OFFICER)
    second = await _decide(tried, "accept", by=HR)

    assert [one.outcome for one in (first, second)] == [Outcome.DENIED] * 2
    assert explain_not_another(HR, ASKER.code, ASKER.name, frozenset({HR.code})) == second.title
    assert not _corrected_by(tried)
    await _decide(tried, "accept", by=SECOND)
    assert _corrected_by(tried) == [SECOND.code]


async def test_a_colleague_in_a_chat_of_the_same_code_does_not_agree_to_it_either(tried, given):
    led = Account("web", "led", SECOND.code, vouched_by=frozenset({HR.code}))
    tried.drawers.accounts.kept["web", "led"] = led
    await _ask_for_number(tried, given)

    await tried.press("data.office.begin|1", address="led", thread="d")
    denied = await tried.press("data.office.answer|deed:accept", address="led", thread="d")

    assert denied.outcome is Outcome.DENIED
    assert tried.drawers.privacy.requests[1].agreed_by is None


async def test_hr_that_must_agree_second_reads_whose_code_led_there_and_what_else_helps(tried, given, library):
    await _ask_for_number(tried, given)
    with locale_of("en"):
        shown = words(show_one(tried.drawers.privacy.requests[1], ASKER, visit(with_standards(library), SECOND)))
    for part in (f"a code of {HR.code}", "load the roster", "code from the administrator", "Two persons must agree"):
        assert part in shown


async def test_the_giver_of_the_code_goes_on_deciding_what_lets_nobody_in(tried, given):
    for step in ("data.correct", "data.correct|field:ho_ten"):
        await tried.press(step, address=given, thread="t")
    await tried.say("Nguyễn Văn Đúng", address=given, thread="t")
    await tried.press("data.correct|sure:yes", address=given, thread="t")
    await _decide(tried, "accept", by=HR)
    assert tried.drawers.profiles.people[ASKER.code].name == "Nguyễn Văn Đúng"


@pytest.mark.parametrize("is_entered", [True, False], ids=["written down for them", "asked in a chat of a code"])
async def test_asked_for_anew_in_a_chat_of_their_own_a_phone_number_needs_one(tried, given, is_entered):
    if is_entered:
        await _enter(tried, "correct", "field:dien_thoai", "0912345678", "sure:yes")
    else:
        await _ask_for_number(tried, given)
    for address in ("w1", "w2"):
        await _ask_for_number(tried, address)
    assert len(tried.drawers.privacy.requests) == 2
    await _decide(tried, "accept", number=2)
    assert _corrected_by(tried) == [HR.code]


async def test_who_gave_the_code_of_the_chat_where_a_number_was_written_down_is_not_the_second(tried):
    tried.drawers.accounts.kept["web", "led"] = Account("web", "led", SECOND.code, vouched_by=frozenset({HR.code}))
    for token in ("data.office.new", "", "right:correct", f"day:{YESTERDAY.isoformat()}", "way:on_paper",
                  "field:dien_thoai", "0912345678", "sure:yes"):  # fmt: skip
        if ":" in token:
            await tried.press(f"data.office.enter|{token}", address="led", thread="e")
        elif token == "data.office.new":
            await tried.press(token, address="led", thread="e")
        else:
            await tried.say(token or "CB001", address="led", thread="e")
    assert tried.drawers.privacy.requests[1].asked_vouched_by == {HR.code}
    await _decide(tried, "accept", by=OFFICER)
    assert (await _decide(tried, "accept", by=HR)).outcome is Outcome.DENIED
    assert not _corrected_by(tried)


@pytest.mark.parametrize("purpose", ["answers", "questions", "evidence"])
async def test_withdrawing_on_paper_what_cannot_simply_be_given_again_takes_two(tried, purpose):
    await _enter(tried, "withdraw", f"purpose:{purpose}", "sure:yes")

    await _decide(tried, "accept")
    assert {one.person for one in tried.drawers.accounts.kept.values()} == {ASKER.code}
    assert not [one for one in tried.drawers.privacy.consents if one.act is ConsentAct.WITHDRAWN]
    assert (await _decide(tried, "accept")).outcome is Outcome.DENIED
    assert tried.drawers.privacy.requests[1].is_open

    await _decide(tried, "accept", by=SECOND)
    assert tried.drawers.privacy.requests[1].state is DataRequestState.DONE
    assert purpose in {one.purpose for one in tried.drawers.privacy.consents if one.act is ConsentAct.WITHDRAWN}


async def test_one_consent_is_withdrawn_in_all_chats_and_they_stay_linked(tried):
    await _enter(tried, "withdraw", "purpose:reminders", "sure:yes")
    await _decide(tried, "accept")
    assert [(one.person, one.withheld) for one in tried.drawers.accounts.kept.values()] == [
        ("CB001", ("reminders",)), ("CB001", ("reminders",)),
    ]  # fmt: skip


async def test_the_office_withdraws_the_conversation_and_every_chat_forgets_it(tried):
    await _enter(tried, "withdraw", "purpose:conversation", "sure:yes")
    await _decide(tried, "accept")
    assert sorted(tried.drawers.threads.forgotten) == [("web", "w1"), ("web", "w2")]


@pytest.mark.parametrize("right", ["restrict", "object"])
async def test_another_restriction_or_objection_is_another_request(tried, right):
    for said in ("Không đưa tên vào danh sách của xã", "Không gửi số điện thoại cho nơi khác"):
        await _enter(tried, right, said, "sure:yes")
    await _enter(tried, right, "Không đưa tên vào danh sách của xã", "sure:yes")
    assert [one.words for one in tried.drawers.privacy.requests.values()] == [
        "Không đưa tên vào danh sách của xã", "Không gửi số điện thoại cho nơi khác",
    ]  # fmt: skip


async def test_the_longer_clock_is_chosen_with_a_reason_only_where_one_is_known(tried):
    await _enter(tried, "withdraw", "purpose:reminders", "sure:yes")
    await _decide(tried, "longer", "Đơn vị khác cùng giữ bản sao")
    request = tried.drawers.privacy.requests[1]
    assert (request.has_others, request.due_on) == (True, YESTERDAY + timedelta(days=20))
    assert request.answered_at is None
    assert "Đơn vị khác cùng giữ bản sao" in words(await tried.press("data.request|1"))
    await _enter(tried, "view", "sure:yes")
    asked = await tried.press("data.office.begin|2", person=HR, thread="d")
    assert not any("longer" in one for one in actions(asked))
    assert (await _decide(tried, "longer", "vì nhiều người", number=2)).outcome is Outcome.DENIED


async def test_a_data_officer_sees_requests_of_everybody_and_no_record(tried):
    await _enter(tried, "object", "Không muốn", "sure:yes")
    assert "CB001" in words(await tried.press("data.office", person=OFFICER))
    assert "Không muốn" in words(await tried.press("data.office.open|1", person=OFFICER))
    seen = await tried.say("CB001 còn thiếu gì", person=OFFICER)
    assert seen.outcome is Outcome.DENIED
    assert not seen.findings


@pytest.mark.parametrize(
    ("said", "purpose"),
    [
        ("tôi rút đồng ý chuyển câu hỏi cho hr", Purpose.QUESTIONS),
        ("rut dong y nop minh chung", Purpose.EVIDENCE),
        ("rút đồng ý nhận nhắc", Purpose.REMINDERS),
    ],
    ids=["questions", "evidence, without marks", "reminders"],
)
async def test_each_consent_is_withdrawn_by_words_and_what_waits_is_taken_back(tried, said, purpose):
    given = Consent("web", "w1", purpose.value, ConsentAct.AGREED, "1", "0" * 64, MOMENT, ASKER.code)
    tried.drawers.privacy.consents.append(given)
    asked = await tried.say(said)
    assert f"data.consent.no|{purpose.value}" in {one.token for one in asked.choices}
    assert f"data.consent.ask|{purpose.value}" in {one.token for one in (await tried.press("data.consents")).choices}
    await tried.press(f"data.consent.no|{purpose.value}")
    last = tried.drawers.privacy.consents[-1]
    assert (last.purpose, last.act) == (purpose.value, ConsentAct.WITHDRAWN)
