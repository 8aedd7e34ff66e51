"""Who belongs to the audience of a broadcast."""

from dataclasses import replace
from datetime import date

import pytest

from knowledge.audience import Audience, Known, belongs, common_unit, fingerprint_of, is_still_true
from knowledge.facts import CriterionCode, PersonCode, PositionGroup, UnitCode
from tests.handlers import visits
from tests.people import COMMUNE, DISTRICT, DIVISION, GROUP, NEIGHBOUR, OFFICE, credential, official

TODAY = date(2026, 11, 21)
ALL = frozenset(one.code for one in (OFFICE, DIVISION, DISTRICT, COMMUNE))
KNOWN = Known({PersonCode("CB001"): "telegram"}, frozenset({PersonCode("CB001")}))
PERSON = official(unit=DIVISION.code, credentials=(credential("cntt_co_ban"),))


@pytest.fixture(scope="module")
def rules(library):
    return visits.with_standards(library).on(TODAY)


@pytest.mark.parametrize(
    ("audience", "does"),
    [
        pytest.param(Audience(), True, id="everybody in reach"),
        pytest.param(Audience(units=frozenset({OFFICE.code})), True, id="a unit above"),
        pytest.param(Audience(units=frozenset({COMMUNE.code})), False, id="another unit"),
        pytest.param(Audience(units=frozenset({COMMUNE.code, DIVISION.code})), True, id="one of several units"),
        pytest.param(Audience(groups=frozenset({GROUP})), True, id="the position"),
        pytest.param(Audience(groups=frozenset({PositionGroup("khac")})), False, id="another position"),
        pytest.param(Audience(missing=frozenset({CriterionCode("ngoai_ngu")})), True, id="something missing"),
        pytest.param(Audience(missing=frozenset({CriterionCode("tin_hoc")})), False, id="nothing missing there"),
        pytest.param(
            Audience(missing=frozenset({CriterionCode("tin_hoc"), CriterionCode("ngoai_ngu")})), True, id="either"
        ),
        pytest.param(Audience(due_within=40), True, id="on the very last day of the window"),
        pytest.param(Audience(due_within=39), False, id="a day too short"),
        pytest.param(Audience(channels=frozenset({"telegram"})), True, id="reachable there"),
        pytest.param(Audience(channels=frozenset({"zalo_oa"})), False, id="reachable elsewhere"),
        pytest.param(Audience(not_acknowledged=3), True, id="silent on an earlier one"),
        pytest.param(
            Audience(units=frozenset({OFFICE.code}), channels=frozenset({"zalo_oa"})),
            False,
            id="every condition counts",
        ),
    ],
)
def test_person_belongs_by_every_condition_that_is_set(rules, audience, does):
    assert belongs(PERSON, audience, ALL, KNOWN, rules) is does


def test_nobody_outside_the_authors_units_belongs(rules):
    assert not belongs(PERSON, Audience(), ALL - {DIVISION.code}, KNOWN, rules)


def test_people_of_a_dissolved_unit_belong_to_the_one_that_took_over(rules):
    person = replace(PERSON, unit=DISTRICT.code)

    assert belongs(person, Audience(units=frozenset({COMMUNE.code})), ALL, KNOWN, rules)


def test_who_has_nothing_missing_any_more_is_not_told(rules):
    audience = Audience(missing=frozenset({CriterionCode("tin_hoc")}))

    assert not is_still_true(PERSON, audience, rules)
    assert is_still_true(replace(PERSON, credentials=()), audience, rules)
    assert is_still_true(PERSON, Audience(), rules)


@pytest.mark.parametrize(
    ("units", "common"),
    [
        ([DIVISION.code], DIVISION.code),
        ([DIVISION.code, OFFICE.code], OFFICE.code),
        ([DIVISION.code, COMMUNE.code], None),
        ([NEIGHBOUR.code, UnitCode("KHONG-CO")], None),
        ([], None),
    ],
)
def test_common_unit_is_the_lowest_one_above_all(rules, units, common):
    assert common_unit(units, rules) == common


def test_fingerprint_tells_other_people_and_other_channels_but_not_their_order():
    one, two = (PersonCode("CB001"), "telegram"), (PersonCode("CB002"), None)

    assert fingerprint_of([one, two]) == fingerprint_of([two, one])
    assert len({fingerprint_of(some) for some in ([one, two], [one], [two], [(one[0], None), two])}) == 4
