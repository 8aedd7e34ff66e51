"""Verdicts as sentences: day before, day of, day after; each rule of the contract, and what must not happen."""

from datetime import date

import pytest

from knowledge.evaluate import evaluate
from knowledge.facts import (
    CredentialStatus,
    CriterionCode,
    DocumentId,
    Exemption,
    Gender,
    ManagedBy,
    PositionGroup,
    RoundFilter,
    RulingId,
    StudyRecord,
    UnitCode,
)
from knowledge.findings import Accountable, Finding, Reason, State
from knowledge.recognition import last_valid_day
from knowledge.rulebook import RulesOn
from tests.people import (
    COMMUNE,
    DISTRICT,
    DIVISION,
    NEIGHBOUR,
    OFFICE,
    UNITS,
    credential,
    official,
    review,
    row,
    rule_book,
    ruling,
    standard,
)

TODAY = date(2026, 11, 21)
LANGUAGE = standard("ngoai_ngu", "bac_3")
COMPUTING = standard("tin_hoc", "co_ban")
TABLE = (
    row("ielts", "bac_3", "4.5", "5.0", months_valid=24),
    row("ielts", "bac_4", "5.5", "6.5", months_valid=24),
    row("toeic", "bac_3", "450", None, issued_to=date(2020, 12, 31)),
)


def judge(library, person, *, on=TODAY, **rules) -> Finding:
    found = evaluate(person, rule_book(library, **rules).on(on))
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    ("held", "state", "reason"),
    [
        pytest.param((), State.MISSING, None, id="nothing held is missing"),
        pytest.param(
            (credential("vstep", "bac_3"),), State.MET, Reason.SATISFIES, id="a direct kind carries its level"
        ),
        pytest.param((credential("vstep", "bac_2"),), State.MISSING, Reason.LEVEL_TOO_LOW, id="too low is missing"),
        pytest.param((credential("vstep", "bac_3", None),), State.MET, Reason.SATISFIES, id="no rule needs its date"),
        pytest.param(
            (credential("vstep", "bac_3", date(2026, 11, 22)),),
            State.MISSING,
            None,
            id="issued tomorrow does not count",
        ),
        pytest.param((credential("vstep", "bac_3", TODAY),), State.MET, Reason.SATISFIES, id="issued today counts"),
        pytest.param(
            (credential("vstep", "bac_3", status=CredentialStatus.WAITING),),
            State.PENDING,
            Reason.WAITING_FOR_VERIFICATION,
            id="a waiting one that would satisfy is pending",
        ),
        pytest.param(
            (credential("vstep", "bac_2", status=CredentialStatus.WAITING),),
            State.MISSING,
            None,
            id="else it is ignored",
        ),
        pytest.param(
            (credential("vstep", "bac_3", status=CredentialStatus.REJECTED),),
            State.MISSING,
            None,
            id="a rejected one never counts",
        ),
        pytest.param(
            (credential("vstep", "bac_3", expires_on=date(2026, 11, 20)),),
            State.EXPIRED,
            Reason.EXPIRED,
            id="ended yesterday is expired",
        ),
        pytest.param(
            (credential("vstep", "bac_3", expires_on=TODAY),),
            State.EXPIRING,
            Reason.EXPIRES_SOON,
            id="ends today still meets",
        ),
        pytest.param(
            (credential("vstep", "bac_3", expires_on=date(2027, 2, 19)),),
            State.EXPIRING,
            Reason.EXPIRES_SOON,
            id="day 90 is still soon",
        ),
        pytest.param(
            (credential("vstep", "bac_3", expires_on=date(2027, 2, 20)),),
            State.MET,
            Reason.SATISFIES,
            id="day 91 is not",
        ),
        pytest.param(
            (credential("ielts", "6.0", date(2026, 5, 1)),),
            State.UNDETERMINED,
            Reason.INSTRUMENT_NOT_LOADED,
            id="other kinds need an instrument",
        ),
        pytest.param(
            (credential("vstep", "bac_2"), credential("ielts", "6.0", date(2026, 5, 1))),
            State.UNDETERMINED,
            Reason.INSTRUMENT_NOT_LOADED,
            id="undetermined goes before missing",
        ),
        pytest.param(
            (credential("ielts", "6.0"), credential("vstep", "bac_4", status=CredentialStatus.WAITING)),
            State.PENDING,
            Reason.WAITING_FOR_VERIFICATION,
            id="pending goes before undetermined",
        ),
    ],
)
def test_language_without_a_table_is_judged_by_what_carries_its_level(library, held, state, reason):
    found = judge(library, official(credentials=held), standards=(LANGUAGE,))
    assert (found.state, found.reason) == (state, reason)


