"""Rulings get the next number of their year, whoever else confirms; proposals are decided once."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from knowledge.facts import DocumentId, PersonCode, RulingId, UnitCode
from knowledge.library import Library
from storage.database import Database
from storage.drawers import Drawers
from storage.records import Proposal, ProposalKind, ProposalState
from tests.people import CONFIRMER, GIVER, HUNG_YEN, ruling
from tests.storage.test_audit import NOON

TODAY = date(2026, 11, 21)
FULL = ruling(
    low="5.0",
    high="6.5",
    months_valid=24,
    issued_from=date(2024, 1, 1),
    issued_to=date(2025, 12, 31),
    valid_to=date(2027, 12, 31),
    document=DocumentId("2288/UBND-NC"),
    point="2",
    scope=UnitCode("SO-MAU"),
)
PROPOSAL = Proposal(ProposalKind.RULING, {"loai": "ielts", "ly_do": "Đã thống nhất"}, None, GIVER, NOON)


async def test_ruling_is_read_as_it_was_given(drawers: Drawers) -> None:
    before = await drawers.rules.version()

    kept = await drawers.rulings.add(FULL, declares=None)

    assert kept == replace(FULL, id=RulingId("YK-2026-0001"))
    assert await drawers.rules.version() > before
    assert (await drawers.rules.load()).rulings == (kept,)


async def test_numbers_have_no_gap_when_a_confirmation_is_taken_back(database: Database) -> None:
    with suppress(RuntimeError):
        async with database.transaction() as drawers:
            await drawers.rulings.add(FULL, declares=None)
            raise RuntimeError
    async with database.transaction() as drawers:
        await drawers.rulings.add(FULL, declares=None)
        await drawers.rulings.add(replace(FULL, confirmed_on=date(2027, 1, 4)), declares=None)
        await drawers.rulings.add(FULL, declares=None)

        ids = [one.id for one in (await drawers.rules.load()).rulings]

    assert ids == ["YK-2026-0001", "YK-2026-0002", "YK-2027-0001"]


async def test_numbers_differ_when_several_confirm_at_once(database: Database) -> None:
    async def confirm() -> str:
        async with database.transaction() as drawers:
            return (await drawers.rulings.add(FULL, declares=None)).id

    assert sorted(await asyncio.gather(*(confirm() for _ in range(4)))) == [f"YK-2026-000{n}" for n in (1, 2, 3, 4)]


async def test_ruling_is_withdrawn_once_and_kept(drawers: Drawers) -> None:
    kept = await drawers.rulings.add(FULL, declares=None)

    assert await drawers.rulings.withdraw(kept.id, TODAY)
    assert not await drawers.rulings.withdraw(kept.id, TODAY + timedelta(days=1))
    assert [one.withdrawn_on for one in (await drawers.rules.load()).rulings] == [TODAY]


async def test_nobody_confirms_a_ruling_of_their_own(drawers: Drawers) -> None:
    with pytest.raises(IntegrityError, match="two_persons"):
        await drawers.rulings.add(replace(FULL, confirmed_by=GIVER), declares=None)


async def test_proposal_is_found_as_it_was_made(drawers: Drawers) -> None:
    number = await drawers.proposals.add(PROPOSAL)

    assert await drawers.proposals.find(number) == replace(PROPOSAL, number=number)
    assert await drawers.proposals.find(number + 1) is None
    assert [one.number for one in await drawers.proposals.list_waiting(10)] == [number]


async def test_first_decision_stands_when_two_decide_at_once(database: Database) -> None:
    async with database.transaction() as drawers:
        number = await drawers.proposals.add(PROPOSAL)
    both = asyncio.Barrier(2)

    async def decide(who: str) -> bool:
        async with database.transaction() as drawers:
            await both.wait()
            done = await drawers.proposals.decide(number, ProposalState.CONFIRMED, PersonCode(who), NOON)
            if done:
                await drawers.rulings.add(FULL, declares=None)
            return done

    assert sorted(await asyncio.gather(decide("HR002"), decide("HR003"))) == [False, True]
    async with database.transaction() as drawers:
        assert len((await drawers.rules.load()).rulings) == 1


async def test_author_cannot_be_the_confirmer_even_in_the_table(drawers: Drawers) -> None:
    number = await drawers.proposals.add(PROPOSAL)

    with pytest.raises(IntegrityError, match="two_persons"):
        await drawers.proposals.decide(number, ProposalState.CONFIRMED, GIVER.person, NOON)


async def test_proposal_that_waits_too_long_ends(drawers: Drawers) -> None:
    old = await drawers.proposals.add(PROPOSAL)
    new = await drawers.proposals.add(replace(PROPOSAL, proposed_at=NOON + timedelta(days=2)))

    assert await drawers.proposals.expire(NOON + timedelta(days=1), NOON + timedelta(days=31)) == [old]
    assert [one.number for one in await drawers.proposals.list_waiting(10)] == [new]
    assert not await drawers.proposals.decide(old, ProposalState.REFUSED, CONFIRMER.person, NOON, "muộn")


# --- rows typed by hand ---

ROW = {
    "van_ban": "1769/ubnd-kgvx",
    "tieu_chi": "ngoai_ngu",
    "loai": "ielts",
    "muc_tu": "4,50",
    "dat_muc": "bậc 3",
    "thoi_han_thang": "24",
}
STANDARD = {
    "nhom_chuc_danh": "truong_phong_so",
    "tieu_chi": "tin_hoc",
    "muc_toi_thieu": "cơ bản",
    "can_cu": "77/QyD-MOI",
    "tu_ngay": "01/01/2026",
}


async def enter(drawers: Drawers, library: Library, sheet: str, cells: dict[str, str]) -> None:
    entry = await drawers.entries.read(sheet, cells, library, home=HUNG_YEN, today=TODAY)
    assert entry.row is not None, entry.problems
    await drawers.entries.store(entry.row, declares=entry.declares, at=NOON)


async def test_row_typed_by_hand_takes_the_place_of_the_one_with_its_key(drawers: Drawers, library: Library) -> None:
    await enter(drawers, library, "cong_nhan", ROW)
    await enter(drawers, library, "cong_nhan", {**ROW, "muc_tu": "4.5", "dat_muc": "bac_2"})

    (row,) = (await drawers.rules.load()).recognition

    assert (row.document, row.level_from, row.counts_as) == ("1769/UBND-KGVX", "4.5", "bac_2")


async def test_standard_typed_by_hand_declares_its_document(drawers: Drawers, library: Library) -> None:
    await enter(drawers, library, "tieu_chuan", STANDARD)
    await enter(drawers, library, "tieu_chuan", {**STANDARD, "muc_toi_thieu": "nang_cao"})

    (standard,) = (await drawers.rules.load()).standards

    assert (standard.minimum, standard.document) == ("nang_cao", "77/QyD-MOI")


@pytest.mark.parametrize(
    ("sheet", "cells", "kind", "column"),
    [
        pytest.param("cong_nhan", {**ROW, "muc_tu": "99"}, "level_unknown", "muc_tu", id="a level off the scale"),
        pytest.param("cong_nhan", {**ROW, "loai": "abc"}, "not_one_of", "loai", id="a kind nobody knows"),
        pytest.param("cong_nhan", {**ROW, "thoi_han_thang": "0"}, "not_a_count", "thoi_han_thang", id="no month"),
        pytest.param(
            "cong_nhan", {**ROW, "tieu_chi": "tin_hoc"}, "other_criterion", "tieu_chi", id="another criterion"
        ),
        pytest.param("tieu_chuan", {**STANDARD, "tu_ngay": "x"}, "not_a_date", "tu_ngay", id="no day"),
        pytest.param("tieu_chuan", {"tieu_chi": "tin_hoc"}, "missing_value", "nhom_chuc_danh", id="cells not there"),
        pytest.param(
            "y_kien", {"loai": "ielts", "muc_tu": "6", "muc_den": "5"}, "missing_value", "tieu_chi", id="y_kien"
        ),
    ],
)
async def test_what_the_workbook_refuses_is_refused_by_hand(drawers, library, sheet, cells, kind, column):
    entry = await drawers.entries.read(sheet, cells, library, home=HUNG_YEN, today=TODAY)

    assert entry.row is None
    assert (entry.problems[0].kind, entry.problems[0].column) == (kind, column)
