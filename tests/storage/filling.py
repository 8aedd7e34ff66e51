"""Rosters and rules for tests, written as values and put into the tables as they are."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Table, insert

from knowledge.facts import (
    Credential,
    CredentialStatus,
    CriterionCode,
    DocumentId,
    Gender,
    KindCode,
    LevelCode,
    ManagedBy,
    Person,
    PersonCode,
    PositionGroup,
    RecognitionRow,
    ReviewRound,
    RoundCode,
    RoundFilter,
    TerritoryCode,
    TitleStandard,
    Unit,
    UnitCode,
    UnitKind,
)
from storage.drawers import Drawers
from storage.encryption import Vault
from storage.rows import Row, credential_row, exemption_row, person_row, study_row, unit_row
from storage.tables import credentials, exemptions, people, study_records, units
from tests.databases import TEST_KEY

HEALTH = Unit(UnitCode("SYT"), "Sở Y tế", UnitKind.DEPARTMENT, TerritoryCode("hung-yen"))
HEALTH_OFFICE = Unit(
    UnitCode("SYT-VP"), "Văn phòng Sở Y tế", UnitKind.DIVISION, TerritoryCode("hung-yen"), parent=HEALTH.code
)
DIPLOMA = Credential(
    KindCode("bang_cap"), "dai_hoc", "Trường Đại học A", "B-1", date(2005, 6, 30), status=CredentialStatus.VERIFIED
)
IELTS = Credential(KindCode("ielts"), "5.0", "IDP", None, date(2024, 5, 12), date(2026, 5, 12))
LAN = Person(
    code=PersonCode("CB001"),
    name="Nguyễn Thị Lan",
    born_on=date(1980, 2, 29),
    gender=Gender.FEMALE,
    unit=HEALTH.code,
    position="Trưởng phòng Tổ chức",
    position_group=PositionGroup("truong_phong"),
    managed_by=ManagedBy.PROVINCIAL_GOVERNMENT_PARTY_COMMITTEE,
    is_leader=True,
    in_post_since=date(2019, 1, 1),
    credentials=(DIPLOMA, IELTS),
)
STANDARD = TitleStandard(
    position_group=PositionGroup("truong_phong"),
    criterion=CriterionCode("ngoai_ngu"),
    minimum=LevelCode("bac_3"),
    document=DocumentId("02-QĐi/TU"),
    point=None,
    valid_from=date(2020, 1, 1),
    note="theo bảng của HR",
)
RECOGNITION = RecognitionRow(
    document=DocumentId("1769/UBND-KGVX"),
    criterion=CriterionCode("ngoai_ngu"),
    kind=KindCode("ielts"),
    counts_as=LevelCode("bac_3"),
    level_from="4.0",
    level_to="5.0",
    months_valid=24,
    issued_from=date(2018, 1, 1),
)
ROUND = ReviewRound(
    code=RoundCode("DOT-2026-1"),
    name="Rà soát 2026",
    document=DocumentId("2123/UBND-NC"),
    point="2",
    deadline=date(2026, 12, 31),
    audience=RoundFilter(
        position_groups=frozenset({PositionGroup("truong_phong")}),
        managed_by=frozenset({ManagedBy.COMMUNE, ManagedBy.UNIT}),
        units=frozenset({HEALTH.code}),
    ),
    criteria=frozenset({CriterionCode("ngoai_ngu"), CriterionCode("tin_hoc")}),
    service_left_from_years=5,
    consequence="xem xét",
    opens_on=date(2026, 1, 1),
)


def another(code: str, **changes: Any) -> Person:
    """A person like Lan with another code, without credentials unless they are given."""
    return replace(LAN, **{"code": PersonCode(code), "credentials": (), **changes})


async def put(drawers: Drawers, table: Table, *rows: Row) -> None:
    """Insert rows as they are."""
    if rows:
        await drawers.connection.execute(insert(table), list(rows))


async def put_people(drawers: Drawers, everybody: Iterable[Person], *, phone: str | None = None) -> None:
    """Insert people with all that belongs to them, all with the same phone number."""
    vault = Vault([TEST_KEY])
    for person in everybody:
        await put(drawers, people, person_row(person, phone, vault))
        await put(drawers, credentials, *(credential_row(person.code, one) for one in person.credentials))
        await put(drawers, study_records, *(study_row(person.code, one) for one in person.study))
        await put(drawers, exemptions, *(exemption_row(person.code, one) for one in person.exemptions))


async def put_units(drawers: Drawers, *some: Unit) -> None:
    """Insert units, the health department and its office where none are named."""
    await put(drawers, units, *map(unit_row, some or (HEALTH, HEALTH_OFFICE)))