@pytest.mark.parametrize(
    ("held", "state", "counts_as"),
    [
        pytest.param(
            credential("ielts", "4.0", date(2026, 5, 1)), State.NOT_RECOGNISED, None, id="below the lowest row"
        ),
        pytest.param(credential("ielts", "4.5", date(2026, 5, 1)), State.MET, "bac_3", id="the lowest score of a row"),
        pytest.param(credential("ielts", "5,0", date(2026, 5, 1)), State.MET, "bac_3", id="the highest, with a comma"),
        pytest.param(credential("ielts", "5.25", date(2026, 5, 1)), State.NOT_RECOGNISED, None, id="between two rows"),
        pytest.param(credential("ielts", "5.5", date(2026, 5, 1)), State.MET, "bac_4", id="a higher row"),
        pytest.param(
            credential("ielts", "4.5", date(2024, 11, 21)), State.EXPIRING, "bac_3", id="its last day of 24 months"
        ),
        pytest.param(credential("ielts", "4.5", date(2024, 11, 20)), State.EXPIRED, "bac_3", id="the day after"),
        pytest.param(
            credential("ielts", "4.5", None), State.UNDETERMINED, "bac_3", id="validity needs the day of issue"
        ),
        pytest.param(
            credential("ielts", "4.5", None, expires_on=date(2028, 1, 1)),
            State.MET,
            "bac_3",
            id="its own end goes first",
        ),
        pytest.param(credential("ielts", None, date(2026, 5, 1)), State.UNDETERMINED, None, id="a score is needed"),
        pytest.param(
            credential("toeic", "450", date(2020, 12, 31)), State.MET, "bac_3", id="last day of an issue window"
        ),
        pytest.param(credential("toeic", "990", date(2021, 1, 1)), State.NOT_RECOGNISED, None, id="the day after it"),
        pytest.param(credential("toeic", "450", None), State.UNDETERMINED, None, id="a window needs the day of issue"),
        pytest.param(credential("hsk", "4", date(2026, 5, 1)), State.NOT_RECOGNISED, None, id="a kind without a row"),
        pytest.param(credential("tieng_dan_toc", "", date(2026, 5, 1)), State.NOT_RECOGNISED, None, id="only by a row"),
        pytest.param(
            credential("vstep", "bac_3", date(2012, 1, 1)), State.MET, "bac_3", id="a direct kind needs no row"
        ),
    ],
)
def test_language_with_a_table_is_judged_by_its_rows(library, held, state, counts_as):
    found = judge(library, official(credentials=(held,)), standards=(LANGUAGE,), recognition=TABLE)
    assert (found.state, found.held.counts_as) == (state, counts_as)
    if held.kind != "vstep":
        assert "1769/UBND-KGVX" in {cite.document for cite in found.basis}


def test_row_that_is_not_in_force_counts_as_no_instrument(library):
    held = official(credentials=(credential("ielts", "5.0", date(2026, 5, 1)),))
    ended = (row("ielts", "bac_3", "4.5", valid_to=date(2026, 11, 20)),)
    assert judge(library, held, standards=(LANGUAGE,), recognition=ended).reason is Reason.INSTRUMENT_NOT_LOADED
    last_day = (row("ielts", "bac_3", "4.5", valid_to=TODAY),)
    assert judge(library, held, standards=(LANGUAGE,), recognition=last_day).state is State.MET


