"""The outbox keeps a notice once, merges a person's day, and frees what it drops."""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from knowledge.facts import PersonCode, UnitCode
from storage.database import Database
from storage.drawers import Drawers
from storage.fleet import _REASONS
from storage.records import Delivery, DeliveryState, NewDelivery, NewNotice, NoticeKind
from tests.storage.filling import LAN as OFFICIAL
from tests.storage.filling import put_people, put_units

NOON = datetime(2026, 11, 23, 5, tzinfo=UTC)
DAY = date(2026, 11, 23)
LAN = PersonCode("CB001")
SENDER = "telegram:123456789"


def notice(key: str, kind: NoticeKind = NoticeKind.REMINDER) -> NewNotice:
    return NewNotice(kind, key, stage="T-30", about=(LAN,), payload={"round": "DOT-1", "count": 2})


def to(person: str = LAN, *, day: date | None = DAY, due_at: datetime = NOON, **more) -> NewDelivery:
    return NewDelivery(PersonCode(person), due_at, SENDER, "telegram", f"chat-{person}", merge_day=day, **more)


async def put(drawers: Drawers, *keys: str, delivery: NewDelivery | None = None) -> int:
    number = await drawers.outbox.put(delivery or to(), [notice(key) for key in keys], NOON)
    assert number is not None
    return number


async def keys_of(drawers: Drawers, number: int) -> list[str]:
    found = await drawers.outbox.find(number)
    assert found is not None
    return [one.key for one in found.notices]


async def test_a_delivery_is_found_with_its_notices(drawers: Drawers) -> None:
    number = await put(drawers, "a", "b")

    found = await drawers.outbox.find(number)
    assert found is not None
    assert (found.person, found.state, found.due_at, found.merge_day) == (LAN, DeliveryState.WAITING, NOON, DAY)
    assert (found.sender, found.channel, found.address) == (SENDER, "telegram", "chat-CB001")
    first = found.notices[0]
    assert (first.kind, first.key, first.stage, first.about) == (NoticeKind.REMINDER, "a", "T-30", (LAN,))
    assert first.payload == {"round": "DOT-1", "count": 2}
    assert first.made_at == NOON
    assert await drawers.outbox.find(number + 1) is None


async def test_a_notice_is_kept_once_however_often_it_is_put(drawers: Drawers) -> None:
    await put(drawers, "a")

    assert await drawers.outbox.put(to(day=None), [notice("a")], NOON) is None
    number = await put(drawers, "a", "b", delivery=to(day=None))

    assert await keys_of(drawers, number) == ["b"]
    assert await drawers.outbox.known_keys(["a", "b", "c"]) == {"a", "b"}


async def test_the_waiting_message_of_a_day_tells_what_is_put_later(drawers: Drawers) -> None:
    number = await put(drawers, "a")
    earlier = to(due_at=NOON - timedelta(hours=1))

    assert await drawers.outbox.put(earlier, [notice("a"), notice("b")], NOON) is None

    assert await keys_of(drawers, number) == ["a", "b"]
    found = await drawers.outbox.find(number)
    assert found is not None
    assert found.due_at == earlier.due_at


async def test_what_comes_after_the_message_of_the_day_went_out_is_left_for_another_day(drawers: Drawers) -> None:
    number = await put(drawers, "a")
    await drawers.connection.exec_driver_sql("UPDATE deliveries SET state = 'delivered'")

    assert await drawers.outbox.put(to(), [notice("b")], NOON) is None

    assert await keys_of(drawers, number) == ["a"]
    assert await drawers.outbox.known_keys(["b"]) == set()


async def test_several_parcels_for_one_person_and_day_are_one_message(drawers: Drawers) -> None:
    parcels = [(to(), [notice("a")]), (to("CB002"), [notice("x")]), (to(), [notice("b"), notice("a")])]

    assert await drawers.outbox.put_many(parcels, NOON) == 2

    [mine] = await drawers.outbox.list_of(LAN)
    assert [one.key for one in mine.notices] == ["a", "b"]
    assert await drawers.outbox.told_on(DAY) == {"CB001", "CB002"}


