"""The address of a calendar: one for each person, kept hashed, gone when it is taken back."""

import asyncio
from datetime import UTC, datetime

from sqlalchemy import select

from storage.database import Database
from storage.drawers import Drawers
from storage.tables import calendar_tokens
from tests.storage.filling import LAN, another, put_people, put_units

NOON = datetime(2026, 11, 21, 5, 0, tzinfo=UTC)


async def test_an_address_leads_to_its_owner_until_another_is_given_or_it_is_taken_back(drawers: Drawers) -> None:
    await put_units(drawers)
    await put_people(drawers, [LAN, another("CB002")])
    first = await drawers.calendars.issue(LAN.code, NOON)
    others = await drawers.calendars.issue(another("CB002").code, NOON)
    assert len(first) == 40
    assert await drawers.calendars.find_owner(first) == LAN.code
    assert await drawers.calendars.find_issued(LAN.code) == NOON

    second = await drawers.calendars.issue(LAN.code, NOON)
    assert await drawers.calendars.find_owner(first) is None
    assert await drawers.calendars.find_owner(second) == LAN.code
    kept = (await drawers.connection.execute(select(calendar_tokens.c.hash))).scalars().all()
    assert len(kept) == 2
    assert not any(second.encode() in one for one in kept)

    assert await drawers.calendars.revoke(LAN.code)
    assert not await drawers.calendars.revoke(LAN.code)
    assert await drawers.calendars.find_owner(second) is None
    assert await drawers.calendars.find_owner(others) == "CB002"
    assert await drawers.calendars.find_owner("x\0") is None


async def test_of_addresses_given_and_taken_back_at_the_same_moment_at_most_one_works(database: Database) -> None:
    async with database.transaction() as drawers:
        await put_units(drawers)
        await put_people(drawers, [LAN])

    async def issue() -> str:
        async with database.transaction() as drawers:
            return await drawers.calendars.issue(LAN.code, NOON)

    async def revoke() -> bool:
        async with database.transaction() as drawers:
            return await drawers.calendars.revoke(LAN.code)

    *tokens, was_there = await asyncio.gather(issue(), issue(), issue(), revoke())
    async with database.transaction() as drawers:
        working = [one for one in tokens if await drawers.calendars.find_owner(one) is not None]
        has_one = await drawers.calendars.find_issued(LAN.code) is not None
    assert len(working) == has_one
    assert has_one or was_there
