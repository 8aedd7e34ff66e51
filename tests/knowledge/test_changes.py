"""A change of the rules is told to exactly those whose verdict it touches, with what in the rules made it so."""

from dataclasses import fields, replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from knowledge.calendar import WorkingCalendar
from knowledge.causes import CauseKind, Part
from knowledge.changes import Change, Difference, verdict_of
from knowledge.evaluate import evaluate
from knowledge.facts import (
    DeclaredRules,
    DocumentId,
    Exemption,
    Gender,
    ManagedBy,
    Person,
    PersonCode,
    RoundFilter,
    Ruling,
    RulingId,
    Signatory,
    StudyRecord,
    UnitCode,
)
from knowledge.findings import Finding, State
from knowledge.library import Library
from knowledge.rulebook import RuleBook
from tests.people import (
    COMMUNE,
    DISTRICT,
    DIVISION,
    HUNG_YEN,
    NEIGHBOUR,
    OFFICE,
    THAI_BINH,
    UNITS,
    credential,
    official,
    review,
    row,
    standard,
)

TODAY = date(2026, 11, 21)
STANDARDS = (standard("ngoai_ngu", "bac_3"), standard("tin_hoc", "co_ban"))
TABLE = (row("ielts", "bac_3", "4.0", "5.0"), row("ielts", "bac_4", "5.5", months_valid=24))
SWITCH = "ngay_van_hoa_24_11"
HR = Signatory(PersonCode("HR01"), "Lê Thị Mẫu", OFFICE.code, OFFICE.name)
OTHER_HR = Signatory(PersonCode("HR02"), "Đỗ Văn Mẫu", OFFICE.code, OFFICE.name)


def ruling(kind: str = "toeic", counts_as: str | None = "bac_3", **more: object) -> Ruling:
    """A ruling that holds since the first day of the year."""
    first = date(2026, 1, 5)
    one = Ruling(
        id=RulingId("YK-1/2026"),
        criterion=STANDARDS[0].criterion,
        kind=row(kind, "bac_3").kind,
        counts_as=row(kind, counts_as).counts_as if counts_as else None,
        given_by=HR,
        given_on=first,
        confirmed_by=OTHER_HR,
        confirmed_on=first,
        valid_from=first,
        reason="theo hồ sơ",
    )
    return replace(one, **more)  # type: ignore[arg-type]


def book(library: Library, *, switches: frozenset[str] = frozenset(), **declared: object) -> RuleBook:
    rules = DeclaredRules(**{"version": 1, "units": UNITS, "standards": STANDARDS, "rounds": (review(),), **declared})  # type: ignore[arg-type]
    return RuleBook.of(library, rules, WorkingCalendar(library.calendar, switches), HUNG_YEN)


def changes(before: RuleBook, after: RuleBook, person: Person, on: date = TODAY) -> tuple[Change, ...]:
    return Difference(before, after, on).changes_of(person)


def happened(found: tuple[Change, ...]) -> set[CauseKind]:
    return {cause.happened for change in found for cause in change.why}


# --- one edit, one cause ---


def test_nothing_is_told_when_the_rules_are_the_same(library: Library) -> None:
    difference = Difference(book(library), book(library, version=7), TODAY)

    assert difference.parts == ()
    assert difference.changes_of(official()) == ()


def test_a_changed_standard_is_the_cause_when_the_level_asked_rises(library: Library) -> None:
    raised = book(library, recognition=TABLE, standards=(standard("ngoai_ngu", "bac_4"), STANDARDS[1]))
    holder = official(credentials=(credential("ielts", "4.5"), credential("cntt_co_ban")))

    (change,) = changes(book(library, recognition=TABLE), raised, holder)

    assert change.old is not None
    assert change.new is not None
    assert (change.old.state, change.new.state) == (State.MET, State.MISSING)
    assert [(one.happened, one.cite and one.cite.document) for one in change.why] == [
        (CauseKind.STANDARD_CHANGED, "02-QĐi/TU")
    ]