async def test_whoever_cannot_be_reached_is_kept_as_unreachable(drawers: Drawers) -> None:
    nowhere = replace(to(), sender=None, channel=None, address=None)

    number = await put(drawers, "a", delivery=nowhere)

    found = await drawers.outbox.find(number)
    assert found is not None
    assert (found.state, found.done_at) == (DeliveryState.UNREACHABLE, NOON)
    assert await drawers.outbox.put(nowhere, [notice("b")], NOON) is None
    assert await keys_of(drawers, number) == ["a", "b"]
    assert await drawers.outbox.list_senders_due(NOON) == []


@pytest.fixture
async def roster(drawers: Drawers) -> None:
    await put_units(drawers)
    await put_people(drawers, [replace(OFFICIAL, code=PersonCode(f"CB00{number}")) for number in (1, 2, 3)])


@pytest.mark.usefixtures("roster")
async def test_whoever_links_a_chat_later_is_told_there_once(drawers: Drawers) -> None:
    nowhere = replace(to(), sender=None, channel=None, address=None)
    number = await put(drawers, "a", delivery=nowhere)
    on_paper = await put(drawers, "b", delivery=replace(nowhere, merge_day=None, broadcast=7))
    later = NOON + timedelta(hours=2)
    await drawers.accounts.link("telegram", "new", LAN, NOON)

    assert await drawers.outbox.find_chats_again({"telegram": SENDER}, DAY, later) == 1
    assert await drawers.outbox.find_chats_again({"telegram": SENDER}, DAY, later) == 0

    found = await drawers.outbox.find(number)
    assert found is not None
    assert (found.state, found.sender, found.address) == (DeliveryState.WAITING, SENDER, "new")
    assert (found.due_at, found.done_at) == (later, None)
    assert (await drawers.outbox.count_states())[DeliveryState.UNREACHABLE] == 1
    kept = await drawers.outbox.find(on_paper)
    assert kept is not None
    assert kept.state is DeliveryState.UNREACHABLE


@pytest.mark.usefixtures("roster")
async def test_what_waits_follows_its_recipient_to_another_chat(drawers: Drawers) -> None:
    number, stays = await put(drawers, "a"), await put(drawers, "b", delivery=to("CB002"))
    await drawers.accounts.link("telegram", f"chat-{LAN}", PersonCode("CB003"), NOON)  # somebody else has it now
    await drawers.accounts.link("telegram", "new", LAN, NOON)
    await drawers.accounts.link("telegram", "chat-CB002", PersonCode("CB002"), NOON - timedelta(days=9))
    await drawers.accounts.link("telegram", "second", PersonCode("CB002"), NOON)

    assert await drawers.outbox.find_chats_again({"telegram": SENDER}, DAY, NOON) == 1

    found = [await drawers.outbox.find(one) for one in (number, stays)]
    assert [one.address for one in found if one is not None] == ["new", "chat-CB002"]


@pytest.mark.usefixtures("roster")
@pytest.mark.parametrize("merge_day", [DAY - timedelta(days=1), None], ids=["long ago", "not of a day"])
async def test_what_nobody_could_be_told_long_ago_or_on_paper_stays(drawers: Drawers, merge_day: date | None) -> None:
    await put(drawers, "a", delivery=replace(to(day=merge_day), sender=None, channel=None, address=None))
    await drawers.accounts.link("telegram", "new", LAN, NOON)

    assert await drawers.outbox.find_chats_again({"telegram": SENDER}, DAY, NOON) == 0


async def claimed(drawers: Drawers, *notices: NewNotice, day: date | None = DAY) -> Delivery:
    """A message whose turn comes, to a chat that Lan has no more."""
    number = await drawers.outbox.put(to(day=day), notices, NOON)
    order = "UPDATE deliveries SET state = 'claimed', claimed_by = 'x', slot_at = now(), lease_until = now()"
    await drawers.connection.exec_driver_sql(order)
    found = await drawers.outbox.find(number or 0)
    assert found is not None
    return found


async def find_again(drawers: Drawers, since: date = DAY) -> int:
    return await drawers.outbox.find_chats_again({"telegram": SENDER}, since, NOON)


