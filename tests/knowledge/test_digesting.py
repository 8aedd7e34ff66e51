"""The weekly digest: for whom, on which morning, and what it counts."""

from dataclasses import replace
from datetime import date

import pytest

from knowledge.digesting import DeskWork, Digests
from knowledge.evaluate import evaluate
from knowledge.facts import CredentialStatus, Person, PersonCode, Role, StudyRecord, UnitCode
from knowledge.library import Library
from knowledge.owed import Owed
from knowledge.rulebook import RuleBook
from tests.knowledge.test_escalating import CHIEF, CLERK, DIRECTOR, LANGUAGE, OFFICIAL, UNITS, make_book
from tests.people import DIVISION, credential

MONDAY = date(2026, 12, 7)
AFTER_TET = date(2027, 2, 11)  # the first working day of its week: Thursday
EVERYBODY = (OFFICIAL, CHIEF, DIRECTOR, CLERK)


def digest(
    book: RuleBook, day: date, people: tuple[Person, ...] = EVERYBODY, desk: DeskWork | None = None, **more: bool
) -> list[Owed]:
    rules = book.on(day)
    watcher = Digests(rules, desk or DeskWork(), **more)  # type: ignore[arg-type]
    for one in people:
        watcher.see(one, evaluate(one, rules), rules, is_reachable=one.code != OFFICIAL.code)
    return watcher.list_notices()


def test_digest_counts_by_criterion_and_stage_for_each_head_and_hr(library: Library) -> None:
    found = digest(make_book(library), MONDAY)

    assert [(one.to, one.key, one.stage) for one in found] == [
        ("CB010", "digest:CB010:2026-W50", "2026-W50"),
        ("CB020", "digest:CB020:2026-W50", "2026-W50"),
        ("HR001", "digest:HR001:2026-W50", "2026-W50"),
    ]
    assert found[0].payload["counts"] == [["ngoai_ngu", "near", 1]]
    assert found[0].payload["cases"] == {"undecided": 1, "unreachable": 1}
    assert [one.payload["units"] for one in found] == [[DIVISION.code], [UNITS[0].code], []]
    assert all(one.about == () for one in found)


@pytest.mark.parametrize(
    ("day", "is_late", "comes"),
    [
        pytest.param(MONDAY, False, True, id="Monday"),
        pytest.param(date(2026, 12, 8), False, False, id="Tuesday"),
        pytest.param(date(2026, 12, 8), True, True, id="Tuesday after a Monday on which nothing ran"),
        pytest.param(date(2026, 12, 12), True, False, id="a Saturday off"),
        pytest.param(AFTER_TET, False, True, id="the first working day after a week of holidays began"),
    ],
)
def test_digest_comes_on_the_first_working_morning_of_a_week(
    library: Library, day: date, *, is_late: bool, comes: bool
) -> None:
    assert bool(digest(make_book(library), day, is_late=is_late)) is comes


def test_nothing_comes_when_there_is_nothing_in_it(library: Library) -> None:
    done = replace(OFFICIAL, credentials=(credential("vstep", "bac_3"),))

    assert digest(make_book(library), MONDAY, (done, CHIEF, DIRECTOR, CLERK)) == []


def test_hr_is_told_of_their_desk_though_nobody_lacks_anything(library: Library) -> None:
    done = replace(OFFICIAL, credentials=(credential("vstep", "bac_3"),))
    desk = DeskWork(
        inquiries={DIVISION.code: 2, None: 1},
        proposals={None: 3},
        own_proposals={CLERK.code: 1},
        unclear={DIVISION.code: 4, UnitCode("SO-TB"): 7},
        evidence={DIVISION.code: 2},
        own_evidence={CLERK.code: 1},
        unproven={DIVISION.code: 5, UnitCode("SO-TB"): 7},
    )
    within = replace(CLERK, code=PersonCode("HR002"), scope=DIVISION.code)

    of_province, of_division = digest(make_book(library), MONDAY, (done, CHIEF, DIRECTOR, CLERK, within), desk)

    assert of_province.payload["desk"] == {
        "evidence": 1, "inquiries": 3, "proposals": 2, "unclear": 11, "unproven": 12,
    }  # fmt: skip
    assert of_division.payload["desk"] == {"evidence": 2, "inquiries": 2, "unclear": 4, "unproven": 5}


@pytest.mark.parametrize(
    ("person", "stage"),
    [
        pytest.param(
            replace(OFFICIAL, credentials=(credential("vstep", "bac_3", status=CredentialStatus.WAITING),)),
            "waiting",
            id="to be verified",
        ),
        pytest.param(replace(OFFICIAL, credentials=(credential("ielts", "5.0"),)), "open", id="no rule is held"),
        pytest.param(
            replace(OFFICIAL, credentials=(credential("vstep", "bac_3", expires_on=date(2027, 1, 15)),)),
            "expiring",
            id="soon expires",
        ),
    ],
)
def test_stage_is_counted_when(library: Library, person: Person, stage: str) -> None:
    (first, *_others) = digest(make_book(library), MONDAY, (person, CHIEF, DIRECTOR, CLERK))

    assert first.payload["counts"] == [["ngoai_ngu", stage, 1]]
    assert first.payload["cases"] == {}


def test_unanswered_request_is_counted_as_a_decision_that_waits(library: Library) -> None:
    asked = replace(OFFICIAL, study=(StudyRecord(LANGUAGE, requested_on=date(2026, 11, 16)),))

    (first, *_others) = digest(make_book(library), MONDAY, (asked, CHIEF, DIRECTOR, CLERK))

    assert first.payload["cases"]["unanswered"] == 1


def test_head_who_is_hr_too_has_one_digest_of_all(library: Library) -> None:
    both = replace(DIRECTOR, roles=frozenset({Role.HR}))

    found = digest(make_book(library), MONDAY, (OFFICIAL, CHIEF, both))

    assert [one.to for one in found] == ["CB010", "CB020"]
    assert found[1].payload["units"] == []
