"""Rows of HR entered one by one: one place for each key, gone by their key alone, and rules that are read anew."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from knowledge.facts import DocumentId, LevelCode, RecognitionRow, ReviewRound, TitleStandard
from storage.database import Database
from storage.drawers import Drawers
from storage.tables import declared_documents
from tests.storage.filling import RECOGNITION, ROUND, STANDARD, put_units

NOON = datetime(2026, 11, 21, 5, tzinfo=UTC)
NEW = DocumentId("77/MẪU-UBND")


async def kept(drawers: Drawers) -> tuple[list[TitleStandard], list[RecognitionRow], list[ReviewRound]]:
    rules = await drawers.rules.load()
    return list(rules.standards), list(rules.recognition), list(rules.rounds)


@pytest.mark.parametrize(
    ("row", "changed", "place"),
    [
        (STANDARD, {"minimum": LevelCode("bac_4"), "note": None, "valid_to": date(2027, 1, 1)}, 0),
        (RECOGNITION, {"counts_as": LevelCode("bac_4"), "months_valid": None, "level_to": None}, 1),
        (replace(RECOGNITION, level_from=None, issued_from=None), {"counts_as": LevelCode("bac_2")}, 1),
        (ROUND, {"deadline": date(2027, 3, 31), "deadline_included": False, "point": None, "criteria": frozenset()}, 2),
        (ROUND, {"is_open": False, "audience": replace(ROUND.audience, units=frozenset())}, 2),
    ],
    ids=["a standard", "recognition", "recognition without bounds", "a round put off", "a round closed"],
)
async def test_a_row_with_the_same_key_takes_the_place_of_the_one_before(drawers, row, changed, place):
    await put_units(drawers)
    before = await drawers.rules.version()
    await drawers.entries.store(row, declares=None, at=NOON)
    assert (await kept(drawers))[place] == [row]
    later = await drawers.rules.version()
    await drawers.entries.store(replace(row, **changed), declares=None, at=NOON)

    assert (await kept(drawers))[place] == [replace(row, **changed)]
    assert before < later < await drawers.rules.version()


@pytest.mark.parametrize(
    ("row", "other", "place"),
    [
        (STANDARD, replace(STANDARD, valid_from=date(2025, 1, 1)), 0),
        (RECOGNITION, replace(RECOGNITION, level_from="5.5"), 1),
        (replace(RECOGNITION, issued_from=None), RECOGNITION, 1),
    ],
    ids=["a standard", "recognition", "recognition without a day"],
)
async def test_a_row_is_removed_by_its_key_and_no_other_with_it(drawers, row, other, place):
    await drawers.entries.store(row, declares=None, at=NOON)
    await drawers.entries.store(other, declares=None, at=NOON)
    before = await drawers.rules.version()
    changed = replace(row, minimum=LevelCode("x")) if place == 0 else replace(row, counts_as=LevelCode("x"))
    await drawers.entries.remove(changed)

    assert (await kept(drawers))[place] == [other]
    assert await drawers.rules.version() > before
    await drawers.entries.remove(row)
    assert (await kept(drawers))[place] == [other]


async def test_a_document_is_declared_once_and_keeps_its_first_moment(drawers):
    await drawers.entries.store(STANDARD, declares=NEW, at=NOON)
    await drawers.entries.declare(NEW, datetime(2026, 12, 1, tzinfo=UTC))

    declared = (await drawers.connection.execute(select(declared_documents))).all()
    assert [(one.number, one.declared_at) for one in declared] == [(NEW, NOON)]


async def test_two_who_declare_the_same_document_at_once_both_go_on(database: Database) -> None:
    is_declared, may_end = asyncio.Event(), asyncio.Event()

    async def first() -> None:
        async with database.transaction() as drawers:
            await drawers.entries.declare(NEW, NOON)
            is_declared.set()
            await may_end.wait()

    async def second() -> None:
        async with database.transaction() as drawers:
            await drawers.entries.declare(NEW, NOON)

    one = asyncio.create_task(first())
    await is_declared.wait()
    other = asyncio.create_task(second())
    asyncio.get_running_loop().call_later(0.05, may_end.set)
    await asyncio.gather(one, other)
