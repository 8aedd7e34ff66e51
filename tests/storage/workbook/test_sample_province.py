"""The invented province that demonstrations and rehearsals stand on."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook as open_with_openpyxl

from knowledge.calendar import WorkingCalendar
from knowledge.evaluate import evaluate
from knowledge.facts import ManagedBy, PersonCode, Unit
from knowledge.findings import Finding, State
from knowledge.rulebook import RuleBook
from storage.database import Database
from storage.encryption import Vault
from storage.workbook.facts import RosterEntry
from storage.workbook.sheets import SHEETS
from tests.storage.workbook.books import HOME, SAMPLE, TODAY, library, load, read, sample_maker


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sample") / "tinh-mau.xlsx"
    sample_maker().write_workbook(path, sample_maker().make_sheets(TODAY))
    return path


async def findings_of(database: Database, code: str, on: date = TODAY) -> dict[str | None, Finding]:
    async with database.transaction() as drawers:
        rules = await drawers.rules.load()
        person = await drawers.profiles.find_person(PersonCode(code))
    assert person is not None
    book = RuleBook.of(library(), rules, WorkingCalendar(library().calendar), HOME)
    return {one.criterion: one for one in evaluate(person, book.on(on))}


PERSONAS = {
    "CB001": {},
    "CB002": {"ngoai_ngu": State.MISSING},
    "CB003": {"ngoai_ngu": State.NOT_RECOGNISED},
    "CB004": {},
    "CB005": {"ngoai_ngu": State.EXPIRING},
    "CB006": {"ngoai_ngu": State.EXPIRED},
    "CB007": {"ngoai_ngu": State.PENDING},
    "CB008": {},
    "CB009": {"tin_hoc": State.UNDETERMINED},
    "CB010": {None: State.UNDETERMINED},
    "CB011": {"ngoai_ngu": State.MISSING},
    "CB013": {"ngoai_ngu": State.MISSING},
    "CB014": {},
    "CB017": {"ngoai_ngu": State.MISSING},
    "CB022": {"ngoai_ngu": State.MISSING},
    "CB023": {},
    "CB024": {},
    "CB025": {"tin_hoc": State.NOT_RECOGNISED},
}


async def test_every_persona_shows_what_the_readme_says_when_the_sample_is_loaded(
    database: Database, vault: Vault, sample: Path
) -> None:
    report = await load(database, vault, sample)

    assert report.problems == ()
    assert report.warnings == ()
    assert {one.sheet: one.added for one in report.sheets}["can_bo"] == 150
    for code, shown in PERSONAS.items():
        findings = await findings_of(database, code)
        assert findings, code
        assert {name: one.state for name, one in findings.items() if one.state is not State.MET} == shown, code
    assert await findings_of(database, "CB012") == {}, "whoever has retired has no findings"
    missing = await findings_of(database, "CB002")
    assert missing["ngoai_ngu"].deadline == TODAY + timedelta(days=40)
    near_retirement = await findings_of(database, "CB013")
    assert near_retirement["ngoai_ngu"].deadline is None, "the round leaves out whoever has less than five years left"
    passed = await findings_of(database, "CB021")
    assert passed["ngoai_ngu"].days_left == -20, "a round that passed stays the deadline until it is closed"
    merged = await findings_of(database, "CB017")
    assert merged["ngoai_ngu"].unit == "XA-MAU-1", "the commune took over from the dissolved district"


def test_the_sample_has_all_that_it_promises_when_it_is_made(sample: Path) -> None:
    rows, problems = read(sample)
    people = [row.value.person for row in rows if isinstance(row.value, RosterEntry)]
    units = [row.value for row in rows if isinstance(row.value, Unit)]

    assert problems == []
    assert [person.code for person in people] == [f"CB{number:03}" for number in range(1, 151)]
    assert len(units) == 14
    assert all("Mẫu" in unit.name for unit in units)
    assert all("Mẫu" in person.name for person in people)
    assert {person.managed_by for person in people} == set(ManagedBy)
    assert sum(unit.territory == "thai-binh" for unit in units) == 2


def test_the_same_day_gives_the_same_cells_when_the_sample_is_made_twice() -> None:
    maker = sample_maker()

    assert maker.make_sheets(TODAY) == maker.make_sheets(TODAY)
    assert maker.make_sheets(TODAY) != maker.make_sheets(TODAY + timedelta(days=1))


@pytest.mark.parametrize("day", [date(2026, 11, 21), date(2027, 2, 28), date(2028, 2, 29), date(2030, 12, 31)])
def test_the_sample_has_no_problem_when_it_is_made_for_another_day(day: date, tmp_path: Path) -> None:
    path = tmp_path / "tinh-mau.xlsx"
    sample_maker().write_workbook(path, sample_maker().make_sheets(day))

    assert read(path)[1] == []


def test_the_template_has_every_sheet_and_column_with_a_comment_when_it_is_opened() -> None:
    book = open_with_openpyxl(SAMPLE / "mau-trong.xlsx")

    assert book.sheetnames == list(SHEETS)
    for name, sheet in SHEETS.items():
        header = next(book[name].iter_rows(max_row=1))
        assert [cell.value for cell in header] == [column.name for column in sheet.columns]
        for cell, column in zip(header, sheet.columns, strict=True):
            assert cell.comment is not None
            assert cell.comment.text.startswith("Bắt buộc." if column.is_required else "Không bắt buộc.")


def test_nothing_is_wrong_when_the_empty_template_is_read() -> None:
    assert read(SAMPLE / "mau-trong.xlsx") == ([], [])
