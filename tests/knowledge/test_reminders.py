"""Which reminder is owed on a day: windows around a deadline, what was told, what is quiet, what is still true."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.calendar import WorkingCalendar
from knowledge.documents import Citation
from knowledge.facts import CriterionCode, DocumentId, LevelCode, PersonCode, RoundCode, UnitCode
from knowledge.findings import Finding, State
from knowledge.library import Library, ReminderStages
from knowledge.reminders import Reminding, merged, source_of, stage_on, still_owed
from knowledge.sending_hours import first_hour, next_allowed, sending_day

STAGES = ReminderStages((90, 60, 30, 14, 7, 1), (1, 7, 14, 30), 30, 6)
CB001 = PersonCode("CB001")
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
LAST = date(2026, 12, 31)  # a Thursday


@pytest.fixture(scope="module")
def calendar(library: Library) -> WorkingCalendar:
    return WorkingCalendar(library.calendar)


def stage(day: date, last: date = LAST, safe: date = LAST, stages: ReminderStages = STAGES) -> str | None:
    found = stage_on(day, last, safe, stages, 14)
    return found.name if found is not None else None


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        pytest.param(date(2026, 10, 1), None, id="91 days before"),
        pytest.param(date(2026, 10, 2), "T-90", id="90 days before"),
        pytest.param(date(2026, 10, 3), "T-90", id="89 days before: still the window of 90"),
        pytest.param(date(2026, 11, 1), "T-60", id="60 days before"),
        pytest.param(date(2026, 12, 1), "T-30", id="30 days before"),
        pytest.param(date(2026, 12, 16), "T-30", id="15 days before"),
        pytest.param(date(2026, 12, 17), "T-14", id="14 days before"),
        pytest.param(date(2026, 12, 24), "T-7", id="7 days before"),
        pytest.param(date(2026, 12, 29), "T-7", id="2 days before"),
        pytest.param(date(2026, 12, 30), "T-1", id="the day before"),
        pytest.param(date(2026, 12, 31), "T-1", id="the last day itself"),
        pytest.param(date(2027, 1, 1), "T+1", id="the day after"),
        pytest.param(date(2027, 1, 6), "T+1", id="6 days after"),
        pytest.param(date(2027, 1, 7), "T+7", id="a week after"),
        pytest.param(date(2027, 1, 30), "T+30", id="30 days after"),
        pytest.param(date(2027, 3, 1), "T+60", id="the first of the monthly ones"),
        pytest.param(date(2027, 7, 29), "T+210", id="the sixth and last of the monthly ones"),
        pytest.param(date(2029, 1, 1), "T+210", id="years after: whoever was never told is told once"),
    ],
)
def test_a_day_is_in_the_stage_whose_window_holds_it(day: date, expected: str | None) -> None:
    assert stage(day) == expected


@pytest.mark.parametrize(
    ("last", "safe", "day", "expected"),
    [
        pytest.param(date(2026, 12, 27), date(2026, 12, 25), date(2026, 12, 24), "T-7", id="Thursday before a Sunday"),
        pytest.param(date(2026, 12, 27), date(2026, 12, 25), date(2026, 12, 25), "T-1", id="Friday before a Sunday"),
        pytest.param(date(2026, 12, 27), date(2026, 12, 25), date(2026, 12, 27), "T-1", id="the Sunday itself"),
        pytest.param(date(2027, 2, 9), date(2027, 2, 4), date(2027, 2, 3), "T-7", id="before the lunar New Year"),
        pytest.param(date(2027, 2, 9), date(2027, 2, 4), date(2027, 2, 4), "T-1", id="the last working day before it"),
        pytest.param(
            date(2027, 2, 15), date(2027, 2, 3), date(2027, 2, 3), "T-1", id="so long that T-7 has no day left"
        ),
    ],
)
def test_the_last_stage_begins_on_the_last_working_day(last: date, safe: date, day: date, expected: str) -> None:
    assert stage(day, last, safe) == expected


@given(st.integers(0, 14), st.integers(-200, 300))
def test_a_window_holds_exactly_the_days_of_its_stage(shift: int, place: int) -> None:
    safe, day = LAST - timedelta(days=shift), LAST + timedelta(days=place)
    found = stage_on(day, LAST, safe, STAGES, 14)
    if found is None:
        assert day < LAST - timedelta(days=90)
        return
    assert found.opens <= day
    assert found.closes is None or day <= found.closes
    assert stage(found.opens, LAST, safe) == found.name
    assert stage(found.opens - timedelta(days=1), LAST, safe) != found.name
    if found.closes is not None:
        assert stage(found.closes, LAST, safe) == found.name
        assert stage(found.closes + timedelta(days=1), LAST, safe) != found.name


@pytest.mark.parametrize(
    ("stages", "day", "expected"),
    [
        (ReminderStages(), LAST, None),
        (ReminderStages(before=(5,)), LAST, "T-5"),
        (ReminderStages(before=(5,)), date(2027, 1, 1), None),
        (ReminderStages(after=(3,)), date(2027, 1, 2), None),
        (ReminderStages(after=(3,)), date(2027, 1, 3), "T+3"),
        (ReminderStages(then_every=10, then_at_most=2), date(2027, 1, 20), "T+20"),
    ],
)
def test_stages_are_data(stages: ReminderStages, day: date, expected: str | None) -> None:
    assert stage(day, stages=stages) == expected


# --- what a person is owed ---


def finding(criterion: str = "ngoai_ngu", days_left: int | None = 30, **more: object) -> Finding:
    given = {"state": State.MISSING, "round": RoundCode("DOT-1"), "safe_day": LAST, **more}
    return Finding(
        person=CB001,
        unit=UnitCode("SYT"),
        criterion=CriterionCode(criterion),
        required=LevelCode("bac_3"),
        days_left=days_left,
        **given,  # type: ignore[arg-type]
    )


def reminding(library: Library, day: date = date(2026, 12, 1), **own: ReminderStages) -> Reminding:
    keyed = {(RoundCode(code) if code != "everything" else None, None): stages for code, stages in own.items()}
    return Reminding(library.policy.reminders, keyed, day)


def keys(known: Reminding, *findings: Finding, told: frozenset = frozenset(), quiet_until: date | None = None):
    return [one.key for one in known.list_owed(CB001, findings, told, quiet_until)]


def test_a_gap_is_owed_at_its_present_stage_once(library: Library) -> None:
    known = reminding(library)

    assert keys(known, finding()) == ["reminder:CB001:DOT-1@2026-12-31:ngoai_ngu:T-30"]
    assert keys(known, finding(), told=frozenset({("DOT-1@2026-12-31", "ngoai_ngu", "T-30")})) == []
    assert keys(known, finding(), told=frozenset({("DOT-1@2026-12-31", "ngoai_ngu", "T-60")})) != []
    assert keys(known, finding(), told=frozenset({("DOT-1@2026-11-30", "ngoai_ngu", "T-30")})) != []


@pytest.mark.parametrize("state", [State.MET, State.EXPIRING, State.EXEMPT, State.PENDING])
def test_nothing_is_owed_when_the_person_can_do_nothing_about_it(library: Library, state: State) -> None:
    assert keys(reminding(library), finding(state=state)) == []


@pytest.mark.parametrize("state", [State.MISSING, State.EXPIRED, State.NOT_RECOGNISED, State.UNDETERMINED])
def test_something_is_owed_when_the_person_can_act(library: Library, state: State) -> None:
    assert len(keys(reminding(library), finding(state=state))) == 1


def test_nothing_is_owed_without_a_deadline(library: Library) -> None:
    assert keys(reminding(library), finding(days_left=None, safe_day=None, round=None)) == []


def test_a_document_sets_a_deadline_by_its_point() -> None:
    cited = Citation(DocumentId("01/MẪU-UBND"), "3", held=True)

    assert source_of(finding(round=None, deadline_basis=cited), date(2026, 12, 1)) == "01/MẪU-UBND#3@2026-12-31"


def test_a_pause_holds_until_its_last_day_but_not_in_the_last_stages(library: Library) -> None:
    known, first = reminding(library), date(2026, 12, 1)

    assert keys(known, finding(), quiet_until=first) == []
    assert keys(known, finding(), quiet_until=first - timedelta(days=1)) != []
    assert keys(known, finding(days_left=14), quiet_until=date(2027, 1, 1)) != []
    assert keys(known, finding(days_left=-1), quiet_until=date(2027, 1, 1)) != []


def test_stages_set_for_a_round_go_before_those_for_everything(library: Library) -> None:
    rare, never = ReminderStages(before=(40,)), ReminderStages()

    assert keys(reminding(library, everything=never), finding()) == []
    known = reminding(library, everything=never, **{"DOT-1": rare})
    assert keys(known, finding()) == ["reminder:CB001:DOT-1@2026-12-31:ngoai_ngu:T-40"]
    assert keys(known, finding(round=RoundCode("DOT-2"))) == []


def test_reminders_of_a_day_are_told_as_one_whose_key_names_every_criterion_set(library: Library) -> None:
    other = finding("tin_hoc", 7, round=RoundCode("DOT-2"), safe_day=date(2026, 12, 8))

    one = merged(reminding(library).list_owed(CB001, [finding(), finding("hoc_van"), other], frozenset(), None))

    assert one.key == "reminder:CB001:DOT-2@2026-12-08:tin_hoc:T-7|DOT-1@2026-12-31:hoc_van+ngoai_ngu:T-30"
    assert one.stage == "T-7"


@pytest.mark.parametrize(
    ("findings", "day", "expected"),
    [
        pytest.param([finding(days_left=29)], date(2026, 12, 2), None, id="still so"),
        pytest.param([finding(state=State.MET, days_left=None)], date(2026, 12, 2), "closed", id="met meanwhile"),
        pytest.param([finding(state=State.PENDING)], date(2026, 12, 2), "closed", id="handed in and waits for HR"),
        pytest.param([], date(2026, 12, 2), "closed", id="no longer asked for"),
        pytest.param([finding(days_left=60)], date(2026, 12, 2), "extended", id="the round was extended"),
        pytest.param([finding(days_left=29, round=RoundCode("X"))], date(2026, 12, 2), "extended", id="another round"),
        pytest.param([finding(days_left=14)], date(2026, 12, 17), "passed", id="the next stage has begun"),
    ],
)
def test_truth_is_read_again_before_it_is_told(
    library: Library, findings: list[Finding], day: date, expected: str | None
) -> None:
    (owed,) = reminding(library).list_owed(CB001, [finding()], frozenset(), None)

    assert still_owed(owed.payload, findings, day) == expected


# --- when it may be sent ---


@pytest.mark.parametrize(
    ("moment", "own", "expected"),
    [
        pytest.param("2026-11-20 09:12", None, "2026-11-20 09:12", id="a working Friday"),
        pytest.param("2026-11-20 07:29", None, "2026-11-20 07:30", id="before work"),
        pytest.param("2026-11-20 17:00", None, "2026-11-20 17:00", id="the last minute"),
        pytest.param("2026-11-20 17:01", None, "2026-11-23 07:30", id="Friday evening"),
        pytest.param("2026-11-21 10:00", None, "2026-11-23 07:30", id="Saturday"),
        pytest.param("2026-11-23 08:00", "10:00", "2026-11-23 10:00", id="an hour of one's own"),
        pytest.param("2026-11-23 11:00", "10:00", "2026-11-23 11:00", id="later than one's own hour"),
        pytest.param("2026-11-21 11:00", "10:00", "2026-11-23 10:00", id="one's own hour after a weekend"),
        pytest.param("2026-11-23 08:00", "20:00", "2026-11-23 08:00", id="an hour at night does not count"),
        pytest.param(
            "2026-11-23 08:00", "17:00", "2026-11-23 16:00", id="the end of the day is the latest hour there is"
        ),
        pytest.param("2026-11-23 16:40", "16:59", "2026-11-23 16:40", id="the latest hour leaves room for what is due"),
        pytest.param("2027-02-05 17:30", None, "2027-02-11 07:30", id="the eve of the lunar New Year"),
    ],
)
def test_sending_waits_for_the_next_allowed_moment(
    library: Library, calendar: WorkingCalendar, moment: str, own: str | None, expected: str
) -> None:
    at = datetime.fromisoformat(moment).replace(tzinfo=VIETNAM)
    hour = time.fromisoformat(own) if own is not None else None

    assert next_allowed(at, calendar, library.policy, hour) == datetime.fromisoformat(expected).replace(tzinfo=VIETNAM)


def test_what_is_planned_for_a_day_off_goes_out_on_the_next_working_day(
    library: Library, calendar: WorkingCalendar
) -> None:
    assert sending_day(date(2026, 11, 21), calendar) == date(2026, 11, 23)
    assert first_hour(library.policy) == library.policy.notices_from
