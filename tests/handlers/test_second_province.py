"""A roster with units of a second province: HR of all of that one serves it, and has no say in what is common."""

from dataclasses import replace
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest

from bot.on_console.seats import Seat, find_member
from bot.wiring_privacy import count_due
from handlers.audit_words import SHORTEST, line_of
from handlers.hr.breaches import Desk, open_breach
from handlers.hr.data_requests import may_handle, units_of
from handlers.hr.evidence import mark_kind
from handlers.hr.promoting import BeyondScopeError, Draft, check_draft, withdraw
from handlers.hr.proposals_rights import covers
from handlers.notices import digests
from handlers.notices.composing import Present
from handlers.notifying import Notifying
from handlers.reply import Reply
from handlers.rights import serves_everybody, serves_home
from knowledge.digesting import Digests
from knowledge.evaluate import evaluate
from knowledge.facts import KindCode, PersonCode, Role, TerritoryCode, Unit, UnitCode, UnitKind
from storage.records import Account, AuditSeal, DataRequest, Delivery, DeliveryState, Notice, NoticeKind
from tests.evidence_kept import FakeEvidence
from tests.fakes import FakeAccounts, FakeAudit, FakeClock, FakeProfiles, FakeQuestions
from tests.handlers.visits import TODAY, with_standards
from tests.inboxes import FakeLetters
from tests.people import OFFICE, UNITS, official, review
from tests.privacy_kept import FakePrivacy
from tests.studies import FakeOutbox

FAR_OFFICE = Unit(UnitCode("SO-XA"), "Sở Mẫu Quảng Ngãi", UnitKind.DEPARTMENT, TerritoryCode("quang-ngai"))
HERE, THERE = official(), official(code=PersonCode("CB002"), unit=FAR_OFFICE.code)
HR = official(code=PersonCode("HR001"), roles=frozenset({Role.HR}))
FAR_HR = official(code=PersonCode("HR002"), unit=FAR_OFFICE.code, roles=frozenset({Role.HR}))
FAR_OFFICER = replace(FAR_HR, code=PersonCode("HR003"), roles=frozenset({Role.DATA_OFFICER}))
ADMIN = official(code=PersonCode("QT001"), roles=frozenset({Role.ADMINISTRATOR}))
MONDAY = date(2026, 12, 7)
NOW = datetime(2026, 12, 7, 1, tzinfo=UTC)


@pytest.fixture
def book(library):
    return with_standards(library, units=(*UNITS, FAR_OFFICE), rounds=(review(deadline=date(2026, 12, 31)),))


@pytest.fixture
def today(book):
    return book.on(TODAY)


def test_what_is_common_is_of_hr_of_the_province_of_the_installation(today, bare):
    assert (serves_home(HR, today), serves_home(FAR_HR, today)) == (True, False)
    assert not serves_home(replace(HR, scope=OFFICE.code), today)
    assert not serves_everybody(HR, today)
    assert serves_everybody(HR, bare.on(TODAY))


def test_each_looks_after_requests_about_personal_data_of_their_own_province(today, bare):
    assert units_of(FAR_HR, today) == {FAR_OFFICE.code}
    assert [may_handle(FAR_HR, one, today) for one in (HERE, THERE)] == [False, True]
    assert [may_handle(HR, one, today) for one in (HERE, THERE)] == [True, False]
    assert units_of(HR, bare.on(TODAY)) is None, "where all units are theirs, so is whoever is in none of them"
    assert [units_of(one, today) for one in (ADMIN, FAR_OFFICER)] == [None, None]


def test_hr_of_the_other_province_has_the_seat_of_hr_and_not_that_of_the_province(today):
    seats = {one.code: find_member(one, today) for one in (HR, FAR_HR)}
    assert seats[HR.code].seats == {Seat.HR, Seat.PROVINCE}
    assert seats[FAR_HR.code].seats == {Seat.HR}
    assert seats[FAR_HR.code].filter == {FAR_OFFICE.code}


async def test_hr_of_the_other_province_says_not_which_kinds_two_people_check(today):
    desk = SimpleNamespace(evidence=FakeEvidence({}), clock=FakeClock(TODAY), audit=FakeAudit())
    assert not await mark_kind(FAR_HR, KindCode("ielts"), today, desk, needs_two=True)
    assert not desk.evidence.marked
    assert await mark_kind(HR, KindCode("ielts"), today, desk, needs_two=True)


async def test_hr_of_the_other_province_neither_gives_everybody_an_answer_nor_takes_one_away(book, today):
    draft = Draft("Hồ sơ đi học nộp ở phòng nào?", "Nộp tại phòng một cửa.")
    with pytest.raises(BeyondScopeError):
        check_draft(draft, FAR_HR, today)
    given = replace(check_draft(draft, HR, today), number=1)
    questions, audit, clock = FakeQuestions(promoted=[given]), FakeAudit(), FakeClock(TODAY)
    since = replace(book, rules=replace(book.rules, frequent=(given,))).on(TODAY)
    with pytest.raises(BeyondScopeError):
        await withdraw(1, FAR_HR, since, questions=questions, audit=audit, clock=clock)
    assert not questions.withdrawn
    await withdraw(1, HR, since, questions=questions, audit=audit, clock=clock)
    assert questions.withdrawn == [1]


