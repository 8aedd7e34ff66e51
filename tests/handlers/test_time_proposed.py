"""A day off or worked and hours of sending wait for a second person, who sees what moves, and then hold everywhere."""

from datetime import UTC, date, datetime, time

import pytest

from handlers.hr.proposals_time import BASIS, BEGIN, DAY, DEED, END, OFF, REASON, REMOVE, WORKED
from knowledge.evaluate import evaluate
from knowledge.facts import DeclaredDay, DocumentId, PersonCode, ReviewRound, Role, RoundCode, Signatory
from knowledge.rulebook import RuleBook
from storage.records import Proposal, ProposalKind
from tests.handlers import visits
from tests.handlers.desks import TriedDesk
from tests.handlers.visits import words
from tests.people import OFFICE, official

AUTHOR = official(code=PersonCode("HR001"), name="Trần Thị Tổ Chức", roles=frozenset({Role.HR}))
SECOND = official(code=PersonCode("HR002"), name="Lê Văn Thứ Hai", roles=frozenset({Role.HR}))
MACHINIST = official(code=PersonCode("QT001"), name="Phạm Văn Máy", roles=frozenset({Role.ADMINISTRATOR}))
OTHER_MACHINIST = official(code=PersonCode("QT002"), name="Đỗ Thị Máy", roles=frozenset({Role.ADMINISTRATOR}))
ONE = official(code=PersonCode("CB900"))
FRIDAY, SATURDAY = date(2027, 3, 19), date(2027, 3, 20)
ROUND = ReviewRound(RoundCode("DOT-THU"), "Đợt thử", DocumentId("2123/UBND-NC"), "3", FRIDAY)
STORM = {DEED: OFF, DAY: FRIDAY.isoformat(), REASON: "Nghỉ phòng bão số 9", BASIS: "Công điện 12/CĐ-UBND"}


@pytest.fixture
def desk(library, reader) -> TriedDesk:
    people = (AUTHOR, SECOND, MACHINIST, OTHER_MACHINIST, ONE)
    return TriedDesk(visits.with_standards(library, rounds=(ROUND,)), reader, people=people)


async def _propose(desk, cells, kind=ProposalKind.CALENDAR_DAY, by=AUTHOR) -> int:
    signed = Signatory(by.code, by.name, OFFICE.code, OFFICE.name)
    return await desk.drawers.proposals.add(Proposal(kind, cells, None, signed, datetime(2026, 11, 21, 9, tzinfo=UTC)))


async def _confirm(desk, number, person=SECOND):
    seen = await desk.press(f"proposal|{number}", person=person)
    token = next((one.token for one in seen.choices if one.action == "proposal.confirm"), None)
    return seen, None if token is None else await desk.press(token, person=person)


async def test_a_day_off_moves_safe_days_when_a_second_person_has_seen_which(desk, library):
    seen, confirmed = await _confirm(desk, await _propose(desk, STORM))

    assert "Đợt rà soát DOT-THU: ngày an toàn chuyển từ 19/03/2027 sang 18/03/2027." in words(seen)
    assert "gửi đi vào 22/03/2027" in words(seen)
    assert "Công điện 12/CĐ-UBND" in words(seen)
    assert confirmed is not None
    declared = desk.drawers.rules.declared
    assert declared.calendar_days == (DeclaredDay(FRIDAY, False, STORM[REASON], STORM[BASIS]),)
    book = visits.with_standards(library, rounds=(ROUND,))
    after = RuleBook.of(library, declared, book.calendar, book.home).on(date(2026, 11, 21))
    assert {one.safe_day for one in evaluate(ONE, after) if one.round == ROUND.code} == {date(2027, 3, 18)}


async def test_the_library_holds_again_when_what_was_declared_is_taken_back(desk):
    await _confirm(desk, await _propose(desk, STORM))

    seen, confirmed = await _confirm(desk, await _propose(desk, {**STORM, DEED: REMOVE, REASON: "Bão đổi hướng"}))

    assert "ngày an toàn chuyển từ 18/03/2027 sang 19/03/2027" in words(seen)
    assert confirmed is not None
    assert desk.drawers.rules.declared.calendar_days == ()


