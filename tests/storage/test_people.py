"""People come out of the cabinet as they were put in, are found however they are typed, and are read in a stream."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text

from knowledge.facts import CriterionCode, DocumentId, Exemption, PersonCode, Role, StudyRecord, UnitCode
from storage.database import Database
from storage.drawers import Drawers
from tests.storage.filling import DIPLOMA, HEALTH, HEALTH_OFFICE, IELTS, LAN, another, put_people, put_units


@pytest.fixture
async def office(drawers: Drawers) -> Drawers:
    await put_units(drawers)
    return drawers


async def test_a_person_comes_back_whole_when_found(office: Drawers) -> None:
    lan = replace(
        LAN,
        roles=frozenset({Role.OFFICIAL, Role.HR}),
        scope=HEALTH.code,
        study=(
            StudyRecord(requested_on=date(2025, 1, 2), refused_on=date(2025, 2, 3)),
            StudyRecord(CriterionCode("tin_hoc"), assigned_on=date(2025, 3, 4), not_attended_on=date(2025, 5, 6)),
        ),
        exemptions=(
            Exemption(CriterionCode("ngoai_ngu"), DocumentId("9/QĐ"), "1", date(2025, 1, 1), date(2026, 1, 1)),
        ),
    )
    await put_people(office, [lan])

    assert await office.profiles.find_person(PersonCode("CB001")) == lan


async def test_a_person_without_credentials_comes_back_with_none(office: Drawers) -> None:
    await put_people(office, [bare := another("CB002", in_post_since=None)])

    assert await office.profiles.find_person(bare.code) == bare


@pytest.mark.parametrize("typed", ["cb001", "  CB001 ", "Cb001\n", "CB\x00001"])
async def test_a_person_is_found_when_the_code_is_typed_carelessly(office: Drawers, typed: str) -> None:
    await put_people(office, [LAN])

    assert await office.profiles.find_person(PersonCode(typed)) == LAN


@pytest.mark.parametrize("typed", ["", "CB00", "CB0011", "%", "' OR true --", "\ud83d"])
async def test_nobody_is_found_when_the_code_is_unknown(office: Drawers, typed: str) -> None:
    await put_people(office, [LAN])

    assert await office.profiles.find_person(PersonCode(typed)) is None


@pytest.mark.parametrize(
    ("words", "found"),
    [
        pytest.param("lan", ["CB001", "CB003"], id="one word of the name"),
        pytest.param("NGUYEN lan", ["CB001"], id="words in order, marks and case ignored"),
        pytest.param("Nguyễn Thị Lan", ["CB001"], id="the whole name with marks"),
        pytest.param("lan nguyen", [], id="words in the wrong order"),
        pytest.param("la", [], id="half a word"),
        pytest.param("duc", ["CB002"], id="a letter with a stroke"),
        pytest.param(".*", [], id="only signs"),
        pytest.param("", [], id="nothing"),
    ],
)
async def test_people_are_listed_by_name(office: Drawers, words: str, found: list[str]) -> None:
    await put_people(office, [LAN, another("CB002", name="Trần Đức"), another("CB003", name="Phan Lan Anh")])

    assert [one.code for one in await office.profiles.list_people_by_name(words, 10)] == found


async def test_people_of_the_units_asked_for_are_listed_by_name(office: Drawers) -> None:
    await put_people(office, [LAN, another("CB002")])

    assert [one.code for one in await office.profiles.list_people_by_name("lan", 10, {LAN.unit})] == ["CB001", "CB002"]
    assert await office.profiles.list_people_by_name("lan", 10, {UnitCode("KHAC")}) == []
    assert await office.profiles.list_people_by_name("lan", 10, set()) == []


async def test_no_more_people_are_listed_than_asked_for(office: Drawers) -> None:
    await put_people(office, [another(f"CB{number:03}") for number in range(5)])

    assert len(await office.profiles.list_people_by_name("lan", 3)) == 3


@pytest.mark.parametrize("written", ["0912345678", "+84 912 345 678", "84912345678", "0084.912.345.678", "912345678"])
async def test_codes_are_listed_by_phone_however_it_is_written(office: Drawers, written: str) -> None:
    await put_people(office, [LAN, another("CB000")], phone="0912 345 678")

    assert await office.profiles.list_codes_by_phone(written) == ["CB000", "CB001"]
    assert await office.profiles.find_phone(LAN.code) == "0912 345 678"


@pytest.mark.parametrize("written", ["0912345679", "chưa có", "", "113"])
async def test_no_codes_are_listed_when_the_phone_is_of_nobody(office: Drawers, written: str) -> None:
    await put_people(office, [LAN], phone="0912345678")

    assert list(await office.profiles.list_codes_by_phone(written)) == []


async def test_a_phone_number_is_never_kept_in_clear(office: Drawers) -> None:
    await put_people(office, [LAN], phone="0912345678")

    row = await office.connection.execute(text("SELECT people::text FROM people"))
    assert "912345678" not in row.scalar_one()


async def test_everybody_is_streamed_in_the_order_of_codes(office: Drawers) -> None:
    people = [LAN, another("CB010", credentials=(IELTS,)), another("CB002"), another("cb01", credentials=(DIPLOMA,))]
    await put_people(office, people)

    streamed = [person async for person in office.profiles.stream_people(None)]

    assert streamed == sorted(people, key=lambda one: one.code)


async def test_only_people_of_the_named_units_are_streamed(office: Drawers) -> None:
    await put_people(office, [LAN, another("CB002", unit=HEALTH_OFFICE.code)])

    assert [one.code async for one in office.profiles.stream_people({HEALTH_OFFICE.code})] == ["CB002"]
    assert [one.code async for one in office.profiles.stream_people(set())] == []


async def test_other_reading_goes_on_while_people_are_streamed(office: Drawers) -> None:
    await put_people(office, [another(f"CB{number:03}") for number in range(4)])

    met = []
    async for person in office.profiles.stream_people(None):
        again = await office.profiles.find_person(person.code)
        colleagues = [one async for one in office.profiles.stream_people({person.unit})]
        met.append((again == person, len(colleagues)))

    assert met == [(True, 4)] * 4


async def test_a_stream_that_is_left_early_lets_the_transaction_go_on(database: Database) -> None:
    async with database.transaction() as drawers:
        await put_units(drawers)
        await put_people(drawers, [LAN, another("CB002")])
        stream = drawers.profiles.stream_people(None)
        assert await anext(stream) == LAN
        await stream.aclose()  # type: ignore[attr-defined]

    async with database.transaction() as drawers:
        assert await drawers.profiles.find_person(LAN.code) == LAN
