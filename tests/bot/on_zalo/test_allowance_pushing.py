"""The account's allowance: never over by however many workers, most urgent first, and whoever can go elsewhere does."""

import asyncio
from collections import Counter
from datetime import date

import pytest

from bot.commands.queue import describe_allowance
from bot.on_zalo.allowances import Allowance
from bot.on_zalo.oa_marks import identity_of
from bot.push.figures import AllowanceLine
from bot.wiring_zalo import BookInDatabase, read_allowances
from handlers.phrases import locale_of
from storage.records import DeliveryState
from tests.bot.on_zalo.account import open_account, standing_oa
from tests.bot.on_zalo.sending import KeepingSender, everybody, find, pump, put, sender_of
from tests.offices import settings_for
from tests.standins.zalo_ground import faults

FIRST = date(2026, 11, 1)


@pytest.fixture
async def oa():
    async with standing_oa() as oa:
        yield oa


async def became(account, numbers):
    """How many are in which state, by which channel and why."""
    found = [await find(account, one) for one in numbers]
    return Counter((one.state, one.channel, one.reason) for one in found)


async def test_who_has_telegram_too_is_told_there_once_the_allowance_is_used_up_and_the_others_wait(oa, database):
    async with open_account(oa, database, allowance=Allowance(daily=10, kept_share=0.2)) as account:
        people = everybody(account, 14)
        numbers = await put(account, people, telegram=people[8:12])
        await pump(account, sender_of(account))
        telegram = KeepingSender()
        await pump(account, telegram)

        here = [one for one in people if one.screen()]
        there = [one for one in people[8:12] if one not in here]
        assert [len(one.screen()) for one in here] == [1] * 8
        assert sorted(telegram.addresses) == sorted(f"t{one.id}" for one in there)
        assert await became(account, numbers) == Counter(
            {
                (DeliveryState.DELIVERED, "zalo_oa", ""): 8,
                (DeliveryState.DELIVERED, "telegram", ""): len(there),
                (DeliveryState.WAITING, "zalo_oa", "allowance_used"): 6 - len(there),
            }
        )
        async with database.transaction() as drawers:
            assert await drawers.pace.list_paused() == []
            still = await drawers.accounts.find_account("zalo_oa", there[0].id) if there else None
        assert still is None or still.unreachable_at is None


async def test_account_whose_own_quota_is_used_up_is_asked_once_and_nobody_with_telegram_waits(oa, database):
    async with open_account(oa, database) as account:
        oa.fail_next("message/cs", faults.answer(-211), times=None)
        people = everybody(account, 40)
        numbers = await put(account, people, telegram=people[:20])
        await pump(account, sender_of(account))

        assert await became(account, numbers) == {
            (DeliveryState.WAITING, "telegram", "allowance_used"): 20,
            (DeliveryState.WAITING, "zalo_oa", "allowance_used"): 20,
        }
        assert len(oa.calls_of("message/cs")) <= 16  # what was under way when the first was refused


@pytest.mark.parametrize("allowance", [Allowance(daily=20, kept_share=0.1), Allowance(monthly=20, kept_share=0.1)])
async def test_two_workers_together_never_send_more_than_the_allowance(allowance, oa, database):
    async with open_account(oa, database, allowance=allowance) as account:
        people = everybody(account, 40)
        await put(account, people)
        await asyncio.gather(*(pump(account, sender_of(account)) for _each in range(2)))

        assert oa.sending.counted() == (18, 18)
        assert max(len(one.screen()) for one in people) == 1
        assert await account.book.count_used(FIRST, account.clock.today()) == 18


async def test_broadcasts_leave_a_part_to_what_concerns_one_person_alone(oa, database):
    async with open_account(oa, database) as account:
        allowance = Allowance(daily=100, monthly=20, kept_share=0.1, urgent_share=0.5)
        books = [BookInDatabase(database, identity_of("1"), allowance, account.clock) for _each in range(2)]

        broadcasts = await asyncio.gather(*(books[n % 2].take_one(is_broadcast=True) for n in range(30)))
        reminders = await asyncio.gather(*(books[n % 2].take_one() for n in range(30)))

        assert (sum(broadcasts), sum(reminders)) == (9, 9)
        await books[0].count_answers(5)
        assert not await books[1].take_one()


async def test_figures_tell_how_month_and_day_stand_and_when_they_end(drawers, tmp_path):
    settings = settings_for("postgresql://nowhere/x", tmp_path, zalo_oa_daily=50, zalo_oa_monthly=1000)
    senders = {"zalo_oa": identity_of("1"), "zalo_bot": "zalo_bot:2"}
    for day in range(1, 21):
        for _each in range(2):
            await drawers.zalo.take_one(senders["zalo_oa"], FIRST.replace(day=day), (None, 0), (None, 0))
        await drawers.zalo.count_answered(senders["zalo_oa"], FIRST.replace(day=day), 38)

    bot, month, today = await read_allowances(drawers, settings, senders, FIRST.replace(day=20))

    assert (bot.sender, bot.sent, bot.most, bot.most_pushed, bot.last_day) == ("zalo_bot:2", 0, 3000, 2400, None)
    assert (month.sent, month.most, month.most_pushed, month.is_daily) == (800, 1000, 900, False)
    assert month.last_day == FIRST.replace(day=22)
    assert (today.sent, today.most, today.is_daily, today.last_day) == (40, 50, True, None)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (AllowanceLine("zalo_oa:1", 800, 1000, 900, last_day=date(2026, 11, 22)), "At this pace the last day is"),
        (AllowanceLine("zalo_oa:1", 900, 1000, 900), "Nothing is sent unasked any more until the next month."),
        (AllowanceLine("zalo_oa:1", 45, 50, 45, is_daily=True), "Nothing is sent unasked any more until tomorrow."),
    ],
    ids=["ends this month", "has ended for the month", "has ended for today"],
)
def test_allowance_is_told_with_its_end(line, words):
    with locale_of("en"):
        told = describe_allowance(line)
    assert words in told
