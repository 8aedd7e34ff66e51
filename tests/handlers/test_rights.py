"""Whose records a person may see: decided by the real day, never widened by an ended unit."""

from dataclasses import replace
from datetime import date

import pytest

from handlers.hr.proposals_rights import covers
from handlers.rights import may_see, units_in_scope
from knowledge.facts import PersonCode, Role
from tests.handlers.visits import IN_2020, TODAY
from tests.people import COMMUNE, DISTRICT, DIVISION, NEIGHBOUR, OFFICE, UNITS, official, rule_book

HEAD, HR = frozenset({Role.HEAD}), frozenset({Role.HR})
ME = PersonCode("CB009")

SCOPES = [
    pytest.param({}, set(), id="an official sees nobody"),
    pytest.param({"roles": HEAD}, {"SO-MAU", "PHONG-MAU"}, id="a head by role: the unit and below"),
    pytest.param({"roles": HEAD, "unit": DIVISION.code}, {"PHONG-MAU"}, id="a head below sees not above"),
    pytest.param({"roles": HEAD, "unit": DISTRICT.code}, set(), id="a head of an ended unit heads nothing by that"),
    pytest.param({"roles": HEAD, "unit": "KHONG-CO"}, set(), id="a head of an unknown unit"),
    pytest.param(
        {"roles": HR},
        {"SO-MAU", "PHONG-MAU", "SO-TB", "HUYEN-MAU", "XA-MAU"},
        id="HR without scope: the whole province of today",
    ),
    pytest.param({"roles": HR, "scope": DIVISION.code}, {"PHONG-MAU"}, id="HR with a scope: that unit and below"),
    pytest.param(
        {"roles": HR, "scope": COMMUNE.code}, {"XA-MAU", "HUYEN-MAU"}, id="HR of a heir sees the ended unit's"
    ),
    pytest.param({"roles": HR, "scope": DISTRICT.code}, set(), id="HR of an ended unit sees nobody by that"),
    pytest.param({"roles": HR, "unit": "KHONG-CO"}, {one.code for one in UNITS}, id="HR of an unknown unit: the home"),
    pytest.param(
        {"roles": HEAD | HR, "scope": COMMUNE.code},
        {"SO-MAU", "PHONG-MAU", "XA-MAU", "HUYEN-MAU"},
        id="both roles add up",
    ),
]


@pytest.mark.parametrize(("changes", "seen"), SCOPES)
def test_scope_is_what_the_role_and_the_unit_give(bare, changes, seen):
    assert units_in_scope(official(code=ME, **changes), bare.on(TODAY)) == seen


def headed(library, unit):
    units = tuple(replace(one, head=ME) if one.code == unit.code else one for one in UNITS)
    return rule_book(library, units=units)


def test_recorded_head_sees_the_unit_and_below_without_the_role(library):
    assert units_in_scope(official(code=ME), headed(library, OFFICE).on(TODAY)) == {"SO-MAU", "PHONG-MAU"}


def test_recorded_head_of_a_unit_sees_it_until_its_last_day_only(library):
    book, head = headed(library, DISTRICT), official(code=ME)

    assert "HUYEN-MAU" in units_in_scope(head, book.on(date(2025, 6, 30)))
    assert units_in_scope(head, book.on(date(2025, 7, 1))) == frozenset()


def test_head_of_a_heir_sees_people_still_filed_under_the_ended_unit(library):
    today = headed(library, COMMUNE).on(TODAY)

    head = official(code=ME)
    assert may_see(head, official(unit=DISTRICT.code), units_in_scope(head, today))


def test_everybody_may_see_themself_and_a_neighbour_nobody(bare):
    today = bare.on(TODAY)

    head = official(code=ME, roles=HEAD)
    assert may_see(official(), official(), units_in_scope(official(), today))
    assert not may_see(head, official(unit=NEIGHBOUR.code), units_in_scope(head, today))


def test_scope_of_the_past_is_not_asked_for_by_the_desk(library):
    book = headed(library, DISTRICT)

    assert "HUYEN-MAU" in units_in_scope(official(code=ME), book.on(IN_2020))


@pytest.mark.parametrize("scope", [DISTRICT.code, COMMUNE.code, OFFICE.code, None])
def test_hr_of_an_ended_unit_may_change_no_rules_least_of_all_its_heirs(library, scope):
    today = rule_book(library).on(TODAY)
    assert not covers(official(roles=HR, scope=DISTRICT.code), scope, today)


@pytest.mark.parametrize("scope", [DISTRICT.code, COMMUNE.code])
def test_hr_of_the_heir_decides_for_the_ended_unit_too(library, scope):
    assert covers(official(roles=HR, scope=COMMUNE.code), scope, rule_book(library).on(TODAY))
