"""When messages to many go out: at the pace, within the quota, in working hours only."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.calendar import WorkingCalendar
from knowledge.loader import load_library
from knowledge.sending_plan import Pace, minutes_for, plan_runs

HERE = ZoneInfo("Asia/Ho_Chi_Minh")
LIBRARY = load_library()
CALENDAR, POLICY = WorkingCalendar(LIBRARY.calendar), LIBRARY.policy


def at(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=HERE)


def runs(count: int, pace: Pace, now: str) -> list[tuple[str, str, int]]:
    planned = plan_runs(count, pace, at(now), CALENDAR, POLICY)
    return [(f"{one.starts_at:%d %H:%M:%S}", f"{one.ends_at:%d %H:%M:%S}", one.count) for one in planned]


@pytest.mark.parametrize(
    ("count", "pace", "now", "planned"),
    [
        pytest.param(1, Pace(1), "2026-11-23 09:00", [("23 09:00:00", "23 09:00:00", 1)], id="one, at once"),
        pytest.param(61, Pace(1), "2026-11-23 09:00", [("23 09:00:00", "23 09:01:00", 61)], id="a minute's worth"),
        pytest.param(5, Pace(0), "2026-11-23 09:00", [("23 09:00:00", "23 09:00:00", 5)], id="no limit"),
        pytest.param(5, Pace(1), "2026-11-21 09:00", [("23 07:30:00", "23 07:30:04", 5)], id="a Saturday waits"),
        pytest.param(5, Pace(1), "2026-11-23 05:00", [("23 07:30:00", "23 07:30:04", 5)], id="too early"),
        pytest.param(
            100, Pace(1), "2026-11-23 16:59",
            [("23 16:59:00", "23 17:00:00", 61), ("24 07:30:00", "24 07:30:38", 39)], id="over the evening",
        ),
        pytest.param(
            5, Pace(1, per_day=3, used_today=1), "2026-11-23 09:00",
            [("23 09:00:00", "23 09:00:01", 2), ("24 07:30:00", "24 07:30:02", 3)], id="a daily quota",
        ),
        pytest.param(
            2, Pace(1, per_day=3, used_today=9), "2026-11-23 09:00", [("24 07:30:00", "24 07:30:01", 2)],
            id="a quota that is used up",
        ),
        pytest.param(0, Pace(1), "2026-11-23 09:00", [], id="nobody"),
        pytest.param(3, Pace(1, per_day=0), "2026-11-23 09:00", [], id="a quota of nothing never ends"),
    ],
)  # fmt: skip
def test_messages_go_out_in_runs(count, pace, now, planned):
    assert runs(count, pace, now) == planned


@given(st.integers(0, 200_000), st.floats(0.5, 30), st.integers(0, 7 * 24 * 60))
def test_all_go_out_in_working_hours_of_working_days(count, per_second, minute):
    now = datetime.fromtimestamp(at("2026-11-23 00:00").timestamp() + 60 * minute, HERE)

    planned = plan_runs(count, Pace(per_second), now, CALENDAR, POLICY)

    assert sum(one.count for one in planned) == count
    begin, end = POLICY.working_hours
    for one in planned:
        assert CALENDAR.is_working(one.starts_at.date())
        assert begin <= one.starts_at.time()
        assert one.ends_at.time() <= end


def test_minutes_are_rounded_up():
    assert (minutes_for(0, 1), minutes_for(1, 1), minutes_for(61, 1), minutes_for(9, 0)) == (0, 1, 2, 0)
