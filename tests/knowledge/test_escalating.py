"""Who is told of whose case, and when: one rung at a time, once, by the posts of the day."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest

from knowledge.cases import Case, KeptCase, Told, Trigger
from knowledge.escalating import Escalations, match_kept
from knowledge.evaluate import evaluate
from knowledge.facts import (
    CredentialStatus,
    CriterionCode,
    ManagedBy,
    Person,
    PersonCode,
    Role,
    StudyRecord,
    Unit,
    UnitCode,
    UnitKind,
)
from knowledge.library import Library
from knowledge.owed import Owed
from knowledge.rulebook import RuleBook
from knowledge.triggers import list_cases, told_consequence
from tests.people import DIVISION, HUNG_YEN, OFFICE, THAI_BINH, credential, official, review, rule_book, standard

ROUND = review(deadline=date(2026, 12, 31))
NEAR, FAR = date(2026, 12, 7), date(2026, 11, 30)  # 24 and 31 days before
LANGUAGE = CriterionCode("ngoai_ngu")
OFFICIAL = official(unit=DIVISION.code)
CHIEF = official(code=PersonCode("CB010"), unit=DIVISION.code, credentials=(credential("vstep", "bac_3"),))
DIRECTOR = replace(CHIEF, code=PersonCode("CB020"), unit=OFFICE.code)
CLERK = replace(CHIEF, code=PersonCode("HR001"), unit=OFFICE.code, roles=frozenset({Role.HR}))
UNITS = (replace(OFFICE, head=DIRECTOR.code), replace(DIVISION, head=CHIEF.code))
EVERYBODY = (OFFICIAL, CHIEF, DIRECTOR, CLERK)


def make_book(library: Library, units: tuple[Unit, ...] = UNITS, **more: object) -> RuleBook:
    return rule_book(
        library, **{"standards": (standard("ngoai_ngu", "bac_3"),), "rounds": (ROUND,), "units": units, **more}
    )  # type: ignore[arg-type]


def watch(
    book: RuleBook, day: date, people: tuple[Person, ...] = EVERYBODY, memory: dict | None = None, **more: object
) -> tuple[list[Owed], list[KeptCase]]:
    """What is owed on a day, and what is remembered of it."""
    rules = book.on(day)
    watcher = Escalations(rules, memory or {}, **more)  # type: ignore[arg-type]
    for one in sorted(people, key=lambda one: one.code):
        watcher.see(one, evaluate(one, rules), rules, is_reachable=True)
    return watcher.list_notices(), watcher.list_changes()


def climb(
    book: RuleBook,
    first: date,
    days: int,
    people: tuple[Person, ...] = EVERYBODY,
    later: Mapping[date, RuleBook] | None = None,
) -> list[tuple[date, str, str]]:
    """Day, recipient and stage of all that is told when each day is planned; `later` books hold from their day on."""
    memory: dict[PersonCode, list[KeptCase]] = {}
    told = []
    for n in range(days):
        day = first + timedelta(days=n)
        book = (later or {}).get(day, book)
        owed, changes = watch(book, day, people, memory)
        told += [(day, one.to, one.stage) for one in owed]
        for change in changes:
            kept = replace(change, number=change.number or len(memory) + 1)
            others = [one for one in memory.get(kept.case.person, []) if one.number != kept.number]
            memory[kept.case.person] = [*others, kept]
    return told


def test_case_climbs_one_rung_after_each_grace_when_nobody_acts(library: Library) -> None:
    told = climb(make_book(library), NEAR, 30)

    undecided = [(day, to, stage) for day, to, stage in told if day <= date(2026, 12, 31)]
    assert undecided == [
        (date(2026, 12, 7), "CB010", "unit_head"),
        (date(2026, 12, 15), "CB020", "higher_head"),
        (date(2026, 12, 23), "HR001", "department"),
        (date(2026, 12, 31), "HR001", "leadership"),
    ]


def test_whoever_cannot_be_judged_keeps_their_cases_as_they_were_and_nobody_is_told_anew(library: Library) -> None:
    book = make_book(library)
    _owed, (kept,) = watch(book, NEAR)
    rules = book.on(NEAR + timedelta(days=1))
    watcher = Escalations(rules, {OFFICIAL.code: [replace(kept, number=1)]})

    for one in EVERYBODY:
        findings = None if one.code == OFFICIAL.code else evaluate(one, rules)
        watcher.see(one, findings, rules, is_reachable=True)

    assert (watcher.list_notices(), watcher.list_changes()) == ([], [])


def test_whoever_cannot_be_told_because_of_us_holds_the_case_up_for_their_grace_only_and_is_tried_on(
    library: Library,
) -> None:
    book = make_book(library)
    told = []
    memory: dict[PersonCode, list[KeptCase]] = {}
    for n in range(12):  # from a Monday on; what would tell the head goes out on no day
        day = NEAR + timedelta(days=n)
        owed, changes = watch(book, day, memory=memory)
        told += [(day, one.to) for one in owed if one.to != CHIEF.code or n in {0, 7, 8, 11}]
        for one in changes:
            tried = tuple(step for step in one.told if step.to == (CHIEF.code,))
            stands = tuple(step for step in one.told if step not in tried)
            memory[one.case.person] = [replace(one, number=1, told=stands, in_vain=one.in_vain or tried)]

    assert told == [
        (date(2026, 12, 7), "CB010"),
        (date(2026, 12, 14), "CB010"),
        (date(2026, 12, 15), "CB010"),
        (date(2026, 12, 15), "CB020"),
        (date(2026, 12, 18), "CB010"),
    ]


def test_nothing_is_told_when_nobody_works(library: Library) -> None:
    saturday = date(2026, 12, 5)

    assert watch(make_book(library), saturday) == ([], [])


def test_nothing_is_told_before_the_day_is_near(library: Library) -> None:
    assert watch(make_book(library), FAR) == ([], [])


@pytest.mark.parametrize(
    "study",
    [
        pytest.param(StudyRecord(LANGUAGE, assigned_on=date(2026, 11, 2)), id="the person was sent to study"),
        pytest.param(
            StudyRecord(LANGUAGE, date(2026, 11, 2), refused_on=date(2026, 11, 4)), id="the request was refused"
        ),
        pytest.param(StudyRecord(None, assigned_on=date(2026, 11, 2)), id="the person was sent for everything"),
    ],
)
def test_decided_case_is_not_told_when(library: Library, study: StudyRecord) -> None:
    decided = replace(OFFICIAL, study=(study,))

    assert watch(make_book(library), NEAR, (decided, CHIEF, DIRECTOR, CLERK)) == ([], [])


def test_old_decision_does_not_count_when_it_is_over_a_year_old(library: Library) -> None:
    before = replace(OFFICIAL, study=(StudyRecord(LANGUAGE, assigned_on=date(2025, 11, 2)),))

    owed, _changes = watch(make_book(library), NEAR, (before, CHIEF, DIRECTOR, CLERK))

    assert [one.to for one in owed] == ["CB010"]


def test_offer_of_study_is_a_decision_when_the_official_has_not_answered_yet(library: Library) -> None:
    offered = {OFFICIAL.code: frozenset({LANGUAGE})}

    assert watch(make_book(library), NEAR, offered=offered) == ([], [])


def test_case_ends_when_the_head_decides(library: Library) -> None:
    book = make_book(library)
    (owed,), (kept,) = watch(book, NEAR)
    decided = replace(OFFICIAL, study=(StudyRecord(LANGUAGE, assigned_on=date(2026, 12, 9)),))

    memory = {OFFICIAL.code: [replace(kept, number=1)]}
    later, changes = watch(book, date(2026, 12, 15), (decided, CHIEF, DIRECTOR, CLERK), memory)

    assert (owed.about, owed.payload["counts"]) == ((OFFICIAL.code,), {"undecided": 1})
    assert later == []
    assert [one.closed_on for one in changes] == [date(2026, 12, 15)]


def test_request_is_told_when_its_grace_has_passed(library: Library) -> None:
    asked = replace(OFFICIAL, study=(StudyRecord(LANGUAGE, requested_on=date(2026, 11, 16)),))
    book = make_book(library)

    in_time, _changes = watch(book, date(2026, 11, 23), (asked, CHIEF, DIRECTOR, CLERK))
    late, _changes = watch(book, date(2026, 11, 25), (asked, CHIEF, DIRECTOR, CLERK))

    assert in_time == []
    assert [(one.to, one.payload["counts"]) for one in late] == [("CB010", {"unanswered": 1})]


def test_own_gap_of_a_head_goes_to_the_rung_above(library: Library) -> None:
    lacking = replace(CHIEF, credentials=())

    owed, _changes = watch(make_book(library), NEAR, (lacking, DIRECTOR, CLERK))

    assert [(one.to, one.stage) for one in owed] == [("CB020", "higher_head")]


@pytest.mark.parametrize(
    ("units", "people", "to"),
    [
        pytest.param(
            (UNITS[0], DIVISION), EVERYBODY, "CB020", id="the post is vacant: it goes up"
        ),
        pytest.param(
            (UNITS[0], replace(DIVISION, head=PersonCode("CB404"))), EVERYBODY, "CB020",
            id="whoever is named is not in the roster",
        ),
        pytest.param(
            UNITS, (OFFICIAL, replace(CHIEF, born_on=date(1955, 1, 1)), DIRECTOR, CLERK), "CB020",
            id="whoever is named has retired",
        ),
        pytest.param(
            (UNITS[0], DIVISION),
            (OFFICIAL, replace(CHIEF, roles=frozenset({Role.HEAD})), DIRECTOR, CLERK), "CB010",
            id="somebody acts as head",
        ),
        pytest.param(
            (replace(UNITS[0], head=None), DIVISION), EVERYBODY, "HR001", id="no head anywhere: HR for the department"
        ),
        pytest.param(
            (UNITS[0], replace(DIVISION, head=OFFICIAL.code)), EVERYBODY, "CB020", id="the head is the person concerned"
        ),
    ],
)  # fmt: skip
def test_first_rung_is_whoever_holds_the_post_today(
    library: Library, units: tuple[Unit, ...], people: tuple[Person, ...], to: str
) -> None:
    owed, _changes = watch(make_book(library, units), NEAR, people)

    assert {one.to for one in owed} == {to}


def test_merged_unit_is_its_successor_when_it_has_ended(library: Library) -> None:
    heir = Unit(UnitCode("PHONG-MOI"), "Phòng Mới", UnitKind.DIVISION, HUNG_YEN, parent=OFFICE.code, head=CHIEF.code)
    ended = replace(DIVISION, valid_to=date(2026, 11, 30), successor=heir.code, head=PersonCode("CB404"))
    book = make_book(library, (UNITS[0], ended, heir))

    owed, (kept,) = watch(book, NEAR, (OFFICIAL, replace(CHIEF, unit=heir.code), DIRECTOR, CLERK))

    assert [one.to for one in owed] == ["CB010"]
    assert [step.rung for step in kept.told] == ["unit:PHONG-MOI|CB010"]


def test_head_is_not_told_again_when_their_unit_is_merged(library: Library) -> None:
    (_owed,), (kept,) = watch(make_book(library), NEAR)
    heir = Unit(UnitCode("PHONG-MOI"), "Phòng Mới", UnitKind.DIVISION, HUNG_YEN, parent=OFFICE.code, head=CHIEF.code)
    ended = replace(DIVISION, valid_to=date(2026, 12, 8), successor=heir.code)
    memory = {OFFICIAL.code: [replace(kept, number=1)]}

    owed, changes = watch(make_book(library, (UNITS[0], ended, heir)), date(2026, 12, 9), memory=memory)

    assert (owed, changes) == ([], [])


# --- a post that changes hands

NEXT_CHIEF = replace(CHIEF, code=PersonCode("CB011"))
SUCCEEDED = (UNITS[0], replace(DIVISION, head=NEXT_CHIEF.code))


def test_new_head_is_told_and_has_the_whole_grace_before_the_case_goes_over_their_head(library: Library) -> None:
    later = {date(2026, 12, 9): make_book(library, SUCCEEDED)}

    told = climb(make_book(library), NEAR, 21, (*EVERYBODY, NEXT_CHIEF), later)

    assert told == [
        (date(2026, 12, 7), "CB010", "unit_head"),
        (date(2026, 12, 9), "CB011", "unit_head"),
        (date(2026, 12, 17), "CB020", "higher_head"),
        (date(2026, 12, 25), "HR001", "department"),
    ]


def test_new_head_has_the_whole_grace_when_the_case_has_gone_higher_already(library: Library) -> None:
    later = {date(2026, 12, 21): make_book(library, SUCCEEDED)}

    told = climb(make_book(library), NEAR, 23, (*EVERYBODY, NEXT_CHIEF), later)

    assert told == [
        (date(2026, 12, 7), "CB010", "unit_head"),
        (date(2026, 12, 15), "CB020", "higher_head"),
        (date(2026, 12, 21), "CB011", "unit_head"),
        (date(2026, 12, 29), "HR001", "department"),
    ]


def test_what_the_former_head_was_told_stays_on_record(library: Library) -> None:
    (_owed,), (kept,) = watch(make_book(library), NEAR)
    memory = {OFFICIAL.code: [replace(kept, number=1)]}

    (owed,), (kept,) = watch(make_book(library, SUCCEEDED), date(2026, 12, 9), (*EVERYBODY, NEXT_CHIEF), memory)

    assert owed.payload["cases"] == [[OFFICIAL.code, "undecided", "DOT-1@2026-12-31", "unit:PHONG-MAU|CB011"]]
    assert [(told.on, told.to, told.post) for told in kept.told] == [
        (NEAR, ("CB010",), "unit:PHONG-MAU"),
        (date(2026, 12, 9), ("CB011",), "unit:PHONG-MAU"),
    ]


def test_head_who_comes_back_is_not_told_again(library: Library) -> None:
    book = make_book(library)
    later = {date(2026, 12, 9): make_book(library, SUCCEEDED), date(2026, 12, 11): book}

    told = climb(book, NEAR, 10, (*EVERYBODY, NEXT_CHIEF), later)

    assert [to for _day, to, _stage in told] == ["CB010", "CB011", "CB020"]


def test_acting_head_who_becomes_head_is_not_told_again(library: Library) -> None:
    acting = replace(CHIEF, roles=frozenset({Role.HEAD}))
    people = (OFFICIAL, acting, DIRECTOR, CLERK)
    later = {date(2026, 12, 9): make_book(library)}

    told = climb(make_book(library, (UNITS[0], DIVISION)), NEAR, 8, people, later)

    assert [to for _day, to, _stage in told] == ["CB010"]


def test_head_told_by_a_rung_that_names_the_post_alone_is_not_told_again(library: Library) -> None:
    """So rungs were named before they named whoever held the post."""
    (_owed,), (kept,) = watch(make_book(library), NEAR)
    memory = {OFFICIAL.code: [replace(kept, number=1, told=(Told("unit:PHONG-MAU", NEAR, (CHIEF.code,)),))]}

    assert watch(make_book(library), date(2026, 12, 8), memory=memory) == ([], [])


def test_commune_goes_to_its_own_staff_before_the_department(library: Library) -> None:
    commune = Unit(UnitCode("XA-MAU"), "Xã Mẫu", UnitKind.COMMUNE_GOVERNMENT, HUNG_YEN)
    person = replace(OFFICIAL, unit=commune.code, managed_by=ManagedBy.COMMUNE)
    staff = replace(CLERK, code=PersonCode("HR009"), unit=commune.code, scope=commune.code)

    told = climb(make_book(library, (*UNITS, commune)), NEAR, 14, (person, staff, CLERK))

    assert [(to, stage) for _day, to, stage in told] == [("HR009", "department"), ("HR001", "department")]


def test_hr_is_told_when_no_document_names_an_office(library: Library) -> None:
    there = Unit(UnitCode("SO-TB"), "Sở Mẫu Thái Bình", UnitKind.DEPARTMENT, THAI_BINH)
    book = make_book(library, (*UNITS, there), standards=(standard("ngoai_ngu", "bac_3", "02/MẪU"),),
                     rounds=(review(document="03/MẪU", deadline=date(2026, 12, 31)),))  # fmt: skip

    owed, (kept,) = watch(book, NEAR, (replace(OFFICIAL, unit=there.code), CLERK))

    assert [(one.to, one.payload["offices"]) for one in owed] == [("HR001", {})]
    assert [step.rung for step in kept.told] == ["staff"]


def test_hr_with_a_gap_is_not_told_of_themself(library: Library) -> None:
    lacking = replace(CLERK, credentials=())
    administrator = replace(CHIEF, code=PersonCode("QT001"), unit=OFFICE.code, roles=frozenset({Role.ADMINISTRATOR}))

    owed, _changes = watch(make_book(library, (OFFICE, DIVISION)), NEAR, (lacking, administrator))

    assert {one.to for one in owed} == {"QT001"}


def test_notices_of_a_day_are_one_for_each_recipient(library: Library) -> None:
    others = tuple(replace(OFFICIAL, code=PersonCode(f"CB10{n}")) for n in range(3))

    (owed,), changes = watch(make_book(library), NEAR, (OFFICIAL, CHIEF, DIRECTOR, CLERK, *others))

    assert (owed.key, len(owed.about), len(changes)) == ("escalation:CB010:2026-12-07", 4, 4)


def test_reopened_case_goes_on_from_where_it_stopped(library: Library) -> None:
    (_owed,), (kept,) = watch(make_book(library), NEAR)
    closed = replace(kept, number=1, closed_on=date(2026, 12, 8))

    (again,) = match_kept([closed], [kept.case], date(2026, 12, 21))

    assert (again.number, again.told, again.open_since) == (1, kept.told, date(2026, 12, 21))
    owed, _changes = watch(make_book(library), date(2026, 12, 21), memory={OFFICIAL.code: [closed]})
    assert owed == []


def test_only_new_criteria_make_a_new_case(library: Library) -> None:
    one = Case(OFFICIAL.code, Trigger.OVERDUE, "DOT-1@2026-12-31", (LANGUAGE,))
    kept = KeptCase(one, NEAR, number=1)

    more = replace(one, criteria=(LANGUAGE, CriterionCode("tin_hoc")))
    first, second = match_kept([kept], [more], NEAR)

    assert first is kept
    assert (second.number, second.case.criteria) == (0, ("tin_hoc",))
    assert match_kept([replace(kept, case=more)], [one], NEAR) == [replace(kept, case=more)]


# --- words of removal

REMOVAL = "Xem xét cho thôi chức vụ"


@pytest.mark.parametrize(
    ("changes", "is_told"),
    [
        pytest.param({}, True, id="a leader of that body with enough service left"),
        pytest.param({"is_leader": False}, False, id="no leader"),
        pytest.param({"managed_by": ManagedBy.PROVINCIAL_PARTY_STANDING_COMMITTEE}, False, id="another body"),
        pytest.param({"managed_by": ManagedBy.UNIT}, False, id="managed by the unit"),
        pytest.param({"born_on": date(1967, 1, 1)}, False, id="less than five years of service left"),
        pytest.param({"unit": UnitCode("SO-TB")}, False, id="a territory that the document never bound"),
    ],
)
def test_removal_is_told_only_of_whom_the_document_covers(
    library: Library, changes: dict[str, object], *, is_told: bool
) -> None:
    there = Unit(UnitCode("SO-TB"), "Sở Mẫu Thái Bình", UnitKind.DEPARTMENT, THAI_BINH)
    book = make_book(library, (*UNITS, there), standards=(standard("ngoai_ngu", "bac_3", "02/MẪU"),),
                     rounds=(review(document="03/MẪU", consequence=REMOVAL),))  # fmt: skip
    person = replace(OFFICIAL, **changes)  # type: ignore[arg-type]

    (finding,) = evaluate(person, book.on(NEAR))

    assert finding.consequence == REMOVAL
    assert told_consequence(person, finding, book.on(NEAR)) == (REMOVAL if is_told else None)


def test_other_consequences_are_told_as_they_stand(library: Library) -> None:
    book = make_book(library, rounds=(review(consequence="Tính vào đánh giá cuối năm"),))
    person = replace(OFFICIAL, managed_by=ManagedBy.UNIT)

    (finding,) = evaluate(person, book.on(NEAR))

    assert told_consequence(person, finding, book.on(NEAR)) == "Tính vào đánh giá cuối năm"


def test_waiting_certificate_is_no_case_of_anybody(library: Library) -> None:
    waiting = replace(OFFICIAL, credentials=(credential("vstep", "bac_3", status=CredentialStatus.WAITING),))
    rules = make_book(library).on(NEAR)

    assert list_cases(waiting, evaluate(waiting, rules), rules, is_reachable=False) == ()