def test_loaded_row_decides_window_and_validity_of_a_direct_kind(library):
    rows = (row("vstep", "bac_3", "bac_3", None, issued_from=date(2020, 1, 1), months_valid=24),)
    outside = official(credentials=(credential("vstep", "bac_3", date(2019, 12, 31)),))
    assert judge(library, outside, standards=(LANGUAGE,), recognition=rows).state is State.NOT_RECOGNISED
    old = official(credentials=(credential("vstep", "bac_4", date(2020, 1, 1)),))
    assert judge(library, old, standards=(LANGUAGE,), recognition=rows).state is State.EXPIRED
    fresh = official(credentials=(credential("vstep", "bac_4", date(2025, 12, 1)),))
    found = judge(library, fresh, standards=(LANGUAGE,), recognition=rows)
    assert (found.state, found.held.counts_as) == (State.MET, "bac_4")


@pytest.mark.parametrize(
    ("issued", "minimum", "state", "reason"),
    [
        pytest.param(date(2016, 8, 9), "co_ban", State.MET, Reason.SATISFIES, id="the day before the circular"),
        pytest.param(date(2016, 8, 10), "co_ban", State.UNDETERMINED, Reason.COURSE_START_UNPROVEN, id="the day of it"),
        pytest.param(date(2018, 3, 1), "co_ban", State.UNDETERMINED, Reason.COURSE_START_UNPROVEN, id="after it"),
        pytest.param(None, "co_ban", State.UNDETERMINED, Reason.ISSUE_DATE_UNKNOWN, id="without a day of issue"),
        pytest.param(date(2015, 3, 1), "nang_cao", State.MISSING, Reason.LEVEL_TOO_LOW, id="never the advanced level"),
        pytest.param(date(2018, 3, 1), "nang_cao", State.MISSING, Reason.LEVEL_TOO_LOW, id="nor when issued later"),
    ],
)
def test_old_it_certificate_counts_by_the_conversion_of_the_state(library, issued, minimum, state, reason):
    person = official(credentials=(credential("tin_hoc_abc", "B", issued),))
    found = judge(library, person, standards=(standard("tin_hoc", minimum),))
    assert (found.state, found.reason) == (state, reason)
    assert ("17/2016/TTLT-BGDĐT-BTTTT", "Điều 23") in {(cite.document, cite.point) for cite in found.basis}


@pytest.mark.parametrize(
    ("issued", "counts_as"),
    [
        pytest.param(date(2016, 8, 9), "co_ban", id="issued the day before the circular"),
        pytest.param(date(2016, 8, 10), None, id="issued on the day of it"),
        pytest.param(None, None, id="without a day of issue"),
    ],
)
def test_old_it_certificate_too_low_counts_as_a_level_only_when_issued_before_the_circular(library, issued, counts_as):
    person = official(credentials=(credential("tin_hoc_abc", "B", issued),))
    found = judge(library, person, standards=(standard("tin_hoc", "nang_cao"),))
    assert found.held is not None
    assert (found.state, found.held.counts_as) == (State.MISSING, counts_as)


def test_old_it_certificate_is_undetermined_before_the_circular_was_in_force(library):
    person = official(credentials=(credential("tin_hoc_abc", "B", date(2015, 1, 1)),))
    early = standard("tin_hoc", "co_ban", valid_from=date(2014, 1, 1))
    found = judge(library, person, on=date(2016, 8, 9), standards=(early,))
    assert found.state is State.UNDETERMINED
    assert "17/2016/TTLT-BGDĐT-BTTTT" not in {cite.document for cite in found.basis}


def test_standard_holds_on_its_first_and_last_day_only(library):
    ranged = standard("hoc_van", "dai_hoc", valid_from=date(2020, 1, 1), valid_to=date(2020, 12, 31))
    book = rule_book(library, standards=(ranged,))
    states = {on: evaluate(official(), book.on(on))[0].criterion for on in (date(2020, 1, 1), date(2020, 12, 31))}
    assert set(states.values()) == {"hoc_van"}
    for on in (date(2019, 12, 31), date(2021, 1, 1)):
        assert evaluate(official(), book.on(on))[0].criterion is None


