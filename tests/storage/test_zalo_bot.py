"""The month's messages of a bot of Zalo, counted in the database: never more than allowed, by however many at once."""

import asyncio

from sqlalchemy import text

BOT = "zalo_bot:123"


async def test_never_more_than_allowed_are_taken_however_many_ask_at_once(database):
    async def take(most):
        async with database.transaction() as drawers:
            return await drawers.zalo_bot.take(BOT, most)

    assert await take(0) is None
    taken = await asyncio.gather(*(take(5) for _ in range(12)))
    assert sorted(one[1] for one in taken if one is not None) == [1, 2, 3, 4, 5]
    assert (await take(None))[1] == 6


async def test_what_did_not_leave_is_given_back_and_another_month_begins_anew(database):
    async with database.transaction() as drawers:
        month, sent = await drawers.zalo_bot.take("zalo_bot:9", 10)
        await drawers.zalo_bot.give_back("zalo_bot:9", month)
        assert (sent, await drawers.zalo_bot.count("zalo_bot:9")) == (1, 0)
        await drawers.zalo_bot.take("zalo_bot:9", 10)
        await drawers.connection.execute(
            text("UPDATE zalo_bot_months SET month = month - interval '1 month', sent = 10 WHERE identity = :one"),
            {"one": "zalo_bot:9"},
        )
        assert await drawers.zalo_bot.count("zalo_bot:9") == 0
        assert (await drawers.zalo_bot.take("zalo_bot:9", 10))[1] == 1
