"""The way of a study case: who may do what when, to whom it goes, when it is unanswered, what verdicts read of it."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from knowledge.accountability import find_accountable
from knowledge.facts import CriterionCode, Person, PersonCode, StudyRecord, Unit, UnitCode
from knowledge.findings import Accountable
from knowledge.library import Library
from knowledge.rulebook import RulesOn
from knowledge.study_cases import Course, StudyAct, StudyCase, StudyEvent, StudyState
from knowledge.studying import (
    BEGINNINGS,
    Side,
    answer_due_on,
    find_claim,
    happen,
    is_unanswered,
    list_acts,
    list_deciders,
    may_happen,
    records_of,
)
from tests.people import COMMUNE, DISTRICT, DIVISION, HUNG_YEN, OFFICE, THAI_BINH, official, rule_book

FRIDAY = date(2026, 11, 20)
LANGUAGE = CriterionCode("ngoai_ngu")
SPRING = Course("Tiếng Anh bậc 3", date(2027, 3, 1), date(2027, 6, 30))
DIRECTOR, DEPUTY = PersonCode("GD001"), PersonCode("GD002")


def event(
    act: StudyAct, on: date = FRIDAY, *, words: str = "lý do", put_to: tuple[str, ...] = ("GD001",)
) -> StudyEvent:
    at = datetime(on.year, on.month, on.day, 9, tzinfo=UTC)
    course = SPRING if act in {StudyAct.REQUESTED, StudyAct.PROPOSED, StudyAct.CHANGED} else None
    return StudyEvent(act, at, on, PersonCode("CB001"), "Nguyễn Văn Mẫu", words=words, course=course, put_to=put_to)


def case(*happened: tuple[StudyAct, date]) -> StudyCase:
    (first, on), *others = happened
    made = StudyCase(PersonCode("CB001"), LANGUAGE, SPRING, BEGINNINGS[first], (event(first, on),))
    for act, day in others:
        made = happen(made, event(act, day))
    return made


def day(number: int, month: int = 11) -> date:
    return date(2026, month, number)


def blamed(made: StudyCase, library: Library, on: date, territory: object = HUNG_YEN) -> Accountable | None:
    return find_accountable(records_of(made), LANGUAGE, territory, rule_book(library).on(on))  # type: ignore[arg-type]


# --- who may do what


WAITING = case((StudyAct.REQUESTED, FRIDAY))
PROPOSED = case((StudyAct.PROPOSED, FRIDAY))
SENT = happen(WAITING, event(StudyAct.SENT))
BEGUN = date(2027, 3, 1)


@pytest.mark.parametrize(
    ("made", "side", "today", "acts"),
    [
        pytest.param(WAITING, Side.OFFICIAL, FRIDAY, {"withdrawn"}, id="the official may take an unanswered one back"),
        pytest.param(WAITING, Side.HEAD, FRIDAY, {"sent", "refused", "change_asked"}, id="the head decides"),
        pytest.param(WAITING, Side.HR, FRIDAY, set(), id="HR does not decide for the head"),
        pytest.param(PROPOSED, Side.OFFICIAL, FRIDAY, {"accepted", "declined"}, id="the official answers a proposal"),
        pytest.param(PROPOSED, Side.HEAD, FRIDAY, {"withdrawn"}, id="the head may take a proposal back"),
        pytest.param(SENT, Side.OFFICIAL, FRIDAY, {"declined"}, id="whoever is sent may say that they do not go"),
        pytest.param(SENT, Side.HEAD, FRIDAY, set(), id="nobody attends before the course begins"),
        pytest.param(SENT, Side.HR, BEGUN, {"attended", "not_attended", "passed"}, id="HR records who attended"),
        pytest.param(
            SENT, Side.OFFICIAL, BEGUN, {"declined", "said_attended", "said_passed"}, id="the official says so only"
        ),
    ],
)
def test_each_side_may_do_what_is_theirs(made, side, today, acts):
    assert {act.value for act in list_acts(made, {side}, today)} == acts


@pytest.mark.parametrize("act", [StudyAct.REFUSED, StudyAct.CHANGE_ASKED])
def test_a_refusal_needs_its_reason(act):
    with pytest.raises(ValueError, match="needs words"):
        happen(WAITING, event(act, words="  "))


def test_nothing_follows_an_ended_case():
    ended = happen(WAITING, event(StudyAct.WITHDRAWN))
    assert list_acts(ended, set(Side), BEGUN) == ()
    with pytest.raises(ValueError, match="does not follow"):
        happen(ended, event(StudyAct.SENT))


def test_what_the_official_says_waits_until_it_is_confirmed_and_is_said_once():
    said = happen(SENT, event(StudyAct.SAID_ATTENDED, BEGUN))
    assert (said.state, find_claim(said)) == (StudyState.SENT, StudyAct.ATTENDED)
    assert not may_happen(said, StudyAct.SAID_ATTENDED, {Side.OFFICIAL}, BEGUN)
    confirmed = happen(said, event(StudyAct.ATTENDED, BEGUN))
    assert (confirmed.state, find_claim(confirmed)) == (StudyState.ATTENDED, None)


def test_a_changed_request_carries_its_new_course():
    asked = happen(WAITING, event(StudyAct.CHANGE_ASKED))
    changed = happen(asked, replace(event(StudyAct.CHANGED), course=Course("Tin học")))
    assert (changed.state, changed.course.name, changed.version) == (StudyState.WAITING, "Tin học", 3)


# --- unanswered


@pytest.mark.parametrize(
    ("today", "unanswered"),
    [
        pytest.param(day(27), False, id="five working days after a Friday end on the next Friday"),
        pytest.param(day(28), True, id="the day after, it counts as unanswered"),
    ],
)
def test_a_request_is_unanswered_past_the_grace(library, today, unanswered):
    rules = rule_book(library).on(today)
    assert answer_due_on(WAITING, rules) == day(27)
    assert is_unanswered(WAITING, rules) is unanswered
    assert blamed(WAITING, library, today) is (Accountable.HEAD if unanswered else Accountable.UNASSIGNED)


def test_what_was_put_to_nobody_is_left_unanswered_by_nobody(library):
    made = replace(WAITING, events=(event(StudyAct.REQUESTED, put_to=()),))
    assert answer_due_on(made, rule_book(library).on(day(28))) is None
    assert records_of(made) == ()


def test_the_grace_runs_anew_for_a_changed_request(library):
    made = case((StudyAct.REQUESTED, FRIDAY), (StudyAct.CHANGE_ASKED, day(24)), (StudyAct.CHANGED, day(26)))
    assert blamed(made, library, day(30)) is Accountable.UNASSIGNED
    assert blamed(made, library, day(4, 12)) is Accountable.HEAD


# --- what verdicts read


ENDINGS = [
    pytest.param([("refused", 24)], Accountable.HEAD, id="refused"),
    pytest.param([("sent", 24)], Accountable.UNASSIGNED, id="sent"),
    pytest.param([("sent", 24), ("declined", 25)], Accountable.OFFICIAL, id="sent and declined"),
    pytest.param([("sent", 24), ("not_attended", 26)], Accountable.OFFICIAL, id="sent and absent"),
    pytest.param(
        [("sent", 24), ("not_attended", 26), ("said_attended", 26), ("attended", 27)],
        Accountable.UNASSIGNED,
        id="recorded as absent and set right",
    ),
    pytest.param([("withdrawn", 24)], Accountable.UNASSIGNED, id="withdrawn in time"),
    pytest.param([("change_asked", 24)], Accountable.UNASSIGNED, id="to be changed"),
]


@pytest.mark.parametrize(("happened", "expected"), ENDINGS)
def test_who_answers_follows_from_what_happened(library, happened, expected):
    made = case((StudyAct.REQUESTED, FRIDAY), *((StudyAct(act), day(on)) for act, on in happened))
    assert blamed(made, library, day(30)) is expected
    assert blamed(made, library, FRIDAY) is Accountable.UNASSIGNED


def test_a_proposal_declined_is_the_officials_own_and_one_accepted_is_nobodys(library):
    declined = case((StudyAct.PROPOSED, FRIDAY), (StudyAct.DECLINED, day(24)))
    accepted = case((StudyAct.PROPOSED, FRIDAY), (StudyAct.ACCEPTED, day(24)))
    assert records_of(declined) == (StudyRecord(LANGUAGE, assigned_on=FRIDAY, declined_on=day(24)),)
    assert blamed(declined, library, day(30)) is Accountable.OFFICIAL
    assert blamed(accepted, library, day(30)) is Accountable.UNASSIGNED
    assert records_of(PROPOSED) == ()


def test_whoever_is_sent_after_a_refusal_is_kept_from_nothing_any_more(library):
    refused = case((StudyAct.REQUESTED, day(2)), (StudyAct.REFUSED, day(4)))
    again = case((StudyAct.REQUESTED, day(4)), (StudyAct.SENT, day(4)))
    rules = rule_book(library).on(day(30))
    assert find_accountable(records_of(refused), LANGUAGE, HUNG_YEN, rules) is Accountable.HEAD
    both = (*records_of(refused), *records_of(again))
    assert find_accountable(both, LANGUAGE, HUNG_YEN, rules) is Accountable.UNASSIGNED


def test_nobody_answers_by_a_point_that_does_not_reach(library):
    made = case((StudyAct.REQUESTED, FRIDAY), (StudyAct.REFUSED, day(24)))
    assert blamed(made, library, day(30), THAI_BINH) is None


# --- to whom it goes


def rules_with(library: Library, *units: Unit) -> RulesOn:
    known = {unit.code: unit for unit in (OFFICE, DIVISION, DISTRICT, COMMUNE)} | {unit.code: unit for unit in units}
    return rule_book(library, units=tuple(known.values())).on(FRIDAY)


ME: Person = official(unit=DIVISION.code)


@pytest.mark.parametrize(
    ("person", "units", "by_role", "expected"),
    [
        pytest.param(ME, [replace(DIVISION, head=DEPUTY)], {}, [DEPUTY], id="the head of one's own unit"),
        pytest.param(ME, [replace(OFFICE, head=DIRECTOR)], {}, [DIRECTOR], id="a vacant post goes up"),
        pytest.param(
            ME,
            [replace(DIVISION, head=ME.code), replace(OFFICE, head=DIRECTOR)],
            {},
            [DIRECTOR],
            id="one's own head goes up",
        ),
        pytest.param(
            ME,
            [replace(DIVISION, head=DIRECTOR)],
            {DIVISION.code: [DEPUTY]},
            [DIRECTOR, DEPUTY],
            id="a unit of two heads",
        ),
        pytest.param(ME, [], {OFFICE.code: [DEPUTY, ME.code]}, [DEPUTY], id="a head by role alone"),
        pytest.param(
            official(unit=DISTRICT.code),
            [replace(COMMUNE, head=DIRECTOR)],
            {},
            [DIRECTOR],
            id="a dissolved unit's successor",
        ),
        pytest.param(
            official(unit=DISTRICT.code),
            [replace(DISTRICT, head=DEPUTY), replace(COMMUNE, head=DIRECTOR)],
            {UnitCode("HUYEN-MAU"): [DEPUTY]},
            [DIRECTOR],
            id="whoever headed a dissolved unit heads nothing",
        ),
        pytest.param(ME, [], {}, [], id="nobody"),
    ],
)
def test_a_request_goes_to_the_nearest_head(library, person, units, by_role, expected):
    assert list(list_deciders(person, rules_with(library, *units), by_role)) == expected