def test_later_version_of_a_standard_replaces_the_earlier(library):
    versions = (standard("hoc_van", "cao_dang"), standard("hoc_van", "dai_hoc", valid_from=date(2024, 1, 1)))
    book = rule_book(library, standards=versions)
    assert evaluate(official(), book.on(date(2023, 12, 31)))[0].required == "cao_dang"
    assert evaluate(official(), book.on(date(2024, 1, 1)))[0].required == "dai_hoc"


def test_group_without_standards_is_undetermined_and_names_the_document(library):
    person = official(position_group=PositionGroup("nhom_la"))
    found = judge(library, person, standards=(LANGUAGE,))
    assert (found.criterion, found.state, found.reason) == (None, State.UNDETERMINED, Reason.STANDARDS_NOT_LOADED)
    assert [(cite.document, cite.held) for cite in found.basis] == [("02-QĐi/TU", False)]
    cadre = official(position_group=PositionGroup("nhom_la"), managed_by=ManagedBy.PROVINCIAL_PARTY_STANDING_COMMITTEE)
    assert [cite.document for cite in judge(library, cadre).basis] == ["1090-QĐ/TU"]


def test_rules_of_one_territory_do_not_reach_another(library):
    neighbour = official(unit=NEIGHBOUR.code, credentials=(credential("ielts", "6.0", date(2026, 5, 1)),))
    assert judge(library, neighbour, standards=(LANGUAGE,)).criterion is None
    declared = (standard("ngoai_ngu", "bac_3", "99-QĐ/MẪU"),)
    found = judge(library, neighbour, standards=declared, recognition=TABLE)
    assert (found.state, found.accountable) == (State.UNDETERMINED, None)
    assert {cite.document for cite in found.basis} == {"99-QĐ/MẪU"}


@pytest.mark.parametrize(
    ("on", "person", "deadline"),
    [
        pytest.param(date(2020, 8, 16), official(), None, id="the day before the letter"),
        pytest.param(date(2020, 8, 17), official(), date(2020, 10, 1), id="the day of the letter"),
        pytest.param(date(2020, 10, 1), official(), date(2020, 10, 1), id="the last day"),
        pytest.param(date(2020, 10, 2), official(), None, id="the day after is history"),
        pytest.param(date(2020, 9, 15), official(is_leader=False), None, id="not for those who do not lead"),
        pytest.param(
            date(2020, 9, 15),
            official(managed_by=ManagedBy.PROVINCIAL_PARTY_STANDING_COMMITTEE),
            None,
            id="no date for those of the standing committee",
        ),
        pytest.param(
            date(2020, 9, 15), official(managed_by=ManagedBy.DISTRICT), date(2020, 10, 1), id="point 3 for the district"
        ),
        pytest.param(date(2020, 9, 15), official(managed_by=ManagedBy.UNIT), None, id="not for those of a unit"),
        pytest.param(
            date(2020, 9, 15),
            official(born_on=date(1965, 9, 30)),
            date(2020, 10, 1),
            id="retiring 30/9/2025, just five years",
        ),
        pytest.param(date(2020, 9, 15), official(born_on=date(1965, 8, 31)), None, id="retiring a month too early"),
        pytest.param(date(2020, 9, 15), official(unit=NEIGHBOUR.code), None, id="not in Thái Bình"),
    ],
)
def test_duty_of_2123_is_a_deadline_while_it_lives(library, on, person, deadline):
    found = evaluate(person, rule_book(library, standards=(LANGUAGE,)).on(on))[0]
    assert found.deadline == deadline
    if deadline is not None:
        assert found.round is None
        assert found.days_left == (deadline - on).days
        assert "xem xét cho thôi" in found.consequence
        point = "3" if person.managed_by is ManagedBy.DISTRICT else "2"
        assert (found.deadline_basis.document, found.deadline_basis.point) == ("2123/UBND-NC", point)


def test_duty_of_2123_attaches_only_to_standards_of_the_regulation_it_names(library):
    other = standard("ngoai_ngu", "bac_3", "99-QĐ/MẪU")
    assert judge(library, official(), on=date(2020, 9, 15), standards=(other,)).deadline is None