async def test_a_breach_is_told_to_hr_of_the_province_of_the_installation(today):
    everybody = (HR, FAR_HR, ADMIN)
    accounts = FakeAccounts(*(Account("telegram", one.code, one.code) for one in everybody))
    outbox, clock = FakeOutbox(), FakeClock(TODAY)
    by = Notifying(accounts, outbox, FakeLetters(), clock, {"telegram": "telegram:1"})
    desk = Desk(breaches=FakePrivacy(), staff=FakeProfiles(everybody), audit=FakeAudit(), clock=clock, by=by)
    await open_breach("Mất máy", None, ADMIN.code, today, desk)
    assert {delivery.person for delivery, _notices in outbox.put_in} == {HR.code, ADMIN.code}


async def test_signed_ends_of_the_audit_go_to_hr_of_the_province_of_the_installation(book):
    rules = book.on(MONDAY)
    watcher = Digests(rules)
    for one in (HERE, THERE, HR, FAR_HR):
        watcher.see(one, evaluate(one, rules), rules, is_reachable=True)
    seal = AuditSeal(date(2026, 12, 6), 89, "0089" * 16, NOW, b"", b"")
    told = {}
    for owed in watcher.list_notices():
        to = next(one for one in (HR, FAR_HR) if one.code == owed.to)
        notice = Notice(1, NoticeKind(owed.kind), owed.key, owed.stage, owed.about, owed.payload, NOW)
        delivery = Delivery(7, owed.to, NOW, DeliveryState.CLAIMED)
        said = await digests.compose(notice, delivery, Present(to, rules, NOW, seals=(seal,)))
        assert isinstance(said, Reply)
        told[to.code] = [line.text for line in said.lines]
    end = line_of(seal.day, seal.number, seal.hash[:SHORTEST])
    assert {who: end in lines for who, lines in told.items()} == {HR.code: True, FAR_HR.code: False}


async def test_clocks_that_run_out_are_told_to_hr_of_the_province_of_the_person(today):
    privacy = FakePrivacy()
    for one in (HERE, THERE, replace(HERE, code=PersonCode("CB099"))):  # the last has left the roster
        await privacy.add_request(DataRequest(one.code, "telegram", "correct", NOW, TODAY, TODAY))
    drawers = SimpleNamespace(privacy=privacy, profiles=FakeProfiles((HERE, THERE, HR, FAR_HR, ADMIN)))
    assert await count_due(drawers, today) == {HR.code: 1, FAR_HR.code: 1, ADMIN.code: 1}


@pytest.mark.parametrize(("field", "is_told"), [("dien_thoai", True), ("ho_ten", False)])
@pytest.mark.parametrize(
    "behind", [{}, {HR.code: frozenset({FAR_OFFICER.code})}], ids=["who gave the code", "another whose code came of it"]
)
async def test_administrators_hear_of_a_number_asked_for_where_the_code_of_the_only_one_in_charge_led(
    today, field, is_told, behind
):
    giver = FAR_OFFICER.code if behind else HR.code
    privacy = FakePrivacy()
    privacy.vouchers = behind
    asked = DataRequest(
        HERE.code, "web", "correct", NOW, TODAY, TODAY, field=field, asked_vouched_by=frozenset({giver})
    )
    await privacy.add_request(asked)
    drawers = SimpleNamespace(privacy=privacy, profiles=FakeProfiles((HERE, HR, ADMIN)))
    assert await count_due(drawers, today) == {HR.code: 1, **({ADMIN.code: 1} if is_told else {})}


@pytest.mark.parametrize(
    ("behind", "is_told"),
    [
        pytest.param({HR.code: frozenset({FAR_HR.code})}, True, id="every chat of the only one in charge"),
        pytest.param({HR.code: frozenset({FAR_OFFICER.code})}, False, id="codes of somebody else"),
        pytest.param({}, False, id="no chat"),
    ],
)
async def test_administrators_hear_of_a_clock_where_nobody_in_charge_could_decide_in_any_chat(today, behind, is_told):
    asks = replace(FAR_HR, unit=OFFICE.code, scope=FAR_OFFICE.code)
    privacy = FakePrivacy()
    privacy.vouchers = behind
    await privacy.add_request(DataRequest(asks.code, "telegram", "correct", NOW, TODAY, TODAY))
    drawers = SimpleNamespace(privacy=privacy, profiles=FakeProfiles((asks, HR, ADMIN)))
    assert await count_due(drawers, today) == {HR.code: 1, **({ADMIN.code: 1} if is_told else {})}


@pytest.mark.parametrize(
    ("scope", "whose"), [(None, HR), (OFFICE.code, HR), (FAR_OFFICE.code, FAR_HR)], ids=["common", "here", "there"]
)
def test_rules_are_decided_by_hr_of_the_province_that_they_reach(today, scope, whose):
    assert [one.code for one in (HR, FAR_HR) if covers(one, scope, today)] == [whose.code]