def test_a_withdrawn_row_is_the_cause_for_its_holders_alone(library: Library) -> None:
    before, after = book(library, recognition=TABLE), book(library, recognition=TABLE[1:])

    (change,) = changes(before, after, official(credentials=(credential("ielts", "4.5"), credential("cntt_co_ban"))))
    assert [(one.happened, one.kind) for one in change.why] == [(CauseKind.RECOGNITION_WITHDRAWN, "ielts")]
    assert changes(before, after, official(credentials=(credential("vstep", "bac_3"),))) == ()
    assert changes(before, after, official()) == ()


def test_a_ruling_given_and_withdrawn_is_told_by_its_number(library: Library) -> None:
    holder = official(credentials=(credential("toeic", "600"), credential("cntt_co_ban")))
    without, given = book(library), book(library, rulings=(ruling(),))
    withdrawn = book(library, rulings=(ruling(withdrawn_on=date(2026, 11, 20)),))

    (change,) = changes(without, given, holder)
    assert [(one.happened, one.cite and one.cite.document) for one in change.why] == [
        (CauseKind.RULING_GIVEN, "YK-1/2026")
    ]
    (change,) = changes(given, withdrawn, holder)
    assert [(one.happened, one.is_past) for one in change.why] == [(CauseKind.RULING_WITHDRAWN, True)]
    assert changes(without, withdrawn, holder) == ()


@pytest.mark.parametrize(
    ("rounds", "expected"),
    [
        pytest.param((review(deadline=date(2027, 3, 31)),), CauseKind.ROUND_EXTENDED, id="a later day"),
        pytest.param((review(deadline_included=False),), CauseKind.ROUND_CHANGED, id="the day itself no longer counts"),
        pytest.param((review(), review("DOT-0", date(2026, 12, 1))), CauseKind.ROUND_OPENED, id="an earlier round"),
        pytest.param((), CauseKind.ROUND_CLOSED, id="the round is gone"),
        pytest.param((review(is_open=False),), CauseKind.ROUND_CLOSED, id="the round is closed"),
        pytest.param(
            (review(audience=RoundFilter(units=frozenset({COMMUNE.code}))),),
            CauseKind.ROUND_CHANGED,
            id="for others now",
        ),
    ],
)
def test_a_round_is_the_cause_for_whoever_still_has_something_to_complete(
    library: Library, rounds: tuple[object, ...], expected: CauseKind
) -> None:
    holder = official(credentials=(credential("vstep", "bac_3"), credential("cntt_co_ban")))

    found = changes(book(library), book(library, rounds=rounds), official())

    assert [one.criterion for one in found] == ["ngoai_ngu", "tin_hoc"]
    assert happened(found) == {expected}
    assert changes(book(library), book(library, rounds=rounds), holder) == ()


def test_other_words_of_a_round_are_no_change(library: Library) -> None:
    reworded = replace(review(), name="Đợt rà soát cuối năm", consequence="xem xét", criteria=frozenset())

    assert changes(book(library), book(library, rounds=(reworded,)), official()) == ()


def test_days_that_pass_are_no_change(library: Library) -> None:
    rules = book(library, recognition=TABLE)
    holder = official(credentials=(credential("ielts", "5.5", date(2025, 1, 1)),))

    for day in (TODAY, date(2026, 12, 31), date(2027, 1, 2)):
        assert changes(rules, book(library, recognition=TABLE), holder, day) == ()


def test_a_switched_day_off_is_the_cause_where_it_moves_the_safe_day(library: Library) -> None:
    due = (review(deadline=date(2026, 11, 24)),)

    found = changes(book(library, rounds=due), book(library, rounds=due, switches=frozenset({SWITCH})), official())

    assert {(one.happened, one.now) for change in found for one in change.why} == {
        (CauseKind.CALENDAR_CHANGED, date(2026, 11, 24))
    }
    assert changes(book(library), book(library, switches=frozenset({SWITCH})), official()) == ()


