"""Named personas and small builders of facts, so that a case reads like a sentence."""

from dataclasses import replace
from datetime import date

from knowledge.calendar import WorkingCalendar
from knowledge.facts import (
    Credential,
    CredentialStatus,
    CriterionCode,
    DeclaredRules,
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
    Ruling,
    RulingId,
    Signatory,
    TerritoryCode,
    TitleStandard,
    Unit,
    UnitCode,
    UnitKind,
)
from knowledge.library import Library
from knowledge.rulebook import RuleBook

HUNG_YEN = TerritoryCode("hung-yen")
THAI_BINH = TerritoryCode("thai-binh")
GROUP = PositionGroup("truong_phong_so")

OFFICE = Unit(UnitCode("SO-MAU"), "Sở Mẫu", UnitKind.DEPARTMENT, HUNG_YEN)
DIVISION = Unit(UnitCode("PHONG-MAU"), "Phòng Mẫu", UnitKind.DIVISION, HUNG_YEN, parent=OFFICE.code)
NEIGHBOUR = Unit(UnitCode("SO-TB"), "Sở Mẫu Thái Bình", UnitKind.DEPARTMENT, THAI_BINH)
DISTRICT = Unit(
    UnitCode("HUYEN-MAU"),
    "UBND huyện Mẫu",
    UnitKind.DISTRICT_GOVERNMENT,
    HUNG_YEN,
    valid_to=date(2025, 6, 30),
    successor=UnitCode("XA-MAU"),
)
COMMUNE = Unit(UnitCode("XA-MAU"), "UBND xã Mẫu", UnitKind.COMMUNE_GOVERNMENT, HUNG_YEN, valid_from=date(2025, 7, 1))
UNITS = (OFFICE, DIVISION, NEIGHBOUR, DISTRICT, COMMUNE)


def official(**changes: object) -> Person:
    """A head of division at a department, managed by the government's Party committee, far from retirement."""
    person = Person(
        code=PersonCode("CB001"),
        name="Nguyễn Văn Mẫu",
        born_on=date(1985, 5, 20),
        gender=Gender.MALE,
        unit=OFFICE.code,
        position="Trưởng phòng",
        position_group=GROUP,
        managed_by=ManagedBy.PROVINCIAL_GOVERNMENT_PARTY_COMMITTEE,
        is_leader=True,
    )
    return replace(person, **changes)  # type: ignore[arg-type]


def credential(
    kind: str, level: str | None = None, issued: date | None = date(2019, 1, 10), **more: object
) -> Credential:
    """A verified credential."""
    one = Credential(KindCode(kind), level, issued_on=issued, status=CredentialStatus.VERIFIED)
    return replace(one, **more)  # type: ignore[arg-type]


def standard(criterion: str, minimum: str, document: str = "02-QĐi/TU", **more: object) -> TitleStandard:
    """A standard of the persona's position group."""
    one = TitleStandard(
        GROUP, CriterionCode(criterion), LevelCode(minimum), DocumentId(document), None, date(2018, 9, 25)
    )
    return replace(one, **more)  # type: ignore[arg-type]


def row(kind: str, counts_as: str, low: str | None = None, high: str | None = None, **more: object) -> RecognitionRow:
    """A recognition row of 1769/UBND-KGVX for languages."""
    one = RecognitionRow(
        DocumentId("1769/UBND-KGVX"),
        CriterionCode("ngoai_ngu"),
        KindCode(kind),
        LevelCode(counts_as),
        level_from=low,
        level_to=high,
    )
    return replace(one, **more)  # type: ignore[arg-type]


GIVER = Signatory(PersonCode("HR001"), "Trần Thị Tổ Chức", OFFICE.code, OFFICE.name)
CONFIRMER = Signatory(PersonCode("HR002"), "Lê Văn Thứ Hai", OFFICE.code, OFFICE.name)


def ruling(
    kind: str = "ielts",
    counts_as: str | None = "bac_3",
    low: str | None = None,
    high: str | None = None,
    **more: object,
) -> Ruling:
    """HR's ruling on languages, given and in force since the first of November 2026."""
    one = Ruling(
        RulingId("YK-2026-0001"),
        CriterionCode("ngoai_ngu"),
        KindCode(kind),
        LevelCode(counts_as) if counts_as is not None else None,
        GIVER,
        date(2026, 11, 1),
        CONFIRMER,
        date(2026, 11, 1),
        date(2026, 11, 1),
        level_from=low,
        level_to=high,
        reason="Sở đã thống nhất với các đơn vị.",
    )
    return replace(one, **more)  # type: ignore[arg-type]


def review(code: str = "DOT-1", deadline: date = date(2026, 12, 31), **more: object) -> ReviewRound:
    """An open review round on 02-QĐi/TU for everybody."""
    one = ReviewRound(RoundCode(code), f"Đợt {code}", DocumentId("02-QĐi/TU"), None, deadline)
    return replace(one, **more)  # type: ignore[arg-type]


def rule_book(
    library: Library,
    *,
    standards: tuple[TitleStandard, ...] = (),
    recognition: tuple[RecognitionRow, ...] = (),
    rounds: tuple[ReviewRound, ...] = (),
    units: tuple[Unit, ...] = UNITS,
    rulings: tuple[Ruling, ...] = (),
) -> RuleBook:
    """A rule book over the packaged library with these declared rules."""
    rules = DeclaredRules(1, units, standards, recognition, rounds, rulings=rulings)
    return RuleBook.of(library, rules, WorkingCalendar(library.calendar), HUNG_YEN)