@pytest.mark.parametrize(
    ("round_", "deadline", "days_left"),
    [
        pytest.param(review(), date(2026, 12, 31), 40, id="the last day is included"),
        pytest.param(
            review(deadline_included=False), date(2026, 12, 31), 39, id="before that day leaves the day before"
        ),
        pytest.param(
            review(deadline=date(2026, 11, 1)), date(2026, 11, 1), -20, id="an open round stays after it passed"
        ),
        pytest.param(review(deadline=date(2026, 11, 1), is_open=False), None, None, id="a closed one is history"),
        pytest.param(review(opens_on=date(2026, 11, 22)), None, None, id="it opens tomorrow"),
        pytest.param(review(opens_on=TODAY), date(2026, 12, 31), 40, id="it opens today"),
        pytest.param(review(criteria=frozenset({CriterionCode("tin_hoc")})), None, None, id="another criterion"),
        pytest.param(
            review(audience=RoundFilter(managed_by=frozenset({ManagedBy.COMMUNE}))),
            None,
            None,
            id="another managing body",
        ),
        pytest.param(
            review(
                audience=RoundFilter(
                    managed_by=frozenset({ManagedBy.COMMUNE, ManagedBy.PROVINCIAL_GOVERNMENT_PARTY_COMMITTEE})
                )
            ),
            date(2026, 12, 31),
            40,
            id="one of several managing bodies",
        ),
        pytest.param(
            review(audience=RoundFilter(units=frozenset({OFFICE.code}))), date(2026, 12, 31), 40, id="the own unit"
        ),
        pytest.param(review(audience=RoundFilter(units=frozenset({COMMUNE.code}))), None, None, id="another unit"),
        pytest.param(
            review(audience=RoundFilter(position_groups=frozenset({PositionGroup("khac")}))),
            None,
            None,
            id="another group",
        ),
    ],
)
def test_round_gives_the_deadline_to_those_it_concerns(library, round_, deadline, days_left):
    found = judge(library, official(), standards=(LANGUAGE,), rounds=(round_,))
    assert (found.deadline, found.days_left) == (deadline, days_left)
    assert found.round == (round_.code if deadline is not None else None)


def test_round_for_a_unit_reaches_those_below_it_and_those_who_took_over(library):
    for_office = review(audience=RoundFilter(units=frozenset({OFFICE.code})))
    assert judge(library, official(unit=DIVISION.code), standards=(LANGUAGE,), rounds=(for_office,)).round == "DOT-1"
    for_district = review(audience=RoundFilter(units=frozenset({DISTRICT.code})))
    found = judge(library, official(unit=DISTRICT.code), standards=(LANGUAGE,), rounds=(for_district,))
    assert (found.unit, found.round) == (COMMUNE.code, "DOT-1")


def test_unit_is_the_one_in_force_on_the_day(library):
    person = official(unit=DISTRICT.code)
    assert judge(library, person, on=date(2025, 6, 30), standards=(LANGUAGE,)).unit == DISTRICT.code
    assert judge(library, person, on=date(2025, 7, 1), standards=(LANGUAGE,)).unit == COMMUNE.code
    before_it_existed = official(unit=COMMUNE.code)
    assert judge(library, before_it_existed, on=date(2020, 9, 15), standards=(LANGUAGE,)).unit == COMMUNE.code
    unknown = official(unit=UnitCode("KHONG-CO"))
    assert judge(library, unknown, standards=(LANGUAGE,)).unit == "KHONG-CO"


def test_round_leaves_out_those_with_too_little_service_left(library):
    five_years = review(deadline=date(2026, 12, 31), service_left_from_years=5)
    # men born 12/1969 retire at 62 on 31/12/2031: exactly five years after the deadline and one day more than needed
    just = official(born_on=date(1969, 12, 15))
    assert judge(library, just, standards=(LANGUAGE,), rounds=(five_years,)).round == "DOT-1"
    less = official(born_on=date(1969, 11, 15))
    assert judge(library, less, standards=(LANGUAGE,), rounds=(five_years,)).round is None


