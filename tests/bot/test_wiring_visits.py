"""Visits that come together are kept together, and by themselves where the server refuses what one of them leaves."""

import asyncio
from datetime import UTC, datetime

import psycopg

from bot.wiring_visits import VisitsSideBySide
from storage.database import Database
from storage.later import Order

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
REFUSED = Order(b"SELECT 1 / %(zero)s::int")


async def test_what_the_server_refuses_of_one_visit_spoils_no_other(database: Database) -> None:
    async with VisitsSideBySide(database) as visits:
        ended = await asyncio.gather(
            leave(visits, "telegram:1"),
            leave(visits, "telegram:2", REFUSED),
            leave(visits, "telegram:3"),
            return_exceptions=True,
        )

    assert [type(one) for one in ended] == [type(None), psycopg.errors.DivisionByZero, type(None)]
    assert [await is_kept(database, f"telegram:{number}") for number in (1, 2, 3)] == [True, False, True]


async def leave(visits: VisitsSideBySide, thread: str, also: Order | None = None) -> None:
    async with visits.opened() as drawers:
        await drawers.threads.keep(thread, {"intent": "help"}, NOW)
        if also is not None:
            drawers.later.add(also, {"zero": 0})


async def is_kept(database: Database, thread: str) -> bool:
    async with database.transaction() as drawers:
        return await drawers.threads.recall(thread) is not None
