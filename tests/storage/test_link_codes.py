"""A linking code works once, for a short while, and guessing is stopped."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from knowledge.facts import PersonCode
from storage.database import Database
from storage.drawers import Drawers
from storage.link_codes import ALPHABET
from storage.records import Redemption, RedemptionOutcome
from tests.storage.filling import LAN, another, put_people, put_units

NOON = datetime(2026, 11, 21, 5, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
WRONG = "22222222"


@pytest.fixture
async def codes(drawers: Drawers) -> Drawers:
    await put_units(drawers)
    await put_people(drawers, [LAN, another("CB002")])
    return drawers


async def redeem(drawers: Drawers, code: str, at: datetime = NOON, address: str = "42") -> Redemption:
    return await drawers.link_codes.redeem("telegram", address, code, at)


async def test_a_code_links_once_when_it_is_typed_in_time(codes: Drawers) -> None:
    issued = await codes.link_codes.issue(LAN.code, NOON)

    assert issued.expires_at == NOON + 15 * MINUTE
    assert await redeem(codes, issued.code, NOON + 15 * MINUTE - timedelta(seconds=1)) == Redemption(
        RedemptionOutcome.LINKED, person=LAN.code
    )
    assert (await redeem(codes, issued.code, NOON + MINUTE)).outcome is RedemptionOutcome.EXPIRED


async def test_a_code_is_eight_clear_signs_and_differs_each_time(codes: Drawers) -> None:
    issued = {(await codes.link_codes.issue(LAN.code, NOON)).code for _ in range(20)}

    assert len(issued) == 20
    assert all(len(code) == 8 and set(code) <= set(ALPHABET) for code in issued)
    assert not set("0O1ILSBZ" + "AEUYDW") & set(ALPHABET)


@pytest.mark.parametrize("shape", ["{}", " {} ", "{0[0]}{0[1]}-{0[2]}{0[3]} {0[4]}{0[5]}{0[6]}{0[7]}"])
async def test_a_code_is_accepted_however_it_is_typed(codes: Drawers, shape: str) -> None:
    issued = await codes.link_codes.issue(LAN.code, NOON)

    assert (await redeem(codes, shape.format(issued.code).lower())).outcome is RedemptionOutcome.LINKED


async def test_a_code_is_dead_when_its_time_is_over(codes: Drawers) -> None:
    issued = await codes.link_codes.issue(LAN.code, NOON)

    assert await redeem(codes, issued.code, issued.expires_at) == Redemption(RedemptionOutcome.EXPIRED, tries_left=4)


async def test_a_second_bot_gives_a_guesser_no_further_tries(codes: Drawers) -> None:
    tries = [await redeem(codes, WRONG, address=address) for address in ("9", "9@b", "9@c", "9", "9@b")]
    assert [one.tries_left for one in tries] == [4, 3, 2, 1, None]
    assert (await redeem(codes, WRONG, NOON + MINUTE, address="9@d")).outcome is RedemptionOutcome.LOCKED


async def test_earlier_codes_of_a_person_are_dead_when_a_new_one_is_issued(codes: Drawers) -> None:
    first = await codes.link_codes.issue(LAN.code, NOON)
    others = await codes.link_codes.issue(PersonCode("CB002"), NOON)
    second = await codes.link_codes.issue(LAN.code, NOON)

    assert (await redeem(codes, first.code)).outcome is RedemptionOutcome.EXPIRED
    assert (await redeem(codes, others.code)).person == "CB002"
    assert (await redeem(codes, second.code)).person == LAN.code


async def test_five_wrong_tries_lock_an_identity_also_for_the_right_code(codes: Drawers) -> None:
    issued = await codes.link_codes.issue(LAN.code, NOON)

    tries = [await redeem(codes, WRONG) for _ in range(5)]

    assert [one.tries_left for one in tries] == [4, 3, 2, 1, None]
    assert tries[-1] == Redemption(RedemptionOutcome.LOCKED, locked_until=NOON + 60 * MINUTE)
    assert (await redeem(codes, issued.code, NOON + MINUTE)).outcome is RedemptionOutcome.LOCKED
    assert (await redeem(codes, issued.code, NOON + MINUTE, address="43")).outcome is RedemptionOutcome.LINKED


async def test_tries_with_used_and_expired_codes_count_as_wrong(codes: Drawers) -> None:
    dead = await codes.link_codes.issue(LAN.code, NOON - 60 * MINUTE)
    used = await codes.link_codes.issue(LAN.code, NOON)
    await redeem(codes, used.code, address="43")

    outcomes = [(await redeem(codes, code)).outcome for code in (dead.code, used.code, dead.code, used.code, WRONG)]

    assert outcomes == [RedemptionOutcome.EXPIRED] * 4 + [RedemptionOutcome.LOCKED]


async def test_the_lock_ends_after_an_hour_and_all_tries_are_back(codes: Drawers) -> None:
    for _ in range(5):
        await redeem(codes, WRONG)
    issued = await codes.link_codes.issue(LAN.code, NOON + 60 * MINUTE)

    assert (await redeem(codes, WRONG, NOON + 60 * MINUTE)).tries_left == 4
    assert (await redeem(codes, issued.code, NOON + 60 * MINUTE)).outcome is RedemptionOutcome.LINKED


async def test_wrong_tries_are_forgotten_when_an_hour_has_passed_or_a_code_was_right(codes: Drawers) -> None:
    for _ in range(4):
        await redeem(codes, WRONG)
    assert (await redeem(codes, WRONG, NOON + 60 * MINUTE)).tries_left == 4

    issued = await codes.link_codes.issue(LAN.code, NOON + 60 * MINUTE)
    await redeem(codes, issued.code, NOON + 61 * MINUTE)
    assert (await redeem(codes, WRONG, NOON + 61 * MINUTE)).tries_left == 4


@pytest.mark.parametrize("typed", ["", "đ" * 300, "' OR true --", "\0", "\ud83d"])
async def test_nonsense_is_a_wrong_try(codes: Drawers, typed: str) -> None:
    assert (await redeem(codes, typed)).outcome is RedemptionOutcome.WRONG


async def test_a_code_is_never_kept_in_clear(codes: Drawers) -> None:
    issued = await codes.link_codes.issue(LAN.code, NOON)

    row = await codes.connection.execute(text("SELECT link_codes::text FROM link_codes"))
    kept = row.scalar_one()
    assert issued.code not in kept
    assert issued.code.encode().hex() not in kept


async def test_one_code_links_one_identity_when_two_use_it_at_the_same_moment(database: Database) -> None:
    async with database.transaction() as drawers:
        await put_units(drawers)
        await put_people(drawers, [LAN])
        issued = await drawers.link_codes.issue(LAN.code, NOON)

    async def try_as(address: str) -> RedemptionOutcome:
        async with database.transaction() as drawers:
            return (await redeem(drawers, issued.code, address=address)).outcome

    outcomes = await asyncio.gather(*(try_as(str(number)) for number in range(4)))

    assert sorted(outcomes) == [RedemptionOutcome.EXPIRED] * 3 + [RedemptionOutcome.LINKED]


async def test_one_code_is_alive_when_two_are_given_out_at_the_same_moment(database: Database) -> None:
    async with database.transaction() as drawers:
        await put_units(drawers)
        await put_people(drawers, [LAN])

    async def give_out() -> None:
        async with database.transaction() as drawers:
            await drawers.link_codes.issue(LAN.code, NOON)

    await asyncio.gather(*(give_out() for _ in range(4)))

    async with database.transaction() as drawers:
        alive = text("SELECT count(*) FROM link_codes WHERE voided_at IS NULL")
        assert (await drawers.connection.execute(alive)).scalar_one() == 1


async def test_wrong_tries_at_the_same_moment_are_all_counted(database: Database) -> None:
    async def guess() -> RedemptionOutcome:
        async with database.transaction() as drawers:
            return (await redeem(drawers, WRONG)).outcome

    outcomes = await asyncio.gather(*(guess() for _ in range(8)))

    assert sorted(outcomes) == [RedemptionOutcome.LOCKED] * 4 + [RedemptionOutcome.WRONG] * 4


async def test_old_codes_and_tries_are_pruned_but_locks_that_hold_stay(codes: Drawers) -> None:
    await codes.link_codes.issue(LAN.code, NOON - 60 * MINUTE)
    await redeem(codes, WRONG, NOON - 300 * MINUTE, address="old")
    for _ in range(5):
        await redeem(codes, WRONG)

    await codes.link_codes.prune(NOON)

    assert (await codes.connection.execute(text("SELECT count(*) FROM link_codes"))).scalar_one() == 0
    assert (await codes.connection.execute(text("SELECT address FROM link_attempts"))).scalars().all() == ["42"]


async def test_a_code_brings_along_who_gave_it_and_the_administrators_brings_nobody(codes: Drawers) -> None:
    by = {PersonCode("HR001"), PersonCode("HR002")}
    given = await codes.link_codes.issue(LAN.code, NOON, vouched_by=by)
    assert (await redeem(codes, given.code)).vouched_by == by

    at_command = await codes.link_codes.issue(LAN.code, NOON)
    assert (await redeem(codes, at_command.code)).vouched_by == frozenset()