def test_a_unit_that_moves_to_another_territory_is_the_cause_of_what_binds_there(library: Library) -> None:
    moved = tuple(replace(one, territory=THAI_BINH) if one is OFFICE else one for one in UNITS)

    found = changes(book(library), book(library, units=moved), official())

    assert happened(found) == {CauseKind.UNIT_MOVED}


def test_a_merger_is_told_where_the_heir_lies_in_another_territory(library: Library) -> None:
    heir = replace(OFFICE, valid_to=date(2026, 10, 31), successor=NEIGHBOUR.code)
    merged = tuple(heir if one is OFFICE else one for one in UNITS)

    found = changes(book(library), book(library, units=merged), official())

    assert {(one.happened, one.name) for change in found for one in change.why} == {
        (CauseKind.UNIT_MERGED, NEIGHBOUR.name)
    }


def test_a_merger_that_changes_no_verdict_is_told_to_nobody(library: Library) -> None:
    heir = replace(OFFICE, valid_to=date(2026, 10, 31), successor=DIVISION.code)
    merged = tuple(heir if one is OFFICE else replace(one, parent=None) for one in UNITS)

    assert changes(book(library), book(library, units=merged), official()) == ()


def test_a_document_that_no_longer_binds_here_is_the_cause(library: Library) -> None:
    number = DocumentId("02-QĐi/TU")
    elsewhere = replace(library.documents[number], territories=frozenset({THAI_BINH}))
    after = book(replace(library, documents={**library.documents, number: elsewhere}))

    found = changes(book(library), after, official())

    assert {(one.happened, one.cite and one.cite.document) for change in found for one in change.why} == {
        (CauseKind.DOCUMENT_CHANGED, number)
    }


def test_a_position_without_standards_any_more_is_told_as_such(library: Library) -> None:
    found = changes(book(library), book(library, standards=()), official())

    assert [(one.criterion, one.old is None, one.new is None) for one in found] == [
        (None, True, False),
        ("ngoai_ngu", False, True),
        ("tin_hoc", False, True),
    ]
    assert happened(found) == {CauseKind.STANDARD_ENDED}


def test_only_parts_that_matter_are_causes_when_several_changed(library: Library) -> None:
    holder = official(credentials=(credential("ielts", "4.5"), credential("cntt_co_ban")))
    after = book(
        library,
        recognition=TABLE[1:],
        standards=(STANDARDS[0], standard("tin_hoc", "nang_cao")),
        rounds=(review(), review("DOT-9", date(2029, 1, 1))),
    )

    found = {one.criterion: one for one in changes(book(library, recognition=TABLE), after, holder)}

    assert [one.happened for one in found[STANDARDS[0].criterion].why] == [CauseKind.RECOGNITION_WITHDRAWN]
    assert [one.happened for one in found[STANDARDS[1].criterion].why] == [CauseKind.STANDARD_CHANGED]


def test_what_the_old_rules_did_not_know_counts_for_nothing_by_them(library: Library) -> None:
    """A later release knows a new kind of credential, and a person's record may already hold it."""
    newest = row("ielts", "bac_3").kind
    unaware = replace(library, kinds={code: kind for code, kind in library.kinds.items() if code != newest})
    before, after = book(unaware), book(library, recognition=TABLE)

    (change,) = changes(before, after, official(credentials=(credential("ielts", "4.5"), credential("cntt_co_ban"))))

    assert change.old is not None
    assert change.new is not None
    assert (change.old.state, change.new.state) == (State.MISSING, State.MET)


def test_an_exemption_by_a_document_that_is_new_to_the_library_stands_on_both_sides(library: Library) -> None:
    named = DocumentId("12/QĐ-MAU")
    exempt = official(exemptions=(Exemption(STANDARDS[0].criterion, named, None),))
    other = standard("hoc_van", "dai_hoc", named)
    before, after = book(library), book(library, standards=(*STANDARDS, other))

    found = changes(before, after, exempt)

    assert [one.criterion for one in found] == ["hoc_van"]


