"""A chat to which a colleague's code led undoes nothing in chats that prove more surely whose record it is."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from handlers.reply import Outcome
from knowledge.facts import Credential, KindCode, PersonCode, Role
from storage.records import (
    Account,
    DataRequest,
    Evidence,
    EvidenceState,
    InquiryState,
    Letter,
    LetterKind,
)
from tests.handlers import visits
from tests.handlers.desks import TriedDesk
from tests.handlers.test_later_chats import ask_in
from tests.handlers.visits import NOTICE_VERSION, TODAY, actions, words
from tests.people import official

BINH = official(code=PersonCode("HR002"), name="Lê Văn Bình", roles=frozenset({Role.HR}))
ANH = PersonCode("HR001")
NOW = datetime(TODAY.year, TODAY.month, TODAY.day, 9, tzinfo=UTC)
BEFORE, AFTER = NOW - timedelta(days=9), NOW + timedelta(hours=1)
OWN, GIVEN = "own", "given"
ALL = ["data.delete.yes", "data.delete.all"]


@pytest.fixture
def desk(library, reader) -> TriedDesk:
    tried = TriedDesk(visits.with_standards(library), reader, people=(BINH,))
    _link(tried, GIVEN, NOW, frozenset({ANH}))
    return tried


def _link(desk: TriedDesk, address: str, at: datetime | None, vouched_by: frozenset[PersonCode] = frozenset()) -> None:
    account = Account("web", address, BINH.code, at, NOTICE_VERSION, NOW, vouched_by=vouched_by)
    desk.drawers.accounts.kept["web", address] = account


def _linked(desk: TriedDesk) -> set[str]:
    return {address for (_channel, address), one in desk.drawers.accounts.kept.items() if one.person == BINH.code}


async def _hand_in(desk: TriedDesk) -> int:
    held = Credential(KindCode("ielts"), level="6.0", number="X1", issued_on=date(2026, 1, 5))
    return (await desk.drawers.evidence.submit(Evidence(BINH.code, held, NOW, NOW), [])).number


async def _state(desk: TriedDesk, question: str) -> InquiryState:
    found = await desk.drawers.inquiries.find(question)
    return found.state


@pytest.mark.parametrize("deed", ["data.delete", *ALL])
@pytest.mark.parametrize(
    ("at", "vouched_by"),
    [(BEFORE, frozenset()), (BEFORE, frozenset({ANH})), (None, frozenset({ANH})), (AFTER, frozenset())],
    ids=["linked before", "before, by a code too", "nobody knows since when", "after, by nobody's code"],
)
async def test_it_deletes_nothing_and_says_where_that_is_asked(desk, deed, at, vouched_by):
    _link(desk, OWN, at, vouched_by)
    await desk.drawers.letters.leave(Letter("web", OWN, LetterKind.LINKED, NOW, BINH.code, about="web"))

    reply = await desk.press(deed, address=GIVEN)

    assert reply.outcome is Outcome.DENIED
    assert "data.leave.ask" in actions(reply)
    assert not {"data.delete.yes", "data.delete.all"} & actions(reply)
    assert not desk.drawers.personal_data.erased
    assert not desk.drawers.privacy.requests
    assert _linked(desk) == {OWN, GIVEN}
    assert [(one.address, one.kind) for one in desk.drawers.letters.kept] == [(OWN, LetterKind.LINKED)]


@pytest.mark.parametrize("deed", ALL)
async def test_whoever_has_no_other_chat_deletes_in_it(desk, deed):
    assert {"data.delete.yes", "data.delete.all"} <= actions(await desk.press("data.delete", address=GIVEN))
    await desk.press(deed, address=GIVEN)
    assert desk.drawers.personal_data.erased == [BINH.code]
    assert not _linked(desk)


@pytest.mark.parametrize("other", [frozenset({ANH}), frozenset({PersonCode("HR009")})], ids=["same giver", "another"])
async def test_chats_that_codes_led_to_later_do_not_keep_the_first_from_deleting(desk, other):
    _link(desk, OWN, AFTER, other)
    await desk.press("data.delete.yes", address=GIVEN)
    assert desk.drawers.personal_data.erased == [BINH.code]


async def test_the_surer_chat_deletes_as_ever(desk):
    _link(desk, OWN, BEFORE)
    await desk.press("data.delete.yes", address=OWN)
    assert desk.drawers.personal_data.erased == [BINH.code]
    assert not _linked(desk)


async def test_withdrawing_there_unlinks_it_and_takes_back_only_what_was_asked_there(desk):
    _link(desk, OWN, BEFORE)
    own, there, paper = await ask_in(desk, OWN), await ask_in(desk, GIVEN), await _hand_in(desk)
    await desk.drawers.calendars.issue(BINH.code, NOW)

    told = await desk.press("data.withdraw", address=GIVEN, locale="en")
    by_purpose = await desk.press("data.consent.ask|answers", address=GIVEN, locale="en")
    await desk.press("data.withdraw.yes", address=GIVEN)

    assert told == by_purpose
    assert "proves more surely who you are" in words(told)
    assert "Certificates that wait to be verified are taken back" not in words(told)
    assert _linked(desk) == {OWN}
    assert (await _state(desk, own), await _state(desk, there)) == (InquiryState.OPEN, InquiryState.WITHDRAWN)
    assert (await desk.drawers.evidence.find(paper)).state is EvidenceState.WAITING
    assert BINH.code in desk.drawers.calendars.issued


async def test_withdrawing_in_the_only_chat_takes_back_all(desk):
    asked, paper = await ask_in(desk, GIVEN), await _hand_in(desk)
    await desk.press("data.withdraw.yes", address=GIVEN)
    assert not _linked(desk)
    assert await _state(desk, asked) is InquiryState.WITHDRAWN
    assert (await desk.drawers.evidence.find(paper)).state is EvidenceState.WITHDRAWN


@pytest.mark.parametrize("purpose", ["questions", "evidence"])
async def test_what_was_passed_on_elsewhere_is_not_taken_back_by_its_purpose_either(desk, purpose):
    _link(desk, OWN, BEFORE)
    own, paper = await ask_in(desk, OWN), await _hand_in(desk)

    asked = await desk.press(f"data.consent.ask|{purpose}", address=GIVEN)
    denied = await desk.press(f"data.consent.no|{purpose}", address=GIVEN)

    assert (asked.outcome, denied.outcome) == (Outcome.DENIED, Outcome.DENIED)
    assert await _state(desk, own) is InquiryState.OPEN
    assert (await desk.drawers.evidence.find(paper)).state is EvidenceState.WAITING


async def test_what_concerns_this_chat_alone_is_withdrawn_there(desk):
    _link(desk, OWN, BEFORE)
    await desk.press("data.consent.no|reminders", address=GIVEN)
    assert desk.drawers.accounts.kept["web", GIVEN].withheld == ("reminders",)
    assert desk.drawers.accounts.kept["web", OWN].withheld == ()


async def test_that_another_chat_was_linked_is_told_whatever_that_chat_deletes(desk):
    """Linked by a phone that somebody took, say: no code led there, so it may delete; it cannot hide that it did."""
    _link(desk, OWN, BEFORE)
    desk.drawers.accounts.kept["web", GIVEN] = replace(desk.drawers.accounts.kept["web", GIVEN], vouched_by=frozenset())
    for kind in (LetterKind.LINKED, LetterKind.EVIDENCE):
        for address in (OWN, GIVEN):
            await desk.drawers.letters.leave(Letter("web", address, kind, NOW, BINH.code, about="web"))

    await desk.press("data.delete.yes", address=GIVEN)

    left = [(one.address, one.kind, one.person) for one in desk.drawers.letters.kept]
    assert left == [(OWN, LetterKind.LINKED, None)]
    assert await desk.drawers.letters.collect("web", OWN, None, NOW), "whoever sits there is told"


async def test_nothing_of_other_chats_is_taken_back_there_one_by_one_either(desk):
    _link(desk, OWN, BEFORE)
    own, there, paper = await ask_in(desk, OWN), await ask_in(desk, GIVEN), await _hand_in(desk)
    request = (
        await desk.drawers.privacy.add_request(DataRequest(BINH.code, "web", "delete", NOW, TODAY, TODAY))
    ).number

    told = [
        await desk.press(f"{deed}|{subject}", address=GIVEN)
        for deed, subject in (("evidence.withdraw", paper), ("inquiry.withdraw", own), ("data.request.back", request))
    ]
    await desk.press(f"inquiry.withdraw|{there}", address=GIVEN)

    assert [one.outcome for one in told] == [Outcome.DENIED] * 3
    assert (await _state(desk, own), await _state(desk, there)) == (InquiryState.OPEN, InquiryState.WITHDRAWN)
    assert (await desk.drawers.evidence.find(paper)).state is EvidenceState.WAITING
    assert desk.drawers.privacy.requests[request].is_open
    await desk.press(f"evidence.withdraw|{paper}", address=OWN)
    assert (await desk.drawers.evidence.find(paper)).state is EvidenceState.WITHDRAWN


async def test_what_was_asked_of_the_data_there_is_taken_back_there(desk):
    _link(desk, OWN, BEFORE)
    there = DataRequest(BINH.code, "web", "delete", NOW, TODAY, TODAY, asked_vouched_by=frozenset({ANH}))
    number = (await desk.drawers.privacy.add_request(there)).number
    assert "data.request.back" in actions(await desk.press(f"data.request|{number}", address=GIVEN))
    await desk.press(f"data.request.back|{number}", address=GIVEN)
    assert not desk.drawers.privacy.requests[number].is_open


async def test_of_what_was_written_down_in_ones_name_it_says_whom_to_tell_and_offers_nothing_that_is_refused(desk):
    written = DataRequest(BINH.code, "by_mail", "delete", NOW, TODAY, TODAY, entered_by=ANH, entered_at=NOW)
    number = (await desk.drawers.privacy.add_request(written)).number
    assert "data.request.back" in actions(await desk.press(f"data.request|{number}", address=GIVEN))
    _link(desk, OWN, BEFORE)

    shown = await desk.press(f"data.request|{number}", address=GIVEN, locale="en")

    assert "data.request.back" not in actions(shown)
    assert "tell HR of your unit or the administrator at once" in words(shown)
    assert "press “Take it back”" not in words(shown)


async def test_the_address_of_a_calendar_that_is_there_is_neither_taken_back_nor_replaced_there(desk):
    _link(desk, OWN, BEFORE)
    await desk.drawers.calendars.issue(BINH.code, NOW)
    before = dict(desk.drawers.calendars.issued)

    told = [await desk.press(deed, address=GIVEN) for deed in ("calendar.revoke", "calendar.subscribe")]

    assert {one.outcome for one in told} <= {Outcome.DENIED, Outcome.ANSWERED}
    assert desk.drawers.calendars.issued == before
    await desk.press("calendar.revoke", address=OWN)
    assert desk.drawers.calendars.issued != before


async def test_whoever_linked_by_nobodys_code_is_not_put_out_from_there_however_late(desk):
    _link(desk, OWN, AFTER)
    _link(desk, "third", AFTER, frozenset({PersonCode("HR009")}))

    listed = await desk.press("data.later", address=GIVEN)
    await desk.press("data.later.no", address=GIVEN)

    assert "data.later.no" in actions(listed)
    assert _linked(desk) == {OWN, GIVEN}
