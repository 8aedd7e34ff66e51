"""Every kind of mistake in a workbook is found, in its place, and nothing else is said."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from knowledge.facts import DocumentId
from storage.workbook.checking import Checks
from storage.workbook.known import Known, UnitLinks
from storage.workbook.opening import open_workbook
from storage.workbook.problems import Problem, ProblemKind, ProblemLog
from storage.workbook.raw import Flaw
from storage.workbook.reading import find_sheets, read_rows
from tests.storage.workbook.books import (
    CREDENTIAL,
    CREDENTIAL_HEADER,
    DIVISION,
    HOME,
    PERSON,
    PERSON_HEADER,
    RECOGNITION,
    RECOGNITION_HEADER,
    ROUND,
    ROUND_HEADER,
    STANDARD,
    STANDARD_HEADER,
    TODAY,
    UNIT,
    UNIT_HEADER,
    WHOLE,
    changed,
    library,
    read,
    write_csv,
    write_xlsx,
)

PLAIN = {
    "don_vi": (UNIT_HEADER, UNIT),
    "can_bo": (PERSON_HEADER, PERSON),
    "van_bang": (CREDENTIAL_HEADER, CREDENTIAL),
    "tieu_chuan": (STANDARD_HEADER, STANDARD),
    "cong_nhan": (RECOGNITION_HEADER, RECOGNITION),
    "dot_ra_soat": (ROUND_HEADER, ROUND),
}


def with_cell(sheet: str, column: str, value: Any) -> dict[str, Any]:
    """The whole workbook with one cell of its first row replaced."""
    header, row = PLAIN[sheet]
    return {**WHOLE, sheet: [header, changed(row, header, **{column: value}), *WHOLE[sheet][2:]]}


def with_row(sheet: str, row: list[Any]) -> dict[str, Any]:
    """The whole workbook with one more row."""
    return {**WHOLE, sheet: [*WHOLE[sheet], row]}


def cell_case(sheet: str, column: str, value: Any, kind: ProblemKind, *ids: str, shown: str | None = None) -> Any:
    return pytest.param(sheet, column, value, kind, shown, id=" ".join(ids) or f"{column} {kind.value}")


# fmt: off
# ruff: noqa: E501  (a table with one case on each line)
CELLS = [
    cell_case("don_vi", "ten_don_vi", None, ProblemKind.MISSING_VALUE, "a required cell is empty"),
    cell_case("don_vi", "ten_don_vi", "  \u200b ", ProblemKind.MISSING_VALUE, "a required cell only looks filled"),
    cell_case("don_vi", "loai", "cong_ty", ProblemKind.NOT_ONE_OF, "a kind of unit that is not listed"),
    cell_case("don_vi", "dia_ban", "ha-noi", ProblemKind.NOT_ONE_OF, "a territory that the library does not know"),
    cell_case("don_vi", "thu_truong", "CB404", ProblemKind.UNKNOWN_PERSON, "a head who is not in the roster"),
    cell_case("don_vi", "truc_thuoc", "SX", ProblemKind.UNKNOWN_UNIT, "a parent that does not exist"),
    cell_case("don_vi", "ke_thua_boi", "SX", ProblemKind.UNKNOWN_UNIT, "a successor that does not exist"),
    cell_case("don_vi", "truc_thuoc", "SM", ProblemKind.CIRCLE, "a unit above itself"),
    cell_case("don_vi", "ke_thua_boi", "SM", ProblemKind.CIRCLE, "a unit that succeeds itself"),
    cell_case("can_bo", "ngay_sinh", "31/02/1980", ProblemKind.NOT_A_DATE, "a day that no month has"),
    cell_case("can_bo", "ngay_sinh", "20/05/80", ProblemKind.NOT_A_DATE, "a year of two digits"),
    cell_case("can_bo", "ngay_sinh", "năm 1980", ProblemKind.NOT_A_DATE, "a year in words"),
    cell_case("can_bo", "ngay_sinh", 1980, ProblemKind.NOT_A_DATE, "a bare year"),
    cell_case("can_bo", "ngay_sinh", "20/05/1880", ProblemKind.DATE_OUT_OF_RANGE, "a century too early"),
    cell_case("can_bo", "ngay_sinh", date(2020, 1, 1), ProblemKind.BIRTH_IMPLAUSIBLE, "a child", shown="01/01/2020"),
    cell_case("can_bo", "gioi_tinh", "male", ProblemKind.NOT_ONE_OF, "a word of another language"),
    cell_case("can_bo", "ma_don_vi", "SX", ProblemKind.UNKNOWN_UNIT, "a unit that does not exist"),
    cell_case("can_bo", "dien_quan_ly", "tw", ProblemKind.NOT_ONE_OF, "a managing body that is not listed"),
    cell_case("can_bo", "la_lanh_dao", "x", ProblemKind.NOT_ONE_OF, "a tick instead of co or khong"),
    cell_case("can_bo", "dien_thoai", "12345", ProblemKind.NOT_A_PHONE, "a phone number that is too short"),
    cell_case("can_bo", "ho_ten", "Mẫu" * 200, ProblemKind.TOO_LONG, "a name longer than a page", shown=("Mẫu" * 21) + "…"),
    cell_case("can_bo", "nhom_chuc_danh", "a|b", ProblemKind.NOT_A_CODE, "a code with a sign of filters"),
    cell_case("can_bo", "chuc_danh", date(2026, 3, 2), ProblemKind.DATE_IN_TEXT, "text turned into a day", shown="02/03/2026"),
    cell_case("van_bang", "ma_can_bo", "CB404", ProblemKind.UNKNOWN_PERSON, "a certificate of nobody"),
    cell_case("van_bang", "loai", "ielst", ProblemKind.NOT_ONE_OF, "a misspelt kind"),
    cell_case("van_bang", "muc", "9.5", ProblemKind.LEVEL_UNKNOWN, "a score above the highest"),
    cell_case("van_bang", "muc", date(2026, 5, 5), ProblemKind.DATE_IN_TEXT, "a score 5.5 that Excel took for a day", shown="05/05/2026"),
    cell_case("van_bang", "ngay_cap", date(1979, 1, 1), ProblemKind.BEFORE_BIRTH, "issued before birth", shown="01/01/1979"),
    cell_case("van_bang", "ngay_het_han", date(2024, 1, 1), ProblemKind.DATES_REVERSED, "ends before it begins", shown="01/01/2024"),
    cell_case("van_bang", "trang_thai", "xong", ProblemKind.NOT_ONE_OF, "a state that is not listed"),
    cell_case("tieu_chuan", "tieu_chi", "boi_loi", ProblemKind.NOT_ONE_OF, "a criterion that is not listed"),
    cell_case("tieu_chuan", "muc_toi_thieu", "bac_7", ProblemKind.LEVEL_UNKNOWN, "a level that the criterion lacks"),
    cell_case("tieu_chuan", "den_ngay", date(2019, 1, 1), ProblemKind.DATES_REVERSED, "a standard that ends first", shown="01/01/2019"),
    cell_case("cong_nhan", "tieu_chi", "tin_hoc", ProblemKind.OTHER_CRITERION, "a language kind under IT"),
    cell_case("cong_nhan", "muc_tu", "11", ProblemKind.LEVEL_UNKNOWN, "a lower end off the scale"),
    cell_case("cong_nhan", "muc_den", "4.0", ProblemKind.LEVELS_REVERSED, "an upper end below the lower"),
    cell_case("cong_nhan", "dat_muc", "gioi", ProblemKind.LEVEL_UNKNOWN, "counts as a level that does not exist"),
    cell_case("cong_nhan", "thoi_han_thang", -6, ProblemKind.NOT_A_COUNT, "months below zero"),
    cell_case("cong_nhan", "thoi_han_thang", 0, ProblemKind.NOT_A_COUNT, "no months at all"),
    cell_case("cong_nhan", "thoi_han_thang", 1.5, ProblemKind.NOT_A_COUNT, "half a month"),
    cell_case("dot_ra_soat", "doi_tuong", "ma_don_vi=SX", ProblemKind.UNKNOWN_UNIT, "a filter on an unknown unit", shown="SX"),
    cell_case("dot_ra_soat", "doi_tuong", "tuoi=50", ProblemKind.FILTER_UNREADABLE, "a filter on an unknown field"),
    cell_case("dot_ra_soat", "doi_tuong", "dien_quan_ly=cap_xa|", ProblemKind.FILTER_UNREADABLE, "a filter that ends in a bar"),
    cell_case("dot_ra_soat", "doi_tuong", "dien_quan_ly=xa", ProblemKind.NOT_ONE_OF, "a filter on an unknown managing body"),
    cell_case("dot_ra_soat", "doi_tuong", "ma_don_vi=SM; ma_don_vi=PM", ProblemKind.FILTER_UNREADABLE, "a filter that names a field twice"),
    cell_case("dot_ra_soat", "tieu_chi", "ngoai_ngu, boi_loi", ProblemKind.NOT_ONE_OF, "a list with an unknown criterion"),
    cell_case("dot_ra_soat", "han", None, ProblemKind.MISSING_VALUE, "a round without a deadline"),
    cell_case("dot_ra_soat", "han", date(9999, 12, 31), ProblemKind.DEADLINE_FAR, "a deadline meant as no deadline", shown="31/12/9999"),
    cell_case("dot_ra_soat", "trang_thai", "cho", ProblemKind.NOT_ONE_OF, "a round neither open nor closed"),
]
# fmt: on


@pytest.mark.parametrize(("sheet", "column", "value", "kind", "shown"), CELLS)
def test_one_mistake_is_told_in_its_place_when_one_cell_is_wrong(
    sheet: str, column: str, value: Any, kind: ProblemKind, shown: str | None, tmp_path: Path
) -> None:
    _, problems = read(write_xlsx(tmp_path / "so.xlsx", with_cell(sheet, column, value)))

    assert [(one.sheet, one.row, one.column, one.kind) for one in problems] == [(sheet, 2, column, kind)]
    if kind is not ProblemKind.MISSING_VALUE:
        assert problems[0].value == (shown or str(value))


def test_nothing_is_wrong_when_the_workbook_is_right(tmp_path: Path) -> None:
    rows, problems = read(write_xlsx(tmp_path / "so.xlsx", WHOLE))

    assert problems == []
    assert len(rows) == 7


DUPLICATES = [
    pytest.param("don_vi", changed(DIVISION, UNIT_HEADER, ma_don_vi="SM"), "2", id="a unit code twice"),
    pytest.param("can_bo", PERSON, "2", id="a person twice"),
    pytest.param(
        "van_bang",
        changed(CREDENTIAL, CREDENTIAL_HEADER, ngay_cap=date(2020, 1, 1)),
        "2",
        id="a number of one kind twice",
    ),
    pytest.param("tieu_chuan", changed(STANDARD, STANDARD_HEADER, muc_toi_thieu="bac_4"), "2", id="a standard twice"),
    pytest.param(
        "cong_nhan", changed(RECOGNITION, RECOGNITION_HEADER, muc_tu=4.5), "2", id="4.5 and “4.5” are one row"
    ),
    pytest.param("dot_ra_soat", ROUND, "2", id="a round twice"),
]


@pytest.mark.parametrize(("sheet", "row", "first"), DUPLICATES)
def test_the_second_row_is_told_when_a_key_stands_twice(sheet: str, row: list[Any], first: str, tmp_path: Path) -> None:
    _, problems = read(write_xlsx(tmp_path / "so.xlsx", with_row(sheet, row)))

    number = len(WHOLE[sheet]) + 1
    assert [(one.sheet, one.row, one.kind, one.other) for one in problems] == [
        (sheet, number, ProblemKind.DUPLICATE_KEY, first)
    ]


def test_certificates_differ_by_their_day_when_they_have_no_number(tmp_path: Path) -> None:
    one = changed(CREDENTIAL, CREDENTIAL_HEADER, so_hieu=None)
    rows = [CREDENTIAL_HEADER, one, changed(one, CREDENTIAL_HEADER, ngay_cap=date(2020, 1, 1)), one]
    _, problems = read(write_xlsx(tmp_path / "so.xlsx", {**WHOLE, "van_bang": rows}))

    assert [(one.row, one.kind) for one in problems] == [(4, ProblemKind.DUPLICATE_KEY)]


def test_the_likely_person_is_named_when_only_capitals_differ(tmp_path: Path) -> None:
    _, problems = read(write_xlsx(tmp_path / "so.xlsx", with_cell("van_bang", "ma_can_bo", "cb001")))

    assert [(one.kind, one.other) for one in problems] == [(ProblemKind.UNKNOWN_PERSON, "CB001")]


def test_two_people_are_refused_when_their_codes_differ_only_in_capitals(tmp_path: Path) -> None:
    book = with_row("can_bo", changed(PERSON, PERSON_HEADER, ma_can_bo="cb001"))
    _, problems = read(write_xlsx(tmp_path / "so.xlsx", book))

    assert [(one.row, one.kind, one.other) for one in problems] == [(3, ProblemKind.SAME_BUT_FOR_CASE, "CB001")]


def test_every_unit_of_a_circle_is_told_when_parents_run_in_one(tmp_path: Path) -> None:
    book = with_cell("don_vi", "truc_thuoc", "PM")
    _, problems = read(write_xlsx(tmp_path / "so.xlsx", book))

    assert [(one.row, one.column, one.other) for one in problems] == [
        (2, "truc_thuoc", "SM → PM → SM"),
        (3, "truc_thuoc", "SM → PM → SM"),
    ]


def test_a_circle_is_found_when_half_of_it_is_stored_already(tmp_path: Path) -> None:
    stored = Known(units={"PM": UnitLinks(parent="SM"), "SM": UnitLinks()})  # type: ignore[arg-type]
    book = {"don_vi": [UNIT_HEADER, changed(UNIT, UNIT_HEADER, truc_thuoc="PM", thu_truong=None)]}
    _, problems = read(write_xlsx(tmp_path / "so.xlsx", book), stored)

    assert [(one.row, one.kind) for one in problems] == [(2, ProblemKind.CIRCLE)]


def test_stored_people_and_units_may_be_named_when_the_file_has_only_some_sheets(tmp_path: Path) -> None:
    stored = Known(units={"SM": UnitLinks()}, people={"CB001": date(1980, 5, 20)})
    book = {name: WHOLE[name] for name in ("van_bang", "dot_ra_soat")}
    rows, problems = read(write_xlsx(tmp_path / "so.xlsx", book), stored)

    assert problems == []
    assert len(rows) == 2


def test_a_certificate_older_than_a_stored_person_is_refused(tmp_path: Path) -> None:
    stored = Known(people={"CB001": date(2001, 1, 1)})
    book = {"van_bang": [CREDENTIAL_HEADER, changed(CREDENTIAL, CREDENTIAL_HEADER, ngay_cap=date(2001, 1, 1))]}
    _, problems = read(write_xlsx(tmp_path / "so.xlsx", book), stored)

    assert [(one.kind, one.expected) for one in problems] == [(ProblemKind.BEFORE_BIRTH, ("01/01/2001",))]


def test_all_mistakes_are_told_at_once_when_many_sheets_are_wrong(tmp_path: Path) -> None:
    book = {
        **WHOLE,
        "can_bo": [PERSON_HEADER, changed(PERSON, PERSON_HEADER, ngay_sinh="?", gioi_tinh="?", dien_thoai="?")],
        "tieu_chuan": [STANDARD_HEADER, changed(STANDARD, STANDARD_HEADER, muc_toi_thieu="?")],
        "dot_ra_soat": [ROUND_HEADER, changed(ROUND, ROUND_HEADER, doi_tuong="?")],
    }
    _, problems = read(write_xlsx(tmp_path / "so.xlsx", book))

    assert [f"{one.sheet}.{one.column}" for one in problems] == [
        "can_bo.ngay_sinh",
        "can_bo.gioi_tinh",
        "can_bo.dien_thoai",
        "tieu_chuan.muc_toi_thieu",
        "dot_ra_soat.doi_tuong",
    ]


HEADERS = [
    pytest.param(
        {"don_vi": [[*UNIT_HEADER, "ghi chú"], [*UNIT, "x"]]},
        [("don_vi", 1, "ghi chú", ProblemKind.UNKNOWN_COLUMN)],
        id="a column that the sheet does not have, told once and not for each row",
    ),
    pytest.param(
        {"don_vi": [[*UNIT_HEADER, "Loai"], [*UNIT, "so"]]},
        [("don_vi", 1, "loai", ProblemKind.REPEATED_COLUMN)],
        id="a column twice",
    ),
    pytest.param(
        {"don_vi": [UNIT_HEADER[:2], UNIT[:2]]},
        [("don_vi", 1, "loai", ProblemKind.MISSING_COLUMN), ("don_vi", 1, "dia_ban", ProblemKind.MISSING_COLUMN)],
        id="two required columns missing, and nothing said to be unknown because of it",
    ),
    pytest.param(
        {"don_vi": [UNIT_HEADER, [*UNIT, None, "lạc"]]},
        [("don_vi", 2, "I", ProblemKind.NO_COLUMN_NAME)],
        id="a value beside the table",
    ),
    pytest.param(
        {"Trang tính1": [["x"]]}, [("Trang tính1", None, None, ProblemKind.UNKNOWN_SHEET)], id="an unknown sheet"
    ),
    pytest.param({"DON_VI ": [UNIT_HEADER]}, [("DON_VI ", None, None, ProblemKind.REPEATED_SHEET)], id="a sheet twice"),
]


@pytest.mark.parametrize(("sheets", "expected"), HEADERS)
def test_sheets_and_headers_are_checked_when_the_file_is_read(
    sheets: dict[str, Any], expected: list[tuple[str, int | None, str | None, ProblemKind]], tmp_path: Path
) -> None:
    _, problems = read(write_xlsx(tmp_path / "so.xlsx", {**WHOLE, **sheets}))

    assert [(one.sheet, one.row, one.column, one.kind) for one in problems] == expected


def test_names_match_when_case_spaces_and_the_form_of_accents_differ(tmp_path: Path) -> None:
    book = {" Don_Vi": [[f" {name.upper()} " for name in UNIT_HEADER], changed(UNIT, UNIT_HEADER, thu_truong=None)]}
    rows, problems = read(write_xlsx(tmp_path / "so.xlsx", book))

    assert problems == []
    assert len(rows) == 1


def test_rows_keep_the_numbers_of_excel_when_empty_rows_stand_between(tmp_path: Path) -> None:
    rows = [UNIT_HEADER, [], UNIT, [None, "  "], [], changed(DIVISION, UNIT_HEADER, loai="?"), []]
    _, problems = read(write_xlsx(tmp_path / "so.xlsx", {**WHOLE, "don_vi": rows}))

    assert [(one.row, one.column) for one in problems] == [(6, "loai")]


def test_rows_keep_the_numbers_of_excel_when_they_come_from_csv(tmp_path: Path) -> None:
    (tmp_path / "don_vi.csv").write_text(
        'ma_don_vi,ten_don_vi,loai,dia_ban\n\nSM,"Sở\nMẫu",so,hung-yen\n,,,\nPM,Phòng Mẫu,?,hung-yen\n',
        encoding="utf-8",
    )
    _, problems = read(tmp_path)

    assert [(one.row, one.column) for one in problems] == [(5, "loai")]


def test_only_a_hint_is_given_when_a_filter_reaches_nobody(tmp_path: Path) -> None:
    book = with_cell("dot_ra_soat", "doi_tuong", "nhom_chuc_danh=truong_phong_so|truong_phog_so")
    log = ProblemLog()
    with open_workbook(write_xlsx(tmp_path / "so.xlsx", book)) as raw:
        checks = Checks(library(), Known(), log, home=HOME, today=TODAY)
        rows = list(read_rows(find_sheets(raw, "so", log), library(), checks, log))

    assert not log
    assert len(rows) == 7
    assert checks.warnings == [Problem("dot_ra_soat", ProblemKind.UNKNOWN_GROUP, 2, "doi_tuong", "truong_phog_so")]


def test_only_a_hint_is_given_when_a_day_of_issue_is_still_to_come(tmp_path: Path) -> None:
    log = ProblemLog()
    for day in (TODAY, TODAY + timedelta(days=1)):
        with open_workbook(write_xlsx(tmp_path / "so.xlsx", with_cell("van_bang", "ngay_cap", day))) as raw:
            checks = Checks(library(), Known(), log, home=HOME, today=TODAY)
            list(read_rows(find_sheets(raw, "so", log), library(), checks, log))
        assert [one.kind for one in checks.warnings] == ([] if day == TODAY else [ProblemKind.ISSUE_TO_COME])
    assert not log


def test_numbers_of_documents_take_the_spelling_of_the_library_when_it_knows_them(tmp_path: Path) -> None:
    book = {
        "tieu_chuan": [
            STANDARD_HEADER,
            changed(STANDARD, STANDARD_HEADER, can_cu="02 qđi tu"),
            changed(STANDARD, STANDARD_HEADER, can_cu="77/TỰ ĐẶT", tieu_chi="tin_hoc", muc_toi_thieu="co_ban"),
            changed(STANDARD, STANDARD_HEADER, can_cu="77/tự đặt", tieu_chi="hoc_van", muc_toi_thieu="dai_hoc"),
        ]
    }
    rows, problems = read(write_xlsx(tmp_path / "so.xlsx", book), Known(documents=("77 / Tự đặt",)))

    assert problems == []
    assert [row.value.document for row in rows] == [DocumentId("02-QĐi/TU"), "77 / Tự đặt", "77 / Tự đặt"]  # type: ignore[union-attr]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_csv_and_excel_declare_the_same_when_they_hold_the_same(delimiter: str, encoding: str, tmp_path: Path) -> None:
    from_excel, problems = read(write_xlsx(tmp_path / "so.xlsx", WHOLE))
    from_csv, others = read(write_csv(tmp_path / "csv", WHOLE, delimiter, encoding))

    assert problems == others == []
    assert from_csv == from_excel


def test_every_kind_of_flaw_has_its_problem() -> None:
    assert {flaw.value for flaw in Flaw} <= {kind.value for kind in ProblemKind}