async def test_a_saturday_is_worked_when_it_is_declared_so(desk):
    cells = {**STORM, DEED: WORKED, DAY: SATURDAY.isoformat(), REASON: "Làm bù"}
    seen, confirmed = await _confirm(desk, await _propose(desk, cells))

    assert "Thứ Bảy, 20/03/2027" in words(seen)
    assert "so với trước phải chờ đến 22/03/2027" in words(seen)
    assert confirmed is not None


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        pytest.param({DAY: ""}, "cho biết ngày", id="no day is given"),
        pytest.param({DAY: "2029-01-01"}, "Chỉ khai được", id="the day lies too far ahead"),
        pytest.param({DAY: "2026-10-01"}, "Chỉ khai được", id="the day lies too far back"),
        pytest.param({DAY: "2027-03-20"}, "đã là ngày nghỉ", id="it is a weekend already"),
        pytest.param({DEED: WORKED}, "đã là ngày làm việc", id="it is a working day already"),
        pytest.param({BASIS: ""}, "căn cứ", id="it rests on nothing"),
        pytest.param({REASON: " "}, "lý do", id="nobody says why"),
        pytest.param({DEED: REMOVE}, "chưa có gì được khai riêng", id="there is nothing to take back"),
    ],
)
async def test_a_day_cannot_take_effect(desk, cells, why):
    seen, confirmed = await _confirm(desk, await _propose(desk, {**STORM, **cells}))
    assert confirmed is None
    assert why in words(seen)


async def test_only_hr_decides_on_days_and_administrators_on_hours_too(desk):
    day = await _propose(desk, STORM)
    hours = await _propose(
        desk,
        {DEED: "gio", BEGIN: "08:30", END: "16:30", REASON: "Giờ mùa đông"},
        ProposalKind.SENDING_HOURS,
        MACHINIST,
    )

    _seen, of_day = await _confirm(desk, day, MACHINIST)
    own, of_own = await _confirm(desk, hours, MACHINIST)
    seen, of_hours = await _confirm(desk, hours, OTHER_MACHINIST)

    assert (of_day, of_own) == (None, None)
    assert words(own)
    assert "08:30" in words(seen)
    assert "Việc nhắc trong ngày bắt đầu lúc 08:30 thay vì 08:00" in words(seen)
    assert of_hours is not None
    assert desk.drawers.rules.declared.sending_hours == (time(8, 30), time(16, 30))


@pytest.mark.parametrize(
    ("begin", "end", "why"),
    [
        pytest.param("07:00", "16:00", "07:30", id="earlier than the policy allows"),
        pytest.param("08:00", "18:00", "17:00", id="later than the policy allows"),
        pytest.param("08:00", "09:30", "Ít nhất 2 giờ", id="too short for a day's messages"),
        pytest.param("16:00", "08:00", "Ít nhất 2 giờ", id="the end lies before the beginning"),
        pytest.param("x", "", "08:00", id="no hours are given"),
        pytest.param("07:30", "17:00", "không còn gì khác", id="they are those of the policy"),
    ],
)
async def test_hours_cannot_take_effect(desk, begin, end, why):
    cells = {DEED: "gio", BEGIN: begin, END: end, REASON: "Giờ mùa đông"}
    seen, confirmed = await _confirm(desk, await _propose(desk, cells, ProposalKind.SENDING_HOURS))
    assert confirmed is None
    assert why in words(seen)


async def test_an_administrator_refuses_what_they_may_decide_on(desk):
    cells = {DEED: "gio", BEGIN: "09:00", END: "12:00", REASON: "Thử"}
    number = await _propose(desk, cells, ProposalKind.SENDING_HOURS)

    await desk.press(f"proposal.refuse|{number}", person=MACHINIST, thread="t")
    said = await desk.say("Quá ngắn cho cả tỉnh", person=MACHINIST, thread="t")

    assert str(number) in said.title
    assert (await desk.drawers.proposals.find(number)).reason == "Quá ngắn cho cả tỉnh"
