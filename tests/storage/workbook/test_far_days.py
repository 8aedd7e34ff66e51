"""Every column of days, filled with the first and the last day that anybody can write: refused there, or harmless."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.judging import judge
from knowledge.calendar import WorkingCalendar
from knowledge.facts import PersonCode
from knowledge.rulebook import RuleBook
from storage.database import Database
from storage.encryption import Vault
from storage.workbook.cells import read_day
from storage.workbook.problems import ProblemKind
from storage.workbook.sheets import SHEETS
from tests.storage.workbook.books import HOME, TODAY, WHOLE, library, load, write_xlsx

DAYS = [(sheet.name, one.name) for sheet in SHEETS.values() for one in sheet.columns if one.read is read_day]
FULL = {
    "dot_ra_soat": {"nam_cong_tac_con_lai_tu": 5, "tinh_ca_ngay_han": "khong"},
    "cong_nhan": {"thoi_han_thang": 1200},
}


def with_day(sheet: str, column: str, written: str) -> dict[str, Any]:
    """The whole workbook, its round for those with years left and before its day, with one day replaced or added."""
    rows = dict(WHOLE)
    for name, cells in {**FULL, sheet: {**FULL.get(sheet, {}), column: written}}.items():
        header, first, *others = WHOLE[name]
        wide = {**dict(zip(header, first, strict=True)), **cells}
        rows[name] = [list(wide), list(wide.values()), *([*one, *[None] * (len(wide) - len(one))] for one in others)]
    return rows


@pytest.mark.parametrize("written", ["01/01/0001", "31/12/9999"])
@pytest.mark.parametrize(("sheet", "column"), DAYS)
async def test_a_day_beyond_all_sense_is_refused_in_its_place_or_everybody_is_judged(
    sheet: str, column: str, written: str, database: Database, vault: Vault, tmp_path: Path
) -> None:
    report = await load(database, vault, write_xlsx(tmp_path / "so.xlsx", with_day(sheet, column, written)))

    if report.is_refused:
        assert any(written in (one.value, *one.expected) for one in report.problems)
        return
    async with database.transaction() as drawers:
        rules = await drawers.rules.load()
        person = await drawers.profiles.find_person(PersonCode("CB001"))
    assert person is not None
    book = RuleBook.of(library(), rules, WorkingCalendar(library().calendar), HOME)
    judge(person, 0, book.on(TODAY))


async def test_a_round_without_end_is_refused_in_one_sentence(database: Database, vault: Vault, tmp_path: Path) -> None:
    report = await load(database, vault, write_xlsx(tmp_path / "so.xlsx", with_day("dot_ra_soat", "han", "31/12/9999")))

    assert [(one.column, one.kind, one.expected) for one in report.problems] == [
        ("han", ProblemKind.DEADLINE_FAR, (str(date(TODAY.year + 50, 1, 1).year),))
    ]