# --- every part of the rules is looked at ---

NO_VERDICT_RESTS_ON = {
    *("version", "group_names", "added_documents", "frequent"),  # declared; documents read in are in the library then
    "sending_hours",
    "privacy",
    *("offices", "equivalences", "guidance", "contacts", "escalation", "texts", "unreadable"),
}


def test_every_part_of_the_rules_is_compared_or_known_to_decide_nothing() -> None:
    known = {part.value for part in Part} - {Part.HOME.value} | NO_VERDICT_RESTS_ON
    known |= {"calendar_days"}  # with the calendar over which HR declared them

    assert {one.name for one in (*fields(Library), *fields(DeclaredRules))} == known


# --- random edits, random people ---

LEVELS = {
    "ngoai_ngu": ("bac_2", "bac_3", "bac_4"),
    "tin_hoc": ("co_ban", "nang_cao"),
    "hoc_van": ("dai_hoc", "thac_si"),
}
CREDENTIALS = (
    credential("ielts", "4.5"),
    credential("ielts", "6.0", date(2025, 2, 1)),
    credential("ielts", None),
    credential("vstep", "bac_3"),
    credential("toeic", "600", None),
    credential("tin_hoc_abc", "b", date(2015, 1, 1)),
    credential("tin_hoc_abc", "b", date(2017, 1, 1)),
    credential("cntt_co_ban"),
    credential("bang_cap", "dai_hoc"),
    credential("hsk", "hsk_4"),
)
ROWS = (
    *TABLE,
    row("vstep", "bac_3", "bac_3", months_valid=60),
    row("toeic", "bac_3", "450", issued_from=date(2015, 1, 1)),
    row("hsk", "bac_3", document=DocumentId("77/UBND-MAU")),
    row("ielts", "bac_4", "4.0", valid_from=date(2026, 11, 1)),
)
ROUNDS = (
    review(),
    review("DOT-2", date(2027, 1, 3)),
    review("DOT-3", date(2026, 11, 24), deadline_included=False),
    review("DOT-4", date(2026, 12, 12), audience=RoundFilter(units=frozenset({DISTRICT.code, OFFICE.code}))),
    review("DOT-5", date(2026, 12, 1), service_left_from_years=15, document=DocumentId("88/UBND-MAU")),
    review("DOT-6", date(2026, 11, 30), opens_on=date(2026, 12, 1)),
)
RULINGS = (
    ruling(),
    ruling(withdrawn_on=date(2026, 2, 1)),
    ruling("hsk", None, id=RulingId("YK-2/2026"), scope=OFFICE.code),
)
UNIT_SETS = (
    UNITS,
    tuple(replace(one, territory=THAI_BINH) if one is OFFICE else one for one in UNITS),
    tuple(
        replace(one, valid_to=date(2026, 6, 30), successor=NEIGHBOUR.code) if one is OFFICE else one for one in UNITS
    ),
    tuple(replace(one, parent=None) for one in UNITS),
)