def test_earliest_deadline_wins_even_when_it_passed(library):
    rounds = (review("DOT-2", date(2026, 12, 31)), review("DOT-1", date(2026, 10, 1)))
    assert judge(library, official(), standards=(LANGUAGE,), rounds=rounds).round == "DOT-1"


def test_safe_day_is_the_working_day_before_and_the_legal_day_stays(library):
    sunday = review(deadline=date(2026, 12, 6))
    found = judge(library, official(), standards=(LANGUAGE,), rounds=(sunday,))
    assert (found.deadline, found.days_left, found.safe_day) == (date(2026, 12, 6), 15, date(2026, 12, 4))


def test_nothing_is_due_once_it_is_met(library):
    person = official(credentials=(credential("vstep", "bac_3"),))
    found = judge(library, person, standards=(LANGUAGE,), rounds=(review(),))
    assert (found.state, found.deadline, found.days_left, found.round) == (State.MET, None, None, None)


def test_retired_person_has_no_findings(library):
    book = rule_book(library, standards=(LANGUAGE,))
    man = official(born_on=date(1965, 3, 10))  # 61 years and 6 months in 2026: 30/9/2026
    assert len(evaluate(man, book.on(date(2026, 9, 30)))) == 1
    assert evaluate(man, book.on(date(2026, 10, 1))) == ()
    woman = official(born_on=date(1969, 3, 10), gender=Gender.FEMALE)  # 56 years and 8 months in 2025: 30/11/2025
    assert len(evaluate(woman, book.on(date(2025, 11, 30)))) == 1
    assert evaluate(woman, book.on(date(2025, 12, 1))) == ()


def test_exemption_holds_within_its_days_and_names_its_document(library):
    exempt = Exemption(CriterionCode("ngoai_ngu"), DocumentId("2123/UBND-NC"), None, valid_to=TODAY)
    found = judge(library, official(exemptions=(exempt,)), standards=(LANGUAGE,), rounds=(review(),))
    assert (found.state, found.deadline) == (State.EXEMPT, None)
    assert found.basis[-1].document == "2123/UBND-NC"
    later = judge(library, official(exemptions=(exempt,)), on=date(2026, 11, 22), standards=(LANGUAGE,))
    assert later.state is State.MISSING


@pytest.mark.parametrize(
    ("study", "accountable"),
    [
        pytest.param((), Accountable.UNASSIGNED, id="nothing recorded"),
        pytest.param((StudyRecord(assigned_on=date(2026, 9, 1)),), Accountable.UNASSIGNED, id="sent to study"),
        pytest.param(
            (StudyRecord(assigned_on=date(2026, 9, 1), declined_on=date(2026, 9, 3)),),
            Accountable.OFFICIAL,
            id="sent and declined",
        ),
        pytest.param(
            (StudyRecord(assigned_on=date(2026, 9, 1), not_attended_on=date(2026, 10, 3)),),
            Accountable.OFFICIAL,
            id="sent and did not go",
        ),
        pytest.param(
            (StudyRecord(requested_on=date(2026, 9, 1), refused_on=date(2026, 9, 3)),),
            Accountable.HEAD,
            id="asked and refused",
        ),
        pytest.param(
            (StudyRecord(requested_on=date(2026, 11, 13)),), Accountable.HEAD, id="unanswered past five working days"
        ),
        pytest.param(
            (StudyRecord(requested_on=date(2026, 11, 16)),), Accountable.UNASSIGNED, id="still within the grace"
        ),
        pytest.param(
            (StudyRecord(requested_on=date(2026, 9, 1), answered_on=date(2026, 9, 4)),),
            Accountable.UNASSIGNED,
            id="asked and answered",
        ),
        pytest.param(
            (
                StudyRecord(
                    criterion=CriterionCode("tin_hoc"), requested_on=date(2026, 9, 1), refused_on=date(2026, 9, 3)
                ),
            ),
            Accountable.UNASSIGNED,
            id="about another criterion",
        ),
        pytest.param(
            (
                StudyRecord(requested_on=date(2026, 3, 2), refused_on=date(2026, 3, 4)),
                StudyRecord(assigned_on=date(2026, 9, 1), declined_on=date(2026, 9, 3)),
            ),
            Accountable.OFFICIAL,
            id="refused once, sent later and declined",
        ),
        pytest.param(
            (StudyRecord(requested_on=date(2026, 11, 20), refused_on=date(2026, 11, 23)),),
            Accountable.UNASSIGNED,
            id="refused only after the day of the question",
        ),
    ],
)
def test_accountable_follows_the_study_record(library, study, accountable):
    assert judge(library, official(study=study), standards=(LANGUAGE,)).accountable is accountable