_AGAIN = [
    notice("reminder:1"),
    notice("unit_reminder:1", NoticeKind.UNIT_REMINDER),
    notice("escalation:1", NoticeKind.ESCALATION),
    notice("evidence_waiting:1", NoticeKind.EVIDENCE_WAITING),
    replace(notice("privacy:clock:1", NoticeKind.PRIVACY), stage="clock"),
    replace(notice("privacy:breach:1", NoticeKind.PRIVACY), stage="breach"),
    replace(notice("privacy:new:1", NoticeKind.PRIVACY), stage="new"),
]
_ONCE = [
    notice("change:1", NoticeKind.CHANGE),
    notice("digest:1", NoticeKind.DIGEST),
    notice("study:1", NoticeKind.STUDY),
    notice("evidence:1", NoticeKind.EVIDENCE),
    notice("correction:1", NoticeKind.CORRECTION),
    replace(notice("privacy:1:answered", NoticeKind.PRIVACY), stage="answered"),
    replace(notice("privacy:1:entered", NoticeKind.PRIVACY), stage="entered"),
]


@pytest.mark.usefixtures("roster")
@pytest.mark.parametrize("day", [DAY, None], ids=["of a day", "of none"])
@pytest.mark.parametrize("once", _ONCE, ids=lambda one: one.key)
async def test_what_is_told_only_once_waits_for_another_chat(
    drawers: Drawers, once: NewNotice, day: date | None
) -> None:
    lost = await claimed(drawers, *_AGAIN, once, day=day)

    assert await drawers.outbox.strand(lost, "unlinked", NOON)

    stranded = await drawers.outbox.find(lost.id)
    assert stranded is not None
    assert (stranded.state, stranded.reason, stranded.done_at) == (DeliveryState.UNREACHABLE, "unlinked", NOON)
    assert (stranded.sender, stranded.channel, stranded.address) == (None, None, None)
    # The next day plans all others again; nobody puts this one a second time.
    everything = [one.key for one in (*_AGAIN, once)]
    assert await drawers.outbox.known_keys(everything) == {once.key}
    assert await find_again(drawers) == 0

    await drawers.accounts.link("telegram", "new", LAN, NOON)
    assert await find_again(drawers, DAY + timedelta(days=1)) == 0
    assert await find_again(drawers) == 1
    assert await find_again(drawers) == 0
    found = await drawers.outbox.find(lost.id)
    assert found is not None
    assert (found.state, found.sender, found.address) == (DeliveryState.WAITING, SENDER, "new")
    assert [one.key for one in found.notices] == [once.key]
    assert await drawers.outbox.list_senders_due(NOON) == [SENDER]


@pytest.mark.usefixtures("roster")
@pytest.mark.parametrize("day", [DAY, None], ids=["of a day", "of none"])
async def test_what_is_planned_again_or_told_on_paper_is_dropped_with_its_chat(
    drawers: Drawers, day: date | None
) -> None:
    lost = await claimed(drawers, *_AGAIN, notice("broadcast:1", NoticeKind.BROADCAST), day=day)

    assert not await drawers.outbox.strand(lost, "unreachable", NOON)

    assert await drawers.outbox.count_states() == {DeliveryState.DROPPED: 1}
    assert await drawers.outbox.known_keys([one.key for one in lost.notices]) == set()
    await drawers.accounts.link("telegram", "new", LAN, NOON)
    assert await find_again(drawers) == 0


@pytest.mark.usefixtures("roster")
@pytest.mark.parametrize("day", [DAY, None], ids=["of a day", "of none"])
async def test_what_waits_for_a_chat_goes_to_none_where_reminders_are_withheld(
    drawers: Drawers, day: date | None
) -> None:
    lost = await claimed(drawers, notice("change:1", NoticeKind.CHANGE), day=day)
    assert await drawers.outbox.strand(lost, "unlinked", NOON)
    await drawers.accounts.link("telegram", "new", LAN, NOON)
    await drawers.accounts.withhold("telegram", "new", ["reminders"], NOON)

    assert await find_again(drawers) == 0

    await drawers.accounts.withhold("telegram", "new", [], NOON)
    assert await find_again(drawers) == 1


