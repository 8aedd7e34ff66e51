"""The packaged tables of the library: names that tell one thing, chains that end, background that says what it is."""

from datetime import date
from itertools import pairwise

import pytest

from knowledge.documents import Confidence
from knowledge.facts import CriterionCode, Gender, KindCode, ManagedBy, TerritoryCode
from knowledge.folding import fold_words
from knowledge.levels import is_within, read_level
from knowledge.loader import load_library

LAW = load_library()
HUNG_YEN = TerritoryCode("hung-yen")
LAST_OLD_DAY, FIRST_NEW_DAY = date(2025, 6, 30), date(2025, 7, 1)


def test_alias_names_one_kind_only_when_typed_without_marks():
    owners: dict[str, KindCode] = {}
    for kind in LAW.kinds.values():
        for name in (kind.code, kind.name, *kind.aliases):
            assert owners.setdefault(fold_words(name), kind.code) == kind.code, name


def test_alias_names_one_criterion_only_when_typed_without_marks():
    owners: dict[str, CriterionCode] = {}
    for criterion in LAW.criteria.values():
        for name in (criterion.code, criterion.name, *criterion.aliases):
            assert owners.setdefault(fold_words(name), criterion.code) == criterion.code, name


def test_direct_kinds_are_those_of_the_contract_when_the_library_is_read():
    assert {kind.code for kind in LAW.kinds.values() if kind.is_direct} == {
        "bang_cap", "llct", "qlnn", "bdld", "qpan", "vstep", "khung_6_bac", "cntt_co_ban", "cntt_nang_cao",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("office", "on", "expected"),
    [
        pytest.param(
            "bcsd_ubnd_tinh_hung_yen", LAST_OLD_DAY, "bcsd_ubnd_tinh_hung_yen", id="last day of the committee"
        ),
        pytest.param("bcsd_ubnd_tinh_hung_yen", FIRST_NEW_DAY, "dang_uy_ubnd_tinh_hung_yen", id="the day after"),
        pytest.param("ubnd_huyen_hung_yen", LAST_OLD_DAY, "ubnd_huyen_hung_yen", id="last day of the districts"),
        pytest.param("ubnd_huyen_hung_yen", FIRST_NEW_DAY, None, id="no district afterwards"),
        pytest.param("btv_huyen_uy_hung_yen", FIRST_NEW_DAY, None, id="no district party committee afterwards"),
        pytest.param("so_noi_vu_hung_yen", FIRST_NEW_DAY, "so_noi_vu_hung_yen", id="the department goes on"),
        pytest.param("so_noi_vu_hai_duong", FIRST_NEW_DAY, "so_noi_vu_hai_phong", id="Hải Dương is in Hải Phòng"),
        pytest.param("ubnd_tinh_hai_duong", LAST_OLD_DAY, "ubnd_tinh_hai_duong", id="Hải Dương before the merger"),
    ],
)
def test_office_is_the_one_of_the_day_when_names_have_changed(office, on, expected):
    found = LAW.office_on(office, on)
    assert (None if found is None else found.id) == expected


def test_ended_office_says_why_when_nobody_is_known_to_have_taken_over():
    assert all(office.note for office in LAW.offices.values() if office.valid_to is not None)


@pytest.mark.parametrize("territory", sorted(LAW.territories))
@pytest.mark.parametrize("managed_by", list(ManagedBy))
def test_somebody_can_be_asked_when_the_library_has_no_answer(territory, managed_by):
    offices = [
        contact.office
        for contact in LAW.contacts
        if contact.territory == territory and (not contact.managed_by or managed_by in contact.managed_by)
    ]
    assert offices
    assert LAW.office_on(offices[0], FIRST_NEW_DAY) is not None


@pytest.mark.parametrize("managed_by", list(ManagedBy))
def test_escalation_ends_in_offices_of_the_day_or_says_why_not_when_asked_after_the_merger(managed_by):
    steps = [step for step in LAW.escalation if step.managed_by == managed_by and step.valid_to is None]
    assert len(steps) == 1
    assert steps[0].note
    assert all(LAW.office_on(office, FIRST_NEW_DAY) == LAW.offices[office] for office in steps[0].offices)


@pytest.mark.parametrize("criterion", ["ngoai_ngu", "tin_hoc"])
def test_letter_1769_would_decide_when_a_certificate_is_asked_about_in_hung_yen(criterion):
    found = [one for one in LAW.deciders if one.territory == HUNG_YEN and CriterionCode(criterion) in one.criteria]
    assert [one.document for one in found] == ["1769/UBND-KGVX"]
    assert found[0].caution
    assert "2020" in found[0].caution


