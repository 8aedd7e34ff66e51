"""HR is told of evidence that waits once, the nearest first, and those above when it has waited for long."""

from dataclasses import replace
from datetime import date, datetime

from knowledge.evidence_waiting import EvidenceWaiting, WaitingEvidence, left_before
from knowledge.facts import Person, PersonCode, UnitCode
from knowledge.library import Library
from knowledge.local_time import VIETNAM
from knowledge.owed import Owed
from tests.knowledge.test_escalating import CHIEF, CLERK, DIRECTOR, OFFICIAL, make_book
from tests.people import DIVISION

FRIDAY, MONDAY, WEDNESDAY, THURSDAY = date(2026, 11, 20), date(2026, 11, 23), date(2026, 11, 25), date(2026, 11, 26)
NEAR = replace(CLERK, code=PersonCode("HR002"), scope=DIVISION.code)
ONE = WaitingEvidence(7, 1, OFFICIAL.code, DIVISION.code, FRIDAY)


def owed(
    library: Library, *waiting: WaitingEvidence, on: date = MONDAY, people: tuple[Person, ...] = (CLERK, NEAR), **more
) -> list[Owed]:
    unreached = more.pop("unreached", ())
    watcher = EvidenceWaiting(make_book(library).on(on), waiting, **more)
    for one in sorted((OFFICIAL, CHIEF, DIRECTOR, *people), key=lambda one: one.code):
        watcher.see(one, (), watcher.rules, is_reachable=one.code not in unreached)
    return watcher.list_notices()


def test_all_that_has_come_is_one_notice_to_the_nearest(library: Library) -> None:
    (told,) = owed(library, ONE, replace(ONE, number=8))

    assert (told.to, told.key, told.stage) == (NEAR.code, "evidence_waiting:HR002:2026-11-23", "new")
    assert told.payload == {"days": 3, "of": [[7, 1, "new"], [8, 1, "new"]]}
    assert told.about == (OFFICIAL.code,)


def test_nobody_is_told_twice_of_the_same_but_of_what_came_since(library: Library) -> None:
    before = {NEAR.code: frozenset({(7, 1, "new")})}

    assert owed(library, ONE, told=before) == []
    (again,) = owed(library, replace(ONE, version=3), told=before)
    assert again.payload["of"] == [[7, 3, "new"]]


def test_what_waits_for_long_is_told_once_more_and_to_those_above(library: Library) -> None:
    before = {NEAR.code: frozenset({(7, 1, "new")})}

    assert owed(library, ONE, on=WEDNESDAY, told=before) == []
    assert [(one.to, one.stage) for one in owed(library, ONE, on=THURSDAY, told=before)] == [
        (CLERK.code, "late"), (NEAR.code, "late"),
    ]  # fmt: skip
    both = {code: frozenset({(7, 1, "late")}) for code in (CLERK.code, NEAR.code)}
    assert owed(library, ONE, on=date(2026, 12, 4), told=both) == []


def test_what_an_official_was_asked_before_that_moment_is_late(library: Library) -> None:
    book = make_book(library)

    assert left_before(book.on(WEDNESDAY)) == datetime(2026, 11, 20, tzinfo=VIETNAM)
    assert left_before(book.on(THURSDAY)) == datetime(2026, 11, 23, tzinfo=VIETNAM)
    assert {one.stage for one in owed(library, replace(ONE, since=FRIDAY), on=THURSDAY)} == {"late"}
    assert {one.stage for one in owed(library, replace(ONE, since=MONDAY), on=THURSDAY)} == {"new"}


def test_whom_nothing_reaches_is_not_the_only_one_told(library: Library) -> None:
    assert [one.to for one in owed(library, ONE, unreached={NEAR.code})] == [CLERK.code, NEAR.code]


def test_nobody_is_told_of_what_they_may_not_decide(library: Library) -> None:
    elsewhere = replace(NEAR, code=PersonCode("HR003"), scope=UnitCode("KHAC"))
    own = replace(ONE, person=NEAR.code)
    checked = replace(ONE, checked_by=NEAR.code)

    for one in (own, checked):
        assert [told.to for told in owed(library, one, people=(CLERK, NEAR, elsewhere))] == [CLERK.code]


def test_nothing_is_told_on_a_day_on_which_nobody_works(library: Library) -> None:
    assert owed(library, ONE, on=date(2026, 11, 22)) == []
