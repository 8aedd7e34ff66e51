"""The account's allowance: never over by however many workers, most urgent first, and whoever can go elsewhere does."""

import asyncio
from collections import Counter
from datetime import date

import pytest

from bot.on_zalo.allowances import Allowance
from bot.on_zalo.pushing import identity_of
from bot.wiring_zalo import BookInDatabase
from storage.records import DeliveryState
from tests.bot.on_zalo.account import open_account, standing_oa
from tests.bot.on_zalo.sending import KeepingSender, everybody, find, pump, put, sender_of
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
