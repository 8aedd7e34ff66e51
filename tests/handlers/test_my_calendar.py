"""One's deadlines in one's own calendar: as a file with what is missing, at an address with nothing but days."""

from datetime import UTC, date, datetime

import pytest
import vobject

from bot.calendars import write_calendar
from handlers.front_desk import FrontDesk
from handlers.officials.calendar_days import list_days
from handlers.officials.my_calendar import is_asked
from handlers.reply import CalendarFile
from knowledge.evaluate import evaluate
from knowledge.understanding.meaning import Entities, Intent, Meaning
from tests.fakes import ReadsAs
from tests.handlers.desks import TriedDesk
from tests.handlers.visits import TODAY, with_standards
from tests.people import official, review

PERSON = official()
MADE = datetime(2026, 11, 21, 2, tzinfo=UTC)
SUNDAY = date(2027, 1, 31)


DEADLINES = ReadsAs(Meaning(intent=Intent.MY_DEADLINES, confidence=1.0, entities=Entities()))


def calendar_of(book, *, is_bare: bool, version: int = 7, owner: str = "CB001") -> CalendarFile:
    rules = book.on(TODAY)
    days = list_days(evaluate(PERSON, rules), rules, is_bare=is_bare)
    return CalendarFile("han", "Hạn", owner, version, MADE, days)


def read(file: CalendarFile):
    """As another library reads it, which refuses what is not a calendar."""
    parsed = vobject.readOne(write_calendar(file).decode())
    parsed.validate(raiseException=True)
    return parsed


def test_the_file_is_read_by_another_reader_and_names_the_criteria(loaded):
    (event,) = read(calendar_of(loaded, is_bare=False)).vevent_list
    assert (event.dtstart.value, event.dtend.value) == (date(2026, 12, 31), date(2027, 1, 1))
    assert "ngoại ngữ" in event.summary.value
    assert "02-QĐi/TU" in event.description.value
    assert event.sequence.value == "7"
    assert event.last_modified.value == MADE
    assert not list(getattr(event, "valarm_list", []))


def test_a_calendar_without_a_day_is_still_a_calendar():
    parsed = read(CalendarFile("han", "Hạn", "CB001", 1, MADE, ()))
    assert [one.name for one in parsed.components()] == ["VTIMEZONE"]


def test_a_calendar_that_others_read_tells_days_and_nothing_else(loaded):
    file = calendar_of(loaded, is_bare=True, owner="x")
    written = write_calendar(file).decode()
    (event,) = read(file).vevent_list
    assert event.dtstart.value == date(2026, 12, 31)
    for told in (PERSON.code, PERSON.name, "ngoại ngữ", "Ngoại ngữ", "02-QĐi", "DOT-1"):
        assert told not in written


def test_the_day_is_the_last_safe_one_and_keeps_its_name_when_it_moves(library):
    before = with_standards(library, rounds=(review(),))
    after = with_standards(library, rounds=(review(deadline=SUNDAY),))
    (one,) = read(calendar_of(before, is_bare=False)).vevent_list
    (moved,) = read(calendar_of(after, is_bare=False, version=8)).vevent_list
    assert moved.dtstart.value == date(2027, 1, 29)
    assert "31/01/2027" in moved.description.value
    assert moved.uid.value == one.uid.value
    assert (one.sequence.value, moved.sequence.value) == ("7", "8")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("lịch của tôi", True),
        ("thêm hạn của tôi vào lịch điện thoại", True),
        ("xuat file ics", True),
        ("đăng ký lịch nhận hạn", True),
        ("hạn của tôi là khi nào", False),
        ("lịch thi tin học của tôi", False),
        ("sơ yếu lý lịch của tôi hạn nào", False),
    ],
)
def test_words_about_a_calendar_are_told_from_others(said, meant):
    assert is_asked(said) is meant


@pytest.fixture
def desk(loaded) -> TriedDesk:
    return TriedDesk(loaded, DEADLINES, people=(PERSON,))


async def test_the_file_is_offered_under_deadlines_and_handed_over(desk):
    offered = await desk.say("hạn của tôi", person=PERSON)
    assert "calendar.mine" in {one.action for one in offered.choices}
    for said in ("lịch của tôi", "/lich"):
        reply = await desk.say(said, person=PERSON)
        assert reply.calendar is not None
        assert len(reply.calendar.days) == 1
    assert {one.action for one in desk.drawers.audit.entries} == {"exported_calendar"}


async def test_no_address_is_given_where_the_server_has_none(desk):
    reply = await desk.press("calendar.subscribe", person=PERSON)
    assert not desk.drawers.calendars.issued
    assert "calendar.mine" in {one.action for one in reply.choices}


async def test_an_address_is_given_again_and_taken_back_each_recorded(desk):
    _at(desk.desk, "https://nhac.example")
    first = await desk.press("calendar.subscribe", person=PERSON)
    second = await desk.press("calendar.subscribe", person=PERSON)
    assert first.lines[0].text == "https://nhac.example/calendar/token1.ics"
    assert second.lines[0].text == "https://nhac.example/calendar/token2.ics"
    await desk.press("calendar.revoke", person=PERSON)
    assert not desk.drawers.calendars.issued
    done = [one.action for one in desk.drawers.audit.entries]
    assert done == ["issued_calendar", "issued_calendar", "revoked_calendar"]
    assert not any("token" in str(one.details) for one in desk.drawers.audit.entries)


async def test_a_stranger_is_asked_to_link_first(desk):
    reply = await desk.press("calendar.subscribe")
    assert reply.calendar is None
    assert "link.agree" in {one.action for one in reply.choices} or "link" in {one.action for one in reply.choices}


def _at(desk: FrontDesk, address: str) -> None:
    desk._address = address