@pytest.mark.usefixtures("roster")
async def test_what_waited_for_a_chat_in_a_backup_may_have_been_told_since(drawers: Drawers) -> None:
    lost = await claimed(drawers, notice("study:1", NoticeKind.STUDY), day=None)
    assert await drawers.outbox.strand(lost, "unlinked", NOON)
    await drawers.accounts.link("telegram", "new", LAN, NOON)
    await drawers.connection.exec_driver_sql(
        "INSERT INTO restores (taken_at, restored_at, revision, chain_number, is_held) VALUES (%s, %s, '', 0, false)",
        (NOON, NOON + timedelta(hours=1)),
    )

    assert await find_again(drawers) == 0


async def test_what_is_dropped_can_be_told_again(drawers: Drawers) -> None:
    number = await put(drawers, "a")

    assert await drawers.outbox.drop(number, "closed", NOON)
    assert not await drawers.outbox.drop(number, "closed", NOON)

    found = await drawers.outbox.find(number)
    assert found is not None
    assert (found.state, found.reason) == (DeliveryState.DROPPED, "closed")
    assert await drawers.outbox.known_keys(["a"]) == set()
    assert await drawers.outbox.told_on(DAY) == set()
    assert await put(drawers, "a") != number


@pytest.mark.parametrize("state", ["started", "delivered", "refused", "unclear", "unreachable"])
async def test_what_has_started_is_not_dropped(drawers: Drawers, state: str) -> None:
    number = await put(drawers, "a")
    await drawers.connection.exec_driver_sql("UPDATE deliveries SET state = %s", (state,))

    assert not await drawers.outbox.drop(number, "closed", NOON)
    assert await drawers.outbox.known_keys(["a"]) == {"a"}


async def test_notices_that_are_left_out_are_free_and_the_rest_is_told(drawers: Drawers) -> None:
    number = await put(drawers, "a", "b")
    found = await drawers.outbox.find(number)
    assert found is not None

    await drawers.outbox.leave_out(number, {found.notices[0].id: "closed"}, NOON)

    assert await keys_of(drawers, number) == ["b"]
    assert await drawers.outbox.known_keys(["a", "b"]) == {"b"}


async def test_a_deferred_message_joins_the_one_of_its_new_day(drawers: Drawers) -> None:
    later, tomorrow = NOON + timedelta(days=1), DAY + timedelta(days=1)
    first, second = await put(drawers, "a"), await put(drawers, "b", delivery=to(day=tomorrow, due_at=later))

    assert await drawers.outbox.defer(first, later, tomorrow, NOON)

    assert await keys_of(drawers, second) == ["a", "b"]
    dropped = await drawers.outbox.find(first)
    assert dropped is not None
    assert (dropped.state, dropped.reason) == (DeliveryState.DROPPED, "merged")
    assert await drawers.outbox.known_keys(["a", "b"]) == {"a", "b"}


async def test_a_message_is_not_deferred_to_a_day_whose_message_went_out(drawers: Drawers) -> None:
    later, tomorrow = NOON + timedelta(days=1), DAY + timedelta(days=1)
    second = await put(drawers, "b", delivery=to(day=tomorrow))
    await drawers.connection.exec_driver_sql("UPDATE deliveries SET state = 'delivered' WHERE id = %s", (second,))
    first = await put(drawers, "a")

    assert not await drawers.outbox.defer(first, later, tomorrow, NOON)
    assert await drawers.outbox.defer(first, later, tomorrow + timedelta(days=1), NOON)

    found = await drawers.outbox.find(first)
    assert found is not None
    assert (found.due_at, found.merge_day) == (later, tomorrow + timedelta(days=1))


