"""The pump sends each message once, at its slot, and keeps exactly how it ended."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.failures import ChannelRefusedError, NotSentError, RefusedError, UnclearError
from bot.push.composing import Deferred, Unsaid, Written
from bot.push.pump import Manner
from bot.push.sending import Parcel
from handlers.reply import Reply
from knowledge.cases import Case, KeptCase, Told, Trigger
from knowledge.facts import PersonCode
from storage.database import Database, open_database
from storage.encryption import Vault
from storage.ledger import Ledger, _Offset
from storage.records import Claim, DeliveryState, NewDelivery, NewNotice, NoticeKind
from tests.bot.push.pumping import (
    SENDER,
    KeepingSender,
    PlainComposer,
    TickingClock,
    fill,
    ledger_of,
    only,
    people,
    pump,
    put,
    states,
)
from tests.databases import TEST_KEY
from tests.storage.filling import LAN as OFFICIAL
from tests.storage.filling import put_people, put_units

LAN = "CB00000"


async def test_everybody_is_sent_one_message_and_the_pump_ends(database: Database) -> None:
    await fill(database, people(250))
    sender = KeepingSender()

    tally = await pump(database, sender)

    assert sorted(sender.addresses) == people(250)
    assert await states(database) == {"delivered": 250}
    assert tally.ended == {"delivered": 250}
    delivered = (await _all(database))[0]
    assert delivered.provider_id == f"m{delivered.id}"
    assert delivered.attempts == 1
    assert delivered.started_at is not None
    assert delivered.done_at is not None
    assert delivered.done_at >= delivered.started_at


async def test_a_case_left_out_of_a_message_that_goes_out_counts_as_not_told(database: Database) -> None:
    day, rung = datetime(2026, 11, 23, tzinfo=UTC).date(), "unit:SO-MAU-1"
    case = Case(PersonCode("CB00001"), Trigger.OVERDUE, "DOT-1@2026-11-01", ())
    entry = [case.person, case.trigger.value, case.subject, rung]
    await fill(database, [])
    async with database.transaction() as drawers:
        told = NewNotice(NoticeKind.ESCALATION, f"escalation:{LAN}:{day}", payload={"cases": [entry]})
        due = datetime.now(UTC) - timedelta(minutes=1)
        number = await drawers.outbox.put(NewDelivery(PersonCode(LAN), due, SENDER, "telegram", LAN), [told], due)
        found = await drawers.outbox.find(number or 0)
        assert found is not None
        await drawers.escalations.keep([KeptCase(case, day, told=(Told(rung, day, (PersonCode(LAN),)),))])
    partly = Written(Reply("Có việc cần xem"), "vi", untold={found.notices[0].id: (entry,)})

    await pump(database, KeepingSender(), PlainComposer({LAN: partly}))

    assert await states(database) == {"delivered": 1}
    async with database.transaction() as drawers:
        [kept] = (await drawers.escalations.load_memory(day))[case.person]
    assert kept.told == ()


async def test_nothing_is_sent_before_it_is_due_or_while_its_broadcast_is_held(database: Database) -> None:
    await fill(database, people(1), due_at=datetime.now(UTC) + timedelta(hours=1))

    sender = KeepingSender()
    await pump(database, sender)
    assert sender.sent == []

    async with database.transaction() as drawers:
        await put(drawers, people(1, 1))
        await drawers.connection.exec_driver_sql("UPDATE deliveries SET broadcast = 1 WHERE person = 'CB00001'")
        assert await drawers.outbox.hold_broadcast(1, is_held=True) == 1
    await pump(database, sender)
    assert sender.sent == []


async def test_the_more_urgent_goes_first(database: Database) -> None:
    await fill(database, people(3, 10), urgency=5, per_second=200)
    async with database.transaction() as drawers:
        await put(drawers, people(3), urgency=1)

    await pump(database, sender := KeepingSender())

    assert sender.addresses == [*people(3), *people(3, 10)]


async def test_messages_leave_one_by_one_at_their_slots(database: Database) -> None:
    await fill(database, people(40), per_second=50)

    await pump(database, sender := KeepingSender())

    moments = [moment for moment, _parcel in sender.sent]
    apart = [later - earlier for earlier, later in pairwise(moments)]
    assert moments[-1] - moments[0] >= 39 / 50 * 0.97
    assert max(sum(one <= other < one + 0.2 for other in moments) for one in moments) <= 12
    assert sorted(apart)[len(apart) // 2] == pytest.approx(0.02, abs=0.005)


async def test_one_chat_gets_one_message_in_its_time_and_others_do_not_wait(database: Database) -> None:
    await fill(database, [LAN] * 3, chat=4)
    async with database.transaction() as drawers:
        await put(drawers, people(20, 1))

    await pump(database, sender := KeepingSender())

    mine = [moment for moment, parcel in sender.sent if parcel.address == LAN]
    assert [b - a >= 0.24 for a, b in pairwise(mine)] == [True, True]
    assert sender.addresses.index(people(1, 20)[0]) < 22


async def test_a_refusal_is_kept_with_its_code_and_the_account_as_unreachable(database: Database) -> None:
    await fill(database, [LAN], kind=NoticeKind.REMINDER)
    async with database.transaction() as drawers:
        await drawers.accounts.save_locale("telegram", LAN, "vi", datetime.now(UTC))

    await pump(database, KeepingSender({LAN: RefusedError("no", code="blocked")}))

    assert (await only(database, DeliveryState.REFUSED)).reason == "blocked"
    async with database.transaction() as drawers:
        account = await drawers.accounts.find_account("telegram", LAN)
        assert account is not None
        assert account.unreachable_at is not None
        await drawers.accounts.mark_reachable("telegram", LAN)
        account = await drawers.accounts.find_account("telegram", LAN)
        assert account is not None
        assert account.unreachable_at is None


@pytest.mark.parametrize("kind", [NoticeKind.STUDY, NoticeKind.REMINDER])
@pytest.mark.parametrize("code", ["not_paid", "platform_failed", "template_refused"])
async def test_what_is_refused_until_somebody_mends_it_waits_for_that(
    database: Database, code: str, kind: NoticeKind
) -> None:
    await fill(database, [LAN], kind=kind)

    tally = await pump(database, KeepingSender({LAN: RefusedError("no", code=code)}))

    assert tally.ended == {"put_back": 1}
    waiting = await only(database, DeliveryState.WAITING)
    assert (waiting.reason, waiting.attempts) == (code, 0)
    async with database.transaction() as drawers:
        assert await drawers.fleet.count_refused(datetime.now(UTC), [code]) == {code: 1}
        assert await drawers.outbox.list_senders_due(datetime.now(UTC)) == []
    await _end_waits(database)
    await pump(database, sender := KeepingSender())
    await pump(database, sender)
    assert sender.addresses == [LAN]
    assert await states(database) == {"delivered": 1}


@pytest.mark.parametrize("code", ["not_paid", "bad_request"])
async def test_nothing_waits_without_end_to_be_mended(database: Database, code: str) -> None:
    await fill(database, [LAN])
    async with database.transaction() as drawers:
        await drawers.connection.exec_driver_sql("UPDATE notices SET made_at = now() - interval '61 days'")

    await pump(database, KeepingSender({LAN: RefusedError("no", code=code)}))

    assert (await only(database, DeliveryState.REFUSED)).reason == code


@pytest.mark.parametrize("code", ["not_paid", "bad_request"])
async def test_what_joins_it_daily_does_not_put_off_the_end_of_waiting(database: Database, code: str) -> None:
    await fill(database, [LAN], kind=NoticeKind.DIGEST)
    day = datetime.now(UTC).date()
    async with database.transaction() as drawers:
        await drawers.connection.exec_driver_sql("UPDATE notices SET made_at = now() - interval '61 days'")
        await drawers.connection.exec_driver_sql("UPDATE deliveries SET merge_day = %s", (day,))
        fresh = NewDelivery(PersonCode(LAN), datetime.now(UTC), SENDER, "telegram", LAN, merge_day=day)
        assert await drawers.outbox.put(fresh, [NewNotice(NoticeKind.REMINDER, "new")], datetime.now(UTC)) is None

    await pump(database, KeepingSender({LAN: RefusedError("no", code=code)}))

    async with database.transaction() as drawers:
        assert await drawers.outbox.known_keys(["new"]) == set()
    assert DeliveryState.WAITING.value not in await states(database)


async def test_what_several_make_too_long_goes_out_one_by_one_at_once(database: Database) -> None:
    day, kinds = datetime.now(UTC).date(), [NoticeKind.ESCALATION, NoticeKind.DIGEST, NoticeKind.CHANGE]
    await fill(database, [])
    async with database.transaction() as drawers:
        joined = NewDelivery(PersonCode(LAN), datetime.now(UTC), SENDER, "telegram", LAN, merge_day=day)
        notices = [NewNotice(one, f"{one}:1") for one in kinds]
        assert await drawers.outbox.put(joined, notices, datetime.now(UTC)) is not None

    async def take_one(parcel: Parcel) -> str:
        if len(parcel.kinds) > 1:
            raise RefusedError("too_long", code="bad_request")
        return f"m{parcel.delivery}"

    await pump(database, sender := KeepingSender({LAN: take_one}))

    taken = [parcel.kinds for _moment, parcel in sender.sent]
    assert sorted(taken[1:]) == sorted((one.value,) for one in kinds)
    assert await states(database) == {"delivered": 3}
    async with database.transaction() as drawers:
        assert len(await drawers.outbox.known_keys([one.key for one in notices])) == 3


async def test_what_is_called_wrong_by_itself_holds_back_nothing_of_the_next_days(database: Database) -> None:
    today = datetime.now(UTC).date()
    await fill(database, [LAN], kind=NoticeKind.DIGEST)
    async with database.transaction() as drawers:
        await drawers.connection.exec_driver_sql("UPDATE deliveries SET merge_day = %s", (today,))

    async def refuse_digests(parcel: Parcel) -> str:
        if "digest" in parcel.kinds:
            raise RefusedError("no", code="bad_request")
        return f"m{parcel.delivery}"

    sender = KeepingSender({LAN: refuse_digests})
    await pump(database, sender)
    for n in (1, 2):
        day, now = today + timedelta(days=n), datetime.now(UTC)
        async with database.transaction() as drawers:
            await drawers.reminders.carry_over(day)
            told = NewDelivery(PersonCode(LAN), now, SENDER, "telegram", LAN, merge_day=day)
            await drawers.outbox.put(told, [NewNotice(NoticeKind.ESCALATION, f"escalation:{n}")], now)
        await pump(database, sender)

    assert [parcel.kinds for _moment, parcel in sender.sent] == [("digest",), ("escalation",), ("escalation",)]
    assert (await only(database, DeliveryState.WAITING)).merge_day is None


async def test_why_it_waited_holds_on_where_its_turn_came_too_late(database: Database) -> None:
    await fill(database, [LAN])
    async with ledger_of(database) as ledger:
        for reason in ("not_paid", ""):
            [claim] = (await ledger.claim(SENDER, datetime.now(UTC))).claims
            await ledger.put_back(claim, datetime.now(UTC), reason=reason)

    assert (await only(database, DeliveryState.WAITING)).reason == "not_paid"


async def test_what_a_platform_calls_wrong_is_tried_a_day_later_where_it_is_told_only_once(database: Database) -> None:
    await fill(database, [LAN])

    await pump(database, KeepingSender({LAN: RefusedError("no", code="bad_request")}))

    assert (await only(database, DeliveryState.WAITING)).reason == "bad_request"
    async with ledger_of(database) as ledger:
        claimed = await ledger.claim(SENDER, datetime.now(UTC))
    assert claimed.wait is not None
    assert 86_300 < claimed.wait < 86_400
    await _end_waits(database)
    await pump(database, sender := KeepingSender())
    assert sender.addresses == [LAN]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("blocked", NoticeKind.REMINDER),
        ("bad_request", NoticeKind.REMINDER),
        ("blocked", NoticeKind.UNIT_REMINDER),
    ],
)
async def test_what_is_planned_again_ends_as_refused_and_can_be_told_by_another_day(
    database: Database, code: str, kind: NoticeKind
) -> None:
    await fill(database, [LAN], kind=kind)
    async with database.transaction() as drawers:
        await drawers.connection.exec_driver_sql("UPDATE notices SET made_at = now()")

    await pump(database, KeepingSender({LAN: RefusedError("no", code=code)}))

    refused = await only(database, DeliveryState.REFUSED)
    assert (refused.reason, [one.kind for one in refused.notices]) == (code, [kind])
    async with database.transaction() as drawers:
        assert await drawers.outbox.known_keys([one.key for one in refused.notices]) == set()


@pytest.mark.parametrize(
    ("code", "waits"), [("not_paid", True), ("bad_request", False)], ids=["not paid", "called wrong"]
)
async def test_a_broadcast_waits_for_days_to_be_paid_for_and_is_told_on_paper_then(
    database: Database, code: str, *, waits: bool
) -> None:
    await fill(database, [LAN], kind=NoticeKind.BROADCAST)
    async with database.transaction() as drawers:
        await drawers.connection.exec_driver_sql("UPDATE deliveries SET broadcast = 7")

    await pump(database, KeepingSender({LAN: RefusedError("no", code=code)}))

    assert await states(database) == {"waiting" if waits else "refused": 1}
    async with database.transaction() as drawers:
        await drawers.connection.exec_driver_sql("UPDATE notices SET made_at = now() - interval '4 days'")
    await _end_waits(database)
    await pump(database, KeepingSender({LAN: RefusedError("no", code=code)}))
    refused = await only(database, DeliveryState.REFUSED)
    assert refused.reason == code
    async with database.transaction() as drawers:
        assert len(await drawers.outbox.known_keys([one.key for one in refused.notices])) == 1


async def _end_waits(database: Database) -> None:
    async with database.transaction() as drawers:
        await drawers.connection.exec_driver_sql("UPDATE deliveries SET lease_until = NULL")


async def test_past_its_day_what_was_refused_to_us_is_left_to_planning(database: Database) -> None:
    await fill(database, people(2), kind=NoticeKind.REMINDER)
    today = datetime.now(UTC).date()
    async with database.transaction() as drawers:
        await drawers.connection.exec_driver_sql(
            "UPDATE deliveries SET merge_day = %s, reason = CASE person WHEN %s THEN 'not_paid' ELSE '' END",
            (today, LAN),
        )
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    later = Deferred(tomorrow, is_merged=True, next_day=lambda moment: moment + timedelta(days=1))

    tally = await pump(database, KeepingSender(), PlainComposer(dict.fromkeys(people(2), later)))

    assert tally.ended == {"refused": 1, "deferred": 1}
    refused, waiting = [await only(database, one) for one in (DeliveryState.REFUSED, DeliveryState.WAITING)]
    assert (refused.person, refused.reason) == (LAN, "not_paid")
    keys = [one.key for one in (*refused.notices, *waiting.notices)]
    async with database.transaction() as drawers:
        assert await drawers.outbox.known_keys(keys) == {keys[1]}


async def test_a_defect_of_our_message_says_nothing_about_the_account(database: Database) -> None:
    await fill(database, [LAN])
    async with database.transaction() as drawers:
        await drawers.accounts.save_locale("telegram", LAN, "vi", datetime.now(UTC))

    await pump(database, KeepingSender({LAN: RefusedError("no", code="bad_request")}))

    async with database.transaction() as drawers:
        account = await drawers.accounts.find_account("telegram", LAN)
        assert account is not None
        assert account.unreachable_at is None


@pytest.mark.parametrize("failure", [UnclearError("lost", code="BadGateway"), ValueError("a defect")])
async def test_what_may_have_gone_out_is_unclear_and_never_sent_again(database: Database, failure: Exception) -> None:
    await fill(database, people(3))
    sender = KeepingSender({LAN: failure})

    await pump(database, sender)
    await pump(database, sender)

    assert sorted(sender.addresses) == people(3)
    unclear = await only(database, DeliveryState.UNCLEAR)
    assert unclear.reason in {"BadGateway", "ValueError"}
    async with database.transaction() as drawers:
        assert await drawers.outbox.acknowledge(unclear.id, PersonCode(LAN), datetime.now(UTC))
    assert await states(database) == {"delivered": 3}


async def test_a_request_that_takes_too_long_is_unclear(database: Database) -> None:
    async def forever(_parcel):
        await asyncio.Event().wait()

    await fill(database, [LAN])

    await pump(database, KeepingSender({LAN: forever}), manner=Manner(longest=0.05))

    assert (await only(database, DeliveryState.UNCLEAR)).reason == "timeout"


async def test_being_asked_to_wait_pauses_the_fleet_and_loses_nobody(database: Database) -> None:
    asked_at: list[float] = []

    async def once(parcel):
        if not asked_at:
            asked_at.append(time.monotonic())
            raise NotSentError("slow down", code="too_many", wait=0.5)
        return "m"

    await fill(database, people(60), per_second=100)  # without a pause the last would leave after 0.6 s
    first, second = (KeepingSender({people(6)[5]: once}) for _each in range(2))

    tallies = await asyncio.gather(pump(database, first), pump(database, second))

    assert sum(tally.rate_refusals for tally in tallies) == 1
    assert await states(database) == {"delivered": 60}
    moments = [moment - asked_at[0] for moment, _parcel in first.sent + second.sent]
    # Those few whose turn had come before the pause was written down are on their way; then nobody leaves.
    assert not [moment for moment in moments if 0.2 < moment < 0.49]
    assert {one.attempts for one in await _all(database)} == {1}


async def test_what_was_surely_not_taken_is_tried_again_later(database: Database) -> None:
    await fill(database, people(2))
    sender = KeepingSender({LAN: NotSentError("no connection", code="ConnectError")})

    async with asyncio.timeout(20):
        task = asyncio.create_task(pump(database, sender))
        await sender.until(lambda: {LAN, "CB00001"} <= set(sender.addresses))
        sender.answers.clear()
        await asyncio.sleep(0.2)
        async with database.transaction() as drawers:
            [row] = await drawers.outbox.list_of(PersonCode(LAN))
            assert (row.state, row.reason, row.attempts) == (DeliveryState.WAITING, "ConnectError", 1)
            assert row.lease_until is not None
            await drawers.connection.exec_driver_sql("UPDATE deliveries SET lease_until = NULL WHERE state = 'waiting'")
        await task

    assert sender.addresses.count(LAN) == 2
    assert {one.attempts for one in await _all(database)} == {1, 2}


async def test_a_platform_out_of_reach_is_left_alone_for_a_while(database: Database) -> None:
    await fill(database, people(30), per_second=100)
    answers = dict.fromkeys(people(30), NotSentError("no connection", code="ConnectError"))
    sender, stop = KeepingSender(answers), asyncio.Event()

    async with asyncio.timeout(20):
        task = asyncio.create_task(pump(database, sender, stop=stop))
        await sender.until(lambda: len(sender.sent) >= 3)
        await asyncio.sleep(0.3)
        stop.set()
        await task

    assert len(sender.sent) <= 6
    assert await states(database) == {"waiting": 30}


async def test_a_channel_that_refuses_us_is_paused_and_its_rows_stay(database: Database) -> None:
    await fill(database, people(5), per_second=20)
    stop = asyncio.Event()

    async def refused(_parcel):
        stop.set()
        raise ChannelRefusedError("token")

    await pump(database, KeepingSender(dict.fromkeys(people(5), refused)), stop=stop)

    assert await states(database) == {"waiting": 5}
    assert {one.attempts for one in await _all(database)} == {0}
    async with database.transaction() as drawers:
        [queue] = await drawers.outbox.list_queues(datetime.now(UTC))
        assert (queue.sender, queue.pause_reason) == (SENDER, "channel_refused")
        assert queue.paused_until is not None
        assert timedelta(minutes=4) < queue.paused_until - datetime.now(UTC) <= timedelta(minutes=5)
    async with ledger_of(database) as ledger:
        claimed = await ledger.claim(SENDER, datetime.now(UTC))
        assert claimed.claims == ()
        assert claimed.wait == pytest.approx(300, abs=10)


async def test_what_has_nothing_to_say_is_dropped_and_what_must_wait_is_deferred(database: Database) -> None:
    await fill(database, people(4))
    later = datetime.now(UTC) + timedelta(hours=14)
    deferred = Deferred(later, is_merged=True, next_day=lambda moment: moment + timedelta(days=1))
    composer = PlainComposer({LAN: Unsaid("closed"), "CB00001": deferred, "CB00002": ValueError("a defect")})

    await asyncio.wait_for(_until_ended(database, composer), 20)

    assert await states(database) == {"dropped": 1, "waiting": 2, "delivered": 1}
    rows = {one.person: one for one in await _all(database)}
    assert rows[PersonCode(LAN)].reason == "closed"
    assert (rows[PersonCode("CB00001")].due_at, rows[PersonCode("CB00001")].merge_day) == (later, later.date())
    assert rows[PersonCode("CB00002")].reason == "defect"


@pytest.mark.parametrize("reason", ["unlinked", "unreachable"])
async def test_what_is_told_only_once_waits_for_a_chat_when_its_own_is_gone(database: Database, reason: str) -> None:
    await fill(database, [LAN])  # about a study case: nobody plans that again
    composer = PlainComposer({LAN: Unsaid(reason)})

    tally = await pump(database, KeepingSender(), composer)

    assert tally.ended == {"unreachable": 1}
    assert (await only(database, DeliveryState.UNREACHABLE)).reason == reason
    async with database.transaction() as drawers:
        await put_units(drawers)
        await put_people(drawers, [replace(OFFICIAL, code=PersonCode(LAN))])
        await drawers.accounts.link("telegram", "new", PersonCode(LAN), datetime.now(UTC))
        since = datetime.now(UTC).date() - timedelta(days=1)
        assert await drawers.outbox.find_chats_again({"telegram": SENDER}, since, datetime.now(UTC)) == 1
    await pump(database, sender := KeepingSender())
    assert sender.addresses == ["new"]
    assert await states(database) == {"delivered": 1}


async def test_what_is_told_only_once_waits_for_whoever_blocked_us_until_they_let_us_write_again(
    database: Database,
) -> None:
    await fill(database, [LAN])
    async with database.transaction() as drawers:
        await put_units(drawers)
        await put_people(drawers, [replace(OFFICIAL, code=PersonCode(LAN))])
        await drawers.accounts.link("telegram", LAN, PersonCode(LAN), datetime.now(UTC))
    since = datetime.now(UTC).date() - timedelta(days=1)

    tally = await pump(database, KeepingSender({LAN: RefusedError("no", code="blocked")}))

    assert tally.ended == {"unreachable": 1}
    assert (await only(database, DeliveryState.UNREACHABLE)).reason == "blocked"
    async with database.transaction() as drawers:
        assert await drawers.outbox.find_chats_again({"telegram": SENDER}, since, datetime.now(UTC)) == 0
        await drawers.accounts.mark_reachable("telegram", LAN)
        assert await drawers.outbox.find_chats_again({"telegram": SENDER}, since, datetime.now(UTC)) == 1
    await pump(database, sender := KeepingSender())
    assert sender.addresses == [LAN]
    assert await states(database) == {"delivered": 1}


async def _until_ended(database: Database, composer: PlainComposer) -> None:
    stop, sender = asyncio.Event(), KeepingSender()
    running = asyncio.create_task(pump(database, sender, composer, stop=stop))
    await sender.until(lambda: sender.addresses == ["CB00003"])
    await asyncio.sleep(0.1)
    stop.set()
    await running


async def test_asked_to_stop_it_finishes_what_has_begun_and_gives_back_the_rest(database: Database) -> None:
    stop, begun, may_end = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def slow(_parcel):
        begun.set()
        await may_end.wait()
        return "m"

    await fill(database, people(30), per_second=25)
    running = asyncio.create_task(pump(database, KeepingSender({LAN: slow}), stop=stop))
    await asyncio.wait_for(begun.wait(), 10)
    stop.set()
    await asyncio.sleep(0.05)
    assert not running.done()
    may_end.set()
    await asyncio.wait_for(running, 10)

    found = await states(database)
    assert found["delivered"] >= 1
    assert found["delivered"] + found["waiting"] == 30


async def test_what_a_dead_worker_held_is_sent_by_another_and_what_it_had_begun_is_unclear(database: Database) -> None:
    await fill(database, people(6), per_second=100)
    async with ledger_of(database, claim_lease=0.5, start_lease=1.0) as dead:
        claimed = await dead.claim(SENDER, datetime.now(UTC), 4)
        await asyncio.sleep(0.16)
        assert await dead.start(claimed.claims[0], datetime.now(UTC)) is not None
        assert await dead.start(claimed.claims[1], datetime.now(UTC)) is not None

        await pump(database, sender := KeepingSender())

        assert sorted(sender.addresses) == people(4, 2)
        assert await states(database) == {"delivered": 4, "unclear": 2}
        # Whoever was believed dead and comes back knows better how it ended; and may begin nothing more.
        await dead.end(claimed.claims[0], DeliveryState.DELIVERED, datetime.now(UTC), provider_id="m")
        assert await dead.start(claimed.claims[2], datetime.now(UTC)) is None
    assert await states(database) == {"delivered": 5, "unclear": 1}


async def test_nothing_leaves_once_the_lease_is_over_the_fleet_is_paused_or_the_broadcast_held(
    database: Database,
) -> None:
    now = datetime.now(UTC)
    await fill(database, people(4), per_second=100)
    async with ledger_of(database) as ledger:
        late, held, dropped, paused = (await ledger.claim(SENDER, now)).claims
        async with database.transaction() as drawers:
            run = drawers.connection.exec_driver_sql
            await run("UPDATE deliveries SET lease_until = now() - interval '1 s' WHERE id = %s", (late.delivery.id,))
            await run("UPDATE deliveries SET broadcast = 1 WHERE id = %s", (held.delivery.id,))
            await drawers.outbox.hold_broadcast(1, is_held=True)
            await drawers.outbox.drop(dropped.delivery.id, "closed", now)
        assert await ledger.start(late, now) is None
        assert await ledger.start(held, now) is None
        assert await ledger.start(dropped, now) is None
        await ledger.pause(SENDER, 30, "asked")
        assert await ledger.start(paused, now) is None
        for one in (late, held, dropped, paused):
            await ledger.put_back(one, now)
    assert await states(database) == {"waiting": 3, "dropped": 1}


async def test_a_slot_that_is_long_past_is_not_used(database: Database) -> None:
    await fill(database, people(2), per_second=100)
    async with ledger_of(database, stale=0.1) as ledger:
        claimed = await ledger.claim(SENDER, datetime.now(UTC))
        await asyncio.sleep(0.3)
        assert await ledger.start(claimed.claims[0], datetime.now(UTC)) is None


async def test_departures_keep_their_distance_after_a_delay(database: Database) -> None:
    await fill(database, people(8), per_second=20)
    async with ledger_of(database, stale=60) as ledger:
        claimed = await ledger.claim(SENDER, datetime.now(UTC))
        await asyncio.sleep(0.6)
        departures = await asyncio.gather(*(ledger.start(one, datetime.now(UTC)) for one in claimed.claims))
    apart = [b - a for a, b in pairwise(departures)]
    assert len(apart) == 7
    assert min(apart) >= 0.05 * 0.959


async def test_departures_keep_their_distance_when_the_first_answers_of_the_database_were_slow(
    database: Database,
) -> None:
    """Clocks are compared by answers: one that comes late makes its moment look later than it is."""
    await fill(database, people(4), per_second=20)
    async with ledger_of(database, stale=60) as ledger:
        claimed = await ledger.claim(SENDER, datetime.now(UTC))
        await asyncio.sleep(0.3)
        ledger._offset = _FirstLate(0.03)
        departures = [await ledger.start(one, datetime.now(UTC)) for one in claimed.claims]
    apart = [b - a for a, b in pairwise(departures)]
    assert len(apart) == 3
    assert min(apart) >= 0.05 * 0.959


class _FirstLate(_Offset):
    """The first answer came so many seconds after it was written, the others at once."""

    def __init__(self, late: float) -> None:
        super().__init__()
        self._late = late

    def here(self, there: float, *, seen: float) -> float:
        late, self._late = self._late, 0.0
        return super().here(there, seen=seen - late)


async def test_marks_survive_a_lost_connection(database: Database) -> None:
    await fill(database, people(3))
    async with ledger_of(database) as ledger:
        claimed = await ledger.claim(SENDER, TickingClock().now())
        one, two, three = claimed.claims
        assert await ledger.start(one, TickingClock().now()) is not None
        assert await ledger.start(two, TickingClock().now()) is not None
        async with database.transaction() as drawers:
            await drawers.connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        now = TickingClock().now()
        await asyncio.gather(
            ledger.end(one, DeliveryState.DELIVERED, now), ledger.end(two, DeliveryState.DELIVERED, now)
        )
        assert await ledger.start(three, now) is not None
    assert await states(database) == {"delivered": 2, "started": 1}


async def _all(database: Database):
    async with database.transaction() as drawers:
        return await drawers.outbox._list("ORDER BY id", ())


@given(data=st.data())
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_however_workers_interleave_nobody_is_sent_twice_or_lost(migrated_url: str, data: st.DataObject) -> None:
    """Workers claim, start, send, end, die and are cut off in any order; leases end at any moment."""
    steps = data.draw(st.lists(st.tuples(st.integers(0, 2), st.sampled_from(STEPS)), min_size=10, max_size=60))
    asyncio.run(_play(migrated_url, steps))


STEPS = ("claim", "start", "start", "send_and_end", "send_and_end", "send_only", "put_back", "die", "leases_end")


@dataclass
class Worker:
    ledger: Ledger
    claimed: list[Claim] = field(default_factory=list)
    started: list[Claim] = field(default_factory=list)


async def _play(url: str, steps: list[tuple[int, str]]) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("TRUNCATE deliveries, notices, pace CASCADE")
    async with open_database(url, vault=Vault([TEST_KEY])) as database:
        await fill(database, people(12))
        arrived: Counter[int] = Counter()
        workers = [Worker(Ledger(database)) for _ in range(3)]
        for which, step in steps:
            await _step(database, workers, which, step, arrived)
        # All die; those who come after send what is left.
        await _step(database, workers, 0, "leases_end", arrived)
        sender = KeepingSender()
        await pump(database, sender)
        arrived.update(parcel.delivery for _moment, parcel in sender.sent)
        for one in workers:
            await one.ledger.close()

        rows = await _all(database)
        assert max(arrived.values()) == 1, "sent twice"
        assert {one.state for one in rows} <= {DeliveryState.DELIVERED, DeliveryState.UNCLEAR}
        lost = [one.id for one in rows if one.state is DeliveryState.DELIVERED and not arrived[one.id]]
        assert not lost, "called delivered and never sent"


async def _step(database: Database, workers: list[Worker], which: int, step: str, arrived: Counter[int]) -> None:
    worker, now = workers[which], datetime.now(UTC)
    match step:
        case "claim":
            worker.claimed += (await worker.ledger.claim(SENDER, now, 3)).claims
        case "start" if worker.claimed:
            claim = worker.claimed.pop(0)
            if await worker.ledger.start(claim, now) is not None:
                worker.started.append(claim)
        case "send_and_end" | "send_only" if worker.started:
            claim = worker.started.pop(0)
            arrived[claim.delivery.id] += 1
            if step == "send_and_end":
                await worker.ledger.end(claim, DeliveryState.DELIVERED, now)
        case "put_back" if worker.started:  # surely not sent: a late answer of a worker that others gave up
            await worker.ledger.put_back(worker.started.pop(0), now)
        case "die":
            await worker.ledger.close()
            workers[which] = Worker(Ledger(database))
        case "leases_end":
            async with database.transaction() as drawers:
                await drawers.connection.exec_driver_sql(
                    "UPDATE deliveries SET lease_until = now() - interval '1 s' WHERE lease_until IS NOT NULL"
                )
