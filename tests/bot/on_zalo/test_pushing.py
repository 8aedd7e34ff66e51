"""Messages sent unasked on Zalo: by window, template, allowance and night, and elsewhere where that is needed."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.failures import RefusedError
from bot.on_zalo.allowances import Allowance
from bot.places import Places
from bot.push.ledger import OUT_OF_REACH
from bot.wiring_push import leave_closed
from storage.records import DeliveryState
from tests.bot.on_zalo.account import keeper_of, open_account, open_door, standing_oa
from tests.bot.on_zalo.sending import SENDER, TEMPLATES, KeepingSender, everybody, find, pump, put, sender_of
from tests.standins.zalo_ground import faults
from tests.standins.zalo_zbs import Param, ZaloZbs

HOUR = 3600.0
DAYS = 24.0


@pytest.fixture
async def oa():
    async with standing_oa() as oa:
        yield oa


@pytest.fixture
async def account(oa, database):
    async with open_account(oa, database) as account:
        yield account


@pytest.mark.parametrize(
    ("hours", "is_billed"),
    [
        pytest.param(1, False, id="an hour ago: free"),
        pytest.param(48, False, id="48 hours ago: free"),
        pytest.param(49, True, id="49 hours ago: billed"),
        pytest.param(7 * DAYS - 1, True, id="seven days ago less an hour: billed"),
    ],
)
async def test_message_goes_out_within_seven_days_of_an_interaction(account, hours, is_billed):
    (lan,) = everybody(account, 1, hours_ago=hours)
    (number,) = await put(account, [lan])
    await pump(account, sender_of(account))
    delivery = await find(account, number)
    assert (delivery.state, delivery.provider_id) == (DeliveryState.DELIVERED, lan.screen()[0].id)
    assert lan.screen()[0].is_billed is is_billed


async def test_message_goes_by_telegram_once_when_the_window_on_zalo_is_closed(account):
    lan, hung = everybody(account, 2, hours_ago=8 * DAYS)
    numbers = await put(account, [lan, hung], telegram=[lan])
    await pump(account, sender_of(account))
    telegram = KeepingSender()
    await pump(account, telegram)
    first, second = [await find(account, one) for one in numbers]
    assert telegram.addresses == [f"t{lan.id}"]
    assert (first.state, first.sender, first.channel) == (DeliveryState.DELIVERED, SENDER, "telegram")
    assert (second.state, second.reason) == (DeliveryState.UNREACHABLE, "outside_window")
    assert not lan.screen()
    assert not hung.screen()
    async with account.database.transaction() as drawers:
        closed = await drawers.accounts.find_account("zalo_oa", hung.id)
    assert closed.unreachable_at is not None


@pytest.mark.parametrize("code", [-213, -217, -227, -244])
async def test_message_goes_by_telegram_when_zalo_says_that_the_person_takes_nothing(account, code):
    (lan,) = everybody(account, 1)
    lan.refusal = code
    (number,) = await put(account, [lan], telegram=[lan])
    await pump(account, sender_of(account))
    moved = await find(account, number)
    assert (moved.state, moved.channel, moved.reason) == (DeliveryState.WAITING, "telegram", str(code))


async def test_unclear_message_goes_out_nowhere_else(account):
    (lan,) = everybody(account, 1)
    (number,) = await put(account, [lan], telegram=[lan])
    account.oa.fail_next("message/cs", faults.lost_answer())
    await pump(account, sender_of(account))
    telegram = KeepingSender()
    await pump(account, telegram)
    assert (await find(account, number)).state is DeliveryState.UNCLEAR
    assert (len(lan.screen()), telegram.addresses) == (1, [])


async def test_unclear_message_is_settled_by_its_echo(oa, database):
    async with open_door(oa, database) as account:
        (lan,) = everybody(account, 1)
        (number,) = await put(account, [lan])
        oa.fail_next("message/cs", faults.lost_answer())
        await pump(account, sender_of(account))
        await until(account, number, DeliveryState.DELIVERED)
        assert (await find(account, number)).provider_id == lan.screen()[0].id


async def test_unclear_message_stays_so_when_only_other_words_were_echoed(oa, database):
    async with open_door(oa, database) as account:
        (lan,) = everybody(account, 1)
        (number,) = await put(account, [lan])
        oa.fail_next("message/cs", faults.lost_request())
        await pump(account, sender_of(account))
        lan.says("hỏi")
        await lan.reads()
        await oa.wait_for(lambda: bool(oa.webhook.events_of("oa_send_text")))
        assert (await find(account, number)).state is DeliveryState.UNCLEAR


async def test_message_goes_as_template_by_user_when_the_window_is_closed(database):
    zbs = ZaloZbs(standing_oa())
    oa = zbs.oa
    async with zbs, open_account(oa, database) as account:
        zbs.template("123456", [Param("ho_ten", 30), Param("noi_dung", 20)])
        (lan,) = everybody(account, 1, hours_ago=8 * DAYS)
        (number,) = await put(account, [lan])
        await pump(account, sender_of(account, TEMPLATES))
        assert (await find(account, number)).state is DeliveryState.DELIVERED
        assert oa.calls_of("message/template")[0].body["template_data"] == {
            "ho_ten": "Nguyễn Thị Lan", "noi_dung": "Có việc cần xem"
        }  # fmt: skip


async def test_template_waits_for_the_morning_at_night_and_conversation_goes_on(oa, account):
    oa.clock.advance(14 * HOUR)  # 23:00
    away, here = everybody(account, 1, hours_ago=8 * DAYS) + everybody(account, 1)
    first, second = await put(account, [away, here])
    stop = asyncio.Event()
    running = asyncio.ensure_future(pump(account, sender_of(account, TEMPLATES), stop=stop))
    await here.reads()
    await until(account, second, DeliveryState.DELIVERED)
    stop.set()
    await running
    waiting = await find(account, first)
    assert (waiting.state, waiting.reason, waiting.attempts) == (DeliveryState.WAITING, "night", 0)


async def test_allowance_is_never_overrun_and_a_part_is_kept_for_conversation(oa, database):
    async with open_account(oa, database, allowance=Allowance(daily=20, kept_share=0.25)) as account:
        people = everybody(account, 18)
        await put(account, people)
        stop = asyncio.Event()
        running = asyncio.ensure_future(pump(account, sender_of(account), stop=stop))
        await oa.wait_for(lambda: oa.sending.counted()[0] >= 15, 10)
        for _turn in range(20):
            await asyncio.sleep(0.02)
        stop.set()
        await running
        assert oa.sending.counted() == (15, 15)
        assert await account.book.count_used(account.clock.today(), account.clock.today()) == 15
        await account.book.count_answers(8)
        assert not await account.book.take_one()


async def test_everybody_gets_it_once_when_everything_goes_wrong_at_once(oa, account):
    people = everybody(account, 60)
    late = everybody(account, 10, hours_ago=8 * DAYS)
    gone = everybody(account, 10)
    for one in gone:
        one.refusal = -213
    numbers = await put(account, [*people, *late, *gone], telegram=[*late[:5], *gone[:5]])
    oa.fail_next("message/cs", faults.answer(-216), times=2, skip=3)
    oa.fail_next("message/cs", faults.lost_answer(), skip=4)
    oa.fail_next("message/cs", faults.lost_request(), skip=4)
    oa.fail_next("message/cs", faults.gateway_page(), skip=2)
    oa.fail_next("message/cs", faults.answer(-200), skip=2)
    await pump(account, sender_of(account))
    telegram = KeepingSender()
    await pump(account, telegram)
    ended = [await find(account, one) for one in numbers]
    kept = {state: sum(one.state is state for one in ended) for state in DeliveryState}
    assert kept[DeliveryState.UNCLEAR] == 3
    assert kept[DeliveryState.DELIVERED] == 57 + 10
    assert kept[DeliveryState.UNREACHABLE] == 10
    assert {one.reason for one in ended if one.state is DeliveryState.UNREACHABLE} == {"outside_window", "-213"}
    assert max(len(one.screen()) for one in people) == 1
    assert sum(len(one.screen()) for one in people) >= 57
    assert sorted(telegram.addresses) == sorted(f"t{one.id}" for one in [*late[:5], *gone[:5]])


async def test_whole_account_rests_when_zalo_asks_to_slow_down(oa, account):
    (lan,) = everybody(account, 1)
    (number,) = await put(account, [lan])
    oa.fail_next("message/cs", faults.answer(-32))
    stop = asyncio.Event()
    running = asyncio.ensure_future(pump(account, sender_of(account), stop=stop))
    await oa.wait_for(lambda: len(oa.calls_of("message/cs")) == 1)
    await asyncio.sleep(0.3)
    stop.set()
    await running
    assert (await find(account, number)).state is DeliveryState.WAITING
    assert len(oa.calls_of("message/cs")) == 1
    async with account.database.transaction() as drawers:
        (paused,) = await drawers.pace.list_paused()
    assert paused.identity == f"zalo_oa:{oa.oa_id}"


async def until(account, number, state):
    async with asyncio.timeout(10):
        while (await find(account, number)).state is not state:  # noqa: ASYNC110  the database cannot tell us
            await asyncio.sleep(0.02)


@pytest.mark.parametrize(("seconds", "goes"), [(60.0, True), (8.0, False)], ids=["for long", "for a moment"])
async def test_whoever_has_telegram_is_written_to_there_while_zalo_is_out_of_reach(oa, account, seconds, goes):
    lan, mai = everybody(account, 2)
    numbers = await put(account, [lan, mai], telegram=[lan])
    sender = sender_of(account)
    async with account.database.transaction() as drawers:
        await drawers.pace.set(sender.identity, per_second=20)
        await drawers.pace.pause(sender.identity, timedelta(seconds=seconds), OUT_OF_REACH)
        ours = {"zalo_oa": sender.identity, "telegram": SENDER}
        await leave_closed(drawers, Places(ours, ours), account.clock.now())
    await sender.close()

    waiting = [(await find(account, one)).channel for one in numbers]
    assert waiting == ["telegram" if goes else "zalo_oa", "zalo_oa"]


async def test_nobody_with_telegram_waits_for_an_operator_once_the_grant_is_lost(oa, account):
    lan, hung, mai = everybody(account, 3)
    numbers = await put(account, [lan, hung, mai], telegram=[lan, hung])
    senders = {"zalo_oa": sender_of(account).identity, "telegram": SENDER}
    await account.keeper.access()
    oa.grants.withdraw()
    await pump(account, sender_of(account))
    for _again in range(2):  # whoever looks for what is due does it, several at once too
        async with account.database.transaction() as drawers:
            await leave_closed(drawers, Places(senders, senders), account.clock.now())
            assert await drawers.outbox.list_senders_due(account.clock.now()) == [SENDER]

    telegram = KeepingSender({f"t{hung.id}": RefusedError("blocked", code="blocked")})
    await pump(account, telegram)
    assert sorted(telegram.addresses) == sorted([f"t{lan.id}", f"t{hung.id}"])
    delivered, refused_there, alone = [await find(account, one) for one in numbers]
    assert (delivered.state, delivered.channel) == (DeliveryState.DELIVERED, "telegram")
    # Zalo had nothing against these two people: their messages wait for the account.
    assert [(one.state, one.channel) for one in (refused_there, alone)] == [(DeliveryState.WAITING, "zalo_oa")] * 2

    oa.grants.issue()
    async with account.database.transaction() as drawers:
        await drawers.connection.execute(text("UPDATE pace SET paused_until = NULL"))
    mended = keeper_of(oa, account.database, account.clock, seed=oa.refresh_token)
    await mended.access()
    await mended.close()
    await pump(account, sender_of(account))
    assert [len(one.screen()) for one in (lan, hung, mai)] == [0, 1, 1]
    assert {(await find(account, one)).state for one in numbers} == {DeliveryState.DELIVERED}