def test_accountable_is_silent_before_the_letter_and_outside_its_territory(library):
    assert judge(library, official(), on=date(2020, 8, 16), standards=(LANGUAGE,)).accountable is None
    declared = (standard("ngoai_ngu", "bac_3", "99-QĐ/MẪU"),)
    assert judge(library, official(unit=NEIGHBOUR.code), standards=declared).accountable is None


def test_best_credential_decides(library):
    held = (credential("vstep", "bac_2"), credential("ielts", "5.0", date(2024, 1, 1)), credential("vstep", "bac_5"))
    found = judge(library, official(credentials=held), standards=(LANGUAGE,), recognition=TABLE)
    assert (found.state, found.held.kind, found.held.counts_as) == (State.MET, "vstep", "bac_5")


def test_criteria_come_in_the_order_of_the_library(library):
    book = rule_book(library, standards=(COMPUTING, LANGUAGE, standard("hoc_van", "dai_hoc")))
    assert [one.criterion for one in evaluate(official(), book.on(TODAY))] == ["hoc_van", "ngoai_ngu", "tin_hoc"]


def test_nobodys_verdict_depends_on_who_was_judged_before(library):
    rounds = (
        review("DOT-1", date(2027, 3, 31)),
        review("DOT-2", audience=RoundFilter(units=frozenset({DIVISION.code}))),
        review("DOT-3", audience=RoundFilter(managed_by=frozenset({ManagedBy.DISTRICT}))),
        review("DOT-4", date(2026, 12, 1), criteria=frozenset({CriterionCode("tin_hoc")}), service_left_from_years=5),
    )
    rulings = (ruling("ielts", scope=OFFICE.code), ruling("cambridge", None, id=RulingId("YK-2026-0002")))
    people = [
        official(unit=unit.code, managed_by=body, is_leader=leads, born_on=born, credentials=held)
        for unit in UNITS
        for body in (ManagedBy.PROVINCIAL_GOVERNMENT_PARTY_COMMITTEE, ManagedBy.DISTRICT)
        for leads in (True, False)
        for born in (date(1967, 5, 1), date(1985, 5, 20))
        for held in ((), (credential("ielts", "5.0"),), (credential("toeic", "500"), credential("cambridge", "B1")))
    ]
    for day, open_rounds in ((TODAY, rounds), (TODAY, ()), (date(2020, 9, 15), ())):
        some = {"standards": (LANGUAGE, COMPUTING), "recognition": TABLE[2:], "rulings": rulings}
        book = rule_book(library, rounds=open_rounds, **some)
        shared = RulesOn(book, day)
        together = [evaluate(one, shared) for one in people]
        assert together == [evaluate(one, RulesOn(book, day)) for one in people]
        assert len({found[0] for found in together if found}) > 5


@pytest.mark.parametrize("day", [date.min, date.max])
@pytest.mark.parametrize("included", [True, False])
def test_a_round_that_was_stored_with_the_first_or_last_day_of_all_stops_nobody(library, day, included):
    far = review(deadline=day, deadline_included=included, service_left_from_years=5)

    found = judge(library, official(), standards=(LANGUAGE,), rounds=(far,))

    assert found.state is State.MISSING


def test_a_certificate_that_would_last_beyond_the_calendar_lasts_to_its_end(library):
    held = credential("ielts", "5.0", date(9950, 1, 1))

    assert last_valid_day(held, row("ielts", "bac_3", "4.5", "5.0", months_valid=1200)) == date.max