@pytest.mark.parametrize(
    ("state", "is_taken", "after"),
    [
        ("delivered", True, "delivered"),
        ("unclear", True, "delivered"),
        ("started", True, "started"),
        ("waiting", False, "waiting"),
        ("refused", False, "refused"),
    ],
)
async def test_acknowledging_settles_what_is_unclear(drawers: Drawers, state: str, is_taken: bool, after: str) -> None:
    number = await put(drawers, "a")
    await drawers.connection.exec_driver_sql("UPDATE deliveries SET state = %s", (state,))

    assert not await drawers.outbox.acknowledge(number, PersonCode("CB002"), NOON)
    assert await drawers.outbox.acknowledge(number, LAN, NOON) is is_taken
    await drawers.outbox.acknowledge(number, LAN, NOON + timedelta(hours=1))

    found = await drawers.outbox.find(number)
    assert found is not None
    assert (found.state, found.acknowledged_at) == (after, NOON if is_taken else None)


async def test_unclear_ones_are_named_and_settled_by_hr(drawers: Drawers) -> None:
    number = await put(drawers, "a")
    await drawers.connection.exec_driver_sql("UPDATE deliveries SET state = 'unclear'")

    assert [one.id for one in await drawers.outbox.list_unclear()] == [number]
    assert await drawers.outbox.settle_unclear(number, has_arrived=False, at=NOON)
    assert not await drawers.outbox.settle_unclear(number, has_arrived=True, at=NOON)

    assert await drawers.outbox.list_unclear() == []
    assert await drawers.outbox.count_states() == {DeliveryState.REFUSED: 1}


async def test_one_that_hr_says_did_not_arrive_leaves_again_once(drawers: Drawers) -> None:
    number = await put(drawers, "a")
    await drawers.connection.exec_driver_sql("UPDATE deliveries SET state = 'unclear', started_at = now()")
    person = (await drawers.outbox.list_unclear())[0].person

    assert await drawers.outbox.list_unclear_of([UnitCode("U-KHAC")], 10) == []
    assert not await drawers.outbox.send_again(number, NOON, broadcast=7)
    assert await drawers.outbox.send_again(number, NOON)
    assert not await drawers.outbox.send_again(number, NOON)

    found = await drawers.outbox.find(number)
    assert found is not None
    assert (found.person, found.state, found.reason, found.started_at) == (
        person,
        DeliveryState.WAITING,
        "sent_again",
        None,
    )


async def test_a_broadcast_is_held_resumed_and_cancelled(drawers: Drawers) -> None:
    parcels = [(to(f"CB{n}", day=None, broadcast=7), [notice(f"broadcast:7:CB{n}")]) for n in range(3)]
    assert await drawers.outbox.put_many(parcels, NOON) == 3
    await put(drawers, "other")

    assert await drawers.outbox.hold_broadcast(7, is_held=True) == 3
    assert [(one.due, one.held) for one in await drawers.outbox.list_queues(NOON)] == [(1, 3)]
    assert await drawers.outbox.hold_broadcast(7, is_held=False) == 3
    assert await drawers.outbox.drop_broadcast(7, "cancelled", NOON) == 3

    assert await drawers.outbox.count_states(7) == {DeliveryState.DROPPED: 3}
    of_one = await drawers.outbox.list_of(PersonCode("CB0"))
    assert [one.reason for one in of_one] == ["cancelled"]
    assert await drawers.outbox.count_states() == {DeliveryState.DROPPED: 3, DeliveryState.WAITING: 1}


async def test_queues_tell_what_is_due_and_what_is_later(drawers: Drawers) -> None:
    await put(drawers, "a")
    await put(drawers, "b", delivery=to(day=None, due_at=NOON + timedelta(hours=1)))
    await drawers.pace.set(SENDER, per_second=27)
    [going] = await drawers.outbox.list_queues(NOON)
    due = [await drawers.outbox.list_senders_due(one) for one in (NOON, NOON - timedelta(days=1))]
    await drawers.pace.pause(SENDER, timedelta(seconds=30), "asked")

    [queue] = await drawers.outbox.list_queues(NOON)

    assert (queue.sender, queue.due, queue.later, queue.stuck, queue.oldest_due_at) == (SENDER, 1, 1, 0, NOON)
    assert (going.pause_reason, queue.pause_reason) == (None, "asked")
    assert due == [[SENDER], []]
    assert await drawers.outbox.list_senders_due(NOON) == []  # paused: whoever looks again finds it when it is not


