"""A request that waits is told to whoever decides on it now, once, whoever was head when it was made."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from knowledge.facts import CriterionCode, Person, PersonCode, Role, UnitCode
from knowledge.library import Library
from knowledge.owed import Owed
from knowledge.study_cases import CaseNumber, Course, StudyAct, StudyCase, StudyEvent, StudyState
from knowledge.study_waiting import StudyRequests
from tests.knowledge.test_escalating import CHIEF, CLERK, DIRECTOR, OFFICIAL, UNITS, make_book

MONDAY = date(2026, 11, 23)
ASKED = date(2026, 11, 20)
SUCCESSOR = replace(CHIEF, code=PersonCode("CB011"))


def waits(*put_to: str, state: StudyState = StudyState.WAITING) -> StudyCase:
    asked = StudyEvent(
        StudyAct.REQUESTED, datetime(2026, 11, 20, 9, tzinfo=UTC), ASKED, OFFICIAL.code, OFFICIAL.name, put_to=put_to
    )
    return StudyCase(OFFICIAL.code, CriterionCode("ngoai_ngu"), Course("Lớp"), state, (asked,), CaseNumber(7))


def owed_to(
    library: Library, case: StudyCase, *people: Person, head: Person | None = CHIEF, on: date = MONDAY, told: str = ""
) -> list[Owed]:
    units = [replace(one, head=head.code if head else None) if one.code == OFFICIAL.unit else one for one in UNITS]
    rules = make_book(library, tuple(units)).on(on)
    watcher = StudyRequests(rules, (case,), {told})
    for one in sorted((OFFICIAL, *people), key=lambda one: one.code):
        watcher.see(one, (), rules, is_reachable=True)
    return watcher.list_notices()


def test_the_first_and_the_later_head_are_told_under_the_same_kind_of_key(library: Library) -> None:
    (before,) = owed_to(library, waits("A"), CHIEF, DIRECTOR)
    (after,) = owed_to(library, waits("A"), CHIEF, SUCCESSOR, DIRECTOR, head=SUCCESSOR)

    assert (before.key, after.key) == ("study:7:1:CB010", "study:7:1:CB011")
    assert after.about == (OFFICIAL.code,)
    assert after.payload == {
        "case": 7, "version": 1, "due": "2026-11-27", "asked": "2026-11-20", "is_vacant": False,
    }  # fmt: skip


def test_the_head_of_the_unit_to_which_the_person_moved_is_told(library: Library) -> None:
    moved = replace(OFFICIAL, unit=UNITS[0].code)
    watcher = StudyRequests(make_book(library).on(MONDAY), (waits("A"),))
    for one in (moved, CHIEF, DIRECTOR):
        watcher.see(one, (), watcher.rules, is_reachable=True)

    assert [one.to for one in watcher.list_notices()] == [DIRECTOR.code]


def test_a_vacant_post_takes_the_request_up_and_in_the_end_to_hr(library: Library) -> None:
    (above,) = owed_to(library, waits("A"), DIRECTOR, CLERK, head=None)
    (clerk,) = owed_to(library, waits("A"), CLERK, head=None)

    assert (above.to, above.payload["is_vacant"]) == (DIRECTOR.code, False)
    assert (clerk.to, clerk.payload["is_vacant"]) == (CLERK.code, True)
    assert owed_to(library, waits(), CLERK, head=None) == []


def test_whoever_heads_by_role_decides_where_the_unit_names_nobody(library: Library) -> None:
    acting = replace(CHIEF, code=PersonCode("CB012"), roles=frozenset({Role.HEAD}), unit=UnitCode(OFFICIAL.unit))

    assert [one.to for one in owed_to(library, waits("A"), acting, head=None)] == [acting.code]


@pytest.mark.parametrize(
    ("case", "on", "told"),
    [
        pytest.param(waits("A", state=StudyState.TO_CHANGE), MONDAY, "", id="it waits for the official"),
        pytest.param(waits("A"), date(2026, 11, 19), "", id="it was not made yet"),
        pytest.param(waits("A"), date(2026, 11, 22), "", id="nobody works on the day"),
        pytest.param(waits("A"), MONDAY, "study:7:1:CB010", id="a letter told it"),
    ],
)
def test_nobody_is_told_when(library: Library, case: StudyCase, on: date, told: str) -> None:
    assert owed_to(library, case, CHIEF, DIRECTOR, on=on, told=told) == []
