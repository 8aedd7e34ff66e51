"""Each thing is kept once under the key that the workbook gives it, also where a part of the key is empty."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Table, event
from sqlalchemy.exc import IntegrityError

from knowledge.facts import Credential, KindCode
from storage.database import Database
from storage.drawers import Drawers
from storage.rows import Row, credential_row, recognition_row, round_row, standard_row
from storage.tables import credentials, people, recognition, rounds, standards, units
from tests.storage.filling import HEALTH, LAN, RECOGNITION, ROUND, STANDARD, another, put, put_people, put_units

BARE = Credential(KindCode("llct"))
CERTIFICATE = replace(BARE, number="S-1", issued_on=date(2020, 1, 1))
UNNUMBERED = replace(BARE, issued_on=date(2020, 1, 1))


def credential(one: Credential) -> Row:
    return credential_row(LAN.code, one)


@pytest.mark.parametrize(
    ("table", "first", "second"),
    [
        pytest.param(
            credentials,
            credential(CERTIFICATE),
            credential(replace(CERTIFICATE, issued_on=date(2021, 1, 1))),
            id="a certificate of the same number, whatever its day",
        ),
        pytest.param(
            credentials, credential(UNNUMBERED), credential(replace(UNNUMBERED, level="cao_cap")), id="the same day"
        ),
        pytest.param(credentials, credential(BARE), credential(BARE), id="a certificate without number and day"),
        pytest.param(
            recognition,
            recognition_row(RECOGNITION),
            recognition_row(replace(RECOGNITION, level_to="9.0")),
            id="the same row of a recognition table",
        ),
        pytest.param(
            recognition,
            recognition_row(replace(RECOGNITION, level_from=None, issued_from=None)),
            recognition_row(replace(RECOGNITION, level_from=None, issued_from=None, level_to="9.0")),
            id="a row of a recognition table without bounds",
        ),
        pytest.param(
            standards, standard_row(STANDARD), standard_row(replace(STANDARD, point="9")), id="the same standard"
        ),
        pytest.param(rounds, round_row(ROUND), round_row(replace(ROUND, name="Khác")), id="the same round"),
    ],
)
async def test_the_same_thing_is_not_kept_twice(drawers: Drawers, table: Table, first: Row, second: Row) -> None:
    await put_units(drawers)
    await put_people(drawers, [another("CB001")])
    await put(drawers, table, first)

    with pytest.raises(IntegrityError, match="duplicate key"):
        await put(drawers, table, second)
    await drawers.connection.rollback()


async def test_different_credentials_of_one_kind_stand_beside_each_other(drawers: Drawers) -> None:
    await put_units(drawers)
    several = (BARE, UNNUMBERED, replace(UNNUMBERED, issued_on=date(2021, 1, 1)), CERTIFICATE)
    await put_people(drawers, [another("CB001", credentials=several)])

    lan = await drawers.profiles.find_person(LAN.code)

    assert lan is not None
    assert set(lan.credentials) == set(several)


@pytest.mark.parametrize(
    ("table", "row"),
    [
        pytest.param(units, {"code": "X", "name": "X", "kind": "cong_ty", "territory": "hung-yen"}, id="kind of unit"),
        pytest.param(credentials, {**credential(BARE), "status": "khac"}, id="status of a credential"),
        pytest.param(recognition, {**recognition_row(RECOGNITION), "months_valid": 0}, id="validity of no months"),
        pytest.param(
            standards,
            {**standard_row(STANDARD), "valid_to": date(2019, 1, 1)},
            id="a window that ends before it begins",
        ),
    ],
)
async def test_values_outside_their_closed_set_are_refused(drawers: Drawers, table: Table, row: Row) -> None:
    await put_units(drawers)
    await put_people(drawers, [another("CB001")])

    with pytest.raises(IntegrityError, match="check constraint"):
        await put(drawers, table, row)
    await drawers.connection.rollback()


async def test_what_belongs_to_a_person_goes_with_the_person(drawers: Drawers) -> None:
    await put_units(drawers, replace(HEALTH, head=LAN.code))
    await put_people(drawers, [LAN])

    await drawers.connection.execute(people.delete())

    assert (await drawers.connection.execute(credentials.select())).all() == []
    assert (await drawers.rules.load()).units == (HEALTH,)


async def test_a_person_is_read_in_one_round_trip(database: Database) -> None:
    async with database.transaction() as drawers:
        await put_units(drawers)
        await put_people(drawers, [LAN])

    statements: list[Any] = []
    async with database.transaction() as drawers:
        event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *said: statements.append(said[2]))
        await drawers.profiles.find_person(LAN.code)

    assert len(statements) == 1
