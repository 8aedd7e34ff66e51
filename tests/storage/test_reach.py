"""Whom nothing reaches and why, people found by parts of names, and when a head reminded of late."""

import asyncio
from datetime import UTC, date, datetime, timedelta

from knowledge.facts import PersonCode
from storage.database import Database
from storage.drawers import Drawers
from storage.records import NewDelivery, NewNotice, NoticeKind, NotReached, Reached, ReminderWishes
from tests.people import DIVISION, OFFICE
from tests.storage.filling import another, put_people, put_units

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
REACHED, REFUSES, WEB_ONLY, NOBODY, AWAY = (PersonCode(f"CB00{n}") for n in range(1, 6))
EVERYBODY = (REACHED, REFUSES, WEB_ONLY, NOBODY, AWAY)


async def put_roster(drawers: Drawers) -> None:
    await put_units(drawers, OFFICE, DIVISION)
    names = ("Nguyễn Văn An", "Trần Thị Ánh", "Lê Văn Nam", "Đỗ Thị An Na", "Phạm Nơi Khác")
    people = [
        another(code, name=name, unit=OFFICE.code if code is AWAY else DIVISION.code)
        for code, name in zip(EVERYBODY, names, strict=True)
    ]
    await put_people(drawers, people)
    for channel, address, person in (
        ("telegram", "a1", REACHED),
        ("web", "w1", REACHED),
        ("telegram", "a2", REFUSES),
        ("web", "w3", WEB_ONLY),
    ):
        await drawers.accounts.link(channel, address, person, NOW)
    await drawers.accounts.mark_unreachable("telegram", "a2", NOW)


async def test_each_who_is_not_reached_is_listed_with_the_reason(drawers: Drawers) -> None:
    await put_roster(drawers)

    missed = await drawers.reach.list_unreached([DIVISION.code], ["telegram"])

    assert {(one.person, one.why, one.since) for one in missed} == {
        (REFUSES, NotReached.REFUSED, NOW),
        (WEB_ONLY, NotReached.NO_PUSH, None),
        (NOBODY, NotReached.NO_CHAT, None),
    }
    assert await drawers.reach.find_chats(EVERYBODY, ["telegram"]) == {REACHED: Reached("telegram", "a1", "vi")}
    assert await drawers.reach.find_linked(EVERYBODY) == {REACHED, REFUSES, WEB_ONLY}


async def test_people_are_found_by_beginnings_of_words_or_of_the_code(drawers: Drawers) -> None:
    await put_roster(drawers)
    units = [DIVISION.code]

    async def found(words: str) -> list[PersonCode]:
        return [one.code for one in await drawers.profiles.search_people(words, 9, units)]

    assert await found("an") == [NOBODY, REACHED, REFUSES]  # An Na, An, Ánh
    assert await found("thị an") == [NOBODY, REFUSES]
    assert await found("ngu va") == [REACHED]
    assert await found("cb002") == [REFUSES]
    assert await found("khác") == []  # of another unit
    assert await found("%") == []


async def test_reminder_of_a_head_is_remembered_until_it_is_dropped(drawers: Drawers) -> None:
    await put_roster(drawers)
    await drawers.reminders.save_wishes(NOBODY, ReminderWishes(quiet_until=date(2026, 11, 30)), NOW)
    notice = NewNotice(NoticeKind.UNIT_REMINDER, "unit_reminder:CB001:2026-11-23", about=(REACHED,))
    delivery = NewDelivery(REACHED, NOW, "telegram:1", "telegram", "a1", merge_day=date(2026, 11, 23))
    number = await drawers.outbox.put(delivery, [notice], NOW)
    assert number is not None

    assert await drawers.reach.find_reminded(EVERYBODY, NOW) == {REACHED: NOW}
    assert await drawers.reach.find_reminded(EVERYBODY, NOW + timedelta(seconds=1)) == {}
    assert await drawers.reach.find_quiet(EVERYBODY, date(2026, 11, 30)) == {NOBODY}
    await drawers.outbox.drop(number, "closed", NOW)
    assert await drawers.reach.find_reminded(EVERYBODY, NOW) == {}


async def test_two_heads_at_midnight_remind_one_person_once(database: Database) -> None:
    async with database.transaction() as drawers:
        await put_roster(drawers)
    midnight = datetime(2026, 11, 23, 17, tzinfo=UTC)  # in Viet Nam
    holds, may_end = asyncio.Event(), asyncio.Event()

    async def remind(at: datetime) -> bool:
        """As a head does: whom another head has reminded within a week is left out."""
        async with database.transaction() as drawers:
            await drawers.reach.hold_reminding()
            if await drawers.reach.find_reminded([REACHED], at - timedelta(days=7)):
                return False
            day = (at + timedelta(hours=7)).date()
            notice = NewNotice(NoticeKind.UNIT_REMINDER, f"unit_reminder:{REACHED}:{day}", about=(REACHED,))
            delivery = NewDelivery(REACHED, at, "telegram:1", "telegram", "a1", merge_day=day)
            assert await drawers.outbox.put(delivery, [notice], at) is not None
            holds.set()
            await may_end.wait()
            return True

    first = asyncio.create_task(remind(midnight - timedelta(milliseconds=1)))
    await holds.wait()
    second = asyncio.create_task(remind(midnight))
    await asyncio.sleep(0)
    may_end.set()
    assert [await first, await second] == [True, False]