standards = some.builds(
    lambda criterion, pick, document, start: standard(
        criterion, LEVELS[criterion][pick % len(LEVELS[criterion])], document, valid_from=start
    ),
    some.sampled_from(sorted(LEVELS)),
    some.integers(0, 2),
    some.sampled_from(["02-QĐi/TU", "99/QĐ-MAU", "354-CV/TU"]),
    some.sampled_from([date(2018, 1, 1), date(2026, 1, 1), date(2026, 12, 1)]),
)
declared_rules = some.builds(
    lambda **parts: DeclaredRules(version=1, **parts),
    units=some.sampled_from(UNIT_SETS),
    standards=some.lists(standards, max_size=4).map(tuple),
    recognition=some.lists(some.sampled_from(ROWS), max_size=4, unique=True).map(tuple),
    rounds=some.lists(some.sampled_from(ROUNDS), max_size=3, unique_by=lambda one: one.code).map(tuple),
    rulings=some.lists(some.sampled_from(RULINGS), max_size=2, unique_by=lambda one: one.id).map(tuple),
)
officials = some.builds(
    official,
    born_on=some.sampled_from([date(1966, 3, 1), date(1972, 8, 9), date(1990, 1, 31)]),
    gender=some.sampled_from(Gender),
    unit=some.sampled_from([OFFICE.code, DIVISION.code, NEIGHBOUR.code, DISTRICT.code, UnitCode("KHONG-CO")]),
    managed_by=some.sampled_from(ManagedBy),
    is_leader=some.booleans(),
    credentials=some.lists(some.sampled_from(CREDENTIALS), max_size=4).map(tuple),
    study=some.sampled_from([(), (StudyRecord(None, requested_on=date(2026, 11, 16)),)]),
    exemptions=some.sampled_from([(), (Exemption(STANDARDS[1].criterion, DocumentId("354-CV/TU"), None),)]),
)


def libraries(library: Library) -> tuple[Library, ...]:
    """The library of today and four that another release could bring."""
    instrument, standards_by = (library.documents[DocumentId(one)] for one in ("1769/UBND-KGVX", "02-QĐi/TU"))
    elsewhere = replace(instrument, territories=frozenset({THAI_BINH}))
    everywhere = replace(standards_by, is_national=True)
    later = tuple(replace(one, issued_before=date(2018, 1, 1)) for one in library.conversions)
    return (
        library,
        replace(library, documents={**library.documents, elsewhere.id: elsewhere}),
        replace(library, documents={**library.documents, everywhere.id: everywhere}),
        replace(library, conversions=later, policy=replace(library.policy, expiring_within_days=200)),
        replace(library, deciders=(), policy=replace(library.policy, study_answer_grace_working_days=2)),
    )


def result_of(findings: tuple[Finding, ...]) -> dict[object, object]:
    """What a person would call the same result, told here once more and in another way."""
    return {
        one.criterion: (
            (one.state, one.required, one.reason),
            (one.deadline, one.deadline_included, one.safe_day, one.round),
            one.accountable,
            [(one.basis[0].document, one.basis[0].point)] if one.basis else [],
            sorted((cite.document, cite.point or "") for cite in one.basis[1:]),
            (one.held.counts_as, one.held.valid_to) if one.held else (None, None),
        )
        for one in findings
    }


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=some.data())
def test_whoever_is_listed_has_another_verdict_and_nobody_else_has(library: Library, data: some.DataObject) -> None:
    shelf = libraries(library)
    before, after = (
        RuleBook.of(
            one := data.draw(some.sampled_from(shelf)),
            data.draw(declared_rules),
            WorkingCalendar(one.calendar, data.draw(some.sampled_from([frozenset(), frozenset({SWITCH})]))),
            HUNG_YEN,
        )
        for _side in "ab"
    )
    day = data.draw(some.sampled_from([TODAY, date(2026, 12, 14), date(2020, 9, 15)]))
    there, back = Difference(before, after, day), Difference(after, before, day)

    for person in data.draw(some.lists(officials, min_size=1, max_size=4)):
        old, new = result_of(evaluate(person, before.on(day))), result_of(evaluate(person, after.on(day)))
        expected = {one for one in {*old, *new} if old.get(one) != new.get(one)}

        found = there.changes_of(person)

        assert {one.criterion for one in found} == expected
        assert {one.criterion for one in back.changes_of(person)} == expected
        assert all(one.why and verdict_of(one.old) != verdict_of(one.new) for one in found)
        for cause in (cause for one in found for cause in one.why):
            if cause.cite is not None:  # every cause resolves where the desk looks it up
                there.after.library.cite(cause.cite.document, cause.cite.point)