async def test_words_that_the_database_cannot_hold_are_cleaned(drawers: Drawers) -> None:
    odd = NewNotice(NoticeKind.BROADCAST, "a\0b", payload={"text": "x\0\ud800y"})

    number = await drawers.outbox.put(to(day=None), [odd], NOON)

    assert number is not None
    assert await drawers.outbox.known_keys(["a\0b"]) == {"ab"}
    assert await drawers.outbox.put(to(day=None), [odd], NOON) is None


async def test_ten_thousand_are_put_in_a_few_seconds(database: Database) -> None:
    def parcels(start: int) -> Sequence[tuple[NewDelivery, Sequence[NewNotice]]]:
        return [(to(f"CB{n:06}"), [notice(f"{n}-a"), notice(f"{n}-b")]) for n in range(start, start + 10_000)]

    began = time.process_time()
    async with database.transaction() as drawers:
        assert await drawers.outbox.put_many(parcels(0), NOON) == 10_000
    async with database.transaction() as drawers:
        assert await drawers.outbox.put_many(parcels(5_000), NOON) == 5_000
        assert len(await drawers.outbox.told_on(DAY)) == 15_000
    assert time.process_time() - began < 5


@pytest.mark.usefixtures("roster")
async def test_what_a_head_said_waits_over_a_weekend_while_it_is_refused_to_us(drawers: Drawers) -> None:
    said, planned = notice("unit_reminder:1", NoticeKind.UNIT_REMINDER), notice("reminder:1")
    number = await drawers.outbox.put(to(), [said, planned], NOON)
    await drawers.outbox.put(to("CB002"), [notice("reminder:2")], NOON)
    await drawers.outbox.put(to("CB003"), [notice("reminder:3")], NOON)
    await drawers.connection.exec_driver_sql(
        "UPDATE deliveries SET reason = CASE person WHEN 'CB003' THEN '' ELSE 'not_paid' END"
    )
    keys = [said.key, "reminder:1", "reminder:2", "reminder:3"]

    await drawers.outbox.leave_earlier_to_planning(DAY, ["not_paid"], NOON)
    assert await drawers.outbox.known_keys(keys) == set(keys)

    await drawers.outbox.leave_earlier_to_planning(DAY + timedelta(days=1), ["not_paid"], NOON + timedelta(days=3))
    assert await drawers.outbox.known_keys(keys) == {said.key, "reminder:3"}
    assert await keys_of(drawers, number or 0) == [said.key]
    assert await drawers.outbox.count_states() == {DeliveryState.WAITING: 2, DeliveryState.REFUSED: 1}

    later = NOON + timedelta(days=3, minutes=1)
    await drawers.outbox.leave_earlier_to_planning(DAY + timedelta(days=4), ["not_paid"], later)
    assert await drawers.outbox.known_keys(keys) == {"reminder:3"}
    assert await drawers.outbox.count_states() == {DeliveryState.WAITING: 1, DeliveryState.REFUSED: 2}


async def test_why_messages_were_refused_is_counted_along_indexes(drawers: Drawers) -> None:
    """It is asked every few seconds, over all that was ever sent."""
    for state, is_held, count in (("delivered", False, 20_000), ("waiting", False, 20), ("waiting", True, 5)):
        await drawers.connection.exec_driver_sql(
            "INSERT INTO deliveries (person, sender, channel, address, locale, state, due_at, done_at, reason, is_held)"
            " SELECT n::text, 'a', 'telegram', n::text, 'vi', %s, now(), now(), 'not_paid', %s"
            " FROM generate_series(1, %s) n",
            (state, is_held, count),
        )
    await drawers.connection.exec_driver_sql("ANALYZE deliveries")
    values = {"since": NOON, "waiting": ["not_paid"]}

    plan = await drawers.connection.execute(text(f"EXPLAIN {_REASONS.text}"), values)

    assert not [line for (line,) in plan if "Seq Scan on deliveries" in line]
    assert await drawers.fleet.count_refused(NOON, ["not_paid"]) == {"not_paid": 25}
