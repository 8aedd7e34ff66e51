"""Whoever puts another out of their record loses nothing of their own by it, and is told of the one thing that goes."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from handlers.asking import Channel
from handlers.officials.later_chats import LIST, UNLINK
from handlers.vouching import explain_not_another, name_leaving
from knowledge.facts import Person, PersonCode, Role, TerritoryCode
from storage.records import Account, Inquiry, InquiryReason, InquiryState, Letter, LetterKind
from tests.handlers import visits
from tests.handlers.desks import TriedDesk
from tests.handlers.visits import NOTICE_VERSION, TODAY, actions, words
from tests.people import official

BINH = official(code=PersonCode("HR002"), name="Lê Văn Bình", roles=frozenset({Role.HR}))
ANH = PersonCode("HR001")
NOW = datetime(TODAY.year, TODAY.month, TODAY.day, 9, tzinfo=UTC)
OWN, STRANGE = "own", "strange"


@pytest.fixture
def desk(library, reader) -> TriedDesk:
    tried = TriedDesk(visits.with_standards(library), reader, people=(BINH,))
    _link(tried, OWN, NOW - timedelta(days=9))
    _link(tried, STRANGE, NOW, frozenset({ANH}))
    return tried


def _link(
    desk: TriedDesk,
    address: str,
    at: datetime,
    vouched_by: frozenset[PersonCode] = frozenset(),
    channel: Channel = Channel.WEB,
) -> None:
    account = Account(channel, address, BINH.code, at, NOTICE_VERSION, NOW, vouched_by=vouched_by)
    desk.drawers.accounts.kept[channel, address] = account


async def ask_in(desk: TriedDesk, address: str, state: InquiryState = InquiryState.OPEN) -> str:
    """The code of a question that was passed on there."""
    asked = Inquiry(
        code="",
        channel="web",
        address=address,
        person=BINH.code,
        unit=BINH.unit,
        territory=TerritoryCode("hung-yen"),
        question="TOEIC 600 có tính không?",
        context=(),
        why=InquiryReason.NO_BASIS,
        opened_at=NOW,
        due_on=date(2026, 11, 25),
        consent_version=NOTICE_VERSION,
        state=state,
    )
    return (await desk.drawers.inquiries.add(asked)).code


async def _standing(desk: TriedDesk, code: str) -> tuple[InquiryState, bool]:
    found = await desk.drawers.inquiries.find(code)
    return found.state, found.question is not None


async def test_own_questions_stay_and_only_what_waits_from_the_chat_that_is_unlinked_is_taken_back(desk):
    own, there = await ask_in(desk, OWN), await ask_in(desk, STRANGE)
    answered = await ask_in(desk, STRANGE, InquiryState.ANSWERED)
    for address in (OWN, STRANGE):
        for code in (own, there):
            letter = Letter("web", address, LetterKind.ASKED_BACK, NOW, BINH.code, inquiry=code)
            await desk.drawers.letters.leave(letter)

    reply = await desk.press(UNLINK, address=OWN)

    assert await _standing(desk, own) == (InquiryState.OPEN, True)
    assert await _standing(desk, there) == (InquiryState.WITHDRAWN, False)
    assert await _standing(desk, answered) == (InquiryState.ANSWERED, True)
    assert [(one.address, one.inquiry) for one in desk.drawers.letters.kept] == [(OWN, own)]
    assert len(reply.lines) == 2  # whom to tell, and how many were taken back
    assert "1" in reply.lines[1].text


async def test_of_a_calendar_it_is_said_before_and_after_that_its_address_ends(desk):
    without = await desk.press(LIST, address=OWN)
    await desk.drawers.calendars.issue(BINH.code, NOW)
    told = await desk.press(LIST, address=OWN)
    assert len(told.lines) == len(without.lines) + 1

    reply = await desk.press(UNLINK, address=OWN)

    assert not desk.drawers.calendars.issued
    assert len(reply.lines) == 2  # whom to tell, and that a new address is to be fetched
    assert "calendar.subscribe" in actions(reply)
    entry = next(one for one in desk.drawers.audit.entries if one.action == "unlinked_later")
    assert entry.details == {"channel": "web", "chats": 1, "questions": 0, "calendar": True}


async def test_nothing_is_said_of_a_calendar_where_there_is_none(desk):
    reply = await desk.press(UNLINK, address=OWN)
    assert len(reply.lines) == 1
    assert "calendar.subscribe" not in actions(reply)


# --- linking anew without a colleague's code


async def test_a_chat_that_a_colleagues_code_led_to_is_offered_a_way_to_link_it_anew_and_no_other_is(desk):
    assert "data.leave.ask" in actions(await desk.press("data", address=STRANGE))
    assert "data.leave.ask" in actions(await desk.press("data.withdraw", address=STRANGE))
    assert "data.leave.ask" not in actions(await desk.press("data", address=OWN))
    assert "data.leave.ask" not in actions(await desk.press("data.withdraw", address=OWN))


async def test_linking_anew_costs_nothing_of_ones_own(desk):
    own, here = await ask_in(desk, OWN), await ask_in(desk, STRANGE)
    await desk.drawers.calendars.issue(BINH.code, NOW)

    asked = await desk.press("data.leave.ask", address=STRANGE)
    assert desk.drawers.accounts.kept["web", STRANGE].person == BINH.code
    await desk.press(next(one.token for one in asked.choices if one.action == "data.leave"), address=STRANGE)

    chat = desk.drawers.accounts.kept["web", STRANGE]
    assert (chat.person, chat.vouched_by) == (None, frozenset())
    assert await _standing(desk, own) == await _standing(desk, here) == (InquiryState.OPEN, True)
    assert BINH.code in desk.drawers.calendars.issued


async def test_ones_own_phone_number_is_named_only_where_the_channel_vouches_for_it(desk):
    _link(desk, STRANGE, NOW, frozenset({ANH}), Channel.TELEGRAM)
    on_telegram = await desk.press("data.leave.ask", address=STRANGE, channel=Channel.TELEGRAM, locale="en")
    on_web = await desk.press("data.leave.ask", address=STRANGE, locale="en")

    assert "your own phone number" in words(on_telegram)
    assert "phone" not in words(on_web)
    assert all("code from the administrator" in words(one) for one in (on_telegram, on_web))


async def test_whoever_is_nobody_there_reads_how_data_is_handled(desk):
    assert "data.leave" not in actions(await desk.press("data.leave.ask", address="nobody"))


@pytest.mark.parametrize("vouched_by", [frozenset({ANH}), frozenset({PersonCode("HR009")})], ids=["first", "a third"])
def test_why_somebody_is_not_another_names_the_button_and_no_phone(vouched_by):
    second: Person = replace(BINH, vouched_by=vouched_by)
    said = explain_not_another(second, ANH, "Trần Thị Anh", vouched_by)
    assert name_leaving() in said
    assert "số điện thoại" not in said
    assert "phone" not in said