def test_the_more_specific_decider_comes_first_when_standards_are_asked_for():
    standards = [one for one in LAW.deciders if not one.criteria]
    assert [one.document for one in standards] == ["1090-QĐ/TU", "02-QĐi/TU"]
    assert standards[0].managed_by == {ManagedBy.PROVINCIAL_PARTY_STANDING_COMMITTEE}
    assert not standards[1].managed_by


def test_nothing_would_decide_when_the_territory_is_not_hung_yen():
    assert {one.territory for one in LAW.deciders} == {HUNG_YEN}


def test_only_it_certificates_a_b_c_are_converted_by_the_state_when_the_library_is_read():
    (conversion,) = LAW.conversions
    assert (conversion.kind, conversion.counts_as) == ("tin_hoc_abc", "co_ban")
    assert conversion.issued_before == date(2016, 8, 10)
    assert LAW.cite(conversion.document, conversion.point).point == "Điều 23"


@pytest.mark.parametrize(
    ("gender", "first", "last", "step", "last_year"),
    [
        pytest.param(Gender.MALE, 60 * 12 + 3, 62 * 12, 3, 2028, id="men"),
        pytest.param(Gender.FEMALE, 55 * 12 + 4, 60 * 12, 4, 2035, id="women"),
    ],
)
def test_retirement_age_climbs_evenly_when_the_roadmap_applies(gender, first, last, step, last_year):
    roadmap = LAW.retirement[1]
    ages = [(one.year, one.age_months) for one in roadmap.steps if one.gender is gender]
    assert ages[0] == (2021, first)
    assert ages[-1] == (last_year, last)
    assert all((later[0] - one[0], later[1] - one[1]) == (1, step) for one, later in pairwise(ages))


def test_retirement_age_names_no_document_when_asked_before_2021():
    before = LAW.retirement[0]
    assert before.asked_to == date(2020, 12, 31)
    assert before.document is None
    assert {one.gender: one.age_months for one in before.steps} == {Gender.MALE: 720, Gender.FEMALE: 660}


def test_equivalence_row_contains_its_own_score_when_the_score_can_be_read():
    for row in LAW.equivalences:
        kind = LAW.kinds[row.kind]
        criterion = LAW.criteria[kind.criterion] if kind.criterion else None
        if row.level_from and row.level_from.startswith("niveau"):
            assert read_level(kind, criterion, row.level_from) is None  # TCF by niveau does not compare with scores
            continue
        lowest = read_level(kind, criterion, row.level_from)
        assert lowest is not None, row
        assert is_within(kind, criterion, lowest, row.level_from, row.level_to), row


def test_tables_disagree_openly_when_the_same_score_is_looked_up():
    kind = LAW.kinds[KindCode("ielts")]
    level = read_level(kind, None, "5.0")
    assert level is not None
    told = {
        (row.document, row.stands_for)
        for row in LAW.equivalences
        if row.kind == "ielts" and is_within(kind, None, level, row.level_from, row.level_to)
    }
    assert {("66/2008/QĐ-BGDĐT", "B2"), ("05/2012/TT-BGDĐT", "B1"), ("23/2021/TT-BGDĐT", "bậc 3")} <= told


def test_background_says_that_its_source_is_weak_when_the_copy_is_weak():
    for words in LAW.guidance:
        if LAW.get_document(words.document).confidence is Confidence.WEAK_COPY:
            assert "nguồn" in words.statement, words.statement


def test_national_document_is_never_said_to_be_held_when_only_copies_were_found():
    found = {Confidence.OFFICIAL_COPY, Confidence.LEGAL_SITE, Confidence.WEAK_COPY}
    national = [one for one in LAW.documents.values() if one.is_national and one.confidence in found]
    assert len(national) > 50
    assert not any(one.text_held for one in national)


@pytest.mark.parametrize(
    ("typed", "document"),
    [
        ("thông tư 20/2019", "20/2019/TT-BGDĐT"),
        ("TT 2/2021", "02/2021/TT-BNV"),
        ("ttlt 17/2016", "17/2016/TTLT-BGDĐT-BTTTT"),
        ("nd 29/2024/nd-cp", "29/2024/NĐ-CP"),
        ("quy định 350", "350-QĐ/TW"),
        ("Bộ luật Lao động", "45/2019/QH14"),
    ],
)
def test_national_document_is_found_when_typed_as_people_type_it(typed, document):
    found = LAW.find_document(typed)
    assert found is not None
    assert found.id == document
