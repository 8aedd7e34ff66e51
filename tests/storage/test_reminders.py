"""Wishes of people, HR's own stages, and what everybody was told, as the planning of a day reads them."""

from datetime import UTC, date, datetime, time

from knowledge.facts import CriterionCode, PersonCode, RoundCode
from knowledge.library import ReminderStages
from storage.drawers import Drawers
from storage.records import NewDelivery, NewNotice, NoticeKind, Recipient, ReminderWishes
from tests.storage.filling import another, put_people, put_units

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
CB001 = PersonCode("CB001")
DAY = date(2026, 11, 23)


def reminder(stage: str) -> NewNotice:
    payload = {"source": "DOT-1@2026-12-31", "criterion": "ngoai_ngu", "closes": None}
    return NewNotice(NoticeKind.REMINDER, f"reminder:CB001:{stage}", stage, (CB001,), payload)


async def recipient(drawers: Drawers) -> Recipient:
    (one,) = [one async for one in drawers.reminders.stream_recipients(("telegram",))]
    return one


async def test_wishes_are_those_said_last(drawers: Drawers) -> None:
    await put_units(drawers)
    await put_people(drawers, [another("CB001")])
    assert await drawers.reminders.find_wishes(CB001) == ReminderWishes()

    await drawers.reminders.save_wishes(CB001, ReminderWishes(time(9), DAY), NOW)
    await drawers.reminders.save_wishes(CB001, ReminderWishes(time(10, 30)), NOW)

    assert await drawers.reminders.find_wishes(CB001) == ReminderWishes(time(10, 30))
    assert (await recipient(drawers)).hour == time(10, 30)


async def test_stages_are_kept_by_round_and_criterion(drawers: Drawers) -> None:
    one, other = ReminderStages((30, 7), (1,), 30, 0), ReminderStages()
    await drawers.reminders.save_stages(RoundCode("DOT-1"), None, other)
    await drawers.reminders.save_stages(RoundCode("DOT-1"), None, one)
    await drawers.reminders.save_stages(None, CriterionCode("tin_hoc"), other)

    stages = await drawers.reminders.list_stages()

    assert stages == {("DOT-1", None): one, (None, "tin_hoc"): ReminderStages((), (), 30, 0)}
    assert await drawers.reminders.remove_stages(RoundCode("DOT-1"), None)
    assert not await drawers.reminders.remove_stages(RoundCode("DOT-1"), None)


async def test_what_was_told_is_forgotten_with_the_notice_that_is_not_told_after_all(drawers: Drawers) -> None:
    await put_units(drawers)
    await put_people(drawers, [another("CB001")])
    delivery = NewDelivery(CB001, NOW, "telegram:1", "telegram", "1", merge_day=DAY)
    number = await drawers.outbox.put(delivery, [reminder("T-60"), reminder("T-30")], NOW)
    assert number is not None
    assert {mark[2] for mark in (await recipient(drawers)).told} == {"T-60", "T-30"}
    kept = await drawers.outbox.find(number)
    assert kept is not None
    (closed,) = [one.id for one in kept.notices if one.stage == "T-60"]

    await drawers.outbox.leave_out(number, {closed: "closed"}, NOW)
    assert await drawers.reminders.list_told(CB001) == {("DOT-1@2026-12-31", "ngoai_ngu", "T-30")}

    await drawers.outbox.drop(number, "unlinked", NOW)
    assert (await recipient(drawers)).told == frozenset()


async def test_what_waits_since_yesterday_is_part_of_todays_message(drawers: Drawers) -> None:
    yesterday = date(2026, 11, 20)
    left = NewDelivery(CB001, NOW, "telegram:1", "telegram", "1", merge_day=yesterday)
    number = await drawers.outbox.put(left, [reminder("T-60")], NOW)

    assert await drawers.reminders.carry_over(DAY) == 1
    today = NewDelivery(CB001, NOW, "telegram:1", "telegram", "1", merge_day=DAY)
    assert await drawers.outbox.put(today, [reminder("T-30")], NOW) is None

    assert number is not None
    kept = await drawers.outbox.find(number)
    assert kept is not None
    assert (kept.merge_day, {one.stage for one in kept.notices}) == (DAY, {"T-60", "T-30"})
    assert await drawers.reminders.carry_over(DAY) == 0
