"""A load changes everything that the file says, or nothing at all."""

import asyncio
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from knowledge.facts import CredentialStatus, DeclaredRules, PersonCode, Role
from storage.database import Database
from storage.encryption import Vault
from storage.tables import metadata
from storage.workbook.load import load_workbook
from storage.workbook.merging import SheetReport
from storage.workbook.problems import ProblemKind
from tests.storage.workbook.books import (
    CREDENTIAL,
    CREDENTIAL_HEADER,
    DIVISION,
    HOME,
    NOW,
    PERSON,
    PERSON_HEADER,
    ROUND,
    ROUND_HEADER,
    STANDARD,
    STANDARD_HEADER,
    UNIT,
    UNIT_HEADER,
    WHOLE,
    Sheets,
    changed,
    library,
    load,
    write_csv,
    write_xlsx,
)

TOP_DIVISION = changed(DIVISION, UNIT_HEADER, truc_thuoc=None)
OTHER_PERSON = changed(PERSON, PERSON_HEADER, ma_can_bo="CB002", dien_thoai=None, ho_ten="Trần Mẫu")


async def contents(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table but those that tell of the load itself."""
    held = {}
    async with database.connect() as connection:
        for table in metadata.sorted_tables:
            if table.name in {"audit_entries", "audit_head"}:
                continue
            columns = [column for column in table.columns if column.name not in {"id", "phone_encrypted"}]
            found = await connection.execute(table.select().with_only_columns(*columns))
            held[table.name] = sorted((tuple(row) for row in found), key=repr)
    return held


async def rules_of(database: Database) -> DeclaredRules:
    async with database.transaction() as drawers:
        return await drawers.rules.load()


async def load_rows(database: Database, vault: Vault, folder: Path, sheets: Sheets, **how: Any) -> Any:
    return await load(database, vault, write_xlsx(folder / "so.xlsx", sheets), **how)


async def test_what_the_file_says_is_found_again_when_it_is_loaded(
    database: Database, vault: Vault, tmp_path: Path
) -> None:
    report = await load_rows(database, vault, tmp_path, WHOLE)

    async with database.transaction() as drawers:
        person = await drawers.profiles.find_person(PersonCode("CB001"))
        by_phone = await drawers.profiles.list_codes_by_phone("0200 000 001")
        by_name = await drawers.profiles.list_people_by_name("mau", 5)
    rules = await rules_of(database)
    assert not report.is_refused
    assert report.sheets[0] == SheetReport("don_vi", added=2)
    assert report.declared_documents == ("02/MẪU-TU", "01/MẪU-UBND", "03/MẪU-UBND")
    assert person is not None
    assert (person.born_on, person.roles) == (date(1980, 5, 20), frozenset({Role.OFFICIAL}))
    assert [(one.kind, one.level, one.status) for one in person.credentials] == [
        ("ielts", "5.0", CredentialStatus.VERIFIED)
    ]
    assert by_phone == ["CB001"]
    assert [one.code for one in by_name] == ["CB001"]
    assert [unit.head for unit in rules.units] == [None, "CB001"]
    assert [row.level_to for row in rules.recognition] == ["9"]
    assert [one.audience.units for one in rules.rounds] == [frozenset({"SM"})]


async def test_nothing_changes_when_the_same_file_is_loaded_again(
    database: Database, vault: Vault, tmp_path: Path
) -> None:
    await load_rows(database, vault, tmp_path, WHOLE)
    before, version = await contents(database), (await rules_of(database)).version

    report = await load_rows(database, vault, tmp_path, WHOLE)

    assert not report.has_changes
    assert [one.unchanged for one in report.sheets] == [2, 1, 1, 1, 1, 1]
    assert await contents(database) == before
    assert (await rules_of(database)).version == version


async def test_excel_and_csv_leave_the_same_store_when_they_hold_the_same(
    database: Database, vault: Vault, tmp_path: Path
) -> None:
    await load_rows(database, vault, tmp_path, WHOLE)
    before = await contents(database)

    report = await load(database, vault, write_csv(tmp_path / "csv", WHOLE, ";", "utf-8-sig"))

    assert not report.has_changes
    assert await contents(database) == before


@pytest.mark.parametrize("place", range(6))
async def test_nothing_at_all_changes_when_one_cell_of_one_sheet_is_wrong(
    place: int, database: Database, vault: Vault, tmp_path: Path
) -> None:
    await load_rows(database, vault, tmp_path, {"don_vi": [UNIT_HEADER, TOP_DIVISION]})
    before = await contents(database)
    sheet = list(WHOLE)[place]
    broken = [WHOLE[sheet][0], [None if cell == WHOLE[sheet][1][1] else cell for cell in WHOLE[sheet][1]]]

    report = await load_rows(database, vault, tmp_path, {**WHOLE, sheet: [*broken, *WHOLE[sheet][2:]]})

    assert report.is_refused
    assert (report.problems[0].sheet, report.problems[0].kind) == (sheet, ProblemKind.MISSING_VALUE)
    assert await contents(database) == before
    async with database.transaction() as drawers:
        assert (await drawers.audit.verify()).entries == 1, "only the load that worked is in the chain"


async def test_nothing_changes_and_all_is_counted_when_the_load_is_a_rehearsal(
    database: Database, vault: Vault, tmp_path: Path
) -> None:
    before = await contents(database)

    report = await load_rows(database, vault, tmp_path, WHOLE, dry_run=True)

    assert report.is_rehearsal
    assert [one.added for one in report.sheets] == [2, 1, 1, 1, 1, 1]
    assert await contents(database) == before
    async with database.transaction() as drawers:
        assert (await drawers.audit.verify()).entries == 0


async def test_only_what_differs_is_written_when_a_file_changes_some_rows(
    database: Database, vault: Vault, tmp_path: Path
) -> None:
    await load_rows(database, vault, tmp_path, {**WHOLE, "can_bo": [PERSON_HEADER, PERSON, OTHER_PERSON]})
    version = (await rules_of(database)).version
    moved = changed(PERSON, PERSON_HEADER, chuc_danh="Phó Giám đốc", dien_thoai="0200000009")

    report = await load_rows(database, vault, tmp_path, {"can_bo": [PERSON_HEADER, moved, OTHER_PERSON]})

    async with database.transaction() as drawers:
        person = await drawers.profiles.find_person(PersonCode("CB001"))
        phones = await drawers.profiles.list_codes_by_phone("0200000001")
    assert report.sheets == (SheetReport("can_bo", changed=1, unchanged=1),)
    assert person is not None
    assert person.position == "Phó Giám đốc"
    assert len(person.credentials) == 1
    assert phones == []
    assert (await rules_of(database)).version == version, "people are no rules"


async def test_the_version_of_the_rules_grows_when_a_rule_changes(
    database: Database, vault: Vault, tmp_path: Path
) -> None:
    await load_rows(database, vault, tmp_path, WHOLE)
    before = await rules_of(database)
    stricter = changed(STANDARD, STANDARD_HEADER, muc_toi_thieu="bac_4")

    await load_rows(database, vault, tmp_path, {"tieu_chuan": [STANDARD_HEADER, stricter]})

    after = await rules_of(database)
    assert after.version > before.version
    assert after.standards == (replace(before.standards[0], minimum="bac_4"),)  # type: ignore[arg-type]


async def test_a_column_that_the_file_leaves_out_keeps_what_is_stored(
    database: Database, vault: Vault, tmp_path: Path
) -> None:
    await load_rows(database, vault, tmp_path, WHOLE)
    few = [PERSON_HEADER[:-1], PERSON[:-1]]
    emptied = [PERSON_HEADER, changed(PERSON, PERSON_HEADER, dien_thoai=None)]

    kept = await load_rows(database, vault, tmp_path, {"can_bo": few})
    cleared = await load_rows(database, vault, tmp_path, {"can_bo": emptied})

    assert (kept.sheets[0].unchanged, cleared.sheets[0].changed) == (1, 1)
    async with database.transaction() as drawers:
        assert await drawers.profiles.list_codes_by_phone("0200000001") == []


async def test_a_certificate_without_a_number_is_known_by_its_day(
    database: Database, vault: Vault, tmp_path: Path
) -> None:
    one = changed(CREDENTIAL, CREDENTIAL_HEADER, so_hieu=None)
    later = changed(one, CREDENTIAL_HEADER, ngay_cap=date(2026, 1, 5), muc="6.0")
    undated = changed(one, CREDENTIAL_HEADER, ngay_cap=None, muc="4.5")
    rows = {**WHOLE, "van_bang": [CREDENTIAL_HEADER, one, later, undated, CREDENTIAL]}

    first = await load_rows(database, vault, tmp_path, rows)
    second = await load_rows(database, vault, tmp_path, rows)

    assert (first.sheets[2].added, second.sheets[2].unchanged) == (4, 4)


@pytest.mark.parametrize("said", [None, "cho_xac_minh"])
async def test_a_hint_is_given_when_a_decided_certificate_is_to_wait_again(
    database: Database, vault: Vault, tmp_path: Path, said: str | None
) -> None:
    again = changed(CREDENTIAL, CREDENTIAL_HEADER, trang_thai=said)
    new = changed(again, CREDENTIAL_HEADER, so_hieu="A-2")
    file = {"van_bang": [CREDENTIAL_HEADER, again, new]}
    await load_rows(database, vault, tmp_path, WHOLE)
    report = await load_rows(database, vault, tmp_path, file)

    assert [(one.kind, one.column, one.value, one.other) for one in report.warnings] == [
        (ProblemKind.WAITS_AGAIN, "trang_thai", "CB001 · ielts · A-1", "da_xac_minh")
    ]
    assert (await load_rows(database, vault, tmp_path, file)).warnings == ()


async def test_no_hint_is_given_when_the_file_says_nothing_of_states(
    database: Database, vault: Vault, tmp_path: Path
) -> None:
    await load_rows(database, vault, tmp_path, WHOLE)
    file = {"van_bang": [CREDENTIAL_HEADER[:-1], CREDENTIAL[:-1]]}
    assert (await load_rows(database, vault, tmp_path, file)).warnings == ()


async def test_rows_stay_unless_their_sheet_is_to_be_replaced(database: Database, vault: Vault, tmp_path: Path) -> None:
    await load_rows(database, vault, tmp_path, {**WHOLE, "can_bo": [PERSON_HEADER, PERSON, OTHER_PERSON]})
    only_one = {"can_bo": [PERSON_HEADER, PERSON]}

    kept = await load_rows(database, vault, tmp_path, only_one)
    replaced = await load_rows(database, vault, tmp_path, only_one, replace=frozenset({"can_bo"}))

    assert (kept.sheets[0].removed, replaced.sheets[0].removed) == (0, 1)
    async with database.transaction() as drawers:
        assert await drawers.profiles.find_person(PersonCode("CB002")) is None
        assert await drawers.profiles.find_person(PersonCode("CB001")) is not None


REFUSED_REPLACEMENTS: list[Any] = [
    pytest.param({"don_vi": [UNIT_HEADER, TOP_DIVISION]}, "don_vi", "SM", "CB001", id="a unit with people"),
    pytest.param({"can_bo": [PERSON_HEADER, OTHER_PERSON]}, "can_bo", "CB001", "SM", id="a person who heads a unit"),
]


@pytest.mark.parametrize(("sheets", "replaced", "code", "user"), REFUSED_REPLACEMENTS)
async def test_a_replacement_is_refused_when_something_that_stays_needs_what_goes(
    sheets: Sheets, replaced: str, code: str, user: str, database: Database, vault: Vault, tmp_path: Path
) -> None:
    await load_rows(database, vault, tmp_path, {**WHOLE, "dot_ra_soat": [ROUND_HEADER]})
    before = await contents(database)

    report = await load_rows(database, vault, tmp_path, sheets, replace=frozenset({replaced}))

    assert [(one.sheet, one.kind, one.value, one.other) for one in report.problems] == [
        (replaced, ProblemKind.STILL_USED, code, user)
    ]
    assert await contents(database) == before


async def test_a_unit_may_go_when_the_same_file_moves_its_people_and_rounds(
    database: Database, vault: Vault, tmp_path: Path
) -> None:
    await load_rows(database, vault, tmp_path, WHOLE)
    moved = {
        "don_vi": [UNIT_HEADER, changed(UNIT, UNIT_HEADER, ma_don_vi="SM2")],
        "can_bo": [PERSON_HEADER, changed(PERSON, PERSON_HEADER, ma_don_vi="SM2")],
        "dot_ra_soat": [ROUND_HEADER, changed(ROUND, ROUND_HEADER, doi_tuong="ma_don_vi=SM2")],
    }

    report = await load_rows(database, vault, tmp_path, moved, replace=frozenset({"don_vi"}))

    assert report.problems == ()
    assert report.sheets[0] == SheetReport("don_vi", added=1, removed=2)
    assert [unit.code for unit in (await rules_of(database)).units] == ["SM2"]


@pytest.mark.parametrize(
    ("sheet", "kind"), [("van_bang", ProblemKind.REPLACE_WITHOUT_SHEET), ("vanbang", ProblemKind.UNKNOWN_SHEET)]
)
async def test_nothing_is_removed_when_the_sheet_to_replace_is_not_in_the_file(
    sheet: str, kind: ProblemKind, database: Database, vault: Vault, tmp_path: Path
) -> None:
    await load_rows(database, vault, tmp_path, WHOLE)

    report = await load_rows(database, vault, tmp_path, {"don_vi": WHOLE["don_vi"]}, replace=frozenset({sheet}))

    assert [(one.sheet, one.kind) for one in report.problems] == [(sheet, kind)]


async def test_a_load_is_in_the_audit_chain_with_its_counts_and_without_names(
    database: Database, vault: Vault, tmp_path: Path
) -> None:
    await load_rows(database, vault, tmp_path, WHOLE, replace=frozenset({"can_bo"}))

    async with database.transaction() as drawers:
        entries = await drawers.audit.list_about("workbook", 5)
        found = await drawers.connection.execute(text("SELECT details FROM audit_entries"))
        assert (await drawers.audit.verify()).is_intact
    assert [(actor, action) for _, actor, action in entries] == [("operator", "load")]
    assert entries[0][0] == NOW
    assert found.scalar_one() == {
        "don_vi.added": 2, "can_bo.added": 1, "van_bang.added": 1, "tieu_chuan.added": 1, "cong_nhan.added": 1,
        "dot_ra_soat.added": 1, "replace": ["can_bo"],
    }  # fmt: skip


async def test_two_loads_wait_for_each_other_when_they_come_at_once(
    database: Database, vault: Vault, tmp_path: Path
) -> None:
    first = write_xlsx(tmp_path / "so.xlsx", WHOLE)
    second = shutil.copy(first, tmp_path / "so2.xlsx")

    reports = await asyncio.gather(load(database, vault, first), load(database, vault, Path(second)))

    assert sorted(report.has_changes for report in reports) == [False, True]


async def test_a_stored_spelling_of_a_document_is_kept_when_a_later_file_writes_it_otherwise(
    database: Database, vault: Vault, tmp_path: Path
) -> None:
    await load_rows(database, vault, tmp_path, WHOLE)
    other = changed(STANDARD, STANDARD_HEADER, can_cu="02 / mẫu-tu")

    report = await load_rows(database, vault, tmp_path, {"tieu_chuan": [STANDARD_HEADER, other]})

    assert not report.has_changes
    assert report.declared_documents == ()


async def test_mistakes_are_listed_as_sheets_and_rows_stand_when_they_were_found_in_another_order(
    database: Database, vault: Vault, tmp_path: Path
) -> None:
    units = [UNIT_HEADER, changed(UNIT, UNIT_HEADER, thu_truong="CB404"), changed(DIVISION, UNIT_HEADER, loai="?")]
    people = [PERSON_HEADER, changed(PERSON, PERSON_HEADER, gioi_tinh="?")]

    report = await load_rows(database, vault, tmp_path, {"don_vi": units, "can_bo": people, "la": [["x"]]})

    assert [(one.sheet, one.row) for one in report.problems] == [
        ("la", None), ("don_vi", 2), ("don_vi", 3), ("can_bo", 2),
    ]  # fmt: skip


async def test_progress_is_told_by_sheet_when_rows_are_read(database: Database, vault: Vault, tmp_path: Path) -> None:
    heard: list[tuple[str, int]] = []

    await load_workbook(
        database,
        write_xlsx(tmp_path / "so.xlsx", WHOLE),
        library(),
        HOME,
        vault,
        dry_run=False,
        replace=frozenset(),
        progress=lambda sheet, rows: heard.append((sheet, rows)),
        now=NOW,
        actor="operator",
    )

    assert heard == [("don_vi", 2), *((sheet, 1) for sheet in list(WHOLE)[1:])]
