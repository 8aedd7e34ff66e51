"""What a cell means does not depend on how Excel, a keyboard or another program wrote it."""

import unicodedata
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.facts import Role, UnitKind
from storage.workbook.cells import (
    clean,
    is_empty,
    list_of,
    one_of,
    read_code,
    read_count,
    read_day,
    read_kind,
    read_name,
    read_phone,
    read_yes_no,
    show,
)
from storage.workbook.problems import WrongCellError
from storage.workbook.raw import Flaw, RawCell
from storage.workbook.xlsx import _day, _number
from tests.storage.workbook.books import library

unhurried = settings(deadline=None)  # a busy machine is no failure
DAYS = st.dates(min_value=date(1900, 3, 1), max_value=date(2199, 12, 31))
ANYTHING = st.one_of(
    st.text(max_size=80), st.integers(), st.floats(), st.booleans(), st.dates(), st.sampled_from(list(Flaw))
)
READERS = [
    read_code,
    read_name,
    read_day,
    read_count,
    read_phone,
    read_yes_no,
    read_kind,
    one_of(UnitKind),
    list_of(Role),
]


@unhurried
@given(st.integers(min_value=0, max_value=10**15 - 1))
def test_a_code_is_its_digits_when_excel_keeps_it_as_a_number(number: int) -> None:
    assert read_code(_number(str(number)), library()) == str(number)
    assert read_code(_number(f"{number}.0"), library()) == str(number)
    assert read_code(float(number), library()) == str(number)


@unhurried
@given(st.from_regex(r"0[0-9]{1,20}", fullmatch=True))
def test_leading_zeros_stay_when_a_code_is_text(code: str) -> None:
    assert read_code(code, library()) == code


@unhurried
@given(DAYS)
def test_a_day_is_the_same_day_however_it_is_written(day: date) -> None:
    written: list[RawCell] = [
        day,
        f"{day:%d/%m/%Y}",
        f"{day.day}/{day.month}/{day.year}",
        f" {day.isoformat()} ",
        f"{day.isoformat()}T00:00:00",
        _day(str((day - date(1899, 12, 30)).days), date(1899, 12, 30)),
    ]

    assert {read_day(one, library()) for one in written} == {day}


@unhurried
@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_cleaning_text_twice_changes_nothing_more(text: str) -> None:
    once = clean(text)

    assert clean(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert once == once.strip()
    assert "\n" not in once


@unhurried
@given(st.text(max_size=60))
def test_composed_and_decomposed_text_are_the_same(text: str) -> None:
    composed, decomposed = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))

    assert clean(composed) == clean(decomposed)


@unhurried
@given(ANYTHING)
def test_every_reader_gives_a_value_or_names_the_mistake(raw: RawCell) -> None:
    assert len(show(raw)) <= 64
    if is_empty(raw):
        return
    for read in READERS:
        try:
            value = read(raw, library())
        except WrongCellError:
            continue
        if isinstance(value, str):
            assert value.isprintable()
            assert "\0" not in value


@unhurried
@given(
    st.sampled_from(list(UnitKind)),
    st.sampled_from([str.upper, str.title, lambda word: f" {word} ", lambda word: word.replace("_", " ")]),
)
def test_a_listed_word_is_known_when_only_case_and_spaces_differ(kind: UnitKind, spelling: object) -> None:
    assert callable(spelling)
    assert one_of(UnitKind)(spelling(kind.value), library()) is kind


@pytest.mark.parametrize(
    ("written", "number"),
    [
        pytest.param("0912345678", "+84912345678", id="as dialled"),
        pytest.param(912345678, "+84912345678", id="a number that lost its zero in Excel"),
        pytest.param("+84 912 345 678", "+84912345678", id="with the country"),
        pytest.param("0912.345.678", "+84912345678", id="with dots"),
        pytest.param("0221 3123 456", "+842213123456", id="a land line"),
    ],
)
def test_a_phone_number_is_one_number_however_it_is_written(written: RawCell, number: str) -> None:
    assert read_phone(written, library()) == number


@pytest.mark.parametrize(
    ("written", "answer"),
    [("co", True), ("Có", True), ("KHÔNG", False), ("khong ", False), (True, True), (False, False)],
)
def test_yes_and_no_are_known_with_and_without_marks(written: RawCell, answer: bool) -> None:
    assert read_yes_no(written, library()) is answer


def test_roles_are_a_set_when_they_stand_between_commas() -> None:
    assert list_of(Role)("can_bo, HR,,thu_truong ", library()) == {Role.OFFICIAL, Role.HR, Role.HEAD}


def test_a_day_before_1900_is_refused_even_as_text() -> None:
    with pytest.raises(WrongCellError):
        read_day(f"{date(1900, 1, 1) - timedelta(days=1):%d/%m/%Y}", library())
